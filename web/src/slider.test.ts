import assert from "node:assert/strict";
import { test } from "node:test";
import { barsOn, periodParams } from "./slider.js";

const scale = { first: 1900, last: 1999 };

test("the ends of the scale are open, what is between is in the URL", () => {
  const at = (from: number, to: number) =>
    periodParams(new URLSearchParams("q=x&entry=3&from=1910"), scale, from, to).toString();
  assert.equal(at(1900, 1999), "q=x");
  assert.equal(at(1950, 1999), "q=x&from=1950");
  assert.equal(at(1950, 1960), "q=x&from=1950&to=1960");
  assert.equal(
    periodParams(new URLSearchParams(), { first: -500, last: 900 }, -44, 14).toString(),
    "from=-0044&to=0014",
  );
});

test("bars are on when they meet the period", () => {
  assert.deepEqual(barsOn(4, scale, 1900, 1999), [true, true, true, true]);
  assert.deepEqual(barsOn(4, scale, 1925, 1949), [false, true, false, false]);
  assert.deepEqual(barsOn(4, scale, 1949, 1950), [false, true, true, false]);
});
