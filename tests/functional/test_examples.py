"""The examples of API.md, as they stand: what somebody copies from it works."""

import os
import pathlib
import re
import subprocess
import unittest

from api import ask
from nodes import BIN, TOP, NodesTest, wait_for
from workbook import write_workbook

PAGE = TOP / "node" / "api" / "API.md"


def blocks():
    """The indented blocks by the heading above them."""
    out, heading, lines = {}, "", []
    for line in PAGE.read_text().splitlines() + ["## end"]:
        if line.startswith("    "):
            lines.append(line[4:])
            continue
        if line.strip() and lines:
            out.setdefault(heading, []).append("\n".join(lines))
            lines = []
        if line.startswith("## "):
            heading = line[3:]
    return out


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
        self.blocks = blocks()

    def shell(self, text, **more):
        """Runs it as somebody would who has set the variables; what it prints."""
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "KOINON_DATA": str(self.seoul.data), "NODE": self.base, "NO_PROXY": "*", **more}
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def test_feeds(self):
        addresses, commands = self.blocks["First feed"]
        for line in addresses.splitlines():
            address = line.split()[0]
            self.assertTrue(address.startswith("NODE/"), line)
            self.assertEqual(ask("GET", address.replace("NODE", self.base, 1)).status, 200, line)
        printed = self.shell(commands).splitlines()[-1]
        self.assertRegex(printed, r"/feeds/all\.atom\?key=\w+$")
        key = printed.rsplit("?", 1)[1]
        self.seoul.stop()
        self.seoul.public = False
        self.seoul.start()
        for path in ("/feeds/all.atom", "/feeds.opml"):
            self.assertEqual(ask("GET", f"http://127.0.0.1:{self.seoul.http_port}{path}?{key}").status, 200, path)

    def test_tokens_curl_and_python(self):
        tokens, = self.blocks["First token"]
        token = self.shell(tokens + '\necho "TOKEN $TOKEN"').splitlines()[-1].removeprefix("TOKEN ")
        self.assertRegex(token, "^koinon_[a-z2-7]{52}$")
        curl, = self.blocks["First script: curl"]
        for line in curl.splitlines():
            if " -sN " in line:
                # It goes on until it is stopped: one record that comes is enough.
                environment = {**os.environ, "TOKEN": token, "NODE": self.base, "NO_PROXY": "*"}
                with subprocess.Popen(["bash", "-c", "exec " + line], env=environment, stdout=subprocess.PIPE, text=True) as stream:
                    self.assertEqual(stream.stdout.readline(), ": here\n", line)
                    ref = self.seoul.publish("More food", "Text.", ("food/security",))
                    said = "-"
                    while said and ref not in said:
                        said = stream.stdout.readline()
                    self.assertIn(ref, said)
                    stream.terminate()
                continue
            printed = self.shell(line, TOKEN=token)
            self.assertTrue(printed, line)
            self.assertNotIn("about:blank", printed, line)
        python, = self.blocks["First script: Python"]
        script = pathlib.Path(self.folder) / "first.py"
        script.write_text(f"NODE, TOKEN = {self.base!r}, {token!r}\n{python}\n")
        printed = self.shell(f"python3 {script}")
        # The erased one is listed, and passed over.
        self.assertEqual(re.findall("Food for schools [0-9]", printed), ["Food for schools 1", "Food for schools 0"])

    def test_a_librarys_commands_and_a_webhook(self):
        write_workbook(pathlib.Path(self.folder) / "library.xlsx",
                       [["title", "summary", "solution", "language", "topics"], ["Cool roofs", "White roofs.", "We painted them.", "en", "climate/heat"]])
        for block in self.blocks["A city's library"]:
            self.shell(block)
        self.assertIn("Cool roofs", (pathlib.Path(self.folder) / "out.csv").read_text())
        for block in self.blocks["Webhooks"]:
            self.assertIn("whsec_", self.shell(block))

    def test_no_block_is_left_out(self):
        # The generated client has a test of its own, in test_api.
        self.assertEqual(set(self.blocks), {"First feed", "First token", "First script: curl", "First script: Python", "A client from the document",
                                            "Webhooks", "A city's library"})


if __name__ == "__main__":
    unittest.main()
