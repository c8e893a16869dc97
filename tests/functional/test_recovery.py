"""A city has lost its machine, and has the paper with its 24 words and an invite of a city that knows it."""

import base64
import http.client
import json
import os
import pathlib
import pty
import shutil
import subprocess
import unittest

from api import account, ask, bearer, post
from browser import first_operator
from nodes import BIN, DEADLINE, MARKS, TOP, Node, NodesTest, connected, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import keys_of, state, vkey
from thief import Relay, Thief
from wire import City, Invited, join_message, public_key, read_keys, recovery_message, sha256, sign, sign_text, statement_text

BIP39 = (TOP / "crypto" / "data" / "bip39-english.txt").read_text().split()


def seed_of(words):
    """The seed of a recovery key: the first 256 of the 264 bits that the words are."""
    return int("".join(f"{BIP39.index(word):011b}" for word in words.split())[:256], 2).to_bytes(32, "big")


class Words(NodesTest):
    def city(self, name):
        """A node that is not started, and its words."""
        node = Node(self.folder, name, init=False)
        self.nodes.append(node)
        made = koinon("--json", "init", "--name", node.name, "--display-name", name.title(), "--signing-mark", node.mark, data=node.data)
        return node, json.loads(made)["recovery_words"]

    def file(self, words, name="words"):
        path = pathlib.Path(self.folder) / name
        path.write_text(words + "\n")
        return path

    def lost(self):
        """Seoul, whose machine is gone, its words, Milan, which followed it, and how many entries Milan has."""
        seoul, words = self.city("seoul")
        seoul.start()
        milan = self.node("milan")
        peer(seoul, milan)
        wait_for(lambda: connected(seoul, "milan.example") and connected(milan, "seoul.example"), "they connect")
        for title in ("First", "Second", "Third"):
            seoul.publish(title)
        self.followed(seoul, milan)
        wait_for(lambda: {"First", "Second", "Third"} <= {i["title"] for i in milan.listed(city="seoul.example", kind="practice")}, "notes are shown")
        entries = own_entries(seoul)
        seoul.stop()
        shutil.rmtree(seoul.data)
        seoul.mark = MARKS.folder()
        return seoul, words, milan, entries


class Lost(Words):
    def test_the_log_comes_back_and_goes_on_under_a_new_origin(self):
        seoul, words, milan, entries = self.lost()
        line, paper = invite(milan), self.file(words)
        # First it only looks.
        shown = koinon("recover", "--words-file", paper, "--invite", line, data=seoul.data)
        for part in ("The log of seoul.example", f"entries     {entries}", "statements  none", "First", "Second", "Third", "--size N"):
            self.assertIn(part, shown)
        self.assertFalse(seoul.data.exists())
        seen = json.loads(koinon("--json", "recover", "--words-file", "-", "--invite", line, data=seoul.data, stdin=words.encode()))
        self.assertEqual((seen["size"], seen["statements"]), (entries, []))
        self.assertEqual(seen["latest"][0]["index"], entries - 1)
        for size in ("0", str(entries + 1), "x"):
            self.assert_refused(f"from 1 to {entries}",
                                lambda: koinon("recover", "--words-file", paper, "--invite", line, "--size", size, data=seoul.data))
        # Then it makes the folder, and uses the invite.
        done = koinon("recover", "--words-file", paper, "--invite", line, "--size", entries, data=seoul.data)
        for part in ("Took back the log of seoul.example", "/welcome/", "milan.example has pinned it", f"Next: koinond --data {seoul.data}", "stay valid",
                     "void: nothing", "only milan.example as peers. Ask your other peers"):
            self.assertIn(part, done)
        self.assertEqual((seoul.data / "keys" / "signing.key").stat().st_mode & 0o777, 0o600)
        self.assertIn("statement ", (seoul.data / "keys" / "identity").read_text())
        self.assertEqual([p["name"] for p in milan.json("peers")["items"]], ["seoul.example"], "the pin has moved to the new node")
        seoul.start()
        first_operator(seoul, done)
        self.assertEqual(seoul.json("paused", "list")["items"], [], "nothing of its office is from before")
        wait_for(lambda: {"First", "Second", "Third"} <= set(seoul.titles()), "the notes are back")
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertIn("/1+", vkey(seoul))
        ref = seoul.publish("After")
        wait_for(lambda: ref in milan.refs(city="seoul.example"), "Milan shows what is new")
        city = milan.local("GET", "/api/v1/cities/seoul.example")
        self.assertEqual(city["vkey"], vkey(seoul))
        self.assertEqual(len(city["key_changes"]), 1)
        self.assertEqual(milan.status()["frozen"], [])
        # Who reads the entries of it is told what they do.
        shown = milan.run("show", f"seoul.example/{entries}~1")
        for part in (f"From entry {entries} on another key signs this log", vkey(seoul), "with its recovery key (statement 1 of this log)",
                     f"its first {entries} entries stand", f"from entry {entries} on is void"):
            self.assertIn(part, shown)
        self.assertIn(f"new signing key from entry {entries} on, by the recovery key", milan.run("list", "--kind", "rotation"))
        self.assertIn("new cosigner, sealing and node keys", milan.run("list", "--kind", "keys"))
        keys = milan.refs(city="seoul.example", kind="keys")[0]
        self.assertIn(f"  node      {seoul.json('id')['spoken']}", milan.run("show", keys))
        self.assertTrue(milan.record(keys)["stated_keys"]["proven"])
        # A look there is a look, and uses no invite up. What was stated stands.
        fresh = invite(milan)
        again = ("recover", "--words-file", paper, "--invite", fresh)
        self.assertIn("was taken back already by statement 1", koinon(*again, data=seoul.data))
        self.assert_refused(f"statement 1 keeps {entries} here; it can't be changed", lambda: koinon(*again, "--size", entries - 1, data=seoul.data))
        self.assert_refused("koinond runs here; use: koinon join LINE", lambda: koinon(*again, "--yes", data=seoul.data))
        # A second run finds the node there, and only joins.
        seoul.stop()
        said = koinon(*again, "--size", entries, data=seoul.data)
        for part in ("already, taken back by statement 1", "koinon user link operator", "milan.example has pinned it"):
            self.assertIn(part, said)
        # Whoever runs it elsewhere is told that it was taken back before.
        shown = koinon("recover", "--words-file", paper, "--invite", invite(milan), data=pathlib.Path(self.folder) / "elsewhere")
        self.assertIn("was taken back already by statement 1", shown)

    def test_what_stands_beyond_the_size_is_void(self):
        seoul, words, milan, entries = self.lost()
        koinon("recover", "--words-file", self.file(words), "--invite", invite(milan), "--size", entries - 1, data=seoul.data)
        seoul.start()
        wait_for(lambda: {"First", "Second"} <= set(seoul.titles()) and state(seoul) == "signs", "what is kept is back")
        seoul.publish("After")
        wait_for(lambda: "After" in {i["title"] for i in milan.listed(city="seoul.example", kind="practice")}, "Milan shows what is new")
        self.assertNotIn("Third", {i["title"] for i in milan.listed(city="seoul.example", kind="practice")})

    def test_what_is_wrong_is_one_sentence(self):
        seoul, words, milan, entries = self.lost()
        _, others = self.city("rome")
        line, paper = invite(milan), self.file(words)

        def recover(paper, line, *args, data=seoul.data):
            return koinon("recover", "--words-file", paper, "--invite", line, *args, data=data)

        self.assert_refused("24", lambda: recover(self.file(" ".join(words.split()[:23]), "short"), line))
        self.assert_refused("no log that this city knows", lambda: recover(self.file(others, "others"), line))
        self.assert_refused("copy the whole line", lambda: recover(paper, line[:-3]))
        # It stays open for all of that, and is used by the one that joins.
        recover(paper, line, "--yes")
        self.assert_refused("the invite was used", lambda: recover(paper, line, data=pathlib.Path(self.folder) / "elsewhere"))
        # Where something is already.
        busy = pathlib.Path(self.folder) / "busy"
        busy.mkdir()
        (busy / "file").write_text("x")
        self.assert_refused("empty or a missing folder", lambda: recover(paper, invite(milan), "--size", entries, data=busy))

    def test_where_the_join_is_lost_the_node_is_there_and_says_what_to_do(self):
        seoul, words, milan, entries = self.lost()
        # For another city: the ask is answered, and the join is refused.
        line = invite(milan, "--for", "rome.example")
        self.assert_refused("ask there for a fresh invite",
                            lambda: koinon("recover", "--words-file", self.file(words), "--invite", line, "--yes", data=seoul.data))
        self.assertTrue((seoul.data / "store.db").exists())
        seoul.start()
        self.assertEqual(seoul.log_id(), milan.local("GET", "/api/v1/cities/seoul.example")["log_id"])


class Stolen(Words):
    """Somebody has Seoul's machine. Milan follows it all the time; LA was away; Rome comes afterwards."""

    def stolen(self, moves_pin=True):
        seoul, words = self.city("seoul")
        seoul.start()
        milan, la = self.node("milan"), self.node("la")
        for one, other in ((seoul, milan), (milan, la)):
            peer(one, other)
        # The city does not vouch for LA; the thief will.
        seoul.run("peer", "add", "--no-vouch", la.line())
        la.run("peer", "add", seoul.line())
        first = self.first = seoul.publish("First", "A text of the city.")
        seoul.publish("Second")
        third = self.third = seoul.publish("Third")
        self.followed(seoul, milan, la)
        wait_for(lambda: la.shows(first) and milan.shows(first), "the notes are there")
        la.stop()
        kept = own_entries(seoul)
        seoul.publish("Poison")
        seoul.run("withdraw", first, "--erase")
        seoul.run("withdraw", third)
        seoul.run("vouch", "la.example")
        seoul.run("rotate-key")
        seoul.publish("More poison")
        self.followed(seoul, milan)
        wait_for(lambda: "More poison" in self.notes(milan) and "First" not in self.notes(milan), "the thief is believed")
        wait_for(lambda: milan.record(third)["status"] == "withdrawn", "whatever it withdraws")
        wait_for(lambda: "la.example" in self.vouched_for(milan), "and whomever it vouches for")
        if not moves_pin:
            return seoul, words, milan, la, kept
        seoul.stop()
        thief, relay, seed = Thief(seoul), Relay(milan, City("python.example", self.folder)), sha256(b"the thief's node")
        held = relay.held(thief.log)
        relay.give(thief, held + [thief.name_node(seed)])
        relay.close()
        theirs = base64.urlsafe_b64encode(public_key(seed)).decode().rstrip("=")
        thief.knock(milan, seed, self.folder)
        wait_for(lambda: theirs in [p["node_key"] for p in milan.asked("peers")["items"]], "and Milan's pin is the thief's")
        return seoul, words, milan, la, kept

    def notes(self, node):
        return {item["title"] for item in node.listed(city="seoul.example", kind="practice")}

    def vouched_for(self, node):
        """Whom Seoul vouches for, as a node says."""
        return [vouch["city"] for vouch in node.local("GET", "/api/v1/cities/seoul.example")["vouches_for"]]

    def events(self, node, last):
        """What the stream tells from the first arrival on, up to the record of that title."""
        out, event = [], {}
        stream = http.client.HTTPConnection("127.0.0.1", node.http_port, timeout=DEADLINE)
        try:
            stream.request("GET", "/api/v1/events", headers={"Last-Event-ID": "0"})
            answer = stream.getresponse()
            while not out or out[-1][1].get("title") != last:
                line = answer.readline().decode()
                self.assertNotEqual(line, "", "the stream ended")
                if line == "\n":
                    if "event" in event:
                        out.append((event["event"], json.loads(event["data"])))
                    event = {}
                else:
                    name, _, value = line.rstrip("\n").partition(": ")
                    event[name] = value
            return out
        finally:
            stream.close()

    def test_what_the_thief_did_is_void_everywhere(self):
        thief, words, milan, la, kept = self.stolen()
        feed = f"http://127.0.0.1:{milan.http_port}/feeds/all.atom"
        self.assertIn(b"Poison", ask("GET", feed).body)
        old_pin = milan.json("peers")["items"]

        def theirs():
            return {item["ref"]: item["kind"] for item in milan.listed(city="seoul.example") if item["index"] >= kept}

        stolen = wait_for(lambda: len(theirs()) == milan.entries("seoul.example") - kept and theirs(), "Milan lists all of it")
        self.assertTrue({"practice", "withdrawal", "vouch", "rotation", "keys"} <= set(stolen.values()), stolen)
        seoul = Node(self.folder, "seoul-anew", init=False)
        self.nodes.append(seoul)
        paper, line = self.file(words), invite(milan)
        # Whoever chooses a size sees what was done, also where it has no title.
        shown = koinon("recover", "--words-file", paper, "--invite", line, data=seoul.data)
        first, third = milan.record(self.first)["index"], milan.record(self.third)["index"]
        for part in ("vouch  of la.example\n", f"withdrawal  of entry {first}, its text erased\n", f"withdrawal  of entry {third}\n"):
            self.assertIn(part, shown)
        koinon("recover", "--words-file", paper, "--invite", line, "--size", kept, data=seoul.data)
        seoul.start()
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("After")
        # What the thief had erased is back, though everybody who is there has erased it.
        for node in (milan, seoul):
            wait_for(lambda node=node: self.notes(node) == {"First", "Second", "Third", "After"}, f"{node.name} shows it again")
        self.assertIn("A text of the city.", milan.run("show", self.first))
        wait_for(lambda: milan.record(self.third)["status"] == "current", "what it withdrew stands again")
        wait_for(lambda: "la.example" not in self.vouched_for(milan), "whom it vouched for nobody vouches for")
        # Whoever follows the events is told of each entry that is void, and nothing of what it said.
        events = self.events(milan, "After")
        told = [data for name, data in events if name == "voided"]
        self.assertEqual({data["ref"] for data in told}, set(stolen))
        self.assertEqual(len(told), len(stolen), "once")
        for data in told:
            self.assertEqual(set(data), {"ref", "city", "index", "arrival", "status"})
            self.assertEqual((data["city"], data["status"]), ("seoul.example", "void"))
        # LA comes back; it was away all the time.
        la.start(peer_port=la.peer_port)
        rome = self.node("rome")
        peer(milan, rome)
        good = {"First", "Second", "Third", "After"}
        for node in (milan, la, rome, seoul):
            wait_for(lambda node=node: self.notes(node) == good, f"{node.name} shows what is Seoul's")
            city = node.local("GET", "/api/v1/cities/seoul.example")
            self.assertEqual(city["vkey"], vkey(seoul))
            self.assertEqual([change["kind"] for change in city["key_changes"]], ["recovery"])
            # How many notes that made void says the node that had them; who never had them says nothing.
            self.assertEqual(city["key_changes"][0].get("voided"), 2 if node is milan else None, node.name)
            self.assertEqual(self.vouched_for(node).count("la.example"), 0)
            self.assertEqual(node.found("poison"), [])
        self.assertNotIn(b"oison", ask("GET", feed).body)
        for node, number in ((milan, "2 notes that were held here are void since"), (rome, "")):
            page = ask("GET", f"http://127.0.0.1:{node.http_port}/cities/seoul.example").body.decode()
            self.assertIn("Taken back on", page)
            self.assertIn(number or "Taken back on", page)
            self.assertEqual("that were held here" in page, bool(number))
        # A tile never changes: the log has other addresses from now on.
        log = f"http://127.0.0.1:{milan.http_port}/log/{seoul.log_id()}"
        self.assertTrue(ask("GET", f"{log}/1/checkpoint").body.decode().splitlines()[0].endswith("/1"))
        self.assertEqual(ask("GET", f"{log}/1/tile/entries/000.p/1").status, 200)
        for old in ("checkpoint", "tile/entries/000.p/1", "2/checkpoint"):
            gone = ask("GET", f"{log}/{old}")
            self.assertEqual(gone.status, 404)
            self.assertIn("/1/checkpoint", gone.body.decode())
        # The pins of all have moved to the new node.
        pins = {node.name: {p["node_key"] for p in node.json("peers")["items"] if p["name"] == "seoul.example"} for node in (milan, la)}
        self.assertEqual(pins["milan.example"], pins["la.example"])
        self.assertFalse(pins["milan.example"] & {p["node_key"] for p in old_pin})
        # The thief goes on, and nobody takes it.
        for node in (milan, la, rome):
            self.assertEqual(node.status()["frozen"], [])
            self.assertNotIn("does not verify", node.log())
        self.assertEqual(self.notes(milan), good)
        for node in (milan, la, seoul):
            node.stop()
            self.assertIn("Nothing is damaged", koinon("fsck", data=node.data))
            node.start(peer_port=node.peer_port)
            wait_for(lambda node=node: self.notes(node) == good, "and over a restart")

    def test_what_refers_to_the_thiefs_note_does_not_refer_to_the_one_in_its_place(self):
        thief, words, milan, la, kept = self.stolen(moves_pin=False)
        for i in range(4):  # far enough for what a city signs by itself when it is back
            poison = thief.publish(f"Most poison {i}")
        wait_for(lambda: milan.shows(poison), "the thief is believed in all")
        number = int(poison.rsplit("/", 1)[1])
        adoption = milan.run("adopt", poison, "--stage", "trying").strip()
        question = {"kind": "question", "language": "en", "topics": ["health/testing"], "refs": [{"role": "about", "ref": poison}],
                    "content": {"title": "How?", "text": "We want it."}}
        draft = milan.local("POST", "/api/v1/drafts", question)["id"]
        base = f"http://127.0.0.1:{milan.http_port}"

        def items():
            feed = json.loads(ask("GET", f"{base}/feeds/city/seoul.example.json").body)
            return {item["title"]: (item["id"], item["url"].split("/records/", 1)[1]) for item in feed["items"]}

        before = wait_for(lambda: "Most poison 3" in (told := items()) and told, "feeds tell of it")
        seoul = Node(self.folder, "seoul-anew", init=False)
        self.nodes.append(seoul)
        koinon("recover", "--words-file", self.file(words), "--invite", invite(milan), "--size", kept, data=seoul.data)
        seoul.start()
        wait_for(lambda: state(seoul) == "signs", "it signs")
        refs = []
        while not refs or int(refs[-1].rsplit("/", 1)[1].split("~")[0]) < number:
            refs.append(seoul.publish(f"After {len(refs)}"))
        self.assertEqual(refs[-1], f"{poison}~1", "it has a name of its own")
        wait_for(lambda: milan.shows(refs[-1]), "Milan has what stands there now")
        after = wait_for(lambda: f"After {len(refs) - 1}" in (told := items()) and told, "feeds tell of it")
        self.assertFalse({what for told in before.values() for what in told} & {
            what for title, told in after.items() if title.startswith("After") for what in told})
        self.assertEqual(after["Second"], before["Second"], "what stood keeps its name and its link")
        self.assertEqual(ask("GET", f"{base}/records/{after['Second'][1]}").status, 200)
        for old in (poison, before["Most poison 3"][1]):
            self.assert_refused("is void", lambda old=old: milan.run("show", old))
            self.assertEqual(ask("GET", f"{base}/api/v1/records/{old}").status, 404)
            page = ask("GET", f"{base}/records/{old}")
            self.assertEqual(page.status, 404)
            self.assertIn("is void", page.body.decode())
        self.assertEqual(milan.record(refs[-1])["referred_by"], [])
        about = milan.record(adoption)["refs"][0]
        self.assertEqual((about["held"], about["void"]), (False, True))
        page = ask("GET", f"{base}/records/{adoption}").body.decode()
        self.assertIn("an entry that is void", page)
        self.assertNotIn(f'"/records/{refs[-1]}"', page)
        # What waited is not said about the note in its place.
        self.assertEqual(milan.local("POST", f"/api/v1/drafts/{draft}/publish", {})["status"], 404)
        self.assertEqual(milan.local("GET", f"/api/v1/drafts/{draft}")["note"]["content"]["title"], "How?", "its text is not lost")


class Asks(Words):
    """What a node answers whoever has an invite and asks for the log of a recovery key."""

    def test_who_has_not_shown_the_key_learns_nothing_and_after_eight_asks_it_ends(self):
        seoul, words = self.city("seoul")
        seoul.start()
        milan = self.node("milan")
        peer(seoul, milan)
        seoul.publish("First")
        self.followed(seoul, milan)
        line, seed = invite(milan), seed_of(words)
        key = public_key(seed)

        def proof(session):
            return sign(seed, recovery_message(session.exported))

        other = Invited(line, self.folder)
        lies = [("32 bytes", key[:31], proof), ("32 bytes", key + b"\0", proof), ("32 bytes", b"", proof)]
        lies += [("has not shown", key, lie) for lie in (lambda _: b"", lambda _: bytes(64), lambda _: proof(other),
                                                        lambda session: sign(seed, join_message(session.exported, "")))]
        lies += [("has not shown", public_key(sha256(b"another")), proof)]
        for said, shown, made in lies:
            session = Invited(line, self.folder)
            answer = session.log_of(shown, made(session))
            self.assertIn(said, answer.error.message)
            self.assertTrue(answer.error.fatal)
            self.assertIsNone(session.log_of(key, proof(session)), "and it has closed")
            session.close()
        # Nothing of that counts against who has the words: the other connection, and the invite, still serve them.
        for _ in range(8):
            answer = other.log_of(key, proof(other))
            self.assertEqual(answer.recovery_answer.head.log_id, read_keys((seoul.data / "keys" / "identity").read_bytes()).log)
        answer = other.log_of(key, proof(other))
        self.assertIn("Join was expected", answer.error.message)
        self.assertTrue(answer.error.fatal)
        self.assertIsNone(other.log_of(key, proof(other)), "and it has closed")
        other.close()
        self.assertIn("The log of seoul.example", koinon("recover", "--words-file", self.file(words), "--invite", line, data=pathlib.Path(self.folder) / "new"))
        self.assertNotIn("once.example", [p["name"] for p in milan.asked("peers")["items"]])


class NewWords(Words):
    """Somebody may have read the paper: the old words sign that new ones count."""

    STATEMENT, RECOVERY = "/api/v1/keys/recovery/statement", "/api/v1/keys/recovery"

    def followed_city(self):
        """Seoul, its words, and Milan, which has its log."""
        seoul, words = self.city("seoul")
        seoul.start()
        milan = self.node("milan")
        peer(seoul, milan)
        wait_for(lambda: connected(seoul, "milan.example") and connected(milan, "seoul.example"), "they connect")
        wait_for(lambda: len(seoul.refs(kind="vouch")) == 2, "they vouch for each other")
        seoul.publish("First")
        self.followed(seoul, milan)
        return seoul, words, milan

    def change(self, seoul, words):
        """The new words, and what the node answered."""
        shown, done = seoul.run("--json", "change-recovery-words", "--words-file", "-", "--yes", stdin=words.encode()).splitlines()
        return json.loads(shown)["recovery_words"], json.loads(done)

    def restart(self, node, how=15):
        node.stop(how)
        node.start(peer_port=node.peer_port)

    def signed(self, wanted, new_words, signer, **other):
        """The statement that a node wants, signed with the key of words, or of a seed."""
        wanted = wanted | other
        log = base64.b32decode(wanted["log_id"].upper() + "====")
        text = statement_text(log, wanted["sequence"], base64.b64decode(wanted["before"]), wanted["size"], base64.b64decode(wanted["root"]),
                              wanted["vkey"], public_key(new_words))
        return {"statement": sign_text(text, wanted["signer"], signer).decode()}

    def goes_on(self, seoul, milan, title):
        wait_for(lambda: state(seoul) == "signs", "it signs")
        ref = seoul.publish(title)
        wait_for(lambda: milan.shows(ref), "Milan shows what is new")
        self.followed(seoul, milan)

    def test_the_old_words_name_the_new_ones_and_count_no_more(self):
        seoul, words, milan = self.followed_city()
        kept, first = own_entries(seoul), vkey(seoul)
        proof, proof_of_after = pathlib.Path(self.folder) / "proof", pathlib.Path(self.folder) / "after"
        seoul.run("prove", "seoul.example/0", "-o", proof)
        # As a person does it, at a terminal.
        terminal, end = pty.openpty()
        os.write(terminal, b"y\n")
        try:
            done = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "change-recovery-words", "--words-file",
                                   str(self.file(words.upper().replace(" ", "\n")))], stdin=end, capture_output=True, text=True, timeout=DEADLINE)
        finally:
            os.close(terminal)
            os.close(end)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("written down", done.stderr)
        for part in ("the new recovery words of seoul.example", "count, by statement 1", "Restart koinond now"):
            self.assertIn(part, done.stdout)
        rows = [line.split() for line in done.stdout.splitlines() if line.strip()[:1].isdigit()]
        new = " ".join(word for row in rows for word in row if word.isalpha())
        self.assertEqual(len(new.split()), 24)
        # Until the restart nothing is signed, and it says why.
        self.assertEqual((vkey(seoul), own_entries(seoul)), (first, kept))
        for refused in (lambda: seoul.publish("Refused"), lambda: seoul.run("rotate-key"), lambda: self.change(seoul, words)):
            self.assert_refused("restart koinond", refused)
        self.assertIn("restart koinond", seoul.run("status"))
        self.restart(seoul)
        # An ordinary start: nobody is asked whether the store is the newest.
        wait_for(lambda: state(seoul) == "signs", "it signs")
        for asks in ("older than what it signed", "until the peers have said", "when these have said"):
            self.assertNotIn(asks, seoul.log())
        self.assertIn("/1+", vkey(seoul))
        wait_for(lambda: own_entries(seoul) == kept + 1, "the statement stands in the log, though nothing else was to be said")
        self.assertEqual(seoul.record(f"seoul.example/{kept}~1")["kind"], "rotation")
        self.followed(seoul, milan)
        self.goes_on(seoul, milan, "After")
        city = milan.local("GET", "/api/v1/cities/seoul.example")
        self.assertEqual((city["vkey"], [(c["kind"], c["entry"]) for c in city["key_changes"]]), (vkey(seoul), [("new_words", kept)]))
        shown = milan.run("show", f"seoul.example/{kept}~1")
        for part in ("new recovery words since", "(statement 1 of this log)", f"its first {kept} entries stand", vkey(seoul)):
            self.assertIn(part, shown)
        self.assertIn("new recovery words and a new signing key", milan.run("list", "--kind", "rotation"))
        page = ask("GET", f"http://127.0.0.1:{milan.http_port}/cities/seoul.example").body.decode()
        self.assertIn("New recovery words since", page)
        self.assertNotIn("Taken back on", page)
        self.assertIn("seoul.example has new recovery words", milan.log())
        self.assertEqual(milan.status()["frozen"], [])
        self.assertEqual({"First", "After"}, {item["title"] for item in milan.listed(city="seoul.example", kind="practice")})
        # A proof of before holds, and whoever has the keys of now is told what came since.
        self.assertNotIn("since", koinon("verify", proof, "--vkey", first))
        seoul.run("prove", "seoul.example/0", "-o", proof_of_after)
        shutil.copy(f"{proof_of_after}.keys", f"{proof}.keys")
        said = koinon("verify", proof, "--vkey", first)
        self.assertIn("has changed its recovery words since", said)
        self.assertIn("this entry is kept", said)
        # The old words open nothing any more.
        paper = self.file(words)
        elsewhere = pathlib.Path(self.folder) / "elsewhere"
        line = invite(milan)
        self.assert_refused("count no more: statement 1", lambda: koinon("recover", "--words-file", paper, "--invite", line, "--yes", data=elsewhere))
        self.assert_refused("count no more: statement 1", lambda: self.change(seoul, words))
        # The new ones take the log back.
        seoul.publish("Last")
        self.followed(seoul, milan)
        seoul.stop()
        shutil.rmtree(seoul.data)
        seoul.mark = MARKS.folder()
        paper = self.file(new, "new")
        shown = koinon("recover", "--words-file", paper, "--invite", line, data=seoul.data)
        self.assertIn(f"1: new recovery words at {kept} entries", shown)
        self.assertNotIn("taken back already", shown)
        self.assert_refused(f"from {kept} to", lambda: koinon("recover", "--words-file", paper, "--invite", line, "--size", kept - 1, data=seoul.data))
        koinon("recover", "--words-file", paper, "--invite", line, "--yes", data=seoul.data)
        seoul.start()
        wait_for(lambda: {"First", "After", "Last"} <= set(seoul.titles()), "the notes are back")
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertIn("/2+", vkey(seoul))

    def test_what_is_wrong_is_one_sentence_and_changes_nothing(self):
        seoul, words = self.city("seoul")
        _, others = self.city("rome")
        seoul.start()
        first = vkey(seoul)

        def change(words, *args):
            return seoul.run("change-recovery-words", "--words-file", "-", *args, stdin=words.encode())

        self.assert_refused("--yes", lambda: change(words))
        self.assert_refused("24", lambda: change(" ".join(words.split()[:23]), "--yes"))
        self.assert_refused("another log", lambda: change(others, "--yes"))
        # A statement that another key signed, or that says something else, or that of a program without a person.
        wanted = seoul.local("POST", self.STATEMENT, {})
        old, new = seed_of(words), b"n" * 32
        self.assertEqual(base64.b64decode(wanted["recovery_key"]), public_key(old))
        for what in (self.signed(wanted, new, seed_of(others)), self.signed(wanted, new, new), self.signed(wanted, old, old),
                     self.signed(wanted, new, old, size=wanted["size"] - 1), self.signed(wanted, new, old, vkey=first),
                     {"statement": "koinon"}, {"statement": ""}, {}):
            answer = seoul.local("POST", self.RECOVERY, what)
            self.assertIn(answer.get("status"), (400, 403, 409, 422), answer)
        for role, status in (("publisher", 403), ("operator", 403)):
            token = bearer(account(seoul, f"a-{role}", role))
            for path, body in ((self.STATEMENT, {}), (self.RECOVERY, self.signed(wanted, new, old))):
                self.assertEqual(post(seoul, path, body, token).status, status)
        self.assertEqual(post(seoul, self.RECOVERY, self.signed(wanted, new, old)).status, 401)
        seoul.publish("Goes on")
        self.assertEqual(vkey(seoul), first)
        # What was signed for the log as it was is refused once it has grown, and signed anew it counts.
        self.assertIn("gone on", seoul.local("POST", self.RECOVERY, self.signed(wanted, new, old))["detail"])
        again = seoul.local("POST", self.STATEMENT, {})
        self.assertEqual((again["vkey"], again["size"]), (wanted["vkey"], wanted["size"] + 1))
        statement = self.signed(again, new, old)
        done = seoul.local("POST", self.RECOVERY, statement)
        self.assertEqual((done["statement"], done["size"], base64.b64decode(done["recovery_key"])), (1, again["size"], public_key(new)))
        # Sent again, before and after the restart, it has the same answer.
        self.assertEqual(seoul.local("POST", self.RECOVERY, statement), done)
        self.restart(seoul)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertEqual(seoul.local("POST", self.RECOVERY, statement), done)
        seoul.publish("And on")

    def test_cut_short_at_every_step(self):
        seoul, words, milan = self.followed_city()
        keys = keys_of(seoul)
        # Nothing was sent: the old words count, and the next change names the same key.
        wanted = seoul.local("POST", self.STATEMENT, {})
        self.restart(seoul, 9)
        self.goes_on(seoul, milan, "Nothing was sent")
        self.assertEqual(seoul.local("POST", self.STATEMENT, {})["vkey"], wanted["vkey"])
        # The statement is durable, and the node is gone before its key is in its place.
        old_key = (keys / "signing.key").read_bytes()
        words, done = self.change(seoul, words)
        seoul.stop(9)
        (keys / "signing.key").rename(keys / "signing-next.key")
        (keys / "signing.key").write_bytes(old_key)
        (keys / "signing.key").chmod(0o600)
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        self.assertEqual(vkey(seoul), done["vkey"])
        self.assertFalse((keys / "signing-next.key").exists())
        # At any moment: whichever words count, they are at hand, and the log goes on.
        for i in range(5):
            self.goes_on(seoul, milan, f"Round {i}")
            before = seoul.local("POST", self.STATEMENT, {})["sequence"]
            asks = subprocess.Popen([str(BIN / "koinon"), "--json", "--data", str(seoul.data), "change-recovery-words", "--yes", "--words-file",
                                     str(self.file(words))], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            try:
                asks.wait(0.05 * 2 ** i)
            except subprocess.TimeoutExpired:
                pass
            seoul.stop(9)
            shown = asks.communicate(timeout=DEADLINE)[0].decode().splitlines()
            seoul.start(peer_port=seoul.peer_port)
            wait_for(lambda: state(seoul) == "signs", "it signs after a kill")
            now = wait_for(lambda: seoul.local("POST", self.STATEMENT, {}).get("sequence") and seoul.local("POST", self.STATEMENT, {}), "its log is whole")
            if now["sequence"] > before:
                words = json.loads(shown[0])["recovery_words"]
            self.assertEqual(base64.b64decode(now["recovery_key"]), public_key(seed_of(words)), f"round {i}")
        words, _ = self.change(seoul, words)
        self.restart(seoul)
        self.goes_on(seoul, milan, "At the end")
        self.assertEqual(milan.status()["frozen"], [])
        for node in (seoul, milan):
            self.assertNotIn("does not verify", node.log())
            node.stop()
            self.assertIn("Nothing is damaged", koinon("fsck", data=node.data))
            node.start(peer_port=node.peer_port)

    def test_an_old_copy_signs_nothing(self):
        seoul, words, milan = self.followed_city()
        place = pathlib.Path(self.folder)
        seoul.stop()
        shutil.copytree(seoul.data, place / "before")
        seoul.start(peer_port=seoul.peer_port)
        self.change(seoul, words)
        seoul.stop()
        shutil.copytree(seoul.data, place / "between")
        seoul.start(peer_port=seoul.peer_port)
        self.goes_on(seoul, milan, "After")
        entries = own_entries(seoul)
        for copy in ("between", "before"):
            # Its peers are away: the mark alone finds it.
            milan.stop()
            seoul.stop()
            shutil.rmtree(seoul.data)
            shutil.copytree(place / copy, seoul.data)
            seen = len(seoul.log())
            seoul.start(peer_port=seoul.peer_port)
            self.assertIn("older than what it signed last", seoul.log()[seen:], copy)
            self.assertEqual(seoul.keep("Kept")["state"], "waits-for-signing")
            milan.start(peer_port=milan.peer_port)
            # With the new key it gets its log back, and goes on; without, it signs nothing for good.
            if copy == "between":
                wait_for(lambda: state(seoul) == "signs" and own_entries(seoul) > entries, "its log is back, and it signs what waited")
                self.followed(seoul, milan)
                entries = own_entries(seoul)
            else:
                wait_for(lambda: state(seoul) == "stopped", "its peer shows it the statement")
                self.assertEqual(milan.entries("seoul.example"), entries)
        self.assertEqual(milan.status()["frozen"], [])


if __name__ == "__main__":
    unittest.main()
