// An administrator at work: every section, narrow and without script; a source rehearsed, given a rule and followed
// without script; an answer from elsewhere let onto its page by keyboard.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, out, overflow, signer, violations, watched } from "./browser.mjs";
import { stranger } from "./stranger.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser, signedIn;

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and its password");
  browser = await launch();
  signedIn = signer(browser, password);
});
after(() => browser?.close());

/** The first entry of a kind that the publisher has. */
async function first(kind) {
  const response = await fetch(`${base}/api/v1/entries?kind=${kind}&limit=1`, {
    headers: { Accept: "application/geo+json" },
  });
  return (await response.json()).features[0];
}

const SECTIONS = [
  "federation",
  "moderation",
  "sources",
  "followers",
  "discussion",
  "maps",
  "tours",
  "eras",
  "moves",
  "audit",
];
const PARTS = [
  ...SECTIONS,
  `federation/${new URL(base).host}`,
  "moderation/rules",
  "moderation/limits",
  "sources/review",
  "maps/new",
  "moves/archives",
];

for (const [lang, colorScheme, width, javaScriptEnabled] of [["fr", "dark", 390, false]]) {
  test(`sections of the administration, ${lang}, ${colorScheme}, ${width} px${javaScriptEnabled ? "" : ", no script"}`, async (t) => {
    const storageState = await signedIn(there, "admin");
    const viewport = { width, height: 900 };
    const context = await browser.newContext({
      storageState,
      viewport,
      colorScheme,
      javaScriptEnabled,
      reducedMotion: "reduce",
    });
    const titles = new Set();
    for (const path of PARTS) {
      await t.test(path, async () => {
        const page = await watched(context, { at: there });
        const response = await page.goto(`${there}/admin/${path}?lang=${lang}`, { waitUntil: "load" });
        assert.equal(response.status(), 200);
        const current = page.locator("nav.onglets").first().locator("[aria-current=page]");
        assert.equal(await current.count(), 1, "one current section");
        assert.equal(await current.getAttribute("href"), `/admin/${path.split("/")[0]}`);
        assert.equal(await page.locator("nav.onglets").first().locator("a").count(), SECTIONS.length);
        assert.equal(await page.locator("h1").count(), 1, "one h1");
        titles.add(await page.title());
        const name = `admin-${path.replace(/[^a-z]+/g, "-")}-${lang}-${colorScheme}-${width}${javaScriptEnabled ? "" : "-noscript"}.png`;
        await page.screenshot({ path: join(out, name), fullPage: true });
        if (javaScriptEnabled) assert.deepEqual(await violations(page, lang), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${width} px`);
        const rows = page.locator(".table.fiches tbody tr");
        if (width < 500 && (await rows.count())) {
          const [row, window] = [await rows.first().boundingBox(), width];
          assert.ok(row.x >= 0 && row.x + row.width <= window, "a row is a card that fits");
        }
        assert.deepEqual(page.faults, []);
        await page.close();
      });
    }
    assert.equal(titles.size, PARTS.length, "each page has a title of its own");
    await context.close();
  });
}

test("a source is rehearsed, given a rule, followed and left, without script", async () => {
  const storageState = await signedIn(there, "admin");
  const context = await browser.newContext({
    storageState,
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
  });
  const page = await watched(context, { at: there, allow: ["status of 422"] });
  const organisation = await first("organisation");
  await page.goto(`${there}/admin/sources?lang=fr`);
  await page.fill("#target", organisation.id);
  await page.click("main form button.plein");
  await page.waitForURL(/rehearsal/);
  for (const until = Date.now() + 30_000; !(await page.locator("input[name=seen]").count()); await page.reload()) {
    assert.ok(Date.now() < until, "the rehearsal ends");
    await new Promise((go) => setTimeout(go, 200));
  }
  await page.click("summary:has(+ .aide) >> nth=0");
  await page.fill("input[name=bbox]", "nulle part");
  await page.click("button[value=recompute]");
  assert.match(await page.textContent("#r-bbox-faute"), /ouest,sud,est,nord/);
  assert.equal(await page.inputValue("input[name=bbox]"), "nulle part", "what was typed is there to be mended");
  await page.fill("input[name=bbox]", "");
  for (const kind of ["commons", "place", "organisation"]) await page.check(`input[name=kinds][value=${kind}]`);
  await page.check("input[name=otherwise][value=ignore]");
  await page.click("button[value=recompute]");
  assert.match(await page.textContent("#effet"), /publiée/);
  await page.screenshot({ path: join(out, "admin-source-effect.png"), fullPage: true });
  assert.ok((await overflow(page)) <= 0, "the rehearsal is wider than its window");
  await page.click("button[value=follow]");
  await page.waitForURL(/sources\?done=followed/);
  const row = page.locator(".table tbody tr").filter({ hasText: organisation.id });
  assert.equal(await row.count(), 1);
  await row.locator("a").first().click();
  await page.click('main a[href$="/unfollow"]');
  await page.screenshot({ path: join(out, "admin-source-unfollow.png"), fullPage: true });
  await page.click("main form button.danger");
  await page.waitForURL(/\/admin\/sources\?/);
  assert.equal(await page.locator(".table tbody tr").filter({ hasText: organisation.id }).count(), 0);
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("an answer from elsewhere waits, and is shown by keyboard alone", async () => {
  const storageState = await signedIn(base, "editor");
  const event = await first("event");
  const solene = await stranger("solene");
  const words = "Le programme sera-t-il publié ?";
  const inbox = `${base}/inbox`;
  const response = await solene.say(inbox, event.id, `<p>${words}</p>`);
  assert.ok(response.status >= 200 && response.status < 300, `${response.status}: ${await response.text()}`);
  const context = await browser.newContext({
    storageState,
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await watched(context);
  const waiting = page.locator(".table tbody tr").filter({ hasText: words });
  for (const until = Date.now() + 10_000; ; ) {
    await page.goto(`${base}/admin/discussion?lang=fr`);
    if (await waiting.count()) break;
    assert.ok(Date.now() < until, "the answer arrives");
    await new Promise((go) => setTimeout(go, 200));
  }
  await page.screenshot({ path: join(out, "admin-discussion-waiting.png"), fullPage: true });
  assert.deepEqual(await violations(page, "fr"), []);

  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement;
      return { row: e.closest("tr")?.textContent ?? "", value: e.value ?? "", ring: getComputedStyle(e).outlineStyle };
    });
  async function tabTo(there) {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      const at = await focused();
      if (there(at)) {
        assert.notEqual(at.ring, "none", "the focus is seen");
        return;
      }
    }
    assert.fail("not reached by keyboard");
  }
  await tabTo((at) => at.row.includes(words));
  await page.keyboard.press("Space");
  await tabTo((at) => at.value === "approve");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=/);
  await page.goto(`${new URL(event.properties.url, base).href}?lang=fr`);
  assert.match(await page.textContent(".fil-reponses"), /Le programme sera-t-il publié/);
  assert.deepEqual(await violations(page, "fr"), []);
  await page.screenshot({ path: join(out, "admin-discussion-shown.png"), fullPage: true });
  assert.deepEqual(page.faults, []);
  await context.close();
  await solene.end();
});
