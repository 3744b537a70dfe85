import assert from "node:assert/strict";
import { test } from "node:test";
import { byArea, readLayers } from "./layers.js";

test("layers are read from the URL, and what is unknown is as absent", () => {
  assert.deepEqual(readLayers(new URLSearchParams("layer=dep&shapes=0&ground=relief")), {
    mode: "dep",
    shapes: false,
    ground: "relief",
  });
  assert.deepEqual(readLayers(new URLSearchParams("layer=x&shapes=1")), { mode: "", shapes: true, ground: "" });
  assert.ok(byArea("region") && byArea("dep") && !byArea("heat") && !byArea(""));
});
