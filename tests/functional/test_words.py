"""Words for people: no page and no refusal shows a key, a code, a library's sentence or jargon, in any language."""

import json
import pathlib
import re
import unittest

from browser import Browser, member
from nodes import NodesTest, wait_for

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
        paths = ["/", "/?q=roof&topic=climate%2Fheat&city=seoul.example&kind=nonsense&sdg=99", "/?like=us", "/publish", "/desk", "/inbox", "/inbox?state=done", "/questions",
                 "/ask", f"/ask?about={ref}", f"/answer?to={question}", f"/adopt?of={ref}", "/cities", "/cities/seoul.example", "/impact", "/map", "/account",
                 f"/records/{ref}", f"/records/{question}", f"/publish?revises={ref}", f"/publish?translates={ref}", f"/records/{ref}/withdraw",
                 "/profile", "/login", "/login?set=press", "/records/nowhere.example/1",
                 "/held/77", "/?cursor=x", "/publish?draft=x", "/cities?cursor=x", "/inbox?cursor=x", "/welcome/" + "a" * 52]
        for browser in presses:
            for path in paths:
                self.assert_words(browser.go(path), (browser.language, path))
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
            for name, path, action in (("/account", "/account", "mail"),):
                press.go(path)
                press.submit(name, action, digests="heat")
                self.assert_words(press.page, where)
            if where in ("ko", "ar"):
                self.assertIsNone(ENGLISH_WORDS.search(press.page.text), (where, press.page.text))

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
