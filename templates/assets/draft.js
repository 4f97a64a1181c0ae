// Keeps a captain's form and its photo on this phone until the server has it; sends it with its first operation id, so that a lost answer
// is done once. What is typed into any other form goes along when its page is read in the other language. Nothing needs this script.

const key = location.pathname;
const along = `along ${key}`;

/** Does one thing with the store of drafts. */
function drafts(mode, act) {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("drafts", 1);
    open.onupgradeneeded = () => open.result.createObjectStore("drafts");
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const change = open.result.transaction("drafts", mode);
      const request = act(change.objectStore("drafts"));
      change.oncomplete = () => {
        open.result.close();
        resolve(request.result);
      };
      change.onabort = change.onerror = () => reject(change.error);
    };
  });
}

const forget = (name) => drafts("readwrite", (store) => store.delete(name));

/** The fields and files of a form. What the server holds already is named in its hidden field. */
function content(form) {
  const secret = new Set([...form.querySelectorAll("[type=password]")].map((box) => box.name));
  const fields = [...new FormData(form)].filter(([name]) => !secret.has(name));
  const has = form.elements.kept?.value;
  return { fields: fields.filter(([, value]) => !(value instanceof File)), files: has ? [] : fields.filter(([, value]) => value.size) };
}

function fill(form, { fields, files }) {
  const held = {};
  for (const [name, file] of files) (held[name] ??= new DataTransfer()).items.add(file);
  for (const box of form.elements) {
    const typed = fields.filter(([name]) => name === box.name).map(([, value]) => value);
    if (held[box.name]) box.files = held[box.name].files;
    else if (box.type === "checkbox" || box.type === "radio") box.checked = typed.includes(box.value);
    else if (typed.length) box.value = typed[0];
  }
}

/** Takes what is typed along to the page in the other language; there it is kept no longer. */
function takeAlong() {
  const forms = [...document.querySelectorAll("form[method=post]:not([data-kept])")];
  if (!forms.length) return;
  drafts("readonly", (store) => store.get(along))
    .then((typed) => typed && forget(along).then(() => typed.forEach((each, at) => forms[at] && fill(forms[at], each))))
    .catch(() => {});
  let isTyped = false;
  for (const form of forms) form.addEventListener("input", () => (isTyped = true));
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", async (event) => {
      if (!isTyped) return;
      event.preventDefault();
      await drafts("readwrite", (store) => store.put(forms.map(content), along)).catch(() => {});
      location.assign(link.href);
    });
  }
}

function begin() {
  const form = document.querySelector("form[data-kept]");
  if (!form) return;
  const said = form.querySelector("[role=status]");
  const [send, discard] = form.querySelectorAll("button");
  const isKept = () => {
    said.textContent = form.dataset.kept;
    discard.hidden = false;
  };
  // In turn: what was typed last is kept.
  let turn = Promise.resolve();
  const keep = () => {
    turn = turn.then(() => drafts("readwrite", (store) => store.put(content(form), key))).then(() => true, () => false);
    return turn;
  };
  form.addEventListener("input", keep);
  discard.addEventListener("click", async () => {
    await turn;
    await forget(key);
    location.replace(key);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled")) return;
    const label = send.textContent;
    send.setAttribute("aria-disabled", "true");
    send.textContent = said.textContent = form.dataset.sending;
    // Where nothing can be kept, the browser sends it by itself.
    if (!(await keep())) return form.submit();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      if (answer.redirected) {
        await forget(key);
        return location.assign(answer.url);
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status < 500 && page.querySelector("[role=alert]")) return show(page);
    } catch {
      // No connection: it stays here.
    }
    send.removeAttribute("aria-disabled");
    send.textContent = label;
    isKept();
    addEventListener("online", () => form.requestSubmit(), { once: true });
  });
  drafts("readonly", (store) => store.get(key))
    .then((draft) => {
      if (!draft || document.querySelector("[role=alert]")) return;
      fill(form, draft);
      isKept();
    })
    .catch(() => {});
  return keep;
}

/** Puts the page that came back, with its mistakes, in place of this one. */
function show(page) {
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelector("[role=alert]").focus();
  begin()?.();
}

begin();
takeAlong();
