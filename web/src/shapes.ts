// Lines and areas of entries, drawn from layer "shapes" of the entries' tiles.

import type { FeatureLike } from "ol/Feature.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { type Palette, themeName } from "./palette.js";

/** A colour "#rrggbb" with an opacity of 0 to 1, as "#rrggbbaa"; another colour as it is. */
export function translucent(colour: string, opacity: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}

export const isShape = (f: FeatureLike): boolean => f.get("layer") === "shapes";

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
