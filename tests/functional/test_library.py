"""A city's existing library comes in by the thousand, and goes out again."""

import csv
import io
import json
import pathlib
import unittest
import urllib.request

from nodes import CommandFailed, NodesTest, peer, wait_for
from wire import City, Session, serve_log
from workbook import Day, Month, write_workbook

COLUMNS = ["title", "summary", "solution", "language", "topics", "status", "cost_amount", "cost_currency", "evidence", "sdgs",
           "links", "source_url", "source_date", "on_behalf_of", "office", "partners"]


def row(i, **cells):
    whole = {"title": f"Practice {i}", "summary": f"What {i} is about – all of it.", "solution": "We did it, and \"it\" worked; more or less.",
             "language": "en", "topics": "health/testing; climate/heat", "status": "running", "cost_amount": str(1000 + i),
             "cost_currency": "EUR", "evidence": "3", "sdgs": "3;11", "links": "https://city.example/plan",
             "source_url": "https://other.example/report", "source_date": "2020-03", "on_behalf_of": "City of Elsewhere",
             "office": "Innovation", "partners": "University; Red Cross"}
    whole.update(cells)
    return [whole[c] for c in COLUMNS]


def csv_of(folder, count, bad=()):
    """Writes count rows, those numbered in `bad` as it says."""
    bad = dict(bad)
    path = pathlib.Path(folder) / "practices.csv"
    with open(path, "wb") as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for i in range(2, count + 2):
            cells = bad.get(i, {})
            if isinstance(cells, list):
                writer.writerow(cells)
            elif isinstance(cells, bytes):
                file.write(cells)
            else:
                writer.writerow(row(i, **cells))
        text.detach()
    return path


# What can be wrong with a row: what stands there, and the column that is named.
FAULTS = [({"title": ""}, "title"), ({"language": "not a language"}, "language"), ({"topics": ""}, "topics"),
          ({"topics": "Health Testing!"}, "topics"), ({"evidence": "6"}, "evidence"), ({"evidence": "strong"}, "evidence"),
          ({"sdgs": "18"}, "sdgs"), ({"sdgs": "three"}, "sdgs"), ({"cost_amount": "1,000"}, "cost_amount"),
          ({"cost_amount": "-5"}, "cost_amount"), ({"cost_currency": "Euro"}, "cost_currency"), ({"cost_currency": ""}, "cost_currency"),
          ({"status": "finished"}, "status"), ({"links": "javascript:alert(1)"}, "links"), ({"links": "city.example"}, "links"),
          ({"source_url": "ftp://x.example"}, "source_url"), ({"source_date": "last year"}, "source_date"),
          ({"title": "x" * 301}, "title"), ({"solution": "", "summary": ""}, "solution"), (["only", "three", "cells"], ""),
          (b"\xff\xfe,s,t,en,health,running,1,EUR,1,3,https://a.example,https://b.example,2020,x,y,z\r\n", "title"),
          ({"topics": "; ".join(f"health/t{i}" for i in range(9))}, "topics"), ({"topics": "a" * 65}, "topics"),
          ({"solution": "x" * 1_100_000}, ""), ({"title": "\u200b\u202e\0"}, "title")]


class Library(NodesTest):
    def imported(self, node, path, *args):
        """The outcomes, whether all went well or not."""
        try:
            return json.loads(node.run("--json", "import-practices", path, *args))
        except CommandFailed as failed:
            self.assertEqual(failed.code, 1)
            import subprocess
            from nodes import BIN
            done = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "--json", "import-practices", str(path), *args],
                                  capture_output=True, timeout=300)
            return json.loads(done.stdout)

    def test_ten_thousand_rows_of_which_137_are_bad(self):
        seoul = self.node("seoul")
        bad = {50 + 70 * n: FAULTS[n % len(FAULTS)] for n in range(137)}
        path = csv_of(self.folder, 10_000, {number: fault[0] for number, fault in bad.items()})
        import subprocess
        from nodes import BIN
        def run(*args):
            done = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "--json", "import-practices", str(path), *args],
                                  capture_output=True, timeout=300)
            return done, json.loads(done.stdout)
        done, plan = run("--dry-run")
        self.assertEqual(seoul.json("status")["entries"], 2, "a dry run changes nothing")
        done, outcomes = run()
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"137 of 10000 were refused", done.stderr)
        self.assertEqual(len(outcomes), 10_000)
        refused = {o["where"]: o for o in outcomes if o["outcome"] == "refused"}
        self.assertEqual(set(refused), {f"row {number}" for number in bad})
        for number, (cells, column) in bad.items():
            said = refused[f"row {number}"]
            self.assertEqual(said.get("column", ""), column, f"{cells}: {said}")
            self.assertTrue(said["reason"])
            self.assertEqual([f.get("column", "") for f in said["faults"]], [column], f"one fault, told once: {said}")
        self.assertEqual({o["where"] for o in plan if o["outcome"] == "refused"} - set(refused), set(), "the dry run said so")
        self.assertEqual(sum(o["outcome"] == "published" for o in outcomes), 9_863)
        self.assertEqual(seoul.json("status")["entries"], 2 + 9_863)
        done, again = run()
        self.assertEqual({o["outcome"] for o in again}, {"already-there", "refused"})
        self.assertEqual(seoul.json("status")["entries"], 2 + 9_863, "nothing is doubled")
        some = json.loads(seoul.run("--json", "show", next(o["ref"] for o in outcomes if o["outcome"] == "published")))
        practice = some["body"]["practice"]
        self.assertEqual(practice["sources"], [{"publisher": "City of Elsewhere", "url": "https://other.example/report", "date": "2020-03"}])
        self.assertEqual((practice["partners"], practice["sdgs"]), (["University", "Red Cross"], [3, 11]))

    def test_a_person_reads_what_is_wrong_and_where(self):
        seoul = self.node("seoul")
        path = csv_of(self.folder, 3, {3: {"evidence": "6"}})
        with self.assertRaises(CommandFailed) as caught:
            seoul.run("import-practices", path, "--dry-run")
        self.assertEqual(caught.exception.code, 1)
        self.assertIn("1 of 3 were refused", caught.exception.stderr)
        bad = pathlib.Path(self.folder) / "bad.csv"
        for text, words in ((b"titel,solution\r\n", "titel: there is no such column"), (b"title,title\r\n", "twice"), (b"", "empty"),
                            (b'title,solution\r\n"open,x\r\n', "never closed")):
            bad.write_bytes(text)
            self.assert_refused(words, lambda: seoul.run("import-practices", bad))
        self.assert_refused(".csv, .xlsx or .json", lambda: seoul.run("import-practices", "/etc/hostname"))
        empty = pathlib.Path(self.folder) / "empty"
        empty.mkdir()
        self.assert_refused("no .md file", lambda: seoul.run("import-practices", empty))

    def test_semicolons_a_byte_order_mark_and_line_ends_of_a_spreadsheet(self):
        seoul = self.node("seoul")
        path = pathlib.Path(self.folder) / "europe.csv"
        path.write_bytes('\ufefftitle;solution;language;topics\r\n"Größe; Maß";"Zeile 1\nZeile 2";de;health\r\n'.encode())
        outcomes = self.imported(seoul, path)
        practice = seoul.json("show", outcomes[0]["ref"])["body"]["practice"]
        self.assertEqual((practice["title"], practice["solution"]), ("Größe; Maß", "Zeile 1\nZeile 2"))

    def test_a_file_of_excel_comes_in_however_it_was_saved(self):
        """One table, as spreadsheets of several countries save it: it is published once, and is there already ever after."""
        seoul = self.node("seoul")
        plain = 'title;language;topics;solution;cost_amount;cost_currency;source_date;partners;;\n' \
                '"Kühle Dächer";de;climate/heat;"Weiß\ngestrichen – 20 €";1.200.000,50;EUR;17.03.2020;"Schule; Bad";;\n' \
                ';;;;;;;;;\n\u00a0;;" ";;;;;;;\n' \
                'Schattige Höfe;de;climate/heat, health;Bäume;99,5;EUR;2020-3-7;;;\n;;;;;;;;;\n'
        crlf = plain.replace("\n", "\r\n")
        saved = {"unix.csv": plain.encode(), "utf8.csv": b"\xef\xbb\xbf" + crlf.encode(), "ansi.csv": crlf.encode("cp1252"),
                 "mac.csv": plain.replace("\n", "\r").encode(), "unicode.txt": crlf.replace(";", "\t").replace("Schule\t", "Schule;").encode("utf-16"),
                 "sep.csv": b"\xef\xbb\xbfsep=;\r\n" + crlf.encode(), "dos.csv": crlf.encode() + b"\x1a",
                 "late.csv": b';;;;;;;;;\r\n\r\n"";" ";;;;;;;;\r\n' + crlf.encode(), "TABLE.CSV": plain.encode()}
        for n, (name, data) in enumerate(saved.items()):
            path = pathlib.Path(self.folder) / name
            path.write_bytes(data)
            outcomes = self.imported(seoul, path)
            self.assertEqual([o["outcome"] for o in outcomes], ["already-there" if n else "published"] * 2, f"{name}: {outcomes}")
            if n == 0:
                self.assertEqual([o["where"] for o in outcomes], ["row 2", "row 5"])
                first, second = (seoul.json("show", o["ref"])["body"]["practice"] for o in outcomes)
        self.assertEqual((first["title"], first["solution"]), ("Kühle Dächer", "Weiß\ngestrichen – 20 €"))
        self.assertEqual((first["cost"], first["partners"]), ({"amount": 1200000.5, "currency": "EUR"}, ["Schule", "Bad"]))
        self.assertEqual((first["sources"], second["sources"]), ([{"date": "2020-03-17"}], [{"date": "2020-03-07"}]))
        self.assertEqual(second["cost"], {"amount": 99.5, "currency": "EUR"})

    def test_all_faults_of_a_row_come_at_once(self):
        seoul = self.node("seoul")
        path = csv_of(self.folder, 2, {3: {"title": "", "evidence": "6", "topics": "Health Testing!", "status": "finished",
                                           "cost_currency": "Euro", "source_date": "03/04/2020", "links": "city.example"}})
        refused = [o for o in self.imported(seoul, path) if o["outcome"] == "refused"]
        self.assertEqual({f["column"] for f in refused[0]["faults"]},
                         {"title", "evidence", "topics", "status", "cost_currency", "source_date", "links"}, refused)
        with self.assertRaises(CommandFailed):
            seoul.run("import-practices", path)
        bad = pathlib.Path(self.folder) / "bad.csv"
        bad.write_bytes(b"titel,solution,Thema\r\nA,b,c\r\n")
        self.assert_refused("titel, Thema: there is no such column", lambda: seoul.run("import-practices", bad))

    def test_a_row_that_is_longer_than_any_note_is_named_and_keeps_no_other_away(self):
        seoul = self.node("seoul")
        path = csv_of(self.folder, 3, [(3, {"solution": "x" * 3_200_000})])
        outcomes = self.imported(seoul, path)
        self.assertEqual([o["outcome"] == "refused" for o in outcomes], [False, True, False])
        self.assertEqual(outcomes[1]["where"], "row 3")
        self.assertIn("longer than a note may be", outcomes[1]["reason"])
        # Of one that has other faults these are told.
        path = csv_of(self.folder, 2, [(2, {"solution": "x" * 3_200_000, "evidence": "6"})])
        outcomes = self.imported(seoul, path)
        self.assertEqual([o["outcome"] == "refused" for o in outcomes], [True, False])
        self.assertEqual(outcomes[0]["column"], "evidence")
        self.assertEqual(len(seoul.refs(kind="practice")), 3)

    def test_a_workbook_comes_in(self):
        seoul = self.node("seoul")
        path = pathlib.Path(self.folder) / "library.xlsx"
        write_workbook(path, [["Title", "language", "topics", "solution", "cost_amount", "cost_currency", "source_date", "links", None],
                              ["Kühle Dächer", "de", "climate/heat", "Weiß\ngestrichen", 1200.125, "EUR", Day(43907), "Plan; 1 | https://city.example/a", None],
                              [], [None, " "],
                              ["Shade", "en", "climate/heat", "Trees", 1_000_000, "KRW", Month(43891), None, None]])
        outcomes = self.imported(seoul, path, "--dry-run")
        self.assertEqual([(o["where"], o["outcome"]) for o in outcomes], [("row 2", "refused"), ("row 5", "would-be-published")], outcomes)
        self.assertEqual([f["column"] for f in outcomes[0]["faults"]], ["links"], "a semicolon in a title without quotation marks")
        write_workbook(path, [["title", "language", "topics", "solution", "cost_amount", "cost_currency", "source_date", "links"],
                              ["Kühle Dächer", "de", "climate/heat", "Weiß\ngestrichen", 1200.125, "EUR", Day(43907), '"Plan; 1" | https://city.example/a'],
                              ["Shade", "en", "climate/heat", "Trees", 1_000_000, "KRW", Month(43891), None]])
        cool, shade = (seoul.json("show", o["ref"])["body"]["practice"] for o in self.imported(seoul, path))
        self.assertEqual((cool["cost"]["amount"], cool["sources"], cool["links"]),
                         (1200.125, [{"date": "2020-03-17"}], [{"title": "Plan; 1", "url": "https://city.example/a"}]))
        self.assertEqual((shade["cost"], shade["sources"]), ({"amount": 1000000, "currency": "KRW"}, [{"date": "2020-03"}]))
        for data in (b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0 a password", path.read_bytes()[:-30]):
            path.write_bytes(data)
            self.assert_refused("not a workbook", lambda: seoul.run("import-practices", path))
        import zipfile
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/workbook.xml", b" " * (257 << 20))
        self.assert_refused("at most 256 MiB", lambda: seoul.run("import-practices", path))

    def test_an_export_is_there_already_and_has_lost_nothing(self):
        seoul, la = self.node("seoul"), self.node("la")
        path = pathlib.Path(self.folder) / "rich.json"
        practice = {"title": "Rich; \"in\" all", "summary": "S", "solution": "One | two; three", "evidence": 3, "sdgs": [3, 11],
                    "cost": {"amount": 1.125, "currency": "EUR", "note": "a; b"}, "partners": ["School; board", "A | B"],
                    "commitments": [{"agreement": "Paris; 2015", "target": "Net zero | 2040"}, {"agreement": "Sendai"}],
                    "links": [{"url": "https://a.example/x;y=1"}, {"title": "Plan; 2", "url": "https://b.example/?a=1;b=2"}],
                    "sources": [{"publisher": "City; of", "title": "T", "url": "https://c.example/;d", "date": "2020-03"}, {"title": "Only a title"},
                                {"publisher": "P", "date": "2021"}]}
        path.write_text(json.dumps([{"kind": "practice", "language": "en", "topics": ["climate/heat"], "content": practice, "office": "Parks; water"}]))
        ref = self.imported(seoul, path)[0]["ref"]
        written = seoul.json("show", ref)["body"]["practice"]
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        for form, name in (("csv", "out.csv"), ("json", "out.json"), ("md", "folder")):
            out = pathlib.Path(self.folder) / name
            seoul.run("export-practices", "--format", form, "-o", out)
            self.assertEqual([o["outcome"] for o in self.imported(seoul, out)], ["already-there"], form)
            outcomes = self.imported(la, out)
            if form == "csv":
                self.assertEqual(outcomes[0]["outcome"], "published", outcomes)
                self.assertEqual(la.json("show", outcomes[0]["ref"])["body"]["practice"], written)
            else:
                self.assertEqual(outcomes[0]["outcome"], "already-there", f"{form}: another form says the same")
            self.assertEqual([o["outcome"] for o in self.imported(la, out)], ["already-there"], "a second time, too")
        typed = json.loads((pathlib.Path(self.folder) / "out.json").read_text())[0]
        self.assertEqual((typed["cost_amount"], typed["evidence"], typed["sdgs"], typed["topics"], typed["sources"], typed["commitments"]),
                         (1.125, 3, [3, 11], ["climate/heat"], written["sources"], written["commitments"]))
        # What was changed after the export is another practice, and the command says so.
        changed = pathlib.Path(self.folder) / "changed.csv"
        wait_for(lambda: la.refs(kind="practice"), "it is indexed")
        la.run("export-practices", "--format", "csv", "-o", changed)
        changed.write_bytes(changed.read_bytes().replace(b"One | two", b"One and two"))
        outcomes = self.imported(la, changed, "--dry-run")
        self.assertEqual(outcomes[0]["outcome"], "would-be-published", outcomes)
        self.assertIn("practice of its own", outcomes[0]["warnings"][0])

    def test_the_practice_of_another_city_is_there_already(self):
        """What a node holds of others is not published as its own because it was exported there."""
        seoul, milan = self.node("seoul"), self.node("milan")
        ref = seoul.publish("Held elsewhere")
        peer(seoul, milan)
        wait_for(lambda: milan.shows(ref) and ref in milan.refs(kind="practice"), "Milan holds it")
        for form, name in (("csv", "held.csv"), ("json", "held.json"), ("md", "held")):
            out = pathlib.Path(self.folder) / name
            milan.run("export-practices", "--format", form, "-o", out)
            self.assertEqual([(o["outcome"], o["ref"]) for o in self.imported(milan, out)], [("already-there", ref)], form)
        self.assertEqual(milan.refs(kind="practice"), [ref])

    def test_what_nobody_sees_stays_out_of_every_export_and_of_what_is_signed(self):
        """Another city signs what it likes. Emoji of every kind come through, signs that hide do not."""
        wales = "\U0001F3F4" + "".join(chr(0xE0000 + ord(c)) for c in "gbwls") + "\U000E007F"
        emoji = wales + " *\uFE0F\u20E3 \U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F44B\U0001F3FD \u2764\uFE0F"
        hidden = "".join(chr(0xE0000 + ord(c)) for c in "tell nobody") + "\u202E\u2066\u2063\u200B\x1b"
        signs = set(hidden) - set(wales)
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.meet(city)
        serve_log(session, city, [(city.genesis(), b""), city.practice(title=emoji + hidden, summary=f"Sum{hidden}mary",
                                                                        solution=f"{emoji}{hidden}\n\nAwnings", contact=hidden + "a@b.example")])
        ref = "python.example/1"
        wait_for(lambda: ref in seoul.refs(kind="practice"), "Seoul shows it")
        session.close()
        self.assertIn("\u202e", seoul.json("show", ref)["body"]["practice"]["title"], "the API gives what was signed")
        for form, name in (("csv", "plain.csv"), ("json", "plain.json"), ("md", "plain")):
            out = pathlib.Path(self.folder) / name
            seoul.run("export-practices", "--format", form, "-o", out)
            text = (next(out.iterdir()) if form == "md" else out).read_text(encoding="utf-8-sig")
            text = json.dumps(json.loads(text), ensure_ascii=False) if form == "json" else text
            self.assertIn(emoji, text, form)
            self.assertFalse(signs & set(text), form)
            self.assertEqual([(o["outcome"], o["ref"]) for o in self.imported(seoul, out)], [("already-there", ref)], form)
        for command in (("show", ref), ("show", ref, "--format", "md"), ("list", "--kind", "practice"), ("search", "awnings")):
            text = seoul.run(*command)
            self.assertIn(emoji, text, command)
            self.assertFalse(signs & set(text), command)
        for path in (f"/records/{ref}", "/feeds/all.atom", f"/api/v1/records/{ref}/markdown"):
            with urllib.request.urlopen(f"http://127.0.0.1:{seoul.http_port}{path}") as answer:
                text = answer.read().decode()
            self.assertIn(emoji, text, path)
            self.assertFalse(signs & set(text), path)
        # As an earlier version exported it.
        old = pathlib.Path(self.folder) / "plain" / "old.md"
        file = next((pathlib.Path(self.folder) / "plain").iterdir())
        old.write_text(file.read_text(encoding="utf-8").replace("Awnings", f"Aw{hidden[:-1]}nings"), encoding="utf-8")
        file.unlink()
        self.assertEqual([o["outcome"] for o in self.imported(seoul, old.parent)], ["already-there"])
        # What we write ourselves is signed without them, so that it is the same everywhere.
        own = seoul.publish(emoji + hidden[:-1], f"Te{hidden[:-1]}xt", ("health/testing",))
        practice = seoul.json("show", own)["body"]["practice"]
        self.assertEqual((practice["title"], practice["summary"]), (emoji, "Text"))

    def test_what_goes_out_comes_in_again_as_it_was(self):
        seoul, la = self.node("seoul"), self.node("la")
        examples = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy" / "examples"
        folder = pathlib.Path(self.folder) / "library"
        folder.mkdir()
        for name in ("seoul-drive-thru-testing.md", "seoul-drive-thru-testing.ko.md", "milan-hospital-space.it.md"):
            (folder / name).write_bytes((examples / name).read_bytes())
        outcomes = self.imported(seoul, folder)
        self.assertEqual({o["outcome"] for o in outcomes}, {"published"}, outcomes)
        seoul.publish("=HYPERLINK(A1)", "-starts like a formula")
        wait_for(lambda: len(seoul.refs(kind="practice")) == 4, "they are indexed")
        for form in ("csv", "json"):
            out = pathlib.Path(self.folder) / f"out.{form}"
            seoul.run("export-practices", "--format", form, "-o", out)
            node = la if form == "csv" else self.node("milan")
            self.assertEqual({o["outcome"] for o in self.imported(node, out)}, {"published"})
            wait_for(lambda: len(node.refs(kind="practice")) == 4, "they are indexed")
            ours = sorted((r["body"]["practice"] for r in (seoul.record(ref) for ref in seoul.refs(kind="practice"))), key=lambda p: p["title"])
            theirs = sorted((r["body"]["practice"] for r in (node.record(ref) for ref in node.refs(kind="practice"))), key=lambda p: p["title"])
            for a, b in zip(ours, theirs):
                for key in ("title", "summary", "challenge", "solution", "results", "lessons", "evidence", "cost", "sdgs"):
                    self.assertEqual((a.get(key) or "").strip() if isinstance(a.get(key), str) else a.get(key),
                                     (b.get(key) or "").strip() if isinstance(b.get(key), str) else b.get(key), key)
        cells = list(csv.reader(open(pathlib.Path(self.folder) / "out.csv", newline="", encoding="utf-8-sig")))
        self.assertFalse([c for line in cells for c in line if c[:1] in "=+-@" and c], "no spreadsheet takes a cell for a formula")
        out = pathlib.Path(self.folder) / "md"
        seoul.run("export-practices", "--format", "md", "-o", out)
        again = self.imported(seoul, out)
        self.assertEqual(len(again), 4)
        self.assertEqual({o["outcome"] for o in again}, {"already-there"}, again)


if __name__ == "__main__":
    unittest.main()
