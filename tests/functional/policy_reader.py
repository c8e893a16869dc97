"""A reader and writer of C2SP tlog-policy, tlog-proof and cosignatures, from the specifications alone: it shares no code with the
product, nor with wire.py. Ed25519 is that of the Python package `cryptography`."""

import base64
import hashlib
import pathlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DASH = "\u2014"
PLAIN, COSIGNATURE = 1, 4


class Refused(Exception):
    """What is said is not proven."""


def check(condition, why):
    if not condition:
        raise Refused(why)


def unbase64(text):
    """Strictly: one value has one text."""
    value = base64.b64decode(text, validate=True)
    check(base64.b64encode(value).decode() == text, "bits that say nothing")
    return value


# --- keys and notes, C2SP signed-note ---


def key_id(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


class Signer:
    """Signs checkpoints (kind 1) or cosigns them (kind 4). The seed is the SHA-256 of what is given."""

    def __init__(self, name, kind, seed):
        self.name, self.kind = name, kind
        self.secret = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
        self.key = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def vkey(self):
        return f"{self.name}+{key_id(self.name, self.kind, self.key).hex()}+{base64.b64encode(bytes([self.kind]) + self.key).decode()}"

    def line(self, text, seconds=0):
        if self.kind == COSIGNATURE:
            signature = seconds.to_bytes(8, "big") + self.secret.sign(cosigned(text, seconds))
        else:
            signature = self.secret.sign(text.encode())
        return note_line(self.name, key_id(self.name, self.kind, self.key) + signature)


def note_line(name, value):
    return f"{DASH} {name} {base64.b64encode(value).decode()}\n"


def cosigned(text, seconds):
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def verifies(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def read_vkey(text):
    """(name, id, kind, key)"""
    name, number, value = text.split("+", 2)
    value = unbase64(value)
    kind, key = value[0], value[1:]
    check(kind not in (PLAIN, COSIGNATURE) or (len(key) == 32 and key_id(name, kind, key).hex() == number), "its ID is another one")
    return name, bytes.fromhex(number), kind, key


def read_note(note):
    """(text, [(name, id, signature)])"""
    text, _, signatures = note.rpartition("\n\n")
    check(signatures.endswith("\n"), "a note ends in signature lines")
    lines = []
    for line in signatures[:-1].split("\n"):
        dash, name, value = line.split(" ")
        check(dash == DASH, "no signature line")
        value = unbase64(value)
        lines.append((name, value[:4], value[4:]))
    return text + "\n", lines


# --- the tree, RFC 6962 section 2.1 ---


def tree_hash(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def audit_path(index, leaves):
    if len(leaves) <= 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return audit_path(index, leaves[:half]) + [tree_hash(leaves[half:])]
    return audit_path(index - half, leaves[half:]) + [tree_hash(leaves[:half])]


def root_of(index, size, leaf, path):
    """The root that a path leads to, from the top down: how many leaves stand on each side says which hash is whose."""
    if size == 1:
        check(not path, "too many hashes")
        return leaf
    check(path, "too few hashes")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return hashlib.sha256(b"\1" + root_of(index, half, leaf, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(b"\1" + path[-1] + root_of(index - half, size - half, leaf, path[:-1])).digest()


# --- proofs, C2SP tlog-proof ---


def checkpoint_text(origin, leaves):
    return f"{origin}\n{len(leaves)}\n{base64.b64encode(tree_hash(leaves)).decode()}\n"


def write_proof(index, leaves, note, extra=None):
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra is not None:
        lines.append("extra " + base64.b64encode(extra).decode())
    lines.append(f"index {index}")
    lines += [base64.b64encode(node).decode() for node in audit_path(index, leaves)]
    return "\n".join(lines) + "\n\n" + note


# --- policies, C2SP tlog-policy ---


class Policy:
    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        members = set()
        check(text.endswith(b"\n") and not set(text) & set(range(32)) - {9, 10} and 127 not in text, "octets")
        for line in text[:-1].decode("latin-1").split("\n"):
            words = [word for word in line.replace("\t", " ").split(" ") if word]
            if not words or words[0].startswith("#"):
                continue
            kind, *rest = words
            if kind == "log" and len(rest) in (1, 2):
                self.logs.append(read_vkey(rest[0]))
            elif kind == "witness" and len(rest) in (2, 3):
                self.define(rest[0])
                self.witnesses[rest[0]] = read_vkey(rest[1])
            elif kind == "group" and len(rest) >= 3:
                name, threshold, *names = rest
                for member in names:
                    check(member in self.witnesses or member in self.groups, "a member that is not defined")
                    check(member not in members, "a member twice")
                    members.add(member)
                count = {"any": 1, "all": len(names)}.get(threshold) or int(threshold)
                check(1 <= count <= len(names), "a threshold out of range")
                self.define(name)
                self.groups[name] = (count, names)
            elif kind == "quorum" and len(rest) == 1:
                check(self.quorum is None, "two quorums")
                check(rest[0] == "none" or rest[0] in self.witnesses or rest[0] in self.groups, "a quorum that is not defined")
                self.quorum = rest[0]
            else:
                raise Refused(f"a line of kind {kind}")
        check(self.quorum, "no quorum")
        for known in (self.logs, list(self.witnesses.values())):
            check(len({key for _, _, _, key in known}) == len(known), "a key twice")

    def define(self, name):
        check(name != "none" and name not in self.witnesses and name not in self.groups, "a name twice")

    def signed(self, name, signers):
        if name in self.groups:
            count, names = self.groups[name]
            return sum(self.signed(member, signers) for member in names) >= count
        return name == "none" or name in signers

    def read(self, note):
        """(origin, size, root, {witness: seconds}) of a checkpoint that meets this policy; Refused: it does not."""
        text, lines = read_note(note)
        origin, size, root = text.split("\n")[:3]
        mine = [(key, value) for name, number, kind, key in self.logs if name == origin and kind == PLAIN
                for signer, signed_as, value in lines if (signer, signed_as) == (name, number)]
        check(mine and all(verifies(key, text.encode(), value) for key, value in mine), "no log that is known signed it")
        signers = {}
        for witness, (name, number, kind, key) in self.witnesses.items():
            for signer, signed_as, value in lines:
                if kind != COSIGNATURE or (signer, signed_as) != (name, number):
                    continue
                check(len(value) == 72, "a cosignature of another length")
                seconds = int.from_bytes(value[:8], "big")
                check(verifies(key, cosigned(text, seconds), value[8:]), f"the cosignature of {witness} does not verify")
                signers[witness] = min(seconds, signers.get(witness, seconds))
        check(self.signed(self.quorum, signers), "the quorum is not met")
        return origin, int(size), unbase64(root), signers


def read_proof(proof_file, policy_file, leaf=None):
    """(origin, index, size, {witness: seconds}) of what is proven to whoever has this policy; Refused or ValueError: nothing is. `leaf`:
    the entry, where the proof does not carry it as its `extra`."""
    head, _, note = pathlib.Path(proof_file).read_text(encoding="utf-8").partition("\n\n")
    lines = head.split("\n")
    check(lines.pop(0) == "c2sp.org/tlog-proof@v1", "no proof")
    extra = unbase64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    check(lines[0].startswith("index "), "no index")
    index = int(lines.pop(0)[6:])
    entry = leaf if leaf is not None else extra
    check(entry is not None, "no entry")
    path = [unbase64(line) for line in lines]
    origin, size, root, signers = Policy(pathlib.Path(policy_file).read_bytes()).read(note)
    check(index < size, "beyond the tree")
    check(root_of(index, size, hashlib.sha256(b"\0" + entry).digest(), path) == root, "it does not lead to the signed root")
    return origin, index, size, signers
