"""The paper with recovery words, as `koinon init --print` and `koinon change-recovery-words --print` write it: the only copy, and
enough to take the log back."""

import base64
import html.parser
import json
import os
import pathlib
import pty
import re
import subprocess
import unittest

import qr
from nodes import BIN, DEADLINE, CommandFailed, NodesTest, connected, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import state
from test_recovery import seed_of
from wire import public_key


class Sheet(html.parser.HTMLParser):
    """What a page shows, and what it would fetch or run."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.pieces, self.addresses = [], [], []
        self.quiet = 0
        self.feed(source)

    @property
    def text(self):
        return " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action", "data", "style") or name.startswith("on")]
        self.quiet += tag in ("style", "title")

    def handle_endtag(self, tag):
        self.quiet -= tag in ("style", "title")

    def handle_data(self, data):
        if not self.quiet:
            self.pieces.append(data)


class Paper(NodesTest):
    def setUp(self):
        super().setUp()
        self.top = pathlib.Path(self.folder)
        self.page = self.top / "pa per's.html"
        self.data = self.top / "seoul"

    def init(self, *args, data=None, **kwargs):
        return koinon("init", "--name", "seoul.example", "--display-name", "Seoul & <Sons>", *args, data=data or self.data, **kwargs)

    def words_on(self, source):
        cells = re.findall(r"<li><span>(\d+)</span><b>([a-z]+)</b></li>", source)
        self.assertEqual([int(number) for number, _ in cells], list(range(1, 25)))
        return [word for _, word in cells]

    def test_the_page_has_the_words_and_nothing_else_has(self):
        said = self.init("--print", self.page)
        self.assertEqual(self.page.stat().st_mode & 0o777, 0o600)
        source = self.page.read_text()
        words = self.words_on(source)
        self.assertEqual(qr.read(source), " ".join(words))
        sheet = Sheet(source)
        for part in ("Recovery words of Seoul & <Sons>", "seoul.example", "koinon recover", "The paper is lost"):
            self.assertIn(part, sheet.text)
        self.assertFalse({"script", "link", "img", "iframe", "object", "form", "a"} & set(sheet.tags))
        self.assertEqual(sheet.addresses, [])
        self.assertIsNone(re.search(r"url\(|@import|://", source))
        # The terminal is told where it is and what to do with it, and not what stands on it.
        quoted = "'" + str(self.page).replace("'", "'\\''") + "'"
        self.assertIn(f"shred -u {quoted}", said)
        self.assertIn("only copy", said)
        self.assertNotIn("Write these", said)
        self.assertIsNone(re.search(rf"\b1 {words[0]}\b", said))
        # Nor is it in the node's folder.
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(" ".join(words[:3]).encode(), file.read_bytes(), file)
        # The command to delete it works as it is printed.
        subprocess.run(["sh", "-c", f"shred -u {quoted}"], check=True, timeout=DEADLINE)
        self.assertFalse(self.page.exists())

    def printed(self, page, paper):
        """The sheets that Chromium prints a page on, of that paper: width and height of each in points."""
        sheet, out = self.top / "sheet.html", self.top / "sheet.pdf"
        sheet.write_text(page.read_text().replace("</style>", f"@page {{ size: {paper} }}</style>"))
        out.unlink(missing_ok=True)
        subprocess.run(["/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.top / 'browser'}",
                        "--no-pdf-header-footer", f"--print-to-pdf={out}", sheet.as_uri()], check=True, capture_output=True, timeout=DEADLINE)
        pdf = out.read_bytes()
        sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
        sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
        self.assertEqual(len(sizes), sheets)
        return [(round(float(width)), round(float(height))) for width, height in sizes]

    def test_it_is_one_sheet(self):
        self.init("--print", self.page)
        longest = self.top / "longest.html"
        koinon("init", "--name", ".".join(["a-long-part-of-a-name"] * 8) + ".ab", "--display-name", "A city of many words " * 9, "--print", longest, data=self.top / "long")
        for page in (self.page, longest):
            for paper, size in (("A4", [(595, 842)]), ("letter", [(612, 792)])):
                self.assertEqual(self.printed(page, paper), size)

    def test_with_what_a_scanner_reads_the_log_is_taken_back(self):
        seoul = self.node("seoul", init_args=("--print", self.page))
        milan = self.node("milan")
        peer(seoul, milan)
        wait_for(lambda: connected(seoul, "milan.example") and connected(milan, "seoul.example"), "they connect")
        self.followed(seoul, milan)
        shown = koinon("recover", "--words-file", "-", "--invite", invite(milan), data=self.top / "new", stdin=qr.read(self.page.read_text()).encode())
        self.assertIn("The log of seoul.example", shown)
        self.assertIn(f"entries     {own_entries(seoul)}", shown)

    def test_to_standard_output_goes_the_page_alone(self):
        done = subprocess.run([str(BIN / "koinon"), "--data", str(self.data), "init", "--name", "seoul.example", "--display-name", "Seoul", "--print", "-"],
                              capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)
        source = done.stdout.decode()
        self.assertTrue(source.startswith("<!doctype html>") and source.endswith("</html>\n"), source[-200:])
        self.assertEqual(qr.read(source), " ".join(self.words_on(source)))
        self.assertIn("/welcome/", done.stderr.decode())
        self.assertNotIn(" ".join(self.words_on(source)[:3]), " ".join(done.stderr.decode().split()))
        self.assertNotIn("Write these", done.stderr.decode())

    def test_json_says_where_it_is(self):
        made = json.loads(koinon("--json", "init", "--name", "seoul.example", "--display-name", "Seoul", "--print", self.page, data=self.data))
        self.assertEqual(made["recovery_paper"], str(self.page))
        self.assertNotIn("recovery_words", made)
        self.assertEqual(len(self.words_on(self.page.read_text())), 24)

    def test_nothing_is_made_where_it_cannot_be_written(self):
        self.page.write_text("a page of another city")
        self.assert_refused("name a new file", lambda: self.init("--print", self.page))
        self.assertEqual(self.page.read_text(), "a page of another city")
        link = self.top / "link"
        link.symlink_to(self.top / "elsewhere")
        self.assert_refused("name a new file", lambda: self.init("--print", link))
        self.assertFalse((self.top / "elsewhere").exists())
        self.assert_refused("could not be created", lambda: self.init("--print", self.top / "missing" / "page"))
        self.assert_refused("observer", lambda: self.init("--observer", "--print", self.top / "page"))
        self.assert_refused("name a file", lambda: koinon("--json", "init", "--name", "seoul.example", "--display-name", "Seoul", "--print", "-", data=self.data))
        # A terminal keeps what it shows.
        ours, theirs = pty.openpty()
        done = subprocess.run([str(BIN / "koinon"), "--data", str(self.data), "init", "--name", "seoul.example", "--display-name", "Seoul", "--print", "-"],
                              stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, timeout=DEADLINE)
        os.close(theirs)
        os.close(ours)
        self.assertEqual(done.returncode, 1)
        self.assertIn("a terminal", done.stderr.decode())
        self.assertFalse(self.data.exists())
        # What init refuses leaves no file.
        page = self.top / "page"
        with self.assertRaises(CommandFailed):
            koinon("init", "--name", "no name!", "--display-name", "Seoul", "--print", page, data=self.data)
        self.assertFalse(page.exists())
        self.init("--print", page)
        other = self.top / "other"
        self.assert_refused("lives here already", lambda: self.init("--print", other))
        self.assertFalse(other.exists())

    def test_words_that_cannot_be_written_are_shown(self):
        """There is no other copy of them, and the node stands."""
        done = subprocess.run(["sh", "-c", 'exec "$0" --data "$1" init --name seoul.example --display-name Seoul --print - >/dev/full', str(BIN / "koinon"), str(self.data)],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 1)
        said = done.stderr.decode()
        self.assertIn("standard output takes nothing", said)
        table = said[said.index("take its log back."):said.index("To log in")]
        self.assertEqual([int(number) for number, _ in re.findall(r"\b(\d+) ([a-z]+)\b", table)], list(range(1, 25)), said)

    def test_words_that_nobody_could_be_shown_make_no_node(self):
        done = subprocess.run(["sh", "-c", 'exec "$0" --data "$1" init --name seoul.example --display-name Seoul >/dev/full', str(BIN / "koinon"), str(self.data)],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody could be shown the recovery words", done.stderr.decode())
        self.init()

    def words_that_count(self, node):
        """The recovery key that the node's log has now."""
        return base64.b64decode(node.local("POST", "/api/v1/keys/recovery/statement", {})["recovery_key"])

    def test_new_words_go_on_a_page(self):
        seoul = self.node("seoul", init_args=("--print", self.page))
        old = qr.read(self.page.read_text())
        new_page = self.top / "new page"
        said = seoul.run("change-recovery-words", "--words-file", "-", "--yes", "--print", new_page, stdin=old.encode())
        self.assertEqual(new_page.stat().st_mode & 0o777, 0o600)
        source = new_page.read_text()
        new = " ".join(self.words_on(source))
        self.assertEqual(qr.read(source), new)
        self.assertNotEqual(new, old)
        self.assertEqual(self.printed(new_page, "A4"), [(595, 842)])
        for part in (seoul.name, seoul.log_id()):
            self.assertIn(part, Sheet(source).text)
        # Neither these nor those are on the terminal.
        self.assertIn(f"shred -u '{new_page}'", said)
        for words in (old, new):
            self.assertNotIn(" ".join(words.split()[:3]), " ".join(said.split()))
            self.assertIsNone(re.search(rf"\b1 {words.split()[0]}\b", said))
        self.assertNotIn("Write them", said)
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("After")
        self.assertEqual(self.words_that_count(seoul), public_key(seed_of(new)))
        # For programs, and to standard output.
        third = self.top / "third"
        shown, _ = seoul.run("--json", "change-recovery-words", "--words-file", "-", "--yes", "--print", third, stdin=new.encode()).splitlines()
        self.assertEqual(json.loads(shown), {"recovery_paper": str(third)})
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("And on")
        done = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "change-recovery-words", "--words-file", "-", "--yes", "--print", "-"],
                              input=qr.read(third.read_text()).encode(), capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)
        source = done.stdout.decode()
        self.assertTrue(source.startswith("<!doctype html>") and source.endswith("</html>\n"), source[-200:])
        self.assertEqual(qr.read(source), " ".join(self.words_on(source)))
        self.assertIn("Restart koinond now", done.stderr.decode())

    def test_words_are_not_changed_where_they_cannot_be_written(self):
        seoul = self.node("seoul", init_args=("--print", self.page))
        words = qr.read(self.page.read_text())
        count = self.words_that_count(seoul)
        new_page = self.top / "new page"

        def change(page, *args, words=words):
            return seoul.run(*args, "change-recovery-words", "--words-file", "-", "--yes", "--print", page, stdin=words.encode())

        self.assert_refused("name a new file", lambda: change(self.page))
        self.assertEqual(qr.read(self.page.read_text()), words)
        self.assert_refused("could not be created", lambda: change(self.top / "missing" / "page"))
        self.assert_refused("name a file", lambda: change("-", "--json"))
        done = subprocess.run(["sh", "-c", 'exec "$0" --data "$1" change-recovery-words --words-file - --yes --print - >/dev/full', str(BIN / "koinon"), str(seoul.data)],
                              input=words.encode(), capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing was changed", done.stderr.decode())
        # What is refused leaves no page.
        other = koinon("--json", "init", "--name", "rome.example", "--display-name", "Rome", data=self.top / "rome")
        self.assert_refused("another log", lambda: change(new_page, words=json.loads(other)["recovery_words"]))
        self.assertFalse(new_page.exists())
        # Whoever does not say that it is printed changes nothing.
        terminal, end = pty.openpty()
        os.write(terminal, b"n\n")
        paper = self.top / "words"
        paper.write_text(words)
        done = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "change-recovery-words", "--words-file", str(paper), "--print", str(new_page)],
                              stdin=end, capture_output=True, timeout=DEADLINE)
        os.close(terminal)
        os.close(end)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Is it printed", done.stderr.decode())
        self.assertIn("nothing was changed", done.stderr.decode())
        self.assertIn(f"the page {new_page} is of nothing: delete it and its prints", done.stderr.decode())
        self.assertEqual(self.words_that_count(seoul), count)


if __name__ == "__main__":
    unittest.main()
