"""The version before and today's, with the real programs of both: as peers, and one after the other on one folder."""

import hashlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import unittest

FUNCTIONAL = pathlib.Path(__file__).resolve().parent.parent / "functional"
sys.path.insert(0, str(FUNCTIONAL))

import documents  # noqa: E402
from nodes import BIN, TOP, Node, NodesTest, connected, own_entries, peer, wait_for  # noqa: E402

OLD = pathlib.Path(os.environ["KOINON_OLD_BIN"])
NOTE = '+++\ntitle = "{}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'


def version_of(data, name="store"):
    with sqlite3.connect(f"file:{data / name}.db?mode=ro", uri=True) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def contents(folder):
    """All that the databases hold. Their bytes are no measure: whoever opens one may fold its write-ahead log."""
    out = {}
    for name in ("store", "office", "grace"):
        with sqlite3.connect(f"file:{folder / name}.db?mode=ro", uri=True) as db:
            out[name] = hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest(), version_of(folder, name)
    return out


class OldBuild(NodesTest):
    def of(self, programs, city, *args):
        node = Node(self.folder, city, programs=programs)
        self.nodes.append(node)
        return node.start(*args)

    def both(self):
        """Seoul of the version before and Los Angeles of today, connected."""
        seoul, la = self.of(OLD, "seoul"), self.of(BIN, "la", "--attachments-fetch-up-to", "1000000")
        self.assertNotEqual(version_of(seoul.data), version_of(la.data), "they differ in what they keep")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        return seoul, la

    def alike(self, one, other):
        """Each holds all of both logs."""
        for holder, author in [(one, other), (other, one)]:
            wait_for(lambda: holder.entries(author.name) == own_entries(author), f"{holder.city} has all of {author.city}'s log")

    def test_they_exchange_all_that_cities_say(self):
        seoul, la = self.both()
        for author, reader in [(seoul, la), (la, seoul)]:
            plan = pathlib.Path(self.folder) / "plan.txt"
            plan.write_text(f"The plan of {author.city}.\n")
            kept = author.publish(f"Kept by {author.city}")
            gone, back = author.publish("To be erased"), author.publish("To be taken back")
            filed = author.run("publish", "-", "--attach", plan, stdin=NOTE.format("With a file").encode()).strip()
            for ref in (kept, gone, back, filed):
                wait_for(lambda: reader.shows(ref), f"{reader.city} shows {ref}")
            author.run("withdraw", gone, "--erase", "--reason", "a mistake")
            author.run("withdraw", back, "--reason", "a mistake")
            wait_for(lambda: not reader.shows(gone), "it is erased there")
            wait_for(lambda: reader.record(back)["status"] == "withdrawn", "and the other is withdrawn there")
            out = pathlib.Path(self.folder) / "fetched"
            reader.run("attachment", filed, "plan.txt", "-o", out)
            self.assertEqual(out.read_text(), plan.read_text())
            out.unlink()
            question = author.run("ask", "--title", "Who knows?", "--text", "Somebody?", "--language", "en").strip()
            wait_for(lambda: reader.shows(question), "a question arrives")
            answer = reader.run("answer", question, "--title", "We do", "--text", "Here.", "--language", "en").strip()
            wait_for(lambda: author.shows(answer), "and its answer")
            # A proof of one is good for the other.
            proof = pathlib.Path(self.folder) / f"{author.city}.proof"
            author.run("prove", kept, "-o", proof)
            reader.run("verify", proof, "--vkey", author.json("id")["vkey"])
            # Keys that are replaced are followed.
            author.run("rotate-key")
            after = author.publish("Under the next key")
            wait_for(lambda: reader.shows(after), "it follows the new key")
        self.alike(seoul, la)
        for node in (seoul, la):
            self.assertEqual([p["name"] for p in node.asked("peers")["items"] if not p["connected"]], [])
            self.assertNotIn("lied", node.log())

    def test_it_keeps_and_relays_kinds_and_fields_that_it_does_not_know(self):
        seoul, la = self.both()
        milan = self.of(BIN, "milan")
        peer(seoul, milan)  # Los Angeles and Milan meet in Seoul alone

        def says(node, note):
            answer = node.local("POST", "/api/v1/records", note)
            self.assertNotIn("detail", answer)
            return node.signed(answer)

        anatomy = {"core": "Nobody leaves the car.", "needs": [{"what": "place", "text": "A large car park."}], "not_again": "Paper forms."}
        note = says(la, {"kind": "practice", "language": "en", "topics": ["health/testing"],
                                   "content": {"title": "Drive-through", "solution": "Five steps.", **anatomy}})
        wait_for(lambda: milan.shows(note) and seoul.shows(note), "the note is everywhere")
        said = milan.record(note)["body"]["practice"]
        self.assertEqual({field: said[field] for field in anatomy}, anatomy)
        self.assertEqual(seoul.record(note)["body"]["practice"]["solution"], "Five steps.", "it shows the fields that it knows")
        wait_for(lambda: la.entries("milan.example"), "Los Angeles hears of Milan")
        starts = str(1893456000000)
        call = says(la, {"kind": "call", "language": "en", "to": ["milan.example"], "refs": [{"role": "about", "ref": note}],
                                   "content": {"title": "Half an hour?", "text": "About hospitals.", "form": "call", "time_zone": "America/Los_Angeles",
                                               "times": [{"start_ms": starts, "minutes": 30}]}})
        proposal = says(la, {"kind": "proposal", "language": "en", "refs": [{"role": "proposes_to", "ref": note}],
                                       "content": {"title": "A slip", "section": "solution", "instead_of": "Five", "text": "Four"}})
        for ref in (call, proposal):
            wait_for(lambda: milan.shows(ref), "it went through the node of the version before")
            wait_for(lambda: seoul.entries("la.example") == own_entries(la), "which keeps it")
            self.assertEqual(seoul.record(ref)["kind"], "unknown")
        self.assertEqual(milan.record(call)["body"]["call"]["times"], [{"start_ms": starts, "minutes": 30}])
        self.assertEqual(milan.record(proposal)["body"]["proposal"]["text"], "Four")
        reply = says(milan, {"kind": "call-reply", "language": "en", "refs": [{"role": "answers", "ref": call}],
                                       "content": {"answer": "yes", "time": {"start_ms": starts, "minutes": 30}, "time_zone": "Europe/Rome"}})
        wait_for(lambda: la.shows(reply), "and back")
        self.assertEqual(la.record(reply)["body"]["call_reply"]["answer"], "yes")
        # Once it is brought up to date it knows them.
        port = seoul.peer_port
        seoul.stop()
        seoul.programs = BIN
        seoul.start(peer_port=port)
        wait_for(lambda: call in seoul.refs(kind="call"), "what it kept is what it is")
        self.alike(la, milan)

    def test_they_are_apart_and_catch_up(self):
        seoul, la = self.both()
        for stays, goes in [(seoul, la), (la, seoul)]:
            port = goes.peer_port
            goes.stop()
            refs = [stays.publish(f"{stays.city} {i} while {goes.city} is away") for i in range(20)]
            goes.start(peer_port=port)
            for ref in refs:
                wait_for(lambda: goes.shows(ref), f"{goes.city} catches up")
        self.alike(seoul, la)

    def test_its_folder_is_taken_over_and_it_refuses_todays(self):
        seoul, la = self.both()
        refs = [seoul.publish("Of the version before"), la.publish("Of today")]
        seoul.run("user", "add", "kim", "--role", "publisher")
        for ref in refs:
            wait_for(lambda: seoul.shows(ref) and la.shows(ref), "both have it")
        port, log = seoul.peer_port, seoul.log_id()
        seoul.stop()
        before = version_of(seoul.data)
        seoul.programs = BIN
        seoul.start(peer_port=port)
        self.assertGreater(version_of(seoul.data), before)
        self.assertEqual(seoul.log_id(), log)
        for ref in refs:
            wait_for(lambda: seoul.shows(ref), f"{ref} is still there")
        self.assertIn("kim", seoul.run("user", "list"))
        wait_for(lambda: len(seoul.found("version")) > 0, "the index is whole")
        since = seoul.publish("Since the upgrade")  # at once: the mark has outlived it
        wait_for(lambda: la.shows(since), "it goes on where it was")
        self.assertIn("Nothing is damaged", seoul.run("fsck"))
        seoul.stop()
        # The version before says what it finds, and leaves it as it is.
        seoul.programs, what = OLD, contents(seoul.data)
        seoul.start(wait=False)
        self.assertEqual(seoul.process.wait(60), 1)
        seoul.process = None
        self.assertIn("newer version of Koinon", seoul.log().splitlines()[-1])
        self.assertEqual(contents(seoul.data), what)
        seoul.programs = BIN
        seoul.start()
        wait_for(lambda: seoul.shows(since), "nothing is lost by that")

    def test_a_backup_of_the_version_before_is_restored_by_today(self):
        seoul, la = self.both()
        ref = seoul.publish("Of the version before")
        wait_for(lambda: la.shows(ref), "it is out")
        backup = pathlib.Path(self.folder) / "backup"
        seoul.run("backup", backup)
        seoul.stop()
        seoul.data.rename(seoul.data.with_name("lost"))
        seoul.programs = BIN
        seoul.run("restore", backup)
        seoul.start()
        wait_for(lambda: seoul.shows(ref), "it is here again")

    def test_the_way_back_of_the_runbook(self):
        """What RUNBOOK, "Back to the version before", as it stands there; stand-ins are dpkg's and systemd's."""
        seoul, la = self.both()
        kept = seoul.publish("Before the upgrade")
        backup = pathlib.Path(self.folder) / "backup"
        seoul.run("backup", backup)
        seoul.stop()
        seoul.programs = BIN
        seoul.start()
        since = seoul.publish("Since the upgrade")
        wait_for(lambda: la.shows(since), "it is out")
        seoul.stop()
        self.go_back(seoul, backup)
        seoul.programs = OLD
        seoul.start()
        wait_for(lambda: seoul.shows(kept), "what was published before is there")
        wait_for(lambda: seoul.shows(since), "what was published since comes back from a peer")
        again = seoul.publish("Back on the version before")
        wait_for(lambda: la.shows(again), "and it signs, behind all that it has signed")
        self.alike(seoul, la)

    def go_back(self, node, backup):
        block, = documents.blocks("Back to the version before", "sh installed")
        commands = pathlib.Path(self.folder) / "bin"
        commands.mkdir()
        for name, does in {"systemctl": "exit 0", "chown": "exit 0", "apt-get": f'mkdir -p "{node.data}"; chmod 700 "{node.data}"; ln -sfn {OLD}/koinon {commands}/koinon'}.items():
            (commands / name).write_text(f"#!/bin/sh\n{does}\n")
            (commands / name).chmod(0o755)
        self.assertIn("/var/lib/koinon", block)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.replace("/var/lib/koinon", str(node.data))], capture_output=True, text=True,
                              env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "BACKUP": str(backup), "PACKAGE": "./of-the-version-before.deb"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(node.data.with_name(f"{node.data.name}.newer").exists(), "what the newer version had is kept")


if __name__ == "__main__":
    unittest.main()
