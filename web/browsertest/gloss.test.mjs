// Words with a definition: by keyboard, by pointer, by touch, without script; the glossary.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, out, overflow, violations, watched } from "./browser.mjs";

const TOUR = "/tours/un-commun";
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("a definition comes with focus and hover, and goes with Escape", async () => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const page = await watched(context);
  await open(page, TOUR, "fr");
  const word = page.locator("a.glose").first();
  assert.ok((await page.locator("a.glose").count()) >= 3, "several words have one");
  assert.equal(await word.getAttribute("title"), null, "one bubble only");
  await word.focus();
  const bubble = page.getByRole("tooltip");
  assert.ok(await bubble.isVisible());
  assert.equal(await word.getAttribute("aria-describedby"), await bubble.getAttribute("id"));
  assert.ok((await bubble.innerText()).length > 20);
  await page.screenshot({ path: join(out, "gloss-focus.png") });
  assert.deepEqual(await violations(page, "fr"), []);
  await page.keyboard.press("Escape");
  assert.ok(!(await bubble.isVisible()));
  const second = page.locator("a.glose").nth(1);
  await second.scrollIntoViewIfNeeded();
  await second.hover();
  await bubble.waitFor({ state: "visible" });
  await bubble.hover(); // one may go to the bubble
  await page.waitForTimeout(500);
  assert.ok(await bubble.isVisible());
  await page.mouse.move(5, 5);
  await bubble.waitFor({ state: "hidden" });
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("a tap shows the definition, a second one leads to the concept", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await watched(context);
  await open(page, TOUR, "fr");
  const word = page.locator("a.glose").first();
  await word.tap();
  const bubble = page.getByRole("tooltip");
  await bubble.waitFor({ state: "visible" });
  assert.match(page.url(), /tours/);
  const box = await bubble.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 390, "it is on the screen");
  await page.screenshot({ path: join(out, "gloss-touch-390.png") });
  await word.tap();
  await page.waitForURL(/\/concepts\//);
  await context.close();
});

test("without script a word is a link with its definition", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await watched(context);
  await open(page, TOUR, "en");
  const word = page.locator("a.glose").first();
  assert.ok((await word.getAttribute("title")).length > 20);
  assert.match(await word.getAttribute("href"), /^\/concepts\//);
  await context.close();
});

for (const [lang, colorScheme, width] of [
  ["fr", "light", 1280],
  ["en", "dark", 390],
]) {
  test(`glossary, ${lang}, ${colorScheme}, ${width} px`, async () => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const page = await watched(context);
    await open(page, "/glossary", lang);
    await page.screenshot({ path: join(out, `glossary-${lang}-${colorScheme}-${width}.png`), fullPage: true });
    assert.ok((await page.locator(".lettres a").count()) > 10);
    assert.deepEqual(await violations(page, lang), []);
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(page.faults, []);
    await context.close();
  });
}
