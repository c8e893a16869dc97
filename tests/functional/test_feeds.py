"""Feeds as readers read them: feedparser, newsboat, the schema of RFC 4287, the rules of JSON Feed 1.1."""

import datetime
import email.utils
import json
import os
import pathlib
import re
import subprocess
import time
import unittest
import urllib.request
import xml.etree.ElementTree as xml

import feedparser

from api import account, ask, without_own_script
from nodes import NodesTest, wait_for

HERE = pathlib.Path(__file__).resolve().parent
ATOM = "{http://www.w3.org/2005/Atom}"

HOSTILE = """+++
title = '<script>alert("t")</script>\u202E'
language = "en"
topics = ["health/testing"]
summary = '<img src=x onerror=alert(1)> & ]]>'
+++
[go](javascript:alert(1)) <svg onload=alert(2)> ![x](https://tracker.example/pixel.png)
"""


class Feeds(NodesTest):
    def get(self, path, headers=None, node=None):
        return ask("GET", f"http://127.0.0.1:{(node or self.seoul).http_port}{path}", headers=headers)

    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul")

    def indexed(self, count):
        wait_for(lambda: len(self.seoul.refs(kind="practice")) >= count, f"{count} practices are indexed")

    def assert_atom(self, text):
        path = pathlib.Path(self.folder) / "feed.atom"
        path.write_bytes(text)
        done = subprocess.run(["jing", "-c", str(HERE / "atom.rnc"), str(path)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + text.decode()[:2000])
        root = xml.fromstring(text)
        # What the schema's Schematron rules say: an author for each entry, and one alternate link without content.
        for entry in root.findall(ATOM + "entry"):
            self.assertTrue(entry.findall(ATOM + "author"))
        self.assertEqual(len(root.findall(f"{ATOM}link[@rel='self']")), 1)
        ids = [entry.find(ATOM + "id").text for entry in root.findall(ATOM + "entry")]
        self.assertEqual(len(ids), len(set(ids)))
        return root

    def assert_json_feed(self, text):
        feed = json.loads(text)
        self.assertEqual(feed["version"], "https://jsonfeed.org/version/1.1")
        self.assertIsInstance(feed["title"], str)
        for key in ("home_page_url", "feed_url", "next_url"):
            if key in feed:
                self.assertRegex(feed[key], r"^https?://")
        known = {"id", "url", "title", "content_html", "summary", "date_published", "date_modified", "authors", "tags", "language"}
        for item in feed["items"]:
            self.assertIsInstance(item["id"], str)
            self.assertTrue("content_html" in item or "content_text" in item)
            self.assertLessEqual(set(item), known)
            for key in ("date_published", "date_modified"):
                self.assertRegex(item[key], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            for author in item["authors"]:
                self.assertTrue(author.get("name"))
            self.assertTrue(all(isinstance(tag, str) for tag in item.get("tags", [])))
        return feed

    def test_a_feed_of_long_notes_is_bounded_and_tells_of_each(self):
        refs = [self.seoul.publish(f"Long {i}", "&" * 60_000, ("health/testing",)) for i in range(30)]
        self.indexed(len(refs))
        atom = self.get("/feeds/all.atom").body
        self.assertLess(len(atom), 8_000_000, "each would be half a megabyte")
        entries = self.assert_atom(atom).findall(ATOM + "entry")
        self.assertEqual(len(entries), len(refs))
        newest, oldest = (entry.find(ATOM + "content").text for entry in (entries[0], entries[-1]))
        self.assertGreater(len(newest), 60_000, "the newest are there whole")
        self.assertIn(f"/records/{refs[0]}", oldest, "of the others there is a link")
        items = self.assert_json_feed(self.get("/feeds/all.json").body)["items"]
        self.assertEqual([item["title"] for item in items], [f"Long {i}" for i in reversed(range(len(refs)))])

    def test_readers_and_schemas_take_every_feed(self):
        example = HERE.parent.parent / "deploy" / "examples" / "seoul-drive-thru-testing.ko.md"
        korean = self.seoul.run("publish", example).strip()
        ref = self.seoul.publish("Heat plan", "## Lessons\n\n*Shade* first.", ("climate/heat",), "--office", "Climate & Parks")
        self.indexed(2)
        for path in ("all", "topic/health", "topic/climate/heat", "topic/salud", "city/seoul.example", "search"):
            query = "?q=heat" if path == "search" else ""
            atom = self.get(f"/feeds/{path}.atom{query}")
            self.assertEqual(atom.headers["Content-Type"], "application/atom+xml; charset=utf-8")
            root = self.assert_atom(atom.body)
            feed = self.assert_json_feed(self.get(f"/feeds/{path}.json{query}").body)
            parsed = feedparser.parse(atom.body)
            self.assertFalse(parsed.bozo, parsed.get("bozo_exception"))
            self.assertEqual([e.id for e in parsed.entries], [i["id"] for i in feed["items"]])
            self.assertEqual(len(parsed.entries), 2 if path in ("all", "city/seoul.example") else 1, path)
            self.assertEqual(root.find(ATOM + "updated").text, max(e.updated for e in parsed.entries))
        parsed = feedparser.parse(self.get("/feeds/all.atom").body)
        newest = parsed.entries[0]
        self.assertEqual((newest.title, newest.author), ("Heat plan", "Seoul, Climate & Parks"))
        self.assertIn("<em>Shade</em> first.", newest.content[0].value)
        self.assertEqual([t.term for t in newest.tags], ["climate/heat"])
        self.assertTrue(re.search(rf"/records/{re.escape(ref)}\.[0-9a-f]{{32}}$", newest.link), "a link means this note for ever")
        self.assertEqual(ask("GET", newest.link).status, 200, "where the link leads there is a page")
        self.assertEqual(xml.fromstring(self.get("/feeds/all.atom").body).findall(ATOM + "entry")[1].get(
            "{http://www.w3.org/XML/1998/namespace}lang"), "ko")
        page = ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/records/{korean}").text()
        self.assertIn('type="application/atom+xml"', page, "a page tells readers where its feeds are")

    def test_summaries_and_titles_are_plain_text(self):
        note = ("+++\ntitle = \"2020. A *cool* `year`\"\nlanguage = \"en\"\ntopics = [\"climate/heat\"]\n+++\n"
                "We planted **forty** trees; see [the plan](https://city.example/plan) &amp; `runbook`\\*.\n\n## Results\n\n- cooler\n")
        ref = self.seoul.run("publish", "-", stdin=note.encode()).strip()
        self.indexed(1)
        said = ("2020. A cool year", "We planted forty trees; see the plan & runbook*.")
        entry = feedparser.parse(self.get("/feeds/all.atom").body).entries[0]
        self.assertEqual((entry.title, entry.summary), said)
        self.assertEqual(entry.summary_detail.type, "text/plain")
        item = json.loads(self.get("/feeds/all.json").body)["items"][0]
        self.assertEqual((item["title"], item["summary"]), said)
        for path in ("/api/v1/records?kind=practice", "/api/v1/search?q=trees"):
            item = self.get(path).json()["items"][0]
            self.assertEqual((item["title"], item["summary"]), said, path)
        self.assertIn("**forty**", self.get(f"/api/v1/records/{ref}").json()["body"]["practice"]["summary"], "the note is as it was written")

    def test_a_feed_leads_to_the_page_of_the_same_notes_and_a_misspelt_topic_to_none(self):
        self.seoul.publish("Known to nobody else", "Text.", ("climate/heat", "local/matters"))
        self.indexed(1)
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        for path, page in (("all", "/"), ("topic/climate/heat", "/?topic=climate%2Fheat"), ("topic/local/matters", "/?topic=local%2Fmatters"),
                           ("city/seoul.example", "/cities/seoul.example")):
            root = xml.fromstring(self.get(f"/feeds/{path}.atom").body)
            self.assertEqual(root.find(f"{ATOM}link[@rel='alternate']").get("href"), base + page)
            self.assertEqual(json.loads(self.get(f"/feeds/{path}.json").body)["home_page_url"], base + page)
            self.assertIn("Known to nobody else", ask("GET", base + page).text())
        for topic, nearest in (("climate/haet", "climate/heat"), ("healht", "health")):
            wrong = self.get(f"/feeds/topic/{topic}.atom")
            self.assertEqual((wrong.status, wrong.json()["field"]), (404, "topic"), topic)
            self.assertTrue(wrong.json()["detail"].endswith(" " + nearest), wrong.json()["detail"])
            within = self.get(f"/feeds/search.atom?q=known&topic={topic}")
            self.assertEqual((within.status, within.json()["detail"]), (404, wrong.json()["detail"]), "nor a search within it")
        self.assertEqual(self.get("/feeds/topic/climate/drought.atom").status, 200, "of the vocabulary, and empty as yet")

    def test_newsboat_reads_what_is_new(self):
        self.seoul.publish("Trees against heat", "Plant them.", ("climate/heat",))
        self.indexed(1)
        home = pathlib.Path(self.folder) / "newsboat"
        home.mkdir()
        (home / "urls").write_text(f"http://127.0.0.1:{self.seoul.http_port}/feeds/topic/climate/heat.atom\n")
        (home / "config").write_text("")
        command = ["newsboat", "-u", str(home / "urls"), "-c", str(home / "cache.db"), "-C", str(home / "config")]
        environment = dict(os.environ, HOME=str(home), LC_ALL="C.UTF-8", TERM="xterm", NO_PROXY="*")
        subprocess.run(command + ["-x", "reload"], env=environment, check=True, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
        unread = subprocess.run(command + ["-x", "print-unread"], env=environment, check=True, timeout=60, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True).stdout
        self.assertIn("1 unread", unread)
        import sqlite3
        with sqlite3.connect(home / "cache.db") as cache:
            self.assertEqual(cache.execute("SELECT title, author FROM rss_item").fetchall(), [("Trees against heat", "Seoul")])

    def test_a_conditional_request_gets_304_until_there_is_something_new(self):
        self.seoul.publish("First")
        self.indexed(1)
        for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds/search.atom?q=text"):
            first = self.get(path)
            again = self.get(path, {"If-None-Match": first.headers["ETag"]})
            self.assertEqual((again.status, again.body), (304, b""))
            by_time = wait_for(lambda: (lambda a: a if a.status == 304 else None)(
                self.get(path, {"If-Modified-Since": first.headers["Last-Modified"]})), "by time as well")
            self.assertEqual(by_time.body, b"")
            # A reader may also say when it was here last, in a form of its own; what is no time says nothing.
            modified = email.utils.parsedate_to_datetime(first.headers["Last-Modified"])
            here = email.utils.parsedate_to_datetime(self.get(path).headers["Date"])
            for since, status in ((here.strftime("%A, %d-%b-%y %H:%M:%S GMT"), 304), (here.strftime("%a %b %e %H:%M:%S %Y"), 304),
                                  (email.utils.format_datetime(modified - datetime.timedelta(seconds=1), usegmt=True), 200),
                                  (email.utils.format_datetime(here + datetime.timedelta(days=1), usegmt=True), 200), ("yesterday", 200)):
                self.assertEqual(self.get(path, {"If-Modified-Since": since}).status, status, since)
        tag = self.get("/feeds/all.atom").headers["ETag"]
        self.seoul.publish("Second")
        self.indexed(2)
        self.assertEqual(self.get("/feeds/all.atom", {"If-None-Match": tag}).status, 200)

    def date(self, headers, name="Date"):
        """In seconds; the test fails where the answer has no such header, or has it twice."""
        said = headers.get_all(name)
        self.assertEqual(len(said or ()), 1, f"{name}: {said}")
        return email.utils.parsedate_to_datetime(said[0]).timestamp()

    def test_every_answer_has_a_date_and_nothing_is_newer(self):
        self.seoul.publish("First")
        self.indexed(1)
        for path in ("/feeds/all.atom", "/feeds/all.json", "/feeds/search.atom?q=text"):
            first = self.get(path)
            self.assertLessEqual(self.date(first.headers, "Last-Modified"), self.date(first.headers))
            again = self.get(path, {"If-None-Match": first.headers["ETag"]})
            self.assertEqual(again.status, 304)
            self.assertGreaterEqual(self.date(again.headers), self.date(first.headers))
        for path, status in (("/healthz", 200), ("/api/v1/records/seoul.example/999", 404), ("/nothing", 404), ("/metrics", 401)):
            answer = self.get(path)
            self.assertEqual(answer.status, status, path)
            self.assertAlmostEqual(self.date(answer.headers), time.time(), delta=60)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.seoul.http_port}/api/v1/events", timeout=30) as stream:
            self.assertAlmostEqual(self.date(stream.headers), time.time(), delta=60)

    def test_a_note_keeps_its_name_when_revised_and_leaves_when_withdrawn_or_erased(self):
        ref = self.seoul.publish("First version", "Text.", ("health",))
        erased = self.seoul.publish("A name that must go", "Text.", ("health",))
        self.indexed(2)
        def entries():
            return {e.title: e for e in feedparser.parse(self.get("/feeds/all.atom").body).entries}
        before = entries()["First version"]
        self.seoul.publish("Second version", "Better.", ("health",), "--revises", ref)
        wait_for(lambda: "Second version" in entries(), "the revision is there")
        self.assertNotIn("First version", entries())
        self.assertEqual(entries()["Second version"].id, before.id)
        self.assertGreaterEqual(entries()["Second version"].updated, before.updated)
        self.seoul.run("withdraw", erased, "--erase")
        wait_for(lambda: "A name that must go" not in entries(), "the erased note has left")
        self.assertNotIn(b"A name that must go", self.get("/feeds/all.json").body)
        newest = [r for r in self.seoul.refs(kind="practice")][0]
        self.seoul.run("withdraw", newest)
        wait_for(lambda: "Second version" not in entries(), "the withdrawn note has left")
        # The latest is the newest that was not taken back.
        self.assertEqual(list(entries()), ["First version"])
        self.seoul.run("withdraw", ref)
        wait_for(lambda: not entries(), "nothing of it stands")

    def test_emoji_of_every_kind_come_through_and_what_is_hidden_does_not(self):
        wales = "\U0001F3F4" + "".join(chr(0xE0000 + ord(c)) for c in "gbwls") + "\U000E007F"
        emoji = wales + " *\uFE0F\u20E3 7\uFE0F\u20E3 \U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1F0\U0001F1F7 \U0001F44B\U0001F3FD \u2764\uFE0F"
        hidden = "".join(chr(0xE0000 + ord(c)) for c in "tell nobody") + "\u202E\u2063"
        ref = self.seoul.publish("Flags " + emoji + hidden, emoji + hidden + " and *more*.", ("health/testing",))
        self.indexed(1)
        atom = self.get("/feeds/all.atom").body
        entry = feedparser.parse(atom).entries[0]
        item = self.assert_json_feed(self.get("/feeds/all.json").body)["items"][0]
        page = ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/records/{ref}").text()
        for text in (entry.title, entry.content[0].value, item["title"], item["content_html"], page):
            self.assertIn(emoji, text)
            self.assertFalse(set(hidden) - set(wales) & set(text), text)
        for text in (item["content_html"], page):
            self.assertIn(emoji + " and <em>more</em>", text)

    def test_pages_lead_to_the_first_note(self):
        rows = [{"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": f"Note {i}", "solution": "x"}}
                for i in range(130)]
        path = pathlib.Path(self.folder) / "notes.json"
        path.write_text(json.dumps(rows))
        self.seoul.run("import-practices", path)
        self.indexed(130)
        for start in ("/feeds/all.atom", "/feeds/search.atom?q=note", "/feeds/topic/health.atom"):
            titles, url = [], f"http://127.0.0.1:{self.seoul.http_port}{start}"
            while url:
                text = ask("GET", url).body
                root = self.assert_atom(text)
                titles += [e.find(ATOM + "title").text for e in root.findall(ATOM + "entry")]
                following = root.find(f"{ATOM}link[@rel='next']")
                url = following.get("href") if following is not None else None
                self.assertLessEqual(len(titles), 130)
            self.assertEqual(titles, [f"Note {i}" for i in reversed(range(130))], start)

    def test_what_others_wrote_reaches_no_feed_unescaped(self):
        self.seoul.run("publish", "-", stdin=HOSTILE.encode())
        self.indexed(1)
        text = self.get("/feeds/all.atom").body
        root = self.assert_atom(text)
        entry = root.find(ATOM + "entry")
        self.assertEqual(entry.find(ATOM + "title").text, '<script>alert("t")</script>', "as text, the override gone")
        for content in (entry.find(ATOM + "content").text, self.assert_json_feed(self.get("/feeds/all.json").body)["items"][0]["content_html"]):
            for bad in ("<script", "<svg", "<img", "javascript:", "onerror=alert", "\u202e"):
                self.assertNotIn(bad, content.replace("&lt;img src=x onerror=alert(1)&gt;", ""))
        page = ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/records/{self.seoul.refs(kind='practice')[0]}")
        for bad in ("<script", "<svg", "<img", "javascript:", "\u202e"):
            self.assertNotIn(bad, without_own_script(page.text()).replace("&lt;", "").replace("&#", ""))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertIn("nosniff", page.headers["X-Content-Type-Options"])

    def test_a_personal_address_opens_feeds_alone_and_can_be_revoked(self):
        rows = [{"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": f"Note {i}", "solution": "x"}} for i in range(60)]
        path = pathlib.Path(self.folder) / "notes.json"
        path.write_text(json.dumps(rows))
        self.seoul.run("import-practices", path)
        self.indexed(60)
        self.seoul.stop()
        self.seoul.public = False
        self.seoul.start()
        self.assertEqual(self.get("/feeds/all.atom").status, 401)
        account(self.seoul, "reader", "reader")
        made = self.seoul.json("feed", "add", "reader", "--label", "newsboat")
        key = made["secret"]
        self.assertEqual(made["url"].rsplit("?", 1)[1], f"key={key}")
        answer = self.get(f"/feeds/all.atom?key={key}")
        self.assertEqual(answer.status, 200)
        self.assertIn(key, self.assert_atom(answer.body).find(f"{ATOM}link[@rel='self']").get("href"))
        following = self.assert_atom(answer.body).find(f"{ATOM}link[@rel='next']").get("href")
        self.assertEqual(ask("GET", following).status, 200, "so has the way to the older ones")
        feed = self.assert_json_feed(self.get(f"/feeds/all.json?key={key}").body)
        for address in (feed["feed_url"], feed["next_url"]):
            self.assertEqual(ask("GET", address).status, 200, address)
        listed = xml.fromstring(self.get(f"/feeds.opml?key={key}").body).findall("body/outline")
        self.assertGreater(len(listed), 20)
        for outline in listed[:3]:
            self.assertEqual(ask("GET", outline.get("xmlUrl")).status, 200, "every address of the list has the key")
        self.assertEqual(self.get("/feeds.opml").status, 401)
        self.assertEqual(ask("GET", made["url"].replace("localhost", "127.0.0.1")).status, 200, "the address works as it is printed")
        self.assertEqual(self.get(f"/api/v1/records?key={key}").status, 401)
        self.assertEqual(self.get(f"/feeds/all.atom?key={key[::-1]}").status, 401)
        self.seoul.run("feed", "remove", "reader", made["id"])
        revoked = self.get(f"/feeds/all.atom?key={key}")
        self.assertEqual((revoked.status, revoked.json()["field"]), (401, "key"), "the key is at fault, not a header that nobody sent")

    def test_the_list_of_feeds_is_opml_whose_every_feed_is_there(self):
        self.seoul.publish("One")
        self.indexed(1)
        answer = self.get("/feeds.opml")
        root = xml.fromstring(answer.body)
        self.assertEqual((root.tag, root.get("version")), ("opml", "2.0"))
        outlines = root.findall("body/outline")
        self.assertGreater(len(outlines), 20)
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        self.assertIn(f"{base}/?topic=climate%2Fheat", [outline.get("htmlUrl") for outline in outlines])
        for outline in outlines:
            self.assertEqual(outline.get("type"), "rss")
            self.assertTrue(outline.get("text"))
            self.assertEqual(ask("GET", outline.get("xmlUrl")).status, 200, outline.get("xmlUrl"))


if __name__ == "__main__":
    unittest.main()
