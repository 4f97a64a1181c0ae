// What every walk stands on: the site, the browser, and contexts that must stay quiet. Not here: the walks.

import { mkdirSync } from "node:fs";
import { after, before } from "node:test";

import { chromium } from "playwright-core";

import * as checks from "./checks.mjs";
import * as site from "./site.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const PHONE = { width: 360, height: 640 };
/** How long a page may take, on a busy machine. */
const PATIENCE_MS = 15_000;
const SHOTS = process.env.SHOTS;

/** The site's origin, the browser, and the ways in of the demo's people; there once the first test runs. */
export const stage = { url: "", staff: {}, browser: undefined };
/** The path of the first fund. */
export let fund;

let under;

before(async () => {
  under = await site.open(process.argv[2]);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  Object.assign(stage, { url: under.url, staff: under.staff, browser });
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  const home = await fetch(under.url);
  fund = (home.url + (await home.text())).match(/(\/f\/[a-z0-9-]+)[/"]/)[1];
});

after(async () => {
  await stage.browser?.close();
  await under?.stop();
});

/** Runs `walk` in a context of its own, which must stay quiet and on our host; `breaks`: its connection breaks on purpose. */
export async function visit(options, walk, breaks = false) {
  const context = await stage.browser.newContext({ viewport: PHONE, baseURL: stage.url, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const watched = checks.watch(context, options.baseURL ?? stage.url, breaks);
  try {
    const given = await walk(await context.newPage());
    watched.isQuiet();
    return given;
  } finally {
    await context.close();
  }
}

/** Keeps a picture of the page as it stands, where pictures are asked for. */
export async function picture(page, name) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name.replaceAll("/", "_")}.png`, fullPage: true });
}
