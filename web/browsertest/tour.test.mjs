// Guided tours and the page for newcomers: read without script, moved through
// by keyboard, kept as one file that asks nothing of the network, written in the
// administration without script.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, open, out, overflow, violations, watched } from "./browser.mjs";

const TOUR = "/tours/un-commun";
const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const [lang, colorScheme, width, javaScriptEnabled] of [["en", "dark", 1440, true]]) {
  const suffix = `${lang}-${colorScheme}-${width}${javaScriptEnabled ? "" : "-noscript"}`;
  test(`pages for newcomers, ${suffix}`, async (t) => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      javaScriptEnabled,
      reducedMotion: "reduce",
      bypassCSP: javaScriptEnabled,
    });
    for (const [name, path] of [
      ["start", "/start"],
      ["start-near", "/start?near=35000"],
      ["start-nowhere", "/start?near=zzzzqq"],
      ["tours", "/tours"],
      ["tour", TOUR],
    ]) {
      await t.test(name, async () => {
        const page = await watched(context);
        const response = await open(page, path, lang);
        assert.equal(response.status(), 200);
        assert.equal(await page.locator("h1").count(), 1);
        if (javaScriptEnabled && name === "tour") await page.waitForTimeout(1500);
        await page.screenshot({
          path: join(out, `${name}-${suffix}.png`),
          fullPage: name !== "tour" || !javaScriptEnabled,
        });
        if (javaScriptEnabled) assert.deepEqual(await violations(page, lang), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${width} px`);
        assert.deepEqual(page.faults, []);
        await page.close();
      });
    }
    await context.close();
  });
}

test("a tour without script is whole: each step has its words and its drawings", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await watched(context);
  await open(page, TOUR, "en");
  const steps = page.locator("[data-etape]");
  assert.equal(await steps.count(), 9);
  assert.ok((await page.locator(".etape-carte svg:visible").count()) >= 4, "maps");
  assert.ok((await page.locator(".etape-temps svg:visible").count()) >= 4, "timelines");
  assert.equal(await page.locator("[data-scene]:visible").count(), 0, "no stage");
  assert.match(await steps.nth(2).innerText(), /Step 3 of 9[\s\S]*1217/);
  await context.close();
});

test("arrows move through a tour: the step, the stage, the address and what is said", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await watched(context);
  await open(page, TOUR, "en");
  await page.waitForSelector("[data-scene] canvas");
  const where = page.locator("[data-scene-where]");
  for (const want of [2, 3]) {
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(
      (n) => document.querySelector("[data-scene-where]").textContent.startsWith(`Step ${n} of 9`),
      want,
    );
    assert.equal(await page.evaluate(() => document.activeElement?.id), `etape-${want}-t`, "the heading has the focus");
    assert.equal(new URL(page.url()).hash, `#etape-${want}`);
  }
  assert.equal(await page.locator("progress").getAttribute("value"), "3");
  await page.waitForFunction(() => document.getElementById("annonce").textContent.startsWith("Step 3 of 9"));
  const window = await page
    .locator("[data-scene-window]")
    .evaluate((e) => [e.className, Number.parseFloat(e.style.width)]);
  assert.ok(!window[0].includes("absente") && window[1] > 0, "the years of the step are marked");
  await page.screenshot({ path: join(out, "tour-step-3.png") });
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector("[data-scene-where]").textContent.startsWith("Step 2 of 9"));
  const next = page.locator("[data-step='1']");
  while ((await next.getAttribute("aria-disabled")) !== "true") {
    const before = await where.innerText();
    await next.click();
    await page.waitForFunction((w) => document.querySelector("[data-scene-where]").textContent !== w, before);
  }
  assert.match(await where.innerText(), /^Step 9 of 9/);
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("a tour is kept as one file that asks nothing of the network, and printed", async () => {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await watched(context);
  await open(page, TOUR, "fr");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
  assert.equal(download.suggestedFilename(), "un-commun-fr.html");
  const file = join(out, "un-commun-fr.html");
  await download.saveAs(file);
  const html = readFileSync(file, "utf8");
  assert.doesNotMatch(html, /<(link|script|img|iframe)\b|url\((?!#)|<use href="(?!#)/, "no other file");
  const offline = await browser.newContext({ offline: true, bypassCSP: true });
  const kept = await offline.newPage();
  const requests = [];
  kept.on("request", (r) => requests.push(r.url()));
  await kept.goto(pathToFileURL(file).href);
  assert.deepEqual(
    requests.filter((u) => !u.startsWith("file:")),
    [],
  );
  assert.equal(await kept.locator("section").count(), 9);
  assert.deepEqual(await violations(kept, "fr"), []);
  await kept.screenshot({ path: join(out, "tour-offline.png"), fullPage: true });
  await kept.pdf({ path: join(out, "tour-offline.pdf"), preferCSSPageSize: true });
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: join(out, "tour-print.png"), fullPage: true });
  await offline.close();
  await context.close();
});

test("a tour is written, put in order, seen, published and undone without script", async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and its password");
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const page = await watched(context, { at: there, allow: ["status of 404", "status of 422"] });
  await page.goto(`${there}/login?lang=fr&next=/admin/tours`);
  await page.fill("input[autocomplete=username]", "admin");
  await page.fill("input[type=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/admin\/tours/);
  const slug = `essai-${Date.now()}`;
  await page.fill("#t-title_fr", "Essai");
  await page.fill("#t-slug", "À é");
  await page.click("main form button.plein");
  assert.equal(await page.inputValue("#t-slug"), "À é", "what was typed is kept");
  assert.equal(await page.locator("#t-slug-faute").count(), 1);
  await page.fill("#t-slug", slug);
  await page.click("main form button.plein");
  await page.click("button[value=add]");
  await page.fill("#s0_title_fr", "Première");
  await page.fill("#s0_text_fr", "Un texte.");
  await page.fill("#s0_map", `${there}/?c=48.1,-1.7,9`);
  await page.click("button[value=add]");
  await page.fill("#s1_title_fr", "Seconde");
  await page.fill("#s1_from", "hier");
  await page.click("button.plein[value=save]");
  assert.equal(await page.locator("#s1_from-faute").count(), 1, "a date is asked for");
  await page.fill("#s1_from", "1990");
  await page.click("button[value=up-1]");
  assert.equal(await page.inputValue("#s0_title_fr"), "Seconde");
  assert.equal(await page.inputValue("#s1_map"), "48.1,-1.7,9");
  await page.screenshot({ path: join(out, "admin-tour-edit-390.png"), fullPage: true });
  assert.ok((await overflow(page)) <= 0);
  assert.equal((await fetch(`${there}/tours/${slug}`)).status, 404, "a draft is on no page");
  assert.ok(!(await (await fetch(`${there}/tours`)).text()).includes("Essai"));
  const edit = page.url().replace(/[?#].*/, "");
  await page.goto(`${there}/tours/${slug}?draft=1&lang=fr`);
  assert.match(await page.locator(".avis").innerText(), /Brouillon/);
  await page.goto(edit);
  await page.click("button[value=publish]");
  assert.equal((await fetch(`${there}/tours/${slug}`)).status, 200);
  await page.fill("#t-title_fr", "Essai changé");
  await page.click("button.plein[value=save]");
  assert.doesNotMatch(await (await fetch(`${there}/tours/${slug}`)).text(), /changé/, "not before it is published");
  await page.goto(`${edit}/history`);
  await page.screenshot({ path: join(out, "admin-tour-history-390.png"), fullPage: true });
  await page.click("button[value=revert] >> nth=0");
  assert.equal(await page.inputValue("#t-title_fr"), "Essai");
  await page.goto(`${edit}/history`);
  await page.click("summary");
  await page.check("input[name=sure]");
  await page.click("button[value=delete]");
  assert.equal((await fetch(`${there}/tours/${slug}`)).status, 410);
  assert.deepEqual(page.faults, []);
  await context.close();
});
