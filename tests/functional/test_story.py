"""What the three users do: city IT, a mayor's office, a subscriber."""

import json
import pathlib
import subprocess
import threading
import unittest
import urllib.error
import urllib.request

from nodes import BIN, TOP, CommandFailed, NodesTest, connected, koinon, peer, wait_for

EXAMPLES = TOP / "deploy" / "examples"


class Story(NodesTest):
    def test_notes_cross_a_network_and_are_found_adopted_asked_about_and_proven(self):
        seoul, la, sandiego = self.node("seoul"), self.node("la"), self.node("sandiego")
        peer(seoul, la)
        peer(la, sandiego)
        ref = seoul.run("publish", EXAMPLES / "seoul-drive-thru-testing.md").strip()
        korean = seoul.run("publish", EXAMPLES / "seoul-drive-thru-testing.ko.md", "--translates", ref).strip()
        wait_for(lambda: ref in sandiego.refs() and korean in sandiego.refs(), "Seoul's notes reach San Diego")
        adoption = None
        wait_for(lambda: ref in la.refs(), "Seoul's note reaches Los Angeles")
        adoption = la.run("publish", EXAMPLES / "los-angeles-adopts-testing.md", "--adopts", ref).strip()
        question = sandiego.run("ask", "--file", EXAMPLES / "san-diego-asks-staffing.md", "--about", ref, "--to", "la.example").strip()
        wait_for(lambda: question in la.refs(), "the question reaches Los Angeles")
        answer = la.run("answer", "--text", "Firefighters and volunteers.", "--points-to", ref, question).strip()
        wait_for(lambda: {adoption, answer} <= set(sandiego.refs()), "adoption and answer reach San Diego")

        shown = sandiego.json("show", ref)
        related = {item["role"]: item["ref"] for item in shown["referred_by"]}
        self.assertEqual(related["adopts"], adoption)
        self.assertEqual(related["translates"], korean)
        self.assertEqual(related["about"], question)
        self.assertEqual(sandiego.json("show", question)["referred_by"][0]["ref"], answer)
        self.assertIn("health/testing", sandiego.json("show", answer)["topics"], "replies carry their target's topics")
        paths = {c["city"]: c["trust_path"] for c in sandiego.json("cities")["items"]}
        self.assertEqual(paths["seoul.example"], ["la.example", "seoul.example"])

        self.assertEqual([r["ref"] for r in sandiego.json("search", "검사")["items"]][0], korean)
        self.assertIn(ref, [r["ref"] for r in sandiego.json("search", "drive-thru", "--topic", "salud")["items"]])
        self.assertEqual(sandiego.json("search", "nowhere")["items"], [])
        sandiego.run("reindex")
        self.assertEqual([r["ref"] for r in sandiego.json("search", "검사")["items"]][0], korean)

        proof = pathlib.Path(self.folder) / "proof"
        sandiego.run("prove", ref, "-o", proof)
        vkey = seoul.run("id", "--vkey").strip()
        for node in (seoul, la, sandiego):
            node.stop()
        self.assertIn("Verified: entry", koinon("verify", proof, "--vkey", f" {vkey}\n"), "without any node")

    def test_a_note_comes_back_as_the_file_it_was(self):
        seoul = self.node("seoul")
        ref = seoul.run("publish", EXAMPLES / "milan-hospital-space.it.md").strip()
        once = seoul.run("show", ref, "--format", "md")
        again = seoul.run("publish", "-", "--again", stdin=once.encode()).strip()
        self.assertEqual(seoul.run("show", again, "--format", "md"), once)
        self.assertEqual(seoul.json("show", again)["body"], seoul.json("show", ref)["body"])

    def test_the_same_note_twice_is_refused_naming_its_ref(self):
        seoul = self.node("seoul")
        ref = seoul.publish("One")
        self.assert_refused(ref, lambda: seoul.publish("One"))
        self.assertNotEqual(seoul.publish("One", "Text.", ("health/testing",), "--again"), ref)

    def test_a_stop_and_start_keeps_everything_and_goes_on(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        ref = seoul.publish("Before")
        wait_for(lambda: ref in la.refs(), "the note arrives")
        self.assertEqual(seoul.stop(), 0)
        self.assertIn(ref, la.refs(), "what is held stays readable")
        seoul.start(peer_port=seoul.peer_port)
        after = seoul.publish("After")
        wait_for(lambda: after in la.refs(), "the connection comes back by itself")
        self.assertIn(ref, seoul.refs())

    def test_both_sides_dialling_at_once_leaves_one_session(self):
        seoul, la = self.node("seoul"), self.node("la")
        threads = [threading.Thread(target=lambda a=a, b=b: a.run("peer", "add", b.line())) for a, b in ((seoul, la), (la, seoul))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        ref = seoul.publish("Once")
        wait_for(lambda: ref in la.refs(), "the note arrives")
        self.assertEqual(len([p for p in la.json("peers")["items"] if p["connected"]]), 1)

    def test_a_node_that_only_dials_is_served_as_well(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        seoul.run("peer", "add", la.line_without_address())
        la.run("peer", "add", seoul.line())
        ref = seoul.publish("Out")
        wait_for(lambda: ref in la.refs(), "the note arrives")
        back = la.publish("Back")
        wait_for(lambda: back in seoul.refs(), "the connection is used in both directions")

    def test_peer_remove_unpins(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        seoul.run("peer", "remove", "la.example")
        wait_for(lambda: not connected(la, "seoul.example"), "the session ends")
        self.assertEqual(seoul.json("peers")["items"], [])
        seoul.publish("Private")
        self.assert_refused("no peer", lambda: seoul.run("peer", "remove", "la.example"))

    def test_watch_shows_what_comes_in_and_goes_on_where_it_was(self):
        seoul = self.node("seoul")
        watching = subprocess.Popen([str(BIN / "koinon"), "--data", str(seoul.data), "watch", "--json", "--topic", "climate", "--count", "1", "--after", "0"],
                                    stdout=subprocess.PIPE)
        seoul.publish("Other", topics=("health",))
        ref = seoul.publish("Heat", topics=("climate/heat",))
        out, _ = watching.communicate(timeout=30)
        event = json.loads(out)
        self.assertEqual(event["ref"], ref)
        later = seoul.publish("More heat", topics=("climate/heat",))
        seen = json.loads(seoul.run("watch", "--json", "--topic", "climate", "--after", event["arrival"], "--count", 1))
        self.assertEqual(seen["ref"], later)

    def test_reading_is_served_over_tcp_and_changing_is_not(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Open")
        base = f"http://127.0.0.1:{seoul.http_port}"
        with urllib.request.urlopen(f"{base}/api/v1/records/{ref}") as answer:
            self.assertEqual(json.load(answer)["body"]["practice"]["title"], "Open")
        request = urllib.request.Request(f"{base}/api/v1/records", data=b"{}", method="POST")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        with caught.exception as refusal:
            self.assertEqual(refusal.code, 401)
            self.assertEqual(refusal.headers["Content-Type"], "application/problem+json")
            self.assertIn("log in", json.load(refusal)["detail"])

    def test_a_list_goes_on_page_by_page(self):
        seoul = self.node("seoul")
        for i in range(7):
            seoul.publish(f"Note {i}")
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1/records?kind=practice&limit=3"
        seen, cursor = [], ""
        wait_for(lambda: seoul.status()["index_lag"] == 0, "the index is up to date")
        while True:
            with urllib.request.urlopen(base + (f"&cursor={cursor}" if cursor else "")) as answer:
                page = json.load(answer)
            seen += [item["title"] for item in page["items"]]
            cursor = page.get("next")
            if not cursor:
                break
        self.assertEqual(seen, [f"Note {i}" for i in reversed(range(7))])

    def test_logs_can_be_json(self):
        seoul = self.node("seoul", "--log-format", "json")
        seoul.stop()
        lines = [json.loads(line) for line in seoul.log().splitlines()]
        self.assertEqual([(line["event"], line["message"]) for line in lines], [("node.serving", "serving"), ("node.stopped", "stopped")])
        self.assertEqual(lines[0]["http_port"], seoul.http_port, "a number is a number")

    def test_the_configuration_file_and_its_errors(self):
        seoul = self.node("seoul", start=False)
        (seoul.data / "koinond.toml").write_text('address = "node.seoul.example:8470"\n[log]\nformat = "json"\n[trust]\nhops = 1\n')
        seoul.start()
        self.assertIn("@node.seoul.example:8470#", seoul.run("id"))
        seoul.stop()
        (seoul.data / "koinond.toml").write_text("colour = 1\n")
        done = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"colour: the configuration has an unknown key", done.stderr)
        (seoul.data / "koinond.toml").write_text("[disk]\nreserve_bytes = -1\n")
        for line, said in (((), b"disk.reserve_bytes: it is a whole number from 0 to"),
                           (("--quota-log-bytes=8GiB",), b"--quota-log-bytes: it is a whole number from 1 to"),
                           (("--clock-offset-seconds=1e9",), b"--clock-offset-seconds: it is a whole number of seconds")):
            if line:
                (seoul.data / "koinond.toml").write_text("")
            done = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data), *line], capture_output=True, timeout=30)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)


class Trust(NodesTest):
    def test_a_city_that_nobody_vouched_for_never_appears(self):
        stranger, milan, la = self.node("stranger"), self.node("milan"), self.node("la")
        peer(stranger, milan, vouch=False)
        peer(milan, la)
        refs = [stranger.publish(f"Secret {i}") for i in range(5)]
        wait_for(lambda: refs[-1] in milan.refs(), "its peer holds it")
        ref = milan.publish("Known")
        wait_for(lambda: ref in la.refs(), "what came later arrives")
        self.assertNotIn("stranger.example", [c["city"] for c in la.json("cities")["items"]])
        self.assertFalse([r for r in la.refs() if r.startswith("stranger.example")])
        self.assert_refused("no city called stranger.example", lambda: la.run("show", refs[0]))

    def test_the_vouch_comes_once_and_only_after_the_key_is_proven(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        self.assertEqual(seoul.refs(kind="vouch"), [], "not before the other side has connected")
        la.run("peer", "add", seoul.line())
        wait_for(lambda: len(seoul.refs(kind="vouch", city="seoul.example")) == 1, "Seoul vouches")
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        ref = seoul.publish("Later")
        wait_for(lambda: ref in la.refs(), "they connect again")
        self.assertEqual(len(seoul.refs(kind="vouch", city="seoul.example")), 1)


if __name__ == "__main__":
    unittest.main()
