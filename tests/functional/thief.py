"""Who has a copy of a city's keys, and signs in its name; and a peer of the nodes that passes on what such a thief has signed."""

import base64
import copy
import pathlib

import wire
from nodes import wait_for
from wire import City, Range, Session, answer_get, cover, leaf_hash, public_key, read_keys, record, subtree


def key_seed(file):
    """The seed in a key file that is not sealed."""
    return base64.b64decode(file.read_text().splitlines()[1], validate=True)


class Thief(City):
    """A copy of the keys of a node, as they are now: `signing` may name another key later."""

    def __init__(self, node):
        said = (node.data / "keys" / "identity").read_bytes()
        lines = said.splitlines(True)
        self.keys, self.first = read_keys(said), read_keys(b"".join(lines[:5]))
        self.statements = [base64.b64decode(line.split()[1], validate=True) for line in lines[5:]]
        self.name, self.log, self.origin = node.name, self.keys.log, self.keys.name
        self.signing, self.node = (key_seed(node.data / "keys" / f"{role}.key") for role in ("signing", "node"))

    @staticmethod
    def again(thief):
        """Another one with the same copy, who goes another way."""
        out = copy.copy(thief)
        out.keys, out.statements = copy.copy(thief.keys), list(thief.statements)
        return out

    def identity(self):
        return wire.wire.Identity(name=self.name, signing_key=self.first.signing, recovery_key=self.first.recovery)

    def head(self, records, journal_seq=1):
        out = super().head([entry for entry, _ in records], journal_seq)
        out.statements.extend(self.statements)
        out.stated = len(self.statements)
        return out

    def replace_key(self, records, seed):
        """Signs with the old key that this one is the next, and signs with it from now on: the entry that says so."""
        tree = tree_of(records)
        text = wire.statement_text(self.log, self.keys.sequence + 1, self.keys.before, tree.size, tree.root(), wire.vkey(self.origin, public_key(seed)))
        note = wire.sign_text(text, self.origin, self.signing)
        self.keys.add(note)
        self.statements.append(note)
        self.signing = seed
        entry = record.Entry(kind=record.KIND_ROTATION, created_at_ms=1)
        entry.control.rotation_statement = note
        return entry.SerializeToString(deterministic=True), b""

    def name_node(self, seed):
        """The entry that names a node key of the thief's as the city's."""
        entry = record.Entry(kind=record.KIND_KEYS, created_at_ms=1)
        keys = entry.control.keys
        keys.node_key, keys.cosigner_key, keys.sealing_key = public_key(seed), public_key(wire.sha256(seed)), bytes(32)
        keys.node_proof = wire.sign(seed, wire.key_statement(self.log, 2, keys.node_key))
        keys.cosigner_proof = wire.sign(wire.sha256(seed), wire.key_statement(self.log, 1, keys.cosigner_key))
        return entry.SerializeToString(deterministic=True), b""

    def knock(self, node, seed, folder):
        """Shows the node this node key in a handshake, and nothing more."""
        self.node, self.certificate = seed, pathlib.Path(folder) / "thief.pem"
        self._write_certificate()
        Session(node.peer_port, self).close()

    def forked(self, first, second, at):
        """Evidence that the first `at` entries of these two histories, both signed by this key, are not the same."""
        out = wire.wire.Evidence(log_id=self.log, identity=self.identity(), at=at, statements=self.statements)
        out.first, out.second = (self.head(records).checkpoint for records in (first, second))
        out.first_left, out.first_right = prefix_proof(first, at)
        out.second_left, out.second_right = prefix_proof(second, at)
        return out


def tree_of(records):
    out = Range()
    for entry, _ in records:
        out.append(leaf_hash(entry))
    return out


def prefix_proof(records, at):
    """The hashes that prove the first `at` of these entries in the tree of all; none where that is the tree."""
    if at == len(records):
        return b"", b""
    right, begin = b"", at
    for level in cover(at, len(records)):
        right += subtree([leaf_hash(entry) for entry, _ in records[begin:begin + (1 << level)]])
        begin += 1 << level
    return b"".join(tree_of(records[:at]).hashes), right


class Relay:
    """A peer of a node that shows it heads of other cities' logs. It signed none of them."""

    def __init__(self, node, city):
        self.node, self.city, self.row = node, city, 0
        if city.name not in [p["name"] for p in node.asked("peers")["items"]]:
            node.run("peer", "add", "--no-vouch", city.line())
        self.meet()

    def meet(self):
        self.session = Session(self.node.peer_port, self.city)
        self.session.meet(self.city)

    def held(self, log):
        """The entries and bodies of a log as the node has them, verified against the root that it signed, whoever's key that was."""
        session = Session(self.node.peer_port, self.city)
        session.send_hello(self.city)
        session.follow()
        head = next(h for h in session.expect("heads").heads if h.log_id == log)
        size, root = head.checkpoint.decode().split("\n")[1:3]
        records, _ = session.get(1, head, int(size), base64.b64decode(root), 0, int(size))
        session.close()
        self.meet()
        return [(r.entry, r.body) for r in records]

    def show(self, *heads):
        """Shows these heads as rows of its journal, and waits until the node is done with all of them."""
        frame = wire.wire.Frame()
        for head in heads:
            self.row += 1
            head.journal_seq = self.row
            frame.heads.heads.append(head)
        self.session.send(frame)
        frame = wire.wire.Frame()
        frame.cursor.seq = self.row
        self.session.send(frame)

    def passed(self):
        """Whether the node is done with all that was shown."""
        return any(p["name"] == self.city.name and p["journal_cursor"] >= self.row for p in self.node.asked("peers")["items"])

    def give(self, thief, records):
        """Shows the head of a longer log, and serves what the node asks for of it."""
        self.show(thief.head(records))
        answer_get(self.session, self.session.expect("get"), records)
        wait_for(self.passed, f"{self.node.city} takes it")

    def tell(self, evidence):
        frame = wire.wire.Frame()
        frame.evidence.CopyFrom(evidence)
        self.session.send(frame)

    def answers(self):
        """The session stands: what was sent before this was read."""
        frame = wire.wire.Frame()
        frame.ping.nonce = 7
        self.session.send(frame)
        return self.session.expect("pong").nonce == 7

    def close(self):
        self.session.close()
