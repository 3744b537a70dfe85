// The brand's marks on the map: a cluster is the crown of a tree seen from
// above, with a ring of the shares of each theme; a single entry is a pin.

import { FONT, type Palette, THEMES } from "./palette.js";

/** A cluster's radius in CSS pixels; package atlas keeps clusters apart by the same formula. */
export function radius(n: number): number {
  return Math.max(14, Math.min(44, 8 + 9 * Math.log10(Math.max(1, n))));
}

/** 1250 as "1,3 k": the units come translated, with {n} for the number. */
export function shortCount(n: number, lang: string, thousand: string, million: string): string {
  if (n < 1000) return String(n);
  const [value, unit] = n < 999_500 ? [n / 1000, thousand] : [n / 1e6, million];
  const digits = value < 9.95 ? 1 : 0;
  return unit.replace("{n}", new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(value));
}

/**
 * The ring's arcs as fractions of a turn from the top, clockwise, one for each
 * theme that has entries; shares are rounded to 1/32 so that drawings can be shared.
 */
export function arcs(shares: readonly number[]): { theme: number; from: number; to: number }[] {
  const total = shares.reduce((a, b) => a + b, 0);
  if (total <= 0) return [];
  let sum = 0;
  let from = 0;
  const out: { theme: number; from: number; to: number }[] = [];
  shares.forEach((n, theme) => {
    sum += n;
    const to = Math.round((sum / total) * 32) / 32;
    if (to > from) out.push({ theme, from, to });
    from = to;
  });
  return out;
}

const RING = 4;

function canvas(side: number, ratio: number): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = element.height = Math.ceil(side * ratio);
  const context = element.getContext("2d");
  if (!context) throw new Error("no 2D canvas");
  context.scale(ratio, ratio);
  return context;
}

/** Draws a cluster, at ratio device pixels a CSS pixel. */
export function drawCrown(n: number, text: string, shares: readonly number[], p: Palette, ratio: number) {
  const r = radius(n);
  const side = 2 * r + 6;
  const c = canvas(side, ratio);
  const middle = side / 2;
  const disc = (radius: number, colour: string) => {
    c.beginPath();
    c.arc(middle, middle, radius, 0, 2 * Math.PI);
    c.fillStyle = colour;
    c.fill();
  };
  disc(r + 2, p.craie);
  c.lineWidth = RING;
  for (const a of arcs(shares)) {
    c.beginPath();
    c.arc(middle, middle, r - RING / 2, (a.from - 0.25) * 2 * Math.PI, (a.to - 0.25) * 2 * Math.PI);
    c.strokeStyle = p[THEMES[a.theme] ?? "autre"];
    c.stroke();
  }
  disc(r - RING - 1.5, p.haie);
  c.fillStyle = p["sur-haie"];
  c.font = `650 ${text.length > 4 ? 11 : 13}px ${FONT}`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(text, middle, middle + 0.5);
  return c.canvas;
}

/** The pin's height; its point is at the bottom's middle. */
export const PIN = { width: 30, height: 36 };

/** Draws a pin with the theme's icon, a path on a 24 × 24 grid. */
export function drawPin(colour: string, icon: Path2D | undefined, p: Palette, ratio: number): HTMLCanvasElement {
  const c = canvas(Math.max(PIN.width, PIN.height), ratio);
  const outline = new Path2D("M15 35C7.500 26 3 20.500 3 14.500a12 12 0 0 1 24 0C27 20.500 22.500 26 15 35z");
  c.fillStyle = colour;
  c.strokeStyle = p.craie;
  c.lineWidth = 2;
  c.stroke(outline);
  c.fill(outline);
  if (!icon) return c.canvas;
  drawIcon(c, icon, 7.5, 7, p);
  return c.canvas;
}

function drawIcon(c: CanvasRenderingContext2D, icon: Path2D, x: number, y: number, p: Palette): void {
  c.translate(x, y);
  c.scale(15 / 24, 15 / 24);
  c.strokeStyle = p["sur-cat"];
  c.lineWidth = 2.4;
  c.lineCap = c.lineJoin = "round";
  c.stroke(icon);
}

/** Draws the middle of an approximate place: a small disc with the theme's icon. */
export function drawCore(colour: string, icon: Path2D | undefined, p: Palette, ratio: number): HTMLCanvasElement {
  const side = 24;
  const c = canvas(side, ratio);
  c.beginPath();
  c.arc(side / 2, side / 2, 10, 0, 2 * Math.PI);
  c.fillStyle = colour;
  c.fill();
  if (icon) drawIcon(c, icon, 4.5, 4.5, p);
  return c.canvas;
}

/** The icons' paths by name, from the sprite's text. */
export function readIcons(sprite: string): Map<string, Path2D> {
  const parsed = new DOMParser().parseFromString(sprite, "image/svg+xml");
  return new Map(
    [...parsed.querySelectorAll("symbol")].map((s) => [
      s.id,
      new Path2D(s.querySelector("path")?.getAttribute("d") ?? ""),
    ]),
  );
}
