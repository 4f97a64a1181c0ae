// What every page must hold, in whatever state it is: safety HT7 and J8, screens 0.3.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { HtmlValidate } from "html-validate";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const html = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // Style of writing, not correctness.
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "no-inline-style": "error",
    // Boxes to tick that answer one question share its name, as radios do.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "submit", "reset"] }],
  },
});

/** axe finds nothing, in the page as it stands. */
export async function isAccessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), RULES);
  const said = found.violations.map((rule) => `${rule.id}: ${rule.help}\n    ${rule.nodes.map((node) => node.html).join("\n    ")}`);
  assert.deepEqual(said, [], `axe on ${page.url()}`);
}

/** The markup, as the server sent it, is valid. */
export async function isValid(text, url) {
  const report = await html.validateString(text, url);
  const said = report.results.flatMap((result) => result.messages.map((each) => `${each.line}:${each.column} ${each.ruleId}: ${each.message}`));
  assert.deepEqual(said, [], `markup of ${url}`);
}

/** Nothing reaches beyond the right edge. */
export async function doesNotScrollSideways(page) {
  const { content, window: width } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: window.innerWidth }));
  assert.ok(content <= width, `${page.url()} is ${content} px wide in a window of ${width} px`);
}

/** Every target a finger must hit is at least 24 px high, or stands within a sentence. */
export async function hasTargetsForFingers(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
      .filter((each) => each.checkVisibility() && !each.closest(".trap, .skip, .visually-hidden") && getComputedStyle(each).display !== "inline")
      .map((each) => (each.matches("input") ? (each.closest("label") ?? each) : each))
      .filter((each) => each.getBoundingClientRect().height < 24)
      .map((each) => each.outerHTML),
  );
  assert.deepEqual(small, [], `small targets on ${page.url()}`);
}

/** The page that `act` leads to, which must hold all of this, whatever it is. */
export async function arrive(page, act) {
  const isPage = (response) => response.request().isNavigationRequest() && response.frame() === page.mainFrame() && response.status() !== 303;
  const [response] = await Promise.all([page.waitForResponse(isPage), act()]);
  await page.waitForLoadState();
  const text = await response.text();
  await isValid(text, response.url());
  await doesNotScrollSideways(page);
  await hasTargetsForFingers(page);
  await withScripts(page, response.url(), text, isAccessible);
  return response;
}

/** The window beside each page in which its bytes are shown again with scripts. */
const twins = new WeakMap();

/** The same bytes in a window of the same size, as light or dark, that runs scripts, which axe cannot do without. */
async function withScripts(page, url, body, look) {
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  if (!twins.has(page)) {
    const context = await page.context().browser().newContext({ viewport: page.viewportSize() });
    page.context().on("close", () => context.close());
    twins.set(page, await context.newPage());
  }
  const twin = twins.get(page);
  // Each time anew: a page may have been turned from light to dark since.
  await twin.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
  await twin.route(url, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  await twin.goto(url);
  await look(twin);
  await twin.unroute(url);
}

/** Sums up what a context asked of other hosts, complained of on the console, or was refused by the content policy. Where the connection breaks on
 *  purpose, the browser may say that it did. */
export function watch(context, origin, breaks = false) {
  const said = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin) said.push(`a request to ${url.origin}`);
  });
  context.on("console", (message) => {
    // A browser reports every 4xx page as an error; that a page is one is what the test asked for.
    const expected = (breaks ? /net::ERR_(INTERNET_DISCONNECTED|FAILED)/ : /the server responded with a status of (401|404|409|410|422)/).test(message.text());
    if (message.type() === "error" && !expected) said.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => said.push(`script: ${error.error().message}`));
  return { isQuiet: () => assert.deepEqual(said, []) };
}
