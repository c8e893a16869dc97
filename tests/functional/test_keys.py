"""A city's signing key is replaced: routinely, cut short at every step, and where an old copy still has the old one."""

import pathlib
import re
import shutil
import subprocess
import unittest

from api import account, ask, bearer, post
from nodes import BIN, MARKS, NodesTest, connected, koinon, own_entries, peer, wait_for
from wire import contradiction, read_keys
from wire import vkey as wire_vkey


def vkey(node):
    return node.run("id", "--vkey").strip()


def keys_of(node):
    return node.data / "keys"


def state(node):
    return node.local("GET", "/api/v1/status")["standing"]["state"]


class KeysTest(NodesTest):
    def verify(self, proof, key, ok=True):
        done = subprocess.run([str(BIN / "koinon"), "verify", str(proof), "--vkey", key], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0 if ok else 1, done.stderr)
        return done.stdout if ok else done.stderr


class Rotation(KeysTest):
    def test_everybody_follows_and_proofs_lead_back_to_the_first_key(self):
        seoul, milan = self.cities("milan")
        first, old_proof, proof = vkey(seoul), pathlib.Path(self.folder) / "old", pathlib.Path(self.folder) / "proof"
        before = seoul.refs(city="seoul.example", kind="practice")[0]
        seoul.run("prove", before, "-o", old_proof)
        self.assertFalse((old_proof.parent / "old.keys").exists(), "there is no statement")
        old_key = (keys_of(seoul) / "signing.key").read_bytes()
        said = seoul.run("rotate-key")
        second = vkey(seoul)
        ref = re.search(r"seoul\.example/\d+", said)[0]
        self.assertNotEqual(second, first)
        self.assertEqual(second.split("+")[0], first.split("+")[0], "the origin stays")
        self.assertIn(second, said)
        self.assertNotEqual((keys_of(seoul) / "signing.key").read_bytes(), old_key)
        self.assertEqual((keys_of(seoul) / "signing.key").stat().st_mode & 0o777, 0o600)
        self.assertFalse((keys_of(seoul) / "signing-next.key").exists())
        after = seoul.publish("After")
        self.followed(seoul, milan)
        self.assertEqual({p["title"] for p in milan.listed(city="seoul.example", kind="practice")}, {"Before", "After"})
        # Who reads the entry is told what it does.
        place = int(ref.split("/")[1])
        for node in (seoul, milan):
            wait_for(lambda node=node: ref in node.refs(kind="rotation"), "it is indexed")
            shown = node.run("show", ref)
            for part in (f"From entry {place} on another key signs this log", second, "The old key says so (statement 1 of this log)"):
                self.assertIn(part, shown)
            self.assertIn(f"new signing key from entry {place} on, by the old key", node.run("list", "--kind", "rotation"))
        change = milan.record(ref)["key_change"]
        self.assertEqual((change["number"], change["entry"], change["kind"], change["vkey"]), (1, place, "rotation", second))
        self.assertEqual(milan.local("GET", "/api/v1/cities/seoul.example")["key_changes"], [change])
        self.assertIn(f"  node      {seoul.json('id')['spoken']}", milan.run("show", "seoul.example/0"))
        # Another city proves it; who knows the first key, or the second, verifies it with no node.
        milan.run("prove", after, "-o", proof)
        self.assertTrue((proof.parent / "proof.keys").exists())
        for key in (first, second):
            self.assertIn("After", self.verify(proof, key))
        self.assertIn("Before", self.verify(old_proof, first), "a proof of before holds as it did")
        self.verify(old_proof, second, ok=False)
        self.verify(proof, vkey(milan), ok=False)
        keys = proof.parent / "proof.keys"
        good = keys.read_bytes()
        followed = read_keys(good)
        self.assertEqual(followed.sequence, 1)
        self.assertEqual(wire_vkey(followed.name, followed.signing), second, "who reads it by the specification alone finds the same")
        for at in range(0, len(good), 37):
            keys.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.verify(proof, first, ok=False)
        keys.unlink()
        self.assertIn("proof.keys belongs beside the proof", self.verify(proof, first, ok=False))
        self.verify(proof, second)
        # A newcomer, and a second time.
        seoul.run("rotate-key")
        seoul.publish("Third")
        la = self.node("la")
        peer(milan, la)
        peer(seoul, la)
        self.followed(seoul, la, milan)
        la.run("prove", "seoul.example/0", "-o", proof)
        for key in (first, second, vkey(seoul)):
            self.verify(proof, key)
        shown = la.local("GET", "/api/v1/cities/seoul.example")
        self.assertEqual(shown["vkey"], vkey(seoul))
        self.assertEqual(len([change["at"] for change in shown["key_changes"]]), 2)
        page = ask("GET", f"http://127.0.0.1:{la.http_port}/cities/seoul.example").body.decode()
        self.assertEqual(page.count("by a statement of its own old key"), 2)
        for node in (seoul, milan, la):
            self.assertNotIn("does not verify", node.log())
            self.assertIn("Nothing is damaged", self.fsck(node))

    def fsck(self, node):
        node.stop()
        said = koinon("fsck", data=node.data)
        node.start()
        return said

    def test_cut_short_at_every_step(self):
        seoul, milan = self.cities("milan")
        keys = keys_of(seoul)
        old = (keys / "signing.key").read_bytes()
        other = self.node("other", start=False)

        def goes_on(title, key):
            seoul.start()
            self.assertEqual(vkey(seoul), key)
            seoul.publish(title)
            self.followed(seoul, milan)
        first = vkey(seoul)
        # The next key is on disk, and nothing was signed: it stays, and the next change uses it.
        next_key = (keys_of(other) / "signing.key").read_bytes()
        seoul.stop()
        shutil.copy(keys_of(other) / "signing.key", keys / "signing-next.key")
        goes_on("Nothing was signed", first)
        self.assertEqual((keys / "signing-next.key").read_bytes(), next_key)
        seoul.run("rotate-key")
        self.assertFalse((keys / "signing-next.key").exists())
        self.assertEqual((keys / "signing.key").read_bytes(), next_key)
        old = next_key
        # The statement is signed, and the next key not in its place; the public file is the old one.
        public = (keys / "identity").read_bytes()
        seoul.run("rotate-key")
        second = vkey(seoul)
        seoul.stop()
        (keys / "signing.key").rename(keys / "signing-next.key")
        (keys / "signing.key").write_bytes(old)
        (keys / "signing.key").chmod(0o600)
        (keys / "identity").write_bytes(public)
        goes_on("The statement was signed", second)
        self.assertFalse((keys / "signing-next.key").exists())
        self.assertEqual((keys / "identity").read_text().count("statement "), 2)
        # The keys and the public file are those of after it, and the store is that of before.
        yesterday = pathlib.Path(self.folder) / "yesterday"
        seoul.stop()
        shutil.copytree(seoul.data, yesterday)
        seoul.start()
        seoul.run("rotate-key")
        third = vkey(seoul)
        seoul.publish("Under the third key")
        self.followed(seoul, milan)
        seoul.stop()
        shutil.rmtree(yesterday / "keys")
        shutil.copytree(keys, yesterday / "keys")
        shutil.rmtree(seoul.data)
        shutil.copytree(yesterday, seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start()
        wait_for(lambda: state(seoul) == "signs", "it has its log back")
        self.assertEqual(vkey(seoul), third)
        # Killed whenever it is: the node starts, and signs.
        for wait in (0.0, 0.02, 0.05, 0.1, 0.2):
            asks = subprocess.Popen([str(BIN / "koinon"), "--data", str(seoul.data), "rotate-key"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                asks.wait(0.25 + wait)
            except subprocess.TimeoutExpired:
                pass
            seoul.stop(9)
            asks.wait(30)
            seoul.start()
            seoul.publish(f"After a kill {wait}")
        self.followed(seoul, milan)

    def test_sealed_keys_are_sealed_again(self):
        words = pathlib.Path(self.folder) / "words"
        words.write_text("correct horse battery staple\n")
        seoul = self.node("seoul", "--passphrase-file", words, init_args=("--passphrase-file", str(words)))
        seoul.run("rotate-key")
        second = vkey(seoul)
        self.assertIn(b"sealed", (keys_of(seoul) / "signing.key").read_bytes())
        seoul.stop()
        seoul.start("--passphrase-file", words)
        seoul.publish("Goes on")
        self.assertEqual(vkey(seoul), second)
        words.rename(words.parent / "elsewhere")
        self.assert_refused("words", lambda: seoul.run("rotate-key"))
        words.parent.joinpath("elsewhere").rename(words)
        seoul.publish("And on")

    def test_only_an_operator_of_a_city_changes_its_key(self):
        seoul, library = self.node("seoul"), self.node("library", start=False, init_args=("--observer",))
        library.start()
        self.assert_refused("observer", lambda: library.run("rotate-key"))
        first = vkey(seoul)
        for role, status in (("publisher", 403), ("reviewer", 403)):
            self.assertEqual(post(seoul, "/api/v1/keys/signing", {}, bearer(account(seoul, role, role))).status, status)
        self.assertEqual(vkey(seoul), first)
        chief = bearer(account(seoul, "chief", "operator"))
        self.assertEqual(post(seoul, "/api/v1/keys/signing", {}, chief).status, 403, "a token that is stolen is no person")
        self.assertEqual(vkey(seoul), first)
        ref = seoul.json("rotate-key")["ref"]
        self.assertNotEqual(vkey(seoul), first)
        self.assertIn("rotateKey", [line["action"] for line in seoul.json("audit")["items"]])
        self.assert_refused("a rotation cannot be withdrawn", lambda: seoul.run("withdraw", ref))


class OldCopies(KeysTest):
    def old_copy(self, seoul):
        """Seoul as it was before its key was changed; what came after is with its peers."""
        seoul.stop()
        place = pathlib.Path(self.folder) / "yesterday"
        shutil.copytree(seoul.data, place)
        seoul.start(peer_port=seoul.peer_port)
        return place

    def put_back(self, node, place):
        node.stop()
        shutil.rmtree(node.data)
        shutil.copytree(place, node.data)
        node.mark = MARKS.folder()

    def test_an_old_backup_under_the_old_key_learns_that_it_has_not_the_new_one_and_signs_nothing(self):
        seoul, milan = self.cities("milan")
        yesterday = self.old_copy(seoul)
        seoul.run("rotate-key")
        seoul.publish("Under the new key")
        self.followed(seoul, milan)
        entries = own_entries(seoul)
        self.put_back(seoul, yesterday)
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "stopped", "its peer shows it the statement")
        self.assertIn("current key", seoul.run("status"))
        self.assertEqual(seoul.keep("Kept")["state"], "waits-for-signing")
        wait_for(lambda: own_entries(seoul) == entries, "its log comes back all the same")
        # It is known after a restart, with nobody to ask.
        milan.stop()
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "stopped", "it knows it by itself")
        self.assertIn("was replaced", seoul.log())
        milan.start(peer_port=milan.peer_port)
        wait_for(lambda: connected(milan, "seoul.example"), "they connect again")
        self.assertEqual(milan.entries("seoul.example"), entries)
        self.assertEqual([a for a in milan.status()["alarms"] if a["id"] == "forked"], [])

    def test_two_statements_that_contradict_each_other_freeze_the_log_wherever_they_meet(self):
        seoul, milan, la = self.cities("milan", "la")
        la.stop()
        yesterday = self.old_copy(seoul)
        seoul.run("rotate-key")
        seoul.publish("Under one key")
        self.followed(seoul, milan)
        # Whoever has the old key tells the other half another thing.
        milan.stop()
        self.put_back(seoul, yesterday)
        seoul.start(peer_port=seoul.peer_port)
        la.start(peer_port=la.peer_port)
        wait_for(lambda: connected(la, "seoul.example"), "they connect")
        seoul.run("sign", "--without", "milan.example")
        wait_for(lambda: state(seoul) == "signs", "it has the word of its operator")
        seoul.run("rotate-key")
        seoul.publish("Under another key")
        self.followed(seoul, la)
        seoul.stop()
        milan.start(peer_port=milan.peer_port)
        peer(milan, la)
        for node in (milan, la):
            wait_for(lambda n=node: n.status()["frozen"] == ["seoul.example"], f"{node.city} has the evidence")
            self.assertNotIn("does not verify", node.log())
        # Anybody verifies it, with our program and without it.
        file = pathlib.Path(self.folder) / "evidence"
        la.run("evidence", "seoul.example", "-o", file)
        self.assertRegex(koinon("verify-evidence", file), "(?s)Statement 1 of the log was signed twice.*seoul.example/koinon/.*seoul.example/koinon/")
        shown = la.local("GET", "/api/v1/cities/seoul.example")["contradiction"]
        self.assertEqual((shown["kind"], shown["statement"]), ("two_keys", 1))
        for key in (shown["first"], shown["second"]):
            self.assertIn(key, koinon("verify-evidence", file))
        page = ask("GET", f"http://127.0.0.1:{la.http_port}/cities/seoul.example").body.decode()
        self.assertIn("Two statements number 1, both signed by its key, name two different keys.", page)
        name, at, first, second = contradiction(file.read_bytes())
        self.assertEqual((name, at), ("seoul.example", 0))
        self.assertNotEqual(first, second)

    def test_a_store_that_is_lost_is_made_anew_from_the_new_key_and_peers(self):
        seoul, milan = self.cities("milan")
        seoul.run("rotate-key")
        seoul.publish("Under the new key")
        self.followed(seoul, milan)
        entries, key = own_entries(seoul), vkey(seoul)
        aside = pathlib.Path(self.folder) / "keys"
        shutil.copytree(keys_of(seoul), aside)
        seoul.stop()
        shutil.rmtree(seoul.data)
        koinon("restore", "--keys", aside, "--peer", milan.line(), data=seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: own_entries(seoul) == entries, "its log comes back")
        wait_for(lambda: state(seoul) == "signs", "and it signs on")
        self.assertEqual(vkey(seoul), key)
        seoul.publish("Goes on")
        self.followed(seoul, milan)

    def test_a_backup_of_after_is_put_back(self):
        seoul, milan = self.cities("milan")
        seoul.run("rotate-key")
        seoul.publish("Under the new key")
        place = pathlib.Path(self.folder) / "backup"
        seoul.run("backup", place)
        seoul.publish("Since the backup")
        self.followed(seoul, milan)
        entries = own_entries(seoul)
        seoul.stop()
        shutil.rmtree(seoul.data)
        koinon("restore", place, data=seoul.data)
        seoul.mark = MARKS.folder()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: own_entries(seoul) == entries and state(seoul) == "signs", "it has its log back, and signs")
        seoul.publish("Goes on")
        self.followed(seoul, milan)


if __name__ == "__main__":
    unittest.main()
