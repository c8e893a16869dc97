"""Nodes whose clock is wrong: started years ahead or behind, told by others, set right, or called right by the operator."""

import datetime
import email.utils
import json
import time
import unittest

from api import account, ask, person, practice
from nodes import NodesTest, connected, peer, wait_for

DAY = 24 * 3600
AHEAD = f"--clock-offset-seconds={400 * DAY}"


def in_2000():
    """As an option: the clock stands in the year 2000."""
    return f"--clock-offset-seconds={int(datetime.datetime(2000, 6, 1, tzinfo=datetime.timezone.utc).timestamp() - time.time())}"


class Clocks(NodesTest):
    def standing(self, node):
        return node.status()["clock"]

    def doubted(self, node, *because, waits):
        """Once the clock is doubted for exactly these reasons, and signing waits or does not."""
        return wait_for(lambda: (lambda c: c if (c["because"], c["signing_waits"]) == (list(because), waits) else None)(self.standing(node)),
                        f"{node.city} doubts its clock: {because}")

    def alarm(self, node, severity):
        return wait_for(lambda: next((a for a in node.status()["alarms"] if (a["id"], a["severity"]) == ("clock", severity)), None),
                        f"an alarm: {severity}")

    def again(self, node, *args):
        node.stop()
        return node.start(*args, peer_port=node.peer_port)

    def test_a_node_that_starts_400_days_ahead_removes_nothing_and_signs_nothing(self):
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        peer(seoul, la)
        peer(seoul, milan)
        note = milan.publish("From Milan")
        wait_for(lambda: seoul.shows(note) and seoul.status()["cities"] == 3, "all three are held")
        # Out of policy: its data go after thirty days in which the node ran.
        seoul.run("peer", "remove", "milan.example")
        press = account(seoul, "press", "publisher")
        held = ask("POST", f"http://127.0.0.1:{seoul.http_port}/api/v1/records", json.dumps(practice("In an hour") | {"hold": 3600}).encode(),
                   {"Authorization": f"Bearer {press}", "Content-Type": "application/json"})
        self.assertEqual(held.status, 202, held.body)
        boss = {"Cookie": person(seoul, "boss", "operator")["Cookie"]}
        entries = seoul.json("status")["entries"]

        self.again(seoul, AHEAD)
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        self.assertLess(self.doubted(seoul, "peers", waits=True)["behind_seconds"], -399 * DAY)
        self.assertIn("ahead", self.alarm(seoul, "critical")["text"])
        ready = ask("GET", f"http://127.0.0.1:{seoul.http_port}/readyz")
        self.assertEqual(ready.status, 200, "readers are served, and what is published is kept")
        self.assertIn("signing: waits\ncritical clock\n", ready.text())
        kept = seoul.keep("Next year")
        self.assertEqual(kept["state"], "waits-for-signing", kept)
        self.assertIn("this clock differs from those of the peers", kept["signing_waits"]["reason"])
        self.assertEqual(seoul.json("status")["entries"], entries, "what waits for its time is not signed a year early")
        self.assertEqual(seoul.json("status")["cities"], 3, "nobody was there for those 400 days")
        person(seoul, "chief", "operator")  # whoever logs in has what has expired forgotten

        self.again(seoul)
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        self.doubted(seoul, waits=False)
        wait_for(lambda: "Next year" in seoul.titles(), "what was kept is signed in time")
        self.assertTrue(seoul.publish("In time"))
        self.assertEqual(ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/status", headers=boss).status, 200, "a session is what it was")
        self.assertNotIn("removed the data of a city", seoul.log())

    def test_a_node_that_starts_in_2000_signs_nothing_older_than_its_own_log(self):
        seoul = self.node("seoul")
        entries = seoul.json("status")["entries"]
        self.again(seoul, in_2000())
        self.doubted(seoul, "own-entry", waits=True)
        self.assertIn("behind", self.alarm(seoul, "critical")["text"])
        self.assertIn("this clock says 2000-06-01T", seoul.keep("Older than our Genesis")["signing_waits"]["reason"])
        self.assertTrue(seoul.json("status")["signing"].startswith("waits: this clock says 2000"))
        self.assertEqual(seoul.json("status")["entries"], entries)
        self.again(seoul)
        self.doubted(seoul, waits=False)
        wait_for(lambda: "Older than our Genesis" in seoul.titles(), "it is signed once the clock is right")
        self.assertTrue(seoul.publish("In time"))

    def test_what_was_signed_a_year_ahead_stays_and_the_operator_is_asked_once(self):
        seoul = self.node("seoul")
        self.again(seoul, AHEAD)
        ahead = seoul.publish("Dated next year")  # nobody is connected who could say the time
        wait_for(lambda: ahead in seoul.refs(), "it is indexed")
        self.again(seoul)
        self.doubted(seoul, "own-entry", waits=True)
        self.assertIn("koinon clock --is-right", seoul.keep("Before the operator looked")["signing_waits"]["reason"])
        answer = ask("GET", f"http://127.0.0.1:{seoul.http_port}/feeds/all.atom")
        modified, date = (email.utils.parsedate_to_datetime(answer.headers[name]) for name in ("Last-Modified", "Date"))
        self.assertLessEqual(modified, date)
        self.assertNotIn(str(time.gmtime(time.time() + 400 * DAY).tm_year).encode() + b"-", answer.body, "no time of the feed lies ahead")
        # Others have it as it was signed, and show when it came.
        la = self.node("la")
        peer(seoul, la)
        wait_for(lambda: la.shows(ahead), "it arrives")
        shown = la.json("show", ahead)
        self.assertLess(shown["arrived_at"], shown["created_at"])
        self.assertIn("before that date", ask("GET", f"http://127.0.0.1:{la.http_port}/records/{ahead}").text())
        self.assertIn("our newest entry", seoul.run("clock"))
        self.assertEqual(seoul.refs(kind="vouch", city="seoul.example"), [], "the node itself signs nothing either")
        seoul.run("clock", "--is-right")
        self.doubted(seoul, waits=False)
        wait_for(lambda: seoul.refs(kind="vouch", city="seoul.example"), "what waited is signed, and nobody asked again")
        self.again(seoul)
        self.assertEqual(self.standing(seoul)["because"], [], "and nothing is left to ask")
        wait_for(lambda: "Before the operator looked" in seoul.titles(), "what was kept is signed")
        after = seoul.publish("After the operator looked")
        self.assertLess(seoul.json("show", after)["created_at"], seoul.json("show", ahead)["created_at"], "and the entry is what it was")

    def test_a_node_with_an_offset_says_so(self):
        seoul = self.node("seoul", "--clock-offset-seconds=-5")
        self.assertIn("warning: clock.offset_seconds is set, which is for tests alone", seoul.log())


if __name__ == "__main__":
    unittest.main()
