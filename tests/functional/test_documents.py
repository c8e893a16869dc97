"""RUNBOOK, README and API.md: each block that stands there has a kind that is known, and is run, read or asked for
by a test (documents.py says which kind how). The blocks of README, and those that need no commands, are tried here."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import documents
import needs
import test_examples
import test_export_site
import test_first_day
import test_runbook
from api import ask
from documents import DOCUMENTS, KINDS, RUN, TOP, all_blocks, runs, somebody_who_says_yes
from host import Host, lacks
from nodes import BIN, DEADLINE, Node, NodesTest, connected, free_port, peer, wait_for
from workbook import write_workbook

sys.path.insert(0, str(TOP / "tests" / "package"))
import test_installed  # noqa: E402

# They say what they run when they are read.
OTHERS = (test_examples, test_export_site, test_first_day, test_runbook, test_installed)
# The first word of what somebody types.
COMMANDS = r"(?m)^ *(?:[$#] )?(?:sudo |command )?(?:koinond?|systemctl|apt|apt-get|dpkg|curl|runuser|journalctl|kill|cmake|deploy/\w+|tests/\w+)\b"


def blocks(section, kind="sh"):
    return documents.blocks(section, kind, "README")


class Kinds(unittest.TestCase):
    def test_each_block_is_of_a_kind_that_is_known(self):
        for block in all_blocks():
            with self.subTest(document=block.document, line=block.line):
                self.assertIn(block.kind, KINDS)
        for document in DOCUMENTS:
            self.assertEqual(documents.read(document)[1], [], f"{document}: lines that are code without a fence, which no test finds")

    def test_each_block_of_commands_is_run(self):
        self.assertTrue(OTHERS)
        there = {block.place for block in all_blocks() if block.kind in ("sh", "sh installed", "sh build", "python", "text addresses")}
        self.assertEqual(there - RUN, set(), "no test runs these")
        self.assertEqual(RUN - there, set())

    def test_a_picture_has_no_commands(self):
        for block in all_blocks():
            if block.kind == "text":
                self.assertNotRegex(block.text, COMMANDS, f"{block.document}:{block.line}")

    def test_json_is_json(self):
        for block in all_blocks():
            if block.kind == "json":
                json.loads(block.text)

    def test_what_a_section_refers_to_is_there(self):
        """A title in quotation marks behind `see`, or in brackets, and the links of RUNBOOK to its own headings."""
        text = DOCUMENTS["RUNBOOK"].read_text()
        there = documents.sections("RUNBOOK")
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in there}
        for anchor in re.findall(r"\]\(#([^)]+)\)", text):
            self.assertIn(anchor, anchors)
        prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text)
        for title in re.findall(r'(?:\bsee|\(|says what|leads to) "([A-Z][^"\n]+)"', prose):
            self.assertIn(title.rstrip("."), there)
        # A row of a table that leads somewhere.
        for title in re.findall(r'\| "([A-Z][^"\n]+)"', prose):
            self.assertIn(title, there)


class Files(NodesTest):
    @needs.machine(lacks)
    def test_lines_of_the_configuration_are_taken(self):
        """Each block by itself, with the files that it names."""
        host = Host(pathlib.Path(self.folder) / "host")
        self.hosts.append(host)
        for block in all_blocks():
            if block.kind == "toml":
                with self.subTest(document=block.document, line=block.line):
                    for path in re.findall(r'"(/etc/[^"]+)"', block.text):
                        host.outside(path).write_text("what only two of us know\n")
                        host.outside(path).chmod(0o600)
                    for folder in re.findall(r'proxy_socket = "(.+)/', block.text):
                        host.outside(folder).mkdir()
                    host.outside("/etc/koinon/one.toml").write_text(block.text)
                    host.execute("koinond --check-config --config /etc/koinon/one.toml")
        self.assertIn("the configuration is well", host.said())

    def test_a_note_is_one(self):
        seoul = self.node("seoul")
        for block in all_blocks():
            if block.kind == "markdown":
                with self.subTest(document=block.document, line=block.line):
                    self.assertTrue(seoul.run("publish", "--dry-run", "-", stdin=block.text.encode()))


class Readme(NodesTest):
    def setUp(self):
        super().setUp()
        self.top = pathlib.Path(self.folder)
        self.ran = []
        self.started = []
        # As the build leaves them; on a machine of its own a node has the usual ports, here others may have them.
        programs = self.top / "build" / "install" / "bin"
        programs.mkdir(parents=True)
        (programs / "koinon").symlink_to(BIN / "koinon")
        (programs / "koinond").write_text(f'#!/bin/sh\nexec {BIN}/koinond "$@" --listen 127.0.0.1 --peer-port 0 --http-port 0 --publishing-hold-minutes 0'
                                          f' --ready-file {self.top}/ready\n')
        (programs / "koinond").chmod(0o755)

    def tearDown(self):
        for pid in self.started:
            os.kill(pid, 15)
        for pid in self.started:
            wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "what a block started has ended")
        super().tearDown()

    def shell(self, block, stdin=subprocess.DEVNULL, **more):
        self.ran.append(block)
        pids, log = self.top / "pids", self.top / "said.log"
        with open(log, "ab") as out:
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{block}\njobs -p >{pids}"], cwd=self.top, stdin=stdin, stdout=out, stderr=out,
                                  env={**os.environ, "PATH": f"{self.top}/build/install/bin:{os.environ['PATH']}", "HOME": str(self.top), "NO_PROXY": "*",
                                       "BACKUP": str(self.top / "backup"), **more}, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, f"{block}\n{log.read_text()[-4000:]}")
        self.started += [int(pid) for pid in pids.read_text().split()]
        return log.read_text()

    @runs("A node of your own", document="README")
    def test_a_node_of_your_own(self):
        note, = blocks("A node of your own", "markdown")
        (self.top / "note.md").write_text(note)
        begins, uses = blocks("A node of your own")
        self.shell(begins)
        wait_for(lambda: (self.top / "ready").exists(), "it serves")
        self.shell(uses, KOINON_DATA=str(self.top / "koinon"))
        node = Node(self.top, "koinon", init=False)
        wait_for(lambda: "Cool roofs for schools" in node.titles(), "the note is there")
        self.assertTrue((self.top / "backup").exists())

    @runs("How to peer with a second city", document="README")
    def test_how_to_peer(self):
        seoul = self.node("seoul", start=False)
        other = self.node("other.city")
        # Its address is known before it starts, as an operator's is.
        with open(seoul.data / "koinond.toml", "w") as file:
            file.write(f'address = "127.0.0.1:{(port := free_port())}"\n')
        seoul.start(peer_port=port)
        invites, joins, shows, adds = blocks("How to peer with a second city")
        line = re.findall(r"^\S+@127\.0\.0\.1:\d+#\S+\+\S+$", self.shell(invites, KOINON_DATA=str(seoul.data)), re.M)[-1]
        with somebody_who_says_yes() as stdin:
            self.shell(joins, stdin=stdin, KOINON_DATA=str(other.data), LINE=line)
        wait_for(lambda: connected(seoul, "other.city.example") and connected(other, "seoul.example"), "they connect")
        third = self.node("third")
        third.run("peer", "add", seoul.run("id").strip())
        self.shell(shows, KOINON_DATA=str(third.data))
        self.shell(adds, KOINON_DATA=str(seoul.data), LINE=third.line())
        wait_for(lambda: connected(seoul, "third.example"), "they connect")

    @runs("Who follows a topic", document="README")
    @runs("Who follows a topic", kind="text addresses", document="README")
    def test_who_follows_a_topic(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        seoul.publish("Cool roofs", "White roofs.", ("climate/heat",))
        seoul.run("profile", "set", "-", stdin=seoul.run("profile", "show").replace("+++\n", "+++\nclimate = \"Dwa\"\n", 1).encode())
        write_workbook(self.top / "library.xlsx", [["title", "summary", "solution", "language", "topics"], ["Shade", "Sails.", "We hung them.", "en", "climate/heat"]])
        for block in blocks("Who follows a topic"):
            self.shell(block, KOINON_DATA=str(seoul.data))
        addresses, = blocks("Who follows a topic", "text addresses")
        self.ran.append(addresses)
        for line in addresses.splitlines():
            address = line.split()[0]
            self.assertTrue(address.startswith("http://127.0.0.1:8471/"), line)
            self.assertEqual(ask("GET", address.replace(":8471", f":{seoul.http_port}", 1)).status, 200, line)

    @runs("A node of your own", kind="sh build", document="README")
    @needs.all_tests("it builds the tree")
    def test_it_is_built_as_it_says(self):
        for block in blocks("A node of your own", "sh build"):
            self.ran.append(block)
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        self.assertTrue((TOP / "build/install/bin/koinond").exists())


if __name__ == "__main__":
    unittest.main()
