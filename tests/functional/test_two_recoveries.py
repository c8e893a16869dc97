"""Recovery words that were used twice, and copies of a node from before they were used."""

import json
import pathlib
import shutil
import unittest

from api import ask
from nodes import MARKS, CommandFailed, Node, connected, koinon, peer, wait_for
from test_invites import invite
from test_keys import state, vkey
from test_recovery import Words
from wire import contradiction

SECONDS = 20  # within which who follows a log knows of a fork


class Known(Words):
    def known(self):
        """Seoul with three notes and its words, and two cities that follow it; its node is ended."""
        seoul, words = self.city("seoul")
        seoul.start()
        milan, la = self.node("milan"), self.node("la")
        for other in (milan, la):
            peer(seoul, other)
        for title in ("First", "Second", "Third"):
            seoul.publish(title)
        self.followed(seoul, milan, la)
        seoul.stop()
        return seoul, self.file(words), milan, la

    def look(self, paper, *cities):
        lines = [part for city in cities for part in ("--invite", invite(city))]
        return koinon("recover", "--words-file", paper, *lines, data=pathlib.Path(self.folder) / "nowhere")

    def taken_back(self, folder, paper, city, size):
        node = Node(self.folder, folder, init=False)
        self.nodes.append(node)
        koinon("recover", "--words-file", paper, "--invite", invite(city), "--size", size, data=node.data)
        node.start()
        wait_for(lambda: state(node) == "signs", "it signs")
        return node

    def notes(self, node):
        return {item["title"] for item in node.listed(city="seoul.example", kind="practice")}


class TwoRecoveries(Known):
    def test_two_that_were_made_apart_freeze_the_log_for_good(self):
        seoul, paper, milan, la = self.known()
        entries = milan.entries("seoul.example")
        # Both look before either has joined, each with another city, and choose another size.
        for city in (milan, la):
            self.assertIn("statements  none", self.look(paper, city))
        one = self.taken_back("one", paper, milan, entries)
        # Whoever looks where it is known is warned, and shown what there is.
        for part in ("was taken back already by statement 1", f"which keeps {entries} entries", f"1: a recovery at {entries} entries"):
            self.assertIn(part, self.look(paper, milan))
        other = self.taken_back("other", paper, la, entries - 1)
        one.publish("One says")
        other.publish("Another says")
        self.followed(one, milan)
        self.followed(other, la)
        for cities in ((milan, la), (la, milan)):
            self.assert_refused("nobody can say by whom; the log is frozen for good", lambda c=cities: self.look(paper, *c))
        peer(milan, la)
        held = {node.city: node.entries("seoul.example") for node in (milan, la)}
        for node in (milan, la):
            wait_for(lambda n=node: n.status()["frozen"] == ["seoul.example"], f"{node.city} has the evidence", SECONDS)
        for node in (one, other):
            wait_for(lambda n=node: n.status()["signing"].startswith("stopped"), f"{node.city} is told", SECONDS)
            self.assert_refused("forked", lambda n=node: n.publish("Nothing more"))
        self.assertTrue(connected(milan, "la.example"), "sessions go on")
        self.assertEqual(self.notes(milan), {"First", "Second", "Third", "One says"})
        self.assertEqual(self.notes(la), {"First", "Second", "Another says"})
        # Each of them has evidence, and it says that nothing mends this.
        for node in (milan, la, one, other):
            file = pathlib.Path(self.folder) / f"evidence-{node.city}"
            node.run("evidence", "seoul.example", "-o", file)
            self.assertEqual(contradiction(file.read_bytes())[:2], ("seoul.example", 0))
        # A third recovery would thaw nothing: none is made.
        shown, third = self.look(paper, milan), pathlib.Path(self.folder) / "third"
        self.assertIn("It is frozen for good", shown)
        self.assertNotIn("--size N", shown)
        self.assertTrue(json.loads(koinon("--json", "recover", "--words-file", paper, "--invite", invite(la), data=third))["for_good"])
        for how in (("--size", entries), ("--yes",)):
            self.assert_refused("nothing thaws this log: begin a new one",
                                lambda h=how: koinon("recover", "--words-file", paper, "--invite", invite(milan), *h, data=third))
            self.assertFalse(third.exists())
        milan.stop()
        milan.start(peer_port=milan.peer_port)
        one.stop()
        one.start(peer_port=one.peer_port)
        wait_for(lambda: connected(milan, "la.example"), "they connect again")
        # Nobody promises what does not help.
        for node in (one, other):
            self.assertIn("it is frozen for good everywhere", node.log())
        for node in (milan, la):
            self.assertEqual(node.status()["for_good"], ["seoul.example"])
            city = node.local("GET", "/api/v1/cities/seoul.example")
            self.assertEqual((city["frozen"], city["for_good"]), (True, True))
            self.assertIn("FORKED, frozen for good", node.run("cities"))
            page = ask("GET", f"http://127.0.0.1:{node.http_port}/cities/seoul.example").body.decode()
            self.assertIn("is frozen for good", page)
            self.assertIn("Two statements number 1, both signed with its recovery words, name two different keys.", page)
            shown = city["contradiction"]
            self.assertEqual((shown["kind"], shown["statement"]), ("two_recoveries", 1))
            self.assertEqual({shown["first"], shown["second"]}, {vkey(one), vkey(other)})
            explained = node.run("explain", "seoul.example")
            self.assertIn("nothing thaws this one", explained)
            self.assertNotIn("koinon thaw", explained)
        for node in (milan, la):
            self.assertEqual((node.status()["frozen"], node.entries("seoul.example")), (["seoul.example"], held[node.city]))
            self.assertNotIn("does not verify", node.log())
        for node in (milan, la, one, other):
            self.assertIn("nothing thaws this log", koinon("verify-evidence", pathlib.Path(self.folder) / f"evidence-{node.city}"))


class Asked(Known):
    """What one city knows, whoever asks next is shown."""

    def test_whoever_asks_the_same_city_next_is_shown_the_statement_and_no_other_one_spreads(self):
        seoul, paper, milan, la = self.known()
        entries, place = milan.entries("seoul.example"), pathlib.Path(self.folder)
        # Of one who has looked, too, and has not joined yet.
        self.assert_refused("ask there for a fresh invite", lambda: koinon("recover", "--words-file", paper, "--invite", invite(la, "--for", "rome.example"),
                                                                           "--size", entries - 1, data=place / "other"))
        koinon("recover", "--words-file", paper, "--invite", invite(milan), "--size", entries, data=place / "one")
        pinned = [p["node_key"] for p in milan.asked("peers")["items"]]
        for restart in (False, True):
            if restart:
                milan.stop()
                milan.start(peer_port=milan.peer_port)
            # koinond has not run there yet.
            shown = self.look(paper, milan)
            for part in ("was taken back already by statement 1", f"which keeps {entries} entries", f"1: a recovery at {entries} entries"):
                self.assertIn(part, shown)
        with self.assertRaises(CommandFailed) as refused:
            koinon("recover", "--words-file", paper, "--invite", invite(milan), "--invite", invite(la), "--yes", data=place / "other")
        self.assertIn(f"taken back already by another statement 1, which keeps {entries} entries; do not start koinond there, remove that folder",
                      refused.exception.stderr)
        self.assertNotIn("start koinond, ask", refused.exception.stderr)
        # Nothing has come of it, at Milan's or further on.
        self.assertEqual([p["node_key"] for p in milan.asked("peers")["items"]], pinned)
        self.assertIn("statements  none", self.look(paper, la))
        for node in (milan, la):
            self.assertEqual(node.status()["frozen"], [])
        shutil.rmtree(place / "other")
        # The first one goes on, though Milan had nothing of the new origin to show.
        one = Node(self.folder, "one", init=False)
        self.nodes.append(one)
        one.start()
        wait_for(lambda: state(one) == "signs", "it signs")
        one.publish("After")
        self.followed(one, milan)
        peer(milan, la)
        for node in (milan, la):
            wait_for(lambda n=node: self.notes(n) == {"First", "Second", "Third", "After"}, f"{node.city} has what is kept, and what is new")
            self.assertEqual(node.status()["frozen"], [])
            self.assertNotIn("does not verify", node.log())

    def test_old_words_sign_nothing_where_one_city_proves_that_they_count_no_more(self):
        seoul, paper, milan, la = self.known()
        entries, elsewhere = la.entries("seoul.example"), pathlib.Path(self.folder) / "elsewhere"
        la.stop()
        seoul.start(peer_port=seoul.peer_port)
        seoul.run("change-recovery-words", "--words-file", paper, "--yes")
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.followed(seoul, milan)
        seoul.stop()
        la.start(peer_port=la.peer_port)
        for cities in ((milan, la), (la, milan), (milan,)):
            for how in ((), ("--yes",), ("--size", entries)):
                lines = [part for city in cities for part in ("--invite", invite(city))]
                self.assert_refused("these recovery words of seoul.example count no more: statement 1",
                                    lambda: koinon("recover", "--words-file", paper, *lines, *how, data=elsewhere))
                self.assertFalse(elsewhere.exists())
        # LA has not heard of it, and says what it knows.
        self.assertIn("statements  none", self.look(paper, la))
        for node in (milan, la):
            self.assertEqual(node.status()["frozen"], [])


class OldCopies(Known):
    def test_a_backup_of_before_a_recovery_signs_nothing_and_says_why_once_it_is_shown_the_statement(self):
        seoul, paper, milan, la = self.known()
        peer(milan, la)
        backup = pathlib.Path(self.folder) / "backup"
        seoul.start()
        seoul.run("backup", backup)
        seoul.stop()
        anew = self.taken_back("anew", paper, milan, milan.entries("seoul.example") - 1)
        anew.publish("After")
        for node in (milan, la):
            self.followed(anew, node)
        shutil.rmtree(seoul.data)
        koinon("restore", backup, data=seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start()
        # Its node key is nobody's peer any more: it has no answer, and no leave to sign.
        wait_for(lambda: [p["trouble"] for p in seoul.asked("peers")["items"]] == ["not-pinned-there"] * 2, "it is refused")
        self.assertEqual(state(seoul), "asks")
        self.assertEqual(seoul.keep("Kept")["state"], "waits-for-signing")
        self.assert_refused("is pinned already with another node", lambda: seoul.run("join", invite(milan), "--yes"))
        # An operator pins it all the same: it is shown the statement.
        milan.run("peer", "add", "--no-vouch", seoul.line())
        wait_for(lambda: state(seoul) == "stopped", "it knows that its keys are void")
        self.assertIn("does not know the current key of our log", seoul.run("status"))
        self.assertEqual(seoul.keep("Kept, too")["state"], "waits-for-signing")
        # After a restart it knows by itself, whatever its operator says.
        milan.stop()
        seoul.stop()
        seoul.start()
        wait_for(lambda: state(seoul) == "stopped", "it knows it still")
        seoul.run("sign", "--alone")
        self.assertEqual(state(seoul), "stopped")
        self.assert_refused("was replaced", lambda: seoul.publish("Nothing"))
        milan.start(peer_port=milan.peer_port)
        wait_for(lambda: connected(milan, "la.example"), "they connect")
        anew.publish("Later")
        self.followed(anew, la)
        self.followed(anew, milan)
        for node in (milan, la):
            self.assertEqual(node.status()["frozen"], [])
            self.assertEqual(self.notes(node), {"First", "Second", "After", "Later"})

if __name__ == "__main__":
    unittest.main()
