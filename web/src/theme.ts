// Light or dark, before the first paint: a classic script in the head. The
// system's preference holds until the reader chooses otherwise.

type Theme = "light" | "dark";

const KEY = "bocage-theme";
const root = document.documentElement;

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined; // storage is refused: the choice lasts for the page
  }
}

const current = (): Theme =>
  (root.dataset.theme as Theme | undefined) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** The button names what a press would bring. */
function label(button: HTMLElement): void {
  const next = current() === "dark" ? button.dataset.lLight : button.dataset.lDark;
  if (next) button.setAttribute("aria-label", next);
  const use = button.querySelector("use");
  const href = use?.getAttribute("href");
  if (use && href) use.setAttribute("href", href.replace(/#.*$/, current() === "dark" ? "#soleil" : "#lune"));
}

function choose(theme: Theme): void {
  root.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // see stored
  }
  document.dispatchEvent(new CustomEvent("bocage:theme"));
}

const buttons = () => document.querySelectorAll<HTMLElement>("[data-theme-toggle]");

root.classList.add("js");
const chosen = stored();
if (chosen) root.dataset.theme = chosen;

document.addEventListener("DOMContentLoaded", () => {
  for (const b of buttons()) label(b);
});
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-theme-toggle]")) return;
  choose(current() === "dark" ? "light" : "dark");
  for (const b of buttons()) label(b);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const b of buttons()) label(b);
  document.dispatchEvent(new CustomEvent("bocage:theme"));
});
