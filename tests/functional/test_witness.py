"""A node as a witness for logs of other systems, driven by a client written from C2SP tlog-witness alone: each status, races, what
it knows after a restart; and ended hundreds of times between keeping a head and answering, it never cosigns two histories."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from nodes import BIN, DEADLINE, wait_for
from other_log import Cosigner, OtherLog, consistency, key_id, public_key, sha256, vkey
from test_signing import SigningTest

KILLER = pathlib.Path(__file__).with_name("kill_at.c")
ROUNDS = 200  # times that it is ended between keeping a head and answering
OPEN = "witnessing for other systems"  # the daemon's line


def build_killer(folder):
    compiler = next(name for name in ("clang-19", "cc") if shutil.which(name))
    killer = f"{folder}/kill_at.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", killer, str(KILLER), "-ldl"], check=True)
    return killer


class WitnessTest(SigningTest):
    def setUp(self):
        super().setUp()
        self.log = OtherLog("log.example/one").grow(*range(4))
        self.list = pathlib.Path(self.folder) / "logs"
        self.list.write_text(f"# ours\nlogs/v0\nrevision 1\n\nvkey {self.log.vkey()}\nqpd 864000\ncontact us\nsomething new\n\n"
                             f"origin another log\nvkey {OtherLog('key.example').vkey()}\n")

    def args(self, *more):
        return ("--witness-listen", "127.0.0.1:0", "--witness-logs", self.list, *more)

    def witness(self, *more, wait=True):
        """Seoul, whose witness is open."""
        seoul = self.node("seoul", *self.args(*more))
        return self.opened(seoul)

    def again(self, seoul, *more, how=signal.SIGTERM):
        """Seoul after a restart."""
        seoul.stop(how)
        seoul.opened_before = seoul.log().count(OPEN)
        seoul.start(*self.args(*more))
        return self.opened(seoul)

    def opened(self, seoul):
        """Its log says so: to ask would be an answer of its own."""
        before = getattr(seoul, "opened_before", 0)
        wait_for(lambda: seoul.log().count(OPEN) > before, "the witness is open")
        return self.at(seoul)

    def at(self, seoul):
        seoul.witness_port = json.loads((seoul.data / "ready").read_text())["witness_port"]
        return seoul

    def cosigner(self, seoul):
        return Cosigner(seoul.run("witness").splitlines()[0])

    def ask(self, seoul, method, path, body=None):
        """Status, headers and body; None: the connection ended without an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", seoul.witness_port, timeout=DEADLINE)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except (http.client.HTTPException, ConnectionError):
            return None
        finally:
            connection.close()

    def add(self, seoul, body):
        return self.ask(seoul, "POST", "/add-checkpoint", body)

    def cosigned(self, seoul, cosigner, log, old, size=None):
        status, _, body = self.add(seoul, log.request(old, size))
        self.assertEqual(status, 200, body)
        cosigner.check(log.text(size), body)
        return body

    def refused(self, seoul, status, body):
        answer = self.add(seoul, body)
        self.assertEqual(answer[0], status, answer[2])
        return answer

    def conflict(self, seoul, body, size):
        _, headers, text = self.refused(seoul, 409, body)
        self.assertEqual(headers["Content-Type"], "text/x.tlog.size")
        self.assertEqual(text, f"{size}\n")


class Statuses(WitnessTest):
    def test_each_status(self):
        seoul, log = self.witness(), self.log
        cosigner = self.cosigner(seoul)
        self.assertRegex(cosigner.name, r"^seoul\.example/witness/[a-z2-7]{8}$")
        self.assertIn("this line is not known", seoul.log(), "a line that is not understood is told")

        self.assertEqual(self.ask(seoul, "GET", f"/{log.hash()}/checkpoint")[0], 404, "nothing was cosigned yet")
        self.conflict(seoul, log.request(2), 0)
        self.cosigned(seoul, cosigner, log, 0)
        self.conflict(seoul, log.request(0), 4)
        log.grow("a", "b", "c")
        self.conflict(seoul, log.request(3), 4)
        given = self.cosigned(seoul, cosigner, log, 4)
        self.cosigned(seoul, cosigner, log, 7)
        other = OtherLog(log.origin, log.seed).grow("another", "history", *range(9))
        for body in (other.request(7), other.request(7, 7), log.with_("d").request(7, proof=[]), log.request(7, proof=[sha256(b"")]),
                     log.with_("d").request(7, proof=[sha256(b"")] * 63)):
            self.refused(seoul, 422, body)
        wait_for(lambda: "does not extend the one before" in seoul.log(), "the operator is told once")
        self.assertEqual(seoul.log().count("does not extend the one before"), 1)

        self.refused(seoul, 404, OtherLog("log.example/two").grow("x").request(0))
        stranger = OtherLog(log.origin, sha256(b"stranger"), log.leaves)
        self.refused(seoul, 403, stranger.request(7))
        text = log.text()
        self.refused(seoul, 403, log.request(7, note=f"{text}\n{log.line(text, seed=stranger.seed)}"))
        self.refused(seoul, 403, log.request(7, note=f"{log.note()}{log.line(text, seed=stranger.seed)}"))
        self.refused(seoul, 404, OtherLog("another-log.example", leaves=log.leaves).request(0))
        self.refused(seoul, 400, log.request(8, 7))
        note = log.note()
        for body in ("", "old 7", f"old 07\n\n{note}", f"old 7\nAAAA\n\n{note}", f"old 7\n{note}", f"old 7\n\n{note[:-1]}", f"old 7\n\n{text}",
                     f"old 7\n\n{text}\nx\n"):
            self.refused(seoul, 400, body.encode())
        self.refused(seoul, 400, log.with_("d").request(7, proof=[sha256(b"")] * 64))
        self.refused(seoul, 413, b"old 7\n" + b"A" * 200_000)
        self.assertEqual(self.ask(seoul, "GET", "/add-checkpoint")[0], 405)
        self.assertEqual(self.ask(seoul, "POST", f"/{log.hash()}/checkpoint", b"x")[0], 405)
        for path in ("/", "/checkpoint", "/metrics", "/api/v1/status", f"/{log.hash().upper()}/checkpoint", f"/{log.hash()}/checkpoint/x"):
            self.assertEqual(self.ask(seoul, "GET", path)[0], 404, path)

        # With signatures of others, which are ignored.
        unknown = b"\0\0\0\1" + bytes(2428)
        line = f"\u2014 else.example {base64.b64encode(unknown).decode()}\n"
        log.grow("d")
        status, _, body = self.add(seoul, log.request(7, note=log.note() + line))
        self.assertEqual(status, 200, body)
        cosigner.check(log.text(), body)
        self.assertNotEqual(given, body)

        # The monitoring address has the log's signature and the witness's, as it was given.
        served = self.ask(seoul, "GET", f"/{log.hash()}/checkpoint")
        self.assertEqual((served[0], served[2]), (200, log.note() + body))
        self.again(seoul, how=signal.SIGKILL)
        self.assertEqual(self.ask(seoul, "GET", f"/{log.hash()}/checkpoint")[2], served[2])
        self.conflict(seoul, log.request(7), 8)
        self.assertEqual(self.cosigner(seoul).key, cosigner.key)
        self.cosigned(seoul, cosigner, log.grow("e"), 8)
        shown = seoul.status()["witness"]
        self.assertEqual((shown["logs"], shown["cosigned"], shown["trouble"], shown["port"]), (2, 1, "", seoul.witness_port))
        self.assertNotIn(shown["vkey"].split("+")[2], seoul.run("id"), "no key of the city's")
        self.assertRegex(seoul.run("status"), r"(?m)^as a witness +for 2 logs of other systems, at port \d+, 1 heads since the start$")

    def test_empty_tree(self):
        seoul, log = self.witness(), OtherLog(self.log.origin)
        cosigner = self.cosigner(seoul)
        text = log.text(root=sha256(b"x"))
        self.refused(seoul, 422, log.request(0, note=f"{text}\n{log.line(text)}"))
        self.cosigned(seoul, cosigner, log, 0)
        self.cosigned(seoul, cosigner, log, 0)
        self.conflict(seoul, log.grow("a", "b").request(1), 0)
        self.cosigned(seoul, cosigner, log, 0)

    def test_of_requests_at_once_one_wins_and_the_others_see_it(self):
        seoul, log = self.witness(), self.log
        cosigner = self.cosigner(seoul)
        self.cosigned(seoul, cosigner, log, 0)
        for turn in range(3):
            before = log.size()
            branches = [log.with_(f"{turn} {number}") for number in range(6)]
            bodies, answers = [one.request(before) for one in branches], [None] * 6

            def ask(number):
                answers[number] = self.add(seoul, bodies[number])
            threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(answer[0] for answer in answers), [200] + [409] * 5)
            for answer, one in zip(answers, branches):
                if answer[0] == 200:
                    cosigner.check(one.text(), answer[2])
                    log = one
                else:
                    self.assertEqual(answer[2], f"{before + 1}\n")

    def test_a_log_that_asks_too_often_waits(self):
        slow = OtherLog("slow.example").grow("a")
        with open(self.list, "a") as out:
            out.write(f"\nvkey {slow.vkey()}\nqpd 1\n")
        seoul = self.witness()
        self.cosigned(seoul, self.cosigner(seoul), slow, 0)
        _, headers, _ = self.refused(seoul, 429, slow.grow("b").request(1))
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.cosigned(seoul, self.cosigner(seoul), self.log, 0)

    def test_a_connection_is_kept(self):
        seoul = self.witness()
        connection = http.client.HTTPConnection("127.0.0.1", seoul.witness_port, timeout=DEADLINE)
        for status, body in ((200, self.log.request(0)), (409, self.log.request(0)), (200, self.log.request(4)), (400, b"x")):
            connection.request("POST", "/add-checkpoint", body)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status)
        connection.close()

    def test_off_by_default_and_never_in_the_way_of_the_city(self):
        seoul = self.node("seoul")
        self.assertNotIn("witness", seoul.status())
        self.assertFalse((seoul.data / "keys" / "witness.key").exists())
        self.assert_refused("no witness", lambda: seoul.run("witness"))
        seoul.stop()
        # A list that is missing, an address that is taken: the city publishes on.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            seoul.start("--witness-listen", f"127.0.0.1:{taken.getsockname()[1]}", "--witness-logs", f"{self.folder}/none")
            seoul.publish("Still here")
            self.assertIn("choose another IP:PORT", seoul.status()["witness"]["trouble"])
            self.assertIn("nothing now", seoul.run("status"))


class KilledNode(WitnessTest):
    """The real daemon, ended before the answer leaves it; few times, for it takes a second to start."""

    def test_what_was_kept_is_known(self):
        killer = build_killer(self.folder)
        seoul, log = self.witness(), self.log
        cosigner = self.cosigner(seoul)
        self.cosigned(seoul, cosigner, log, 0)
        for turn in range(5):
            # A node without peers sends nothing but answers. While it starts, another test's node may dial its port.
            armed = pathlib.Path(self.folder) / f"armed {turn}"
            seoul.within = ["env", f"LD_PRELOAD={killer}", "KILL_SENDS=1", f"KILL_ARMED={armed}"]
            self.again(seoul)
            before, one, other = log.size(), log.with_(f"{turn} one"), log.with_(f"{turn} other")
            armed.touch()
            self.assertIsNone(self.add(seoul, one.request(before)))
            self.assertEqual(seoul.process.wait(DEADLINE), -signal.SIGKILL)
            seoul.within = []
            self.again(seoul)
            self.conflict(seoul, other.request(before), before + 1)
            self.refused(seoul, 422, other.request(before + 1))
            self.cosigned(seoul, cosigner, one, before + 1)
            log = one


class Alone:
    """The witness and its file without a node around them (tests/witness/witness_alone.cpp): a process of its own, with its fsyncs."""

    def __init__(self, folder, log, seed, killer, **steps):
        ours, theirs = socket.socketpair()
        environment = os.environ | ({"LD_PRELOAD": killer} | {name: str(value) for name, value in steps.items()} if steps else {})
        self.process = subprocess.Popen([str(BIN / "witness_alone"), f"{folder}/alone.db", f"{folder}/alone.logs", "w.example", seed.hex()],
                                        stdin=theirs, env=environment)
        theirs.close()
        self.socket = ours
        ours.settimeout(DEADLINE)

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                return None
            data += more
        return data

    def ask(self, kind, body):
        """Status and body; None: it ended first."""
        try:
            self.socket.sendall((len(body) + 1).to_bytes(4, "big") + kind + body)
            length = self.take(4)
            text = length and self.take(int.from_bytes(length, "big"))
        except ConnectionError:
            return None
        if not text:
            return None
        status, body = text.decode().split("\n", 1)
        return int(status), body

    def end(self):
        self.socket.close()
        return self.process.wait(DEADLINE)


class Killed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="koinon-witness-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.killer = build_killer(self.folder)
        self.seed = sha256(b"the witness")
        self.cosigner = Cosigner(vkey("w.example", 4, public_key(self.seed)))
        self.log = OtherLog("log.example").grow("first")
        pathlib.Path(self.folder, "alone.logs").write_text(f"vkey {self.log.vkey()}\n")

    def start(self, **steps):
        return Alone(self.folder, self.log, self.seed, self.killer, **steps)

    def cosigned(self, answer, log):
        self.assertEqual(answer[0], 200, answer)
        self.cosigner.check(log.text(), answer[1])

    def serves(self, alone, log):
        """The monitoring address has a cosignature as well."""
        status, note = alone.ask(b"C", log.hash().encode())
        self.assertEqual(status, 200)
        self.assertTrue(note.startswith(log.note()), note)
        self.cosigner.check(log.text(), note[len(log.note()):])

    def test_between_keeping_and_answering(self):
        alone, log = self.start(KILL_SENDS=2), self.log
        self.cosigned(alone.ask(b"A", log.request(0)), log)
        for turn in range(ROUNDS):
            before = log.size()
            one, other = log.with_(f"{turn} one"), log.with_(f"{turn} other")
            self.assertIsNone(alone.ask(b"A", one.request(before)))
            self.assertEqual(alone.end(), -signal.SIGKILL)
            # It answers four times, and is ended before it answers the fifth.
            alone = self.start(KILL_SENDS=5)
            self.assertEqual(alone.ask(b"A", other.request(before)), (409, f"{before + 1}\n"))
            self.assertEqual(alone.ask(b"A", other.request(before + 1))[0], 422)
            self.serves(alone, one)
            self.cosigned(alone.ask(b"A", one.request(before + 1)), one)
            log = one
        alone.end()
        self.assertEqual(len(self.cosigner.roots), ROUNDS + 1)

    def test_before_each_step_that_makes_something_durable(self):
        """Whether the head was kept then or not: it is one history."""
        log, killed = self.log, 0
        for step in range(1, 40):
            alone = self.start(KILL_AT=step)
            before, one, other = log.size(), log.with_(f"{step} one"), log.with_(f"{step} other")
            first = self.newest(log) == 0
            if first:
                one, other, before = log, log.with_("not it"), 0
            answer = alone.ask(b"A", one.request(before))
            if answer is not None:
                self.cosigned(answer, one)
            ended = alone.end()
            killed += ended == -signal.SIGKILL
            alone = self.start()
            answer = alone.ask(b"A", other.request(before))
            if answer[0] == 200:
                self.cosigned(answer, other)
                log = other
            else:
                self.assertEqual(answer, (409, f"{one.size()}\n"))
                self.serves(alone, one)
                log = one
            self.assertEqual(alone.end(), 0)
            if ended == 0:
                break
        self.assertEqual(ended, 0, "it comes to an end")
        self.assertGreater(killed, 0)

    def newest(self, log):
        return self.cosigner.newest(log.origin)


class Reader(unittest.TestCase):
    """The client's own parts, against RFC 6962 section 2.1.3."""

    def test_proofs(self):
        log = OtherLog("x").grow(*"abcdefg")
        a, b, c, d, e, f, j = log.leaves
        node = lambda left, right: sha256(b"\1" + left + right)
        g, h, i = node(a, b), node(c, d), node(e, f)
        k, l = node(g, h), node(i, j)
        self.assertEqual(consistency(3, log.leaves), [c, d, g, l])
        self.assertEqual(consistency(4, log.leaves), [l])
        self.assertEqual(consistency(6, log.leaves), [i, j, k])
        self.assertEqual(key_id("example.com/foo", 1, b"\0" * 32), sha256(b"example.com/foo\n\1" + b"\0" * 32)[:4])


if __name__ == "__main__":
    unittest.main()
