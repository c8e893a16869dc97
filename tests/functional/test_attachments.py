"""Files that go with notes, between real nodes: fetched on demand, byte for byte, and erased with their note."""

import contextlib
import hashlib
import os
import pathlib
import socket
import sqlite3
import unittest
import urllib.error
import urllib.request

from api import account, ask, bearer, get, post
from nodes import NodesTest, connected, koinon, wait_for


class Attachments(NodesTest):
    def file(self, name, size, mark=b"a plan that may be read"):
        path = pathlib.Path(self.folder) / name
        path.write_bytes((mark + os.urandom(size))[:max(size, len(mark))])
        return path

    def attach(self, node, *files, title="With files"):
        note = f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'
        args = [a for f in files for a in ("--attach", f)]
        return node.run("publish", "-", *args, stdin=note.encode()).strip()

    def state(self, node, ref, name):
        return next(i for i in node.json("attachment", ref)["items"] if i["name"] == name)["state"]

    def test_a_file_comes_on_demand_as_it_was_and_a_small_one_by_policy(self):
        seoul, la = self.pair("--attachments-fetch-up-to", "5000")
        plan, photo = self.file("plan (final).pdf", 3_000_000), self.file("사진.png", 4000)
        ref = self.attach(seoul, plan, photo)
        wait_for(lambda: la.shows(ref), "the note comes")
        wait_for(lambda: self.state(la, ref, "사진.png") == "here", "the small file comes with it")
        self.assertEqual(self.state(la, ref, "plan (final).pdf"), "not here")
        self.assertIn("koinon attachment", la.run("explain", ref))
        self.assertIn("plan (final).pdf", la.run("show", ref))
        self.assertIn("image/png", la.run("--json", "show", ref))
        out = pathlib.Path(self.folder) / "out.pdf"
        la.run("attachment", ref, "plan (final).pdf", "-o", out)
        self.assertEqual(out.read_bytes(), plan.read_bytes())
        self.assertEqual(self.state(la, ref, "plan (final).pdf"), "here")
        digest = hashlib.sha256(photo.read_bytes()).hexdigest()
        la.run("attachment", ref, digest, "-o", out)
        self.assertEqual(out.read_bytes(), photo.read_bytes())
        counts = seoul.json("peers")["items"][0]["counts"]
        self.assertEqual(counts["file_bytes_out"], len(plan.read_bytes()) + len(photo.read_bytes()))
        # Whatever it is called, a browser saves it and shows nothing of it.
        with urllib.request.urlopen(f"http://127.0.0.1:{la.http_port}/api/v1/records/{ref}/attachments/{digest}") as answer:
            self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment;"))
            self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
            self.assertEqual(answer.read(), photo.read_bytes())
        # The Markdown form names the files, and publishes them again.
        markdown = seoul.run("show", ref, "--format", "md")
        self.assertIn(digest, markdown)
        again = seoul.run("publish", "-", "--again", stdin=markdown.encode()).strip()
        wait_for(lambda: la.shows(again), "it comes")
        self.assertEqual(self.state(la, again, "plan (final).pdf"), "here", "kept once, for whoever names it")

    def test_what_a_picture_shows_goes_with_it(self):
        seoul, la = self.pair()
        roof, plan = self.file("roof.png", 3000, b"\x89PNG\r\n\x1a\n"), self.file("plan.pdf", 3000)
        text = '+++\ntitle = "Cool roofs"\nlanguage = "en"\ntopics = ["health/testing"]\n{}+++\nText.\n'
        alts = lambda node, ref: {f["name"]: f.get("alt") for f in node.record(ref)["attachments"]}
        ref = seoul.run("publish", "-", "--attach", roof, "--alt", "White roofs\u202e at noon", "--attach", plan, stdin=text.format("").encode()).strip()
        self.assertEqual(alts(seoul, ref), {"roof.png": "White roofs at noon", "plan.pdf": None})
        wait_for(lambda: la.shows(ref), "the note comes")
        for command in ("show", "attachment"):
            self.assertIn("\n    it shows: White roofs at noon\n", la.run(command, ref), command)
        # A note's file keeps it both ways, and may say it of a file that is given along.
        again = seoul.run("publish", "-", "--again", stdin=seoul.run("show", ref, "--format", "md").encode()).strip()
        self.assertEqual(alts(seoul, again), alts(seoul, ref))
        named = text.format('[[attachments]]\nname = "roof.png"\nalt = "다른 지붕"\n').encode()
        self.assert_refused("roof.png is not here", lambda: seoul.run("publish", "-", stdin=named))
        other = seoul.run("publish", "-", "--attach", roof, stdin=named).strip()
        self.assertEqual(alts(seoul, other), {"roof.png": "다른 지붕"})
        self.assert_refused("--alt", lambda: seoul.run("publish", "-", "--alt", "Of what?", "--attach", roof, stdin=text.format("").encode()))
        self.assert_refused("at most 1000 bytes", lambda: seoul.run("publish", "-", "--attach", roof, "--alt", "x" * 1001, stdin=text.format("").encode()))

    def test_it_crosses_a_city_that_does_not_care_and_survives_restarts(self):
        at_once = ("--erase-grace-hours", "0")
        seoul, la, milan = self.node("seoul", *at_once), self.node("la", "--topics", "climate", *at_once), self.node("milan", *at_once)
        for a, b in ((seoul, la), (la, milan)):
            a.run("peer", "add", b.line())
            b.run("peer", "add", a.line())
        plan = self.file("plan.pdf", 5_000_000)
        ref = self.attach(seoul, plan)
        wait_for(lambda: milan.shows(ref), "the note crosses")
        out = pathlib.Path(self.folder) / "out.pdf"
        milan.run("attachment", ref, "plan.pdf", "-o", out)
        self.assertEqual(out.read_bytes(), plan.read_bytes())
        milan.stop()
        milan.start(*at_once, peer_port=milan.peer_port)
        self.assertEqual(self.state(milan, ref, "plan.pdf"), "here")
        # Erased: no byte of it stays anywhere.
        marked = b"a plan that may be read"
        held = lambda node: any(marked in p.read_bytes() for p in node.data.iterdir() if p.is_file())
        self.assertTrue(held(seoul) and held(la) and held(milan))
        seoul.run("withdraw", ref, "--erase")
        for node in (seoul, la, milan):
            wait_for(lambda: not held(node), f"no byte stays at {node.city}")
        self.assert_refused("no attachment", lambda: milan.run("attachment", ref, "plan.pdf", "-o", out))

    def test_what_nobody_has_is_said_so(self):
        seoul, la = self.pair()
        ref = self.attach(seoul, self.file("plan.pdf", 100_000))
        wait_for(lambda: la.shows(ref), "the note comes")
        seoul.stop()
        wait_for(lambda: not connected(la, "seoul.example"), "Seoul is gone")
        out = pathlib.Path(self.folder) / "out.pdf"
        self.assert_refused("no peer that is connected has it", lambda: la.run("attachment", ref, "plan.pdf", "-o", out))
        self.assertFalse(out.exists())
        la.stop()
        la.start(peer_port=la.peer_port)
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: self.state(la, ref, "plan.pdf") == "here", "it is asked for again by itself, after a restart too")

    def test_the_quota(self):
        seoul, la = self.pair("--attachments-max-bytes", "250000")
        first, second = self.attach(seoul, self.file("a.bin", 200_000), title="A"), self.attach(seoul, self.file("b.bin", 200_000), title="B")
        large = self.attach(seoul, self.file("c.bin", 300_000), title="C")
        wait_for(lambda: la.shows(large), "the notes come")
        out = pathlib.Path(self.folder) / "out"
        la.run("attachment", first, "a.bin", "-o", out)
        la.run("attachment", second, "b.bin", "-o", out)
        self.assertEqual(self.state(la, first, "a.bin"), "not here", "the older one gave way")
        self.assert_refused("attachments.max_bytes", lambda: la.run("attachment", large, "c.bin", "-o", out))
        self.assertEqual(self.state(la, second, "b.bin"), "here")

    def test_the_files_of_what_waits_and_of_drafts_are_there_when_their_time_comes(self):
        seoul = self.node("seoul")
        token = bearer(account(seoul, "press", "reviewer"))

        def upload(content):
            return ask("POST", f"http://127.0.0.1:{seoul.http_port}/api/v1/attachments", content, token).json()["sha256"]

        def note(title, digest, **more):
            files = [{"sha256": digest, "media_type": "text/plain", "name": "plan.txt"}]
            return {"kind": "practice", "language": "en", "topics": ["health/testing"], "content": {"title": title, "solution": "See the plan."}, "attachments": files, **more}
        held = post(seoul, "/api/v1/records", note("Next week", upload(b"next week's"), hold=604800), token)
        self.assertEqual(held.status, 202)
        draft = post(seoul, "/api/v1/drafts", note("Some day", upload(b"some day's")), token).json()["id"]
        unused = upload(b"for nothing")
        # Two days later somebody else adds a file.
        seoul.stop()
        with contextlib.closing(sqlite3.connect(seoul.data / "store.db")) as db, db:
            db.execute("UPDATE attachment SET at_ms = at_ms - 2 * 86400000")
        seoul.start()
        upload(b"another")
        self.assertEqual(get(seoul, f"/api/v1/attachments/{unused}", token).status, 404)
        self.assertEqual(post(seoul, f"/api/v1/held/{held.json()['id']}/release", {}, token).status, 201)
        self.assertEqual(post(seoul, f"/api/v1/drafts/{draft}/publish", {}, token).status, 201)

    def test_bad_input(self):
        seoul = self.node("seoul")
        self.assert_refused("empty", lambda: self.attach(seoul, self.file("empty", 0, b"")))
        self.assert_refused("", lambda: self.attach(seoul, pathlib.Path(self.folder) / "not there"))
        digest = "ab" * 32
        for name, words in (("../../etc/passwd", "no folders"), ("..", "no folders"), ("a\\\\b", "no folders"), ("plan.pdf", "is not here")):
            note = f'+++\ntitle = "t"\nlanguage = "en"\ntopics = ["health"]\n[[attachments]]\nsha256 = "{digest}"\nname = "{name}"\n+++\nText.\n'
            self.assert_refused(words, lambda: seoul.run("publish", "-", stdin=note.encode()))
        note = '+++\ntitle = "t"\nlanguage = "en"\ntopics = ["health"]\n[[attachments]]\nsha256 = "xyz"\nname = "a"\n+++\nText.\n'
        self.assert_refused("hexadecimal", lambda: seoul.run("publish", "-", stdin=note.encode()))
        ref = self.attach(seoul, self.file("plan.pdf", 1000))
        for target in (f"{ref}/attachments/{digest}", f"{ref}/attachments/xyz", f"{ref}/attachments/%2e%2e/x", "seoul.example/0/attachments/" + digest):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"http://127.0.0.1:{seoul.http_port}/api/v1/records/{target}")
            self.assertIn(caught.exception.code, (400, 404), target)
        # Files are taken from those who may publish.
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{seoul.http_port}/api/v1/attachments", data=b"x")
        self.assertEqual(caught.exception.code, 401)
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(seoul.data / "koinond.sock"))
            s.sendall(b"POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nContent-Length: 70000000\r\n\r\n")
            self.assertIn(b"413", s.recv(4096))


if __name__ == "__main__":
    unittest.main()
