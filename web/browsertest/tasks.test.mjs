// Tasks of visitors, contributors and editors from the first key to the last,
// without a mouse, with the script and without it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { base, launch, mapReady, open, signer, somePages, watched } from "./browser.mjs";
import { Visitor } from "./forms.mjs";
import { choose, enter, field, reach, tabTo, type } from "./keys.mjs";

const password = process.env.BOCAGE_PASSWORD;
const website = "https://fournil-des-essais.example/";
let browser;
let session;
let editor;
let entry; // the path of an organisation
let known; // the path of a commons that a contributor is about to add again

before(async () => {
  assert.ok(password, "BOCAGE_PASSWORD is the editor's password");
  browser = await launch();
  session = await signer(browser, password)(base, "editor");
  editor = await new Visitor(base).signIn("editor", password);
  entry = Object.fromEntries(await somePages()).organisation;
  known = await editor.add("commons", { name_fr: "Fournil des essais", summary_fr: "Du pain.", website });
});
after(async () => {
  await editor?.remove(known);
  await browser?.close();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "by keys" : "by keys, without script";
  const visit = async (work, more = {}) => {
    const viewport = { width: 1440, height: 900 };
    const c = await browser.newContext({ viewport, javaScriptEnabled, reducedMotion: "reduce", ...more });
    const page = await watched(c, { allow: ["status of 422", "status of 410"] });
    page.setDefaultTimeout(20_000);
    await work(page);
    assert.deepEqual(page.faults, []);
    await c.close();
  };
  const start = async (page) => {
    await open(page, "/");
    if (javaScriptEnabled) await mapReady(page);
  };
  const edits = (work) => visit(work, { storageState: session });

  test(`understand the commons: start, a word, two places near, ${how}`, () =>
    visit(async (page) => {
      await open(page, "/start");
      await reach(page, "[aria-labelledby=h-mot] h3 a");
      await enter(page);
      assert.match(new URL(page.url()).pathname, /^\/concepts\//);
      await open(page, "/start");
      await reach(page, "input[name=near]");
      await type(page, "35000");
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

  test(`what is near a commune, and its sheet, ${how}`, () =>
    visit(async (page) => {
      await start(page);
      await reach(page, javaScriptEnabled ? "#q" : "input[name=near]");
      await type(page, "Paris");
      if (javaScriptEnabled) await choose(page, "Autour de Paris");
      else await enter(page);
      const [lat, lon] = new URL(page.url()).searchParams.get("c").split(",").map(Number);
      assert.ok(Math.abs(lat - 48.86) < 0.1 && Math.abs(lon - 2.35) < 0.1, page.url());
      const first = await page.textContent("#resultats h3 a");
      await reach(page, "#resultats h3 a");
      await enter(page);
      assert.equal(await page.textContent("h1"), first);
      assert.match(await page.textContent(".faits"), /Adresse|Commune|Lieu/);
    }));

  test(`follow a tour, ${how}`, () =>
    visit(async (page) => {
      await open(page, "/tours");
      await reach(page, "main h2 a, main h3 a");
      await enter(page);
      if (javaScriptEnabled) {
        await page.waitForSelector("[data-scene]:not([hidden])");
        await page.keyboard.press("ArrowRight");
      } else {
        await tabTo(page, ".sommaire a[href='#etape-2']");
        await page.keyboard.press("Enter");
      }
      await page.waitForURL((u) => u.hash === "#etape-2");
      await tabTo(page, "#etape-2 a, #etape-2 [tabindex='0']", 5);
    }));

  test(`print a selection, ${how}`, () =>
    visit(async (page) => {
      await start(page);
      await reach(page, "#q");
      await type(page, "jardin");
      if (javaScriptEnabled) {
        await page.keyboard.press("Enter");
        await page.waitForSelector("#resultats .ent a[href*='q=jardin']");
      } else await enter(page);
      await tabTo(page, "#resultats .ent a");
      await enter(page);
      await reach(page, ".formats a[href*='format=list']");
      await enter(page);
      assert.ok((await page.locator("text=/jardin/i").count()) > 3);
    }));

  test(`a table of a selection, with its sources, ${how}`, () =>
    visit(
      async (page) => {
        await start(page);
        await reach(page, "#facettes input[name=theme][value=nourrir]");
        await page.keyboard.press("Space");
        if (!javaScriptEnabled) {
          await tabTo(page, "#filtres > button");
          await enter(page);
        }
        const csv = ".fichiers a[href*='entries.csv'][href*='theme=nourrir']";
        await page.waitForSelector(csv);
        if (javaScriptEnabled) {
          const count = await page.textContent("#resultats h2");
          const said = (n) => document.getElementById("annonce").textContent.trim() === n.trim();
          await page.waitForFunction(said, count); // a screen reader hears how many there are
        }
        await tabTo(page, csv);
        const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
        const [head, ...rows] = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
        assert.match(head, /theme.*source.*licence|licence.*source/);
        assert.ok(rows.length > 100 && rows.length < 1000, `${rows.length} of some 1300 entries`);
      },
      { acceptDownloads: true },
    ));

  test(`follow from the fediverse: a fault is told beside what was typed, and the address is there to copy, ${how}`, () =>
    visit(async (page) => {
      await open(page, `/interact?uri=${encodeURIComponent(base + entry)}`);
      await reach(page, "#compte");
      await type(page, "pas un compte");
      await enter(page);
      assert.equal(await page.locator("[role=alert] a[href='#compte']").count(), 1);
      assert.equal(await page.getAttribute("#compte", "aria-invalid"), "true");
      assert.equal(await page.inputValue("#compte"), "pas un compte");
      assert.ok((await page.textContent(".adresse code")).trim().length > 3);
    }));

  test(`suggest a change, ${how}`, () =>
    visit(async (page) => {
      await open(page, entry);
      await reach(page, 'main a[href$="/report?category=wrong"]');
      await enter(page);
      assert.equal(await page.inputValue("#category"), "wrong");
      await reach(page, "#content");
      await type(page, "L’adresse est celle d’avant.");
      await tabTo(page, "main form button.plein");
      await enter(page);
      const told = page.locator(".avis.ok[role=status]");
      assert.equal(await told.count(), 1, `${page.url()}: ${await page.textContent("main")}`);
    }));

  test(`add an event, ${how}`, () =>
    edits(async (page) => {
      await open(page, "/new?kind=event");
      await reach(page, "#f-name_fr");
      await type(page, "Assemblée des essais");
      await field(page, "#f-start");
      await type(page, "2026-09-12");
      await tabTo(page, "button[value=publish]");
      await enter(page);
      assert.match(await page.textContent("h1"), /Assemblée des essais/);
      const at = page.url();
      assert.ok(await page.locator("time[datetime^='2026-09-12'], main :text('12 septembre 2026')").count());
      await takeAway(page);
      assert.equal((await page.goto(at)).status(), 410, "nothing of the event stays");
    }));

  /** Deletes the entry whose page is open. */
  async function takeAway(page) {
    await reach(page, 'main a[href$="/edit"]');
    await enter(page);
    await reach(page, 'form[action$="/delete"] button');
    await enter(page);
    await reach(page, "button[name=do][value=now]");
    await enter(page);
  }

  test(`add a missing commons: one that looks like it is shown first, ${how}`, () =>
    edits(async (page) => {
      await open(page, "/about");
      await tabTo(page, 'header a[href="/new"]');
      await enter(page);
      await reach(page, "#f-name_fr");
      await type(page, "Fournil des essais");
      await field(page, "#f-website");
      await type(page, website);
      await tabTo(page, "button[value=publish]");
      await enter(page);
      assert.equal(new URL(page.url()).pathname, "/new", "nothing is published yet");
      assert.equal(await page.textContent(".jumelles li a"), "Fournil des essais");
      assert.equal(await page.inputValue("#f-name_fr"), "Fournil des essais", "what was typed is kept");
      if (javaScriptEnabled) assert.ok(await page.locator(".jumelles:focus").count(), "what is asked has the focus");
      else await tabTo(page, ".jumelles li a");
      await tabTo(page, ".jumelles button[value=publish]", 3);
      await enter(page);
      assert.notEqual(new URL(page.url()).pathname, new URL((await editor.read(known)).url).pathname);
      assert.match(await page.textContent("h1"), /Fournil des essais/);
      await takeAway(page);
    }));

  test(`keep a sheet true: all is still right, ${how}`, () =>
    edits(async (page) => {
      await open(page, known);
      await reach(page, 'main a[href$="/edit"]');
      await enter(page);
      await reach(page, 'form[action$="/confirm"] button');
      await enter(page);
      assert.match(await page.textContent(".avis.ok[role=status]"), /encore juste/);
    }));

  test(`undo a change, ${how}`, () =>
    edits(async (page) => {
      await open(page, known);
      await reach(page, 'main a[href$="/edit"]');
      await enter(page);
      await reach(page, "#f-summary_fr");
      await page.keyboard.press("Control+A");
      await type(page, "Des briques.");
      await tabTo(page, "button[value=save]");
      await enter(page);
      assert.match(await page.textContent(".chapo"), /Des briques/);
      await reach(page, 'main .actions a[href$="/history"]');
      await enter(page);
      await reach(page, 'form[action$="/revert"] button');
      if (javaScriptEnabled) {
        await page.keyboard.press("Enter");
        await page.waitForSelector("dialog[open] button:focus");
      }
      await enter(page);
      await open(page, known);
      assert.match(await page.textContent(".chapo"), /Du pain/);
    }));
}
