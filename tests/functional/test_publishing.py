"""Publishing by pages: nothing that was written is lost, and nothing goes out that was not meant, or at another time."""

import datetime
import pathlib
import re
import unittest

from api import PASSWORD, ask, bearer, post
from browser import Browser, member
from nodes import NodesTest, wait_for


class Publishing(NodesTest):
    def test_review_by_a_second_person(self):
        seoul = self.node("seoul", "--publishing-review")
        press, chief = member(seoul, "press", "publisher"), member(seoul, "chief", "reviewer")
        press.go("/publish")
        self.assertIn("A reviewer of your office looks at it", press.page.text)
        press.submit("/publish", "publish", title="Reviewed", solution="Text.", topics="health")
        held = press.page.url
        self.assertIn("It waits for a reviewer", press.page.text)
        self.assertNotIn(("do", "release"), press.page.form(held).buttons)
        chief.go("/desk")
        self.assertIn(held, chief.page.links)
        chief.go(held)
        chief.submit(held, "release")
        self.assertRegex(chief.page.url, "^/records/")
        # What has a time is approved for its time, and signed before it only if somebody says so once more.
        entries = seoul.json("status")["entries"]
        press.go("/publish")
        at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
        press.submit("/publish", "publish", title="Reviewed for a day", solution="Text.", topics="health", at=at)
        held = press.page.url
        self.assertIn("You can take it back until then", press.page.text)
        chief.go(held)
        self.assertIn("Approve it for its time", chief.page.text)
        chief.submit(held, "release")
        self.assertEqual(chief.page.url, held)
        self.assertIn("It goes out on", chief.page.text)
        self.assertEqual(seoul.json("status")["entries"], entries)
        chief.submit(held, "release")
        self.assertRegex(chief.page.url, "^/records/")

    def test_what_was_written_outlives_its_session(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        text = 'A long text with "quotes" & <b>angles</b>, worth keeping.'
        press.go("/publish")
        kept, press.cookies = press.cookies, {}
        press.submit("/publish", "publish", title="Kept", solution=text, topics="health")
        self.assertEqual(press.page.status, 401)
        self.assertIn("Your session has ended", press.page.text)
        self.assertEqual(press.page.form("/publish").fields["solution"], text)
        self.assertIn("/login", press.page.links)
        # They log in in another window, and come back to this one.
        other = Browser(seoul)
        other.log_in("press", PASSWORD)
        self.assertNotEqual(other.cookies, kept)
        press.cookies = other.cookies
        press.submit("/publish")
        self.assertEqual(press.page.status, 403, "a form of another session is shown before it is taken")
        self.assertIn("send it now if you mean it", press.page.text)
        press.submit("/publish")
        self.assertRegex(press.page.url, "^/records/seoul.example/")
        self.assertIn(text, press.page.text)
        # Another site cannot fill such a page, and a password never stands on one.
        entries = seoul.json("status")["entries"]
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(f"{k}={v}" for k, v in press.cookies.items())}
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = ask("POST", press.base + "/publish", b"title=Planted&solution=Planted&topics=health&do=publish&csrf=x", form | headers)
            self.assertEqual(answer.status, 403)
            self.assertNotIn("Planted", answer.text())
        press.go("/account")
        press.cookies = {}
        press.submit("/account", "password", old=PASSWORD, new="another one, secret")
        self.assertEqual(press.page.status, 401)
        self.assertNotIn("another one, secret", press.page.source)
        self.assertEqual(seoul.json("status")["entries"], entries)
        # What is too long to be kept is refused, not read.
        refused = ask("POST", press.base + "/publish", b"title=" + b"x" * 20_000_000, {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "it"})
        self.assertEqual(refused.status, 413)
        self.assertIn("è troppo grande", refused.text(), "who is still sending sees the page")

    def test_enter_in_a_field_sends_no_form_that_publishes(self):
        """Two first buttons take what Enter does (HTML, implicit submission), in each form with a button that signs: a disabled one, and for fields that pass over it one that sends nothing."""
        templates = pathlib.Path(__file__).resolve().parents[2] / "node" / "pages" / "templates"
        signing = ("/publish", "/ask", "/answer", "/adopt", "/follow-up", "/profile", "/records/{{ref}}/withdraw")
        seen = set()
        for path in templates.glob("*.mustache"):
            for action, body in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', path.read_text(), re.S):
                if (action in signing and 'value="remove"' not in body.partition("<button")[2].partition(">")[0]) or 'value="notice"' in body:
                    seen.add(action)
                    self.assertTrue(body.lstrip().startswith("{{> no_enter}}"), (path.name, action))
        self.assertEqual(seen, {*signing, "/operate"})

    def test_a_form_of_a_draft_that_has_changed_neither_publishes_nor_deletes_it(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        entries = lambda: seoul.status()["entries"]  # noqa: E731
        before = entries()
        press.go("/publish")
        press.submit("/publish", "save", title="Shade", solution="First words.", topics="health")
        address, stale = press.page.url, press.page
        press.submit("/publish", "save", solution="Better words.")
        for button in ("publish", "remove", "save"):
            press.page = stale
            press.submit("/publish", button, solution="Stale words.")
            self.assertEqual(press.page.status, 409, button)
            self.assertIn("Somebody else has changed this draft", press.page.text)
            self.assertEqual(press.page.form("/publish").fields["solution"].strip(), "Stale words.", "nothing typed is lost")
        # A form that names no version is of none.
        stale.form("/publish").fields["version"] = ""
        press.page = stale
        press.submit("/publish", "publish")
        self.assertEqual(press.page.status, 409)
        self.assertEqual(entries(), before)
        self.assertEqual(press.go(address).form("/publish").fields["solution"].strip(), "Better words.")
        fresh = press.page
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/records/")
        self.assertIn("Better words.", press.page.text)
        # What was published elsewhere is not published again, nor deleted; what was typed becomes a draft of its own.
        for button in ("publish", "save"):
            press.page = fresh
            press.submit("/publish", button, solution="Words of an old window.")
            self.assertEqual(press.page.status, 404, button)
            self.assertIn("no longer there", press.page.text)
        self.assertEqual(entries(), before + 1)
        press.submit("/publish", "save")
        self.assertNotEqual(press.page.url, address)
        self.assertEqual(press.page.form("/publish").fields["solution"].strip(), "Words of an old window.")

    def test_after_publishing_a_page_says_so_once_and_a_hold_says_until_when(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        press.go("/publish")
        press.submit("/publish", "publish", title="Shade", solution="Awnings.", topics="health")
        self.assertIn("It is published.", press.page.text)
        self.assertIn("within seconds", press.page.text)
        self.assertNotIn("It is published.", press.go(press.page.url).text, "once")
        seoul.stop()
        seoul.start("--publishing-hold-minutes", "10", "--office-time-zone", "Asia/Seoul")
        press.base = f"http://127.0.0.1:{seoul.http_port}"
        press.go("/publish")
        self.assertIn("for 10 minutes", press.page.text)
        before = seoul.json("status")["entries"]
        press.submit("/publish", "publish", title="More shade", solution="More awnings.", topics="health")
        self.assertRegex(press.page.url, "^/held/")
        self.assertRegex(press.page.text, r"It goes out on .*\d:\d\d.* You can take it back until then.")
        press.submit(press.page.url, "cancel")
        self.assertEqual(press.page.form("/publish").fields["at"], "", "a hold is no time that somebody chose")
        self.assertEqual(seoul.json("status")["entries"], before)

    def test_what_is_taken_back_comes_into_the_form_that_it_came_from(self):
        seoul, la = self.pair()
        note = seoul.publish("Of Seoul")
        wait_for(lambda: la.shows(note), "it crosses")
        la.stop()
        la.start("--publishing-hold-minutes", "10", peer_port=la.peer_port)
        press = member(la, "press", "publisher")
        entries = la.json("status")["entries"]
        press.go(f"/ask?about={note}")
        press.submit("/ask", title="Who put them up?", text="Staff, or a company?", topics="health", contact="press@la.example")
        self.assertRegex(press.page.url, "^/held/")
        press.submit(press.page.url, "cancel")
        self.assertRegex(press.page.url, "^/ask")
        fields = dict(press.page.form("/ask").fields)
        self.assertEqual([fields[name].strip() for name in ("title", "text", "contact", "topics")],
                         ["Who put them up?", "Staff, or a company?", "press@la.example", "Health"])
        self.assertRegex(fields["about"], r"^seoul\.example.*/\d+$", "it may stand with the log that was meant")
        address, stale = press.page.url, press.page
        self.assertEqual(press.go("/publish?draft=" + fields["draft"]).url, address, "a question never becomes a practice")
        press.submit("/ask", text="Staff?")
        self.assertRegex(press.page.url, "^/held/")
        press.page = stale
        press.submit("/ask", text="Once more?")
        self.assertEqual(press.page.status, 404, "its draft is gone: it is not asked twice")
        press.go(f"/adopt?of={note}")
        press.submit("/adopt", stage="adopted", results="It worked.")
        press.submit(press.page.url, "cancel")
        fields = press.page.form("/adopt").fields
        self.assertEqual((fields["stage"], fields["results"].strip()), ("adopted", "It worked."))
        self.assertRegex(fields["of"], r"^seoul\.example.*/\d+$")
        self.assertEqual(la.json("status")["entries"], entries)

    def test_the_time_of_a_note_is_kept_wherever_its_text_is(self):
        seoul = self.node("seoul", "--office-time-zone", "Asia/Seoul")
        press = member(seoul, "press", "publisher")
        entries = seoul.json("status")["entries"]
        press.go("/publish")
        self.assertIn("Korea", press.page.text, "without scripts it is the office's zone, by its name")
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)
        at = (later + datetime.timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
        shown = lambda: press.page.form("/publish").fields["at"]  # noqa: E731
        press.submit("/publish", "preview", title="In time", solution="On the day.", topics="health", at=at)
        self.assertEqual(shown(), at)
        self.assertIn("Schedule for", press.page.text)
        press.submit("/publish", "save")
        self.assertEqual(shown(), at, "a draft keeps it")
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/held/")
        cookie = "; ".join(f"{name}={value}" for name, value in press.cookies.items())
        held = ask("GET", press.base + "/api/v1/held", headers={"Cookie": cookie}).json()["items"]
        due = [item["due_at"] for item in held if item["state"] == "waiting"]
        self.assertEqual(due, [later.strftime("%Y-%m-%dT%H:%M:%SZ")], "in the zone of the form")
        press.submit(press.page.url, "cancel")
        self.assertEqual(shown(), at, "what is taken back keeps it")
        # The browser's zone, where the script has said it, counts before the office's.
        press.cookies["koinon_zone"] = "America/New_York"
        press.go(press.page.url)
        self.assertEqual(datetime.datetime.fromisoformat(shown()).day, (later - datetime.timedelta(hours=4)).day)
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/held/")
        press.submit(press.page.url, "cancel")
        # What has passed is refused, and so is what is no time.
        for wrong in ("2020-01-01T09:00", "soon"):
            press.submit("/publish", "publish", at=wrong)
            self.assertEqual(press.page.status, 400, wrong)
            self.assertEqual(press.page.form("/publish").fields["at"], wrong)
        self.assertEqual(seoul.json("status")["entries"], entries, "nothing went out")

    def test_every_form_keeps_the_time_of_what_was_taken_back_into_it(self):
        seoul, la = self.pair()
        note = seoul.publish("Of Seoul")
        wait_for(lambda: la.shows(note), "it crosses")
        press = member(la, "press", "reviewer")
        token = bearer(la.run("token", "add", "press", "--scope", "reviewer").strip())
        entries = la.json("status")["entries"]
        held_until = lambda: [item["due_at"] for item in ask("GET", press.base + "/api/v1/held", headers=token).json()["items"]  # noqa: E731
                              if item["state"] == "waiting"]
        at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:00Z")
        for form, request in (("/ask", {"kind": "question", "language": "en", "topics": ["health"], "content": {"title": "Q", "text": "T"}}),
                              ("/adopt", {"kind": "adoption", "language": "en", "content": {"stage": "trying"}, "refs": [{"role": "adopts", "ref": note}]}),
                              ("/profile", {"kind": "profile", "language": "en", "content": {"display_name": "LA"}})):
            past = post(la, "/api/v1/records", request | {"at": "2020-01-01T00:00:00Z"}, token)
            self.assertEqual((past.status, past.json()["field"]), (400, "at"), form)
            held = post(la, "/api/v1/records", request | {"at": at}, token)
            self.assertEqual(held.status, 202, form)
            press.go(f"/held/{held.json()['id']}")
            press.submit(press.page.url, "cancel")
            self.assertRegex(press.page.url, "^" + form)
            self.assertEqual(press.page.form(form).fields["at"], at)
            self.assertIn("at this time", press.page.text, "and whoever sends the form is told")
            press.submit(form)
            self.assertRegex(press.page.url, "^/held/", form)
            self.assertEqual(held_until(), [at], form)
            press.submit(press.page.url, "cancel")
        self.assertEqual(la.json("status")["entries"], entries, "nothing went out")


if __name__ == "__main__":
    unittest.main()
