// A queue emptied by keys: while the focus is in a row that waits, "a" presses the
// button that accepts and "r" the one that refuses, the row's own or else the form's
// with the row chosen; the arrows go from row to row. The keys act nowhere else, and
// never while somebody types.

/** A control in which letters are typed. */
const TYPED = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/** The row that holds an element, and its neighbours. */
function around(e: Element): { row: HTMLElement; rows: HTMLElement[] } | undefined {
  const row = e.closest<HTMLElement>("[data-row]");
  const queue = row?.closest("[data-queue]");
  return row && queue ? { row, rows: [...queue.querySelectorAll<HTMLElement>("[data-row]")] } : undefined;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
  const at = around(event.target);
  if (!at || event.target.matches(TYPED)) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const next = at.rows[at.rows.indexOf(at.row) + step];
    next?.querySelector<HTMLElement>("input, a, button")?.focus();
    if (next) event.preventDefault();
    return;
  }
  const key = `[data-key="${CSS.escape(event.key.toLowerCase())}"]`;
  const own = at.row.querySelector<HTMLElement>(key);
  const shared = at.row.closest("form")?.querySelector<HTMLElement>(`${key}:not([data-row] *)`);
  if (!own && !shared) return;
  event.preventDefault();
  const choice = at.row.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (!own && choice) choice.checked = true;
  (own ?? shared)?.click();
}

document.addEventListener("keydown", onKey);
