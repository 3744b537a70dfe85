import assert from "node:assert/strict";
import { test } from "node:test";
import { translucent } from "./palette.js";

test("an opacity is added to a colour of six digits only", () => {
  assert.equal(translucent("#102030", 0.5), "#10203080");
  assert.equal(translucent("#102030", 0), "#10203000");
  assert.equal(translucent("rgb(1 2 3)", 0.5), "rgb(1 2 3)");
});
