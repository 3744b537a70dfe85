// The map of the home page: lines and areas, layers, the period slider, piles
// of entries, by pointer, by keyboard and without script.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";
import { launch, mapReady, open, out, overflow, violations, watched } from "./browser.mjs";

const password = process.env.BOCAGE_PASSWORD;
const MARSH = {
  type: "Polygon",
  coordinates: [
    [
      [-2.3, 47.25],
      [-2.1, 47.22],
      [-2.0, 47.3],
      [-2.05, 47.42],
      [-2.2, 47.45],
      [-2.35, 47.38],
      [-2.3, 47.25],
    ],
    [
      [-2.2, 47.3],
      [-2.2, 47.35],
      [-2.13, 47.35],
      [-2.13, 47.3],
      [-2.2, 47.3],
    ],
  ],
};
const PATH = {
  type: "LineString",
  coordinates: [
    [-4.2, 48.3],
    [-3.7, 48.2],
    [-2.9, 48.1],
    [-1.7, 48.1],
  ],
};

const FAR = {
  type: "LineString",
  coordinates: [
    [1.2, 46.3],
    [1.4, 46.35],
  ],
};

describe("map view", { skip: !password && "BOCAGE_PASSWORD is not set" }, () => {
  let browser;
  const marsh = `Marais d'essai ${Date.now() % 1e6}`;
  const path = `Sentier d'essai ${Date.now() % 1e6}`;
  const vague = `Refuge d'essai ${Date.now() % 1e6}`;

  const page = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, ...options });
    return watched(context);
  };
  const shot = (p, name) => p.screenshot({ path: join(out, `mapview-${name}.png`) });
  const ready = async (p, path) => {
    await open(p, path);
    await mapReady(p);
  };

  before(async () => {
    browser = await launch();
    const p = await page();
    await open(p, "/login");
    await p.fill("input[name=name]", "editor");
    await p.fill("input[name=password]", password);
    await p.click("main form button");
    for (const [name, geometry, precision] of [
      [marsh, MARSH, "exact"],
      [path, PATH, "exact"],
      [vague, FAR, "approximate"],
    ]) {
      await open(p, "/new?kind=commons");
      await p.evaluate(() => {
        for (const d of document.querySelectorAll("details")) d.open = true;
        document.querySelector("input[name=themes][value=eau]").checked = true;
      });
      await p.fill("#f-name_fr", name);
      await p.selectOption("#f-precision", precision);
      await p.setInputFiles("#f-shape-file", {
        name: "a.geojson",
        mimeType: "application/geo+json",
        buffer: Buffer.from(JSON.stringify(geometry)),
      });
      await p.click("button[value=shape]");
      await p.waitForSelector(".apercu-forme figure svg path");
      if (name === marsh) {
        assert.deepEqual(await violations(p, "fr"), []);
        await p.locator(".apercu-forme").scrollIntoViewIfNeeded();
        await shot(p, "form");
      }
      await p.click("button[value=publish]");
      await p.waitForLoadState();
    }
    assert.deepEqual(p.faults, []);
    await p.context().close();
  });
  after(() => browser?.close());

  test("an area is drawn, opens by a click in it, and stands out; Escape closes its card", async () => {
    const p = await page();
    await ready(p, "/?c=47.34,-2.17,10");
    await p.waitForFunction((n) => document.querySelector("#resultats")?.textContent.includes(n), marsh);
    const box = await p.locator(".carte-toile").boundingBox();
    // A little west of the middle: in the area, away from its pin.
    await p.mouse.click(box.x + box.width / 2 - 60, box.y + box.height / 2);
    await p.waitForSelector("#fiche:not([hidden])");
    assert.match(await p.textContent("#fiche"), /Marais d.essai/);
    assert.match(await p.textContent("#fiche"), /Aire de \d+/);
    await p.waitForTimeout(400);
    await shot(p, "area");
    await p.keyboard.press("Escape");
    await p.waitForSelector("#fiche[hidden]", { state: "attached" });
    assert.deepEqual(p.faults, []);
    await p.context().close();
  });

  test("the list's button shows the whole of a line, by keyboard", async () => {
    const p = await page({ colorScheme: "dark" });
    await ready(p, "/?c=48.2,-3,8");
    const item = p.locator("#resultats .item", { hasText: path });
    await item.waitFor();
    await item.locator("[data-center]").focus();
    await p.keyboard.press("Enter");
    await p.waitForSelector("#fiche:not([hidden])");
    assert.match(await p.textContent("#fiche"), /Tracé de \d+/);
    await p.waitForTimeout(900);
    await shot(p, "line-dark");
    const [, lon, zoom] = new URL(p.url()).searchParams.get("c").split(",").map(Number);
    assert.ok(zoom < 10 && Math.abs(lon + 2.95) < 0.4, `the view is at ${p.url()}`);
    assert.deepEqual(await violations(p, "fr"), []);
    await p.context().close();
  });

  test("an approximate place shows a disc, words and no shape", async () => {
    const p = await page({ javaScriptEnabled: false });
    await open(p, "/?c=46.33,1.3,11");
    assert.equal(await p.locator(".carte-fond .vague .halo").count(), 1);
    await p.locator("#resultats a", { hasText: vague }).click();
    assert.match(await p.textContent("main"), /approchée/);
    assert.equal(await p.locator(".locator .trace").count(), 0);
    await p.context().close();
  });

  test("layers: counts by région and density, with a legend and a table, in the URL", async () => {
    const p = await page();
    await ready(p, "/?c=46.6,2.5,6");
    await p.click(".couches summary");
    await p.waitForTimeout(200);
    await shot(p, "layers-open");
    await p.click("input[name=layer][value=region]");
    await p.waitForSelector("#tableau tbody tr", { state: "attached" });
    await p.keyboard.press("Escape");
    assert.equal(await p.locator(".couches[open]").count(), 0);
    assert.equal(new URL(p.url()).searchParams.get("layer"), "region");
    await p.waitForTimeout(800);
    await p.locator("#carte").scrollIntoViewIfNeeded();
    await shot(p, "regions");
    assert.deepEqual(await violations(p, "fr"), []);
    // A click in a région chooses it.
    const box = await p.locator(".carte-toile").boundingBox();
    await p.mouse.click(box.x + box.width / 2 - 10, box.y + box.height / 2 - 60);
    await p.waitForFunction(() => new URLSearchParams(location.search).get("area")?.startsWith("region:"));
    assert.equal(new URL(p.url()).searchParams.get("layer"), null);
    await ready(p, "/?c=46.6,2.5,6&layer=heat");
    await p.waitForTimeout(500);
    await shot(p, "heat");
    assert.equal(await p.locator("#legende .rampe").count(), 1);
    assert.deepEqual(p.faults, []);
    await p.context().close();
  });

  test("the period is chosen with two handles, by keyboard too", async () => {
    const p = await page();
    await ready(p, "/?c=46.6,2.5,5");
    const count = () => p.textContent("#h-res");
    const all = await count();
    await p.click(".curseur summary");
    await p.focus("#temps-de");
    const last = Number(await p.getAttribute("#temps-de", "max"));
    await p.keyboard.press("End");
    for (let i = 0; i < 8; i++) await p.keyboard.press("ArrowLeft");
    await p.waitForFunction((year) => new URLSearchParams(location.search).get("from") === String(year), last - 8);
    await p.waitForFunction((before) => document.querySelector("#h-res")?.textContent !== before, all);
    assert.equal(await p.inputValue("input[name=from]"), String(last - 8));
    assert.equal(await p.evaluate(() => document.activeElement?.id), "temps-de");
    await p.waitForTimeout(300);
    await shot(p, "slider");
    assert.deepEqual(await violations(p, "fr"), []);
    await p.keyboard.press("Escape");
    assert.equal(await p.locator(".curseur[open]").count(), 0);
    await p.context().close();
  });

  test("without script the same layers are links and a form", async () => {
    const p = await page({ javaScriptEnabled: false, colorScheme: "dark" });
    await open(p, "/?c=46.6,2.5,6");
    await p.click(".couches summary");
    await p.check("input[name=layer][value=dep]");
    await p.click(".couches button");
    assert.match(p.url(), /layer=dep/);
    assert.ok((await p.locator(".carte-fond .zone").count()) > 60);
    await p.locator("#carte").scrollIntoViewIfNeeded();
    await shot(p, "departements-noscript-dark");
    await p.click("#tableau summary");
    await p.locator("#tableau tbody a").first().click();
    assert.match(p.url(), /area=dep/);
    await p.context().close();
  });

  for (const [width, height] of [
    [390, 844],
    [320, 640],
  ]) {
    test(`at ${width} pixels nothing is wider than the page`, async () => {
      const p = await page({ viewport: { width, height }, hasTouch: true });
      await ready(p, "/?c=47.34,-2.17,9&layer=region");
      assert.equal(await overflow(p), 0);
      await p.locator("#carte").scrollIntoViewIfNeeded();
      await p.waitForTimeout(500);
      await shot(p, `${width}`);
      await p.click(".couches summary");
      await p.waitForTimeout(200);
      assert.equal(await overflow(p), 0);
      await shot(p, `${width}-layers`);
      await p.keyboard.press("Escape");
      await p.click(".curseur summary");
      assert.equal(await overflow(p), 0);
      await p.waitForTimeout(200);
      await shot(p, `${width}-slider`);
      assert.deepEqual(await violations(p, "fr"), []);
      await p.context().close();
    });
  }
});
