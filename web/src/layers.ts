// The choice of the map's layers: a form whose state is in the URL.

import { refreshResults } from "./results.js";
import { address, withParams } from "./state.js";

export type Mode = "" | "heat" | "region" | "dep";

export interface Layers {
  mode: Mode;
  /** Whether lines and areas are shown. */
  shapes: boolean;
  /** The ground that was chosen, "" for the first. */
  ground: string;
}

const MODES: readonly string[] = ["heat", "region", "dep"];

/** Reads the layers of a page's parameters; what is unknown is as absent. */
export function readLayers(params: URLSearchParams): Layers {
  const layer = params.get("layer") ?? "";
  return {
    mode: (MODES.includes(layer) ? layer : "") as Mode,
    shapes: params.get("shapes") !== "0",
    ground: params.get("ground") ?? "",
  };
}

/** Whether the map shows areas with their counts. */
export const byArea = (mode: Mode): boolean => mode === "region" || mode === "dep";

function restore(form: HTMLFormElement): void {
  const layers = readLayers(new URLSearchParams(location.search));
  for (const e of form.elements) {
    if (!(e instanceof HTMLInputElement)) continue;
    if (e.type === "radio" && e.name === "layer") e.checked = e.value === layers.mode;
    if (e.type === "radio" && e.name === "ground") e.checked = e.value === layers.ground;
    if (e.type === "checkbox" && e.name === "shapes") e.checked = layers.shapes;
  }
}

/** Starts the form; onChange is called when another choice is in the URL. */
export function startLayers(onChange: () => void): void {
  const box = document.querySelector<HTMLDetailsElement>("[data-layers]");
  const form = box?.querySelector<HTMLFormElement>("[data-layers-form]");
  if (!box || !form) return;
  form.addEventListener("change", () => {
    const data = new FormData(form);
    const shapes = form.querySelector<HTMLInputElement>("input[type=checkbox][name=shapes]")?.checked ?? true;
    const params = withParams(new URLSearchParams(location.search), {
      layer: String(data.get("layer") ?? ""),
      ground: String(data.get("ground") ?? ""),
      shapes: shapes ? undefined : "0",
    });
    history.replaceState(null, "", address(location.pathname, params));
    onChange();
    void refreshResults();
  });
  form.addEventListener("submit", (e) => e.preventDefault());
  for (const type of ["popstate", "bocage:selection"]) {
    (type === "popstate" ? window : document).addEventListener(type, () => {
      restore(form);
      onChange();
    });
  }
  // Before the card: Escape closes what is on top.
  document.addEventListener(
    "keydown",
    (e) => {
      if (e.key !== "Escape" || !box.open) return;
      e.preventDefault();
      box.open = false;
      box.querySelector("summary")?.focus();
    },
    true,
  );
  document.addEventListener("click", (e) => {
    if (box.open && e.target instanceof Node && !box.contains(e.target)) box.open = false;
  });
}
