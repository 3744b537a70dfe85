// The operator's vector style, as this instance made it ready: its own tiles and
// icons, our fonts. The map loads this part, with what draws such styles, where
// there is one.

import { asArray } from "ol/color.js";
import MVT from "ol/format/MVT.js";
import LayerGroup from "ol/layer/Group.js";
import TileLayer from "ol/layer/Tile.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import XYZ from "ol/source/XYZ.js";
import { stylefunction } from "ol-mapbox-style";
import type { Ground } from "./ground.js";
import type { Palette } from "./palette.js";

interface StyleLayer {
  id: string;
  type: string;
  source?: string;
  paint?: Record<string, unknown>;
}

interface StyleSource {
  type: string;
  tiles: string[];
  minzoom?: number;
  maxzoom?: number;
  tileSize?: number;
}

export interface GroundStyle {
  version: number;
  sources: Record<string, StyleSource>;
  layers: StyleLayer[];
  metadata?: { "bocage:sprite"?: object };
}

/** Tiles that fail before a source without any is given up. */
const MOST_FAILURES = 4;
const OUR_FONT = "Atkinson Hyperlegible Next";

/** Our font in the weight that the style asks for: no other is ever loaded. */
export const ourFonts = (fonts: string[]): string[] => {
  const name = fonts.join(" ");
  const weight = /bold|black|heavy/i.test(name) ? " Bold" : /medium|semi/i.test(name) ? " Medium" : "";
  return [`${OUR_FONT}${weight}${/italic|oblique/i.test(name) ? " Italic" : ""}`];
};

/** The lightness of a colour, 0 to 1; undefined of what is none. */
export function lightness(colour: string): number | undefined {
  try {
    const [r = 0, g = 0, b = 0] = asArray(colour);
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  } catch {
    return undefined;
  }
}

/** A colour for the night: the same hue, light for dark, and nothing glaring. */
export function nightColour(colour: string): string {
  if (lightness(colour) === undefined) return colour;
  const [r = 0, g = 0, b = 0, a = 1] = asArray(colour);
  const flipped = 255 - Math.max(r, g, b) - Math.min(r, g, b); // light for dark keeps the hue
  const part = (v: number) => Math.round(18 + Math.min(255, Math.max(0, v + flipped)) * 0.8);
  return `rgba(${part(r)},${part(g)},${part(b)},${a})`;
}

/** What is in a style's paint with each colour changed. */
function recoloured(value: unknown, change: (colour: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((v) => recoloured(v, change));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, recoloured(v, change)]));
  return value;
}

const backgroundOf = (style: GroundStyle): string | undefined => {
  const colour = style.layers.find((l) => l.type === "background")?.paint?.["background-color"];
  return typeof colour === "string" ? colour : undefined;
};

/** The style for a dark page; one that is dark already stays. */
export function nightStyle(style: GroundStyle): GroundStyle {
  if ((lightness(backgroundOf(style) ?? "#fff") ?? 1) < 0.4) return style;
  const layers = style.layers.map((l) => ({
    ...l,
    ...(l.paint && {
      paint: Object.fromEntries(
        Object.entries(l.paint).map(([k, v]) => [k, k.endsWith("color") ? recoloured(v, nightColour) : v]),
      ),
    }),
  }));
  return { ...style, layers };
}

/** The tiles of a source; gone is called when none of them can be had. */
function watched<T extends XYZ | VectorTileSource>(source: T, gone: () => void): T {
  let failed = 0;
  let loaded = false;
  source.on("tileloadend", () => {
    loaded = true;
  });
  source.on("tileloaderror", () => {
    failed++;
    if (!loaded && failed === MOST_FAILURES) gone();
  });
  return source;
}

class StyledGround implements Ground {
  readonly layer = new LayerGroup();
  readonly #vectors = new Map<string, VectorTileLayer>();

  constructor(
    readonly style: GroundStyle,
    gone: () => void,
  ) {
    for (const [name, { type, tiles, minzoom, maxzoom, tileSize }] of Object.entries(style.sources)) {
      const at = style.layers.findIndex((l) => l.source === name);
      if (at < 0) continue;
      const zooms = { minZoom: minzoom ?? 0, maxZoom: maxzoom ?? 22, transition: 0 };
      if (type === "raster") {
        const opacity = Number(style.layers[at]?.paint?.["raster-opacity"] ?? 1);
        const source = watched(new XYZ({ urls: tiles, tileSize: tileSize ?? 512, ...zooms }), gone);
        this.layer
          .getLayers()
          .push(new TileLayer({ source, opacity: Number.isFinite(opacity) ? opacity : 1, zIndex: at }));
        continue;
      }
      const format = new MVT({ layerName: "mvt:layer" });
      const source = watched(new VectorTileSource({ format, urls: tiles, tileSize: 512, ...zooms }), gone);
      const layer = new VectorTileLayer({ renderMode: "hybrid", declutter: true, source, zIndex: at });
      this.#vectors.set(name, layer);
      this.layer.getLayers().push(layer);
    }
    // Below the entries, in the style's order.
    for (const l of this.layer.getLayers().getArray()) l.setZIndex((l.getZIndex() ?? 0) / style.layers.length - 1);
  }

  paint(palette: Palette): void {
    const dark = (lightness(palette["terre-carte"]) ?? 1) < 0.4;
    const style = dark ? nightStyle(this.style) : this.style;
    const sprite = style.metadata?.["bocage:sprite"];
    const picture = sprite ? "/tiles/base/sprite.png" : undefined;
    const background = backgroundOf(style) ?? palette["terre-carte"];
    this.layer.getLayers().getArray()[0]?.set("background", background);
    for (const [name, layer] of this.#vectors) {
      layer.setBackground(background);
      layer.setStyle(stylefunction(layer, style, name, undefined, sprite, picture, ourFonts));
    }
  }
}

/** The style at the address; gone is called when the tiles of a source cannot be had. */
export async function styledGround(address: string, gone: () => void): Promise<Ground> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} of ${address}`);
  return new StyledGround((await response.json()) as GroundStyle, gone);
}
