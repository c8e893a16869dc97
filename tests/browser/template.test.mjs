// What carries a practice over, written with and without scripts; and a Korean practice that becomes the draft of an office
// that works in Italian.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrives, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser();

// The page has the same address before and after.
const leaves_out = async (page, act) => {
  const loaded = page.waitForEvent("load");
  await act();
  await loaded;
  assert.match(page.url(), /\/publish\?draft=\d+&saved=yes/);
  assert.equal(await page.locator("button[value=leave-out]").count(), 0, "nothing is left");
};
const press = (base, options) => open(browser, base, "press", nodes.password, options);
const has_no_faults = async (page) => {
  const violations = await violations_of(page);
  assert.deepEqual(violations.map(({ id, nodes: places }) => `${id}: ${places[0].html}`), []);
};
const fits = async (page, width, javaScriptEnabled = true) => {
  await page.setViewportSize({ width, height: 800 });
  if (javaScriptEnabled) assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width}`);
};
const carries = (page) => page.locator("details.group").filter({ has: page.locator("#f-needs") });

// A practice of Seoul, in Korean. Its path.
const korean = async (page, title) => {
  await page.goto(nodes.seoul + "/publish");
  await page.selectOption("#f-language", "ko");
  await page.fill("#f-title", title);
  await page.fill("#f-solution", "주차장에 선별진료소를 열었다.");
  await page.fill("#f-topics", "health/testing");
  if (!(await page.isVisible("#f-core"))) await carries(page).locator("summary").first().click();
  await page.fill("#f-core", "사람들은 차에서 내리지 않는다.");
  await page.fill("#f-adaptable", "장소.");
  await page.selectOption("#f-need-what-1", "mandate");
  await page.fill("#f-need-text-1", "도로 사용 허가");
  await page.click("[data-more-needs]");
  await page.waitForSelector("#f-need-what-4");
  await page.selectOption("#f-need-what-4", "money");
  await page.fill("#f-need-text-4", "하루 백만 원");
};

test("what a practice needs is written in rows, with and without scripts", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await press(nodes.seoul, { javaScriptEnabled });
    await korean(page, `차 안의 검사 ${javaScriptEnabled}`);
    if (javaScriptEnabled) assert.equal(await page.locator("[data-need]").count(), 4, "a row more");
    else assert.equal(await page.locator("[data-need]").count(), 6, "three rows more, from the node");
    assert.equal(await page.inputValue("#f-core"), "사람들은 차에서 내리지 않는다.");
    if (javaScriptEnabled) {
      for (let row = 5; row <= 12; ++row) await page.click("[data-more-needs]");
      assert.equal(await page.locator("[data-more-needs]").count(), 0, "no more than a note may have");
      assert.equal(await page.getAttribute("#f-need-text-12", "aria-label"), "Need 12, in one sentence");
      await page.waitForSelector("[data-preview]:not([hidden]) >> text=하루 백만 원");
      await has_no_faults(page);
    }
    await fits(page, 320, javaScriptEnabled);
    await page.click("button[value=publish]");
    await arrives(page, /\/records\/seoul.example\/\d+$/);
    assert.deepEqual(await page.locator("section[aria-labelledby^='s-'] > h2").allInnerTexts(), ["What must stay", "What may be changed", "What it needs", "Solution"]);
    assert.deepEqual(await page.locator("ul.needs .badge").allInnerTexts(), ["Mandate", "Money"]);
    assert.equal(await page.getAttribute("ul.needs span[lang]", "lang"), "ko");
    if (javaScriptEnabled) await has_no_faults(page);
    await fits(page, 320, javaScriptEnabled);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});

test("an office that works in Italian makes a Korean practice its own", async () => {
  const seoul = await press(nodes.seoul);
  for (const javaScriptEnabled of [true, false]) {
    await korean(seoul, `드라이브스루 ${javaScriptEnabled}`);
    await seoul.click("button[value=publish]");
    await arrives(seoul, /\/records\/seoul.example\/\d+$/);
    const path = new URL(seoul.url()).pathname;
    const page = await press(nodes.la, { locale: "it", javaScriptEnabled });
    for (let tries = 0; tries < 150; ++tries) {  // it arrives
      const answer = await page.goto(nodes.la + path);
      if (answer.ok() && await page.locator("form[action='/publish/template'] button").count()) break;
      await page.waitForTimeout(200);
    }
    await page.click("text=Farla nostra");
    await arrives(page, /\/publish\?draft=\d+/);
    assert.equal(await page.inputValue("#f-language"), "it");
    assert.match(await page.inputValue("#f-core"), /^사람들은 차에서 내리지 않는다\.\n\n⟦Da tradurre: .*⟧$/);
    assert.equal(await page.inputValue("#f-solution"), "⟦Da completare: Soluzione⟧");
    assert.equal(await page.inputValue("#f-need-what-2"), "money");
    // The original stands beside its field on a wide page, above it on a phone, and says which language it is.
    const original = page.locator(".side-by-side").filter({ has: page.locator("#f-core") }).locator(".original-text");
    assert.equal(await original.innerText(), "사람들은 차에서 내리지 않는다.");
    assert.deepEqual([await original.getAttribute("lang"), await original.getAttribute("dir")], ["ko", "ltr"]);
    const places = async () => [await original.boundingBox(), await page.locator("#f-core").boundingBox()];
    await fits(page, 1280, javaScriptEnabled);
    let [theirs, ours] = await places();
    assert.ok(theirs.x + theirs.width <= ours.x, "two columns");
    await fits(page, 320, javaScriptEnabled);
    [theirs, ours] = await places();
    assert.ok(theirs.y + theirs.height <= ours.y, "one above the other");
    await page.setViewportSize({ width: 1280, height: 800 });
    if (javaScriptEnabled) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });  // no colour is on its way to another
        await has_no_faults(page);
      }
    }
    // Not by accident: each field that is still to be filled in is named.
    await page.click("button[value=publish]");
    await page.waitForSelector("[role=alert] a[href='#f-core']");
    for (const field of ["title", "adaptable", "needs", "solution"]) assert.equal(await page.locator(`[role=alert] a[href='#f-${field}']`).count(), 1, field);
    await page.fill("#f-title", "Test in auto");
    await page.fill("#f-core", "Le persone restano in auto.");
    await page.fill("#f-solution", "Nel parcheggio dello stadio.");
    await page.fill("#f-need-text-1", "Un’ordinanza del sindaco");
    await leaves_out(page, () => page.click("button[value=leave-out]"));
    assert.equal(await page.inputValue("#f-adaptable"), "");
    assert.equal(await page.inputValue("#f-need-what-2"), "", "a need that is not ours");
    await page.click("button[value=publish]");
    await arrives(page, /\/records\/la.example\/\d+$/);
    assert.equal(await page.locator(`a[href="${path}"]`).count() > 0, true, "with credit");
    assert.deepEqual(await page.locator("ul.needs .badge").allInnerTexts(), ["Mandato"]);
    assert.deepEqual(page.faults.filter((fault) => !/40[04]/.test(fault)), []);
    await page.context().close();
  }
});

test("from the note to a published practice of our own by keyboard alone", async () => {
  const page = await press(nodes.la);
  await page.goto(`${nodes.la}/records/${nodes.note}`);
  const reach = async (wanted, key = "Tab") => {
    for (let tabs = 0; tabs < 300; ++tabs) {
      await page.keyboard.press(key);
      if (await page.evaluate((selector) => document.activeElement.matches(selector), wanted)) return;
    }
    assert.fail(`the keyboard does not reach ${wanted}`);
  };
  const write = async (field, text) => {
    await reach(field);
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
  };
  await reach("form[action='/publish/template'] button");
  await page.keyboard.press("Enter");
  await arrives(page, /\/publish\?draft=\d+/);
  await write("#f-title", "Testing at the stadium");
  await write("#f-solution", "Cars queue at the stadium.");
  if (!(await page.isVisible("[data-more-needs]"))) {  // what carries it over is unfolded where the note says any of it
    await reach("details.group > summary");
    await page.keyboard.press("Enter");
  }
  await reach("[data-more-needs]");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-need-what-4", "the new row has the focus");
  await page.keyboard.type("Place");
  await page.keyboard.press("Tab");
  await page.keyboard.type("A stadium");
  await reach("button[value=leave-out]", "Shift+Tab");
  await leaves_out(page, () => page.keyboard.press("Enter"));
  await reach("main button[value=publish]");
  await page.keyboard.press("Enter");
  await arrives(page, /\/records\/la.example\/\d+$/);
  assert.match(await page.innerText("ul.needs"), /Place\s+A stadium/);
  assert.deepEqual(page.faults, []);
});
