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
from nodes import BIN, DEADLINE, TOP, Node, NodesTest, connected, koinon, own_entries, peer, wait_for
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

    def says_yes(self, script):
        """Runs a block at a terminal, and answers what it asks with yes."""
        terminal, end = pty.openpty()
        os.write(terminal, b"y\n")
        try:
            self.execute(script, stdin=end)
        finally:
            os.close(terminal)
            os.close(end)

    def said(self):
        """All that blocks have printed."""
        return (self.top / "runbook.log").read_text()

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
        self.says_yes(changes)
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

    def test_the_paper_is_lost_and_the_second_copy_is_there(self):
        rome = self.rome()
        shutil.copy(self.more["WORDS"], self.top / "lost")
        self.more["DATA"] = str(rome.data)
        # The runbook leads there.
        changes, backs_up = blocks("New recovery words")
        self.says_yes(changes)
        rome.stop()
        rome.start(peer_port=rome.peer_port)
        wait_for(lambda: state(rome) == "signs", "it signs after the restart")
        self.execute(backs_up)
        new = re.search(r"(?:^ *(?:\d+ [a-z]+ *)+$\n?)+", self.said(), re.M).group(0)
        words = re.findall(r"[a-z]+", new)
        self.assertEqual(len(words), 24)
        (self.top / "new words").write_text(" ".join(words))
        wait_for(lambda: self.la.entries("rome.example") == own_entries(rome), "Los Angeles has all of its log")
        look = lambda paper: koinon("recover", "--words-file", self.top / paper, "--invite", self.more["INVITE"], data=self.top / "finder")
        # Whoever finds the lost paper can do nothing with it, and the new one is worth what that was.
        self.assert_refused("count no more", lambda: look("lost"))
        self.assertIn("new recovery words at", look("new words"))

    def test_the_paper_is_lost(self):
        rome = self.rome()
        old = self.own
        wait_for(lambda: "rome.example" in [city["city"] for city in self.seoul.asked("cities")["items"]], "Seoul follows whom Los Angeles vouches for")
        signs, begins, peers_do, joins = blocks("The paper is lost")
        self.more |= {"DATA": str(rome.data), "CITY": "rome.example", "CITY_NAME": "Rome", "PAPER": str(self.top / "page.html")}
        before = rome.json("id")["vkey"]
        self.execute(signs)
        self.assertNotEqual(rome.json("id")["vkey"], before)
        self.assertTrue((self.top / "backup").exists())
        self.execute(begins)
        self.assertIn("Recovery words of Rome", (self.top / "page.html").read_text())
        self.assertIn("shred", self.said())
        wait_for(lambda: (self.top / "ready").exists(), "the new node serves")
        self.own = json.loads(koinon("--json", "id", data=self.top / "new"))["log_id"]
        self.assertNotEqual(self.own, old)
        node = self.serves(self.top / "new")
        # The peer does its part, on its own machine.
        self.more |= {"DATA": str(self.la.data), "ADDRESS": f"127.0.0.1:{self.la.peer_port}"}
        self.execute(peers_do)
        self.more["INVITE"] = re.findall(r"^\S+@127\.0\.0\.1:\d+#\S+\+\S+$", self.said(), re.M)[-1]
        self.says_yes(joins)

        def vouched_for():
            return {vouch["log_id"] for vouch in self.la.local("GET", "/api/v1/cities/la.example")["vouches_for"]}

        wait_for(lambda: self.own in vouched_for() and old not in vouched_for(), "Los Angeles vouches for the new log, and not for the old one")
        wait_for(lambda: state(node) == "signs", "it signs")
        wait_for(lambda: connected(self.la, "rome.example"), "they are peers")
        for city in (self.la, self.seoul):
            wait_for(lambda: city.local("GET", "/api/v1/cities/rome.example").get("log_id") == self.own, f"{city.city} means the new log by the name")
        ref = node.publish("Of the new log")
        for city in (self.la, self.seoul):
            wait_for(lambda: city.shows(ref), f"{city.city} has what it says")
        self.assertEqual([vouch["log_id"] for vouch in node.local("GET", "/api/v1/cities/rome.example")["vouches_for"]], [self.la.log_id()])
        # The old node goes on for itself: nobody follows it.
        rome.publish("Of the old log")
        self.assertFalse(connected(self.la, f"rome.example~{old[:16]}"))
        rome.stop()
        self.assertEqual({item["title"] for item in self.la.listed(city="rome.example", kind="practice")}, {"Of the new log"})

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
