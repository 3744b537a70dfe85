// Filters and search as forms that act at once: a change rewrites the URL and
// refreshes the list and the map, without a page load. Without script the same
// forms are sent as they are.

import { refreshResults } from "./results.js";
import { address, formParams, withParams } from "./state.js";

/** Moves to a new selection, as a step of the history. */
export function select(params: URLSearchParams, fit = false): void {
  history.pushState(null, "", address(location.pathname, params));
  changed(fit);
}

function changed(fit: boolean): void {
  document.dispatchEvent(new CustomEvent("bocage:selection"));
  void refreshResults(fit);
}

/** The form's visible fields; hidden ones repeat the URL as it was when the page was made. */
function fields(form: HTMLFormElement): { names: Set<string>; data: [string, string][] } {
  const names = new Set<string>();
  const data: [string, string][] = [];
  for (const e of form.elements) {
    if (!(e instanceof HTMLInputElement || e instanceof HTMLSelectElement) || !e.name) continue;
    if (e instanceof HTMLInputElement && e.type === "hidden") continue;
    names.add(e.name);
    if (e instanceof HTMLInputElement && e.type === "checkbox" && !e.checked) continue;
    data.push([e.name, e.value]);
  }
  return { names, data };
}

function apply(form: HTMLFormElement, fit: boolean): void {
  const { names, data } = fields(form);
  const params = formParams(new URLSearchParams(location.search), names, data);
  select(withParams(params, { entry: undefined, bbox: undefined, page: undefined, after: undefined }), fit);
}

/** Sets the search field and the boxes as the URL says, after back or forward. */
function restore(): void {
  const params = new URLSearchParams(location.search);
  const search = document.querySelector<HTMLInputElement>("[data-search] input[name=q]");
  if (search) search.value = params.get("q") ?? "";
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-filters] input[type=checkbox]")) {
    const values = params.getAll(box.name).flatMap((v) => v.split(","));
    box.checked = values.includes(box.value);
  }
}

/** Starts on a page that has a list of results. */
export function startFilters(): void {
  if (!document.getElementById("resultats")) return;
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
    const form = field.form;
    if (form?.matches("[data-filters]") && field.validity.valid) apply(form, false);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-filters],[data-search]")) return;
    event.preventDefault();
    apply(form, form.matches("[data-search]"));
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-clear]") : null;
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const keep = new URLSearchParams(location.search);
    const kept = new URLSearchParams();
    for (const key of ["c", "lang"]) for (const value of keep.getAll(key)) kept.append(key, value);
    select(kept);
    restore();
  });
  window.addEventListener("popstate", () => {
    restore();
    changed(false);
  });
}
