// An organisation is downloaded from its page at the publisher and taken in by
// the pages of the aggregator, without script, and the import is undone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, out, overflow, signer, violations, watched } from "./browser.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser, signedIn, file, name;

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and its password");
  browser = await launch();
  signedIn = signer(browser, password);
  const context = await browser.newContext({ storageState: await signedIn(base, "editor"), javaScriptEnabled: false });
  const page = await context.newPage();
  const response = await fetch(`${base}/api/v1/entries?kind=organisation&limit=100`, {
    headers: { Accept: "application/geo+json" },
  });
  for (const f of (await response.json()).features) {
    const answer = await page.goto(`${f.id}/life?lang=fr`);
    if (answer.status() === 200 && (await page.locator("a[download]").count())) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
      file = await download.path();
      name = f.properties.name;
      break;
    }
  }
  assert.ok(file, "the editor has an organisation");
  assert.equal(JSON.parse(readFileSync(file, "utf8")).format, "bocage-organisation/1");
});
after(() => browser?.close());

/** Takes pictures of an archive's page as others see it, and looks for faults. */
async function looked(storageState, path, what) {
  for (const [lang, colorScheme, width] of [
    ["fr", "light", 1280],
    ["en", "dark", 390],
    ["fr", "light", 320],
  ]) {
    const context = await browser.newContext({
      storageState,
      colorScheme,
      viewport: { width, height: 844 },
      reducedMotion: "reduce",
    });
    const page = await watched(context, { at: there });
    await page.goto(`${path}?lang=${lang}`, { waitUntil: "load" });
    await page.screenshot({ path: join(out, `archive-${what}-${lang}-${colorScheme}-${width}.png`), fullPage: true });
    assert.deepEqual(await violations(page, lang), [], `${what}, ${width} px`);
    assert.ok((await overflow(page)) <= 0, `${what} is wider than ${width} px`);
    assert.deepEqual(page.faults, []);
    await context.close();
  }
}

test("an organisation is taken in from its archive, and the import undone, without script", async () => {
  const storageState = await signedIn(there, "admin");
  const context = await browser.newContext({
    storageState,
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
  });
  const page = await watched(context, { at: there, allow: ["status of 422"] });
  await page.goto(`${there}/admin/moves?lang=fr`);
  await page.click("main a[href='/admin/moves/archives']");
  await looked(storageState, page.url().split("?")[0], "upload");
  await page.setInputFiles("#archive", { name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
  await page.click("main form button.plein");
  assert.match(await page.textContent("#archive-faute"), /archive d’organisation/);
  await page.setInputFiles("#archive", file);
  await page.click("main form button.plein");
  await page.waitForURL(/archives\/[0-9a-f-]{36}/);
  const settled = async (selector) => {
    for (const until = Date.now() + 60_000; !(await page.locator(selector).count()); await page.reload()) {
      assert.ok(Date.now() < until, `${selector} comes`);
      await new Promise((go) => setTimeout(go, 300));
    }
  };
  await settled("button[value=import]");
  const text = await page.textContent("main");
  assert.ok(text.includes(name), "it says who comes");
  assert.match(text, /suivies? depuis l’autre instance/, "it says what is shown here already");
  const at = page.url().split("?")[0];
  await looked(storageState, at, "plan");
  await page.click("button[value=import]");
  await settled("button[value=undo]");
  await looked(storageState, at, "done");
  await page.click(`main a:has-text("${name}")`);
  assert.equal(await page.textContent("h1"), name);
  assert.ok(page.url().startsWith(there));
  await page.goto(at);
  await page.click("button[value=undo]");
  await settled("text=import annulé");
  await page.click("button[value=forget]");
  assert.match(await page.textContent("[role=status]"), /retirée/);
  assert.deepEqual(page.faults, []);
  await context.close();
});
