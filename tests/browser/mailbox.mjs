// A mail server of our own, which takes whatever it is given and keeps it. Not here: what it is given.

import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** Takes one conversation's mails in (RFC 5321). */
async function converse(socket, mails) {
  const say = (line) => socket.write(`${line}\r\n`);
  let to = [];
  let text = null;
  say("220 localhost");
  for await (const line of createInterface({ input: socket })) {
    if (text !== null) {
      if (line === ".") {
        mails.push({ to, text: readable(text) });
        [to, text] = [[], null];
        say("250 kept");
      } else text += `${line.replace(/^\./, "")}\n`;
    } else if (/^DATA$/i.test(line)) {
      text = "";
      say("354 go on");
    } else if (/^QUIT$/i.test(line)) {
      socket.end("221 bye\r\n");
    } else {
      to.push(...[...line.matchAll(/^RCPT TO:<([^>]+)>/gi)].map(([, address]) => address));
      say("250 well");
    }
  }
}

/** A mail with its lines in one piece again (RFC 2045). */
const readable = (text) => text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** Gives `{ url, find, stop }`: the server's address, what waits for a mail to somebody that says something, and what ends the server. */
export async function mailbox() {
  const mails = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    converse(socket, mails).catch(() => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const find = async (address, said) => {
    for (let tries = 0; tries < 300; tries += 1) {
      const found = mails.find(({ to, text }) => to.includes(address) && said.test(text));
      if (found) return found.text;
      await pause(100);
    }
    throw new Error(`no mail to ${address} says ${said}: ${JSON.stringify(mails.map(({ to, text }) => [to, text.match(/^Subject: .*$/m)?.[0]]))}`);
  };
  return { url: `smtp://127.0.0.1:${server.address().port}`, find, stop: () => server.close() };
}
