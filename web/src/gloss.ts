// The definition beside a word: shown on hover, on focus and at the first tap;
// Escape, a tap elsewhere or leaving hides it. Without this script the word is a
// link with the definition as its title.

const ID = "glose-bulle";
const SHOW_MS = 250;
const HIDE_MS = 300;
const GAP = 8;

/** Where a bubble goes: under the word, or over it where there is no room; inside the window's sides. */
export function placeBubble(
  word: { left: number; top: number; bottom: number },
  bubble: { width: number; height: number },
  window: { width: number; height: number },
): { left: number; top: number } {
  const left = Math.max(GAP, Math.min(word.left, window.width - bubble.width - GAP));
  const below = word.bottom + GAP;
  const fits = below + bubble.height <= window.height || word.top - GAP - bubble.height < 0;
  return { left, top: fits ? below : word.top - GAP - bubble.height };
}

class Gloss {
  readonly #bubble = document.createElement("div");
  readonly #text = document.createElement("p");
  readonly #more = document.createElement("a");
  #word: HTMLAnchorElement | undefined;
  #timer = 0;

  constructor(words: Iterable<HTMLAnchorElement>) {
    for (const w of words) {
      w.dataset.def = w.title;
      w.removeAttribute("title"); // two bubbles would be one too many
    }
    this.#bubble.className = "bulle-glose";
    this.#bubble.id = ID;
    this.#bubble.setAttribute("role", "tooltip");
    this.#bubble.hidden = true;
    this.#bubble.append(this.#text, this.#more);
    const main = document.getElementById("contenu") ?? document.body;
    main.append(this.#bubble);
    this.#listen();
  }

  #listen(): void {
    const wordOf = (t: EventTarget | null) =>
      t instanceof Element ? (t.closest<HTMLAnchorElement>("a.glose[data-def]") ?? undefined) : undefined;
    const inside = (t: EventTarget | null) => t instanceof Node && this.#bubble.contains(t);
    document.addEventListener("pointerover", (e) => {
      if (e.pointerType === "touch") return;
      const word = wordOf(e.target);
      if (word) this.#later(() => this.#show(word, false), SHOW_MS);
      else if (inside(e.target)) clearTimeout(this.#timer);
      else if (this.#word && document.activeElement !== this.#word) this.#later(() => this.#hide(), HIDE_MS);
    });
    let touched = false;
    document.addEventListener("focusin", (e) => {
      const word = wordOf(e.target);
      if (word && !touched)
        this.#show(word, false); // the focus of a tap comes before its click
      else if (!word && !inside(e.target)) this.#hide();
    });
    document.addEventListener("keydown", (e) => {
      touched = false;
      if (e.key === "Escape" && this.#word) this.#hide();
    });
    document.addEventListener("pointerdown", (e) => {
      touched = e.pointerType === "touch";
      if (touched && !wordOf(e.target) && !inside(e.target)) this.#hide();
    });
    document.addEventListener("click", (e) => {
      const word = wordOf(e.target);
      if (!word || !touched || this.#word === word) return;
      e.preventDefault(); // the first tap shows the definition, the second leads to the concept
      this.#show(word, true);
    });
    addEventListener("resize", () => this.#hide());
  }

  #later(then: () => void, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(then, ms);
  }

  #show(word: HTMLAnchorElement, byTouch: boolean): void {
    clearTimeout(this.#timer);
    if (this.#word === word && !byTouch) return;
    this.#word?.removeAttribute("aria-describedby");
    this.#word = word;
    this.#text.textContent = word.dataset.def ?? "";
    this.#more.hidden = !byTouch;
    this.#more.href = word.href;
    this.#more.textContent = word.textContent;
    word.setAttribute("aria-describedby", ID);
    this.#bubble.hidden = false;
    const box = word.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#bubble;
    const at = placeBubble(
      box,
      { width, height },
      { width: document.documentElement.clientWidth, height: innerHeight },
    );
    this.#bubble.style.left = `${at.left + scrollX}px`;
    this.#bubble.style.top = `${at.top + scrollY}px`;
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.#word?.removeAttribute("aria-describedby");
    this.#word = undefined;
    this.#bubble.hidden = true;
  }
}

export function startGloss(): void {
  const words = document.querySelectorAll<HTMLAnchorElement>("a.glose[title]");
  if (words.length > 0) new Gloss(words);
}
