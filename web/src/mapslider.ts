// The part of map.ts that it loads when the period's slider is opened.

import "./map.js";

export { startSlider } from "./slider.js";
