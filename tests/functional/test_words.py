"""Words for people: no page and no refusal shows a key, a code, a library's sentence or jargon, in any language."""

import json
import pathlib
import re
import unittest
import urllib.parse

from api import ask
from browser import Browser, member
from nodes import NodesTest, connected, wait_for

PAGES = pathlib.Path(__file__).resolve().parents[2] / "node" / "pages"
ENGLISH = json.loads((PAGES / "messages" / "en.json").read_text())
KEYS = "|".join(sorted({re.escape(key.split(".")[0]) for key in ENGLISH}))
# A message's key or a fault's id. Names of files and domains of examples look alike.
RAW_KEY = re.compile(rf"(?<![\w/.@-])(?:{KEYS}|topic|link|content|form|remark|colleague)\.[a-z][a-z_-]*(?:\.[a-z_-]+)?(?![\w./@])")
FILES = {"note.md", "proof.tlog-proof"}
JARGON = re.compile(r"Cannot find field|INVALID_ARGUMENT|protobuf|google\.|invalid (?:value|name)|Unexpected token|std::|\bnullptr\b|\bslug\b"
                    r"|lower-case letters|ISO 4217|\[\[|\]\]|\{\{|\}\}|\(practice\)|`next`|KIND_|REF_ROLE_")
ENGLISH_WORDS = re.compile(r"\b(?:the|must|which|cannot|should|there is)\b", re.I)
LANGUAGES = ["en", "ko", "it", "es", "fr", "ar"]


class Words(NodesTest):
    def assert_words(self, page, where):
        text = page.text
        found = [key for key in RAW_KEY.findall(text) if key not in FILES and not key.endswith((".example", ".json"))]
        self.assertEqual(found, [], where)
        self.assertIsNone(JARGON.search(text), (where, JARGON.search(text)))

    def browsers(self, node, name, role):
        first = member(node, name, role, "--person", f"{name} Kim", "--office", f"{name} office")
        out = []
        for language in LANGUAGES:
            one = Browser(node, language)
            one.cookies = dict(first.cookies)
            out.append(one)
        return out

    def test_no_page_shows_a_key_or_jargon(self):
        seoul = self.node("seoul")
        presses = self.browsers(seoul, "press", "reviewer")
        chief = presses[0]
        chief.go("/publish")
        chief.submit("/publish", "publish", title="Cool roofs", solution="Painted white.", topics="Extreme heat", cost_amount="1.5 M €",
                     sources="UNDP | Note | March 2020 | https://b.example/n")
        self.assertRegex(chief.page.url, "^/records/", chief.page.text[:500])
        ref = chief.page.url.removeprefix("/records/")
        self.assertIn("1,500,000 EUR", chief.page.text)
        self.assertIn("2020-03", chief.page.text)
        chief.go("/ask")
        chief.submit("/ask", title="Which paint?", text="For roofs.", topics="폭염")
        question = chief.page.url.removeprefix("/records/")
        chief.go(f"/answer?to={question}")
        chief.submit("/answer", text="Lime.", points_to=ref)
        answer = wait_for(lambda: seoul.refs(kind="answer"), "the answer is indexed")[0]
        paths = ["/", "/?q=roof&topic=climate%2Fheat&city=seoul.example&kind=nonsense&sdg=99", "/?like=us", "/publish", "/desk", "/inbox", "/inbox?state=done", "/questions",
                 "/ask", f"/ask?about={ref}", f"/answer?to={question}", f"/adopt?of={ref}", f"/follow-up?of={ref}", "/?kind=adoption&outcome=no-success", f"/worksheet?of={ref}", f"/worksheet/print?of={ref}", "/cities", "/cities/seoul.example", "/impact", "/map", "/map?region=nowhere", "/pictures", "/pictures?topic=nonsense", f"/story/{ref}", "/account",
                 f"/records/{ref}", f"/records/{question}", f"/publish?revises={ref}", f"/publish?translates={ref}", f"/records/{ref}/withdraw",
                 "/profile", "/login", "/login?set=press", "/records/nowhere.example/1",
                 "/held/77", "/?cursor=x", "/publish?draft=x", "/cities?cursor=x", "/inbox?cursor=x", "/welcome/" + "a" * 52]
        for browser in presses:
            for path in paths:
                self.assert_words(browser.go(path), (browser.language, path))
            for path in ("/", "/desk"):
                page = browser.go(path)
                self.assertIn(f"/records/{answer}", page.links)
                self.assertNotIn(answer, page.text, "an answer is called so, not by its ref")
        for browser in self.browsers(seoul, "chief", "operator"):
            for path in ("/operate", "/operate/sending", "/operate/accounts", "/operate/audit"):
                self.assert_words(browser.go(path), (browser.language, path))

    def test_no_refusal_shows_a_key_or_jargon_and_all_faults_come_at_once(self):
        seoul = self.node("seoul")
        for press in self.browsers(seoul, "press", "reviewer"):
            where = press.language
            press.go("/publish")
            press.submit("/publish", "publish", topics="heat", cost_amount="a lot", cost_currency="shells", links="https://a b")
            self.assertEqual(press.page.status, 400)
            self.assertEqual(press.page.source.count('aria-invalid="true"'), 6, (where, press.page.text))
            press.go("/publish")
            press.submit("/publish", "publish", title="T", solution="S")
            self.assertNotIn("health/testing", press.page.text, f"{where}: a topic is told by its name")
            press.go("/publish")
            press.submit("/publish", "publish", topics="heat", cost_amount="a lot", cost_currency="shells", links="https://a b")
            for field in ("title", "solution", "topics", "cost_amount", "cost_currency", "links"):
                self.assertIn(f'href="#f-{field}"', press.page.source, where)
                self.assertIn(f'id="error-{field}"', press.page.source, where)
            self.assert_words(press.page, where)
            # The answer to what was asked is enough: nothing else has to be written again.
            press.submit("/publish", "preview", title="T", solution="S", cost_amount="1,200,000", cost_currency="KRW", links="https://a.example",
                         **{"topic-for:heat": "climate/heat"})
            self.assertNotIn('aria-invalid="true"', press.page.source, (where, press.page.text))
            self.assertNotIn("topic-for:", press.page.source, "it stands under its own name now")
            press.go("/ask")
            press.submit("/ask", topics="heat", to="Atlantis")
            self.assertEqual(press.page.source.count('aria-invalid="true"'), 4, (where, press.page.text))
            self.assert_words(press.page, where)
            press.go("/profile")
            press.submit("/profile", latitude="north", population="many")
            self.assertEqual(press.page.source.count('aria-invalid="true"'), 2, (where, press.page.text))
            self.assert_words(press.page, where)
            press.submit("/profile", latitude="", population="", country="Atlantis", languages="Korean, Qwghlmian", names="Qwghlmian | Seoul")
            self.assertEqual(press.page.status, 400)
            self.assertEqual([field for field, _ in self.problems(press.page)], ["country", "languages", "names"], (where, press.page.text))
            for field in ("country", "languages", "names"):
                self.assertRegex(press.page.source, f'id="f-{field}"[^>]*error-{field}[^>]*aria-invalid="true"', where)
                self.assertIn(f'id="error-{field}"', press.page.source, where)
            self.assertEqual(press.page.form("/profile").fields["country"], "Atlantis", "what was typed is still there")
            self.assert_words(press.page, where)
            press.submit("/profile", country="", languages="", names="Seoul")
            self.assertEqual([field for field, _ in self.problems(press.page)], ["names"], (where, press.page.text))
            for name, path, action in (("/account", "/account", "mail"),):
                press.go(path)
                press.submit(name, action, digests="heat")
                self.assert_words(press.page, where)
            if where in ("ko", "ar"):
                self.assertIsNone(ENGLISH_WORDS.search(press.page.text), (where, press.page.text))

    def problems(self, page):
        """What the summary of a form's faults says, each by its field."""
        found = re.search(r'data-problems>(.*?)</ul>', page.source, re.S)
        self.assertIsNotNone(found, (page.url, page.text[:2000]))
        return re.findall(r'<li>(?:<a href="#f-([^"]*)">[^<]*</a>: )?([^<]*)</li>', found[1])

    def test_an_operators_forms_tell_all_faults_at_once_each_at_its_field_in_every_language(self):
        seoul, la = self.node("seoul"), self.node("la")
        invite = la.json("invite", "--address", f"127.0.0.1:{la.peer_port}")["line"]
        key = la.line()
        longest = "x" * 300
        forms = [("/operate", "invite", {"for": "Milan!", "address": "nowhere"}, ["for", "address"]),
                 ("/operate", "subscribe", {"topics": "heat, helth"}, ["topics", "topics"]),
                 ("/operate", "notice", {"text": "", "from": "tomorrow", "until": "then"}, None),
                 ("/operate/sending", "add", {"url": "ftp://a.example/", "topic": "heat"}, ["url", "topic"]),
                 ("/operate/accounts", "add", {"name": "Kim Minji!", "office": longest, "person": longest, "email": "nobody"}, ["name", "office", "person", "email"]),
                 ("/operate/accounts", "change", {"office": longest, "email": "nobody"}, ["office-chief", "email-chief"]),
                 ("/account", "mail", {"digests": "heat, helth"}, ["digests", "digests"]),
                 ("/account", "token", {"label": longest}, ["token-label"]),
                 ("/account", "password", {"old": "not this", "new": "short"}, ["old", "new"])]
        before, _, secret = invite.rpartition("+")
        lines = ["nonsense", key, "x" + invite, before[:-4] + "+" + secret, before.split("#")[0] + "#+" + secret, invite[:-3], before,
                 invite.replace(f"127.0.0.1:{la.peer_port}", "127.0.0.1:1"), f"{seoul.line()}+{secret}"]
        forms += [("/operate", "join", {"line": line}, ["line"]) for line in lines]
        english = {}
        for chief in self.browsers(seoul, "chief", "operator"):
            where = chief.language
            for number, (path, button, fields, expected) in enumerate(forms):
                if button == "password" and where not in ("en", "ko", "ar"):
                    continue  # five wrong tries are allowed
                chief.go(path)
                chief.submit(path, button, **fields)
                self.assertGreaterEqual(chief.page.status, 400, (where, path, button))
                self.assert_words(chief.page, (where, path, button))
                problems = self.problems(chief.page)
                if expected:
                    self.assertEqual([field for field, _ in problems], expected, (where, button, problems))
                for field, why in problems:
                    if field:
                        self.assertIn(f'id="error-{field}"', chief.page.source, (where, button, problems))
                        self.assertIn(f'id="f-{field}"', chief.page.source, (where, button, problems))
                    self.assertTrue(why, (where, button))
                # Nothing has to be written again, but for passwords.
                if button != "password":
                    form = next(one for one in chief.page.forms if one.action == path and ("do", button) in one.buttons)
                    self.assertEqual({name: form.fields[name] for name in fields}, fields, (where, button))
                if where == "en":
                    english[number] = {why for _, why in problems}
                else:
                    self.assertFalse(english[number] & {why for _, why in problems}, (where, path, button))

    def test_a_city_is_asked_by_what_it_is_called_in_any_language(self):
        seoul, la = self.pair()
        la.run("publish", "-", stdin=('+++\nkind = "profile"\ntype = "city"\nlanguage = "en"\ndisplay_name = "Los Angeles"\n'
                                      'names = [{language = "ko", name = "로스앤젤레스"}, {language = "zh-TW", name = "洛杉磯"}]\n+++\n').encode())
        chief = self.browsers(seoul, "press", "publisher")[0]

        def called(part):
            url = f"http://127.0.0.1:{seoul.http_port}/api/v1/cities?q={urllib.parse.quote(part)}"
            return [(city["city"], city.get("called")) for city in ask("GET", url, headers={"Cookie": "; ".join("=".join(one) for one in chief.cookies.items())}).json()["items"]]

        wait_for(lambda: called("angel"), "the profile arrives")
        self.assertEqual(called("杉"), [("la.example", "洛杉磯")])
        self.assertEqual(called("로스"), [("la.example", "로스앤젤레스")])
        self.assertEqual(called("LOS ANGELES"), [("la.example", "Los Angeles")])
        self.assertEqual(called("la.ex"), [("la.example", None)])
        self.assertEqual(called("杉杉"), [])
        for name in ("洛杉磯", "로스앤젤레스", "los angeles", "洛杉磯 (la.example)"):
            chief.go("/ask")
            chief.submit("/ask", title=f"Which paint, {name}?", text="For roofs.", to=name)
            self.assertEqual(chief.page.status, 200, chief.page.text)
            self.assertEqual(seoul.json("show", chief.page.url.removeprefix("/records/"))["to"], ["la.example"], name)
        chief.go("/ask")
        chief.submit("/ask", title="Which paint?", text="For roofs.", to="Angeles")
        self.assertIn('id="error-to"', chief.page.source, "a part of a name is no name")

    def test_a_country_and_a_language_are_meant_by_what_they_are_called(self):
        seoul = self.node("seoul")
        chief, korean = self.browsers(seoul, "chief", "reviewer")[:2]
        for browser, country, languages, names in ((chief, "south korea", "korean, EN", "Korean | 서울"), (korean, "대한민국", "한국어, 영어", "한국어 | 서울시")):
            browser.go("/profile")
            browser.submit("/profile", display_name="Seoul", country=country, languages=languages, names=names)
            self.assertEqual(browser.page.url, "/cities/seoul.example", browser.page.text)
            wait_for(lambda: seoul.status()["index_lag"] == 0, "it is indexed")
            ref = next(one["ref"] for one in seoul.json("list", "--limit", "1000")["items"] if one["kind"] == "profile")
            profile = seoul.json("show", ref)["body"]["profile"]
            self.assertEqual((profile["country"], profile["languages"], profile["names"]), ("KR", ["ko", "en"], [{"language": "ko", "name": names.split(" | ")[1]}]))
        heading = lambda browser: re.search("<h1[^>]*>(.*?)</h1>", browser.go("/cities/seoul.example").source)[1]  # noqa: E731
        wait_for(lambda: "서울시" in heading(korean), "who reads Korean reads it")
        self.assertIn("Seoul", heading(chief))

    def test_practices_that_help_are_chosen_by_title(self):
        seoul = self.node("seoul")
        presses = self.browsers(seoul, "press", "publisher")
        chief = presses[0]
        notes = {}
        for title, solution in (("Cool roofs, painted white", "Lime."), ("Cool roofs", "Once."), ("Cool roofs", "Twice."), ("Shade for schools", "Awnings.")):
            chief.go("/publish")
            chief.submit("/publish", "publish", title=title, solution=solution, topics="Extreme heat")
            notes.setdefault(title, []).append(chief.page.url.removeprefix("/records/"))
        chief.go("/ask")
        chief.submit("/ask", title="How do we paint roofs?", text="White.")
        question = chief.page.url.removeprefix("/records/")
        painted, shade = notes["Cool roofs, painted white"][0], notes["Shade for schools"][0]
        chief.go(f"/answer?to={question}")
        self.assertIn(f'<option value="Cool roofs, painted white ({painted})">', chief.page.source, "practices are offered by title")
        # A title with a comma is one; case does not count; a ref and an address are taken beside it.
        chief.submit("/answer", text="Lime.", points_to="cool roofs, PAINTED white", **{"points_to:2": f"http://127.0.0.1/records/{shade}, {notes['Cool roofs'][1]}"})
        self.assertEqual(chief.page.status, 200, chief.page.text)
        answer = next(one["ref"] for one in seoul.json("show", question)["referred_by"] if one["role"] == "answers")
        refs = {one["ref"] for one in seoul.json("show", answer)["refs"] if one["role"] == "points-to"}
        self.assertEqual(refs, {painted, shade, notes["Cool roofs"][1]})
        for press in presses:
            where = press.language
            press.go(f"/answer?to={question}")
            press.submit("/answer", points_to="Cool roofs", **{"points_to:2": "schools shade", "points_to:3": "Zeppelins"})
            self.assertEqual(press.page.status, 400, where)
            # All at once: no text, several, none but near ones, none at all.
            for field in ("text", "points", "points-2", "points-3"):
                self.assertIn(f'href="#f-{field}"', press.page.source, (where, press.page.text))
                self.assertIn(f'id="error-{field}"', press.page.source, (where, press.page.text))
            self.assert_words(press.page, where)
            self.assertEqual(press.page.source.count('name="practice-for:Cool roofs"'), 2, where)
            self.assertIn(f'name="practice-for:schools shade" value="{shade}"', press.page.source, where)
            self.assertNotIn('name="practice-for:Zeppelins"', press.page.source, where)
            # What is answered stands under its title now, and nothing else has to be written again.
            press.submit("/answer", **{"practice-for:Cool roofs": notes["Cool roofs"][0], "practice-for:schools shade": shade, "points_to:3": ""})
            fields = press.page.form("/answer").fields
            self.assertEqual((fields["points_to"], fields["points_to:2"]), (f"Cool roofs ({notes['Cool roofs'][0]})", f"Shade for schools ({shade})"), where)
            self.assertIn("points_to:3", fields, "an empty row is left")
            self.assertNotIn("practice-for:", press.page.source, where)

    def test_colleagues_are_chosen_by_name_and_no_remark_is_lost(self):
        seoul, la = self.pair()
        press = self.browsers(seoul, "press", "publisher")[0]
        self.browsers(seoul, "health", "publisher")
        other = self.browsers(la, "desk", "publisher")[0]
        other.go("/ask")
        other.submit("/ask", title="How many people?", text="At a site.", topics="health/testing")
        question = other.page.url.removeprefix("/records/")
        page = wait_for(lambda: (page := press.go("/inbox")) and "How many people?" in page.text and page, "a question to all is in everybody's inbox")
        self.assertIn("Asked: all cities", page.text)
        self.assertIn("1 new", page.text)
        press.submit(f"/inbox/{question}", state="open", assignee="somebody", remark="call them")
        self.assertEqual(press.page.status, 404)
        self.assertEqual(press.page.form(f"/inbox/{question}").fields["remark"], "call them", "what was typed is still there")
        press.submit(f"/inbox/{question}", assignee="health OFFICE")
        self.assertIn("health Kim · health office (health)", press.page.text)
        self.assertIn("call them", press.page.form(f"/inbox/{question}").fields["remark"])
        # Somebody else writes meanwhile.
        old = press.page
        press.submit(f"/inbox/{question}", remark="called")
        press.page = old
        press.submit(f"/inbox/{question}", remark="wrote to them")
        self.assertEqual(press.page.status, 409)
        self.assertIn("called", press.page.text)
        self.assertEqual(press.page.form(f"/inbox/{question}").fields["remark"], "wrote to them")
        press.submit(f"/inbox/{question}", remark="called and wrote to them")
        self.assertEqual(press.page.status, 200)
        press.go(f"/answer?to={question}")
        press.submit("/answer", text="Twelve.")
        wait_for(lambda: "How many people?" in press.go("/inbox?state=done").text, "answering makes it done")


if __name__ == "__main__":
    unittest.main()
