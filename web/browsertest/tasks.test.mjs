// Tasks of a visitor and of an editor from the first key to the last, without a
// mouse, with the script and without it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, launch, open, signer, somePages, watched } from "./browser.mjs";

const password = process.env.BOCAGE_PASSWORD;
let browser;
let session;
let entry; // the path of an organisation

before(async () => {
  assert.ok(password, "BOCAGE_PASSWORD is the editor's password");
  browser = await launch();
  session = await signer(browser, password)(base, "editor");
  entry = Object.fromEntries(await somePages()).organisation;
});
after(() => browser?.close());

/** Presses Tab until the selector has the focus: no script of ours is asked where it is. */
async function tabTo(page, selector, most = 150) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.locator(`${selector}:focus`).count()) return;
  }
  assert.fail(`${selector} is not reached by Tab on ${page.url()}`);
}

async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "by keys" : "by keys, without script";
  const visit = async (work, more = {}) => {
    const c = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      javaScriptEnabled,
      reducedMotion: "reduce",
      ...more,
    });
    const page = await watched(c, { allow: ["status of 422", "status of 410"] });
    page.setDefaultTimeout(8000);
    await work(page);
    assert.deepEqual(page.faults, []);
    await c.close();
  };

  test(`understand the commons: start, a word, two places near, ${how}`, () =>
    visit(async (page) => {
      await open(page, "/start");
      await tabTo(page, "[aria-labelledby=h-mot] h3 a");
      await enter(page);
      assert.match(new URL(page.url()).pathname, /^\/concepts\//);
      await open(page, "/start");
      await tabTo(page, "input[name=near]");
      await page.keyboard.type("35000");
      await enter(page);
      const found = page.url();
      const seen = new Set();
      for (const n of [1, 2]) {
        await tabTo(page, `[aria-labelledby=pres] .lienc:nth-of-type(${n}) h3 a`);
        await enter(page);
        seen.add(await page.textContent("h1"));
        await page.goto(found);
      }
      assert.equal(seen.size, 2);
    }));

  test(`follow from the fediverse: a fault is told beside what was typed, and the address is there to copy, ${how}`, () =>
    visit(async (page) => {
      await open(page, `/interact?uri=${encodeURIComponent(base + entry)}`);
      await tabTo(page, "#compte");
      await page.keyboard.type("pas un compte");
      await enter(page);
      assert.equal(await page.locator("[role=alert] a[href='#compte']").count(), 1);
      assert.equal(await page.getAttribute("#compte", "aria-invalid"), "true");
      assert.equal(await page.inputValue("#compte"), "pas un compte");
      assert.ok((await page.textContent(".adresse code")).trim().length > 3);
    }));

  test(`report an entry, ${how}`, () =>
    visit(async (page) => {
      await open(page, entry);
      await tabTo(page, 'main a[href$="/report"]', 300);
      await enter(page);
      await tabTo(page, "#category");
      await tabTo(page, "#content");
      await page.keyboard.type("L’adresse est celle d’avant.");
      await tabTo(page, "main form button.plein");
      await enter(page);
      assert.equal(
        await page.locator(".avis.ok[role=status]").count(),
        1,
        `${page.url()}: ${await page.textContent("main")}`,
      );
    }));

  test(`add an event, ${how}`, () =>
    visit(
      async (page) => {
        await open(page, "/new?kind=event");
        await tabTo(page, "#f-name_fr");
        await page.keyboard.type("Assemblée des essais");
        if (!(await page.locator("#f-start").isVisible())) {
          await tabTo(page, "details:has(#f-start) > summary");
          await page.keyboard.press("Enter");
        }
        await tabTo(page, "#f-start");
        await page.keyboard.type("2026-09-12");
        await tabTo(page, "button[value=publish]");
        await enter(page);
        assert.match(await page.textContent("h1"), /Assemblée des essais/);
        const at = page.url();
        assert.equal(
          (await page.locator("time[datetime^='2026-09-12'], main :text('12 septembre 2026')").count()) > 0,
          true,
        );
        await tabTo(page, 'main a[href$="/edit"]');
        await enter(page);
        await tabTo(page, 'form[action$="/delete"] button');
        if (javaScriptEnabled) {
          await page.keyboard.press("Enter");
          await page.waitForSelector("button[name=do][value=now]");
        } else await enter(page);
        await tabTo(page, "button[name=do][value=now]");
        await enter(page);
        assert.equal((await page.goto(at)).status(), 410, "nothing of the event stays");
      },
      { storageState: session },
    ));
}
