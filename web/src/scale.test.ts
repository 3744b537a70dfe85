import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDistance, metresPerPixel, scaleBar } from "./scale.js";

test("the bar is a round distance that fits", () => {
  for (const m of [0.3, 7, 152.9, 1222, 9783, 156543]) {
    const { metres, pixels } = scaleBar(m, 112);
    assert.ok(pixels <= 112 && pixels > 112 / 2.6, `${m}: ${pixels}`);
    assert.match(String(metres), /^[125]0*$/);
  }
});

test("distances read in the page's language", () => {
  assert.match(formatDistance(100_000, "fr"), /^100\s?km$/);
  assert.match(formatDistance(50, "en"), /^50\s?m$/);
});

test("a pixel is 156 km wide at the equator at zoom 0", () => {
  assert.equal(Math.round(metresPerPixel(0, 0)), 156543);
});
