"""A node whose folder is put back from a copy: its followers miss nothing, its own readers are told to begin anew."""

import http.client
import os
import re
import shutil
import struct
import unittest

import wire
from nodes import TOP, NodesTest, connected, peer, wait_for
from wire import City, Session

PUT_BACK = "has followed this node's journal in a later start"


def copy_of(node):
    """The node's folder as it is now; the node is stopped."""
    copy = node.data.with_name(node.data.name + ".copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(node.data, copy, ignore=shutil.ignore_patterns("*.sock", "ready"))
    return copy


def put_back(node, copy):
    shutil.rmtree(node.data)
    shutil.copytree(copy, node.data)


def read_events(node, after, count):
    """(id, event) of the next `count` events after an id."""
    connection = http.client.HTTPConnection("127.0.0.1", node.http_port, timeout=60)
    try:
        connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": after})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        out, event = [], {}
        while len(out) < count:
            line = answer.readline().decode()
            assert line, "the stream ended"
            line = line.rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
                continue
            if "event" in event:
                out.append((event["id"], event["event"]))
            event = {}
        return out
    finally:
        connection.close()


def indexed(node):
    return node.status()["index_lag"] == 0


class Epochs(NodesTest):
    def relay(self):
        """Milan and LA, which know each other through a relay alone."""
        milan, relay, la = self.node("milan"), self.node("relay"), self.node("la")
        peer(relay, milan)
        peer(relay, la)
        first = milan.publish("First")
        wait_for(lambda: la.shows(first), "the relay carries Milan's notes to LA")
        return milan, relay, la, first

    def restart(self, relay):
        relay.stop()
        relay.start()

    def test_a_relay_that_is_put_back_and_restarted_again_and_again_misleads_nobody(self):
        milan, relay, la, first = self.relay()
        refs = [first]
        relay.stop()
        copy = copy_of(relay)
        relay.start()
        for i in range(4):
            refs.append(milan.publish(f"Lost {i}"))
        wait_for(lambda: la.shows(refs[-1]), "LA follows the relay")
        relay.stop()
        put_back(relay, copy)
        relay.start()
        wait_for(lambda: PUT_BACK in relay.log(), "a follower shows it what it has lost")
        for i in range(6):
            refs.append(milan.publish(f"After {i}"))
            wait_for(lambda: la.shows(refs[-1]), f"LA is told in life {i}")
            self.restart(relay)
        refs.append(milan.publish("Last"))
        wait_for(lambda: la.shows(refs[-1]), "and in the last one")
        for node in (relay, la):
            wait_for(lambda node=node: indexed(node), "it is indexed")
            shown = node.refs(city="milan.example", kind="practice")
            self.assertEqual(sorted(shown), sorted(refs), f"{node.city} shows all of Milan's notes")
        self.assertEqual(relay.log().count(PUT_BACK), 1, "it is proven once")
        for node in (milan, relay, la):
            self.assertNotIn("does not verify", node.log(), "and nobody takes another for a liar")

    def test_rows_that_only_came_after_the_copy_are_told_where_numbers_grow_back(self):
        """The first life gave LA rows up to a number; the second gives the same numbers to other logs' rows."""
        milan, relay, la, _ = self.relay()
        relay.stop()
        copy = copy_of(relay)
        relay.start()
        lost = milan.publish("Lost")
        wait_for(lambda: la.shows(lost), "LA has the row")
        la.stop()
        relay.stop()
        put_back(relay, copy)
        relay.start()
        wait_for(lambda: relay.shows(lost), "the relay fetches it anew")
        refs = [milan.publish(f"While LA sleeps {i}") for i in range(5)]
        wait_for(lambda: relay.shows(refs[-1]), "and what came since")
        self.restart(relay)
        la.start(peer_port=la.peer_port)  # where the relay looks for it
        for ref in refs:
            wait_for(lambda ref=ref: la.shows(ref), f"LA gets {ref}")

    def test_clients_of_events_are_told_to_begin_anew_and_not_over_a_plain_restart(self):
        seoul = self.node("seoul")
        seoul.publish("One")
        last = read_events(seoul, "0", 3)[-1][0]
        self.restart(seoul)
        seoul.publish("Two")
        went_on = read_events(seoul, last, 1)
        self.assertEqual(went_on[0][1], "record", "a restart is none of a client's business")
        self.assertNotEqual(went_on[0][0].split(".")[0], last.split(".")[0], "its ids count in another epoch")
        seoul.stop()
        copy = copy_of(seoul)
        seoul.start()
        # A place of an epoch that the copy does not know.
        lost = f"{read_events(seoul, '0', 1)[0][0].split('.')[0]}.4"
        self.assertEqual(read_events(seoul, "0", 4)[-1][0], lost)
        seoul.stop()
        put_back(seoul, copy)
        seoul.start()
        anew = read_events(seoul, lost, 5)
        self.assertEqual([kind for _, kind in anew], ["reset"] + ["record"] * 4)
        self.assertTrue(anew[0][0].endswith(".0"))
        self.assertEqual(read_events(seoul, anew[2][0], 2), anew[3:], "and it goes on from there")

    def test_an_index_kept_from_before_the_loss_is_made_anew(self):
        milan, relay, _, first = self.relay()
        relay.stop()
        copy = copy_of(relay)
        relay.start()
        lost = [milan.publish(f"Lost {i}") for i in range(3)]
        wait_for(lambda: relay.shows(lost[-1]) and indexed(relay), "the relay has them, and its index too")
        milan.stop()
        relay.stop()
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            (relay.data / name).unlink(missing_ok=True)
            if (copy / name).exists():
                shutil.copy2(copy / name, relay.data / name)
        relay.start()
        wait_for(lambda: indexed(relay), "the index follows the store")
        # LA has the notes and gives them back; but the index shows nothing that the store does not hold.
        shown = relay.refs(city="milan.example", kind="practice")
        self.assertTrue(all(relay.shows(ref) for ref in shown), "no note without its text")
        self.assertIn(first, shown)
        milan.start()
        relay.run("peer", "add", milan.line())
        ref = milan.publish("After")
        wait_for(lambda: relay.shows(ref) and indexed(relay), "what comes is indexed")
        wait_for(lambda: sorted(relay.refs(city="milan.example", kind="practice")) == sorted([first] + lost + [ref]),
                 "and nothing is left out")

    def test_a_peer_that_shows_random_and_old_epochs_costs_nothing(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())

        def meet(epoch, cursor):
            """Follows; Seoul's Hello, and whether it told its own head."""
            session = Session(seoul.peer_port, city)
            session.send_hello(city)
            session.follow(epoch, cursor)
            hello = session.expect("hello")
            told = []
            while True:
                frame = session.receive()
                kind = frame.WhichOneof("frame")
                self.assertNotEqual(kind, "error", frame.error.message)
                if kind == "heads" and frame.heads.request_id == 0:
                    told += [head.journal_seq for head in frame.heads.heads]
                if kind == "cursor":
                    break
            # The session goes on.
            ping = wire.wire.Frame()
            ping.ping.nonce = 7
            session.send(ping)
            self.assertEqual(session.expect("pong").nonce, 7)
            session.close()
            return hello, told

        first, told = meet(b"", 0)
        self.assertEqual(len(told), 1)
        self.assertEqual(len(first.epoch), 24)
        self.assertEqual(first.journal_row, told[0])
        self.assertEqual(meet(first.epoch, first.journal_row)[1], [], "its own epoch, its own row")
        self.assertEqual(meet(first.epoch, 10**12)[1], told, "a row that nothing has says nothing")
        for _ in range(20):
            self.assertEqual(meet(os.urandom(24), 10**6)[1], told, "a random epoch: everything")
        counted = struct.pack(">I", 2**32 - 1) + first.epoch[4:]
        self.assertEqual(meet(counted, 1)[1], told, "the largest counter, and a MAC of another")
        self.assertEqual(meet(wire.make_epoch(b"s" * 32, 1000, b"r" * 8), 1)[1], told, "another node's")
        self.restart(seoul)
        second, told = meet(first.epoch, first.journal_row)
        self.assertEqual(told, [], "an epoch that has ended is resumed")
        self.assertNotEqual(second.epoch, first.epoch)
        self.assertGreater(second.epoch[:4], first.epoch[:4])
        seoul.publish("One")
        self.assertEqual(len(meet(first.epoch, 10**12)[1]), 1, "beyond its end: from its end")
        self.assertNotIn(PUT_BACK, seoul.log())
        self.assertNotIn("does not verify", seoul.log())

    def test_an_epoch_that_was_lost_brings_a_new_one_and_is_handled_once(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())

        def hello_of(session):
            session.send_hello(city)
            return session.expect("hello").epoch

        seoul.stop()
        copy = copy_of(seoul)
        seoul.start()
        session = Session(seoul.peer_port, city)
        lost = hello_of(session)
        session.close()
        seoul.stop()
        put_back(seoul, copy)
        seoul.start()
        session = Session(seoul.peer_port, city)
        begun = hello_of(session)
        self.assertEqual(begun[:4], lost[:4], "it counts as the lost one did")
        session.follow(lost, 1)
        while (frame := session.receive()) is not None:
            if frame.WhichOneof("frame") == "error":
                self.assertIn("epoch", frame.error.message)
                self.assertTrue(frame.error.fatal)
        session.close()
        self.assertEqual(seoul.log().count(PUT_BACK), 1)
        for _ in range(2):
            session = Session(seoul.peer_port, city)
            current = hello_of(session)
            self.assertGreater(current[:4], lost[:4])
            session.follow(lost, 1)
            session.expect("cursor")
            session.close()
            self.restart(seoul)
        self.assertEqual(seoul.log().count(PUT_BACK), 1, "over restarts too")

    def test_the_example_of_the_specification(self):
        page = (TOP / "proto" / "PROTOCOL.md").read_text()
        key, counter, random, mac = re.search(
            r"    key    ([0-9a-f]{64})\n    epoch  ([0-9a-f]{8}) ([0-9a-f]{16}) ([0-9a-f]{24})\n", page).groups()
        self.assertEqual(wire.make_epoch(bytes(32), 7, bytes.fromhex(random)).hex(), counter + random + mac)
        self.assertEqual(wire.hashlib.blake2b(b"koinon/v1 epoch", key=bytes(32), digest_size=32).hexdigest(), key)


if __name__ == "__main__":
    unittest.main()
