// Pages change by parts: the server answers &fragment=… with elements that
// carry an id, and each takes the place of the document's element of that id.

import { address } from "./state.js";

/** Says something to those who cannot see it. */
export function announce(text: string): void {
  const status = document.getElementById("annonce");
  if (!status) return;
  // The same text twice would not be spoken twice.
  status.textContent = status.textContent === text ? `${text}\u00a0` : text;
}

/** What is enough to find the focused control again in the new markup. */
function focusKey(e: Element): string | undefined {
  if (e.id) return `#${CSS.escape(e.id)}`;
  const name = e.getAttribute("name");
  if (name) return `[name="${CSS.escape(name)}"][value="${CSS.escape(e.getAttribute("value") ?? "")}"]`;
  const item = e.closest("[data-num]");
  const num = item ? `[data-num="${CSS.escape(item.getAttribute("data-num") ?? "")}"] ` : "";
  if (e.hasAttribute("data-center")) return `${num}[data-center]`;
  const href = e.getAttribute("href");
  return href ? `${num}a[href="${CSS.escape(href)}"]` : undefined;
}

function replace(old: Element, fresh: Element): void {
  const focused = document.activeElement;
  const key = focused && old.contains(focused) ? focusKey(focused) : undefined;
  const open = [...old.querySelectorAll("details")].map((d) => d.open);
  fresh.querySelectorAll("details").forEach((d, i) => {
    d.open ||= open[i] ?? false;
  });
  old.replaceWith(fresh);
  if (key)
    ((fresh.matches(key) ? fresh : fresh.querySelector(key)) as HTMLElement | null)?.focus({ preventScroll: true });
}

/** Puts the elements of an answer in their places and returns them. */
export function swap(html: string): Element[] {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fresh = [...parsed.body.children].filter((e) => e.id && document.getElementById(e.id));
  const said = parsed.body.querySelector("[data-announce]")?.textContent?.replace(/\s+/g, " ").trim();
  for (const e of fresh) {
    const old = document.getElementById(e.id);
    const adopted = document.importNode(e, true);
    if (old) replace(old, adopted);
  }
  if (said) announce(said);
  return fresh.map((e) => document.getElementById(e.id)).filter((e): e is HTMLElement => e !== null);
}

/** Asks for fragments, one at a time: a newer request of the same kind cancels the older. */
export class Fragments {
  #running: AbortController | undefined;

  /** The elements replaced; empty when a newer request took over or the server refused. */
  async load(path: string, params: URLSearchParams, fragment: string): Promise<Element[]> {
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    const query = new URLSearchParams(params);
    query.set("fragment", fragment);
    try {
      const response = await fetch(address(path, query), { signal: own.signal, headers: { Accept: "text/html" } });
      if (!response.ok) return [];
      const html = await response.text();
      return own.signal.aborted ? [] : swap(html);
    } catch (error) {
      if (own.signal.aborted) return [];
      console.warn("fragment", error);
      return [];
    }
  }
}
