"""Backups of a running node, put back elsewhere; what a full disk, a kill or a broken disk does to them; fsck."""

import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import unittest

from browser import first_operator
from nodes import BIN, DEADLINE, CommandFailed, Node, NodesTest, koinon, wait_for


def limited(size, *args, data):
    """A command for which no file may be larger than `size`: as a full disk, at a point that is known."""
    return subprocess.run([str(BIN / "koinon"), "--data", str(data), *map(str, args)], capture_output=True, timeout=DEADLINE,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))


def files_below(folder):
    return [p for p in pathlib.Path(folder).rglob("*") if p.is_file()] if pathlib.Path(folder).exists() else []


def change(database, sql, *values):
    with sqlite3.connect(database) as db:
        changed = db.execute(sql, values).rowcount
    db.close()
    return changed


def on_a_terminal(*args, data):
    """Runs a command whose errors go to a terminal: what the terminal was sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(BIN / "koinon"), "--data", str(data), *map(str, args)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    with open(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                shown += piece
        except OSError:  # the other end is closed
            pass
    if process.wait(DEADLINE) != 0:
        raise CommandFailed(process.returncode, shown.decode(errors="replace"))
    return shown.decode()


class Backup(NodesTest):
    def path(self, name):
        return pathlib.Path(self.folder) / name

    def with_file(self, node, size=3 << 20):
        """Publishes a note with a file, so that there is something to copy."""
        file = self.path("file.bin")
        file.write_bytes(os.urandom(size))
        return node.publish("With a file", "Text.", ("health/testing",), "--attach", file)

    def restored(self, name, backup, *args):
        """A node that was put back, not started."""
        node = Node(self.folder, name, init=False)
        koinon("restore", backup, *args, data=node.data)
        self.nodes.append(node)
        return node

    def test_under_load_killed_at_many_points_resumed_and_put_back_elsewhere(self):
        seoul, la = self.pair()
        self.with_file(seoul)
        theirs = la.publish("From Los Angeles")
        wait_for(lambda: theirs in seoul.refs(), "Seoul holds it")
        done, published, put_back = threading.Event(), [], []

        def load():
            while not done.is_set() and len(published) < 400:
                published.append(seoul.publish(f"Note {len(published)}", "x" * 3000))
        thread = threading.Thread(target=load)
        thread.start()
        try:
            for one_file in (False, True):
                place = self.path("one" if one_file else "folder")
                command = [str(BIN / "koinon"), "--data", str(seoul.data), "backup", str(place), *(["--one-file"] if one_file else [])]
                for point in (1, 5, 20, 35):
                    def reached(point=point, place=place):
                        if place.is_dir():
                            return len(files_below(place / "chunks")) >= point
                        return place.exists() and place.stat().st_size >= point * 65536
                    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    wait_for(lambda: reached() or process.poll() is not None, "the backup has come so far")
                    process.kill()
                    process.wait(DEADLINE)
                before = list(published)
                said = json.loads(koinon("--json", "backup", place, *(["--one-file"] if one_file else []), data=seoul.data))
                self.assertLess(said["written"], said["chunks"], "what the killed runs wrote is not written again")
                again = json.loads(koinon("--json", "backup", place, data=seoul.data))
                self.assertLess(again["written"], again["chunks"] / 2, "only what changed")
                node = self.restored(f"again-{place.name}", place)
                looked = json.loads(koinon("--json", "fsck", data=node.data))
                self.assertEqual(looked["damages"], [])
                self.assertFalse((node.data / "instance-token").exists())
                put_back.append((node, before))
        finally:
            done.set()
            thread.join()
        looked = json.loads(koinon("--json", "fsck", data=seoul.data))
        self.assertEqual(looked["damages"], [], "beside the running daemon")
        own = seoul.log_id()
        seoul.stop()
        for node, before in put_back:
            node.start()
            wait_for(lambda: node.status()["index_lag"] == 0, "the index is up to date")
            self.assertEqual(set(before + [theirs]) - set(node.refs()), set())
            self.assertEqual(node.log_id(), own)
            node.stop()

    def test_a_terminal_is_shown_how_far_it_is_and_a_file_is_not(self):
        seoul = self.node("seoul")
        self.with_file(seoul)
        place = self.path("backup")
        self.assertRegex(on_a_terminal("backup", place, data=seoul.data), r"backup: \d+ %")
        said = seoul.json("backup", self.path("whole"))
        self.assertLessEqual(said["written"], said["chunks"])
        node = Node(self.folder, "again", init=False)
        self.assertRegex(on_a_terminal("restore", place, data=node.data), r"restore: \d+ %")
        quiet = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "backup", str(self.path("other"))], capture_output=True, timeout=DEADLINE)
        self.assertEqual((quiet.returncode, quiet.stderr), (0, b""))

    def test_both_encryptions(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Words that nobody else reads")
        words, wrong, secret = self.path("words"), self.path("wrong"), self.path("backup.key")
        words.write_text("open sesame\n")
        wrong.write_text("open barley\n")
        public = koinon("backup", "--make-key", secret, data=seoul.data).strip()
        self.assertEqual(secret.stat().st_mode & 0o777, 0o600)
        other = self.path("other.key")
        koinon("backup", "--make-key", other, data=seoul.data)
        self.assert_refused("not overwritten", lambda: koinon("backup", "--make-key", secret, data=seoul.data))
        cases = [("passphrase", ["--passphrase-file", words], ["--passphrase-file", words], ["--passphrase-file", wrong]),
                 ("key", ["--to", public], ["--key", secret], ["--key", other])]
        for name, closing, opening, refused in cases:
            place = self.path(name)
            seoul.run("backup", place, *closing)
            for file in files_below(place):
                self.assertNotIn(b"Words that nobody", file.read_bytes())
                self.assertNotIn(b"koinon-key/v1", file.read_bytes())
            # What changed may be a page of an audit line; most is there already.
            again = json.loads(seoul.run("--json", "backup", place, *closing))
            self.assertLess(again["written"], again["chunks"] / 2)
            self.assert_refused("protected in another way", lambda: seoul.run("backup", place))
            for options in (refused, []):
                data = self.path(f"refused-{name}")
                with self.assertRaises(CommandFailed):
                    koinon("restore", place, *options, data=data)
                self.assertFalse(data.exists())
            node = self.restored(f"back-{name}", place, *opening)
            self.assertEqual(json.loads(koinon("--json", "fsck", data=node.data))["damages"], [])
        seoul.stop()
        for node in self.nodes[1:]:
            node.start()
            self.assertTrue(node.shows(ref))
            node.stop()

    def test_what_a_restore_left_that_was_cut_short_is_made_anew(self):
        seoul = self.node("seoul")
        place = self.path("folder")
        seoul.run("backup", place)
        data, partial, marker = self.path("back"), self.path("back.partial"), self.path("back.partial-of-restore")
        partial.mkdir()
        (partial / "store.db").write_text("half")
        self.assert_refused("no restore left", lambda: koinon("restore", place, data=data))
        self.assertEqual((partial / "store.db").read_text(), "half")
        # Nor does a marker that names another folder than this one (test_killed.py).
        marker.write_text("8:1 4711 -\n")
        self.assert_refused("no restore left", lambda: koinon("restore", place, data=data))
        self.assertEqual((partial / "store.db").read_text(), "half")
        shutil.rmtree(partial)
        koinon("restore", place, data=data)
        self.assertFalse(partial.exists() or marker.exists())
        self.assertEqual(json.loads(koinon("--json", "fsck", data=data))["damages"], [])
        # Killed between the last two steps: it is in place.
        marker.write_text("")
        self.assert_refused("something is there", lambda: koinon("restore", place, data=data))
        self.assertFalse(marker.exists())
        if os.path.ismount("/dev/shm"):
            self.assert_refused("a disk is mounted there", lambda: koinon("restore", place, data="/dev/shm"))

    def test_whose_backup_it_is(self):
        seoul, la = self.pair()
        secret = self.path("backup.key")
        public = koinon("backup", "--make-key", secret, data=seoul.data).strip()
        place, theirs = self.path("place"), self.path("theirs")
        seoul.run("backup", place, "--to", public)
        la.run("backup", theirs, "--to", public)
        data = self.path("back")
        self.assert_refused(la.log_id(), lambda: koinon("restore", theirs, "--key", secret, "--log", seoul.log_id(), data=data))
        self.assertFalse(data.exists())
        said = json.loads(koinon("--json", "restore", place, "--key", secret, "--log", seoul.log_id(), data=data))
        self.assertEqual((said["name"], said["log_id"]), ("seoul.example", seoul.log_id()))
        self.assertIn("la.example", koinon("restore", theirs, "--key", secret, data=self.path("other")))
        # Another log's is refused before its store is read.
        broken = self.path("broken")
        shutil.copytree(theirs, broken)
        max(files_below(broken / "chunks"), key=lambda file: file.stat().st_size).write_bytes(b"x")
        self.assert_refused(la.log_id(), lambda: koinon("restore", broken, "--key", secret, "--log", seoul.log_id(), data=data.with_name("no")))
        self.assert_refused("is damaged", lambda: koinon("restore", broken, "--key", secret, "--log", la.log_id(), data=data.with_name("no")))
        # Whoever holds the place puts a chunk of their node in place of one of ours.
        ours = max(files_below(place / "chunks"), key=lambda file: file.stat().st_size)
        ours.write_bytes(max(files_below(theirs / "chunks"), key=lambda file: file.stat().st_size).read_bytes())
        for slot in files_below(theirs / "slots"):
            shutil.copy(slot, place / "slots")
        self.assert_refused("is damaged", lambda: koinon("restore", place, "--key", secret, data=self.path("mixed")))

    def test_older_backups_are_removed(self):
        seoul = self.node("seoul")
        place = self.path("folder")
        for night in range(4):
            self.with_file(seoul, 300_000)
            said = json.loads(seoul.run("--json", "backup", place, "--keep", "2"))
            self.assertEqual(said["removed"], 1 if night >= 2 else 0)
        self.assertEqual(sorted(file.name for file in files_below(place / "manifests")), ["0000000003", "0000000004"])
        self.assert_refused("no backup with this number", lambda: koinon("restore", place, "--number", "2", data=self.path("none")))
        for number in ("3", "4"):
            data = self.path(f"back-{number}")
            koinon("restore", place, "--number", number, data=data)
            self.assertEqual(json.loads(koinon("--json", "fsck", data=data))["damages"], [])
        self.assert_refused("only grows", lambda: seoul.run("backup", self.path("one"), "--one-file", "--keep", "2"))
        self.assertFalse(self.path("one").exists())
        self.assert_refused("at least 1", lambda: seoul.run("backup", place, "--keep", "0"))
        # Only the removing fails: the backup is good, and is told of.
        stuck = next((place / "chunks").iterdir()) / ("ab" * 32)
        (stuck / "something").mkdir(parents=True)
        said = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "--json", "backup", str(place), "--keep", "2"],
                              capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual(said.returncode, 1)
        self.assertEqual(json.loads(said.stdout)["number"], 5)
        self.assertEqual(len(said.stderr.splitlines()), 1, said.stderr)
        self.assertIn("backup 5 is written", said.stderr)
        koinon("restore", place, "--number", "5", data=self.path("back-5"))

    def test_a_full_disk_is_said_and_loses_nothing(self):
        seoul = self.node("seoul")
        self.with_file(seoul)
        for name, options, size in (("folder", [], 20_000), ("one", ["--one-file"], 1_000_000)):
            place = self.path(name)
            said = limited(size, "backup", place, *options, data=seoul.data)
            self.assertEqual(said.returncode, 1)
            self.assertEqual(len(said.stderr.splitlines()), 1, said.stderr)
            self.assertIn(b"there is no room", said.stderr)
            self.assert_refused("no backup was finished", lambda: koinon("restore", place, data=self.path("none")))
            seoul.run("backup", place, *options)
            # A later run that fails leaves the earlier backup.
            self.with_file(seoul)
            self.assertEqual(limited(size, "backup", place, data=seoul.data).returncode, 1)
            data = self.path(f"back-{name}")
            said = limited(1_000_000, "restore", place, data=data)
            self.assertEqual(said.returncode, 1)
            self.assertIn(b"there is no room", said.stderr)
            self.assertFalse(data.exists())
            self.assertFalse(pathlib.Path(f"{data}.partial").exists(), "what half of a restore took is free again")
            koinon("restore", place, data=data)
            self.assertEqual(json.loads(koinon("--json", "fsck", data=data))["damages"], [])

    def test_wherever_the_disk_is_full_it_is_said_and_nothing_is_lost(self):
        seoul = self.node("seoul")
        self.with_file(seoul, 1 << 20)
        data = self.path("back")
        sizes = (16_384, 40_000, 70_000, 150_000, 400_000, 1_000_000, 1 << 30)
        for name, options in (("folder", []), ("one", ["--one-file"])):
            place, failed = self.path(name), []
            for size in sizes:
                said = limited(size, "backup", place, *options, data=seoul.data)
                if said.returncode != 0:
                    failed.append(size)
                    self.said_that_it_is_full(said, size)
                    self.assert_refused("no backup was finished", lambda: koinon("restore", place, data=data))
            self.assertIn(sizes[0], failed)
            self.assertNotIn(sizes[-1], failed)
            failed = []
            for size in sizes:
                said = limited(size, "restore", place, data=data)
                if said.returncode != 0:
                    failed.append(size)
                    self.said_that_it_is_full(said, size)
                    self.assertFalse(data.exists() or pathlib.Path(f"{data}.partial").exists(), size)
                    continue
                self.assertEqual(json.loads(koinon("--json", "fsck", data=data))["damages"], [], size)
                shutil.rmtree(data)
            self.assertIn(sizes[0], failed)
            self.assertNotIn(sizes[-1], failed)

    def said_that_it_is_full(self, said, size):
        self.assertEqual(said.returncode, 1, size)
        self.assertEqual(len(said.stderr.splitlines()), 1, said.stderr)
        self.assertIn(b"there is no room", said.stderr, size)

    def test_a_restore_that_is_killed_at_many_points_is_run_again(self):
        seoul = self.node("seoul")
        ref = self.with_file(seoul, 8 << 20)
        place, data = self.path("folder"), self.path("back")
        partial = pathlib.Path(f"{data}.partial")
        seoul.run("backup", place)
        killed = 0
        for point in (0, 1, 100_000, 1 << 20, 4 << 20, 8 << 20):
            def written():
                try:
                    return partial.exists() and sum(file.stat().st_size for file in files_below(partial)) >= point
                except FileNotFoundError:  # it was put into its place meanwhile
                    return True
            process = subprocess.Popen([str(BIN / "koinon"), "restore", str(place), "--data", str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: written() or process.poll() is not None, "the restore has come so far")
            process.kill()
            if process.wait(DEADLINE) == -signal.SIGKILL and not data.exists():
                killed += 1
                koinon("restore", place, data=data)
            # Where it is in its place, it is whole, whenever the kill came.
            self.assertFalse(partial.exists(), point)
            self.assertEqual(json.loads(koinon("--json", "fsck", data=data))["damages"], [], point)
            if point < 8 << 20:
                shutil.rmtree(data)
        self.assertGreater(killed, 1)
        seoul.stop()
        node = Node(self.folder, "back", init=False)
        self.nodes.append(node.start())
        self.assertTrue(node.shows(ref))

    def test_a_damaged_backup_is_refused_and_what_is_there_is_kept(self):
        seoul = self.node("seoul")
        self.with_file(seoul)
        place = self.path("folder")
        seoul.run("backup", place)
        chunk = max(files_below(place / "chunks"), key=lambda file: file.stat().st_size)
        whole = chunk.read_bytes()
        chunk.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
        data = self.path("back")
        self.assert_refused("is damaged", lambda: koinon("restore", place, data=data))
        self.assertFalse(data.exists())
        chunk.unlink()
        self.assert_refused("is damaged", lambda: koinon("restore", place, data=data))
        chunk.write_bytes(whole)
        # Nothing is overwritten.
        data.mkdir()
        (data / "mine").write_text("mine")
        self.assert_refused("something is there", lambda: koinon("restore", place, data=data))
        self.assertEqual((data / "mine").read_text(), "mine")
        self.assert_refused("something is there", lambda: koinon("restore", place, data=seoul.data))
        (data / "mine").unlink()
        koinon("restore", place, data=data)
        self.assert_refused("in the data folder", lambda: seoul.run("backup", seoul.data / "backup"))

    def test_an_erased_text_is_in_no_later_backup(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Gone", "the words that were erased")
        seoul.run("withdraw", ref, "--erase", "--reason", "a name stood in it")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "the index is up to date")
        place = self.path("folder")
        seoul.run("backup", place)
        for file in files_below(place):
            self.assertNotIn(b"the words that were erased", file.read_bytes())

    def test_fsck_names_what_is_damaged_and_what_can_be_is_fetched_again(self):
        seoul, la = self.pair()
        file = self.path("small.bin")
        file.write_bytes(os.urandom(600_000))
        ref = la.publish("From Los Angeles", "Text.", ("health/testing",), "--attach", file)
        wait_for(lambda: seoul.shows(ref), "Seoul holds it")
        seoul.run("attachment", ref, "small.bin", "-o", self.path("fetched"))
        wait_for(lambda: seoul.status()["index_lag"] == 0, "the index is up to date")
        self.assert_refused("stop it first", lambda: seoul.run("fsck", "--repair"))
        seoul.stop()
        self.assertIn("Nothing is damaged.", koinon("fsck", data=seoul.data))
        store, index = seoul.data / "store.db", seoul.data / "index.db"
        number = int(ref.split("/")[1])
        row = f"(SELECT number << 40 FROM log WHERE name = 'la.example') + {number}"
        self.assertEqual(change(store, f"UPDATE record SET body = body || x'00' WHERE id = {row}"), 1)
        self.assertEqual(change(store, "UPDATE attachment_chunk SET bytes = zeroblob(length(bytes)) WHERE id & 65535 = 1"), 1)
        self.assertEqual(change(index, "UPDATE doc SET kind = kind + 1 WHERE entry_index = 0"), 2)
        with self.assertRaises(CommandFailed) as caught:
            koinon("fsck", data=seoul.data)
        self.assertIn("4 things are damaged", caught.exception.stderr)
        said = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "fsck"], capture_output=True, timeout=DEADLINE).stdout.decode()
        for words in (f"la.example/{number}: its body is damaged; it can be fetched again", "chunk 1 is damaged; it can be fetched again",
                      "index.db: la.example/0: its row says something else", "index.db: seoul.example/0: its row says something else"):
            self.assertIn(words, said)
        self.assertNotIn("Nothing is damaged", said)
        koinon("fsck", "--repair", data=seoul.data)
        self.assertFalse(index.exists())
        self.assertEqual(json.loads(koinon("--json", "fsck", data=seoul.data))["damages"], [])
        seoul.start()
        wait_for(lambda: seoul.shows(ref), "the body is fetched again")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "the index is made again")
        again = self.path("again")
        wait_for(lambda: self.fetched(seoul, ref, again), "the file is fetched again")
        self.assertEqual(again.read_bytes(), file.read_bytes())

    def test_a_damaged_text_of_our_own_comes_back_from_a_peer(self):
        seoul, la = self.pair()
        ref = seoul.publish("Ours", "Words that came back.")
        wait_for(lambda: la.shows(ref), "Los Angeles holds it")
        entries = seoul.json("status")["entries"]
        seoul.stop()
        number = int(ref.split("/")[1])
        row = f"(SELECT number << 40 FROM log WHERE name = 'seoul.example') + {number}"
        self.assertEqual(change(seoul.data / "store.db", f"UPDATE record SET body = body || x'00' WHERE id = {row}"), 1)
        said = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "fsck"], capture_output=True, timeout=DEADLINE)
        self.assertEqual(said.returncode, 1)
        self.assertIn(f"seoul.example/{number}: its body is damaged; it can be fetched again", said.stdout.decode())
        koinon("fsck", "--repair", data=seoul.data)
        seoul.start()
        wait_for(lambda: seoul.shows(ref), "the body is fetched again")
        self.assertIn("Words that came back.", seoul.run("show", ref))
        self.assertEqual(seoul.json("status")["entries"], entries)
        seoul.publish("After")
        wait_for(lambda: la.entries("seoul.example") > entries, "its log goes on")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "the index is up to date")
        seoul.stop()
        self.assertEqual(json.loads(koinon("--json", "fsck", data=seoul.data))["damages"], [])

    def fetched(self, node, ref, to):
        try:
            node.run("attachment", ref, "small.bin", "-o", to)
            return True
        except CommandFailed:
            return False

    def test_of_a_damaged_entry_of_our_own_the_way_back_is_named(self):
        seoul = self.node("seoul")
        number = int(seoul.publish("Note").split("/")[1])
        seoul.stop()
        row = f"(SELECT number << 40 FROM log WHERE name = 'seoul.example') + {number}"
        change(seoul.data / "store.db", f"UPDATE record SET entry = entry || x'00' WHERE id = {row}")
        said = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "fsck"], capture_output=True, timeout=DEADLINE).stdout.decode()
        self.assertIn(f"seoul.example/{number}: the entry is damaged; it must come from a backup, or back from other cities", said)
        self.assertIn("koinon restore --keys", said)

    def test_a_damaged_log_of_another_city_is_fetched_again(self):
        seoul, la = self.pair()
        refs = [la.publish(f"Note {i}") for i in range(5)]
        wait_for(lambda: all(seoul.shows(ref) for ref in refs), "Seoul holds them")
        seoul.stop()
        row = "(SELECT number << 40 FROM log WHERE name = 'la.example') + 3"
        change(seoul.data / "store.db", f"UPDATE record SET entry = entry || x'00' WHERE id = {row}")
        said = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "fsck"], capture_output=True, timeout=DEADLINE)
        self.assertEqual(said.returncode, 1)
        self.assertIn("la.example/3: the entry is damaged; it can be fetched again", said.stdout.decode())
        koinon("fsck", "--repair", data=seoul.data)
        seoul.start()
        wait_for(lambda: all(seoul.shows(ref) for ref in refs), "the log is fetched again")
        seoul.stop()
        self.assertEqual(json.loads(koinon("--json", "fsck", data=seoul.data))["damages"], [])

    def test_keys_alone_make_the_node_anew(self):
        seoul, la = self.pair()
        seoul.publish("Kept in Los Angeles")
        own, line = seoul.log_id(), seoul.line_without_address()
        keys = self.path("keys")
        shutil.copytree(seoul.data / "keys", keys)
        text = (keys / "identity").read_text()
        self.assertIn(own, text)
        seoul.stop()
        shutil.rmtree(seoul.data)
        self.assert_refused("at least one peer", lambda: koinon("restore", "--keys", keys, data=seoul.data))
        self.assertFalse(seoul.data.exists())
        recovery = next(part for part in text.splitlines() if part.startswith("recovery ")).split()[1]
        signing = next(part for part in text.splitlines() if part.startswith("signing ")).split()[1]
        (keys / "identity").unlink()  # as in a folder of an older version
        self.assert_refused("--id LINE", lambda: koinon("restore", "--keys", keys, "--peer", la.line(), data=seoul.data))
        self.assert_refused("not of one log", lambda: koinon(
            "restore", "--keys", keys, "--peer", la.line(), "--id", line, "--recovery-key", signing, data=seoul.data))
        said = koinon("restore", "--keys", keys, "--peer", la.line(), "--id", line, "--recovery-key", recovery, data=seoul.data)
        self.assertEqual((seoul.data / "keys" / "identity").read_text(), text)
        seoul.start()
        first_operator(seoul, said)
        self.assertEqual(seoul.json("paused", "list")["items"], [], "nothing of its office is from before")
        self.assertEqual(seoul.log_id(), own)
        self.assertEqual([p["name"] for p in seoul.json("peers")["items"]], ["la.example"])
        wait_for(lambda: la.asked("cities")["items"], "Los Angeles answers")
        self.assertEqual(la.json("status")["frozen"], [])


if __name__ == "__main__":
    unittest.main()
