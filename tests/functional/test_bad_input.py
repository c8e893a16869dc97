"""Bad input at the edges that an operator or an office touches: one clear line, nothing changed, life goes on."""

import os
import pathlib
import shutil
import subprocess
import unittest

from nodes import BIN, NodesTest, koinon, peer, wait_for


class BadNotes(NodesTest):
    def test_each_is_refused_with_its_field_and_changes_nothing(self):
        seoul = self.node("seoul")
        before = seoul.json("status")["entries"]
        head = 'title = "T"\nlanguage = "en"\ntopics = ["health"]\n'
        for words, note in [
            ("colour: the front matter has an unknown field", f"+++\n{head}colour = 1\n+++\nText.\n"),
            ("topic: the front matter has an unknown field; did you mean topics?", f'+++\n{head}topic = "heat"\n+++\nText.\n'),
            ('(line 5: summary = Trees give shade); text stands in quotes (")', f"+++\n{head}summary = Trees give shade\n+++\nText.\n"),
            ("title: the note has no title", '+++\nlanguage = "en"\ntopics = ["health"]\n+++\nText.\n'),
            ("language: a language is a BCP 47 tag", '+++\ntitle = "T"\nlanguage = "no tag"\ntopics = ["health"]\n+++\nText.\n'),
            ("not UTF-8", f"+++\n{head}+++\n\udcff\udcfe\n"),
            ("body: the note has", f"+++\n{head}+++\n{'x' * (1 << 20)}\n"),
            ("no city called nowhere.example", f'+++\n{head}derives_from = "nowhere.example/1"\n+++\nText.\n'),
            ("front matter: a note begins with", "Just text.\n"),
            ("sources.date: it is a date such as", f'+++\n{head}[[sources]]\ntitle = "S"\ndate = "2020-02-30"\n+++\nText.\n'),
            ("country: a country is two letters of ISO 3166: did you mean KR", '+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "S"\ncountry = "KOR"\n+++\n'),
            ("languages: a language is a BCP 47 tag: did you mean ko", '+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "S"\nlanguages = ["Korean"]\n+++\n'),
            ("names.language: no language has the tag xq", '+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "S"\nnames = [{language = "xq", name = "S"}]\n+++\n'),
            ("topics: a note has at most 8", "+++\n" + head.replace('["health"]', str([f"t{i}" for i in range(9)]).replace("'", '"')) + "+++\nText.\n"),
        ]:
            with self.subTest(words):
                self.assert_refused(words, lambda: seoul.run("publish", "-", stdin=note.encode("utf-8", "surrogateescape")))
        self.assertEqual(seoul.json("status")["entries"], before)
        self.assertTrue(seoul.publish("Good"))

    def test_an_entry_over_4_kib(self):
        seoul = self.node("seoul")
        first = seoul.publish("First")
        # Sixteen refs of about 75 bytes, eight addressees and eight long topics stay under it; a long language
        # tag does not make up the rest, so the limit is reached through what the request alone can carry.
        refs = [part for _ in range(16) for part in ("--derives-from", first)]
        self.assertTrue(seoul.publish("Wide", "Text.", ("health",), *refs))
        self.assert_refused("refs: a note refers to at most 16", lambda: seoul.publish("Wider", "Text.", ("health",), *refs, "--derives-from", first))

    def test_a_request_that_is_too_large_or_no_json(self):
        import socket

        seoul = self.node("seoul")

        def post(body, extra=""):
            """The answer's status and body. In one piece, since a refusal may come before the end of the request."""
            head = f"POST /api/v1/records HTTP/1.1\r\nHost: koinond\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(30)
                connection.connect(str(seoul.data / "koinond.sock"))
                connection.sendall(head.encode() + body)
                answer = b""
                try:
                    while data := connection.recv(65536):
                        answer += data
                except ConnectionError:
                    pass
            return int(answer.split(b" ", 2)[1]), answer.split(b"\r\n\r\n", 1)[1].decode()
        self.assertEqual(post(b"not json")[0], 400)
        self.assertEqual(post(b"[" * 10000)[0], 400)
        self.assertEqual(post(b"{}", "X-Long: " + "x" * 20000 + "\r\n")[0], 413)
        self.assertIn("unknown field", post(b'{"colour": 1}')[1])
        self.assertTrue(seoul.publish("Good"))


class BadFolders(NodesTest):
    def koinond(self, node, *args):
        return subprocess.run([str(BIN / "koinond"), "--data", str(node.data), "--listen", "127.0.0.1", "--peer-port", "0", "--http-port", "0", *args],
                              capture_output=True, timeout=30, text=True)

    def assert_not_started(self, words, done):
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(words, done.stderr.splitlines()[-1])

    def test_a_folder_in_use(self):
        seoul = self.node("seoul")
        self.assert_not_started("another koinond or koinon uses this data folder", self.koinond(seoul))
        self.assertTrue(seoul.publish("Still here"))

    def test_a_key_file_with_loose_permissions(self):
        seoul = self.node("seoul", start=False)
        os.chmod(seoul.data / "keys" / "node.key", 0o644)
        self.assert_not_started("chmod 600", self.koinond(seoul))

    def test_keys_sealed_by_a_passphrase(self):
        right = pathlib.Path(self.folder) / "right"
        wrong = pathlib.Path(self.folder) / "wrong"
        right.write_text("correct horse battery staple\n")
        wrong.write_text("tr0ub4dor&3\n")
        seoul = self.node("seoul", start=False, init_args=("--passphrase-file", str(right)))
        self.assert_not_started("passphrase", self.koinond(seoul))
        self.assert_not_started("passphrase", self.koinond(seoul, "--passphrase-file", str(wrong)))
        seoul.start("--passphrase-file", right)
        self.assertTrue(seoul.publish("Sealed"))

    def test_a_store_that_was_restored_from_a_copy_signs_by_the_word(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Before")
        seoul.stop()
        (seoul.data / "instance-token").unlink()  # which backups leave out
        seoul.start()
        self.assertIn(ref, seoul.refs(), "it reads")
        self.assertTrue(seoul.json("status")["standing"]["needs_word"])
        self.assertIn("this node signs", seoul.run("sign", "--alone"))
        self.assertTrue(seoul.publish("After"))
        seoul.stop()
        seoul.start()
        self.assertEqual(seoul.json("status")["standing"]["state"], "signs", "what was restored is its own from now on")

    def test_a_node_that_a_peer_knows_to_have_said_more_gets_it_back(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        wait_for(lambda: len(seoul.refs(kind="vouch")) == 2, "they know each other")
        seoul.stop()
        copy = {name: (seoul.data / name).read_bytes() for name in ("store.db", "instance-token")}
        seoul.start(peer_port=seoul.peer_port)
        ref = seoul.publish("Said")
        wait_for(lambda: ref in la.refs(), "it is heard")
        seoul.stop()
        for name in os.listdir(seoul.data):
            if name.startswith(("store.db", "index.db")):
                (seoul.data / name).unlink()
        for name, content in copy.items():
            (seoul.data / name).write_bytes(content)
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: seoul.status()["standing"]["state"] == "signs", "Los Angeles gives back what it holds")
        wait_for(lambda: ref in seoul.refs(), "the note is back")
        self.assertTrue(seoul.publish("No fork"))
        self.assertIn(ref, la.refs())
        self.assertEqual(la.json("status")["frozen"], [])

    def test_a_port_that_is_taken(self):
        seoul, la = self.node("seoul"), self.node("la", start=False)
        self.assert_not_started("choose another --peer-port", self.koinond(la, "--peer-port", str(seoul.peer_port)))
        self.assert_not_started("choose another --http-port", self.koinond(la, "--http-port", str(seoul.http_port)))

    def test_commands_say_what_to_do(self):
        seoul = self.node("seoul", start=False)
        self.assert_refused("koinond is not running", lambda: seoul.run("status"), code=3)
        self.assert_refused("no node lives in", lambda: koinon("status", data=pathlib.Path(self.folder) / "none"))
        self.assert_refused("a node lives here already", lambda: koinon("init", "--name", "a.example", "--display-name", "A", data=seoul.data))
        for words, option, value in (
            ("did you mean KR", "--country", "KOR"), ("did you mean KE", "--country", "Kenya"), ("two letters of ISO 3166", "--country", "XX"), ("no language has the tag en-XX", "--language", "en-XX"),
            ("did you mean ko", "--language", "Korean"), ("no language has the tag xq", "--language", "xq"), ("BCP 47", "--language", "ko_KR"),
        ):
            folder = pathlib.Path(self.folder) / "codes"
            self.assert_refused(words, lambda: koinon("init", "--name", "a.example", "--display-name", "A", option, value, data=folder))
            self.assertFalse(folder.exists(), "nothing is made")
        self.assert_refused("give the city's name", lambda: koinon("init", "--name", "a.example", "--display-name", " \u200b\n", data=folder))
        self.assert_refused("written like a domain", lambda: koinon("init", "--name", "Seoul", "--display-name", "A", data=pathlib.Path(self.folder) / "x"))
        usage = subprocess.run([str(BIN / "koinon"), "publish"], capture_output=True, timeout=30)
        self.assertEqual(usage.returncode, 2)
        for wrong, said in ((["sing-along"], "there is no command sing-along; koinon --help lists them"),
                            (["--json", "sing-along", "--loud"], "there is no command sing-along; koinon --help lists them"),
                            (["peer", "sing-along"], "there is no command peer sing-along; koinon peer --help lists them"),
                            (["pblish", "note.md"], "there is no command pblish; did you mean publish?"),
                            (["peer", "ad", "line"], "there is no command peer ad; did you mean peer add?"),
                            (["list", "--topci", "food"], "koinon list takes no --topci; did you mean --topic?")):
            usage = subprocess.run([str(BIN / "koinon"), *wrong], capture_output=True, timeout=30, text=True)
            self.assertEqual((usage.returncode, usage.stderr), (2, f"koinon: {said}\n"), wrong)

    def test_a_search_takes_words_with_a_minus_wherever_they_stand(self):
        seoul = self.node("seoul")
        roofs, trees = seoul.publish("Cool roofs"), seoul.publish("Cool trees")
        seoul.run("reindex")
        for words in (("cool", "-trees"), ("-trees", "cool"), ("--", "cool", "-trees"), ("cool -trees",), ("--limit", "5", "cool", "-trees", "--kind", "practice")):
            self.assertEqual([i["ref"] for i in seoul.json("search", *words)["items"]], [roofs], words)
        self.assertEqual({i["ref"] for i in seoul.json("search", "roofs", "OR", "trees", "-water")["items"]}, {roofs, trees})

    def test_what_nobody_sees_is_not_in_the_name_that_is_signed_first(self):
        seoul = self.node("seoul", start=False)
        shutil.rmtree(seoul.data)
        printed = seoul.run("init", "--name", "seoul.example", "--display-name", " Se\x1b[31m\u202eo\u200bul\nCity ")
        self.assertIn("Made the node of Se[31moul City in", printed)
        seoul.start()
        self.assertEqual(seoul.json("show", "seoul.example/1")["body"]["profile"]["display_name"], "Se[31moul City")

    def test_bad_peer_lines(self):
        seoul = self.node("seoul")
        own = seoul.line()
        for copied in (own, f" {own}\n", f"{own[:70]}\r\n{own[70:]} "):
            self.assert_refused("that is this node itself", lambda: seoul.run("peer", "add", copied))
        for line in ("", "nonsense", own.replace("seoul", "sexul"), own.split("#")[0], own[:-3] + "!!!"):
            with self.subTest(line):
                self.assert_refused("", lambda: seoul.run("peer", "add", line))


class FullDisk(NodesTest):
    def test_writing_stops_reading_goes_on_and_honest_peers_too(self):
        seoul, la = self.node("seoul"), self.node("la", "--store-max-bytes", 1 << 20, "--disk-reserve-bytes", 0)
        milan = self.node("milan")
        peer(seoul, la)
        peer(seoul, milan)
        refs = []
        for i in range(30):
            refs.append(seoul.publish(f"Note {i}", "x" * 40_000))
        wait_for(lambda: refs[-1] in milan.refs(), "Milan has everything")
        wait_for(lambda: "what other cities send cannot be stored" in la.log(), "Los Angeles says that it is full")
        wait_for(lambda: la.refs(city="seoul.example"), "and still serves what it has")
        self.assert_refused("full", lambda: la.publish("No room", "x" * 700_000))
        self.assertTrue(la.json("status")["entries"])
        la.stop()
        la.start()  # with more room
        wait_for(lambda: refs[-1] in la.refs(), "it goes on where it was")

    def test_what_is_left_of_the_disk_is_for_its_own_notes(self):
        # A quarter of a quota is kept at most.
        seoul, la = self.node("seoul"), self.node("la", "--store-max-bytes", 4_000_000)
        peer(seoul, la)
        wait_for(lambda: len(seoul.refs(kind="vouch")) == 2, "they know each other")
        before = la.json("status")
        self.assertGreater(before["disk_reserve_bytes"], 0)
        refs = [seoul.publish(f"Note {i}", "x" * 100_000) for i in range(50)]

        def alarms():
            return {alarm["id"] for alarm in la.status()["alarms"]}
        wait_for(lambda: "reserve" in alarms(), "Los Angeles says that the notes of others wait")
        self.assertNotIn("store", alarms(), "it can write")
        self.assertIn("is kept for this city's own notes", la.log())
        held = wait_for(lambda: la.refs(city="seoul.example"), "and serves what it has of them")
        self.assertNotIn(refs[-1], held)
        ours = [la.publish(f"Ours {i}", "y" * 100_000) for i in range(5)]
        wait_for(lambda: set(ours) <= set(la.refs(kind="practice")), "what it publishes is found here")
        wait_for(lambda: set(ours) <= set(seoul.refs(kind="practice")), "and taken by others")
        la.stop()
        la.start()  # with more room
        wait_for(lambda: refs[-1] in la.refs(), "it goes on where it was")
        wait_for(lambda: "reserve" not in alarms(), "and says nothing any more")


if __name__ == "__main__":
    unittest.main()
