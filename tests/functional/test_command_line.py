"""The command line: what it says of a node that is stopped, what it would sign, peers, deliveries, pages, exit codes, files that are nobody else's."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import unittest
import urllib.request

from nodes import BIN, DEADLINE, USUAL, CommandFailed, Node, NodesTest, connected, koinon, own_entries, wait_for
from test_sending import Receiver

NOT_RUNNING = 3


def said(node, *args, stdin=b""):
    """The command with its exit code and both outputs."""
    return subprocess.run([str(BIN / "koinon"), "--data", str(node.data), *map(str, args)], input=stdin, capture_output=True,
                          timeout=DEADLINE, umask=USUAL)


def note(title, *more):
    return "\n".join(["+++", f'title = "{title}"', 'language = "en"', *more, "+++", "Text.", ""]).encode()


class Stopped(NodesTest):
    def test_it_is_read_as_while_it_runs(self):
        seoul, la = self.pair()
        ours, theirs = seoul.publish("Cool roofs"), la.publish("Shaded stops")
        wait_for(lambda: theirs in seoul.refs() and seoul.found("shaded") and seoul.found("roofs"), "both are here")
        la.stop()
        wait_for(lambda: not connected(seoul, "la.example"), "nothing comes any more")
        questions = [("id",), ("id", "--vkey"), ("--json", "id"), ("list",), ("--json", "list", "--city", "la.example"),
                     ("list", "--limit", "1", "--kind", "practice"), ("search", "shaded"), ("search", "roofs", "--limit", "1"),
                     ("show", theirs), ("--json", "show", ours), ("show", ours, "--format", "md"), ("profile", "show")]
        running = {question: said(seoul, *question) for question in questions}
        seoul.stop()
        for question, before in running.items():
            self.assertEqual(before.returncode, 0, before.stderr)
            after = said(seoul, *question)
            self.assertEqual((after.returncode, after.stdout), (0, before.stdout), (question, after.stderr))
            self.assertIn(b"koinond does not run", after.stderr, question)
        self.assert_refused("no city", lambda: self.last_line(seoul, "show", "nowhere.example/1"))

    def last_line(self, node, *args):
        """The error alone: before it stands that koinond does not run."""
        done = said(node, *args)
        if done.returncode != 0:
            raise CommandFailed(done.returncode, done.stderr.decode().strip().splitlines()[-1])

    def test_what_needs_koinond_says_how_to_start_it(self):
        seoul = self.node("seoul", start=False)
        for command in (("status",), ("peers",), ("publish", "-"), ("token", "list", "operator")):
            done = said(seoul, *command, stdin=note("T"))
            self.assertEqual(done.returncode, NOT_RUNNING, command)
            self.assertIn(b"koinond is not running", done.stderr)
            self.assertIn(b"start it with: ", done.stderr)
        self.assertIn("3 koinond does not run", koinon("--help"))

    def test_the_first_index_is_koinonds(self):
        seoul = self.node("seoul", start=False)
        self.assert_refused("no search index", lambda: seoul.run("list"))
        self.assertTrue(seoul.run("id").endswith("\n"))

    def test_a_forgotten_password_needs_no_koinond(self):
        seoul = self.node("seoul", start=False)
        link = seoul.json("user", "link", "operator")["link"]
        self.assert_refused("no such account", lambda: seoul.run("user", "link", "nobody"))
        seoul.start()
        code = link.rsplit("/", 1)[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{seoul.http_port}/api/v1/passwords/{code}", timeout=30) as answer:
            self.assertEqual(json.load(answer)["name"], "operator")
        made = [line for line in seoul.json("audit")["items"] if line["action"] == "makeLink"]
        self.assertEqual([(line["who"], line["target"]) for line in made], [("koinon, on the data folder", "operator")])

    def test_the_line_of_sealed_keys(self):
        words = pathlib.Path(self.folder) / "words"
        words.write_text("correct horse battery staple\n")
        seoul = self.node("seoul", "--passphrase-file", words, init_args=("--passphrase-file", str(words)))
        running = seoul.run("id")
        seoul.stop()
        self.assertEqual(seoul.run("id"), running, "the log names the key")


class Lines(NodesTest):
    def test_id_is_one_line(self):
        seoul = self.node("seoul")
        facts = seoul.json("id")
        done = said(seoul, "id")
        self.assertEqual(done.stdout.decode(), facts["peer_line"] + "\n")
        self.assertIn(facts["spoken"], done.stderr.decode())
        self.assertEqual(seoul.run("id", "--vkey"), facts["vkey"] + "\n")

    def test_lists_go_on(self):
        seoul = self.node("seoul")
        refs = [seoul.publish(f"Note {number}") for number in range(3)]
        wait_for(lambda: set(refs) <= set(seoul.refs()), "they are listed")
        first = said(seoul, "--json", "list", "--kind", "practice", "--limit", "2")
        page = json.loads(first.stdout)
        self.assertEqual([item["ref"] for item in page["items"]], refs[:0:-1])
        self.assertIn(f"--after {page['next']}", first.stderr.decode())
        rest = seoul.json("list", "--kind", "practice", "--limit", "2", "--after", page["next"])
        self.assertEqual([item["ref"] for item in rest["items"]], refs[:1])
        everything = seoul.json("list", "--kind", "practice", "--all")
        self.assertEqual([item["ref"] for item in everything["items"]], refs[::-1])
        self.assertNotIn("next", everything)
        wait_for(lambda: len(seoul.found("note")) == 3, "they are found")
        self.assertEqual(len(seoul.json("search", "note", "--all")["items"]), 3)
        self.assertEqual(len(seoul.json("audit", "--limit", "1")["items"]), 1)

    def test_tokens_say_when_they_were_used_last(self):
        seoul = self.node("seoul")
        seoul.run("user", "add", "press", "--role", "reader")
        secret = seoul.run("token", "add", "press", "--label", "nightly").strip()
        self.assertIn("never used  nightly", seoul.run("token", "list", "press"))
        request = urllib.request.Request(f"http://127.0.0.1:{seoul.http_port}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
        urllib.request.urlopen(request, timeout=30).close()
        wait_for(lambda: "last used 20" in seoul.run("token", "list", "press"), "it was used")


class DryRuns(NodesTest):
    def test_nothing_is_signed_and_all_is_said(self):
        seoul, la = self.pair()
        theirs = la.publish("Shaded stops", "Text.", ("climate/heat",))
        wait_for(lambda: theirs in seoul.refs(), "it is here")
        before = own_entries(seoul)
        tried = said(seoul, "adopt", theirs, "--stage", "trying", "--text", "We try it.", "--language", "en", "--dry-run")
        self.assertEqual(tried.returncode, 0, tried.stderr)
        shown = tried.stdout.decode()
        for words in ("nothing is signed", "adoption", "climate/heat", f"{theirs}  Shaded stops", "at once", "We try it."):
            self.assertIn(words, shown)
        odd = said(seoul, "publish", "-", "--dry-run", "--any-topic", stdin=note("T", 'topics = ["climate/haet"]'))
        self.assertEqual(odd.returncode, 0, odd.stderr)
        self.assertIn(b"climate/heat", odd.stderr, "a topic that is not listed")
        self.assertEqual(json.loads(seoul.run("--json", "publish", "-", "--dry-run", stdin=note("T", 'topics = ["climate/heat"]')))["topics"],
                         ["climate/heat"])
        picture = pathlib.Path(self.folder) / "plan.txt"
        picture.write_text("a plan")
        attached = seoul.run("publish", "-", "--dry-run", "--attach", picture, stdin=note("With a plan", 'topics = ["climate/heat"]'))
        self.assertIn("plan.txt", attached)
        self.assert_refused("nowhere.example", lambda: seoul.run("ask", "--about", "nowhere.example/3", "--text", "Why?", "--language", "en", "--dry-run"))
        self.assertEqual(own_entries(seoul), before)
        seoul.run("publish", "-", stdin=note("T", 'topics = ["climate/heat"]'))
        again = said(seoul, "publish", "-", "--dry-run", stdin=note("T", 'topics = ["climate/heat"]'))
        self.assertEqual(again.returncode, 1)
        self.assertIn(b"the same note stands already", again.stderr)

    def test_a_mistyped_topic_is_refused_before_it_is_signed(self):
        seoul = self.node("seoul")
        before = own_entries(seoul)
        mistyped, own = note("T", 'topics = ["helth", "climate/haet"]'), note("Own", 'topics = ["seoul/metro"]')
        library = pathlib.Path(self.folder) / "library.csv"
        library.write_text("title,solution,language,topics\nT,Text,en,helth\n")
        for ask in (["publish", "-"], ["publish", "-", "--dry-run"], ["ask", "--text", "Why?", "--language", "en", "--topic", "helth"]):
            refused = said(seoul, *ask, stdin=mistyped)
            self.assertEqual((refused.returncode, refused.stdout), (1, b""))
            for words in (b"topics: the vocabulary has no topic helth; did you mean health?", b"--any-topic"):
                self.assertIn(words, refused.stderr)
        self.assertIn(b"no topic climate/haet; did you mean climate/heat?", said(seoul, "publish", "-", stdin=mistyped).stderr)
        row = said(seoul, "import-practices", library)
        self.assertEqual(row.returncode, 1)
        self.assertIn(b"column topics: the vocabulary has no topic helth; did you mean health?", row.stdout)
        self.assertEqual(own_entries(seoul), before)
        self.assertIn(b"not in the vocabulary", said(seoul, "publish", "-", stdin=own).stderr, "it is like no other, and is taken")
        self.assertTrue(seoul.run("publish", "-", "--any-topic", stdin=mistyped))
        # A program is told, and refused only if it asks for that.
        wish = {"file": note("Theirs", 'topics = ["helth"]').decode()}
        self.assertEqual(seoul.local("POST", "/api/v1/previews", wish)["warnings"],
                         ["the topic helth is not in the vocabulary; the nearest listed one is health"])
        self.assertEqual(seoul.local("POST", "/api/v1/previews", {**wish, "strict_topics": True})["field"], "topics")

    def test_what_a_publisher_asks_for_waits(self):
        seoul = self.node("seoul", "--publishing-hold-minutes", "10", "--publishing-review")
        seoul.run("user", "add", "press", "--role", "publisher", "--office", "Mayor")
        token = seoul.run("token", "add", "press", "--scope", "publisher").strip()
        request = urllib.request.Request(f"http://127.0.0.1:{seoul.http_port}/api/v1/previews", method="POST",
                                         data=json.dumps({"file": note("T", 'topics = ["climate/heat"]').decode()}).encode(),
                                         headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            preview = json.load(answer)
        self.assertEqual((preview["when"], preview["office"]), ("after-review", "Mayor"))

    def test_the_profile_is_shown_tried_and_set(self):
        seoul = self.node("seoul")
        wait_for(lambda: seoul.refs(kind="profile"), "it is indexed")
        profile = pathlib.Path(self.folder) / "profile.md"
        profile.write_text(seoul.run("profile", "show").replace('display_name = "Seoul"', 'display_name = "Seoul City"'))
        before = own_entries(seoul)
        self.assertIn("Seoul City", seoul.run("profile", "set", profile, "--dry-run"))
        self.assertEqual(own_entries(seoul), before)
        ref = seoul.run("profile", "set", profile).strip()
        wait_for(lambda: ref in seoul.refs(kind="profile"), "it is indexed")
        self.assertIn('display_name = "Seoul City"', seoul.run("profile", "show"))


class Peers(NodesTest):
    def test_two_change_one_at_once(self):
        """Each something else of it: neither undoes what the other has changed."""
        seoul, _ = self.pair()
        for port in range(1, 11):
            wishes = [{"address": f"127.0.0.1:{port}"}, {"paused": port % 2 == 1}]
            with concurrent.futures.ThreadPoolExecutor() as askers:
                for done in [askers.submit(seoul.local, "PATCH", "/api/v1/peers/la.example", wish) for wish in wishes]:
                    done.result()
            peer = seoul.asked("peers")["items"][0]
            self.assertEqual((peer["address"], peer["paused"]), (wishes[0]["address"], wishes[1]["paused"]))

    def test_one_is_paused_and_resumed(self):
        seoul, la = self.pair()
        self.assertIn("paused by the operator", seoul.run("peer", "pause", "la.example"))
        wait_for(lambda: not connected(seoul, "la.example") and not connected(la, "seoul.example"), "the session ends")
        missed = la.publish("While paused")
        wait_for(lambda: la.asked("peers")["items"][0]["trouble"] == "refused-there", "it knocks in vain")
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assertTrue(seoul.asked("peers")["items"][0]["paused"], "a start resumes nobody")
        self.assertNotIn(missed, seoul.refs())
        self.assertEqual(seoul.asked("peers")["knocks"], [], "it is no stranger")
        seoul.run("peer", "resume", "la.example")
        wait_for(lambda: connected(seoul, "la.example"), "they connect again")
        wait_for(lambda: missed in seoul.refs(), "what was missed comes")

    def test_one_moves_to_another_address(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line(port=1))
        la.run("peer", "add", seoul.line_without_address())
        self.assertEqual(seoul.asked("peers")["items"][0]["address"], "127.0.0.1:1")
        seoul.run("peer", "address", "la.example", f"127.0.0.1:{la.peer_port}")
        wait_for(lambda: connected(seoul, "la.example"), "it is dialled where it is")
        self.assert_refused("address", lambda: seoul.run("peer", "address", "la.example", "nowhere"))
        self.assert_refused("no peer", lambda: seoul.run("peer", "pause", "rome.example"))

    def test_two_that_are_named_alike_are_told_apart(self):
        seoul = self.node("seoul")
        others = [Node(pathlib.Path(self.folder) / place, "la") for place in ("one", "other")]
        keys = [other.json("id")["node_key"] for other in others]
        first, second = [seoul.run("peer", "add", other.line_without_address(), "--no-vouch") for other in others]
        self.assertNotIn("another node key", first)
        self.assertIn(f"la.example is pinned with another node key, too: {keys[0]}\n", second)
        self.assertIn(f"koinon peer remove {keys[0]}\n", second)
        shown = seoul.run("peers")
        for key in keys:
            self.assertIn(key, shown)
        self.assert_refused("several peers", lambda: seoul.run("peer", "pause", "la.example"))
        seoul.run("peer", "pause", keys[1])
        self.assertEqual({peer["node_key"]: peer["paused"] for peer in seoul.asked("peers")["items"]}, {keys[0]: False, keys[1]: True})
        seoul.run("peer", "remove", keys[1])
        self.assertNotIn(keys[0], seoul.run("peers"), "the name is enough now")


class Deliveries(NodesTest):
    def test_a_webhook_is_tried(self):
        seoul = self.node("seoul", "--webhooks-allow-private")
        receiver = Receiver([204, 410])
        self.addCleanup(receiver.stop)
        hook = seoul.json("webhook", "add", f"http://127.0.0.1:{receiver.port}/hook", "--topic", "health")["id"]
        self.assertIn("sent, 1 attempt", seoul.run("webhook", "test", hook))
        self.assertEqual(json.loads(receiver.got[0][1])["type"], "webhook.test")
        refused = said(seoul, "webhook", "test", hook)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(b"did not take it", refused.stderr)
        self.assertEqual([item["state"] for item in seoul.json("deliveries", hook)["items"]], ["given-up", "sent"])
        self.assertEqual(len(seoul.run("deliveries").splitlines()), 2)
        self.assertEqual(seoul.run("deliveries", "--mail"), "no mail yet\n")
        self.assert_refused("no such webhook", lambda: seoul.run("webhook", "test", "999"))


class Modes(NodesTest):
    def modes(self, node):
        return {path.name: path.stat().st_mode & 0o777 for path in node.data.iterdir() if ".db" in path.name}

    def test_databases_are_the_nodes_alone(self):
        seoul = self.node("seoul")
        modes = self.modes(seoul)
        self.assertLessEqual({"store.db", "store.db-wal", "index.db", "office.db", "grace.db"}, set(modes))
        self.assertEqual(set(modes.values()), {0o600}, modes)
        seoul.stop()
        for name in self.modes(seoul):
            os.chmod(seoul.data / name, 0o644)
        seoul.start()
        self.assertEqual(set(self.modes(seoul).values()), {0o600}, "as earlier versions left them")

    def test_a_secret_that_others_may_read_is_refused(self):
        seoul = self.node("seoul", start=False)
        words = pathlib.Path(self.folder) / "words"
        words.write_text("correct horse battery staple\n")
        os.chmod(words, 0o604)
        place = pathlib.Path(self.folder)
        for command in (("init", "--name", "a.example", "--display-name", "A", "--passphrase-file", words), ("backup", place / "b", "--passphrase-file", words),
                        ("change-recovery-words", "--words-file", words, "--yes")):
            data = place / "new" if command[0] == "init" else seoul.data
            self.assert_refused(f"chmod 600 {words}", lambda c=command, d=data: koinon(*c, data=d))
        done = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data), "--listen", "127.0.0.1", "--peer-port", "0", "--http-port", "0",
                               "--passphrase-file", str(words)], capture_output=True, timeout=DEADLINE, text=True)
        self.assertEqual(done.returncode, 2, "of the configuration")
        self.assertIn(f"chmod 600 {words}", done.stderr)


if __name__ == "__main__":
    unittest.main()
