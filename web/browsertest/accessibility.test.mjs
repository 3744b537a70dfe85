// One page of each sort, in both languages, light and dark, wide and narrow, with
// and without script: what axe finds, what a screen reader is told, what is wider
// than its window, controls too small, a focus that is not seen, what still moves,
// what a page asks of strangers. Each page is loaded three times, and looked at in
// many ways each time. Screenshots go to out/.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { base, launch, mapReady, out, overflow, signer, violations, watched } from "./browser.mjs";
import { moving, small, told, unfocused, widest } from "./measures.mjs";
import { Made, sorts } from "./sorts.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser;
let made;
let pages;
let sessions;

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and the passwords");
  browser = await launch();
  made = await Made.start(there, password);
  const only = new RegExp(process.env.BOCAGE_PAGES ?? ""); // to look at a few while working on them
  pages = (await sorts(there, made)).filter((p) => only.test(p.name));
  const signed = signer(browser, password);
  sessions = { editor: await signed(base, "editor"), admin: await signed(there, "admin") };
});
after(async () => {
  await made?.end();
  await browser?.close();
});

const QUIET = ["status of 404", "status of 410"];

/** Opens each page in a window of the options, and ends by the faults that look gives of them. */
async function walk(options, lang, look) {
  const contexts = {};
  const faults = [];
  for (const sort of pages) {
    const who = sort.as ?? sort.at;
    contexts[who] ??= await browser.newContext({
      reducedMotion: "reduce",
      ...options,
      storageState: sessions[sort.as],
    });
    const page = await watched(contexts[who], { at: sort.at, allow: QUIET });
    const response = await page.goto(`${sort.at}${withLang(sort.path, lang)}`, { waitUntil: "load" });
    if (options.javaScriptEnabled !== false) await mapReady(page);
    const found = [...(await plain(page, response, lang, sort)), ...(await look(page, sort.name)), ...page.faults];
    for (const fault of found) faults.push(`${sort.name}: ${fault}`);
    await page.close();
  }
  for (const c of Object.values(contexts)) await c.close();
  assert.deepEqual(faults, []);
}

const withLang = (path, lang) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;

/** What holds for each page in whatever window. */
async function plain(page, response, lang, { name, status = 200 }) {
  const found = [];
  if (response.status() !== status) found.push(`status ${response.status()}`);
  if ((await page.getAttribute("html", "lang")) !== lang) found.push(`is not in ${lang}`);
  const titles = await page.locator("h1").count();
  if (titles > 1 || (titles < 1 && !name.includes("embed"))) found.push(`${titles} h1`);
  return found;
}

/** Sets the page's window and says what is wider. */
async function fits(page, what, width, { dir = "", text = "" } = {}) {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate(
    ([dir, text]) => {
      document.documentElement.dir = dir;
      document.documentElement.style.fontSize = text;
    },
    [dir, text],
  );
  const by = await overflow(page);
  return by > 0 ? [`${what}: ${by} px too wide, by ${await widest(page)}`] : [];
}

/** The spacing of text that WCAG 2.2 (1.4.12) asks pages to bear. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }`;

/** A picture of the page from its top, as far down as somebody looks. */
async function picture(page, name, most = 0) {
  const { width, height } = page.viewportSize();
  const whole = Math.min(most, await page.evaluate(() => document.documentElement.scrollHeight));
  const clip = { x: 0, y: 0, width, height: Math.max(height, whole) };
  await page.screenshot({ path: join(out, `${name}.png`), ...(whole > height ? { fullPage: true, clip } : {}) });
}

/** Pages that are otherwise for whoever runs no script. */
const CHANGED =
  /^(home|timeline|genealogy$|concepts$|concept$|tour|start|signed-new|signed-edit|map-of|embed|organisation|admin-maps-new)/;

suite("each sort of page", { concurrency: 2 }, () => {
  test("fr, light, 1440 px; what is told; text at 200 %", () =>
    walk({ viewport: { width: 1440, height: 900 }, colorScheme: "light" }, "fr", async (page, name) => {
      await picture(page, `${name}-fr-light-1440`);
      const found = await violations(page, "fr");
      found.push(...(await told(await page.context().newCDPSession(page))));
      found.push(...(await fits(page, "1440 px", 1440)));
      found.push(...(await fits(page, "1280 px at 200 %", 1280, { text: "200%" })));
      found.push(...(await fits(page, "640 px at 200 %", 640, { text: "200%" })));
      return found;
    }));

  const telephone = { viewport: { width: 390, height: 800 }, hasTouch: true, bypassCSP: true };
  test("en, dark, 390 px; targets, focus, stillness; 320 px, from the right, spaced", () =>
    walk({ ...telephone, colorScheme: "dark" }, "en", async (page, name) => {
      await picture(page, `${name}-en-dark-390`, 2400);
      const found = await violations(page, "en");
      found.push(...(await small(page)), ...(await moving(page)));
      found.push(...(await fits(page, "390 px", 390)));
      found.push(...(await fits(page, "320 px", 320)));
      found.push(...(await fits(page, "320 px from the right", 320, { dir: "rtl" })));
      const style = await page.addStyleTag({ content: SPACED });
      found.push(...(await fits(page, "390 px, spaced", 390)));
      await style.evaluate((e) => e.remove());
      found.push(...(await unfocused(page)));
      return found;
    }));

  test("fr, light, 390 px, no script", () =>
    walk({ viewport: { width: 390, height: 800 }, javaScriptEnabled: false }, "fr", async (page, name) => {
      await picture(page, `${name}-fr-light-390-noscript`, 2400);
      const found = [];
      found.push(...(await fits(page, "320 px", 320)));
      found.push(...(await fits(page, "1440 px", 1440)));
      found.push(...(await fits(page, "390 px", 390)));
      if (!CHANGED.test(name)) return found;
      // The page was read without script; axe is one.
      const cdp = await page.context().newCDPSession(page);
      for (const value of [true, false]) await cdp.send("Emulation.setScriptExecutionDisabled", { value });
      found.push(...(await violations(page, "fr")));
      return found;
    }));
});

test("what has the focus is not under the bar at the bottom of a phone", async () => {
  const c = await browser.newContext({ viewport: { width: 390, height: 800 }, reducedMotion: "reduce" });
  for (const path of ["/start", "/glossary"]) {
    const page = await c.newPage();
    await page.goto(base + path, { waitUntil: "load" });
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press("Tab");
      const under = await page.evaluate(() => {
        const e = document.activeElement;
        const bar = document.querySelector(".nav");
        if (!e || e === document.body || bar.contains(e)) return "";
        return e.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1 ? e.outerHTML.slice(0, 120) : "";
      });
      assert.equal(under, "", `${path}, Tab ${n + 1}`);
    }
    await page.close();
  }
  await c.close();
});

test("the links of the statement lead somewhere", async () => {
  for (const at of [base, there]) {
    const html = await (await fetch(`${at}/accessibility`)).text();
    const links = [
      ...new Set([...html.matchAll(/<a [^>]*href="([^"#]+)"/g)].map((m) => m[1].replaceAll("&amp;", "&"))),
    ];
    assert.ok(
      links.some((l) => /^mailto:|^\/about/.test(l)),
      "somebody to write to",
    );
    assert.ok(
      links.some((l) => l.startsWith("https://formulaire.defenseurdesdroits.fr/")),
      "a way to appeal",
    );
    const gone = [];
    for (const l of links.filter((l) => l.startsWith("/"))) {
      const { status } = await fetch(at + l);
      if (status !== 200) gone.push(`${l}: ${status}`);
    }
    assert.deepEqual(gone, []);
  }
});
