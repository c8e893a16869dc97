"""A log of another system and a reader of cosignatures, from C2SP tlog-witness, tlog-checkpoint, signed-note and tlog-cosignature
and RFC 6962 alone: they share no code with the product."""

import base64
import hashlib

from wire import public_key, sign, verify  # Ed25519 in Python

EM_DASH = "\u2014"


def b64(data):
    return base64.b64encode(data).decode()


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(leaves):
    """RFC 6962 section 2.1 of the hashes of leaves."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:]))


def consistency(m, leaves, whole=True):
    """RFC 6962 section 2.1.2: SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root_of(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root_of(leaves[:k])]


def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def vkey(name, kind, key):
    return f"{name}+{key_id(name, kind, key).hex()}+{b64(bytes([kind]) + key)}"


class OtherLog:
    def __init__(self, origin, seed=None, leaves=()):
        self.origin, self.seed = origin, seed or sha256(origin.encode())
        self.key = public_key(self.seed)
        self.leaves = list(leaves)

    def vkey(self):
        return vkey(self.origin, 1, self.key)

    def grow(self, *entries):
        self.leaves += [sha256(b"\0" + str(entry).encode()) for entry in entries]
        return self

    def with_(self, *entries):
        """The same log with more entries; this one stays as it is."""
        return OtherLog(self.origin, self.seed, self.leaves).grow(*entries)

    def size(self):
        return len(self.leaves)

    def text(self, size=None, root=None):
        size = self.size() if size is None else size
        return f"{self.origin}\n{size}\n{b64(root or root_of(self.leaves[:size]))}\n"

    def line(self, text, seed=None, key=None):
        """A signature line; by default a good one."""
        return f"{EM_DASH} {self.origin} {b64(key_id(self.origin, 1, key or self.key) + sign(seed or self.seed, text.encode()))}\n"

    def note(self, size=None):
        text = self.text(size)
        return f"{text}\n{self.line(text)}"

    def request(self, old, size=None, proof=None, note=None):
        """The body of an add-checkpoint."""
        size = self.size() if size is None else size
        if proof is None:
            proof = consistency(old, self.leaves[:size]) if 0 < old <= size else []
        return (f"old {old}\n" + "".join(b64(one) + "\n" for one in proof) + "\n" + (note or self.note(size))).encode()

    def hash(self):
        return sha256(self.origin.encode()).hex()


class Cosigner:
    """Verifies what a witness with this vkey says, and remembers all of it."""

    def __init__(self, text):
        self.name, ident, material = text.split("+", 2)
        material = base64.b64decode(material, validate=True)
        assert material[0] == 4 and len(material) == 33, "no vkey of a cosigner"
        self.key = material[1:]
        self.id = key_id(self.name, 4, self.key)
        assert self.id.hex() == ident, "the ID is of another key"
        self.roots = {}  # by origin and size

    def check(self, text, line):
        """The time that a signature line states; AssertionError if it is no good cosignature of this text, or if it contradicts one
        of before."""
        assert line.startswith(EM_DASH + " ") and line.endswith("\n"), line
        name, data = line[2:-1].split(" ")
        data = base64.b64decode(data, validate=True)
        assert name == self.name and data[:4] == self.id and len(data) == 4 + 8 + 64, line
        seconds = int.from_bytes(data[4:12], "big")
        assert 0 < seconds < 1 << 63
        assert verify(self.key, f"cosignature/v1\ntime {seconds}\n{text}".encode(), data[12:]), "it does not verify"
        origin, size, root = text.split("\n")[:3]
        assert self.roots.setdefault((origin, int(size)), root) == root, "two cosignatures contradict each other"
        return seconds

    def newest(self, origin):
        return max((size for of, size in self.roots if of == origin), default=0)
