import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, stepAt, stepOf, stepped, windowOn } from "./tourstep.js";

test("a step is read from its element", () => {
  const s = stepOf({ c: "48.1,-1.7,9", from: "100", to: "200", fromText: "1990", lat: "48", lon: "-1.5" });
  assert.deepEqual(s.position, { lat: 48.1, lon: -1.7, zoom: 9 });
  assert.deepEqual(s.span, { from: 100, to: 200 });
  assert.deepEqual(s.spot, { lat: 48, lon: -1.5 });
  assert.deepEqual(stepOf({}), { position: undefined, span: undefined, fromText: "", toText: "", spot: undefined });
  assert.equal(stepOf({ from: "200", to: "100" }).span, undefined);
});

test("steps stop at the ends", () => {
  assert.deepEqual([stepped(0, -1, 5), stepped(4, 1, 5), stepped(2, 1, 5), stepped(-1, 1, 5)], [0, 4, 3, 0]);
});

test("the step at a line", () => {
  assert.deepEqual(
    [stepAt([100, 400, 700], 50), stepAt([100, 400, 700], 100), stepAt([100, 400, 700], 650), stepAt([], 3)],
    [-1, 0, 1, -1],
  );
});

test("a window on the strip", () => {
  const plot = { x0: 10, x1: 110, width: 120 };
  const on = (from: number, to: number) => windowOn({ from: 0, to: 100 }, plot, { from, to });
  assert.deepEqual(on(0, 100), { left: 10 / 120, width: 110 / 120 - 10 / 120 });
  assert.equal(on(50, 50).width, 0.008, "never too thin to see");
  assert.equal(on(-50, 200).left, 10 / 120, "held by the strip");
});

test("a step without a place stays at the one before", () => {
  const steps = placed([stepOf({}), stepOf({ c: "1,2,3" }), stepOf({})]);
  assert.deepEqual(
    steps.map((s) => s.position?.lat),
    [undefined, 1, 1],
  );
});
