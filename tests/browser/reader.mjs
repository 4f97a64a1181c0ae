// Somebody who reads pages in their language and acts on them by what is written there; and what to look for on a page. Not here: the walks.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import * as checks from "./checks.mjs";
import { picture } from "./stage.mjs";

/** A photo as a telephone sends one. */
export async function photo(page, name) {
  const buffer = await page.screenshot({ type: "jpeg", quality: 60 });
  assert.deepEqual([...buffer.subarray(0, 3)], [0xff, 0xd8, 0xff], "this is a JPEG");
  return { name, mimeType: "image/jpeg", buffer };
}

/** The row of a table that holds all of these texts. */
export const row = (page, ...texts) => texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator("tbody tr"));

/** A fact of a list of facts. */
export const fact = (page, what) => page.locator("dl.facts > div").filter({ has: page.locator("dt").getByText(what, { exact: true }) }).locator("dd");

/** Every short text of a language, by its name. */
function texts(language) {
  const folder = fileURLToPath(new URL(`../../templates/locales/${language}/`, import.meta.url));
  const lines = readdirSync(folder).flatMap((file) => [...readFileSync(folder + file, "utf8").matchAll(/^([a-z0-9-]+) = (.+)$/gm)]);
  const all = new Map(lines.map(([, key, text]) => [key, text]));
  return (key) => all.get(key) ?? assert.fail(`${language} has no text ${key}`);
}

/** Somebody before a page of theirs, who reads it in their language; whatever they come to must hold what every page must. */
export function reader(page, language) {
  const say = texts(language);
  const arrive = async (act) => {
    const response = await checks.arrive(page, act);
    assert.equal(await page.locator("html").getAttribute("lang"), language, response.url());
    await picture(page, `read ${language} ${new URL(page.url()).pathname}`);
    return response;
  };
  const field = (name) => page.locator("main").locator(`[name="${name}"]`);
  const enter = async (name, what) => {
    const kind = await field(name).first().evaluate((box) => `${box.tagName} ${box.type}`);
    if (/radio|checkbox/.test(kind)) return field(name).and(page.locator(`[value="${what}"]`)).check();
    if (kind.startsWith("SELECT")) return field(name).selectOption(what);
    return typeof what === "string" ? field(name).fill(what) : field(name).setInputFiles(what);
  };
  return {
    page,
    say,
    enter,
    open: (address) => arrive(() => page.goto(address)),
    press: (key) => arrive(() => page.getByRole("button", { name: say(key), exact: true }).first().click()),
    follow: (key) => arrive(() => page.getByRole("link", { name: say(key), exact: true }).first().click()),
    choose: (...texts) => arrive(() => row(page, ...texts).getByRole("link").first().click()),
    fill: async (fields) => {
      for (const [name, what] of Object.entries(fields)) await enter(name, what);
    },
    isTold: (...keys) => keys.map((key) => page.getByRole("status").getByText(say(key))).reduce((one, other) => one.or(other)).waitFor(),
  };
}

/** Brings the bank's table in, up to the page that says so. */
export async function importStatement(rosa, lines) {
  const rows = lines.map(({ day, text, amount, balance }) => `${day},${text},${amount},${balance}`);
  const buffer = Buffer.from(["Date,Description,Amount,Balance", ...rows, ""].join("\r\n"));
  await rosa.open("/treasury/bank");
  await rosa.follow("bank-import-title");
  await rosa.fill({ account: "assets:bank:main", file: { name: "statement.csv", mimeType: "text/csv", buffer } });
  await rosa.press("bank-look");
  // The first file of an account asks what its columns mean; what was guessed is taken.
  if (rosa.page.url().endsWith("/columns")) await rosa.press("bank-look");
  await rosa.page.getByRole("heading", { name: rosa.say("bank-preview-title") }).waitFor();
  await checks.arrive(rosa.page, () => rosa.page.locator("main form button").first().click());
  await rosa.isTold("bank-done-imported");
}
