import assert from "node:assert/strict";
import { test } from "node:test";
import { arcs, radius, shortCount } from "./crown.js";

test("arcs cover the whole turn, in order, whatever the shares", () => {
  for (const shares of [[1], [1, 1, 1], [0, 5, 0, 3, 0, 0, 0, 0, 9], [1000, 1], [7, 7, 7, 7, 7, 7, 7, 7, 7]]) {
    const out = arcs(shares);
    assert.equal(out[0]?.from, 0);
    assert.equal(out.at(-1)?.to, 1);
    for (let i = 1; i < out.length; i++) assert.equal(out[i]?.from, out[i - 1]?.to);
  }
  assert.deepEqual(arcs([0, 0]), []);
});

test("counts are short, in the page's language", () => {
  const fr = (n: number) => shortCount(n, "fr", "{n} k", "{n} M");
  assert.equal(fr(999), "999");
  assert.equal(fr(1250), "1,3 k");
  assert.equal(fr(12_480), "12 k");
  assert.equal(fr(2_400_000), "2,4 M");
  assert.equal(fr(999_900), "1 M");
  assert.equal(shortCount(1250, "en", "{n}k", "{n}M"), "1.3k");
});

test("a crown grows with the count and stays in bounds", () => {
  assert.equal(radius(1), 14);
  assert.ok(radius(100) < radius(1000));
  assert.equal(radius(1e9), 44);
});
