// The density of entries as spots of warmth that add up.

import Icon from "ol/style/Icon.js";
import Style from "ol/style/Style.js";
import { type Palette, translucent } from "./palette.js";

/** How far a spot reaches, in pixels. */
const RADIUS = 34;

/** The opacity of a spot of n entries; internal/basemap/heat.go has the same. */
export function warmth(n: number): number {
  return Math.min(0.95, 0.22 + 0.2 * Math.log10(Math.max(1, n)));
}

/** One style for each of twenty steps of warmth. */
export function heatStyles(p: Palette, ratio: number): (n: number) => Style {
  const made = new Map<number, Style>();
  return (n) => {
    const step = Math.round(warmth(n) * 20);
    let style = made.get(step);
    if (!style) {
      style = new Style({ image: new Icon({ img: spot(step / 20, p.alerte, ratio), scale: 1 / ratio }) });
      made.set(step, style);
    }
    return style;
  };
}

function spot(opacity: number, colour: string, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * RADIUS * ratio;
  const c = canvas.getContext("2d");
  if (!c) return canvas;
  c.scale(ratio, ratio);
  c.globalAlpha = opacity;
  const fade = c.createRadialGradient(RADIUS, RADIUS, 0, RADIUS, RADIUS, RADIUS);
  fade.addColorStop(0, colour);
  fade.addColorStop(1, translucent(colour, 0));
  c.fillStyle = fade;
  c.fillRect(0, 0, 2 * RADIUS, 2 * RADIUS);
  return canvas;
}
