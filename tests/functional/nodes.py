"""Real nodes as processes, for the functional tests: started on free ports, ended by their own process ids.

Nothing here sleeps for a fixed time: `wait_for` asks again until a condition holds or its deadline passes."""

import atexit
import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

# What tests write is often a secret, which no command reads where others may. The programs run with the usual mask.
os.umask(0o077)
USUAL = 0o022
BIN = pathlib.Path(os.environ["KOINON_BIN"])
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE = 60
# A command that runs each program of a test, such as functional/as_unit.py.
WITHIN = shlex.split(os.environ.get("KOINON_WITHIN", ""))


class CommandFailed(Exception):
    def __init__(self, code, stderr):
        super().__init__(f"exit {code}: {stderr}")
        self.code = code
        self.stderr = stderr


def free_port():
    """A port of this machine on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, deadline=DEADLINE):
    """The first true value of condition(); fails the test after the deadline."""
    end = time.monotonic() + deadline
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in {deadline} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.25, 0.15)  # each question takes time from what is waited for


def koinon(*args, data=None, stdin=None, check=True, programs=BIN):
    command = [*WITHIN, str(programs / "koinon")] + (["--data", str(data)] if data else []) + [str(a) for a in args]
    # Whoever runs the tests at a terminal is asked nothing.
    given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    done = subprocess.run(command, **given, capture_output=True, timeout=DEADLINE, umask=USUAL)
    if check and done.returncode != 0:
        raise CommandFailed(done.returncode, done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


class Marks:
    """A folder in memory for each node's mark of what it signed last; gone with this process."""

    def __init__(self):
        self.top = None
        self.count = 0

    def folder(self):
        if self.top is None:
            self.top = tempfile.mkdtemp(prefix="koinon-test-", dir="/dev/shm")
            atexit.register(shutil.rmtree, self.top, ignore_errors=True)
        self.count += 1
        path = pathlib.Path(self.top) / str(self.count)
        path.mkdir(mode=0o700)
        return path


MARKS = Marks()


class Node:
    def __init__(self, folder, city, init=True, init_args=(), programs=BIN):
        self.city = city
        self.programs = programs  # the folder of koinond and koinon, which may be of an earlier version
        self.name = f"{city}.example"
        self.data = pathlib.Path(folder) / city
        self.process = None
        self.public = True  # reading is open to everyone
        self.log_path = pathlib.Path(folder) / f"{city}.log"
        self.mark = MARKS.folder()
        self.within = list(WITHIN)  # the command that runs its process
        self.given = ()  # descriptors that it inherits
        if init:
            koinon("init", "--name", self.name, "--display-name", city.title(), "--signing-mark", self.mark, *init_args,
                   data=self.data, programs=self.programs)

    def start(self, *args, peer_port=0, wait=True):
        ready = self.data / "ready"
        ready.unlink(missing_ok=True)
        # What is published is there at once, unless a test says otherwise: an office has ten minutes.
        if "--publishing-hold-minutes" not in args:
            args = ("--publishing-hold-minutes", "0", *args)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.within, str(self.programs / "koinond"), "--data", str(self.data), "--listen", "127.0.0.1", "--peer-port", str(peer_port),
                 "--http-port", "0", "--ready-file", str(ready), *(["--http-public"] if self.public else []),
                 *([] if "--signing-mark" in args else ["--signing-mark", str(self.mark)]),
                 *map(str, args)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, umask=USUAL, pass_fds=self.given)
        if wait:
            def started():
                if self.process.poll() is not None:
                    raise AssertionError(f"{self.city} did not start:\n{self.log()}")
                return ready.exists()
            wait_for(started, f"{self.city} serves")
            facts = json.loads(ready.read_text())
            self.peer_port = facts["peer_port"]
            self.http_port = facts["http_port"]
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(DEADLINE)
        self.process = None
        return code

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def run(self, *args, **kwargs):
        return koinon(*args, data=self.data, programs=self.programs, **kwargs)

    def json(self, *args):
        return json.loads(self.run("--json", *args))

    def line(self, port=None):
        """What another operator needs, with the port of this machine."""
        line = self.line_without_address()
        head, key = line.rsplit("#", 1)
        head = head.split("@")[0]  # where it tells another one
        return f"{head}@127.0.0.1:{port or self.peer_port}#{key}"

    def line_without_address(self):
        return self.run("id").splitlines()[-1]  # earlier versions print the verifier key before it

    def name_of_log(self):
        """Its city, of a folder that was put back elsewhere too."""
        return self.status()["name"]

    def log_id(self):
        return self.json("id")["log_id"]

    def publish(self, title, text="Text.", topics=("health/testing",), *args):
        topics = ", ".join(f'"{t}"' for t in topics)
        note = f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = [{topics}]\n+++\n{text}\n'
        return self.signed(json.loads(self.run("--json", "publish", "-", *args, stdin=note.encode())))

    def signed(self, answer):
        """The ref of what was published. Right after a start what was kept before is signed first, in its order."""
        if "ref" in answer:
            return answer["ref"]
        return wait_for(lambda: self.local("GET", f"/api/v1/held/{answer['id']}").get("ref"), "it is signed")

    def keep(self, title):
        """Publishes while nothing may be signed: what is kept, as the API says it."""
        return self.local("POST", "/api/v1/records", {"file": f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'})

    def titles(self):
        return [item["title"] for item in self.listed()]

    # What conditions ask again and again is asked over the Unix socket, as the command line asks it, without a
    # process for each look: a program with ASan takes a quarter of a second to start.

    def local(self, method, path, value=None):
        """The answer's JSON; of a refusal as well."""
        body = b"" if value is None else json.dumps(value).encode()
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(DEADLINE)
            s.connect(str(self.data / "koinond.sock"))
            s.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{kind}\r\n".encode() + body)
            answer = b""
            while data := s.recv(65536):
                answer += data
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def asked(self, path, **query):
        """What may be refused as the command's call would be."""
        query = urllib.parse.urlencode({key: value for key, value in query.items() if value is not None})
        answer = self.local("GET", f"/api/v1/{path}" + (f"?{query}" if query else ""))
        if "detail" in answer and "status" in answer:
            raise CommandFailed(1, answer["detail"])
        return answer

    def status(self):
        return self.asked("status")

    def listed(self, **query):
        return self.asked("records", limit=1000, **query)["items"]

    def found(self, words):
        return self.asked("search", q=words)["items"]

    def record(self, ref):
        return self.asked(f"records/{ref}")

    def publish_timed(self, title):
        """Publishes without a process of its own; the ref, and when it was asked for."""
        note = f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'
        asked = time.monotonic()
        return self.signed(self.local("POST", "/api/v1/records", {"file": note})), asked

    def entries(self, city):
        """How many entries of a city are held here."""
        page = {"next": None}
        while "next" in page:
            page = self.asked("cities", limit=1000, cursor=page["next"])
            for item in page["items"]:
                if item["city"] == city:
                    return item["entries"]
        return 0

    def shows(self, ref):
        """Whether the note itself is shown here, asked over HTTP without a process of its own."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/api/v1/records/{ref}/body", timeout=30):
                return True
        except urllib.error.HTTPError:
            return False

    def refs(self, **query):
        return [item["ref"] for item in self.listed(**query)]


def peer(a, b, vouch=True):
    flags = [] if vouch else ["--no-vouch"]
    a.run("peer", "add", b.line(), *flags)
    b.run("peer", "add", a.line(), *flags)


def connected(node, city):
    return any(p["name"] == city and p["connected"] for p in node.asked("peers")["items"])


def own_entries(node):
    return node.status()["entries"]


class NodesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="koinon-functional-")
        self.nodes = []
        self.hosts = []  # machines of host.py

    def tearDown(self):
        # What they started is known from their folders.
        for host in self.hosts:
            host.end()
        outcome = self._outcome
        failed = any(error for _, error in getattr(outcome, "errors", [])) or any(
            test is self for test, _ in outcome.result.failures + outcome.result.errors)
        codes = {}
        for node in self.nodes:
            codes[node.city] = node.stop()
            if failed or codes[node.city] not in (0, -signal.SIGKILL):
                print(f"--- {node.city}\n{node.log()[-4000:]}")
        shutil.rmtree(self.folder, ignore_errors=True)
        for city, code in codes.items():
            self.assertIn(code, (0, -signal.SIGKILL), f"{city} did not end well")

    def node(self, city, *args, start=True, init_args=(), **kwargs):
        node = Node(self.folder, city, init_args=init_args)
        self.nodes.append(node)
        if start:
            node.start(*args, **kwargs)
        return node

    def pair(self, *args):
        """Seoul and Los Angeles, which starts with these arguments: peers that have connected."""
        seoul, la = self.node("seoul"), self.node("la", *args)
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        return seoul, la

    def cities(self, *names, args=()):
        """Seoul, started with `args`, and these, which are its peers and have what it published."""
        seoul, others = self.node("seoul", *args), [self.node(name) for name in names]
        for other in others:
            peer(seoul, other)
        for other in others:
            wait_for(lambda: connected(seoul, other.name) and connected(other, "seoul.example"), "they connect")
        seoul.publish("Before")
        self.followed(seoul, *others)
        return seoul, *others

    def followed(self, seoul, *others):
        for other in others:
            wait_for(lambda: other.entries("seoul.example") == own_entries(seoul), f"{other.city} has all of Seoul's log")

    def assert_refused(self, words, call, code=1):
        """The command fails with this exit code and one line that has the words."""
        with self.assertRaises(CommandFailed) as caught:
            call()
        self.assertEqual(caught.exception.code, code)
        self.assertEqual(len(caught.exception.stderr.splitlines()), 1, caught.exception.stderr)
        self.assertIn(words, caught.exception.stderr)
