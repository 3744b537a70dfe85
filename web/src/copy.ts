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

/** The page as it is now: its filters and its position are in its address. */
function here(): string {
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  return url.href;
}

async function pass(button: HTMLElement): Promise<void> {
  try {
    await navigator.share({ url: button.dataset.shareWith || here(), title: button.dataset.title ?? document.title });
  } catch {
    // closed by the reader
  }
}

/** The page of the link, its code and its frame knows only the address that it is given. */
function aim(link: HTMLAnchorElement): void {
  const url = new URL(link.href);
  url.searchParams.set("url", here());
  link.href = url.href;
}

/** Menus close with Escape, and when the reader goes elsewhere. */
function startMenus(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  for (const type of ["click", "focusin"]) {
    document.addEventListener(type, (event) => {
      for (const menu of open()) if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    });
  }
}

export function startCopy(): void {
  startMenus();
  if (typeof navigator.share === "function") {
    for (const button of document.querySelectorAll<HTMLElement>("[data-share-with]")) {
      button.hidden = false;
      const item = button.closest("li");
      if (item) item.hidden = false;
    }
  }
  document.addEventListener("click", async (event) => {
    const on = <T extends HTMLElement>(selector: string) =>
      event.target instanceof Element ? event.target.closest<T>(selector) : null;
    const link = on<HTMLAnchorElement>("a[data-share-page]");
    if (link) aim(link);
    const button = on("[data-copy],[data-share],[data-share-with]");
    if (!button) return;
    if (button.dataset.shareWith !== undefined) await pass(button);
    else if (await copy(button.dataset.copy ?? here())) done(button);
  });
}
