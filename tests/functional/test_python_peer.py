"""A second implementation, from PROTOCOL.md alone, against a real node; and PROTOCOL.md's worked example."""

import base64
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import tempfile
import time
import unittest

import wire
from api import account, bearer
from api import get as ask_node
from nodes import DEADLINE, TOP, NodesTest, connected, koinon, wait_for
from recovery_reader import shown_log
from wire import City, Range, Session, answer_get, record, serve_log


class PythonPeer(NodesTest):
    def test_handshake_follow_fetch_verify_and_hear_what_is_new(self):
        seoul = self.node("seoul")
        refs = [seoul.publish(f"Note {i}", f"Text {i}. " * 200) for i in range(200)]
        city = City("python.example", self.folder)
        seoul.run("peer", "add", city.line())
        facts = seoul.json("id")
        node_key = base64.urlsafe_b64decode(facts["node_key"] + "=")
        session = Session(seoul.peer_port, city, node_key)
        session.send_hello(city)
        session.follow()

        hello = session.expect("hello")
        self.assertEqual(wire.base32(hello.log_id), facts["log_id"])
        heads = session.expect("heads")
        self.assertEqual(heads.request_id, 0)
        head = next(h for h in heads.heads if h.log_id == hello.log_id)
        identity = head.identity
        self.assertEqual(wire.log_id(identity.name, identity.signing_key, identity.recovery_key), head.log_id)
        name = wire.origin(identity.name, head.log_id)
        size, root = wire.open_checkpoint(head.checkpoint, name, identity.signing_key)
        self.assertEqual(wire.vkey(name, identity.signing_key), facts["vkey"])
        self.assertEqual(size, len(refs) + 2)
        self.assertEqual(session.expect("cursor").seq, head.journal_seq)

        ask = wire.wire.Frame()
        ask.get.request_id, ask.get.log_id = 7, head.log_id
        setattr(ask.get, "from", 0)
        ask.get.to, ask.get.size, ask.get.root = size, size, root
        session.send(ask)
        held, titles, chunks = Range(), [], 0
        while True:
            chunk = session.expect("chunk")
            self.assertEqual(chunk.request_id, 7)
            self.assertEqual(getattr(chunk, "from"), held.size)
            left, right = wire.split_hashes(chunk.left), wire.split_hashes(chunk.right)
            self.assertEqual(left, held.hashes)
            held = wire.verify_run(held.size, [wire.leaf_hash(r.entry) for r in chunk.records], size, left, right, root)
            for item in chunk.records:
                entry = record.Entry.FromString(item.entry)
                if entry.body_size:
                    self.assertEqual(wire.sha256(item.body), entry.body_digest)
                    self.assertEqual(len(item.body), entry.body_size)
                    titles.append(record.Body.FromString(item.body).practice.title)
                elif entry.kind == record.KIND_GENESIS:
                    genesis = entry.control.genesis
                    self.assertEqual((genesis.name, genesis.signing_key), (identity.name, identity.signing_key))
                    for role, key, proof in ((1, genesis.keys.cosigner_key, genesis.keys.cosigner_proof), (2, genesis.keys.node_key, genesis.keys.node_proof)):
                        self.assertTrue(wire.verify(key, wire.key_statement(head.log_id, role, key), proof))
                    self.assertEqual(genesis.keys.node_key, node_key)
            chunks += 1
            if chunk.last:
                break
        self.assertEqual(held.root(), root)
        self.assertGreater(chunks, 1)
        self.assertEqual([t for t in titles if t], [f"Note {i}" for i in range(200)])

        seoul.publish("News")
        push = session.expect("push")
        size, root = wire.open_checkpoint(push.head.checkpoint, name, identity.signing_key)
        self.assertEqual(getattr(push.chunk, "from"), held.size)
        held = wire.verify_run(held.size, [wire.leaf_hash(r.entry) for r in push.chunk.records], size,
                               wire.split_hashes(push.chunk.left), wire.split_hashes(push.chunk.right), root)
        self.assertEqual(record.Body.FromString(push.chunk.records[0].body).practice.title, "News")
        session.close()

        # With its cursor it is told nothing twice.
        session = Session(seoul.peer_port, city, node_key)
        session.send_hello(city, held_of_yours=held.size)
        session.follow(hello.epoch, push.head.journal_seq)
        session.expect("hello")
        session.expect("follow")
        kinds = []
        while not kinds or kinds[-1] != "cursor":
            kinds.append(session.receive().WhichOneof("frame"))
        # It asks for the log that it vouched for and never got, and may put up its newest head; it says nothing of what we have.
        self.assertEqual([kind for kind in kinds if kind not in ("get_heads", "cosigned_heads")], ["cursor"])
        session.close()

    def test_an_answer_that_is_cancelled_stops(self):
        seoul = self.node("seoul")
        for i in range(5):
            seoul.publish(f"Note {i}", "Text. " * 100_000)
        city = City("python.example", self.folder)
        seoul.run("peer", "add", city.line())
        session = Session(seoul.peer_port, city)
        session.send_hello(city, window=1)  # counts as 2 MiB and 4 bytes: less than all the notes
        session.follow()
        head = session.expect("heads").heads[0]
        identity = head.identity
        size, root = wire.open_checkpoint(head.checkpoint, wire.origin(identity.name, head.log_id), identity.signing_key)

        def get(number, first, end):
            ask = wire.wire.Frame()
            ask.get.request_id, ask.get.log_id, ask.get.to, ask.get.size, ask.get.root = number, head.log_id, end, size, root
            setattr(ask.get, "from", first)
            session.send(ask)

        get(7, 0, size)
        self.assertEqual(session.expect("chunk").request_id, 7)
        session.cancel(7)
        error = session.expect("error")
        self.assertEqual((error.request_id, error.code, error.fatal), (7, wire.wire.ERROR_CODE_BUSY, False))
        # Nothing of it comes any more, whatever is lent; the session goes on.
        credit = wire.wire.Frame()
        credit.credit.bytes = 8 << 20
        session.send(credit)
        get(8, 0, 1)
        chunk = session.expect("chunk")
        self.assertEqual((chunk.request_id, chunk.last), (8, True))
        session.close()

    def test_a_log_that_the_python_peer_serves_is_taken_and_vouched_for(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        leaves = [city.genesis(), b"no entry at all"]
        seoul.run("peer", "add", city.line())
        session = Session(seoul.peer_port, city)
        session.meet(city)
        heads = wire.wire.Frame()
        heads.heads.heads.append(city.head(leaves))
        session.send(heads)
        get = session.expect("get")
        answer = wire.wire.Frame()
        answer.chunk.request_id = get.request_id
        answer.chunk.last = True
        for leaf in leaves:
            answer.chunk.records.add(entry=leaf)
        session.send(answer)
        wait_for(lambda: seoul.entries("python.example") == 2, "Seoul holds the log")
        wait_for(lambda: len(seoul.refs(kind="vouch", city="seoul.example")) == 1, "and vouches for it")
        self.assertFalse(seoul.json("show", "python.example/1")["readable"])
        self.assertIn("cannot be read", seoul.run("show", "python.example/1"))
        session.close()

    def test_cosignatures_go_both_ways(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", city.line())
        session = Session(seoul.peer_port, city)
        session.meet(city)
        records = [(city.genesis(), b"")]
        serve_log(session, city, records)
        wait_for(lambda: len(seoul.refs(kind="vouch", city="seoul.example")) == 1, "Seoul holds our log, and vouches for it")
        held = wire.log_id_of(seoul.json("id")["log_id"])

        # What Seoul puts up we cosign, and Seoul gives the line to whoever asks.
        def note_of(head, key_ids=b""):
            ask = wire.wire.Frame()
            ask.get_cosignatures.request_id = 7
            ask.get_cosignatures.heads.add(log_id=held, recoveries=head.recoveries, size=head.size, root=head.root, key_ids=key_ids)
            session.send(ask)
            while (answer := session.expect("cosignatures")).request_id != 7:
                pass
            return answer.notes[0].note if answer.notes else b""

        note = b""
        while not note:
            news = session.expect("cosigned_heads")
            if news.log_id == held:
                head = news.heads[0]
                note = note_of(head)
        text, lines = note.decode().rsplit("\n\n", 1)
        self.assertEqual(text.split("\n"), [f"seoul.example/koinon/{wire.base32(held)}", str(head.size), base64.b64encode(head.root).decode()])
        self.assertEqual(lines.count("\n"), 1, "nobody has signed it")
        line = wire.cosign(note, city.origin, int(time.time()), city.cosigner)
        own = wire.wire.Frame()
        own.cosignatures.notes.add(log_id=held, note=note + line)
        session.send(own)
        wait_for(lambda: note_of(head) == note + line, "Seoul keeps our line")
        key_id = wire.key_id(city.origin, 4, wire.public_key(city.cosigner))
        self.assertEqual(note_of(head, key_id), note + line, "it is given where it is asked for")
        self.assertEqual(note_of(head, b"\0\0\0\0"), note, "and not where another one is")

        # And Seoul cosigns what we put up.
        ours = city.head([entry for entry, _ in records])
        size, root = wire.open_checkpoint(ours.checkpoint, city.origin, wire.public_key(city.signing))
        put_up = wire.wire.Frame()
        put_up.cosigned_heads.log_id = city.log
        put_up.cosigned_heads.heads.add(size=size, root=root)
        session.send(put_up)
        asked = session.expect("get_cosignatures")
        self.assertEqual([(one.log_id, one.size, one.root) for one in asked.heads], [(city.log, size, root)])
        answer = wire.wire.Frame()
        answer.cosignatures.request_id = asked.request_id
        answer.cosignatures.notes.add(log_id=city.log, note=ours.checkpoint)
        session.send(answer)
        said = session.expect("cosignatures")
        self.assertEqual((said.request_id, len(said.notes), said.notes[0].log_id), (0, 1, city.log))
        self.assertTrue(said.notes[0].note.startswith(ours.checkpoint))
        dash, name, value = said.notes[0].note[len(ours.checkpoint):].decode().rstrip("\n").split(" ")
        value = base64.b64decode(value, validate=True)
        self.assertEqual((dash, name), ("\u2014", f"seoul.example/koinon/{wire.base32(held)}"))
        seconds = struct.unpack(">Q", value[4:12])[0]
        self.assertLess(abs(seconds - time.time()), 60)
        keys = self.genesis_keys(session, held, head)
        self.assertEqual(value[:4], wire.key_id(name, 4, keys.cosigner_key))
        self.assertTrue(wire.verify(keys.cosigner_key, wire.cosigned_message(seconds, ours.checkpoint[:ours.checkpoint.rindex(b"\n\n") + 1]), value[12:]))
        session.close()

    def genesis_keys(self, session, log, head):
        """The first keys that a log names: its entry 0 is fetched."""
        ask = wire.wire.Frame()
        ask.get.request_id, ask.get.log_id, ask.get.to, ask.get.size, ask.get.root = 11, log, 1, head.size, head.root
        session.send(ask)
        return record.Entry.FromString(session.expect("chunk").records[0].entry).control.genesis.keys

    def test_a_second_connection_that_loses_leaves_the_first_as_it_was(self):
        seoul = self.node("seoul")
        node_key = base64.urlsafe_b64decode(seoul.json("id")["node_key"] + "=")
        # Of two connections the one dialled by the lower node key stays: Seoul's own is to be that.
        name = next(f"python{i}.example" for i in itertools.count()
                    if wire.public_key(wire.sha256(f"python{i}.example n".encode())) > node_key)
        city = City(name, self.folder)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(DEADLINE)
            seoul.run("peer", "add", city.line(f"127.0.0.1:{server.getsockname()[1]}"))
            first = wire.accept(server, city)
            first.send_hello(city)
            first.follow()
            first.expect("hello")
            wait_for(lambda: connected(seoul, name), "the connection that Seoul dialled stands")
            second = Session(seoul.peer_port, city, node_key)
            self.assertEqual(second.receive().error.code, wire.wire.ERROR_CODE_DUPLICATE)
            self.assertIsNone(second.receive())
            second.close()
            peer = next(p for p in seoul.asked("peers")["items"] if p["name"] == name)
            self.assertEqual((peer["connected"], peer["state"]), (True, "connected"))
            first.close()


class GivenBack(NodesTest):
    """PROTOCOL.md, "What was seen of a log": the example, with a node whose folder is put back and a peer that is no node of ours."""

    def head_of(self, heads, log):
        head = next(h for h in heads.heads if h.log_id == log)
        return head, *wire.open_checkpoint(head.checkpoint, wire.origin("seoul.example", log), self.signing)

    def connect(self, seoul, city, **hello):
        session = Session(seoul.peer_port, city, self.node_key)
        session.send_hello(city, **hello)
        session.follow()
        return session, session.expect("hello")

    def strangers_wait(self, seoul, standing, ref):
        """What has come back is not all yet: a withdrawal may be among the rest."""
        wait_for(lambda: standing()["state"] == "behind", "the peer has shown that there is more")
        for path in ("/", f"/records/{ref}", "/api/v1/records", "/feeds/all.atom", "/api/v1/events"):
            self.assertEqual(ask_node(seoul, path).status, 503, path)
        self.assertIn("Come again in a few minutes", ask_node(seoul, "/api/v1/records").text())
        reader = bearer(account(seoul, "press", "publisher"))
        self.assertEqual(ask_node(seoul, "/api/v1/records", reader).status, 200, "whoever works here sees what there is")

    def test_a_city_that_was_put_back_gets_its_log_from_the_python_peer_alone(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", city.line(), "--no-vouch")
        self.node_key = base64.urlsafe_b64decode(seoul.json("id")["node_key"] + "=")
        self.signing = base64.b64decode(seoul.json("id")["vkey"].split("+", 2)[2])[1:]
        seoul.publish("Before")
        seoul.stop()
        yesterday = seoul.data.with_name("yesterday")
        shutil.copytree(seoul.data, yesterday)
        seoul.start()
        old = seoul.json("status")["entries"]
        refs = [seoul.publish(f"Since {i}") for i in range(3)]

        # The peer takes all of it, and gives a log of its own.
        session, hello = self.connect(seoul, city, seen=(0, b""))
        self.assertEqual((hello.seen_of_yours.size, hello.seen_of_yours.root), (0, b""), "Seoul has seen no head of ours")
        log = hello.log_id
        head, size, root = self.head_of(session.expect("heads"), log)
        self.assertEqual(size, old + 3)
        records, held = session.get(7, head, size, root, 0, size)
        mine = [(city.genesis(), b"")]
        serve_log(session, city, mine)
        wait_for(lambda: seoul.entries("python.example") == 1, "Seoul holds it")
        session.close()
        session, hello = self.connect(seoul, city, seen=(size, root))
        self.assertEqual(hello.seen_of_yours, wire.wire.Seen(size=1, root=wire.leaf_hash(mine[0][0]), caught_up=True))
        session.close()

        seoul.stop()
        shutil.rmtree(seoul.data)
        shutil.copytree(yesterday, seoul.data)
        seoul.start()
        standing = lambda: seoul.local("GET", "/api/v1/status")["standing"]
        self.assertEqual((standing()["state"], standing()["waits_for"]), ("asks", ["python.example"]))
        self.assertTrue(standing()["rolled_back"], "by the mark")
        session, hello = self.connect(seoul, city)
        _, held_there, root_there = self.head_of(session.expect("heads"), log)
        self.assertEqual(held_there, old)
        kept, _ = session.get(8, head, held_there, root_there, 0, held_there)
        marks = [r.mark for r in kept if record.Entry.FromString(r.entry).body_size]
        self.assertEqual(marks, [wire.wire.BODY_MARK_NOT_HELD] * len(marks), "a withdrawal that is lost may have taken them")
        self.assertTrue(marks)
        self.assertFalse(any(r.body for r in kept))
        self.assertEqual(standing()["state"], "asks", "this peer has not said yet what it saw")

        session.send_seen(size, root)
        asked = session.show_head(wire.wire.Head(log_id=log, checkpoint=head.checkpoint))
        self.assertEqual(list(asked.log_ids), [log])
        get = session.expect("get")
        self.assertEqual((get.log_id, getattr(get, "from"), get.to, get.size, get.root), (log, old, size, size, root))
        self.strangers_wait(seoul, standing, refs[0])
        answer_get(session, get, [(r.entry, r.body) for r in records])
        wait_for(lambda: standing()["state"] == "signs", "the log is whole, and its only peer has answered")
        wait_for(lambda: seoul.json("status")["entries"] == size + 1, "it has all of it, and names a cosigner key in place of the one that it lost track of")
        for ref in refs:
            self.assertTrue(seoul.shows(ref), ref)
            self.assertEqual(ask_node(seoul, f"/api/v1/records/{ref}").status, 200, "strangers, too")
        kept, _ = session.get(9, head, size, root, 0, size)
        self.assertEqual([r.body for r in kept], [r.body for r in records], "now everybody gets the texts")

        # What it signs now follows upon what it had signed.
        seoul.publish("After")
        session.close()
        session, _ = self.connect(seoul, city, seen=(size, root))
        new, new_size, new_root = self.head_of(session.expect("heads"), log)
        self.assertEqual(new_size, size + 2)
        last, _ = session.get(10, new, new_size, new_root, size, new_size)
        keys = record.Entry.FromString(last[0].entry).control.keys
        self.assertTrue(keys.cosigner_lost)
        self.assertTrue(wire.verify(keys.cosigner_key, wire.key_statement(log, 1, keys.cosigner_key), keys.cosigner_proof))
        for one in last:
            held.append(wire.leaf_hash(one.entry))
        self.assertEqual(held.root(), new_root)
        session.close()


def given_in(section):
    """The values `name = value` of the first block after a heading of PROTOCOL.md."""
    text = (TOP / "proto" / "PROTOCOL.md").read_text()
    block = text.split(f"\n{section}\n", 1)[1].split("```")[1]
    return dict(re.findall(r"^([a-z0-9 ]+?) *= *(.+)$", block, re.M))


def framed(frame):
    data = frame.SerializeToString()
    return (struct.pack(">I", len(data)) + data).hex()


class WorkedExample(unittest.TestCase):
    """PROTOCOL.md, section "A worked example": every value follows from the two seeds."""

    def test_what_is_said_of_a_log_that_was_seen(self):
        """With the log of the worked example, of which the author has the first entry only."""
        given, log = given_in("### What was seen of a log"), given_in("## A worked example")
        seen, get_heads, heads, get = (wire.wire.Frame() for _ in range(4))
        seen.seen.size, seen.seen.root, seen.seen.caught_up = 3, bytes.fromhex(log["root"]), True
        self.assertEqual(given["seen"], framed(seen))
        get_heads.get_heads.request_id = 7
        get_heads.get_heads.log_ids.append(bytes.fromhex(log["log id"]))
        self.assertEqual(given["get heads"], framed(get_heads))
        heads.heads.request_id = 7
        heads.heads.heads.add(log_id=bytes.fromhex(log["log id"]), checkpoint=bytes.fromhex(log["checkpoint"]))
        self.assertEqual(given["heads"], framed(heads))
        get.get.request_id, get.get.log_id, get.get.to, get.get.size = 8, bytes.fromhex(log["log id"]), 3, 3
        get.get.root = bytes.fromhex(log["root"])
        setattr(get.get, "from", 1)
        self.assertEqual(given["get"], framed(get))

        class Sent:
            def send(self, frame):
                self.frame = frame
        sent, entries = Sent(), [bytes.fromhex(log[f"entry {i}"]) for i in range(3)]
        answer_get(sent, get.get, list(zip(entries, (b"", bytes.fromhex(log["body 1"]), b""))))
        self.assertEqual(given["chunk"], framed(sent.frame))

    def test_statements_are_recomputed_and_followed(self):
        given, log = given_in("## Statements: the keys of a log change"), given_in("## A worked example")
        signing, recovery, second, third, words = (bytes.fromhex({**log, **given}[f"{name} seed"]) for name in ("signing", "recovery", "second", "third", "new recovery"))
        keys = wire.Keys(log["name"], wire.public_key(signing), wire.public_key(recovery))
        root, origin = bytes.fromhex(log["root"]), log["origin"]
        rotation = wire.statement_text(keys.log, 1, keys.log, 3, root, wire.vkey(origin, wire.public_key(second)))
        self.assertEqual(given["rotation"], wire.sign_text(rotation, origin, signing).hex())
        self.assertEqual(given["rotation digest"], wire.sha256(rotation.encode()).hex())
        text = wire.statement_text(keys.log, 2, wire.sha256(rotation.encode()), 3, root, wire.vkey(f"{origin}/1", wire.public_key(third)), wire.public_key(words))
        self.assertEqual(given["recovery"], wire.sign_text(text, origin, recovery).hex())
        self.assertEqual(given["recovery digest"], wire.sha256(text.encode()).hex())
        with self.assertRaises(ValueError):
            keys.add(bytes.fromhex(given["recovery"]))
        keys.add(bytes.fromhex(given["rotation"]))
        self.assertEqual((keys.signing, keys.name), (wire.public_key(second), origin))
        other = wire.statement_text(keys.log, 1, keys.log, 3, root, wire.vkey(origin, wire.public_key(third)))
        self.assertEqual(given["other rotation"], wire.sign_text(other, origin, signing).hex())
        evidence = wire.wire.Evidence(log_id=keys.log, first=bytes.fromhex(given["rotation"]), second=bytes.fromhex(given["other rotation"]))
        evidence.identity.name = log["name"]
        evidence.identity.signing_key, evidence.identity.recovery_key = wire.public_key(signing), wire.public_key(recovery)
        self.assertEqual(given["statement evidence"], evidence.SerializeToString(deterministic=True).hex())
        shown = (log["name"], 0, wire.sha256(rotation.encode()), wire.sha256(other.encode()))
        self.assertEqual(wire.contradiction(evidence.SerializeToString()), shown)
        self.assertEqual(given["statement contradiction digest"], wire.contradiction_digest(evidence.SerializeToString()).hex())
        evidence.second = evidence.first
        with self.assertRaises(ValueError):
            wire.contradiction(evidence.SerializeToString())
        # Who never heard of the rotation takes the log back as well.
        without = wire.statement_text(keys.log, 1, keys.log, 3, root, wire.vkey(f"{origin}/1", wire.public_key(second)))
        self.assertEqual(given["other recovery"], wire.sign_text(without, origin, recovery).hex())
        evidence.first, evidence.second = bytes.fromhex(given["recovery"]), bytes.fromhex(given["other recovery"])
        evidence.statements.append(bytes.fromhex(given["rotation"]))
        with self.assertRaises(ValueError):
            wire.contradiction(evidence.SerializeToString())
        evidence.second_before.SetInParent()
        self.assertEqual(given["recovery evidence"], evidence.SerializeToString(deterministic=True).hex())
        self.assertEqual(wire.contradiction(evidence.SerializeToString()), (log["name"], 0, wire.sha256(text.encode()), wire.sha256(without.encode())))
        self.assertEqual(given["recovery contradiction digest"], wire.contradiction_digest(evidence.SerializeToString()).hex())
        keys.add(bytes.fromhex(given["recovery"]))
        self.assertEqual((keys.signing, keys.recovery, keys.name, keys.recoveries), (wire.public_key(third), wire.public_key(words), f"{origin}/1", 1))
        with self.assertRaises(ValueError):
            keys.add(wire.sign_text(wire.statement_text(keys.log, 3, keys.before, 3, root, wire.vkey(keys.name, wire.public_key(second))), keys.name, second))

    def test_evidence_of_a_fork_is_recomputed_and_verified(self):
        given, log = given_in("### Evidence of a fork"), given_in("## A worked example")
        signing = bytes.fromhex(log["signing seed"])

        def evidence(**members):
            out = wire.wire.Evidence(log_id=bytes.fromhex(log["log id"]), at=3, first=bytes.fromhex(log["checkpoint"]), **members)
            out.identity.name = log["name"]
            out.identity.signing_key, out.identity.recovery_key = bytes.fromhex(log["signing key"]), bytes.fromhex(log["recovery key"])
            return out.SerializeToString(deterministic=True)

        history = Range()
        for leaf in (log["leaf 0"], log["leaf 1"]):
            history.append(bytes.fromhex(leaf))
        for name, head in (("other", "other"), ("next", "longer")):
            leaf = wire.leaf_hash(bytes.fromhex(given[f"{name} entry"]))
            self.assertEqual(given[f"{name} leaf"], leaf.hex())
            compact = b"".join(history.hashes)
            history.append(leaf)
            self.assertEqual(given[f"{head} root"], history.root().hex())
            note = wire.sign_checkpoint(log["origin"], history.size, history.root(), signing)
            self.assertEqual(given[f"{head} checkpoint"], note.hex())
            made = evidence(second=note) if name == "other" else evidence(second=note, second_left=compact, second_right=leaf)
            self.assertEqual(given["evidence" if name == "other" else "longer evidence"], made.hex())
            digest = wire.contradiction_digest(made)
            self.assertEqual(given["contradiction digest" if name == "other" else "longer contradiction digest"], digest.hex())
            swapped = wire.wire.Evidence.FromString(made)
            swapped.first, swapped.second = swapped.second, swapped.first + b"\xe2\x80\x94 witness.example AAAA\n"
            self.assertEqual(wire.contradiction_digest(swapped.SerializeToString()), digest, "in any order, with any lines")
            proven = ("seoul.example", 3, bytes.fromhex(log["root"]), bytes.fromhex(given["other root"]))
            self.assertEqual(wire.contradiction(made), proven)
            self.assertEqual(wire.contradiction(made + b"\xc0\x3e\x01"), proven, "a field of a later version")
            for i in range(0, len(made), 5):
                with self.assertRaises(ValueError, msg=f"byte {i}"):
                    wire.contradiction(made[:i] + bytes([made[i] ^ 1]) + made[i + 1:])
        for nothing in (b"", b"no evidence", evidence(second=bytes.fromhex(log["checkpoint"]))):
            with self.assertRaises(ValueError):
                wire.contradiction(nothing)

    def test_our_program_reads_the_examples_of_evidence_as_they_are(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "evidence"

            def said(section, name):
                file.write_bytes(bytes.fromhex(given_in(section)[name]))
                facts = json.loads(koinon("--json", "verify-evidence", file))
                self.assertEqual((facts.pop("verified"), facts.pop("name"), facts.pop("log_id")), (True, log["name"], log["log id text"]))
                return facts, koinon("verify-evidence", file)

            log = given_in("## A worked example")
            for name, size in (("evidence", 3), ("longer evidence", 4)):
                facts, words = said("### Evidence of a fork", name)
                self.assertEqual((facts["at"], facts["first"]["size"], facts["second"]["size"]), (3, 3, size))
                self.assertIn("signed two histories", words)
            second, third = (wire.public_key(bytes.fromhex(given_in("## Statements: the keys of a log change")[f"{name} seed"])) for name in ("second", "third"))
            first_line, second_line = ({"statement": 1, "vkey": wire.vkey(log["origin"], key), "size": 3} for key in (second, third))
            facts, words = said("## Statements: the keys of a log change", "statement evidence")
            self.assertEqual((facts["first"], facts["second"], facts["for_good"]), (first_line, second_line, False))
            self.assertIn("Statement 1 of the log was signed twice", words)
            # Two recoveries of one log have different numbers where they follow different rotations.
            first_line, second_line = ({"statement": n, "vkey": wire.vkey(log["origin"] + "/1", key), "size": 3} for n, key in ((2, third), (1, second)))
            facts, words = said("## Statements: the keys of a log change", "recovery evidence")
            self.assertEqual((facts["first"], facts["second"], facts["for_good"]), (first_line, second_line, True))
            self.assertIn("The recovery key signed statement 2 after one history and statement 1 after another", words)
            self.assertIn("nothing thaws this log", words)
            self.assertNotIn("was signed twice", words)

    def test_what_is_signed_in_connections_of_invites(self):
        given, log = given_in("### Taking a log back"), given_in("## A worked example")
        node, signing, recovery = (bytes.fromhex(log[f"{name} seed"]) for name in ("node", "signing", "recovery"))
        line, _, secret = given["invite"].rpartition("+")
        self.assertEqual(line, given["peer line"])
        self.assertEqual(line, f"{log['vkey']}@seoul.example:8470#{base64.urlsafe_b64encode(wire.public_key(node)).decode().rstrip('=')}")
        once = wire.invite_seed(wire.public_key(node), base64.urlsafe_b64decode(secret + "=="))
        self.assertEqual(given["once key"], wire.public_key(once).hex())
        exported = bytes.fromhex(given["exported"])
        self.assertEqual(given["join proof"], wire.sign(node, wire.join_message(exported, line)).hex())
        self.assertEqual(given["join log proof"], wire.sign(signing, wire.join_message(exported, line)).hex())
        ask = wire.wire.Frame()
        ask.recovery_ask.recovery_key, ask.recovery_ask.size = wire.public_key(recovery), 3
        ask.recovery_ask.proof = wire.sign(recovery, wire.recovery_message(exported))
        self.assertEqual(given["ask"], framed(ask))

    def test_a_log_that_is_taken_back_is_recomputed_and_read(self):
        given = given_in("### A log that is taken back")
        known = {**given_in("## Statements: the keys of a log change"), **given_in("## A worked example")}
        signing, recovery, second, third = (bytes.fromhex(known[f"{name} seed"]) for name in ("signing", "recovery", "second", "third"))
        entry = wire.record.Entry(kind=wire.record.KIND_ROTATION, created_at_ms=1700000002000)
        entry.control.rotation_statement = bytes.fromhex(known["rotation"])
        entries = [bytes.fromhex(known[f"entry {i}"]) for i in range(3)] + [entry.SerializeToString(deterministic=True)]
        self.assertEqual(given["entry 3"], entries[3].hex())
        trees = [Range()]
        for one in entries:
            trees.append(Range(trees[-1].size, trees[-1].hashes))
            trees[-1].append(wire.leaf_hash(one))
        root, head = trees[4].root(), wire.sign_checkpoint(known["origin"], 4, trees[4].root(), second)
        self.assertEqual((given["root of four"], given["head of four"]), (root.hex(), head.hex()))
        answer = wire.wire.RecoveryAnswer(left=root)
        answer.head.log_id, answer.head.checkpoint, answer.head.stated = bytes.fromhex(known["log id"]), head, 1
        answer.head.statements.append(bytes.fromhex(known["rotation"]))
        identity = {"name": known["name"], "signing_key": wire.public_key(signing), "recovery_key": wire.public_key(recovery)}
        answer.head.identity.CopyFrom(wire.wire.Identity(**identity))
        for i in (3, 2, 1, 0):
            answer.latest.add(index=i, entry=entries[i], title="Cool roofs" if i == 1 else "")
        answer.stating.add(entry=entries[3], left=b"".join(trees[3].hashes))
        made = answer.SerializeToString(deterministic=True)
        self.assertEqual(given["recovery answer"], made.hex())
        name, at, proven, keys, latest = shown_log(made, wire.public_key(recovery), log=bytes.fromhex(known["log id"]))
        self.assertEqual((name, at, proven, keys.signing, latest), (known["name"], 4, root, wire.public_key(second), entries))
        text = wire.statement_text(keys.log, 2, keys.before, 4, root, wire.vkey(f"{known['origin']}/1", wire.public_key(third)))
        self.assertEqual(given["taken back"], wire.sign_text(text, known["origin"], recovery).hex())
        keys.add(bytes.fromhex(given["taken back"]))
        several = wire.wire.RecoveryAnswer(logs=[{**identity, "name": "aa.example", "signing_key": wire.public_key(second)}, identity])
        self.assertEqual(given["several logs"], several.SerializeToString(deterministic=True).hex())
        # Whatever is left out or changed, nothing is shown; but of titles, and of fields of a later version.
        def refused(change):
            other = wire.wire.RecoveryAnswer.FromString(made)
            change(other)
            with self.assertRaises(ValueError):
                shown_log(other.SerializeToString(), wire.public_key(recovery))
        for change in (lambda a: a.stating.pop(), lambda a: a.stating.append(a.stating[0]), lambda a: setattr(a.stating[0], "entry", entries[2]),
                       lambda a: a.head.statements.pop(), lambda a: a.latest.pop(0), lambda a: setattr(a, "left", proven[::-1]),
                       lambda a: a.CopyFrom(several)):
            refused(change)

    def test_a_cosignature_and_what_is_said_of_it(self):
        given, log = given_in("### A cosignature"), given_in("## A worked example")
        signing, recovery, cosigner = (bytes.fromhex(given[f"city {role} seed"]) for role in ("signing", "recovery", "cosigner"))
        city = wire.log_id(given["city"], wire.public_key(signing), wire.public_key(recovery))
        name, key, seconds = wire.origin(given["city"], city), wire.public_key(cosigner), int(given["seconds"])
        self.assertEqual(given["city log id text"], wire.base32(city))
        self.assertEqual(given["cosigner key"], key.hex())
        self.assertEqual(given["cosigner vkey"], f"{name}+{wire.key_id(name, 4, key).hex()}+{base64.b64encode(bytes([4]) + key).decode()}")
        self.assertEqual(given["cosigner statement"], wire.key_statement(city, 1, key).hex())
        note = bytes.fromhex(log["checkpoint"])
        line = wire.cosign(note, name, seconds, cosigner)
        self.assertEqual(given["cosigned message"], wire.cosigned_message(seconds, note[:note.rindex(b"\n\n") + 1]).hex())
        self.assertEqual(given["cosignature line"], line.hex())
        self.assertEqual(given["cosigned note"], (note + line).hex())
        head = {"size": 3, "root": bytes.fromhex(log["root"])}
        of = bytes.fromhex(log["log id"])
        put_up, asked, own, told = (wire.wire.Frame() for _ in range(4))
        for frame, key_ids in ((put_up, b""), (told, wire.key_id(name, 4, key))):
            frame.cosigned_heads.log_id = of
            frame.cosigned_heads.heads.add(key_ids=key_ids, **head)
        asked.get_cosignatures.request_id = 9
        asked.get_cosignatures.heads.add(log_id=of, **head)
        own.cosignatures.notes.add(log_id=of, note=note + line)
        for said, frame in (("put up", put_up), ("get cosignatures", asked), ("own line", own), ("told with a row", told)):
            self.assertEqual(given[said], framed(frame))

    def test_every_value_is_recomputed(self):
        given = given_in("## A worked example")
        name = given["name"]
        signing, recovery = bytes.fromhex(given["signing seed"]), bytes.fromhex(given["recovery seed"])
        log = wire.log_id(name, wire.public_key(signing), wire.public_key(recovery))
        self.assertEqual(given["signing key"], wire.public_key(signing).hex())
        self.assertEqual(given["recovery key"], wire.public_key(recovery).hex())
        self.assertEqual(given["log id"], log.hex())
        self.assertEqual(given["log id text"], wire.base32(log))
        self.assertEqual(given["origin"], wire.origin(name, log))
        self.assertEqual(given["vkey"], wire.vkey(wire.origin(name, log), wire.public_key(signing)))
        node = bytes.fromhex(given["node seed"])
        self.assertEqual(given["node statement"], wire.key_statement(log, 2, wire.public_key(node)).hex())
        self.assertEqual(given["node proof"], wire.sign(node, wire.key_statement(log, 2, wire.public_key(node))).hex())
        entries = [bytes.fromhex(given[f"entry {i}"]) for i in range(3)]
        tree = Range()
        for i, entry in enumerate(entries):
            self.assertEqual(given[f"leaf {i}"], wire.leaf_hash(entry).hex())
            tree.append(wire.leaf_hash(entry))
        self.assertEqual(given["node 0 1"], wire.node_hash(wire.leaf_hash(entries[0]), wire.leaf_hash(entries[1])).hex())
        self.assertEqual(given["root"], tree.root().hex())
        note = wire.sign_checkpoint(wire.origin(name, log), 3, tree.root(), signing)
        self.assertEqual(given["checkpoint"], note.hex())
        chunk = wire.wire.Frame()
        chunk.chunk.request_id = 1
        setattr(chunk.chunk, "from", 1)
        chunk.chunk.records.add(entry=entries[1])
        chunk.chunk.left = wire.leaf_hash(entries[0])
        chunk.chunk.right = wire.leaf_hash(entries[2])
        self.assertEqual(given["frame"], framed(chunk))


if __name__ == "__main__":
    unittest.main()
