// A map of the directory: made by an administrator who draws its area by mouse and
// by keyboard; its four views in its own colours; and what a page of another site
// shows of it, as a frame and as an element, without a cookie or a stranger asked.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, mapReady, out, overflow, violations, watched } from "./browser.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
const handle = "cartes-essai";
const at = `/maps/${handle}`;
let browser;
let site; // another site
let html = "";

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and its password");
  browser = await launch();
  site = createServer((_, w) => w.setHeader("Content-Type", "text/html; charset=utf-8").end(html));
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  await makeMap();
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** 127.0.0.1 is another site than localhost. */
const foreign = () => `http://127.0.0.1:${site.address().port}/`;

async function makeMap() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr" });
  const page = await watched(context, { at: there });
  await page.goto(`${there}/login?lang=fr`);
  await page.fill("input[autocomplete=username]", "admin");
  await page.fill("input[type=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => !u.pathname.startsWith("/login"));
  await page.goto(`${there}/admin/maps/new`);
  await page.waitForSelector(".trace-carte canvas");
  await page.waitForTimeout(800); // the canvas takes its size
  const map = page.locator(".trace-carte");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  for (const [x, y] of [
    [0.1, 0.1],
    [0.9, 0.1],
    [0.9, 0.9],
    [0.1, 0.9],
    [0.1, 0.1],
  ]) {
    await page.mouse.click(box.x + x * box.width, box.y + y * box.height);
    await page.waitForTimeout(350); // not a double click
  }
  const drawn = JSON.parse(await page.inputValue("#m-geojson"));
  assert.equal(drawn.type, "Polygon");
  assert.equal(drawn.coordinates[0].length, 5, "a closed ring of four corners");
  await map.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
  await page.click("[data-trace] [data-do=close]");
  assert.equal(JSON.parse(await page.inputValue("#m-geojson")).coordinates.length, 2, "a second outline, by keyboard");
  assert.deepEqual(await violations(page, "fr"), []);
  await page.screenshot({ path: join(out, "map-form-draw.png"), fullPage: true });
  await page.click("button[value=next]");
  await page.click("button[value=next]");
  await page.fill("#m-name_fr", "Communs du voisinage");
  await page.fill("#m-name_en", "Commons nearby");
  await page.fill("#m-summary_fr", "Ce que nous avons vu de nos yeux.");
  await page.fill("#m-handle", handle);
  await page.click("button[value=next]");
  await page.fill("#m-light", "#7a1f4b");
  await page.fill("#m-home_fr", "Bienvenue. ".repeat(60));
  await page.waitForSelector("[data-start] canvas");
  assert.deepEqual(await violations(page, "fr"), []);
  await page.screenshot({ path: join(out, "map-form-look.png"), fullPage: true });
  await page.click("button[value=save]");
  await page.waitForURL(/admin\/maps\?done/);
  assert.deepEqual(page.faults, []);
  await context.close();
  // Its entries are counted a moment later.
  for (let i = 0; i < 40; i++) {
    const page = await (await fetch(`${there}${at}/about`)).text();
    if (!/en cours de comptage|being counted/.test(page)) return;
    await new Promise((done) => setTimeout(done, 250));
  }
}

const PAGES = [
  ["map", at],
  ["map-timeline", `${at}/timeline`],
  ["map-genealogy", `${at}/genealogy`],
  ["map-concepts", `${at}/concepts`],
  ["map-about", `${at}/about`],
  ["share", `/share?url=${encodeURIComponent(`${at}?theme=eau`)}`],
  ["embed-map", `${at}/embed`],
  ["embed-list", `${at}/embed?view=list`],
  ["embed-timeline", `${at}/embed?view=timeline`],
  ["embed-agenda", "/embed?view=agenda"],
];

for (const [colorScheme, width, javaScriptEnabled] of [
  ["dark", 390, true],
  ["light", 390, false],
]) {
  test(`pages of a map, ${colorScheme}, ${width} px${javaScriptEnabled ? "" : ", no script"}`, async (t) => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      javaScriptEnabled,
      locale: "fr",
      reducedMotion: "reduce",
    });
    for (const [label, path] of PAGES) {
      await t.test(label, async () => {
        const page = await watched(context, { at: there });
        assert.equal((await page.goto(there + path)).status(), 200);
        if (javaScriptEnabled) await mapReady(page);
        assert.deepEqual(page.faults, []);
        const name = `${label}-${colorScheme}-${width}${javaScriptEnabled ? "" : "-noscript"}.png`;
        await page.screenshot({ path: join(out, name), fullPage: width < 500 });
        if (javaScriptEnabled) assert.deepEqual(await violations(page, "fr"), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${width} px`);
        if (width < 500) {
          await page.setViewportSize({ width: 320, height: 700 });
          assert.ok((await overflow(page)) <= 0, "wider than 320 px");
          await page.setViewportSize({ width, height: 900 });
        }
        await page.close();
      });
    }
    await context.close();
  });
}

test("the views of a map keep its colours and its address", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr" });
  const page = await watched(context, { at: there });
  await page.goto(there + at);
  await mapReady(page);
  const accent = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--haie").trim());
  assert.equal(await accent(), "#7a1f4b");
  for (const view of ["timeline", "genealogy", "concepts"]) {
    await page.click(`nav.nav a[href^="${at}/${view}"]`);
    assert.equal(new URL(page.url()).pathname, `${at}/${view}`);
    assert.equal(await accent(), "#7a1f4b");
    assert.match(await page.title(), /Communs du voisinage/);
  }
  await page.click("nav.nav a >> nth=0");
  await mapReady(page);
  const tiles = page.waitForRequest((r) => r.url().includes("/tiles/entries/"));
  await page.check("[data-filters] input[name=theme] >> nth=0");
  assert.match((await tiles).url(), new RegExp(`map=${handle}`));
  assert.equal(new URL(page.url()).pathname, at, "a filter stays in the map");
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("the menu passes the page on as it is now", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "fr" });
  const page = await watched(context, { at: there });
  await page.goto(`${there}${at}?c=46.5,2.5,6`);
  await mapReady(page);
  await page.click("details.partage summary");
  await page.screenshot({ path: join(out, "share-menu.png") });
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("details.partage[open]").count(), 0, "Escape closes it");
  await page.check("[data-filters] input[name=theme] >> nth=1");
  await page.waitForURL(/theme=/);
  await page.click("details.partage summary");
  await page.click("a[data-share-page] >> nth=1");
  await page.waitForURL(/\/share\?/);
  assert.match(await page.inputValue("#code-iframe"), /theme=/);
  assert.match(await page.getAttribute("img.qr", "src"), /theme/);
  assert.deepEqual(page.faults, []);
  await context.close();
});

/** The codes that the share page gives for a page. */
async function codes(context, path, view) {
  const page = await context.newPage();
  await page.goto(`${there}/share?view=${view}&url=${encodeURIComponent(path)}`);
  const code = { frame: await page.inputValue("#code-iframe"), element: await page.inputValue("#code-element") };
  await page.close();
  return code;
}

/** A page of another site, and every host that it asks. */
async function elsewhere(context, body) {
  html = `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Ailleurs</title><h1>Ailleurs</h1>${body}`;
  const hosts = new Set();
  const page = await context.newPage();
  page.faults = [];
  page.on("request", (r) => hosts.add(new URL(r.url()).host));
  page.on("pageerror", (e) => page.faults.push(e.message));
  page.on("console", (m) => m.type() === "error" && !/favicon/.test(m.location().url) && page.faults.push(m.text()));
  await page.goto(foreign());
  page.hosts = hosts;
  return page;
}

test("another site shows the map as a frame and as an element", async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 1600 }, locale: "fr" });
  const map = await codes(context, at, "map");
  const list = await codes(context, at, "list");
  await context.clearCookies();
  const page = await elsewhere(context, `${map.frame}${map.element}${list.element}`);
  const frame = page.frameLocator("body > iframe");
  await frame.locator(".carte-fond.prete").waitFor({ timeout: 30_000 });
  const first = page.locator("bocage-map").nth(0).locator("iframe");
  assert.equal(await first.getAttribute("title"), "Communs du voisinage");
  assert.equal(await page.locator("bocage-map a").first().isVisible(), false, "the link gives way to the frame");
  const second = page.locator("bocage-map").nth(1).locator("iframe");
  await page.waitForFunction(() => {
    const e = document.querySelectorAll("bocage-map")[1].shadowRoot.querySelector("iframe");
    return e.style.height !== "" && e.style.height !== "460px";
  });
  const inside = page.frames().find((f) => f.url().includes("view=list"));
  const high = await inside.evaluate(() => document.body.getBoundingClientRect().height);
  assert.ok(Math.abs((await second.boundingBox()).height - Math.min(4000, high)) < 5, "as high as what it shows");
  await page.screenshot({ path: join(out, "embed-elsewhere.png"), fullPage: true });
  assert.deepEqual([...page.hosts].sort(), [new URL(foreign()).host, new URL(there).host].sort());
  assert.deepEqual(await context.cookies(), [], "no cookie");
  assert.deepEqual(page.faults, []);
  // Links open at the instance, in a window of their own.
  const popup = context.waitForEvent("page");
  await inside.locator(".item h3 a").first().click();
  assert.equal(new URL((await popup).url() || there).host, new URL(there).host);
  assert.equal(page.url(), foreign());
  // By keyboard the frame can be entered.
  await page.focus("body > iframe");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement?.tagName === "IFRAME"));
  await context.close();
});

test("a mark in a frame shows its card within the frame", async () => {
  const context = await browser.newContext({
    viewport: { width: 360, height: 420 },
    locale: "fr",
    reducedMotion: "reduce",
  });
  const page = await watched(context, { at: there });
  const [first] = (await (await fetch(`${there}/api/v1/entries?map=${handle}&bbox=-5,42,9,51&limit=1`)).json())
    .features;
  const [lon, lat] = first.geometry.coordinates;
  await page.goto(`${there}${at}/embed?c=${lat},${lon},16`);
  await mapReady(page);
  await page.focus(".carte-toile");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#fiche:not([hidden])");
  const card = await page.locator("#fiche").boundingBox();
  assert.ok(card.y >= 0 && card.y + card.height <= 420 - 40, "over the map");
  assert.ok((await overflow(page)) <= 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), 420, "nothing to scroll");
  assert.deepEqual(await violations(page, "fr"), []);
  await page.screenshot({ path: join(out, "embed-card.png") });
  const popup = context.waitForEvent("page");
  await page.locator("#fiche a:not([data-close])").first().click();
  await popup;
  assert.match(page.url(), /\/embed\?/, "the frame stays");
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("without script the element is a link and the frame a drawing", async () => {
  const context = await browser.newContext({ viewport: { width: 800, height: 1000 }, locale: "fr" });
  const map = await codes(context, at, "map");
  await context.close();
  const plain = await browser.newContext({
    viewport: { width: 800, height: 1000 },
    javaScriptEnabled: false,
    locale: "fr",
  });
  const page = await elsewhere(plain, map.frame + map.element);
  assert.ok(await page.locator("bocage-map a").isVisible());
  assert.ok(await page.frameLocator("iframe").locator(".carte-fond svg").isVisible());
  const before = page.frames()[1].url();
  await page.frameLocator("iframe").locator('a[data-zoom="1"]').click();
  await page.waitForTimeout(800);
  assert.notEqual(page.frames()[1].url(), before, "zooming stays in the frame");
  assert.match(page.frames()[1].url(), /\/embed\?/);
  await page.screenshot({ path: join(out, "embed-elsewhere-noscript.png") });
  await plain.close();
});

test("no other page lets itself be framed", async () => {
  const context = await browser.newContext({ locale: "fr" });
  const page = await elsewhere(
    context,
    ["/login", "/", at, "/new", "/share"].map((p) => `<iframe src="${there}${p}"></iframe>`).join(""),
  );
  await page.waitForTimeout(1000);
  for (const f of page.frames().slice(1)) {
    const text = await f.evaluate(() => document.querySelectorAll("form").length).catch(() => 0);
    assert.equal(text, 0, `${f.url()} is shown`);
  }
  await context.close();
});

test("oEmbed is found from the pages, and its frame answers", async () => {
  for (const path of [at, `${at}/timeline`, "/", "/timeline"]) {
    const page = await (await fetch(there + path)).text();
    const link = /<link rel="alternate" type="application\/json(?:\+|&#43;)oembed" href="([^"]+)"/.exec(page)?.[1];
    assert.ok(link, `${path} names its oEmbed`);
    const answer = await (await fetch(there + link.replaceAll("&amp;", "&"))).json();
    assert.equal(answer.type, "rich");
    const src = /src="([^"]+)"/.exec(answer.html)[1].replaceAll("&amp;", "&");
    const frame = await fetch(src);
    assert.equal(frame.status, 200);
    assert.match(frame.headers.get("content-security-policy"), /frame-ancestors \*/);
    assert.equal(frame.headers.get("set-cookie"), null);
  }
});
