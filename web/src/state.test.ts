import assert from "node:assert/strict";
import { test } from "node:test";
import {
  address,
  formatPosition,
  formParams,
  parseBounds,
  parsePosition,
  selectionQuery,
  tileTemplate,
  withParams,
  wrapLongitude,
} from "./state.js";

test("a position is read when it is one", () => {
  assert.deepEqual(parsePosition("46.6,-2.5,6.25"), { lat: 46.6, lon: -2.5, zoom: 6.25 });
  for (const bad of [null, "", "1,2", "1,2,3,4", "a,2,3", "91,0,3", "0,181,3", "0,0,99", "0,,3", "NaN,1,2"]) {
    assert.equal(parsePosition(bad), undefined, String(bad));
  }
});

test("a position is written no finer than its zoom, and comes back", () => {
  assert.equal(formatPosition({ lat: 46.61234, lon: 2.51234, zoom: 6 }), "46.61,2.51,6");
  assert.equal(formatPosition({ lat: 46.6123456, lon: 362.5123456, zoom: 17.456 }), "46.612346,2.512346,17.46");
  assert.deepEqual(parsePosition(formatPosition({ lat: 1, lon: -2, zoom: 3 })), { lat: 1, lon: -2, zoom: 3 });
});

test("longitudes come back to one turn", () => {
  assert.equal(wrapLongitude(190), -170);
  assert.equal(wrapLongitude(-190), 170);
  assert.equal(wrapLongitude(-180), -180);
  assert.equal(wrapLongitude(540), -180);
});

test("bounds need four numbers", () => {
  assert.deepEqual(parseBounds("-1,2,3.5,4"), [-1, 2, 3.5, 4]);
  assert.equal(parseBounds("1,2,3"), undefined);
  assert.equal(parseBounds("1,2,3,x"), undefined);
});

test("tiles take the selection, in one order, and nothing else", () => {
  const p = new URLSearchParams("c=1,2,3&theme=eau&q=jardin&theme=foret&lang=fr&entry=4&from=");
  assert.equal(selectionQuery(p), "q=jardin&theme=eau&theme=foret");
  assert.equal(tileTemplate("/t/{z}/{x}/{y}.mvt", p), "/t/{z}/{x}/{y}.mvt?q=jardin&theme=eau&theme=foret");
  assert.equal(tileTemplate("/t/{z}/{x}/{y}.mvt", new URLSearchParams("lang=en")), "/t/{z}/{x}/{y}.mvt");
});

test("a form replaces its own fields and keeps the others", () => {
  const before = new URLSearchParams("theme=eau&theme=foret&c=1,2,3&lang=en&q=old");
  const after = formParams(
    before,
    ["theme", "kind"],
    [
      ["theme", "logement"],
      ["kind", " "],
    ],
  );
  assert.equal(after.toString(), "c=1%2C2%2C3&lang=en&q=old&theme=logement");
});

test("addresses stay readable", () => {
  assert.equal(
    address("/", withParams(new URLSearchParams("a=1&b=2"), { a: undefined, c: "1,2", e: "@3,4" })),
    "/?b=2&c=1,2&e=@3,4",
  );
  assert.equal(address("/", new URLSearchParams()), "/");
});
