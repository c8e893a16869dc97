"""The commands of RUNBOOK, run as they are written there."""

import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import unittest

from browser import first_operator
from nodes import BIN, DEADLINE, TOP, Node, NodesTest, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import state
from thief import Relay, Thief
from wire import City

RUNBOOK = (TOP / "deploy" / "RUNBOOK.md").read_text()


def blocks(section):
    """The shell blocks of a section, in order."""
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", RUNBOOK, re.M | re.S).group(1)
    return re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)


class Runbook(NodesTest):
    def setUp(self):
        super().setUp()
        self.started = []
        self.more = {}  # variables of one section
        self.top = pathlib.Path(self.folder)
        self.seoul, self.la = self.pair()
        self.ref = self.seoul.publish("Kept")
        self.line = self.la.line()
        wait_for(lambda: self.la.shows(self.ref), "Los Angeles holds it")
        self.own = self.seoul.log_id()
        # On a machine of its own a node has the usual ports; here others may have them.
        commands = self.top / "bin"
        commands.mkdir()
        (commands / "koinon").symlink_to(BIN / "koinon")
        (commands / "koinond").write_text(
            f'#!/bin/sh\nexec {BIN}/koinond "$@" --listen 127.0.0.1 --peer-port 0 --http-port 0 --ready-file {self.top}/ready\n')
        (commands / "koinond").chmod(0o755)
        (self.top / "words").write_text("a long passphrase\n")

    def tearDown(self):
        for pid in self.started:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        super().tearDown()

    def environment(self):
        return {**os.environ, "PATH": f"{self.top / 'bin'}:{os.environ['PATH']}", "DATA": str(self.seoul.data), "BACKUP": str(self.top / "backup"),
                "NEW": str(self.top / "new"), "KEYS": str(self.top / "paper" / "keys"), "PEER": self.line,
                "PASSPHRASE": str(self.top / "words"), "SECRET": str(self.top / "backup.key"), **self.more}

    def execute(self, script, stdin=subprocess.DEVNULL):
        """Runs a block; the processes that it leaves in the background are ended with the test."""
        log = open(self.top / "runbook.log", "ab")
        pids = self.top / "pids"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{script}\njobs -p > {pids}"], env=self.environment(),
                              stdin=stdin, stdout=log, stderr=log, timeout=DEADLINE)
        log.close()
        self.assertEqual(done.returncode, 0, f"{script}\n{(self.top / 'runbook.log').read_text()}")
        self.started += [int(pid) for pid in pids.read_text().split()]

    def serves(self, data):
        node = Node(self.top, "new", init=False)
        node.data = pathlib.Path(data)
        wait_for(lambda: (self.top / "ready").exists(), "the daemon that the block started serves")
        node.http_port = json.loads((self.top / "ready").read_text())["http_port"]
        self.assertEqual(node.log_id(), self.own)
        return node

    def test_backup(self):
        for block in blocks("Backup"):
            self.execute(block)
        self.assertTrue((self.top / "backup").exists())

    def test_restore(self):
        self.execute('koinon --data "$DATA" backup "$BACKUP"')
        self.seoul.stop()
        for block in blocks("Restore"):
            self.execute(block)
        self.assertIn(self.ref, self.serves(self.top / "new").refs())

    def test_the_machine_is_gone(self):
        (self.top / "paper").mkdir()
        shutil.copytree(self.seoul.data / "keys", self.top / "paper" / "keys")
        self.seoul.stop()
        shutil.rmtree(self.seoul.data)
        for block in blocks("The machine is gone"):
            self.execute(block)
        node = self.serves(self.top / "new")
        first_operator(node, (self.top / "runbook.log").read_text())
        wait_for(lambda: "Kept" in node.titles(), "the note is back, with its text")
        self.assertIn(self.ref, node.refs())

    def test_moving(self):
        self.seoul.stop()
        for block in blocks("Moving"):
            self.execute(block)
        self.assertIn(self.ref, self.serves(self.top / "new").refs())

    def test_new_recovery_words(self):
        rome = Node(self.folder, "rome", init=False)
        self.nodes.append(rome)
        made = koinon("--json", "init", "--name", rome.name, "--display-name", "Rome", "--signing-mark", rome.mark, data=rome.data)
        rome.start()
        paper = self.top / "paper"
        paper.write_text(json.loads(made)["recovery_words"])
        self.more = {"DATA": str(rome.data), "WORDS": str(paper)}
        changes, backs_up = blocks("New recovery words")
        terminal, end = pty.openpty()
        os.write(terminal, b"y\n")
        try:
            self.execute(changes, stdin=end)
        finally:
            os.close(terminal)
            os.close(end)
        self.assertIn("the new recovery words of rome.example", (self.top / "runbook.log").read_text())
        rome.stop()
        rome.start()
        wait_for(lambda: state(rome) == "signs", "it signs after the restart")
        rome.publish("Under the new key")
        self.execute(backs_up)
        self.assertTrue((self.top / "backup").exists())
        self.assert_refused("count no more", lambda: rome.run("change-recovery-words", "--words-file", paper, "--yes"))

    def rome(self):
        """A city whose words are known, and what Los Angeles holds of it."""
        rome = Node(self.folder, "rome", init=False)
        self.nodes.append(rome)
        made = koinon("--json", "init", "--name", rome.name, "--display-name", "Rome", "--signing-mark", rome.mark, data=rome.data)
        rome.start()
        peer(rome, self.la)
        ours = rome.publish("Ours")
        wait_for(lambda: self.la.shows(ours), "Los Angeles holds it")
        self.own = rome.log_id()
        paper = self.top / "paper"
        paper.write_text(json.loads(made)["recovery_words"].upper().replace(" ", "\n"))
        self.more = {"WORDS": str(paper), "INVITE": invite(self.la), "KEEP": str(own_entries(rome))}
        return rome

    def test_the_key_is_stolen(self):
        rome = self.rome()
        rome.publish("A thief's")
        wait_for(lambda: "A thief's" in {item["title"] for item in self.la.listed(city="rome.example", kind="practice")}, "and what the thief wrote")
        rome.stop()
        looks, takes = blocks("The key is stolen")
        self.execute(looks)
        self.assertFalse((self.top / "new").exists(), "it only looks")
        self.assertIn("A thief's", (self.top / "runbook.log").read_text())
        self.execute(takes)
        node = self.serves(self.top / "new")
        first_operator(node, (self.top / "runbook.log").read_text())
        wait_for(lambda: "Ours" in node.titles() and state(node) == "signs", "what is kept is back")
        self.assertNotIn("A thief's", node.titles())
        wait_for(lambda: {item["title"] for item in self.la.listed(city="rome.example", kind="practice")} == {"Ours"},
                 "what the thief wrote is void")

    def test_our_log_is_frozen(self):
        rome = self.rome()
        thief, relay = Thief(rome), Relay(self.la, City("python.example", self.folder))
        there = relay.held(thief.log)
        relay.show(thief.head(there[:-1] + [thief.practice(title="Another")]))
        wait_for(lambda: self.la.status()["frozen"] == ["rome.example"], "Los Angeles freezes it")
        wait_for(lambda: rome.status()["signing"].startswith("stopped"), "its own node is told")
        relay.close()
        self.more |= {"DATA": str(rome.data), "CITY": "rome.example", "EVIDENCE": str(self.top / "evidence")}
        sees, looks, takes = blocks("Our log is frozen")
        self.execute(sees)
        said = (self.top / "runbook.log").read_text()
        for part in ("our own log has forked", "rome.example signed two histories of its log", f"The first {len(there)} entries are not the same"):
            self.assertIn(part, said)
        self.assertNotIn("nothing thaws", said)
        rome.stop()
        self.execute(looks)
        for part in ("It is frozen there", "Ours"):
            self.assertIn(part, (self.top / "runbook.log").read_text())
        self.execute(takes)
        node = self.serves(self.top / "new")
        wait_for(lambda: "Ours" in node.titles() and state(node) == "signs", "what is kept is back, and it signs")
        wait_for(lambda: self.la.status()["frozen"] == [], "Los Angeles thaws it")
        ref = node.publish("After")
        wait_for(lambda: self.la.shows(ref), "and follows it")


if __name__ == "__main__":
    unittest.main()
