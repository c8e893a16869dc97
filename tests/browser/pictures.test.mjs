// Pictures and the map in Debian's Chromium: read by axe, on a phone, in the dark, from the right, without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, violations_of } from "./harness.mjs";
import { nodes_and_browser } from "./two_nodes.mjs";

const { nodes, browser } = await nodes_and_browser();

const paths = () => ["/pictures", "/pictures?topic=health", "/map", "/map?region=asia", "/map?region=oceania", "/cities", `/records/${nodes.note}`];

// Colours of a page as numbers, and their contrast by WCAG 2.
const contrasts = (page) => page.evaluate(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\d.]+/g).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const of = (css) => {
    const one = document.body.appendChild(document.createElement("span"));
    one.style.color = css;
    const out = light(getComputedStyle(one).color);
    one.remove();
    return out;
  };
  const sheet = of("var(--sheet)");
  return ["worked", "partly", "did-not", "stopped", "open"].map((told) => {
    const [a, b] = [of(`var(--told-${told})`), sheet].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
});

test("axe finds nothing, in both themes and from right to left; colours stand out", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const locale of ["en", "ar"]) {
      const page = await open(browser, nodes.seoul, null, null, { colorScheme, locale, bypassCSP: true });
      for (const path of paths()) {
        await page.goto(nodes.seoul + path);
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
        const violations = await violations_of(page);
        assert.deepEqual(violations.map((v) => `${locale} ${colorScheme} ${path}: ${v.id}: ${v.nodes[0].html.slice(0, 120)}`), []);
      }
      for (const contrast of await contrasts(page)) assert.ok(contrast >= 3, String(contrast));
      await page.context().close();
    }
  }
});

test("at 320 px nothing is wider than the page, and every word of a picture can be read", async () => {
  const page = await open(browser, nodes.seoul, null, null, { viewport: { width: 320, height: 640 }, javaScriptEnabled: true });
  for (const path of paths()) {
    await page.goto(nodes.seoul + path);
    await page.evaluate(() => document.querySelectorAll("details.group").forEach((one) => { one.open = true; }));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), path);
    const heights = await page.$$eval(".picture > svg text, .map .narrow text", (all) => all.map((one) => one.getBoundingClientRect().height).filter((height) => height > 0));
    for (const height of heights) assert.ok(height >= 8, `${path}: ${height}`);
  }
});

test("names on a map or in a picture never lie on each other", async () => {
  for (const width of [320, 1280]) {
    const page = await open(browser, nodes.seoul, null, null, { viewport: { width, height: 800 } });
    for (const path of ["/map", "/map?region=asia", "/map?region=north-america", "/pictures"]) {
      await page.goto(nodes.seoul + path);
      const boxes = await page.$$eval(".map .names .name, .picture .labels .name", (all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0)
        .map(({ left, right, top, bottom }) => ({ left, right, top: top + 1, bottom: bottom - 1 })));
      for (let a = 0; a < boxes.length; ++a) {
        for (let b = 0; b < a; ++b)
          assert.ok(boxes[a].right <= boxes[b].left || boxes[b].right <= boxes[a].left || boxes[a].bottom <= boxes[b].top || boxes[b].bottom <= boxes[a].top, `${width} ${path}`);
      }
    }
    await page.context().close();
  }
});

test("without scripts the parts of the map are links, and the keyboard reaches what a picture leads to", async () => {
  const page = await open(browser, nodes.seoul, null, null, { javaScriptEnabled: false });
  await page.goto(nodes.seoul + "/map");
  await page.click("text=North America");
  await page.waitForURL(/region=north-america/);
  assert.equal(await page.locator(".views a[aria-current]").last().textContent(), "North America");
  await page.locator(".map a[href='/cities/la.example']").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/cities\/la.example/);
});
