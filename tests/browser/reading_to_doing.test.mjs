// Will it work here? A small city reads Belo Horizonte's note, and does it: whether it fits, the worksheet, a call, a practice of
// its own in its own language, what came of it a year later, and a correction that Belo Horizonte takes in. Once with scripts,
// where the other city's open page tells of each step by itself; once without, worksheet and call by keyboard alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Newcomer, arrives, open, start_browser, start_nodes, told, violations_of } from "./harness.mjs";

const WIDE = { width: 1280, height: 800 };
const SHOTS = process.env.KOINON_SHOTS;  // a folder for pictures of each page that is passed

const CITIES = {
  loja: {
    scripts: true, locale: "es", zone: "America/Guayaquil", place: "Ecuador", climate: "Cfb", scheme: "light",
    remark: "Falta una ordenanza del concejo.", changes: "Comedores escolares en lugar de restaurantes.", plan: "- Mayo: preguntar al concejo",
    question: "¿Cómo se eligen los miembros del consejo?", told: "Prueba: nos enviaron el reglamento.",
    title: "Prueba: la alimentación como derecho en una ciudad pequeña", core: "Una ordenanza que hace de la alimentación un derecho, y una sola oficina.",
    need: "Una ordenanza del concejo", solution: "Prueba: se sirve en los comedores escolares.",
    why: "Prueba: funciona en la mitad de los barrios.", reason: "La fuente dice veinte.",
  },
  zaghouan: {
    scripts: false, locale: "ar", zone: "Africa/Tunis", country: "TN", climate: "Csa", scheme: "dark",
    remark: "ينقصنا قرار من المجلس.", changes: "مطاعم المدارس بدل المطاعم.", plan: "- مايو: نسأل المجلس",
    question: "كيف يُختار أعضاء المجلس؟", told: "اختبار: أرسلوا إلينا النظام الداخلي.",
    title: "اختبار: الغذاء حق في مدينة صغيرة", core: "قرار يجعل الغذاء حقًا، ومكتب واحد مسؤول عنه.",
    need: "قرار من المجلس البلدي", solution: "اختبار: تُقدَّم الوجبات في مطاعم المدارس.",
    why: "اختبار: نجح في نصف الأحياء.", reason: "يقول المصدر: عشرون.",
  },
};

// It comes to a page that stands open. Without scripts somebody looks again.
const shows = async (page, selector) => {
  if (page.scripts) return page.waitForSelector(selector, { state: "attached" }).catch(told(page));
  for (let tries = 0; tries < 150; ++tries) {
    if (await page.locator(selector).count()) return null;
    await page.waitForTimeout(200);
    await page.reload();
  }
  throw new Error(`${page.url()} never shows ${selector}: ${await page.innerText("main")}`);
};
const reach = async (page, wanted) => {
  for (let tabs = 0; tabs < 300; ++tabs) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, wanted)) return;
  }
  assert.fail(`the keyboard does not reach ${wanted} at ${page.url()}`);
};
// Of a group of radio buttons, the arrows choose.
const choose = async (page, group, value) => {
  await reach(page, `input[name="${group}"]`);
  await page.keyboard.press("Space");
  const chosen = () => page.evaluate((name) => document.querySelector(`input[name="${name}"]:checked`).value, group);
  for (let moves = 0; moves < 10 && await chosen() !== value; ++moves) await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), value);
};
const write = async (page, where, text) => {
  await reach(page, where);
  await page.keyboard.press("Control+a");  // in place of what is suggested
  await page.keyboard.type(text);
};

// What every page owes to everybody. Pages without scripts are read by axe in a window beside, which has the same cookies.
class Stations {
  bad = [];
  count = 0;
  constructor(browser, name) { Object.assign(this, { browser, name }); }

  async look(page, what) {
    this.count += 1;
    const where = `${this.name}, ${what}`;
    await page.setViewportSize({ width: 320, height: 800 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > 320) this.bad.push(`${where}: ${width} wide at 320`);
    for (const [label, size] of SHOTS ? [["phone", { width: 390, height: 844 }], ["desk", WIDE]] : []) {
      await page.setViewportSize(size);
      await page.screenshot({ path: `${SHOTS}/${this.name}-${String(this.count).padStart(2, "0")}-${what.replaceAll(" ", "-")}-${label}.png`, fullPage: true });
    }
    await page.setViewportSize(WIDE);
    const read = page.scripts ? page : await this.beside(page);
    const violations = await violations_of(read);
    for (const { id, nodes: places } of violations) this.bad.push(`${where}: ${id} ${places[0].html.slice(0, 160)}`);
    if (read !== page) await read.context().close();
  }

  async beside(page) {
    const context = await this.browser.newContext({ ...page.options, javaScriptEnabled: true, storageState: await page.context().storageState() });
    const read = await context.newPage();
    await read.goto(page.url());
    return read;
  }
}

for (const [name, city] of Object.entries(CITIES)) {
  test(`${name}, ${city.locale}, ${city.scripts ? "with scripts" : "without scripts"}: from reading to doing`, async (t) => {
    const nodes = await start_nodes("serve_reading.py", name, ...(city.country ? [city.country] : []));
    t.after(() => nodes.stop());
    const browser = await start_browser();
    t.after(() => browser.close());
    const stations = new Stations(browser, name);
    const office = async (base, options) => {
      const all = { viewport: WIDE, javaScriptEnabled: city.scripts, colorScheme: city.scheme, ...options };
      return Object.assign(await open(browser, base, "press", nodes.password, all), { scripts: city.scripts, options: all });
    };
    const we = await office(nodes.reader, { locale: city.locale, timezoneId: city.zone });
    const they = await office(nodes.writer, { locale: "en", timezoneId: "America/Sao_Paulo" });
    const theirs = `/records/${nodes.note}`;
    const at = async (page, path) => page.goto(page.base + path);
    const spent = (what, officer, seconds = 300) => {
      t.diagnostic(`${what}: ${officer.interactions} interactions, ${Math.round(officer.seconds)} s by a slow reader and typist`);
      assert.ok(officer.interactions < 25, what);
      assert.ok(officer.seconds < seconds, `${what}: ${officer.seconds} s`);
    };
    // Whoever logged in before so many days has to log in again.
    const days_go_by = async (days) => {
      await nodes.tell(days);
      for (const page of [we, they]) {
        await at(page, "/login");
        await page.fill("#f-name", "press");
        await page.fill("#f-password", nodes.password);
        await page.click("main button[type=submit]");
        await page.waitForURL((url) => !url.pathname.startsWith("/login"));
      }
    };

    // --- does it fit? ---
    await at(we, theirs);
    await stations.look(we, "a note and no figures");
    await we.click(".fit-hint a");
    if (city.place) await we.locator("#h-places + ul a", { hasText: city.place }).or(we.locator("#h-places + ul strong", { hasText: city.place })).click();
    await we.selectOption("#f-climate", city.climate);
    await stations.look(we, "three figures");
    await we.click("form.sheet button[type=submit]");
    await arrives(we, we.base + theirs);
    await shows(we, ".fit-says");
    assert.equal(await we.locator(".fit-measures > div").count(), 4);
    assert.equal(await we.locator(".fit-needs .badge").count(), 3);
    await stations.look(we, "the fit box");

    // --- the worksheet ---
    const worksheet = new Newcomer(we);
    if (city.scripts) {
      await worksheet.clicks(`a[href="/worksheet?of=${nodes.note}"]`);
      await we.waitForSelector("#core-yes");
      await worksheet.reads();
      await worksheet.clicks("#core-partly");
      for (const need of ["#need_0-can-get", "#need_1-have", "#need_2-have"]) await worksheet.clicks(need);
      await worksheet.types("#f-remark_0", city.remark);
      await worksheet.clicks("#context_population-yes");
      await worksheet.clicks("#context_climate-no");
      await worksheet.types("#f-changes", city.changes);
      await worksheet.types("#f-plan", city.plan);
      await worksheet.clicks("button[value=save]");
      spent("the worksheet, from the note", worksheet);
    } else {
      await reach(we, `a[href="/worksheet?of=${nodes.note}"]`);
      await we.keyboard.press("Enter");
      await arrives(we, /\/worksheet\?of=/);
      await choose(we, "core", "partly");
      await choose(we, "need_0", "can-get");
      await write(we, "#f-remark_0", city.remark);
      for (const need of ["need_1", "need_2"]) await choose(we, need, "have");
      await choose(we, "context_population", "yes");
      await choose(we, "context_climate", "no");
      await write(we, "#f-changes", city.changes);
      await write(we, "#f-plan", city.plan);
      await reach(we, "button[value=save]");
      await we.keyboard.press("Enter");
    }
    await we.waitForSelector(".notice.good");
    assert.equal(await we.inputValue("#f-remark_0"), city.remark);
    await stations.look(we, "the worksheet");

    // --- a call ---
    await at(they, "/inbox");
    await at(we, theirs);
    if (city.scripts) {
      const call = new Newcomer(we);
      await call.clicks(`a[href="/call?about=${nodes.note}"]`);
      await we.waitForSelector("#f-text");
      await call.reads();
      await call.types("#f-text", city.question);
      await call.chooses("#f-their-zone", "America/Sao_Paulo");
      await we.waitForSelector("#there-time1:has-text('São Paulo')");
      await stations.look(we, "the form of a call");
      await call.clicks("button[value=publish]");
      spent("to ask for a call, from the note", call);
    } else {
      await reach(we, `a[href="/call?about=${nodes.note}"]`);
      await we.keyboard.press("Enter");
      await arrives(we, /\/call\?about=/);
      await stations.look(we, "the form of a call");
      await write(we, "#f-text", city.question);
      await reach(we, "#f-their-zone");
      for (let moves = 0; moves < 40 && await we.inputValue("#f-their-zone") !== "America/Sao_Paulo"; ++moves) await we.keyboard.press("ArrowDown");
      await reach(we, "button[value=times]");
      await we.keyboard.press("Enter");
      await we.waitForSelector("#there-time1:has-text('Belo Horizonte')");
      assert.equal(await we.inputValue("#f-text"), city.question);
      await reach(we, "button[value=publish]");
      await we.keyboard.press("Enter");
    }
    await arrives(we, new RegExp(`/records/${nodes.city}/\\d+$`));
    assert.equal((await (await we.request.get(`${we.base}/api/v1${new URL(we.url()).pathname}`)).json()).body.call.time_zone, city.zone, "by the clocks of the city");
    const call = new URL(we.url()).pathname;
    await shows(they, `form.call-answers input[value="${call.replace("/records/", "")}"]`);
    await stations.look(they, "the inbox");
    await they.locator("form.call-answers .call-times button").first().click();
    await arrives(they, they.base + call);
    await they.waitForSelector(`a[href="${call}/call.ics"]`);
    await stations.look(they, "a call that is agreed on");
    await shows(we, `a[href="${call}/call.ics"]`);
    await stations.look(we, "our call");
    const files = [];
    for (const page of [we, they]) {
      const answer = await page.request.get(`${page.base}${call}/call.ics`);
      assert.match(answer.headers()["content-type"], /^text\/calendar/);
      files.push((await answer.text()).split("\r\n"));
    }
    for (const line of ["UID:", "DTSTART:", "DTEND:", "SEQUENCE:"]) assert.equal(...files.map((file) => file.find((one) => one.startsWith(line))));

    // --- after the call each says one line ---
    await days_go_by(14);
    for (const [page, other, line] of [[we, they, city.told], [they, we, "Test: they know now whom to ask."]]) {
      await at(page, "/desk");
      await at(other, theirs);
      await shows(page, "button[value=held]");
      await stations.look(page, "what came of the call");
      await page.fill("form.call-answers input[name=text]", line);
      await page.click("button[value=held]");
      await page.waitForSelector(`main >> text=${line}`);
      await shows(other, `#talks >> text=${line}`);
    }
    await stations.look(we, "what each said");

    // --- a practice of our own ---
    await at(they, theirs);
    await at(we, theirs);
    const own = new Newcomer(we);
    await own.clicks("form[action='/publish/template'] button");
    await arrives(we, /\/publish\?draft=\d+/);
    await own.reads();
    assert.equal(await we.inputValue("#f-language"), city.locale);
    const original = we.locator(".side-by-side").filter({ has: we.locator("#f-core") }).locator(".original-text");
    assert.deepEqual([await original.getAttribute("lang"), await original.getAttribute("dir")], ["pt", "ltr"]);
    assert.match(await we.inputValue("#f-core"), /⟦.+⟧/);
    await stations.look(we, "the draft of our own");
    await own.types("#f-title", city.title);
    await own.types("#f-core", city.core);
    await own.types("#f-need-text-1", city.need);
    await own.types("#f-solution", city.solution);
    await own.clicks("button[value=leave-out]");
    await arrives(we, /\/publish\?draft=\d+&saved=yes/);
    await own.clicks("button[value=publish]");
    await arrives(we, new RegExp(`/records/${nodes.city}/\\d+$`));
    spent("our own practice, from the note", own, 420);  // with the original beside it
    const ours = new URL(we.url()).pathname;
    assert.ok(await we.locator(`a[href="${theirs}"]`).count(), "with credit");
    await stations.look(we, "our own practice");
    await shows(they, `#derived a[href="${ours}"]`);

    // --- we are trying it, as the worksheet says ---
    await at(they, theirs);
    await at(we, "/desk");
    const tries = new Newcomer(we);
    await tries.clicks(`a[href="/worksheet?of=${nodes.note}"]`);
    await tries.clicks("button[value=adopt]");
    await we.waitForSelector("main button[value=trying]");
    await tries.reads();
    assert.deepEqual([await we.inputValue("#f-plan"), await we.inputValue("#f-changes")], [city.plan, city.changes]);
    await stations.look(we, "we are trying it");
    await tries.clicks("main button[value=trying]");
    await arrives(we, we.base + theirs);
    spent("to say that we try it, from the desk", tries);
    for (const page of [we, they]) {
      await shows(page, `#adoptions a[href="/cities/${nodes.city}"]`);
      for (const text of [city.changes, city.plan.replace("- ", "")]) assert.ok((await page.innerText("#adoptions")).includes(text), text);
    }

    // --- a year later ---
    await days_go_by(366);
    await at(they, theirs);
    await at(we, "/desk");
    await stations.look(we, "how is it going");
    await we.click(`#follow-ups a[href="/follow-up?of=${nodes.note}"]`);
    await stations.look(we, "the follow-up");
    await we.fill("#f-why", city.why);
    await we.click("button[value=partly]");
    await arrives(we, we.base + theirs);
    await shows(we, "#fit .outcome-partly");
    await shows(they, `#adoptions >> text=${city.why}`);
    await shows(they, "#fit .outcome-partly");
    await stations.look(they, "half of it worked");
    await at(we, "/desk");
    assert.equal(await we.locator("#follow-ups").count(), 0, "it is answered");

    // --- a correction ---
    await at(we, theirs);
    await we.click(`a[href="/propose?to=${nodes.note}"]`);
    await we.waitForSelector("#f-text");
    const text = await we.inputValue("#f-text");
    assert.match(text, /doze pessoas/);
    await we.fill("#f-text", text.replace("doze", "vinte"));
    await we.fill("#f-reason", city.reason);
    await stations.look(we, "the form of a proposal");
    await we.click("form.sheet button[type=submit]");
    await shows(they, "#proposals a[href*='accepts=']");
    await stations.look(they, "a proposal");
    await at(we, theirs);
    await they.click("#proposals a[href*='accepts=']");
    await they.waitForSelector("#f-solution");
    assert.match(await they.inputValue("#f-solution"), /vinte pessoas/);
    await stations.look(they, "taking it in");
    await they.click("button[value=publish]");
    await arrives(they, (url) => /^\/records\/belo-horizonte.example\/\d+$/.test(url.pathname) && url.pathname !== theirs);
    const revision = new URL(they.url()).pathname;
    await shows(we, `#versions a[href="${revision}"]`);
    await shows(we, "#proposals .proposal-accepted");
    await stations.look(we, "the note that was corrected");
    await at(we, revision);
    for (const page of [we, they]) {
      assert.match(await page.innerText("article.note"), /vinte pessoas/);
      assert.ok(await page.locator(`#proposals a[href="/cities/${nodes.city}"]`).count(), "with credit");
      for (const said of [`#adoptions a[href="/cities/${nodes.city}"]`, `#derived a[href="${ours}"]`, `#talks a[href="${call}"]`])
        assert.ok(await page.locator(said).count(), `what was said to the earlier version stays: ${said}`);
    }
    await stations.look(we, "the correction");

    assert.deepEqual(stations.bad, []);
    assert.deepEqual(we.faults.concat(they.faults), []);
  });
}
