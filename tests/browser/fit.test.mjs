// The first ten seconds with a note: does it fit us? Everything that answers it stands within the first screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LANGUAGES, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const SCREENS = [{ width: 1280, height: 800 }, { width: 390, height: 844 }];
const { nodes, browser } = await nodes_and_browser("serve_fit.py");
const note = `${nodes.sandiego}/records/${nodes.note}`;

// What has to be seen without a scroll, and how many of it.
const WANTED = { "header.top": 1, "article.note h1": 1, ".note > .actions": 1, ".fit h2": 1, ".fit-says": 1, ".fit-measures > div": 4, ".fit-tried": 1,
  ".fit-tried .badge": 4, ".fit-near > li": 3, ".fit-near a": 3, ".fit-takes > div": 4, ".fit-core": 1, ".fit-needs .badge": 5, ".proof > p": 1 };

async function faults(page, { width, height }) {
  return page.evaluate(([wanted, width, height]) => {
    const out = [];
    for (const [what, count] of Object.entries(wanted)) {
      const all = [...document.querySelectorAll(what)];
      if (all.length !== count) out.push(`${what}: ${all.length}`);
      for (const one of all) {
        const box = one.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) out.push(`${what} is not shown`);
        if (box.bottom > height || box.top < 0 || box.right > width + 0.5 || box.left < -0.5) out.push(`${what} at ${Math.round(box.left)},${Math.round(box.top)} to ${Math.round(box.right)},${Math.round(box.bottom)}`);
      }
    }
    if (document.documentElement.scrollWidth > width) out.push(`${document.documentElement.scrollWidth} wide`);
    return out;
  }, [WANTED, width, height]);
}

test("all of the box is within the first screen, light and dark, in six languages", async () => {
  const bad = [];
  for (const viewport of SCREENS) {
    for (const colorScheme of ["light", "dark"]) {
      for (const locale of LANGUAGES) {
        const page = await open(browser, nodes.sandiego, "press", nodes.password, { viewport, colorScheme, locale });
        await page.goto(note);
        for (const fault of await faults(page, viewport)) bad.push(`${viewport.width} ${colorScheme} ${locale}: ${fault}`);
        assert.deepEqual(page.faults, []);
        await page.context().close();
      }
    }
  }
  assert.deepEqual(bad, []);
});

test("axe finds nothing in it, nor in the form of three figures", async () => {
  for (const viewport of SCREENS) {
    for (const [colorScheme, locale] of [["light", "en"], ["dark", "ar"]]) {
      for (const [base, path] of [[nodes.sandiego, `/records/${nodes.note}`], [nodes.trento, `/records/${nodes.note}`], [nodes.trento, "/profile/measures"]]) {
        const page = await open(browser, base, "it", nodes.password, { viewport, colorScheme, locale });
        await page.goto(base + path);
        for (const folded of await page.locator("details > summary:visible").all()) await folded.click();
        const found = await violations_of(page);
        assert.deepEqual(found.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], `${base}${path} ${viewport.width} ${locale}`);
        await page.context().close();
      }
    }
  }
});

test("320 pixels, folded and unfolded, and the HTML is valid", async () => {
  const checker = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "no-inline-style": "error", "long-title": "off", "no-redundant-role": "off" } });
  for (const locale of ["en", "fr", "ar"]) {
    for (const [base, path] of [[nodes.sandiego, `/records/${nodes.note}`], [nodes.trento, "/profile/measures"]]) {
      const page = await open(browser, base, "it", nodes.password, { locale, viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
      const answer = await page.goto(base + path);
      const report = await checker.validateString(await answer.text());
      assert.deepEqual(report.results.flatMap((result) => result.messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`)), []);
      const width = () => page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(await width() <= 320, `${locale} ${path}: ${await width()}`);
      for (const folded of await page.locator("details > summary:visible").all()) await folded.click();
      assert.ok(await width() <= 320, `${locale} ${path}, unfolded: ${await width()}`);
      await page.context().close();
    }
  }
});

test("on a phone the menu and the further actions unfold by keyboard, without scripts", async () => {
  const page = await open(browser, nodes.sandiego, "press", nodes.password, { viewport: SCREENS[1], javaScriptEnabled: false });
  await page.goto(note);
  assert.equal(await page.locator(".tabs").isVisible(), false);
  assert.equal(await page.locator(".more-actions").isVisible(), false);
  assert.ok(await page.locator(`a[href="/adopt?of=${nodes.note}"]`).isVisible(), "what matters most is there at once");
  const reach = async (what) => {
    for (let presses = 0; presses < 40; ++presses) {
      if (await page.evaluate((what) => document.activeElement?.matches(what) ?? false, what)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`${what} is not reached`);
  };
  await reach(".menu > summary");
  await page.keyboard.press("Enter");
  await page.locator(".tabs").waitFor();
  await reach(".note > .actions > .fold > summary");
  await page.keyboard.press("Enter");
  await page.locator(`a[href="/publish?translates=${nodes.note}"]`).waitFor();
  await reach('form[action="/publish/template"] button');
  await page.context().close();
  const desk = await open(browser, nodes.sandiego, "press", nodes.password, { viewport: SCREENS[0], javaScriptEnabled: false });
  await desk.goto(note);
  assert.ok(await desk.locator(".tabs").isVisible() && await desk.locator(".more-actions").isVisible(), "a desk folds nothing");
  assert.equal(await desk.locator(".menu").isVisible(), false);
  await desk.context().close();
});

test("the proof is one sentence, and its commands are for experts", async () => {
  const page = await open(browser, nodes.sandiego, null, null, { viewport: SCREENS[0] });
  await page.goto(note);
  assert.match(await page.innerText(".proof > p"), /^Belo Horizonte signed this; nobody has changed it[.;]/);
  assert.equal(await page.locator(".proof pre").isVisible(), false);
  await page.click(".proof summary");
  assert.match(await page.innerText(".proof pre"), /^koinon verify proof\.tlog-proof --vkey/);
  assert.ok(await page.locator(".fit-says").isVisible(), "who is not known sees the comparison with the node's city");
  await page.context().close();
});

test("in print the box stands whole, without actions and menu", async () => {
  const page = await open(browser, nodes.sandiego, "press", nodes.password, { viewport: SCREENS[0] });
  await page.goto(note);
  await page.emulateMedia({ media: "print" });
  for (const [what, shown] of [[".fit", true], [".fit-near > li:last-child", true], [".note > .actions", false], ["header.top", false]])
    assert.equal(await page.locator(what).isVisible(), shown, what);
  await page.context().close();
});

test("a city without figures fills in three, without scripts, and is compared", async () => {
  const address = `${nodes.trento}/records/${nodes.note}`;
  const reader = await open(browser, nodes.trento, null, null, { viewport: SCREENS[1] });
  await reader.goto(address);
  assert.equal(await reader.locator(".fit-says").count(), 0);
  const chief = await open(browser, nodes.trento, "it", nodes.password, { viewport: SCREENS[1], javaScriptEnabled: false });
  await chief.goto(address);
  await chief.click(".fit-hint a");
  assert.match(await chief.innerText(".notice.good"), /Trento, Italy/);
  assert.ok(Number(await chief.inputValue("#f-population")) > 50_000, "it is offered");
  assert.equal(await chief.inputValue("#f-income_band"), "high");
  assert.equal(await chief.inputValue("#f-climate"), "Cfb", "by where it lies");
  await chief.click("form.sheet button[type=submit]");
  await chief.waitForURL(/\/records\//);
  await chief.locator(".fit-says").waitFor();
  await reader.goto(address);
  assert.equal(await reader.locator(".fit-measures > div").count(), 4, "everybody sees it");
  for (const page of [chief, reader]) await page.context().close();
});
