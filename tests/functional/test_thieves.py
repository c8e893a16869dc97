"""Somebody has a copy of a city's keys, and goes on with it: before the city takes its log back, and after."""

import base64
import pathlib
import shutil
import ssl
import time
import unittest

import wire
from nodes import CommandFailed, Node, NodesTest, connected, koinon, own_entries, peer, wait_for
from recovery_reader import shown_log
from test_invites import invite
from test_keys import state, vkey
from test_recovery import Words, seed_of
from thief import Relay, Thief, tree_of
from wire import City, Session, answer_get, ask_for_log, contradiction, public_key, record, sha256

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
        def follows():
            try:
                return self.notes(node) == good and node.status()["frozen"] == []
            except CommandFailed as error:
                self.assertIn("no city called seoul.example", error.stderr, "for a moment its log is in nobody's place yet")
                return False

        wait_for(follows, f"{node.city} follows what is the city's")

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


class Decoy(City):
    """A city that makes its log with the recovery key of another one, of which it knows the public half."""

    def __init__(self, name, recovery_key, folder):
        super().__init__(name, folder)
        self.recovery_key = recovery_key
        self.log = wire.log_id(name, public_key(self.signing), recovery_key)
        self.origin = wire.origin(name, self.log)

    def identity(self):
        return wire.wire.Identity(name=self.name, signing_key=public_key(self.signing), recovery_key=self.recovery_key)

    def genesis(self):
        entry = record.Entry.FromString(super().genesis())
        entry.control.genesis.recovery_key = self.recovery_key
        return entry.SerializeToString(deterministic=True)


class BeforeARecovery(Words):
    """What a thief, or any other city, does so that the city cannot take its log back, or takes back another one."""

    def followed_city(self):
        seoul, words = self.city("seoul")
        seoul.start()
        milan = self.node("milan")
        peer(seoul, milan)
        first, ref = vkey(seoul), seoul.publish("Before")
        self.followed(seoul, milan)
        return seoul, words, milan, first, ref

    def recover(self, words, city, *args, folder="anew"):
        return koinon("recover", "--words-file", self.file(words), "--invite", invite(city), *args, data=pathlib.Path(self.folder) / folder)

    def anew(self, words, city, *args):
        self.recover(words, city, *args)
        node = Node(self.folder, "anew", init=False)
        self.nodes.append(node)
        node.start()
        wait_for(lambda: state(node) == "signs" and "Before" in node.titles(), "its notes are back, and it signs")
        return node

    def changes(self, city):
        return [(c["kind"], c["entry"]) for c in city.local("GET", "/api/v1/cities/seoul.example")["key_changes"]]

    def shown(self, city, words, size):
        """What a recovery follows by what the city shows, as a reader finds who shares no code with it."""
        answer = ask_for_log(invite(city), seed_of(words), self.folder, size).recovery_answer
        name, at, _, follows, latest = shown_log(answer.SerializeToString(), public_key(seed_of(words)), size)
        self.assertEqual((name, at, len(latest)), ("seoul.example", size, min(size, 40)))
        return follows

    def poisoned(self, seoul, milan, make):
        """Milan believes a branch in which the thief has replaced the key by statements of `make`, none of them an entry."""
        thief, kept = Thief(seoul), own_entries(seoul)
        seoul.stop()
        relay = Relay(milan, City("python.example", self.folder))
        common = relay.held(thief.log)
        make(thief, common)
        poison = common + [thief.practice(title="Poison")]
        relay.give(thief, poison)
        wait_for(lambda: milan.entries("seoul.example") == len(poison), "Milan takes it")
        relay.close()
        return kept

    def test_rotations_that_no_entry_states_use_up_no_place(self):
        seoul, words, milan, _, _ = self.followed_city()

        def all_places(thief, common):
            for i in range(64):
                thief.replace_key(common[:1], sha256(b"the thief's %d" % i))
        kept = self.poisoned(seoul, milan, all_places)
        self.assertIn("64: a rotation at 1 entry", self.recover(words, milan))
        for size in (kept, 2, 1):
            self.assertEqual(self.shown(milan, words, size).sequence, 0)
        anew = self.anew(words, milan, "--size", kept)
        after = anew.publish("After")
        wait_for(lambda: milan.shows(after), "Milan follows the city")
        self.assertEqual(self.changes(milan), [("recovery", kept)])

    def test_a_recovery_follows_the_rotation_of_the_city_and_not_that_of_the_thief(self):
        seoul, words, milan, first, ref = self.followed_city()
        seoul.run("rotate-key")
        seoul.publish("Under the second key")
        self.followed(seoul, milan)
        proof, later = pathlib.Path(self.folder) / "proof", pathlib.Path(self.folder) / "later"
        seoul.run("prove", ref, "-o", proof)
        rotated = Thief(seoul).keys.size
        kept = self.poisoned(seoul, milan, lambda thief, common: thief.replace_key(common[:rotated], sha256(b"the thief's")))
        self.assertEqual(self.changes(milan), [("rotation", rotated)] * 2, "Milan believes both")
        self.assertEqual(self.shown(milan, words, kept).sequence, 1)
        self.assertEqual(self.shown(milan, words, rotated).sequence, 0)
        anew = self.anew(words, milan, "--size", kept)
        after = anew.publish("After")
        wait_for(lambda: milan.shows(after), "Milan follows the city")
        self.assertEqual(self.changes(milan), [("rotation", rotated), ("recovery", kept)])
        # A proof of before the recovery, under the key that the city itself had put in the place of the first.
        anew.run("prove", after, "-o", later)
        shutil.copy(f"{later}.keys", f"{proof}.keys")
        said = koinon("verify", proof, "--vkey", first)
        self.assertIn("has taken the log back since", said)
        self.assertIn("this entry is kept", said)

    def test_a_log_that_another_city_made_with_the_same_words_is_not_taken_in_its_place(self):
        seoul, words, milan, _, _ = self.followed_city()
        kept, key, ours = own_entries(seoul), public_key(seed_of(words)), seoul.log_id()
        seoul.stop()
        decoy = Decoy("aa.example", key, self.folder)
        milan.run("peer", "add", "--no-vouch", decoy.line())
        relay = Relay(milan, City("python.example", self.folder))
        relay.show(decoy.head([decoy.genesis()]))
        wire.answer_get(relay.session, relay.session.expect("get"), [(decoy.genesis(), b"")])
        wait_for(lambda: milan.entries("aa.example") == 1, "Milan has it, too")
        theirs = wire.base32(decoy.log)
        for args in ((), ("--size", 1), ("--yes",)):
            self.assert_refused(f"several logs have this recovery key: aa.example ({theirs}), seoul.example ({ours})",
                                lambda: self.recover(words, milan, *args))
        self.assertFalse((pathlib.Path(self.folder) / "anew").exists(), "nothing was signed")
        self.assert_refused("copy the whole id", lambda: self.recover(words, milan, "--log", ours[:-1]))
        self.assert_refused("does not know the log of that id", lambda: self.recover(words, milan, "--log", wire.base32(sha256(b"none"))))
        self.assert_refused("another recovery key", lambda: self.recover(words, milan, "--log", milan.log_id()))
        self.assertIn("The log of aa.example", self.recover(words, milan, "--log", theirs))
        # So a reader is told who shares no code with it.
        answer = ask_for_log(invite(milan), seed_of(words), self.folder).recovery_answer
        with self.assertRaisesRegex(ValueError, f"several: aa.example {theirs}, seoul.example {ours}"):
            shown_log(answer.SerializeToString(), key)
        log = Thief(seoul).log
        answer = ask_for_log(invite(milan), seed_of(words), self.folder, log=log).recovery_answer.SerializeToString()
        self.assertEqual(shown_log(answer, key, log=log)[:2], ("seoul.example", kept))
        with self.assertRaises(ValueError):
            shown_log(answer, key, log=decoy.log)
        self.anew(words, milan, "--log", ours, "--size", kept)
        relay.close()


class Forger(City):
    """A city that signs more than one history: records are entries and their bodies."""

    def head(self, records, journal_seq=1):
        return super().head([entry for entry, _ in records], journal_seq)

    def recovered(self, kept, seed):
        """Takes the log back as it is with these records, for the key of that seed: the entry that says so, and what makes heads under it."""
        name, tree = f"{self.origin}/1", tree_of(kept)
        text = wire.statement_text(self.log, 1, self.log, tree.size, tree.root(), wire.vkey(name, public_key(seed)))
        note = wire.sign_text(text, self.origin, self.recovery)
        entry = record.Entry(kind=record.KIND_ROTATION, created_at_ms=1)
        entry.control.rotation_statement = note

        def head(records):
            tree = tree_of(records)
            checkpoint = wire.sign_checkpoint(name, tree.size, tree.root(), seed)
            return wire.wire.Head(log_id=self.log, checkpoint=checkpoint, identity=self.identity(), statements=[note], stated=1)
        return (entry.SerializeToString(deterministic=True), b""), head


class Told(NodesTest):
    def evidence(self, session):
        """What the node shows in this session, within seconds."""
        until = time.monotonic() + SECONDS
        session.tls.settimeout(SECONDS)
        while True:
            frame = session.receive()
            self.assertTrue(frame is not None and time.monotonic() < until, "no evidence came")
            if frame.HasField("evidence"):
                return frame.evidence

    def forked(self):
        """A node that has frozen the log of a city with two histories, two peers that showed it one each, the city as its peer, and
        what the histories have in common."""
        node = self.node("seoul")
        lima = Forger("lima.example", self.folder)
        node.run("peer", "add", "--no-vouch", lima.line())
        relays = [Relay(node, City(f"{name}.example", self.folder)) for name in ("python", "lisbon")]
        common = [(lima.genesis(), b"")]
        relays[0].give(lima, common + [lima.practice(title="One")])
        wait_for(lambda: node.entries("lima.example") == 2, "it is held")
        city = Session(node.peer_port, lima)
        city.meet(lima)
        relays[1].show(lima.head(common + [lima.practice(title="Another")]))
        wait_for(lambda: "two signed heads of lima.example contradict each other" in node.log(), "the evidence is kept", SECONDS)
        return node, lima, relays, city, common

    def test_who_missed_evidence_is_told_in_the_next_session(self):
        node, lima, relays, city, common = self.forked()
        reader = City("rome.example", self.folder)
        node.run("peer", "add", "--no-vouch", reader.line())
        first = Session(node.peer_port, reader)
        first.send_hello(reader)
        first.follow()
        epoch, cursor = first.expect("hello").epoch, first.expect("cursor").seq
        first.close()  # before it has read what followed
        second = Session(node.peer_port, reader)
        second.send_hello(reader)
        second.follow(epoch, cursor)
        self.assertEqual(contradiction(self.evidence(second).SerializeToString())[0], "lima.example")
        second.close()

    def test_a_second_fork_after_a_recovery_is_told_in_the_same_sessions(self):
        node, lima, relays, city, common = self.forked()
        for session in (relays[0].session, city):
            self.assertEqual(len(self.evidence(session).statements), 0)
        entry, head = lima.recovered(common, sha256(b"new key"))
        begun = common + [entry]
        one, another = (begun + [lima.practice(title=title)] for title in ("Taken back", "And not"))
        relays[1].show(head(one))
        answer_get(relays[1].session, relays[1].session.expect("get"), one)
        wait_for(lambda: node.entries("lima.example") == len(one) and not node.status()["frozen"], "it is taken back", SECONDS)
        relays[1].show(head(another))
        for session in (relays[0].session, city):
            evidence = self.evidence(session)
            while len(evidence.statements) == 0:  # the first fork's, told once more while it was taken back
                evidence = self.evidence(session)
            self.assertEqual(len(evidence.statements), 1)
            contradiction(evidence.SerializeToString())


if __name__ == "__main__":
    unittest.main()
