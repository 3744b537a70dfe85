// The map of the home page: vector tiles of the ground and of the entries, the
// card of an entry, and the view's place in the URL. The drawing that the
// server made stays until the canvas is ready, and for good if it fails.

import type { FeatureLike } from "ol/Feature.js";
import MVT from "ol/format/MVT.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import OLMap from "ol/Map.js";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj.js";
import VectorTileSource from "ol/source/VectorTile.js";
import View from "ol/View.js";
import { Card, type Spot, spotOf } from "./card.js";
import { readIcons } from "./crown.js";
import { announce } from "./fragment.js";
import { select } from "./filters.js";
import type { Ground } from "./ground.js";
import { byArea, type Mode, readLayers, startLayers } from "./layers.js";
import { densityStyle, groundStyle, overlayStyle } from "./mapstyle.js";
import { Marker } from "./marker.js";
import { Overlay } from "./overlay.js";
import { FONT, readPalette } from "./palette.js";
import { refreshResults } from "./results.js";
import { formatDistance, metresPerPixel, scaleBar } from "./scale.js";
import { isShape, isZone, shapeStyle, zoneStyle } from "./shapes.js";
import {
  address,
  type Bounds,
  formatBounds,
  formatPosition,
  type Position,
  parseBounds,
  parsePosition,
  tileTemplate,
  withParams,
  wrapLongitude,
} from "./state.js";

const TILE_PIXELS = 512;
const GROUND_MAX_ZOOM = 10;
const ENTRIES_MAX_ZOOM = 17;
const NEAR_ZOOM = 12;
const CLOSE_ZOOM = 14;
const SETTLE_MS = 250;
/** The size for which the server chose its view when the URL has none. */
const SERVER_VIEW = { width: 1010, height: 742 };

const stillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const duration = () => (stillness() ? 0 : 350);
const params = () => new URLSearchParams(location.search);

class EntryMap {
  readonly #map: OLMap;
  readonly #view: View;
  readonly #ground: VectorTileLayer;
  /** The operator's background, once its part of the script has come. */
  #own: Ground | undefined;
  readonly #entries: VectorTileLayer;
  readonly #overlay: Overlay;
  readonly #drawn: VectorLayer;
  readonly #canvas = document.createElement("div");
  readonly #chosen: Marker;
  readonly #aimed: Marker;
  readonly #card: Card;
  readonly #lang: string;
  #icons = new Map<string, Path2D>();
  #timer = 0;
  #warned = false;

  constructor(readonly host: HTMLElement) {
    this.#lang = host.dataset.lang ?? document.documentElement.lang;
    this.#canvas.className = "carte-toile";
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute("role", "region");
    this.#canvas.setAttribute("aria-label", host.dataset.lMap ?? "");
    host.append(this.#canvas);
    this.#view = new View({ ...this.#startView(), minZoom: 1.5, maxZoom: 18, enableRotation: false });
    this.#ground = new VectorTileLayer({
      renderMode: "hybrid",
      source: this.#source(host.dataset.base ?? "", GROUND_MAX_ZOOM, [
        "land",
        "lakes",
        "rivers",
        "departements",
        "regions",
        "borders",
        "places",
      ]),
    });
    // Draws lines and areas; the overlay draws the points that are in its tiles.
    this.#entries = new VectorTileLayer({
      renderMode: "vector",
      source: this.#source(this.#tiles(), ENTRIES_MAX_ZOOM),
    });
    this.#overlay = new Overlay(this.#ground, this.#entries);
    this.#drawn = new VectorLayer({ source: this.#overlay.source, renderBuffer: 160, updateWhileAnimating: true });
    this.#map = new OLMap({
      target: this.#canvas,
      controls: [],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
      layers: [this.#ground, this.#entries, this.#drawn],
      view: this.#view,
    });
    this.#card = new Card((spot) => this.#choose(spot));
    this.#chosen = new Marker(this.#canvas, "choisi");
    this.#aimed = new Marker(this.#canvas, "vise");
    this.#restyle();
    this.#listen();
    this.#choose(this.#card.current());
    void this.#loadIcons();
    void this.#loadGround();
  }

  /** The URL's position, else the server's, which is made to fit on a smaller screen. */
  #startView(): { center: number[]; zoom: number } {
    const own = parsePosition(params().get("c"));
    const given = own ?? parsePosition(this.host.dataset.view) ?? { lat: 46.6, lon: 2.5, zoom: 6 };
    const { clientWidth, clientHeight } = this.host;
    const room = Math.min(clientWidth / SERVER_VIEW.width, clientHeight / SERVER_VIEW.height);
    const less = own ? 0 : Math.min(0, Math.log2(Math.max(room, 0.05)));
    return { center: fromLonLat([given.lon, given.lat]), zoom: given.zoom + less };
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

  /** Where the tiles of the chosen layer and selection are. */
  #tiles(): string {
    const { tiles = "", zones = "" } = this.host.dataset;
    const mode = this.#mode();
    return tileTemplate(byArea(mode) ? zones.replace("{level}", mode) : tiles, params());
  }

  /** The layer that the URL says; a map without tiles of areas shows the entries. */
  #mode(): Mode {
    const { mode } = readLayers(params());
    return byArea(mode) && !this.host.dataset.zones ? "" : mode;
  }

  /** Another layer or selection is in the URL. */
  #relayer(): void {
    const url = this.#tiles();
    const source = this.#entries.getSource();
    if (source?.getUrls()?.[0] !== url) {
      source?.setUrl(url);
      this.#entries.clearRenderer(); // it would give the marks of the tiles before, too
    }
    this.#restyle();
  }

  #restyle(): void {
    const palette = readPalette();
    const mode = this.#mode();
    const { shapes } = readLayers(params());
    const ratio = Math.min(3, Math.ceil(devicePixelRatio));
    const own = this.#own !== undefined && readLayers(params()).ground !== "plain";
    this.#own?.layer.setVisible(own);
    this.#ground.setVisible(!own);
    this.#own?.paint(palette);
    this.#ground.setBackground(palette.mer);
    this.#ground.setStyle(groundStyle(palette));
    if (byArea(mode)) this.#entries.setStyle(zoneStyle(palette));
    else this.#entries.setStyle(shapes ? shapeStyle(palette, () => this.#card.num()) : () => undefined);
    if (mode === "heat") {
      this.#drawn.setStyle(densityStyle(palette, ratio));
      return;
    }
    const { lThousand = "{n} k", lMillion = "{n} M" } = this.host.dataset;
    const texts = { lang: this.#lang, thousand: lThousand, million: lMillion };
    this.#drawn.setStyle(overlayStyle(palette, this.#icons, texts, ratio));
  }

  /** Brings the operator's background over the built-in one, which stays where that fails. */
  async #loadGround(): Promise<void> {
    const { own, styled } = this.host.dataset;
    if (!own && !styled) return;
    try {
      if (styled)
        this.#own = await (await import("./mapvectorstyle.js")).styledGround(styled, () => this.#loseGround());
      else this.#own = (await import("./mapground.js")).ownGround(this.host.dataset, this.#lang);
      this.#map.getLayers().insertAt(1, this.#own.layer);
      this.#restyle();
    } catch {
      this.#loseGround();
    }
  }

  /** The built-in ground is back, and it is said why. */
  #loseGround(): void {
    if (this.#own) this.#map.removeLayer(this.#own.layer);
    this.#own = undefined;
    this.#restyle();
    this.#say(this.host.dataset.lGround ?? this.host.dataset.lFailed ?? "");
  }

  /** Brings the script of the period's slider when its box opens. */
  #loadSlider(): void {
    const box = document.querySelector<HTMLDetailsElement>("[data-slider]");
    const start = async () => (await import("./mapslider.js")).startSlider();
    if (box?.open) void start();
    else box?.addEventListener("toggle", () => void start(), { once: true });
  }

  async #loadIcons(): Promise<void> {
    const url = this.host.dataset.icons;
    if (!url) return;
    try {
      this.#icons = readIcons(await (await fetch(url)).text());
      this.#restyle();
    } catch {
      // pins without icons keep their colours, and the list has both
    }
  }

  #listen(): void {
    this.#map.on("rendercomplete", () => {
      if (!this.#refresh()) this.host.classList.add("prete");
    });
    this.#map.on("postrender", () => this.#placeMarkers());
    this.#map.on("moveend", () => this.#settle());
    this.#map.on("click", (e) => this.#activate(e.pixel, false));
    this.#map.on("pointermove", (e) => {
      if (e.dragging) return;
      this.#canvas.classList.toggle("pointe", (this.#at(e.pixel, 4) ?? this.#shapeAt(e.pixel, 3)) !== undefined);
    });
    this.#entries.getSource()?.on("tileloaderror", () => this.#warn());
    this.#canvas.addEventListener("keydown", (e) => {
      if (e.key !== "Enter") return;
      e.preventDefault();
      this.#activate(this.#map.getSize()?.map((s) => s / 2) ?? [0, 0], true);
    });
    document.addEventListener("bocage:theme", () => this.#restyle());
    document.addEventListener("bocage:selection", () => this.#reselect());
    startLayers(() => this.#relayer());
    this.#loadSlider();
    document.addEventListener("bocage:fit", (e) => this.#fit((e as CustomEvent<Bounds>).detail));
    window.addEventListener("popstate", () => this.#followURL());
    document.addEventListener("click", (e) => this.#pressed(e));
    for (const type of ["pointerover", "focusin"]) document.addEventListener(type, (e) => this.#aim(e.target));
  }

  /** The buttons about the map, and those in the list that centre it. */
  #pressed(event: MouseEvent): void {
    const on = (selector: string) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    const zoom = on("[data-zoom]");
    const centre = on("[data-center]");
    if (zoom && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#view.animate({ zoom: (this.#view.getZoom() ?? 6) + Number(zoom.dataset.zoom), duration: duration() });
    } else if (on("[data-near]")) {
      this.#locate();
    } else if (centre) {
      const item = centre.closest<HTMLElement>("[data-num]");
      const spot = spotOf(item);
      if (!item?.dataset.num || !spot) return;
      const bounds = parseBounds(item.dataset.bounds);
      if (bounds) this.#fit(bounds);
      else this.#go(spot, Math.max(this.#view.getZoom() ?? 0, CLOSE_ZOOM));
      void this.#card.open(item.dataset.num, true);
    }
  }

  #go(to: { lat: number; lon: number }, zoom: number): void {
    this.#view.animate({ center: fromLonLat([to.lon, to.lat]), zoom, duration: duration() });
  }

  #fit([west, south, east, north]: Bounds): void {
    const extent = transformExtent([west, south, east < west ? east + 360 : east, north], "EPSG:4326", "EPSG:3857");
    this.#view.fit(extent, { padding: [70, 70, 70, 70], maxZoom: CLOSE_ZOOM, duration: duration() });
  }

  #locate(): void {
    const { lLocated = "", lDenied = "", lUnavailable = "" } = this.host.dataset;
    if (!navigator.geolocation) {
      this.#say(lUnavailable);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.#go({ lat: coords.latitude, lon: coords.longitude }, NEAR_ZOOM);
        announce(lLocated);
        this.host.scrollIntoView({ block: "nearest" });
      },
      (error) => this.#say(error.code === error.PERMISSION_DENIED ? lDenied : lUnavailable),
      { timeout: 10_000, maximumAge: 300_000 },
    );
  }

  /** Says and shows a short message over the map. */
  #say(text: string): void {
    announce(text);
    const note = document.createElement("p");
    note.className = "message-carte";
    note.textContent = text;
    this.host.parentElement?.append(note);
    setTimeout(() => note.remove(), 6000);
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#say(this.host.dataset.lFailed ?? "");
  }

  #at(pixel: number[], tolerance: number): FeatureLike | undefined {
    return this.#map.forEachFeatureAtPixel(pixel, (f) => (f.get("text") === undefined ? f : undefined), {
      hitTolerance: tolerance,
      layerFilter: (l) => l === this.#drawn,
    });
  }

  /** The line or area at a pixel, the uppermost. */
  #shapeAt(pixel: number[], tolerance: number): FeatureLike | undefined {
    return this.#map.forEachFeatureAtPixel(pixel, (f) => (isShape(f) || isZone(f) ? f : undefined), {
      hitTolerance: tolerance,
      layerFilter: (l) => l === this.#entries,
    });
  }

  /** Makes the marks and names of what is loaded; false when they are up to date. */
  #refresh(): boolean {
    return this.#overlay.refresh({
      centre: this.#view.getCenter() ?? [0, 0],
      resolution: this.#view.getResolution() ?? 1,
      zoom: this.#view.getZoom() ?? 6,
      size: this.#map.getSize() ?? [0, 0],
      lang: this.#lang,
      apart: this.#mode() !== "",
      named: this.#ground.getVisible(),
    });
  }

  /** Shows the entries of an area: they are the selection now, and the map goes to them. */
  #enter(zone: FeatureLike): void {
    const level = this.#mode();
    const box = parseBounds(String(zone.get("box")));
    select(withParams(params(), { area: `${level}:${zone.get("code")}`, layer: undefined, entry: undefined }));
    if (box) this.#fit(box);
  }

  /** A cluster opens up; a point, or a stack of points at one place, shows its card. */
  #activate(pixel: number[], byKeyboard: boolean): void {
    const feature = this.#at(pixel, byKeyboard ? 24 : 5) ?? this.#shapeAt(pixel, byKeyboard ? 12 : 4);
    if (!feature) return;
    const id = feature.getId();
    if (this.#mode() === "heat") {
      this.#view.animate({
        zoom: (this.#view.getZoom() ?? 6) + 2,
        anchor: this.#map.getCoordinateFromPixel(pixel),
        duration: duration(),
      });
    } else if (feature.get("code") !== undefined) {
      this.#enter(feature);
    } else if (feature.get("stack")) {
      void this.#card.open(`@${feature.get("lat")},${feature.get("lon")}`, true);
    } else if (Number(feature.get("n") ?? 1) > 1) {
      const zoom = this.#view.getZoom() ?? 6;
      const apart = Number(feature.get("parted") ?? Number(feature.get("e") ?? zoom) + 1);
      const extent = feature.getGeometry()?.getExtent();
      if (extent)
        this.#view.animate({ center: extent.slice(0, 2), zoom: Math.max(apart, zoom + 1), duration: duration() });
    } else if (id !== undefined) {
      void this.#card.open(String(id), true);
    }
  }

  #choose(spot: Spot | undefined): void {
    this.#chosen.spot = spot;
    this.#entries.changed(); // its line or area stands out
    this.#placeMarkers();
  }

  #aim(target: EventTarget | null): void {
    const item = target instanceof Element ? target.closest("#resultats .item") : null;
    const spot = spotOf(item);
    if (spot?.lat === this.#aimed.spot?.lat && spot?.lon === this.#aimed.spot?.lon) return;
    this.#aimed.spot = spot;
    this.#placeMarkers();
  }

  #placeMarkers(): void {
    const position = this.#position();
    for (const marker of [this.#chosen, this.#aimed]) {
      const { spot } = marker;
      if (!spot) {
        marker.place(undefined, 1);
        continue;
      }
      // The same place may be nearer on the next turn round the world.
      const lon = spot.lon + 360 * Math.round((position.lon - spot.lon) / 360);
      const pixel = this.#map.getPixelFromCoordinate(fromLonLat([lon, spot.lat]));
      marker.place(pixel ?? undefined, metresPerPixel(spot.lat, position.zoom));
    }
  }

  /** The view's centre; its longitude goes on beyond 180° after a turn round the world. */
  #position(): Position {
    const [lon = 0, lat = 0] = toLonLat(this.#view.getCenter() ?? [0, 0]);
    return { lat, lon, zoom: this.#view.getZoom() ?? 6 };
  }

  #bounds(): Bounds {
    const extent = this.#view.calculateExtent(this.#map.getSize());
    const [west, south, east, north] = transformExtent(extent, "EPSG:3857", "EPSG:4326") as Bounds;
    if (east - west >= 360) return [-180, Math.max(-90, south), 180, Math.min(90, north)];
    return [wrapLongitude(west), Math.max(-90, south), wrapLongitude(east), Math.min(90, north)];
  }

  /** After a move: the URL, the scale bar, and a moment later the list. */
  #settle(): void {
    const size = this.#map.getSize();
    if (!size?.[0] || !size[1]) return; // not laid out yet: there will be another move
    const position = this.#position();
    const bounds = formatBounds(this.#bounds());
    const moved = this.host.dataset.bbox !== bounds;
    this.host.dataset.bbox = bounds;
    this.#drawScale(position);
    if (!moved) return;
    const next = withParams(params(), { c: formatPosition(position), bbox: undefined });
    history.replaceState(null, "", address(location.pathname, next));
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void refreshResults(), SETTLE_MS);
  }

  #drawScale({ lat, zoom }: Position): void {
    const bar = document.querySelector<HTMLElement>("[data-scale]");
    if (!bar) return;
    const { metres, pixels } = scaleBar(metresPerPixel(lat, zoom), 112);
    bar.textContent = formatDistance(metres, this.#lang);
    bar.style.width = `${Math.round(pixels)}px`;
  }

  #reselect(): void {
    this.#warned = false;
    this.#relayer();
    if (this.#card.isOpen() && !params().has("entry")) this.#card.close();
  }

  #followURL(): void {
    const at = parsePosition(params().get("c"));
    if (at) this.#go(at, at.zoom);
    const entry = params().get("entry");
    if (entry) void this.#card.open(entry, false);
    else if (this.#card.isOpen()) this.#card.close();
  }
}

const host = document.querySelector<HTMLElement>("[data-map]");
if (host) {
  // Names on a canvas need their font before they are drawn.
  await Promise.allSettled([document.fonts.load(`550 14px ${FONT}`, "éœÀ"), document.fonts.load(`650 13px ${FONT}`)]);
  new EntryMap(host);
}
