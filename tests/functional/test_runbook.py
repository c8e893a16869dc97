"""The commands of RUNBOOK, run as they are written there."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

from nodes import BIN, DEADLINE, TOP, Node, NodesTest, koinon, peer, wait_for

RUNBOOK = (TOP / "deploy" / "RUNBOOK.md").read_text()


def blocks(section):
    """The shell blocks of a section, in order."""
    text = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", RUNBOOK, re.M | re.S).group(1)
    return re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)


class Runbook(NodesTest):
    def setUp(self):
        super().setUp()
        self.started = []
        self.top = pathlib.Path(self.folder)
        self.seoul, self.la = self.pair()
        self.ref = self.seoul.publish("Kept")
        self.line = self.la.line()
        wait_for(lambda: self.la.shows(self.ref), "Los Angeles holds it")
        # On a machine of its own a node needs no such lines; here other nodes have the usual ports.
        (self.seoul.data / "koinond.toml").write_text(
            f'listen = "127.0.0.1"\npeer.port = 0\nhttp.port = 0\nhttp.public = true\nready_file = "{self.top / "ready"}"\n')
        (self.top / "words").write_text("a long passphrase\n")

    def tearDown(self):
        for pid in self.started:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        super().tearDown()

    def environment(self, **more):
        return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "DATA": str(self.seoul.data), "BACKUP": str(self.top / "backup"),
                "NEW": str(self.top / "new"), "KEYS": str(self.top / "paper" / "keys"), "PEER": self.line,
                "PASSPHRASE": str(self.top / "words"), "SECRET": str(self.top / "backup.key"), **more}

    def execute(self, script, **more):
        """Runs a block; the processes that it leaves in the background are ended with the test."""
        log = open(self.top / "runbook.log", "ab")
        pids = self.top / "pids"
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{script}\njobs -p > {pids}"], env=self.environment(**more),
                              stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=DEADLINE)
        log.close()
        self.assertEqual(done.returncode, 0, f"{script}\n{(self.top / 'runbook.log').read_text()}")
        self.started += [int(pid) for pid in pids.read_text().split()]

    def serves(self, data):
        node = Node(self.top, "new", init=False)
        node.data = pathlib.Path(data)
        wait_for(lambda: (self.top / "ready").exists(), "the daemon that the block started serves")
        self.assertEqual(node.json("id")["name"] if "name" in node.json("id") else "seoul.example", "seoul.example")
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
        (self.top / "koinond.toml").write_text("")
        for block in blocks("The machine is gone"):
            self.execute(block, KOINOND_OPTIONS=f"--listen 127.0.0.1 --peer-port 0 --http-port 0 --ready-file {self.top / 'ready'}")
        self.serves(self.top / "new")

    def test_moving(self):
        self.seoul.stop()
        for block in blocks("Moving"):
            self.execute(block)
        self.assertIn(self.ref, self.serves(self.top / "new").refs())


if __name__ == "__main__":
    unittest.main()
