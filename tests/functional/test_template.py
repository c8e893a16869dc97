"""What carries a practice over: written in the form, read on pages, in feeds, tables and on the command line. And another city's
practice as the template of one's own, in another language."""

import csv
import io
import json
import re
import unittest

from api import account, ask, bearer, get, post
from browser import member
from nodes import NodesTest, peer, wait_for

KOREAN = """+++
title = "드라이브스루 선별진료소"
language = "ko"
topics = ["health/testing"]
summary = "차 안에서 검사한다."
staff = "8명"
status = "running"
licence = "CC-BY-SA-4.0"
sdgs = [3]
[[needs]]
what = "mandate"
text = "도로 사용 허가"
[[needs]]
what = "money"
text = "하루 백만 원"
+++
주차장을 쓴다.

## 반드시 지킬 것

사람들은 차에서 내리지 않는다.

## 바꿔도 되는 것

장소.

## 과제

병원이 꽉 찼다.
"""


class Templates(NodesTest):
    def two(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        return seoul, milan

    def korean(self, seoul, milan):
        ref = seoul.run("publish", "-", stdin=KOREAN.encode()).strip()
        wait_for(lambda: milan.shows(ref), "it arrives")
        wait_for(lambda: milan.status()["index_lag"] == 0, "it is indexed")
        return ref

    def test_what_carries_over_goes_from_the_form_to_every_reader(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        press.go("/publish")
        self.assertEqual(press.page.source.count('name="need_what_'), 3)
        press.submit("/publish", "more-needs", title="Testing in cars", solution="Car parks.", topics="health/testing", core="People stay in *their cars*.",
                     adaptable="The place.", need_what_1="money", need_text_1="A million won a day; more in winter", went_wrong="Nobody answered.")
        self.assertEqual(press.page.status, 200)
        self.assertEqual(press.page.source.count('name="need_what_'), 6, "without a script there are more rows, too")
        fields = press.page.form("/publish").fields
        self.assertEqual((fields["core"], fields["need_what_1"]), ("People stay in *their cars*.", "money"), "and what was written is there")
        press.submit("/publish", "save", need_what_4="data", need_text_4="Who lives <b>where</b>", not_again="Open without a hotline.")
        self.assertEqual(press.page.form("/publish").fields["need_text_2"], "Who lives <b>where</b>", "a draft keeps them")
        press.submit("/publish", "preview")
        self.assertIn("Who lives &lt;b&gt;where&lt;/b&gt;", press.page.source)
        press.submit("/publish", "publish", need_text_1="x" * 501)
        self.assertEqual(press.page.status, 413, press.page.text)
        self.assertIn('href="#f-needs"', press.page.source)
        press.submit("/publish", "publish", need_text_1="A million won a day; more in winter")
        ref = press.page.url.removeprefix("/records/")
        # First where people read.
        headings = re.findall(r'<h2 id="s-(\w+)"', press.page.source)
        self.assertEqual(headings, ["core", "adaptable", "needs", "solution", "went_wrong", "not_again"])
        self.assertIn("Money", press.page.text)
        self.assertNotIn("<b>where", press.page.source)
        # A revision has all of it.
        press.go(f"/publish?revises={ref}")
        fields = press.page.form("/publish").fields
        self.assertEqual([fields[name] for name in ("core", "adaptable", "went_wrong", "not_again", "need_what_2", "need_text_1")],
                         ["People stay in *their cars*.", "The place.", "Nobody answered.", "Open without a hotline.", "data", "A million won a day; more in winter"])
        press.submit("/publish", "publish", title="Testing in cars, better")
        better = press.page.url.removeprefix("/records/")
        record = seoul.record(better)["body"]["practice"]
        needs = [{"what": "money", "text": "A million won a day; more in winter"}, {"what": "data", "text": "Who lives <b>where</b>"}]
        self.assertEqual((record["needs"], record["core"]), (needs, "People stay in *their cars*."))
        # A translation brings the kinds along, and shows what each field says.
        press.go(f"/publish?translates={better}")
        fields = press.page.form("/publish").fields
        self.assertEqual((fields["need_what_1"], fields["need_text_1"], fields["core"]), ("money", "", ""))
        self.assertRegex(press.page.source, r'<div class="original-text" lang="en" dir="ltr">People stay in \*their cars\*\.</div>')
        self.assertIn("Money: A million won a day", press.page.text)
        # Other ways to read it.
        shown = seoul.run("show", better)
        self.assertLess(shown.index("What must stay"), shown.index("What it needs"))
        self.assertIn("- money: A million won a day; more in winter", shown)
        feed = ask("GET", press.base + "/feeds/all.atom").text()
        self.assertIn("What it needs", feed)
        self.assertIn("A million won a day", feed)
        row = next(row for row in csv.DictReader(io.StringIO(seoul.run("export-practices", "--format", "csv"))) if row["ref"] == better)
        self.assertEqual(row["needs"], '"money: A million won a day; more in winter"; data: Who lives <b>where</b>')
        self.assertEqual(row["not_again"], "Open without a hotline.")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "it is indexed")
        self.assertEqual([hit["ref"] for hit in seoul.found("winter")], [better])
        file = seoul.run("publish", "-", "--again", stdin=get(seoul, f"/api/v1/records/{better}/markdown").body).strip()
        self.assertEqual(seoul.record(file)["body"]["practice"]["needs"], needs, "a file says it again")

    def test_an_old_note_stays_as_it_was(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        ref = seoul.publish("Old", "Text.")
        press.go(f"/records/{ref}")
        for word in ("What must stay", "What it needs"):
            self.assertNotIn(word, press.page.text)
        press.go(f"/publish?revises={ref}")
        press.submit("/publish", "publish", title="Newer")
        practice = seoul.record(press.page.url.removeprefix("/records/"))["body"]["practice"]
        self.assertEqual(set(practice), {"title", "solution"} if "solution" in practice else {"title", "summary"})

    def test_one_press_makes_a_draft_that_is_not_signed_before_it_is_filled_in(self):
        seoul, milan = self.two()
        ref = self.korean(seoul, milan)
        press = member(milan, "press", "publisher")
        press.language = "it"
        entries = milan.status()["entries"]
        press.go(f"/records/{ref}")
        form = next(form for form in press.page.forms if form.action == "/publish/template")
        self.assertEqual(form.fields["of"], ref)
        press.submit("/publish/template")
        draft = press.page.url
        self.assertRegex(draft, r"^/publish\?draft=\d+&saved=yes$")
        fields = press.page.form("/publish").fields
        self.assertEqual(fields["language"], "it")
        self.assertEqual(fields["derives_from"], ref)
        self.assertTrue(fields["core"].startswith("사람들은 차에서 내리지 않는다."), fields["core"])
        self.assertIn("⟦Da tradurre", fields["core"])
        self.assertEqual(fields["challenge"], "⟦Da completare: Sfida⟧")
        self.assertEqual((fields["need_what_1"], fields["need_text_2"]), ("mandate", "⟦Da completare: Denaro⟧"))
        self.assertEqual((fields["licence"], fields["status"]), ("CC-BY-SA-4.0", ""))
        self.assertIn(ref, fields["sources"])
        self.assertIn("CC-BY-SA-4.0", fields["sources"])
        # The original stands beside each field, in its own language.
        self.assertIn('<div class="original-text" lang="ko" dir="ltr">병원이 꽉 찼다.</div>', press.page.source)
        self.assertIn("Mandato: 도로 사용 허가", press.page.text)
        # A second press leads back to it, with what was written meanwhile, whichever language the pages have by now.
        press.submit("/publish", "save", title="Test in auto")
        press.language = "en"
        press.go(f"/records/{ref}")
        press.submit("/publish/template")
        self.assertEqual(press.page.url, draft)
        self.assertEqual(press.page.form("/publish").fields["title"], "Test in auto")
        press.language = "it"
        head = member(milan, "head", "reviewer")
        head.go(f"/records/{ref}")
        head.submit("/publish/template")
        self.assertNotEqual(head.page.url, draft, "another's draft is not theirs, though they see it")
        press.go("/desk")
        self.assertTrue(any(link.startswith("/publish?draft=") for link in press.page.links), "it is on the desk")
        # Nothing of it is signed by accident.
        press.go(draft)
        press.submit("/publish", "publish", title="Test in auto")
        self.assertEqual(press.page.status, 400)
        for field in ("core", "challenge", "solution", "needs", "staff"):
            self.assertIn(f'href="#f-{field}"', press.page.source)
        self.assertIn("⟦", press.page.text)
        press.submit("/publish", "publish", title="Test in auto", core="Le persone restano in auto.", solution="Parcheggi dello stadio.", need_text_1="Ordinanza del sindaco")
        self.assertEqual(press.page.status, 400)
        self.assertEqual(milan.status()["entries"], entries)
        press.submit("/publish", "leave-out")
        fields = press.page.form("/publish").fields
        self.assertEqual((fields["challenge"], fields["solution"], fields["need_what_1"], fields["need_what_2"]), ("", "Parcheggi dello stadio.", "mandate", ""))
        press.submit("/publish", "publish")
        ours = press.page.url.removeprefix("/records/")
        record = milan.record(ours)
        self.assertEqual([(r["role"], r["ref"]) for r in record["refs"]], [("derives-from", ref)])
        self.assertEqual((record["language"], record["topics"]), ("it", ["health/testing"]))
        practice = record["body"]["practice"]
        self.assertEqual(practice["needs"], [{"what": "mandate", "text": "Ordinanza del sindaco"}])
        self.assertEqual(practice["sdgs"], [3])
        self.assertNotIn("⟦", json.dumps(practice, ensure_ascii=False))
        press.go(f"/records/{ref}")
        press.submit("/publish/template")
        self.assertNotEqual(press.page.url, draft, "what is published is no draft any more")
        # Seoul sees what came of it.
        wait_for(lambda: seoul.shows(ours), "it arrives")
        chief = member(seoul, "chief", "publisher")
        wait_for(lambda: f"/records/{ours}" in chief.go(f"/records/{ref}").links, "it is shown there")

    def test_programs_make_templates_too(self):
        seoul, milan = self.two()
        ref = self.korean(seoul, milan)
        press = bearer(account(milan, "press", "publisher"))
        made = post(milan, "/api/v1/drafts/template", {"of": ref, "language": "en"}, press)
        self.assertEqual(made.status, 201, made.body)
        self.assertTrue(made.headers["ETag"])
        note = made.json()["note"]
        self.assertEqual(note["refs"], [{"role": "derives_from", "ref": ref}])
        self.assertEqual(note["content"]["challenge"], "⟦To fill in: Challenge⟧")
        one = f"/api/v1/drafts/{made.json()['id']}"
        self.assertEqual(get(milan, one, press).json()["note"], note)
        refused = post(milan, f"{one}/publish", {}, press)
        self.assertEqual(refused.status, 400)
        self.assertIn("⟦ and ⟧", refused.json()["detail"])
        # In the practice's own language title and core are whole.
        same = post(milan, "/api/v1/drafts/template", {"of": ref, "language": "ko"}, press).json()["note"]["content"]
        self.assertEqual((same["title"], same["core"]), ("드라이브스루 선별진료소", "사람들은 차에서 내리지 않는다."))
        self.assertEqual(same["staff"], "⟦작성할 것: 담당 인력⟧")
        # What is there already is not made again, in the language that was asked for.
        for language in ("en", "ko"):
            again = [post(milan, "/api/v1/drafts/template", {"of": ref, "language": language}, press).json() for _ in range(2)]
            self.assertEqual((again[0]["id"], again[0]["note"]["language"]), (again[1]["id"], language))
        self.assertEqual(len(get(milan, "/api/v1/drafts", press).json()["items"]), 2)
        # A draft of a new version of ours has another purpose, though it names the practice as well.
        own = milan.publish("Ours", "Text.")
        refs = [{"role": "revises", "ref": own}, {"role": "derives_from", "ref": ref}]
        revision = post(milan, "/api/v1/drafts", {"kind": "practice", "language": "es", "topics": ["health"], "refs": refs, "content": {"title": "Nuestra"}}, press)
        self.assertEqual(revision.status, 201, revision.body)
        self.assertNotEqual(post(milan, "/api/v1/drafts/template", {"of": ref, "language": "es"}, press).json()["id"], revision.json()["id"])
        # What is no template says why.
        profile = next(iter(milan.refs(kind="profile")))
        for of, status in ((own, 400), (profile, 400), ("seoul.example/999", 404), ("", 400)):
            answer = post(milan, "/api/v1/drafts/template", {"of": of}, press)
            self.assertEqual(answer.status, status, f"{of}: {answer.body}")
        self.assertEqual(post(milan, "/api/v1/drafts/template", {"of": ref, "language": "no language"}, press).status, 400)
        seoul.run("withdraw", ref)
        wait_for(lambda: milan.record(ref)["status"] == "withdrawn", "it is known")
        self.assertEqual(post(milan, "/api/v1/drafts/template", {"of": ref}, press).status, 403)
        # A mark in a file is refused as well.
        answer = post(milan, "/api/v1/records", {"file": '+++\ntitle = "T"\nlanguage = "en"\ntopics = ["health"]\n+++\n⟦To fill in: Solution⟧\n'}, press)
        self.assertEqual((answer.status, answer.json()["field"]), (400, "summary"))
        audit = milan.json("audit")["items"]
        self.assertIn(("makeTemplate", "201"), [(line["action"], line["outcome"][:3]) for line in audit])


if __name__ == "__main__":
    unittest.main()
