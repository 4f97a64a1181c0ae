// Walks the pages in a real browser: `node tests/browser/run.mjs [URL]`. Without an address it starts a demo of its own.
// `CHROMIUM=/path` names another browser than Debian's; `SHOTS=dir` keeps a picture of every page looked at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import * as checks from "./checks.mjs";
import { PHONE, fund, picture, stage, visit } from "./stage.mjs";
import "./day.mjs";
import "./ending.mjs";
import "./news.mjs";
import "./public.mjs";
import "./treasury.mjs";
import "./captain.mjs";
import "./giver.mjs";

const LOOKS = [
  { name: "small phone", viewport: { width: 320, height: 640 }, colorScheme: "light" },
  { name: "small phone, dark", viewport: { width: 320, height: 640 }, colorScheme: "dark" },
  { name: "desk", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "desk, forced colours", viewport: { width: 1280, height: 800 }, forcedColors: "active" },
];

const cents = (text) => Number(text.replace(/[$,.]/g, ""));

async function figures(page) {
  const response = await page.request.get(`${fund}/figures.json`);
  const { gifts, figures: all } = await response.json();
  return { gifts, received: all.received_minor };
}

/** A form that comes back sooner is asked for once more: people take longer, and so does a walk. */
const READING_MS = 3_000;

/** From the give form to the checkout page that stands in for Stripe's. */
async function toCheckout(page, { amount = "$25", email = "giver@example.org", name = "" } = {}) {
  await page.goto(`${fund}/give`);
  const opened = Date.now();
  await page.getByLabel(amount, { exact: true }).check();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Your name").fill(name);
  await pause(opened + READING_MS - Date.now());
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
}

async function choose(page, outcome) {
  await page.getByLabel(outcome, { exact: true }).check();
  await page.getByRole("button", { name: "Pay (practice)" }).click();
}

test("a gift of $25, given without scripts, stands on the public page after the next publication", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    const earlier = await figures(page);
    await page.goto(fund);
    assert.equal(Number(await page.locator("#gifts").textContent()), earlier.gifts);
    await page.getByRole("link", { name: "Give" }).first().click();
    await toCheckout(page);
    await choose(page, "Pay");
    await page.getByRole("heading", { name: "Thank you. Your gift arrived." }).waitFor();
    assert.match(await page.locator(".facts").first().textContent(), /\$25\.00/);
    for (let tries = 0; (await figures(page)).gifts === earlier.gifts && tries < 60; tries += 1) await pause(500);
    await page.goto(fund);
    const shown = await page.locator("dl", { hasText: "Received" }).locator("div", { hasText: "Received" }).locator("dd").textContent();
    assert.equal(cents(shown), earlier.received + 2500);
    assert.equal(Number(await page.locator("#gifts").textContent()), earlier.gifts + 1);
  });
});

test("every page, in every look, is accessible, valid, narrow enough and silent", { concurrency: 2 }, async (t) => {
  const all = LOOKS.map(({ name, ...look }) =>
    t.test(name, async () => {
      await visit(look, async (page) => {
        for (const [place, walk] of Object.entries(PLACES)) {
          const response = await walk(page);
          await checks.isAccessible(page);
          await checks.doesNotScrollSideways(page);
          await checks.hasTargetsForFingers(page);
          await picture(page, `${name}-${place}`);
          if (response) await checks.isValid(await response.text(), response.url());
        }
      });
    }),
  );
  await Promise.all(all);
});

/** The address of each walk's own checkout page. */
const checkouts = new WeakMap();
const gifts = new WeakMap();

/** How to come to every page in every state, one after the other; each gives the response that made it, where one load did. */
const PLACES = {
  "list of funds": (page) => page.goto("/"),
  ...Object.fromEntries(
    ["", ".es"].flatMap((language) =>
      [
        "index",
        "gifts/index",
        "charter/index",
        "leftovers/index",
        "verify",
        "poster",
        "spending/index",
        "spending/2",
        "period/month",
        "period/four-weeks",
        "period/week",
        "reports/index",
        "reports/summary",
        "reports/activities",
        "reports/spending",
        "reports/position",
        "reports/cash",
        "reports/promise",
        "reports/gifts",
        "reports/fees",
        "reports/bank-match",
        "reports/budget",
        "reports/in-kind",
        "reports/corrections",
        "reports/leftovers",
        "reports/trial-balance",
        "reports/ledger",
      ].map((name) => [`${name}${language}`, (page) => page.goto(`${fund}/${name}${language}.html`)]),
    ),
  ),
  "named donors": (page) => page.goto(`${fund}/gifts/names.html`),
  "named donors in Spanish": (page) => page.goto(`${fund}/gifts/names.es.html`),
  widget: (page) => page.goto(`/embed${fund.slice(2)}`),
  "widget in Spanish": (page) => page.goto(`/embed${fund.slice(2)}?lang=es`),
  "one spending, everything open": async (page) => {
    await page.goto(`${fund}/spending/1.html`);
    for (const more of await page.locator("summary").all()) await more.click();
  },
  "sheet for the picket line, everything open": async (page) => {
    await page.goto(`${fund}/poster.html`);
    for (const more of await page.locator("summary").all()) await more.click();
  },
  "report, everything open": async (page) => {
    await page.goto(`${fund}/reports/spending.html`);
    for (const more of await page.locator("summary").all()) await more.click();
  },
  "older reports": (page) => page.goto(`${fund}/p/1/reports/`),
  "older fund": (page) => page.goto(`${fund}/p/1/`),
  give: (page) => page.goto(`${fund}/give`),
  "give, too soon": async (page) => {
    await page.goto(`${fund}/give`);
    await page.getByLabel("E-mail").fill("quick@example.org");
    return submit(page, "Continue to payment");
  },
  "give, with mistakes": async (page) => {
    await page.goto(`${fund}/give`);
    await page.getByLabel("Other amount").fill("1,50");
    await page.getByLabel("E-mail").fill("nobody");
    return submit(page, "Continue to payment");
  },
  checkout: async (page) => {
    await toCheckout(page);
    return page.reload();
  },
  "checkout, everything open": async (page) => {
    for (const more of await page.locator("summary").all()) await more.click();
  },
  "checkout, declined": async (page) => {
    await page.getByLabel("Card declined").check();
    return submit(page, "Pay (practice)");
  },
  "give, back from checkout": async (page) => {
    checkouts.set(page, page.url());
    await page.getByRole("link", { name: "Go back without paying" }).click();
    await page.getByRole("status").waitFor();
    return page.reload();
  },
  "checkout, the bank asks": async (page) => {
    await page.goto(checkouts.get(page));
    await choose(page, "The bank asks for a confirmation first");
    await page.getByRole("heading", { name: "Your bank asks" }).waitFor();
    return page.reload();
  },
  thanks: async (page) => {
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("heading", { name: /^Thank you/ }).waitFor();
    return page.reload();
  },
  gift: async (page) => {
    await page.getByRole("link", { name: "Your gift page: receipt, stop, proof" }).click();
    await page.getByRole("heading", { name: /^Your gift / }).waitFor();
    gifts.set(page, page.url());
    return page.reload();
  },
  "gift in Spanish": (page) => page.goto(`${gifts.get(page)}?lang=es`),
  "gift, receipt to print": (page) => page.goto(`${gifts.get(page)}/receipt?lang=en`),
  "gift, public name": (page) => page.goto(`${gifts.get(page)}/name`),
  "gift, money back with mistakes": async (page) => {
    await page.goto(`${gifts.get(page)}/refund`);
    return submit(page, "Ask for the money back");
  },
  "gift, details to delete": (page) => page.goto(`${gifts.get(page)}/delete`),
  news: (page) => page.goto(`${fund}/news`),
  "news in Spanish": (page) => page.goto(`${fund}/news?lang=es`),
  "news, with mistakes": async (page) => {
    await page.goto(`${fund}/news?lang=en`);
    await page.getByLabel("Your e-mail").fill("nobody");
    return submit(page, "Send me a mail to confirm");
  },
  "lost link": (page) => page.goto("/gift"),
  "lost link, sent": async (page) => {
    await page.getByLabel("E-mail").fill("giver@example.org");
    return submit(page, "Send the links");
  },
  "checkout, finished": (page) => page.goto(checkouts.get(page)),
  "thanks, not confirmed yet": async (page) => {
    await toCheckout(page);
    await choose(page, "Pay, bank answers after 20 seconds");
    await page.getByRole("heading", { name: "Your bank is confirming" }).waitFor();
  },
  "no such page": (page) => page.goto("/f/nobody"),
};

async function submit(page, name) {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name }).click();
  const response = await answered;
  await page.waitForLoadState();
  return { text: () => page.request.fetch(response.request()).then((again) => again.text()), url: () => response.url() };
}

test("mistakes are told on top and beside the field, and what was typed is kept", async () => {
  await visit({}, async (page) => {
    await PLACES["give, with mistakes"](page);
    assert.match(await page.title(), /^Error: /);
    const summary = page.getByRole("alert");
    assert.equal(await summary.evaluate((box) => box === document.activeElement), true, "focus is on the summary");
    await summary.getByRole("link", { name: /looks unfinished/ }).click();
    assert.equal(await page.getByLabel("E-mail").evaluate((box) => box === document.activeElement), true, "the link leads to the field");
    assert.equal(await page.getByLabel("E-mail").inputValue(), "nobody");
    assert.equal(await page.getByLabel("Other amount").inputValue(), "1,50");
    assert.equal(await page.getByLabel("E-mail").getAttribute("aria-invalid"), "true");
  });
});

test("the same form sent twice, even at once, leads to the same checkout", async () => {
  await visit({}, async (page) => {
    await page.goto(`${fund}/give`);
    const [attempt, issued] = await Promise.all(["attempt", "issued"].map((name) => page.locator(`[name=${name}]`).inputValue()));
    const form = { amount: "25", email: "giver@example.org", attempt, issued };
    await pause(READING_MS);
    const send = async () => (await page.request.post(`${fund}/give`, { form, maxRedirects: 0 })).headers().location;
    const [one, other] = await Promise.all([send(), send()]);
    assert.match(one, /\/practice\/checkout\//);
    assert.equal(other, one);
    assert.equal(await send(), one);
  });
});

test("a declined card charges nothing, and another try may pay", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await toCheckout(page);
    await choose(page, "Card declined");
    await page.getByRole("alert").getByText("Nothing was charged.").waitFor();
    await choose(page, "Pay");
    await page.getByRole("heading", { name: "Thank you. Your gift arrived." }).waitFor();
  });
});

test("who goes back without paying is told so, finds every answer, and the same page behind the same gift", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await toCheckout(page, { amount: "$100", email: "returns@example.org", name: "Ana Return" });
    const first = page.url();
    await page.getByRole("link", { name: "Go back without paying" }).click();
    await page.getByRole("status").getByText("Your answers are kept for 60 minutes.").waitFor();
    assert.ok(!/returns|Ana|example/.test(page.url()), `the address names nobody: ${page.url()}`);
    assert.equal(await page.getByLabel("$100", { exact: true }).isChecked(), true);
    assert.equal(await page.getByLabel("E-mail").inputValue(), "returns@example.org");
    assert.equal(await page.getByLabel("Your name").inputValue(), "Ana Return");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
    assert.equal(page.url(), first);
  });
});

test("a form sent faster than anybody reads is asked for once more, with everything kept, and then goes on", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${fund}/give`);
    await page.getByLabel("E-mail").fill("quick@example.org");
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("alert").getByText("Please press the button again.").waitFor();
    assert.equal(await page.getByLabel("E-mail").inputValue(), "quick@example.org");
    await pause(READING_MS);
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
  });
});

test("a bank that asks first is answered, and a refund afterwards leaves the thanks as they were", async () => {
  await visit({ javaScriptEnabled: false }, async (page) => {
    await toCheckout(page);
    await page.getByText("Afterwards", { exact: true }).click();
    await page.getByLabel("Refund from Stripe’s side").check();
    await choose(page, "The bank asks for a confirmation first");
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.getByRole("alert").getByText("Nothing was charged.").waitFor();
    await choose(page, "The bank asks for a confirmation first");
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("heading", { name: "Thank you. Your gift arrived." }).waitFor();
  });
});

test("the form works from the keyboard alone, and focus is always seen", async () => {
  await visit({}, async (page) => {
    await page.goto(`${fund}/give`);
    const seen = [];
    for (let stops = 0; stops < 20 && seen.at(-1) !== "Continue to payment"; stops += 1) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const here = document.activeElement;
        const ring = [here, here.closest("label")].filter(Boolean).some((each) => getComputedStyle(each).outlineStyle === "solid");
        return { name: here.name || here.textContent.trim(), ring };
      });
      assert.ok(stop.ring, `focus on ${stop.name} is seen`);
      if (stop.name === "email") await page.keyboard.type("keys@example.org");
      if (stop.name === "name") await pause(READING_MS);
      seen.push(stop.name);
    }
    assert.ok(seen.indexOf("amount") < seen.indexOf("amount_other") && seen.indexOf("amount_other") < seen.indexOf("email"), seen.join(", "));
    assert.ok(!seen.includes("website"), "the trap is no stop");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
  });
});

test("chart and table hold the same numbers", async () => {
  await visit({}, async (page) => {
    await page.goto(fund);
    const went = page.locator("main section").filter({ has: page.locator("#went-heading") });
    const said = await went.locator("svg.chart desc").textContent();
    const rows = await went.locator("tbody tr").evaluateAll((all) =>
      all.map(({ cells: [use, , share] }) => {
        use.querySelector("small").remove();
        return [use.textContent.trim(), share.textContent.trim()];
      }),
    );
    assert.ok(rows.length > 3);
    assert.equal(said, `${rows.map(([use, share]) => `${use} ${share}`).join("; ")}.`);
    const labels = await went.locator("svg.chart text.label").allTextContents();
    assert.deepEqual(labels, rows.map(([use]) => use));
  });
});

test("a site on this machine works under its other name too", async () => {
  const other = stage.url.replace("127.0.0.1", "localhost");
  if (other === stage.url) return;
  const context = await stage.browser.newContext({ viewport: PHONE });
  try {
    const page = await context.newPage();
    await page.goto(`${other}${fund}/give`);
    await page.getByLabel("E-mail").fill("giver@example.org");
    await pause(READING_MS);
    await page.getByRole("button", { name: "Continue to payment" }).click();
    await page.getByRole("heading", { name: "Practice checkout" }).waitFor();
  } finally {
    await context.close();
  }
});

test("a first view is light: at most 4 requests and 50 KB", async () => {
  await visit({}, async (page) => {
    for (const path of [fund, `${fund}/give`]) {
      const responses = [];
      const keep = (response) => responses.push(response);
      page.on("response", keep);
      await page.goto(path, { waitUntil: "networkidle" });
      page.off("response", keep);
      const requests = responses.length;
      // A redirect carries no body that a browser would give away.
      const bodies = responses.filter((response) => response.status() < 300).map((response) => response.body());
      const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
      assert.ok(requests <= 4 && bytes < 50_000, `${path}: ${requests} requests, ${bytes} bytes`);
    }
  });
});
