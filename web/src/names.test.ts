import assert from "node:assert/strict";
import { test } from "node:test";
import { placeNames, type Town } from "./names.js";

const town = (x: number, y: number, rank: number, population: number): Town => ({ x, y, rank, population, width: 50 });

test("the larger town has the room", () => {
  const [large, small] = [town(100, 100, 1, 2e6), town(104, 102, 5, 5e4)];
  const out = placeNames([small, large], [], 1);
  assert.deepEqual(
    out.map((l) => l.town),
    [large],
  );
  assert.equal(out[0]?.align, "left");
  assert.equal(out[0]?.dot, true);
});

test("a town under a cluster is named above it, without dot", () => {
  const [label] = placeNames([town(100, 100, 1, 2e6)], [{ x: 103, y: 98, r: 30 }], 9);
  assert.equal(label?.align, "center");
  assert.equal(label?.dot, false);
  assert.ok((label?.dy ?? 0) < -30);
});

test("a name without room is left out", () => {
  const wall = Array.from({ length: 81 }, (_, i) => ({ x: 30 * (i % 9) - 20, y: 30 * Math.floor(i / 9) - 20, r: 44 }));
  assert.deepEqual(placeNames([town(100, 100, 3, 4e5)], wall, 9), []);
});
