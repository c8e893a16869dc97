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

// Enter in a field presses the first button of its form that can be pressed. Forms that publish begin with one that sends
// nothing; nobody who listens for what is sent hears of it.
document.addEventListener("submit", (event) => {
  if (event.submitter?.formMethod !== "dialog") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

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
      // The views keep the words.
      const views = page.querySelector("[data-views]");
      if (views) document.querySelector("[data-views]")?.replaceChildren(...views.childNodes);
      history.replaceState(null, "", address);
    } catch { /* the button still works */ }
  });
  if (results && input) input.addEventListener("input", search);
}
const filters = document.querySelector("[data-filters]");
if (filters && matchMedia("(max-width: 56rem)").matches) filters.open = false;

// --- lists of names ---
// The browser narrows a list by all that stands in the field: what was chosen before the last comma goes before each name.
for (const input of document.querySelectorAll("[data-names]")) {
  const names = [...input.list.options].map((option) => option.value);
  input.addEventListener("input", () => {
    const before = /^.*[,;،、]\s*/s.exec(input.value)?.[0] ?? "";
    const taken = new Set(before.split(/\s*[,;،、]\s*/));
    input.list.replaceChildren(...names.filter((name) => !taken.has(name)).map((name) => {
      const option = document.createElement("option");
      option.value = before + name;
      return option;
    }));
  });
}

// --- what is wrong ---
// A fault that is being mended is told no longer, neither at its field nor above.
for (const list of document.querySelectorAll("[data-problems]")) {
  document.addEventListener("input", ({ target }) => {
    const field = target.closest(".field");
    const of = field?.querySelector("[aria-invalid]");
    if (!of) return;
    of.removeAttribute("aria-invalid");
    field.classList.remove("at-fault");
    document.getElementById(of.id.replace(/^f-/, "error-"))?.remove();
    for (const link of list.querySelectorAll("a")) {
      if (link.hash === "#" + of.id) link.closest("li").remove();
    }
    if (!list.querySelector("li")) list.remove();
  });
}

// --- long lists ---
// Of many cities and practices the list on the page holds the first; the node is asked for those that begin to be typed.
const narrow = (input, about) => input.addEventListener("input", later(250, async () => {
  const { typed, address, names } = about(input.value);
  if (!typed.trim() || [...input.list.options].some((option) => option.value === input.value)) return;
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!answer || !answer.ok || about(input.value).typed !== typed) return;
  input.list.replaceChildren(...(await answer.json()).items.map((item) => {
    const option = document.createElement("option");
    option.value = names(item);
    return option;
  }));
}));
for (const input of document.querySelectorAll("[data-cities]")) narrow(input, (value) => {
  const before = /^.*[,;،、]\s*/s.exec(value)?.[0] ?? "";
  const typed = value.slice(before.length);
  return {
    typed,
    address: "/api/v1/cities?" + new URLSearchParams({ q: typed.trim(), limit: 20 }),
    names: ({ city, called, display_name }) => before + (called || display_name ? `${called || display_name} (${city})` : city),
  };
});
const practices = (value) => ({
  typed: value,
  address: "/api/v1/search?" + new URLSearchParams({ q: value.replace(/(^|\s)-+/g, " "), kind: "practice", limit: 20 }),
  names: ({ ref, title }) => `${title} (${ref})`,
});
for (const list of document.querySelectorAll("[data-rows]")) {
  for (const input of list.querySelectorAll("[data-practices]")) narrow(input, practices);
  // There is always one row more, as long as the note may have it.
  list.addEventListener("input", () => {
    const rows = [...list.querySelectorAll("[data-practices]")];
    const last = rows.at(-1);
    if (!last.value || rows.length >= Number(list.dataset.rows)) return;
    const row = document.createElement("div");
    row.className = "field";
    const input = last.cloneNode();
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", "help-points");
    input.id = `f-points-${rows.length + 1}`;
    input.name = `points_to:${rows.length + 1}`;
    input.setAttribute("aria-label", last.getAttribute("aria-label").replace(/[\d٠-٩]+/, () => (rows.length + 1).toLocaleString(document.documentElement.lang)));
    row.append(input);
    last.closest(".field").after(row);
    narrow(input, practices);
  });
}

// --- what a practice needs ---
for (const list of document.querySelectorAll("[data-needs]")) {
  const more = list.querySelector("[data-more-needs]");
  more?.addEventListener("click", (event) => {
    event.preventDefault();
    const rows = [...list.querySelectorAll("[data-need]")];
    const number = rows.length + 1;
    const row = rows.at(-1).cloneNode(true);
    for (const part of row.querySelectorAll("select, input")) {
      part.value = "";
      part.id = part.id.replace(/\d+$/, number);
      part.name = part.name.replace(/\d+$/, number);
      part.setAttribute("aria-label", part.getAttribute("aria-label").replace(/[\d٠-٩]+/, () => number.toLocaleString(document.documentElement.lang)));
    }
    rows.at(-1).after(row);
    list.querySelector("[name=need_rows]").value = number;
    if (number >= Number(list.dataset.needs)) more.remove();
    row.querySelector("select").focus();
  });
}

// --- times ---
// The node shows and takes times in the zone of whoever looks: the next page is told which it is.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (/^[\w+/-]+$/.test(here || "")) document.cookie = `koinon_zone=${here}; path=/; max-age=31536000; samesite=lax`;
for (const at of document.querySelectorAll("input[type=datetime-local][data-utc]")) {
  const form = at.closest("form");
  const language = document.documentElement.lang;
  const local = (time) => new Date(time - new Date(time).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  const zone = form.elements.zone;
  // This page was made before the node knew the zone. What was typed already stays what was meant.
  if (here && zone.value !== here && at.value === at.defaultValue) {
    if (at.dataset.utc) at.value = local(Date.parse(at.dataset.utc));
    zone.value = here;
    const name = new Intl.DateTimeFormat(language, { timeZoneName: "longGeneric" }).formatToParts(new Date()).find((part) => part.type === "timeZoneName");
    form.querySelector("[data-zone-name]").textContent = name ? name.value : here;
  }
  const tell = () => {
    const time = at.value && new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" }).format(new Date(at.value));
    for (const place of form.querySelectorAll("[data-when]"))
      place.textContent = time ? place.dataset.at.replace("{time}", () => time) : place.dataset.now;
  };
  at.addEventListener("input", tell);
  tell();
}

// --- files ---
// Files of a form that are on their way, and those that were not taken and are still told.
const on_their_way = new Set();
const not_taken = new Set();
for (const place of document.querySelectorAll("[data-files]")) {
  const form = place.closest("form");
  const said = place.dataset;
  const list = place.querySelector("[data-file-list]");
  const field = form.elements.files;
  place.querySelector("[data-plain-files]")?.remove();
  const lines = () => field.value.split("\n").filter(Boolean);
  const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));
  const button = (text, name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.append(text);
    made.setAttribute("aria-label", `${text}: ${name}`);
    made.addEventListener("click", act);
    return made;
  };
  const removable = (item) => {
    const { sha256, name } = item.dataset;
    item.append(button(said.remove, name, () => {
      field.value = lines().filter((line) => !line.startsWith(sha256 + " ")).join("\n");
      item.remove();
      changed();
    }));
  };
  // What a picture shows is said in words, for whoever does not see it.
  const describe = (item) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "text";
    input.name = "alt_" + item.dataset.sha256;
    input.dir = "auto";
    input.maxLength = 500;
    label.append(said.alt, input);
    item.append(label);
  };
  const wrong = (item, name, why) => {
    not_taken.add(item);
    const error = document.createElement("strong");
    error.className = "error";
    error.setAttribute("role", "alert");
    item.replaceChildren(name + " ", error, " ", button(said.dismiss, name, () => { not_taken.delete(item); item.remove(); }));
    error.textContent = why;
  };
  const refusal = (file) => {
    const ending = file.name.replace(/[. ]+$/, "").split(".").pop().toLowerCase();
    if (said.programs.split(" ").includes(ending)) return said.program;
    if (file.size > Number(said.mostBytes)) return said.tooLarge;
    if (!file.size) return said.empty;
    return list.children.length - not_taken.size > Number(said.mostFiles) ? said.tooMany : "";
  };
  const send = (file, item) => new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = document.createElement("progress");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.replaceChildren(file.name + " ", bar, " ", button(said.stop, file.name, () => request.abort()));
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded; });
    request.addEventListener("abort", () => item.remove());
    request.addEventListener("loadend", () => done(request));
    request.open("POST", "/api/v1/attachments");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Koinon-CSRF", form.elements.csrf.value);
    request.send(file);
  });
  const add = async (file) => {
    const item = document.createElement("li");
    list.append(item);
    const why = refusal(file);
    if (why) { wrong(item, file.name, why); return; }
    on_their_way.add(item);
    const request = await send(file, item);
    on_their_way.delete(item);
    if (!item.isConnected) return;  // stopped
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* none */ }
    if (request.status !== 201) { wrong(item, file.name, answer.detail ? `${said.failed}: ${answer.detail}` : said.failed); return; }
    const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : "application/octet-stream";
    if (lines().some((line) => line.startsWith(answer.sha256 + " "))) { item.remove(); return; }
    field.value = [...lines(), `${answer.sha256} ${type} ${file.name}`].join("\n");
    item.dataset.sha256 = answer.sha256;
    item.dataset.name = file.name;
    item.replaceChildren(file.name + " ");
    if (type.startsWith("image/")) describe(item);
    removable(item);
    changed();
  };
  const label = document.createElement("label");
  label.className = "drop";
  label.append(said.label);
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.className = "visually-hidden";
  input.setAttribute("aria-describedby", "help-files");
  label.append(input);
  place.append(label);
  input.addEventListener("change", () => { for (const file of [...input.files]) add(file); input.value = ""; });
  label.addEventListener("dragover", (event) => { event.preventDefault(); label.classList.add("over"); });
  label.addEventListener("dragleave", () => label.classList.remove("over"));
  label.addEventListener("drop", (event) => {
    event.preventDefault();
    label.classList.remove("over");
    for (const file of event.dataTransfer.files) add(file);
  });
  for (const item of list.children) removable(item);
}

// --- what is not saved ---
// Leaving a page asks where something would be lost. `kept` says whether all of it is somewhere else, or on its way.
const ask_before_leaving = (kept) => addEventListener("beforeunload", (event) => { if (!kept()) event.preventDefault(); });
for (const form of document.querySelectorAll("main form[method=post]:not([data-autosave])")) {
  if (!form.matches("[data-unsaved]") && !form.querySelector("textarea")) continue;
  const first = form.matches("[data-unsaved]") ? null : form_text(form, "").toString();
  let sending = false;
  form.addEventListener("submit", (event) => { if (sending) event.preventDefault(); sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  ask_before_leaving(() => sending || form_text(form, "").toString() === first);
}

// --- drafts and worksheets ---
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const state = form.querySelector(".saving");
  const told = form.querySelector("[data-told]");
  const preview = document.querySelector("[data-preview]");
  let sent = form.matches("[data-unsaved]") ? "" : form_text(form, "").toString();
  let saving = null;  // one at a time: a second would be refused as a change of the same version
  let sending = false;
  const is_saved = () => form_text(form, "").toString() === sent;
  const show_preview = later(600, async () => {
    const answer = await fetch("/publish", { method: "POST", body: form_text(form, "preview-part"), credentials: "same-origin" }).catch(() => null);
    const { html } = answer && answer.ok ? await answer.json().catch(() => ({})) : {};
    if (!html) { preview.hidden = true; return; }
    // Made by the node of Markdown, without raw HTML; the page's policy lets no script of it run.
    preview.querySelector("[data-preview-body]").innerHTML = html;
    preview.hidden = false;
    document.querySelector("[data-preview-static]")?.remove();
  });
  const send_draft = async () => {
    const data = form_text(form, "autosave");
    // Who presses a button waits for this answer: a line that is dead must not keep them for ever.
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, credentials: "same-origin", signal: AbortSignal.timeout(10000) }).catch(() => null);
    let said = {};
    try { said = await answer.json(); } catch { /* none */ }
    if (!answer || !answer.ok || !said.version) {
      state.textContent = said.problem || state.dataset.failed;
      return false;
    }
    for (const name of ["draft", "version"]) {
      if (!said[name]) continue;  // a worksheet is no draft
      form.elements[name].value = said[name];
      data.set(name, said[name]);
    }
    data.set("do", "");
    sent = data.toString();  // what was typed meanwhile is not saved yet
    // Made by the node of its own template. It is told aloud, so only where it is another one.
    const verdict = form.querySelector("[data-verdict]");
    if (verdict && verdict.dataset.verdict !== said.verdict_html) {
      verdict.dataset.verdict = said.verdict_html;
      verdict.innerHTML = said.verdict_html;
    }
    state.textContent = state.dataset.saved;
    return true;
  };
  const save = later(1500, async () => {
    if (saving || sending || is_saved()) return;
    saving = send_draft();
    const done = await saving;
    saving = null;
    if (done && !is_saved()) save();
  });
  form.addEventListener("input", () => { save(); if (preview) show_preview(); });
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const wish = button && button.value;
    let why = "";
    if (wish !== "remove" && on_their_way.size) why = told.dataset.onTheirWay;
    else if (wish === "publish" && not_taken.size) why = told.dataset.notTaken;
    // Half a date is sent as none, which means now.
    else if (wish === "publish" && form.elements.at.validity.badInput) why = told.dataset.halfATime;
    told.textContent = why;
    if (sending || saving || why) event.preventDefault();
    if (sending || why) return;
    if (!saving) { sending = true; return; }
    await saving;
    form.requestSubmit(button);
  });
  addEventListener("pageshow", () => { sending = false; });
  ask_before_leaving(() => sending || (is_saved() && !on_their_way.size));
}

// --- Markdown ---
const put_in = (area, from, to, text) => {
  area.focus();
  area.setSelectionRange(from, to);
  // With this the person can undo it. Not every browser has it.
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
const wrap = (area, before, after) => {
  const { selectionStart: from, selectionEnd: to, value } = area;
  put_in(area, from, to, before + value.slice(from, to) + after);
  area.setSelectionRange(from + before.length, to + before.length);
};
// Behind the line, or the table, in which the caret is, and apart from what follows: that would become a row. The first
// heading is selected, so that whoever types writes over it.
const put_table = (area, column) => {
  const { value } = area;
  const line_end = (from) => (value.indexOf("\n", from) < 0 ? value.length : value.indexOf("\n", from));
  let at = line_end(area.selectionEnd);
  while (value.startsWith("\n|", at)) at = line_end(at + 1);
  const [before, behind] = [value.slice(0, at), value.slice(at)];
  const above = /(^|\n\n)$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const below = behind.startsWith("\n\n") ? "" : behind ? "\n" : "\n\n";
  put_in(area, at, at, `${above}| ${column} 1 | ${column} 2 |\n| --- | --- |\n|  |  |\n|  |  |${below}`);
  const heading = at + above.length + "| ".length;
  area.setSelectionRange(heading, heading + `${column} 1`.length);
};
// One stop of the Tab key; arrows, Home and End lead from button to button (ARIA, the pattern of toolbars).
const add_toolbar = (area, said) => {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", said.tools);
  for (const [name, label, act] of [
    ["B", said.bold, () => wrap(area, "**", "**")],
    ["I", said.italic, () => wrap(area, "*", "*")],
    ["•", said.list, () => wrap(area, "- ", "")],
    ["↗", said.link, () => wrap(area, "[", "](https://)")],
    ["⊞", said.table, () => put_table(area, said.column)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.tabIndex = bar.children.length ? -1 : 0;
    button.addEventListener("click", act);
    bar.append(button);
  }
  bar.addEventListener("keydown", (event) => {
    const all = [...bar.children];
    const at = all.indexOf(document.activeElement);
    const step = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const next = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    all[at].tabIndex = -1;
    const there = all[(next + all.length) % all.length];
    there.tabIndex = 0;
    there.focus();
  });
  area.before(bar);
};
for (const area of document.querySelectorAll("textarea[data-markdown]")) add_toolbar(area, document.body.dataset);
// What is pasted from elsewhere is made Markdown by a script of its own, which only those who write need.
if (document.querySelector("textarea[data-markdown]")) {
  const script = document.createElement("script");
  script.type = "module";
  script.src = document.body.dataset.paste;
  document.head.append(script);
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

// --- times of a call ---
// What stands beside a time follows what is chosen, as the button has it where there are no scripts.
for (const rows of document.querySelectorAll("fieldset.call-rows")) {
  const form = rows.closest("form");
  const show = later(200, async () => {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: form_text(form, "times"), credentials: "same-origin" }).catch(() => null);
    if (!answer) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("fieldset.call-rows")) return;
    for (const line of rows.querySelectorAll("[id^=there-]")) line.replaceChildren(...page.getElementById(line.id)?.childNodes ?? []);
  });
  form.addEventListener("change", (event) => { if (rows.contains(event.target) || event.target.id === "f-zone") show(); });
}

// --- live lists ---
// The page is asked for anew when something has arrived: the node decides what belongs on it.
const live = document.querySelector("[data-live-list]");
if (live && !new URLSearchParams(location.search).has("cursor")) {
  const refresh = later(300, async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-live-list]");
    if (!found || live.contains(document.activeElement) || live.querySelector("form[data-changed]")) return;
    const known = new Set([...live.querySelectorAll("article.card h2 a, article.card h3 a")].map((a) => a.getAttribute("href")));
    for (const card of found.querySelectorAll("article.card")) {
      const link = card.querySelector("h2 a, h3 a");
      if (link && !known.has(link.getAttribute("href"))) card.classList.add("live-new");
    }
    live.replaceChildren(...found.childNodes);
  });
  listen(["record", "body", "erased", "voided"], refresh);
}
// What is typed and not saved yet stays: the list waits with what has arrived.
for (const form of document.querySelectorAll("form[data-keep]")) form.addEventListener("input", () => { form.dataset.changed = ""; });
// Parts that tell of other notes are told anew as notes arrive, unless somebody is at them, or has typed what is not sent yet.
// What somebody has unfolded stays so. Lines of a drawing that were not there are marked.
if (document.querySelector("[data-live-part]")) {
  const typed = (part) => [...part.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
  const drawn = (part) => new Set([...part.querySelectorAll("svg path")].map((path) => path.getAttribute("d")));
  const refresh = later(300, async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const ours of document.querySelectorAll("[data-live-part]")) {
      const theirs = page.getElementById(ours.id);
      if (!theirs || ours.contains(document.activeElement) || typed(ours)) continue;
      const unfolded = [...ours.querySelectorAll("details")].map((one) => one.open);
      theirs.querySelectorAll("details").forEach((one, i) => { one.open = unfolded[i] ?? one.open; });
      if (theirs.innerHTML === ours.innerHTML) continue;
      const known = drawn(ours);
      ours.replaceChildren(...theirs.childNodes);
      for (const path of ours.querySelectorAll("svg path")) path.classList.toggle("live-line", !known.has(path.getAttribute("d")));
    }
  });
  listen(["record", "body", "erased", "voided"], refresh);
}
// What waits is looked at again when its time has come.
for (const place of document.querySelectorAll("[data-due]")) {
  const left = Date.parse(place.dataset.due) - Date.now();
  if (left < 86400e3) setTimeout(() => location.reload(), left > 0 ? left + 3000 : 30000);
}
for (const place of document.querySelectorAll("[data-focus]")) place.focus();
