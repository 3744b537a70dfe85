// What a guided tour's script computes: the step in view, where the window of
// time lies, and what a step's element asks for.

import { type Position, parsePosition } from "./state.js";

export interface Step {
  position: Position | undefined;
  /** Seconds since 1970; undefined without a window of time. */
  span: { from: number; to: number } | undefined;
  fromText: string;
  toText: string;
  spot: { lat: number; lon: number } | undefined;
}

/** Reads the data attributes of a step. */
export function stepOf(data: DOMStringMap): Step {
  const from = Number(data.from ?? Number.NaN);
  const to = Number(data.to ?? Number.NaN);
  const lat = Number(data.lat ?? Number.NaN);
  const lon = Number(data.lon ?? Number.NaN);
  return {
    position: parsePosition(data.c),
    span: to > from ? { from, to } : undefined,
    fromText: data.fromText ?? "",
    toText: data.toText ?? "",
    spot: Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : undefined,
  };
}

/** A step that asks for no place stays where the one before it was, whichever way the reader came. */
export function placed(steps: readonly Step[]): Step[] {
  let last: Step["position"];
  return steps.map((s) => {
    last = s.position ?? last;
    return { ...s, position: last };
  });
}

/** The step to go to from one of total, by a number of steps; the ends hold. */
export const stepped = (at: number, by: number, total: number): number => Math.max(0, Math.min(total - 1, at + by));

/** The step whose box holds the line at y, else the last one above it; -1 before the first. */
export function stepAt(tops: readonly number[], y: number): number {
  let at = -1;
  for (const [i, top] of tops.entries()) if (top <= y) at = i;
  return at;
}

/** Where a window lies on a strip whose plot is [x0, x1] of width pixels: shares of its width. */
export function windowOn(
  strip: { from: number; to: number },
  plot: { x0: number; x1: number; width: number },
  span: { from: number; to: number },
): { left: number; width: number } {
  const share = (t: number) =>
    (plot.x0 +
      ((Math.max(strip.from, Math.min(strip.to, t)) - strip.from) / (strip.to - strip.from)) * (plot.x1 - plot.x0)) /
    plot.width;
  const left = share(span.from);
  return { left, width: Math.max(0.008, share(span.to) - left) };
}
