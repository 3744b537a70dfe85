// Backgrounds that an operator brings by address, from a server of tiles on this
// machine: a vector style and pictures. The instance for each is started here, so
// that BROWSERTEST_BIN must name the program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { base, launch, out } from "./browser.mjs";

const bin = process.env.BROWSERTEST_BIN;
const SEA = "#7fb3d5";
const LAND = "#fdf3d0";

let browser;
let server;
let broken = false;

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32 ? crc32(body) : checksum(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function checksum(body) {
  let c = ~0;
  for (const b of body) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = (c >>> 1) ^ (0xedb88320 & -(c & 1));
  }
  return ~c >>> 0;
}

/** A square picture of one colour. */
function png(size, [r, g, b]) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + 3 * size);
  for (let x = 0; x < size; x++) row.set([r, g, b], 1 + 3 * x);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)));
  const magic = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([magic, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

const STYLE = {
  version: 8,
  glyphs: "https://fonts.invalid/{fontstack}/{range}.pbf",
  sprite: "sprite",
  sources: {
    plan: { type: "vector", url: "plan.json" },
    dem: { type: "raster-dem", url: "https://dem.invalid/dem.json" },
  },
  layers: [
    { id: "sea", type: "background", paint: { "background-color": SEA } },
    { id: "land", type: "fill", source: "plan", "source-layer": "land", paint: { "fill-color": LAND } },
    {
      id: "borders",
      type: "line",
      source: "plan",
      "source-layer": "borders",
      paint: { "line-color": "#8a4f7d", "line-width": ["interpolate", ["linear"], ["zoom"], 3, 1, 8, 3] },
    },
    {
      id: "places",
      type: "symbol",
      source: "plan",
      "source-layer": "places",
      layout: {
        "text-field": ["coalesce", ["get", "name"], ["get", "fr"]],
        "text-font": ["Noto Sans Bold"],
        "text-size": 14,
        "icon-image": "dot",
      },
      paint: { "text-color": "#402030", "text-halo-color": "#fff", "text-halo-width": 2 },
    },
  ],
};

/** Answers with the style, what it names, and tiles: vector ones from the instance under test. */
async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://x");
  response.setHeader("Access-Control-Allow-Origin", "*");
  const tile = pathname.match(/^\/(\d+)\/(\d+)\/(\d+)\.(mvt|png)$/);
  if (pathname === "/style.json") response.end(JSON.stringify(STYLE));
  else if (pathname === "/plan.json")
    response.end(
      JSON.stringify({
        tiles: ["{z}/{x}/{y}.mvt"].map((t) => `/${t}`),
        maxzoom: 8,
        attribution: "© <b>Plan d’essai</b>",
      }),
    );
  else if (pathname === "/sprite.json")
    response.end(JSON.stringify({ dot: { x: 0, y: 0, width: 4, height: 4, pixelRatio: 1 } }));
  else if (pathname === "/sprite.png") response.end(png(4, [64, 32, 48]));
  else if (tile?.[4] === "png") response.end(png(256, [201, 155, 107]));
  else if (tile && !broken) {
    const from = await fetch(`${base}/tiles/base/${tile.slice(1, 4).join("/")}.mvt`);
    response.end(Buffer.from(await from.arrayBuffer()));
  } else response.writeHead(404).end();
}

before(async () => {
  if (!bin) return;
  browser = await launch();
  server = createServer((q, r) => void answer(q, r).catch(() => r.destroy())).listen(0, "localhost");
  await once(server, "listening");
});
after(async () => {
  await browser?.close();
  server?.close();
});

const tilesAt = () => `http://localhost:${server.address().port}`;

async function freePort() {
  const s = createServer().listen(0, "127.0.0.1");
  await once(s, "listening");
  const { port } = s.address();
  s.close();
  return port;
}

/** An instance with the background, for as long as the function runs. */
async function withGround(basemap, attribution, use) {
  const dir = mkdtempSync(join(tmpdir(), "ground-"));
  const port = await freePort();
  const at = `http://localhost:${port}`;
  const args = ["serve", "--url", at, "--listen", `localhost:${port}`, "--data-dir", dir, "--basemap", basemap];
  if (attribution) args.push("--basemap-attribution", attribution);
  // Without this process' settings, which are of the demonstration.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("BOCAGE_")));
  const child = spawn(bin, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "exit");
  try {
    const ready = async (path) => (await fetch(`${at}${path}`).catch(() => undefined))?.status === 200;
    const awaited = basemap.includes("{z}") ? "/" : "/tiles/base/style.json";
    for (let i = 0; child.exitCode === null && i < 240 && !(await ready(awaited)); i++)
      await new Promise((done) => setTimeout(done, 250));
    await use(at);
  } finally {
    child.kill("SIGINT");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A page at rest, and the hosts that it asked. */
async function visit(at, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: "fr-FR", ...options });
  const page = await context.newPage();
  const hosts = new Set();
  const faults = [];
  page.on("request", (r) => /^http/.test(r.url()) && hosts.add(new URL(r.url()).host));
  page.on("pageerror", (e) => faults.push(e.message));
  page.on("console", (m) => m.type() === "error" && !m.text().includes("404") && faults.push(m.text()));
  await page.goto(`${at}/?c=47,3,5`);
  await page.waitForSelector(".carte-fond.prete", { timeout: 30_000 });
  await page.waitForLoadState("networkidle");
  return { page, hosts: [...hosts].sort(), faults, close: () => context.close() };
}

/** How much of the map's canvases, top to bottom, has a colour, 0 to 1. */
const share = (page, colour) =>
  page.evaluate((want) => {
    const canvases = [...document.querySelectorAll(".carte-toile canvas")];
    const all = document.createElement("canvas");
    [all.width, all.height] = [300, 200];
    const context = all.getContext("2d", { willReadFrequently: true });
    const behind = canvases[0]?.parentElement?.style.backgroundColor;
    context.fillStyle = behind || "rgba(0,0,0,0)";
    context.fillRect(0, 0, 300, 200);
    for (const c of canvases) context.drawImage(c, 0, 0, 300, 200);
    const { data } = context.getImageData(0, 0, 300, 200);
    const [r, g, b] = want.match(/\w\w/g).map((h) => Number.parseInt(h, 16));
    let n = 0;
    for (let i = 0; i < data.length; i += 4)
      if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) n++;
    return n / (300 * 200);
  }, colour);

test("a vector style is the map's ground: its tiles, our fonts, its words, light and dark", {
  skip: !bin && "BROWSERTEST_BIN is not set",
}, async () => {
  await withGround(`${tilesAt()}/style.json`, "", async (at) => {
    const tiles = new URL(tilesAt()).host;
    const ours = new URL(at).host;
    for (const [name, options] of [
      ["light", {}],
      ["dark", { colorScheme: "dark" }],
      ["phone", { viewport: { width: 390, height: 844 } }],
    ]) {
      const { page, hosts, faults, close } = await visit(at, options);
      await page.screenshot({ path: join(out, `ground-style-${name}.png`) });
      assert.deepEqual(hosts, [ours, tiles].sort(), "no other host is asked");
      assert.deepEqual(faults, []);
      assert.match(await page.textContent(".mentions"), /© Plan d’essai/);
      if (name === "light")
        assert.ok((await share(page, LAND)) > 0.2, `land in the style's colour: ${await share(page, LAND)}`);
      if (name === "dark") assert.equal(await share(page, LAND), 0, "nothing glares at night");
      await close();
    }
    broken = true;
    const { page, close } = await visit(at);
    await page.waitForSelector(".message-carte");
    assert.match(await page.textContent(".message-carte"), /ne répond pas/);
    await page.waitForFunction(() => document.querySelector(".carte-toile canvas"));
    assert.equal(await share(page, SEA), 0, "the built-in ground stands in");
    await page.screenshot({ path: join(out, "ground-style-gone.png") });
    await close();
    broken = false;
  });
});

test("pictures of a tile server are the map's ground, and the built-in one a choice", {
  skip: !bin && "BROWSERTEST_BIN is not set",
}, async () => {
  await withGround(`${tilesAt()}/{z}/{x}/{y}.png`, "© Photos d’essai", async (at) => {
    const { page, hosts, faults, close } = await visit(at);
    assert.deepEqual(hosts, [new URL(at).host, new URL(tilesAt()).host].sort());
    assert.deepEqual(faults, []);
    assert.match(await page.textContent(".mentions"), /© Photos d’essai/);
    await page.screenshot({ path: join(out, "ground-pictures.png") });
    await page.click("[data-layers] summary");
    await page.check("input[name=ground][value=plain]");
    await page.waitForURL(/ground=plain/);
    await page.waitForLoadState("networkidle");
    await page.screenshot({ path: join(out, "ground-pictures-plain.png") });
    assert.ok((await share(page, "#c99b6b")) < 0.01);
    await close();
  });
});
