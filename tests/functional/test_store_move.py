"""A node's store moves to a PostgreSQL server and back, with all that it holds: killed at any step it goes on, and at no moment two
stores are open that could fork the log."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import unittest

import postgres_server
from api import PASSWORD, get, person, post
from nodes import BIN, DEADLINE, NodesTest, own_entries, wait_for

KILLER = pathlib.Path(__file__).with_name("kill_at.c")


def practice(title):
    return {"kind": "practice", "language": "en", "topics": ["health/testing"], "content": {"title": title, "solution": "Text."}}


class StoreMove(NodesTest):
    def setUp(self):
        postgres_server.demand(self.id())
        super().setUp()
        self.server = postgres_server.PostgresServer()
        self.addCleanup(self.server.end)
        self.server.start()
        self.url = self.server.make_database()

    def fill(self, node):
        """Notes, one with a file, one that is erased, one that waits, a draft, an account with a session: its headers."""
        file = pathlib.Path(self.folder) / "plan.txt"
        file.write_bytes(os.urandom(700_000))
        for number in range(5):
            node.publish(f"Note {number}", "x" * 2000)
        self.with_file = node.publish("With a file", "Text.", ("health/testing",), "--attach", file)
        self.erased = node.publish("To be erased")
        kim = person(node, "kim", "publisher", "--office", "Press")
        self.held = post(node, "/api/v1/records", practice("Held") | {"hold": 3600}, kim).json()["id"]
        self.draft = post(node, "/api/v1/drafts", practice("A draft"), kim).json()["id"]
        return kim

    def shown(self, node, title):
        """The ref of a note that is published, and that the index has: it has all before it, too."""
        ref = node.publish(title)
        wait_for(lambda: ref in node.refs(), f"{title} is shown")
        return ref

    def seen(self, node, kim):
        """What readers, auditors and the office are shown."""
        log = node.log_id()
        wait_for(lambda: self.with_file in node.refs(), "the index has all of it")
        checkpoint = get(node, f"/log/{log}/checkpoint").text().split("\n")[:3]
        return {
            "head": checkpoint,
            "tile": get(node, f"/log/{log}/tile/0/000.p/{checkpoint[1]}").body,
            "records": node.listed(),
            "notes": [get(node, f"/api/v1/records/{ref}/markdown").text() for ref in sorted(node.refs(kind="practice"))],
            "feed": get(node, "/feeds/all.atom").text().replace(f":{node.http_port}/", "/"),
            "held": get(node, "/api/v1/held", kim).json(),
            "drafts": get(node, "/api/v1/drafts", kim).json(),
            "accounts": json.loads(node.run("--json", "user", "list")),
        }

    def logs_in(self, node):
        return post(node, "/api/v1/sessions", {"name": "kim", "password": PASSWORD}).status == 201

    def configured(self, node):
        file = node.data / "koinond.toml"
        return file.read_text() if file.exists() else ""

    def marks(self, node):
        """What the two stores say of themselves: of the folder, and of the server. Empty: it is open; None: there is none."""
        here = there = None
        if (node.data / "store.db").exists():
            with sqlite3.connect(f"file:{node.data}/store.db?mode=ro", uri=True) as db:
                here = [row[0] for row in db.execute("SELECT key FROM meta WHERE key IN ('moving', 'moved_to')")]
            db.close()
        if self.server.ask("SELECT to_regclass('koinon_store.meta') IS NOT NULL") == ["t"]:
            keys = self.server.ask("SELECT key FROM koinon_store.meta WHERE key IN ('moving', 'moved_to', 'instance_token')")
            there = [key for key in keys if key != "instance_token"] if keys else None
        return here, there

    def test_there_and_back_while_it_is_read(self):
        seoul, la = self.pair()
        kim = self.fill(seoul)
        # The greater part while it runs, reads and writes.
        ahead = seoul.json("store", "move", "--to", self.url, "--ahead")
        self.assertGreaterEqual(ahead["rows"], own_entries(seoul))
        self.assertEqual(self.configured(seoul), "")
        seoul.run("withdraw", self.erased, "--erase")
        after = self.shown(seoul, "After the first part")
        wait_for(lambda: not seoul.shows(self.erased) and after in la.refs(), "it goes on")
        self.assert_refused("stop it first", lambda: seoul.run("store", "move", "--to", self.url))
        before = self.seen(seoul, kim)
        seoul.stop()

        moved = seoul.json("store", "move", "--to", self.url)
        self.assertTrue(moved["configured"])
        self.assertEqual(self.configured(seoul), f'store.url = "{self.url}"\n')
        self.assertEqual(self.server.ask("SELECT count(*) FROM koinon_store.record"), [str(moved["records"])])
        self.assertEqual(self.server.ask("SELECT count(*) FROM koinon_grace.body"), ["1"], "kept for its grace time, as before")
        self.assertEqual(self.marks(seoul), (["moved_to"], []))
        self.assertIn("since an earlier run", seoul.run("store", "move", "--to", self.url), "again: nothing is left to do")
        self.assertIn("nothing is left to copy", seoul.run("store", "move", "--to", self.url, "--ahead"))
        seoul.start()
        self.assertEqual(self.seen(seoul, kim), before)
        self.assertTrue(self.logs_in(seoul))
        there = self.shown(seoul, "Signed at once, on the server")
        wait_for(lambda: there in la.refs(), "its peer follows on")
        before = self.seen(seoul, kim)
        seoul.stop()

        # The old one, started by accident.
        (seoul.data / "koinond.toml").unlink()
        seoul.start(wait=False)
        wait_for(lambda: seoul.process.poll() is not None, "it does not start")
        self.assertIn("was moved to postgresql://", seoul.log())
        seoul.process = None
        (seoul.data / "koinond.toml").write_text(f'store.url = "{self.url}"\n')

        seoul.start()
        seoul.json("store", "move", "--to-folder", "--ahead")
        here = self.shown(seoul, "Still on the server")
        before = self.seen(seoul, kim)
        seoul.stop()
        text = seoul.run("store", "move", "--to-folder", "--check-all")
        self.assertIn("both sides were the same", text)
        self.assertEqual(self.configured(seoul), "")
        self.assertEqual(self.marks(seoul), ([], ["moved_to"]))
        self.assertFalse((seoul.data / "store-move").exists())
        self.server.stop()
        seoul.start()
        self.assertEqual(self.seen(seoul, kim), before)
        self.assertTrue(self.logs_in(seoul))
        last = seoul.publish("Home again")
        wait_for(lambda: here in la.refs() and last in la.refs(), "its peer follows on")
        self.assertEqual(la.entries("seoul.example"), own_entries(seoul))

    def killer(self):
        compiler = next(name for name in ("clang-19", "cc") if shutil.which(name))
        path = f"{self.folder}/kill_at.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", path, str(KILLER), "-ldl"], check=True)
        return path

    def killed_until_done(self, node, killer, *args):
        """Killed at later and later steps (what is written, what is sent to the server), until a run ends by itself. How many were
        killed."""
        at, count = 3, 0
        while True:
            done = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "store", "move", *args], stdin=subprocess.DEVNULL,
                                  env=os.environ | {"LD_PRELOAD": killer, "KILL_AT": str(at), "KILL_TALKING": "1"},
                                  capture_output=True, text=True, timeout=DEADLINE)
            here, there = self.marks(node)
            self.assertFalse(here == [] and there == [], "both are open")
            if done.returncode == 0:
                return count
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            at, count = at + max(3, at // 4), count + 1

    def test_killed_at_many_steps_it_goes_on(self):
        seoul = self.node("seoul")
        kim = self.fill(seoul)
        before = self.seen(seoul, kim)
        seoul.stop()
        killer = self.killer()
        self.assertGreater(self.killed_until_done(seoul, killer, "--to", self.url), 5)
        seoul.start()
        self.assertEqual(self.seen(seoul, kim), before)
        seoul.stop()
        self.assertGreater(self.killed_until_done(seoul, killer, "--to-folder"), 5)
        seoul.start()
        self.assertEqual(self.seen(seoul, kim), before)
        self.assertTrue(seoul.publish("And it signs"))

    def test_where_another_node_is_nothing_is_changed(self):
        la, seoul = self.node("la"), self.node("seoul")
        la.publish("Of Los Angeles")
        la.stop(), seoul.stop()
        la.run("store", "move", "--to", self.url)
        held = self.server.ask("SELECT id, entry FROM koinon_store.record ORDER BY id")
        self.assert_refused("another node", lambda: seoul.run("store", "move", "--to", self.url))
        self.assertEqual(self.server.ask("SELECT id, entry FROM koinon_store.record ORDER BY id"), held)
        self.assert_refused("no password in it",
                            lambda: seoul.run("store", "move", "--to", "postgresql://koinon:secret@db.example/koinon"))
        self.assert_refused("in the data folder", lambda: seoul.run("store", "move", "--to-folder"))
        self.assertEqual(self.marks(seoul)[0], [])
        seoul.start(), la.start()
        self.assertTrue(seoul.publish("Seoul goes on") and la.publish("And so does Los Angeles"))

    def test_a_server_that_goes_away_is_told_and_the_move_goes_on(self):
        seoul = self.node("seoul")
        kim = self.fill(seoul)
        seoul.json("store", "move", "--to", self.url, "--ahead")
        before = self.seen(seoul, kim)
        seoul.stop()
        self.server.stop()
        with self.assertRaises(Exception) as caught:
            seoul.run("store", "move", "--to", self.url)
        self.assertEqual(len(str(caught.exception).splitlines()), 1, "one line says it")
        self.assertEqual(self.configured(seoul), "")
        self.server.start()
        seoul.run("store", "move", "--to", self.url)
        seoul.start()
        self.assertEqual(self.seen(seoul, kim), before)


if __name__ == "__main__":
    unittest.main()
