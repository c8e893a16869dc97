import { join } from "node:path";
import { open, pages_of, start_browser, start_nodes } from "./harness.mjs";

const folder = process.argv[2];
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const nodes = await start_nodes();
const browser = await start_browser();
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      for (const locale of ["en", "ar"]) {
        const visitors = new Map();
        for (const [who, path] of pages_of(nodes)) {
          if (!visitors.has(who)) visitors.set(who, await open(browser, nodes.seoul, who, nodes.password, { viewport, colorScheme, locale }));
          const page = visitors.get(who);
          await page.goto(nodes.seoul + path);
          const name = path.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "find";
          await page.screenshot({ path: join(folder, `${name}${who ? "" : "-nobody"}.${size}.${colorScheme}.${locale}.png`), fullPage: true });
        }
        for (const page of visitors.values()) await page.context().close();
      }
    }
  }
  console.log(`pictures are in ${folder}`);
} finally {
  await browser.close();
  await nodes.stop();
}
