// What pages gain where scripts run: search while typing, drafts that save themselves, a live preview, a toolbar for
// Markdown, files by drag and drop, and lists that grow as notes arrive. Everything else works without.
"use strict";

const later = (wait, act) => {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
};

const form_text = (form, wish) => {
  const data = new URLSearchParams(new FormData(form));
  data.set("do", wish);
  return data;
};

// --- search ---
for (const form of document.querySelectorAll("form[data-search]")) {
  const results = document.querySelector("[data-results]");
  const input = form.querySelector("input[type=search]");
  let asked = 0;
  const search = later(250, async () => {
    const address = "/?" + new URLSearchParams(new FormData(form));
    const mine = ++asked;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-results]");
      if (!found || mine !== asked) return;
      results.replaceChildren(...found.childNodes);
      history.replaceState(null, "", address);
    } catch { /* the button still works */ }
  });
  if (results && input) input.addEventListener("input", search);
}
const filters = document.querySelector("[data-filters]");
if (filters && matchMedia("(max-width: 56rem)").matches) filters.open = false;

// --- cities ---
// Of many cities the list on the page holds the first; the node is asked for those that begin to be typed.
for (const input of document.querySelectorAll("[data-cities]")) {
  input.addEventListener("input", later(250, async () => {
    const typed = input.value.split(/\s+/).pop();
    const before = input.value.slice(0, input.value.length - typed.length);
    if (!typed) return;
    const answer = await fetch("/api/v1/cities?" + new URLSearchParams({ q: typed, limit: 20 }), { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    input.list.replaceChildren(...(await answer.json()).items.map(({ city, display_name }) => {
      const option = document.createElement("option");
      option.value = before + city;
      option.textContent = display_name;
      return option;
    }));
  }));
}

// --- drafts ---
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const state = form.querySelector(".saving");
  const preview = document.querySelector("[data-preview]");
  let sent = form_text(form, "").toString();
  const show_preview = later(600, async () => {
    const answer = await fetch("/publish", { method: "POST", body: form_text(form, "preview-part"), credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) { preview.hidden = true; return; }
    // Made by the node of Markdown, without raw HTML; the page's policy lets no script of it run.
    preview.querySelector("[data-preview-body]").innerHTML = (await answer.json()).html;
    preview.hidden = false;
  });
  const save = later(1500, async () => {
    const now = form_text(form, "").toString();
    if (now === sent) return;
    const answer = await fetch("/publish", { method: "POST", body: form_text(form, "autosave"), credentials: "same-origin" }).catch(() => null);
    let said = {};
    try { said = await answer.json(); } catch { /* none */ }
    if (answer && answer.ok && said.draft) {
      form.elements.draft.value = said.draft;
      form.elements.version.value = said.version;
      sent = form_text(form, "").toString();
      state.textContent = state.dataset.saved;
    } else {
      state.textContent = said.problem || state.dataset.failed;
    }
  });
  form.addEventListener("input", () => { save(); if (preview) show_preview(); });
  form.addEventListener("submit", () => { sent = form_text(form, "").toString(); });
}

// --- Markdown ---
const wrap = (area, before, after) => {
  const { selectionStart: from, selectionEnd: to, value } = area;
  area.setRangeText(before + value.slice(from, to) + after, from, to, "select");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
for (const area of document.querySelectorAll("textarea[data-markdown]")) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  const said = document.body.dataset;
  for (const [name, label, before, after] of [["B", said.bold, "**", "**"], ["I", said.italic, "*", "*"], ["•", said.list, "- ", ""], ["↗", said.link, "[", "](https://)"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", () => wrap(area, before, after));
    bar.append(button);
  }
  area.before(bar);
}
// What is pasted from elsewhere is made Markdown by a script of its own, which only those who write need.
if (document.querySelector("textarea[data-markdown]")) {
  const script = document.createElement("script");
  script.type = "module";
  script.src = document.body.dataset.paste;
  document.head.append(script);
}

// --- files ---
for (const place of document.querySelectorAll("[data-files]")) {
  const form = place.closest("form");
  place.querySelector("[data-plain-files]")?.remove();
  const list = place.querySelector("[data-file-list]");
  const field = form.elements.files;
  const lines = () => field.value.split("\n").filter(Boolean);
  const show = () => {
    list.replaceChildren(...lines().map((line) => {
      const item = document.createElement("li");
      item.append(line.split(" ").slice(2).join(" ") + " ");
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "quiet";
      remove.textContent = place.dataset.remove;
      remove.addEventListener("click", () => {
        field.value = lines().filter((other) => other !== line).join("\n");
        show();
        form.dispatchEvent(new Event("input"));
      });
      item.append(remove);
      return item;
    }));
  };
  const add = async (file) => {
    const answer = await fetch("/api/v1/attachments", {
      method: "POST", body: file, credentials: "same-origin",
      headers: { "Content-Type": "application/octet-stream", "Koinon-CSRF": form.elements.csrf.value },
    }).catch(() => null);
    if (!answer || !answer.ok) {
      let why = place.dataset.failed;
      try { why += ": " + (await answer.json()).detail; } catch { /* no more is known */ }
      form.querySelector(".saving").textContent = why;
      return;
    }
    const { sha256 } = await answer.json();
    const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : "application/octet-stream";
    field.value = [...lines(), `${sha256} ${type} ${file.name}`].join("\n");
    show();
    form.dispatchEvent(new Event("input"));
  };
  const label = document.createElement("label");
  label.className = "drop";
  label.append(place.dataset.label);
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.className = "visually-hidden";
  label.append(input);
  place.append(label);
  input.addEventListener("change", async () => { for (const file of input.files) await add(file); input.value = ""; });
  label.addEventListener("dragover", (event) => { event.preventDefault(); label.classList.add("over"); });
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", async (event) => {
    event.preventDefault();
    label.classList.remove("over");
    for (const file of event.dataTransfer.files) await add(file);
  });
  show();
}

// Tells of what arrives while somebody looks: a page in the background holds no connection, and looks again when it is
// shown.
const listen = (kinds, act) => {
  let events = null;
  const follow = () => {
    if (document.hidden) {
      events?.close();
      events = null;
    } else if (!events) {
      events = new EventSource("/api/v1/events");
      for (const kind of kinds) events.addEventListener(kind, act);
    }
  };
  document.addEventListener("visibilitychange", () => {
    follow();
    if (!document.hidden) act();
  });
  follow();
};

// --- live lists ---
// The page is asked for anew when something has arrived: the node decides what belongs on it.
const live = document.querySelector("[data-live-list]");
if (live && !new URLSearchParams(location.search).has("cursor")) {
  const refresh = later(300, async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-live-list]");
    if (!found || live.contains(document.activeElement)) return;
    const known = new Set([...live.querySelectorAll("article.card h2 a, article.card h3 a")].map((a) => a.getAttribute("href")));
    for (const card of found.querySelectorAll("article.card")) {
      const link = card.querySelector("h2 a, h3 a");
      if (link && !known.has(link.getAttribute("href"))) card.classList.add("live-new");
    }
    live.replaceChildren(...found.childNodes);
  });
  listen(["record", "body", "erased"], refresh);
}
const thread = document.querySelector("article.note");
if (thread) {
  const refresh = later(300, async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["adoptions", "questions", "answers"]) {
      const ours = document.getElementById(id);
      const theirs = page.getElementById(id);
      if (ours && theirs && !ours.contains(document.activeElement)) ours.replaceWith(theirs);
    }
  });
  listen(["record", "body"], refresh);
}
for (const place of document.querySelectorAll("[data-focus]")) place.focus();
