import assert from "node:assert/strict";
import { test } from "node:test";
import { inLanguage, readPlaces, readSuggestions, step } from "./suggest.js";

test("a commune leads to the map around it, with the filters and without the words", () => {
  const places = [{ name: "Rennes", department: "Ille-et-Vilaine", lat: 48.117, lon: -1.678 }];
  assert.deepEqual(readPlaces({ places }, new URLSearchParams("q=ren&theme=eau&all=1"), "Autour de {place}", "/"), [
    { name: "Autour de Rennes", detail: "Ille-et-Vilaine", url: "/?theme=eau&c=48.1170,-1.6780,11" },
  ]);
  assert.deepEqual(readPlaces({}, new URLSearchParams(), "", "/"), []);
});

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
