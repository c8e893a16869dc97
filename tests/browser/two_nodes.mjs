// Nodes and a browser for all tests of a file: there before the first one, ended after the last.
import { after } from "node:test";
import { start_browser, start_nodes } from "./harness.mjs";

export async function nodes_and_browser(script) {
  const nodes = await start_nodes(script);
  const browser = await start_browser().catch(async (error) => {
    await nodes.stop();
    throw error;
  });
  after(async () => {
    await browser.close();
    await nodes.stop();
  });
  return { nodes, browser };
}
