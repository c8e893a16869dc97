"""What wants a signature while the node may not sign is kept, and signed once; an old office.db signs nothing twice."""

import datetime
import shutil
import signal
import unittest

from api import Api, account, bearer, get, person, post, practice
from nodes import NodesTest, peer, wait_for
from test_clock import in_2000


class Kept(NodesTest):
    def again(self, node, *args, how=signal.SIGTERM):
        node.stop(how)
        return node.start(*args, peer_port=node.peer_port)

    def waiting(self):
        """A city whose clock stands in 2000: it signs nothing. It has published a note before."""
        seoul = self.node("seoul")
        note = seoul.publish("Before", "A secretword stands in it.")
        wait_for(lambda: note in seoul.refs(), "it is indexed")
        self.again(seoul, in_2000())
        wait_for(lambda: seoul.status()["clock"]["signing_waits"], "nothing is signed")
        return seoul, note

    def log(self, node):
        """The titles of our notes, in the order in which they were signed."""
        items = [(int(item["ref"].rsplit("/", 1)[1]), item["title"]) for item in node.listed()]
        return [title for _, title in sorted(items)]

    def held(self, node, number):
        return node.local("GET", f"/api/v1/held/{number}")

    def test_every_change_is_kept_and_signed_once_in_order_after_a_kill(self):
        seoul, before = self.waiting()
        entries = seoul.json("status")["entries"]
        token = account(seoul, "press", "publisher")
        answer = Api(seoul, token=token).post("/api/v1/records", practice("First"), expect=202)
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.json()["state"], "waits-for-signing")
        self.assertIn("clock says 2000", answer.json()["signing_waits"]["reason"])
        said = seoul.run("publish", "-", stdin=b'+++\ntitle = "Second"\nlanguage = "en"\ntopics = ["health"]\n+++\nText.\n')
        self.assertIn("it is signed as soon as this node may sign; now it may not: ", said)
        self.assertIn("Kept as", seoul.run("withdraw", before, "--reason", "Wrong."))
        many = post(seoul, "/api/v1/imports", {"notes": [practice("Third"), practice("Fourth")]}, bearer(token)).json()
        self.assertEqual([one["outcome"] for one in many["results"]], ["waits-for-signing"] * 2)
        self.assertIn("First", seoul.run("held", "list"))
        page = get(seoul, f"/held/{answer.json()['id']}", person(seoul, "reviewer", "reviewer")).text()
        self.assertIn("is signed as soon as this node may sign", page)
        self.assertIn("clock says 2000", page)
        self.assertEqual(seoul.json("status")["entries"], entries)

        self.again(seoul, in_2000(), how=signal.SIGKILL)
        self.assertEqual(self.held(seoul, answer.json()["id"])["state"], "waits-for-signing")
        self.again(seoul, how=signal.SIGKILL)
        wait_for(lambda: self.held(seoul, many["results"][1]["held"])["state"] == "signed", "all is signed")
        self.again(seoul, how=signal.SIGKILL)
        log = wait_for(lambda: (lambda l: l if "Fourth" in l else None)(self.log(seoul)), "it is indexed")
        self.assertEqual([title for title in log if title in ("First", "Second", "Third", "Fourth")], ["First", "Second", "Third", "Fourth"])
        self.assertEqual(seoul.json("show", before)["status"], "withdrawn")

    def test_an_erasure_hides_the_text_at_once_and_can_be_taken_back(self):
        seoul, note = self.waiting()
        self.assertTrue(seoul.shows(note))
        kept = seoul.json("withdraw", note, "--erase")
        self.assertEqual(kept["state"], "waits-for-signing")
        self.assertFalse(seoul.shows(note), "at once")
        record = seoul.json("show", note)
        self.assertEqual(record["body_state"], "hidden")
        self.assertNotIn("body", record)
        page = get(seoul, f"/records/{note}").text()
        self.assertNotIn("secretword", page)
        self.assertIn("takes this text back", page)
        wait_for(lambda: "secretword" not in get(seoul, "/feeds/all.atom").text() and not seoul.found("secretword"), "feeds and searches follow")
        seoul.run("held", "drop", kept["id"])
        wait_for(lambda: seoul.shows(note) and seoul.found("secretword"), "it was taken back: the text is shown again")

        kept = seoul.json("withdraw", note, "--erase")
        self.again(seoul, in_2000(), how=signal.SIGKILL)
        self.assertFalse(seoul.shows(note), "nor after a kill")
        self.again(seoul)
        wait_for(lambda: seoul.record(note)["status"] == "erased", "signed once the clock is right")
        self.assertEqual(seoul.json("show", note)["body_state"], "erased")

    def test_what_is_released_while_nothing_may_be_signed_is_kept(self):
        seoul = self.node("seoul", "--publishing-review")
        held = post(seoul, "/api/v1/records", practice("For review"), bearer(account(seoul, "press", "publisher")))
        self.assertEqual(held.json()["state"], "for-review", held.body)
        self.again(seoul, in_2000(), "--publishing-review")
        wait_for(lambda: seoul.status()["clock"]["signing_waits"], "nothing is signed")
        self.assertIn("Kept as", seoul.run("held", "release", held.json()["id"]))
        self.assertEqual(self.held(seoul, held.json()["id"])["state"], "waits-for-signing")
        self.again(seoul, "--publishing-review")
        wait_for(lambda: self.held(seoul, held.json()["id"])["state"] == "signed", "it was approved already")

    def test_vouches_wait_too(self):
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        peer(seoul, la, vouch=False)
        wait_for(lambda: seoul.entries("la.example"), "its log is held")
        self.again(seoul, in_2000())
        wait_for(lambda: seoul.status()["clock"]["signing_waits"], "nothing is signed")
        self.assertIn("and this node may sign; now it may not", seoul.run("peer", "add", milan.line()))
        answer = Api(seoul, token=account(seoul, "boss", "operator")).post("/api/v1/vouches", {"city": "la.example"}, expect=202)
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.json()["vouch"]["city"], la.log_id())
        self.assertEqual(seoul.refs(kind="vouch", city="seoul.example"), [])
        milan.run("peer", "add", seoul.line())
        self.again(seoul, how=signal.SIGKILL)
        wait_for(lambda: len(seoul.refs(kind="vouch", city="seoul.example")) == 2, "that of the operator, and that of the node itself")

    def test_yesterdays_office_signs_nothing_twice(self):
        seoul = self.node("seoul")
        token = account(seoul, "press", "publisher")
        held = post(seoul, "/api/v1/records", practice("Held") | {"hold": 3600}, bearer(token)).json()
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
        scheduled = post(seoul, "/api/v1/records", practice("Scheduled") | {"at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}, bearer(token)).json()
        self.again(seoul, in_2000())
        wait_for(lambda: seoul.status()["clock"]["signing_waits"], "nothing is signed")
        queued = seoul.keep("Queued")
        self.assertEqual(queued["state"], "waits-for-signing")
        seoul.stop()
        for name in ("office.db", "office.db-wal"):
            if (seoul.data / name).exists():
                shutil.copy(seoul.data / name, seoul.data.parent / name)
        seoul.start(peer_port=seoul.peer_port)
        numbers = [held["id"], scheduled["id"], queued["id"]]
        seoul.run("held", "release", scheduled["id"])  # the other two are due, by the clock that was wrong
        refs = [wait_for(lambda: (lambda h: h["ref"] if h["state"] == "signed" else None)(self.held(seoul, number)), "it is signed") for number in numbers]
        entries = seoul.json("status")["entries"]
        seoul.stop()
        for name in ("office.db", "office.db-wal", "office.db-shm"):
            (seoul.data / name).unlink(missing_ok=True)
            if (seoul.data.parent / name).exists():
                shutil.copy(seoul.data.parent / name, seoul.data / name)
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual(self.held(seoul, scheduled["id"])["state"], "waiting", "it is yesterday's")
        seoul.run("held", "release", scheduled["id"])
        again = [wait_for(lambda: (lambda h: h["ref"] if h["state"] == "signed" else None)(self.held(seoul, number)), "it is known") for number in numbers]
        self.assertEqual(again, refs)
        self.assertEqual(seoul.json("status")["entries"], entries)


if __name__ == "__main__":
    unittest.main()
