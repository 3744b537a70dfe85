// "Near me" of the page for newcomers: a tap asks the browser where one is, and
// sends it to the page, to about a kilometre.

import { announce } from "./fragment.js";

export function startNear(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-near-me]");
  const form = button?.form;
  if (!button || !form) return;
  button.addEventListener("click", () => {
    const { lDenied = "", lUnavailable = "" } = button.dataset;
    if (!navigator.geolocation) {
      say(button, lUnavailable);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        location.assign(`${form.action}?at=${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}#pres`);
      },
      (error) => say(button, error.code === error.PERMISSION_DENIED ? lDenied : lUnavailable),
      { timeout: 10_000, maximumAge: 300_000 },
    );
  });
}

/** Says and shows why there is no position. */
function say(button: HTMLButtonElement, text: string): void {
  announce(text);
  const note = document.createElement("p");
  note.className = "avis";
  note.textContent = text;
  button.form?.after(note);
}
