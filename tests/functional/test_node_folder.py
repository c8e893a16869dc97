"""A node's folder: nothing destroys what exists, and the advice fits what is missing."""

import json
import os
import pathlib
import pwd
import socket
import subprocess
import unittest

import needs
from nodes import BIN, DEADLINE, CommandFailed, NodesTest, koinon, own_entries


class NodeFolder(NodesTest):
    def assert_kept(self, data, words, before):
        with self.assertRaises(CommandFailed) as caught:
            koinon("init", "--name", "other.example", "--display-name", "Other", data=data)
        for word in words:
            self.assertIn(word, caught.exception.stderr)
        after = {str(p): p.read_bytes() for p in data.rglob("*") if p.is_file() and not p.name.endswith(".lock")}
        self.assertEqual(after, before)

    def test_init_refuses_a_folder_that_holds_anything_of_a_node(self):
        seoul = self.node("seoul")
        seoul.publish("Kept")
        seoul.stop()
        everything = [p.relative_to(seoul.data) for p in seoul.data.rglob("*") if p.is_file() and p.suffix in (".key", ".db")]
        self.assertEqual(len(everything), 8)
        for missing in everything:
            aside = pathlib.Path(self.folder) / "aside"
            os.rename(seoul.data / missing, aside)
            before = {str(p): p.read_bytes() for p in seoul.data.rglob("*") if p.is_file() and not p.name.endswith(".lock")}
            needed = missing.suffix == ".key" or missing.name == "store.db"
            self.assert_kept(seoul.data, [str(missing), "backup"] if needed else ["lives here already"], before)
            os.rename(aside, seoul.data / missing)
        # The keys not restored yet; the store not restored yet.
        for there in ("keys", "store.db"):
            half = pathlib.Path(self.folder) / f"half-{there}"
            half.mkdir(mode=0o700)
            subprocess.run(["cp", "-a", str(seoul.data / there), str(half)], check=True)
            before = {str(p): p.read_bytes() for p in half.rglob("*") if p.is_file()}
            self.assert_kept(half, ["backup"], before)
        seoul.start()
        self.assertEqual(own_entries(seoul), 3)

    def test_the_daemons_advice_fits_what_is_missing(self):
        seoul = self.node("seoul")
        seoul.stop()
        for missing in ("keys/signing.key", "keys/cosigner.key", "keys/sealing.key", "keys/node.key", "store.db"):
            aside = pathlib.Path(self.folder) / "aside"
            os.rename(seoul.data / missing, aside)
            said = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=DEADLINE)
            text = said.stderr.decode()
            self.assertEqual(said.returncode, 1, missing)
            self.assertIn(missing, text)
            self.assertIn("backup", text)
            self.assertNotIn("A new city", text, "what exists is not to be made anew")
            os.rename(aside, seoul.data / missing)
        for role in ("signing", "cosigner", "sealing"):
            os.rename(seoul.data / "keys" / f"{role}.key", pathlib.Path(self.folder) / role)
        said = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=DEADLINE)
        self.assertIn("signing.key", said.stderr.decode())
        self.assertNotIn("A new city", said.stderr.decode())

    def test_an_init_that_was_cut_short_begins_anew(self):
        data = pathlib.Path(self.folder) / "cut"
        (data / "keys").mkdir(parents=True, mode=0o700)
        (data / "init-unfinished").write_text("")
        (data / "keys" / "signing.key").write_text("half")
        said = subprocess.run([str(BIN / "koinond"), "--data", str(data)], capture_output=True, timeout=DEADLINE)
        self.assertIn("cut short", said.stderr.decode())
        koinon("init", "--name", "cut.example", "--display-name", "Cut", data=data)
        self.assertFalse((data / "init-unfinished").exists())

    def test_no_permission_is_not_no_node(self):
        seoul = self.node("seoul")
        root = os.geteuid() == 0
        # The folder is closed to others: to another user where this one may do everything, else to this one.
        other = {"user": 65534, "group": 65534, "extra_groups": []} if root else {}
        os.chmod(self.folder, 0o755)
        if not root:
            os.chmod(seoul.data, 0)
        try:
            for code, command in ((1, [str(BIN / "koinon"), "--data", str(seoul.data), "status"]),
                                  # 2: nothing changes by another try, so systemd makes none.
                                  (2, [str(BIN / "koinond"), "--data", str(seoul.data)]),
                                  (1, [str(BIN / "koinon"), "--data", str(seoul.data), "init", "--name", "x.example", "--display-name", "X"])):
                said = subprocess.run(command, capture_output=True, timeout=DEADLINE, **other)
                self.assertEqual(said.returncode, code, command)
                owner = pwd.getpwuid(os.geteuid()).pw_name
                self.assertIn(f"{seoul.data} belongs to the user {owner} (mode 0", said.stderr.decode(), command)
                self.assertIn(f"chown -R nobody: {seoul.data}" if root else f"chmod 700 {seoul.data}", said.stderr.decode(), command)
        finally:
            os.chmod(seoul.data, 0o700)

    @needs.root("root alone can write in the folder of another user")
    def test_root_makes_no_node_that_its_user_could_not_read(self):
        data = pathlib.Path(self.folder) / "packaged"
        data.mkdir(mode=0o700)
        os.chown(data, 65534, 65534)
        init = lambda: koinon("init", "--name", "x.example", "--display-name", "X", data=data)
        self.assert_refused("run this as that user: runuser -u nobody -- koinon init", init)
        self.assertEqual(list(data.iterdir()), [])
        os.chown(data, 0, 0)
        init()
        self.assertTrue((data / "store.db").exists())

    def test_an_empty_folder_is_perhaps_a_lost_node(self):
        empty = pathlib.Path(self.folder) / "empty"
        empty.mkdir(mode=0o700)
        said = subprocess.run([str(BIN / "koinond"), "--data", str(empty)], capture_output=True, timeout=DEADLINE).stderr.decode()
        found = json.loads(koinon("--json", "doctor", "--offline", data=empty, check=False))["findings"]
        for text in (said, found[0]["what"]):
            places = [text.index(word) for word in ("no node lives in", "koinon restore", "koinon recover", "koinon init")]
            self.assertEqual(places, sorted(places), text)

    @needs.root("root alone can be another user")
    def test_files_that_root_put_back_are_told_to_the_nodes_user_and_to_root(self):
        seoul = self.given_away()
        for path in (seoul.data / "keys", *(seoul.data / "keys").iterdir()):
            os.chown(path, 0, 0)
        said = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=DEADLINE, user=65534, group=65534, extra_groups=[])
        self.assertEqual(said.returncode, 1)
        told = f"{seoul.data}/keys belongs to the user root (mode 0700), and this runs as the user nobody; if it is to be this user's: chown -R nobody: {seoul.data}"
        self.assertIn(told, said.stderr.decode())
        # Root looks as the user to whom the folder belongs.
        found = json.loads(seoul.run("--json", "doctor", "--offline", check=False))["findings"]
        self.assertEqual([one["id"] for one in found], ["files.owner"])
        self.assertIn(told, found[0]["what"])

    @needs.root("root alone can be another user")
    def test_what_a_user_may_not_read_or_make_is_told_with_the_way_round_it(self):
        seoul, outside = self.given_away(), self.roots_own()
        note = outside / "note.md"
        note.write_text("A bench\n")

        def told(*args):
            done = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), *map(str, args)], capture_output=True, stdin=subprocess.DEVNULL, timeout=DEADLINE, user=65534, group=65534, extra_groups=[])
            self.assertEqual(done.returncode, 1, args)
            return done.stderr.decode()
        self.assertIn(f"the user nobody may not read {note}; give it on standard input: koinon publish - < {note}", told("publish", note))
        self.assertIn(f"the user nobody may not read {note}; give nobody a copy", told("verify-evidence", note))
        place = pathlib.Path(self.folder) / "backups"
        self.assertIn(f"{self.folder} belongs to the user root (mode 0711), and this runs as the user nobody; make it as root: install -d -o nobody -m 0700 {place}", told("backup", place))

    def given_away(self):
        """Seoul, stopped, whose folder belongs to the user nobody."""
        seoul = self.node("seoul")
        seoul.publish("A bench")
        self.assertEqual(seoul.stop(), 0)
        os.chmod(self.folder, 0o711)
        for path in (seoul.data, *seoul.data.rglob("*")):
            os.lchown(path, 65534, 65534)
        return seoul

    def roots_own(self):
        """A folder that nobody but root may look into."""
        folder = pathlib.Path(self.folder) / "outside"
        folder.mkdir(mode=0o700)
        return folder

    def owners(self, folder):
        return {path.lstat().st_uid for path in (folder, *folder.rglob("*"))}

    @needs.root("root alone can be another user")
    def test_root_works_in_the_folder_of_another_user_as_that_user(self):
        seoul = self.given_away()
        self.assertIn("A bench", seoul.run("list"))
        self.assertIn("A bench", seoul.run("search", "bench"))
        self.assertIn("seoul.example", seoul.run("id"))
        self.assertIn("/welcome/", seoul.run("user", "link", "operator"))
        self.assertIn("Nothing is damaged", seoul.run("fsck", "--repair"))
        seoul.run("doctor", "--offline", check=False)
        self.assertEqual(self.owners(seoul.data), {65534})

    @needs.root("root alone can be another user")
    def test_root_follows_nothing_that_the_user_of_the_folder_planted(self):
        seoul, outside = self.given_away(), self.roots_own()
        secret = outside / "secret"
        secret.write_text("of root alone\n")
        secret.chmod(0o644)
        lock, note = seoul.data / "koinond.lock", seoul.data / "koinond.config"
        lock.unlink()
        for planted, target in ((lock, outside / "made"), (seoul.data / "office.db-shm", secret), (seoul.data / "office.db-wal", secret)):
            planted.unlink(missing_ok=True)
            planted.symlink_to(target)
        for command in (("user", "link", "operator"), ("fsck", "--repair"), ("list",), ("doctor", "--offline")):
            seoul.run(*command, check=False)
        self.assertEqual([path.name for path in outside.iterdir()], ["secret"])
        self.assertEqual((secret.read_text(), secret.stat().st_mode & 0o777), ("of root alone\n", 0o644))
        for planted in seoul.data.iterdir():
            if planted.is_symlink():
                planted.unlink()
        # The note names a configuration; what only root may read is not read.
        note.write_text(f"{secret}\n")
        os.chown(note, 65534, 65534)
        self.assert_refused("Permission denied", lambda: seoul.run("id"))
        # Nobody writes into the pipe.
        os.mkfifo(seoul.data / "pipe")
        note.write_text(f"{seoul.data}/pipe\n")
        os.chown(seoul.data / "pipe", 65534, 65534)
        self.assert_refused("it is no file", lambda: seoul.run("id"))

    @needs.root("root alone can be another user")
    def test_a_socket_of_another_user_is_not_asked(self):
        seoul = self.node("seoul")
        self.assertEqual(seoul.stop(), 0)
        planted = socket.socket(socket.AF_UNIX)
        self.addCleanup(planted.close)
        planted.settimeout(DEADLINE)
        planted.bind(str(seoul.data / "koinond.sock"))
        # Who listens is who called listen().
        os.seteuid(65534)
        planted.listen()
        os.seteuid(0)

        def is_asked():
            connection, _ = planted.accept()
            with connection:
                return connection.recv(1) != b""

        for command in (("status",), ("list",), ("watch",)):
            self.assert_refused("a program of the user nobody listens on the socket in this folder, which belongs to the user root", lambda: seoul.run(*command))
            self.assertFalse(is_asked(), command)
        found = json.loads(seoul.run("--json", "doctor", "--offline", check=False))["findings"]
        self.assertIn("daemon.stranger", [one["id"] for one in found])
        self.assertFalse(is_asked())
        # Of that user's own folder it may well be the koinond.
        os.chown(seoul.data, 65534, 65534)
        os.chmod(self.folder, 0o711)
        asks = subprocess.Popen([str(BIN / "koinon"), "--data", str(seoul.data), "status"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(is_asked())
        self.assertEqual(asks.wait(DEADLINE), 1)


if __name__ == "__main__":
    unittest.main()
