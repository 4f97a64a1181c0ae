// The treasury as its people use it: the keyboard alone, and every page in every look. Not here: a whole day of it (`day.mjs`).
// Part of `run.mjs`. Only a demo of our own tells its people's ways in, so a site that stood before is not walked here.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as checks from "./checks.mjs";
import { plantEverywhere, ranNothing } from "./hostile.mjs";
import { fact, importStatement, photo, reader } from "./reader.mjs";
import { fund, picture, stage, visit } from "./stage.mjs";

export const skip = process.argv[2] ? "the ways in are told by a demo of our own" : false;

/** What each person's browser holds once they came in. */
const sessions = new Map();

/** Runs `walk` as one of the demo's people, who comes in by their link the first time. */
export async function as(name, options, walk) {
  if (!sessions.has(name)) sessions.set(name, comeIn(name));
  return visit({ ...options, storageState: await sessions.get(name) }, walk);
}

function comeIn(name) {
  return visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(stage.staff[name]);
    await page.getByRole("button", { name: "Come in" }).click();
    await page.getByRole("heading", { name: "Treasury", level: 1 }).waitFor();
    return page.context().storageState();
  });
}

export const treasury = (path) => fund.replace("/f/", "/treasury/") + path;

test("the expense form is filled in and sent from the keyboard alone, and focus is always seen", { skip }, async () => {
  await as("Rosa", {}, async (page) => {
    await page.goto(treasury("/expenses/new"));
    const typed = { amount: "7.25", vendor: "Keys and Sons", no_receipt: "The shop prints none after dark." };
    const seen = [];
    for (let stops = 0; stops < 60 && seen.at(-1) !== "Send for approval"; stops += 1) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const here = document.activeElement;
        const ring = [here, here.closest("label")].filter(Boolean).some((each) => getComputedStyle(each).outlineStyle === "solid");
        const { top, bottom } = here.getBoundingClientRect();
        const within = bottom > 0 && top < window.innerHeight;
        return { name: here.name || here.textContent.trim(), ring: ring && within };
      });
      assert.ok(stop.ring, `focus on ${stop.name} is seen`);
      if (typed[stop.name]) await page.keyboard.type(typed[stop.name]);
      // Arrows walk through a group; Tab leaves it.
      if (stop.name === "category") await page.keyboard.press("ArrowDown");
      if (stop.name === "paid_by") await page.keyboard.press("Space");
      if (stop.name === "paid_from") await page.keyboard.type("Bank");
      seen.push(stop.name);
    }
    const order = ["file", "amount", "bought_on", "vendor", "category", "paid_by", "paid_from", "no_receipt", "Send for approval"];
    // A date is several stops of one field.
    assert.deepEqual(seen.filter((name, at) => order.includes(name) && seen.indexOf(name) === at), order, "the order of reading");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Sent for approval.").waitFor();
    assert.equal(await fact(page, "Amount").textContent(), "$7.25");
    assert.equal(await page.getByRole("status").evaluate((box) => box === document.activeElement), true, "focus is on what was done");
  });
});

test("what is typed, chosen and attached goes along when the page is read in the other language, and a password does not", { skip }, async () => {
  await as("Rosa", {}, async (page) => {
    await page.goto(treasury("/expenses/new"));
    const box = (name) => page.locator(`main [name="${name}"]`);
    await box("amount").fill("7.25");
    await box("category").and(page.locator("[value=water]")).check();
    await box("show_shop").check();
    await box("note").fill("Two lines,\none of them longer.");
    await box("file").setInputFiles([await photo(page, "IMG_0001.jpg"), await photo(page, "IMG_0002.jpg")]);
    await page.getByRole("link", { name: "Español" }).click();
    await page.locator("html[lang=es]").waitFor();
    await page.waitForFunction(() => document.querySelector("[name=amount]").value);
    assert.equal(await box("amount").inputValue(), "7.25");
    assert.ok(await box("category").and(page.locator("[value=water]")).isChecked());
    assert.ok(await box("show_shop").isChecked());
    assert.equal(await box("note").inputValue(), "Two lines,\none of them longer.");
    assert.deepEqual(await box("file").evaluate((files) => [...files.files].map((file) => file.name)), ["IMG_0001.jpg", "IMG_0002.jpg"]);
    await page.reload();
    assert.equal(await box("amount").inputValue(), "", "it was kept for this one way only");
  });
  await visit({}, async (page) => {
    await page.goto("/sign-in");
    await page.locator("[name=email]").fill("rosa@union.example");
    await page.locator("[name=password]").fill("correct horse battery");
    await page.getByRole("link", { name: "Español" }).click();
    await page.locator("html[lang=es]").waitFor();
    await page.waitForFunction(() => document.querySelector("[name=email]").value);
    assert.equal(await page.locator("[name=password]").inputValue(), "");
  });
});

test("what means no good is text in every field of the treasury", { skip }, async () => {
  await as("Rosa", {}, (page) => plantEverywhere(page, treasury));
});

/** Pages that no link of the treasury leads to. */
const addresses = new Set();
/** What must be among the pages that are found: one of each room. */
const ROOMS = [
  "/treasury", "/treasury/expenses", "/treasury/approvals", "/treasury/approvals/*", "/treasury/gifts", "/treasury/gifts/*", "/treasury/bank",
  "/treasury/bank/import", "/treasury/bank/lines/*", "/treasury/bank/accounts/new", "/treasury/bank/accounts/*", "/treasury/disputes", "/treasury/payees", "/treasury/claims", "/treasury/claims/*", "/treasury/advances",
  "/treasury/accounts", "/treasury/accounts/*", "/treasury/entries/*", "/treasury/journal", "/treasury/journal/new", "/treasury/months",
  "/treasury/stripe", "/treasury/exports", "/treasury/search", "/treasury/audit", "/treasury/refunds", "/treasury/gifts/*/refund", "/me",
  "/me/password", "/me/authenticator", "/me/codes", "/treasury/{fund}/expenses", "/treasury/{fund}/expenses/new",
  "/treasury/{fund}/expenses/*", "/treasury/{fund}/budget", "/treasury/{fund}/gifts/offline", "/treasury/{fund}/in-kind",
  "/treasury/{fund}/corrections/new",
];
const OFFICE = ["/treasury/people", "/treasury/people/invite", "/treasury/people/*", "/treasury/mail"];

/** The shape of an address: pages that differ only in whose they are count as one. */
function shape(address) {
  const { pathname, searchParams } = new URL(address, "http://site");
  const parts = pathname.split("/").map((part) => (fund.endsWith(`/${part}`) || part === "hardship" ? "{fund}" : /[0-9:A-Z]/.test(part) ? "*" : part));
  return [parts.join("/"), ...searchParams.keys()].join("?");
}

/** Every page that links lead to from the first, one of each shape; files to download are none. */
async function everyPage(page) {
  const found = new Map([["/treasury", "/treasury"]]);
  for (const address of found.values()) {
    const response = await page.request.get(address);
    assert.ok(response.ok(), `${response.status()} at ${address}`);
    if (!response.headers()["content-type"].startsWith("text/html")) {
      found.set(shape(address), undefined);
      continue;
    }
    const links = [...(await response.text()).matchAll(/ href="([^"#]+)/g)].map(([, href]) => new URL(href.replaceAll("&amp;", "&"), new URL(address, stage.url)));
    for (const { origin, pathname, search } of links) {
      const next = pathname + search;
      const ours = origin === stage.url && /^\/(treasury|me)(\/|$)/.test(pathname) && !/lang=|\/documents\/|\/exports\/.|\.csv|\.xlsx|\.json/.test(next);
      if (ours && !found.has(shape(next))) found.set(shape(next), next);
    }
  }
  return found;
}

const LOOKS = [
  [{ width: 320, height: 640 }, "light"],
  [{ width: 1280, height: 800 }, "dark"],
];

/** Looks at one page in one language: a phone by day, a desk at night. */
export async function lookAt(page, address, language) {
  const response = await page.goto(address + (address.includes("?") ? "&" : "?") + `lang=${language}`);
  assert.equal(await page.locator("html").getAttribute("lang"), language, address);
  await checks.isValid(await response.text(), response.url());
  await ranNothing(page);
  await looksWell(page, `${language} ${address}`);
}

export async function looksWell(page, name) {
  for (const [size, colorScheme] of LOOKS) {
    await page.setViewportSize(size);
    // A colour on its way to another is neither.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await checks.isAccessible(page);
    await checks.doesNotScrollSideways(page);
    await checks.hasTargetsForFingers(page);
    await picture(page, `${colorScheme} ${name}`);
  }
}

test("every page of the treasury, in both languages, is accessible, valid, narrow enough and silent", { skip, concurrency: 3 }, async (t) => {
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
  const line = { day, text: "CORNER MARKET", amount: "-5.00", balance: "-5.00" };
  await as("Rosa", { javaScriptEnabled: false }, (page) => importStatement(reader(page, "en"), [line]));
  const all = [["Rosa", ROOMS], ["Ana", OFFICE]].flatMap(([name, rooms]) =>
    ["en", "es"].map((language) =>
      t.test(`${name}, ${language}`, () =>
        as(name, {}, async (page) => {
          const found = await everyPage(page);
          for (const room of rooms) assert.ok(found.get(room), `${room} is among ${[...found.keys()].join(" ")}`);
          // What both see is looked at once; another page of the same list looks like its first.
          const looked = [...found].filter(([known, address]) => address && !known.includes("?") && (name === "Rosa" || OFFICE.includes(known)));
          // All that is wrong is told at once.
          const wrong = [];
          for (const [, address] of looked) await lookAt(page, address, language).catch((error) => wrong.push(error.message));
          assert.deepEqual(wrong, []);
        }),
      ),
    ),
  );
  await Promise.all(all);
});

test("the pages before the treasury, and forms that came back, look no worse", { skip }, async () => {
  await visit({}, async (page) => {
    for (const language of ["en", "es"]) {
      for (const address of ["/sign-in", "/treasury", "/join"]) await lookAt(page, address, language);
    }
    await page.goto("/sign-in?lang=en");
    await page.getByLabel("E-mail").fill("nobody@example.org");
    await page.getByLabel("Password", { exact: true }).fill("not the password of anybody");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await looksWell(page, "sign-in refused");
    await page.goto(stage.staff.Uma);
    await looksWell(page, "a way in");
  });
  await as("Rosa", {}, async (page) => {
    await page.goto(treasury("/expenses/new"));
    await page.getByRole("button", { name: "Send for approval" }).click();
    await page.getByRole("alert").waitFor();
    assert.match(await page.title(), /^Error: /);
    await page.getByRole("alert").getByRole("link", { name: "Enter the amount" }).click();
    assert.equal(await page.getByLabel("Amount", { exact: true }).evaluate((box) => box === document.activeElement), true, "the link leads to the field");
    await looksWell(page, "an expense with mistakes");
    await page.goto("/treasury/bank/import");
    await page.getByRole("button", { name: "Look at it" }).click();
    await page.getByRole("alert").waitFor();
    await looksWell(page, "an import with mistakes");
    await page.goto("/treasury/search?q=Corner");
    await looksWell(page, "a search");
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("navigation").getByRole("link", { name: "Payees" }).waitFor();
    await looksWell(page, "every place open");
  });
});
