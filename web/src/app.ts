// Every page's script. Each part finds its own markup and does nothing without it.

import { startCopy } from "./copy.js";
import { startFilters } from "./filters.js";
import { startForms } from "./form.js";
import { startGenealogy } from "./genealogy.js";
import { startGloss } from "./gloss.js";
import { startNear } from "./near.js";
import { startSuggest } from "./suggest.js";

startFilters();
startSuggest();
startCopy();
startGenealogy();
startForms();
startNear();
startGloss();
