// The part of app.ts that it loads where there is something for it. It imports
// app.ts, which is there already, so that the build keeps that in one file.

import "./app.js";

export { startGenealogy } from "./genealogy.js";
export { startGloss } from "./gloss.js";
export { startSuggest } from "./suggest.js";
