// Leaves out of the bundles what OpenLayers imports and our maps never run,
// each part in favour of one that says so if it is called after all: flat
// styles and their expressions (ours are functions), hit detection by a picture
// (ours goes through forEachFeatureAtPixel), the library's own buttons (ours
// are links and buttons of the page), turning by hand (north is up), other
// projections than Web Mercator, and whole geometries of vector tiles (they are
// drawn from their flat form). Its private members, whose names end in an
// underscore, get short names in all files of a bundle alike.

const unused = (name) => `() => { throw new Error("left out of the build: ${name}"); }`;
const noClass = "export default class { constructor() { throw new Error('left out of the build'); } }";
const never = "export default class {}"; // only asked whether something is one

/** What stands in for a module, by its path in the package. */
const STUBS = {
  "render/canvas/style.js": `export const flatStyleLikeToStyleFunction = ${unused("flat styles")};
  export const flatStylesToStyleFunction = ${unused("flat styles")};
  export const rulesToStyleFunction = ${unused("flat styles")};`,
  "render/canvas/hitdetect.js": `export const HIT_DETECT_RESOLUTION = 0.5;
  export const createHitDetectionImageData = ${unused("hit detection")};
  export const hitDetect = ${unused("hit detection")};`,
  "control/defaults.js": `export const defaults = ${unused("controls")};`,
  "interaction/DragRotate.js": noClass,
  "interaction/PinchRotate.js": noClass,
  "proj/utm.js": "export const makeProjection = () => null; export const makeTransforms = () => null;",
  "reproj/Tile.js": never,
};

/** What format/MVT.js and render/Feature.js import to make whole features of drawn ones. */
const WHOLE = /^\.\.\/geom\/(LineString|MultiLineString|MultiPoint|MultiPolygon|Polygon)\.js$/;

/** The esbuild plugin. */
export const lean = {
  name: "openlayers",
  setup(build) {
    const names = Object.keys(STUBS).map((f) => f.replaceAll(/[/.]/g, (c) => (c === "/" ? "[/\\\\]" : "\\.")));
    build.onLoad({ filter: new RegExp(`[/\\\\]node_modules[/\\\\]ol[/\\\\](${names.join("|")})$`) }, ({ path }) => {
      const inside = path.replaceAll("\\", "/").split("/node_modules/ol/").at(-1);
      return { contents: STUBS[inside], loader: "js" };
    });
    build.onResolve({ filter: WHOLE }, ({ path, importer }) =>
      /[/\\]ol[/\\](format[/\\]MVT|render[/\\]Feature)\.js$/.test(importer)
        ? { path, namespace: "whole-geometry" }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: "whole-geometry" }, () => ({ contents: noClass, loader: "js" }));
  },
};

/** OpenLayers' private members (its style guide ends their names so). */
export const PRIVATE = /[^_]_$/;
