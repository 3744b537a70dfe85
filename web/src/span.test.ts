import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, panned, SHORTEST, stretched, toEDTF, toParams, within, zoomed } from "./span.js";

const limits = { from: 0, to: 1000 * DAY };

test("zoom keeps the point under the pointer", () => {
  const out = zoomed({ from: 100 * DAY, to: 200 * DAY }, 0.5, 0.25, limits);
  assert.equal(out.to - out.from, 50 * DAY);
  assert.equal(out.from + 0.25 * (out.to - out.from), 125 * DAY);
});

test("zoom stops at the shortest window and at the limits", () => {
  assert.equal(
    zoomed({ from: 0, to: 4 * DAY }, 0.01, 0.5, limits).to - zoomed({ from: 0, to: 4 * DAY }, 0.01, 0.5, limits).from,
    SHORTEST,
  );
  assert.deepEqual(zoomed({ from: 400 * DAY, to: 600 * DAY }, 100, 0.5, limits), limits);
});

test("pan stops at the limits", () => {
  assert.deepEqual(panned({ from: 10 * DAY, to: 110 * DAY }, -5, limits), { from: 0, to: 100 * DAY });
  assert.deepEqual(panned({ from: 850 * DAY, to: 950 * DAY }, 1, limits), { from: 900 * DAY, to: 1000 * DAY });
});

test("a window wider than the limits becomes them", () => {
  assert.deepEqual(within({ from: -5 * DAY, to: 5000 * DAY }, limits), limits);
});

test("dates are EDTF, also before year 1", () => {
  assert.equal(toEDTF(Date.UTC(2018, 0, 23) / 1000, 10 * DAY), "2018-01-23");
  assert.equal(toEDTF(Date.UTC(1217, 10, 6) / 1000, 400 * 366 * DAY), "1217");
  assert.equal(toEDTF(Date.UTC(-44, 2, 15) / 1000, DAY), "-0044-03-15");
});

test("a window of whole years is written so that it is read back the same", () => {
  const span = { from: Date.UTC(1960, 0, 1) / 1000, to: Date.UTC(2027, 0, 1) / 1000 };
  assert.deepEqual(toParams(span), { from: "1960", to: "2026" });
});

test("a window of hours is written with hours", () => {
  const from = Date.UTC(2027, 5, 6, 17, 30) / 1000;
  assert.deepEqual(toParams({ from, to: from + 2 * 3600 }), { from: "2027-06-06T17:30", to: "2027-06-06T19:30" });
});

test("an edge of the window moves, but not past the other", () => {
  const span = { from: 100 * DAY, to: 200 * DAY };
  assert.deepEqual(stretched(span, "to", 0.2, limits), { from: 100 * DAY, to: 220 * DAY });
  assert.deepEqual(stretched(span, "from", -0.2, limits), { from: 80 * DAY, to: 200 * DAY });
  assert.deepEqual(stretched(span, "from", 1, limits), span);
  assert.deepEqual(stretched(span, "from", -5, limits), { from: 0, to: 200 * DAY });
});
