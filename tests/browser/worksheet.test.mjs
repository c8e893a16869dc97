// "Would it work here?" in Debian's Chromium: with and without scripts, in two languages, by keyboard, in print.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Newcomer, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const WORDS = {
  en: { link: "Would it work here?", saved: "The worksheet is saved", missing: "Something is missing", fits: "It fits with changes" },
  ar: { link: "هل تنجح عندنا؟", saved: "حُفظت الورقة", missing: "ينقص شيء", fits: "تناسبنا بعد تعديلات" },
};
const { nodes, browser } = await nodes_and_browser();
let note;

// A practice of Seoul that does not say what it needs, once it has arrived in Los Angeles.
before(async () => {
  const page = await open(browser, nodes.seoul, "press", nodes.password);
  await page.goto(nodes.seoul + "/publish");
  for (const [field, text] of [["#f-title", "Shade at the harbour"], ["#f-solution", "Tents along the quay."], ["#f-topics", "climate/heat"]]) await page.fill(field, text);
  await page.click("main button[value=publish]");
  await page.waitForURL(/\/records\/seoul.example\/\d+$/);
  note = new URL(page.url()).pathname.replace("/records/", "");
  for (let tries = 0; (await page.goto(`${nodes.la}/records/${note}`)).status() !== 200; ++tries) {
    assert.ok(tries < 150, "it arrives");
    await page.waitForTimeout(200);
  }
  await page.context().close();
});

const press = (options) => open(browser, nodes.la, "press", nodes.password, options);
const sheet = () => `${nodes.la}/worksheet?of=${note}`;
const needs = (page) => page.locator('input[type=text][name^="remark_"]').count();
const throw_away = async (page) => {
  await page.goto(sheet());
  const button = page.locator("button[value=remove]");
  if (!(await button.count())) return;
  await button.click();
  await page.waitForURL(/\/desk$/);
};
const faults_of = async (page) =>
  (await violations_of(page)).map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120))]);

for (const javaScriptEnabled of [true, false]) {
  for (const [locale, words] of Object.entries(WORDS)) {
    test(`an office fills a worksheet and begins the adoption: ${locale}, ${javaScriptEnabled ? "with" : "without"} scripts`, async () => {
      const page = await press({ locale, javaScriptEnabled });
      await throw_away(page);
      await page.goto(`${nodes.la}/records/${note}`);
      await page.click(`.note > .actions >> text=${words.link}`);
      await page.waitForURL(/\/worksheet\?of=/);
      assert.equal(await needs(page), 6, "the note names none, so each kind is asked about");
      await page.check("#core-yes");
      for (let i = 0; i < 6; ++i) await page.check(`#need_${i}-${i === 2 ? "lack" : "have"}`);
      await page.fill("#f-remark_2", "Two nurses are ill.");
      if (javaScriptEnabled) {
        await page.waitForSelector(`[data-verdict] >> text=${words.missing}`);
        assert.equal(await page.inputValue("input[name=version]") !== "0", true, "it is saved by itself");
      }
      await page.check("#need_2-can-get");
      await page.check("#context_climate-yes");
      await page.fill("#f-changes", "Tents, not buildings.");
      await page.fill("#f-plan", "- May: Kim asks the council");
      await page.click("button[value=save]");
      await page.waitForSelector(`text=${words.saved}`);
      assert.match(await page.innerText("[data-verdict]"), new RegExp(words.fits));
      assert.equal(await page.inputValue("#f-remark_2"), "Two nurses are ill.");
      await page.click("button[value=adopt]");
      await page.waitForURL(/\/adopt\?of=/);
      assert.equal(await page.inputValue("#f-plan"), "- May: Kim asks the council");
      assert.equal(await page.inputValue("#f-changes"), "Tents, not buildings.");
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  }
}

test("how long it takes a newcomer to answer all of it and to begin the adoption", async (t) => {
  const page = await press();
  await throw_away(page);
  await page.goto(`${nodes.la}/records/${note}`);
  const officer = new Newcomer(page);
  await officer.clicks(".note > .actions >> text=Would it work here?");
  await page.waitForSelector("#core-yes");
  await officer.reads();
  await officer.clicks("#core-yes");
  for (let i = 0; i < 6; ++i) await officer.clicks(`#need_${i}-have`);
  for (const measure of ["population", "climate", "income", "density"]) await officer.clicks(`#context_${measure}-no`);
  await officer.types("#f-changes", "Tents in place of a building, since we have no empty one.");
  await officer.types("#f-plan", "- May: Kim asks the council\n- June: two tents at the harbour");
  await officer.clicks("button[value=adopt]");
  await page.waitForURL(/\/adopt\?of=/);
  t.diagnostic(`from the note to the form of the adoption: ${officer.interactions} interactions, ${Math.round(officer.seconds)} s by a slow reader and typist`);
  assert.ok(officer.interactions < 25);
  assert.ok(officer.seconds < 300, String(officer.seconds));
  await page.context().close();
});

test("a colleague's change is not written over, and nothing that was typed is lost", async () => {
  const [one, other] = [await press(), await press()];
  await throw_away(one);
  for (const page of [one, other]) await page.goto(sheet());
  await one.fill("#f-plan", "By one.");
  await one.waitForFunction(() => document.querySelector(".saving").textContent === "Worksheet saved");
  await other.fill("#f-plan", "By the other.");
  await other.waitForFunction(() => /A colleague has changed/.test(document.querySelector(".saving").textContent));
  await other.click("button[value=save]");
  await other.waitForSelector("button[value=overwrite]");
  assert.equal(await other.inputValue("#f-plan"), "By the other.");
  await other.click("button[value=overwrite]");
  await other.waitForSelector("text=The worksheet is saved");
  await one.goto(sheet());
  assert.equal(await one.inputValue("#f-plan"), "By the other.");
  await Promise.all([one, other].map((page) => page.context().close()));
});

test("what a practice says it needs is what is asked about", async () => {
  const page = await press();
  await page.goto(`${nodes.la}/worksheet?of=${nodes.note}`);
  assert.equal(await needs(page), 1);
  assert.match(await page.innerText("fieldset:has(#need_0-have) legend"), /Place\s*A large open space is best; a small one is possible/);
  await page.context().close();
});

test("all of it by keyboard alone", async () => {
  const page = await press();
  await throw_away(page);
  await page.goto(sheet());
  await page.focus("#core-yes");
  await page.keyboard.press("Space");
  for (let i = 0; i < 6; ++i) {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");  // the remark
  }
  assert.equal(await page.locator("input[type=radio][name^=need_]:checked").count(), 6);
  await page.focus("button[value=save]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=The worksheet is saved");
  assert.match(await page.innerText("[data-verdict]"), /It fits/);
  await page.context().close();
});

test("accessible, narrow, dark, and in print without buttons", async () => {
  for (const options of [{}, { colorScheme: "dark" }, { locale: "ar" }, { locale: "ko", colorScheme: "dark", viewport: { width: 320, height: 640 } }]) {
    const page = await press({ bypassCSP: true, ...options });
    await page.goto(sheet());
    await page.check("#need_0-lack");
    await page.check("#need_1-can-get");
    await page.click("button[value=save]");
    await page.waitForSelector(".notice.good");
    for (const path of [`/worksheet?of=${note}`, `/worksheet/print?of=${note}`, "/desk"]) {
      await page.goto(nodes.la + path);
      assert.deepEqual(await faults_of(page), [], `${path} ${JSON.stringify(options)}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= (options.viewport?.width ?? 1280), `${path} is ${width} wide`);
    }
    await page.goto(`${nodes.la}/worksheet/print?of=${note}`);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("button:visible, input:visible, nav:visible").count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
});
