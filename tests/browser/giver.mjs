// What a donor may do, on the smallest phone, at 200 % zoom, in the dark, with the keyboard alone and without scripts, once in each language: give
// every month, read the gift's own page, change the name, print, ask for the money back, stop, be forgotten. Every page met must hold what every
// page must, and weigh little.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import * as checks from "./checks.mjs";
import { reader } from "./reader.mjs";
import { PHONE, fund, picture, stage, visit } from "./stage.mjs";

/** A form that comes back sooner is asked for once more: people take longer, and so does a walk. */
const READING_MS = 3_000;
/** More stops than any page has. */
const MOST_STOPS = 120;
/** What a page may weigh with all that it loads; screens 0.3. */
const MOST_BYTES = 50_000;

/** 640 pixels at 200 %: 320 of them fit. */
const LOOK = { viewport: { width: 320, height: 512 }, deviceScaleFactor: 2, colorScheme: "dark", javaScriptEnabled: false };

/** Goes from stop to stop until it is reached, as somebody without a mouse does. */
async function reach(page, target) {
  const wanted = await target.first().elementHandle();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${target} is reached by no key on ${page.url()}`);
}

/** Somebody before a page who has a keyboard and nothing else. */
function typist(page, language) {
  const { say } = reader(page, language);
  const arrive = async (act) => {
    const response = await checks.arrive(page, act);
    assert.equal(await page.locator("html").getAttribute("lang"), language, response.url());
    await picture(page, `giver ${language} ${page.url().replace(/[^a-z]+/g, " ").slice(-40)} ${Date.now()}`);
    return response;
  };
  const enter = async (target) => {
    await reach(page, target);
    return arrive(() => page.keyboard.press("Enter"));
  };
  const field = (name) => page.locator(`main [name="${name}"]`);
  return {
    page,
    say,
    arrive,
    press: (name) => enter(page.getByRole("button", { name, exact: true })),
    follow: (name) => enter(page.getByRole("link", { name, exact: true })),
    write: async (name, text) => {
      await reach(page, field(name));
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(text);
    },
    /** Radios are one stop: the arrows go from one to the next. */
    choose: async (name, value) => {
      const all = field(name);
      const wanted = all.and(page.locator(`[value="${value}"]`));
      const stop = (await all.and(page.locator(":checked")).count()) > 0 ? all.and(page.locator(":checked")) : all;
      await reach(page, stop);
      if ((await all.first().getAttribute("type")) === "checkbox" || !(await all.and(page.locator(":checked")).count())) await page.keyboard.press("Space");
      for (let steps = await all.count(); steps > 0 && !(await wanted.isChecked()); steps -= 1) await page.keyboard.press("ArrowDown");
      assert.ok(await wanted.isChecked(), `${name} ${value}`);
    },
    isTold: (key) => page.getByText(say(key), { exact: true }).first().waitFor(),
  };
}

/** Waits, as a donor would, until the page says it. */
async function untilTold(ana, text, path) {
  for (let tries = 0; tries < 60; tries += 1) {
    await ana.page.goto(path);
    if (await ana.page.getByText(text).first().isVisible()) return ana.arrive(() => ana.page.reload());
    await pause(500);
  }
  assert.fail(`${path} never said “${text}”`);
}

/** From the link on a sign to the page of practice that stands in for Stripe's, by way of a mistake; every answer is kept. */
async function asks(ana, email) {
  await ana.arrive(() => ana.page.goto(`${fund}/give`));
  await ana.choose("interval", "month");
  await ana.write("amount_other", ana.language === "es" ? "1.234,505" : "1,234.505");
  await ana.choose("cover_fee", "yes");
  await ana.write("email", email);
  await ana.write("name", "Ana Muñoz");
  await ana.choose("listing", "show");
  await ana.write("public_name", "Ana M.");
  await ana.write("note", "Café ☕");
  await pause(READING_MS);
  await ana.press(ana.say("give-button"));
  assert.equal(await ana.page.locator('[name="email"]').inputValue(), email);
  assert.ok(await ana.page.getByRole("alert").isVisible(), "the mistake is told");
  await ana.write("amount_other", ana.language === "es" ? "12,50" : "12.50");
  await ana.press(ana.say("give-button"));
  await ana.page.getByRole("heading", { name: ana.say("practice-title") }).waitFor();
}

async function gives(language, locale) {
  await visit({ ...LOOK, locale }, async (page) => {
    const ana = { ...typist(page, language), language };
    const email = `ana.${language}@example.org`;
    await asks(ana, email);
    await ana.press(ana.say("practice-button"));
    await untilTold(ana, ana.say("thanks-confirmed"), page.url());

    await ana.follow(ana.say("thanks-gift-page"));
    const mine = page.url();
    await untilTold(ana, ana.say("repeat-stop"), mine);
    assert.match(await page.locator("main").textContent(), language === "es" ? /12,50|12\.50/ : /12\.50/);
    await ana.follow(ana.say("gift-print"));
    await ana.follow(ana.say("gift-back"));

    await ana.follow(ana.say("gift-name-change"));
    await ana.choose("listing", "no");
    await ana.press(ana.say("gift-name-change"));
    await ana.isTold("gift-done-name");

    await ana.follow(ana.say("gift-ask"));
    await ana.press(ana.say("gift-ask"));
    await ana.isTold("gift-no-reason");
    await ana.choose("reason", "mind");
    await ana.press(ana.say("gift-ask"));
    await ana.isTold("gift-done-asked");

    await ana.follow(ana.say("repeat-stop"));
    await ana.press(ana.say("repeat-stop"));
    await untilTold(ana, ana.say("repeat-mine-by-donor"), mine);

    await ana.follow(ana.say("gift-delete"));
    await ana.press(ana.say("gift-delete"));
    await ana.isTold("gift-done-deleted");
    await ana.isTold("gift-proof-gone");

    await ana.arrive(() => page.goto("/gift"));
    await ana.write("email", email);
    await ana.press(ana.say("lost-send"));
    await ana.isTold("lost-sent");
  });
}

for (const [language, locale] of [
  ["en", "en-US"],
  ["es", "es-MX"],
]) {
  test(`a donor gives, reads, changes, asks back, stops and is forgotten by keys alone, at 320 px, in the dark, without scripts: ${language}`, () =>
    gives(language, locale));
}

test("no page that a donor meets weighs more than 50 KB with all that it loads, sets a cookie, or asks another host", async () => {
  await visit({ locale: "es-MX" }, async (page) => {
    const ana = { ...typist(page, "es"), language: "es" };
    let bytes = 0;
    page.on("response", async (response) => {
      if (response.status() < 300) bytes += (await response.body()).length;
    });
    const weighs = async (act) => {
      bytes = 0;
      await act();
      await page.waitForLoadState("networkidle");
      assert.ok(bytes > 0 && bytes <= MOST_BYTES, `${page.url()} weighs ${bytes} bytes`);
    };
    await weighs(() => page.goto(fund));
    await asks(ana, "peso@example.org");
    await weighs(() => page.reload());
    await ana.press(ana.say("practice-button"));
    await untilTold(ana, ana.say("thanks-confirmed"), page.url());
    await weighs(() => page.reload());
    await ana.follow(ana.say("thanks-gift-page"));
    const mine = page.url();
    for (const path of [mine, `${mine}/receipt`, `${mine}/name`, `${mine}/refund`, `${mine}/delete`, "/gift", `${fund}/give`]) await weighs(() => page.goto(path));
    assert.deepEqual(await page.context().cookies(), []);
  });
});

test("the form leads to Stripe's own page, and to no other", async () => {
  // A context of its own: this one asks other hosts on purpose.
  const context = await stage.browser.newContext({ viewport: PHONE, baseURL: stage.url });
  try {
    for (const [address, isFollowed] of [["https://checkout.stripe.com/c/pay/cs_live_a1", true], ["https://checkout.example/c/pay/cs_live_a1", false]]) {
      const page = await context.newPage();
      const [asked, refused] = [[], []];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => refused.push(message.text()));
      await page.goto(`${fund}/give`);
      // The page and its policy are ours; what Stripe would answer to the sent form leads to `address`.
      await page.route(`**${fund}/give`, (route) => route.fulfill({ status: 303, headers: { location: address } }));
      await page.getByRole("button", { name: "Continue to payment" }).click();
      for (let tries = 0; !asked.includes(address) && !refused.some((said) => said.includes("form-action")) && tries < 100; tries += 1) await pause(100);
      assert.equal(asked.includes(address), isFollowed, `${address}: ${refused}`);
      assert.equal(refused.some((said) => said.includes("form-action")), !isFollowed, refused.join());
      await page.close();
    }
  } finally {
    await context.close();
  }
});
