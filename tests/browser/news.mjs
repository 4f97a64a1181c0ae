// News by mail, on a telephone, once in each language: asked for, said yes to from the mailbox, stopped. Part of `run.mjs`; the mailbox is our own.

import assert from "node:assert/strict";
import { test } from "node:test";

import { mailbox } from "./mailbox.mjs";
import { reader } from "./reader.mjs";
import { unattended } from "./site.mjs";
import { PHONE, visit } from "./stage.mjs";

/** The way that a mail to somebody leads to. */
const wayOf = async (mails, address, way) => (await mails.find(address, way)).match(way)[0];

async function hear(baseURL, mails, language) {
  const email = `member.${language}@example.org`;
  await visit({ baseURL, locale: language, viewport: PHONE, colorScheme: "dark", javaScriptEnabled: false }, async (page) => {
    const member = reader(page, language);
    await member.open("/f/bakers/news");
    await member.fill({ email, language });
    await member.press("news-send");
    const confirm = await wayOf(mails, email, /\/news\/confirm\/[\w-]+/);
    await member.open(confirm);
    await member.press("news-confirm");
    await member.isTold("news-own-done");
    const own = new URL(page.url()).pathname;
    await member.open(confirm);
    await member.press("news-confirm");
    assert.equal(new URL(page.url()).pathname, own, "twice is once");
    await member.press("news-stop");
    await page.getByRole("heading", { name: member.say("news-stopped-title") }).waitFor();
  });
}

test("news is asked for by mail, said yes to from the mailbox, and stopped by one press", async () => {
  const mails = await mailbox();
  const site = await unattended({ smtp: mails.url, fund: "Bakers" });
  try {
    for (const language of ["en", "es"]) await hear(site.url, mails, language);
  } finally {
    await site.stop();
    mails.stop();
  }
});
