// The pages in Debian's Chromium, on two real nodes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LANGUAGES, Newcomer, arrives, open, pages_of, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser();

// For what must be asked of the node: waitForFunction takes the promise of an answer for the answer.
const comes_true = async (page, what, about) => {
  for (let tries = 0; tries < 150; ++tries) {
    if (await page.evaluate(what, about)) return;
    await page.waitForTimeout(200);
  }
  throw new Error(`never true: ${what}`);
};
const press = (base, options) => open(browser, base, "press", nodes.password, options);

test("Seoul publishes, Los Angeles asks and tries, and Seoul's open page shows it", async (t) => {
  const seoul = await open(browser, nodes.seoul, null, null);
  await seoul.goto(nodes.seoul + "/");
  const officer = new Newcomer(seoul);
  const began = Date.now();
  await officer.reads();
  await officer.clicks("header >> text=Log in");
  await officer.reads();
  await officer.types("#f-name", "press");
  await officer.types("#f-password", nodes.password);
  await officer.clicks("main button[type=submit]");
  await officer.clicks("text=Publish");
  await seoul.waitForSelector("#f-title");
  await officer.reads();
  await officer.types("#f-title", "Shade over bus stops");
  await officer.types("#f-solution", "Awnings over forty bus stops, put up in a week. Passengers wait in the shade; the parks department put them up with what it had.");
  await officer.types("#f-topics", "climate/heat");
  await officer.types("#f-contact", "press@seoul.example");
  await seoul.waitForFunction(() => document.querySelector(".saving").textContent === "Draft saved");
  await seoul.waitForSelector("[data-preview]:not([hidden]) >> text=Awnings over forty");
  await officer.clicks("button[value=publish]");
  await arrives(seoul, /\/records\/seoul.example\/\d+$/);
  t.diagnostic(`from the first page to the note: ${officer.interactions} interactions, ${Date.now() - began} ms by a program, ${Math.round(officer.seconds)} s by a slow reader and typist`);
  assert.ok(officer.interactions < 25);
  assert.ok(officer.seconds < 300, String(officer.seconds));
  const path = new URL(seoul.url()).pathname;

  const la = await press(nodes.la);
  await la.goto(nodes.la + "/");
  await la.waitForSelector(`a[href="${path}"]`);  // arrives by itself, however late it is
  await la.fill("#q", "awnings");
  await la.waitForFunction(() => document.querySelector(".total").textContent.trim() === "1 note");
  await la.waitForSelector('nav.views a[href="/?like=us&q=awnings"]');  // cities like ours keep the words
  await la.click(`a[href="${path}"]`);
  await la.click("text=Ask a question");
  await la.fill("#f-title", "Who put them up?");
  await la.fill("#f-text", "Your staff, or a company?");
  await la.click("main button[type=submit]");
  await arrives(la, /\/records\/la.example\/\d+$/);
  await la.goto(nodes.la + path);
  await la.click("text=We are trying this");
  await la.click("main .presses button[value=trying]");
  await arrives(la, nodes.la + path);

  // Seoul's page has been open all the time.
  await seoul.waitForSelector("#questions >> text=Who put them up?");
  await seoul.waitForSelector("#adoptions >> text=We are trying this");
  await seoul.click("#questions a:text-is('Answer')");
  await seoul.fill("#f-text", "The parks department.");
  await seoul.click("main button[type=submit]");
  await la.waitForSelector("#questions >> text=The parks department.");
  assert.deepEqual(seoul.faults.concat(la.faults), []);
});

test("city IT: invites Milan by a line and its code, gives a colleague an account, and sees who did what", async () => {
  const seoul = await open(browser, nodes.seoul, "it", nodes.password);
  const milan = await open(browser, nodes.milan, "it", nodes.password);
  await seoul.click("header >> text=Operate");
  await seoul.fill("#f-for", "milan.example");
  await seoul.fill("#f-address", nodes.line);
  await seoul.click("button[value=invite]");
  await seoul.waitForSelector("svg.qr");
  const line = await seoul.textContent(".notice.good pre code");
  await milan.click("header >> text=Operate");
  await milan.fill("#f-line", line);
  await milan.click("button[value=join]");
  for (const [page, city] of [[milan, "seoul.example"], [seoul, "milan.example"]]) {
    const there = page.locator("tr", { hasText: city }).locator(".badge.good");
    await assert.doesNotReject(async () => {
      for (let tries = 0; tries < 200 && !(await there.count()); ++tries) await page.goto(new URL("/operate", page.url()).href);
      await there.waitFor();
    });
  }
  await seoul.click("text=Accounts");
  await seoul.fill("#f-name", "colleague");
  await seoul.click("button[value=add]");
  const link = new URL(await seoul.textContent(".notice.good pre code"));
  const colleague = await open(browser, nodes.seoul, null, null);
  await colleague.goto(nodes.seoul + link.pathname);
  await colleague.fill("#f-password", "another good sentence");
  await colleague.click("main button[type=submit]");
  await arrives(colleague, /login/);
  await colleague.fill("#f-name", "colleague");
  await colleague.fill("#f-password", "another good sentence");
  await colleague.click("main button[type=submit]");
  await colleague.click("header >> text=Publish");
  await colleague.waitForSelector("#f-title");
  await seoul.click("text=Audit");
  const audit = await seoul.textContent("main");
  for (const action of ["invite", "addAccount"]) assert.ok(audit.includes(action), audit.slice(0, 500));
  assert.deepEqual(seoul.faults.concat(milan.faults), []);
});

test("a session that ends in the middle of writing loses nothing", async () => {
  const page = await open(browser, nodes.seoul, "press", nodes.password, { bypassCSP: true });
  await page.goto(nodes.seoul + "/publish");
  await page.fill("#f-title", "Kept over the end of a session");
  await page.fill("#f-solution", "Long and hard thought about.");
  await page.fill("#f-topics", "climate/heat");
  await page.context().clearCookies();
  await page.click("button[value=publish]");
  await page.waitForSelector("text=Your session has ended");
  const violations = await violations_of(page);
  assert.deepEqual(violations.map((v) => v.id), []);
  const [window] = await Promise.all([page.context().waitForEvent("page"), page.click("text=Log in, in a new window")]);
  await window.fill("#f-name", "press");
  await window.fill("#f-password", nodes.password);
  await window.click("main button[type=submit]");
  await arrives(window, nodes.seoul + "/");
  await page.click("main button[type=submit]");
  await page.waitForSelector("text=Your session has changed");
  await page.click("main button[type=submit]");
  await arrives(page, /\/records\/seoul.example\/\d+$/);
  assert.match(await page.textContent("main"), /Long and hard thought about/);
});

test("cities are offered as they are typed", async () => {
  const page = await press(nodes.la);
  await page.goto(nodes.la + "/ask");
  await page.evaluate(() => document.querySelector("#city-list").replaceChildren());
  await page.type("#f-to", "milan.example, seou");
  await page.waitForFunction(() => [...document.querySelectorAll("#city-list option")].some((o) => o.value.startsWith("milan.example, ") && o.value.includes("seoul.example")));
});

test("topics are offered by name after a comma too, and a fault goes when it is mended", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await press(nodes.seoul, { javaScriptEnabled });
    await page.goto(nodes.seoul + "/publish");
    if (javaScriptEnabled) {
      await page.type("#f-topics", "Extreme heat, hosp");
      await page.waitForFunction(() => [...document.querySelectorAll("#topic-list option")].some((o) => o.value === "Extreme heat, Hospitals"));
    }
    await page.fill("#f-topics", "heat");
    await page.click("button[value=publish]");
    await page.waitForSelector("[data-problems]");
    assert.equal(await page.locator("[aria-invalid]").count(), 3, "title, text and topics at once");
    assert.equal(await page.locator("[data-problems] li").count(), 3);
    await page.check("fieldset.asked label:has-text('Extreme heat') input");
    await page.fill("#f-title", "Shade");
    if (javaScriptEnabled) {
      assert.equal(await page.locator("[data-problems] li").count(), 1, "what is mended is told no longer");
      assert.equal(await page.locator("#error-title").count(), 0);
    }
    await page.fill("#f-solution", "Awnings, once more.");
    await page.click("button[value=preview]");
    await page.waitForSelector("main section.preview");
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    assert.match(await page.inputValue("#f-topics"), /Extreme heat/);
    await page.context().close();
  }
});

test("an operator's form tells all faults at their fields, keeps what was typed, and each goes when it is mended", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open(browser, nodes.seoul, "it", nodes.password, { javaScriptEnabled });
    await page.goto(nodes.seoul + "/operate/accounts");
    await page.fill("#f-name", "Kim Minji!");
    await page.fill("#f-email", "nobody");
    await page.selectOption("#f-role", "reviewer");
    await page.click("button[value=add]");
    await page.waitForSelector("[data-problems]");
    assert.equal(await page.locator("[aria-invalid]").count(), 2);
    assert.deepEqual(await page.$$eval("[data-problems] a", (links) => links.map((link) => link.hash)), ["#f-name", "#f-email"]);
    assert.equal(await page.inputValue("#f-email"), "nobody");
    assert.equal(await page.inputValue("#f-role"), "reviewer");
    await page.fill("#f-name", "kim");
    if (javaScriptEnabled) {
      assert.equal(await page.locator("#error-name").count(), 0);
      assert.equal(await page.locator("[data-problems] li").count(), 1);
    }
    // Of an account that is there, at its own fields.
    await page.fill("#f-email-press", "nobody");
    await page.click("article:has(#f-email-press) button[value=change]");
    await page.waitForSelector("#error-email-press");
    assert.equal(await page.locator("[aria-invalid]").count(), 1);
    await page.context().close();
  }
});

test("practices that help are chosen by title from a list that narrows", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await press(nodes.seoul, { javaScriptEnabled });
    await page.goto(`${nodes.seoul}/answer?to=${nodes.question}`);
    const rows = await page.locator("[data-practices]").count();
    if (javaScriptEnabled) {
      await page.type("#f-points", "drive-thru");
      await page.waitForFunction((ref) => [...document.querySelectorAll("#practice-list option")].some((o) => o.value.endsWith(`(${ref})`)), nodes.note);
      const options = await page.$$eval("#practice-list option", (all) => all.map((o) => o.value));
      await page.fill("#f-points", options.find((value) => value.endsWith(`(${nodes.note})`)));
      await page.type(`#f-points-${rows}`, "zeppelins");
      assert.equal(await page.locator("[data-practices]").count(), rows + 1, "there is always one row more");
      assert.equal(await page.getAttribute(`#f-points-${rows + 1}`, "name"), `points_to:${rows + 1}`);
      assert.equal(await page.getAttribute(`#f-points-${rows + 1}`, "aria-label"), `Practice ${rows + 1}`);
    } else {
      await page.fill("#f-points", `${nodes.seoul}/records/${nodes.note}`);
      await page.fill(`#f-points-${rows}`, "zeppelins");
    }
    await page.click("main form.sheet button[type=submit]");
    await page.waitForSelector("[data-problems]");
    assert.match(await page.inputValue("#f-points"), new RegExp(`\\(${nodes.note}\\)$`), "it stands under its title");
    assert.equal(await page.locator("[data-problems] a[href='#f-points-2']").count(), 1);
    await page.fill("#f-points-2", "");
    if (javaScriptEnabled) assert.equal(await page.locator("#error-points-2").count(), 0, "what is mended is told no longer");
    await page.context().close();
  }
});

// As a browser tells of it: with what was copied as HTML and as plain text. False: the page has inserted something itself.
const paste = (page, where, html, text = "") => page.evaluate(([selector, rich, plain]) => {
  const data = new DataTransfer();
  if (rich) data.setData("text/html", rich);
  data.setData("text/plain", plain);
  const area = document.querySelector(selector);
  area.focus();
  return area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}, [where, html, text]);
const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal { margin: 0 }</style></head><body><!--StartFragment-->
<h2>Cool <span style="mso-bidi-font-weight:bold">roofs</span><o:p></o:p></h2>
<p class=MsoNormal>We \u201cpainted\u201d <b>40
roofs</b>, see <a href="https://city.example/plan_(b)">the plan</a>.<o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>\u00b7<span>&nbsp;&nbsp; </span></span><![endif]>First</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>Inner</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>One</p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal><b>Tree</b></p></td><td><p class=MsoNormal><b>Count</b></p></td></tr>
<tr><td><p class=MsoNormal>Oak | old</p></td><td><p class=MsoNormal align=right>1,200</p></td></tr></table>
<p class=MsoNormal>10 m<sup>2</sup> <img src="https://elsewhere.example/a.png"><script>window.bad = true</script></p><!--EndFragment--></body></html>`;
const DOCS = `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:400;">One </span><span style="font-weight:700;">bold</span><span style="font-style:italic;"> slanted</span>.</p>
<ul><li dir="ltr" aria-level="1"><p role="presentation"><span>a</span></p></li><ul><li dir="ltr" aria-level="2"><p><span>b</span></p></li></ul></ul>
<ul><li role="checkbox" aria-checked="true"><p>done</p></li></ul><p><a href="javascript:alert(1)">no link</a></p></b>`;

test("text from Word and Google Docs becomes Markdown, and a table of it is a table of the note", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  await page.waitForFunction(() => document.querySelector("script[src*=paste]"));
  await page.$$eval("main details", (all) => { for (const one of all) one.open = true; });
  for (let tries = 0; tries < 200 && await paste(page, "#f-results", "<p><b>is it there</b></p>"); ++tries) await page.waitForTimeout(50);
  const preview = page.waitForResponse((answer) => /results=&.*do=preview-part/.test(answer.request().postData()));
  await page.fill("#f-results", "");
  assert.equal((await preview).status(), 200, "a form that is not filled in yet is no fault");
  assert.equal(await page.isVisible("[data-preview]"), false);
  assert.equal(await paste(page, "#f-solution", WORD), false);
  assert.equal(await page.inputValue("#f-solution"), [
    "## Cool roofs", "We \u201cpainted\u201d **40 roofs**, see [the plan](https://city.example/plan_%28b%29).", "- First\n  - Inner", "1. One",
    "| Tree | Count |\n| --- | ---: |\n| Oak \\| old | 1,200 |", "10 m\u00b2"].join("\n\n"));
  assert.equal(await page.evaluate(() => window.bad), undefined);
  await page.keyboard.press("Control+z");
  assert.equal(await page.inputValue("#f-solution"), "", "it can be undone");
  await paste(page, "#f-solution", DOCS);
  assert.equal(await page.inputValue("#f-solution"), "One **bold** *slanted*.\n\n- a\n  - b\n- [x] done\n\nno link");
  // What is plain stays as the browser pastes it; so does what an editor of code copies.
  assert.equal(await paste(page, "#f-solution", "", "# plain"), true);
  assert.equal(await paste(page, "#f-solution", '<meta charset="utf-8"><div style="white-space: pre;"><b># source</b></div>', "# source"), true);
  // Newsletters have tables within tables: each cell is read once, or it takes twice as long for every table around it.
  const within = (tables) => "<table><tr><td>".repeat(tables) + WORD.match(/<p class=MsoListParagraph style='mso-list:l1.*<\/p>/)[0] + "</td></tr></table>".repeat(tables);
  for (const tables of [1, 60]) {
    await page.fill("#f-solution", "");
    await paste(page, "#f-solution", within(tables));
    assert.equal(await page.inputValue("#f-solution"), "1. One");
  }
  // Of styles that never end each is not looked through to the end.
  await page.fill("#f-solution", "");
  await paste(page, "#f-solution", "<b>One</b>" + "<style>".repeat(500_000));
  assert.equal(await page.inputValue("#f-solution"), "**One**");
  await page.fill("#f-solution", "");
  await paste(page, "#f-solution", WORD);
  for (const [field, text] of [["#f-title", "From Word"], ["#f-topics", "climate/heat"], ["#f-contact", "it@seoul.example"]]) await page.fill(field, text);
  await page.waitForSelector("[data-preview]:not([hidden]) table >> text=Oak | old");
  await page.click("button[value=publish]");
  await arrives(page, /\/records\/seoul.example\/\d+$/);
  assert.deepEqual(await page.$$eval(".text table th", (all) => all.map((cell) => cell.textContent)), ["Tree", "Count"]);
  assert.equal(await page.$$eval("h1", (all) => all.length), 1);
  assert.equal(await page.textContent(".text h3"), "Cool roofs", "below the section's heading");
  assert.deepEqual(page.faults, []);
});

test("a button puts a table in, by keyboard, and it can be undone", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  const selected = () => page.$eval("#f-solution", (area) => area.value.slice(area.selectionStart, area.selectionEnd));
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  for (const [field, text] of [["#f-title", "Trees"], ["#f-topics", "climate/heat"], ["#f-contact", "it@seoul.example"]]) await page.fill(field, text);
  await page.fill("#f-solution", "Trees were planted.\nMore came.");
  await page.$eval("#f-solution", (area) => { area.focus(); area.setSelectionRange(5, 5); });
  // The toolbar is one stop, and its arrows go round.
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "Bold");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "Table");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  assert.equal(await page.inputValue("#f-solution"), "Trees were planted.\n\n| Column 1 | Column 2 |\n| --- | --- |\n|  |  |\n|  |  |\n\nMore came.");
  assert.equal(await selected(), "Column 1");
  await page.keyboard.type("Street");
  await page.waitForSelector("[data-preview]:not([hidden]) th >> text=Street");
  assert.equal(await page.$$eval("[data-preview] td", (all) => all.length), 4, "with a text below that is none of its rows");
  // Within a table the next one stands below it; where nothing is, at the beginning.
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "Table", "the one that was used last");
  await page.keyboard.press("Space");
  assert.match(await page.inputValue("#f-solution"), /^Trees were planted\.\n\n\| Street .*\|\n\| --- .*\|\n.*\|\n.*\|\n\n\| Column 1 [^]*\|  \|  \|\n\nMore came\.$/);
  await page.keyboard.press("Control+z");
  assert.match(await page.inputValue("#f-solution"), /\|  \|  \|\n\nMore came\.$/);
  await page.fill("#f-solution", "");
  await page.$eval("#f-solution", (area) => area.previousElementSibling.lastChild.click());
  assert.match(await page.inputValue("#f-solution"), /^\| Column 1 [^]*\|\n\n$/);
  await page.fill("#f-solution", "bold");
  await page.$eval("#f-solution", (area) => { area.select(); area.previousElementSibling.firstChild.click(); });
  assert.equal(await page.inputValue("#f-solution"), "**bold**");
  assert.deepEqual(page.faults, []);
  await page.context().close();
  for (const [locale, label, heading, next] of [["ko", "표", "열 1", "ArrowLeft"], ["it", "Tabella", "Colonna 1", "ArrowLeft"], ["es", "Tabla", "Columna 1", "ArrowLeft"],
    ["fr", "Tableau", "Colonne 1", "ArrowLeft"], ["ar", "جدول", "عمود 1", "ArrowRight"]]) {
    const other = await press(nodes.seoul, { locale });
    await other.goto(nodes.seoul + "/publish");
    await other.focus("#f-solution");
    await other.keyboard.press("Shift+Tab");
    await other.keyboard.press(next);
    assert.equal(await other.evaluate(() => document.activeElement.getAttribute("aria-label")), label);
    await other.keyboard.press("Enter");
    assert.match(await other.inputValue("#f-solution"), new RegExp(`^\\| ${heading} \\|`));
    await other.context().close();
  }
});

test("the publish story by keyboard alone", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  const focus_on = async (wanted) => {
    for (let i = 0; i < 120; ++i) {
      await page.keyboard.press("Tab");
      const there = await page.evaluate(() => { const e = document.activeElement; return e.id || (e.name && `${e.name}=${e.value}`) || ""; });
      const visible = await page.evaluate(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" || s.boxShadow !== "none"; });
      assert.ok(visible, `the focus shows on ${there}`);
      if (there === wanted) return;
    }
    assert.fail(`the keyboard does not reach ${wanted}`);
  };
  for (const [field, text] of [["f-title", "Cool roofs"], ["f-solution", "Painted white."], ["f-topics", "climate/heat"], ["f-contact", "it@seoul.example"]]) {
    await focus_on(field);
    await page.keyboard.type(text);
  }
  await focus_on("do=publish");
  await page.keyboard.press("Enter");
  await arrives(page, /\/records\/seoul.example\/\d+$/);
  assert.equal(await page.textContent("h1"), "Cool roofs");
});

test("Enter in a field sends nothing, with scripts and without", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open(browser, nodes.seoul, "it", nodes.password, { javaScriptEnabled });
    for (const [path, least, form = "form.sheet "] of [["/publish", 30], ["/ask", 20], [`/answer?to=${nodes.question}`, 4], [`/adopt?of=${nodes.note}`, 3],
      ["/profile", 5], [`/records/${nodes.note}/withdraw`, 1], ["/operate", 2, "form:has([name=until]) "]]) {
      await page.goto(nodes.seoul + path);
      const sent = [];
      page.on("request", (request) => { if (request.isNavigationRequest()) sent.push([request.method(), request.url()]); });
      if (javaScriptEnabled) await page.$$eval("main details", (all) => { for (const one of all) one.open = true; });
      else for (const one of await page.locator("main details > summary").all()) await one.click();
      const fields = await page.locator(`main ${form} input:visible:not([type=file], [type=submit])`).all();
      assert.ok(fields.length >= least, `${path} has ${fields.length}`);
      for (const field of fields) {
        const name = await field.getAttribute("name");
        if (["title", "contact"].includes(name)) await field.fill("What somebody types");
        await field.press("Enter");
        await page.evaluate(() => 0);
        assert.deepEqual(sent, [], `${path}, in ${name}`);
      }
      // A form that were sent would have been asked for by now: the page still answers.
      assert.equal(new URL(page.url()).pathname, path.split("?")[0]);
      assert.deepEqual(sent, [], `${path} with scripts ${javaScriptEnabled ? "on" : "off"}`);
      page.removeAllListeners("request");
    }
    await page.context().close();
  }
});

test("a file comes by hand, and two people who edit one draft are told", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  await page.setInputFiles("[data-files] input[type=file]", { name: "plan of the site.txt", mimeType: "text/plain", buffer: Buffer.from("a plan") });
  await page.waitForSelector("[data-file-list] >> text=plan of the site.txt");
  await page.fill("#f-title", "With a file");
  await page.waitForFunction(() => document.querySelector(".saving").textContent === "Draft saved");
  const draft = await page.inputValue("input[name=draft]");
  const other = await page.context().newPage();
  await other.goto(`${nodes.seoul}/publish?draft=${draft}`);
  await other.fill("#f-title", "Another's title");
  await other.click("button[value=save]");
  await other.waitForSelector("text=The draft is saved");
  await page.fill("#f-solution", "Mine.");
  await page.waitForFunction(() => document.querySelector(".saving").textContent.includes("Somebody else has changed this draft"));
});

test("nothing is published without a file that is on its way or was not taken", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  let let_go;
  const held_up = new Promise((resolve) => { let_go = resolve; });
  await page.route("**/api/v1/attachments", async (route) => { await held_up; await route.continue().catch(() => {}); });
  const choose = (name, buffer, mimeType = "text/plain") => page.setInputFiles("[data-files] input[type=file]", { name, mimeType, buffer });
  await page.fill("#f-title", "With its plan");
  await page.fill("#f-solution", "See the plan.");
  await page.fill("#f-topics", "climate/heat");
  await choose("plan.txt", Buffer.from("a plan"));
  await page.waitForSelector("[data-file-list] progress");
  await page.click("button[value=publish]");
  await page.waitForSelector("[data-told] >> text=still on its way");
  assert.equal(new URL(page.url()).pathname, "/publish");
  // One that nobody waits for is stopped.
  await choose("other.txt", Buffer.from("another"));
  await page.click("li:has-text('other.txt') >> text=Stop");
  await page.waitForFunction(() => document.querySelectorAll("[data-file-list] li").length === 1);
  let_go();
  await page.waitForFunction(() => document.querySelector("input[name=files]").value.endsWith("plan.txt"));
  // Refused ones stay told until somebody says that it goes on without them.
  await choose("tool.exe", Buffer.from("anything"));
  await page.waitForSelector("li:has-text('tool.exe') >> text=Programs do not go");
  await choose("script.txt", Buffer.from("#!/bin/sh"));
  await page.waitForSelector("li:has-text('script.txt') >> text=programs do not go");
  await page.waitForFunction(() => document.querySelector(".saving").textContent === "Draft saved");
  assert.equal(await page.locator("li:has-text('tool.exe')").count(), 1, "a saved draft does not hide it");
  await page.click("button[value=publish]");
  await page.waitForSelector("[data-told] >> text=was not added");
  for (const name of ["tool.exe", "script.txt"]) await page.click(`li:has-text('${name}') >> text=Go on without it`);
  await page.click("button[value=publish]");
  await arrives(page, /\/records\/seoul.example\/\d+/);
  assert.match(await page.textContent("main"), /plan\.txt/);
  assert.doesNotMatch(await page.textContent("main"), /script\.txt/);
});

test("the story of publishing, with all that may go wrong on the way: nothing is lost, nothing is sent unmeant", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "koinon-story-"));
  const film = join(folder, "film.mp4"), photo = join(folder, "photo.png");
  writeFileSync(film, Buffer.alloc(70 * 1024 * 1024, "x"));
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  writeFileSync(photo, Buffer.concat([pixel, Buffer.alloc(3 * 1024 * 1024, "x")]));  // what follows a PNG's end is not looked at
  for (const locale of ["en", "ko"]) {
    const page = await open(browser, nodes.seoul, "press", nodes.password, { locale, timezoneId: "Asia/Seoul" });
    const published = async () => (await (await page.request.get(nodes.seoul + "/api/v1/cities/seoul.example")).json()).entries;
    const before = await published();
    const officer = new Newcomer(page);
    const began = Date.now();
    // A slow network: each request takes a while.
    await page.route("**/*", async (route) => { await new Promise((done) => setTimeout(done, 30)); await route.continue().catch(() => {}); });
    await page.goto(nodes.seoul + "/publish");
    await officer.types("#f-title", `Shade at stops, ${locale}`);
    await page.press("#f-title", "Enter");
    await officer.types("#f-solution", "Awnings over forty bus stops.");
    await officer.types("#f-topics", "climate/heat");
    // Too large a film is told at once and stays told; a photo comes with its words.
    await page.setInputFiles("[data-files] input[type=file]", film);
    await page.waitForSelector("[data-file-list] [role=alert]");
    await page.setInputFiles("[data-files] input[type=file]", photo);
    await page.waitForSelector("[data-file-list] input[type=text]");
    await officer.types("[data-file-list] input[type=text]", "An awning over a bus stop");
    await page.waitForFunction(() => document.querySelector("input[name=draft]").value);
    // A day for it.
    const day = new Date(Date.now() + 9 * 86400e3).toISOString().slice(0, 10);
    await officer.types("#f-at", `${day}T09:00`);
    await page.waitForFunction(() => !/^$/.test(document.querySelector("[data-preview-body]").textContent));
    // Another window of the same draft is changed meanwhile; this one then publishes nothing.
    const draft = await page.inputValue("input[name=draft]");
    await comes_true(page, async ([of, has]) => {
      const kept = await (await fetch(`/api/v1/drafts/${of}`)).text();
      return kept.includes(has) && JSON.parse(kept).version === Number(document.querySelector("input[name=version]").value);
    }, [draft, day]);
    const other = await page.context().newPage();
    await other.goto(`${nodes.seoul}/publish?draft=${draft}`);
    await other.fill("#f-contact", "press@seoul.example");
    await other.click("button[value=save]");
    await arrives(other, /saved=yes/);
    await officer.clicks("[data-file-list] li:first-child button");  // on without the film
    await officer.clicks("button[value=publish]");
    await page.waitForSelector("button[value=overwrite]");
    assert.equal(await page.inputValue("#f-solution"), "Awnings over forty bus stops.");
    assert.equal(await page.inputValue("#f-at"), `${day}T09:00`);
    await officer.clicks("button[value=overwrite]");
    await arrives(page, /saved=yes/);
    assert.equal(await page.inputValue("#f-at"), `${day}T09:00`);
    // Its session ends; it is sent again from where it was.
    const session = (await page.context().cookies()).filter((cookie) => !cookie.name.startsWith("koinon_zone"));
    await page.context().clearCookies();
    await officer.clicks("button[value=publish]");
    await page.waitForSelector("form[data-unsaved]");
    await page.context().addCookies(session);
    // Twice: the page that was made for nobody first asks whether this somebody means it.
    for (let tries = 0; tries < 3 && !page.url().includes("/held/"); ++tries)
      await Promise.all([page.waitForEvent("load"), officer.clicks("main form[data-unsaved] button")]);
    assert.match(page.url(), /\/held\/\d+$/);
    assert.match(await page.textContent("main"), /9:00/);
    await officer.reads();
    // Taken back, it still has its day and its picture. Going back shows what was sent, and sends nothing.
    await officer.clicks("button[value=cancel]");
    await arrives(page, /\/publish\?draft=\d+$/);
    assert.equal(await page.inputValue("#f-at"), `${day}T09:00`);
    assert.equal(await page.inputValue("[data-file-list] input[type=text]"), "An awning over a bus stop");
    const address = page.url();
    await page.goBack();
    await page.goto(address);
    assert.equal(await published(), before, "nothing has gone out so far");
    await page.fill("#f-at", "");
    await officer.clicks("button[value=publish]");
    await arrives(page, /\/records\/seoul.example\/\d+$/);
    assert.ok(await page.locator("[role=status]").count(), "a page says that it is published");
    assert.equal(await page.getAttribute("figure img", "alt"), "An awning over a bus stop");
    assert.equal(await page.locator("article.note h1").textContent(), `Shade at stops, ${locale}`);
    assert.equal(await published(), before + 1);
    t.diagnostic(`${locale}: ${officer.interactions} interactions, ${Date.now() - began} ms by a program, ${Math.round(officer.seconds)} s modelled`);
    await page.context().close();
  }
  rmSync(folder, { recursive: true });
});

test("leaving a page asks where something would be lost, and nowhere else", async () => {
  const page = await press(nodes.seoul);
  for (const [path, field] of [["/publish", "#f-solution"], ["/ask", "#f-text"], [`/answer?to=${nodes.question}`, "#f-text"]]) {
    await page.goto(nodes.seoul + path);
    const asked = [];
    const note = (dialog) => { asked.push(dialog.type()); dialog.accept(); };
    page.on("dialog", note);
    if (path === "/publish") await page.route("**/publish", (route) => route.request().method() === "POST" ? route.abort() : route.continue());
    await page.click(field);
    await page.keyboard.type("Not yet saved.");
    await page.goto(nodes.seoul + "/");
    assert.deepEqual(asked, ["beforeunload"], path);
    await page.unroute("**/publish").catch(() => {});
    await page.goto(nodes.seoul + path);
    await page.click(field);
    await page.goto(nodes.seoul + "/");
    assert.equal(asked.length, 1, `${path}: nothing was written`);
    page.off("dialog", note);
  }
  await page.goto(nodes.seoul + "/publish");
  const asked = [];
  page.on("dialog", (dialog) => { asked.push(dialog.type()); dialog.accept(); });
  await page.click("#f-solution");
  await page.keyboard.type("Saved by itself.");
  await page.waitForFunction(() => document.querySelector(".saving").textContent === "Draft saved");
  await page.goto(nodes.seoul + "/");
  assert.deepEqual(asked, []);
});

test("what is typed while a draft is being saved is saved too, and publishing waits for that", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  let let_go;
  const held_up = new Promise((resolve) => { let_go = resolve; });
  let saves = 0;
  await page.route("**/publish", async (route) => {
    if ((route.request().postData() || "").includes("do=autosave") && ++saves === 1) await held_up;
    await route.continue();
  });
  await page.fill("#f-title", "Over a slow network");
  await page.fill("#f-topics", "climate/heat");
  await page.waitForRequest((request) => (request.postData() || "").includes("do=autosave"));
  await page.fill("#f-solution", "Typed meanwhile.");
  await page.click("button[value=publish]");
  let_go();
  await arrives(page, /\/records\/seoul.example\/\d+/);
  assert.match(await page.textContent("main"), /Typed meanwhile/);
});

test("a save whose answer never comes keeps nobody from saving", async () => {
  const page = await press(nodes.seoul);
  await page.goto(nodes.seoul + "/publish");
  await page.fill("#f-title", "Over a line that dies");
  await page.fill("#f-topics", "climate/heat");
  await page.waitForFunction(() => document.querySelector("input[name=draft]").value);
  let lost = 0;
  await page.route("**/publish", async (route) => {
    if (!(route.request().postData() || "").includes("do=autosave") || lost++) return route.continue();
    await route.fetch();  // the node has it, and its answer is lost
  });
  await page.fill("#f-solution", "Kept by the node.");
  await page.waitForRequest((request) => (request.postData() || "").includes("do=autosave"));
  await page.click("button[value=save]");
  await arrives(page, /saved=yes/);
  assert.equal(await page.inputValue("#f-solution"), "Kept by the node.");
  assert.equal(lost, 1);
});

test("the time is taken and shown in the browser's zone, and the button says it", async () => {
  const page = await open(browser, nodes.seoul, "press", nodes.password, { timezoneId: "Asia/Tokyo" });
  await page.goto(nodes.seoul + "/publish");
  assert.equal(await page.inputValue("input[name=zone]"), "Asia/Tokyo");
  const day = new Date(Date.now() + 20 * 86400e3).toISOString().slice(0, 10);
  await page.fill("#f-title", "On its day");
  await page.fill("#f-solution", "Then.");
  await page.fill("#f-topics", "climate/heat");
  await page.fill("#f-at", `${day}T09:00`);
  assert.match(await page.textContent("button[value=publish]"), /^Schedule for \w+day, .* 9:00/);
  assert.match(await page.textContent("[role=note] [data-when]"), / 9:00/);
  await page.click("button[value=publish]");
  await arrives(page, /\/held\/\d+$/);
  assert.match(await page.textContent("main"), /9:00/);
  await page.click("button[value=cancel]");
  await arrives(page, /\/publish\?draft=\d+$/);
  assert.equal(await page.inputValue("#f-at"), `${day}T09:00`);
  // Somebody elsewhere sees the same moment.
  const away = await open(browser, nodes.seoul, "press", nodes.password, { timezoneId: "Europe/London" });
  await away.goto(page.url());
  assert.match(await away.inputValue("#f-at"), /T0[01]:00$/);
  await away.click("button[value=remove]");
  // Half a date is no word that it goes out now.
  await page.goto(nodes.seoul + "/publish");
  await page.fill("#f-title", "Half a date");
  await page.fill("#f-solution", "Then.");
  await page.fill("#f-topics", "climate/heat");
  await page.focus("#f-at");
  await page.keyboard.type("12");
  await page.click("button[value=publish]");
  await page.waitForSelector("[data-told] >> text=not complete");
  assert.equal(new URL(page.url()).pathname, "/publish");
});

test("no violation of WCAG 2.2 A or AA, on any page, in any language, in both themes", async () => {
  const found = [];
  const all = process.env.KOINON_ALL;
  for (const language of LANGUAGES) {
    // Colours are no matter of language: dark once in each direction. Nor is a page's structure: of the languages that are
    // written from left to right each page is looked at in English and one other. Unless everything is asked for.
    const themes = all || language === "en" ? ["light", "dark"] : [language === "ar" ? "dark" : "light"];
    const others = LANGUAGES.filter((one) => one !== "en" && one !== "ar");
    const pages = pages_of(nodes).filter((_, i) => all || !others.includes(language) || others[i % others.length] === language);
    for (const colorScheme of themes) {
      const visitors = new Map();
      for (const [who, path] of pages) {
        if (!visitors.has(who)) visitors.set(who, await open(browser, nodes.seoul, who, nodes.password, { locale: language, colorScheme, bypassCSP: true }));
        const page = visitors.get(who);
        await page.goto(nodes.seoul + path);
        const violations = await violations_of(page);
        for (const { id, nodes: places } of violations) found.push(`${language} ${colorScheme} ${path}: ${id}: ${places.slice(0, 2).map((p) => p.html.slice(0, 120)).join(" | ")}`);
        assert.equal(await page.getAttribute("html", "lang"), language);
        assert.equal(await page.getAttribute("html", "dir"), language === "ar" ? "rtl" : "ltr");
      }
      for (const page of visitors.values()) await page.context().close();
    }
  }
  assert.deepEqual([...new Set(found)], []);
});

test("works at 320 pixels, which is 400 % of 1280", async () => {
  const wide = [];
  for (const language of ["en", "ar"]) {
    const visitors = new Map();
    for (const [who, path] of pages_of(nodes)) {
      if (!visitors.has(who)) visitors.set(who, await open(browser, nodes.seoul, who, nodes.password, { locale: language, viewport: { width: 320, height: 640 } }));
      const page = visitors.get(who);
      await page.goto(nodes.seoul + path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) wide.push(`${language} ${path}: ${width}`);
    }
    for (const page of visitors.values()) await page.context().close();
  }
  assert.deepEqual(wide, []);
});

test("the HTML is valid", async () => {
  const checker = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "no-inline-style": "error", "long-title": "off", "no-redundant-role": "off" } });
  const faults = [];
  const visitors = new Map();
  for (const [who, path] of pages_of(nodes)) {
    if (!visitors.has(who)) visitors.set(who, await open(browser, nodes.seoul, who, nodes.password, { javaScriptEnabled: false }));
    const page = visitors.get(who);
    const answer = await page.goto(nodes.seoul + path);
    const report = await checker.validateString(await answer.text());
    for (const result of report.results) for (const m of result.messages) faults.push(`${path}:${m.line}: ${m.ruleId}: ${m.message}`);
  }
  assert.deepEqual([...new Set(faults)], []);
});

test("few requests, little weight, nobody else's server, nothing that the policy forbids", async (t) => {
  for (const path of ["/", `/records/${nodes.note}`]) {
    const page = await open(browser, nodes.seoul, null, null);
    const answers = [];
    page.on("requestfinished", (request) => answers.push(request));
    await page.goto(nodes.seoul + path, { waitUntil: "load" });
    await page.waitForFunction(() => document.readyState === "complete");
    // What goes over the line, which a slow one feels; and what the browser unpacks of it.
    const asked = await Promise.all(answers.map(async (request) => [request.url(), (await request.sizes()).responseBodySize, (await (await request.response()).body()).length]));
    const loaded = asked.filter(([url]) => !url.endsWith("/api/v1/events") && !url.startsWith("data:"));
    const [sent, unpacked] = [1, 2].map((which) => loaded.reduce((sum, one) => sum + one[which], 0));
    t.diagnostic(`${path}: ${loaded.length} requests, ${sent} bytes, ${unpacked} unpacked`);
    assert.ok(loaded.length <= 3, JSON.stringify(loaded));
    assert.ok(sent < 40_000, String(sent));
    assert.ok(unpacked < 175_000, String(unpacked));
    for (const [url] of asked) assert.ok(url.startsWith(nodes.seoul) || url.startsWith("data:"), url);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});
