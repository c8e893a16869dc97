"""Answers that are compressed: what is read is the same, caches and proxies are told what they must know, and nothing that
has a secret is compressed."""

import gzip
import http.client
import json
import re
import unittest

import brotli

from api import account, ask, bearer, person, practice
from nodes import NodesTest, wait_for

READ = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


class Compression(NodesTest):
    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul")

    def get(self, path, accept=None, headers=None, method="GET"):
        """The answer, read: `whole` is what it says, `coding` how it came."""
        headers = {"Accept-Encoding": accept or "", **(headers or {})}
        answer = ask(method, f"http://127.0.0.1:{self.seoul.http_port}{path}", headers=headers)
        answer.coding = answer.headers["Content-Encoding"]
        answer.whole = READ[answer.coding](answer.body) if answer.body else b""
        return answer

    def publish_many(self, count=12):
        for i in range(count):
            self.seoul.publish(f"Shade in summer {i}", "Trees, and white roofs.\n" * 20)
        wait_for(lambda: self.seoul.status()["index_lag"] == 0, "they are shown")

    def test_what_a_stranger_reads(self):
        self.publish_many()
        page = self.get("/")
        assets = re.findall(r'"(/assets/[^"]+)"', page.whole.decode())
        self.assertGreaterEqual(len(assets), 2)
        paths = ["/", "/api/v1/records", "/api/v1/search?q=shade", "/api/v1/openapi.json", "/feeds/all.atom", "/feeds/all.json", "/feeds.opml", *assets]
        for path in paths:
            whole = self.get(path)
            self.assertEqual((whole.status, whole.coding), (200, None), path)
            self.assertIn("Accept-Encoding", whole.headers["Vary"], path)
            for accept, coding in (("gzip", "gzip"), ("gzip, deflate, br", "br"), ("br;q=0.1, gzip", "gzip"), ("identity;q=0, *", "gzip")):
                answer = self.get(path, accept)
                self.assertEqual((answer.status, answer.coding), (200, coding), f"{path} {accept}")
                self.assertEqual(answer.headers["Vary"], whole.headers["Vary"])
                self.assertEqual(answer.headers["Content-Type"], whole.headers["Content-Type"])
                self.assertEqual(answer.whole, whole.body, path)
                self.assertLess(len(answer.body), len(whole.body) / 2, f"{path}: {len(whole.body)} bytes")
            for accept in ("identity", "deflate", "gzip;q=0", "*;q=0", "gzip;q=5"):
                self.assertIsNone(self.get(path, accept).coding, f"{path} {accept}")

    def test_assets_are_packed_as_tightly_as_can_be(self):
        for path in re.findall(r'"(/assets/[^"]+)"', self.get("/").whole.decode()):
            plain = self.get(path).body
            self.assertLessEqual(len(self.get(path, "gzip").body), len(gzip.compress(plain, 9)) * 1.05, path)
            self.assertLessEqual(len(self.get(path, "br").body), len(brotli.compress(plain, quality=11)) * 1.05, path)
            for accept in (None, "gzip", "br"):
                self.assertIn("immutable", self.get(path, accept).headers["Cache-Control"])
                self.assertNotIn("no-transform", self.get(path, accept).headers["Cache-Control"])

    def test_who_has_it_already_is_told_so(self):
        self.publish_many()
        for path in ("/api/v1/records", "/api/v1/openapi.json", "/feeds/all.atom", "/feeds/all.json"):
            tags = {}
            for accept in ("", "gzip", "br"):
                first = self.get(path, accept)
                tags[accept] = first.headers["ETag"]
                again = self.get(path, accept, {"If-None-Match": tags[accept]})
                self.assertEqual((again.status, again.body), (304, b""), f"{path} {accept}")
                self.assertEqual(again.headers["ETag"], tags[accept], "so that a cache knows which of its copies is meant")
                self.assertEqual(again.headers["Vary"], first.headers["Vary"])
                self.assertIsNone(again.headers["Content-Encoding"])
            self.assertTrue(tags["gzip"].startswith("W/") and tags["br"].startswith("W/"), tags)
            # Whoever has one form has all of it: the tag of one is a tag of the others.
            self.assertEqual(self.get(path, "gzip", {"If-None-Match": tags[""]}).status, 304)
            self.assertEqual(self.get(path, "", {"If-None-Match": tags["br"]}).status, 304)
        tag = self.get("/api/v1/records", "gzip").headers["ETag"]
        self.seoul.publish("One more")
        wait_for(lambda: self.seoul.status()["index_lag"] == 0, "it is shown")
        self.assertEqual(self.get("/api/v1/records", "gzip", {"If-None-Match": tag}).status, 200)

    def test_head_says_what_get_would_send(self):
        self.publish_many()
        for path in ("/api/v1/records", "/"):
            for accept in ("", "gzip"):
                got, head = self.get(path, accept), self.get(path, accept, method="HEAD")
                for name in ("Content-Encoding", "Content-Length", "ETag", "Vary"):
                    self.assertEqual(head.headers[name], got.headers[name], f"{path} {accept} {name}")
                self.assertEqual(head.body, b"")

    def test_what_is_not_worth_it_goes_as_it_is(self):
        ref = self.seoul.publish("Short")
        office = account(self.seoul, "press", "publisher")
        plan = b"The plan, line by line.\n" * 1000
        sent = ask("POST", f"http://127.0.0.1:{self.seoul.http_port}/api/v1/attachments", plan, bearer(office)).json()
        note = practice("With a file") | {"attachments": [{"sha256": sent["sha256"], "name": "plan.txt", "media_type": "text/plain"}]}
        made = ask("POST", f"http://127.0.0.1:{self.seoul.http_port}/api/v1/records", json.dumps(note).encode(),
                   bearer(office) | {"Content-Type": "application/json"})
        self.assertEqual(made.status, 201, made.body)
        for path in ("/healthz", "/robots.txt", f"/api/v1/records/{ref}/body", f"/api/v1/records/{made.json()['ref']}/attachments/{sent['sha256']}",
                     "/log/seoul.example/tile/0/000.p/1", "/api/v1/records?cursor=wrong"):
            answer = self.get(path, "gzip, br")
            self.assertIsNone(answer.coding, f"{path}: {answer.status}")
        self.assertEqual(self.get(f"/api/v1/records/{made.json()['ref']}/attachments/{sent['sha256']}", "gzip").body, plan)

    def test_event_streams_are_never_compressed(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.seoul.http_port, timeout=60)
        connection.request("GET", "/api/v1/events", headers={"Accept-Encoding": "gzip, br"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Encoding"], answer.readline()), (200, None, b": here\n"))
        connection.close()

    def test_what_has_a_secret_is_compressed_by_nobody(self):
        self.publish_many()
        session = person(self.seoul, "press", "publisher")
        mine = {"Cookie": session["Cookie"]}
        for path in ("/", "/?q=shade", "/api/v1/records", "/api/v1/me", "/publish", "/account"):
            answer = self.get(path, "gzip, br", mine)
            self.assertEqual((answer.status, answer.coding), (200, None), path)
            self.assertIn("no-transform", answer.headers["Cache-Control"], path)
        self.assertIn(b'name="csrf"', self.get("/", "gzip", mine).body)
        # A feed with a key says its address, which has the key.
        feed = self.seoul.run("feed", "add", "press").strip()
        key = re.search(r"key=(\w+)", feed).group(1)
        answer = self.get(f"/feeds/all.atom?key={key}", "gzip")
        self.assertIn(key.encode(), answer.body)
        self.assertEqual((answer.status, answer.coding), (200, None))
        # The page of a one-time link.
        link = self.seoul.json("user", "link", "press")["link"]
        answer = self.get("/welcome/" + link.rsplit("/", 1)[1], "gzip")
        self.assertEqual((answer.status, answer.coding), (200, None))

    def test_programs_with_a_token_get_what_everybody_reads_compressed(self):
        self.publish_many()
        token = bearer(account(self.seoul, "mirror", "reader"))
        self.seoul.stop()
        self.seoul.public = False
        self.seoul.start()
        self.assertEqual(self.get("/api/v1/records", "gzip").status, 401)
        answer = self.get("/api/v1/records", "gzip", token)
        self.assertEqual((answer.status, answer.coding), (200, "gzip"))
        self.assertEqual(answer.whole, self.get("/api/v1/records", "", token).body)
        for path in ("/api/v1/me", "/api/v1/watchlist"):  # what is that account's own
            self.assertIsNone(self.get(path, "gzip, identity;q=0", token).coding, path)

    def test_headers_that_nobody_can_read_break_nothing(self):
        whole = self.get("/api/v1/openapi.json").body
        for accept in (";;;", "gzip;q=", ",".join(["gzip;q=0.1"] * 600), "*" * 1000, "gzip;q=0.5;q=1, br;q=nan", "\u00e9".encode().decode("latin-1")):
            answer = self.get("/api/v1/openapi.json", accept)
            self.assertEqual((answer.status, answer.whole), (200, whole), accept[:40])


if __name__ == "__main__":
    unittest.main()
