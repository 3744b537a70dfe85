// Copy an address, share the page.

import { announce } from "./fragment.js";

const SHOWN_MS = 2500;

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // plain http, or a browser that refuses
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "vh";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

function done(button: HTMLElement): void {
  button.classList.add("fait");
  announce(button.dataset.copied ?? "");
  const label = button.querySelector("span");
  const before = label?.textContent;
  if (label && button.dataset.copied) label.textContent = button.dataset.copied;
  setTimeout(() => {
    button.classList.remove("fait");
    if (label && before) label.textContent = before;
  }, SHOWN_MS);
}

async function share(button: HTMLElement): Promise<void> {
  const url = location.href;
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ url, title: button.dataset.title ?? document.title });
    } catch {
      // closed by the reader
    }
    return;
  }
  if (await copy(url)) done(button);
}

export function startCopy(): void {
  document.addEventListener("click", async (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy],[data-share]") : null;
    if (!button) return;
    if (button.dataset.copy === undefined) await share(button);
    else if (await copy(button.dataset.copy)) done(button);
  });
}
