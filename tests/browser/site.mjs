// The site under test: the one whose address is given, or a demo of our own that ends with the tests.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** A first build may come before the demo's first line. */
const PATIENCE_MS = 15 * 60_000;

/** Gives `{ url, staff, stop }`: the site's origin, each made-up person's one-time way in (nobody's, on a site that stood before), and what ends it. */
export async function open(url) {
  if (url) return { url: new URL(url).origin, staff: {}, stop: async () => {} };
  const [command, ...before] = program();
  const demo = spawn(command, [...before, "demo", "--listen", "127.0.0.1:0"], { cwd: ROOT, env: plain(), stdio: ["ignore", "pipe", "inherit"] });
  const stop = async () => {
    if (demo.exitCode !== null) return;
    demo.kill("SIGTERM");
    await once(demo, "exit");
  };
  try {
    return { ...(await waysIn(demo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The environment without what the test command says to the tests: the program refuses settings it does not know. */
function plain() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("STRIKEFUND_")));
}

/** What is built already is taken; else cargo builds it. */
export function program() {
  const built = ["target/release/strikefund", "target/debug/strikefund"].map((path) => ROOT + path).find((path) => existsSync(path));
  return built ? [built] : ["cargo", "run", "--quiet", "--locked", "--"];
}

async function waysIn(demo) {
  const tooLate = setTimeout(() => demo.kill("SIGKILL"), PATIENCE_MS);
  const staff = {};
  let url;
  try {
    for await (const line of createInterface({ input: demo.stdout })) {
      url ??= line.match(/https?:\/\/[^\s/]+/)?.[0];
      const [, name, way] = line.match(/^\s*(\w+), .*(\/link\/\S+)$/) ?? [];
      if (name) staff[name] = way;
      if (url && line.includes("Ctrl-C")) return { url, staff };
    }
  } finally {
    clearTimeout(tooLate);
    // Whatever it prints later is read and dropped: a full or closed pipe would stop it.
    demo.stdout.resume();
  }
  throw new Error("the demo ended without printing its links");
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** What makes a program believe the clock of a file. */
function clockOf(file) {
  const LD_PRELOAD = execFileSync("faketime", ["-f", "+0h", "printenv", "LD_PRELOAD"], { encoding: "utf8" }).trim();
  return { LD_PRELOAD, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1" };
}

/** A site that nobody has set up yet, under a name, for browsers make no passkeys for addresses of digits: its address, the link by which the
 *  first person comes in, what moves its clock to so many hours from now, and what ends it. Where a mail server is given, its mails go there; where a
 *  fund is, that was set up at the command line. */
export async function unattended({ smtp, fund } = {}) {
  const data = mkdtempSync(join(tmpdir(), "strikefund-day-"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const clock = join(data, "clock");
  const later = async (hours) => {
    // Put in place whole: the program reads it whenever it likes.
    writeFileSync(`${clock}.new`, `+${hours}h\n`);
    renameSync(`${clock}.new`, clock);
    const isThere = async () => Math.abs(Date.parse((await fetch(url)).headers.get("date")) - Date.now() - hours * 3_600_000) < 60_000;
    for (let tries = 0; served && !(await isThere()) && tries < 100; tries += 1) await pause(200);
  };
  let served;
  await later(0);
  const env = { PATH: process.env.PATH, STRIKEFUND_DATA: join(data, "books"), STRIKEFUND_LISTEN: `127.0.0.1:${port}`, STRIKEFUND_BASE_URL: url, ...clockOf(clock) };
  if (smtp) {
    env.STRIKEFUND_SMTP_URL_FILE = join(data, "smtp");
    writeFileSync(env.STRIKEFUND_SMTP_URL_FILE, smtp, { mode: 0o600 });
  }
  const [command, ...before] = program();
  if (fund) execFileSync(command, [...before, "setup", "--name", fund, "--slug", fund.toLowerCase(), "--currency", "USD", "--time-zone", "UTC"], { env, cwd: ROOT });
  served = spawn(command, [...before, "serve", "--practice"], { env, cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
  const stop = async () => {
    if (served.exitCode === null) {
      served.kill("SIGTERM");
      await once(served, "exit");
    }
    rmSync(data, { recursive: true, force: true });
  };
  let link;
  for await (const line of createInterface({ input: served.stdout })) {
    link = line.match(/https?:\S+\/link\/\S+/)?.[0];
    if (link) break;
  }
  served.stdout.resume();
  if (!link) {
    await stop();
    throw new Error("the site printed no link");
  }
  return { url, link, data: env.STRIKEFUND_DATA, later, stop };
}
