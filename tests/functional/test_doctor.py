"""koinon doctor on real nodes: nothing on a sound one, and each fault that was planted, with the daemon up or down."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest

from documents import section_text, sections
from nodes import BIN, TOP, NodesTest, connected, peer, wait_for

# What the machine is at fault for on which the tests run.
MACHINE = {"clock.unsynchronised", "disk.low", "disk.full", "disk.network", "limits.files", "limits.locked_bytes"}


# Whoever else runs on this machine may have the usual ones.
FREE_PORTS = "[peer]\nport = 0\n[http]\nport = 0\n"


class Doctor(NodesTest):
    def doctor(self, node, *args):
        """The ids that it found, without those of this machine; its JSON and its exit code fit."""
        done = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "--json", "doctor", *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        self.assertEqual(done.stderr, b"")
        self.found = json.loads(done.stdout)
        ids = [finding["id"] for finding in self.found["findings"]]
        self.assertEqual(done.returncode, 1 if ids else 0)
        for finding in self.found["findings"]:
            self.assertEqual(set(finding), {"id", "weight", "what", "why", "to_do"})
            self.assertIn(finding["weight"], ("problem", "warning"))
        return [one for one in ids if one not in MACHINE]

    def finding(self, name):
        return next(one for one in self.found["findings"] if one["id"] == name)

    def configure(self, node, text):
        path = node.data / "koinond.toml"
        path.write_text(text)
        path.chmod(0o600)

    def test_a_sound_pair_has_nothing(self):
        seoul, la = self.pair()
        for node in (seoul, la):
            self.assertEqual(self.doctor(node), [], self.found)
            self.assertEqual(len(self.found["looked_at"]), 13)
            self.assertEqual(self.found["not_looked_at"], [])
        self.assertEqual(self.doctor(seoul, "--offline"), [])
        self.assertEqual(len(self.found["not_looked_at"]), 1)
        text = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "doctor"], capture_output=True, timeout=120).stdout.decode()
        self.assertRegex(text, r"Looked at daemon, configuration, .*\.")

    def test_a_daemon_that_is_down_and_what_keeps_it_from_starting(self):
        seoul = self.node("seoul", start=False)
        self.configure(seoul, FREE_PORTS)
        self.assertEqual(self.doctor(seoul), ["daemon.down"])
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.configure(seoul, f'listen = "127.0.0.1"\n[peer]\nport = {port}\n')
            self.assertIn("ports.peer_taken", self.doctor(seoul))
        self.configure(seoul, "colour = 1\n")
        self.assertIn("configuration.wrong", self.doctor(seoul))
        self.assertIn("colour", self.finding("configuration.wrong")["what"])
        secret = pathlib.Path(self.folder) / "secret"
        secret.write_text("0123456789abcdef0123\n")
        secret.chmod(0o644)
        self.configure(seoul, f'[http]\nsso_header = "X-Remote-User"\nsso_secret_file = "{secret}"\n[clock]\noffset_seconds = 60\n[mail]\nsmtp = "smtp://127.0.0.1:1"\n')
        found = self.doctor(seoul)
        for fault in ("files.secret_loose", "clock.offset"):
            self.assertEqual(found.count(fault), 1, self.found)
        refused = [finding["what"] for finding in self.found["findings"] if finding["id"] == "configuration.refused"]
        self.assertEqual(len(refused), 3, refused)
        for key, lacks in (("http.sso_header", "http.proxies"), ("mail.smtp", "mail.from"), ("mail.smtp", "http.url")):
            self.assertTrue(any(f" {key}: " in one and f"it needs {lacks}" in one for one in refused), refused)
        # A credential may stand for a secret that no file holds: only koinond knows.
        self.configure(seoul, FREE_PORTS + 'sso_header = "X-Remote-User"\nproxies = ["127.0.0.1"]\nurl = "https://seoul.example"\n')
        self.assertEqual(self.doctor(seoul), ["daemon.down", "configuration.doubt"])
        self.assertIn("credential sso-secret", self.finding("configuration.doubt")["what"])
        self.configure(seoul, "[peer]\nport = 4000\n[http]\nport = 4000\n")
        self.assertIn("configuration.refused", self.doctor(seoul))
        self.configure(seoul, "")
        (seoul.data / "keys" / "node.key").chmod(0o644)
        (seoul.data / "office.db").chmod(0o644)
        seoul.data.chmod(0o755)
        found = self.doctor(seoul)
        for fault in ("keys.loose", "files.database_loose", "files.folder_loose"):
            self.assertIn(fault, found)
        seoul.data.chmod(0o700)
        (seoul.data / "office.db").chmod(0o400)
        self.assertIn("files.database_closed", self.doctor(seoul))
        self.assertEqual(self.finding("files.database_closed")["to_do"], f"chmod 600 {seoul.data}/office.db.")
        (seoul.data / "office.db").chmod(0o600)
        (seoul.data / "keys" / "node.key").chmod(0o600)
        key = (seoul.data / "keys" / "node.key").read_bytes()
        (seoul.data / "keys" / "node.key").write_bytes(b"nothing")
        self.assertIn("keys.damaged", self.doctor(seoul))
        (seoul.data / "keys" / "node.key").write_bytes(key)
        (seoul.data / "index.db").write_bytes(b"no database at all, and long enough")
        self.assertIn("files.broken", self.doctor(seoul))
        (seoul.data / "store.db").rename(seoul.data / "elsewhere")
        self.assertEqual(self.doctor(seoul), ["daemon.folder"])
        self.assertIn("store.db", self.finding("daemon.folder")["what"])

    def test_it_reads_the_configuration_that_koinond_reads(self):
        elsewhere = pathlib.Path(self.folder) / "elsewhere.toml"
        elsewhere.write_text(f'{FREE_PORTS}sso_header = "X-Remote-User"\n')  # of [http]
        seoul = self.node("seoul", start=False)
        self.configure(seoul, "colour = 1\n")  # nobody reads this one
        self.assertIn("configuration.refused", self.doctor(seoul, "--config", elsewhere))
        elsewhere.write_text('address = "node.seoul.example:8470"\n')
        seoul.start("--config", elsewhere)
        note = seoul.data / "koinond.config"
        wait_for(note.exists, "koinond says where its configuration is")
        self.assertEqual(self.doctor(seoul, "--offline"), [])
        seoul.stop()
        self.assertIn("@node.seoul.example:8470#", seoul.run("id"))
        elsewhere.write_text("colour = 1\n")
        self.assertIn("configuration.wrong", self.doctor(seoul, "--offline"))
        self.assertIn(str(elsewhere), self.finding("configuration.wrong")["what"])
        # Started without a word, it goes by that of its folder again.
        self.configure(seoul, "")
        seoul.start()
        wait_for(lambda: not note.exists(), "the note goes")

    def test_it_changes_nothing(self):
        def looks(folder):
            return {path.relative_to(folder): (path.stat().st_mode, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}
        seoul = self.node("seoul", start=False)
        before = looks(seoul.data)
        self.doctor(seoul)
        self.assertEqual(looks(seoul.data), before)

    def test_a_daemon_that_hangs(self):
        seoul = self.node("seoul")
        os.kill(seoul.process.pid, signal.SIGSTOP)
        try:
            self.assertIn("daemon.silent", self.doctor(seoul, "--offline"))
        finally:
            os.kill(seoul.process.pid, signal.SIGCONT)

    def test_peers_that_are_not_reached(self):
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        # LA answers and has not pinned Seoul; Milan is gone; at Oslo's address another node answers.
        seoul.run("peer", "add", "--no-vouch", la.line())
        seoul.run("peer", "add", "--no-vouch", milan.line())
        milan.stop()
        oslo = self.node("oslo")
        seoul.run("peer", "add", "--no-vouch", oslo.line(port=la.peer_port))
        oslo.stop()
        def found():
            ids = set(self.doctor(seoul))
            return ids if {"peers.not_pinned", "peers.unreachable", "peers.other_key"} <= ids else None
        wait_for(found, "each peer's trouble is found")
        self.assertIn("milan.example", self.finding("peers.unreachable")["what"])
        self.assertIn("oslo.example", self.finding("peers.other_key")["what"])
        self.assertIn("la.example", self.finding("peers.not_pinned")["what"])
        self.assertIn(seoul.line_without_address().rsplit("#", 1)[1], self.finding("peers.not_pinned")["to_do"])
        # Seoul knocks there. Whoever only looks does not.
        wait_for(lambda: "peers.knocks" in self.doctor(la), "LA is told")
        keys = {knock["node_key"] for knock in la.asked("peers")["knocks"]}
        self.doctor(seoul)
        self.assertEqual({knock["node_key"] for knock in la.asked("peers")["knocks"]}, keys)

    def test_a_peer_that_is_paused_is_not_missed(self):
        seoul, la = self.pair()
        seoul.run("peer", "pause", "la.example")
        wait_for(lambda: not connected(seoul, "la.example"), "the session ends")
        la.stop()
        self.assertEqual(self.doctor(seoul), [], self.found)

    def test_the_own_address_and_its_name(self):
        la = self.node("la")
        seoul = self.node("seoul", "--address", "nowhere.invalid:8470")
        self.assertIn("names.own", self.doctor(seoul))
        seoul.stop()
        seoul.start("--address", f"127.0.0.1:{la.peer_port}")
        self.assertIn("ports.address_other", self.doctor(seoul))
        seoul.stop()
        port = seoul.peer_port
        seoul.start("--address", f"127.0.0.1:{port}", peer_port=port)
        self.assertEqual(self.doctor(seoul), [], self.found)


    def test_a_peer_dials_back(self):
        # Bound, and nobody listens.
        closed = socket.socket()
        self.addCleanup(closed.close)
        closed.bind(("127.0.0.1", 0))
        wrong = f"127.0.0.1:{closed.getsockname()[1]}"
        seoul, la = self.node("seoul", "--address", wrong), self.node("la")
        peer(seoul, la)
        both = lambda: connected(seoul, "la.example") and connected(la, "seoul.example")
        wait_for(both, "they connect")
        self.assertEqual(self.doctor(seoul), ["ports.outside"], self.found)
        self.assertIn(f"la.example finds nobody who listens at {wrong}", self.finding("ports.outside")["what"])
        self.assertIn(str(seoul.peer_port), self.finding("ports.outside")["to_do"])
        # LA was asked a moment ago, and is not asked again.
        self.assertEqual(self.doctor(seoul), ["ports.outside"])
        # At its address another node answers, seen from there too.
        answer = self.restarted(seoul, f"127.0.0.1:{la.peer_port}", both)
        self.assertEqual([(one["name"], one["outcome"]) for one in answer["items"]], [("la.example", "other-key")])
        # The right one, by the name that LA has pinned.
        answer = self.restarted(seoul, f"127.0.0.1:{seoul.peer_port}", both)
        self.assertEqual([(one["name"], one["outcome"], one["dialled"]) for one in answer["items"]], [("la.example", "reached", answer["address"])])
        self.assertEqual(self.doctor(seoul), [], self.found)
        # Nobody knocked by that.
        self.assertEqual(seoul.asked("peers")["knocks"], [])
        # Whoever has no address has nothing to ask.
        self.assertEqual(la.local("POST", "/api/v1/reaches", {})["status"], 409)

    def restarted(self, node, address, when):
        port = node.peer_port
        node.stop()
        node.start("--address", address, peer_port=port)
        wait_for(when, "they connect again")
        return node.local("POST", "/api/v1/reaches", {})


class Words(unittest.TestCase):
    def test_the_sections_of_the_runbook_that_it_names_are_there(self):
        named = set()
        for source in (TOP / "tools" / "doctor").glob("*.cpp"):
            text = re.sub(r'"\s*\n\s*"', "", source.read_text())
            for sentence in re.findall(r"RUNBOOK, (.*?[^\\])\"", text):
                named |= set(re.findall(r'\\"(.+?)\\"', sentence + '"'))
        self.assertGreater(len(named), 5)
        for section in named:
            self.assertIn(section, sections("RUNBOOK"))

    def test_the_runbook_lists_what_it_finds(self):
        tested = set(re.findall(r'^ +\{"([a-z]+\.[a-z_]+)",', (TOP / "tests" / "unit" / "doctor_test.cpp").read_text(), re.M))
        listed = set(re.findall(r"`([a-z]+\.[a-z_]+)`", section_text("Doctor")))
        self.assertEqual({one for one in tested if not one.endswith(".example")} - listed - {"alarm.frozen"}, set())


if __name__ == "__main__":
    unittest.main()
