// From nothing to a statement that ties, as people live it who never saw the program: one sets a fund up by its link and invites another, both sign
// in, a captain claims by phone, what was bought is agreed to and paid, and the bank's file agrees with the books. Part of `run.mjs`. Nobody has
// scripts but for the passkey, every page that is met is looked at, and each of the two reads another language.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agree, comeIn, match, setUp, signIn } from "./people.mjs";
import { fact, importStatement, photo, reader, row } from "./reader.mjs";
import { unattended } from "./site.mjs";
import { PHONE, visit } from "./stage.mjs";

const DESK = { width: 1280, height: 800 };
const POCKET = { viewport: PHONE, deviceScaleFactor: 3, isMobile: true, hasTouch: true, javaScriptEnabled: false };
/** A payee's details rest for two days after they were agreed to. */
const REST_HOURS = 49;
const PASSWORDS = { Rosa: "violet kettle marches north", Ben: "seven lanterns over the river" };

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
  await signIn(ben, { email: "ben@example.org", password: PASSWORDS.Ben, key }, REST_HOURS);
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
