import assert from "node:assert/strict";
import { test } from "node:test";
import { area, type Corner, polygonOf, polygonsIn, withPolygon } from "./outline.js";

const square: Corner[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

test("a ring is closed and counterclockwise, whichever way it was drawn", () => {
  for (const corners of [square, [...square].reverse()]) {
    const ring = polygonOf(corners)?.coordinates[0] ?? [];
    assert.equal(ring.length, 5);
    assert.deepEqual(ring[0], ring[4]);
    assert.ok(area(ring.slice(0, 4)) > 0);
  }
});

test("doubled corners are one, and two make no outline", () => {
  assert.equal(polygonOf([...square, square[0]!])?.coordinates[0]?.length, 5);
  assert.equal(polygonOf([square[0]!, square[0]!, square[1]!, square[2]!])?.coordinates[0]?.length, 4);
  assert.equal(polygonOf([square[0]!, square[1]!, square[1]!]), undefined);
});

test("a second outline is added to what the field has", () => {
  const one = polygonOf(square)!;
  const text = withPolygon("", one);
  assert.equal(polygonsIn(text).length, 1);
  assert.equal(polygonsIn(withPolygon(text, one)).length, 2);
  const feature = JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", geometry: one }] });
  assert.equal(polygonsIn(withPolygon(feature, one)).length, 2);
  for (const bad of ["{", "null", "[]", '{"type":"Point"}']) assert.deepEqual(polygonsIn(bad), []);
});
