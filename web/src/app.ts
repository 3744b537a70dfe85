// Every page's script. Each part finds its own markup and does nothing without it.

import { startCopy } from "./copy.js";
import { startFilters } from "./filters.js";
import { startForms } from "./form.js";
import { startNear } from "./near.js";

const later = () => import("./later.js");

/** The search field is told to be a combobox at once, and is one from its first focus on. */
function startSearch(): void {
  const fields = document.querySelectorAll<HTMLInputElement>("form[data-suggest] input[type=search]");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
  for (const field of fields) for (const [k, v] of Object.entries(attributes)) field.setAttribute(k, v);
  const start = async () => {
    for (const field of fields) field.removeEventListener("focus", start);
    (await later()).startSuggest();
    const typed = [...fields].find((field) => field === document.activeElement && field.value !== field.defaultValue);
    typed?.dispatchEvent(new Event("input")); // while the script came
  };
  for (const field of fields) {
    field.addEventListener("focus", start);
    if (field === document.activeElement) void start();
  }
}

startFilters();
startCopy();
startForms();
startNear();
startSearch();
if (document.querySelector("a.glose[title]")) void later().then((part) => part.startGloss());
if (document.querySelector("svg:has(.noeud[data-id])")) void later().then((part) => part.startGenealogy());
