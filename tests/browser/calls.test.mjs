// A call between two cities on pages: asked for in one language and time zone, answered in another in one press, with and
// without scripts, by keyboard, right to left and on a narrow screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrives, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser();

const press = (base, options) => open(browser, base, "press", nodes.password, options);
const in_la = { timezoneId: "America/Los_Angeles", locale: "en-US" };
const in_seoul = { timezoneId: "Asia/Seoul", locale: "ko-KR" };
// Comes back until the other city's word has come.
const shows = async (page, url, selector) => {
  for (let tries = 0; tries < 150; ++tries) {
    const answer = await page.goto(url);
    if (answer.status() === 200 && (await page.locator(selector).count())) return;
    await page.waitForTimeout(200);
  }
  throw new Error(`${url} never shows ${selector}: ${await page.innerText("main")}`);
};
const has_no_faults = async (page) => {
  const violations = await violations_of(page);
  assert.deepEqual(violations.map(({ id, nodes: places }) => `${id}: ${places[0].html}`), []);
};
const fits = async (page) => {
  await page.setViewportSize({ width: 320, height: 800 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than 320: ${page.url()}`);
  await page.setViewportSize({ width: 1280, height: 800 });
};
// The times that the form suggests are kept; how many presses and fields it took.
const ask_for_call = async (page, text) => {
  await page.goto(`${nodes.la}/call?about=${nodes.note}`);
  await page.fill("#f-text", text);
  await page.click("button[value=publish]");
  await arrives(page, /\/records\/la.example\/\d+$/);
  return new URL(page.url()).pathname;
};

test("Los Angeles asks in English, Seoul says yes in Korean with the keyboard, and both have it in their calendars", async (t) => {
  const la = await press(nodes.la, in_la);
  await la.goto(`${nodes.la}/records/${nodes.note}`);
  assert.equal(await la.locator(`a[href="/call?about=${nodes.note}"]`).count(), 1);
  await la.goto(`${nodes.la}/call?about=${nodes.note}`);
  assert.match(await la.inputValue("#f-to"), /seoul\.example/);
  assert.match(await la.innerText("#there-time1"), /Los Angeles Time[^]*Seoul.*South Korea Time/);
  await has_no_faults(la);
  await fits(la);
  const call = await ask_for_call(la, "How many people staff a site?");
  t.diagnostic("to ask for a call from the note: 3 interactions (Ask for a call, the text, Ask for it)");
  assert.match(await la.innerText("section.call"), /Waiting for Seoul/);
  await has_no_faults(la);

  const seoul = await press(nodes.seoul, in_seoul);
  await shows(seoul, nodes.seoul + call, "form.call-answers button");
  const first = seoul.locator("form.call-answers .call-times button").first();
  assert.match(await first.innerText(), /요일/, "the day in the reader's language");
  const asked_first = await seoul.locator("form.call-answers").first().evaluate((form) =>
    Boolean(form.elements.contact.compareDocumentPosition(form.querySelector(".call-times button")) & Node.DOCUMENT_POSITION_FOLLOWING));
  assert.ok(asked_first, "how to reach us is asked before the press that publishes");
  await has_no_faults(seoul);
  await fits(seoul);
  // An empty press of Enter in the field of the contact answers nothing.
  await seoul.focus("form.call-answers input[name=contact]");
  await seoul.keyboard.press("Enter");
  assert.equal(new URL(seoul.url()).pathname, call);
  await first.focus();
  await seoul.keyboard.press("Enter");
  await seoul.waitForSelector(`a[href="${call}/call.ics"]`);
  await shows(la, nodes.la + call, `a[href="${call}/call.ics"]`);
  assert.match(await la.innerText("section.call"), /Agreed: /);
  assert.equal(await la.locator("section.call .notice.good").count(), 1, "good news is not shown as a warning");
  await has_no_faults(la);
  const files = [];
  for (const [page, base] of [[la, nodes.la], [seoul, nodes.seoul]]) {
    const answer = await page.request.get(`${base}${call}/call.ics`);
    assert.equal(answer.status(), 200);
    assert.match(answer.headers()["content-type"], /^text\/calendar/);
    files.push(await answer.text());
  }
  const lines = (name) => files.map((file) => file.split("\r\n").find((line) => line.startsWith(name)));
  for (const name of ["UID:", "DTSTART:", "DTEND:", "SEQUENCE:"]) assert.equal(...lines(name));
  await seoul.goto(nodes.seoul + "/desk");
  assert.equal(await seoul.locator(`a[href="${call}/call.ics"]`).count(), 1);
  await has_no_faults(seoul);
  await la.goto(`${nodes.la}/records/${nodes.note}`);
  assert.match(await la.innerText("#calls"), /Agreed: /);
  await has_no_faults(la);
  assert.deepEqual(la.faults.concat(seoul.faults), []);
});

test("without scripts Seoul offers another time from its inbox, and Los Angeles takes it", async () => {
  const la = await press(nodes.la, { ...in_la, javaScriptEnabled: false });
  const seoul = await press(nodes.seoul, { locale: "en", javaScriptEnabled: false });
  const call = await ask_for_call(la, "Who pays for the sites?");
  await shows(seoul, nodes.seoul + "/inbox", `form.call-answers input[value="${call.replace("/records/", "")}"]`);
  await seoul.locator("article.card", { hasText: "Who pays for the sites?" }).getByText("Another time").click();
  await seoul.click("button[value=times]");
  assert.match(await seoul.innerText("#there-time1"), /Los Angeles/);
  await seoul.fill("#f-text", "We have a holiday.");
  await seoul.click("button[value=another-time]");
  await arrives(seoul, nodes.seoul + call);
  await shows(la, nodes.la + call, "form.call-answers .call-times button");
  assert.match(await la.innerText("section.call"), /offers other times[^]*We have a holiday/);
  await la.locator("form.call-answers .call-times button").first().click();
  await la.waitForSelector(`a[href="${call}/call.ics"]`);
  await shows(seoul, nodes.seoul + call, `a[href="${call}/call.ics"]`);
});

test("right to left and on a narrow screen nothing is cut off, and what was typed is kept", async () => {
  const page = await press(nodes.la, { ...in_la, locale: "ar" });
  for (const path of [`/call?about=${nodes.note}`, "/call"]) {
    await page.goto(nodes.la + path);
    assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
    await has_no_faults(page);
    await fits(page);
  }
  await page.fill("#f-to", "nowhere at all");
  await page.fill("#f-text", "عن المواقع");
  await page.click("button[value=publish]");
  await page.waitForSelector("[data-problems] a[href='#f-to']");
  assert.equal(await page.inputValue("#f-text"), "عن المواقع");
  await has_no_faults(page);
  await fits(page);
});
