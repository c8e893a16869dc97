"""koinon verify --policy, offline: proofs and policies that another program wrote, each judged by both programs alike."""

import base64
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import policy_reader
from nodes import BIN, NodesTest
from policy_reader import COSIGNATURE, PLAIN, Refused, Signer, checkpoint_text, key_id, note_line, write_proof

ORIGIN = "other.example/log"
LEAVES = [f"entry {i}".encode() for i in range(11)]
INDEX = 6
BEGIN = 1_700_000_000
WITNESSES = "abcdef"


def run(*args):
    return subprocess.run([str(BIN / "koinon"), *map(str, args)], capture_output=True, timeout=30, stdin=subprocess.DEVNULL)


def cosigner(letter):
    return Signer(f"city-{letter}.example", COSIGNATURE, letter)


def policy_of(logs, quorum=4, witnesses=WITNESSES):
    lines = [f"log {log.vkey}" for log in logs] + [f"witness {letter} {cosigner(letter).vkey}" for letter in witnesses]
    return "\n".join(lines + [f"group all-of-them {quorum} {' '.join(witnesses)}", "quorum all-of-them"]) + "\n"


class Policies(unittest.TestCase):
    """A log of another system: no note, no keys, no Koinon name."""

    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="koinon-test-")
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.log = Signer(ORIGIN, PLAIN, "log")
        self.text = checkpoint_text(ORIGIN, LEAVES)
        self.lines = {letter: cosigner(letter).line(self.text, BEGIN + place) for place, letter in enumerate(WITNESSES)}

    def write(self, name, content):
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def proof(self, *lines, extra=LEAVES[INDEX]):
        note = self.text + "\n" + self.log.line(self.text) + "".join(lines)
        return self.write("proof", write_proof(INDEX, LEAVES, note, extra))

    def cosigned_by(self, letters, *more, **others):
        return self.proof(*(self.lines[letter] for letter in letters), *more, **others)

    def policy(self, text=None):
        return self.write("policy", policy_of([self.log]) if text is None else text)

    def assert_proves(self, proof, policy, who, *args, leaf=None):
        """To our program and to the other reader, who say the same of who signed when."""
        signers = {letter: BEGIN + WITNESSES.index(letter) for letter in who}
        self.assertEqual(policy_reader.read_proof(proof, policy, leaf), (ORIGIN, INDEX, len(LEAVES), signers))
        done = run("--json", "verify", proof, "--policy", policy, *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual((said["verified"], said["origin"], said["index"], said["size"]), (True, ORIGIN, INDEX, len(LEAVES)))
        times = {letter: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) for letter, at in signers.items()}
        self.assertEqual({one["name"]: one["at"] for one in said["policy"]["cosigned"]}, times)
        for one in said["policy"]["cosigned"]:
            self.assertEqual(one["vkey"], cosigner(one["name"]).vkey)
        words = run("verify", proof, "--policy", policy, *args).stdout.decode()
        self.assertIn(f"Verified: entry {INDEX} of {ORIGIN}", words)
        for letter, at in times.items():
            self.assertIn(f"{at}  {letter}\n", words)
        return said

    def assert_proves_nothing(self, proof, policy, why, *args, leaf=None):
        with self.assertRaises((Refused, ValueError)):
            policy_reader.read_proof(proof, policy, leaf)
        for before in ((), ("--json",)):
            done = run(*before, "verify", proof, "--policy", policy, *args)
            self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertIn(why, done.stderr.decode())

    def test_a_quorum_of_four_of_six_holds_with_any_two_away(self):
        policy = self.policy()
        said = self.assert_proves(self.cosigned_by(WITNESSES), policy, WITNESSES)
        self.assertEqual((said["policy"]["quorum"], said["policy"]["missing"]), ("all-of-them", []))
        said = self.assert_proves(self.cosigned_by("bdef"), policy, "bdef")
        self.assertEqual(said["policy"]["missing"], ["a", "c"])
        self.assertEqual(said["entry_sha256"], policy_reader.hashlib.sha256(LEAVES[INDEX]).hexdigest())

    def test_one_too_few(self):
        self.assert_proves_nothing(self.cosigned_by("bde"), self.policy(), "needs 4 of its 6 members, and 3 have signed; missing: a, c, f")
        self.assert_proves_nothing(self.cosigned_by(""), self.policy(), "and none has signed")

    def test_one_signature_changed(self):
        policy = self.policy()
        for letter in WITNESSES:
            name, value = self.lines[letter].split(" ")[1:]
            value = bytearray(base64.b64decode(value))
            # Of its time, of both halves of the signature.
            for place in (11, 12, 60, len(value) - 2):
                changed = value.copy()
                changed[place] ^= 1
                proof = self.cosigned_by(WITNESSES.replace(letter, ""), note_line(name, bytes(changed)))
                self.assert_proves_nothing(proof, policy, f"the cosignature of city-{letter}.example does not verify")

    def test_a_signer_outside_the_policy(self):
        policy = self.policy()
        stranger = cosigner("x").line(self.text, BEGIN)
        self.assert_proves_nothing(self.cosigned_by("bde", stranger), policy, "missing: a, c, f")
        # A stranger under the name of a city that the policy has.
        named = Signer("city-a.example", COSIGNATURE, "x").line(self.text, BEGIN)
        self.assert_proves_nothing(self.cosigned_by("bde", named), policy, "missing: a, c, f")
        # The log's own signature is no cosignature, nor is a plain one of a city.
        plain = Signer("city-a.example", PLAIN, "a").line(self.text)
        self.assert_proves_nothing(self.cosigned_by("bde", plain), policy, "missing: a, c, f")
        self.assert_proves(self.cosigned_by("abde", stranger, named, plain), policy, "abde")

    def test_a_cosignature_of_another_head(self):
        other = checkpoint_text(ORIGIN, LEAVES[:10])
        proof = self.cosigned_by("bcdef", cosigner("a").line(other, BEGIN))
        self.assert_proves_nothing(proof, self.policy(), "the cosignature of city-a.example does not verify")
        # The head of another log, with the same size and root.
        another = Signer("another.example/log", PLAIN, "log")
        text = checkpoint_text(another.name, LEAVES)
        note = text + "\n" + another.line(text) + "".join(cosigner(letter).line(text, BEGIN) for letter in WITNESSES)
        proof = self.write("proof", write_proof(INDEX, LEAVES, note, LEAVES[INDEX]))
        self.assert_proves_nothing(proof, self.policy(), "the policy does not list the log another.example/log")

    def test_lines_of_kinds_that_are_not_known_are_passed_over(self):
        quantum = note_line("city-a.example", b"\1\2\3\4" + bytes(8) + os.urandom(2420))
        short = note_line("later.example", b"\4\3\2\1\0")
        self.assert_proves(self.cosigned_by("bdef", quantum, short), self.policy(), "bdef")
        self.assert_proves_nothing(self.cosigned_by("bde", quantum, short), self.policy(), "missing: a, c, f")
        # In the policy a witness of a kind that cannot be checked has never signed.
        key = bytes([6]) + os.urandom(1312)
        number = policy_reader.hashlib.sha256(b"pq.example\n" + key).digest()[:4]
        witness = f"witness pq pq.example+{number.hex()}+{base64.b64encode(key).decode()}\n"
        line = note_line("pq.example", number + bytes(8) + os.urandom(2420))
        some = witness + policy_of([self.log]).replace("group all-of-them 4", "group all-of-them 4 pq")
        self.assert_proves(self.cosigned_by("bdef", line), self.policy(some), "bdef")
        self.assert_proves_nothing(self.cosigned_by("bde", line), self.policy(some), "cannot check the keys of 1")
        # A line of the policy is another matter: nobody knows what it asks for.
        self.assert_proves_nothing(self.cosigned_by("bdef"), self.policy(policy_of([self.log]) + "mirror x\n"), "line 10 of the policy")

    def test_which_log_it_is(self):
        proof = self.cosigned_by("bdef")
        other = Signer(ORIGIN, PLAIN, "other")
        self.assert_proves(proof, self.policy(), "bdef", "--vkey", self.log.vkey)
        self.assert_proves(proof, self.policy(policy_of([other, self.log])), "bdef")
        self.assert_proves_nothing(proof, self.policy(policy_of([other])), "none of the keys that the policy lists")
        # The policy lists logs, so it has to be one of them, whatever key is given.
        self.assert_proves_nothing(proof, self.policy(policy_of([other])), "none of the keys", "--vkey", self.log.vkey)
        self.assert_proves_nothing(proof, self.policy(policy_of([])), "--vkey")
        # It lists none: the key says which.
        done = run("verify", proof, "--policy", self.policy(policy_of([])), "--vkey", self.log.vkey)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("verify", proof, "--policy", self.policy(policy_of([])), "--vkey", other.vkey)
        self.assertEqual(done.returncode, 1)
        done = run("verify", proof, "--vkey", self.log.vkey)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_entry_that_the_proof_does_not_carry(self):
        policy = self.policy()
        leaf = self.write("leaf", LEAVES[INDEX])
        for extra in (None, b"what another system puts here"):
            proof = self.cosigned_by("bdef", extra=extra)
            self.assert_proves_nothing(proof, policy, "--leaf")
            self.assert_proves(proof, policy, "bdef", "--leaf", leaf, leaf=LEAVES[INDEX])
            wrong = self.write("wrong", LEAVES[INDEX + 1])
            self.assert_proves_nothing(proof, policy, "", "--leaf", wrong, leaf=LEAVES[INDEX + 1])

    def test_policies_that_break_the_format(self):
        proof = self.cosigned_by(WITNESSES)
        good = policy_of([self.log])
        for bad in (b"", good[:-1], good.replace("\n", "\r\n"), good + "quorum none\n", good.replace("quorum all-of-them", "quorum nobody"),
                    good.replace("4 a b", "4 a a b"), good.replace("4 a", "7 a"), good.replace("4 a", "0 a"), good + "\0\n",
                    good.replace("witness b", "witness a"), good.replace(cosigner("b").vkey, cosigner("a").vkey)):
            self.assert_proves_nothing(proof, self.policy(bad), "policy")
        done = run("verify", proof, "--policy", self.folder / "nowhere")
        self.assertEqual(done.returncode, 1)

    def test_with_any_byte_changed_a_proof_proves_nothing(self):
        policy = self.policy(policy_of([self.log], 4, "abcd"))
        proof = self.cosigned_by("abcd")
        good = proof.read_bytes()
        for place in range(0, len(good), 1 if os.environ.get("KOINON_ALL") else 29):
            proof.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1:])
            done = run("verify", proof, "--policy", policy)
            self.assertEqual(done.returncode, 1, f"byte {place}: {done.stdout}")
            with self.assertRaises((Refused, ValueError)):
                policy_reader.read_proof(proof, policy)

    def test_wrong_usage(self):
        self.assertEqual(run("verify", self.proof()).returncode, 2)
        self.assertEqual(run("verify", "--policy", self.policy()).returncode, 2)
        self.assertEqual(run("verify", self.proof(), "--policy").returncode, 2)


class OfACity(NodesTest):
    """A proof that a node wrote, with cosignatures of cities that somebody gathered."""

    def test_its_own_proof_with_cosignatures(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Proven", "Short.")
        proof = pathlib.Path(self.folder) / "proof"
        seoul.run("prove", ref, "-o", proof)
        vkey = seoul.run("id", "--vkey").strip()
        bare = proof.read_text()
        policy = pathlib.Path(self.folder) / "policy"
        policy.write_text(f"log {vkey}\n" + policy_of([], 2, "ab"))
        done = run("verify", proof, "--policy", policy)
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs 2 of its 2 members", done.stderr.decode())

        text = policy_reader.read_note(bare.partition("\n\n")[2])[0]
        proof.write_text(bare + cosigner("a").line(text, BEGIN) + cosigner("b").line(text, BEGIN + 1))
        said = json.loads(run("--json", "verify", proof, "--policy", policy).stdout)
        self.assertEqual((said["title"], said["kind"], said["void"]), ("Proven", "practice", False))
        self.assertEqual([one["name"] for one in said["policy"]["cosigned"]], ["a", "b"])
        self.assertEqual(policy_reader.read_proof(proof, policy)[3], {"a": BEGIN, "b": BEGIN + 1})
        # The note itself is checked as ever.
        body = proof.with_name("proof.body")
        body.write_bytes(body.read_bytes() + b"x")
        self.assertEqual(run("verify", proof, "--policy", policy).returncode, 1)


if __name__ == "__main__":
    unittest.main()
