// Nodes and a browser for the tests and the screenshots.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export async function start_nodes(script = "serve.py", ...args) {
  const process = spawn("/usr/bin/python3", [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: process.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(process, "exit").then(() => { throw new Error("the nodes did not start"); })]);
  return {
    ...JSON.parse(line),
    // What a script understands that reads lines; its answer.
    async tell(what) {
      const answer = once(lines, "line");
      process.stdin.write(`${what}\n`);
      return JSON.parse((await answer)[0]);
    },
    async stop() {
      process.stdin.end();
      if (process.exitCode === null) await once(process, "exit");
    },
  };
}

export function start_browser() {
  // Debian's Chromium; its own sandbox needs more than a container's root has, and it visits our pages alone.
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}

// A window of somebody who has logged in, or of nobody.
export async function open(browser, base, name, password, options = {}) {
  const context = await browser.newContext({ locale: "en", ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => { if (message.type() === "error") page.faults.push(message.text()); });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.base = base;
  if (name) {
    await page.goto(base + "/login");
    await page.fill("#f-name", name);
    await page.fill("#f-password", password);
    await page.click("main button[type=submit]");
    await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  }
  return page;
}

// What somebody would need who reads every word of each page that they come to, types with two fingers, and looks for each
// thing before they touch it.
const READING = 200 / 60, TYPING = 200 / 60, LOOKING = 3;  // words, letters, seconds
export class Newcomer {
  interactions = 0;
  seconds = 0;
  constructor(page) { this.page = page; }
  // What stands on the page; of a list that unfolds, what is chosen.
  async reads() {
    this.seconds += await this.page.evaluate(() => {
      const words = (text) => text.split(/\s+/).length;
      const folded = [...document.querySelectorAll("select")].map((list) => words(list.innerText) - words(list.selectedOptions[0]?.text ?? ""));
      return folded.reduce((left, count) => left - count, words(document.body.innerText));
    }) / READING;
  }
  async clicks(what) { this.interactions += 1; this.seconds += LOOKING; await this.page.click(what); }
  async chooses(where, value) { this.interactions += 1; this.seconds += LOOKING; await this.page.selectOption(where, value); }
  async types(where, text) { this.interactions += 1; this.seconds += LOOKING + text.length / TYPING; await this.page.fill(where, text); }
}

// Every page, and who looks at it.
export function pages_of(nodes) {
  const { note, question, held, draft } = nodes;
  const city = note.split("/")[0];
  return [
    [null, "/"], [null, "/login"], [null, "/records/nowhere.example/1"], ["press", "/"], ["press", "/?q=testing&topic=health"], ["press", "/?like=us"],
    ["press", `/records/${note}`], ["press", `/records/${question}`], ["press", "/publish"], ["press", `/publish?derives_from=${note}`],
    ["press", "/desk"], ["press", "/questions"], ["press", `/ask?about=${note}`], ["press", `/answer?to=${question}`], ["press", `/adopt?of=${note}`], ["press", "/call?to=la.example"], ["press", `/worksheet?of=${note}`], ["press", `/worksheet/print?of=${note}`],
    ["press", "/inbox"], ["press", "/cities"], [null, "/notes"], ["press", `/cities/${city}`], ["press", "/impact"], ["press", "/map"], ["press", "/map?region=asia"], ["press", "/pictures"], ["press", "/ties"], [null, `/story/${note}`], ["press", "/account"],
    ["press", `/publish?translates=${note}`], ["press", `/publish?revises=${note}`], ["press", draft], ["press", held], ["press", `/records/${note}/withdraw`],
    [null, "/cities?q=nowhere"], [null, `/welcome/${"a".repeat(52)}`], [null, `/unsubscribe/${"a".repeat(52)}`],
    ["it", "/operate"], ["it", "/operate/sending"], ["it", "/operate/accounts"], ["it", "/operate/audit"], ["it", "/profile"], ["it", "/cities/la.example"],
  ];
}

export const LANGUAGES = ["en", "ko", "it", "es", "fr", "ar"];

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// What axe-core finds against WCAG 2.2 A and AA, on a page or in a part of it.
export async function violations_of(page, part) {
  await page.evaluate(AXE);
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await page.evaluate(([where, runOnly]) => axe.run(where ?? document, { runOnly }), [part ?? null, rules]);
  return found.violations;
}
// What a page says in its own words, with the error of whoever waited in vain.
export const told = (page) => async (error) => {
  error.message += `\nat ${page.url()}: ${await page.innerText("main").catch(String)}`;
  throw error;
};
// Where it ends up.
export const arrives = (page, where) => page.waitForURL(where).catch(told(page));
