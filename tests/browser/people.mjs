// The first person comes in by the setup link, adds a passkey, and signs in with it; on a site of its own, under a name, for browsers make
// no passkeys for addresses of digits.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import * as checks from "./checks.mjs";
import { program } from "./site.mjs";
import { PHONE, stage } from "./stage.mjs";

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** What an authenticator app shows for a key in base32 (RFC 6238). */
function code(key) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", seed).update(step).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A fund that nobody looks after yet: its address, the link by which the first person comes in, and what ends it. */
async function unattended() {
  const data = mkdtempSync(join(tmpdir(), "strikefund-people-"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = { PATH: process.env.PATH, STRIKEFUND_DATA: data, STRIKEFUND_LISTEN: `127.0.0.1:${port}`, STRIKEFUND_BASE_URL: url };
  const [command, ...before] = program();
  execFileSync(command, [...before, "setup", "--name", "Bakers", "--slug", "bakers", "--currency", "USD", "--time-zone", "America/Los_Angeles"], { env });
  const served = spawn(command, [...before, "serve", "--practice"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const stop = async () => {
    served.kill("SIGTERM");
    if (served.exitCode === null) await once(served, "exit");
    rmSync(data, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: served.stdout })) {
    const link = line.match(/https?:\S+\/link\/\S+/);
    if (!link) continue;
    served.stdout.resume();
    return { url, link: link[0], stop };
  }
  await stop();
  throw new Error("the site printed no link");
}

test("the first person sets up, adds a passkey, signs out, and signs in with it", async (t) => {
  const site = await unattended();
  const context = await stage.browser.newContext({ viewport: PHONE, baseURL: site.url });
  const watched = checks.watch(context, site.url);
  try {
    const page = await context.newPage();
    const devices = await context.newCDPSession(page);
    await devices.send("WebAuthn.enable");
    const device = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
    await devices.send("WebAuthn.addVirtualAuthenticator", { options: { ...device, automaticPresenceSimulation: true } });
    await page.goto(site.link);
    assert.ok(!page.url().includes("/link/"), "the link's secret has left the address");
    const key = (await page.locator("main").innerText()).match(/(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/)[0];
    await page.getByLabel("Your name").fill("Rosa");
    await page.getByLabel("E-mail").fill("rosa@example.org");
    await page.getByLabel("New password").fill("violet kettle marches north");
    await page.getByLabel("Code from the app").fill(code(key));
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
    await checks.isAccessible(page);
    await page.goto("/me");
    if ((await page.getByRole("link", { name: "Passkeys" }).count()) === 0) return t.skip("this program was built without passkeys");
    await page.getByRole("link", { name: "Passkeys" }).click();
    await page.getByLabel("What do you call this device?").fill("My phone");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("rowheader", { name: "My phone" }).waitFor();
    await checks.isAccessible(page);
    await page.goto("/me");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("heading", { name: "Treasury" }).waitFor();
    watched.isQuiet();
  } finally {
    await context.close();
    await site.stop();
  }
});
