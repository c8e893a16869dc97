// Text pasted from Word, Google Docs, spreadsheets and pages becomes Markdown: headings, lists, tables, links and
// emphasis stay, all other looks go. koinon.js loads it where there is a field for Markdown. What it inserts is text in
// a field, which the node takes as anything else that is typed.

const PASTE_BYTES = 4_000_000; // of HTML: more is pasted as plain text
const PASTE_DEPTH = 200; // elements within each other: what is deeper counts as text
const TABLE_COLUMNS = 64;

// --- text ---
const RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const LOWERED = { 0: "₀", 1: "₁", 2: "₂", 3: "₃", 4: "₄", 5: "₅", 6: "₆", 7: "₇", 8: "₈", 9: "₉" };
// Quotation marks and dashes of old Windows texts, where they came as control characters.
const WINDOWS_MARKS = { "\x85": "…", "\x91": "‘", "\x92": "’", "\x93": "“", "\x94": "”", "\x95": "•", "\x96": "–", "\x97": "—" };

const clean_text = (text) => text
  .replace(/[\x85\x91-\x97]/g, (c) => WINDOWS_MARKS[c])
  .replace(/[\u200B\u2060\uFEFF]/g, "")
  .replace(/[ \t\r\n\f\u00A0]{2,}|[ \t\r\n\f]/g, " ");

// A backslash before what would mean something in Markdown; addresses stay as they are.
const escaped = (text) => text.split(/(https?:\/\/\S+|www\.\S+)/).map((part, i) => i % 2 === 1 ? part : part
  .replace(/\\(?=[!-/:-@[-`{-~])/g, "\\\\")
  .replace(/[*`]/g, (c, at) => c === "*" && /\s|^$/.test(part.charAt(at - 1)) && /\s|^$/.test(part.charAt(at + 1)) ? c : "\\" + c)
  .replace(/_/g, (c, at) => /[\p{L}\p{N}]/u.test(part.charAt(at - 1)) && /[\p{L}\p{N}]/u.test(part.charAt(at + 1)) ? c : "\\_")
  .replace(/\[(?=[^[\]\n]{0,200}\][(:[])/g, "\\[")
  .replace(/&(?=#?\w{1,32};)/g, "\\&")).join("");

// What would make a heading, a quote or a rule of a paragraph's beginning. Who has typed "1." or "-" there has meant a
// list; a year is none.
const escaped_start = (line) => line
  .replace(/^(?=#{1,6}(\s|$)|>|={2,}\s*$|-{2,}\s*$)/, "\\")
  .replace(/^(\d{3,9})(?=[.)](\s|$))/, "$1\\")
  .replace(/^\|/, "\\|");

const is_mark = (c) => /[\p{P}\p{S}]/u.test(c);
const is_edge = (c) => c === "" || /\s/.test(c) || is_mark(c);

// Whether marks around this text would be read as emphasis between these two characters (CommonMark 6.2).
const takes_marks = (text, before, after) =>
  (!is_mark(text[0]) || is_edge(before)) && (!is_mark(text[text.length - 1]) || is_edge(after));

const link_target = (href) => {
  let url;
  try { url = new URL(href); } catch { return ""; }
  if (url.hostname === "www.google.com" && url.pathname === "/url" && url.searchParams.has("q")) return link_target(url.searchParams.get("q"));
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return "";
  return href.trim().replace(/[\s()<>\\]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));
};

// Pieces of text that look alike, one after the other, as one line of Markdown.
const line_of = (pieces, plain = false) => {
  const runs = [];
  let space = false; // the piece before ended with one
  for (const piece of pieces) {
    const text = space ? piece.text.replace(/^[ \u00A0]/, "") : piece.text;
    if (!text) continue;
    space = /\s$/.test(text);
    const before = runs[runs.length - 1];
    if (before?.look === piece.look) before.texts.push(text); else runs.push({ ...piece, texts: [text] });
  }
  for (const run of runs) run.text = run.texts.join("");
  const out = [];
  let last = ""; // the character before
  const add = (text) => {
    out.push(text);
    last = text.slice(-1) || last;
  };
  runs.forEach((run, i) => {
    const text = run.text.trim();
    const at = run.text.length - run.text.trimStart().length;
    const after = run.text.slice(at + text.length);
    add(run.text.slice(0, at));
    if (!text) return add(after);
    const bold = run.bold && !plain;
    const marks = (bold ? "**" : "") + (run.italic ? "*" : "");
    let shown = run.code ? (text.includes("`") ? "`` " + text + " ``" : "`" + text + "`") : escaped(text);
    const next = after ? " " : (runs[i + 1]?.text.charAt(0) || "");
    if (marks && !run.code && takes_marks(text, last, next)) shown = marks + shown + [...marks].reverse().join("");
    if (run.href && run.href === text) shown = text;
    else if (run.href === "mailto:" + text) shown = "<" + text + ">";
    else if (run.href) shown = "[" + shown + "](" + run.href + ")";
    add(shown + after);
  });
  // One break is a line's end; with two, another paragraph begins.
  return out.join("").split("\n").map((line) => line.trim()).join("\n").trim().replace(/\n+/g, (breaks) => (breaks.length > 1 ? "\n\n" : "  \n"));
};

// --- elements ---
const BLOCKS = new Set(["ADDRESS", "ARTICLE", "ASIDE", "BODY", "CENTER", "DD", "DETAILS", "DIV", "DL", "DT", "FIGCAPTION", "FIGURE", "FOOTER", "FORM", "HEADER",
  "HR", "MAIN", "NAV", "P", "SECTION", "SUMMARY"]);
const UNSEEN = new Set(["HEAD", "STYLE", "SCRIPT", "TITLE", "META", "LINK", "TEMPLATE", "NOSCRIPT", "SVG", "IMG", "OBJECT", "IFRAME", "SELECT", "BUTTON", "INPUT", "TEXTAREA", "XML"]);

// Styles are read, not applied: under a name of ours, so that the browser does not complain that the policy forbids them.
// A style that never ends goes on to the end, as browsers read it.
const unstyled = (html) => html.replace(/<style\b[^]*?(?:<\/style\s*>|$)/gi, "")
  .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/(\s|["'])style\s*=/gi, "$1 data-style="));
const style_of = (element) => (element.getAttribute("data-style") || "").toLowerCase();
const is_unseen = (element) => UNSEEN.has(element.tagName.toUpperCase()) || /display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden/.test(style_of(element));

// How an element's text looks, from its tag and what its style says against that.
const looks = (element, look) => {
  const style = style_of(element);
  const weight = /font-weight\s*:\s*(\w+)/.exec(style)?.[1];
  const slant = /font-style\s*:\s*(\w+)/.exec(style)?.[1];
  const tag = element.tagName;
  const href = tag === "A" ? link_target(element.getAttribute("href") || "") : "";
  return {
    bold: weight ? weight === "bold" || weight === "bolder" || Number(weight) >= 600 : look.bold || tag === "B" || tag === "STRONG",
    italic: slant ? slant === "italic" || slant === "oblique" : look.italic || tag === "I" || tag === "EM" || tag === "CITE",
    code: look.code || tag === "CODE" || tag === "KBD" || tag === "SAMP" || tag === "TT",
    href: href || look.href,
    digits: tag === "SUP" ? RAISED : tag === "SUB" ? LOWERED : look.digits,
  };
};
const PLAIN_LOOK = { bold: false, italic: false, code: false, href: "", digits: null };

// Word writes lists as paragraphs: the level stands in the style, and the mark is text that is to be ignored.
const word_item = (element) => {
  const level = /mso-list\s*:[^;]*level(\d+)/.exec(style_of(element))?.[1];
  if (!level) return null;
  const mark = element.querySelector("[data-style*='mso-list:Ignore'], [data-style*='mso-list: Ignore'], [data-style*='mso-list:ignore']");
  const ordered = /^[\s\u00A0]*([0-9]+|[a-z]|[ivxlc]+)[.)]/i.test(mark?.textContent || "");
  mark?.remove();
  return { depth: Number(level), ordered };
};

// Collects blocks: { kind, text } and for items of lists their depth from 1, their kind and their box.
class Blocks {
  constructor(plain = false) {
    this.list = [];
    this.pieces = [];
    this.kind = "text";
    this.plain = plain; // within a heading or a table's cell: bold says nothing
    this.item = null;
  }
  say(text, look) {
    const shown = look.digits && /^\d+$/.test(text) ? [...text].map((digit) => look.digits[digit]).join("") : text;
    this.pieces.push({ ...look, text: shown, look: [look.bold && !this.plain, look.italic, look.code, look.href].join() });
  }
  end(kind = "text", more = {}) {
    let item = this.item;
    const first = this.pieces.find((piece) => piece.text.trim());
    const bullet = kind === "text" && !item && /^\s*[•‣◦▪●■\uF0B7\uF0A7·](\s+|$)/.exec(first?.text || "");
    if (bullet) {
      first.text = first.text.slice(bullet[0].length);
      item = { depth: 1, ordered: false };
    }
    const text = line_of(this.pieces, this.plain);
    this.pieces = [];
    if (!text) return;
    if (item && !item.begun) {
      this.list.push({ kind: "item", text, ...item });
      item.begun = true;
    } else if (item) {
      this.list.push({ kind: "item", text, ...item, goes_on: true });
    } else {
      this.list.push({ kind, text: kind === "text" ? text.split("\n").map(escaped_start).join("\n") : text, ...more });
    }
  }
  add(block) {
    this.end();
    this.list.push(block);
  }
}

const walk = (node, blocks, look, depth, lists) => {
  for (const child of node.childNodes) {
    if (child.nodeType === 3) {
      blocks.say(clean_text(child.data), look);
    } else if (child.nodeType === 1 && !is_unseen(child)) {
      if (depth > PASTE_DEPTH) blocks.say(clean_text(child.textContent), look);
      else walk_element(child, blocks, look, depth + 1, lists);
    }
  }
};

const walk_element = (element, blocks, look, depth, lists) => {
  const tag = element.tagName.toUpperCase();
  const heading = /^H([1-6])$/.exec(tag)?.[1] || (/\bMsoTitle\b/.test(element.className) ? "1" : "");
  if (tag === "BR") {
    blocks.say("\n", PLAIN_LOOK);
  } else if (heading) {
    blocks.end();
    const within = new Blocks(true);
    walk(element, within, PLAIN_LOOK, depth, lists);
    within.end("heading");
    const text = within.list.map((block) => block.text).join(" ").replace(/\s+/g, " ");
    if (text) blocks.add({ kind: "heading", text: "#".repeat(Number(heading)) + " " + text });
  } else if (tag === "UL" || tag === "OL") {
    blocks.end();
    const outside = blocks.item;
    blocks.item = null;
    walk(element, blocks, look, depth, [...lists.slice(-20), { ordered: tag === "OL", start: Number(element.getAttribute("start")) || 1 }]);
    blocks.end();
    blocks.item = outside;
  } else if (tag === "LI") {
    blocks.end();
    const list = lists[lists.length - 1] || { ordered: false, start: 1 };
    const level = Number(element.getAttribute("data-aria-level") || element.getAttribute("aria-level"));
    const checked = element.getAttribute("aria-checked") || (element.querySelector(":scope > input[type=checkbox]")?.hasAttribute("checked") ? "true" : element.querySelector(":scope > input[type=checkbox]") ? "false" : "");
    const outside = blocks.item;
    blocks.item = { depth: Math.min(level || lists.length || 1, 20), ordered: list.ordered, start: list.start, box: checked ? (checked === "true" ? "[x] " : "[ ] ") : "" };
    walk(element, blocks, look, depth, lists);
    blocks.end();
    blocks.item = outside;
  } else if (tag === "TABLE") {
    blocks.end();
    add_table(element, blocks, depth, lists);
  } else if (tag === "PRE") {
    const text = element.textContent.replace(/\n+$/, "");
    const fence = "`".repeat(Math.max(3, ...(text.match(/`+/g) || []).map((run) => run.length + 1)));
    blocks.add({ kind: "code", text: fence + "\n" + text + "\n" + fence });
  } else if (tag === "BLOCKQUOTE") {
    blocks.end();
    const within = new Blocks();
    walk(element, within, look, depth, lists);
    within.end();
    const text = text_of_blocks(within.list);
    if (text) blocks.add({ kind: "quote", text: text.split("\n").map((line) => ("> " + line).trimEnd()).join("\n") });
  } else if (tag === "HR") {
    blocks.add({ kind: "rule", text: "---" });
  } else if (BLOCKS.has(tag)) {
    blocks.end();
    const outside = blocks.item;
    const item = word_item(element);
    if (item) blocks.item = item;
    walk(element, blocks, looks(element, look), depth, lists);
    blocks.end();
    if (item) blocks.item = outside;
  } else {
    walk(element, blocks, looks(element, look), depth, lists);
  }
};

// --- tables ---
const cell_text = (cell, plain, depth, lists) => {
  const within = new Blocks(plain || cell.tagName === "TH");
  walk(cell, within, PLAIN_LOOK, depth, lists);
  within.end("cell");
  return within.list.map((block) => block.text).join(" ").replace(/\s+/g, " ").replace(/\|/g, "\\|").replace(/\\\\\|/g, "\\|");
};

const has_text = (node) => [...node.childNodes].some((child) => (child.nodeType === 3 ? clean_text(child.data).trim() !== ""
  : child.nodeType === 1 && !is_unseen(child) && has_text(child)));

// What `read` says of each cell. Cells that reach over several rows or columns leave the others empty.
const rows_of = (table, read) => {
  const rows = [];
  const below = []; // of each column, how many rows are still taken by a cell above
  for (const row of table.rows) {
    const out = [];
    for (const cell of row.cells) {
      while (below[out.length] > 0) below[out.length] -= 1, out.push("");
      if (out.length >= TABLE_COLUMNS) break;
      const at = out.length;
      const wide = Math.min(Math.max(cell.colSpan, 1), TABLE_COLUMNS - at);
      for (let i = 0; i < wide; ++i) {
        below[at + i] = Math.min(Math.max(cell.rowSpan, 1), 1000) - 1;
        out.push(i === 0 ? read(cell, rows.length === 0) : "");
      }
    }
    while (below[out.length] > 0) below[out.length] -= 1, out.push("");
    if (out.some(Boolean)) rows.push(out);
  }
  return rows;
};

const used_columns = (rows) => {
  const width = Math.max(0, ...rows.map((row) => row.length));
  return [...Array(width).keys()].filter((column) => rows.some((row) => row[column]));
};
const is_table = (rows) => rows.length > 1 && used_columns(rows).length > 1;

const add_table = (table, blocks, depth, lists) => {
  // One column is no table: it keeps a text in its place. Each cell is read once: newsletters have tables within tables
  // within tables.
  if (!is_table(rows_of(table, (cell) => (has_text(cell) ? "text" : "")))) {
    for (const cell of table.querySelectorAll("td, th")) if (cell.closest("table") === table) { walk(cell, blocks, PLAIN_LOOK, depth, lists); blocks.end(); }
    return;
  }
  const rows = rows_of(table, (cell, first) => cell_text(cell, first, depth, lists));
  if (!is_table(rows)) {
    for (const text of rows.flat().filter(Boolean)) blocks.add({ kind: "text", text: escaped_start(text) });
    return;
  }
  const used = used_columns(rows);
  const number = /^[-−+]?[\p{Sc}]?\s?\d[\d\s.,'’\u00A0\u202F]*\s?[%\p{Sc}]?$/u;
  const right = used.map((column) => rows.slice(1).some((row) => row[column]) && rows.slice(1).every((row) => !row[column] || number.test(row[column])));
  const line = (cells) => "| " + cells.join(" | ") + " |";
  const lines = rows.map((row) => line(used.map((column) => row[column] || "")));
  lines.splice(1, 0, line(right.map((is_right) => (is_right ? "---:" : "---"))));
  blocks.add({ kind: "table", text: lines.join("\n") });
};

// --- all of it ---
const text_of_blocks = (list) => {
  let out = "";
  let levels = []; // of the lists that are open: the width of an item's mark, and the next number
  let before = null;
  for (const block of list) {
    let text = block.text;
    let parted = false; // another list begins where one ends
    if (block.kind === "item") {
      const depth = Math.min(block.depth, levels.length + 1);
      levels = levels.slice(0, depth);
      const goes_on = block.goes_on && levels.length === depth;
      const other = levels.length === depth && !goes_on && levels[depth - 1].ordered !== block.ordered;
      parted = other;
      if (levels.length < depth || other) levels[depth - 1] = { ordered: block.ordered, next: block.start || 1, width: 2 };
      const level = levels[depth - 1];
      const mark = block.ordered ? level.next + ". " : "- ";
      const indent = " ".repeat(levels.slice(0, depth - 1).reduce((sum, one) => sum + one.width, 0));
      if (!goes_on) {
        level.next += 1;
        level.width = mark.length;
      }
      const rest = indent + " ".repeat(level.width);
      text = (goes_on ? rest : indent + mark + (block.box || "")) + text.split("\n").join("\n" + rest);
    } else {
      levels = [];
    }
    const close = before?.kind === "item" && block.kind === "item" && !block.goes_on && !parted;
    out += (before ? (close ? "\n" : "\n\n") : "") + text;
    before = block;
  }
  return out;
};

// The Markdown of what was copied. Empty: it has nothing that plain text would lose.
const markdown_of = (html) => {
  if (html.length > PASTE_BYTES) return "";
  const { body } = new DOMParser().parseFromString(unstyled(html), "text/html");
  const shape = "table, ul, ol, li, h1, h2, h3, h4, h5, h6, a[href], pre, blockquote, b, strong, i, em, [data-style*='mso-list'], [data-style*='font-weight'], [data-style*='font-style']";
  if (!body.querySelector(shape)) return "";
  // An editor of code copies the colours of what may be Markdown already.
  const first = [...body.children].find((element) => element.tagName !== "META");
  if (first && /white-space\s*:\s*pre/.test(style_of(first)) && !body.querySelector("table, ul, ol, h1, h2, h3")) return "";
  const blocks = new Blocks();
  walk(body, blocks, PLAIN_LOOK, 0, []);
  blocks.end();
  return text_of_blocks(blocks.list);
};

const insert = (area, text) => {
  area.focus();
  // With this the person can undo it. Not every browser has it.
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
};

for (const area of document.querySelectorAll("textarea[data-markdown]")) {
  area.addEventListener("paste", (event) => {
    let text = "";
    try { text = markdown_of(event.clipboardData.getData("text/html")); } catch { /* the plain text is pasted */ }
    if (!text) return;
    event.preventDefault();
    const before = area.value.slice(0, area.selectionStart);
    const after = area.value.slice(area.selectionEnd);
    // A block of its own begins and ends with a blank line.
    const is_block = text.includes("\n") || /^(#|- |\d+\. |\||>)/.test(text);
    const lead = is_block && before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
    const tail = is_block && after && !after.startsWith("\n\n") ? (after.startsWith("\n") ? "\n" : "\n\n") : "";
    insert(area, lead + text + tail);
  });
}
