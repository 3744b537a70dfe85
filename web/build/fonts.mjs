// The fonts of the pages: from the families' whole files, small ones cut by
// what pages need together. A first visit in French or English loads one file
// of each family; the browser fetches the others when a page has their letters.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import subsetFont from "subset-font";

/** What French and English are written with, and our own signs. */
const CORE =
  "U+0020-005F,U+0061-007A,U+007C,U+00A0,U+00AB,U+00B0,U+00B7,U+00BB,U+00C0,U+00C2,U+00C4,U+00C7-00CB,U+00CE-00CF,U+00D4,U+00D6," +
  "U+00D9,U+00DB-00DC,U+00E0,U+00E2,U+00E4,U+00E7-00EB,U+00EE-00EF,U+00F4,U+00F6,U+00F9,U+00FB-00FC,U+0152-0153," +
  "U+2011,U+2013-2014,U+2018-2019,U+201C-201D,U+2026,U+202F,U+2212";
/** Letters of the latin-ext file that names of towns and people of Europe have most. */
const EUROPE =
  "U+0101,U+0103,U+0105,U+0107,U+010C-010D,U+010F,U+0111,U+0113,U+0117,U+0119,U+011B,U+011F,U+012B,U+012F-0131," +
  "U+0137,U+013C,U+0141-0142,U+0144,U+0146,U+0148,U+0151,U+0158-015B,U+015F-0161,U+0165,U+016B,U+016F,U+0171,U+0173," +
  "U+017A-017E,U+0219,U+021B";

/** Layout that text of ours uses: marks, pairs, ligatures, figures of one width. */
const FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern", "liga", "calt", "tnum", "lnum"];

/** What titles are written with. */
const TITLES = CORE.replace(
  "U+0020-005F,U+0061-007A,U+007C,",
  "U+0020-0022,U+0026-0029,U+002C-003B,U+003F,U+0041-005A,U+0061-007A,",
);

const TEXT = {
  family: "Atkinson Hyperlegible Next",
  source: "atkinson-hyperlegible-next",
  weight: "400 700",
  core: CORE,
};
const TITLE = { family: "Fraunces", source: "fraunces", core: TITLES };

/** The faces: name of the file, the axis' span or its one value, and the weights that the file answers for. */
const FACES = [
  { ...TEXT, name: "atkinson", style: "normal", wght: { min: 400, max: 700, default: 400 } },
  { ...TEXT, name: "atkinson-italic", style: "italic", wght: { min: 400, max: 700, default: 400 } },
  { ...TITLE, name: "fraunces", style: "normal", wght: 580, weight: "500 900" },
  { ...TITLE, name: "fraunces-light", style: "normal", wght: 400, weight: "400" },
];

function codePoints(ranges) {
  return ranges.split(",").flatMap((range) => {
    const [first, last = first] = range
      .trim()
      .slice(2)
      .split("-")
      .map((hex) => Number.parseInt(hex, 16));
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

const hex = (n) => n.toString(16).toUpperCase().padStart(4, "0");

/** The shortest unicode-range of ascending code points. */
function ranges(points) {
  const out = [];
  for (const p of points) {
    const last = out.at(-1);
    if (last && last[1] === p - 1) last[1] = p;
    else out.push([p, p]);
  }
  return out.map(([a, b]) => (a === b ? `U+${hex(a)}` : `U+${hex(a)}-${hex(b)}`)).join(",");
}

const without = (points, others) => {
  const set = new Set(others.flatMap(codePoints));
  return points.filter((p) => !set.has(p));
};

/** The parts of a face: suffix, file of the family, code points. */
function parts(unicode, core) {
  const latin = codePoints(unicode.latin);
  return [
    ["", "latin", codePoints(core)],
    ["-signs", "latin", without(latin, [core])],
    ["-europe", "latin-ext", codePoints(EUROPE)],
    ["-ext", "latin-ext", without(codePoints(unicode["latin-ext"]), [unicode.latin, EUROPE])],
  ];
}

/**
 * Emits the fonts' files by the function, which gives the name that each is
 * served by, and returns the @font-face rules: all, and the first, of the home
 * page. here is the folder of node_modules.
 */
export async function fonts(here, emit) {
  const rules = { all: [], first: [] };
  for (const { name, family, source, core, style, weight, wght } of FACES) {
    const dir = join(here, "node_modules/@fontsource-variable", source);
    const unicode = JSON.parse(readFileSync(join(dir, "unicode.json"), "utf8"));
    for (const [suffix, file, points] of parts(unicode, core)) {
      const whole = readFileSync(join(dir, "files", `${source}-${file}-wght-${style}.woff2`));
      const cut = await subsetFont(whole, String.fromCodePoint(...points), {
        targetFormat: "woff2",
        variationAxes: { wght },
        keepFeatures: FEATURES,
      });
      const url = emit(`${name}${suffix}.woff2`, cut);
      const rule =
        `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};font-display:swap;` +
        `src:url(${url}) format("woff2");unicode-range:${ranges(points)}}`;
      rules.all.push(rule);
      if (name === "atkinson" || name === "fraunces") rules.first.push(rule);
    }
  }
  return { all: rules.all.join("\n"), first: rules.first.join("\n") };
}
