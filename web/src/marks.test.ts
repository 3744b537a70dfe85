import assert from "node:assert/strict";
import { test } from "node:test";
import { disc, type Mark, merge } from "./marks.js";

const mark = (x: number, y: number, n: number, i: number): Mark => ({ x, y, n, shares: [n, 0], of: [i] });

test("marks that touch become one, and no count is lost", () => {
  let seed = 7;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const marks = Array.from({ length: 400 }, (_, i) => mark(next() * 1000, next() * 700, i % 5 ? 1 : 2 + (i % 90), i));
  const out = merge(marks);
  const sum = (list: Mark[]) => list.reduce((s, m) => s + m.n, 0);
  assert.equal(sum(out), sum(marks));
  assert.equal(out.flatMap((m) => m.of).length, marks.length);
  for (const m of out) assert.equal(m.shares[0], m.n);
  let near = 0;
  out.forEach((a, i) => {
    for (const b of out.slice(i + 1)) {
      const [p, q] = [disc(a), disc(b)];
      if (Math.hypot(p.x - q.x, p.y - q.y) < p.r + q.r - 2.5) near++;
    }
  });
  assert.equal(near, 0);
});

test("marks apart stay as they are", () => {
  const marks = [mark(0, 0, 1, 0), mark(60, 0, 40, 1), mark(300, 9, 1, 2)];
  assert.deepEqual(new Set(merge(marks)), new Set(marks));
});
