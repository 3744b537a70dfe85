// Filters and search as forms that act at once: a change rewrites the URL and
// refreshes what the view shows, the map or another, without a page load.
// Without script the same forms are sent as they are.

import { Fragments } from "./fragment.js";
import { refreshResults } from "./results.js";
import { address, formParams, selectionQuery, withParams } from "./state.js";

const fragments = new Fragments();

/** Moves to a new selection, as a step of the history. */
export function select(params: URLSearchParams, fit = false): void {
  history.pushState(null, "", address(location.pathname, params));
  changed(fit);
}

function changed(fit: boolean): void {
  document.dispatchEvent(new CustomEvent("bocage:selection"));
  linkViews();
  if (document.getElementById("resultats")) void refreshResults(fit);
  else void refreshView();
}

/** Asks for a view that is not the map: its filters with their counts, and what it shows. */
async function refreshView(): Promise<void> {
  const view = document.getElementById("vue");
  view?.setAttribute("aria-busy", "true");
  const wide = document.querySelector("#frise[data-timeline]")?.clientWidth;
  const w = wide ? String(Math.round(wide / 20) * 20) : undefined;
  const replaced = await fragments.load(
    location.pathname,
    withParams(new URLSearchParams(location.search), { w }),
    "view",
  );
  if (replaced.length > 0) document.dispatchEvent(new CustomEvent("bocage:view"));
  else view?.removeAttribute("aria-busy");
}

/** On the map the box of the address is where the map was; elsewhere it is a filter. */
const onMap = (): boolean => document.getElementById("resultats") !== null;

/** The other views show the same selection. */
function linkViews(): void {
  const params = new URLSearchParams(location.search);
  const box = onMap() ? null : params.get("bbox");
  const query = [selectionQuery(params), box ? `bbox=${box}` : ""].filter(Boolean).join("&");
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-view-link]")) {
    const to = new URL(link.href);
    to.search = query;
    link.href = to.href;
  }
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
  const bbox = onMap() ? undefined : (params.get("bbox") ?? undefined);
  select(withParams(params, { entry: undefined, bbox, page: undefined, after: undefined }), fit);
}

/** Sets the search field and the boxes as the URL says, after back or forward. */
function restore(): void {
  const params = new URLSearchParams(location.search);
  const search = document.querySelector<HTMLInputElement>("[data-search] input[name=q]");
  if (search) search.value = params.get("q") ?? "";
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-filters] input[type=checkbox]")) {
    const values = params.getAll(box.name);
    box.checked = values.includes(box.value) || values.flatMap((v) => v.split(",")).includes(box.value);
  }
}

/** Starts on the four views of a selection. */
export function startFilters(): void {
  if (!document.getElementById("resultats") && !document.getElementById("vue")) return;
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
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-select]") : null;
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const params = new URLSearchParams(new URL(link.href).search);
    const place = new URLSearchParams(location.search).get("c"); // the map may have moved since
    const inside = link.closest("#actifs, #facettes")?.id;
    select(place ? withParams(params, { c: place }) : params);
    restore();
    // The link goes away with what it stood for: the focus stays in its list.
    if (inside)
      document
        .querySelector<HTMLElement>("[data-filters] summary, .filtres-vue > summary, [data-filters] input")
        ?.focus({ preventScroll: true });
  });
  window.addEventListener("popstate", () => {
    restore();
    changed(false);
  });
}
