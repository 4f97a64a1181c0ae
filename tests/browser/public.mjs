// People who read what was published: a member on a phone, a journalist who prints, an auditor who takes the folder home. Not here: pages as such.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import * as checks from "./checks.mjs";
import { PHONE, fund, picture, stage, visit } from "./stage.mjs";

/** How many pages a PDF has. */
const pages = (pdf) => [...pdf.toString("latin1").matchAll(/\/Type\s*\/Page[^s]/g)].length;

/** What every published page must hold. */
async function holds(page, name) {
  await checks.isAccessible(page);
  await checks.doesNotScrollSideways(page);
  await checks.hasTargetsForFingers(page);
  await picture(page, name);
}

test("a member finds on a phone what was spent on water, in less than three clicks", async () => {
  await visit({ viewport: PHONE, javaScriptEnabled: false }, async (page) => {
    await page.goto(fund);
    const row = page.locator("section", { hasText: "Where it went" }).locator("tbody tr").filter({ hasText: "Water" });
    assert.match(await row.textContent(), /\$[\d,]+\.\d\d/, "on the page itself, with no click at all");
    await page.getByRole("link", { name: "All spending" }).first().click();
    await page.locator("tbody tr").filter({ hasText: "Water" }).first().getByRole("link").click();
    await page.locator("dl.facts").getByText("Water", { exact: true }).waitFor();
  });
});

test("the chart and the table under it say the same", async () => {
  await visit({}, async (page) => {
    await page.goto(fund);
    for (const section of await page.locator("main section").filter({ has: page.locator("svg.chart") }).all()) {
      const figures = await section.locator("svg.chart .share").allTextContents();
      const cells = await section.locator("td").allTextContents();
      for (const figure of figures) assert.ok(cells.some((cell) => cell.trim() === figure.trim()), `${figure} stands in no table`);
    }
  });
});

test("another site frames the figures whole, and its badge keeps its words inside", async () => {
  // Not a visit: it begins at another site.
  const context = await stage.browser.newContext({ viewport: PHONE });
  try {
    const page = await context.newPage();
    const { origin } = new URL(stage.url);
    const widget = `/embed/${fund.split("/").pop()}`;
    const other = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(
      `<!doctype html><title>Another site</title><iframe src="${origin}${widget}" title="Figures" width="320" height="240"></iframe>`,
    )).listen(0, "127.0.0.1");
    await once(other, "listening");
    try {
      await page.goto(`http://127.0.0.1:${other.address().port}/`);
      const frame = page.frameLocator("iframe");
      await frame.getByRole("link", { name: "See every dollar" }).waitFor();
      const { whole, seen } = await frame.locator("html").evaluate((html) => ({ whole: html.scrollHeight, seen: html.clientHeight }));
      assert.ok(whole <= seen, `${whole} of ${seen} pixels`);
      await picture(page, "widget");
    } finally {
      other.close();
    }
    for (const language of ["en", "es"]) {
      await page.goto(`${origin}${widget}/badge.svg?lang=${language}`);
      const ends = await page.evaluate(() => [...document.querySelectorAll("text")].map((text) => text.getBBox().x + text.getBBox().width));
      assert.ok(ends.every((end) => end <= 350), `${language}: ${ends}`);
    }
  } finally {
    await context.close();
  }
});

for (const format of ["A4", "Letter"]) {
  for (const language of ["", ".es"]) {
    test(`a journalist prints one page, ${format}${language}`, async () => {
      await visit({}, async (page) => {
        await page.goto(`${fund}/reports/summary${language}.html`);
        const pdf = await page.pdf({ format, margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
        assert.equal(pages(pdf), 1);
        if (process.env.SHOTS) writeFileSync(`${process.env.SHOTS}/summary-${format}${language}.pdf`, pdf);
      });
    });
  }
}

test("the sheet for the picket line prints its square and nothing to copy, and leads to the square alone", async () => {
  await visit({}, async (page) => {
    for (const language of ["", ".es"]) {
      await page.emulateMedia({ media: "screen" });
      await page.goto(`${fund}/poster${language}.html`);
      const alone = await page.locator(`main a[href$="give-square${language}.svg"]`).evaluate((link) => link.href);
      await page.emulateMedia({ media: "print" });
      assert.ok(await page.locator(".poster svg.qr").isVisible());
      assert.equal(await page.locator("main pre").filter({ visible: true }).count(), 0);
      await picture(page, `print poster${language}`);
      const response = await page.request.get(alone);
      assert.deepEqual([response.status(), response.headers()["content-type"]], [200, "image/svg+xml"]);
      assert.match(await response.text(), /^<svg [\s\S]*<path /);
    }
  });
});

test("the archive opens from a folder with no server, charts and both languages, and no link of it is broken", async () => {
  const folder = mkdtempSync(join(tmpdir(), "strikefund-archive-"));
  try {
    const archive = Buffer.from(await (await fetch(`${stage.url}${fund}/archive.zip`)).arrayBuffer());
    writeFileSync(join(folder, "archive.zip"), archive);
    execFileSync("python3", ["-m", "zipfile", "-e", join(folder, "archive.zip"), folder]);
    const context = await stage.browser.newContext({ viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const seen = new Set();
    const open = async (address) => {
      seen.add(address.split("#")[0]);
      await page.goto(address);
    };
    const first = pathToFileURL(join(folder, fund.slice(1), "index.html")).href;
    await open(first);
    assert.ok((await page.evaluate(() => getComputedStyle(document.body).margin)) === "0px", "the style sheet is there");
    assert.ok((await page.locator("svg.chart").count()) > 0);
    await holds(page, "folder fund");
    await page.getByRole("link", { name: "Español" }).click();
    assert.equal(await page.locator("html").getAttribute("lang"), "es");
    const waiting = [first, page.url()];
    while (waiting.length > 0 && seen.size < 60) {
      const address = waiting.shift();
      await open(address);
      const links = await page.locator("a[href]").evaluateAll((all) => all.map((each) => each.href));
      for (const link of new Set(links.map((each) => each.split("#")[0]))) {
        if (!link.startsWith("file:") || seen.has(link) || waiting.includes(link)) continue;
        readFileSync(new URL(link));
        if (link.endsWith(".html")) waiting.push(link);
      }
    }
    assert.ok(seen.size > 30, `${seen.size} pages`);
    await context.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what was published prints without losing rows", async () => {
  await visit({}, async (page) => {
    await page.emulateMedia({ media: "print" });
    for (const path of ["", "spending/", "gifts/", "period/month.html", "reports/activities.html", "reports/spending.html"]) {
      await page.goto(`${fund}/${path}`);
      for (const table of await page.locator("main table").all()) assert.ok(await table.isVisible(), `a table of ${path} is lost in print`);
      await picture(page, `print ${path}`);
    }
  });
});
