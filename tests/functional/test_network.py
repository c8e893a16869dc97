"""A network of cities as its operators see it: topics, trust, withdrawals, and why things are as they are."""

import re
import statistics
import time
import unittest
import urllib.request

from api import account
from nodes import NodesTest, connected, peer, wait_for


def files_with(node, words):
    return [p.name for p in node.data.rglob("*") if p.is_file() and words in p.read_bytes()]


class Topics(NodesTest):
    def test_subscribing_and_unsubscribing_moves_the_notes_of_the_topic(self):
        seoul, la = self.node("seoul"), self.node("la", "--topics", "climate")
        peer(seoul, la)
        health = seoul.publish("Testing", "A word: quarantining.", ("health/testing",))
        climate = seoul.publish("Shade", "Trees.", ("climate/heat",))
        wait_for(lambda: climate in la.refs() and la.record(climate)["body_state"] == "held", "climate comes")
        wait_for(lambda: health in la.refs(), "the entry comes, whatever its topic")
        self.assertEqual(la.json("show", health)["body_state"], "not-asked")
        self.assertIn("koinon subscribe health/testing", la.run("explain", health))
        self.assertIn("complete", la.run("subscribe"))

        la.run("subscribe", "health")
        wait_for(lambda: la.record(health)["body_state"] == "held", "the note comes")
        wait_for(lambda: health in [i["ref"] for i in la.found("quarantining")], "and is found")
        self.assertEqual(la.json("subscribe")["topics"], ["climate", "health"])
        # A restart keeps what was subscribed to, whatever the configuration says.
        la.stop()
        la.start("--topics", "climate")
        self.assertEqual(la.json("subscribe")["topics"], ["climate", "health"])

        la.run("unsubscribe", "health")
        wait_for(lambda: la.record(health)["body_state"] == "not-asked", "the note is released")
        wait_for(lambda: not la.found("quarantining"), "and no longer found")
        wait_for(lambda: not files_with(la, b"quarantining"), "and no byte of it is left")

    def test_all_is_narrowed_only_when_asked(self):
        seoul = self.node("seoul")
        self.assert_refused("--only", lambda: seoul.run("subscribe", "health"))
        seoul.run("subscribe", "health", "--only")
        self.assertEqual(seoul.json("subscribe")["topics"], ["health"])
        seoul.run("subscribe", "all")
        self.assertTrue(seoul.json("subscribe")["all"])
        self.assert_refused("every topic is wanted", lambda: seoul.run("unsubscribe", "health"))

    def test_a_topic_crosses_a_city_that_does_not_care_for_it(self):
        a, b, c = self.node("a", "--topics", "health"), self.node("b", "--topics", "climate"), self.node("c", "--topics", "health")
        peer(a, b)
        peer(b, c)
        ref = a.publish("Testing", "A word: quarantining.")
        wait_for(lambda: ref in c.refs() and c.record(ref)["body_state"] == "held", "A's note reaches C")
        self.assertEqual(b.json("show", ref)["body_state"], "not-asked")
        self.assertNotIn("body", b.json("show", ref), "B shows nothing of what it holds for C")
        self.assertIn("held for a peer", b.run("explain", ref))


class Trust(NodesTest):
    def test_the_path_is_shown_and_a_vouch_taken_back_ends_it(self):
        seoul, la, san = self.node("seoul"), self.node("la"), self.node("san")
        peer(seoul, la)
        peer(la, san)
        ref = seoul.publish("Testing")
        wait_for(lambda: ref in san.refs(), "Seoul's note reaches San Diego")
        explained = san.run("explain", ref)
        self.assertIn("this city -> la.example -> seoul.example", explained)
        self.assertIn("from la.example", explained)
        la.run("vouch", "seoul.example", "--withdraw")
        wait_for(lambda: "seoul.example" not in [c["city"] for c in san.asked("cities")["items"]], "no longer trusted")
        self.assertIn("not trusted", san.run("explain", "seoul.example"))
        self.assertIn("outside the policy since", san.run("explain", "seoul.example"))
        la.run("vouch", "seoul.example")
        wait_for(lambda: "seoul.example" in [c["city"] for c in san.asked("cities")["items"]], "trusted again")
        second = seoul.publish("More")
        wait_for(lambda: second in san.refs(), "and followed again")

    def test_blocking_and_removing_a_peer(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        wait_for(lambda: la.entries("seoul.example") >= 3, "Seoul vouches for LA, and LA has heard")
        wait_for(lambda: seoul.entries("la.example") >= 3, "LA vouches too")
        la.run("block", "seoul.example")
        wait_for(lambda: la.entries("seoul.example") == 0, "blocked")
        self.assertIn("blocked", la.run("explain", "seoul.example"))
        la.run("block", "--undo", "seoul.example")
        wait_for(lambda: la.entries("seoul.example") >= 3, "no longer blocked")
        la.run("peer", "remove", "seoul.example")
        entries = la.json("status")["entries"]
        shown = la.json("show", f"la.example/{entries - 1}")
        self.assertEqual(shown["kind"], "vouch")
        self.assertTrue(shown["control"]["vouch"]["withdrawn"], "the vouch goes with the pin")

    def test_the_data_of_a_city_no_longer_trusted_go_after_the_grace_time(self):
        seoul, la = self.node("seoul"), self.node("la", "--trust-grace-days", 0)
        peer(seoul, la)
        seoul.publish("Testing", "A word: quarantining.")
        wait_for(lambda: la.found("quarantining"), "held and indexed")
        la.run("peer", "remove", "seoul.example")
        wait_for(lambda: "removed the data of a city" in la.log(), "the operator is told")
        wait_for(lambda: not la.found("quarantining"), "and nothing is found")
        self.assertEqual(la.json("status")["cities"], 1)

    def test_a_city_that_writes_more_than_is_taken_rests_and_explain_says_so(self):
        seoul, la = self.node("seoul"), self.node("la", "--quota-log-bytes", 40000)
        peer(seoul, la)
        long, other = seoul.publish("Long", "word " * 10000), la.publish("Other")
        wait_for(lambda: long in la.refs(), "what was under way comes")
        wait_for(lambda: "rests at its last whole head" in la.run("explain", "seoul.example"), "LA says that it is full")
        self.assertIn("1 hop away this node takes 39.0 KiB", la.run("explain", "seoul.example"))
        wait_for(lambda: other in seoul.refs(), "and the session goes on")

    def test_what_nobody_knows_is_explained_too(self):
        seoul = self.node("seoul")
        self.assertIn("nobody", seoul.run("explain", "nowhere.example").replace("no city known here", "nobody"))
        self.assertIn("own city", seoul.run("explain", "seoul.example/0"))


class Withdrawals(NodesTest):
    def test_an_erased_note_is_gone_from_every_byte_of_every_node(self):
        at_once = ("--erase-grace-hours", "0")
        a, b, c = self.node("a", *at_once), self.node("b", "--topics", "climate", *at_once), self.node("c", "--topics", "health", *at_once)
        peer(a, b)
        peer(b, c)
        keep = a.publish("Keep", "A word: persisting.")
        ref = a.publish("Gone", "A word: quarantining.")
        wait_for(lambda: ref in c.refs() and c.record(ref)["body_state"] == "held", "it reaches C through B")
        wait_for(lambda: files_with(c, b"quarantining"), "C's disk has it")
        withdrawal = a.run("withdraw", ref, "--erase", "--reason", "named a person").strip()
        for node in (a, b, c):
            wait_for(lambda n=node: n.record(ref)["body_state"] == "erased", f"erased at {node.city}")
            wait_for(lambda n=node: not files_with(n, b"quarantining"), f"no byte is left at {node.city}")
            self.assertIn(withdrawal, node.run("explain", ref))
        self.assertEqual(c.json("show", keep)["body_state"], "held")
        # The log still stands whole, and what is left of it is proven.
        proof = c.data / "proof"
        c.run("prove", keep, "-o", proof)
        c.run("verify", proof, "--vkey", a.json("id")["vkey"])
        late = self.node("late")
        peer(a, late)
        wait_for(lambda: ref in late.refs(), "a late joiner has the entry")
        self.assertEqual(late.json("show", ref)["body_state"], "erased")
        self.assertIn("asked all to erase it", late.run("explain", ref))

    def test_only_our_own_records_can_be_withdrawn(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        ref = seoul.publish("Testing")
        wait_for(lambda: ref in la.refs(), "it arrives")
        self.assert_refused("only the city that published", lambda: la.run("withdraw", ref))
        self.assert_refused("cannot be withdrawn", lambda: seoul.run("withdraw", "seoul.example/0"))


class Peers(NodesTest):
    def test_what_a_peer_does_is_counted(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        first = seoul.publish("One")
        wait_for(lambda: first in la.refs(), "it arrives")
        second = seoul.publish("Two")
        wait_for(lambda: second in la.refs(), "it arrives")
        item = next(p for p in la.json("peers")["items"] if p["name"] == "seoul.example")
        self.assertGreater(item["counts"]["records_in"], 3)
        self.assertGreaterEqual(item["counts"]["pushes_in"], 1)
        self.assertEqual(item["counts"]["duplicates_in"], 0)
        self.assertEqual((item["lies"], item["shunned"], item["wants"]), (0, False, "all"))
        # The same for Prometheus: every line is a comment or a sample.
        token = account(la, "prometheus", "operator")
        asking = urllib.request.Request(f"http://127.0.0.1:{la.http_port}/metrics", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asking) as answer:
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            text = answer.read().decode()
        samples = {}
        for line in text.splitlines():
            if line.startswith("#"):
                self.assertRegex(line, r"^# (HELP|TYPE) (koinon|process)_\w+ .+")
                continue
            match = re.fullmatch(r'((?:koinon|process)_\w+)(\{[^}]+\})? (\S+)', line)
            self.assertTrue(match, line)
            samples[match[1]] = samples.get(match[1], 0) + float(match[3])
        self.assertEqual(samples["koinon_peers_connected"], 1)
        self.assertEqual(samples["koinon_peer_duplicate_pushes_total"], 0)
        self.assertGreaterEqual(samples["koinon_peer_received_pushes_total"], 1)
        self.assertEqual(samples["koinon_signing"], 1)
        self.assertEqual(samples["koinon_alarm"], 0, "nothing is the matter")
        self.assertEqual(samples["koinon_peer_lag_entries"], 0, "all of Seoul's log is here")


if __name__ == "__main__":
    unittest.main()
