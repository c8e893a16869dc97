"""A node whose store and office are on a PostgreSQL server: it lives there, it waits for the server and starts over where it
loses it, and of two nodes on one store one writes."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest
import urllib.request

import nodes
import postgres_server
from nodes import DEADLINE, WITHIN, Node, NodesTest, connected, own_entries, peer, wait_for
from postgres_server import PostgresServer
from test_service import Manager, gives, listening

LEASE = 15  # seconds, after which whoever waits takes over from a writer that says nothing


class HubStore(NodesTest):
    def setUp(self):
        postgres_server.demand(self.id())
        super().setUp()
        self.server = PostgresServer()
        self.addCleanup(self.server.end)
        self.server.start()
        self.url = self.server.make_database()

    def hub(self, *args, city="seoul", start=True):
        return self.node(city, *args, start=start, init_args=("--store", self.url))

    def page(self, node, path):
        """What is served now: after it has started over, a node may have another port."""
        port = json.loads((node.data / "ready").read_text())["http_port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE) as answer:
            return answer.read().decode()

    def pid(self, node):
        return json.loads((node.data / "ready").read_text())["pid"]

    def status(self, node):
        try:
            return node.status()
        except (OSError, IndexError, nodes.CommandFailed, json.JSONDecodeError):
            return None  # it starts over

    def serves_again(self, node, times):
        def counted():
            self.assertIsNone(node.process.poll(), "the process goes on:\n" + node.log())
            status = self.status(node)
            return status and status["store"]["started_over"] >= times
        wait_for(counted, f"it starts over {times} times")

    def says(self, node, words, from_here=0, deadline=DEADLINE):
        wait_for(lambda: words in node.log()[from_here:], f"the log says: {words}\n{node.log()[from_here:]}", deadline)

    def publishes(self, node, title):
        """Its ref; as long as the server is not back, nothing is published."""
        return wait_for(lambda: self.tried(node, title), f"{title} is published")

    def tried(self, node, title):
        try:
            return node.publish(title)
        except nodes.CommandFailed:
            return None

    # --- it lives there ---

    def test_it_publishes_and_reads_there_from_one_start_to_the_next(self):
        seoul = self.hub()
        first = seoul.publish("Cool roofs on the server")
        wait_for(lambda: "Cool roofs on the server" in self.page(seoul, "/"), "the page shows it")
        store = seoul.status()["store"]
        self.assertTrue(store["on_server"])
        self.assertIn("/koinon", store["place"])
        self.assertNotIn("koinon@", store["place"], "it does not say as whom the node comes")
        self.assertEqual(store["started_over"], 0)
        for file in ("store.db", "office.db", "grace.db"):
            self.assertFalse((seoul.data / file).exists(), f"{file} is on the server")
        self.assertIn("postgresql://", seoul.run("status"))
        measures = self.measures(seoul)
        self.assertEqual(measures["koinon_store_on_server"], 1)
        self.assertEqual(measures["koinon_store_started_over_total"], 0)
        seoul.stop()
        self.assertEqual([item["ref"] for item in json.loads(seoul.run("--json", "list"))["items"]][:1], [first], "while it is stopped")
        seoul.start()
        second = seoul.publish("After a restart")
        seoul.stop(signal.SIGKILL)
        seoul.start()
        self.assertLessEqual({first, second}, set(seoul.refs()))
        seoul.publish("After it was killed")
        self.assertEqual(own_entries(seoul), 5, "Genesis, the profile and three notes")

    def measures(self, node):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(DEADLINE)
            s.connect(str(node.data / "koinond.sock"))
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while data := s.recv(65536):
                answer += data
        return {name: float(value) for name, value in re.findall(r"^(koinon_store_\w+) ([0-9.e+-]+)\r?$", answer.decode(), re.M)}

    def test_peers_follow_it_and_erase_what_it_erases(self):
        seoul, la = self.hub(), self.node("la")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        ref = seoul.publish("A name stands in it", "It names Kim Minjun.")
        theirs = la.publish("From the coast")
        wait_for(lambda: la.shows(ref) and theirs in seoul.refs(), "each has the other's note")
        self.assertEqual(self.named(), 1, "the text is in the store on the server")
        seoul.run("withdraw", ref, "--erase", "--reason", "a name stood in it")
        wait_for(lambda: not la.shows(ref) and not seoul.shows(ref), "it is erased")
        self.assertEqual(self.named(), 0)
        self.followed(seoul, la)

    def named(self):
        """How many records of the store have the name."""
        word = "Kim Minjun".encode().hex()
        return int(self.server.ask(f"SELECT count(*) FROM koinon_store.record WHERE position('\\x{word}'::bytea IN body) > 0")[0])

    # --- init ---

    def test_a_second_city_is_not_made_over_the_first(self):
        self.hub(start=False)
        other = Node(self.folder, "la", init=False)
        self.assert_refused("a node lives there already", lambda: self.init(other))
        with self.assertRaises(nodes.CommandFailed):
            other.run("id")
        self.server.make_database("other")
        self.init(other, self.server.url("other"))
        self.assertIn("la.example", other.run("id"))

    def init(self, node, url=None, **kwargs):
        return nodes.koinon("init", "--name", node.name, "--display-name", node.city.title(), "--signing-mark", node.mark, "--store",
                            url or self.url, data=node.data, **kwargs)

    def test_words_that_nobody_was_shown_leave_no_city_on_the_server(self):
        seoul = Node(self.folder, "seoul", init=False)
        command = [*WITHIN, str(nodes.BIN / "koinon"), "--data", str(seoul.data), "init", "--name", seoul.name, "--display-name", "Seoul",
                   "--signing-mark", str(seoul.mark), "--store", self.url]
        with open("/dev/full", "w") as full:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=DEADLINE)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.init(seoul)
        self.nodes.append(seoul)
        seoul.start()
        seoul.publish("The words were shown")

    def test_a_password_in_the_address_is_refused_and_not_repeated(self):
        node = Node(self.folder, "seoul", init=False)
        with self.assertRaises(nodes.CommandFailed) as caught:
            self.init(node, "postgresql://koinon:s3cret@db.example/koinon")
        self.assertIn("passfile=", caught.exception.stderr)
        self.assertNotIn("s3cret", caught.exception.stderr)

    def test_what_works_with_files_alone_says_what_to_use_instead(self):
        seoul = self.hub(start=False)
        backup = pathlib.Path(self.folder) / "backup"
        self.assert_refused("PostgreSQL's own backup", lambda: seoul.run("backup", backup))
        self.assertFalse(backup.exists())
        self.assert_refused("pg_amcheck", lambda: seoul.run("fsck"))

    # --- the server is away ---

    def test_it_waits_for_the_server_and_starts_over_by_itself(self):
        seoul = self.hub()
        first = seoul.publish("Before")
        self.server.stop()
        self.says(seoul, "the store is lost")
        self.says(seoul, "this node waits for its store")
        self.server.start()
        self.serves_again(seoul, 1)
        self.says(seoul, "the store is there, and this node serves")
        second = self.publishes(seoul, "After")
        wait_for(lambda: "After" in self.page(seoul, "/"), "the page at the port of the new ready file shows it")
        self.assertLessEqual({first, second}, set(seoul.refs()))
        self.server.kill()
        self.server.start()
        self.serves_again(seoul, 2)
        third = self.publishes(seoul, "After a power cut")
        wait_for(lambda: "After a power cut" in self.page(seoul, "/"), "the index has it")
        self.assertLessEqual({first, second, third}, set(seoul.refs()))

    def test_a_first_start_waits_too_and_ends_at_once_when_it_is_told(self):
        seoul = self.hub(start=False)
        self.server.stop()
        seoul.start(wait=False)
        self.says(seoul, "this node waits for its store")
        self.assertFalse((seoul.data / "ready").exists())
        self.assertEqual(seoul.stop(), 0)
        seoul.start(wait=False)
        self.says(seoul, "this node waits for its store")
        self.server.start()
        wait_for(lambda: (seoul.data / "ready").exists(), "it serves")
        seoul.publish("After a wait")

    def test_who_publishes_while_the_store_is_lost_is_told_to_look(self):
        seoul = self.hub()
        before = own_entries(seoul)
        self.server.pause()
        answers = []
        note = {"file": '+++\ntitle = "On the way"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'}
        asks = threading.Thread(target=lambda: answers.append(seoul.local("POST", "/api/v1/records", note)))
        asks.start()
        self.server.kill()
        asks.join(DEADLINE)
        self.assertEqual(len(answers), 1, "whoever asked has an answer")
        self.server.start()
        self.serves_again(seoul, 1)
        if "ref" in answers[0]:
            self.assertEqual(own_entries(seoul), before + 1, "what was acknowledged is there")
        else:
            self.assertEqual(answers[0]["status"], 503, answers[0])

    def test_the_service_manager_hears_of_it_and_the_socket_that_it_gave_is_served_again(self):
        seoul = self.hub(start=False)
        manager = Manager(self.folder)
        self.addCleanup(manager.socket.close)
        manager.starts(seoul)
        given = listening()
        self.addCleanup(given.close)
        gives(seoul, [given], ["http"])
        seoul.start()
        manager.until("READY=1")
        self.server.stop()
        manager.until("STATUS=Waits for its store")
        self.server.start()
        manager.until("READY=1")
        with urllib.request.urlopen(f"http://127.0.0.1:{given.getsockname()[1]}/healthz", timeout=DEADLINE) as answer:
            self.assertEqual(answer.status, 200)

    # --- two on one store ---

    def twin(self, node, city):
        """Another koinond with the same keys, as on a second machine."""
        other = Node(self.folder, city, init=False)
        other.name = node.name
        shutil.copytree(node.data, other.data, ignore=shutil.ignore_patterns("koinond.sock", "ready", "index.db*", "koinond.lock"))
        self.nodes.append(other)
        return other

    def test_the_second_waits_and_takes_over_and_the_first_is_fenced_off(self):
        first = self.hub("--signing-wait-seconds", "1")
        first.publish("By the first")
        second = self.twin(first, "standby")
        second.start("--signing-wait-seconds", "1", wait=False)
        writes = self.pid(first)
        self.says(second, f"process {writes}")
        self.assertFalse((second.data / "ready").exists(), "it waits")
        # The first hangs, and knows nothing of it.
        os.kill(writes, signal.SIGSTOP)
        try:
            wait_for(lambda: (second.data / "ready").exists(), "the second serves", DEADLINE + LEASE)
            ref = wait_for(lambda: self.tried(second, "By the second"), "the second signs", 2 * DEADLINE)
            entries = own_entries(second)
            here = len(first.log())
        finally:
            os.kill(writes, signal.SIGCONT)
        self.says(first, "the store is lost", here)
        self.says(first, f"process {self.pid(second)}", here)
        self.assertEqual(own_entries(second), entries, "the first has written nothing")
        self.assertIn(ref, second.refs())
        # The second ends in order, and the first need not wait for its lease to run out.
        self.assertEqual(second.stop(), 0)
        self.serves_again(first, 1)
        self.assertIn(ref, first.refs())
        wait_for(lambda: self.tried(first, "By the first again"), "the first signs", 2 * DEADLINE)


if __name__ == "__main__":
    unittest.main()
