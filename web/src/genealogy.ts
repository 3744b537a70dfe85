// In a drawing of a lineage, the text under the pointer or the focus stands out
// with its ancestors and its descendants.

export interface Edge {
  from: string;
  to: string;
}

/** The ids reached from id along the edges, both up and down, itself included. */
export function lineage(id: string, edges: readonly Edge[]): Set<string> {
  const found = new Set([id]);
  for (const [near, far] of [
    ["from", "to"],
    ["to", "from"],
  ] as const) {
    const queue = [id];
    const seen = new Set(queue);
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const e of edges) {
        if (e[near] !== at || seen.has(e[far])) continue;
        seen.add(e[far]);
        found.add(e[far]);
        queue.push(e[far]);
      }
    }
  }
  return found;
}

function emphasise(svg: Element, id: string | undefined): void {
  const paths = [...svg.querySelectorAll<SVGElement>(".arete[data-from][data-to]")];
  const edges = paths.map((p) => ({ from: p.dataset.from ?? "", to: p.dataset.to ?? "" }));
  const kin = id === undefined ? undefined : lineage(id, edges);
  const mark = (e: Element, isKin: boolean) => {
    e.classList.toggle("vif", kin !== undefined && isKin);
    e.classList.toggle("estompe", kin !== undefined && !isKin);
  };
  paths.forEach((p, i) => {
    const e = edges[i];
    mark(p, !!kin && !!e && kin.has(e.from) && kin.has(e.to));
  });
  for (const node of svg.querySelectorAll<SVGElement>(".noeud[data-id]")) {
    mark(node, kin?.has(node.dataset.id ?? "") ?? false);
  }
}

export function startGenealogy(): void {
  for (const svg of document.querySelectorAll("svg:has(.noeud[data-id])")) {
    const on = (event: Event) => {
      const node = event.target instanceof Element ? event.target.closest<SVGElement>(".noeud[data-id]") : null;
      emphasise(svg, node?.dataset.id);
    };
    svg.addEventListener("pointerover", on);
    svg.addEventListener("focusin", on);
    svg.addEventListener("pointerleave", () => emphasise(svg, undefined));
    svg.addEventListener("focusout", () => emphasise(svg, undefined));
  }
}
