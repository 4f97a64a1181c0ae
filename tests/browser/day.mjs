// From nothing to a statement that ties, as people live it who never saw the program: one sets a fund up by its link and invites another, both sign
// in, a captain claims by phone, what was bought is agreed to and paid, and the bank's file agrees with the books. Part of `run.mjs`. Nobody has
// scripts but for the passkey, every page that is met is looked at, and each of the two reads another language.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { fact, importStatement, photo, reader, row } from "./reader.mjs";
import { unattended } from "./site.mjs";
import { PHONE, visit } from "./stage.mjs";

const DESK = { width: 1280, height: 800 };
const POCKET = { viewport: PHONE, deviceScaleFactor: 3, isMobile: true, hasTouch: true, javaScriptEnabled: false };
/** A payee's details rest for two days after they were agreed to. */
const REST_HOURS = 49;
const PASSWORDS = { Rosa: "violet kettle marches north", Ben: "seven lanterns over the river" };

/** What an authenticator app shows for a key in base32 (RFC 6238), so many hours from now. */
function code(key, hours = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + hours * 120));
  const digest = createHmac("sha1", seed).update(step).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Comes in by a link: name, password, authenticator; and writes down its key and the recovery codes. */
async function comeIn(who, link, fields, button) {
  await who.open(link);
  assert.ok(!who.page.url().includes("/link/"), "the link's secret has left the address");
  const key = (await who.page.locator("main").innerText()).match(/(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/)[0];
  await who.fill({ ...fields, code: code(key) });
  await who.press(button);
  await who.page.getByRole("heading", { name: who.say("codes-title") }).waitFor();
  assert.equal(await who.page.locator(".shown li").count(), 10);
  await who.follow("codes-kept");
  return key;
}

/** The eight steps; gives the link that lets the second person in. */
async function setUp(rosa, theirs) {
  await rosa.fill({ name: "Bakers on strike", slug: "bakers", time_zone: "America/Los_Angeles", contact: "fund@example.org" });
  await rosa.press("setup-next");
  await rosa.press("setting-rules-save");
  await rosa.fill({ name: "Ben", email: "ben@example.org", role: "approver", language: theirs });
  await rosa.press("people-invite");
  const link = await rosa.page.locator(".shown li").textContent();
  await rosa.follow("people-link-given");
  await rosa.press("setup-stripe-check");
  await rosa.isTold("setup-stripe-answers");
  await rosa.press("setup-event-send");
  while (await rosa.page.getByRole("link", { name: rosa.say("setup-event-again") }).count()) {
    await rosa.page.waitForTimeout(500);
    await rosa.follow("setup-event-again");
  }
  await rosa.follow("setup-skip");
  await rosa.follow("setup-skip");
  await rosa.press("backup-now");
  await rosa.isTold("backup-asked");
  await rosa.follow("setup-skip");
  await rosa.follow("setup-to-treasury");
  return link.trim();
}

/** A device that makes passkeys by itself. */
async function withDevice(keys) {
  const devices = await keys.page.context().newCDPSession(keys.page);
  await devices.send("WebAuthn.enable");
  const device = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await devices.send("WebAuthn.addVirtualAuthenticator", { options: { ...device, automaticPresenceSimulation: true } });
}

async function addPasskey(keys) {
  await keys.open("/me");
  await keys.follow("passkey-title");
  await keys.enter("label", "My laptop");
  await keys.page.getByRole("button", { name: keys.say("passkey-add") }).click();
  await keys.page.getByRole("rowheader", { name: "My laptop" }).waitFor();
}

/** Agrees to what waits under these words, and is told so. */
async function agree(ben, ...texts) {
  await ben.open("/treasury/approvals");
  await ben.choose(...texts);
  await ben.press("approval-approve");
  await ben.isTold("expense-done-approved");
}

/** Ties the line of that text to what is proposed for it. */
async function match(rosa, text, button, told) {
  await rosa.open("/treasury/bank");
  await rosa.choose(text);
  await rosa.press(button);
  await rosa.isTold(told);
}

/** The bank's side of the first evening: a union's gift is expected, then there. */
async function takeGift(rosa) {
  await rosa.open("/treasury/bakers/gifts/offline");
  await rosa.follow("offline-new-organisation");
  const day = await rosa.page.locator("[name=dated_on]").inputValue();
  await rosa.enter("amount", "500.00");
  await rosa.press("offline-save");
  await importStatement(rosa, [{ day, text: "TRANSFER CARPENTERS LOCAL", amount: "500.00", balance: "500.00" }]);
  await match(rosa, "CARPENTERS", "bank-gift-button", "bank-done-arrived");
}

/** Who is paid, and a link for them; gives the link. */
async function meetCaptain(rosa, ben, language) {
  await rosa.open("/treasury/payees");
  await rosa.fill({ label: "Nadia", kind: "person", way: "cheque", account: "to Nadia Sample", checked: "in_person", conflict: "no" });
  await rosa.press("payee-add");
  await agree(ben, ben.say("approval-subject-payee"));
  await rosa.open("/treasury/claims");
  await rosa.fill({ label: "North gate", uses: "water", language, last_on: await rosa.page.locator("[name=last_on]").inputValue() });
  await rosa.press("captain-make");
  return new URL(await fact(rosa.page, rosa.say("captain-link")).textContent()).pathname;
}

/** Comes back days later: Rosa by her passkey, Ben by password and code. */
async function signInAgain({ rosa, keys, ben }, key) {
  await keys.open("/sign-in");
  await keys.page.getByRole("button", { name: keys.say("passkey-use") }).click();
  await keys.page.getByRole("heading", { name: keys.say("home-title") }).waitFor();
  await rosa.page.context().addCookies(await keys.page.context().cookies());
  await ben.open("/sign-in");
  await ben.fill({ email: "ben@example.org", password: PASSWORDS.Ben });
  await ben.press("sign-in");
  await ben.enter("code", code(key, REST_HOURS));
  await ben.press("sign-in");
  await ben.page.getByRole("heading", { name: ben.say("home-title") }).waitFor();
}

async function claim(captain, link) {
  await captain.open(link);
  await captain.press("claim-send");
  await captain.page.getByRole("alert").getByText(captain.say("claim-no-photo")).waitFor();
  const bought = { amount: "12.40", category: "water", what: "Two cases of water, corner shop", pay_way: "cash", pay_by: "Under the red tent" };
  await captain.fill({ ...bought, file: await photo(captain.page, "IMG_0001.jpg") });
  await captain.press("claim-send");
  await captain.page.getByRole("status").first().waitFor();
  assert.match(await row(captain.page, "$12.40").textContent(), new RegExp(captain.say("claim-state-waiting")));
  assert.ok(!(await captain.page.content()).includes("Under the red tent"), "how the captain is paid is not shown back");
}

/** Water that the fund's card paid, with its photo. */
async function recordWater(rosa) {
  await rosa.open("/treasury/bakers/expenses");
  await rosa.follow("expense-new");
  const bought = { amount: "18.60", vendor: "Corner Market", category: "water", public_text: "A case of water" };
  await rosa.fill({ ...bought, paid_by: "card", paid_from: "assets:bank:main", file: await photo(rosa.page, "receipt.jpg") });
  await rosa.press("expense-send");
  await rosa.isTold("expense-done-sent");
  const receipt = await rosa.page.request.get(await row(rosa.page, rosa.say("expense-receipt")).getByRole("link").getAttribute("href"));
  assert.match(receipt.headers()["content-type"], /^image\/jpeg/, "the receipt can be looked at");
  await rosa.open("/treasury");
  assert.equal(await rosa.page.locator(".tiles li", { hasText: rosa.say("tile-approvals") }).locator("strong").textContent(), "1");
}

/** A captain's claim becomes an expense that is owed to them. */
async function sendClaim(rosa) {
  await rosa.open("/treasury/bakers/expenses?state=draft");
  await rosa.choose("$12.40");
  await rosa.follow("expense-edit");
  const nadia = await rosa.page.locator("[name=payee] option", { hasText: "Nadia" }).getAttribute("value");
  await rosa.fill({ paid_by: "person", payee: nadia, public_text: "Two cases of water" });
  await rosa.press("expense-send");
  await rosa.isTold("expense-done-sent");
}

/** Pays what was agreed to; gives the day. */
async function pay(rosa) {
  await rosa.open("/treasury/bakers/expenses?state=approved");
  await rosa.choose("$12.40");
  await rosa.follow("expense-pay");
  const day = await rosa.page.locator("[name=paid_on]").inputValue();
  await rosa.enter("from", "assets:bank:main");
  await rosa.press("expense-pay-look");
  assert.equal(await fact(rosa.page, rosa.say("payee-account")).textContent(), "to Nadia Sample");
  await rosa.press("expense-pay");
  await rosa.isTold("expense-done-paid");
  return day;
}

/** The bank shows both payments, and books and bank agree to the cent. */
async function tie(rosa, day) {
  const lines = [
    { day, text: "CORNER MARKET", amount: "-18.60", balance: "481.40" },
    { day, text: "CHEQUE 101", amount: "-12.40", balance: "469.00" },
  ];
  await importStatement(rosa, lines);
  assert.equal(await fact(rosa.page, rosa.say("bank-fact-lines")).textContent(), "$31.00", "two lines wait");
  await match(rosa, "CORNER MARKET", "bank-match-button", "bank-done-matched");
  await match(rosa, "CHEQUE 101", "bank-match-button", "bank-done-matched");
  await rosa.open("/treasury/bank");
  for (const [what, amount] of [["bank", "$469.00"], ["expected", "$469.00"], ["ledger", "$469.00"], ["lines", "$0.00"], ["difference", "$0.00"]]) {
    assert.equal(await fact(rosa.page, rosa.say(`bank-fact-${what}`)).textContent(), amount, what);
  }
  await row(rosa.page, "main", rosa.say("bank-tie-holds")).waitFor();
  await rosa.open("/treasury/bakers/expenses?state=matched");
  assert.equal(await rosa.page.locator("tbody tr").count(), 2, "both were seen by the bank");
}

async function live(site, { rosa, keys, ben, captain }, languages) {
  await comeIn(rosa, site.link, { name: "Rosa", email: "rosa@example.org", password: PASSWORDS.Rosa }, "setup-next");
  const invitation = await setUp(rosa, languages.theirs);
  const key = await comeIn(ben, invitation, { name: "Ben", password: PASSWORDS.Ben }, "join-enter");
  await keys.page.context().addCookies(await rosa.page.context().cookies());
  await withDevice(keys);
  await addPasskey(keys);
  await takeGift(rosa);
  const link = await meetCaptain(rosa, ben, languages.theirs);

  await site.later(REST_HOURS);
  await rosa.page.goto("/treasury");
  await rosa.page.getByRole("heading", { name: rosa.say("sign-in-first-title") }).waitFor();
  await signInAgain({ rosa, keys, ben }, key);
  await claim(captain, link);
  await recordWater(rosa);
  await sendClaim(rosa);
  await agree(ben, "$18.60");
  await agree(ben, "$12.40");
  const day = await pay(rosa);
  await captain.open(link);
  const paid = captain.say("claim-paid-on").split("{")[0];
  assert.match(await row(captain.page, "$12.40").textContent(), new RegExp(paid));
  await tie(rosa, day);
}

for (const [mine, theirs] of [["en", "es"], ["es", "en"]]) {
  test(`two people set up a fund, and what they take in and pay ties to the bank: one reads ${mine}, the other ${theirs}`, async () => {
    const site = await unattended();
    const at = (locale, options) => ({ baseURL: site.url, locale, viewport: DESK, ...options });
    try {
      await visit(at(mine, { javaScriptEnabled: false }), (rosa) =>
        visit(at(mine), (keys) =>
          visit(at(theirs, { viewport: PHONE, javaScriptEnabled: false }), (ben) =>
            visit(at(theirs, POCKET), (captain) => {
              const people = { rosa: reader(rosa, mine), keys: reader(keys, mine), ben: reader(ben, theirs), captain: reader(captain, theirs) };
              return live(site, people, { mine, theirs });
            }),
          ),
        ),
      );
    } finally {
      await site.stop();
    }
  });
}
