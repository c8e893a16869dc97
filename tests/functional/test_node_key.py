"""A city's node key and cosigner key are replaced: peers' pins follow, whoever is away meanwhile, and wherever it is cut short."""

import pathlib
import shutil
import sqlite3
import subprocess
import unittest

from api import account, ask, bearer, post
from nodes import BIN, MARKS, NodesTest, connected, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import keys_of, state
from test_recovery import Words


def node_key(node):
    """That it shows: what its line ends with."""
    return node.line_without_address().rsplit("#", 1)[1]


def pins(node, city):
    return [p["node_key"] for p in node.asked("peers")["items"] if p["name"] == city]


def waiting(node):
    return node.status().get("node_key")


def awaited(node):
    return waiting(node)["awaited"]


class NodeKeyTest(NodesTest):
    def again(self, node):
        node.stop()
        return node.start(peer_port=node.peer_port)

    def both_connected(self, one, other):
        wait_for(lambda: connected(one, other.name) and connected(other, one.name), f"{one.city} and {other.city} connect")

    def shows_new(self, seoul, old, *others):
        """Seoul shows its new key, and these have it pinned alone."""
        new = node_key(seoul)
        self.assertNotEqual(new, old)
        self.assertIsNone(waiting(seoul))
        self.assertFalse((keys_of(seoul) / "node-next.key").exists())
        for other in others:
            self.both_connected(seoul, other)
            wait_for(lambda: pins(other, "seoul.example") == [new], f"{other.city}'s pin follows")
        return new


class Rotation(NodeKeyTest):
    def test_the_old_key_serves_until_the_last_peer_knows_the_new_one(self):
        seoul, milan, la = self.cities("milan", "la")
        old = node_key(seoul)
        la.stop()
        said = seoul.run("rotate-node-key")
        self.assertIn("la.example", said)
        next_key = waiting(seoul)["node_key"]
        self.assertNotEqual(next_key, old)
        self.assertEqual((keys_of(seoul) / "node-next.key").stat().st_mode & 0o777, 0o600)
        self.assertIn(next_key, said)
        wait_for(lambda: awaited(seoul) == ["la.example"], "Milan says that it holds the entry")
        self.assertRegex(seoul.run("status"), "node key .*1 of 2 peers know it.*la.example")
        # Nothing is different for those who know it.
        self.both_connected(seoul, milan)
        self.assertEqual(pins(milan, "seoul.example"), [old])
        seoul.publish("Meanwhile")
        self.followed(seoul, milan)
        # A second change has to wait, and a start changes nothing.
        self.assert_refused("la.example", lambda: seoul.run("rotate-node-key"))
        entries = own_entries(seoul)
        self.again(seoul)
        self.assertEqual(node_key(seoul), old)
        self.assertEqual(awaited(seoul), ["la.example"], "what Milan said is kept")
        self.both_connected(seoul, milan)
        self.again(milan)
        self.both_connected(seoul, milan)
        self.assertEqual(pins(milan, "seoul.example"), [old])
        self.assertEqual(own_entries(seoul), entries, "the log names the new key still")
        # LA is back, under the old key.
        la.start(peer_port=la.peer_port)
        wait_for(lambda: awaited(seoul) == [], "LA says so too")
        self.assertIn("next start", seoul.run("status"))
        self.assert_refused("next start", lambda: seoul.run("rotate-node-key"))
        self.assertEqual(node_key(seoul), old)
        self.again(seoul)
        self.assertEqual(self.shows_new(seoul, old, milan, la), next_key)
        ref = seoul.publish("After")
        self.followed(seoul, milan, la)
        self.assertIn(ref, milan.refs(city="seoul.example"))
        # It is the same node: its journal goes on, and the next change begins.
        for node in (seoul, milan, la):
            self.again(node)
        self.shows_new(seoul, old, milan, la)
        changes = milan.local("GET", "/api/v1/cities/seoul.example")["key_changes"]
        self.assertEqual([change["kind"] for change in changes], ["node"])
        self.assertIn("at", changes[0])
        page = ask("GET", f"http://127.0.0.1:{milan.http_port}/cities/seoul.example").body.decode()
        self.assertIn("new key since", page)
        seoul.run("rotate-node-key")
        wait_for(lambda: awaited(seoul) == [], "both know the third key")
        self.again(seoul)
        self.assertNotEqual(self.shows_new(seoul, next_key, milan, la), old)
        for node in (seoul, milan, la):
            self.assertNotIn("does not verify", node.log())

    def test_whoever_is_not_waited_for_is_shut_out_until_a_fresh_invite(self):
        seoul, milan, la = self.cities("milan", "la")
        old, early = node_key(seoul), invite(seoul)
        la.stop()
        seoul.run("rotate-node-key")
        wait_for(lambda: awaited(seoul) == ["la.example"], "Milan knows it")
        self.assertIn("la.example", seoul.run("rotate-node-key", "--now"))
        self.assertTrue(waiting(seoul)["now"])
        self.assertEqual(node_key(seoul), old, "the next start")
        self.again(seoul)
        new = self.shows_new(seoul, old, milan)
        self.assertEqual(seoul.json("invites")["items"], [], "an invite names the key that is gone")
        self.assertNotEqual(early, "")
        la.start(peer_port=la.peer_port)
        wait_for(lambda: la.json("peers")["items"][0]["trouble"] in ("other-key", "not-pinned-there"), "LA has the old pin")
        self.assertFalse(connected(la, "seoul.example"))
        la.run("join", invite(seoul, "--for", "la.example"), "--yes")
        self.both_connected(seoul, la)
        self.followed(seoul, la)
        wait_for(lambda: pins(la, "seoul.example") == [new], "the old pin goes")

    def test_whoever_has_missed_two_keys_gets_in_with_a_fresh_invite(self):
        seoul, milan, la = self.cities("milan", "la")
        first = last = node_key(seoul)
        la.stop()
        for _ in range(2):
            seoul.run("rotate-node-key", "--now")
            wait_for(lambda: awaited(seoul) == ["la.example"], "Milan knows it")
            self.again(seoul)
            last = self.shows_new(seoul, last, milan)
        la.start(peer_port=la.peer_port)
        wait_for(lambda: la.json("peers")["items"][0]["trouble"] in ("other-key", "not-pinned-there"), "LA has a pin that is two keys old")
        self.assertFalse(connected(la, "seoul.example"))
        self.assertEqual(pins(la, "seoul.example"), [first])
        la.run("join", invite(seoul, "--for", "la.example"), "--yes")
        self.both_connected(seoul, la)
        self.followed(seoul, la)
        wait_for(lambda: pins(la, "seoul.example") == [last], "the old pin goes")
        ref = seoul.publish("After")
        wait_for(lambda: la.shows(ref), "LA follows again")
        for node in (seoul, la):
            self.again(node)
        self.both_connected(seoul, la)

    def test_whoever_is_shut_out_gets_in_again_once_another_city_tells_it(self):
        seoul, milan, la = self.cities("milan", "la")
        peer(milan, la)
        self.both_connected(milan, la)
        old = node_key(seoul)
        la.stop()
        seoul.run("rotate-node-key", "--now")
        wait_for(lambda: awaited(seoul) == ["la.example"], "Milan knows it")
        self.again(seoul)
        self.shows_new(seoul, old, milan)
        la.start(peer_port=la.peer_port)
        self.shows_new(seoul, old, milan, la)

    def test_an_older_pin_of_the_operator_outlasts_a_start(self):
        seoul, milan = self.cities("milan")
        oldest, line = node_key(seoul), seoul.line()
        old = oldest
        for _ in range(2):
            seoul.run("rotate-node-key")
            wait_for(lambda: awaited(seoul) == [], "Milan knows it")
            self.again(seoul)
            old = self.shows_new(seoul, old, milan)
        milan.run("peer", "remove", "seoul.example")
        milan.run("peer", "add", line)
        self.again(milan)
        wait_for(lambda: milan.json("peers")["items"][0]["trouble"] in ("other-key", "not-pinned-there"), "the key that was pinned is not shown")
        self.assertEqual(pins(milan, "seoul.example"), [oldest])

    def test_cut_short_at_every_step(self):
        seoul, milan = self.cities("milan")
        other, keys, old = self.node("other", start=False), keys_of(seoul), node_key(seoul)
        # The next key is on disk, and nothing was signed: it stays, and the next change names it.
        entries = own_entries(seoul)
        seoul.stop()
        shutil.copy(keys_of(other) / "node.key", keys / "node-next.key")
        other.start()
        next_key = node_key(other)
        other.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual((node_key(seoul), waiting(seoul), own_entries(seoul)), (old, None, entries))
        self.both_connected(seoul, milan)
        milan.stop()
        self.assertEqual(seoul.json("rotate-node-key")["node_key"], next_key)
        # It was named, and nothing else was kept.
        seoul.stop()
        with sqlite3.connect(seoul.data / "store.db") as db:
            self.assertEqual(db.execute("DELETE FROM meta WHERE key = 'setting.node_key_wait'").rowcount, 1)
        db.close()
        entries = own_entries(seoul.start(peer_port=seoul.peer_port))
        self.assertEqual(node_key(seoul), old)
        self.assertEqual(waiting(seoul)["node_key"], next_key)
        self.assertEqual(awaited(seoul), ["milan.example"])
        milan.start(peer_port=milan.peer_port)
        wait_for(lambda: awaited(seoul) == [], "Milan knows it")
        self.assertEqual(own_entries(seoul), entries)
        # Killed before the next start, and right after it.
        seoul.stop(9)
        seoul.start(peer_port=seoul.peer_port)
        seoul.stop(9)
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual(self.shows_new(seoul, old, milan), next_key)
        # Killed whenever it is: the node starts, and its peer knows it.
        for wait in (0.0, 0.05, 0.1, 0.2):
            asks = subprocess.Popen([str(BIN / "koinon"), "--data", str(seoul.data), "rotate-node-key"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                asks.wait(0.25 + wait)
            except subprocess.TimeoutExpired:
                pass
            seoul.stop(9)
            asks.wait(30)
            seoul.start(peer_port=seoul.peer_port)
            seoul.publish(f"After a kill {wait}")
            self.both_connected(seoul, milan)
        self.followed(seoul, milan)

    def test_sealed_keys_are_sealed_again(self):
        words = pathlib.Path(self.folder) / "words"
        words.write_text("correct horse battery staple\n")
        seoul = self.node("seoul", "--passphrase-file", words, init_args=("--passphrase-file", str(words)))
        old = node_key(seoul)
        seoul.run("rotate-node-key")
        seoul.run("rotate-cosigner-key")
        for name in ("node-next", "cosigner"):
            self.assertIn(b"sealed", (keys_of(seoul) / f"{name}.key").read_bytes())
        seoul.stop()
        seoul.start("--passphrase-file", words)
        self.assertNotEqual(node_key(seoul), old, "without peers there is nobody to wait for")
        seoul.publish("Goes on")

    def test_only_an_operator_of_a_city_changes_them(self):
        seoul, library = self.node("seoul"), self.node("library", start=False, init_args=("--observer",))
        library.start()
        before = own_entries(seoul)
        for command, path in (("rotate-node-key", "node"), ("rotate-cosigner-key", "cosigner")):
            self.assert_refused("observer", lambda: library.run(command))
            self.assertEqual(post(seoul, f"/api/v1/keys/{path}", {}, bearer(account(seoul, f"{path}-reviewer", "reviewer"))).status, 403)
            chief = bearer(account(seoul, f"{path}-chief", "operator"))
            self.assertEqual(post(seoul, f"/api/v1/keys/{path}", {}, chief).status, 403, "a token that is stolen is no person")
        self.assertEqual(own_entries(seoul), before)
        for command, action in (("rotate-node-key", "rotateNodeKey"), ("rotate-cosigner-key", "rotateCosignerKey")):
            seoul.run(command)
            self.assertIn(action, [line["action"] for line in seoul.json("audit")["items"]])

    def test_the_cosigner_key_is_replaced_at_once(self):
        seoul, milan = self.cities("milan")
        old, node = (keys_of(seoul) / "cosigner.key").read_bytes(), node_key(seoul)
        made = seoul.json("rotate-cosigner-key")
        self.assertRegex(made["vkey"], r"^seoul\.example/koinon/[a-z2-7]{52}\+[0-9a-f]{8}\+B")
        self.assertNotEqual((keys_of(seoul) / "cosigner.key").read_bytes(), old)
        self.assertFalse((keys_of(seoul) / "cosigner-next.key").exists())
        self.followed(seoul, milan)
        entries = own_entries(seoul)
        # It was named, and did not come to its place.
        seoul.stop()
        new = (keys_of(seoul) / "cosigner.key").read_bytes()
        (keys_of(seoul) / "cosigner.key").rename(keys_of(seoul) / "cosigner-next.key")
        (keys_of(seoul) / "cosigner.key").write_bytes(old)
        (keys_of(seoul) / "cosigner.key").chmod(0o600)
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertEqual((keys_of(seoul) / "cosigner.key").read_bytes(), new)
        seoul.publish("Goes on")
        self.assertEqual(own_entries(seoul), entries + 1, "the log names the keys of this node already")
        # With a node key that waits both stand.
        seoul.run("rotate-node-key")
        seoul.run("rotate-cosigner-key")
        wait_for(lambda: waiting(seoul) and awaited(seoul) == [], "Milan knows both")
        self.assertEqual(node_key(seoul), node)
        self.again(seoul)
        self.shows_new(seoul, node, milan)
        changes = milan.local("GET", "/api/v1/cities/seoul.example")["key_changes"]
        self.assertEqual([change["kind"] for change in changes], ["node", "cosigner"])


class NewWords(Words, NodeKeyTest):
    """New recovery words are no recovery: the node goes on, and so do its keys."""

    def followed_by(self, *names):
        """Seoul, its words, and peers that have what it published."""
        seoul, words = self.city("seoul")
        seoul.start()
        others = [self.node(name) for name in names]
        for other in others:
            peer(seoul, other)
        for other in others:
            self.both_connected(seoul, other)
        seoul.publish("Before")
        self.followed(seoul, *others)
        return seoul, words, *others

    def change_words(self, seoul, words):
        seoul.run("change-recovery-words", "--words-file", "-", "--yes", stdin=words.encode())
        self.again(seoul)

    def test_the_next_node_key_is_awaited_as_before(self):
        seoul, words, milan = self.followed_by("milan")
        self.change_words(seoul, words)
        self.both_connected(seoul, milan)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("Under new words")
        self.followed(seoul, milan)
        old = node_key(seoul)
        seoul.run("rotate-node-key")
        wait_for(lambda: awaited(seoul) == [], "Milan says that it holds the entry")
        self.assertEqual(pins(milan, "seoul.example"), [old])
        seoul.publish("Meanwhile")
        self.followed(seoul, milan)
        self.again(seoul)
        self.shows_new(seoul, old, milan)
        ref = seoul.publish("After")
        self.followed(seoul, milan)
        self.assertIn(ref, milan.refs(city="seoul.example"))

    def test_a_node_key_that_waits_goes_on_waiting(self):
        seoul, words, milan, la = self.followed_by("milan", "la")
        old = node_key(seoul)
        la.stop()
        seoul.run("rotate-node-key")
        next_key = waiting(seoul)["node_key"]
        wait_for(lambda: awaited(seoul) == ["la.example"], "Milan knows it")
        self.change_words(seoul, words)
        self.assertEqual(node_key(seoul), old)
        self.assertEqual(waiting(seoul)["node_key"], next_key)
        la.start(peer_port=la.peer_port)
        for other in (milan, la):
            self.both_connected(seoul, other)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("Under new words")
        self.followed(seoul, milan, la)
        wait_for(lambda: awaited(seoul) == [], "LA knows it too")
        for other in (milan, la):
            self.both_connected(seoul, other)
            self.assertEqual(pins(other, "seoul.example"), [old])
        self.again(seoul)
        self.assertEqual(self.shows_new(seoul, old, milan, la), next_key)


class OldCopies(NodeKeyTest):
    def test_a_backup_from_before_the_change_is_let_in_by_its_peers_operator(self):
        seoul, milan = self.cities("milan")
        old = node_key(seoul)
        yesterday = pathlib.Path(self.folder) / "yesterday"
        seoul.run("backup", yesterday)
        seoul.run("rotate-node-key")
        wait_for(lambda: awaited(seoul) == [], "Milan knows it")
        self.again(seoul)
        new = self.shows_new(seoul, old, milan)
        seoul.stop()
        shutil.rmtree(seoul.data)
        koinon("restore", yesterday, data=seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual(node_key(seoul), old)
        wait_for(lambda: seoul.json("peers")["items"][0]["trouble"] in ("other-key", "not-pinned-there"), "the old key is refused")
        self.assertFalse(connected(seoul, "milan.example"))
        self.assertEqual(pins(milan, "seoul.example"), [new])
        milan.run("peer", "remove", "seoul.example")
        milan.run("peer", "add", seoul.line())
        self.both_connected(seoul, milan)
        wait_for(lambda: state(seoul) == "signs", "it has its log back, and signs")
        seoul.publish("Goes on")
        self.followed(seoul, milan)
        self.assertEqual(pins(milan, "seoul.example"), [old], "its log names it again")
        self.again(milan)
        self.both_connected(seoul, milan)
        self.assertEqual(pins(milan, "seoul.example"), [old])

    def test_a_backup_from_while_it_waited_goes_on_waiting(self):
        seoul, milan = self.cities("milan")
        milan.stop()
        seoul.run("rotate-node-key")
        next_key, place = waiting(seoul)["node_key"], pathlib.Path(self.folder) / "backup"
        seoul.run("backup", place)
        seoul.stop()
        shutil.rmtree(seoul.data)
        koinon("restore", place, data=seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual(waiting(seoul)["node_key"], next_key)
        milan.start(peer_port=milan.peer_port)
        wait_for(lambda: awaited(seoul) == [], "Milan knows it")
        self.again(seoul)
        self.assertEqual(node_key(seoul), next_key)
        self.both_connected(seoul, milan)


if __name__ == "__main__":
    unittest.main()
