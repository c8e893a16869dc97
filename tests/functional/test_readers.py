"""Readers: nodes that show what another has put on a database server, with a search index of their own, from the primary
and from a standby. They change nothing but sessions."""

import json
import unittest

import postgres_server
from api import PASSWORD, ask, bearer, get, person, post
from browser import Browser
from nodes import CommandFailed, Node, NodesTest, wait_for
from postgres_standby import PostgresStandby
from postgres_server import PostgresServer

WRITER = "https://desk.seoul.example"
MAX_LAG = 2  # seconds


class Reader(Node):
    """A process whose folder it makes by itself."""

    def __init__(self, folder, city, max_lag=MAX_LAG):
        super().__init__(folder, city, init=False)
        self.max_lag = max_lag

    def start(self, *args, **kwargs):
        return super().start("--reader", "--reader-max-lag", self.max_lag, "--reader-writer-url", WRITER, *args, **kwargs)


class Readers(NodesTest):
    def setUp(self):
        postgres_server.demand(self)
        super().setUp()
        # What a standby has not read yet stays.
        self.primary = PostgresServer(settings=("wal_level=replica", "max_wal_senders=5", "wal_keep_size=64MB"))
        self.addCleanup(self.primary.end)
        self.primary.start()
        self.url = self.primary.make_database()
        self.seoul = self.node("seoul", "--store-url", self.url, init_args=("--store", self.url))

    def reader(self, name, server=None, **kwargs):
        url = self.url if server is None else server.url()
        reader = Reader(self.folder, name, **kwargs)
        self.nodes.append(reader)
        return reader.start("--store-url", url, "--office-url", self.url)

    def standby(self):
        standby = PostgresStandby(self.primary)
        self.addCleanup(standby.end)
        return standby.start()

    def two(self):
        """A reader of the primary, one of a standby, and the standby."""
        standby = self.standby()
        return self.reader("near"), self.reader("far", standby), standby

    def page(self, node, path, **kwargs):
        return get(node, path, {"Accept": "text/html", "Accept-Language": "en", **kwargs})

    def has(self, reader, ref, title):
        """Whether a note is in all that a reader shows."""
        path = "/records/" + ref
        return (title in self.page(reader, path).text() and get(reader, "/api/v1" + path).status == 200
                and title in get(reader, "/feeds/all.atom").text()
                and ref in [item["ref"] for item in get(reader, "/api/v1/search?q=" + title.split()[0]).json()["items"]])

    def ready(self, reader):
        return get(reader, "/readyz").status == 200

    # --- what is read ---

    def test_what_the_writer_publishes_is_on_every_reader(self):
        near, far, _ = self.two()
        log = self.seoul.log_id()
        ref = self.seoul.publish("Zebracrossings that light up", "They **glow**.")
        for reader in (near, far):
            wait_for(lambda: self.has(reader, ref, "Zebracrossings that light up"), f"{reader.city} shows it")
            head = wait_for(lambda: get(reader, f"/log/{log}/checkpoint"), "its head")
            self.assertEqual(head.text(), get(self.seoul, f"/log/{log}/checkpoint").text())
            size = int(head.text().splitlines()[1])
            tile = f"/log/{log}/tile/0/000.p/{size}"
            self.assertEqual(get(reader, tile).body, get(self.seoul, tile).body)
            self.assertEqual(get(reader, tile).status, 200)
            self.assertTrue(self.ready(reader), get(reader, "/readyz").text())
            self.assertEqual(get(reader, "/api/v1/cities").json()["items"][0]["city"], "seoul.example", "and knows who has which name")

    def test_every_answer_says_how_old_it_is(self):
        near = self.reader("near")
        for path in ("/", "/api/v1/records", "/feeds/all.atom", "/records/seoul.example/999"):
            self.assertEqual(get(near, path).headers["Koinon-Behind"], "0", path)
        self.assertIsNone(get(self.seoul, "/").headers["Koinon-Behind"], "the writer is never behind")
        self.assertNotIn("As of", self.page(near, "/").text())

    def test_what_is_erased_is_gone_from_pages_and_index(self):
        near, far, _ = self.two()
        ref = self.seoul.publish("Quokkasanctuary", "The word is xylophonist.")
        for reader in (near, far):
            wait_for(lambda: self.has(reader, ref, "Quokkasanctuary"), f"{reader.city} shows it")
        self.seoul.run("withdraw", ref, "--erase")
        for reader in (near, far):
            wait_for(lambda: "xylophonist" not in self.page(reader, "/records/" + ref).text(), f"{reader.city} shows it no longer")
            wait_for(lambda: get(reader, "/api/v1/search?q=xylophonist").json()["items"] == [], "nor finds it")

            def in_files():
                return [path.name for path in reader.data.glob("index.db*") if b"xylophonist" in path.read_bytes().lower()]
            wait_for(lambda: not in_files(), f"nor has it in a file: {in_files()}")

    # --- what is not done ---

    def test_changes_are_refused_with_the_writers_address(self):
        near = self.reader("near")
        mine = person(self.seoul, "maria", "operator")
        note = '+++\ntitle = "No"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'
        for method, path, value in (("POST", "/api/v1/records", {"file": note}), ("POST", "/api/v1/withdrawals", {"ref": "seoul.example/1"}),
                                    ("POST", "/api/v1/subscriptions", {"topic": "health"}), ("POST", "/api/v1/reindex", {})):
            answer = post(near, path, value, mine, method=method)
            self.assertEqual(answer.status, 403, path)
            self.assertIn(WRITER, answer.json()["detail"], path)
        self.assertEqual(get(near, "/api/v1/peers", mine).status, 403, "nor is the network asked")
        with self.assertRaises(CommandFailed) as refused:
            near.run("status")
        self.assertIn(WRITER, refused.exception.stderr)
        self.assertNotIn("No", self.seoul.titles())

    def test_pages_lead_to_the_writer_and_have_no_forms(self):
        near = self.reader("near")
        ref = self.seoul.publish("A practice to read")
        person(self.seoul, "maria", "operator")
        wait_for(lambda: self.has(near, ref, "A practice to read"), "it is there")
        browser = Browser(near, "en")
        browser.log_in("maria", PASSWORD)
        for path in ("/", "/records/" + ref, "/cities/seoul.example", "/account"):
            page = browser.go(path)
            self.assertEqual(page.status, 200, path)
            changing = {form.action for form in page.forms if "csrf" in form.fields}
            self.assertLessEqual(changing, {"/language", "/logout"}, path)
            self.assertIn(WRITER, page.links, path)
        for path in ("/publish", "/desk", "/operate"):
            page = browser.go(path)
            self.assertEqual(page.status, 403, path)
            self.assertIn(WRITER + path, page.links, path)
            self.assertIn("this node only shows", page.text.lower(), path)

    # --- sessions ---

    def me(self, node, session):
        return get(node, "/api/v1/me", {"Cookie": session}).status

    def test_a_login_holds_everywhere_and_so_does_its_end(self):
        near, far, _ = self.two()
        person(self.seoul, "maria", "publisher")
        made = post(far, "/api/v1/sessions", {"name": "maria", "password": PASSWORD})
        self.assertEqual(made.status, 201, made.body)
        session, csrf = made.headers["Set-Cookie"].split(";")[0], made.json()["csrf"]
        everywhere = (near, far, self.seoul)
        self.assertEqual([self.me(node, session) for node in everywhere], [200, 200, 200])
        ended = ask("DELETE", f"http://127.0.0.1:{near.http_port}/api/v1/sessions/current", headers={"Cookie": session, "Koinon-CSRF": csrf})
        self.assertEqual(ended.status, 204, ended.body)
        self.assertEqual([self.me(node, session) for node in everywhere], [401, 401, 401])

    def test_where_the_office_is_away_reading_goes_on(self):
        standby = self.standby()
        far = self.reader("far", standby, max_lag=3600)
        ref = self.seoul.publish("Still to be read")
        wait_for(lambda: self.has(far, ref, "Still to be read"), "it is there")
        mine = person(self.seoul, "maria", "publisher")
        self.assertEqual(self.me(far, mine["Cookie"]), 200)
        self.seoul.stop()
        self.primary.stop()
        self.assertIn("Still to be read", self.page(far, "/records/" + ref).text())
        self.assertIn("Still to be read", self.page(far, "/records/" + ref, Cookie=mine["Cookie"]).text(), "for who is logged in as well")
        made = post(far, "/api/v1/sessions", {"name": "maria", "password": PASSWORD})
        self.assertEqual(made.status, 503, made.body)
        self.assertIn("nobody can log in at this moment", made.json()["detail"])
        self.primary.start()
        wait_for(lambda: self.me(far, mine["Cookie"]) == 200, "who was logged in is known again")

    # --- how far behind ---

    def test_a_standby_that_stands_still_makes_its_reader_unready(self):
        near, far, standby = self.two()
        wait_for(lambda: self.ready(far), "it is ready")
        standby.pause_replay()
        refused = wait_for(lambda: (lambda a: a if a.status == 503 else None)(get(far, "/readyz")), "it is not ready any more")
        self.assertIn("behind", refused.text())
        self.assertGreater(int(get(far, "/").headers["Koinon-Behind"]), MAX_LAG - 1)
        self.assertIn("As of", self.page(far, "/").text())
        self.assertTrue(self.ready(near), "the other reads another server")
        ref = self.seoul.publish("Published meanwhile")
        wait_for(lambda: self.has(near, ref, "Published meanwhile"), "the other shows it")
        self.assertEqual(get(far, "/api/v1/records/" + ref).status, 404)
        person(self.seoul, "watcher", "operator")
        token = self.seoul.run("token", "add", "watcher", "--scope", "metrics").strip()
        measures = get(far, "/metrics", bearer(token)).text()
        behind = next(line for line in measures.splitlines() if line.startswith("koinon_reader_behind_seconds "))
        self.assertGreater(float(behind.split()[1]), MAX_LAG)
        self.assertIn("koinon_reader_standby 1", measures)
        self.assertIn("koinon_ready 0", measures)
        standby.resume_replay()
        wait_for(lambda: self.ready(far) and self.has(far, ref, "Published meanwhile"), "it is ready again, and shows it")
        self.assertNotIn("As of", self.page(far, "/").text())

    def test_a_server_that_is_started_anew_is_survived(self):
        near, far, standby = self.two()
        self.seoul.publish("Before")
        standby.restart()
        self.primary.restart()
        ref = wait_for(lambda: self.tried("After the restart"), "the writer is back")
        for reader in (near, far):
            wait_for(lambda: self.has(reader, ref, "After the restart"), f"{reader.city} goes on")
            wait_for(lambda: self.ready(reader), "and is ready")
            self.assertIsNone(reader.process.poll())

    def tried(self, title):
        try:
            return self.seoul.publish(title)
        except (CommandFailed, json.JSONDecodeError, OSError):
            return None

    # --- the folder ---

    def test_two_readers_do_not_share_a_folder(self):
        near = self.reader("near")
        second = Reader(self.folder, "near")
        second.log_path = second.log_path.with_suffix(".second")
        second.start("--store-url", self.url, wait=False)
        self.assertEqual(second.process.wait(60), 1)
        second.process = None
        self.assertIn("another koinond or koinon uses this data folder", second.log())
        self.assertTrue(self.ready(near))

    def test_a_folder_with_its_mark_alone_is_a_readers(self):
        """As an operator prepares it, so that the service starts there."""
        folder = Reader(self.folder, "near").data
        folder.mkdir()
        (folder / "reader").touch()
        near = self.reader("near")
        self.assertTrue(self.ready(near))
        # Whoever forgets what it is, is not told to bring a backup of keys that it never had.
        near.stop()
        for words in (("status",), ("init", "--name", "near.example", "--display-name", "Near")):
            with self.assertRaises(CommandFailed) as refused:
                near.run(*words)
            self.assertIn("is the folder of a reader", refused.exception.stderr, words)
            self.assertNotIn("back from", refused.exception.stderr, words)

    def test_a_node_is_not_made_a_reader(self):
        self.seoul.stop()
        other = Reader(self.folder, "seoul")
        other.start("--store-url", self.url, wait=False)
        self.assertEqual(other.process.wait(60), 1)
        other.process = None
        self.assertIn("a reader needs a folder of its own", other.log())


if __name__ == "__main__":
    unittest.main()
