// <bocage-map src="https://instance/maps/slug?theme=eau" view="map">: a part of a
// directory in any page. A module that stands alone: no style of the page around
// gets in, none gets out, and what is inside the element is shown where scripts
// are refused.

const VIEWS = ["map", "list", "timeline", "agenda", "entry"];
const OBSERVED = ["src", "view", "theme", "filters", "lang", "height", "title"];
const MIN_HEIGHT = 160;
const MAX_HEIGHT = 4000;
const DEFAULT_HEIGHT = 460;

/** The pages that a map has of its own; the frame is of all of them. */
const PAGES = /\/(timeline|genealogy(\/[^/]*)?|concepts|about|embed)?$/;
const ENTRY = /^\/(entries|events|texts|concepts)\/([0-9a-f-]{36})$/;

/** What the element asks to be shown. */
export interface Asked {
  src: string;
  view?: string | null;
  /** light, dark or auto */
  theme?: string | null;
  /** more keys of the selection, as a query: "theme=eau&kind=place" */
  filters?: string | null;
  lang?: string | null;
}

/** The address of the frame; undefined when src is no http address. */
export function frameURL(asked: Asked, at: string): URL | undefined {
  let from: URL;
  try {
    from = new URL(asked.src, at);
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(from.protocol)) return undefined;
  const map = /^\/maps\/([a-z0-9_.-]+)/.exec(from.pathname)?.[1];
  const url = new URL(map ? `/maps/${map}/embed` : "/embed", from.origin);
  for (const [key, value] of from.searchParams) {
    if (key !== "view" || VIEWS.includes(value)) url.searchParams.append(key, value);
  }
  for (const [key, value] of new URLSearchParams(asked.filters ?? "")) url.searchParams.append(key, value);
  const entry = ENTRY.exec(from.pathname)?.[2];
  const own = PAGES.exec(from.pathname)?.[1];
  const view = asked.view ?? (entry ? "entry" : own === "timeline" ? "timeline" : null);
  if (entry) url.searchParams.set("entry", entry);
  if (view && VIEWS.includes(view)) url.searchParams.set("view", view);
  if (asked.theme === "light" || asked.theme === "dark") url.searchParams.set("scheme", asked.theme);
  if (asked.lang) url.searchParams.set("lang", asked.lang);
  return url;
}

/** A height that the frame asked for, within what a page can bear; 0 is none. */
export function frameHeight(data: unknown): number {
  if (typeof data !== "object" || data === null) return 0;
  const { type, height } = data as { type?: unknown; height?: unknown };
  if (type !== "bocage" || typeof height !== "number" || !(height > 0)) return 0;
  return Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, Math.round(height)));
}

const STYLE =
  ":host{display:block;min-width:0}:host([hidden]){display:none}" +
  "iframe{display:block;width:100%;border:1px solid rgb(128 128 128/.35);border-radius:9px;box-sizing:border-box}" +
  "iframe:focus-visible{outline:3px solid Highlight;outline-offset:2px}slot{display:none}slot.montre{display:block}";

function define(): void {
  class BocageMap extends HTMLElement {
    static observedAttributes = OBSERVED;
    readonly #frame = document.createElement("iframe");
    readonly #slot = document.createElement("slot");
    #url = "";

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: "open", delegatesFocus: true });
      const sheet = new CSSStyleSheet(); // a page may refuse style elements
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
      this.#frame.loading = "lazy";
      this.#frame.referrerPolicy = "origin";
      this.#frame.setAttribute(
        "sandbox",
        "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox",
      );
      this.#frame.setAttribute("allow", "geolocation 'none'");
      shadow.append(this.#frame, this.#slot);
    }

    connectedCallback(): void {
      window.addEventListener("message", this.#heard);
      this.#show();
    }

    disconnectedCallback(): void {
      window.removeEventListener("message", this.#heard);
    }

    attributeChangedCallback(): void {
      if (this.isConnected) this.#show();
    }

    readonly #heard = (event: MessageEvent): void => {
      if (event.source !== this.#frame.contentWindow || event.origin !== new URL(this.#url, document.baseURI).origin)
        return;
      const height = this.hasAttribute("height") ? 0 : frameHeight(event.data);
      if (height > 0) this.#frame.style.height = `${height}px`;
    };

    #show(): void {
      const asked: Asked = { src: this.getAttribute("src") ?? "" };
      for (const key of ["view", "theme", "filters", "lang"] as const) asked[key] = this.getAttribute(key);
      const url = asked.src ? frameURL(asked, document.baseURI) : undefined;
      this.#slot.className = url ? "" : "montre";
      this.#frame.hidden = !url;
      if (!url) return;
      // The link inside names it for who cannot see it.
      this.#frame.title = this.getAttribute("title") ?? this.textContent?.trim() ?? "";
      const own = Number(this.getAttribute("height"));
      this.#frame.style.height = `${own >= MIN_HEIGHT && own <= MAX_HEIGHT ? own : DEFAULT_HEIGHT}px`;
      if (this.#url === url.href) return;
      this.#url = url.href;
      this.#frame.src = url.href;
    }
  }
  customElements.define("bocage-map", BocageMap);
}

if (typeof customElements !== "undefined" && !customElements.get("bocage-map")) define();
