"""The examples of API.md, as they stand: what somebody copies from it works."""

import os
import pathlib
import re
import subprocess
import unittest

import documents
from api import ask
from nodes import BIN, TOP, NodesTest, wait_for
from workbook import write_workbook

# npx takes the generator from there.
BROWSER = TOP / "tests" / "browser"


def blocks(section, kind="sh"):
    return documents.blocks(section, kind, "API")


def runs(*sections, **kind):
    return documents.runs(*sections, document="API", **kind)


class Examples(NodesTest):
    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul")
        self.base = f"http://127.0.0.1:{self.seoul.http_port}"
        for i in range(3):
            ref = self.seoul.publish(f"Food for schools {i}", "A food market, by drive-thru.", ("food/security",))
        wait_for(lambda: len(self.seoul.refs(kind="practice")) == 3, "they are indexed")
        self.seoul.run("withdraw", ref, "--erase")
        wait_for(lambda: self.seoul.status()["index_lag"] == 0, "the erasure is indexed")
        self.ran = []

    def shell(self, block, then="", **more):
        """Runs a block as somebody would who has set the variables, and what a test asks for then; what it prints."""
        self.ran.append(block)
        text = block + then
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "KOINON_DATA": str(self.seoul.data), "NODE": self.base, "NO_PROXY": "*", **more}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    @runs("First feed")
    @runs("First feed", kind="text addresses")
    def test_feeds(self):
        addresses, = blocks("First feed", "text addresses")
        commands, = blocks("First feed")
        for line in addresses.splitlines():
            address = line.split()[0]
            self.assertTrue(address.startswith("NODE/"), line)
            self.assertEqual(ask("GET", address.replace("NODE", self.base, 1)).status, 200, line)
        printed = self.shell(commands).splitlines()[-1]
        self.ran.append(addresses)
        self.assertRegex(printed, r"/feeds/all\.atom\?key=\w+$")
        key = printed.rsplit("?", 1)[1]
        self.seoul.stop()
        self.seoul.public = False
        self.seoul.start()
        for path in ("/feeds/all.atom", "/feeds.opml"):
            self.assertEqual(ask("GET", f"http://127.0.0.1:{self.seoul.http_port}{path}?{key}").status, 200, path)

    @runs("First token", "First script: curl")
    @runs("First script: Python", kind="python")
    def test_tokens_curl_and_python(self):
        tokens, = blocks("First token")
        token = self.shell(tokens, 'echo "TOKEN $TOKEN"').splitlines()[-1].removeprefix("TOKEN ")
        self.assertRegex(token, "^koinon_[a-z2-7]{52}$")
        asks, follows = blocks("First script: curl")
        printed = self.shell(asks, TOKEN=token)
        self.assertNotIn("about:blank", printed)
        self.assertIn("Food for schools", printed)
        # It goes on until it is stopped: one record that comes is enough.
        self.ran.append(follows)
        environment = {**os.environ, "TOKEN": token, "NODE": self.base, "NO_PROXY": "*"}
        with subprocess.Popen(["bash", "-c", "exec " + follows], env=environment, stdout=subprocess.PIPE, text=True) as stream:
            self.assertEqual(stream.stdout.readline(), ": here\n")
            ref = self.seoul.publish("More food", "Text.", ("food/security",))
            said = "-"
            while said and ref not in said:
                said = stream.stdout.readline()
            self.assertIn(ref, said)
            stream.terminate()
        python, = blocks("First script: Python", "python")
        self.ran.append(python)
        script = pathlib.Path(self.folder) / "first.py"
        script.write_text(f"NODE, TOKEN = {self.base!r}, {token!r}\n{python}\n")
        printed = self.shell("", f"python3 {script}")
        # The erased one is listed, and passed over.
        self.assertEqual(re.findall("Food for schools [0-9]", printed), ["Food for schools 1", "Food for schools 0"])

    @runs("A city's library", "Webhooks", "A client from the document")
    def test_a_librarys_commands_a_webhook_and_a_client(self):
        write_workbook(pathlib.Path(self.folder) / "library.xlsx",
                       [["title", "summary", "solution", "language", "topics"], ["Cool roofs", "White roofs.", "We painted them.", "en", "climate/heat"]])
        for block in blocks("A city's library"):
            self.shell(block)
        self.assertIn("Cool roofs", (pathlib.Path(self.folder) / "out.csv").read_text())
        for block in blocks("Webhooks"):
            self.assertIn("whsec_", self.shell(block))
        (pathlib.Path(self.folder) / "node_modules").symlink_to(BROWSER / "node_modules")
        for block in blocks("A client from the document"):
            self.shell(block)
        self.assertIn("export interface paths", (pathlib.Path(self.folder) / "koinon.d.ts").read_text())


if __name__ == "__main__":
    unittest.main()
