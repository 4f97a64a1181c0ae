// Keeps what is typed into a form, and its photo, on this phone until the server has it; sends it with the operation id it began with, so that a
// lost answer is done once. Without this script the form is sent as any other.

const key = location.pathname;

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

const forget = () => drafts("readwrite", (store) => store.delete(key));

/** The fields and files of a form. What the server holds already is named in its hidden field and needs no file. */
function content(form) {
  const fields = [...new FormData(form)];
  const has = form.elements.kept?.value;
  return { fields: fields.filter(([, value]) => !(value instanceof File)), files: has ? [] : fields.filter(([, value]) => value.size) };
}

function fill(form, { fields, files }) {
  for (const [name, value] of fields) {
    const box = form.elements[name];
    if (box) box.value = value;
  }
  for (const [name, file] of files) {
    const held = new DataTransfer();
    held.items.add(file);
    if (form.elements[name]) form.elements[name].files = held.files;
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
  // One after the other, so that what was typed last is what is kept.
  let turn = Promise.resolve();
  const keep = () => {
    turn = turn.then(() => drafts("readwrite", (store) => store.put(content(form), key))).then(() => true, () => false);
    return turn;
  };
  form.addEventListener("input", keep);
  discard.addEventListener("click", async () => {
    await turn;
    await forget();
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
        await forget();
        return location.assign(answer.url);
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status < 500 && page.querySelector("[role=alert]")) return show(page);
    } catch {
      // No connection, or one that broke: it stays here.
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
