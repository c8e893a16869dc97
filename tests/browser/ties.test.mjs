// Who learned from whom and our impact, in Debian's Chromium on two real nodes: with and without scripts, by keyboard, narrow,
// on paper, in six languages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const PATHS = ["/ties", "/ties?group=city&axis=40", "/ties?group=topic&country_from=KR", "/ties?print=yes&topic=health", "/ties?year_to=1999", "/map?country_from=KR", "/impact?year_from=2020"];
const { nodes, browser } = await nodes_and_browser();

test("an analyst finds the notes behind a figure, with and without scripts", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open(browser, nodes.seoul, null, null, { javaScriptEnabled });
    await page.goto(nodes.seoul + "/map");
    await page.click(".views >> text=Ties");
    await page.waitForURL(/\/ties$/);
    assert.equal(await page.locator(".matrix tbody tr").count(), 1);
    assert.equal(await page.locator(".matrix tbody th[scope=row]").innerText(), "South Korea");
    assert.equal(await page.locator(".matrix thead th[scope=col]").first().innerText(), "United States");
    await page.click(".matrix tbody td >> nth=0 >> a");
    await page.waitForURL(/row=KR/);
    assert.match(await page.innerText("#list"), /1 tie, the newest first/);
    await page.click("#list td:last-child a");
    await page.waitForURL(/\/records\/la\.example\/\d+$/);
    // The form narrows; a chip takes the filter away again.
    await page.goto(nodes.seoul + "/ties");
    await page.selectOption("#t-went", "did-not");
    await page.click(".tie-filter button");
    await page.waitForURL(/went=did-not/);
    assert.match(await page.innerText("main"), /No ties are known that fit this/);
    await page.click(".chips a");
    await page.waitForURL((url) => !url.search.includes("did-not"));
    assert.equal(await page.locator(".matrix tbody tr").count(), 1);
    // So does that of the map, which stays in its part of the world.
    await page.goto(nodes.seoul + "/map?region=asia");
    await page.click("details:has(.tie-filter) > summary");
    await page.selectOption("#t-went", "did-not");
    await page.click(".tie-filter button");
    await page.waitForURL((url) => /went=did-not/.test(url.search) && /region=asia/.test(url.search));
    assert.match(await page.innerText("#map .chips"), /did not/i);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test("by keyboard alone", async () => {
  const page = await open(browser, nodes.seoul, null, null);
  await page.goto(nodes.seoul + "/ties");
  const reached = new Set();
  for (let i = 0; i < 120; ++i) {
    await page.keyboard.press("Tab");
    const [name, outline] = await page.evaluate(() => {
      const one = document.activeElement;
      return [one.id || one.getAttribute("href") || one.getAttribute("aria-label") || one.textContent.trim(), getComputedStyle(one).outlineStyle];
    });
    if (name) reached.add(name);
    if (name && name.includes("row=KR") && name.includes("column=US")) {
      assert.notEqual(outline, "none", "it is seen where one is");
      await page.keyboard.press("Enter");
      await page.waitForURL(/row=KR/);
      break;
    }
  }
  for (const wanted of ["t-country_from", "t-year_from", "t-group"]) assert.ok(reached.has(wanted), `${wanted} is not among ${[...reached].join(", ")}`);
  assert.match(page.url(), /column=US/);
});

test("nothing is too wide at 320 pixels, and axe finds nothing, in six languages, light and dark", async () => {
  const found = [];
  for (const language of LANGUAGES) {
    const colorScheme = language === "ar" || language === "ko" ? "dark" : "light";
    const page = await open(browser, nodes.seoul, "press", nodes.password, { locale: language, colorScheme, bypassCSP: true, viewport: { width: 320, height: 640 } });
    for (const path of PATHS) {
      const answer = await page.goto(nodes.seoul + path);
      if (answer.status() !== 200) found.push(`${language} ${path}: ${answer.status()}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) found.push(`${language} ${path}: ${width} pixels`);
      const violations = await violations_of(page);
      for (const { id, nodes: places } of violations) found.push(`${language} ${path}: ${id}: ${places[0].html.slice(0, 120)}`);
    }
    await page.context().close();
  }
  assert.deepEqual(found, []);
});

test("from right to left the names of rows stand at the right", async () => {
  const page = await open(browser, nodes.seoul, null, null, { locale: "ar" });
  await page.goto(nodes.seoul + "/ties");
  const head = await page.locator(".matrix tbody th").first().boundingBox();
  const cell = await page.locator(".matrix tbody td").first().boundingBox();
  assert.ok(head.x > cell.x, `${head.x} ${cell.x}`);
});

test("on paper there are no buttons, no menus and no filters", async () => {
  const page = await open(browser, nodes.seoul, "press", nodes.password);
  for (const path of ["/ties?print=yes", "/ties", "/impact"]) {
    await page.goto(nodes.seoul + path);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll("button, [role=button], select, input, nav, header, footer")]
        .filter((one) => one.getClientRects().length > 0).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(shown, [], path);
    assert.ok((await page.innerText("main")).length > 100, path);
    assert.doesNotMatch(await page.innerText("main"), /[0-9a-f]{32}|[a-z2-7]{40}/, "no hashes");
    const pdf = await page.pdf({ format: "A4" });
    assert.ok(pdf.length > 1000);
    await page.emulateMedia({ media: "screen" });
  }
  await page.goto(nodes.seoul + "/ties?print=yes&country_from=KR");
  const text = await page.innerText("main");
  assert.match(text, /Country that taught: South Korea/);
  assert.match(text, /Los Angeles: .*Dodger Stadium/s, "a sentence of what came of it");
  assert.match(text, /Sources/);
});
