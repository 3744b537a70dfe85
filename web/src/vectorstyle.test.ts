import assert from "node:assert/strict";
import { test } from "node:test";
import { type GroundStyle, lightness, nightColour, nightStyle, ourFonts } from "./vectorstyle.js";

test("fonts of a style are ours, in its weight", () => {
  assert.deepEqual(ourFonts(["Noto Sans Bold", "Arial Unicode MS Bold"]), ["Atkinson Hyperlegible Next Bold"]);
  assert.deepEqual(ourFonts(["Open Sans Italic"]), ["Atkinson Hyperlegible Next Italic"]);
  assert.deepEqual(ourFonts(["Whatever"]), ["Atkinson Hyperlegible Next"]);
});

test("at night light is dark and hues stay", () => {
  assert.ok((lightness(nightColour("#ffffff")) ?? 1) < 0.15);
  assert.ok((lightness(nightColour("#000")) ?? 0) > 0.7);
  const [r, g, b] = nightColour("rgb(160, 200, 240)").match(/\d+/g)?.map(Number) ?? [];
  assert.ok((b ?? 0) > (g ?? 0) && (g ?? 0) > (r ?? 0), "blue stays blue");
  assert.equal(nightColour("get"), "get");
});

test("a light style gets dark, expressions included, and a dark one stays", () => {
  const style = (ground: string): GroundStyle => ({
    version: 8,
    sources: {},
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground } },
      {
        id: "water",
        type: "fill",
        paint: { "fill-color": ["match", ["get", "k"], "a", "#eef", "#ddf"], "fill-opacity": 0.5 },
      },
    ],
  });
  const night = nightStyle(style("#fafafa"));
  const colour = night.layers[1]?.paint?.["fill-color"] as unknown[];
  assert.deepEqual(colour.slice(0, 3), ["match", ["get", "k"], "a"]);
  assert.ok((lightness(String(colour[3])) ?? 1) < 0.3);
  assert.equal(night.layers[1]?.paint?.["fill-opacity"], 0.5);
  assert.deepEqual(nightStyle(style("#101010")), style("#101010"));
});
