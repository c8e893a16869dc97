"""What stands in the way is told, by the node itself and at both ends: who has not pinned whom, who knocks, a full disk,
a forked log, and the same alarms wherever an operator looks."""

import json
import unittest

from nodes import NodesTest, connected, wait_for

SOON = 10  # seconds


class Pins(NodesTest):
    def trouble(self, node, trouble):
        return next((p for p in node.json("peers")["items"] if p["trouble"] == trouble), None)

    def test_both_sides_say_who_has_not_pinned_whom(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        item = wait_for(lambda: self.trouble(seoul, "not-pinned-there"), "Seoul says so", SOON)
        self.assertIn("has not pinned this node yet", item["state"])
        self.assertEqual(item["send"], seoul.json("id")["peer_line"])
        self.assertIn(item["send"], seoul.run("peers"), "and what to send")
        knock = wait_for(lambda: la.json("peers")["knocks"], "Los Angeles lists who knocks", SOON)[0]
        mine = seoul.json("id")
        self.assertEqual((knock["node_key"], knock["spoken"], knock["address"]), (mine["node_key"], mine["spoken"], "127.0.0.1"))
        self.assertNotIn("seoul", json.dumps(knock), "a name would be a claim")
        self.assertIn("on a number that you have from elsewhere", la.run("peers"))
        self.assertIn("warning: a node that is not pinned here knocks", la.log())
        # The reason is of the last attempt: what is mended is no longer said.
        la.run("peer", "add", seoul.line())
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect", SOON)
        self.assertEqual(la.json("peers")["knocks"], [])
        after = seoul.json("peers")["items"][0]
        self.assertEqual((after["trouble"], after["state"]), ("", "connected"))
        self.assertGreaterEqual(after["state_at"], item["state_at"])
        la.stop()
        gone = wait_for(lambda: self.trouble(seoul, "unreachable"), "the next attempt says another reason", SOON)
        self.assertIn("does not answer", gone["state"])

    def test_an_address_that_shows_another_key_is_told_from_one_that_has_not_pinned_us(self):
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        seoul.run("peer", "add", la.line(milan.peer_port))
        item = wait_for(lambda: self.trouble(seoul, "other-key"), "Seoul says so", SOON)
        self.assertIn(milan.json("id")["node_key"], item["state"])
        self.assertEqual(milan.json("peers")["knocks"], [], "it was Seoul that refused")


if __name__ == "__main__":
    unittest.main()
