// What came of a practice, as somebody sees it who has never heard of Koinon.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser();

const visitor = (options) => open(browser, nodes.seoul, null, null, options);

test("a visitor is told at a glance what came of Seoul's advice, in every language, on a screen and on a phone", async () => {
  const wrong = [];
  for (const [size, scheme] of [[{ width: 1280, height: 800 }, "light"], [{ width: 390, height: 844 }, "dark"]]) {
    for (const locale of LANGUAGES) {
      const page = await visitor({ locale, viewport: size, colorScheme: scheme });
      await page.goto(nodes.seoul + "/");
      const where = `${locale} ${size.width}`;
      const story = await page.$("section.story");
      assert.ok(story, where);
      const picture = await page.locator("section.story svg").boundingBox();
      const first = await page.locator("section.story .told li").first().boundingBox();
      if (picture.y + picture.height > size.height || first.y + first.height > size.height) wrong.push(`${where}: below the fold`);
      if (picture.x < 0 || picture.x + picture.width > size.width) wrong.push(`${where}: the picture is cut`);
      // Where all of a name does not fit, it is cut with a sign; names never touch.
      const names = await page.$$eval("section.story svg .stop text:not(.sign)", (texts) => texts.map((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return { left, right, top, bottom };
      }));
      for (const [i, a] of names.entries()) {
        for (const b of names.slice(i + 1)) {
          if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) wrong.push(`${where}: names overlap`);
        }
      }
      const described = await page.locator("section.story svg desc").textContent();
      if (!described.trim()) wrong.push(`${where}: the picture has no words`);
      const violations = await violations_of(page, "section.story");
      for (const { id, nodes: at } of violations) wrong.push(`${where}: ${id} ${at[0].html.slice(0, 120)}`);
      assert.deepEqual(page.faults, [], where);
      await page.context().close();
    }
  }
  assert.deepEqual(wrong, []);
});

test("the picture runs from right to left where people read so, and the title is in the reader's language", async () => {
  const xs = (page) => page.$$eval("section.story svg circle", (circles) => circles.map((circle) => Number(circle.getAttribute("cx"))));
  const english = await visitor();
  await english.goto(nodes.seoul + "/");
  const there = await xs(english);
  assert.ok(there[0] < there[1]);
  assert.equal(await english.locator("section.story .told a").first().getAttribute("lang"), "en");
  const arabic = await visitor({ locale: "ar" });
  await arabic.goto(nodes.seoul + "/");
  const back = await xs(arabic);
  assert.ok(back[0] > back[1]);
  const korean = await visitor({ locale: "ko" });
  await korean.goto(nodes.seoul + "/");
  assert.equal(await korean.locator("section.story .told a").first().getAttribute("lang"), "ko");
});

test("without scripts each line leads to its signed note, and the whole story to all of them", async () => {
  const page = await visitor({ javaScriptEnabled: false });
  await page.goto(nodes.seoul + "/");
  const told = await page.locator("section.story .told a").count();
  assert.ok(told >= 3, String(told));
  await page.click("section.story .more a");
  assert.ok(page.url().endsWith(`/story/${nodes.note}`), page.url());
  assert.ok(await page.locator(".told a").count() >= told);
  assert.ok(await page.isVisible("noscript a"));
  await page.locator(".told a").first().click();
  assert.match(page.url(), /\/records\/seoul\.example\/\d+$/);
});

test("who looks on sees the map and the story grow", async () => {
  const map = await visitor();
  await map.goto(nodes.seoul + "/map");
  const story = await visitor();
  await story.goto(nodes.seoul + `/story/${nodes.note}`);
  const latest = () => document.querySelector("#map tbody td:nth-child(4) a").href;
  const shown = await map.evaluate(latest);
  const lines = await story.locator(".told li").count();
  const la = await open(browser, nodes.la, "press", nodes.password);
  await la.goto(nodes.la + `/adopt?of=${nodes.note}`);
  await la.click("main .presses button[value=stopped]");
  await la.waitForURL(`**/records/${nodes.note}`);
  await story.waitForFunction((count) => document.querySelectorAll(".told li").length > count, lines);
  await map.waitForFunction((href) => document.querySelector("#map tbody td:nth-child(4) a").href !== href, shown);
  assert.deepEqual(map.faults.concat(story.faults), []);
});
