import assert from "node:assert/strict";
import { test } from "node:test";
import { inLanguage, readSuggestions, step } from "./suggest.js";

test("suggestions come from features that have a name and a page", () => {
  const features = [
    {
      id: "https://a.example/entries/1",
      properties: { name: "Le Talus", url: "/@talus", place: { locality: "Rennes" } },
    },
    { id: "https://a.example/entries/2", properties: { names: { fr: "Jardin", en: "Garden" } } },
    { properties: { name: "sans page" } },
    { id: "x", properties: { name: "" } },
  ];
  assert.deepEqual(readSuggestions({ features }, "en"), [
    { name: "Le Talus", detail: "Rennes", url: "/@talus" },
    { name: "Garden", detail: "", url: "https://a.example/entries/2" },
  ]);
  assert.deepEqual(readSuggestions({}, "fr"), []);
});

test("a text in another language is better than none", () => {
  assert.equal(inLanguage({ br: "Liorzh" }, "fr"), "Liorzh");
  assert.equal(inLanguage(undefined, "fr"), "");
});

test("arrows go round, through the field itself", () => {
  assert.equal(step(-1, 3, 1), 0);
  assert.equal(step(2, 3, 1), -1);
  assert.equal(step(-1, 3, -1), 2);
  assert.equal(step(0, 0, 1), -1);
});
