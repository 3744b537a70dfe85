// A person who has a keyboard and no mouse. No script of a page is asked where
// its focus is, so these work on pages without script too.
import assert from "node:assert/strict";
import { mapReady } from "./browser.mjs";

const holds = (page, selector) => page.locator(selector).and(page.locator(":focus")).count();

/** Presses Tab until what the selector names has the focus. */
export async function tabTo(page, selector, most = 150) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await holds(page, selector)) return;
  }
  assert.fail(`${selector} is not reached by Tab on ${page.url()}`);
}

/** Leaves out the head of the page, as its first link lets one. */
export async function skip(page) {
  await page.keyboard.press("Tab");
  assert.ok(await holds(page, ".evit"), `the skip link comes first on ${page.url()}`);
  await page.keyboard.press("Enter");
}

/** Skips to the content, then presses Tab until the selector has the focus. */
export async function reach(page, selector, most) {
  await skip(page);
  await tabTo(page, selector, most);
}

/** Goes on to a field, whose part of the form may be closed. */
export async function field(page, selector) {
  if (!(await page.locator(selector).isVisible())) {
    await tabTo(page, `details:has(${selector}) > summary`);
    await page.keyboard.press("Enter");
  }
  await tabTo(page, selector);
}

/** Presses a key that leads to another page. */
export async function enter(page, key = "Enter") {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

export async function type(page, text) {
  await page.keyboard.type(text);
}

/** Takes a choice of the list that opened under a field, by what it says. */
export async function choose(page, words) {
  await page.waitForSelector(`[role=option]:has-text("${words}")`);
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press("ArrowDown");
    if (await page.locator(`[role=option][aria-selected=true]:has-text("${words}")`).count()) break;
  }
  await enter(page);
  await mapReady(page);
}
