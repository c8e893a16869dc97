"""Files on pages: they come with a form, pictures are shown, and the files of another city come by one press."""

import base64
import hashlib
import unittest
import urllib.parse

from api import ask
from browser import member
from nodes import NodesTest, wait_for

LARGEST = 64 * 1024 * 1024  # bytes of a file, as the form says


class FilesOnPages(NodesTest):
    def test_files_come_with_a_form(self):
        seoul, la = self.pair()
        press = member(seoul, "press", "publisher")
        press.go("/publish")
        self.assertRegex(press.page.text, r"Up to \d+ files of at most \d+ MB each\. Programs are not taken\.", "what is taken is said before")
        self.assertIn("MB together", press.page.text, "without scripts they come with the form, which has a limit too")
        plan = ("plan of the \"site\" 서울.txt", "text/plain", b"--not a boundary\r\n\r\nthe plan\r\n")
        press.submit("/publish", "save", title="With files", solution="See the plan.", topics="health", files=[plan])
        self.assertIn('plan of the "site" 서울.txt', press.page.text)
        press.submit("/publish", "publish", files=[("C:\\papers\\empty.pdf", "application/pdf", b"%PDF-1.7")])
        ref = press.page.url.removeprefix("/records/")
        self.assertIn('plan of the "site" 서울.txt', press.page.text)
        self.assertIn("empty.pdf", press.page.text)
        link = next(link for link in press.page.links if "/attachments/" in link)
        contents = {ask("GET", press.base + link).body for link in press.page.links if "/attachments/" in link}
        self.assertEqual(contents, {plan[2], b"%PDF-1.7"}, link)
        press.go("/publish")
        press.submit("/publish", "publish", title="Nothing", solution="In it.", topics="health", files=[("void.txt", "text/plain", b"")])
        self.assertEqual(press.page.status, 400)
        self.assertIn("void.txt", press.page.text)
        self.assertIn("In it.", press.page.form("/publish").fields["solution"])
        # Of several the good ones are kept, and each of the others is named.
        press.submit("/publish", "publish", files=[("good.txt", "text/plain", b"good"), ("empty.txt", "text/plain", b""), ("tool.exe", "text/plain", b"x")])
        self.assertEqual(press.page.status, 400)
        for name in ("empty.txt: ", "tool.exe: ", "good.txt"):
            self.assertIn(name, press.page.text)
        self.assertIn("good.txt", press.page.form("/publish").fields["files"])
        # Programs are not taken, by their names and by what they are.
        for name, content in (("tool.exe", b"anything"), ("harmless.txt", b"#!/bin/sh\nrm -r /\n")):
            press.go("/publish")
            press.submit("/publish", "publish", title="A tool", solution="Run it.", topics="health", files=[(name, "text/plain", content)])
            self.assertEqual(press.page.status, 400)
            self.assertIn(name, press.page.text)
            self.assertIn("programs do not go with notes", press.page.text)
        # In the other city the file is fetched when somebody asks for it.
        wait_for(lambda: la.shows(ref), "the note crosses")
        desk = member(la, "desk", "reader")
        desk.go(f"/records/{ref}")
        self.assertIn("not on this node yet", desk.page.text)
        while desk.page.form(f"/records/{ref}/files") if f'action="/records/{ref}/files"' in desk.page.source else None:
            digest = desk.page.form(f"/records/{ref}/files").fields["sha256"]
            desk.submit(f"/records/{ref}/files")
            wait_for(lambda: f"/api/v1/records/{ref}/attachments/{digest}" in desk.go(f"/records/{ref}").links, "the file comes")
        self.assertEqual({ask("GET", desk.base + link).body for link in desk.page.links if "/attachments/" in link}, contents)

    def test_a_file_of_the_largest_size_is_taken_and_a_larger_one_is_refused_on_a_page(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        press.go("/publish")
        press.submit("/publish", "save", title="Large", solution="See the film.", topics="health", files=[("film.mp4", "video/mp4", b"f" * LARGEST)])
        self.assertEqual(press.page.status, 200)
        self.assertIn("film.mp4", press.page.text)
        # Who is still sending sees the page.
        press.submit("/publish", "save", files=[("longer.mp4", "video/mp4", b"f" * (LARGEST + 4 * 1024 * 1024))])
        self.assertEqual(press.page.status, 413)
        self.assertIn("the request is too large", press.page.text)
        self.assertIn("text/html", press.page.headers["Content-Type"])

    def test_pictures_are_shown_with_what_they_show_and_all_files_come_by_one_press(self):
        seoul, la = self.pair()
        press = member(seoul, "press", "publisher")
        png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
        press.go("/publish")
        press.submit("/publish", "save", title="Shade", solution="See.", topics="health",
                     files=[("awning.png", "image/png", png), ("plan.txt", "text/plain", b"a plan"), ("fake.png", "image/png", b"<svg onload=alert(1)>")])
        digest = hashlib.sha256(png).hexdigest()
        press.submit("/publish", "save", **{"alt_" + digest: 'An awning over a "bus stop" <b>'})
        self.assertEqual(press.page.form("/publish").fields["alt_" + digest], 'An awning over a "bus stop" <b>', "a draft keeps it")
        press.submit("/publish", "preview", period="2019 to 2020", links="The plan | https://plan.example/")
        before = press.page.source.split("<form method", 1)[0]
        for said in ("Shade", "Health", "See.", "2019 to 2020", "The plan", "plan.txt", "An awning over a", f"/publish/files/{digest}"):
            self.assertIn(said, before, "what is looked at before it is signed is all of it")
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in press.cookies.items())}
        self.assertEqual(ask("GET", f"{press.base}/publish/files/{digest}", headers=cookie).body, png)
        self.assertNotEqual(ask("GET", f"{press.base}/publish/files/{digest}").body, png, "of what is not published others see nothing")
        press.submit("/publish", "publish")
        ref = press.page.url.removeprefix("/records/")
        shown = lambda page: [value for tag, name, value in page.attributes if tag == "img" and name == "src"]  # noqa: E731
        self.assertEqual(shown(press.page)[0], f"/records/{ref}/pictures/{digest}")
        self.assertIn(("img", "alt", 'An awning over a "bus stop" <b>'), press.page.attributes)
        answer = ask("GET", press.base + shown(press.page)[0])
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, "image/png", png))
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        fake = hashlib.sha256(b"<svg onload=alert(1)>").hexdigest()
        self.assertEqual(ask("GET", f"{press.base}/records/{ref}/pictures/{fake}").status, 404, "whatever its author calls it")
        wait_for(lambda: la.shows(ref), "the note crosses")
        desk = member(la, "desk", "reader")
        desk.go(f"/records/{ref}")
        self.assertEqual(shown(desk.page), [])
        form = next(form for form in desk.page.forms if "all" in form.fields)
        body = urllib.parse.urlencode(form.fields).encode()
        desk._exchange("POST", form.action, body)
        wait_for(lambda: len([link for link in desk.go(f"/records/{ref}").links if "/attachments/" in link]) == 3, "all files come")
        self.assertIn(f"/records/{ref}/pictures/{digest}", shown(desk.page))


if __name__ == "__main__":
    unittest.main()
