// Those who run a fund, before their pages: how they come in, set it up, agree and match. Not here: what a story makes of it.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

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
export async function comeIn(who, link, fields, button) {
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
export async function setUp(rosa, theirs) {
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

/** Comes back by password and code, so many hours from now. These pages are looked at elsewhere: a long walk comes back often. */
export async function signIn({ page, say }, { email, password, key }, hours) {
  const send = () => page.getByRole("button", { name: say("sign-in"), exact: true }).first().click();
  await page.goto("/sign-in");
  await page.locator("main [name=email]").fill(email);
  await page.locator("main [name=password]").fill(password);
  await send();
  await page.locator("main [name=code]").fill(code(key, hours));
  await send();
  await page.getByRole("heading", { name: say("home-title") }).waitFor();
}

/** Agrees to what waits under these words, and is told so, or that more must agree. */
export async function agree(ben, ...texts) {
  await ben.open("/treasury/approvals");
  await ben.choose(...texts);
  await ben.press("approval-approve");
  await ben.isTold("expense-done-approved", "expense-done-waiting");
}

/** Ties the line of that text to what is proposed for it. */
export async function match(rosa, text, button, told) {
  await rosa.open("/treasury/bank");
  await rosa.choose(text);
  await rosa.press(button);
  await rosa.isTold(told);
}
