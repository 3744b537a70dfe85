// The part of map.ts that it loads where an operator chose a vector style.

import "./map.js";

export { styledGround } from "./vectorstyle.js";
