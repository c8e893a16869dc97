"""A recovery is ended at every step that it takes, and begun again: the city has said one thing in the end."""

import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from nodes import BIN, DEADLINE, koinon, own_entries, wait_for
from test_invites import invite
from test_keys import state
from test_recovery import Words

SOURCE = pathlib.Path(__file__).with_name("kill_at.c")


class Killed(Words):
    def setUp(self):
        super().setUp()
        compiler = next(name for name in ("clang-19", "cc") if shutil.which(name))
        self.killer = f"{self.folder}/kill_at.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.killer, str(SOURCE), "-ldl"], check=True)

    def recover(self, node, paper, line, at):
        """Runs it until its step of that number: its exit code, or -9, and what it says on standard error."""
        done = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "recover", "--words-file", str(paper), "--invite", line, "--yes"],
                              env={**os.environ, "LD_PRELOAD": self.killer, "KILL_AT": str(at), "KILL_TALKING": "1"}, capture_output=True, text=True, timeout=DEADLINE)
        return done.returncode, done.stderr

    def starts(self, node, at):
        """Whether the node comes to sign before its step of that number, at which it is killed."""
        node.within = ["env", f"LD_PRELOAD={self.killer}", f"KILL_AT={at}"]
        node.start(wait=False)

        def outcome():
            if node.process.poll() is not None:
                return "killed"
            try:
                return "signs" if state(node) == "signs" else None
            except (OSError, IndexError, ValueError):  # it serves not yet, or no more
                return None
        return wait_for(outcome, "it signs, or is killed") == "signs"

    def kinds(self, node, kind):
        return [item["ref"] for item in node.listed(city="seoul.example", kind=kind)]

    def test_a_recovery_that_is_killed_at_every_step_states_one_thing(self):
        seoul, words, milan, entries = self.lost()
        paper, line = self.file(words), invite(milan)
        identity = seoul.data / "keys" / "identity"
        # Until the folder is in its place nothing has left the machine: what was stated is forgotten.
        for step in itertools.count(1):
            code, said = self.recover(seoul, paper, line, step)
            self.assertEqual(code, -signal.SIGKILL, said)
            if seoul.data.exists():
                break
        self.assertGreater(step, 40, "there are many of them")
        stated = identity.read_text()
        self.assertEqual(stated.count("statement "), 1)
        # From then on it is the same statement.
        for step in itertools.count(1):
            code, said = self.recover(seoul, paper, line, step)
            self.assertEqual(identity.read_text(), stated)
            if code != -signal.SIGKILL:
                break
        if code != 0:  # killed between the answer and its reading: RUNBOOK says what to do
            self.assertIn("the invite was used", said)
            again = koinon("recover", "--words-file", paper, "--invite", invite(milan), data=seoul.data)
            self.assertIn("already, taken back by statement 1", again)
        self.assertEqual(identity.read_text(), stated)

        # The daemon's first start states it in the log.
        lives = 0
        for step in itertools.count(1, 1 if os.environ.get("KOINON_ALL") else 3):
            lives += 1
            if self.starts(seoul, step):
                break
            self.assertEqual(seoul.stop(), -signal.SIGKILL)
        self.assertGreater(lives, 5)
        seoul.stop(signal.SIGKILL)
        seoul.within = []
        seoul.start()
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertEqual(identity.read_text(), stated)
        ref = seoul.publish("After")
        self.assertEqual(set(seoul.titles()) & {"First", "Second", "Third", "After"}, {"First", "Second", "Third", "After"})
        wait_for(lambda: ref in milan.refs(city="seoul.example"), "Milan follows it")
        for node in (seoul, milan):
            self.assertEqual([len(self.kinds(node, kind)) for kind in ("rotation", "keys")], [1, 1], "each is in the log once")
            self.assertEqual(len(node.local("GET", "/api/v1/cities/seoul.example")["key_changes"]), 1)
            self.assertEqual(node.status()["frozen"], [])
            self.assertNotIn("does not verify", node.log())
        self.assertEqual(milan.entries("seoul.example"), own_entries(seoul))


if __name__ == "__main__":
    unittest.main()
