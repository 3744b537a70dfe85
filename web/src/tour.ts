// A guided tour's stage: a map and a strip of time that move with the steps.
// Without this script the page has a drawing for each step, which stay where
// the map cannot be made.

import MVT from "ol/format/MVT.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import OLMap from "ol/Map.js";
import { fromLonLat } from "ol/proj.js";
import VectorTileSource from "ol/source/VectorTile.js";
import View from "ol/View.js";
import { readIcons } from "./crown.js";
import { announce } from "./fragment.js";
import { groundStyle, overlayStyle } from "./mapstyle.js";
import { Marker } from "./marker.js";
import { Overlay } from "./overlay.js";
import { FONT, readPalette } from "./palette.js";
import { parsePosition, tileTemplate } from "./state.js";
import { placed, type Step, stepAt, stepOf, stepped, windowOn } from "./tourstep.js";

const TILE_PIXELS = 512;
const MOVE_MS = 900;
/** A step is said once the reader has stayed on it. */
const SAY_MS = 600;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class StageMap {
  readonly #map: OLMap;
  readonly #view: View;
  readonly #ground: VectorTileLayer;
  readonly #entries: VectorTileLayer;
  readonly #drawn: VectorLayer;
  readonly #overlay: Overlay;
  readonly #pin: Marker;
  readonly #lang = document.documentElement.lang;
  #icons = new Map<string, Path2D>();
  #window = "";

  constructor(readonly host: HTMLElement) {
    const start = parsePosition(host.dataset.view) ?? { lat: 46.6, lon: 2.5, zoom: 5 };
    this.#view = new View({ center: fromLonLat([start.lon, start.lat]), zoom: start.zoom, enableRotation: false });
    this.#ground = new VectorTileLayer({
      source: this.#source(host.dataset.base ?? "", 10, [
        "land",
        "lakes",
        "rivers",
        "departements",
        "regions",
        "borders",
        "places",
      ]),
    });
    this.#entries = new VectorTileLayer({
      renderMode: "vector",
      style: () => undefined,
      source: this.#source(tileTemplate(host.dataset.tiles ?? "", new URLSearchParams()), 17),
    });
    this.#overlay = new Overlay(this.#ground, this.#entries);
    this.#drawn = new VectorLayer({ source: this.#overlay.source, renderBuffer: 160, updateWhileAnimating: true });
    const canvas = document.createElement("div");
    host.append(canvas);
    this.#map = new OLMap({
      target: canvas,
      controls: [],
      interactions: [], // a picture: the page's own map is a link away
      layers: [this.#ground, this.#entries, this.#drawn],
      view: this.#view,
    });
    this.#pin = new Marker(canvas, "choisi");
    this.#map.on("rendercomplete", () => this.#refresh());
    this.#map.on("postrender", () => this.#place());
    document.addEventListener("bocage:theme", () => this.#restyle());
    this.#restyle();
    void this.#loadIcons();
  }

  #source(url: string, maxZoom: number, layers?: string[]): VectorTileSource {
    return new VectorTileSource({
      format: new MVT(layers ? { layers } : {}),
      url,
      maxZoom,
      tileSize: TILE_PIXELS,
      transition: 0,
    });
  }

  #restyle(): void {
    const palette = readPalette();
    this.#ground.setBackground(palette.mer);
    this.#ground.setStyle(groundStyle(palette));
    const { lThousand = "{n} k", lMillion = "{n} M" } = this.host.dataset;
    const texts = { lang: this.#lang, thousand: lThousand, million: lMillion };
    this.#drawn.setStyle(overlayStyle(palette, this.#icons, texts, Math.min(3, Math.ceil(devicePixelRatio))));
  }

  async #loadIcons(): Promise<void> {
    const url = this.host.dataset.icons;
    if (!url) return;
    try {
      this.#icons = readIcons(await (await fetch(url)).text());
      this.#restyle();
    } catch {
      // pins without icons keep their colours
    }
  }

  #refresh(): void {
    this.#overlay.refresh({
      centre: this.#view.getCenter() ?? [0, 0],
      resolution: this.#view.getResolution() ?? 1,
      zoom: this.#view.getZoom() ?? 6,
      size: this.#map.getSize() ?? [0, 0],
      lang: this.#lang,
    });
  }

  #place(): void {
    const spot = this.#pin.spot;
    const pixel = spot && this.#map.getPixelFromCoordinate(fromLonLat([spot.lon, spot.lat]));
    this.#pin.place(pixel ?? undefined, 1);
  }

  show(step: Step): void {
    if (step.position) {
      const { lat, lon, zoom } = step.position;
      const center = fromLonLat([lon, lat]);
      this.#view.cancelAnimations();
      if (still()) {
        this.#view.setCenter(center);
        this.#view.setZoom(zoom);
      } else {
        this.#view.animate({ center, zoom, duration: MOVE_MS });
      }
    }
    const window = new URLSearchParams();
    if (step.fromText) window.set("from", step.fromText);
    if (step.toText) window.set("to", step.toText);
    if (window.toString() !== this.#window) {
      this.#window = window.toString();
      this.#entries.getSource()?.setUrl(tileTemplate(this.host.dataset.tiles ?? "", window));
    }
    this.#pin.spot = step.spot ? { ...step.spot, approximate: 0 } : undefined;
    this.#place();
  }
}

/** The strip of all times with the window of the step on it. */
class StageTime {
  readonly #window: HTMLElement | null;

  constructor(readonly host: HTMLElement) {
    this.#window = host.querySelector<HTMLElement>("[data-scene-window]");
  }

  show({ span }: Step): void {
    const svg = this.host.querySelector<SVGSVGElement>("svg[data-x0]");
    if (!this.#window || !svg) return;
    this.#window.classList.toggle("absente", !span);
    if (!span) return;
    const strip = { from: Number(this.host.dataset.from), to: Number(this.host.dataset.to) };
    const plot = { x0: Number(svg.dataset.x0), x1: Number(svg.dataset.x1), width: svg.viewBox.baseVal.width };
    const at = windowOn(strip, plot, span);
    this.#window.style.left = `${at.left * 100}%`;
    this.#window.style.width = `${at.width * 100}%`;
  }
}

class Tour {
  readonly #sections: HTMLElement[];
  readonly #steps: Step[];
  readonly #links: HTMLAnchorElement[];
  readonly #map: StageMap | undefined;
  readonly #time: StageTime | undefined;
  #at = -1;
  #said = 0;
  #frame = 0;

  constructor(
    readonly root: HTMLElement,
    readonly stage: HTMLElement,
  ) {
    this.#sections = [...root.querySelectorAll<HTMLElement>("[data-etape]")];
    this.#steps = placed(this.#sections.map((s) => stepOf(s.dataset)));
    this.#links = [...root.querySelectorAll<HTMLAnchorElement>(".sommaire a")];
    stage.hidden = false;
    root.classList.add("en-scene");
    const map = stage.querySelector<HTMLElement>("[data-scene-map]");
    const time = stage.querySelector<HTMLElement>("[data-scene-time]");
    this.#map = map ? new StageMap(map) : undefined;
    this.#time = time ? new StageTime(time) : undefined;
    addEventListener("scroll", () => this.#later(), { passive: true });
    addEventListener("resize", () => this.#later());
    document.addEventListener("keydown", (e) => this.#key(e));
    stage.addEventListener("click", (e) => {
      const button = e.target instanceof Element ? e.target.closest<HTMLElement>("[data-step]") : null;
      if (button) this.#go(stepped(this.#at, Number(button.dataset.step), this.#steps.length), false);
    });
    // The page is longer with its stage: back to the step that the address names.
    const named = this.#sections.find((s) => `#${s.id}` === location.hash);
    if (named) requestAnimationFrame(() => named.scrollIntoView({ behavior: "instant", block: "start" }));
    this.#look();
  }

  #later(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#look());
  }

  /** The line at which a step becomes the current one: under the stage where it is on top. */
  #line(): number {
    const box = this.stage.getBoundingClientRect();
    const onTop = box.width > innerWidth * 0.8 && getComputedStyle(this.stage).position === "sticky";
    return onTop ? Math.max(0, box.bottom) + 80 : innerHeight * 0.4;
  }

  #look(): void {
    const tops = this.#sections.map((s) => s.getBoundingClientRect().top);
    const end = document.documentElement;
    const atEnd = end.scrollTop > 0 && end.scrollTop + innerHeight >= end.scrollHeight - 2;
    this.#set(atEnd ? tops.length - 1 : Math.max(0, stepAt(tops, this.#line())));
  }

  #set(i: number): void {
    if (i === this.#at) return;
    this.#at = i;
    const step = this.#steps[i];
    const section = this.#sections[i];
    if (!step || !section) return;
    this.#map?.show(step);
    this.#time?.show(step);
    const title = section.querySelector("h2")?.textContent ?? "";
    const words = `${section.dataset.l ?? ""} – ${title}`;
    const where = this.stage.querySelector("[data-scene-where]");
    if (where) where.textContent = words;
    const progress = this.stage.querySelector("progress");
    if (progress) progress.value = i + 1;
    for (const [n, link] of this.#links.entries()) {
      if (n === i) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    for (const button of this.stage.querySelectorAll<HTMLButtonElement>("[data-step]"))
      button.setAttribute("aria-disabled", String(stepped(i, Number(button.dataset.step), this.#steps.length) === i));
    clearTimeout(this.#said);
    if (scrollY > 0) this.#said = window.setTimeout(() => announce(words), SAY_MS);
  }

  #go(i: number, focus: boolean): void {
    const section = this.#sections[i];
    if (!section) return;
    section.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "start" });
    if (focus) section.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    history.replaceState(null, "", `#${section.id}`);
  }

  #key(e: KeyboardEvent): void {
    if (e.defaultPrevented || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    const on = e.target instanceof Element ? e.target : null;
    if (!by || on?.closest("input, select, textarea, [contenteditable], .defile")) return;
    e.preventDefault();
    this.#go(stepped(this.#at, by, this.#steps.length), true);
  }
}

document.addEventListener("click", (e) => {
  if (e.target instanceof Element && e.target.closest("[data-print]")) window.print();
});

const root = document.querySelector<HTMLElement>("[data-visite]");
const stage = root?.querySelector<HTMLElement>("[data-scene]");
if (root && stage) {
  await Promise.allSettled([document.fonts.load(`550 14px ${FONT}`, "éœÀ"), document.fonts.load(`650 13px ${FONT}`)]);
  new Tour(root, stage);
}
