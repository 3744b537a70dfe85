// Names that a page must bear: written from the right, as long as a name may
// be, one endless word, pictures for letters. Wherever such an entry is told of,
// nothing is wider than a narrow window and its neighbours keep their order.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, mapReady, open, out, overflow, signer, watched } from "./browser.mjs";
import { Visitor } from "./forms.mjs";
import { widest } from "./measures.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
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
let session;
const made = []; // paths of the entries, in that order
let tour; // the path of its form

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and the passwords");
  browser = await launch();
  editor = await new Visitor(base).signIn("editor", password);
  session = await signer(browser, password)(base, "editor");
  for (const [kind, fields] of entries) made.push(await editor.add(kind, fields));
  const report = { category: "wrong", content: `${word} ${arabic}`, contact: "", website: "" };
  await new Visitor(base).send(`${made[0]}/report`, report, "/report");
  const written = await editor.send(
    "/admin/tours",
    { title_fr: arabic, title_en: word, slug: `noms-${Date.now()}` },
    "/admin/tours",
  );
  tour = new URL(written.url).pathname;
});

after(async () => {
  for (const path of made.reverse()) await editor.remove(path);
  await browser?.close();
});

const context = (more) =>
  browser.newContext({ viewport: { width: 390, height: 800 }, reducedMotion: "reduce", ...more });

/** The pages that tell of the entries. */
async function pages() {
  const of = encodeURIComponent(`${base}${made[0]}`);
  const list = (await editor.read("/?c=48.12,-1.68,12")).html;
  const series = (await editor.read(made[4])).html.match(/href="(\/series\/[^"]+)"/)[1];
  return [
    ...made,
    `${made[0]}/history`,
    `${made[4]}/history`,
    series,
    "/?c=48.12,-1.68,12",
    `/?c=48.12,-1.68,12&entry=${list.match(/data-num="(\d+)"/)[1]}`,
    "/?entry=@48.1173,-1.6778",
    "/embed?view=list&c=48.12,-1.68,12",
    "/timeline?from=1980&to=2027",
    "/timeline?view=agenda&from=2026-03-01&to=2026-04-01",
    "/timeline?view=calendar&month=2026-03",
    "/timeline?lanes=series&from=2025&to=2027",
    "/genealogy?view=list&from=1980",
    "/genealogy",
    "/concepts?view=list",
    "/concepts",
    "/glossary",
    "/start?near=35000",
    "/maps",
    "/tours",
    `${made[0]}/print`,
    `${made[2]}/print`,
    "/print?format=list&q=%D9%85%D8%B4%D8%A7%D8%B9",
    "/print?format=poster&q=%D9%85%D8%B4%D8%A7%D8%B9",
    "/print?format=booklet&q=%D9%85%D8%B4%D8%A7%D8%B9",
    `/interact?uri=${of}`,
    `${made[0]}/report`,
    `/share?url=${of}`,
    `${made[0]}/edit`,
    `${made[0]}/life`,
    "/admin/moderation",
    "/admin/tours",
    tour,
    "/admin/audit",
  ];
}

/** Names from the right that run in no element of their own direction, among other words. */
const loose = (page) =>
  page.evaluate(() => {
    const right = /[\u0590-\u08ff\u202e]/;
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const e = n.parentElement;
      if (!right.test(n.data) || e.closest("script, style, code, title, textarea")) continue;
      if (/^[^\u0590-\u08ff\u202e]*\u2068/.test(n.data)) continue;
      if (e.closest("bdi, [dir=auto]") || getComputedStyle(e).unicodeBidi === "plaintext") continue;
      found.push(`${e.localName}.${e.className.baseVal ?? e.className} "${n.data.trim().slice(0, 40)}"`);
    }
    return [...new Set(found)].slice(0, 5);
  });

test("no page is wider than its window, and each name keeps its own direction", async () => {
  const c = await context({ storageState: session });
  const told = [];
  const page = await watched(c);
  for (const path of await pages()) {
    const response = await open(page, path);
    if (response.status() !== 200) told.push(`${path}: ${response.status()}`);
    if (path.startsWith("/?")) await mapReady(page);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const by = await overflow(page);
      if (by > 0) told.push(`${path}: ${by} px wider than ${width}, by ${await widest(page)}`);
    }
    for (const l of await loose(page)) told.push(`${path}: ${l} is not apart`);
    for (const f of page.faults.splice(0)) told.push(`${path}: ${f}`);
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

for (const [what, name] of [
  ["longer than a name may be", "é".repeat(400)],
  ["that turns the words after it", "Jardin \u202Eegrev ed"],
]) {
  test(`a name ${what} is refused beside its field, in the reader's language, and kept`, async () => {
    const { html } = await editor.send("/new?kind=commons", { kind: "commons", name_fr: name, do: "publish" }, "/new");
    const field = html.match(/<input[^>]* id="f-name_fr"[^>]*>/)[0];
    assert.match(field, /aria-invalid="true"/);
    assert.ok(field.includes(name), "what was typed is there to be mended");
    const fault = html.match(/<p class="faute" id="f-name_fr-faute">([^<]*)/)[1];
    assert.match(fault, /\b(caractères?|long)\b/);
    assert.doesNotMatch(fault, /\b(has|is|the|control|character)\b/);
  });
}
