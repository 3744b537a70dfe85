// The timeline: drag, wheel, pinch and keys move its window; the strip above
// shows where it is and moves it too. Every new window is drawn by the server.

import { Fragments } from "./fragment.js";
import { panned, type Span, stretched, toParams, within, zoomed } from "./span.js";
import { address, withParams } from "./state.js";

const SETTLE_MS = 140;
const STEP = 0.2;
const ZOOM = 0.6;
const CLICK_PIXELS = 5;

const fragments = new Fragments();

const chart = () => document.querySelector<HTMLElement>("#frise[data-timeline]");
const strip = () => document.getElementById("apercu");

function read(e: HTMLElement | null, from: "from" | "min", to: "to" | "max"): Span {
  return { from: Number(e?.dataset[from]), to: Number(e?.dataset[to]) };
}

/** Where a drawing's time starts and ends on the screen: its edges hold names and margins too. */
function plot(e: HTMLElement): { left: number; width: number } {
  const box = e.getBoundingClientRect();
  const svg = e.querySelector<SVGSVGElement>("svg[data-x0][data-x1]");
  const drawn = svg?.viewBox.baseVal.width ?? 0;
  if (!svg || drawn <= 0) return { left: box.left, width: Math.max(1, box.width) };
  const at = svg.getBoundingClientRect();
  const scale = at.width / drawn;
  const x0 = Number(svg.dataset.x0);
  return { left: at.left + x0 * scale, width: Math.max(1, (Number(svg.dataset.x1) - x0) * scale) };
}

class Timeline {
  #window: Span;
  #limits: Span;
  #timer = 0;
  readonly #pointers = new Map<number, number>();
  #moved = 0;

  constructor() {
    this.#window = read(chart(), "from", "to");
    this.#limits = read(chart(), "min", "max");
    document.addEventListener("pointerdown", (e) => this.#down(e));
    document.addEventListener("pointermove", (e) => this.#move(e));
    for (const type of ["pointerup", "pointercancel"] as const) document.addEventListener(type, (e) => this.#up(e));
    document.addEventListener("wheel", (e) => this.#wheel(e), { passive: false });
    document.addEventListener("keydown", (e) => this.#key(e));
    document.addEventListener(
      "click",
      (e) => {
        if (this.#moved <= CLICK_PIXELS || !this.#inChart(e.target)) return;
        e.preventDefault(); // the end of a drag is no click on an event
        e.stopPropagation();
        this.#moved = 0;
      },
      true,
    );
    document.addEventListener("dragstart", (e) => {
      if (this.#inChart(e.target)) e.preventDefault();
    });
    document.addEventListener("bocage:view", () => this.#read()); // another selection was drawn
    window.addEventListener("popstate", () => {
      if (!document.getElementById("vue")) void this.#load(new URLSearchParams(location.search));
    });
    this.#drawBrush();
    this.#fit();
  }

  /** The page was drawn for a wide screen; on another, text would be too small to read. */
  #fit(): void {
    const drawn = chart()?.querySelector("svg")?.viewBox.baseVal.width ?? 0;
    if (Math.abs(drawn - this.#width()) > drawn * 0.15) void this.#load(new URLSearchParams(location.search));
  }

  #inChart(target: EventTarget | null): target is Element {
    return target instanceof Element && chart()?.contains(target) === true;
  }

  #width(): number {
    return Math.max(1, chart()?.clientWidth ?? 1);
  }

  /** How many pixels the window is long. */
  #length(): number {
    const e = chart();
    return e ? plot(e).width : 1;
  }

  /** Where in the window a place on the screen is, 0 its start, 1 its end. */
  #share(clientX: number): number {
    const e = chart();
    if (!e) return 0.5;
    const { left, width } = plot(e);
    return Math.max(0, Math.min(1, (clientX - left) / width));
  }

  /** Shows a new window soon; the wheel gives many. */
  #show(next: Span): void {
    this.#window = next;
    this.#drawBrush();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const params = withParams(new URLSearchParams(location.search), toParams(this.#window));
      history.replaceState(null, "", address(location.pathname, params));
      void this.#load(params);
    }, SETTLE_MS);
  }

  async #load(params: URLSearchParams): Promise<void> {
    const query = withParams(params, { w: String(Math.round(this.#width() / 20) * 20) });
    const brushing = document.activeElement?.id === "brosse";
    const replaced = await fragments.load(chart()?.dataset.url ?? location.pathname, query, "chart");
    if (!replaced.some((e) => e.id === "frise")) {
      chart()?.querySelector("svg")?.removeAttribute("transform");
      return;
    }
    this.#read();
    if (brushing) document.getElementById("brosse")?.focus({ preventScroll: true });
  }

  /** Takes over what the server drew. */
  #read(): void {
    if (!chart()) return;
    this.#window = read(chart(), "from", "to");
    this.#limits = read(chart(), "min", "max");
    this.#drawBrush();
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    if (strip()?.contains(event.target)) {
      this.#brush(event);
      return;
    }
    if (!this.#inChart(event.target)) return;
    this.#pointers.set(event.pointerId, event.clientX);
    this.#moved = 0;
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const spread = this.#spread();
    this.#pointers.set(event.pointerId, event.clientX);
    const by = event.clientX - before;
    this.#moved += Math.abs(by);
    if (this.#moved <= CLICK_PIXELS) return;
    chart()?.classList.add("tire");
    if (spread === undefined) {
      this.#slide(panned(this.#window, -by / this.#length(), this.#limits));
      return;
    }
    const now = this.#spread() ?? spread;
    const centre = [...this.#pointers.values()].reduce((a, b) => a + b, 0) / this.#pointers.size;
    this.#show(zoomed(this.#window, spread / Math.max(now, 1), this.#share(centre), this.#limits));
  }

  /** Moves the drawing under the finger at once; the server draws when it rests. */
  #slide(next: Span): void {
    const drawn = read(chart(), "from", "to");
    const svg = chart()?.querySelector<SVGElement>("svg");
    const pixels = ((drawn.from - next.from) / (next.to - next.from)) * this.#length();
    if (svg) svg.style.transform = `translateX(${pixels}px)`;
    this.#show(next);
  }

  /** How far apart two fingers are; undefined unless there are two. */
  #spread(): number | undefined {
    const [a, b] = [...this.#pointers.values()];
    return a === undefined || b === undefined ? undefined : Math.abs(a - b);
  }

  #up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#pointers.size === 0) chart()?.classList.remove("tire");
  }

  /** The page scrolls as usual, unless the timeline has the focus or ctrl is held (a pinch on a touchpad). */
  #wheel(event: WheelEvent): void {
    const at = chart();
    if (!at || !this.#inChart(event.target)) return;
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const active = at.contains(document.activeElement) || event.ctrlKey || event.metaKey;
    if (!sideways && !active) return;
    event.preventDefault();
    if (sideways) {
      this.#show(panned(this.#window, event.deltaX / this.#length(), this.#limits));
      return;
    }
    const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300)));
    this.#show(zoomed(this.#window, factor, this.#share(event.clientX), this.#limits));
  }

  #key(event: KeyboardEvent): void {
    const target = event.target;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = target.closest("#frise a.ev");
    if (item) {
      if (walk(item, event.key)) event.preventDefault();
      return;
    }
    const brush = target.classList.contains("brosse");
    if (target !== chart() && !brush) return;
    const next = (brush && event.shiftKey && this.#stretch(event.key)) || this.#afterKey(event.key);
    if (!next) return;
    event.preventDefault();
    this.#show(next);
  }

  /** On the strip, shift and the arrows move the end of the window, shift and up or down its start. */
  #stretch(key: string): Span | undefined {
    const w = this.#window;
    switch (key) {
      case "ArrowRight":
        return stretched(w, "to", STEP, this.#limits);
      case "ArrowLeft":
        return stretched(w, "to", -STEP, this.#limits);
      case "ArrowUp":
        return stretched(w, "from", STEP, this.#limits);
      case "ArrowDown":
        return stretched(w, "from", -STEP, this.#limits);
    }
    return undefined;
  }

  #afterKey(key: string): Span | undefined {
    const w = this.#window;
    const l = this.#limits;
    switch (key) {
      case "ArrowLeft":
        return panned(w, -STEP, l);
      case "ArrowRight":
        return panned(w, STEP, l);
      case "PageUp":
        return panned(w, -1, l);
      case "PageDown":
        return panned(w, 1, l);
      case "+":
      case "=":
        return zoomed(w, ZOOM, 0.5, l);
      case "-":
        return zoomed(w, 1 / ZOOM, 0.5, l);
      case "Home":
        return l;
      case "End":
        return within({ from: l.to - (w.to - w.from), to: l.to }, l);
    }
    return undefined;
  }

  /** The window on the strip: drag its middle to move it, its edges to change it, elsewhere to draw another. */
  #brush(event: PointerEvent): void {
    const e = strip();
    if (!e || (event.target instanceof Element && event.target.closest(".avant"))) return;
    event.preventDefault();
    const all = read(e, "min", "max");
    const box = plot(e);
    const time = (x: number) => all.from + ((x - box.left) / box.width) * (all.to - all.from);
    const start = time(event.clientX);
    const near = (8 / box.width) * (all.to - all.from);
    const first = this.#window;
    const edge = Math.abs(start - first.from) < near ? "from" : Math.abs(start - first.to) < near ? "to" : undefined;
    const inside = start > first.from && start < first.to;
    const follow = (m: PointerEvent) => {
      const now = time(m.clientX);
      if (edge) this.#show(ordered({ ...first, [edge]: now }, this.#limits));
      else if (inside) this.#show(within({ from: first.from + now - start, to: first.to + now - start }, this.#limits));
      else this.#show(ordered({ from: start, to: now }, this.#limits));
    };
    const end = (m: PointerEvent) => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      const still = Math.abs(m.clientX - event.clientX) < CLICK_PIXELS;
      const half = (first.to - first.from) / 2;
      if (still && !inside && !edge) this.#show(within({ from: start - half, to: start + half }, this.#limits));
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  }

  #drawBrush(): void {
    const e = strip();
    if (!e) return;
    const all = read(e, "min", "max");
    let brush = e.querySelector<HTMLElement>(".brosse");
    if (!brush) {
      brush = document.createElement("div");
      brush.className = "brosse";
      brush.id = "brosse";
      brush.tabIndex = 0;
      brush.setAttribute("role", "slider");
      brush.setAttribute("aria-label", e.dataset.lBrush ?? "");
      e.append(brush);
    }
    const box = plot(e);
    const x = (t: number) => {
      const share = Math.max(0, Math.min(1, (t - all.from) / Math.max(1, all.to - all.from)));
      return ((box.left - e.getBoundingClientRect().left + share * box.width) / Math.max(1, e.clientWidth)) * 100;
    };
    brush.style.left = `min(${x(this.#window.from)}%, 100% - 24px)`;
    brush.style.width = `${x(this.#window.to) - x(this.#window.from)}%`;
    const year = (t: number) => new Date(t * 1000).getUTCFullYear();
    const { from, to } = toParams(this.#window);
    brush.setAttribute("aria-valuemin", String(year(all.from)));
    brush.setAttribute("aria-valuemax", String(year(all.to)));
    brush.setAttribute("aria-valuenow", String(year((this.#window.from + this.#window.to) / 2)));
    brush.setAttribute("aria-valuetext", `${spoken(from)} – ${spoken(to)}`);
  }
}

/** A bound of the window in words; years before 1000 as they are written. */
function spoken(bound: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?$/.exec(bound);
  if (!match || Number(match[1]) < 1000) return bound;
  const day = new Date(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
  const words = day.toLocaleDateString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  return match[4] ? `${words}, ${match[4]}` : words;
}

/** Moves the focus from one event to the next of its lane, or to the nearest of the lane beside. */
function walk(from: Element, key: string): boolean {
  const lanes = [...document.querySelectorAll("#frise .couloir, #frise svg:not(:has(.couloir))")].map((e) => [
    ...e.querySelectorAll<SVGAElement>("a.ev"),
  ]);
  const lane = lanes.findIndex((items) => items.includes(from as SVGAElement));
  const items = lanes[lane] ?? [];
  const at = items.indexOf(from as SVGAElement);
  const x = from.getBoundingClientRect().left;
  const nearest = (others: SVGAElement[] | undefined) =>
    others?.toSorted(
      (a, b) => Math.abs(a.getBoundingClientRect().left - x) - Math.abs(b.getBoundingClientRect().left - x),
    )[0];
  const beside = (step: number) => {
    for (let i = lane + step; i >= 0 && i < lanes.length; i += step) if (lanes[i]?.length) return nearest(lanes[i]);
    return undefined;
  };
  const next: Record<string, () => SVGAElement | undefined> = {
    ArrowRight: () => items[at + 1],
    ArrowLeft: () => items[at - 1],
    ArrowDown: () => beside(1),
    ArrowUp: () => beside(-1),
  };
  const step = next[key];
  if (!step) return false;
  step()?.focus();
  return true;
}

/** A span drawn in either direction. */
function ordered(span: Span, limits: Span): Span {
  return within({ from: Math.min(span.from, span.to), to: Math.max(span.from, span.to) }, limits);
}

if (chart()) new Timeline();
