// What means no good, typed into every field of the treasury's forms (safety test J1). The pages that show it are looked at by `treasury.mjs`.

import assert from "node:assert/strict";

/** Closes what it may stand in, and then says aloud that it ran. */
export const POLYGLOT = `"'><svg onload="globalThis.xss=1"><img src=x onerror="globalThis.xss=2"></textarea><script>globalThis.xss=3</script>{{7*7}}`;

/** What a form refuses to take in any other shape. */
const PLAIN = { amount: "7.00", value: "7.00", total: "50.00", each: "5.00", fee: "0.10", net: "6.90", quantity: "4", gifts: "3", operation: null };

/** Fills in each field that takes a text, chooses the first of each choice, and sends the form by `button`, or by its first one. */
async function plant(page, address, button) {
  await page.goto(address);
  const form = page.locator("main form").filter({ has: page.locator("input[type=text], textarea") }).last();
  for (const field of await form.locator("input[type=text], textarea").all()) {
    const name = await field.getAttribute("name");
    await field.fill(PLAIN[name] ?? POLYGLOT);
  }
  for (const list of await form.locator("select").all()) {
    const values = await list.locator("option").evaluateAll((options) => options.map((option) => option.value).filter(Boolean));
    if (values.length) await list.selectOption(values[0]);
  }
  const groups = await form.locator("input[type=radio]").evaluateAll((radios) => [...new Set(radios.map((radio) => radio.name))]);
  for (const group of groups) await form.locator(`input[type=radio][name="${group}"]`).first().check({ force: true });
  for (const box of await form.locator("input[type=checkbox]").all()) await box.check({ force: true });
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await form.locator(button ? `button[name="${button}"]` : "button").first().click();
  const status = (await answered).status();
  assert.ok([200, 303, 422].includes(status), `${status} at ${address}`);
  await page.waitForLoadState();
  await ranNothing(page);
}

/** No script of a stranger's has run on this page. */
export async function ranNothing(page) {
  assert.equal(await page.evaluate(() => globalThis.xss), undefined, `a stranger's script ran on ${page.url()}`);
}

/** Types it into every form that a treasurer has. */
export async function plantEverywhere(page, treasury) {
  await plant(page, treasury("/expenses/new"), "draft");
  for (const address of ["/treasury/payees", "/treasury/claims", "/treasury/advances", "/treasury/journal/new"]) await plant(page, address);
  for (const address of ["/in-kind", "/budget", "/gifts/offline/new/cheque", "/gifts/offline/new/batch", "/gifts/cash"]) await plant(page, treasury(address));
  await page.goto(`/treasury/search?q=${encodeURIComponent(POLYGLOT)}`);
  await ranNothing(page);
}
