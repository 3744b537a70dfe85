// What accessibility asks that axe does not measure: each of these gives what is
// wrong with the page as it is now, as short lines.

/** The elements that reach furthest past the edge of the window and in no frame that scrolls. */
export const widest = (page) =>
  page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")]
      .filter((e) => {
        const box = e.getBoundingClientRect();
        if (box.right <= edge + 1 && box.left >= -1) return false;
        for (let up = e.parentElement; up; up = up.parentElement) {
          if (getComputedStyle(up).overflowX !== "visible") return false;
        }
        return box.width > 0;
      })
      .slice(0, 3)
      .map((e) => `${e.localName}.${e.getAttribute("class") ?? ""}#${e.id} "${e.textContent.trim().slice(0, 30)}"`)
      .join(" | ");
  });

/** Controls smaller than asked: 24 px each way for all but links in a sentence, 44 px high for the primary ones. */
export const small = (page) =>
  page.evaluate(() => {
    const primary = ".btn, .seg a, .nav a, .saisie";
    const seen = (e) => e.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
    const sentence = (e) =>
      e.localName === "a" &&
      getComputedStyle(e).display === "inline" &&
      e.closest("p, li, dd, td, th, small, blockquote, h1, h2, h3, b");
    const out = [];
    for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
      if (!seen(e) || e.closest(".vh, .evit, svg") || e.matches(".vh, .evit")) continue;
      const target = e.matches("input") ? (e.closest("label") ?? e) : e;
      const { width, height } = target.getBoundingClientRect();
      const least = e.matches(primary) ? 44 : 24;
      if (sentence(e) || (height + 0.5 >= least && width + 0.5 >= 24)) continue;
      out.push(
        `${e.localName}.${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 20)}" is ${Math.round(width)} × ${Math.round(height)} px, wants ${least}`,
      );
    }
    return [...new Set(out)].slice(0, 5);
  });

/** What a keyboard meets: a skip link first that leads somewhere, no order of its own, a mark of the focus everywhere. */
export const unfocused = (page) =>
  page.evaluate(() => {
    const out = [];
    const all = [
      ...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"),
    ].filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && !e.disabled);
    if (document.querySelector("header.tete") && !all[0]?.matches(".evit")) out.push("the skip link is not first");
    for (const e of document.querySelectorAll(".evit")) {
      if (!document.querySelector(e.getAttribute("href"))) out.push("the skip link leads nowhere");
    }
    const marked = (n) =>
      [null, "::before", "::after"].some((part) => {
        const s = getComputedStyle(n, part);
        return s.outlineStyle !== "none" && Number.parseFloat(s.outlineWidth) >= 2;
      });
    for (const e of all) {
      if (Number(e.getAttribute("tabindex") ?? 0) > 0) out.push(`${e.localName} has an order of its own`);
      if (e.tabIndex < 0) continue;
      e.focus({ focusVisible: true, preventScroll: true });
      if (document.activeElement !== e || marked(e)) continue;
      const near = [e.parentElement, e.parentElement?.parentElement, ...e.querySelectorAll("*"), e.nextElementSibling];
      if (!near.filter(Boolean).some(marked))
        out.push(
          `${e.localName}.${e.getAttribute("class") ?? ""} "${e.textContent.trim().slice(0, 20)}" has no mark of the focus`,
        );
    }
    return [...new Set(out)].slice(0, 5);
  });

/** What still moves. */
export const moving = (page) =>
  page.evaluate(() => {
    const seconds = (list) => Math.max(...list.split(",").map((v) => Number.parseFloat(v) || 0));
    return [...document.querySelectorAll("*")]
      .filter((e) => {
        const s = getComputedStyle(e);
        return (
          seconds(s.transitionDuration) > 0.01 || (s.animationName !== "none" && seconds(s.animationDuration) > 0.01)
        );
      })
      .slice(0, 3)
      .map((e) => `${e.localName}.${e.getAttribute("class") ?? ""} still moves`);
  });

const CONTROLS = [
  "button",
  "link",
  "textbox",
  "searchbox",
  "combobox",
  "checkbox",
  "radio",
  "slider",
  "listbox",
  "spinbutton",
];
const LANDMARKS = ["banner", "main", "contentinfo", "navigation", "search", "complementary", "form", "region"];

/** Faults in what Chromium tells a screen reader of the page: its landmarks, its headings, the names of its controls. */
export async function told(cdp) {
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const byId = new Map(nodes.map((n) => [n.nodeId, n]));
  const inOrder = (n) => [n, ...(n.childIds ?? []).flatMap((id) => (byId.has(id) ? inOrder(byId.get(id)) : []))];
  const shown = inOrder(nodes[0]).filter((n) => !n.ignored);
  const role = (n) => n.role?.value;
  const name = (n) => (n.name?.value ?? "").trim();
  const out = [];
  const named = new Map();
  for (const n of shown.filter((n) => LANDMARKS.includes(role(n)))) {
    const key = `${role(n)} "${name(n)}"`;
    named.set(key, (named.get(key) ?? 0) + 1);
  }
  named.delete('form ""'); // a form without a name is no landmark
  for (const [key, times] of named) if (times > 1) out.push(`${times} × ${key}`);
  if (shown.filter((n) => role(n) === "main").length !== 1) out.push("not one main");
  const levels = shown
    .filter((n) => role(n) === "heading")
    .map((n) => [n.properties.find((p) => p.name === "level")?.value.value, name(n)]);
  let before = 0;
  for (const [level, words] of levels) {
    if (!words) out.push(`an empty heading of level ${level}`);
    if (level > before + 1) out.push(`"${words}" goes from level ${before} to ${level}`);
    before = level;
  }
  for (const n of shown) {
    if (CONTROLS.includes(role(n)) && !name(n)) out.push(`a ${role(n)} without a name`);
  }
  return [...new Set(out)].slice(0, 6);
}
