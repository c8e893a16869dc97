// How is it going? Asked on the desk and on the note's page, answered in one press: with and without scripts, by keyboard, in two
// languages; a failure is told and found as a success is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlValidate } from "html-validate";
import { LANGUAGES, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser("serve_follow_ups.py");

const press = (options) => open(browser, nodes.la, "press", nodes.password, options);
const paths = () => ["/desk", `/follow-up?of=${nodes.notes[0]}`, `/adopt?of=${nodes.notes[2]}`, `/adopt?of=${nodes.notes[0]}&again=yes`, `/records/${nodes.notes[0]}`,
  "/?kind=adoption&outcome=no-success"];

test("axe finds nothing, in both themes and from right to left", async () => {
  for (const [locale, colorScheme] of [["en", "light"], ["ar", "dark"], ["ko", "light"]]) {
    const page = await press({ locale, colorScheme, bypassCSP: true });
    for (const path of paths()) {
      await page.goto(nodes.la + path);
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      const violations = await violations_of(page);
      assert.deepEqual(violations.map((v) => `${locale} ${colorScheme} ${path}: ${v.id}: ${v.nodes[0].html.slice(0, 120)}`), []);
    }
    await page.context().close();
  }
});

test("at 320 px every press is on the page, in every language, without scripts", async () => {
  const checker = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "no-inline-style": "error", "long-title": "off", "no-redundant-role": "off" } });
  for (const locale of LANGUAGES) {
    const page = await press({ locale, viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
    for (const path of paths()) {
      const answer = await page.goto(nodes.la + path);
      const report = await checker.validateString(await answer.text());
      assert.deepEqual(report.results.flatMap((result) => result.messages.map((m) => `${path}: ${m.line}: ${m.ruleId}: ${m.message}`)), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${locale} ${path}`);
    }
    await page.goto(`${nodes.la}/adopt?of=${nodes.notes[2]}`);
    const buttons = await page.locator(".presses button:visible").all();
    assert.equal(buttons.length, 5, "on the first screen, with nothing unfolded");
    const boxes = await Promise.all(buttons.map((button) => button.boundingBox()));
    for (const box of boxes) assert.ok(box.x >= 0 && box.x + box.width <= 320 && Math.abs(box.height - boxes[0].height) < 40, locale);
    await page.context().close();
  }
});

test("the note's page asks how it goes, and the answer is a failure, told by keyboard without scripts", async () => {
  const page = await press({ locale: "ko", javaScriptEnabled: false });
  await page.goto(`${nodes.la}/records/${nodes.notes[0]}`);
  const first = page.locator(".actions :is(a, button)").first();
  assert.equal(await first.innerText(), "어떻게 되고 있나요?", "and not that it is tried, once more");
  assert.match(await page.innerText(".last-word"), /시도하고 있습니다/);
  await first.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/follow-up\?of=/);
  await page.focus("#f-why");
  await page.keyboard.type("햇볕이 옆에서 들어왔다.");
  for (let i = 0; i < 4; ++i) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "did-not");
  await page.keyboard.press("Space");
  await page.waitForURL(`${nodes.la}/records/${nodes.notes[0]}`);
  await page.goto(`${nodes.la}/records/${nodes.notes[0]}`);
  assert.match(await page.innerText("#adoptions"), /효과 없었음[\s\S]*햇볕이 옆에서/);
  await page.context().close();
});

test("the desk asks, one press answers, and nothing is asked again", async () => {
  const page = await press({ locale: "en" });
  await page.goto(nodes.la + "/desk");
  assert.deepEqual(await page.locator("#follow-ups form p:first-of-type a").allInnerTexts(), ["Cool roofs"], "what did not work is an answer");
  await page.click("#follow-ups button[value=partly]");
  await page.waitForURL(`${nodes.la}/records/${nodes.notes[1]}`);
  await page.goto(nodes.la + "/desk");
  assert.equal(await page.locator("#follow-ups").count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("what did not work is one click from the first page, its badge as large as that of a success", async () => {
  const page = await open(browser, nodes.la, null, null, { locale: "en" });
  await page.goto(nodes.la + "/");
  await page.click("text=What did not work, and why");
  await page.waitForSelector(".results .outcome-did-not");
  const failed = await page.locator(".results .outcome-did-not").first().boundingBox();
  await page.goto(nodes.la + "/?kind=adoption&outcome=partly");
  const partly = await page.locator(".results .outcome-partly").first().boundingBox();
  assert.equal(failed.height, partly.height);
  await page.context().close();
});
