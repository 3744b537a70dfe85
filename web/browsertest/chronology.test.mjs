// The chronology: lanes, dates that are not sure, the calendar and the series, by
// mouse, fingers, keys and without script.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, out, overflow, violations, watched } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const SERIES = "forum-social-mondial";
const PAGES = [
  ["chronology-regions", "/timeline?lanes=region"],
  ["chronology-series", "/timeline?lanes=series"],
  ["chronology-centuries", "/timeline?from=-0500&to=2100&lanes=kind"],
  ["agenda", "/timeline?view=agenda"],
  ["calendar", "/timeline?view=calendar&month=2015-10"],
  ["calendar-empty", "/timeline?view=calendar&month=1850-03"],
  ["series", `/series/${SERIES}`],
];

for (const v of [
  { name: "dark", scheme: "dark", width: 1440 },
  { name: "noscript", scheme: "light", width: 1440, script: false },
  { name: "print", scheme: "light", width: 1000, media: "print" },
]) {
  test(`pages, ${v.name}`, async (t) => {
    const context = await browser.newContext({
      viewport: { width: v.width, height: 900 },
      colorScheme: v.scheme,
      locale: "fr",
      javaScriptEnabled: v.script !== false,
      reducedMotion: "reduce",
    });
    for (const [label, path] of PAGES) {
      await t.test(label, async () => {
        const page = await watched(context);
        const response = await open(page, path);
        assert.equal(response?.status(), 200, path);
        if (v.media) await page.emulateMedia({ media: v.media });
        assert.equal(await page.locator("h1").count(), 1, "one h1");
        await page.screenshot({ path: join(out, `${label}-${v.name}.png`), fullPage: v.width < 500 });
        assert.deepEqual(page.faults, []);
        if (v.script !== false && !v.media) assert.deepEqual(await violations(page, "fr"), []);
        if (!v.media) assert.ok((await overflow(page)) <= 0, `wider than ${v.width} px`);
        if (v.width < 500) {
          await page.setViewportSize({ width: 320, height: 700 });
          assert.ok((await overflow(page)) <= 0, "wider than 320 px");
        }
        await page.close();
      });
    }
    await context.close();
  });
}

const window = (page) =>
  page.evaluate(() => {
    const { from, to } = document.getElementById("frise").dataset;
    return { from: Number(from), to: Number(to), length: Number(to) - Number(from) };
  });

/** Does something and gives the window that the server drew for it. */
async function moved(page, act) {
  const drawn = page.waitForResponse((r) => r.url().includes("fragment=chart") && r.ok());
  const before = await window(page);
  await act();
  await drawn;
  await page.waitForFunction(
    ({ from, to }) => {
      const d = document.getElementById("frise").dataset;
      return Number(d.from) !== from || Number(d.to) !== to;
    },
    before,
    { timeout: 10_000 },
  );
  return { before, after: await window(page) };
}

test("the wheel zooms, the mouse drags", async () => {
  const page = await watched(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
  await open(page, "/timeline?from=1960&to=2020");
  await page.locator("#frise").scrollIntoViewIfNeeded();
  await page.focus("#frise");
  const box = await page.locator("#frise").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 40);
  const zoom = await moved(page, () => page.mouse.wheel(0, -300));
  assert.ok(zoom.after.length < zoom.before.length, "the wheel makes the window shorter");
  const drag = await moved(page, async () => {
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 250, box.y + 40, { steps: 5 });
    await page.mouse.up();
  });
  assert.ok(drag.after.from < drag.before.from, "a drag to the right shows what was before");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("two fingers zoom", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await watched(context);
  await open(page, "/timeline?from=1960&to=2020");
  await page.locator("#frise").scrollIntoViewIfNeeded();
  const box = await page.locator("#frise").boundingBox();
  const client = await context.newCDPSession(page);
  const y = Math.max(box.y, 0) + 60;
  const touch = (type, ...xs) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: xs.map((x, id) => ({ x, y, id })) });
  const pinch = await moved(page, async () => {
    await touch("touchStart", 170, 210);
    for (let d = 10; d <= 120; d += 10) await touch("touchMove", 170 - d, 210 + d);
    await touch("touchEnd");
  });
  assert.ok(pinch.after.length < pinch.before.length, "fingers that part make the window shorter");
  await context.close();
});

test("keys walk from event to event, and move the edges of the window", async () => {
  const page = await watched(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
  await open(page, "/timeline?from=1990&to=2020&lanes=kind");
  const first = page.locator("#frise .couloir").first().locator("a.ev");
  assert.ok((await first.count()) > 1);
  await first.first().focus();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-num"));
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), await first.nth(1).getAttribute("data-num"));
  await page.keyboard.press("ArrowDown");
  const lane = await page.evaluate(() => document.activeElement?.closest(".couloir")?.getAttribute("aria-label"));
  assert.equal(lane, await page.locator("#frise .couloir").nth(1).getAttribute("aria-label"));
  await page.focus(".brosse");
  const later = await moved(page, () => page.keyboard.press("Shift+ArrowLeft"));
  assert.ok(later.after.to < later.before.to, "the end moves");
  assert.ok(Math.abs(later.after.from - later.before.from) < 2 * 86_400, "the start stays");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "brosse", "the focus stays");
  assert.match((await page.locator(".brosse").getAttribute("aria-valuetext")) ?? "", /\d{4}/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("from centuries to hours", async () => {
  const page = await watched(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
  await open(page, "/timeline?from=2015-10-05&to=2015-10-06");
  assert.equal(await page.locator("#echelle-temps [aria-current]").textContent(), "Heures");
  await page.focus("#frise");
  let last = await window(page);
  for (let i = 0; i < 8 && last.length > 4 * 3600; i++) {
    last = (await moved(page, () => page.keyboard.press("+"))).after;
  }
  assert.ok(last.length <= 4 * 3600, `${last.length} s`);
  assert.match(page.url(), /from=2015-10-0\dT/);
  await page.screenshot({ path: join(out, "chronology-hours.png") });
  await open(page, "/timeline?from=-0500&to=2100");
  assert.equal(await page.locator("#echelle-temps [aria-current]").textContent(), "Siècles");
  assert.ok((await page.locator("#frise a.ere").count()) > 4, "eras are drawn");
  await page.context().close();
});

test("a date that is not known to the day looks so, in the drawing and in words", async () => {
  const page = await watched(await browser.newContext({ viewport: { width: 1440, height: 900 } }));
  await open(page, "/timeline?from=1990&to=2020");
  const soft = page.locator("#frise a.ev:has(.flou), #frise a.ev:has([mask])");
  assert.ok((await soft.count()) > 0, "soft dates");
  assert.match((await soft.first().locator("title").textContent()) ?? "", /près|incertaine|approximative|connu/);
  assert.ok((await page.locator("#agenda .etq.flou").count()) > 0, "words in the list");
  await page.context().close();
});

test("without script: lanes, months and editions by links", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, javaScriptEnabled: false });
  const page = await context.newPage();
  await open(page, "/timeline");
  await page.getByRole("link", { name: "Régions" }).click();
  assert.match(page.url(), /lanes=region/);
  await page.getByRole("link", { name: "Calendrier" }).click();
  assert.equal(await page.locator("table.calendrier thead th").count(), 7);
  await page.goto(`${new URL(page.url()).origin}/timeline?view=calendar&month=2015-10&lang=fr`);
  assert.ok((await page.locator("table.calendrier td a").count()) > 3);
  await page.locator("[rel=next]").click();
  assert.match(page.url(), /month=2015-11/);
  await page.locator("[rel=prev]").click();
  assert.match(page.url(), /month=2015-10/);
  await page.locator("table.calendrier td a").first().click();
  assert.match(page.url(), /\/(events|texts|entries|concepts)\//);
  await page.goto(`${new URL(page.url()).origin}/series/${SERIES}?lang=fr`);
  await page.locator(".editions a").nth(1).click();
  await page.locator(".serie-nav [rel=next]").click();
  assert.equal(await page.locator(".serie-nav [rel=prev]").count(), 1);
  await context.close();
});
