"""Koinon's nodes of a hub on one machine: the writer, and three readers behind HAProxy."""

import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

from hub_places import READERS
from hub_processes import HubError, wait_for

NAME = "region.example"
# Nothing that is asked here goes by a proxy of whoever calls.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def ask(url, value=None, token=None, seconds=20):
    """One exchange, whatever its outcome; None: nobody answered, or not to the end."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = None
    if value is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(value).encode()
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with OPENER.open(request, timeout=seconds) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())
    except (OSError, ValueError, EOFError):
        return None


class Nodes:
    def __init__(self, places, processes, cluster, bin):
        self.places = places
        self.processes = processes
        self.cluster = cluster
        self.bin = pathlib.Path(bin)
        self.token = None

    # --- start ---

    def start(self):
        self.make_city()
        self.start_writer()
        self.token = self.make_token()
        for name in READERS:
            self.start_reader(name)
        wait_for(self.readers_ready, "three readers are ready", 120)

    def make_city(self):
        folder = self.places.folder / "writer"
        if folder.exists():
            return
        member = self.cluster.members[0]
        said = self.koinon("init", "--name", NAME, "--display-name", "A region", "--language", "en", "--store", self.cluster.url("primary"),
                           "--signing-mark-etcd", self.mark_at(member))
        self.places.write(self.places.folder / "writer.init", said)  # the recovery words of a city that is only tried

    def mark_at(self, member):
        return f"http://{self.places.address(f'{member}.mark')}"

    def start_writer(self):
        places = self.places
        self.fill("writer", DATABASE=f"localhost:{places.ports['primary']}", ETCD=self.mark_at(self.cluster.members[0]),
                  PEER_PORT=places.ports["writer.peer"])
        self.start_node("writer", "--publishing-hold-minutes", "0")
        wait_for(lambda: self.is_ready("writer"), "the writer is ready", 120)

    def start_reader(self, name):
        ports = self.places.ports
        (self.places.folder / name).mkdir(mode=0o700, exist_ok=True)
        self.fill(name, template="reader", DATABASES=f"localhost:{ports['standbys']},localhost:{ports['primary']}")
        self.start_node(name)

    def fill(self, name, template=None, **values):
        places = self.places
        places.fill(f"{template or name}.toml", places.folder / name / "koinond.toml", CA=places.tls / "ca.pem", PASSFILE=places.secrets / "koinon.pgpass",
                    LISTEN="127.0.0.1", HTTP_PORT=places.ports[f"{name}.http"], PROXY="127.0.0.1", **values)

    def start_node(self, name, *options):
        self.processes.start(name, self.bin / "koinond", "--data", self.places.folder / name, *options, log=self.places.folder / f"{name}.log")

    def make_token(self):
        """Of an account that publishes; one that is there from an earlier start has a new one."""
        if "publisher" not in self.koinon("user", "list"):
            self.koinon("user", "add", "publisher", "--role", "publisher")
        return self.koinon("token", "add", "publisher", "--scope", "publisher").split()[-1]

    def koinon(self, *words):
        done = subprocess.run([str(self.bin / "koinon"), "--data", str(self.places.folder / "writer"), *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise HubError(f"koinon {words[0]} failed: {done.stderr.strip()[-2000:]}")
        return done.stdout

    # --- what they are asked ---

    def url(self, way):
        return f"http://{self.places.address(way)}"

    def is_ready(self, name):
        if not self.processes.is_running(name):
            raise HubError(f"{name} has ended; its log is {self.places.folder / name}.log")
        answer = ask(f"{self.url(f'{name}.http')}/readyz", seconds=5)
        return answer is not None and answer.status == 200

    def readers_ready(self):
        return all(self.is_ready(name) for name in READERS)

    def log_id(self):
        return json.loads(self.koinon("--json", "id"))["log_id"]

    def vkey(self):
        return self.koinon("id", "--vkey").strip()

    def try_publish(self, title, seconds=20):
        """The ref of a note that is acknowledged: its record and its checkpoint are durable. None: it may be there, or not."""
        file = f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText of {title}.\n'
        answer = ask(f"{self.url('office')}/api/v1/records", {"file": file}, self.token, seconds)
        if answer is None or answer.status not in (200, 201):
            return None
        return answer.json().get("ref")

    def publish(self, title, seconds=120):
        return wait_for(lambda: self.try_publish(title), f"\"{title}\" is published", seconds)

    def shown_by(self, ref):
        """By whom, of all that HAProxy leads a few requests to."""
        out = set()
        for _ in range(2 * len(READERS)):
            answer = ask(f"{self.url('pages')}/api/v1/records/{ref}")
            if answer is not None and answer.status == 200:
                out.add(answer.headers["Koinon-Served-By"])
        return out

    def shown_by_all(self, ref):
        wait_for(lambda: self.shown_by(ref) >= set(READERS), f"{ref} is seen on each reader", 60)

    def end(self):
        self.processes.end("writer", *READERS)


def programs_in(folder):
    bin = pathlib.Path(folder).absolute()
    for name in ("koinond", "koinon"):
        if not os.access(bin / name, os.X_OK):
            raise HubError(f"{bin} has no {name}")
    return bin
