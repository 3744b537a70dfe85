// Every page, in both languages, light and dark, wide and narrow, with and
// without script: no accessibility violation, no overflow, no foreign request,
// no refused style or script, no error.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, mapReady, open, out, overflow, somePages, violations, watched } from "./browser.mjs";

let browser;
let pages;

before(async () => {
  browser = await launch();
  pages = await somePages();
});
after(() => browser?.close());

/** axe needs a page that runs scripts: one whose own scripts come empty. */
async function violationsWithoutScript(v, path) {
  const context = await browser.newContext({ viewport: { width: v.width, height: 900 }, colorScheme: v.scheme });
  await context.route(/\.js$/, (r) => r.fulfill({ contentType: "text/javascript", body: "" }));
  const page = await context.newPage();
  await open(page, path, v.lang);
  const found = await violations(page, v.lang);
  await context.close();
  return found;
}

const VARIANTS = [];
for (const lang of ["fr", "en"]) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [1440, 390]) VARIANTS.push({ lang, scheme, width, script: true });
  }
}
VARIANTS.push({ lang: "fr", scheme: "light", width: 1440, script: false });
VARIANTS.push({ lang: "en", scheme: "dark", width: 390, script: false });

for (const v of VARIANTS) {
  const name = `${v.lang}, ${v.scheme}, ${v.width} px${v.script ? "" : ", no script"}`;
  test(name, async (t) => {
    const context = await browser.newContext({
      viewport: { width: v.width, height: 900 },
      colorScheme: v.scheme,
      locale: v.lang,
      javaScriptEnabled: v.script,
      reducedMotion: "reduce",
    });
    for (const [label, path] of pages) {
      await t.test(label, async () => {
        const page = await watched(context);
        const response = await open(page, path, v.lang);
        assert.equal(response?.status(), 200, path);
        if (v.script) await mapReady(page);
        assert.equal(await page.getAttribute("html", "lang"), v.lang);
        assert.equal(await page.locator("h1").count(), 1, "one h1");
        assert.deepEqual(page.faults, []);
        const file = `${label}-${v.lang}-${v.scheme}-${v.width}${v.script ? "" : "-noscript"}.png`;
        await page.screenshot({ path: join(out, file), fullPage: v.width < 500 });
        assert.deepEqual(v.script ? await violations(page, v.lang) : await violationsWithoutScript(v, path), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${v.width} px`);
        if (v.width < 500) {
          await page.setViewportSize({ width: 320, height: 700 });
          assert.ok((await overflow(page)) <= 0, "wider than 320 px");
        }
        await page.close();
      });
    }
    await context.close();
  });
}

test("a page that is not there says so, in the site's clothes", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
  const page = await watched(context, { allow: ["404"] });
  const response = await open(page, "/entries/01890000-0000-7000-8000-000000000000");
  assert.equal(response?.status(), 404);
  assert.equal(await page.locator("nav.nav a").count(), 4);
  assert.deepEqual(await violations(page, "fr"), []);
  assert.deepEqual(page.faults, []);
  await page.screenshot({ path: join(out, "not-found.png") });
  await context.close();
});

test("text at 200 % still fits", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  for (const [, path] of pages) {
    const page = await context.newPage();
    await open(page, path);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    assert.ok((await overflow(page)) <= 0, `${path} at 200 %`);
    await page.close();
  }
  await context.close();
});
