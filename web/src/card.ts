// The card of an entry over the map: the server's fragment, put in #fiche. The
// URL keeps which entry is open.

import { Fragments } from "./fragment.js";
import { address, withParams } from "./state.js";

/** Where the open card's entry is. */
export interface Spot {
  lat: number;
  lon: number;
  /** Radius in metres within which the place is, 0 when exact. */
  approximate: number;
}

/** Reads the position that an element carries; undefined without one. */
export function spotOf(e: Element | null): Spot | undefined {
  if (!(e instanceof HTMLElement) || !e.dataset.lat || !e.dataset.lon) return undefined;
  const spot = { lat: Number(e.dataset.lat), lon: Number(e.dataset.lon), approximate: Number(e.dataset.approx ?? 0) };
  return Number.isFinite(spot.lat) && Number.isFinite(spot.lon) ? spot : undefined;
}

export class Card {
  readonly #fragments = new Fragments();
  #opener: HTMLElement | null = null;

  /** onChange gets the spot of the open card, undefined when it closes. */
  constructor(readonly onChange: (spot: Spot | undefined) => void) {
    document.addEventListener("click", (event) => {
      const on = (selector: string) =>
        event.target instanceof Element ? event.target.closest<HTMLElement>(`#fiche ${selector}`) : null;
      const page = on("[data-stack]");
      if (page) {
        event.preventDefault();
        void this.open(new URLSearchParams(location.search).get("entry") ?? "", true, page.dataset.stack);
      } else if (on("[data-close]")) {
        event.preventDefault();
        this.close();
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && this.isOpen()) this.close();
    });
    document.addEventListener("bocage:list", () => this.#mark());
  }

  isOpen(): boolean {
    const card = document.getElementById("fiche");
    return card !== null && !card.hidden;
  }

  /** The number of the open card's entry. */
  num(): string | undefined {
    return this.isOpen() ? document.getElementById("fiche")?.dataset.num : undefined;
  }

  /** The spot of the card that the server put in the page. */
  current(): Spot | undefined {
    return this.isOpen() ? spotOf(document.getElementById("fiche")) : undefined;
  }

  /** Opens the card of an entry, by number, by UUID, or as "@lat,lon" all those of one place; stack is where its list begins. */
  async open(key: string, focus: boolean, stack?: string): Promise<void> {
    const active = document.activeElement;
    const params = withParams(new URLSearchParams(location.search), { entry: key, bbox: undefined, stack });
    const [card] = await this.#fragments.load(location.pathname, params, "card");
    if (!(card instanceof HTMLElement)) return;
    if (active instanceof HTMLElement && !card.contains(active)) this.#opener = active;
    card.hidden = false;
    history.replaceState(null, "", address(location.pathname, params));
    this.#mark();
    this.onChange(spotOf(card));
    if (focus) card.focus({ preventScroll: true });
    if (matchMedia("(max-width: 760px)").matches) card.scrollIntoView({ block: "nearest" });
  }

  close(): void {
    const card = document.getElementById("fiche");
    if (!card) return;
    const hadFocus = card.contains(document.activeElement);
    const empty = document.createElement("article");
    empty.id = "fiche";
    empty.className = "fiche-carte";
    empty.hidden = true;
    card.replaceWith(empty);
    const params = withParams(new URLSearchParams(location.search), { entry: undefined, stack: undefined });
    history.replaceState(null, "", address(location.pathname, params));
    this.#mark();
    this.onChange(undefined);
    if (hadFocus) this.#wayBack(card.dataset.num)?.focus({ preventScroll: true });
    this.#opener = null;
  }

  /** What had the focus before; the list's button of the same entry when the list was made anew; else the map. */
  #wayBack(num: string | undefined): HTMLElement | null {
    const opener = this.#opener;
    if (opener?.isConnected) return opener;
    const again = opener?.hasAttribute("data-center")
      ? `#resultats [data-num="${CSS.escape(num ?? "")}"] [data-center]`
      : "";
    return (again && document.querySelector<HTMLElement>(again)) || document.querySelector<HTMLElement>(".carte-toile");
  }

  /** Shows in the list which entry is open. */
  #mark(): void {
    const open = this.num();
    for (const item of document.querySelectorAll<HTMLElement>("#resultats .item")) {
      item.classList.toggle("on", open !== undefined && item.dataset.num === open);
    }
  }
}
