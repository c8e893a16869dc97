"""Seven cities, each a peer of each: a note's proof bears the signatures of six of them, and a policy asks for so many of these. Whoever
knows the published formats alone (policy_reader.py) reads the same as `koinon verify`."""

import itertools
import json
import pathlib
import subprocess
import threading
import unittest

from api import get
from nodes import BIN, Node, NodesTest, connected, koinon, own_entries, peer, wait_for
from policy_reader import COSIGNATURE, Refused, Signer, read_note, read_proof

CITIES = ["seoul", "la", "milan", "freetown", "bogota", "amman", "montreal"]
PUBLISHED_AT_MOST = 300
PAUSE = 0.5
TWO_MINUTES = 120


def signers(node, ref):
    return node.asked(f"records/{ref}/signers")


def vkey_of(node, ref, city):
    """The key with which a city has cosigned what proves this record."""
    return next((one["vkey"] for one in signers(node, ref)["cosigners"] if one["city"] == city), None)


class Proof:
    """A proof file in its parts: what is proven, the checkpoint's text and its lines."""

    def __init__(self, file):
        self.file = pathlib.Path(file)
        text = self.file.read_text()
        self.top, _, self.lines = text.rpartition("\n\n")
        self.lines = self.lines.splitlines()
        self.origin = self.lines[0].split(" ")[1]

    def own(self):
        return [line for line in self.lines if line.split(" ")[1] == self.origin]

    def cosignatures(self):
        return [line for line in self.lines if line.split(" ")[1] != self.origin]

    def note_text(self):
        return self.top.rpartition("\n\n")[2] + "\n"

    def written(self, name, lines):
        """Another file with these lines, and what stands beside the first."""
        other = self.file.with_name(name)
        other.write_text(self.top + "\n\n" + "".join(line + "\n" for line in lines))
        for beside in (".body", ".keys"):
            there = self.file.with_name(self.file.name + beside)
            if there.exists():
                other.with_name(name + beside).write_bytes(there.read_bytes())
        return other


class Publisher:
    """Publishes twice a second, in a thread of its own, until it is stopped; a bounded number of notes."""

    def __init__(self, node):
        self.node, self.refs, self.failed = node, [], None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            for i in range(PUBLISHED_AT_MOST):
                if self.over.wait(PAUSE):
                    return
                self.refs.append(self.node.publish_timed(f"Note {i}")[0])
        except Exception as error:  # the test says it
            self.failed = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class CosignedTest(NodesTest):
    def mesh(self, cities):
        nodes = [self.node(city) for city in cities]
        for a, b in itertools.combinations(nodes, 2):
            peer(a, b)
        for a, b in itertools.permutations(nodes, 2):
            wait_for(lambda: connected(a, b.name), "all connect")
        return nodes

    def prove(self, node, ref, name):
        file = pathlib.Path(self.folder) / name
        said = node.run("prove", ref, "-o", file)
        return Proof(file), said

    def policy(self, node, name, *args):
        file = pathlib.Path(self.folder) / name
        node.run("policy", *args, "-o", file)
        return file

    def holds(self, file, vkey, policy):
        """Whether our program, and a reader that shares no code with it, take the proof under this policy; they agree."""
        done = subprocess.run([str(BIN / "koinon"), "verify", str(file), "--vkey", vkey, "--policy", str(policy)],
                              capture_output=True, text=True, timeout=60)
        try:
            read_proof(file, policy)
            read = True
        except (Refused, ValueError):
            read = False
        self.assertEqual(done.returncode == 0, read, done.stdout + done.stderr)
        return read


class Seven(CosignedTest):
    def test_a_proof_bears_six_cosignatures_and_a_policy_asks_for_four(self):
        nodes = self.mesh(CITIES)
        seoul, la = nodes[0], nodes[1]
        vkey = seoul.json("id")["vkey"]
        ref = seoul.publish("First")
        with Publisher(seoul) as publisher:
            for node in (seoul, la):
                wait_for(lambda: len(signers(node, ref)["cosigners"]) == 6, f"{node.city} has six cosignatures", TWO_MINUTES)
        self.assertIsNone(publisher.failed)
        proof, said = self.prove(la, ref, "proof")
        self.assertIn("6 other cities have signed that they hold that log", said)
        self.assertEqual(len(proof.cosignatures()), 6)
        self.assertEqual(len(proof.own()), 1)
        for city in CITIES[1:]:
            self.assertIn(f"{city}.example", said)
        policy = self.policy(la, "four", "seoul.example", "--quorum", 4)
        self.assertTrue(self.holds(proof.file, vkey, policy))
        _, index, size, signed = read_proof(proof.file, policy)
        self.assertEqual(len(signed), 6)
        self.assertEqual(index, int(ref.split("/")[1]))
        self.assertEqual(size, signers(la, ref)["entries"])
        self.assertTrue(self.holds(proof.file, vkey, self.policy(la, "all", "--quorum", 4)), "a policy for all logs has Seoul's too")
        page = get(la, f"/records/{ref}").text()
        self.assertIn("6 other cities have signed that they hold that log.", page)
        self.assertIn("--policy cities.policy", page)

        self.refuses_what_is_not_so(proof, vkey, policy, seoul)

        for node in nodes[4:]:
            node.stop()
        self.assertTrue(self.holds(proof.file, vkey, policy))
        again, _ = self.prove(la, ref, "again")
        self.assertGreaterEqual(len(again.cosignatures()), 4)
        self.assertTrue(self.holds(again.file, vkey, policy), "three nodes are gone")

    def refuses_what_is_not_so(self, proof, vkey, policy, seoul):
        own, others = proof.own(), proof.cosignatures()
        self.assertTrue(self.holds(proof.written("enough", own + others[:4]), vkey, policy))
        self.assertFalse(self.holds(proof.written("too-few", own + others[:3]), vkey, policy))
        # One signature changed: base64 of the same length.
        dash, name, value = others[0].split(" ")
        place = len(value) // 2
        changed = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1:]
        self.assertFalse(self.holds(proof.written("changed", own + [f"{dash} {name} {changed}"] + others[1:]), vkey, policy))
        # Somebody whom the policy does not name.
        stranger = Signer("stranger.example", COSIGNATURE, "stranger").line(proof.note_text(), 1_700_000_000).rstrip("\n")
        self.assertFalse(self.holds(proof.written("stranger", own + others[:3] + [stranger]), vkey, policy))
        self.assertTrue(self.holds(proof.written("stranger-too", own + others[:4] + [stranger]), vkey, policy))
        # What a city signed of another head.
        size = int(proof.note_text().split("\n")[1])
        later = seoul.publish("Another head")
        wait_for(lambda: len(signers(seoul, later)["cosigners"]) >= 4, "cities sign that too", TWO_MINUTES)
        other, _ = self.prove(seoul, later, "other")
        self.assertGreater(int(other.note_text().split("\n")[1]), size)
        theirs = {line.split(" ")[1]: line for line in other.cosignatures()}
        mixed = [line for line in others if line.split(" ")[1] in theirs]
        moved = theirs[mixed[0].split(" ")[1]]
        self.assertFalse(self.holds(proof.written("moved", own + [moved] + mixed[1:4]), vkey, policy))


class Keys(CosignedTest):
    def cosigned_by(self, node, ref, city):
        return wait_for(lambda: vkey_of(node, ref, city), f"{city} cosigns", TWO_MINUTES)

    def next_cosigned(self, seoul, city, before):
        """What Seoul publishes now is cosigned by a city with another key than before."""
        ref = seoul.publish(f"After {before}")
        def other():
            key = vkey_of(seoul, ref, city)
            return key if key != before else None
        return wait_for(other, f"{city} cosigns with another key", TWO_MINUTES)

    def test_a_restart_keeps_the_key_and_a_new_key_stands_beside_the_one_before(self):
        seoul, la, milan = self.mesh(CITIES[:3])
        first = self.cosigned_by(seoul, seoul.publish("First"), "la.example")
        la.stop()
        la.start(peer_port=la.peer_port)
        self.assertEqual(self.cosigned_by(seoul, seoul.publish("After a restart"), "la.example"), first)
        self.assertEqual(json.loads(la.run("--json", "rotate-cosigner-key"))["vkey"].split("+")[0], first.split("+")[0])
        second = self.next_cosigned(seoul, "la.example", first)
        text = milan.run("policy", "seoul.example")
        self.assertIn(first, text)
        self.assertIn(second, text)
        self.assertRegex(text, r"(?m)^group \S+ any ")

    def test_a_restored_node_has_a_new_key_before_it_cosigns_and_the_lost_one_counts_nowhere(self):
        seoul, la, milan = self.mesh(CITIES[:3])
        first = self.cosigned_by(seoul, seoul.publish("First"), "la.example")
        place = pathlib.Path(self.folder) / "backup"
        la.run("backup", place)
        self.cosigned_by(seoul, seoul.publish("After the backup"), "la.example")
        entries = own_entries(la)
        la.stop()
        again = Node(self.folder, "again", init=False)
        koinon("restore", place, data=again.data)
        self.nodes.append(again)
        again.start()
        second = self.next_cosigned(seoul, "la.example", first)
        # The entry that names the new key says that the old one is lost.
        keys = wait_for(lambda: [item["ref"] for item in seoul.listed(city="la.example", kind="keys")], "Seoul has the entry")
        self.assertEqual(len(keys), 1)
        self.assertGreaterEqual(int(keys[0].split("/")[1]), entries)
        wait_for(lambda: "our log names a new cosigner key" in again.log(), "its operator is told")
        for node in (seoul, milan):
            def counts_the_new_one_alone():
                text = node.run("policy", "seoul.example")
                return second in text and first not in text
            wait_for(counts_the_new_one_alone, f"{node.city} counts the new key alone")
        for ref in seoul.refs(city="seoul.example", kind="practice"):
            self.assertNotEqual(vkey_of(seoul, ref, "la.example"), first)


class Checkpoint(CosignedTest):
    def test_the_newest_head_has_the_cosignatures_that_it_has(self):
        seoul, la = self.mesh(CITIES[:2])
        ref = seoul.publish("First")
        wait_for(lambda: vkey_of(seoul, ref, "la.example"), "Los Angeles cosigns", TWO_MINUTES)

        def cosigned():
            text, lines = read_note(get(seoul, "/log/seoul.example/checkpoint").text())
            origin = text.split("\n")[0]
            return int(text.split("\n")[1]) == own_entries(seoul) and [name for name, _, _ in lines if name != origin]
        names = wait_for(cosigned, "the newest head is cosigned", TWO_MINUTES)
        self.assertEqual([name.split("/")[0] for name in names], ["la.example"])


if __name__ == "__main__":
    unittest.main()
