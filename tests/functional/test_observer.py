"""A node without a log follows and reads like any other, and publishes nothing."""

import json
import unittest

from api import ask
from nodes import Node, NodesTest, connected, wait_for


class Observer(NodesTest):
    def observer(self, *args):
        node = Node(self.folder, "library", init_args=("--observer",))
        self.addCleanup(node.stop)
        return node.start(*args)

    def line_of(self, node):
        line = node.run("id").strip()
        self.assertTrue(line.startswith("observer#"), line)
        return line

    def test_it_follows_and_relays_and_is_followed_by_nobody(self):
        seoul, la, library = self.node("seoul"), self.node("la"), self.observer()
        # Seoul - library - LA: the observer is the only way from one to the other.
        for city in (seoul, la):
            city.run("peer", "add", self.line_of(library))
            library.run("peer", "add", city.line())
        wait_for(lambda: connected(library, "seoul.example") and connected(library, "la.example"), "it connects to both")
        ref = seoul.publish("Testing")
        wait_for(lambda: library.shows(ref), "the observer reads what Seoul says")
        seen = library.json("cities")["items"]
        self.assertEqual({c["city"] for c in seen}, {"seoul.example", "la.example"})
        self.assertTrue(all(len(c["trust_path"]) == 1 for c in seen))
        self.assertEqual(library.json("status")["topics"], [{"topic": "all", "complete": True, "missing": 0, "waits_for": []}])
        self.assertEqual([c["city"] for c in seoul.json("cities")["items"]], ["seoul.example"], "an observer vouches for nobody")
        peer = seoul.json("peers")["items"][0]
        self.assertTrue(peer["observer"] and peer["name"].startswith("observer~") and not peer["vouch"])
        self.assertNotIn("vouch", [i["kind"] for i in seoul.json("list")["items"]])
        # It holds Seoul's log and is no city that has seen it.
        held = json.loads(ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/cities/seoul.example").body)["held_by"]
        self.assertEqual(held, [])
        # It survives a restart, and its filter moves bodies as anyone's does.
        library.stop()
        library.start(peer_port=library.peer_port)
        wait_for(lambda: connected(library, "seoul.example"), "it connects again")
        library.run("subscribe", "climate", "--only")
        wait_for(lambda: not library.shows(ref), "what it no longer wants is released")
        seoul.run("peer", "remove", peer["name"])
        self.assertEqual(seoul.json("peers")["items"], [])

    def test_it_publishes_nothing(self):
        library = self.observer()
        for attempt in (lambda: library.publish("Testing"),
                        lambda: library.run("ask", "--title", "How?", "--text", "How?"),
                        lambda: library.run("withdraw", "library.example/1")):
            self.assert_refused("observer", attempt)
        self.assertIn("observer      library.example", library.run("status"))
        self.assertIn("never", library.json("status")["signing"])
        self.assertEqual(library.json("id")["log_id"], "")

    def test_it_joins_by_invite(self):
        seoul, library = self.node("seoul"), self.observer()
        line = seoul.json("invite", "--address", f"127.0.0.1:{seoul.peer_port}")["line"]
        library.run("join", line, "--yes")
        wait_for(lambda: connected(library, "seoul.example"), "it joined")
        ref = seoul.publish("Testing")
        wait_for(lambda: library.shows(ref), "and reads")
        self.assertNotIn("vouch", [i["kind"] for i in seoul.json("list")["items"]])


if __name__ == "__main__":
    unittest.main()
