"""A city's folder put back from a copy: what was erased since stays erased, what waits is looked at, what tells others begins anew."""

import json
import pathlib
import unittest

from api import account, bearer, get, post, practice
from nodes import Node, koinon, own_entries, wait_for
from test_erased import leftovers
from test_sending import Receiver
from test_signing import SigningTest, own, standing, state

WORD = "flibbertigibbet"  # one of those that leftovers() looks for


class Erased(SigningTest):
    def erased_since(self, copy):
        """Seoul and its peer, which does not run; what `copy` made of Seoul before a note was taken back; that note, and one since."""
        seoul, la = self.cities("la")
        gone = seoul.publish("Gone", f"One {WORD} stood here.")
        wait_for(lambda: la.shows(gone), "Los Angeles holds it")
        self.theirs = la.publish("Gone, in Los Angeles", f"One {WORD} stood there, too.")
        wait_for(lambda: seoul.shows(self.theirs), "Seoul holds it")
        made = copy(seoul)
        la.run("withdraw", self.theirs, "--erase", "--reason", "a name stood in it")
        seoul.run("withdraw", gone, "--erase", "--reason", "a name stood in it")
        later = seoul.publish("Later")
        self.followed(seoul, la)
        wait_for(lambda: la.record(gone)["status"] == "erased", "it is erased there")
        wait_for(lambda: seoul.record(self.theirs)["status"] == "erased", "and theirs here")
        la.stop()
        seoul.stop()
        return seoul, la, made, gone, later

    def folder_of_a_stopped_node(self, seoul):
        seoul.stop()
        made = self.copy(seoul)
        seoul.start()
        return made

    def comes_back(self, node, gone):
        """Until it signs; from the first word of a peer on nobody is shown what was taken back."""
        def signs():
            now = state(node)
            if now in ("behind", "signs"):
                self.assertFalse(node.shows(gone), now)
            return now == "signs"
        wait_for(signs, "all that held its log have answered")

    def has_no_word_of_it(self, node, gone):
        wait_for(lambda: node.record(self.theirs)["status"] == "erased", "what another city took back is erased as well")
        self.assertEqual(node.json("show", gone)["status"], "erased")
        self.assertEqual(node.json("show", gone)["body_state"], "erased")
        wait_for(lambda: node.status()["index_lag"] == 0, "the index is up to date")
        self.assertEqual(node.json("search", WORD)["items"], [])
        for page in (f"/records/{gone}", f"/records/{self.theirs}", "/", "/feeds/all.atom", f"/search?q={WORD}"):
            self.assertNotIn(f"One {WORD}", get(node, page).text(), page)
        wait_for(lambda: {name.removesuffix("-wal") for name in leftovers(node)} <= {"grace.db"}, "no file has a word of it that anybody reads")

    def test_in_a_folder_of_yesterday(self):
        seoul, la, yesterday, gone, later = self.erased_since(self.folder_of_a_stopped_node)
        self.put_back(seoul, yesterday)
        self.assertTrue(leftovers(seoul), "the copy has it still")
        self.lose_mark(seoul)
        seoul.start()
        self.assertEqual(state(seoul), "asks")
        self.assertEqual(standing(seoul)["waits_for"], ["la.example"])
        la.start(peer_port=la.peer_port)
        self.comes_back(seoul, gone)
        wait_for(lambda: own_entries(seoul) == la.entries("seoul.example"), "both have the same")
        wait_for(lambda: seoul.shows(later), "what came since is back")
        self.has_no_word_of_it(seoul, gone)
        self.not_frozen(seoul, la)

    def test_in_a_backup_that_is_restored_elsewhere(self):
        place = pathlib.Path(self.folder) / "backup"
        seoul, la, _, gone, later = self.erased_since(lambda node: node.run("backup", place))
        node = Node(self.folder, "again", init=False)
        koinon("restore", place, data=node.data)
        self.nodes.append(node)
        self.assertTrue(leftovers(node), "the backup has it still")
        la.start(peer_port=la.peer_port)
        node.start()
        self.comes_back(node, gone)
        wait_for(lambda: own_entries(node) == la.entries("seoul.example"), "both have the same")
        self.assertIn("our own log was pulled back", node.log())
        wait_for(lambda: node.shows(later), "what came since is back")
        self.has_no_word_of_it(node, gone)
        node.publish("After")
        self.followed(node, la)
        self.not_frozen(node, la)


class Office(SigningTest):
    ARGS = ("--webhooks-allow-private", "--send-backoff-seconds", "1")

    def may(self, node, token):
        return get(node, "/api/v1/held", bearer(token)).status

    def test_what_waited_is_set_aside_tokens_are_paused_and_webhooks_begin_anew(self):
        seoul, la = self.cities("la", args=self.ARGS)
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        seoul.run("webhook", "add", f"http://127.0.0.1:{receiver.port}/hook")
        kept = account(seoul, "press", "publisher")
        first = self.tokens(seoul)
        revoked = seoul.run("token", "add", "press", "--scope", "publisher").strip()
        second = self.tokens(seoul) - first
        held = post(seoul, "/api/v1/records", practice("Held") | {"hold": 3600}, bearer(kept)).json()["id"]
        seoul.stop()
        yesterday = self.copy(seoul)
        seoul.start(*self.ARGS)
        ref = seoul.run("held", "release", held).strip()
        seoul.run("token", "remove", "press", *second)
        self.assertEqual(self.may(seoul, revoked), 401)
        later = seoul.publish("Later")
        wait_for(lambda: self.told(receiver, later), "the webhook is told")
        self.followed(seoul, la)
        entries, messages = own(seoul), len(receiver.got)
        seoul.stop()

        self.put_back(seoul, yesterday)
        self.lose_mark(seoul)
        seoul.start(*self.ARGS)
        self.signs(seoul, "Los Angeles has answered")
        self.assertEqual(own(seoul), entries)
        wait_for(lambda: self.held(seoul, held)["state"] == "set-aside", "it waits for a look")
        self.assertIn(f"koinon held release {held} or koinon held drop {held}", seoul.run("held", "list"))
        alarms = lambda: [alarm["id"] for alarm in seoul.status()["alarms"]]
        wait_for(lambda: "set_aside" in alarms(), "an alarm says so")
        self.assertEqual([self.may(seoul, token) for token in (kept, revoked)], [403, 403])
        paused = {str(item["id"]) for item in seoul.json("paused", "list")["items"]}
        self.assertLessEqual(first | second, paused)
        seoul.run("paused", "release", *first)
        self.assertEqual([self.may(seoul, token) for token in (kept, revoked)], [200, 403])
        self.assertTrue(seoul.json("webhook", "list")["items"][0]["began_anew_at"])

        self.assertEqual(seoul.run("held", "release", held).strip(), ref, "its salt is in the log already")
        self.assertEqual(self.held(seoul, held)["state"], "signed")
        self.assertEqual(own(seoul), entries, "nothing is signed twice")
        after = seoul.publish("After")
        wait_for(lambda: self.told(receiver, after), "the webhook is told of what comes from now on")
        self.assertFalse([body for _, body in receiver.got[messages:] if self.names(body, ref) or self.names(body, later)], "and of nothing before")
        self.followed(seoul, la)
        self.not_frozen(seoul, la)

    def tokens(self, node):
        return {str(item["id"]) for item in node.json("token", "list", "press")["items"]}

    def held(self, node, number):
        return node.local("GET", f"/api/v1/held/{number}")

    def names(self, body, ref):
        return json.loads(body)["data"]["ref"] == ref

    def told(self, receiver, ref):
        return any(self.names(body, ref) for _, body in list(receiver.got))


if __name__ == "__main__":
    unittest.main()
