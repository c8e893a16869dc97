"""Would it work here? An office answers what a practice asks, keeps that to itself, and begins the adoption with it."""

import json
import unittest
import urllib.parse

from api import account, ask, bearer, get, post
from browser import Browser, member
from nodes import NodesTest, own_entries, wait_for

NOTE = """+++
title = "Testing from the car"
language = "en"
topics = ["health/testing"]
[[needs]]
what = "people"
text = "Ten nurses a day"
[[needs]]
what = "place"
text = "A car park <b>of 40 cars</b> [here](https://evil.example)"
+++
{text}
"""
PROFILE = ('+++\nkind = "profile"\ntype = "city"\ndisplay_name = "{name}"\nlanguage = "en"\nclimate = "{climate}"\n'
           '[population]\nvalue = {population}\nsource = "GeoNames"\n+++\n')


class Worksheet(NodesTest):
    def practice(self, text="## What must stay\n\nNobody leaves the car. <script>alert(1)</script>\n\n## Solution\n\nFive steps."):
        """Seoul's practice, held by Los Angeles; both have profiles."""
        seoul, la = self.pair()
        profiles = [node.run("publish", "-", stdin=PROFILE.format(name=name, climate=climate, population=population).encode()).strip()
                    for node, name, climate, population in ((seoul, "Seoul", "Dwa", 9411000), (la, "Los Angeles", "Csb", 3898747))]
        ref = seoul.run("publish", "-", stdin=NOTE.format(text=text).encode()).strip()
        wait_for(lambda: {ref, *profiles} <= set(la.refs()), "it arrives")
        return seoul, la, ref

    def put(self, node, ref, answers, who, version=None):
        headers = who | ({"If-Match": f'"v{version}"'} if version is not None else {})
        return post(node, f"/api/v1/worksheets/{ref}", answers, headers, "PUT")

    def test_a_page_asks_all_that_matters_and_its_answers_become_the_adoption(self):
        seoul, la, ref = self.practice()
        desk = member(la, "desk", "publisher", "--office", "Mayor")
        self.assertIn(f"/worksheet?of={ref}", desk.go(f"/records/{ref}").links)
        page = desk.go(f"/worksheet?of={ref}")
        for asked in ("Nobody leaves the car.", "People", "Ten nurses a day", "Place", "9,411,000", "3,898,747", "Dwa", "Csb", "Too early to say"):
            self.assertIn(asked, page.text)
        self.assertNotIn("<script>alert", page.source)
        self.assertNotIn("<b>of 40", page.source)
        before = own_entries(la)
        desk.submit("/worksheet", "save", core="yes", need_0="have", remark_0="Four clinics", need_1="lack", context_climate="yes")
        self.assertIn("The worksheet is saved", desk.page.text)
        self.assertIn("Something is missing", desk.page.text)
        self.assertRegex(desk.page.text, "Missing: Place")
        # What is missing is found; the verdict is that of people where they say so.
        desk.submit("/worksheet", "save", need_1="can-get", changes="Tents, not buildings.", plan="- **May**: Kim asks the council", verdict="too-early")
        fields = desk.page.form("/worksheet").fields
        self.assertEqual((fields["need_0"], fields["need_1"], fields["verdict"], fields["version"]), ("have", "can-get", "too-early", "2"))
        self.assertIn("It fits with changes", desk.page.text, "what the answers say is told all the same")
        printed = desk.go(f"/worksheet/print?of={ref}")
        for said in ("Too early to say", "Four clinics", "We can get it", "Tents, not buildings.", "Kim asks the council"):
            self.assertIn(said, printed.text)
        self.assertEqual([form.action for form in printed.forms if form.action != "/language"], [], "nothing to press")
        line = desk.go("/desk")
        self.assertIn(f"/worksheet?of={ref}", line.links)
        self.assertIn("Too early to say", line.text)
        self.assertEqual(own_entries(la), before, "nothing of it is published by itself")
        desk.go(f"/worksheet?of={ref}")
        desk.submit("/worksheet", "adopt")
        self.assertEqual(desk.page.url.split("&")[1], "worksheet=yes")
        fields = desk.page.form("/adopt").fields
        self.assertEqual((fields["stage"], fields["plan"], fields["changes"]), ("trying", "- **May**: Kim asks the council", "Tents, not buildings."))
        desk.submit("/adopt", period="May 2026", people_reached="200 a day")
        adoption = wait_for(lambda: la.refs(kind="adoption"), "it is published")[0]
        content = la.json("show", adoption)["body"]["adoption"]
        self.assertEqual({key: content[key] for key in ("stage", "plan", "changes", "period", "people_reached")},
                         {"stage": "trying", "plan": "- **May**: Kim asks the council", "changes": "Tents, not buildings.", "period": "May 2026", "people_reached": "200 a day"})
        # Said again, it begins with what was said last.
        fields = desk.go(f"/adopt?of={ref}&worksheet=yes").form("/adopt").fields
        self.assertEqual((fields["plan"], fields["period"]), ("- **May**: Kim asks the council", "May 2026"))
        desk.go(f"/worksheet?of={ref}")
        desk.submit("/worksheet", "remove")
        self.assertNotIn(f"/worksheet?of={ref}", desk.page.links)

    def test_a_practice_that_names_no_need_is_asked_about_in_general(self):
        seoul, la = self.pair()
        ref = seoul.publish("Cool roofs", "Painted white.", ("climate/heat",))
        wait_for(lambda: la.shows(ref), "it arrives")
        desk = member(la, "desk", "publisher")
        page = desk.go(f"/worksheet?of={ref}")
        self.assertIn("May we do this, and has somebody decided it?", page.text)
        self.assertIn("The note does not say.", page.text)
        self.assertEqual(page.text.count("not said"), 8, "no city has a profile")
        self.assertEqual(page.form("/worksheet").fields["remark_5"], "")
        question = la.run("ask", "--title", "Who pays?", "--text", "For them.", "--language", "en", "--topic", "climate/heat", "--about", ref).strip()
        self.assertEqual(desk.go(f"/worksheet?of={question}").status, 400, "only a practice has a worksheet")
        self.assertEqual(desk.go("/worksheet?of=nowhere.example/1").status, 404)

    def test_colleagues_share_a_worksheet_and_nobody_overwrites_the_other(self):
        seoul, la, ref = self.practice()
        one, other = member(la, "one", "publisher", "--office", "Mayor"), member(la, "other", "publisher", "--office", "Mayor")
        roads = member(la, "roads", "publisher", "--office", "Roads")
        one.go(f"/worksheet?of={ref}")
        other.go(f"/worksheet?of={ref}")
        one.submit("/worksheet", "save", plan="By one.")
        other.submit("/worksheet", "save", plan="By the other.", need_0="lack")
        self.assertEqual(other.page.status, 409)
        self.assertIn("A colleague has changed this worksheet", other.page.text)
        fields = other.page.form("/worksheet").fields
        self.assertEqual((fields["plan"], fields["need_0"]), ("By the other.", "lack"), "what was typed is still there")
        other.submit("/worksheet", "overwrite")
        self.assertEqual(one.go(f"/worksheet?of={ref}").form("/worksheet").fields["plan"], "By the other.")
        self.assertIn("other", one.page.text)
        self.assertEqual(roads.go(f"/worksheet?of={ref}").form("/worksheet").fields["plan"], "", "another office has its own")
        self.assertNotIn(f"/worksheet?of={ref}", roads.go("/desk").links)
        # Readers of the node are told nothing of it, nor is anybody who reads what we publish.
        reader = bearer(account(la, "reader", "reader"))
        for path in (f"/api/v1/worksheets/{ref}", "/api/v1/worksheets"):
            self.assertEqual(get(la, path, reader).status, 403)
            self.assertEqual(get(la, path).status, 401)
        stranger = Browser(la)
        self.assertIn("/login", stranger.go(f"/worksheet/print?of={ref}").url)
        self.assertNotIn("By the other.", json.dumps(seoul.json("list")) + json.dumps(la.json("list")))

    def test_programs_and_the_command_line_read_and_write_it(self):
        seoul, la, ref = self.practice()
        press = bearer(account(la, "press", "publisher", "--office", "Mayor"))
        self.assertEqual(get(la, f"/api/v1/worksheets/{ref}", press).json()["version"], 0)
        answers = {"needs": [{"answer": "have"}, {"answer": "can-get", "remark": "from <i>the</i> port"}], "core": "yes", "context": {"climate": "no"}}
        made = self.put(la, ref, answers, press, 0).json()
        self.assertEqual((made["verdict"], made["proposed"]["to_get"], made["they"]["climate"], made["we"]["population"], made["by"], made["office"]),
                         ("fits", [1], "Dwa", 3898747, "press", "Mayor"))
        again = self.put(la, ref, answers, press, 0)
        self.assertEqual((again.status, again.json()["version"]), (200, 1), "an answer that was lost on its way")
        for wrong, status in (({"core": "perhaps"}, 400), ({"needs": [{}] * 3}, 400), ({"plan": "x" * 17000}, 413), ({"needs": [{"remark": "x" * 501}]}, 413), ({"title": "x"}, 400)):
            refused = self.put(la, ref, wrong, press, 1)
            self.assertEqual(refused.status, status, refused.body)
        self.assertEqual(get(la, f"/api/v1/worksheets/{ref}", press).json()["version"], 1, "nothing of that was kept")
        self.assertEqual(la.json("worksheet", ref)["answers"]["needs"][0]["answer"], "have")
        said = la.run("worksheet", ref)
        self.assertIn("verdict: fits", said)
        file = la.run("worksheet", ref, "--markdown")
        self.assertIn("We can get it: from &lt;i&gt;the&lt;\\/i&gt; port", file)
        self.assertNotRegex(file, r"<script|<b>|\]\(https", "what Seoul wrote is text")
        self.assertIn("Nobody leaves the car", file)
        self.assert_refused("only a practice has a worksheet", lambda: la.run("worksheet", seoul.refs(kind="profile")[0]))
        lines = [(line["action"], line["target"]) for line in la.json("audit")["items"] if "orksheet" in line["action"]]
        self.assertIn(("putWorksheet", ref), lines)
        self.assertNotIn("<i>", json.dumps(la.json("audit")), "the audit log has no text of it")

    def test_it_goes_with_the_practice(self):
        seoul, la, ref = self.practice()
        press = bearer(account(la, "press", "publisher"))
        self.assertEqual(self.put(la, ref, {"plan": "as Seoul says"}, press).status, 200)
        seoul.run("withdraw", ref, "--erase")
        wait_for(lambda: get(la, "/api/v1/worksheets", press).json()["items"] == [], "it is forgotten")
        self.assertEqual(get(la, f"/api/v1/worksheets/{ref}", press).status, 404, "its text is gone")
        self.assertEqual(self.put(la, ref, {"plan": "once more"}, press).status, 404)

    def test_a_script_saves_by_itself_and_is_told_the_verdict(self):
        seoul, la, ref = self.practice()
        desk = member(la, "desk", "publisher")
        form = desk.go(f"/worksheet?of={ref}").form("/worksheet")
        sent = {key: value or "" for key, value in form.fields.items()} | {"do": "autosave", "need_0": "lack"}
        saved = self.autosave(desk, sent)
        self.assertEqual(saved.json()["version"], "1")
        self.assertIn("Something is missing", saved.json()["verdict_html"])
        late = self.autosave(desk, sent | {"need_0": "have"})
        self.assertEqual(late.status, 409)
        self.assertIn("A colleague has changed this worksheet", late.json()["problem"])

    def autosave(self, browser, fields):
        return ask("POST", browser.base + "/worksheet", urllib.parse.urlencode(fields).encode(),
                   {"Content-Type": "application/x-www-form-urlencoded", "Origin": browser.base, "Sec-Fetch-Site": "same-origin",
                    "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())})


if __name__ == "__main__":
    unittest.main()
