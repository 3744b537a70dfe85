import assert from "node:assert/strict";
import { test } from "node:test";
import { lineage } from "./genealogy.js";

const edges = [
  { from: "a", to: "c" },
  { from: "b", to: "c" },
  { from: "c", to: "d" },
  { from: "b", to: "e" },
];

test("a lineage is ancestors and descendants, not cousins", () => {
  assert.deepEqual([...lineage("c", edges)].sort(), ["a", "b", "c", "d"]);
  assert.deepEqual([...lineage("e", edges)].sort(), ["b", "e"]);
});

test("a cycle ends", () => {
  const cycle = [
    { from: "a", to: "b" },
    { from: "b", to: "a" },
  ];
  assert.deepEqual([...lineage("a", cycle)].sort(), ["a", "b"]);
});
