"""A city's existing library comes in by the thousand, and goes out again."""

import csv
import io
import json
import pathlib
import unittest

from nodes import CommandFailed, NodesTest, koinon, wait_for

COLUMNS = ["title", "summary", "solution", "language", "topics", "status", "cost_amount", "cost_currency", "evidence", "sdgs",
           "links", "source_url", "source_date", "on_behalf_of", "office", "partners"]


def row(i, **cells):
    whole = {"title": f"Practice {i}", "summary": f"What {i} is about.", "solution": "We did it, and \"it\" worked; more or less.",
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
          ({"solution": "x" * 1_100_000}, ""), ({"office": "\0"}, "office")]


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
        self.assert_refused(".csv or .json", lambda: seoul.run("import-practices", "/etc/hostname"))

    def test_semicolons_a_byte_order_mark_and_line_ends_of_a_spreadsheet(self):
        seoul = self.node("seoul")
        path = pathlib.Path(self.folder) / "europe.csv"
        path.write_bytes('\ufefftitle;solution;language;topics\r\n"Größe; Maß";"Zeile 1\nZeile 2";de;health\r\n'.encode())
        outcomes = self.imported(seoul, path)
        practice = seoul.json("show", outcomes[0]["ref"])["body"]["practice"]
        self.assertEqual((practice["title"], practice["solution"]), ("Größe; Maß", "Zeile 1\nZeile 2"))

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
            ours = sorted((r["body"]["practice"] for r in (seoul.json("show", ref) for ref in seoul.refs(kind="practice"))), key=lambda p: p["title"])
            theirs = sorted((r["body"]["practice"] for r in (node.json("show", ref) for ref in node.refs(kind="practice"))), key=lambda p: p["title"])
            for a, b in zip(ours, theirs):
                for key in ("title", "summary", "challenge", "solution", "results", "lessons", "evidence", "cost", "sdgs"):
                    self.assertEqual((a.get(key) or "").strip() if isinstance(a.get(key), str) else a.get(key),
                                     (b.get(key) or "").strip() if isinstance(b.get(key), str) else b.get(key), key)
        cells = list(csv.reader(open(pathlib.Path(self.folder) / "out.csv", newline="", encoding="utf-8")))
        self.assertFalse([c for line in cells for c in line if c[:1] in "=+-@" and c], "no spreadsheet takes a cell for a formula")
        out = pathlib.Path(self.folder) / "md"
        seoul.run("export-practices", "--format", "md", "-o", out)
        again = self.imported(seoul, out)
        self.assertEqual(len(again), 4)
        self.assertEqual({o["outcome"] for o in again}, {"already-there"}, again)


if __name__ == "__main__":
    unittest.main()
