// Colours that the reader forces, on a light and on a dark palette: what is chosen,
// where the focus is, what a drawing shows and which button is which stays visible.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, mapReady, open, out, somePages, watched } from "./browser.mjs";

let browser;
let discussed; // the path of an entry that takes answers
before(async () => {
  browser = await launch();
  discussed = Object.fromEntries(await somePages()).event;
});
after(() => browser?.close());

const forced = (colorScheme) =>
  browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    forcedColors: "active",
    colorScheme,
  });

for (const colorScheme of ["light", "dark"]) {
  test(`colours that the reader forces, ${colorScheme}: what is chosen, where the focus is and what a drawing shows`, async () => {
    const c = await forced(colorScheme);
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
    await page.screenshot({ path: join(out, `forced-home-${colorScheme}.png`) });
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
      await page.screenshot({ path: join(out, `forced-${name}-${colorScheme}.png`) });
    }
    assert.deepEqual(page.faults, []);
    await c.close();
  });

  test(`colours that the reader forces, ${colorScheme}: the buttons of an answer stand apart`, async () => {
    const c = await forced(colorScheme);
    const page = await watched(c);
    await open(page, discussed);
    assert.ok(await page.locator(".discussion .repondre").count(), discussed);
    const boxes = await page
      .locator(".discussion .btn:visible")
      .evaluateAll((all) => all.map((e) => ({ text: e.textContent.trim(), ...e.getBoundingClientRect().toJSON() })));
    assert.ok(boxes.length >= 2, `${boxes.length} buttons`);
    for (const a of boxes)
      for (const b of boxes)
        if (a !== b) {
          const apart = Math.max(b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom);
          assert.ok(apart >= 4, `"${a.text}" and "${b.text}" are ${apart} px apart`);
        }
    await page.locator(".discussion").screenshot({ path: join(out, `forced-discussion-${colorScheme}.png`) });
    assert.deepEqual(page.faults, []);
    await c.close();
  });
}
