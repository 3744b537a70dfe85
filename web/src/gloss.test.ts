import assert from "node:assert/strict";
import { test } from "node:test";
import { placeBubble } from "./gloss.js";

const window = { width: 400, height: 600 };
const bubble = { width: 200, height: 80 };

test("a bubble goes under its word, over it at the foot of the window, and stays inside", () => {
  assert.deepEqual(placeBubble({ left: 20, top: 100, bottom: 120 }, bubble, window), { left: 20, top: 128 });
  assert.deepEqual(placeBubble({ left: 350, top: 560, bottom: 580 }, bubble, window), { left: 192, top: 472 });
  assert.deepEqual(placeBubble({ left: -5, top: 10, bottom: 590 }, bubble, window), { left: 8, top: 598 });
});
