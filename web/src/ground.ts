// The operator's background: pictures of a tile server or file, or vector tiles
// of a schema that is not ours, drawn in our colours. The map loads this part
// when there is one.

import type { FeatureLike } from "ol/Feature.js";
import MVT from "ol/format/MVT.js";
import type BaseLayer from "ol/layer/Base.js";
import TileLayer from "ol/layer/Tile.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import XYZ from "ol/source/XYZ.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";
import { nameFont, type Palette } from "./palette.js";

/** A background: its layer, and how it takes the colours of the theme. */
export interface Ground {
  layer: BaseLayer;
  paint(palette: Palette): void;
}

/** The background that the page's data names. */
export function ownGround({ own = "", ownVector, ownMin, ownMax }: DOMStringMap, lang: string): Ground {
  const zooms = { minZoom: Number(ownMin ?? 0), maxZoom: Number(ownMax ?? 19), transition: 0 };
  if (!ownVector) return { layer: new TileLayer({ source: new XYZ({ url: own, ...zooms }) }), paint: () => {} };
  const source = new VectorTileSource({ format: new MVT(), url: own, tileSize: 512, ...zooms });
  const layer = new VectorTileLayer({ renderMode: "hybrid", declutter: true, source });
  const paint = (palette: Palette) => {
    layer.setBackground(palette.mer);
    layer.setStyle(ownStyle(palette, lang));
  };
  return { layer, paint };
}

/** What a layer of a common schema (OpenMapTiles, Protomaps, Shortbread) is; "" for what is not drawn. */
export function sort(layer: string): "water" | "green" | "land" | "road" | "border" | "place" | "" {
  if (/^(water|ocean|waterway|water_(polygons|lines))/.test(layer)) return "water";
  if (/^(landcover|landuse|park|land|natural)$/.test(layer)) return "green";
  if (/^earth$/.test(layer)) return "land";
  if (/^(transportation|roads|streets)$/.test(layer)) return "road";
  if (/^boundar/.test(layer)) return "border";
  return /^(places?|place_labels)$/.test(layer) ? "place" : "";
}

/** Draws vector tiles of a common schema in our colours. */
function ownStyle(p: Palette, lang: string): (f: FeatureLike) => Style | undefined {
  const line = (color: string, width: number) => new Stroke({ color, width });
  const fixed = {
    water: new Style({ fill: new Fill({ color: p.mer }), stroke: line(p["cours-eau"], 1), zIndex: 2 }),
    green: new Style({ fill: new Fill({ color: p["terre-carte"] }), zIndex: 1 }),
    land: new Style({ fill: new Fill({ color: p["terre-carte"] }), zIndex: 0 }),
    road: new Style({ stroke: line(p["lim-reg"], 1), zIndex: 3 }),
    border: new Style({ stroke: line(p["lim-pays"], 1), zIndex: 4 }),
  };
  return (f) => {
    const kind = sort(String(f.get("layer") ?? ""));
    if (kind === "") return undefined;
    if (kind !== "place") return fixed[kind];
    const text = String(f.get(`name:${lang}`) ?? f.get("name") ?? "");
    return new Style({
      text: new Text({
        text,
        font: nameFont(5),
        fill: new Fill({ color: p.lieu }),
        stroke: new Stroke({ color: p["terre-carte"], width: 3 }),
      }),
      zIndex: 5,
    });
  };
}
