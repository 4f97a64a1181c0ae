// The site under test: the one whose address is given, or a demo of our own that ends with the tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
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
