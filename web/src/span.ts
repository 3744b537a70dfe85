// Spans of time for the timeline, in unix seconds, [from, to).

export interface Span {
  from: number;
  to: number;
}

export const DAY = 86_400;
const YEAR = 365.25 * DAY;

/** A window never gets shorter than an hour. */
export const SHORTEST = 3600;

/** The bounds of a window shorter than this are written with hours. */
const HOURS = 3 * DAY;

/** The span moved and, if need be, shortened to lie inside the limits. */
export function within(span: Span, limits: Span): Span {
  const whole = limits.to - limits.from;
  const length = Math.min(whole, Math.max(Math.min(SHORTEST, whole), span.to - span.from));
  const from = Math.min(Math.max(span.from, limits.from), limits.to - length);
  return { from, to: from + length };
}

/** The span times factor, about the point that is at share of it (0 its start, 1 its end). */
export function zoomed(span: Span, factor: number, share: number, limits: Span): Span {
  const length = span.to - span.from;
  const fixed = span.from + share * length;
  const next = Math.min(limits.to - limits.from, Math.max(SHORTEST, length * factor));
  return within({ from: fixed - share * next, to: fixed + (1 - share) * next }, limits);
}

/** The span moved by a share of its length, positive to the future. */
export function panned(span: Span, share: number, limits: Span): Span {
  const by = (span.to - span.from) * share;
  return within({ from: span.from + by, to: span.to + by }, limits);
}

/** The span with its start or its end moved by a share of its length. */
export function stretched(span: Span, edge: "from" | "to", share: number, limits: Span): Span {
  const moved = { ...span, [edge]: span[edge] + (span.to - span.from) * share };
  const whole = limits.to - limits.from;
  if (moved.to - moved.from < Math.min(SHORTEST, whole)) return span;
  return { from: Math.max(moved.from, limits.from), to: Math.min(moved.to, limits.to) };
}

/** The date that holds the instant, in EDTF: a year when the span is long, else a day. */
export function toEDTF(second: number, length: number): string {
  const date = new Date(second * 1000);
  const year = date.getUTCFullYear();
  const text = `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(4, "0")}`;
  if (length > 40 * YEAR) return text;
  return `${text}-${String(date.getUTCMonth() + 1).padStart(2, "0")}-${String(date.getUTCDate()).padStart(2, "0")}`;
}

/** The instant to the minute, in EDTF. */
function toMinute(second: number): string {
  const date = new Date(Math.round(second / 60) * 60_000);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${toEDTF(date.getTime() / 1000, 0)}T${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** The span as from and to parameters: to is the last day, or the minute after the last one. */
export function toParams(span: Span): { from: string; to: string } {
  const length = span.to - span.from;
  if (length < HOURS) return { from: toMinute(span.from), to: toMinute(span.to) };
  return { from: toEDTF(span.from, length), to: toEDTF(span.to - 1, length) };
}
