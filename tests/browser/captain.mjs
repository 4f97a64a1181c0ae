// A picket captain with nothing but a link and a phone whose connection breaks, and what the demo leaves to be paid. Not here: a claim without
// scripts (`day.mjs`).
// Part of `run.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as checks from "./checks.mjs";
import { fact, photo, row } from "./reader.mjs";
import { picture, visit } from "./stage.mjs";
import { as, lookAt, looksWell, skip, treasury } from "./treasury.mjs";

/** The path of a link that the treasurer made. */
function newLink(label, language = "English") {
  return as("Rosa", { javaScriptEnabled: false }, async (page) => {
    await page.goto("/treasury/claims");
    await page.getByLabel("Name of the link").fill(label);
    await page.getByRole("group", { name: "Uses" }).getByLabel("Water").check();
    await page.getByRole("group", { name: "Language" }).getByLabel(language).check();
    await page.getByRole("button", { name: "Make link" }).click();
    await page.getByRole("heading", { name: "The link is ready" }).waitFor();
    await page.getByRole("img", { name: "The link as a square of dots" }).waitFor();
    await picture(page, "link made");
    return new URL(await fact(page, "Link").textContent()).pathname;
  });
}

async function fillClaim(page) {
  await page.getByLabel("Amount", { exact: true }).fill("12.40");
  await page.getByRole("group", { name: "Use" }).getByLabel("Water").check();
  await page.getByLabel("What you bought, and where").fill("Two cases of water, corner shop");
  await page.getByRole("group", { name: "Pay me by" }).getByLabel("Cash").check();
  await page.getByLabel("How exactly").fill("Under the red tent");
}

const choosePhoto = async (page) => page.getByLabel("Photo of the receipt").setInputFiles(await photo(page, "IMG_0001.jpg"));
const send = (page) => page.getByRole("button", { name: "Send claim" }).click();
const isKept = (page) => page.getByRole("status").getByText("Kept on this phone. Not sent yet.").waitFor();
const isSent = (page) => page.getByRole("status").getByText(/^Sent\. Claim /).waitFor();

test("a claim that finds no connection stays on the phone with its photo, and is sent once though its answer was lost", { skip }, async () => {
  const link = await newLink("South gate");
  const walk = async (page) => {
    await page.goto(link);
    await fillClaim(page);
    await choosePhoto(page);
    await page.context().setOffline(true);
    await send(page);
    await isKept(page);
    await picture(page, "claim kept");
    await page.reload().catch(() => {});
    await page.context().setOffline(false);
    await page.goto(link);
    await isKept(page);
    assert.equal(await page.getByLabel("Amount", { exact: true }).inputValue(), "12.40");
    assert.ok(await page.getByRole("group", { name: "Pay me by" }).getByLabel("Cash").isChecked());
    assert.equal(await page.getByLabel("Photo of the receipt").evaluate((box) => box.files[0]?.name), "IMG_0001.jpg");
    // The server has it, and the phone never hears so.
    await page.evaluate(() => {
      const { fetch } = window;
      window.fetch = async (...asked) => {
        await fetch(...asked);
        throw new TypeError("the answer was lost");
      };
    });
    await Promise.all([page.waitForResponse((response) => response.url().includes("sent=")), send(page)]);
    await isKept(page);
    await page.goto(link);
    assert.equal(await row(page, "$12.40").count(), 1, "it had come through");
    await isKept(page);
    await send(page);
    await isSent(page);
    assert.equal(await row(page, "$12.40").count(), 1, "done once");
    await page.goto(link);
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await page.getByText("Kept on this phone").count(), 0, "nothing is kept of what was sent");
    assert.equal(await page.getByLabel("Amount", { exact: true }).inputValue(), "");
  };
  await visit({}, walk, true);
});

test("a claim with mistakes comes back in place, keeps its photo at the server, and can be begun anew", { skip }, async () => {
  const link = await newLink("East gate");
  await visit({}, async (page) => {
    await page.goto(link);
    await page.getByLabel("What you bought, and where").fill("Water");
    await choosePhoto(page);
    await send(page);
    await page.getByRole("alert").getByText("Enter the amount, like 18.99.").waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.ok(await page.getByRole("alert").evaluate((box) => box === document.activeElement), "focus is on what is wrong");
    await looksWell(page, "claim with mistakes, by script");
    await fillClaim(page);
    await page.goto(link);
    await isKept(page);
    assert.equal(await page.getByLabel("Amount", { exact: true }).inputValue(), "12.40", "what was typed since is kept, too");
    await page.getByRole("button", { name: "Start over" }).click();
    await page.getByText("Kept on this phone").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Start over" }).waitFor({ state: "hidden" });
    assert.equal(await page.getByLabel("Amount", { exact: true }).inputValue(), "");
    for (const language of ["en", "es"]) await lookAt(page, link, language);
  });
});

test("what the demo leaves is agreed to by its last signature, and a bill is paid", { skip }, async () => {
  await as("Ben", { javaScriptEnabled: false }, async (page) => {
    await page.goto("/treasury/approvals");
    await row(page, "$42.00", "1 of 2", "You may approve").getByRole("link").click();
    await page.getByLabel("Question", { exact: true }).fill("Was it for the north gate?");
    await page.getByRole("button", { name: "Send question" }).click();
    await page.getByRole("status").getByText("Asked.").waitFor();
    await picture(page, "question asked");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.getByRole("status").getByText("Approved.").waitFor();
  });
  await as("Rosa", { javaScriptEnabled: false }, async (page) => {
    await page.goto(treasury("/expenses?state=approved"));
    await row(page, "Harbor Print Shop", "$84.50").getByRole("link").click();
    await page.getByRole("link", { name: "Mark as paid" }).click();
    await page.getByLabel("Paid from").selectOption({ label: "Bank main" });
    await page.getByRole("button", { name: "Look at everything once more" }).click();
    assert.equal(await fact(page, "Account details").textContent(), "to Robin Sample");
    await page.getByRole("button", { name: "Mark as paid" }).click();
    await page.getByRole("status").getByText("Noted as paid.").waitFor();
    await page.goto(treasury("/expenses?state=approved"));
    await row(page, "Corner Bakery", "$42.00").getByRole("link").click();
    await page.getByText("Was it for the north gate?").waitFor();
  });
});

test("the page of a captain reads well in Spanish, in the dark, on the smallest phone", { skip }, async () => {
  const link = await newLink("Puerta oeste", "Español");
  await visit({ colorScheme: "dark" }, async (page) => {
    const response = await page.goto(link);
    assert.equal(await page.locator("html").getAttribute("lang"), "es");
    await checks.isValid(await response.text(), response.url());
    await picture(page, "claim in Spanish, dark");
    await looksWell(page, "claim in Spanish");
  });
});
