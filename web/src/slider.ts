// The period as two handles under a histogram: dragged, or moved by the arrow
// keys; what they choose is in the URL, and the list and the map follow.

import { refreshResults } from "./results.js";
import { address, withParams } from "./state.js";

const SETTLE_MS = 350;

export interface Scale {
  first: number;
  last: number;
}

/** The parameters of two years on a scale: an end of the scale is open. */
export function periodParams(params: URLSearchParams, { first, last }: Scale, from: number, to: number) {
  const year = (n: number) => (n < 0 ? `-${String(-n).padStart(4, "0")}` : String(n).padStart(4, "0"));
  return withParams(params, {
    from: from > first ? year(from) : undefined,
    to: to < last ? year(to) : undefined,
    entry: undefined,
  });
}

/** Which of n bars over the scale's years are in a period. */
export function barsOn(n: number, { first, last }: Scale, from: number, to: number): boolean[] {
  const years = (last + 1 - first) / n;
  return Array.from({ length: n }, (_, i) => {
    const begins = first + i * years;
    return begins + years > from && begins < to + 1;
  });
}

class Slider {
  readonly #from: HTMLInputElement;
  readonly #to: HTMLInputElement;
  #timer = 0;

  constructor(readonly box: HTMLElement) {
    const ranges = box.querySelectorAll<HTMLInputElement>("input[type=range]");
    this.#from = ranges[0] as HTMLInputElement;
    this.#to = ranges[1] as HTMLInputElement;
    box.addEventListener("input", (e) => this.#moved(e.target === this.#from));
    this.#draw();
  }

  get #scale(): Scale {
    return { first: Number(this.#from.min), last: Number(this.#from.max) };
  }

  /** One handle does not pass the other: it takes it along. */
  #moved(first: boolean): void {
    if (Number(this.#from.value) > Number(this.#to.value)) {
      if (first) this.#to.value = this.#from.value;
      else this.#from.value = this.#to.value;
    }
    this.#draw();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#choose(), SETTLE_MS);
  }

  #draw(): void {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    const bars = this.box.querySelectorAll(".b");
    barsOn(bars.length, this.#scale, from, to).forEach((on, i) => {
      bars[i]?.classList.toggle("s", on);
    });
    const words = this.box.querySelector("output");
    if (words)
      words.textContent = (words.dataset.l ?? "{from} – {to}")
        .replace("{from}", String(from))
        .replace("{to}", String(to));
  }

  #choose(): void {
    const params = periodParams(
      new URLSearchParams(location.search),
      this.#scale,
      Number(this.#from.value),
      Number(this.#to.value),
    );
    history.replaceState(null, "", address(location.pathname, params));
    document.dispatchEvent(new CustomEvent("bocage:selection"));
    void refreshResults();
  }
}

/** Starts the slider, again when a new list brings another histogram; Escape closes its box. */
export function startSlider(): void {
  const box = document.querySelector<HTMLDetailsElement>("[data-slider]");
  if (!box) return;
  const start = () => {
    const inner = document.getElementById("temps");
    if (inner?.querySelector("input[type=range]") && !inner.dataset.started) {
      inner.dataset.started = "1";
      new Slider(inner);
    }
  };
  start();
  document.addEventListener("bocage:list", start);
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
}
