// How a strike ends, as those who run the fund live it: a union's gift and an online one, one bill, the fund wound down and settled, what is left planned
// 5 : 3 : 2 and agreed to, the public reading the plan before money moves, one grant bounced and planned anew, a bank that takes a gift back two months
// later, the reserve passed on, and every account at zero. hledger reads the books, and the archive opens without a server and verifies. Part of
// `run.mjs`. Nobody has scripts, every page that is met is looked at, and one of the three reads Spanish.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import * as checks from "./checks.mjs";
import { agree, comeIn, match, setUp, signIn } from "./people.mjs";
import { importStatement, photo, reader } from "./reader.mjs";
import { program, unattended } from "./site.mjs";
import { PHONE, picture, stage, visit } from "./stage.mjs";

const DESK = { width: 1280, height: 800 };
const PASSWORDS = { Rosa: "violet kettle marches north", Ben: "seven lanterns over the river", Cleo: "a slow train full of apples" };
const GROUPS = ["Harbour Pantry", "North Tenants", "River Clinic"];
const CLOSE = "/treasury/bakers/close";
/** Money that Stripe has is available after two days, paid out the next, and at the bank two days later; a payee's details rest for two. */
const WEEK_HOURS = 7 * 24;
const DAY_HOURS = 24;
/** A dispute may come two months after the gift. */
const LATE_HOURS = 63 * 24;

/** Somebody's gift of $25 whose bank will take it back. */
async function giveOnline(url) {
  await visit({ baseURL: url, locale: "en-US", viewport: PHONE, javaScriptEnabled: false }, async (page) => {
    await page.goto("/f/bakers/give");
    await page.getByLabel("$25", { exact: true }).check();
    await page.getByLabel("E-mail").fill("giver@example.org");
    await pause(3_000);
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
    for (const more of await page.locator("summary").all()) await more.click();
    await page.locator('[name="afterwards"][value="dispute_late"]').check();
    await page.getByRole("button", { name: "Pay (practice)" }).click();
    await page.getByRole("heading", { name: /^Thank you/ }).waitFor();
  });
}

/** What the fund promises about what is left, and a gift of another union. */
async function launch(rosa, ben) {
  await rosa.open("/treasury/bakers/settings/charter");
  const recipients = GROUPS.map((name) => `${name} | It helped from the first day`).join("\n");
  await rosa.fill({ recipients, reserve_percent: "10", reserve_days: "120", objection_days: "0" });
  await rosa.press("charter-send");
  await agree(ben, ben.say("approval-subject-charter"));
  await rosa.open("/treasury/bakers/gifts/offline");
  await rosa.follow("offline-new-organisation");
  const day = await rosa.page.locator("[name=dated_on]").inputValue();
  await rosa.enter("amount", "200.00");
  await rosa.press("offline-save");
  await importStatement(rosa, [{ day, text: "TRANSFER CARPENTERS LOCAL", amount: "200.00", balance: "200.00" }]);
  await match(rosa, "CARPENTERS", "bank-gift-button", "bank-done-arrived");
}

/** Water, and how each group is paid; somebody else agrees to all of it. */
async function spend(rosa, ben) {
  await rosa.open("/treasury/bakers/expenses");
  await rosa.follow("expense-new");
  const bought = { amount: "34.96", vendor: "Corner Market", category: "water", public_text: "A case of water" };
  await rosa.fill({ ...bought, paid_by: "card", paid_from: "assets:bank:main", file: await photo(rosa.page, "receipt.jpg") });
  await rosa.press("expense-send");
  await agree(ben, "$34.96");
  for (const name of GROUPS) {
    await rosa.open(`${CLOSE}/recipients`);
    await rosa.fill({ name, way: "cheque", account: `to ${name}`, checked: "in_person", conflict: "no" });
    await rosa.press("plan-enter");
    await rosa.isTold("plan-done-entered");
    await agree(ben, ben.say("approval-subject-payee"));
  }
}

/** Brings the bank's lines in and ties those that do not tie themselves. */
async function bank(rosa, lines, balance) {
  const day = await today(rosa);
  let after = balance;
  const cents = (amount) => Math.round(Number(amount) * 100);
  const rows = [...lines].reverse().map(({ text, amount }) => {
    const line = { day, text, amount, balance: (after / 100).toFixed(2) };
    after -= cents(amount);
    return line;
  });
  await importStatement(rosa, rows.reverse());
  for (const { text, button } of lines.filter((line) => line.button)) await match(rosa, text, button, "bank-done-matched");
}

/** The day that the site's clock shows. */
async function today(rosa) {
  await rosa.open("/treasury/bakers/gifts/offline/new/organisation");
  return rosa.page.locator("[name=dated_on]").inputValue();
}

async function move(rosa, ben, step, fields) {
  await rosa.open(`${CLOSE}/${step}`);
  await rosa.fill({ reason: "The members voted to end the strike.", ...fields });
  await rosa.press("close-ask");
  await agree(ben, ben.say("approval-subject-state"));
}

/** Waits until Stripe has said of every gift that repeats that it stopped: nothing else holds the share-out up. */
async function settled(rosa) {
  let said = "";
  for (let tries = 0; tries < 60; tries += 1) {
    await rosa.open(`${CLOSE}/settle`);
    said = await rosa.page.locator("main").innerText();
    if (said.includes("Nothing holds up the share-out")) return;
    await pause(1_000);
  }
  assert.fail(said);
}

/** Shares, as parts of the whole; both others agree to them. */
async function plan({ rosa, ben, cleo }, parts, sums) {
  await rosa.open(`${CLOSE}/plan`);
  for (const [name, part] of Object.entries(parts)) {
    const id = await rosa.page.getByLabel(rosa.say("plan-value-of").replace("{ $name }", name)).getAttribute("name");
    await rosa.fill({ [id.replace("value", "rule")]: "weight", [id]: part });
  }
  await rosa.press("plan-look");
  const shown = await rosa.page.locator("main").innerText();
  for (const sum of sums) assert.ok(shown.includes(sum), `${sum} is among the shares:\n${shown}`);
  await rosa.press("plan-propose");
  await rosa.isTold("plan-done-proposed");
  await agree(ben, ben.say("approval-subject-distribution"));
  await agree(cleo, cleo.say("approval-subject-distribution"));
}

async function send(rosa, name) {
  await rosa.open(`${CLOSE}/grants`);
  await rosa.choose(name, rosa.say("grant-stands-promised"));
  await rosa.follow("grant-pay");
  await rosa.enter("from", "assets:bank:main");
  await rosa.press("expense-pay-look");
  await rosa.press("grant-pay");
  await rosa.isTold("plan-done-sent");
}

/** A group's letter, of which everybody may see a copy once somebody else let it out. */
async function acknowledge(rosa, ben, name) {
  await rosa.open(`${CLOSE}/grants`);
  await rosa.choose(name, rosa.say("grant-stands-matched"));
  const file = await photo(rosa.page, "letter.jpg");
  await rosa.fill({ kind: "letter", text: "Thank you. It fed forty families.", file });
  await rosa.enter("copy", await photo(rosa.page, "covered.jpg"));
  await rosa.press("grant-answer-new");
  await rosa.isTold("plan-done-answer");
  await ben.open(new URL(rosa.page.url()).pathname);
  await ben.press("grant-clear");
  await ben.isTold("plan-done-cleared");
}

/** Waits until the fund's own page says it; then one reads it in English, the other in Spanish. */
async function untilPublic({ ben, cleo }, site, text) {
  const path = "leftovers/index";
  let page = "";
  for (let tries = 0; tries < 120; tries += 1) {
    page = await (await fetch(`${site.url}/f/bakers/${path}.html`)).text();
    if (page.includes(text)) {
      await ben.open(`/f/bakers/${path}.es.html`);
      await cleo.open(`/f/bakers/${path}.html`);
      return page;
    }
    await pause(500);
  }
  return assert.fail(`${path} never said “${text}”:\n${page}`);
}

/** hledger reads the exported books and closes income and expenses itself: every account that is not zero then. */
function standing(journal, folder) {
  const file = join(folder, "books.journal");
  const hledger = (...words) => execFileSync("hledger", ["-f", file, ...words], { encoding: "utf8" }).trim();
  writeFileSync(file, journal);
  appendFileSync(file, `\n${hledger("close", "--close", "--close-acct", "equity:retained", "-e", "2100-01-01", "income", "expenses")}\n`);
  return hledger("balance", "--flat", "--no-total");
}

async function end(site, people) {
  const { rosa, ben, cleo } = people;
  const keys = {};
  keys.Rosa = await comeIn(rosa, site.link, { name: "Rosa", email: "rosa@example.org", password: PASSWORDS.Rosa }, "setup-next");
  const invitation = await setUp(rosa, "es");
  keys.Ben = await comeIn(ben, invitation, { name: "Ben", password: PASSWORDS.Ben }, "join-enter");
  await rosa.open("/treasury/people/invite");
  await rosa.fill({ name: "Cleo", email: "cleo@example.org", role: "approver", language: "en" });
  await rosa.press("people-invite");
  keys.Cleo = await comeIn(cleo, (await rosa.page.locator(".shown li").textContent()).trim(), { name: "Cleo", password: PASSWORDS.Cleo }, "join-enter");
  const all = { Rosa: rosa, Ben: ben, Cleo: cleo };
  let hours = 0;
  const later = async (more) => {
    hours += more;
    await site.later(hours);
    for (const [name, who] of Object.entries(all)) {
      await signIn(who, { email: `${name.toLowerCase()}@example.org`, password: PASSWORDS[name], key: keys[name] }, hours);
    }
  };

  await launch(rosa, ben);
  await giveOnline(site.url);
  await spend(rosa, ben);
  await later(WEEK_HOURS);
  await bank(rosa, [{ text: "CORNER MARKET", amount: "-34.96", button: "bank-match-button" }, { text: "STRIPE PAYOUT", amount: "23.97" }], 18_901);

  await move(rosa, ben, "wind-down", {});
  await later(DAY_HOURS);
  await settled(rosa);
  await move(rosa, ben, "reserve", { amount: "60.00", percent: "" });
  await later(2 * DAY_HOURS);
  await plan(people, { [GROUPS[0]]: "5", [GROUPS[1]]: "3", [GROUPS[2]]: "2" }, ["$64.51", "$38.70", "$25.80", "$129.01"]);
  await later(2 * DAY_HOURS);
  const page = await untilPublic(people, site, "$64.51");
  assert.ok(!page.includes("to Harbour"), "how a group is paid is private");
  for (const name of GROUPS) await send(rosa, name);
  const cheques = [["64.51", 12_450], ["38.70", 8_580], ["25.80", 6_000]];
  await bank(rosa, cheques.map(([sum], n) => ({ text: `CHEQUE 20${n}`, amount: `-${sum}`, button: "bank-match-button" })), 6_000);

  // One cheque comes back: its money is planned anew, and goes to another group.
  await bank(rosa, [{ text: "RETURNED CHEQUE 202", amount: "25.80" }], 8_580);
  await rosa.open("/treasury/bank");
  await rosa.choose("RETURNED CHEQUE 202");
  await rosa.page.getByLabel(rosa.say("bank-what-returned").split("{")[0]).check();
  await rosa.press("bank-book-button");
  await rosa.isTold("bank-done-booked");
  await rosa.open(`${CLOSE}/grants`);
  await rosa.choose(GROUPS[2]);
  await rosa.enter("why", "bounced");
  await rosa.press("grant-end");
  await rosa.isTold("plan-done-ended");
  await later(2 * DAY_HOURS);
  await plan(people, { [GROUPS[1]]: "1" }, ["$25.80"]);
  await later(2 * DAY_HOURS);
  await untilPublic(people, site, "$25.80");
  await send(rosa, GROUPS[1]);
  await bank(rosa, [{ text: "CHEQUE 203", amount: "-25.80", button: "bank-match-button" }], 6_000);
  await acknowledge(rosa, ben, GROUPS[0]);

  // A bank takes a gift of two months ago back, with its fee; what is left of the reserve follows once its day has come.
  await later(LATE_HOURS);
  await later(DAY_HOURS);
  await bank(rosa, [{ text: "STRIPE PAYOUT", amount: "-40.00" }], 2_000);
  await later(LATE_HOURS);
  await plan(people, { [GROUPS[0]]: "1" }, ["$20.00"]);
  await later(2 * DAY_HOURS);
  await untilPublic(people, site, "$20.00");
  await send(rosa, GROUPS[0]);
  await bank(rosa, [{ text: "CHEQUE 204", amount: "-20.00", button: "bank-match-button" }], 0);
  await acknowledge(rosa, ben, GROUPS[1]);

  await move(rosa, ben, "finish", {});
  await later(2 * DAY_HOURS);
  await untilPublic(people, site, "Nothing is left");
  await ben.open("/f/bakers/reports/closing.es.html");
  await cleo.open("/f/bakers/");
  await cleo.follow("closed-read");
  const report = await cleo.page.locator("main").innerText();
  for (const said of ["All accounts are at zero", "$200.00 came in", "$149.01 was passed on", "$84.51", "$64.50", "It fed forty families"]) {
    assert.ok(report.includes(said), `${said}:\n${report}`);
  }
}

/** The archive opens without a server, and proves itself to a stranger who has the fund's key. */
async function opens(site, folder) {
  const archive = Buffer.from(await (await fetch(`${site.url}/f/bakers/archive.zip`)).arrayBuffer());
  writeFileSync(join(folder, "archive.zip"), archive);
  execFileSync("python3", ["-m", "zipfile", "-e", join(folder, "archive.zip"), folder]);
  const books = join(folder, "f", "bakers");
  const context = await stage.browser.newContext({ viewport: PHONE });
  try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(books, "index.html")).href);
    await page.getByRole("link", { name: "Read the closing report" }).click();
    assert.match(await page.locator("main").innerText(), /Harbour Pantry\s+2\s+\$84\.51/);
    for (const [width, colorScheme, media] of [[320, "dark", "screen"], [320, "light", "screen"], [800, "light", "print"]]) {
      await page.setViewportSize({ width, height: 640 });
      await page.emulateMedia({ colorScheme, media });
      for (const name of ["leftovers/index.html", "leftovers/index.es.html", "reports/closing.html", "reports/closing.es.html"]) {
        await page.goto(pathToFileURL(join(books, name)).href);
        await checks.doesNotScrollSideways(page);
        await checks.isAccessible(page);
        await picture(page, `end ${colorScheme} ${media} ${name.replace("/", " ")}`);
      }
    }
  } finally {
    await context.close();
  }
  const [key] = readFileSync(join(books, "reports", "index.html"), "utf8").match(/[^\s<>"]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+/);
  const [command, ...before] = program();
  execFileSync(command, [...before, "verify-public", books, "--key", key], { env: { PATH: process.env.PATH } });
}

test("a strike ends in the open: settled, shared out 5 : 3 : 2, one grant bounced, a late dispute borne, and nothing left", async () => {
  const site = await unattended();
  const folder = mkdtempSync(join(tmpdir(), "strikefund-end-"));
  const at = (locale, viewport) => ({ baseURL: site.url, locale, viewport, javaScriptEnabled: false });
  try {
    await visit(at("en", DESK), (rosa) =>
      visit(at("es", PHONE), (ben) =>
        visit(at("en", PHONE), async (cleo) => {
          const people = { rosa: reader(rosa, "en"), ben: reader(ben, "es"), cleo: reader(cleo, "en") };
          await end(site, people);
          const journal = await rosa.request.get("/treasury/exports/books.journal");
          assert.equal(journal.status(), 200);
          assert.equal(standing(await journal.text(), folder), "", "every account is at zero");
        }),
      ),
    );
    await opens(site, folder);
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
