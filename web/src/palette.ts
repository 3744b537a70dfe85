// The colours of the style sheet, for what is drawn on a canvas.

/** Names of the root themes in the taxonomy's order, then no theme; they name colours and icons. */
export const THEMES = [
  "nature",
  "nourrir",
  "habiter",
  "soin",
  "savoir",
  "numerique",
  "echanger",
  "gouverner",
  "autre",
] as const;

const NAMES = [
  ...THEMES,
  "craie",
  "haie",
  "haie-fonce",
  "sur-haie",
  "sur-cat",
  "mer",
  "mer-halo",
  "terre-carte",
  "cours-eau",
  "lim-dep",
  "lim-reg",
  "lim-pays",
  "cote",
  "lieu",
  "ajonc",
  "alerte",
  "focus",
] as const;

export type Colour = (typeof NAMES)[number];
export type Palette = Record<Colour, string>;

/** The colours as they are now; they change with the theme. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((n) => [n, style.getPropertyValue(`--${n}`).trim()])) as Palette;
}

/** The name of a theme's number in a tile, where absent means none. */
export function themeName(number: unknown): (typeof THEMES)[number] {
  return (typeof number === "number" ? THEMES[number] : undefined) ?? "autre";
}

export const FONT = '"Atkinson Hyperlegible Next", system-ui, sans-serif';

/** The font of a place's name: the less it matters the smaller. */
export const nameFont = (rank: number): string => `550 ${Math.max(11.5, 15.5 - rank / 2)}px ${FONT}`;

/** A colour "#rrggbb" with an opacity of 0 to 1, as "#rrggbbaa"; another colour as it is. */
export function translucent(colour: string, opacity: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return colour;
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}
