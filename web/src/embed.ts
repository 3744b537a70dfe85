// The page in a frame of another site: a classic script in the head, so that the
// parts for script are there at the first paint. It tells the page around it how
// high it is, so that the frame can be as high; it reads nothing from there.

const root = document.documentElement;
root.classList.add("js");

/** Lists and cards are as high as what they hold; the map fills the frame that it is given. */
const flows = () => !document.body.classList.contains("vue-map");

function tell(): void {
  const height = flows() ? Math.ceil(document.body.getBoundingClientRect().height) : 0;
  parent.postMessage({ type: "bocage", height }, "*");
}

document.addEventListener("DOMContentLoaded", () => {
  if (parent === window) return;
  tell();
  if (flows()) new ResizeObserver(tell).observe(document.body);
});
// What is drawn on a canvas follows the system's colours.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("bocage:theme"));
});

export {}; // not a script that shares its names with others
