// The design tokens that differ between light and dark, once, and the CSS that
// sets them by the reader's preference or by <html data-theme>.

/** name: [light, dark]. Contrasts: text at least 5.7:1, borders of fields 3.5:1. */
export const COLOURS = {
  craie: ["#fbfaf5", "#141c18"],
  papier: ["#ffffff", "#1c2620"],
  sable: ["#f3efe3", "#212d26"],
  "sable-2": ["#e9e3d2", "#2a3830"],
  trait: ["#ddd6c3", "#35443b"],
  "trait-fort": ["#857d69", "#7f9186"],
  encre: ["#1d2822", "#eef1e8"],
  "encre-2": ["#4a554d", "#b7c2b8"],
  haie: ["#2b5a43", "#8fcf9f"],
  "haie-fonce": ["#1c4030", "#b5e3bd"],
  "haie-clair": ["#e2ecdf", "#223a2c"],
  "sur-haie": ["#ffffff", "#0f1a14"],
  ciel: ["#1d5d85", "#8ecbec"],
  "ciel-clair": ["#dceaf0", "#1a3341"],
  terre: ["#8a4720", "#efb38a"],
  "terre-clair": ["#f5e6d8", "#3b2a1e"],
  ajonc: ["#f0bd45", "#f0bd45"],
  "ajonc-clair": ["#fcf0cf", "#3b3217"],
  alerte: ["#a3271f", "#ff9d92"],
  "alerte-clair": ["#fbe6e2", "#3c201d"],
  focus: ["#0b5fa5", "#f0bd45"],
  "pied-fond": ["#1c4030", "#0e1512"],
  mer: ["#d3e4e6", "#122129"],
  "mer-halo": ["#bcd6da", "#1a303a"],
  "terre-carte": ["#f6f2e7", "#26312a"],
  "cours-eau": ["#9cc3cd", "#33596a"],
  "lim-dep": ["#d9d0b9", "#34423a"],
  "lim-reg": ["#b3a684", "#55665b"],
  "lim-pays": ["#857a5c", "#869488"],
  cote: ["#7fa5ab", "#4a6f78"],
  lieu: ["#50493a", "#c9cfc0"],
  nature: ["#004403", "#b5e3b2"],
  nourrir: ["#960c3a", "#dd656f"],
  habiter: ["#ad5a55", "#f09475"],
  soin: ["#008180", "#49ddce"],
  savoir: ["#6168c1", "#7c84d0"],
  numerique: ["#482b7a", "#d0cbff"],
  echanger: ["#806600", "#efc62f"],
  gouverner: ["#116282", "#7aadff"],
  autre: ["#505c5b", "#b0a89c"],
  "sur-cat": ["#ffffff", "#101713"],
  "ombre-1": ["0 1px 2px rgb(38 44 30/.08),0 2px 8px rgb(38 44 30/.06)", "0 1px 3px rgb(0 0 0/.4)"],
  "ombre-2": ["0 2px 6px rgb(38 44 30/.10),0 12px 32px rgb(38 44 30/.14)", "0 10px 30px rgb(0 0 0/.5)"],
  parcelles: ["url(asset:parcels.svg)", "url(asset:parcels-dark.svg)"],
};

/** Classes that choose a theme's colour: c-nature … c-autre. */
const THEMES = ["nature", "nourrir", "habiter", "soin", "savoir", "numerique", "echanger", "gouverner", "autre"];

const declare = (side) =>
  Object.entries(COLOURS)
    .map(([name, values]) => `--${name}:${values[side]}`)
    .join(";");

/** The style sheet. A forced choice wins over the system's preference. */
export function tokens() {
  const dark = declare(1);
  return [
    `:root{color-scheme:light dark;${declare(0)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
    `:root[data-theme=dark]{color-scheme:dark;${dark}}`,
    ":root[data-theme=light]{color-scheme:light}",
    `@media print{:root:root{color-scheme:light;${declare(0)}}}`,
    ...THEMES.map((t) => `.c-${t}{--c:var(--${t})}`),
  ].join("\n");
}
