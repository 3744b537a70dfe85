// What stands over the canvas: the pin of the open entry with its halo, and the
// ring round the entry that the list points at. Elements, so that they are
// there at once and follow the style sheet.

import type { Spot } from "./card.js";

const SVG = "http://www.w3.org/2000/svg";

function shape(name: string, attributes: Record<string, string>): SVGElement {
  const e = document.createElementNS(SVG, name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
}

export class Marker {
  spot: Spot | undefined;
  readonly #svg = shape("svg", {
    class: "repere",
    "aria-hidden": "true",
    width: "1",
    height: "1",
    overflow: "visible",
  });
  readonly #halo = shape("circle", { class: "repere-halo", r: "0" });

  constructor(parent: HTMLElement, kind: "choisi" | "vise") {
    this.#svg.classList.add(`repere-${kind}`);
    this.#svg.append(this.#halo);
    if (kind === "choisi") {
      this.#svg.append(
        shape("ellipse", { class: "repere-ombre", rx: "15", ry: "6" }),
        shape("path", {
          class: "repere-epingle",
          d: "M0 0C-11-13.500-17.500-21-17.500-29.500a17.500 17.500 0 0 1 35 0C17.500-21 11-13.500 0 0z",
        }),
        shape("circle", { class: "repere-coeur", cy: "-29.5", r: "6.5" }),
      );
    } else {
      this.#svg.append(shape("circle", { class: "repere-anneau", r: "20" }));
    }
    this.#svg.setAttribute("visibility", "hidden");
    parent.append(this.#svg);
  }

  /** Puts the marker at a pixel of the map; undefined hides it. */
  place(pixel: readonly number[] | undefined, metresPerPixel: number): void {
    const shown = this.spot !== undefined && pixel !== undefined;
    this.#svg.setAttribute("visibility", shown ? "visible" : "hidden");
    if (!shown || !pixel || !this.spot) return;
    this.#svg.style.transform = `translate(${pixel[0]}px, ${pixel[1]}px)`;
    this.#halo.setAttribute(
      "r",
      String(this.spot.approximate > 0 ? Math.max(14, this.spot.approximate / metresPerPixel) : 0),
    );
  }
}
