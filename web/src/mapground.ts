// The part of map.ts that it loads where an operator brought a background. It
// imports map.ts, which is there already, so that the build keeps all that the
// map is made of in one file.

import "./map.js";

export { ownGround } from "./ground.js";
