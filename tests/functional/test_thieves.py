"""Somebody has a copy of a city's keys, and goes on with it: before the city takes its log back, and after."""

import base64
import pathlib
import ssl
import unittest

import wire
from nodes import Node, connected, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import state
from test_recovery import Words
from thief import Relay, Thief
from wire import City, Session, contradiction, public_key, sha256

SECONDS = 20  # within which who follows a log knows of a fork


class Thieves(Words):
    def node_key_of(self, node, city="seoul.example"):
        return next(p["node_key"] for p in node.asked("peers")["items"] if p["name"] == city)

    def notes(self, node):
        return {item["title"] for item in node.listed(city="seoul.example", kind="practice")}

    def test_two_statements_freeze_a_log_until_it_is_taken_back_and_then_the_thief_is_heard_no_more(self):
        seoul, words = self.city("seoul")
        seoul.start()
        milan, la = self.node("milan"), self.node("la")
        for other in (milan, la):
            peer(seoul, other)
        first = seoul.publish("First")
        self.followed(seoul, milan, la)
        wait_for(lambda: la.shows(first) and milan.shows(first), "they have the note")
        thief, old = Thief(seoul), Thief(seoul)  # from a backup of before the key was changed
        la.stop()
        seoul.run("rotate-key")
        seoul.publish("Under the city's key")
        self.followed(seoul, milan)
        wait_for(lambda: self.notes(milan) == {"First", "Under the city's key"}, "Milan shows it")
        kept = own_entries(seoul)
        seoul.stop()

        # Los Angeles is told another second key, and a node key of the thief's.
        la.start(peer_port=la.peer_port)
        relays = [Relay(la, City("python.example", self.folder)), Relay(milan, City("lisbon.example", self.folder))]
        common = relays[0].held(thief.log)
        poison = common + [thief.replace_key(common, sha256(b"another key"))]
        poison += [thief.name_node(sha256(b"another node")), thief.practice(title="Poison")]
        relays[0].give(thief, poison)
        wait_for(lambda: self.notes(la) == {"First", "Poison"}, "Los Angeles believes it")
        theirs = base64.urlsafe_b64encode(public_key(sha256(b"another node"))).decode().rstrip("=")
        Thief.again(thief).knock(la, sha256(b"another node"), self.folder)
        wait_for(lambda: self.node_key_of(la) == theirs, "its pin follows the thief's keys")

        # Milan is shown that, and nobody can say which key is the city's. Los Angeles hears of it from Milan.
        relays[1].show(thief.head(poison))
        wait_for(relays[1].passed, "Milan is done with it")
        peer(milan, la)
        for node, held in ((milan, kept), (la, len(poison))):
            wait_for(lambda n=node: n.status()["frozen"] == ["seoul.example"], f"{node.city} has the evidence", SECONDS)
            self.assertEqual(node.entries("seoul.example"), held, "it stands where it stood")
            self.assertTrue(node.shows(first), "and is read")
        self.assertTrue(connected(milan, "la.example"), "who relays it has done nothing")
        evidence = pathlib.Path(self.folder) / "evidence"
        la.run("evidence", "seoul.example", "-o", evidence)
        self.assertIn("Statement 1 of the log was signed twice", koinon("verify-evidence", evidence))
        self.assertEqual(contradiction(evidence.read_bytes())[:2], ("seoul.example", 0))
        # What Milan tells the city that it saw is what it can show: signed by keys that its own statements lead to.
        session = self.session(milan, old)
        session.send_hello(old)
        self.assertEqual(session.expect("hello").seen_of_yours.size, kept)
        session.close()
        # The city itself is told, and signs nothing more.
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: seoul.status()["signing"].startswith("stopped"), "Seoul is told", SECONDS)
        self.assert_refused("forked", lambda: seoul.publish("Not signed"))
        self.assertIn("Under the city's key", seoul.titles())
        seoul.stop()

        # It takes its log back from Milan. Los Angeles has the evidence until it hears of that.
        la.stop()
        anew = Node(self.folder, "seoul-anew", init=False)
        self.nodes.append(anew)
        self.assertIn("It is frozen there", koinon("recover", "--words-file", self.file(words), "--invite", invite(milan), data=anew.data))
        koinon("recover", "--words-file", self.file(words), "--invite", invite(milan), "--size", kept, data=anew.data)
        anew.start()
        wait_for(lambda: state(anew) == "signs", "it signs")
        anew.publish("After")
        good = {"First", "Under the city's key", "After"}
        self.thaws(milan, good)
        la.start(peer_port=la.peer_port)
        self.thaws(la, good)
        for node in (milan, la):
            wait_for(lambda n=node: self.node_key_of(n) == anew.json("id")["node_key"], f"the pin of {node.city} follows the recovery")

        # Who has the old keys goes on: heads that contradict each other, another rotation, evidence of before.
        a, b, c = (common + [old.practice(title=title)] for title in "abc")
        a.append(old.practice(title="More"))
        heads = [old.head(a), old.head(b), old.head(c), thief.head(poison)]
        later = Thief.again(old)
        heads.append(later.head(a + [later.replace_key(a, sha256(b"a third key"))]))
        before = wire.wire.Evidence.FromString(evidence.read_bytes())
        proven = [before, old.forked(b, c, len(b)), old.forked(a, b, len(b))]
        for shown in proven:
            contradiction(shown.SerializeToString())  # it was evidence, until the recovery
        for relay in relays:
            relay.meet()
            for shown in proven:
                relay.tell(shown)
            relay.show(*heads)
            relay.tell(before)
            wait_for(relay.passed, f"{relay.node.city} is done with it")
            self.assertTrue(relay.answers(), "who relays it has done nothing")
            self.handshake_is_refused(relay.node, old)
        anew.publish("Nothing is frozen")
        good.add("Nothing is frozen")
        for node in (milan, la):
            self.thaws(node, good)
            self.assertEqual([p["name"] for p in node.asked("peers")["items"] if p["lies"] or p["shunned"]], [])
            self.assertNotIn("does not verify", node.log())
            self.assertIn("no evidence", node.local("GET", "/api/v1/cities/seoul.example/evidence")["detail"])
        self.assertTrue(connected(milan, "la.example"))
        self.assertEqual(state(anew), "signs")
        for relay in relays:
            relay.close()

    def thaws(self, node, good):
        wait_for(lambda: self.notes(node) == good and node.status()["frozen"] == [], f"{node.city} follows what is the city's")

    def session(self, node, thief):
        """A connection with the node key that the thief has."""
        thief.certificate = pathlib.Path(self.folder) / "old.pem"
        thief._write_certificate()
        return Session(node.peer_port, thief)

    def handshake_is_refused(self, node, thief):
        """Whoever has the old node key is a stranger now."""
        try:
            session = self.session(node, thief)
            session.send_hello(thief)
            self.assertIsNone(session.receive())
        except (ssl.SSLError, ConnectionError):
            pass


if __name__ == "__main__":
    unittest.main()
