// Lines and areas of entries, drawn from layer "shapes" of the entries' tiles.

import type { FeatureLike } from "ol/Feature.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { type Palette, themeName, translucent } from "./palette.js";

export const isShape = (f: FeatureLike): boolean => f.get("layer") === "shapes";
export const isZone = (f: FeatureLike): boolean => f.get("layer") === "zones";

/** The opacity of the areas' colour, by class; the style sheet's .z-1 to .z-5 have the same. */
const ZONE_OPACITY = [0, 0.14, 0.3, 0.46, 0.62, 0.78];

/** The style of régions or départements: one colour, the more entries the fuller. */
export function zoneStyle(p: Palette) {
  const made = new Map<number, Style>();
  return (feature: FeatureLike): Style | undefined => {
    if (!isZone(feature)) return undefined;
    const level = Number(feature.get("class") ?? 0);
    let style = made.get(level);
    if (!style) {
      style = new Style({
        fill: new Fill({ color: translucent(p.haie, ZONE_OPACITY[level] ?? 0) }),
        stroke: new Stroke({ color: p.craie, width: 1.2 }),
      });
      made.set(level, style);
    }
    return style;
  };
}

/** The style of shapes; chosen gives the number of the entry that stands out, as text. */
export function shapeStyle(p: Palette, chosen: () => string | undefined) {
  const made = new Map<string, Style[]>();
  return (feature: FeatureLike): Style[] | undefined => {
    if (!isShape(feature)) return undefined;
    const area = /Polygon/.test(feature.getGeometry()?.getType() ?? "");
    const own = String(feature.getId()) === chosen();
    const theme = themeName(feature.get("theme"));
    const key = `${theme}/${area}/${own}`;
    let styles = made.get(key);
    if (!styles) {
      const width = (area ? 1.6 : 3) + (own ? 1.4 : 0);
      styles = [
        new Style({ stroke: new Stroke({ color: p.craie, width: width + 2.4 }), zIndex: own ? 3 : 1 }),
        new Style({
          stroke: new Stroke({ color: p[theme], width }),
          ...(area && { fill: new Fill({ color: translucent(p[theme], own ? 0.32 : 0.18) }) }),
          zIndex: own ? 4 : 2,
        }),
      ];
      made.set(key, styles);
    }
    return styles;
  };
}
