// An editor at work: signing in, adding, changing, deleting, each page clean
// under axe, and each change on the aggregator within seconds.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { base, launch, out, overflow, violations, watched } from "./browser.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
const name = "Fournil des essais";
let browser;

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and the editor's password");
  browser = await launch();
});
after(() => browser?.close());

async function clean(page, label) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(out, `${label}-${colorScheme}.png`), fullPage: true });
    assert.deepEqual(await violations(page, "fr"), [], `${label}, ${colorScheme}`);
  }
  assert.ok((await overflow(page)) <= 0, `${label} is wider than its window`);
}

/** Waits until the aggregator finds as many entries of that name. */
async function arrives(count, deadline = 15_000) {
  const until = Date.now() + deadline;
  let found;
  do {
    const response = await fetch(`${there}/api/v1/entries?q=${encodeURIComponent(name)}`);
    found = (await response.json()).numberMatched;
    if (found === count) return;
    await new Promise((go) => setTimeout(go, 200));
  } while (Date.now() < until);
  assert.fail(`the aggregator finds ${found} entries, want ${count}`);
}

for (const width of [1440, 390]) {
  test(`add, change and delete an entry, ${width} px`, async () => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
    const page = await watched(context, { allow: ["status of 422", "status of 404", "status of 410"] });
    await page.goto(`${base}/login?lang=fr`);
    await page.fill("input[autocomplete=username]", "editor");
    await page.fill("input[type=password]", password);
    await page.keyboard.press("Enter");
    await page.waitForURL((u) => !u.pathname.startsWith("/login"));

    await page.goto(`${base}/new?kind=commons`);
    await clean(page, `new-${width}`);
    await page.fill("#f-website", "https://fournil.example");
    await page.evaluate(() => document.querySelector("#entry-form").setAttribute("novalidate", ""));
    await page.click("button[value=publish]");
    await page.waitForSelector("#f-name_fr[aria-invalid=true]");
    await clean(page, `new-faults-${width}`);
    assert.equal(await page.inputValue("#f-website"), "https://fournil.example");
    await page.fill("#f-name_fr", name);
    await page.fill("#f-locality", "Rennes");
    await page.click("button[value=publish]");
    await page.waitForFunction((n) => document.querySelector("h1")?.textContent.includes(n), name);
    await clean(page, `added-${width}`);
    await arrives(1);

    const entry = page.url();
    await page.click('main a[href$="/edit"]');
    await clean(page, `edit-${width}`);
    await page.fill("#f-summary_fr", "Un four que l’on allume le samedi.");
    await page.click("button[value=save]");
    await page.waitForURL(entry);
    assert.match(await page.textContent("main"), /allume le samedi/);
    await page.click('main a[href$="/history"]');
    await clean(page, `history-${width}`);

    await page.goto(entry);
    const ask = async () => {
      await page.click('main a[href$="/edit"]');
      await page.click('form[action$="/delete"] button');
      await page.waitForSelector("input[name=confirm]", { state: "attached" });
    };
    await ask();
    await clean(page, `delete-${width}`);
    await page.click("main form button.plein");
    await page.waitForSelector('form[action$="/restore"] button');
    await clean(page, `deleted-${width}`);
    await page.click('form[action$="/restore"] button');
    await page.waitForFunction((n) => document.querySelector("h1")?.textContent.includes(n), name);
    await page.goto(entry);
    await ask();
    await page.click("button[name=do][value=now]");
    await arrives(0);
    const response = await page.goto(entry);
    assert.equal(response.status(), 410);
    assert.deepEqual(page.faults, []);
    await context.close();
  });
}
