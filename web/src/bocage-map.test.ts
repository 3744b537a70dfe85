import assert from "node:assert/strict";
import { test } from "node:test";
import { frameHeight, frameURL } from "./bocage-map.js";

const at = "https://elsewhere.example/page";

test("the frame of a map, of a page, of an entry", () => {
  const frames: [Parameters<typeof frameURL>[0], string][] = [
    [{ src: "https://b.example/" }, "https://b.example/embed"],
    [
      { src: "https://b.example/?theme=eau&q=puits", view: "list" },
      "https://b.example/embed?theme=eau&q=puits&view=list",
    ],
    [{ src: "https://b.example/timeline?from=1990" }, "https://b.example/embed?from=1990&view=timeline"],
    [{ src: "https://b.example/maps/bretagne" }, "https://b.example/maps/bretagne/embed"],
    [{ src: "https://b.example/maps/bretagne/timeline" }, "https://b.example/maps/bretagne/embed?view=timeline"],
    [
      { src: "https://b.example/maps/bretagne?c=48,-3,8", theme: "dark", filters: "kind=place&theme=eau", lang: "en" },
      "https://b.example/maps/bretagne/embed?c=48%2C-3%2C8&kind=place&theme=eau&scheme=dark&lang=en",
    ],
    [
      { src: "https://b.example/entries/0193a000-0000-7000-8000-000000000001" },
      "https://b.example/embed?entry=0193a000-0000-7000-8000-000000000001&view=entry",
    ],
    [{ src: "/maps/a", theme: "auto", view: "nonsense" }, "https://elsewhere.example/maps/a/embed"],
    [{ src: "https://b.example/genealogy?view=list" }, "https://b.example/embed?view=list"],
  ];
  for (const [asked, want] of frames) assert.equal(frameURL(asked, at)?.href, want);
});

test("what is no address has no frame", () => {
  for (const src of ["javascript:alert(1)", "data:text/html,x", "https://"])
    assert.equal(frameURL({ src }, at), undefined);
});

test("the height that a frame asks for is bounded", () => {
  assert.equal(frameHeight({ type: "bocage", height: 512.4 }), 512);
  assert.equal(frameHeight({ type: "bocage", height: 9e9 }), 4000);
  for (const data of [
    null,
    "bocage",
    {},
    { type: "other", height: 300 },
    { type: "bocage", height: "300" },
    { type: "bocage", height: Number.NaN },
    { type: "bocage", height: 0 },
  ])
    assert.equal(frameHeight(data), 0);
});
