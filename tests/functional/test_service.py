"""koinond as a service of systemd, where systemd is not process 1: what it is told and gives is spoken by a stand-in, and
what its unit forbids is forbidden by as_unit.py."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import unittest
import unittest.mock

import needs
import nodes
from api import ask, get
from nodes import BIN, DEADLINE, TOP, Node, NodesTest, koinon, own_entries, peer, wait_for

SYSTEMD = TOP / "deploy" / "systemd"
AS_UNIT = [sys.executable, str(pathlib.Path(__file__).with_name("as_unit.py"))]
PARSER = needs.find("apparmor_parser")
MOST_EXPOSURE = 1.5

# Puts descriptors where a service has those that it was given, and becomes the service.
GIVES = """
import os, sys
given = [int(fd) for fd in sys.argv[1].split(",")]
for place, fd in enumerate(given, 3):
    os.dup2(fd, place)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(given)), LISTEN_FDNAMES=sys.argv[2])
os.execvp(sys.argv[3], sys.argv[3:])
"""


class Manager:
    """What systemd's socket for notifications hears."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE)
        self.heard = []

    def until(self, begins):
        """Hears what comes up to a line that begins so: that line."""
        while True:
            lines = self.socket.recv(65536).decode().split("\n")
            self.heard.append(lines)
            for line in lines:
                if line.startswith(begins):
                    return line

    def starts(self, node, *variables):
        node.within += ["env", f"NOTIFY_SOCKET={self.path}", *variables]


def listening(address="127.0.0.1"):
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    made.bind((address, 0))
    made.listen()
    return made


def gives(node, sockets, names):
    given = sorted(sockets, key=lambda s: s.fileno())
    node.given = tuple(s.fileno() for s in given)
    node.within += [sys.executable, "-c", GIVES, ",".join(map(str, node.given)), ":".join(names)]


class Service(NodesTest):
    def manager(self):
        made = Manager(self.folder)
        self.addCleanup(made.socket.close)
        return made

    def fails(self, node, *args):
        """Its log: it does not start."""
        node.start(*args, wait=False)
        self.assertEqual(node.process.wait(DEADLINE), 1, node.log())
        node.process = None
        return node.log()

    def test_says_what_the_start_does_when_it_serves_and_when_it_stops(self):
        manager, seoul = self.manager(), self.node("seoul", start=False)
        manager.starts(seoul)
        seoul.start(wait=False)
        manager.until("READY=1")
        before = manager.heard[:-1]
        self.assertIn("EXTEND_TIMEOUT_USEC", str(before), "it asks for more time while it opens its store")
        self.assertTrue(all(message[0].startswith("STATUS=") for message in before), before)
        ready = json.loads((seoul.data / "ready").read_text())
        self.assertIn(f"STATUS=Serves seoul.example, HTTP on port {ready['http_port']}, peers on port {ready['peer_port']}", manager.heard[-1][1])
        seoul.http_port = ready["http_port"]
        self.assertEqual(get(seoul, "/healthz").status, 200, "it serves by then")
        seoul.stop()
        manager.until("STOPPING=1")

    def test_is_fed_while_its_threads_answer_and_says_what_is_wrong(self):
        manager, seoul = self.manager(), self.node("seoul", start=False)
        manager.starts(seoul, "WATCHDOG_USEC=2000000")
        seoul.start("--alarms-disk-free-megabytes", 1 << 29)  # more than any disk has
        for _ in range(3):
            manager.until("WATCHDOG=1")
        while not re.search(r"STATUS=Serves .* \d+ alarms?[:,] ", str(manager.heard)):
            manager.until("STATUS=")
        self.assertNotIn("does not answer", seoul.log())
        seoul.stop()
        manager.until("STOPPING=1")

    def test_serves_http_where_it_is_given_a_socket_which_outlives_a_restart(self):
        made = listening()
        self.addCleanup(made.close)
        port = made.getsockname()[1]
        seoul = self.node("seoul", start=False)
        gives(seoul, [made], ["http"])
        seoul.start("--http-listen", "192.0.2.1")  # no address of this machine: it counts for nothing
        self.assertEqual(seoul.http_port, port)
        ref = seoul.publish("Given")
        self.assertTrue(seoul.shows(ref))
        seoul.stop()
        # Who connects meanwhile waits.
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as waiting:
            waiting.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            seoul.start()
            self.assertIn(b" 200 ", waiting.recv(65536).split(b"\r\n", 1)[0])

    def test_serves_at_several_addresses_that_it_is_given(self):
        made = [listening("127.0.0.1"), listening("::1")]
        for one in made:
            self.addCleanup(one.close)
        seoul = self.node("seoul", start=False)
        gives(seoul, made, ["http", "http"])
        seoul.start()
        for host, one in (("127.0.0.1", made[0]), ("[::1]", made[1])):
            self.assertEqual(ask("GET", f"http://{host}:{one.getsockname()[1]}/healthz").status, 200, host)

    def test_a_socket_that_it_does_not_serve_stops_the_start(self):
        local = socket.socket(socket.AF_UNIX)
        local.bind(str(pathlib.Path(self.folder) / "local"))
        local.listen()
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        other = listening()
        # Over a Unix socket everybody would be an operator.
        for number, (made, name, words) in enumerate(((local, "http", "no TCP socket which listens"), (bound, "http", "no TCP socket which listens"),
                                                      (other, "peers", "with the name peers"))):
            self.addCleanup(made.close)
            with self.subTest(words, number=number):
                seoul = self.node(f"city{number}", start=False)
                gives(seoul, [made], [name])
                self.assertIn(words, self.fails(seoul))

    def test_secrets_come_as_credentials(self):
        handed = pathlib.Path(self.folder) / "credentials"
        handed.mkdir()
        for name, secret in (("passphrase", "correct horse battery staple\n"), ("sso-secret", "what only the proxy knows\n")):
            (handed / name).touch(0o600)
            (handed / name).write_text(secret)
        seoul = self.node("seoul", start=False, init_args=("--passphrase-file", str(handed / "passphrase")))
        self.assertIn("passphrase", self.fails(seoul))
        for file in handed.iterdir():
            file.chmod(0o440)  # as systemd shows them: an access control list lets the service's user read
        seoul.within += ["env", f"CREDENTIALS_DIRECTORY={handed}"]
        seoul.public = False
        seoul.start("--http-sso-header", "X-Remote-User", "--http-proxies", "127.0.0.1")
        told = {"X-Remote-User": "operator", "Koinon-SSO-Secret": "what only the proxy knows"}
        self.assertEqual(get(seoul, "/api/v1/me", told).json()["name"], "operator")
        self.assertEqual(get(seoul, "/api/v1/me", told | {"Koinon-SSO-Secret": "guess"}).status, 401)
        # koinond alone sees them. That it runs says that it has the passphrase.
        doctor = lambda: [one["id"] for one in json.loads(seoul.run("--json", "doctor", "--offline", check=False))["findings"]]
        self.assertFalse([one for one in doctor() if one.startswith("keys.")])
        seoul.stop()
        self.assertIn("keys.no_passphrase", doctor())


class Unit(NodesTest):
    """What stands in deploy/systemd and deploy/apparmor."""

    def possible(self):
        checked = subprocess.run([*AS_UNIT, "--check"], capture_output=True, text=True, timeout=DEADLINE)
        needs.demand(self.id(), checked.returncode == 0, f"what as_unit.py does: {(checked.stderr.strip().splitlines() or [''])[-1]}")

    def test_two_cities_live_under_its_filter_on_a_read_only_root(self):
        self.possible()
        with unittest.mock.patch.object(nodes, "WITHIN", AS_UNIT):
            seoul, la = self.node("seoul"), self.node("la")
            facts = pathlib.Path(f"/proc/{seoul.process.pid}/status").read_text()
            for fact in (r"Seccomp:\t2", r"NoNewPrivs:\t1", r"CapBnd:\t0+", r"CapEff:\t0+"):
                self.assertRegex(facts, rf"(?m)^{fact}$")
            peer(seoul, la)
            file = pathlib.Path(self.folder) / "plan.bin"
            file.write_bytes(os.urandom(1 << 20))
            ref = seoul.publish("Under a filter", "Searched for.", ("health/testing",), "--attach", file)
            wait_for(lambda: la.shows(ref), "Los Angeles has it")
            la.run("attachment", ref, "plan.bin", "-o", pathlib.Path(self.folder) / "fetched.bin")
            self.assertEqual((pathlib.Path(self.folder) / "fetched.bin").read_bytes(), file.read_bytes())
            wait_for(lambda: [item["ref"] for item in la.found("searched")] == [ref], "it is found")
            self.assertEqual(get(la, "/feeds/all.atom").status, 200)
            seoul.run("rotate-key")
            seoul.run("withdraw", seoul.publish("Taken back"), "--reason", "wrong", "--erase")
            seoul.run("fsck")
            entries = own_entries(seoul)
            backup = pathlib.Path(self.folder) / "backup"
            seoul.run("backup", backup)
            seoul.stop()
            back = Node(self.folder, "back", init=False)
            koinon("restore", backup, data=back.data)
            self.nodes.append(back)
            back.start()
            self.assertGreaterEqual(own_entries(back), entries)
            self.assertTrue(back.shows(ref))
            again = back.publish("After the restore")  # signed once Los Angeles has answered
            wait_for(lambda: la.shows(again), "Los Angeles follows the restored node")

    def test_what_the_unit_forbids_is_forbidden(self):
        self.possible()
        made = pathlib.Path(self.folder) / "made"
        for allowed in (["touch", made], ["grep", "-q", "^Seccomp:.2$", "/proc/self/status"]):
            self.assertEqual(subprocess.run([*AS_UNIT, *allowed], capture_output=True).returncode, 0, allowed)
        self.assertEqual(made.stat().st_mode & 0o777, 0o600, "the unit's umask")
        for forbidden in (["touch", "/usr/bin/koinon-test"], ["chmod", "4755", made], ["unshare", "--mount", "true"], ["unshare", "--user", "true"],
                          [sys.executable, "-c", "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"],
                          [sys.executable, "-c", "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)"]):
            self.assertNotEqual(subprocess.run([*AS_UNIT, *forbidden], capture_output=True).returncode, 0, forbidden)

    def test_systemd_finds_the_units_sound_and_little_exposed(self):
        for name in ("koinond.service", "koinond@.service"):
            with self.subTest(name):
                said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", SYSTEMD / name],
                                      capture_output=True, text=True, timeout=DEADLINE)
                exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
                self.assertLessEqual(float(exposure.group(1)), MOST_EXPOSURE, said.stdout)
        # As they are installed, with a daemon that is there and no manual page yet.
        installed = pathlib.Path(self.folder) / "units"
        installed.mkdir()
        for file in SYSTEMD.glob("koinond*"):
            text = file.read_text().replace("/usr/bin/koinond", str(BIN / "koinond"))
            (installed / file.name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(installed.iterdir())], capture_output=True, text=True, timeout=DEADLINE)
        ours = [line for line in verified.stderr.splitlines() if "koinon" in line]
        self.assertEqual(ours, [])

    def test_the_unit_of_one_of_several_is_that_of_one_but_for_its_names(self):
        def settings(name):
            return [line for line in (SYSTEMD / name).read_text().splitlines() if line and not line.startswith(("#", "Description="))]
        one = [line.replace("koinon-%i", "koinon") for line in settings("koinond@.service")]
        # Of one of several the configuration is in its folder, which moves out as a whole.
        self.assertEqual(one, [line.removesuffix(" --config /etc/koinon/koinond.toml") for line in settings("koinond.service")])

    def test_the_units_start_where_a_node_or_a_reader_is_and_nowhere_else(self):
        for unit, home in (("koinond.service", "/var/lib/koinon"), ("koinond@.service", "/var/lib/koinon-%i")):
            conditions = re.findall(r"^Condition\S+$", (SYSTEMD / unit).read_text(), re.M)
            for made, starts in (("nothing", False), ("store.db", True), ("keys/node.key", True), ("reader", True), ("koinond.toml", False)):
                folder = pathlib.Path(self.folder) / unit / made.replace("/", "-")
                (folder / "keys").mkdir(parents=True)
                if made != "nothing":
                    (folder / made).touch()
                told = [condition.replace(home + "/", f"{folder}/") for condition in conditions]
                self.assertTrue(all(str(folder) in one for one in told), told)
                met = subprocess.run(["systemd-analyze", "condition", *told], capture_output=True, text=True, timeout=DEADLINE)
                self.assertEqual(met.returncode == 0, starts, f"{unit}, {made}: {met.stderr}")

    @needs.program("apparmor_parser")
    def test_the_profile_of_apparmor_parses(self):
        done = subprocess.run([PARSER, "-Q", "-K", "-N", TOP / "deploy" / "apparmor" / "koinond"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout.split()), (0, ["koinond"]), done.stderr)
        compiled = subprocess.run([PARSER, "-Q", "-K", TOP / "deploy" / "apparmor" / "koinond"], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)


if __name__ == "__main__":
    unittest.main()
