// The scale bar: a round distance, and how wide it is.

/** The longest of 1, 2 or 5 × 10^n metres that fits in maxPixels. */
export function scaleBar(metresPerPixel: number, maxPixels: number): { metres: number; pixels: number } {
  const most = metresPerPixel * maxPixels;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 2, 1].find((s) => s * power <= most) ?? 1;
  const metres = step * power;
  return { metres, pixels: metres / metresPerPixel };
}

export function formatDistance(metres: number, lang: string): string {
  const [value, unit] = metres >= 1000 ? [metres / 1000, "kilometer"] : [metres, "meter"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: 0 }).format(value);
}

const EQUATOR_METRES = 40075016.686;

/** Metres on the ground in a pixel at this latitude; at zoom z the world is 256·2^z pixels wide. */
export function metresPerPixel(lat: number, zoom: number): number {
  return (EQUATOR_METRES * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** zoom);
}
