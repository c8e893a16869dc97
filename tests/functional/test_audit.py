"""koinon audit-log: a log of another system that is cut, rewritten, shrunken and forked, and a city's own."""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import unittest

import wire
from nodes import BIN, DEADLINE, NodesTest
from tile_server import TileLog, TileServer

SEED = bytes(range(32))
WELL, WRONG, USAGE, UNREACHED, LOCAL = 0, 1, 2, 3, 4


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out.decode(), err.decode()

    def json(self):
        return json.loads(self.out)


class Auditor:
    """The command with a state of its own."""

    def __init__(self, folder, url, *vkeys):
        self.folder, self.url, self.vkeys = pathlib.Path(folder), url, vkeys

    def command(self, *args):
        keys = [word for key in self.vkeys for word in ("--vkey", key)]
        return [str(BIN / "koinon"), "--json", "audit-log", self.url, *keys, *map(str, args)]

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        return {**kept, "XDG_STATE_HOME": str(self.folder)}

    def start(self, *args):
        return subprocess.Popen(self.command(*args), env=self.environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *args):
        with self.start(*args) as process:
            out, err = process.communicate(timeout=5 * DEADLINE)
        return Run(process.returncode, out, err)

    def state(self):
        return next(self.folder.glob("koinon/audit/*.state"), None)


class Other(unittest.TestCase):
    """A log of another system."""

    @classmethod
    def setUpClass(cls):
        cls.entries = [b"entry %d " % i + bytes(i % 40) for i in range(100_000)]
        cls.public = wire.public_key(SEED)
        cls.whole = TileLog(cls.entries, cls.public, SEED)
        cls.short = TileLog(cls.entries[:1000], cls.public, SEED)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="koinon-audit-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = TileServer(self.short)
        self.addCleanup(self.server.stop)
        self.auditor = Auditor(self.folder, self.server.url, self.short.vkey)

    def audit(self, log, expected, *args):
        self.server.log = log
        run = self.auditor.run(*args)
        self.assertEqual(run.code, expected, run.out + run.err)
        return run

    def found(self, log, kind):
        """The fault is told, and both heads are kept, signed as they came."""
        before = self.server.log.note
        said = self.audit(log, WRONG).json()
        self.assertEqual((said["verdict"], said["fault"]["kind"]), ("wrong", kind))
        files = {name.rsplit(".", 1)[1]: pathlib.Path(name).read_bytes() for name in said["fault"]["files"]}
        self.assertEqual(files, {"before": before, "now": log.note})
        return said

    def test_100_000_entries_over_a_line_that_is_cut_20_times_and_with_kills(self):
        chance = random.Random(20)
        cuts, kills = 20, 5
        places = chance.sample(range(2, 750), cuts + kills)
        self.server.log = self.whole
        self.server.cuts = {place: chance.random() * 0.95 for place in places[:cuts]}
        process = None
        for place in places[cuts:]:
            self.server.hooks[place] = lambda: process.kill()
        codes = []
        while not codes or codes[-1] == -signal.SIGKILL:
            with self.auditor.start() as process:
                out, err = process.communicate(timeout=5 * DEADLINE)
            codes.append(process.returncode)
        self.assertEqual(codes, [-signal.SIGKILL] * kills + [WELL], err)
        self.assertEqual(self.server.cuts, {})
        said = json.loads(out)
        self.assertEqual((said["verdict"], said["size"], said["origin"]), ("well", 100_000, self.whole.origin))
        # A cut costs one request more, a kill what was not written down yet: 16 bundles, and those of that moment.
        bundles = [path for path in self.server.asked if "/tile/entries/" in path]
        self.assertEqual(len(set(bundles)), 391)
        self.assertLessEqual(len(bundles), 391 + cuts + 17 * kills)
        self.assertEqual(self.auditor.run().json()["checked"], 0)

    def test_it_follows_as_the_log_grows_and_reads_what_is_new(self):
        self.audit(self.short, WELL)
        asked = self.server.count
        self.assertEqual(self.audit(self.short, WELL).json()["added"], 0)
        self.assertEqual(self.server.count, asked + 1)
        said = self.audit(self.whole.of(self.entries[:1300]), WELL).json()
        self.assertEqual((said["added"], said["checked"], said["size"]), (300, 300, 1300))
        self.assertEqual(self.audit(self.server.log, WELL, "--whole").json()["checked"], 1300)

    def test_a_rewritten_log(self):
        self.audit(self.short, WELL)
        state = self.auditor.state().read_bytes()
        self.found(self.whole.of(self.entries[:2000]).changed(7, b"another"), "rewritten")
        self.assertEqual(self.auditor.state().read_bytes(), state, "what was believed stays")
        self.audit(self.whole.of(self.entries[:2000]), WELL)

    def test_a_shrunken_log(self):
        self.audit(self.short, WELL)
        self.found(self.short.of(self.entries[:900]), "shrunken")

    def test_a_forked_log(self):
        self.audit(self.short, WELL)
        self.found(self.short.changed(999, b"another"), "forked")

    def test_a_log_whose_files_are_not_what_it_signed(self):
        bundle = self.short.tile("entries/001")
        for path, body, kind in (("entries/001", bundle[:-1] + b"!", "entries"), ("entries/001", bundle + b"\0\0", "entries"),
                                 ("entries/001", bytes(40_000_000), "entries"), ("0/003.p/232", bytes(232 * 32), "tiles"),
                                 ("0/003.p/232", bytes(1_000_000), "tiles"), ("0/001", bytes(8192), "entries")):
            with self.subTest(path=path, size=len(body)):
                self.server.instead = {f"/log/tile/{path}": body}
                run = Auditor(tempfile.mkdtemp(dir=self.folder), self.server.url, self.short.vkey).run()
                self.assertEqual(run.code, WRONG, run.err)
                self.assertEqual(run.json()["fault"]["kind"], kind)

    def test_a_head_that_is_not_signed_by_the_key(self):
        other = wire.public_key(bytes(32))
        wrong = Auditor(self.folder, self.server.url, wire.vkey(self.short.origin, other)).run()
        self.assertEqual(wrong.code, WRONG)
        self.assertEqual(wrong.json()["fault"]["kind"], "signature")
        self.assertIn("--vkey OLD --vkey NEW", wrong.err)

    def test_what_is_no_word_against_the_log(self):
        self.server.instead = {"/log/checkpoint": b"<html>Log in to this network</html>"}
        self.audit(self.short, UNREACHED)
        self.server.instead = {"/log/checkpoint": bytes(1_000_000)}
        self.audit(self.short, UNREACHED)
        self.server.instead = {}
        self.server.redirects = {"/log/checkpoint": "/log/checkpoint"}
        self.audit(self.short, UNREACHED)
        self.server.redirects = {"/log/checkpoint": "file:///etc/passwd"}
        self.audit(self.short, UNREACHED)
        self.server.redirects = {"/log/checkpoint": "/elsewhere"}
        self.server.instead = {"/elsewhere": self.short.note}
        self.audit(self.short, WELL)
        self.server.redirects = {}
        self.auditor.state().write_text("koinon-audit/v1\nread 7\n")
        self.audit(self.short, LOCAL)
        for args in (("--policy", "/nowhere"), ("--follow", "0"), ("--unknown",)):
            self.assertIn(self.auditor.run(*args).code, (USAGE, LOCAL), args)
        for url, key in (("ftp://city.example/log", self.short.vkey), (self.server.url, "no key"), (self.server.url + "?a=b", self.short.vkey)):
            self.assertEqual(Auditor(self.folder, url, key).run().code, USAGE, url)
        self.server.stop()
        self.assertEqual(Auditor(self.folder + "/new", self.server.url, self.short.vkey).run().code, UNREACHED)


class City(NodesTest):
    """A city's own log, as its node serves it."""

    def test_a_city_is_watched_over_a_new_key(self):
        seoul = self.node("seoul")
        auditor = Auditor(self.folder, f"http://127.0.0.1:{seoul.http_port}/log/{seoul.log_id()}", seoul.json("id")["vkey"])
        first = auditor.run()
        self.assertEqual(first.code, WELL, first.err)
        seoul.publish("One")
        seoul.publish("Two")
        said = auditor.run().json()
        self.assertEqual((said["verdict"], said["added"], said["checked"]), ("well", 2, 2))
        seoul.run("rotate-key")
        seoul.publish("Three")
        # The key that was given leads to the new one by the log's own statements.
        run = auditor.run()
        self.assertEqual(run.code, WELL, run.err)
        self.assertGreaterEqual(run.json()["added"], 2)
        self.assertIn("new keys", run.json()["told"][0])
        self.assertIn("seoul.example/koinon/", run.json()["origin"])


if __name__ == "__main__":
    unittest.main()
