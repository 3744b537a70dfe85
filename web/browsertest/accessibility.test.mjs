// Every kind of page, once: no violation for axe in light and dark, wide and
// narrow, in both languages; nothing wider than a window of 320 px, than text at
// 200 % or than spaced text; targets that a finger finds; a visible focus; and no
// motion for whoever asks for none.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, mapReady, open, out, overflow, signer, somePages, violations, watched } from "./browser.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser;
let pages;
let covered; // the names of pages that pages.test.mjs gives to axe in every variant
let session;

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and the editor's password");
  browser = await launch();
  const known = await somePages();
  covered = new Set(known.map(([name]) => name));
  pages = [...known, ...(await morePages(Object.fromEntries(known)))];
  session = await signer(browser, password)(base, "editor");
});
after(() => browser?.close());

/** One page of each sort that somePages does not name. */
async function morePages(known) {
  const entry = known.organisation;
  const of = encodeURIComponent(`${base}${entry}`);
  const home = await (await fetch(`${base}/`)).text();
  return [
    ["home-card", `/?entry=${home.match(/data-num="(\d+)"/)[1]}`],
    ["timeline-agenda", "/timeline?view=agenda"],
    ["timeline-calendar", "/timeline?view=calendar"],
    ["timeline-kinds", "/timeline?lanes=kind"],
    ["timeline-places", "/timeline?lanes=region"],
    ["genealogy-list", "/genealogy?view=list"],
    ["concepts-list", "/concepts?view=list"],
    ["glossary", "/glossary"],
    ["start", "/start"],
    ["start-near", "/start?near=35000"],
    ["tours", "/tours"],
    ["tour", "/tours/un-commun"],
    ["maps", "/maps"],
    ["share", `/share?url=${of}`],
    ["embed", "/embed"],
    ["embed-list", "/embed?view=list"],
    ["print", "/print"],
    ["print-list", "/print?format=list&theme=nourrir"],
    ["print-large", "/print?format=large&theme=nourrir"],
    ["print-sheet", `${entry}/print`],
    ["report", `${entry}/report`],
    ["signed-new", "/new?kind=event"],
    ["signed-edit", `${entry}/edit`],
    ["signed-life", `${entry}/life`],
    ["signed-logout", "/logout"],
  ];
}

const context = (more = {}) =>
  browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", bypassCSP: true, ...more });

/** Calls with a page opened at each path, signed in where its name says so, and ends by the faults it told. */
async function each(options, lang, choose, look) {
  const plain = await context(options);
  const signed = await context({ ...options, storageState: session });
  const told = [];
  for (const [name, path] of pages.filter(choose)) {
    const page = await watched(name.startsWith("signed-") ? signed : plain);
    const response = await open(page, path, lang);
    if (response.status() !== 200) told.push(`${name}: status ${response.status()} of ${path}`);
    for (const fault of [...(await look(page, name)), ...page.faults]) told.push(`${name}: ${fault}`);
    await page.close();
  }
  await plain.close();
  await signed.close();
  assert.deepEqual(told, []);
}

const others = ([name]) => !covered.has(name);

for (const [lang, colorScheme, width] of [
  ["fr", "light", 1440],
  ["en", "dark", 390],
]) {
  test(`axe finds nothing: ${lang}, ${colorScheme}, ${width} px, then the other scheme`, async () => {
    await each({ viewport: { width, height: 900 }, colorScheme }, lang, others, async (page, name) => {
      await mapReady(page);
      await page.screenshot({ path: join(out, `a11y-${name}-${lang}-${colorScheme}-${width}.png`) });
      const found = await violations(page, lang);
      await page.emulateMedia({ colorScheme: colorScheme === "light" ? "dark" : "light" });
      found.push(...(await violations(page, lang, ["color-contrast", "link-in-text-block"])));
      if ((await overflow(page)) > 0) found.push(`wider than ${width} px`);
      return found;
    });
  });
}

/** The spacing of text that WCAG 2.2 (1.4.12) asks pages to bear. */
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }`;

test("nothing is wider than 320 px, than text at 200 %, than spaced text, or than a page that runs from the right", async () => {
  await each(
    { viewport: { width: 320, height: 700 } },
    "fr",
    () => true,
    async (page, name) => {
      const found = [];
      const narrow = async (what) => {
        const by = await overflow(page);
        if (by > 0) found.push(`${what}: ${by} px too wide, by ${await widest(page)}`);
      };
      await narrow("320 px");
      await page.evaluate(() => {
        document.documentElement.dir = "rtl";
      });
      await narrow("320 px from the right");
      await page.evaluate(() => {
        document.documentElement.dir = "";
        document.documentElement.style.fontSize = "200%";
      });
      await page.setViewportSize({ width: 640, height: 900 });
      await narrow("640 px at 200 %");
      await page.evaluate(() => {
        document.documentElement.style.fontSize = "";
      });
      await page.setViewportSize({ width: 390, height: 800 });
      await page.addStyleTag({ content: SPACED });
      await narrow("390 px, spaced");
      if (found.length) await page.screenshot({ path: join(out, `a11y-wide-${name}.png`) });
      return found;
    },
  );
});

/** The elements that reach furthest past the edge of the window and in no frame that scrolls. */
const widest = (page) =>
  page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")]
      .filter((e) => {
        const box = e.getBoundingClientRect();
        if (box.right <= edge + 1 && box.left >= -1) return false;
        for (let up = e.parentElement; up; up = up.parentElement) {
          if (getComputedStyle(up).overflowX !== "visible") return false;
        }
        return box.width > 0;
      })
      .slice(0, 3)
      .map((e) => `${e.localName}.${e.getAttribute("class") ?? ""}#${e.id} "${e.textContent.trim().slice(0, 30)}"`)
      .join(" | ");
  });

/** Controls smaller than asked: 24 px each way for all but links in a sentence, 44 px high for the primary ones. */
const small = (page) =>
  page.evaluate(() => {
    const primary = ".btn, .seg a, .nav a, .saisie";
    const seen = (e) => e.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
    const sentence = (e) =>
      e.localName === "a" &&
      getComputedStyle(e).display === "inline" &&
      e.closest("p, li, dd, td, th, small, blockquote, h1, h2, h3, b");
    const out = [];
    for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (!seen(e) || e.closest(".vh, .evit, svg") || e.matches(".vh, .evit")) continue;
      const target = e.matches("input") ? (e.closest("label") ?? e) : e;
      const { width, height } = target.getBoundingClientRect();
      const least = e.matches(primary) ? 44 : 24;
      if (sentence(e) || (height + 0.5 >= least && width + 0.5 >= 24)) continue;
      out.push(
        `${e.localName}.${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 20)}" is ${Math.round(width)} × ${Math.round(height)} px, wants ${least}`,
      );
    }
    return [...new Set(out)].slice(0, 5);
  });

/** What a keyboard meets: a skip link first that leads somewhere, no order of its own, a mark of the focus everywhere. */
const unfocused = (page) =>
  page.evaluate(() => {
    const out = [];
    const all = [
      ...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"),
    ].filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && !e.disabled);
    if (document.querySelector("header.tete") && !all[0]?.matches(".evit")) out.push("the skip link is not first");
    for (const e of document.querySelectorAll(".evit")) {
      if (!document.querySelector(e.getAttribute("href"))) out.push("the skip link leads nowhere");
    }
    for (const e of all) {
      if (Number(e.getAttribute("tabindex") ?? 0) > 0) out.push(`${e.localName} has an order of its own`);
      if (e.tabIndex < 0) continue;
      e.focus({ focusVisible: true, preventScroll: true });
      if (document.activeElement !== e) continue;
      const marked = (n) =>
        [null, "::before", "::after"].some((part) => {
          const s = getComputedStyle(n, part);
          return s.outlineStyle !== "none" && Number.parseFloat(s.outlineWidth) >= 2;
        });
      const near = [
        e,
        e.parentElement,
        e.parentElement?.parentElement,
        ...e.querySelectorAll("*"),
        e.nextElementSibling,
      ].filter(Boolean);
      if (!near.some(marked))
        out.push(
          `${e.localName}.${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 20)}" has no mark of the focus`,
        );
    }
    return [...new Set(out)].slice(0, 5);
  });

/** What still moves. */
const moving = (page) =>
  page.evaluate(() => {
    const seconds = (list) => Math.max(...list.split(",").map((v) => Number.parseFloat(v) || 0));
    return [...document.querySelectorAll("*")]
      .filter((e) => {
        const s = getComputedStyle(e);
        return (
          seconds(s.transitionDuration) > 0.01 || (s.animationName !== "none" && seconds(s.animationDuration) > 0.01)
        );
      })
      .slice(0, 3)
      .map((e) => `${e.localName}.${e.getAttribute("class") ?? ""} still moves`);
  });

test("targets, focus and stillness on every page", async () => {
  await each(
    { viewport: { width: 390, height: 800 }, hasTouch: true },
    "fr",
    () => true,
    async (page) => {
      await mapReady(page);
      return [...(await small(page)), ...(await unfocused(page)), ...(await moving(page))];
    },
  );
});

test("a page that is gone or was never there is as clear as the others", async () => {
  const c = await context({ viewport: { width: 320, height: 700 } });
  const page = await watched(c, { allow: ["404"] });
  for (const path of ["/nulle-part", "/tours/nulle-part", "/maps/nulle-part", "/series/nulle-part"]) {
    assert.equal((await open(page, path, "en")).status(), 404, path);
    assert.deepEqual(await violations(page, "en"), [], path);
    assert.ok((await overflow(page)) <= 0, path);
  }
  await c.close();
});

test("colours that the reader forces: what is chosen, where the focus is and what a drawing shows stays visible", async () => {
  const c = await context({ forcedColors: "active" });
  const page = await watched(c);
  await open(page, "/?theme=nourrir");
  await mapReady(page);
  const style = (selector, ...names) =>
    page.$eval(selector, (e, names) => Object.fromEntries(names.map((n) => [n, getComputedStyle(e)[n]])), names);
  const chip = "#facettes .puce:has(input[value=nourrir])";
  const on = await style(chip, "backgroundColor", "borderTopStyle", "borderTopWidth");
  const off = await style(
    "#facettes .puce:has(input:not(:checked))",
    "backgroundColor",
    "borderTopStyle",
    "borderTopWidth",
  );
  assert.notEqual(on.backgroundColor, off.backgroundColor, "a chosen chip");
  assert.equal(off.borderTopStyle, "solid", "a chip has an edge");
  const words = await style(`${chip} small`, "color");
  assert.notEqual(words.color, on.backgroundColor, "the count on a chosen chip");
  assert.equal(words.color, (await style(`${chip} b`, "color")).color);
  const current = await style(".nav a[aria-current]", "color", "backgroundColor");
  assert.equal(
    (await style(".nav a[aria-current] .ic", "color")).color,
    current.color,
    "the icon of the page that is open",
  );
  const primary = await style(".recherche .btn.plein", "borderTopWidth");
  assert.ok(Number.parseFloat(primary.borderTopWidth) >= 3, "the first button has a thicker edge");
  await page.focus(`${chip} input`);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  const ring = await style(chip, "outlineStyle", "outlineWidth");
  assert.deepEqual(ring, { outlineStyle: "solid", outlineWidth: "3px" });
  await page.screenshot({ path: join(out, "forced-home.png") });
  for (const [name, path, part] of [
    ["timeline", "/timeline", "#frise text"],
    ["genealogy", "/genealogy", ".toile text"],
    ["concepts", "/concepts", ".toile text"],
  ]) {
    await open(page, path);
    const canvas = (await style("body", "backgroundColor")).backgroundColor;
    const ink = (await style("body", "color")).color;
    assert.equal((await style(".toile .s-fond", "fill")).fill, canvas, `${name}: the ground is the page's`);
    assert.equal((await style(part, "fill")).fill, ink, `${name}: so is the ink`);
    await page.screenshot({ path: join(out, `forced-${name}.png`) });
  }
  assert.deepEqual(page.faults, []);
  await c.close();
});
