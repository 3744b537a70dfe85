// The layer over the ground: the entries' marks and the places' names, made
// anew from the loaded tiles whenever the map comes to rest.

import Feature, { type FeatureLike } from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import type VectorTileLayer from "ol/layer/VectorTile.js";
import VectorSource from "ol/source/Vector.js";
import { sharesOf } from "./mapstyle.js";
import { type Disc, disc, type Mark, merge } from "./marks.js";
import { placeNames, type Town } from "./names.js";
import { nameFont } from "./palette.js";
import { isShape, isZone } from "./shapes.js";

const EARTH = 2 * Math.PI * 6378137;
const EVERYWHERE = [-2 * EARTH, -2 * EARTH, 2 * EARTH, 2 * EARTH];
/** From this zoom of the view each entry has its own pin: nothing is merged. */
const PINS_ZOOM = 15;
/** Pixels around the view that are made too, and pixels of map for a name. */
const MARGIN = 120;
const PIXELS_PER_NAME = 24_000;

export interface Scene {
  centre: number[];
  resolution: number;
  zoom: number;
  size: number[];
  lang: string;
  /** Marks stay apart, whatever the zoom: each stands for its own area or cell. */
  apart?: boolean;
  /** Whether the ground's places have their names; not over another ground, which has its own. */
  named?: boolean;
}

/** A feature of a tile with its place, in metres and in pixels. */
interface Found {
  feature: FeatureLike;
  at: number[];
  x: number;
  y: number;
}

interface Named extends Town {
  text: string;
  at: number[];
}

const ruler = document.createElement("canvas").getContext("2d");

function widthOf(text: string, rank: number): number {
  if (!ruler) return 8 * text.length;
  ruler.font = nameFont(rank);
  return ruler.measureText(text).width;
}

export class Overlay {
  readonly source = new VectorSource({ wrapX: false });
  #made = "";

  constructor(
    readonly ground: VectorTileLayer,
    readonly entries: VectorTileLayer,
  ) {}

  /** Makes the layer again when the view or the tiles have changed; false when they have not. */
  refresh(scene: Scene): boolean {
    const marks = this.#within(this.entries, scene, (f) => !isShape(f) && !isZone(f));
    const towns = scene.named === false ? [] : this.#within(this.ground, scene, (f) => f.get("layer") === "places");
    const stamp = [
      scene.centre,
      scene.resolution,
      scene.size,
      scene.lang,
      scene.apart,
      marks.length,
      towns.length,
      marks.reduce((sum, m) => sum + m.x * Number(m.feature.get("n") ?? 1), 0),
    ].join();
    if (stamp === this.#made) return false;
    this.#made = stamp;
    this.source.clear(true);
    const merged = this.#marks(marks, scene);
    const discs = merged.map(disc);
    this.source.addFeatures([
      ...merged.map((m) => this.#markFeature(m, marks, scene)),
      ...this.#names(towns, discs, scene),
    ]);
    return true;
  }

  /** The features of the loaded tiles in and around the view, with their place in pixels, nearest turn of the world. */
  #within(layer: VectorTileLayer, { centre, resolution, size }: Scene, take: (f: FeatureLike) => boolean) {
    const [cx = 0, cy = 0] = centre;
    const seen = new Set<string>();
    const out: Found[] = [];
    for (const feature of layer.getFeaturesInExtent(EVERYWHERE)) {
      if (!take(feature)) continue;
      const [fx = 0, fy = 0] = feature.getGeometry()?.getExtent() ?? [];
      const wx = fx + EARTH * Math.round((cx - fx) / EARTH);
      const x = wx / resolution;
      const y = -fy / resolution;
      if (Math.abs(x - cx / resolution) > (size[0] ?? 0) / 2 + MARGIN) continue;
      if (Math.abs(y + cy / resolution) > (size[1] ?? 0) / 2 + MARGIN) continue;
      const key = `${feature.getId() ?? ""}/${feature.get("name") ?? feature.get("n")}/${Math.round(x)}/${Math.round(y)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      out.push({ feature, at: [wx, fy], x, y });
    }
    return out;
  }

  #marks(found: Found[], scene: Scene): Mark[] {
    const marks = found.map(({ feature, x, y }, i) => {
      const n = Number(feature.get("n") ?? 1);
      return { x, y, n, shares: sharesOf(feature), of: [i] };
    });
    return scene.apart || scene.zoom >= PINS_ZOOM ? marks : merge(marks);
  }

  /** One feature as it came, or one that stands for several and says at which zoom they part. */
  #markFeature(m: Mark, found: Found[], scene: Scene): Feature {
    const made = new Feature(new Point([m.x * scene.resolution, -m.y * scene.resolution]));
    const only = m.of.length === 1 ? found[m.of[0] ?? 0]?.feature : undefined;
    if (only) {
      made.setProperties({ ...only.getProperties(), geometry: made.getGeometry() }, true);
      made.setId(only.getId());
      return made;
    }
    const parts = m.of.flatMap((i) => found[i] ?? []);
    const reach = (v: number[]) => Math.max(...v) - Math.min(...v);
    const wide = Math.max(reach(parts.map((p) => p.x)), reach(parts.map((p) => p.y)));
    const parted = scene.zoom + Math.max(1, Math.min(4, Math.log2(90 / Math.max(wide, 6))));
    made.setProperties({ n: m.n, parted, shares: m.shares }, true);
    return made;
  }

  #names(found: Found[], discs: Disc[], scene: Scene) {
    const towns: Named[] = found.map(({ feature, at, x, y }) => {
      const text = String(feature.get(`name_${scene.lang}`) ?? feature.get("name"));
      const rank = Number(feature.get("rank"));
      return { x, y, at, text, rank, population: Number(feature.get("population") ?? 0), width: widthOf(text, rank) };
    });
    const [w = 0, h = 0] = scene.size;
    const most = Math.max(8, Math.round(((w + 2 * MARGIN) * (h + 2 * MARGIN)) / PIXELS_PER_NAME));
    return placeNames(towns, discs, most).map(({ town, dx, dy, align, dot }) => {
      const made = new Feature(new Point(town.at));
      made.setProperties({ text: town.text, rank: town.rank, dx, dy, align, dot }, true);
      return made;
    });
  }
}
