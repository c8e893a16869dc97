"""What the tests of a hub ask of it while things befall it: a city that publishes, people who read, and an auditor."""

import base64
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "deploy" / "hub.d"))
from hub_nodes import NAME, ask  # noqa: E402
from hub_processes import wait_for  # noqa: E402


class Note:
    """What a note was when it was acknowledged. `leaf`: its hash, by the first answer that showed it."""

    def __init__(self, ref, title, at):
        self.ref, self.title, self.at = ref, title, at
        self.leaf = None


class Worker(threading.Thread):
    """Does step() again and again until it is told to end."""

    def __init__(self, pause):
        super().__init__(daemon=True)
        self.pause = pause
        self.over = threading.Event()
        self.error = None

    def run(self):
        try:
            while not self.over.is_set():
                self.step()
                self.over.wait(self.pause)
        except Exception as error:  # told by whoever looks at the outcome
            self.error = error

    def end(self):
        self.over.set()
        self.join(60)
        if self.error:
            raise self.error


class Publisher(Worker):
    """A note every 200 ms. It goes on after each failure with another note: what was not acknowledged may be there, or not."""

    def __init__(self, nodes):
        super().__init__(0.2)
        self.nodes = nodes
        self.acknowledged = []
        self.unknown = []  # titles
        self.acks = [time.monotonic()]
        self.count = 0

    def step(self):
        self.count += 1
        title = f"Note {self.count}"
        ref = self.nodes.try_publish(title, seconds=10)
        if ref is None:
            self.unknown.append(title)
        else:
            self.acks.append(time.monotonic())
            self.acknowledged.append(Note(ref, title, self.acks[-1]))

    def longest_silence(self, since):
        """Seconds between two acknowledgements, from the last one before `since` on."""
        before = [at for at in self.acks if at <= since][-1:]
        times = before + [at for at in self.acks if at > since] + [time.monotonic()]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def goes_on(self, since):
        return self.acks[-1] > since


class Reader(Worker):
    """Reads the newest note by HAProxy until a reader shows it, then a random older one: lag, and what failed."""

    def __init__(self, nodes, publisher):
        super().__init__(0.05)
        self.nodes, self.publisher = nodes, publisher
        self.lags, self.read, self.failed = [], 0, 0
        self.sought = None

    def step(self):
        notes = self.publisher.acknowledged
        if not notes:
            return
        if self.sought is None and notes[-1].leaf is None:
            self.sought = notes[-1]
        note = self.sought or random.choice(notes)
        answer = ask(f"{self.nodes.url('pages')}/api/v1/records/{note.ref}", seconds=10)
        self.read += 1
        if answer is not None and answer.status == 200:
            if self.sought:
                self.lags.append(time.monotonic() - note.at)
                self.sought = None
            note.leaf = note.leaf or answer.json().get("leaf_hash")
        elif answer is None or answer.status != 404 or not self.sought:
            self.failed += 1


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else None


class Heads(Worker):
    """Notes each head that writer and readers show. Two roots of one size are a fork, whoever showed them."""

    def __init__(self, nodes):
        super().__init__(0.3)
        self.nodes = nodes
        self.log = nodes.log_id()
        self.roots = {}

    def step(self):
        for way in ("office", "pages"):
            answer = ask(f"{self.nodes.url(way)}/log/{self.log}/checkpoint", seconds=5)
            if answer is None or answer.status != 200:
                continue
            _, size, root = answer.body.decode().split("\n")[:3]
            if self.roots.setdefault(int(size), root) != root:
                raise AssertionError(f"the log forked: two roots of {size} entries, {self.roots[int(size)]} and {root} at {way}")
            assert len(base64.b64decode(root)) == 32


class Auditor:
    """`koinon audit-log`, with one state over all that befalls the hub: each head extends the one before."""

    def __init__(self, nodes, folder):
        self.nodes = nodes
        self.state = pathlib.Path(folder) / "audit.state"
        self.vkey, self.log = nodes.vkey(), nodes.log_id()

    def look(self, *more):
        """Fails where it finds anything; tries again where nobody answers."""
        words = [str(self.nodes.bin / "koinon"), "--json", "audit-log", f"{self.nodes.url('office')}/log/{self.log}", "--vkey", self.vkey,
                 "--state", str(self.state), *more]
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}

        def pass_():
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, env=kept)
            if done.returncode == 3:
                return None
            if done.returncode != 0:
                raise AssertionError(f"the auditor found something, exit {done.returncode}: {done.stdout}{done.stderr}")
            return json.loads(done.stdout)
        return wait_for(pass_, "the auditor can read the log", 120)


def check_kept(nodes, notes, whole):
    """Each acknowledged note is at the writer under its ref, with its title and its leaf. Not `whole`: the newer ones,
    and some of the older."""
    chosen = notes if whole else notes[-400:] + random.sample(notes[:-400], min(50, len(notes[:-400])))
    for note in chosen:
        answer = wait_for(lambda: ask(f"{nodes.url('office')}/api/v1/records/{note.ref}"), f"the writer answers for {note.ref}")
        if answer.status != 200:
            raise AssertionError(f"{note.ref}, \"{note.title}\", was acknowledged and is lost: {answer.status}")
        found = answer.json()
        note.leaf = note.leaf or found["leaf_hash"]
        title = found.get("body", {}).get("practice", {}).get("title")
        if (title, found["leaf_hash"]) != (note.title, note.leaf):
            raise AssertionError(f"{note.ref} is another one now: \"{title}\" in place of \"{note.title}\"")
    return len(chosen)


def check_once(nodes, publisher):
    """Nothing is there twice: what was acknowledged once, what was not acknowledged at most once."""
    found, cursor = {}, ""
    while cursor is not None:
        page = ask(f"{nodes.url('office')}/api/v1/records?city={NAME}&limit=1000&cursor={cursor}").json()
        for item in page["items"]:
            found.setdefault(item.get("title"), []).append(item["ref"])
        cursor = page.get("next")
    twice = {title: refs for title, refs in found.items() if title and title.startswith("Note ") and len(refs) > 1}
    if twice:
        raise AssertionError(f"these are there twice: {twice}")
    return sum(title in found for title in publisher.unknown)
