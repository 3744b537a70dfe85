// How OpenLayers draws the tiles: the ground, and the entries on it.

import type { FeatureLike } from "ol/Feature.js";
import Circle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Icon from "ol/style/Icon.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";
import { drawCore, drawCrown, drawPin, PIN, shortCount } from "./crown.js";
import { heatStyles } from "./heat.js";
import { nameFont, type Palette, THEMES, themeName, translucent } from "./palette.js";

type Styles = (feature: FeatureLike, resolution: number) => Style | Style[] | undefined;

/** The radius of Web Mercator's sphere, in metres. */
const EARTH_RADIUS = 6378137;

/** Metres a pixel below which administrative lines, known to about a kilometre, would mislead. */
const FINEST_LINES = 30;

/** The ground, but its places, whose names are set apart. */
export function groundStyle(p: Palette): Styles {
  const line = (colour: string, width: number, zIndex: number, lineDash?: number[]) =>
    new Style({ stroke: new Stroke({ color: colour, width, ...(lineDash && { lineDash }) }), zIndex });
  const fixed: Record<string, Style[]> = {
    land: [
      line(p["mer-halo"], 8, 0),
      new Style({
        fill: new Fill({ color: p["terre-carte"] }),
        stroke: new Stroke({ color: p.cote, width: 0.8 }),
        zIndex: 1,
      }),
    ],
    lakes: [
      new Style({ fill: new Fill({ color: p.mer }), stroke: new Stroke({ color: p.cote, width: 0.5 }), zIndex: 2 }),
    ],
    rivers: [line(p["cours-eau"], 1.1, 2)],
    departements: [line(p["lim-dep"], 0.8, 3)],
    regions: [line(p["lim-reg"], 1.1, 4)],
    borders: [line(p["lim-pays"], 1.1, 5, [5, 3])],
  };
  const coarse = new Set(["rivers", "departements", "regions"]);
  return (feature, resolution) => {
    const layer = feature.get("layer");
    if (resolution < FINEST_LINES && coarse.has(layer)) return undefined;
    return fixed[layer];
  };
}

/** A name beside its dot, or beside the mark over it. */
function nameStyle(feature: FeatureLike, p: Palette): Style {
  const rank = Number(feature.get("rank"));
  const text = new Text({
    text: feature.get("text"),
    font: nameFont(rank),
    offsetX: feature.get("dx"),
    offsetY: feature.get("dy"),
    textAlign: feature.get("align"),
    fill: new Fill({ color: p.lieu }),
    stroke: new Stroke({ color: p["terre-carte"], width: 3 }),
  });
  const image = new Circle({ radius: 2, fill: new Fill({ color: p.lieu }) });
  return new Style({ text, ...(feature.get("dot") && { image }), zIndex: 20 - rank });
}

/** The density of entries and the names over it, in place of marks. */
export function densityStyle(p: Palette, ratio: number): Styles {
  const spot = heatStyles(p, ratio);
  return (feature) => (feature.get("text") === undefined ? spot(Number(feature.get("n") ?? 1)) : nameStyle(feature, p));
}

export interface EntryTexts {
  lang: string;
  thousand: string;
  million: string;
}

/** Drawings kept, so that a page of panning does not fill the memory. */
const MOST_DRAWINGS = 600;

/** Names, and the entries: clusters as crowns, single ones as pins. Drawings are shared between like features. */
export function overlayStyle(p: Palette, icons: Map<string, Path2D>, texts: EntryTexts, ratio: number): Styles {
  const drawn = new Map<string, Style>();
  return (feature, resolution) => {
    if (feature.get("text") !== undefined) return nameStyle(feature, p);
    if (feature.get("a")) return vagueStyle(feature, resolution, p, icons, ratio);
    const n = Number(feature.get("n") ?? 1);
    const crown = n > 1 || feature.get("code") !== undefined; // an area has a crown also for one
    const shares = crown ? sharesOf(feature) : [];
    const text = crown ? shortCount(n, texts.lang, texts.thousand, texts.million) : "";
    const key = crown ? `${text}/${quantised(shares)}` : `pin/${themeName(feature.get("theme"))}`;
    let style = drawn.get(key);
    if (!style) {
      if (drawn.size >= MOST_DRAWINGS) drawn.clear();
      style = crown
        ? crownStyle(n, text, shares, p, ratio)
        : pinStyle(themeName(feature.get("theme")), p, icons, ratio);
      drawn.set(key, style);
    }
    return style;
  };
}

/** The counts by root theme, the last those without one. */
export function sharesOf(feature: FeatureLike): number[] {
  const merged = feature.get("shares");
  if (Array.isArray(merged)) return merged;
  if (Number(feature.get("n") ?? 1) === 1) {
    const own = Number(feature.get("theme") ?? THEMES.length - 1);
    return THEMES.map((_, i) => (i === own ? 1 : 0));
  }
  const shares = THEMES.slice(0, -1).map((_, i) => Number(feature.get(`c${i}`) ?? 0));
  return [...shares, Number(feature.get("cx") ?? 0)];
}

/** Half the diagonal of the grid on which approximate places are, in metres. */
const APPROXIMATE = 1500;

/** An approximate place: a soft disc as wide as the place may be off, and no pin. */
function vagueStyle(f: FeatureLike, resolution: number, p: Palette, icons: Map<string, Path2D>, ratio: number) {
  const theme = themeName(f.get("theme"));
  const y = f.getGeometry()?.getExtent()[1] ?? 0;
  const metres = resolution / Math.cosh(y / EARTH_RADIUS);
  const radius = Math.round(Math.max(16, Math.min(220, APPROXIMATE / metres)));
  return [
    new Style({
      image: new Circle({
        radius,
        fill: new Fill({ color: translucent(p[theme], 0.16) }),
        stroke: new Stroke({ color: p[theme], width: 1.2, lineDash: [4, 4] }),
      }),
      zIndex: 80,
    }),
    new Style({
      image: new Icon({ img: drawCore(p[theme], icons.get(theme), p, ratio), scale: 1 / ratio }),
      zIndex: 90,
    }),
  ];
}

function quantised(shares: number[]): string {
  const total = shares.reduce((a, b) => a + b, 0) || 1;
  return shares.map((s) => Math.round((s / total) * 32)).join();
}

function crownStyle(n: number, text: string, shares: number[], p: Palette, ratio: number): Style {
  const img = drawCrown(n, text, shares, p, ratio);
  return new Style({ image: new Icon({ img, scale: 1 / ratio }), zIndex: 100 });
}

function pinStyle(theme: (typeof THEMES)[number], p: Palette, icons: Map<string, Path2D>, ratio: number): Style {
  const img = drawPin(p[theme], icons.get(theme), p, ratio);
  const anchor = [PIN.width / 2 / Math.max(PIN.width, PIN.height), 35 / Math.max(PIN.width, PIN.height)];
  return new Style({ image: new Icon({ img, scale: 1 / ratio, anchor }), zIndex: 90 });
}
