// The genealogy, the concepts and the neighbourhoods: drawn, listed, told of in
// words, downloaded; in both themes, on a telephone, without script and on paper.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, open, out, overflow, signer, violations, watched } from "./browser.mjs";

let browser;
/** label → path of the pages under test. */
const pages = new Map();

/** The first link of a page whose address matches. */
async function first(path, pattern) {
  const html = await (await fetch(`${base}${path}`)).text();
  const found = html.match(pattern);
  assert.ok(found, `${path} has no ${pattern}`);
  return found[0];
}

before(async () => {
  browser = await launch();
  const texts = "/genealogy?view=list&q=Mother+Earth";
  const lineage = await first(texts, /\/genealogy\/[0-9a-f-]{36}/);
  const concept = await first("/concepts?view=list&q=communs", /\/concepts\/[0-9a-f-]{36}/);
  pages.set("genealogy", "/genealogy");
  pages.set("genealogy-selection", "/genealogy?from=1980&to=2000");
  pages.set("lineage", lineage);
  pages.set("concepts", "/concepts");
  pages.set("concept", concept);
  pages.set("neighbourhood", `${lineage.replace("genealogy", "texts")}/neighbourhood?depth=2`);
});
after(() => browser?.close());

// Wide and light, narrow and dark are the accessibility test's.
const VARIANTS = [{ width: 320, scheme: "light" }];

for (const v of VARIANTS) {
  test(`${v.width} px, ${v.scheme}`, async (t) => {
    const context = await browser.newContext({
      viewport: { width: v.width, height: 900 },
      colorScheme: v.scheme,
      reducedMotion: "reduce",
    });
    for (const [label, path] of pages) {
      await t.test(label, async () => {
        const page = await watched(context);
        const response = await open(page, path);
        assert.equal(response?.status(), 200, path);
        await page.screenshot({
          path: join(out, `graph-${label}-${v.scheme}-${v.width}.png`),
          fullPage: v.width < 500,
        });
        assert.deepEqual(page.faults, []);
        assert.deepEqual(await violations(page, "fr"), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${v.width} px`);
        await page.close();
      });
    }
    await context.close();
  });
}

test("without script everything drawn is a link, and is in the list", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 900 } });
  const page = await watched(context);
  await open(page, pages.get("lineage"));
  const cards = page.locator(".toile a.noeud:not(.note)");
  assert.ok((await cards.count()) >= 2, "the text and one before it");
  const note = page.locator(".toile a.note");
  assert.equal(await note.count(), 1, "where it was born");
  const name = (await note.locator("title").textContent()).split(" — ").pop();
  assert.ok((await page.locator("#h-cote ~ ul").innerText()).includes(name), `${name} is in the list`);
  await page.screenshot({ path: join(out, "graph-lineage-noscript.png"), fullPage: true });
  await page.goto(`${base}${pages.get("neighbourhood")}`);
  assert.ok((await page.locator(".voisinage a.noeud").count()) >= 3);
  assert.ok((await page.locator(".liens a.lienc").count()) >= 2);
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("the keyboard goes from card to card, and what is reached stands out", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await watched(context);
  await open(page, pages.get("lineage"));
  await page.locator(".toile a.noeud").first().focus();
  assert.ok((await page.locator(".toile .vif").count()) > 0);
  await page.keyboard.press("Enter");
  await page.waitForURL(/genealogy\/|@|texts\//);
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("the menu leads to files of each format", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await watched(context);
  for (const label of ["genealogy", "lineage", "concepts", "neighbourhood"]) {
    await open(page, pages.get(label));
    await page.locator("details.exporter summary").first().click();
    await page.screenshot({ path: join(out, `graph-${label}-files.png`) });
    const links = await page.locator("details.exporter[open] a").evaluateAll((all) => all.map((a) => a.href));
    assert.ok(links.length >= 4, `${label} has files`);
    for (const href of links) {
      const answer = await fetch(href);
      assert.equal(answer.status, 200, href);
      const body = Buffer.from(await answer.arrayBuffer());
      assert.ok(body.length > 200, `${href} has ${body.length} bytes`);
      if (href.includes(".pdf")) assert.equal(body.subarray(0, 5).toString(), "%PDF-");
      if (href.includes(".json")) JSON.parse(body.toString());
    }
  }
  assert.deepEqual(page.faults, []);
  await context.close();
});

test("a drawing that left the site is shown by a browser alone, in its colours", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  const page = await context.newPage();
  const svg = await (await fetch(`${base}/export/genealogy.svg?lang=fr`)).text();
  await page.setContent(svg.replace(/^<\?xml.*\?>/, ""));
  assert.ok((await page.locator("svg text").count()) > 50);
  assert.equal(await page.locator("svg > rect").first().getAttribute("fill"), "#ffffff");
  await page.screenshot({ path: join(out, "graph-export.png") });
  await context.close();
});

test("on paper a lineage is one drawing and its list, without buttons", async () => {
  const context = await browser.newContext({ viewport: { width: 1000, height: 1400 } });
  const page = await watched(context);
  await open(page, pages.get("lineage"));
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".toile svg").isVisible(), true);
  await page.screenshot({ path: join(out, "graph-lineage-print.png"), fullPage: true });
  await context.close();
});

/** Publishes an entry of a kind by the form, and returns the path of its page. */
async function publish(context, kind, name, fields = {}) {
  const page = await watched(context);
  await page.goto(`${base}/new?kind=${kind}&lang=fr`);
  await page.fill("#f-name_fr", name);
  for (const [field, value] of Object.entries(fields))
    await page.locator(`#f-${field}`).evaluate((e, v) => (e.value = v), value);
  await page.evaluate(() => document.querySelector("#entry-form").setAttribute("novalidate", ""));
  await page.locator("button[value=publish]").click();
  await page.waitForURL((u) => !u.pathname.startsWith("/new"));
  assert.deepEqual(page.faults, []);
  const path = new URL(page.url()).pathname;
  const id = await page.evaluate(() => document.querySelector("link[type='application/activity+json']")?.href);
  await page.close();
  return { path, id };
}

test("an ecosystem has its members on a map, in a list, an agenda and a graph, and in the four views", async (t) => {
  const password = process.env.BOCAGE_PASSWORD;
  assert.ok(password, "BOCAGE_PASSWORD is the editor's password");
  const state = await signer(browser, password)(base, "editor");
  const desk = await browser.newContext({ storageState: state, viewport: { width: 1440, height: 900 } });
  const valley = await publish(desk, "ecosystem", "Vallée des essais");
  assert.ok(valley.id, "the page of an ecosystem names its document");
  const part = `part_of | ${valley.id}`;
  await publish(desk, "place", "Moulin des essais", { relations: part, locality: "Rennes", country: "FR" });
  await publish(desk, "commons", "Lavoir des essais", { relations: part, locality: "Nantes", country: "FR" });
  await publish(desk, "event", "Fête des essais", { relations: part, start: "2027-06-05" });
  await publish(desk, "text", "Charte des essais", { relations: part, start: "2019" });
  await desk.close();
  const handle = valley.path.replace("/@", "");
  const here = new Map([
    ["ecosystem", valley.path],
    ["ecosystem-neighbourhood", `${new URL(valley.id).pathname}/neighbourhood`],
    ["ecosystem-map", `/?member=${handle}`],
    ["ecosystem-timeline", `/timeline?member=${handle}`],
    ["ecosystem-genealogy", `/genealogy?member=${handle}`],
  ]);
  for (const v of VARIANTS) {
    const context = await browser.newContext({
      viewport: { width: v.width, height: 900 },
      colorScheme: v.scheme,
      reducedMotion: "reduce",
    });
    for (const [label, path] of here) {
      await t.test(`${label}, ${v.width} px, ${v.scheme}`, async () => {
        const page = await watched(context);
        assert.equal((await open(page, path))?.status(), 200, path);
        await page.screenshot({ path: join(out, `graph-${label}-${v.scheme}-${v.width}.png`), fullPage: true });
        assert.deepEqual(await violations(page, "fr"), []);
        assert.ok((await overflow(page)) <= 0, `wider than ${v.width} px`);
        assert.deepEqual(page.faults, []);
        await page.close();
      });
    }
    await context.close();
  }
  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 900 } });
  const page = await watched(plain);
  await open(page, valley.path);
  assert.ok(
    (await page.locator(".carte-membres svg").count()) === 1 && (await page.locator(".voisinage a.noeud").count()) >= 3,
  );
  await page.screenshot({ path: join(out, "graph-ecosystem-noscript.png"), fullPage: true });
  for (const [href, name] of [
    ["/timeline?member=", "Fête des essais"],
    ["/genealogy?member=", "Charte des essais"],
    ["/?all=1&member=", "Moulin des essais"],
  ]) {
    await open(page, `${href}${handle}`);
    assert.ok((await page.locator("#contenu").innerText()).includes(name), `${href} has ${name}`);
    assert.ok((await page.locator(".actifs").innerText()).includes("Vallée des essais"), `${href} says whose members`);
  }
  await page.close();
  await plain.close();
});
