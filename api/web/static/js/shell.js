// What every page does beyond its HTML, which works without.

import { watchKeys } from "./keys.js";
import { watchThemes } from "./themes.js";
import { keepRail } from "./rail.js";
import { localTimes } from "./times.js";

keepRail();
watchThemes();
watchKeys();
localTimes(document);
