// What the browser tests share: a headless Chromium, pages that note every
// fault as they load, and the addresses of a running instance's pages.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

/** The instance under test, without a trailing slash. */
export const base = (process.env.BOCAGE_URL ?? "http://localhost:8080").replace(/\/$/, "");

export const out = join(here, "out");
mkdirSync(out, { recursive: true });

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const AXE_FR = JSON.parse(readFileSync(require.resolve("axe-core/locales/fr.json"), "utf8"));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const CHROMIUM = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = CHROMIUM.find((p) => p && existsSync(p));
  if (!executablePath) throw new Error("no Chromium: set CHROMIUM to its path");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-quic",
    ],
  });
}

/** A function that signs in at an address by name and returns what the browser keeps of it. */
export const signer = (browser, password) => async (at, name) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${at}/login?lang=fr`);
  await page.fill("input[autocomplete=username]", name);
  await page.fill("input[type=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => !u.pathname.startsWith("/login"));
  const state = await context.storageState();
  await context.close();
  return state;
};

/** A page that collects in .faults what must not happen: foreign requests, CSP violations, errors. */
export async function watched(context, { allow = [], at = base } = {}) {
  const page = await context.newPage();
  const faults = [];
  const host = new URL(at).host;
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (/^https?:$/.test(url.protocol) && url.host !== host) faults.push(`request to ${url.host}`);
  });
  page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !allow.some((a) => m.text().includes(a))) faults.push(`console: ${m.text()}`);
  });
  page.on("response", (r) => {
    if (r.status() >= 500) faults.push(`${r.status()} from ${r.url()}`);
  });
  page.faults = faults;
  return page;
}

/** Opens a path and waits until the page is at rest. */
export async function open(page, path, lang = "fr") {
  const url = new URL(path, `${base}/`);
  if (!url.searchParams.has("lang")) url.searchParams.set("lang", lang);
  const response = await page.goto(url.href, { waitUntil: "load" });
  return response;
}

/** Waits for the map's canvas, on a page that has one. */
export async function mapReady(page) {
  if (await page.locator("[data-map]").count()) await page.waitForSelector(".carte-fond.prete", { timeout: 20_000 });
}

/** axe's violations of all its rules, or of the named ones, as short lines. */
export async function violations(page, lang, only) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    async ({ rules, locale }) => {
      if (locale) globalThis.axe.configure({ locale });
      return (await globalThis.axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations;
    },
    { rules: only ? { type: "rule", values: only } : RULES, locale: lang === "fr" ? AXE_FR : undefined },
  );
  return found.map(
    (v) =>
      `${v.impact} ${v.id}: ${v.help} (${v.nodes
        .slice(0, 4)
        .map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`)
        .join(" | ")})`,
  );
}

/** How many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function features(query) {
  const response = await fetch(`${base}/api/v1/entries?${query}`, { headers: { Accept: "application/geo+json" } });
  if (!response.ok) throw new Error(`${response.status} from the entries API for ${query}`);
  return (await response.json()).features ?? [];
}

const path = (url) => new URL(url, `${base}/`).pathname;

/** Names and paths of one page of each sort, from what the instance holds. */
export async function somePages() {
  const pages = [
    ["home", "/"],
    ["home-filtered", "/?theme=nourrir&q=jardin"],
    ["home-empty", "/?q=zzzzqqq"],
    ["timeline", "/timeline"],
    ["timeline-day", "/timeline?from=2018-01-01&to=2018-12-31"],
    ["genealogy", "/genealogy"],
    ["concepts", "/concepts"],
    ["about", "/about"],
    ["legal", "/legal"],
    ["accessibility", "/accessibility"],
    ["login", "/login"],
  ];
  for (const kind of ["commons", "organisation", "place", "event", "text", "concept"]) {
    const [first] = await features(`kind=${kind}&limit=1`);
    const at = first?.properties?.url ?? first?.id;
    if (!at) continue;
    pages.push([kind, path(at)]);
    if (kind === "text") pages.push(["lineage", `/genealogy/${path(first.id).split("/").at(-1)}`]);
    if (kind === "organisation") pages.push(["history", `${path(first.id)}/history`]);
    if (kind === "organisation") pages.push(["interact", `/interact?uri=${encodeURIComponent(first.id)}`]);
  }
  return pages;
}

/** Two entries at the same place, or undefined. */
export async function colocated() {
  const seen = new Map();
  for (const f of await features("limit=1000")) {
    const at = f.geometry?.coordinates?.join();
    if (!at) continue;
    if (seen.has(at))
      return { lon: f.geometry.coordinates[0], lat: f.geometry.coordinates[1], first: seen.get(at), second: f };
    seen.set(at, f);
  }
  return undefined;
}
