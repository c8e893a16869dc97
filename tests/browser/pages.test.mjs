// The pages in Debian's Chromium, on two real nodes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LANGUAGES, open, pages_of, start_browser, start_nodes } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
let nodes, browser;

before(async () => {
  nodes = await start_nodes();
  browser = await start_browser();
});
after(async () => {
  await browser?.close();
  await nodes?.stop();
});

const press = (base, options) => open(browser, base, "press", nodes.password, options);

test("Seoul publishes, Los Angeles asks and tries, and Seoul's open page shows it", async (t) => {
  const seoul = await press(nodes.seoul);
  let interactions = 0;
  const act = async (what) => { interactions += 1; await what; };
  const began = Date.now();
  await act(seoul.click("text=Publish"));
  await act(seoul.fill("#f-title", "Shade over bus stops"));
  await act(seoul.fill("#f-solution", "Awnings over forty bus stops, put up in a week."));
  await act(seoul.fill("#f-topics", "climate/heat"));
  await act(seoul.fill("#f-contact", "press@seoul.example"));
  await seoul.waitForFunction(() => document.querySelector(".saving").textContent === "Draft saved");
  await seoul.waitForSelector("[data-preview]:not([hidden]) >> text=Awnings over forty");
  await act(seoul.click("button[value=publish]"));
  await seoul.waitForURL(/\/records\/seoul.example\/\d+$/);
  t.diagnostic(`published with ${interactions} interactions in ${Date.now() - began} ms by a program`);
  assert.ok(interactions < 25);
  const path = new URL(seoul.url()).pathname;

  const la = await press(nodes.la);
  await la.goto(nodes.la + "/");
  await la.waitForSelector(`a[href="${path}"]`);  // arrives by itself, however late it is
  await la.fill("#q", "awnings");
  await la.waitForFunction(() => document.querySelector(".total").textContent.trim() === "1 note");
  await la.click(`a[href="${path}"]`);
  await la.click("text=Ask a question");
  await la.fill("#f-title", "Who put them up?");
  await la.fill("#f-text", "Your staff, or a company?");
  await la.click("main button[type=submit]");
  await la.waitForURL(/\/records\/la.example\/\d+$/);
  await la.goto(nodes.la + path);
  await la.click("text=We are trying this");
  await la.click("main form > p.buttons button");
  await la.waitForURL(nodes.la + path);

  // Seoul's page has been open all the time.
  await seoul.waitForSelector("#questions >> text=Who put them up?");
  await seoul.waitForSelector("#adoptions >> text=We are trying this");
  await seoul.click("#questions a:text-is('Answer')");
  await seoul.fill("#f-text", "The parks department.");
  await seoul.click("main button[type=submit]");
  await la.waitForSelector("#questions >> text=The parks department.");
  assert.deepEqual(seoul.faults.concat(la.faults), []);
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
  await page.waitForURL(/\/records\/seoul.example\/\d+$/);
  assert.equal(await page.textContent("h1"), "Cool roofs");
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

test("no violation of WCAG 2.2 A or AA, on any page, in any language, in both themes", async () => {
  const found = [];
  for (const language of LANGUAGES) {
    // Colours are no matter of language: dark once in each direction, unless everything is asked for.
    const themes = process.env.KOINON_ALL || language === "en" ? ["light", "dark"] : [language === "ar" ? "dark" : "light"];
    for (const colorScheme of themes) {
      const visitors = new Map();
      for (const [who, path] of pages_of(nodes)) {
        if (!visitors.has(who)) visitors.set(who, await open(browser, nodes.seoul, who, nodes.password, { locale: language, colorScheme, bypassCSP: true }));
        const page = visitors.get(who);
        await page.goto(nodes.seoul + path);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
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
    const asked = [];
    page.on("response", async (answer) => asked.push([answer.url(), (await answer.body().catch(() => Buffer.alloc(0))).length]));
    await page.goto(nodes.seoul + path, { waitUntil: "load" });
    await page.waitForFunction(() => document.readyState === "complete");
    const loaded = asked.filter(([url]) => !url.endsWith("/api/v1/events") && !url.startsWith("data:"));
    const weight = loaded.reduce((sum, [, bytes]) => sum + bytes, 0);
    t.diagnostic(`${path}: ${loaded.length} requests, ${weight} bytes`);
    assert.ok(loaded.length <= 3, JSON.stringify(loaded));
    assert.ok(weight < 150_000, String(weight));
    for (const [url] of asked) assert.ok(url.startsWith(nodes.seoul) || url.startsWith("data:"), url);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});
