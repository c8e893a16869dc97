"""The protocol of PROTOCOL.md once more, in another language: shares no code with the product, only the .proto
files. Enough to be a peer: handshake, follow, fetch, verify, and to misbehave on purpose."""

import atexit
import base64
import copy
import hashlib
import importlib
import os
import pathlib
import shutil
import ssl
import socket
import struct
import subprocess
import sys
import tempfile

from google.protobuf.message import DecodeError

# --- messages, compiled from the .proto files ---


def _compile_protos():
    out = pathlib.Path(tempfile.mkdtemp(prefix="koinon-proto-"))
    atexit.register(shutil.rmtree, out, ignore_errors=True)
    proto = os.environ["KOINON_PROTO"]
    subprocess.run(["protoc", f"--python_out={out}", "-I", proto, "koinon/v1/record.proto", "koinon/v1/wire.proto"], check=True)
    sys.path.insert(0, str(out))
    return importlib.import_module("koinon.v1.record_pb2"), importlib.import_module("koinon.v1.wire_pb2")


record, wire = _compile_protos()
EVIDENCE_BYTES = 655_360
HEAD_BYTES = 32_768

# --- Ed25519, RFC 8032 section 5.1, as plain as it is written there ---

_P = 2**255 - 19
_Q = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _mul(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = _add(q, p)
        p = _add(p, p)
        s >>= 1
    return q


def _recover_x(y, sign):
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P != 0:
        x = x * _I % _P
    if (x * x - x2) % _P != 0:
        raise ValueError("no such point")
    return _P - x if (x & 1) != sign else x


_GY = 4 * pow(5, _P - 2, _P) % _P
_GX = _recover_x(_GY, 0)
_G = (_GX, _GY, 1, _GX * _GY % _P)


def _compress(p):
    z = pow(p[2], _P - 2, _P)
    x, y = p[0] * z % _P, p[1] * z % _P
    return int.to_bytes(y | ((x & 1) << 255), 32, "little")


def _decompress(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _recover_x(y, sign)
    return x, y, 1, x * y % _P


def _expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return a, h[32:]


def public_key(seed):
    return _compress(_mul(_expand(seed)[0], _G))


def sign(seed, message):
    a, prefix = _expand(seed)
    key = _compress(_mul(a, _G))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % _Q
    rs = _compress(_mul(r, _G))
    h = int.from_bytes(hashlib.sha512(rs + key + message).digest(), "little") % _Q
    return rs + int.to_bytes((r + h * a) % _Q, 32, "little")


def verify(key, message, signature):
    if len(signature) != 64:
        return False
    try:
        a, r = _decompress(key), _decompress(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _Q
    p, q = _mul(s, _G), _add(r, _mul(h, a))
    return s < _Q and (p[0] * q[2] - q[0] * p[2]) % _P == 0 and (p[1] * q[2] - q[1] * p[2]) % _P == 0


# --- identities and keys ---


def sha256(data):
    return hashlib.sha256(data).digest()


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def log_id_of(text):
    """A log id that is written as base32."""
    return base64.b32decode(text.upper() + "====")


def log_id(name, signing_key, recovery_key):
    return sha256(b"koinon/v1 log\0" + bytes([len(name)]) + name.encode() + signing_key + recovery_key)


def origin(name, log):
    return f"{name}/koinon/{base32(log)}"


def key_statement(log, role, key):
    return b"koinon/v1 key\0" + log + bytes([role]) + key


def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def vkey(name, key):
    return f"{name}+{key_id(name, 1, key).hex()}+{base64.b64encode(bytes([1]) + key).decode()}"


def open_checkpoint(note, name, key):
    """(size, root) of a signed checkpoint, once its signature and origin are right."""
    text, signatures = note.decode().rsplit("\n\n", 1)
    text += "\n"
    assert signatures.endswith("\n"), "a note ends in signature lines"
    for line in signatures[:-1].split("\n"):
        dash, signer, value = line.split(" ")
        value = base64.b64decode(value, validate=True)
        if dash == "\u2014" and signer == name and value[:4] == key_id(name, 1, key):
            assert verify(key, text.encode(), value[4:]), "the signature does not verify"
            break
    else:
        raise AssertionError("nobody known signed it")
    lines = text.split("\n")
    assert lines[0] == name
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def sign_checkpoint(name, size, root, seed):
    text = f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = key_id(name, 1, public_key(seed)) + sign(seed, text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n".encode()


def cosigned_message(seconds, text):
    return f"cosignature/v1\ntime {seconds}\n".encode() + text


def cosign(note, name, seconds, seed):
    """The line with which a city says that it holds this head: PROTOCOL.md "Cosignatures"."""
    signature = sign(seed, cosigned_message(seconds, note[:note.rindex(b"\n\n") + 1]))
    value = key_id(name, 4, public_key(seed)) + struct.pack(">Q", seconds) + signature
    return f"\u2014 {name} {base64.b64encode(value).decode()}\n".encode()


# --- the Merkle tree ---


def statement_text(log, sequence, before, size, root, key, recovery_key=None):
    lines = ["koinon/v1 rotation", base32(log), str(sequence), base64.b64encode(before).decode(), str(size), base64.b64encode(root).decode(), key]
    if recovery_key:
        lines.append(base64.b64encode(recovery_key).decode())
    return "".join(line + "\n" for line in lines)


def sign_text(text, name, seed):
    """A signed note, C2SP signed-note."""
    signature = key_id(name, 1, public_key(seed)) + sign(seed, text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n".encode()


class Keys:
    """The keys of a log, followed from its first one: PROTOCOL.md "Statements"."""

    def __init__(self, name, signing_key, recovery_key):
        self.log = log_id(name, signing_key, recovery_key)
        self.all = [signing_key]  # under the current origin
        self.name, self.origin = origin(name, self.log), origin(name, self.log)
        self.signing, self.recovery = signing_key, recovery_key
        self.before, self.sequence, self.recoveries, self.size = self.log, 0, 0, 1

    def add(self, note):
        """Takes the next statement; ValueError: it is none."""
        text, _, signatures = note.decode().rpartition("\n\n")
        text += "\n"
        lines = text.split("\n")[:-1]
        signed_by = [line.split(" ")[1:] for line in signatures.splitlines()]

        def signed(key):
            mine = [base64.b64decode(value) for name, value in signed_by if name == self.name]
            mine = [value[4:] for value in mine if value[:4] == key_id(self.name, 1, key)]
            return bool(mine) and all(verify(key, text.encode(), value) for value in mine)
        recovery = signed(self.recovery)
        if not recovery and not signed(self.signing):
            raise ValueError("signed by neither key")
        name, _, new = lines[6].split("+", 2)
        key = base64.b64decode(new)[1:]
        words = base64.b64decode(lines[7]) if len(lines) > 7 else None
        expected_name = f"{self.origin}/{self.recoveries + 1}" if recovery else self.name
        if text != statement_text(self.log, self.sequence + 1, self.before, int(lines[4]), base64.b64decode(lines[5]), vkey(name, key), words):
            raise ValueError("written otherwise, or following something else")
        if name != expected_name or int(lines[4]) < self.size or (not recovery and (words or key == self.signing)):
            raise ValueError("names what it may not")
        self.all = [key] if recovery else self.all + [key]
        self.name, self.signing, self.recovery = name, key, words or self.recovery
        self.before, self.sequence, self.size = sha256(text.encode()), self.sequence + 1, int(lines[4])
        self.recoveries += recovery

    def open_checkpoint(self, note):
        """(size, root), signed by one of these keys under the current origin, a replaced one included; AssertionError: by none."""
        for key in self.all:
            try:
                return open_checkpoint(note, self.name, key)
            except AssertionError:
                if key == self.all[-1]:
                    raise


def read_keys(text):
    """A city's keys as the text beside a proof has them; ValueError: it proves nothing."""
    lines = text.decode().split("\n")
    if lines[0] != "koinon-identity/v1" or lines[-1]:
        raise ValueError("of another kind, or cut off")
    words = [line.split(" ", 1) for line in lines[1:-1]]
    if [word for word, _ in words] != ["name", "signing", "recovery", "log"] + ["statement"] * (len(words) - 4):
        raise ValueError("a line is missing")
    (_, name), (_, signing), (_, recovery), (_, log) = words[:4]
    keys = Keys(name, base64.b64decode(signing, validate=True), base64.b64decode(recovery, validate=True))
    if log != base32(keys.log):
        raise ValueError("of more than one log")
    for _, statement in words[4:]:
        keys.add(base64.b64decode(statement, validate=True))
    return keys


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def cover(begin, end):
    """Levels of the perfect subtrees that cover [begin, end), from left to right."""
    out = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        out.append(level)
        begin += 1 << level
    return out


class Range:
    """The roots of the perfect subtrees that cover a prefix."""

    def __init__(self, size=0, hashes=()):
        self.size, self.hashes = size, list(hashes)
        assert len(self.hashes) == bin(size).count("1")

    def append(self, node, level=0):
        above = self.size >> level
        while above & 1:
            node = node_hash(self.hashes.pop(), node)
            above >>= 1
        self.hashes.append(node)
        self.size += 1 << level

    def root(self):
        if not self.hashes:
            return sha256(b"")
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def split_hashes(data):
    assert len(data) % 32 == 0
    return [data[i:i + 32] for i in range(0, len(data), 32)]


def verify_run(first, leaves, size, left, right, root):
    """The range of everything up to and including the run; raises if it does not belong to the tree."""
    run = Range(first, left)
    for leaf in leaves:
        run.append(leaf)
    after = Range(run.size, run.hashes)
    levels = cover(run.size, size)
    assert len(levels) == len(right), "the wrong number of hashes"
    for level, node in zip(levels, right):
        run.append(node, level)
    assert run.size == size and run.root() == root, "the run does not lead to the signed root"
    return after


# --- evidence of a fork ---


def contradiction(data):
    """(name, at, first root, second root) of evidence of a fork, the serialised message: PROTOCOL.md "Evidence". The two
    roots are of the first `at` entries, by the one head and by the other; where `at` is 0, the digests of two statements.
    ValueError: it proves no fork."""
    try:
        evidence = wire.Evidence.FromString(data)
    except DecodeError as error:
        raise ValueError("not the message") from error
    identity, at = evidence.identity, evidence.at
    if len(data) > EVIDENCE_BYTES or {len(identity.signing_key), len(identity.recovery_key)} != {32}:
        raise ValueError("too long, or without keys")
    if log_id(identity.name, identity.signing_key, identity.recovery_key) != evidence.log_id:
        raise ValueError("the name and keys do not hash to the log id")
    keys = Keys(identity.name, identity.signing_key, identity.recovery_key)
    for statement in evidence.statements:
        keys.add(statement)
    if at == 0:
        first, second = copy.copy(keys), copy.copy(keys)
        if evidence.HasField("second_before"):
            second = Keys(identity.name, identity.signing_key, identity.recovery_key)
            for statement in evidence.second_before.statements:
                second.add(statement)
        first.add(evidence.first)
        second.add(evidence.second)
        if evidence.HasField("second_before") and first.recoveries == keys.recoveries:
            raise ValueError("two rotations follow the same statements")
        if first.before == second.before or first.recoveries != second.recoveries:
            raise ValueError("the two statements do not contradict each other")
        return identity.name, at, first.before, second.before
    first = prefix_root(evidence.first, evidence.first_left, evidence.first_right, at, keys)
    second = prefix_root(evidence.second, evidence.second_left, evidence.second_right, at, keys)
    if first == second:
        raise ValueError("the two heads agree")
    return identity.name, at, first, second


def contradiction_digest(data):
    """By what evidence that an operator has thawed is remembered: PROTOCOL.md "A head, judged"."""
    evidence = wire.Evidence.FromString(data)
    said = []
    for note in (evidence.first, evidence.second):
        text = note.rpartition(b"\n\n")[0] + b"\n"
        said.append(sha256(text if evidence.at == 0 else b"".join(text.splitlines(True)[:3])))
    kind = b"\x02" if evidence.at == 0 else b"\x01"
    return sha256(b"koinon/v1 contradiction\0" + evidence.log_id + kind + b"".join(sorted(said)))


def prefix_root(note, left, right, at, keys):
    """The root of the first `at` entries of the tree whose signed head this is."""
    try:
        size, root = keys.open_checkpoint(note)
        line = f"\u2014 {keys.name} {base64.b64encode(bytes(68)).decode()}\n".encode()  # the only one that counts
        if note.rindex(b"\n\n") + 2 + len(line) > HEAD_BYTES:
            raise ValueError("a head that nobody takes")
        if size == at and not left and not right:
            return root
        return verify_run(at, [], size, split_hashes(left), split_hashes(right), root).root()
    except (AssertionError, IndexError) as error:
        raise ValueError(str(error)) from error


# --- a peer ---


class City:
    """Keys of a city that exists in this test alone."""

    def __init__(self, name, folder=None):
        """`folder`: for its certificate; without one it is only spoken of."""
        self.name = name
        self.signing, self.recovery, self.cosigner, self.node = (sha256(f"{name} {role}".encode()) for role in ("s", "r", "c", "n"))
        self.log = log_id(name, public_key(self.signing), public_key(self.recovery))
        self.origin = origin(name, self.log)
        if folder:
            self.certificate = pathlib.Path(folder) / f"{name}.pem"
            self._write_certificate()

    def _write_certificate(self):
        # PKCS #8 of an Ed25519 seed is a fixed prefix and the seed (RFC 8410).
        der = bytes.fromhex("302e020100300506032b657004220420") + self.node
        key = f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END PRIVATE KEY-----\n"
        key_file = self.certificate.with_suffix(".key")
        key_file.write_text(key)
        cert = subprocess.run(["openssl", "req", "-x509", "-new", "-key", str(key_file), "-subj", "/CN=koinon", "-days", "3650"],
                              check=True, capture_output=True).stdout.decode()
        self.certificate.write_text(key + cert)

    def line(self, address=None):
        at = f"@{address}" if address else ""
        return f"{vkey(self.origin, public_key(self.signing))}{at}#{base64.urlsafe_b64encode(public_key(self.node)).decode().rstrip('=')}"

    def genesis(self):
        entry = record.Entry(kind=record.KIND_GENESIS, created_at_ms=1)
        genesis = entry.control.genesis
        genesis.name = self.name
        genesis.signing_key, genesis.recovery_key = public_key(self.signing), public_key(self.recovery)
        keys = genesis.keys
        keys.cosigner_key, keys.node_key, keys.sealing_key = public_key(self.cosigner), public_key(self.node), bytes(32)
        keys.cosigner_proof = sign(self.cosigner, key_statement(self.log, 1, keys.cosigner_key))
        keys.node_proof = sign(self.node, key_statement(self.log, 2, keys.node_key))
        return entry.SerializeToString(deterministic=True)

    def identity(self):
        return wire.Identity(name=self.name, signing_key=public_key(self.signing), recovery_key=public_key(self.recovery))

    def head(self, leaves, journal_seq=1):
        tree = Range()
        for leaf in leaves:
            tree.append(leaf_hash(leaf))
        note = sign_checkpoint(self.origin, tree.size, tree.root(), self.signing)
        return wire.Head(log_id=self.log, checkpoint=note, journal_seq=journal_seq, identity=self.identity())

    def vouch(self, other, expires_at_ms):
        """The entry of a vouch for another city, and no body."""
        entry = record.Entry(kind=record.KIND_VOUCH, created_at_ms=1)
        vouch = entry.control.vouch
        vouch.log_id, vouch.name, vouch.expires_at_ms = other.log, other.name, expires_at_ms
        vouch.vkey = vkey(other.origin, public_key(other.signing))
        return entry.SerializeToString(deterministic=True), b""

    def practice(self, to=(), **texts):
        """The entry and the body of a practice, as a run has them; `to`: logs that it is addressed to."""
        body = record.Body(salt=bytes(16))
        for name, text in texts.items():
            setattr(body.practice, name, text)
        body = body.SerializeToString(deterministic=True)
        entry = record.Entry(kind=record.KIND_PRACTICE, created_at_ms=1, language="en", topics=["health"], to=to, body_digest=sha256(body), body_size=len(body))
        return entry.SerializeToString(deterministic=True), body


def subtree(leaves):
    """The root of a perfect tree over these leaf hashes."""
    while len(leaves) > 1:
        leaves = [node_hash(leaves[i], leaves[i + 1]) for i in range(0, len(leaves), 2)]
    return leaves[0]


def serve_log(session, city, records, most=400):
    """Offers a log of these entries and bodies, and gives it to a node that asks for all of it."""
    heads = wire.Frame()
    heads.heads.heads.append(city.head([entry for entry, _ in records]))
    session.send(heads)
    get = session.expect("get")
    assert getattr(get, "from") == 0 and get.to == len(records)
    answer_get(session, get, records, most)


def answer_get(session, get, records, most=400):
    """The entries that a node asks for, proven against the head of all these."""
    assert get.size == len(records)
    leaves = [leaf_hash(entry) for entry, _ in records]
    before = Range()
    for leaf in leaves[:getattr(get, "from")]:
        before.append(leaf)
    for first in range(getattr(get, "from"), get.to, most):
        end = min(first + most, get.to)
        chunk = wire.Frame()
        chunk.chunk.request_id, chunk.chunk.last = get.request_id, end == get.to
        setattr(chunk.chunk, "from", first)
        chunk.chunk.left = b"".join(before.hashes)
        at = end
        for level in cover(end, len(records)):
            chunk.chunk.right += subtree(leaves[at:at + (1 << level)])
            at += 1 << level
        for entry, body in records[first:end]:
            chunk.chunk.records.add(entry=entry, body=body)
        for leaf in leaves[first:end]:
            before.append(leaf)
        session.send(chunk)


def make_epoch(seed, counter, random):
    """An epoch of the node whose node key has this seed: counter, randomness, MAC."""
    key = hashlib.blake2b(b"koinon/v1 epoch", key=seed, digest_size=32).digest()
    said = struct.pack(">I", counter) + random
    return said + hashlib.blake2b(said, key=key, digest_size=32).digest()[:12]


class Session:
    """A TLS connection to a node, with the certificate of `city`."""

    def __init__(self, port, city=None, node_key=None, timeout=30, proxy=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # pinned by hand below: certificates are not a web of trust here
        if city:
            context.load_cert_chain(city.certificate)
        raw = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.tls = context.wrap_socket(raw)
        if node_key:
            der = self.tls.getpeercert(binary_form=True)
            # SubjectPublicKeyInfo of Ed25519 is a fixed prefix and the key (RFC 8410).
            at = der.index(bytes.fromhex("302a300506032b6570032100"))
            assert der[at + 12:at + 44] == node_key, "the node has another key than the one pinned"
        self.buffer = b""

    def send(self, frame):
        data = frame.SerializeToString()
        self.tls.sendall(struct.pack(">I", len(data)) + data)

    def send_hello(self, city, window=0, held_of_yours=0, epoch=b"\0\0\0\1" + b"j" * 20, wall_ms=0, seen=None, journal_row=0):
        hello = wire.Frame()
        hello.hello.min_version = hello.hello.max_version = 1
        hello.hello.log_id = city.log
        hello.hello.epoch = epoch
        hello.hello.window = window
        hello.hello.held_of_yours = held_of_yours
        hello.hello.filter.all = True
        hello.hello.agent = "python-peer"
        hello.hello.wall_ms = wall_ms
        hello.hello.journal_row = journal_row
        if seen is not None:  # size and root of the largest head of the node's log that this peer claims to have seen
            hello.hello.seen_of_yours.size, hello.hello.seen_of_yours.root = seen
            hello.hello.seen_of_yours.caught_up = True
        self.send(hello)

    def send_seen(self, size, root):
        """Says which head of the node's log is the largest that was ever seen here, all peers followed."""
        frame = wire.Frame()
        frame.seen.size, frame.seen.root, frame.seen.caught_up = size, root, True
        self.send(frame)

    def show_head(self, head):
        """Waits until the node asks for the head of this log, and shows it. Of other logs nothing is held."""
        while True:
            asked = self.expect("get_heads")
            answer = wire.Frame()
            answer.heads.request_id = asked.request_id
            shown = head.log_id in asked.log_ids
            if shown:
                answer.heads.heads.append(head)
            self.send(answer)
            if shown:
                return asked

    def get(self, number, head, size, root, first, end):
        """The records [first, end) of a log, verified against the head of that size and root; the range behind them."""
        ask = wire.Frame()
        ask.get.request_id, ask.get.log_id, ask.get.to, ask.get.size, ask.get.root = number, head.log_id, end, size, root
        setattr(ask.get, "from", first)
        self.send(ask)
        records, at = [], first
        while True:
            chunk = self.expect("chunk")
            assert (chunk.request_id, getattr(chunk, "from")) == (number, at)
            after = verify_run(at, [leaf_hash(r.entry) for r in chunk.records], size, split_hashes(chunk.left), split_hashes(chunk.right), root)
            records += chunk.records
            at = after.size
            if chunk.last:
                assert at == end
                return records, after

    def follow(self, epoch=b"", cursor=0):
        frame = wire.Frame()
        frame.follow.epoch = epoch
        frame.follow.cursor = cursor
        self.send(frame)

    def meet(self, city):
        """Begins as peers do, until the node follows us."""
        self.send_hello(city)
        self.follow()
        self.expect("follow")

    def cancel(self, request_id):
        """Takes no more of an answer: after what is under way comes an error with this number, or its last frame."""
        frame = wire.Frame()
        frame.cancel.request_id = request_id
        self.send(frame)

    def receive(self):
        """The next frame; None once the other side has closed."""
        while len(self.buffer) < 4 or len(self.buffer) < 4 + struct.unpack(">I", self.buffer[:4])[0]:
            try:
                data = self.tls.recv(65536)
            except (ConnectionError, ssl.SSLError):
                return None
            if not data:
                return None
            self.buffer += data
        size = struct.unpack(">I", self.buffer[:4])[0]
        frame = wire.Frame()
        frame.ParseFromString(self.buffer[4:4 + size])
        self.buffer = self.buffer[4 + size:]
        return frame

    def expect(self, kind):
        """The next frame of a kind; pings are answered and others kept out of the way."""
        while True:
            frame = self.receive()
            assert frame is not None, f"the node closed while {kind} was awaited"
            if frame.WhichOneof("frame") == "ping":
                pong = wire.Frame()
                pong.pong.nonce = frame.ping.nonce
                self.send(pong)
            if frame.WhichOneof("frame") == kind:
                return getattr(frame, kind)
            assert frame.WhichOneof("frame") != "error", frame.error.message

    def close(self):
        self.tls.close()


def accept(server, city, timeout=30):
    """A connection that a node dialled, with the certificate of `city`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0
    context.load_cert_chain(city.certificate)
    raw, _ = server.accept()
    raw.settimeout(timeout)
    session = Session.__new__(Session)
    session.tls, session.buffer = context.wrap_socket(raw, server_side=True), b""
    return session


# --- with an invite ---


def invite_seed(node_key, secret):
    """Of the key that whoever has an invite of this node shows, once."""
    return sha256(b"koinon/v1 invite\0" + node_key + secret)


def join_message(exported, line):
    """What a joiner signs: `exported` are 32 bytes of the connection."""
    return b"koinon/v1 join\0" + exported + line.encode()


def recovery_message(exported):
    """What whoever asks for the log of a recovery key signs with it."""
    return b"koinon/v1 recover\0" + exported


class Invited:
    """A connection with the key of an invite, in which nothing was said yet."""

    def __init__(self, invite, folder):
        from OpenSSL import SSL

        inviter, secret = invite.rsplit("+", 1)
        address, node_key = inviter.rsplit("@", 1)[1].split("#")
        key = base64.urlsafe_b64decode(node_key + "=")
        once = invite_seed(key, base64.urlsafe_b64decode(secret + "=="))
        city = City.__new__(City)
        city.name, city.node, city.certificate = "once.example", once, pathlib.Path(folder) / "once.pem"
        city._write_certificate()
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        context.use_certificate_file(str(city.certificate))
        context.use_privatekey_file(str(city.certificate))
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        host, port = address.rsplit(":", 1)
        self.raw = socket.create_connection((host, int(port)), timeout=30)
        self.raw.settimeout(None)
        self.tls = SSL.Connection(context, self.raw)
        self.tls.set_connect_state()
        self.tls.do_handshake()
        self.exported = self.tls.export_keying_material(b"EXPORTER-koinon-v1-join", 32)
        self.over = SSL.Error

    def answer(self, frame):
        """What the node says to a frame; None: it has closed."""
        data, answer = frame.SerializeToString(), b""
        try:
            self.tls.sendall(struct.pack(">I", len(data)) + data)
            while len(answer) < 4 or len(answer) < 4 + struct.unpack(">I", answer[:4])[0]:
                answer += self.tls.recv(65536)
        except self.over:
            return None
        return wire.Frame.FromString(answer[4:])

    def log_of(self, key, proof, size=0):
        """Asks for the log with this recovery key."""
        frame = wire.Frame()
        frame.recovery_ask.recovery_key, frame.recovery_ask.proof, frame.recovery_ask.size = key, proof, size
        return self.answer(frame)

    def close(self):
        self.tls.sock_shutdown(socket.SHUT_RDWR)
        self.raw.close()


def join(invite, line, seed, folder, proof=None, signing=None):
    """Uses an invite as `line`, proving it with the node key of `seed` and the log's key of `signing`; the node's answer, a
    frame. `proof` stands in for the first signature, to lie."""
    session = Invited(invite, folder)
    message = join_message(session.exported, line)
    frame = wire.Frame()
    frame.join.peer_line = line
    frame.join.proof = sign(seed, message) if proof is None else proof
    if signing:
        frame.join.log_proof = sign(signing, message)
    try:
        return session.answer(frame)
    finally:
        session.close()


def ask_for_log(invite, recovery, folder, size=0, log=b""):
    """What the inviter answers who has the recovery key of this seed: a frame. The invite stays open."""
    session = Invited(invite, folder)
    frame = wire.Frame()
    ask = frame.recovery_ask
    ask.recovery_key, ask.proof = public_key(recovery), sign(recovery, recovery_message(session.exported))
    ask.size, ask.log_id = size, log
    try:
        return session.answer(frame)
    finally:
        session.close()
