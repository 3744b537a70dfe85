// Where the names of places go on the map: the most important first, each
// beside its dot, or beside the mark that covers it; one without room is left out.

import type { Disc } from "./marks.js";

export interface Town {
  x: number;
  y: number;
  /** 1 for a world city to 8 for a village. */
  rank: number;
  population: number;
  width: number;
}

export interface Label<T extends Town> {
  town: T;
  /** From the town's point to the text's anchor. */
  dx: number;
  dy: number;
  align: "left" | "center" | "right";
  dot: boolean;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const DOT = 3;
const HALF_LINE = 8;
const GAP = 4;

/** The room of a text w wide anchored at x, y. */
function room(x: number, y: number, w: number, align: Label<Town>["align"]): Box {
  const left = align === "left" ? x : align === "right" ? x - w : x - w / 2;
  return { left: left - GAP, top: y - HALF_LINE, right: left + w + GAP, bottom: y + HALF_LINE };
}

/** The places beside a disc: at its sides, above, below, then between; a large one first above and below. */
function spots(d: Disc): [number, number, Label<Town>["align"]][] {
  const k = 0.71 * d.r;
  const sides: [number, number, Label<Town>["align"]][] = [
    [d.x + d.r + 3, d.y, "left"],
    [d.x - d.r - 3, d.y, "right"],
  ];
  const ends: [number, number, Label<Town>["align"]][] = [
    [d.x, d.y - d.r - 10, "center"],
    [d.x, d.y + d.r + 10, "center"],
  ];
  return [
    ...(d.r > 8 ? [...ends, ...sides] : [...sides, ...ends]),
    [d.x + k + 2, d.y - k - 6, "left"],
    [d.x + k + 2, d.y + k + 6, "left"],
    [d.x - k - 2, d.y - k - 6, "right"],
    [d.x - k - 2, d.y + k + 6, "right"],
  ];
}

function meets(b: Box, d: Disc): boolean {
  const x = Math.max(b.left, Math.min(d.x, b.right));
  const y = Math.max(b.top, Math.min(d.y, b.bottom));
  return Math.hypot(x - d.x, y - d.y) < d.r + 1;
}

const cross = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Places at most so many names among the discs of the marks. */
export function placeNames<T extends Town>(towns: T[], discs: Disc[], most: number): Label<T>[] {
  const taken: Box[] = [];
  const out: Label<T>[] = [];
  for (const town of [...towns].sort((a, b) => a.rank - b.rank || b.population - a.population)) {
    if (out.length >= most) break;
    const cover = discs.find((d) => Math.hypot(d.x - town.x, d.y - town.y) < d.r + DOT);
    const free = (b: Box) => !taken.some((t) => cross(t, b)) && !discs.some((d) => meets(b, d));
    for (const [x, y, align] of spots(cover ?? { x: town.x, y: town.y, r: DOT })) {
      const box = room(x, y, town.width, align);
      if (!free(box)) continue;
      taken.push(box);
      if (!cover) taken.push({ left: town.x - DOT, top: town.y - DOT, right: town.x + DOT, bottom: town.y + DOT });
      out.push({ town, dx: x - town.x, dy: y - town.y, align, dot: !cover });
      break;
    }
  }
  return out;
}
