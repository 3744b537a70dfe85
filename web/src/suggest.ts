// Search as you type: an accessible combobox (ARIA 1.2, list autocomplete) over
// the search field. Enter on a suggestion opens its page.

import { announce } from "./fragment.js";
import { address, withParams } from "./state.js";

export interface Suggestion {
  name: string;
  detail: string;
  url: string;
}

type Text = string | Record<string, string> | undefined;

/** A text in the page's language, or in the first that there is. */
export function inLanguage(text: Text, lang: string): string {
  if (typeof text === "string") return text;
  if (!text) return "";
  return text[lang] ?? text.fr ?? text.en ?? Object.values(text)[0] ?? "";
}

interface Feature {
  id?: string;
  properties?: {
    name?: Text;
    names?: Text;
    url?: string;
    locality?: string;
    place?: { locality?: string; name?: string } | null;
  };
}

/** Reads the API's FeatureCollection; features without a name or a page are left out. */
export function readSuggestions(collection: { features?: Feature[] }, lang: string): Suggestion[] {
  return (collection.features ?? [])
    .map(({ id, properties: p = {} }) => ({
      name: inLanguage(p.name ?? p.names, lang),
      detail: p.locality ?? p.place?.locality ?? p.place?.name ?? "",
      url: p.url ?? id ?? "",
    }))
    .filter((s) => s.name !== "" && s.url !== "");
}

interface Place {
  name: string;
  department?: string;
  country?: string;
  lat: number;
  lon: number;
}

/** The zoom at which a commune and its neighbours are seen. */
const NEAR_ZOOM = 11;
const MOST_PLACES = 3;

/** Communes as suggestions: each leads to the map around it, of the selection at hand but its words. */
export function readPlaces(
  answer: { places?: Place[] },
  params: URLSearchParams,
  around: string,
  path: string,
): Suggestion[] {
  return (answer.places ?? []).slice(0, MOST_PLACES).map((p) => {
    const c = `${p.lat.toFixed(4)},${p.lon.toFixed(4)},${NEAR_ZOOM}`;
    const to = withParams(params, { c, q: undefined, all: undefined, entry: undefined });
    return { name: around.replace("{place}", p.name), detail: p.department ?? p.country ?? "", url: address(path, to) };
  });
}

/** The index after a press of up or down, -1 meaning the field itself. */
export function step(index: number, count: number, by: 1 | -1): number {
  if (count === 0) return -1;
  const next = index + by;
  if (next < -1) return count - 1;
  return next >= count ? -1 : next;
}

const DELAY_MS = 180;
const LEAST_LETTERS = 2;
const MOST = 8;

class Combobox {
  #suggestions: Suggestion[] = [];
  #index = -1;
  #timer = 0;
  #asked = 0;
  readonly #list = document.createElement("div");

  constructor(
    readonly form: HTMLFormElement,
    readonly input: HTMLInputElement,
    readonly source: string,
  ) {
    this.#list.id = "suggestions";
    this.#list.className = "suggestions";
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", form.dataset.lSuggestions ?? "");
    this.#list.hidden = true;
    form.append(this.#list);
    input.setAttribute("aria-controls", this.#list.id);
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (e) => this.#key(e));
    input.addEventListener("blur", () => this.#close());
    form.addEventListener("submit", () => this.#close());
    // pointerdown, since the field's blur closes the list before a click would come.
    this.#list.addEventListener("pointerdown", (e) => this.#press(e));
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), DELAY_MS);
  }

  async #ask(): Promise<void> {
    const text = this.input.value.trim();
    const turn = ++this.#asked;
    if (text.length < LEAST_LETTERS) return this.#close();
    const query = new URLSearchParams({ q: text, limit: String(MOST) });
    const map = document.documentElement.dataset.frame; // on the page of a map, what is in it
    if (map) query.set("map", map);
    try {
      const [places, response] = await Promise.all([
        this.#places(text),
        fetch(`${this.source}?${query}`, { headers: { Accept: "application/geo+json" } }),
      ]);
      if (!response.ok || turn !== this.#asked || document.activeElement !== this.input) return;
      this.#show([...readSuggestions(await response.json(), document.documentElement.lang), ...places]);
    } catch {
      this.#close(); // the form still searches
    }
  }

  /** The communes that the text may mean, where the form says who knows them. */
  async #places(text: string): Promise<Suggestion[]> {
    const { places, lAround = "{place}" } = this.form.dataset;
    if (!places) return [];
    const response = await fetch(`${places}?${new URLSearchParams({ q: text })}`);
    return response.ok
      ? readPlaces(await response.json(), new URLSearchParams(location.search), lAround, location.pathname)
      : [];
  }

  #show(suggestions: Suggestion[]): void {
    this.#suggestions = suggestions;
    this.#index = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.#list.replaceChildren(
      ...suggestions.map((s, i) => {
        const option = document.createElement("div");
        option.id = `suggestion-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const detail = document.createElement("small");
        detail.textContent = s.detail;
        option.append(s.name, " ", detail);
        return option;
      }),
    );
    const open = suggestions.length > 0;
    this.#list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    const { lCount, lCountOne, lNone } = this.form.dataset;
    const n = suggestions.length;
    announce((n === 0 ? lNone : n === 1 ? lCountOne : lCount?.replace("{n}", String(n))) ?? "");
  }

  #close(): void {
    this.#asked++;
    this.#list.hidden = true;
    this.#suggestions = [];
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.#list.hidden) {
      event.preventDefault();
      this.#close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (this.#suggestions.length === 0) return;
      event.preventDefault();
      this.#mark(step(this.#index, this.#suggestions.length, event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && this.#index >= 0 && !event.isComposing) {
      event.preventDefault();
      this.#open(this.#index);
    }
  }

  #mark(index: number): void {
    this.#index = index;
    [...this.#list.children].forEach((o, i) => {
      o.setAttribute("aria-selected", String(i === index));
    });
    const marked = this.#list.children[index];
    if (marked) {
      this.input.setAttribute("aria-activedescendant", marked.id);
      marked.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  #press(event: PointerEvent): void {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    const index = option ? [...this.#list.children].indexOf(option) : -1;
    if (index < 0 || event.button !== 0) return;
    event.preventDefault();
    this.#open(index);
  }

  #open(index: number): void {
    const chosen = this.#suggestions[index];
    if (chosen) location.assign(chosen.url);
  }
}

export function startSuggest(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) {
    const input = form.querySelector<HTMLInputElement>("input[type=search]");
    if (input && form.dataset.suggest) new Combobox(form, input, form.dataset.suggest);
  }
}
