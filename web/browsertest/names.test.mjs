// Names that a page must bear: written from the right, as long as a name may
// be, one endless word, pictures for letters. Wherever such an entry is told of,
// nothing is wider than a narrow window and its neighbours keep their order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, mapReady, open, out, overflow, signer, watched } from "./browser.mjs";

const password = process.env.BOCAGE_PASSWORD;
const arabic = "مشاع الماء (Rennes) في الواحة";
const hebrew = "גן קהילתי 2026";
const long = `${"Association pour la sauvegarde des prés communaux et de l’eau ".repeat(4)}`.slice(0, 199).trim();
const word = "Anticonstitutionnellementissime".repeat(6);
const emoji = "🌱👩🏽‍🌾🏳️‍🌈 Jardin 🍎";

/** The fields of the form for each entry, by the kind that its form is asked for. */
const place = { locality: "Rennes", lat: "48.1173", lon: "-1.6778" };
const entries = [
  ["commons", { name_fr: arabic, summary_fr: "ماء مشترك، 12 بيتا (1987).", ...place }],
  ["commons", { name_fr: long, summary_fr: word, locality: "Rennes", lat: "48.12", lon: "-1.68" }],
  ["place", { name_fr: word, locality: word.slice(0, 90), lat: "48.13", lon: "-1.69" }],
  ["organisation", { name_fr: emoji, ...place }],
  ["event", { name_fr: hebrew, start: "2026-03-14", series: "שבוע המשאבים", organisers: hebrew, locality: "חיפה" }],
  ["text", { name_fr: `ميثاق ${arabic}`, start: "1987", authors: "ابن خلدون" }],
  ["concept", { name_fr: "משאב משותף", alt_labels: "נחלת הכלל", first_use: "1833", first_author: "לויד" }],
];

let browser;
let editor;
const made = []; // paths of the entries, in that order

before(async () => {
  assert.ok(password, "BOCAGE_PASSWORD is the editor's password");
  browser = await launch();
  const storageState = await signer(browser, password)(base, "editor");
  editor = await (await browser.newContext({ storageState, javaScriptEnabled: false })).newPage();
  editor.setDefaultTimeout(5000);
  for (const [kind, fields] of entries) made.push(await add(kind, fields));
});

after(async () => {
  for (const path of made.reverse()) await remove(path);
  await browser?.close();
});

async function add(kind, fields) {
  await open(editor, `/new?kind=${kind}`);
  const closed = editor.locator("#entry-form details:not([open]) > summary");
  while (await closed.count()) await closed.first().click();
  for (const [name, value] of Object.entries(fields)) await editor.fill(`#f-${name}`, value);
  await editor.click("button[value=publish]");
  assert.ok(!editor.url().includes("/new"), `${kind}: ${await editor.locator(".avis.erreur").allTextContents()}`);
  return (await editor.locator('main a[href$="/edit"]').first().getAttribute("href")).slice(0, -"/edit".length);
}

async function remove(path) {
  await open(editor, `${path}/edit`);
  await editor.click('form[action$="/delete"] button');
  await editor.click("button[name=do][value=now]");
  assert.equal((await open(editor, path)).status(), 410, `${path} is gone`);
}

const context = (more) =>
  browser.newContext({ viewport: { width: 390, height: 800 }, reducedMotion: "reduce", ...more });

/** The pages that tell of the entries. */
function pages() {
  const of = encodeURIComponent(`${base}${made[0]}`);
  return [
    ...made,
    `${made[0]}/history`,
    `${made[4]}/history`,
    "/?c=48.12,-1.68,12",
    "/embed?view=list&c=48.12,-1.68,12",
    "/timeline?from=1980&to=2027",
    "/timeline?view=agenda&from=2026-03-01&to=2026-04-01",
    "/timeline?view=calendar&month=2026-03",
    "/timeline?lanes=series&from=2025&to=2027",
    "/genealogy?view=list",
    "/genealogy",
    "/concepts?view=list",
    "/concepts",
    "/glossary",
    "/start?near=35000",
    `${made[0]}/print`,
    `${made[2]}/print`,
    "/print?format=list&q=%D9%85%D8%B4%D8%A7%D8%B9",
    `/interact?uri=${of}`,
    `${made[0]}/report`,
    `/share?url=${of}`,
  ];
}

/** Names from the right that run in no element of their own direction, among other words. */
const loose = (page) =>
  page.evaluate(() => {
    const right = /[\u0590-\u08ff]/;
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const e = n.parentElement;
      if (!right.test(n.data) || e.closest("script, style, code, title, textarea")) continue;
      if (/^[^\u0590-\u08ff]*\u2068/.test(n.data)) continue;
      if (e.closest("bdi, [dir=auto]") || getComputedStyle(e).unicodeBidi === "plaintext") continue;
      found.push(`${e.localName}.${e.className.baseVal ?? e.className} "${n.data.trim().slice(0, 40)}"`);
    }
    return [...new Set(found)].slice(0, 5);
  });

test("no page is wider than its window, and each name keeps its own direction", async () => {
  const c = await context();
  const told = [];
  for (const path of pages()) {
    const page = await watched(c);
    const response = await open(page, path);
    if (response.status() !== 200) told.push(`${path}: ${response.status()}`);
    if (path.startsWith("/?")) await mapReady(page);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const by = await overflow(page);
      if (by > 0) told.push(`${path}: ${by} px wider than ${width}`);
    }
    for (const l of await loose(page)) told.push(`${path}: ${l} is not apart`);
    for (const f of page.faults) told.push(`${path}: ${f}`);
    await page.close();
  }
  await c.close();
  assert.deepEqual(told, []);
});

test("a title in a drawing and a card's line keep the date after a name from the right", async () => {
  const c = await context({ viewport: { width: 1440, height: 900 } });
  const page = await watched(c);
  await open(page, "/timeline?from=2026-01-01&to=2026-12-31");
  const titles = await page.locator("#frise .ev title").allTextContents();
  const title = titles.find((t) => t.includes(hebrew));
  assert.ok(title?.startsWith(`\u2068${hebrew}\u2069, `), `"${title}" sets the name apart`);
  await page.screenshot({ path: join(out, "names-timeline.png") });
  await open(page, "/concepts");
  await page.screenshot({ path: join(out, "names-concepts.png") });
  await open(page, made[0]);
  await page.screenshot({ path: join(out, "names-entry.png") });
  const left = await page.evaluate((n) => {
    const crumb = [...document.querySelectorAll(".fil li bdi")].find((e) => e.textContent === n);
    return [
      crumb.getBoundingClientRect().left,
      crumb.parentElement.previousElementSibling.getBoundingClientRect().left,
    ];
  }, arabic);
  assert.ok(left[0] > left[1], "the way to the entry still runs from the left");
  assert.deepEqual(page.faults, []);
  await c.close();
});

test("a name longer than a name may be is refused beside its field, and kept", async () => {
  await open(editor, "/new?kind=commons");
  await editor.fill("#f-name_fr", "é".repeat(400));
  await editor.click("button[value=publish]");
  assert.equal(await editor.getAttribute("#f-name_fr", "aria-invalid"), "true");
  assert.equal((await editor.inputValue("#f-name_fr")).length, 400);
});
