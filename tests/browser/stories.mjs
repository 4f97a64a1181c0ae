// The long walks, each through a site of its own from its first day on: `node tests/browser/stories.mjs`. They can go on beside `run.mjs`.

import "./day.mjs";
import "./ending.mjs";
