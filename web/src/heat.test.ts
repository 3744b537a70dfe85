import assert from "node:assert/strict";
import { test } from "node:test";
import { warmth } from "./heat.js";

test("more entries are warmer, up to a limit", () => {
  assert.equal(warmth(1), 0.22);
  assert.ok(warmth(10) > warmth(2) && warmth(1000) > warmth(10));
  assert.equal(warmth(1e9), 0.95);
  assert.equal(warmth(0), 0.22);
});
