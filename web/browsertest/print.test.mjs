// Paper: each format as the browser prints it, with its size, its pages and its words.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, open, out, overflow, violations, watched } from "./browser.mjs";

const MOST_MS = 10_000;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** The size in millimetres and the number of the pages of a PDF (ISO 32000-1, 7.7.3.3). */
function paper(pdf) {
  const text = pdf.toString("latin1");
  const boxes = [...text.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)];
  const mm = (pt) => Math.round((Number(pt) / 72) * 25.4);
  return {
    pages: (text.match(/\/Type\s*\/Page\b/g) ?? []).length,
    sizes: [...new Set(boxes.map((b) => `${mm(b[1])}x${mm(b[2])}`))],
  };
}

/** The words of a PDF, where poppler is installed. */
function words(file) {
  try {
    return execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });
  } catch {
    return "";
  }
}

function pictures(file, name) {
  try {
    execFileSync("pdftoppm", ["-r", "60", "-png", "-l", "5", file, join(out, name)]);
  } catch {
    // without poppler the PDF itself is there to look at
  }
}

for (const [format, query, size, most] of [
  ["poster", "bbox=-5.5,42,8.5,51.5", "420x297", 1],
  ["poster", "bbox=-180,-85,180,85", "420x297", 1],
  ["booklet", "kind=organisation,place,commons", "148x210", 160],
  ["large", "bbox=-5.5,42,8.5,51.5", "210x297", 120],
  ["list", "", "210x297", 40],
]) {
  test(`${format} of ${query || "everything"}`, async () => {
    const context = await browser.newContext({ colorScheme: "dark", viewport: { width: 1280, height: 900 } });
    const page = await watched(context);
    const begun = performance.now();
    const response = await open(page, `/print?format=${format}&${query}`, "fr");
    assert.equal(response.status(), 200);
    const name = `print-${format}-${query.replace(/\W+/g, "-").slice(0, 24)}`;
    const file = join(out, `${name}.pdf`);
    const pdf = await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
    const took = performance.now() - begun;
    const entries = await page.locator(".affiche-legende li, .fiche-papier, .gros > li, tbody tr").count();
    console.log(`${format}: ${entries} entries in ${Math.round(took)} ms, ${pdf.length} bytes`);
    assert.ok(took < MOST_MS, `${Math.round(took)} ms`);
    const got = paper(pdf);
    assert.deepEqual(got.sizes, [size]);
    assert.ok(got.pages >= 1 && got.pages <= most, `${got.pages} pages`);
    const text = words(file);
    if (text) assert.match(text, /Natural\s+Earth/, "where the map comes from");
    if (format === "poster") {
      const box = await page
        .locator(".affiche")
        .evaluate((e) => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]);
      assert.ok(box[0] <= 1 && box[1] <= 1, `the poster fits: ${box}`);
      const legend = await page.locator(".affiche-legende ol").evaluate((e) => {
        const last = e.lastElementChild.getBoundingClientRect();
        const all = e.getBoundingClientRect();
        return last.right <= all.right + 1 && last.bottom <= all.bottom + 1;
      });
      assert.ok(legend, "the whole legend is on the paper");
      assert.equal(
        await page
          .locator(".n-marque")
          .count()
          .then((n) => n > 0),
        true,
      );
    }
    pictures(file, name);
    assert.deepEqual(page.faults, []);
    await context.close();
  });
}

test("the choice of a format, the way to it, and the sheet of an entry", async (t) => {
  for (const [lang, colorScheme, width] of [
    ["fr", "light", 1280],
    ["en", "dark", 390],
  ]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    const page = await watched(context);
    await open(page, "/?q=jardin", lang);
    await page.locator("#resultats .ent a").click();
    await page.waitForURL(/\/print\?/);
    assert.equal(await page.locator(".formats li").count(), 4);
    await page.screenshot({ path: join(out, `print-${lang}-${colorScheme}-${width}.png`), fullPage: true });
    assert.deepEqual(await violations(page, lang), []);
    assert.ok((await overflow(page)) <= 0);
    for (const format of ["booklet", "large", "list"]) {
      await t.test(`${format} on the screen, ${width} px`, async () => {
        await open(page, `/print?format=${format}&q=jardin`, lang);
        await page.screenshot({ path: join(out, `screen-${format}-${lang}-${width}.png`), fullPage: true });
        assert.deepEqual(await violations(page, lang), []);
        assert.ok((await overflow(page)) <= 0, `${format} is wider than ${width} px`);
      });
    }
    const found = await (
      await fetch(`${base}/api/v1/entries?q=jardin&limit=1`, { headers: { Accept: "application/geo+json" } })
    ).json();
    await open(page, new URL(found.features[0].properties.url ?? found.features[0].id).pathname, lang);
    await page.locator("a[href$='/print']").click();
    await page.waitForURL(/\/print$/);
    assert.deepEqual(await violations(page, lang), []);
    assert.ok((await overflow(page)) <= 0, `a sheet is wider than ${width} px`);
    const file = join(out, `print-sheet-${lang}.pdf`);
    const pdf = await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
    assert.deepEqual(paper(pdf), { pages: 1, sizes: ["210x297"] });
    pictures(file, `print-sheet-${lang}`);
    assert.deepEqual(page.faults, []);
    await context.close();
  }
});
