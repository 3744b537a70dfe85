// The list beside the map: asked again when the selection or the view changes.

import { Fragments } from "./fragment.js";
import { type Bounds, formatBounds, parseBounds, withParams } from "./state.js";

const fragments = new Fragments();

/** The part of the world that the map shows; undefined when there is no map. */
export function shownBounds(): Bounds | undefined {
  return parseBounds(document.querySelector<HTMLElement>("[data-map]")?.dataset.bbox);
}

/**
 * Asks for the list and the counts of the page's URL. With fit, of the whole
 * world, and then the map is asked to show them all.
 */
export async function refreshResults(fit = false): Promise<void> {
  if (!document.getElementById("resultats")) return; // a map without a list
  const bounds = shownBounds();
  const params = withParams(new URLSearchParams(location.search), {
    bbox: !fit && bounds ? formatBounds(bounds) : undefined,
    fit: fit ? "1" : undefined,
    entry: undefined,
  });
  document.getElementById("resultats")?.setAttribute("aria-busy", "true");
  const replaced = await fragments.load(location.pathname, params, "list");
  const list = replaced.find((e) => e.id === "resultats");
  if (!list) {
    document.getElementById("resultats")?.removeAttribute("aria-busy");
    return;
  }
  document.dispatchEvent(new CustomEvent("bocage:list"));
  const target = fit ? parseBounds(list.getAttribute("data-fit")) : undefined;
  if (target) document.dispatchEvent(new CustomEvent<Bounds>("bocage:fit", { detail: target }));
}
