"""What is withdrawn or superseded says so wherever it appears, and counts for nothing; what was said before stands again."""

import http.client
import json
import pathlib
import re
import unittest
import xml.etree.ElementTree as xml

from api import Api, account, ask
from browser import member
from nodes import NodesTest, peer, wait_for


class Withdrawn(NodesTest):
    def one(self, node, ref):
        return next(item for item in node.json("list", "--limit", "1000")["items"] if item["ref"] == ref)

    def events(self, node, count):
        """The first records that a client sees which begins at the beginning."""
        connection = http.client.HTTPConnection("127.0.0.1", node.http_port, timeout=60)
        connection.request("GET", "/api/v1/events?after=0")
        answer = connection.getresponse()
        out = []
        while len(out) < count:
            line = answer.readline().decode()
            if line.startswith("data: "):
                out.append(json.loads(line[6:]))
        connection.close()
        return out

    def test_it_says_so_in_lists_records_events_feeds_pages_proofs_and_on_the_command_line(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        first = seoul.publish("Shelters, first", "Text.", ("climate/heat",))
        second = seoul.publish("Shelters, second", "Better.", ("climate/heat",), "--revises", first)
        wait_for(lambda: second in la.refs(), "both arrive")
        self.assertEqual((self.one(la, first)["status"], self.one(la, first)["status_by"]), ("superseded", second))
        self.assertEqual(self.one(la, second)["status"], "current")
        self.assertIn(f"superseded by {second}", la.run("show", first))
        page = ask("GET", f"http://127.0.0.1:{la.http_port}/records/{first}").text()
        self.assertRegex(page, rf'role="note">[^<]+<a href="/records/{second}"[^>]*>Shelters, second</a>')
        feed = f"http://127.0.0.1:{la.http_port}/feeds/all"
        entry = xml.fromstring(ask("GET", feed + ".atom").body).find("{http://www.w3.org/2005/Atom}entry")
        name = entry.find("{http://www.w3.org/2005/Atom}id").text

        withdrawal = seoul.run("withdraw", second, "--reason", "the figures were wrong").strip()
        wait_for(lambda: self.one(la, second)["status"] == "withdrawn", "it is known there")
        self.assertEqual(self.one(la, second)["status_by"], withdrawal)
        self.assertEqual(self.one(la, first)["status"], "current", "a version that was withdrawn supersedes nothing")
        shown = la.json("show", second)
        self.assertEqual((shown["status"], shown["status_by"], shown["withdrawn_because"]), ("withdrawn", withdrawal, "the figures were wrong"))
        text = la.run("show", second)
        self.assertTrue(text.startswith(f"WITHDRAWN by {withdrawal}"), "whoever reads the first line alone knows")
        self.assertIn("the figures were wrong", text)
        self.assertNotIn("\nwithdraws ", text, "it is withdrawn, and withdraws nothing")
        self.assertIn("the figures were wrong", la.run("explain", second))
        self.assertIn("WITHDRAWN", next(line for line in la.run("list").splitlines() if line.startswith(second)))
        # A proof holds all the same, and whoever takes it is told.
        proof = pathlib.Path(self.folder) / "proof"
        self.assertIn("the figures were wrong", la.run("prove", second, "-o", proof))
        self.assertEqual(la.json("prove", second, "-o", proof)["status"], "withdrawn")
        self.assertIn("a proof does not say", la.run("verify", proof, "--vkey", seoul.json("id")["vkey"]))
        # Events say what they are about.
        entries = sum(item["entries"] for item in la.json("cities")["items"])
        event = next(e for e in self.events(la, entries) if e["ref"] == withdrawal)
        self.assertEqual([(a["role"], a["ref"], a["title"], a["status"]) for a in event["about"]],
                         [("withdraws", second, "Shelters, second", "withdrawn")])
        self.assertIn(f"withdraws {second}", la.run("watch", "--after", "0", "--count", entries))
        # Readers that have it are told under the name that it had; the version before is back under the same name.
        root = xml.fromstring(ask("GET", feed + ".atom").body)
        self.assertEqual([e.find("{http://www.w3.org/2005/Atom}title").text for e in root.iter("{http://www.w3.org/2005/Atom}entry")], ["Shelters, first"])
        seoul.run("withdraw", first, "--reason", "both of them")
        tombs = wait_for(lambda: list(xml.fromstring(ask("GET", feed + ".atom").body).iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")), "tombstones")
        self.assertEqual([tomb.get("ref") for tomb in tombs], [name])
        said = [gone["because"] for gone in ask("GET", feed + ".json").json()["_koinon"]["withdrawn"]]
        self.assertEqual(said, ["both of them"])
        page = ask("GET", f"http://127.0.0.1:{la.http_port}/records/{second}").text()
        self.assertIn("has withdrawn this note", page)
        self.assertIn("the figures were wrong", page)
        csv = la.run("export-practices", "--format", "csv")
        self.assertIn("standing", csv.splitlines()[0])
        self.assertIn("withdrawn", csv)

    def test_a_page_keeps_its_title_and_offers_nothing_that_cannot_be_done(self):
        seoul, la = self.pair()
        ref = seoul.publish("Shelters against heat", "Text.", ("climate/heat",))
        wait_for(lambda: la.shows(ref), "it arrives")
        asked = la.run("ask", "--title", "Who pays?", "--text", "For them.", "--language", "en", "--topic", "climate/heat", "--about", ref, "--to", "seoul.example").strip()
        wait_for(lambda: seoul.shows(asked), "the question arrives")
        answer = seoul.run("answer", asked, "--text", "The city.").strip()
        wait_for(lambda: la.shows(answer), "the answer arrives")
        press, desk = member(seoul, "press", "publisher"), member(la, "desk", "publisher")

        def offered(page, of):
            """What can be done to a note, by its page's links and forms, or those of a list."""
            of = re.escape(of)
            return {link for link in page.links if re.fullmatch(rf"/(adopt|ask|answer|publish)\?\w+={of}|/records/{of}/withdraw", link)} | {
                form.action for form in page.forms if re.fullmatch(rf"/records/{of}/\w+", form.action or "")} | {
                form.action for form in page.forms if form.action == "/publish/template" and re.fullmatch(of, form.fields["of"])}
        self.assertEqual(offered(press.go(f"/records/{ref}"), ref), {f"/ask?about={ref}", f"/publish?translates={ref}", f"/publish?revises={ref}", f"/records/{ref}/watch", f"/records/{ref}/withdraw"})
        self.assertEqual(offered(desk.go(f"/records/{ref}"), ref), {f"/adopt?of={ref}", f"/ask?about={ref}", f"/publish?translates={ref}", "/publish/template", f"/records/{ref}/watch"})
        wait_for(lambda: "1 answer" in desk.go("/questions").text, "it is counted")
        # An answer that was taken back is none.
        seoul.run("withdraw", answer)
        wait_for(lambda: "1 answer" not in desk.go("/questions").text, "it counts no more")
        self.assertIn("Who pays?", desk.page.text)
        la.run("withdraw", asked)
        seoul.run("withdraw", ref, "--reason", "the figures were wrong")
        for browser in (press, desk):
            for of, title in ((ref, "Shelters against heat"), (asked, "Who pays?")):
                wait_for(lambda: "has withdrawn this note" in browser.go(f"/records/{of}").text, "it is known")
                self.assertRegex(browser.page.source, f"<h1[^>]*>{re.escape(title)}</h1>")
                self.assertEqual(offered(browser.page, of), set(), of)
            for path in ("/inbox", "/questions", "/desk", "/", f"/records/{ref}"):
                self.assertEqual(offered(browser.go(path), asked) | offered(browser.page, ref), set(), path)

    def test_who_withdraws_a_version_is_told_that_the_one_before_it_stands_again(self):
        seoul = self.node("seoul")
        first = seoul.publish("Shelters, first", "Text.", ("climate/heat",))
        second = seoul.publish("Shelters, second", "Better.", ("climate/heat",), "--revises", first)
        press = member(seoul, "press", "publisher")
        page = press.go(f"/records/{second}/withdraw")
        self.assertIn("stands again", page.text)
        self.assertIn(f"/records/{first}", page.links)
        self.assertNotIn("stands again", press.go(f"/records/{first}/withdraw").text, "nothing is before it")

    def test_a_withdrawn_adoption_counts_for_nothing(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        api = Api(seoul, token=account(seoul, "it", "operator"))
        ref = seoul.publish("Shelters")
        wait_for(lambda: ref in la.refs(), "it arrives")
        worked = la.run("adopt", ref, "--stage", "adopted", "--outcome", "worked", "--text", "As it was.").strip()
        failed = la.run("adopt", ref, "--stage", "stopped", "--outcome", "did-not", "--text", "Nobody came.").strip()
        def outcomes():
            given = api.get("/api/v1/impact").json()["given"]
            map_ = api.get("/api/v1/map").json()["adoptions"]
            facet = api.get("/api/v1/search?q=shelters&kind=practice").json()["facets"].get("outcome", [])
            return [g["outcome"] for g in given], [m["outcome"] for m in map_], [f["value"] for f in facet]
        wait_for(lambda: outcomes() == (["did-not"], ["did-not"], ["did-not", "stopped"]), "the latest stands, and that it was stopped")
        la.run("withdraw", failed, "--reason", "the wrong site")
        wait_for(lambda: outcomes() == (["worked"], ["worked"], ["worked"]), "what it said before stands again")
        la.run("withdraw", worked)
        wait_for(lambda: outcomes() == ([], [], []), "nothing is left")
        related = {item["ref"]: item["status"] for item in seoul.json("show", ref)["referred_by"]}
        self.assertEqual(related, {worked: "withdrawn", failed: "withdrawn"}, "it can still be read, and says what it is")
        inbox = api.get("/api/v1/inbox").json()["items"]
        self.assertEqual({item["status"] for item in inbox}, {"withdrawn"})


if __name__ == "__main__":
    unittest.main()
