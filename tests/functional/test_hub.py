"""A hub on one machine: deploy/hub as somebody tries it, and its failover under load (tests/hub)."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

import needs
from nodes import BIN, TOP, wait_for

HUB = TOP / "deploy" / "hub"
FILES = TOP / "deploy" / "hub.d"
TEMPLATES = ("etcd.yml", "patroni.yml", "haproxy.cfg", "writer.toml", "reader.toml")
sys.path.insert(0, str(FILES))
from hub_places import missing_programs  # noqa: E402


def left_of(folder):
    """What a hub left running: programs whose command names its folder."""
    out = []
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if any(str(folder).encode() in word for word in words):
                out.append(b" ".join(words).decode(errors="replace"))
    return out


class Files(unittest.TestCase):
    """What an operator copies."""

    def test_each_head_says_what_is_to_be_filled_in(self):
        for name in TEMPLATES:
            lines = (FILES / name).read_text().splitlines()
            head = "\n".join(line for line in lines if line.lstrip().startswith("#"))
            body = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
            filled = set(re.findall(r"\$(\w+)", body))
            with self.subTest(name=name):
                self.assertTrue(filled)
                self.assertEqual(filled - set(re.findall(r"\$(\w+)", head)), set(), "the head does not tell of these")
                self.assertEqual(set(re.findall(r"\$(\w+)", head)) - filled, set(), "the head tells of these, and nothing has them")

    def test_nothing_of_a_trial_is_in_them(self):
        """Whoever copies them has TLS to the database, checked, and nobody who comes in without saying who."""
        patroni = (FILES / "patroni.yml").read_text()
        rules = re.findall(r'^ +- "((?:local|host)\w* .+)"$', patroni, re.M)
        self.assertGreaterEqual(len(rules), 4)
        for rule in rules:
            self.assertRegex(rule, r"^(local all postgres peer|hostssl .* (cert|scram-sha-256))", rule)
        for setting in ('wal_recycle: "off"', "synchronous_mode: true", 'synchronous_commit: "on"', "log_error_verbosity: terse"):
            self.assertIn(setting, patroni)
        for name in ("writer.toml", "reader.toml"):
            self.assertIn("sslmode=verify-full", (FILES / name).read_text())


@needs.machine(missing_programs)
class Trial(unittest.TestCase):
    def test_once(self):
        done = subprocess.run([HUB, "--once", "--bin", BIN], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-4000:])
        self.assertTrue(done.stdout.rstrip().endswith("All of it held."), done.stdout)
        folder = re.search(r"^A hub in (\S+);", done.stdout, re.M)[1]
        self.assertFalse(pathlib.Path(folder).exists())
        self.assertEqual(left_of(folder), [])

    def test_it_stays_up_and_ends_in_order(self):
        process = subprocess.Popen([HUB, "--bin", BIN], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ""
        try:
            while "Ctrl-C ends it" not in said:
                line = process.stdout.readline()
                self.assertTrue(line, said)
                said += line
            folder = re.search(r"^A hub in (\S+);", said, re.M)[1]
            self.assertTrue(left_of(folder))
        finally:
            process.send_signal(signal.SIGTERM)
            said += process.communicate(timeout=120)[0]
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(left_of(folder), [])

    def test_what_ends_it_by_force_leaves_nothing_running(self):
        process = subprocess.Popen([HUB, "--bin", BIN], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        folder = re.search(r"^A hub in (\S+);", process.stdout.readline())[1]
        # Somewhere in its start: Patroni has only just begun the first of them.
        wait_for(lambda: len(list(pathlib.Path(folder).glob("hub?/data/postmaster.pid"))) >= 1 or process.poll() is not None, "a database runs", 120)
        process.kill()
        process.communicate()
        wait_for(lambda: not left_of(folder), "all that it started has ended", 120)
        subprocess.run(["rm", "-rf", folder], check=True)

    def test_failover_under_load(self):
        # Twenty times of the programs as they are installed alone: each takes half a minute.
        words = ["--all"] if needs.ALL and not os.environ.get("KOINON_SANITIZED") and not os.environ.get("KOINON_WITHIN") else ["--rounds", "2"]
        done = subprocess.run(["/usr/bin/python3", TOP / "tests" / "hub" / "failover.py", "--bin", BIN, *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=3000, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-6000:])


if __name__ == "__main__":
    unittest.main()
