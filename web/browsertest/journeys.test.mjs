// What people do, with the keyboard: search, filter, move the map, open and
// close a card, reach both entries of one place, walk the timeline.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { base, colocated, launch, mapReady, open, out, watched } from "./browser.mjs";

let browser;
let context;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  page = await watched(context);
});
afterEach(async () => {
  assert.deepEqual(page.faults, []);
  await context.close();
});

const query = () => new URL(page.url()).searchParams;
const total = async () => Number((await page.textContent("#resultats h2")).replace(/\D/g, ""));

/** Waits for the next answer that holds a fragment. */
const fragment = (name) => page.waitForResponse((r) => r.url().includes(`fragment=${name}`));

/** Presses Tab until the selector has the focus. */
async function tabTo(selector, most = 120) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
  }
  assert.fail(`${selector} is not reached by Tab`);
}

test("the skip link comes first and leads to the content", async () => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "evit");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "contenu");
});

test("search, list, entry: without a mouse", async () => {
  await open(page, "/");
  await mapReady(page);
  await tabTo("#q");
  const list = fragment("list");
  await page.keyboard.type("jardin");
  await page.keyboard.press("Enter");
  await list;
  await page.waitForFunction(() => new URL(location.href).searchParams.get("q") === "jardin");
  await page.waitForTimeout(800); // the map moves to the results, and the list follows
  assert.ok((await total()) > 0, "results for jardin");
  const announced = await page.textContent("#annonce");
  assert.ok(announced.trim().length > 0, "the count is announced");
  await tabTo("#resultats h3 a");
  const name = (await page.evaluate(() => document.activeElement?.textContent)).trim();
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => !u.href.includes("q=jardin"));
  assert.equal((await page.textContent("h1")).trim(), name);
  await page.goBack();
  assert.equal(query().get("q"), "jardin");
  assert.equal(await page.inputValue("#q"), "jardin");
});

test("suggestions are a combobox", async () => {
  await open(page, "/");
  await page.focus("#q");
  await page.keyboard.type("jar");
  await page.waitForSelector("#suggestions [role=option]");
  assert.equal(await page.getAttribute("#q", "aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  const active = await page.getAttribute("#q", "aria-activedescendant");
  assert.equal(await page.getAttribute(`#${active}`, "aria-selected"), "true");
  const name = await page.evaluate((id) => document.getElementById(id)?.firstChild?.textContent?.trim(), active);
  await page.keyboard.press("Escape");
  assert.equal(await page.getAttribute("#q", "aria-expanded"), "false");
  await page.keyboard.press("End");
  await page.keyboard.type("d");
  await page.waitForSelector("#suggestions [role=option]");
  await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForURL((u) => u.pathname !== "/"), page.keyboard.press("Enter")]);
  assert.ok((await page.textContent("h1")).trim().length > 0, name);
});

test("a filter acts at once, keeps the focus, and back undoes it", async () => {
  await open(page, "/?c=46.6,2.5,5");
  await mapReady(page);
  await page.waitForTimeout(600);
  const all = await total();
  const list = fragment("list");
  await page.focus("#facettes input[name=theme][value=nourrir]");
  await page.keyboard.press("Space");
  await list;
  await page.waitForFunction(() => !document.getElementById("resultats")?.hasAttribute("aria-busy"));
  assert.deepEqual(query().getAll("theme"), ["nourrir"]);
  assert.ok((await total()) < all, "fewer entries");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("value")), "nourrir");
  const again = fragment("list");
  await page.goBack();
  await again;
  await page.waitForFunction(
    (n) => Number(document.querySelector("#resultats h2")?.textContent?.replace(/\D/g, "")) === n,
    all,
  );
  assert.equal(await page.isChecked("#facettes input[name=theme][value=nourrir]"), false);
});

test("the map moves and zooms by keys, and the URL follows", async () => {
  await open(page, "/?c=46.6,2.5,6");
  await mapReady(page);
  await page.focus(".carte-toile");
  const at = () => query().get("c").split(",").map(Number);
  const [, lon, zoom] = at();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((l) => Number(new URL(location.href).searchParams.get("c").split(",")[1]) > l, lon);
  await page.keyboard.press("+");
  await page.waitForFunction((z) => Number(new URL(location.href).searchParams.get("c").split(",")[2]) > z, zoom);
  await page.keyboard.press("-");
  await page.waitForFunction((z) => Number(new URL(location.href).searchParams.get("c").split(",")[2]) === z, zoom);
  assert.ok(at()[1] > lon);
});

test("the list shows an entry on the map; Esc closes its card and gives the focus back", async () => {
  await open(page, "/?c=46.6,2.5,6");
  await mapReady(page);
  await page.waitForTimeout(600);
  const card = fragment("card");
  await page.focus("#resultats [data-center]");
  const num = await page.evaluate(() => document.activeElement?.closest("[data-num]")?.getAttribute("data-num"));
  await page.keyboard.press("Enter");
  await card;
  await page.waitForSelector("#fiche:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "fiche");
  assert.equal(query().get("entry"), num);
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(out, "card.png") });
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("#fiche"), false);
  assert.equal(query().has("entry"), false);
  assert.ok(
    await page.evaluate(() => document.activeElement?.matches("[data-center], .carte-toile")),
    "the focus is back in the list or on the map",
  );
});

test("an entry whose card was open is open again at the same address", async () => {
  await open(page, "/?c=46.6,2.5,6");
  const num = await page.getAttribute("#resultats [data-num]", "data-num");
  await open(page, `/?c=46.6,2.5,6&entry=${num}`);
  await mapReady(page);
  assert.ok(await page.isVisible("#fiche a.plein"));
  assert.equal(await page.locator(".repere-choisi[visibility=visible]").count(), 1, "its place is marked");
});

test("entries of one place can both be opened", async (t) => {
  const pair = await colocated();
  if (!pair) {
    t.diagnostic("no two entries of this instance are at one place");
    return;
  }
  await open(page, `/?c=${pair.lat},${pair.lon},17`);
  await mapReady(page);
  await page.focus(".carte-toile");
  const card = fragment("card");
  await page.keyboard.press("Enter");
  await card;
  await page.waitForSelector("#fiche.pile:not([hidden])");
  const links = await page.locator("#fiche .item h3 a").evaluateAll((as) => as.map((a) => a.href));
  assert.ok(links.length >= 2, "the card lists them");
  await page.screenshot({ path: join(out, "stack.png") });
  for (const link of links.slice(0, 2)) {
    const response = await page.goto(link);
    assert.equal(response?.status(), 200);
    assert.equal(await page.locator("h1").count(), 1);
  }
});

test("the theme is chosen, kept, and needs no cookie", async () => {
  await open(page, "/about");
  await page.click("[data-theme-toggle]");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await open(page, "/about");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  const cookies = await context.cookies();
  assert.deepEqual(
    cookies.map((c) => c.name).filter((n) => n !== "lang"),
    [],
  );
});

test("the timeline moves by keys and by its strip", async () => {
  await open(page, "/timeline?from=1960&to=2020");
  const window = () =>
    page.evaluate(() => [
      Number(document.getElementById("frise").dataset.from),
      Number(document.getElementById("frise").dataset.to),
    ]);
  const before = await window();
  await page.focus("#frise");
  const first = fragment("chart");
  await page.keyboard.press("ArrowLeft");
  await first;
  await page.waitForFunction((b) => Number(document.getElementById("frise").dataset.from) < b, before[0]);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "frise", "the focus stays");
  const left = await window();
  const second = fragment("chart");
  await page.keyboard.press("+");
  await second;
  await page.waitForFunction(
    (l) =>
      Number(document.getElementById("frise").dataset.to) - Number(document.getElementById("frise").dataset.from) < l,
    left[1] - left[0],
  );
  await page.focus(".brosse");
  const third = fragment("chart");
  await page.keyboard.press("ArrowRight");
  await third;
  await page.waitForTimeout(200);
  assert.ok(query().get("from") && query().get("to"));
  await page.screenshot({ path: join(out, "timeline-moved.png") });
});

test("without script: filter, zoom and open an entry by links and forms", async () => {
  const plain = await browser.newContext({ viewport: { width: 1440, height: 900 }, javaScriptEnabled: false });
  const p = await watched(plain);
  await open(p, "/?c=46.6,2.5,6");
  await p.fill("#q", "jardin");
  await p.click(".recherche .btn.plein");
  assert.equal(new URL(p.url()).searchParams.get("q"), "jardin");
  await p.click(".outils a[data-zoom='1']");
  assert.ok(Number(new URL(p.url()).searchParams.get("c").split(",")[2]) > 6);
  await open(p, "/?c=46.6,2.5,6");
  const cluster = await p.locator(".carte-fond a.amas").first().getAttribute("href");
  await p.goto(new URL(cluster, `${base}/`).href);
  assert.ok(await p.locator("#resultats .item").count());
  await p.click("#resultats h3 a");
  assert.equal(await p.locator("h1").count(), 1);
  assert.deepEqual(p.faults, []);
  await plain.close();
});

test("nothing is asked of the position until it is wanted", async () => {
  let asked = false;
  await page.exposeFunction("noteGeolocation", () => {
    asked = true;
  });
  await page.addInitScript(() => {
    navigator.geolocation.getCurrentPosition = (ok) => {
      globalThis.noteGeolocation();
      ok({ coords: { latitude: 48.11, longitude: -1.68 } });
    };
  });
  await open(page, "/");
  await mapReady(page);
  assert.equal(asked, false);
  await page.click(".outils [data-near]");
  await page.waitForFunction(() => new URL(location.href).searchParams.get("c")?.startsWith("48.1"));
  assert.equal(asked, true);
});
