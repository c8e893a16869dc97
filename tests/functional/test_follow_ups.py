"""Failure is welcome: told in one press, asked for after 3, 6 and 12 months by mail and on the desk, found as well as success. The clock is moved."""

import json
import re
import unittest

from api import PASSWORD, account, ask
from browser import Browser, member
from mail_sink import MailSink
from nodes import NodesTest, wait_for

DAY = 24 * 3600


class FollowUps(NodesTest):
    def tried(self, *args):
        """Los Angeles, which has said that it tries what Seoul published."""
        seoul, la = self.pair(*args)
        self.seoul = seoul
        ref = seoul.publish("Testing from the car", "Nobody leaves the car.", ("health/testing",))
        wait_for(lambda: la.shows(ref), "it arrives")
        la.run("adopt", ref, "--stage", "trying", "--text", "On a parking lot.")
        wait_for(lambda: la.status()["index_lag"] == 0, "it is indexed")
        return la, ref

    def later(self, node, days, *args):
        """The clocks of both are moved: after a start a node signs nothing for a minute unless its peers say that its log is whole."""
        for one, more in ((self.seoul, ()), (node, args)):
            one.stop()
            one.start(f"--clock-offset-seconds={days * DAY}", *more, peer_port=one.peer_port)

    def words(self, la, ref):
        """What Los Angeles has said, the newest first: stage and outcome."""
        adoptions = [la.record(r)["body"]["adoption"] for r in la.refs(kind="adoption", city="la.example")]
        return [(a["stage"], a.get("outcome", "")) for a in adoptions]

    def due(self, la):
        return [(item["of"], item["months"]) for item in la.asked("follow-ups")["items"]]

    def test_one_press_tells_a_failure_as_well_as_a_success(self):
        la, ref = self.tried()
        press = member(la, "press", "publisher")
        page = press.go(f"/records/{ref}")
        self.assertIn(f"/follow-up?of={ref}", page.links, "whoever tries it is not offered to try it")
        self.assertNotIn(f"/adopt?of={ref}", page.links)
        self.assertIn("What we said last:", page.text)
        press.go(f"/adopt?of={ref}")
        buttons = [value for name, value in press.page.form("/adopt").buttons if name == "do"]
        self.assertEqual(buttons, ["going", "worked", "partly", "did-not", "stopped"], "all in one row")
        press.go(f"/follow-up?of={ref}")
        self.assertIn("helps other cities", press.page.text)
        press.submit("/follow-up", "did-not", why="Cars stood in the sun for hours.")
        self.assertEqual(press.page.url, f"/records/{ref}")
        wait_for(lambda: self.words(la, ref)[0] == ("adopted", "did-not"), "it is published")
        self.assertIn("Cars stood in the sun", press.go(f"/records/{ref}").text)
        # Enter, or a form that names no press, says nothing.
        said = len(self.words(la, ref))
        press.go(f"/follow-up?of={ref}")
        press.submit("/follow-up")
        self.assertEqual(len(self.words(la, ref)), said)
        # Found as a success is: on the first page, by a filter, in feeds, on the city's page.
        page = press.go("/")
        failures = next(link for link in page.links if "no-success" in link)
        searched = next(link for link in press.go("/?q=car").links if "no-success" in link)
        self.assertIn("q=car", searched, "what somebody looks for stays")
        page = press.go(failures)
        self.assertIn("outcome-did-not", page.source)
        self.assertIn("Did not work", page.text)
        feed = next(link for link in page.links if link.startswith("/feeds/search.atom"))
        answer = ask("GET", press.base + feed)
        self.assertEqual((answer.status, answer.text().count("<entry")), (200, 1))
        for path in ("/?outcome=did-not", "/cities/la.example"):
            self.assertIn("outcome-did-not", press.go(path).source, path)
        la.run("adopt", ref, "--stage", "stopped", "--outcome", "did-not", "--text", "We gave it up.")
        wait_for(lambda: self.words(la, ref)[0] == ("stopped", "did-not"), "from the command line too")
        wait_for(lambda: "stage-stopped" in press.go("/?kind=adoption&outcome=stopped").source, "it is found")

    def test_the_first_press_says_everything(self):
        seoul, la = self.pair()
        ref = seoul.publish("Cool roofs", "We painted roofs.", ("climate/heat",))
        wait_for(lambda: la.shows(ref), "it arrives")
        press = member(la, "press", "publisher")
        page = press.go(f"/adopt?of={ref}")
        self.assertEqual([value for name, value in page.form("/adopt").buttons if name == "do"], ["trying", "worked", "partly", "did-not", "stopped"])
        press.submit("/adopt", "stopped", why="The paint came off.")
        wait_for(lambda: self.words(la, ref) == [("stopped", "")], "it is published")
        self.assertIn("The paint came off.", press.go(f"/records/{ref}").text)
        self.assertEqual(ask("GET", f"{press.base}/api/v1/records/{ref}/our-word").json()["stage"], "stopped")
        self.assertEqual(press.go("/follow-up?of=seoul.example/999").status, 404, "nobody has it")

    def test_what_was_said_of_an_earlier_version_is_where_the_next_word_begins(self):
        la, ref = self.tried()
        newer = self.seoul.publish("Testing from the car, faster", "Nobody leaves the car.", ("health/testing",), "--revises", ref)
        wait_for(lambda: la.shows(newer) and la.status()["index_lag"] == 0, "the revision arrives")
        press = member(la, "press", "publisher")
        press.go(f"/records/{newer}")
        self.assertIn(f"/follow-up?of={newer}", press.page.links)
        form = press.go(f"/adopt?of={newer}&again=yes").form("/adopt")
        self.assertEqual((form.fields["stage"], form.fields["changes"]), ("trying", "On a parking lot."))
        press.submit("/adopt", "going", language="of nobody")
        self.assertEqual((press.page.status, press.page.form("/adopt").buttons), (400, form.buttons), "it is still not their first word")
        press.submit("/adopt", "going", language="en")
        wait_for(lambda: self.words(la, newer)[:2] == [("trying", ""), ("trying", "")], "it goes on as it was")

    def test_the_desk_asks_and_one_press_answers(self):
        la, ref = self.tried()
        self.later(la, 89)
        self.assertEqual(self.due(la), [])
        self.later(la, 91)
        self.assertEqual(self.due(la), [(ref, 3)])
        self.assertIn(ref, la.run("follow-ups"))
        press = member(la, "press", "publisher")
        page = press.go("/desk")
        self.assertIn("Testing from the car", page.text)
        self.assertIn(f"/adopt?of={ref}&again=yes", page.links, "who has more to say")
        press.submit("/follow-up", "going")
        wait_for(lambda: self.words(la, ref)[:2] == [("trying", ""), ("trying", "")], "what was said last stands")
        wait_for(lambda: self.due(la) == [], "it is answered")
        said = len(self.words(la, ref))
        press.page = page
        press.submit("/follow-up", "going")
        self.assertEqual((press.page.url, len(self.words(la, ref))), (f"/records/{ref}", said), "pressed twice, said once")
        self.later(la, 181)
        self.assertEqual(self.due(la), [(ref, 6)])
        press = Browser(la)
        press.log_in("press", PASSWORD)
        press.go("/desk")
        press.submit("/follow-up", "going")
        wait_for(lambda: len(self.words(la, ref)) == said + 1, "the same, half a year later")
        press.go(f"/follow-up?of={ref}")
        press.submit("/follow-up", "partly")
        wait_for(lambda: self.words(la, ref)[0] == ("adopted", "partly"), "half of it worked")
        self.later(la, 365)
        self.assertEqual(self.due(la), [(ref, 12)])
        newest, *others = la.refs(kind="adoption", city="la.example")
        la.run("withdraw", newest)
        wait_for(lambda: self.due(la) == [(ref, 12)], "the word before it stands again")
        for word in others:
            la.run("withdraw", word)
        wait_for(lambda: self.due(la) == [], "what was taken back is not asked about")

    def test_each_is_asked_by_mail_once_and_the_link_changes_nothing(self):
        sink = MailSink(self)
        mail = ("--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@la.example",
                "--http-url", "https://notes.la.example", "--send-backoff-seconds", "1")
        la, ref = self.tried()
        token = account(la, "press", "publisher", "--email", "press@la.example")
        path = f"http://127.0.0.1:{la.http_port}/api/v1/accounts/press/mail"
        wish = ask("PUT", path, json.dumps({"at_once": True}).encode(), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        self.assertEqual(wish.status, 200, wish.body)
        la.run("user", "add", "reader", "--role", "reader", "--email", "reader@la.example")

        def asked():
            """The mails that ask, once everything that is due has been written down and sent: the mail of a trial goes out in a later turn."""
            for _ in range(2):
                la.run("mail", "test", "chief@la.example")
            return [message for message in sink.messages() if message["Subject"].startswith("How is it going?")]
        self.later(la, 80, *mail)
        self.assertEqual(asked(), [])
        self.later(la, 91, *mail)
        first = wait_for(asked, "after three months")[0]
        self.assertEqual((first["Subject"], first["To"]), ("How is it going? Testing from the car", "press@la.example"))
        plain = first.get_body(("plain",)).get_content()
        self.assertIn("we are trying this", plain)
        link = re.search(r"https://notes\.la\.example(/follow-up\?of=\S+)", plain)[1]
        entries = la.status()["entries"]
        stranger = Browser(la)
        self.assertIn("/login", stranger.go(link).url + " ".join(form.action or "" for form in stranger.page.forms), "who follows it logs in first")
        press = member(la, "desk", "publisher")
        self.assertIn("Testing from the car", press.go(link).text)
        self.assertEqual(la.status()["entries"], entries, "a link changes nothing")
        self.later(la, 92, *mail)
        self.assertEqual(len(asked()), 1, "once, over restarts too")
        press = Browser(la)
        press.log_in("desk", PASSWORD)
        press.go(link)
        press.submit("/follow-up", "going")
        self.later(la, 181, *mail)
        wait_for(lambda: len(asked()) == 2, "after six months")
        press = Browser(la)
        press.log_in("desk", PASSWORD)
        press.go(link)
        press.submit("/follow-up", "stopped", why="Nobody came.")
        wait_for(lambda: self.words(la, ref)[0] == ("stopped", ""), "it is published")
        self.later(la, 400, *mail)
        self.assertEqual(len(asked()), 2, "that was the last word")


if __name__ == "__main__":
    unittest.main()
