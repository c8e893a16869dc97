// Pictures of the first screen of a note, as fit.test.mjs measures it.
import { join } from "node:path";
import { LANGUAGES, open, start_browser, start_nodes } from "./harness.mjs";

const folder = process.argv[2];
const nodes = await start_nodes("serve_fit.py");
const browser = await start_browser();
try {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const locale of LANGUAGES) {
        const page = await open(browser, nodes.sandiego, "press", nodes.password, { viewport, colorScheme, locale });
        await page.goto(`${nodes.sandiego}/records/${nodes.note}`);
        await page.screenshot({ path: join(folder, `fit.${viewport.width}.${colorScheme}.${locale}.png`) });
        await page.context().close();
      }
    }
  }
  console.log(`pictures are in ${folder}`);
} finally {
  await browser.close();
  await nodes.stop();
}
