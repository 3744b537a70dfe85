// Tasks of moderators and administrators from the first key to the last, without a
// mouse, with the script and without it: a queue is emptied, a server is looked at,
// followed, paused and not blocked after all, a map is made and its code taken.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, launch, signer, watched } from "./browser.mjs";
import { Visitor } from "./forms.mjs";
import { enter, field, reach, tabTo, type } from "./keys.mjs";
import { stranger } from "./stranger.mjs";

const there = process.env.BOCAGE_AGGREGATOR?.replace(/\/$/, "");
const password = process.env.BOCAGE_PASSWORD;
let browser;
let sessions;
let organisations; // some entries that the aggregator may follow
let event;

const features = async (query) => {
  const response = await fetch(`${base}/api/v1/entries?${query}`, { headers: { Accept: "application/geo+json" } });
  return (await response.json()).features;
};

before(async () => {
  assert.ok(there && password, "BOCAGE_AGGREGATOR and BOCAGE_PASSWORD name the aggregator and the passwords");
  browser = await launch();
  const signed = signer(browser, password);
  sessions = { editor: await signed(base, "editor"), admin: await signed(there, "admin") };
  organisations = await features("kind=organisation&limit=5");
  event = (await features("kind=event&limit=3")).at(-1);
});
after(() => browser?.close());

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "by keys" : "by keys, without script";
  const at = async (origin, who, path, work) => {
    const viewport = { width: 1280, height: 900 };
    const options = { viewport, javaScriptEnabled, reducedMotion: "reduce", storageState: sessions[who] };
    const c = await browser.newContext(options);
    const page = await watched(c, { at: origin, allow: ["status of 422"] });
    page.setDefaultTimeout(20_000);
    await page.goto(`${origin}${path}?lang=fr`);
    await work(page);
    assert.deepEqual(page.faults, []);
    await c.close();
  };

  test(`a report is read and decided, ${how}`, async () => {
    const words = `Fermé depuis ${javaScriptEnabled ? "mars" : "avril"}.`;
    const path = new URL(organisations[0].properties.url, base).pathname;
    const report = { category: "closed", content: words, contact: "", website: "" };
    await new Visitor(base).send(`${path}/report`, report, "/report");
    await at(base, "editor", "/admin/moderation", async (page) => {
      await reach(page, "main tbody a");
      await enter(page);
      assert.match(await page.textContent("main"), new RegExp(words));
      await reach(page, "#outcome");
      await tabTo(page, "#reason");
      await type(page, "vérifié par téléphone");
      await tabTo(page, "button[value=close]");
      await enter(page);
      assert.equal(await page.locator(".avis.ok[role=status]").count(), 1);
    });
  });

  test(`answers from elsewhere: one is let in, one is not, ${how}`, async () => {
    const names = javaScriptEnabled ? ["maelle", "ronan"] : ["yann", "enora"];
    const people = await Promise.all(names.map((n) => stranger(n)));
    for (const [i, p] of people.entries()) await p.say(`${base}/inbox`, event.id, `<p>Réponse ${names[i]}</p>`);
    await at(base, "editor", "/admin/discussion", async (page) => {
      const row = (n) => page.locator("[data-row]").filter({ hasText: `Réponse ${names[n]}` });
      for (const until = Date.now() + 20_000; (await row(0).count()) + (await row(1).count()) < 2; await page.reload())
        assert.ok(Date.now() < until, "both arrive");
      const id = (n) => row(n).locator("input[name=reply]").getAttribute("value");
      const [yes, no] = [await id(0), await id(1)];
      await reach(page, `input[name=reply][value="${yes}"]`);
      if (javaScriptEnabled) await enter(page, "a");
      else {
        await page.keyboard.press("Space");
        await tabTo(page, "button[value=approve]");
        await enter(page);
      }
      assert.equal(await page.locator(`input[value="${yes}"]`).count(), 0);
      if (javaScriptEnabled) {
        assert.ok(await page.locator("[data-row]:first-child input:focus").count(), "the next row has the focus");
        for (let i = 0; i < 20 && !(await page.locator(`input[value="${no}"]:focus`).count()); i++)
          await page.keyboard.press("ArrowDown");
        await enter(page, "r");
      } else {
        await reach(page, `input[name=reply][value="${no}"]`);
        await page.keyboard.press("Space");
        await tabTo(page, "button[value=hide]");
        await enter(page);
      }
      assert.equal(await page.locator(`input[value="${no}"]`).count(), 0);
    });
    const shown = await (await fetch(event.properties.url ?? event.id, { headers: { Accept: "text/html" } })).text();
    assert.ok(shown.includes(`Réponse ${names[0]}`) && !shown.includes(`Réponse ${names[1]}`));
    await Promise.all(people.map((p) => p.end()));
  });

  test(`a server: rehearsed, followed by a rule, paused, nearly blocked, left, ${how}`, () =>
    at(there, "admin", "/admin/sources", async (page) => {
      const source = organisations[javaScriptEnabled ? 1 : 2].id;
      await reach(page, "#target");
      await type(page, source);
      await enter(page);
      for (const until = Date.now() + 30_000; !(await page.locator("input[name=seen]").count()); await page.reload())
        assert.ok(Date.now() < until, "the rehearsal ends");
      await reach(page, "#r-kinds input[value=event]");
      await page.keyboard.press("Space");
      await tabTo(page, "button[value=follow]");
      await enter(page);
      // Another rule than what was shown: its effect is shown before anything is followed.
      if (javaScriptEnabled) assert.ok(await page.locator("#effet:focus").count(), "the effect has the focus");
      await (javaScriptEnabled ? tabTo : reach)(page, "button[value=follow]");
      await enter(page);
      assert.match(page.url(), /done=followed/);
      await reach(page, 'nav.onglets a[href="/admin/federation"]');
      await enter(page);
      await reach(page, "main tbody a");
      await enter(page);
      await reach(page, "#raison");
      await type(page, "entretien");
      await tabTo(page, "button[value=pause]");
      await enter(page);
      await reach(page, "button[value=resume]");
      await enter(page);
      await reach(page, "button[value=block]");
      await enter(page);
      if (javaScriptEnabled) assert.ok(await page.locator("[aria-labelledby=h-bloquer]:focus").count());
      else await reach(page, "#bloc-raison");
      await tabTo(page, "[aria-labelledby=h-bloquer] a.btn", 5);
      await enter(page);
      await reach(page, 'nav.onglets a[href="/admin/sources"]');
      await enter(page);
      const href = await page.locator("tr").filter({ hasText: source }).locator("a").first().getAttribute("href");
      await reach(page, `main a[href="${href}"]`);
      await enter(page);
      await reach(page, 'main a[href$="/unfollow"]', 300);
      await enter(page);
      await reach(page, "main form button.danger");
      await enter(page);
      assert.equal(await page.locator("tr").filter({ hasText: source }).count(), 0);
    }));

  test(`a map of a region: area, themes, name, and the code of its frame, ${how}`, () =>
    at(there, "admin", "/admin/maps/new", async (page) => {
      const handle = `cles-${Date.now()}`;
      await reach(page, "#m-departments");
      await type(page, "35");
      await enter(page);
      await reach(page, "input[name=themes][value=nourrir]");
      await page.keyboard.press("Space");
      await tabTo(page, "button[value=next]");
      await enter(page);
      await reach(page, "#m-name_fr");
      await type(page, "Communs nourriciers d’ici");
      await field(page, "#m-handle");
      await page.keyboard.press("Control+A");
      await type(page, handle);
      await tabTo(page, "button[value=save]");
      await enter(page);
      assert.match(page.url(), /done=/);
      await reach(page, `main a[href="/maps/${handle}"]`);
      await enter(page);
      await tabTo(page, "details.partage > summary");
      await page.keyboard.press("Enter");
      await tabTo(page, "details.partage a[href$='#integrer']");
      await enter(page);
      await tabTo(page, "#code-iframe", 20);
      assert.match(await page.inputValue("#code-iframe"), new RegExp(`<iframe[\\s\\S]*/maps/${handle}/embed`));
    }));
}
