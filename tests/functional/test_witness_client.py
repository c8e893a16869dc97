"""The client of witnesses, against witnesses of this file: one written from C2SP tlog-witness, tlog-cosignature and signed-note alone,
and a stub that answers every status, slowly, wrongly, too much, and not at all."""

import base64
import datetime
import http.server
import pathlib
import re
import shutil
import threading
import time
import unittest

import proof_reader
import wire
from api import account, ask, get
from nodes import NodesTest, wait_for
from wire import node_hash, sha256

NAME = "witness.example/w1"
EMPTY = sha256(b"")


def cosigner_vkey(name, seed):
    key = wire.public_key(seed)
    return f"{name}+{wire.key_id(name, 4, key).hex()}+{base64.b64encode(bytes([4]) + key).decode()}"


def cosignature(name, seed, text, seconds):
    """A signature line of cosignature/v1 under a checkpoint's text."""
    message = f"cosignature/v1\ntime {seconds}\n".encode() + text
    value = wire.key_id(name, 4, wire.public_key(seed)) + seconds.to_bytes(8, "big") + wire.sign(seed, message)
    return f"\u2014 {name} {base64.b64encode(value).decode()}\n".encode()


def cosigned_by(note, name, seed):
    """The times at which this cosigner signed a note; AssertionError: a line of its does not verify."""
    head, lines = note.rsplit(b"\n\n", 1)
    text, key, times = head + b"\n", wire.public_key(seed), []
    for line in lines.decode().splitlines():
        _, signer, value = line.split(" ")
        value = base64.b64decode(value, validate=True)
        if signer != name or value[:4] != wire.key_id(name, 4, key):
            continue
        seconds = int.from_bytes(value[4:12], "big")
        message = f"cosignature/v1\ntime {seconds}\n".encode() + text
        assert wire.verify(key, message, value[12:]), "the cosignature does not verify"
        times.append(seconds)
    return times


def consistent(first, second, first_root, second_root, path):
    """Whether a proof leads from one tree to the other, RFC 9162 section 2.1.4.2; `first` is not 0."""
    if first == second:
        return not path and first_root == second_root
    path = list(path)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(node, fr), node_hash(node, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, node)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


class Witness:
    """A witness of logs by their vkeys. `trick(request)` answers instead where it gives (status, headers, body)."""

    def __init__(self, logs=(), seed=bytes(range(32)), name=NAME, trick=None):
        self.logs, self.seed, self.name, self.trick = dict(logs), seed, name, trick
        self.heads = {}  # origin to (size, root)
        self.requests = []  # (status, old size, size)
        self.faults = []
        self.under_way = self.most_under_way = 0
        self.lock = threading.Lock()
        self.ends = threading.Event()  # hanging requests go on
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.lock:
                    outer.under_way += 1
                    outer.most_under_way = max(outer.most_under_way, outer.under_way)
                try:
                    status, headers, answer = outer.answer(self.path, body)
                finally:
                    with outer.lock:
                        outer.under_way -= 1
                try:
                    self.send_response(status)
                    for header, value in headers.items():
                        self.send_header(header, value)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True  # it has hung up

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def entry(self):
        return f"{cosigner_vkey(self.name, self.seed)} http://127.0.0.1:{self.server.server_address[1]}/submit"

    def stop(self):
        self.ends.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def statuses(self):
        return [status for status, _, _ in self.requests]

    def answer(self, path, body):
        old, size = self.sizes(path, body)
        given = self.trick(len(self.requests)) if self.trick else None
        status, headers, answer = given or self.add_checkpoint(body)
        self.requests.append((status, old, size))
        return status, headers, answer

    def sizes(self, path, body):
        """What every request must be, whoever reads it."""
        head, note = body.split(b"\n\n", 1)
        lines = head.decode().split("\n")
        if path != "/submit/add-checkpoint" or not re.fullmatch(r"old (0|[1-9][0-9]*)", lines[0]) or len(lines) > 64:
            self.faults.append((path, body))
        if any(len(base64.b64decode(line, validate=True)) != 32 for line in lines[1:]):
            self.faults.append(body)
        return int(lines[0][4:]), int(note.split(b"\n")[1])

    def add_checkpoint(self, body):
        head, note = body.split(b"\n\n", 1)
        lines = head.decode().split("\n")
        old, path = int(lines[0][4:]), [base64.b64decode(line) for line in lines[1:]]
        origin = note.split(b"\n")[0].decode()
        if origin not in self.logs:
            return 404, {}, b""
        try:
            size, root = wire.open_checkpoint(note, origin, self.logs[origin])
        except AssertionError:
            return 403, {}, b""
        if old > size:
            return 400, {}, b""
        with self.lock:
            known, known_root = self.heads.get(origin, (0, EMPTY))
            if old != known:
                return 409, {"Content-Type": "text/x.tlog.size"}, f"{known}\n".encode()
            if (old == 0 and path) or (old > 0 and not consistent(old, size, known_root, root, path)):
                return 422, {}, b""
            self.heads[origin] = (size, root)
        text = note.rsplit(b"\n\n", 1)[0] + b"\n"
        return 200, {}, cosignature(self.name, self.seed, text, int(time.time()))


def log_of(node):
    """(origin, key) of a node's log."""
    name, _, key = node.json("id")["vkey"].split("+", 2)
    return name, base64.b64decode(key, validate=True)[1:]


class WitnessClient(NodesTest):
    def witness(self, *args, **kwargs):
        made = Witness(*args, **kwargs)
        self.addCleanup(made.stop)
        return made

    def seoul(self, *witnesses):
        """Seoul, whose log these witnesses know, and which names them from its second start on."""
        node = self.node("seoul")
        origin, key = log_of(node)
        for witness in witnesses:
            witness.logs[origin] = key
        node.stop()
        node.start("--witness-urls", ",".join(witness.entry() for witness in witnesses))
        return node

    def prove(self, node, ref):
        """The signed note of an entry's proof, which the independent reader has verified."""
        file = pathlib.Path(self.folder) / "proof"
        node.run("prove", ref, "-o", file)
        proof_reader.read_proof(file, node.json("id")["vkey"])
        return file.read_bytes().split(b"\n\n", 1)[1]

    def witnessed(self, node, ref, *witnesses):
        """Whether the proof that the node gives now has the lines of all of these."""
        answer = ask("GET", f"http://127.0.0.1:{node.http_port}/api/v1/records/{ref}/proof")
        if answer.status != 200:
            return False
        note = answer.body.split(b"\n\n", 1)[1]
        return all(cosigned_by(note, witness.name, witness.seed) for witness in witnesses)

    def standing(self, node, place=0):
        return node.status()["witnesses"][place]

    def shows_apart_from_cities(self, node, ref, *witnesses):
        """The signers of a note, and its page, list these witnesses; no city has signed."""
        signers = node.asked(f"records/{ref}/signers")
        self.assertEqual(sorted(one["name"] for one in signers["witnesses"]), sorted(witness.name for witness in witnesses))
        self.assertEqual(signers["cosigners"], [])
        for one in signers["witnesses"]:
            self.assertLess(abs(time.time() - one["seconds"]), 600)
            self.assertEqual(datetime.datetime.fromisoformat(one["at"]).timestamp(), one["seconds"])
        page = get(node, f"/records/{ref}").text()
        self.assertIn("Witnesses that have signed, and when", page)
        self.assertIn("No other city has signed yet", page)
        for witness in witnesses:
            self.assertIn(f">{witness.name}<", page)

    def test_the_proof_of_an_entry_has_the_lines_of_both_witnesses_and_later_heads_follow_with_proofs(self):
        one, two = self.witness(), self.witness(seed=bytes(32), name="second.example/w")
        seoul = self.seoul(one, two)
        ref = seoul.publish("Testing from the car")
        wait_for(lambda: self.witnessed(seoul, ref, one, two), "both have cosigned a head with the note")
        for title in ("Second", "Third", "Fourth"):
            ref = seoul.publish(title)
        wait_for(lambda: self.witnessed(seoul, ref, one, two), "and one with all of them")
        note = self.prove(seoul, ref)
        self.assertTrue(cosigned_by(note, one.name, one.seed) and cosigned_by(note, two.name, two.seed))
        self.assertIn("Fourth", seoul.run("verify", pathlib.Path(self.folder) / "proof", "--vkey", seoul.json("id")["vkey"]))
        self.assertTrue(any(status == 200 and 0 < old < size for status, old, size in one.requests), one.requests)
        self.assertEqual(set(one.statuses()) | set(two.statuses()), {200}, "each old size was right")
        self.assertEqual((one.most_under_way, two.most_under_way), (1, 1), "one request at a time")
        self.assertEqual(one.faults + two.faults, [])
        self.shows_apart_from_cities(seoul, ref, one, two)
        standing = self.standing(seoul)
        self.assertEqual((standing["names"], standing["works"], standing["entries"], standing["failed"]), ([NAME], True, one.heads[log_of(seoul)[0]][0], 0))
        self.assertRegex(seoul.run("status"), f"(?m)^our witness +{re.escape(NAME)}: {standing['entries']} entries cosigned$")

    def test_what_was_cosigned_is_kept_over_a_restart_without_the_witness(self):
        one = self.witness()
        seoul = self.seoul(one)
        ref = seoul.publish("Before the restart")
        wait_for(lambda: self.witnessed(seoul, ref, one), "it is cosigned")
        size = one.heads[log_of(seoul)[0]][0]
        seoul.stop()
        asked = len(one.requests)
        seoul.start("--witness-urls", one.entry())
        self.assertTrue(self.witnessed(seoul, ref, one), "its line is there at once")
        ref = seoul.publish("After the restart")
        wait_for(lambda: self.witnessed(seoul, ref, one), "and the next head is cosigned")
        self.assertEqual(one.requests[asked][:2], (200, size), "nothing had to be asked to go on")
        seoul.stop()
        seoul.start()
        self.assertTrue(self.witnessed(seoul, ref, one), "also where no witness is named any more")

    def test_the_old_size_is_learned_from_409_where_the_witness_knows_more_or_less_than_we_believe(self):
        one = self.witness()
        seoul = self.seoul(one)
        origin, _ = log_of(seoul)
        ref = seoul.publish("First")
        wait_for(lambda: self.witnessed(seoul, ref, one), "it is cosigned")
        one.heads.pop(origin)  # as if it had lost its state
        ref = seoul.publish("Second")
        wait_for(lambda: self.witnessed(seoul, ref, one), "it is cosigned anew")
        again = one.statuses().index(409)
        self.assertEqual(one.requests[again + 1][:2], (200, 0))
        self.assertEqual(self.standing(seoul)["failed"], 0, "a 409 that is followed is no failure")

    def test_a_publication_does_not_wait_for_a_witness_that_hangs_and_neither_do_other_witnesses_nor_a_stop(self):
        hanging, good = self.witness(seed=bytes(32), name="hanging.example"), self.witness()
        hanging.trick = lambda _: hanging.ends.wait() and None
        seoul = self.seoul(hanging, good)
        wait_for(lambda: hanging.under_way == 1, "the first holds the connection")
        refs = [seoul.publish(f"Note {i}") for i in range(3)]
        self.assertEqual((hanging.under_way > 0, hanging.requests), (True, []), "it still held it when the notes were published")
        wait_for(lambda: self.witnessed(seoul, refs[-1], good), "the other one cosigns meanwhile")
        self.assertEqual(hanging.requests, [], "it has not answered yet")
        self.assertEqual(seoul.stop(), 0)
        self.assertEqual(hanging.requests, [], "the stop did not wait for it either")

    def refusing(self, status, headers=None, body=b""):
        """A witness that always answers so, of a name of its own."""
        number = len(self.named) + 1
        self.named.append(number)
        return self.witness(seed=bytes([number]) * 32, name=f"witness-{number}.example", trick=lambda _: (status, headers or {}, body))

    def setUp(self):
        super().setUp()
        self.named = []

    def told(self, node, witness):
        """How the node stands with this witness, which has failed."""
        def failed():
            return next((one for one in node.status()["witnesses"] if one["names"] == [witness.name] and one["failed"] > 0), None)
        return wait_for(failed, "it failed")

    def test_who_does_not_know_our_log_or_key_or_knows_more_than_we_is_named_to_the_operator_and_left_alone_for_a_while(self):
        stranger, other_key = self.refusing(404), self.refusing(403, body=b"no")
        ahead = self.refusing(409, {"Content-Type": "text/x.tlog.size"}, b"1000000\n")
        seoul = self.seoul(stranger, other_key, ahead)
        for witness, words in ((stranger, "register it there"), (other_key, "register the key there"), (ahead, "older copy")):
            standing = self.told(seoul, witness)
            self.assertEqual((standing["works"], standing["entries"]), (False, 0), standing)
            self.assertIn(words, standing["told"])
            self.assertIn(words, seoul.log())
            self.assertIn(words, seoul.run("status"))
        ref = seoul.publish("Not cosigned")
        self.assertFalse(cosigned_by(self.prove(seoul, ref), ahead.name, ahead.seed))
        self.assertEqual(seoul.asked(f"records/{ref}/signers")["witnesses"], [])
        self.assertNotIn("Witnesses that have signed", get(seoul, f"/records/{ref}").text())
        self.assertEqual([len(one.requests) for one in (stranger, other_key, ahead)], [1, 1, 1])

    def test_after_an_answer_of_any_wrong_kind_the_witness_is_asked_again_and_its_line_joins(self):
        text = b"another text\n"
        kinds = {"a 500": (500, {}, b""), "a 400": (400, {}, b""), "a 422": (422, {}, b""), "a 429": (429, {"Retry-After": "1"}, b""),
                 "a redirect": (302, {"Location": "http://127.0.0.1:1/"}, b""), "garbage in a 409": (409, {}, b"<p>five</p>"),
                 "another text": (200, {}, cosignature("witness-7.example", bytes([7]) * 32, text, 1)),
                 "another key": (200, {}, cosignature("witness-8.example", bytes(32), text, 1)),
                 "no line": (200, {}, b""), "bytes": (200, {}, bytes(range(256))), "too much": (200, {}, b"\xe2\x80\x94 " * 100_000)}
        witnesses = [self.refusing(*answer) for answer in kinds.values()]
        for witness in witnesses:
            always = witness.trick
            witness.trick = lambda asked, always=always: always(asked) if asked == 0 else None
        for some in (witnesses[:6], witnesses[6:]):
            seoul = self.seoul(*some)
            for witness in some:
                self.assertGreater(self.told(seoul, witness)["failed"], 0)
            wait_for(lambda: all(standing["works"] for standing in seoul.status()["witnesses"]), "all cosign the second time")
            ref = seoul.publish("Cosigned by all")
            wait_for(lambda: self.witnessed(seoul, ref, *some), "a proof has the lines of all")
            seoul.stop()
            self.nodes.remove(seoul)
            shutil.rmtree(seoul.data)

    def test_metrics_count_by_witness_and_a_wrong_configuration_is_named_at_the_start(self):
        one = self.witness()
        seoul = self.seoul(one)
        ref = seoul.publish("Counted")
        wait_for(lambda: self.witnessed(seoul, ref, one), "it is cosigned")
        headers = {"Authorization": "Bearer " + account(seoul, "it", "operator")}
        text = ask("GET", f"http://127.0.0.1:{seoul.http_port}/metrics", headers=headers).text()
        labels = f'witness="{NAME}",url="{one.entry().split()[1]}"'
        counted = dict(re.findall(r"^koinon_witness_(\w+)\{" + re.escape(labels) + r"\} (\S+)$", text, re.M))
        self.assertGreaterEqual(float(counted["cosigned_total"]), 1)
        self.assertEqual((float(counted["failed_total"]), int(float(counted["entries"]))), (0, one.heads[log_of(seoul)[0]][0]))
        key_of_a_log = seoul.json("id")["vkey"]
        seoul.stop()
        for entry in ("https://witness.example", key_of_a_log + " https://witness.example", one.entry().replace("http:", "ftp:")):
            with self.assertRaises(AssertionError) as caught:
                seoul.start("--witness-urls", entry)
            self.assertIn("witness", str(caught.exception))
            seoul.process = None
        seoul.start()


if __name__ == "__main__":
    unittest.main()
