"""A recovery is ended at every step that it takes, and begun again: the city has said one thing in the end. So is `koinon init`."""

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

    def until(self, at, data, *args, talking=True):
        """Runs a command until its step of that number."""
        steps = {"LD_PRELOAD": self.killer, "KILL_AT": str(at)} | ({"KILL_TALKING": "1"} if talking else {})
        return subprocess.run([str(BIN / "koinon"), "--data", str(data), *map(str, args)], env=os.environ | steps, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=DEADLINE)

    def recover(self, node, paper, line, at):
        """Its exit code, or -9, and what it says on standard error."""
        done = self.until(at, node.data, "recover", "--words-file", paper, "--invite", line, "--yes")
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
            again = koinon("recover", "--words-file", paper, "--invite", invite(milan), "--yes", data=seoul.data)
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
            wait_for(lambda: self.kinds(node, "keys"), "its log names the new keys")
            self.assertEqual([len(self.kinds(node, kind)) for kind in ("rotation", "keys")], [1, 1], "each is in the log once")
            self.assertEqual(len(node.local("GET", "/api/v1/cities/seoul.example")["key_changes"]), 1)
            self.assertEqual(node.status()["frozen"], [])
            self.assertNotIn("does not verify", node.log())
        wait_for(lambda: milan.entries("seoul.example") == own_entries(seoul), "both have the same")

    def in_place(self, data, *args, first=1):
        """The first step at which a command is killed with its folder in place."""
        for step in itertools.count(first):
            done = self.until(step, data, *args)
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            if data.exists():
                return step

    def test_what_a_killed_run_left_is_no_leave_to_remove_what_is_somebodys(self):
        seoul, words, milan, entries = self.lost()
        paper, data = self.file(words), seoul.data
        backup, rome = pathlib.Path(self.folder) / "backup", pathlib.Path(self.folder) / "rome"
        milan.run("backup", backup)
        recover = ("recover", "--words-file", paper, "--invite", invite(milan), "--yes")
        for place, command in ((data, recover), (rome, ("restore", backup))):
            partial, marker = pathlib.Path(f"{place}.partial"), pathlib.Path(f"{place}.partial-of-restore")
            step = self.in_place(place, *command, first=20 if command is recover else 1)
            self.assertTrue(marker.exists(), "killed before the marker went")
            shutil.move(place, f"{place}-moved")
            partial.mkdir()
            (partial / "mine").write_text("mine")
            self.assert_refused("no restore left; move it away", lambda: koinon(*command, data=place))
            self.assertEqual((partial / "mine").read_text(), "mine")
            shutil.rmtree(partial)
            # The same where it is killed again: the next run takes the marker away.
            self.in_place(place, *command, first=step)
            if command is recover:
                self.assertIn("already, taken back by statement 1", koinon(*command, data=place))
            else:
                self.assert_refused("something is there", lambda: koinon(*command, data=place))
            self.assertFalse(marker.exists())

    def test_the_operators_link_is_told_before_anybody_is_talked_to(self):
        seoul, words, milan, entries = self.lost()
        recover = ("recover", "--words-file", self.file(words), "--invite", invite(milan), "--yes")
        for step in itertools.count(self.in_place(seoul.data, *recover, first=30) + 1):
            shutil.rmtree(seoul.data, ignore_errors=True)  # the steps before are not always as many
            done = self.until(step, seoul.data, *recover)
            self.assertEqual(done.returncode, -signal.SIGKILL, "it was told only after all")
            if "/welcome/" in done.stdout:
                break
        self.assertNotIn("has pinned it", done.stdout)

    def test_an_init_that_is_killed_leaves_no_node_whose_words_nobody_has(self):
        data, page = pathlib.Path(self.folder) / "rome", pathlib.Path(self.folder) / "page"
        init = ("init", "--name", "rome.example", "--display-name", "Rome", "--signing-mark", self.folder)
        for how, command in (("shown", ("--json", *init)), ("printed", (*init, "--print", page))):
            unfinished = 0
            for step in itertools.count(1, 1 if os.environ.get("KOINON_ALL") else 4):
                done = self.until(step, data, *command, talking=False)
                whole = (data / "store.db").exists() and not (data / "init-unfinished").exists()
                has_words = "recovery_words" in done.stdout if how == "shown" else page.exists() and "</html>" in page.read_text()
                if whole:
                    self.assertTrue(has_words, (how, step))
                if done.returncode == 0:
                    break
                self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                if whole:
                    self.assert_refused("lives here already", lambda: koinon(*init, data=data))
                elif (data / "store.db").exists():
                    unfinished += 1
                    self.assert_refused("nobody has them. Remove the folder, and run init again", lambda: koinon(*init, data=data))
                else:
                    koinon(*init, data=data)
                shutil.rmtree(data)
                page.unlink(missing_ok=True)
            self.assertGreater(unfinished, 0, how)
            shutil.rmtree(data)


if __name__ == "__main__":
    unittest.main()
