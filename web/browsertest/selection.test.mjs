// One selection in four views: the same filters with their counts on the map, the
// timeline, the genealogy and the concepts, live and without script.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, open, out, overflow, violations, watched } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const VIEWS = [
  ["map", "/"],
  ["timeline", "/timeline"],
  ["genealogy", "/genealogy"],
  ["concepts", "/concepts"],
];

/** Opens every list of the panel, as a visitor does who looks for a choice. */
const unfold = (page) =>
  page.evaluate(() => {
    for (const d of document.querySelectorAll(".filtres-vue, #facettes > .listes > details")) d.open = true;
  });

for (const v of [
  { name: "dark", scheme: "dark", width: 1440 },
  { name: "phone", scheme: "light", width: 390 },
  { name: "noscript", scheme: "light", width: 1440, script: false },
]) {
  test(`the panel, ${v.name}`, async (t) => {
    const context = await browser.newContext({
      viewport: { width: v.width, height: 900 },
      colorScheme: v.scheme,
      locale: "fr",
      javaScriptEnabled: v.script !== false,
      reducedMotion: "reduce",
    });
    for (const [label, path] of VIEWS) {
      await t.test(label, async () => {
        const page = await watched(context);
        const response = await open(page, `${path}?theme=gouverner&language=fr`);
        assert.equal(response?.status(), 200, path);
        assert.equal(await page.locator("a.puce.on").count(), 2, "two filters are on, each with its way off");
        if (v.script !== false) await unfold(page);
        else if (path !== "/") await page.click(".filtres-vue > summary"); // works by itself
        assert.ok(await page.locator("#facettes input[name=theme][value=gouverner]").isChecked());
        await page.screenshot({ path: join(out, `selection-${label}-${v.name}.png`), fullPage: v.width < 500 });
        assert.deepEqual(page.faults, []);
        if (v.script !== false) assert.deepEqual(await violations(page, "fr"), []);
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

test("a filter acts at once, and the other views keep it", async () => {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "fr",
    reducedMotion: "reduce",
  });
  const page = await watched(context);
  for (const [label, path] of VIEWS.slice(1)) {
    await open(page, path);
    await unfold(page);
    const box = page.locator("#facettes input[name=language]").first();
    const language = await box.getAttribute("value");
    const said = page.waitForResponse((r) => r.url().includes("fragment=view"));
    await box.check();
    await said;
    await page.waitForSelector("#actifs a.puce.on");
    assert.equal(new URL(page.url()).searchParams.get("language"), language, label);
    assert.ok(
      await page.locator(`#facettes input[name=language][value=${language}]`).isChecked(),
      `${label}: the box stays on`,
    );
    for (const link of await page.locator("a[data-view-link]").all()) {
      assert.equal(
        new URL(await link.getAttribute("href"), base).searchParams.get("language"),
        language,
        `${label}: links keep it`,
      );
    }
    await page.goBack();
    await page.waitForFunction(() => !document.querySelector("#actifs a.puce.on"));
    assert.equal(
      await page.locator(`#facettes input[name=language][value=${language}]`).isChecked(),
      false,
      `${label}: back takes it off`,
    );
    await page.goForward();
    await page.waitForSelector("#actifs a.puce.on");
    await page.locator("#actifs a.puce.on").first().click();
    await page.waitForFunction(() => !document.querySelector("#actifs a.puce.on"));
    assert.equal(new URL(page.url()).searchParams.get("language"), null, `${label}: the chip takes it off`);
  }
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("without script a filter is a form, and the search keeps the filters", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "fr" });
  const page = await watched(context);
  for (const [label, path] of VIEWS) {
    await open(page, `${path}?language=fr`);
    if (path !== "/") await page.click(".filtres-vue > summary");
    await page.check("#facettes input[name=theme][value=gouverner]");
    await page.click("#filtres button.sans-js");
    await page.waitForURL((u) => u.searchParams.getAll("theme").includes("gouverner"));
    assert.ok(new URL(page.url()).searchParams.getAll("language").includes("fr"), `${label}: the other filter is kept`);
    await page.fill("form[data-search] input[name=q]", "commun");
    await page.click("form[data-search] button.btn:not([type=button])");
    await page.waitForURL((u) => u.searchParams.get("q") === "commun");
    assert.ok(
      new URL(page.url()).searchParams.getAll("theme").includes("gouverner"),
      `${label}: the search keeps the filters`,
    );
  }
  assert.deepEqual(page.faults, []);
  await context.close();
});
