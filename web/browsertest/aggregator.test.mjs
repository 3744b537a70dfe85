// The aggregator: the publisher's entries on its own map and timeline, each
// with its origin, and a deletion at the origin that arrives within seconds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, launch, mapReady, overflow, violations, watched } from "./browser.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const host = new URL(base).host;
let browser;

before(async () => {
  assert.ok(there, "BOCAGE_AGGREGATOR is the address of an instance that follows BOCAGE_URL");
  browser = await launch();
});
after(() => browser?.close());

async function entries(at, query) {
  const response = await fetch(`${at}/api/v1/entries?${query}`);
  assert.equal(response.status, 200);
  return response.json();
}

for (const width of [1440, 390]) {
  test(`entries of elsewhere on its own pages, ${width} px`, async () => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
    const page = await watched(context, { at: there });
    const [place] = (await entries(there, "kind=organisation&limit=2")).features.slice(-1);
    assert.equal(place.properties.origin, base);
    for (const path of ["/", "/timeline", "/about", new URL(place.properties.url).pathname]) {
      await page.goto(`${there}${path}?lang=fr`, { waitUntil: "load" });
      await mapReady(page);
      assert.deepEqual(await violations(page, "fr"), [], path);
      assert.ok((await overflow(page)) <= 0, `${path} is wider than ${width} px`);
    }
    assert.match(await page.textContent("main"), new RegExp(`vient de l.instance ${host}`));
    assert.ok((await page.locator(`main a[href="${place.id}"]`).count()) > 0, "a link to the entry at its origin");
    assert.deepEqual(page.faults, []);
    await context.close();
  });
}

test("both hold the same entries", async () => {
  const counts = () => Promise.all([base, there].map(async (at) => (await entries(at, "limit=1")).numberMatched));
  let [a, b] = await counts();
  for (const until = Date.now() + 15_000; a !== b && Date.now() < until; [a, b] = await counts()) {
    await new Promise((go) => setTimeout(go, 200)); // another test may just have changed one
  }
  assert.ok(a > 1000);
  assert.equal(b, a);
});
