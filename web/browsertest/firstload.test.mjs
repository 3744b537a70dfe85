// What the first visit to the home page costs: every byte but the tiles, as
// they come over the wire.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, launch, mapReady, watched } from "./browser.mjs";

const KB = 1000;
/** Text, styles, scripts, fonts, drawings and answers, compressed, without tiles. */
const MOST_BYTES = 150 * KB;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** What a page loads until it is at rest but tiles, with the bytes of the bodies as they came. */
async function load(context, path) {
  const page = await watched(context);
  await page.goto(`${base}${path}`, { waitUntil: "load" });
  await page.waitForSelector(".carte-fond.prete", { timeout: 20_000 });
  await page.waitForLoadState("networkidle");
  const files = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .filter((e) => e.transferSize > 0) // 0 of what the page has already
      .map((e) => ({ path: new URL(e.name).pathname, bytes: e.encodedBodySize, whole: e.decodedBodySize })),
  );
  return { page, files: files.filter((f) => !f.path.startsWith("/tiles/")) };
}

for (const [name, viewport] of [
  ["desktop", { width: 1440, height: 900 }],
  ["telephone", { width: 390, height: 844 }],
]) {
  test(`the first visit of the home page costs at most 150 KB without tiles: ${name}`, async () => {
    const context = await browser.newContext({ viewport, locale: "fr-FR" });
    const { page, files } = await load(context, "/");
    const sum = files.reduce((n, f) => n + f.bytes, 0);
    const told = files.map((f) => `${String(f.bytes).padStart(7)} of ${String(f.whole).padStart(7)} ${f.path}`).sort();
    assert.ok(
      files.some((f) => f.path.endsWith(".woff2")) && files.some((f) => f.path.includes("/map-")),
      "all is seen",
    );
    assert.deepEqual(page.faults, []);
    if (process.env.TELL) console.log(told.toReversed().join("\n"));
    console.log(`${name}: ${sum} bytes in ${files.length} files`);
    assert.ok(sum <= MOST_BYTES, `${sum} bytes:\n${told.toReversed().join("\n")}`);
    await context.close();
  });
}

/** In a page: the rules of a style sheet that another has not, and that something on the page fits. */
function missed({ whole, part }) {
  const rules = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    const flat = (list, within) =>
      [...list].flatMap((r) =>
        r.selectorText
          ? [{ selector: r.selectorText, key: `${within}${r.cssText}` }]
          : flat(r.cssRules ?? [], `${r.conditionText}/`),
      );
    return flat(sheet.cssRules, "");
  };
  const has = new Set(rules(part).map((r) => r.key));
  const states = /::[-a-z]+(\([^)]*\))?|:(hover|focus(-visible|-within)?|active|target|checked|open)/g;
  return rules(whole)
    .filter((r) => !has.has(r.key))
    .filter((r) => document.querySelector(r.selector.replace(states, "") || "*"))
    .map((r) => r.selector);
}

test("the home page's own style sheet has all of the site's that fits it", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "fr-FR" });
  const page = await watched(context);
  const sheet = () => page.evaluate(() => document.querySelector("link[rel=stylesheet]").href);
  await page.goto(`${base}/about`);
  const whole = await (await fetch(await sheet())).text();
  for (const path of [
    "/",
    "/?q=jardin&theme=nourrir&from=1990&to=2020",
    "/?q=zzzzqqq",
    "/?layer=dep",
    "/?near=zzzzqqq",
  ]) {
    await page.goto(`${base}${path}`);
    await mapReady(page);
    const item = page.locator("#resultats [data-center]").first();
    if (await item.count()) {
      await item.click();
      await page.waitForSelector("#fiche:not([hidden])");
    }
    const part = await (await fetch(await sheet())).text();
    assert.ok(part.length < whole.length, "the home page has a sheet of its own");
    assert.deepEqual(await page.evaluate(missed, { whole, part }), [], path);
  }
  await context.close();
});
