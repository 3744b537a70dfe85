// An outline as it is drawn: corners in degrees, then a closed ring. No map and no
// document here.

export type Corner = [lon: number, lat: number];

export interface Polygon {
  type: "Polygon";
  coordinates: Corner[][];
}

/** As fine as a metre; outlines are no finer. */
const round = (v: number) => Math.round(v * 1e5) / 1e5;

/** The ring as GeoJSON (RFC 7946: closed, counterclockwise); undefined with fewer than three corners. */
export function polygonOf(corners: readonly Corner[]): Polygon | undefined {
  const ring = corners.map(([lon, lat]): Corner => [round(lon), round(lat)]);
  const distinct = ring.filter((c, i) => i === 0 || c[0] !== ring[i - 1]![0] || c[1] !== ring[i - 1]![1]);
  if (distinct.length > 1 && same(distinct[0]!, distinct.at(-1)!)) distinct.pop();
  if (distinct.length < 3) return undefined;
  if (area(distinct) < 0) distinct.reverse();
  return { type: "Polygon", coordinates: [[...distinct, distinct[0]!]] };
}

const same = (a: Corner, b: Corner) => a[0] === b[0] && a[1] === b[1];

/** Twice the signed area, positive when counterclockwise. */
export function area(ring: readonly Corner[]): number {
  let sum = 0;
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    sum += x * nextY - nextX * y;
  });
  return sum;
}

/** The text of a field with one more polygon: what was there is kept. */
export function withPolygon(text: string, polygon: Polygon): string {
  const there = polygonsIn(text);
  if (there.length === 0) return JSON.stringify(polygon);
  return JSON.stringify({
    type: "MultiPolygon",
    coordinates: [...there.map((p) => p.coordinates), polygon.coordinates],
  });
}

/** The polygons of a GeoJSON text, whatever holds them; none when it cannot be read. */
export function polygonsIn(text: string): Polygon[] {
  try {
    return walk(JSON.parse(text));
  } catch {
    return [];
  }
}

function walk(value: unknown): Polygon[] {
  if (typeof value !== "object" || value === null) return [];
  const { type, coordinates, geometry, geometries, features } = value as Record<string, unknown>;
  if (type === "Polygon") return [{ type: "Polygon", coordinates: coordinates as Corner[][] }];
  if (type === "MultiPolygon")
    return (coordinates as Corner[][][]).map((c): Polygon => ({ type: "Polygon", coordinates: c }));
  const inside = [
    geometry,
    ...(Array.isArray(geometries) ? geometries : []),
    ...(Array.isArray(features) ? features : []),
  ];
  return inside.flatMap(walk);
}
