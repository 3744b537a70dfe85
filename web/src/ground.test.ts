import assert from "node:assert/strict";
import { test } from "node:test";
import { sort } from "./ground.js";

test("the layers of common schemas are told apart", () => {
  const found = [
    "water",
    "waterway",
    "landcover",
    "earth",
    "transportation",
    "roads",
    "boundary",
    "boundaries",
    "place",
    "places",
    "poi",
  ];
  assert.deepEqual(found.map(sort), [
    "water",
    "water",
    "green",
    "land",
    "road",
    "road",
    "border",
    "border",
    "place",
    "place",
    "",
  ]);
});
