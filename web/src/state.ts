// The state of a page is its URL. These functions read it and write it; they
// touch no document.

/** A position of the map: at zoom z the world is 256·2^z pixels wide. */
export interface Position {
  lat: number;
  lon: number;
  zoom: number;
}

/** The bounds of a view, in degrees: west, south, east, north. */
export type Bounds = [number, number, number, number];

/** The parameters that choose entries; the map's tiles take these and no other. */
export const SELECTION = [
  "q",
  "kind",
  "theme",
  "tag",
  "from",
  "to",
  "origin",
  "map",
  "series",
  "licence",
  "fresh",
  "language",
  "rules",
  "area",
  "concept",
  "member",
] as const;

/** Reads "lat,lon,z"; undefined when it is not a position. */
export function parsePosition(text: string | null | undefined): Position | undefined {
  const parts = (text ?? "").split(",");
  const [lat, lon, zoom] = parts.map(Number);
  if (parts.length !== 3 || parts.some((p) => p.trim() === "")) return undefined;
  if (!Number.isFinite(lat) || !Number.isFinite(lon) || !Number.isFinite(zoom)) return undefined;
  if (Math.abs(lat!) > 90 || Math.abs(lon!) > 180 || zoom! < 0 || zoom! > 22) return undefined;
  return { lat: lat!, lon: lon!, zoom: zoom! };
}

/** Writes a position as short as its zoom allows: a pixel at that zoom, no finer. */
export function formatPosition(p: Position): string {
  const digits = Math.min(6, Math.max(2, Math.ceil(p.zoom / 3)));
  const zoom = Math.round(p.zoom * 100) / 100;
  return `${p.lat.toFixed(digits)},${wrapLongitude(p.lon).toFixed(digits)},${zoom}`;
}

export function wrapLongitude(lon: number): number {
  return lon - 360 * Math.floor((lon + 180) / 360);
}

/** Reads "W,S,E,N". */
export function parseBounds(text: string | null | undefined): Bounds | undefined {
  const values = (text ?? "").split(",").map(Number);
  if (values.length !== 4 || values.some((v) => !Number.isFinite(v))) return undefined;
  return values as Bounds;
}

export function formatBounds(b: Bounds): string {
  return b.map((v) => v.toFixed(5)).join(",");
}

/** The map whose page this is: it is in the path, and in the query of what the page asks for. */
const frame = () => globalThis.document?.documentElement.dataset.frame;

/** The selection alone, as a query without "?", in a fixed order so that equal selections share cached tiles. */
export function selectionQuery(params: URLSearchParams): string {
  const out = new URLSearchParams();
  const map = frame();
  if (map) out.set("map", map);
  for (const key of SELECTION) {
    if (map && key === "map") continue;
    for (const value of params.getAll(key)) if (value) out.append(key, value);
  }
  return out.toString();
}

/** A tile URL template with the selection appended. */
export function tileTemplate(template: string, params: URLSearchParams): string {
  const query = selectionQuery(params);
  if (!query) return template;
  return template + (template.includes("?") ? "&" : "?") + query;
}

/** The current parameters with the named ones set, or removed when undefined. */
export function withParams(params: URLSearchParams, set: Record<string, string | undefined>): URLSearchParams {
  const out = new URLSearchParams(params);
  for (const [key, value] of Object.entries(set)) {
    if (value === undefined || value === "") out.delete(key);
    else out.set(key, value);
  }
  return out;
}

/**
 * The parameters after a form of filters was changed: the form's fields
 * replace those of the same name, what the form does not hold is kept.
 */
export function formParams(params: URLSearchParams, names: Iterable<string>, data: Iterable<[string, string]>) {
  const out = new URLSearchParams(params);
  for (const name of names) out.delete(name);
  for (const [name, value] of data) if (value.trim() !== "") out.append(name, value.trim());
  return out;
}

/** A path and query, without a lone "?". Commas stay readable. */
export function address(path: string, params: URLSearchParams): string {
  const query = params.toString().replaceAll("%2C", ",").replaceAll("%40", "@");
  return query ? `${path}?${query}` : path;
}
