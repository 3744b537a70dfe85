// What the map draws of the entries, in pixels: marks that would touch become
// one, also across the edges of tiles and between the zooms of tiles, so that
// none hides another and the counts stay whole.

import { PIN, radius } from "./crown.js";

export interface Mark {
  x: number;
  y: number;
  n: number;
  /** The counts by root theme, the last those without one. */
  shares: number[];
  /** The features that the mark stands for. */
  of: number[];
}

export interface Disc {
  x: number;
  y: number;
  r: number;
}

/** How far two marks may bite into each other. */
const SLACK = 2;
const CELL = 96;
const MOST_PASSES = 6;

/** What a mark covers: a cluster its circle, a pin its head, which stands above the place. */
export function disc(m: Mark): Disc {
  return m.n > 1 ? { x: m.x, y: m.y, r: radius(m.n) } : { x: m.x, y: m.y + 20.5 - PIN.height, r: 11.5 };
}

function touch(a: Mark, b: Mark): boolean {
  const p = disc(a);
  const q = disc(b);
  return Math.hypot(p.x - q.x, p.y - q.y) < p.r + q.r - SLACK;
}

function join(group: Mark[]): Mark {
  const n = group.reduce((sum, m) => sum + m.n, 0);
  const mean = (of: (m: Mark) => number) => group.reduce((sum, m) => sum + of(m) * m.n, 0) / n;
  const shares = group[0]?.shares.map((_, i) => group.reduce((sum, m) => sum + (m.shares[i] ?? 0), 0)) ?? [];
  return { x: mean((m) => m.x), y: mean((m) => m.y), n, shares, of: group.flatMap((m) => m.of) };
}

/** One pass: the most numerous take in those that they touch. */
function pass(marks: Mark[]): Mark[] {
  const order = [...marks].sort((a, b) => b.n - a.n || a.x - b.x || a.y - b.y);
  const key = (cx: number, cy: number) => `${cx},${cy}`;
  const cell = (v: number) => Math.floor(v / CELL);
  const grid = new Map<string, Mark[]>();
  for (const m of order) {
    const k = key(cell(m.x), cell(m.y));
    grid.set(k, [...(grid.get(k) ?? []), m]);
  }
  const done = new Set<Mark>();
  const out: Mark[] = [];
  for (const m of order) {
    if (done.has(m)) continue;
    done.add(m);
    const group = [m];
    for (let cx = cell(m.x) - 1; cx <= cell(m.x) + 1; cx++) {
      for (let cy = cell(m.y) - 1; cy <= cell(m.y) + 1; cy++) {
        for (const other of grid.get(key(cx, cy)) ?? []) {
          if (done.has(other) || !touch(m, other)) continue;
          done.add(other);
          group.push(other);
        }
      }
    }
    out.push(group.length > 1 ? join(group) : m);
  }
  return out;
}

/** Merges marks until none touches another, or nearly so. */
export function merge(marks: Mark[]): Mark[] {
  let now = marks;
  for (let i = 0; i < MOST_PASSES; i++) {
    const next = pass(now);
    if (next.length === now.length) return next;
    now = next;
  }
  return now;
}
