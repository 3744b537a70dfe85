// The maps in the form of a map: one to draw its area, one to choose where it
// opens. What is chosen is written in the form's own fields, which work without.

import GeoJSON from "ol/format/GeoJSON.js";
import MVT from "ol/format/MVT.js";
import LineString from "ol/geom/LineString.js";
import Polygon from "ol/geom/Polygon.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import Draw from "ol/interaction/Draw.js";
import Modify from "ol/interaction/Modify.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import Feature from "ol/Feature.js";
import OLMap from "ol/Map.js";
import { fromLonLat, toLonLat } from "ol/proj.js";
import VectorSource from "ol/source/Vector.js";
import VectorTileSource from "ol/source/VectorTile.js";
import Circle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";
import View from "ol/View.js";
import { announce } from "./fragment.js";
import { groundStyle } from "./mapstyle.js";
import { type Corner, polygonOf, polygonsIn, withPolygon } from "./outline.js";
import { nameFont, readPalette } from "./palette.js";
import { formatPosition, parsePosition } from "./state.js";

const FRANCE = { lat: 46.6, lon: 2.5, zoom: 5.5 };
const PROJECTION = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" };

/** A map of the ground in a part of the form, with what its buttons do. */
class Ground {
  readonly map: OLMap;
  readonly view: View;
  readonly source = new VectorSource();
  readonly #base: VectorTileLayer;
  readonly #names: VectorTileLayer;
  readonly #drawn: VectorLayer;

  constructor(readonly host: HTMLElement) {
    const target = host.querySelector<HTMLElement>(".trace-carte")!;
    target.tabIndex = 0;
    target.setAttribute("role", "region");
    target.setAttribute("aria-label", host.dataset.lMap ?? "");
    const url = host.dataset.base ?? "";
    const source = (layers: string[]) =>
      new VectorTileSource({ format: new MVT({ layers }), url, maxZoom: 10, tileSize: 512, transition: 0 });
    this.#base = new VectorTileLayer({
      source: source(["land", "lakes", "rivers", "departements", "regions", "borders"]),
    });
    this.#names = new VectorTileLayer({ source: source(["places"]), declutter: true });
    this.#drawn = new VectorLayer({ source: this.source });
    this.view = new View({
      center: fromLonLat([FRANCE.lon, FRANCE.lat]),
      zoom: FRANCE.zoom,
      minZoom: 1.5,
      maxZoom: 18,
      enableRotation: false,
    });
    this.map = new OLMap({
      target,
      controls: [],
      interactions: defaultInteractions({
        altShiftDragRotate: false,
        pinchRotate: false,
        mouseWheelZoom: true,
        doubleClickZoom: false,
      }),
      layers: [this.#base, this.#names, this.#drawn],
      view: this.view,
    });
    this.restyle();
    document.addEventListener("bocage:theme", () => this.restyle());
  }

  restyle(): void {
    const p = readPalette();
    this.#base.setBackground(p.mer);
    this.#base.setStyle(groundStyle(p));
    const lang = this.host.dataset.lang ?? "fr";
    this.#names.setStyle((f) => {
      const text = String(f.get(`name_${lang}`) ?? f.get("name") ?? "");
      const font = nameFont(Number(f.get("rank")));
      const fill = new Fill({ color: p.lieu });
      return new Style({
        text: new Text({ text, font, fill, stroke: new Stroke({ color: p["terre-carte"], width: 3 }) }),
      });
    });
    this.#drawn.setStyle(drawnStyle());
  }

  /** The buttons of this part of the form, by what they do. */
  on(actions: Record<string, () => void>): void {
    const zoom = (by: number) => this.view.animate({ zoom: (this.view.getZoom() ?? 6) + by, duration: 150 });
    const all: Record<string, () => void> = { in: () => zoom(1), out: () => zoom(-1), ...actions };
    this.host.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
      all[button?.dataset.do ?? ""]?.();
    });
  }

  centre(): Corner {
    return toLonLat(this.view.getCenter() ?? [0, 0]) as Corner;
  }

  fit(): void {
    const extent = this.source.getExtent();
    if (extent && !this.source.isEmpty()) this.view.fit(extent, { padding: [30, 30, 30, 30], maxZoom: 14 });
  }
}

/** Fills, lines and corners in the page's own colours. */
function drawnStyle(): Style {
  const p = readPalette();
  return new Style({
    fill: new Fill({ color: `${p.haie}33` }),
    stroke: new Stroke({ color: p.haie, width: 3 }),
    image: new Circle({
      radius: 6,
      fill: new Fill({ color: p.haie }),
      stroke: new Stroke({ color: p.craie, width: 2 }),
    }),
  });
}

/** Draws an area into the field of its GeoJSON, by pointer and by keyboard. */
class Outline {
  readonly #ground: Ground;
  readonly #field: HTMLTextAreaElement;
  readonly #format = new GeoJSON(PROJECTION);
  readonly #line = new Feature();
  #corners: Corner[] = [];

  constructor(host: HTMLElement, field: HTMLTextAreaElement) {
    this.#field = field;
    this.#ground = new Ground(host);
    const { source, map } = this.#ground;
    const draw = new Draw({ source, type: "Polygon", style: () => drawnStyle() });
    draw.on("drawstart", () => this.#forget());
    draw.on("drawend", (e) => this.#add(e.feature.getGeometry() as Polygon));
    const modify = new Modify({ source, style: () => drawnStyle() });
    modify.on("modifyend", () => this.#write());
    map.addInteraction(modify);
    map.addInteraction(draw);
    this.#read();
    this.#ground.fit();
    field.addEventListener("change", () => this.#read());
    this.#ground.on({
      add: () => this.#corner(),
      undo: () => {
        draw.removeLastPoint();
        this.#back();
      },
      close: () => this.#close(),
      clear: () => {
        draw.abortDrawing();
        this.#forget();
        field.value = "";
        this.#read();
      },
    });
    host.querySelector(".trace-carte")?.addEventListener("keydown", (event) => this.#key(event as KeyboardEvent));
  }

  #key(event: KeyboardEvent): void {
    const act = { Enter: () => this.#corner(), Backspace: () => this.#back() }[event.key];
    if (!act) return;
    event.preventDefault(); // Enter would send the form
    act();
  }

  /** A corner at the middle of the map; one on the first closes the outline. */
  #corner(): void {
    const at = this.#ground.centre();
    const near = 12 * (this.#ground.view.getResolution() ?? 1);
    const first = this.#corners[0];
    if (first && this.#corners.length > 2) {
      const [a, b] = [fromLonLat(first), fromLonLat(at)];
      if (Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!) < near) {
        this.#close();
        return;
      }
    }
    this.#corners.push(at);
    this.#drawLine();
  }

  #back(): void {
    if (this.#corners.pop()) this.#drawLine();
  }

  #drawLine(): void {
    const { source } = this.#ground;
    if (this.#corners.length === 0) {
      if (source.hasFeature(this.#line)) source.removeFeature(this.#line);
    } else {
      this.#line.setGeometry(new LineString(this.#corners.map((c) => fromLonLat(c))));
      if (!source.hasFeature(this.#line)) source.addFeature(this.#line);
    }
    announce((this.#ground.host.dataset.lPoints ?? "").replace("{n}", String(this.#corners.length)));
  }

  #forget(): void {
    this.#corners = [];
    if (this.#ground.source.hasFeature(this.#line)) this.#ground.source.removeFeature(this.#line);
  }

  #close(): void {
    const polygon = polygonOf(this.#corners);
    if (!polygon) {
      announce(this.#ground.host.dataset.lFew ?? "");
      return;
    }
    this.#forget();
    this.#field.value = withPolygon(this.#field.value, polygon);
    this.#read();
    announce(this.#ground.host.dataset.lClosed ?? "");
  }

  /** What the pointer drew, in the field. */
  #add(geometry: Polygon): void {
    const ring = geometry.getCoordinates()[0] ?? [];
    const polygon = polygonOf(ring.map((c) => toLonLat(c) as Corner));
    if (!polygon) return;
    this.#field.value = withPolygon(this.#field.value, polygon);
    announce(this.#ground.host.dataset.lClosed ?? "");
    queueMicrotask(() => this.#read()); // Draw adds its own feature after this
  }

  /** The outlines after a corner was moved. */
  #write(): void {
    let text = "";
    for (const f of this.#ground.source.getFeatures()) {
      const g = f.getGeometry();
      if (!(g instanceof Polygon)) continue;
      const rings = g.getCoordinates().map((r) => r.map((c) => toLonLat(c) as Corner));
      const outer = polygonOf(rings[0] ?? []);
      if (outer) text = withPolygon(text, { type: "Polygon", coordinates: [outer.coordinates[0]!, ...rings.slice(1)] });
    }
    this.#field.value = text;
  }

  /** Shows what the field holds. */
  #read(): void {
    const { source } = this.#ground;
    source.clear();
    for (const polygon of polygonsIn(this.#field.value)) {
      try {
        source.addFeatures(this.#format.readFeatures(polygon));
      } catch {
        // the server says what is wrong with it
      }
    }
    if (this.#corners.length > 0) this.#drawLine();
  }
}

/** Takes a view of the map into the field of the first view. */
function startView(host: HTMLElement, field: HTMLInputElement): void {
  const ground = new Ground(host);
  const go = () => {
    const at = parsePosition(field.value);
    if (!at) return;
    ground.view.setCenter(fromLonLat([at.lon, at.lat]));
    ground.view.setZoom(at.zoom);
  };
  go();
  field.addEventListener("change", go);
  ground.on({
    take: () => {
      const [lon, lat] = ground.centre();
      field.value = formatPosition({ lat, lon, zoom: Math.max(1, ground.view.getZoom() ?? 6) });
    },
    clear: () => {
      field.value = "";
    },
  });
}

/** The browser's own choice of a colour beside the field of its code. */
function startColour(field: HTMLInputElement): void {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.className = "pipette";
  picker.setAttribute("aria-label", field.labels?.[0]?.textContent ?? "");
  const take = () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value;
  };
  take();
  field.addEventListener("input", take);
  picker.addEventListener("input", () => {
    field.value = picker.value;
  });
  field.after(picker);
}

for (const host of document.querySelectorAll<HTMLElement>("[data-trace]")) {
  const field = document.getElementById(host.dataset.trace ?? "");
  if (field instanceof HTMLTextAreaElement) new Outline(host, field);
}
for (const host of document.querySelectorAll<HTMLElement>("[data-start]")) {
  const field = document.getElementById(host.dataset.start ?? "");
  if (field instanceof HTMLInputElement) startView(host, field);
}
for (const field of document.querySelectorAll<HTMLInputElement>("input[data-colour]")) startColour(field);
