// Passkeys, where the browser has them. Without this script the buttons stay hidden, and password and code do the same job.
const ask = window.PublicKeyCredential;

async function send(address, fields) {
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.said);
  return answer;
}

async function use(button) {
  const { address, next } = button.dataset;
  const { reference, options, next: elsewhere } = await send(address, {});
  if (elsewhere) return location.assign(elsewhere);
  const credential = options.user
    ? await navigator.credentials.create({ publicKey: ask.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: ask.parseRequestOptionsFromJSON(options) });
  const label = document.getElementById("label")?.value ?? "";
  const answer = await send(`${address}/answer`, { reference, answer: JSON.stringify(credential), next, label });
  location.assign(answer.next);
}

if (ask?.parseRequestOptionsFromJSON) {
  for (const part of document.querySelectorAll(".passkey")) {
    const [button, said] = [part.querySelector("button"), part.querySelector("[role=status]")];
    part.hidden = false;
    button.addEventListener("click", async () => {
      said.textContent = "";
      try {
        await use(button);
      } catch (error) {
        // What the browser says is in its own language and for developers; ours is in the page's.
        said.textContent = error instanceof DOMException || error instanceof TypeError || error instanceof SyntaxError ? button.dataset.failed : error.message;
      }
    });
  }
}
