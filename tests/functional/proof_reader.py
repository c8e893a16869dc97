"""A reader of the files that `koinon prove` writes, from PROTOCOL.md "Offline proofs" alone: it shares no code with the product."""

import base64
import pathlib

import wire
from wire import leaf_hash, node_hash, record, sha256


def inclusion_root(index, size, leaf, path):
    """The root that an inclusion proof leads to, RFC 9162 section 2.1.3.2."""
    assert index < size, "beyond the tree"
    place, last, root = index, size - 1, leaf
    for node in path:
        assert last > 0, "too many hashes"
        if place & 1 or place == last:
            root = node_hash(node, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, node)
        place, last = place >> 1, last >> 1
    assert last == 0, "too few hashes"
    return root


class Terms:
    """Under which name and from which size to which each of a log's keys had the word, and what recoveries keep."""

    def __init__(self, vkey, file):
        if not file.exists():
            name, _, key = vkey.split("+", 2)
            self.all, self.kept = [(name, base64.b64decode(key, validate=True)[1:], 0, None, 0)], []
            return
        lines = file.read_bytes().split(b"\n")
        keys = wire.read_keys(b"\n".join(lines[:5]) + b"\n")
        first = wire.vkey(keys.name, keys.signing)
        self.all, self.kept, known = [], [], [first]
        begin = 0
        for line in lines[5:-1]:
            name, key, before = keys.name, keys.signing, keys.recoveries
            keys.add(base64.b64decode(line.split(b" ", 1)[1], validate=True))
            was_recovery = keys.recoveries > before
            self.all.append((name, key, begin, None if was_recovery else keys.size, before))
            if was_recovery:
                self.kept.append(keys.size)
            begin = keys.size
            known.append(wire.vkey(keys.name, keys.signing))
        self.all.append((keys.name, keys.signing, begin, None, keys.recoveries))
        assert vkey in known, "the keys of another log, or of no key that is known"

    def open(self, note):
        """(size, root, recoveries) of a head, by the key that had the word at its size."""
        for name, key, begin, end, recoveries in self.all:
            try:
                size, root = wire.open_checkpoint(note, name, key)
            except AssertionError:
                continue
            if begin <= size and (end is None or size <= end):
                return size, root, recoveries
        raise AssertionError("no key that had the word signed it")


def read_proof(file, vkey):
    """(title, void) of what is proven to whoever knows this vkey; AssertionError or ValueError: nothing is. `void`: None where no
    statement is there that could say so."""
    file = pathlib.Path(file)
    head, note = file.read_bytes().split(b"\n\n", 1)
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ") and lines[2].startswith("index ")
    entry, index = base64.b64decode(lines[1][6:], validate=True), int(lines[2][6:])
    terms = Terms(vkey, file.with_name(file.name + ".keys"))
    size, root, recoveries = terms.open(note)
    path = [base64.b64decode(line, validate=True) for line in lines[3:]]
    assert inclusion_root(index, size, leaf_hash(entry), path) == root, "it does not lead to the signed root"
    parsed, body = record.Entry.FromString(entry), file.with_name(file.name + ".body").read_bytes()
    assert (len(body), sha256(body)) == (parsed.body_size, parsed.body_digest), "the note is another one"
    later = terms.kept[recoveries:]
    return record.Body.FromString(body).practice.title, index >= min(later) if later else None
