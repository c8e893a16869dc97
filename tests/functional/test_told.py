"""What stands in the way is told, by the node itself and at both ends: who has not pinned whom, who knocks, a full disk,
a forked log, and the same alarms wherever an operator looks."""

import base64
import json
import pathlib
import re
import resource
import shutil
import time
import unittest

import wire
from api import PASSWORD, account, ask, bearer, person, post
from browser import Browser, member
from nodes import TOP, CommandFailed, Node, NodesTest, connected, koinon, peer, wait_for
from wire import City, Session

SENTENCES = json.loads((TOP / "node/pages/messages/en.json").read_text())


class Pins(NodesTest):
    def trouble(self, node, trouble):
        return next((p for p in node.asked("peers")["items"] if p["trouble"] == trouble), None)

    def test_both_sides_say_who_has_not_pinned_whom(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        item = wait_for(lambda: self.trouble(seoul, "not-pinned-there"), "Seoul says so")
        self.assertIn("has not pinned this node yet", item["state"])
        self.assertEqual(item["send"], seoul.json("id")["peer_line"])
        self.assertIn(item["send"], seoul.run("peers"), "and what to send")
        knock = wait_for(lambda: la.asked("peers")["knocks"], "Los Angeles lists who knocks")[0]
        mine = seoul.json("id")
        self.assertEqual((knock["node_key"], knock["spoken"], knock["address"]), (mine["node_key"], mine["spoken"], "127.0.0.1"))
        self.assertNotIn("seoul", json.dumps(knock), "a name would be a claim")
        self.assertIn("on a number that you have from elsewhere", la.run("peers"))
        self.assertIn("warning: a node that is not pinned here knocks", la.log())
        # The reason is of the last attempt: what is mended is no longer said.
        la.run("peer", "add", seoul.line())
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        self.assertEqual(la.json("peers")["knocks"], [])
        after = seoul.json("peers")["items"][0]
        self.assertEqual((after["trouble"], after["state"]), ("", "connected"))
        self.assertGreaterEqual(after["state_at"], item["state_at"])
        la.stop()
        gone = wait_for(lambda: self.trouble(seoul, "unreachable"), "the next attempt says another reason")
        self.assertIn("does not answer", gone["state"])
        member(seoul, "gestore", "operator")
        browser = Browser(seoul, "it")
        browser.log_in("gestore", PASSWORD)
        page = browser.go("/operate")
        self.assertIn("non risponde", page.text, "a page says it in the reader's language")
        self.assertNotIn("does not answer", page.text)

    def test_an_address_that_shows_another_key_is_told_from_one_that_has_not_pinned_us(self):
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        seoul.run("peer", "add", la.line(milan.peer_port))
        item = wait_for(lambda: self.trouble(seoul, "other-key"), "Seoul says so")
        self.assertIn(milan.json("id")["node_key"], item["state"])
        self.assertEqual(milan.json("peers")["knocks"], [], "it was Seoul that refused")


def with_another_signature(evidence, which):
    """Evidence with one bit of a head's signature changed."""
    out = wire.wire.Evidence.FromString(evidence)
    rest, value = getattr(out, which).rstrip(b"\n").rsplit(b" ", 1)
    value = bytearray(base64.b64decode(value))
    value[-1] ^= 1
    setattr(out, which, rest + b" " + base64.b64encode(value) + b"\n")
    return out.SerializeToString()


class Forks(NodesTest):
    def proves_the_fork_to_anybody(self, node):
        """The evidence that `node` holds against Seoul, as a file, by the API and by another reader. It has none against Los Angeles."""
        file = pathlib.Path(self.folder) / "evidence"
        self.assertIn("koinon verify-evidence", node.run("evidence", "seoul.example", "-o", file))
        evidence = file.read_bytes()
        path = "/api/v1/cities/{}/evidence"
        answer = ask("GET", f"http://127.0.0.1:{node.http_port}{path.format('seoul.example')}")
        self.assertEqual((answer.status, answer.body, answer.headers["Content-Type"]), (200, evidence, "application/octet-stream"))
        self.assertEqual(answer.headers["Content-Disposition"], "attachment; filename*=UTF-8''seoul.example.evidence")
        log = wire.base32(wire.wire.Evidence.FromString(evidence).log_id)
        self.assertEqual(ask("GET", f"http://127.0.0.1:{node.http_port}{path.format(log)}").body, evidence, "by the log id, too")
        self.assertIn(f'href="{path.format(log)}"', ask("GET", f"http://127.0.0.1:{node.http_port}/cities/seoul.example").body.decode())
        none = ask("GET", f"http://127.0.0.1:{node.http_port}{path.format('la.example')}")
        self.assertEqual((none.status, none.json()["detail"]), (404, "no evidence is held against this city"))
        self.assert_refused("no evidence is held against this city", lambda: node.run("evidence", "la.example", "-o", file))
        self.assertEqual(file.read_bytes(), evidence, "what stood there is not lost")

        name, at, first, second = wire.contradiction(evidence)
        said = json.loads(koinon("--json", "verify-evidence", file))
        self.assertEqual(sorted(said), ["at", "first", "log_id", "name", "second", "verified", "vkey"])
        self.assertEqual((said["verified"], said["name"], said["log_id"], said["at"]), (True, name, log, at))
        self.assertEqual([base64.b64decode(said[head]["root_at"]) for head in ("first", "second")], [first, second])
        words = koinon("verify-evidence", file)
        for part in ("seoul.example", log, said["first"]["root"], said["second"]["root"], f"The first {at} entries are not the same in the two"):
            self.assertIn(part, words)

        bad = pathlib.Path(self.folder) / "bad"
        for which in ("first", "second"):
            bad.write_bytes(with_another_signature(evidence, which))
            self.assert_refused("it proves no fork: checkpoint: no key of the log", lambda: koinon("verify-evidence", bad))
            with self.assertRaises(ValueError):
                wire.contradiction(bad.read_bytes())
        for nothing in (b"", b"no evidence", evidence[:-1]):
            bad.write_bytes(nothing)
            self.assert_refused("it proves no fork: ", lambda: koinon("verify-evidence", bad))
        bad.write_bytes(bytes(wire.EVIDENCE_BYTES + 1))
        self.assert_refused("more than 655360 bytes", lambda: koinon("verify-evidence", bad))
        self.assert_refused("could not be opened", lambda: koinon("verify-evidence", bad.with_name("none")))
        return evidence

    def forked(self):
        """Seoul, which has signed two histories and is away; Los Angeles and Milan, which have frozen its log, each with another
        history; and what both histories have."""
        seoul, la, milan = self.node("seoul"), self.node("la"), self.node("milan")
        peer(seoul, la)
        common = seoul.publish("Common")
        wait_for(lambda: common in la.refs(), "it arrives")
        wait_for(lambda: seoul.entries("la.example") >= 3, "they know each other")
        seoul.stop()
        # A second machine with all of the first, its token too: what the runbook forbids.
        twin = Node(self.folder, "twin", init=False)
        shutil.copytree(seoul.data, twin.data, ignore=shutil.ignore_patterns("*.sock", "*.lock", "ready"))
        self.nodes.append(twin)
        seoul.start(peer_port=seoul.peer_port)
        here = seoul.publish("Said here")
        wait_for(lambda: here in la.refs(), "Los Angeles has the one history")
        seoul.stop()
        la.stop()
        twin.start("--listen", "", "--signing-alone")  # else it would ask its peers before it signs
        twin.run("peer", "add", "--no-vouch", milan.line())
        milan.run("peer", "add", "--no-vouch", twin.line_without_address())
        there = twin.publish("Said there")
        self.assertEqual(here, there, "the same place in the log, and another note")
        wait_for(lambda: there in milan.refs(), "Milan has the other")
        twin.stop()

        rome = self.node("rome")  # who is told by Milan alone
        milan.run("vouch", "seoul.example")
        peer(milan, rome)
        wait_for(lambda: there in rome.refs(), "Rome has what Milan has")
        la.start(peer_port=la.peer_port)
        held = {node: node.entries("seoul.example") for node in (la, milan, rome)}
        peer(la, milan)
        for node, title in ((la, "Said here"), (milan, "Said there"), (rome, "Said there")):
            wait_for(lambda n=node: n.status()["frozen"] == ["seoul.example"], f"{node.city} freezes it", 20)
            wait_for(lambda n=node: "two signed heads of seoul.example contradict each other; its log is frozen" in n.log(), "its operator is told")
            # It stands where it stood, is read, and is marked.
            self.assertEqual(node.entries("seoul.example"), held[node])
            self.assertEqual([i["title"] for i in node.listed(city="seoul.example", kind="practice")], [title, "Common"])
            self.assertTrue(node.local("GET", "/api/v1/cities/seoul.example")["frozen"])
            self.assertIn(SENTENCES["note.frozen"], ask("GET", f"http://127.0.0.1:{node.http_port}/cities/seoul.example").body.decode())
        self.assertTrue(connected(la, "milan.example") and connected(milan, "la.example") and connected(rome, "milan.example"), "who relays a fork is not its author")
        return seoul, la, milan, common

    def test_a_city_whose_log_others_have_frozen_is_shown_why_and_stops_signing(self):
        seoul, la, milan, common = self.forked()
        evidence = self.proves_the_fork_to_anybody(la)
        # The one who did it was away. It takes nobody's word: it verifies.
        seoul.start(peer_port=seoul.peer_port)
        status = wait_for(lambda: (lambda s: s if s["signing"].startswith("stopped") else None)(seoul.status()), "Seoul stops signing")
        self.assertIn("our own log has forked", status["signing"])
        self.assertIn("error: our own log has forked", seoul.log())
        self.assertIn("told_by=la.example", seoul.log())
        self.assert_refused("our own log has forked", lambda: seoul.publish("Nothing more"))
        wait_for(lambda: "signing" in [a["id"] for a in seoul.status()["alarms"]], "it is an alarm")
        ready = ask("GET", f"http://127.0.0.1:{seoul.http_port}/readyz")
        self.assertEqual(ready.status, 200, "readers are served")
        self.assertIn("signing: stopped\ncritical signing\n", ready.text())
        self.assertTrue(connected(la, "seoul.example"), "who is told is no liar")
        file = pathlib.Path(self.folder) / "own-evidence"
        seoul.run("evidence", "seoul.example", "-o", file)
        self.assertEqual(file.read_bytes(), evidence, "the city itself has what it was shown")
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assert_refused("our own log has forked", lambda: seoul.publish("Nothing more"))
        self.assertIn(common, seoul.refs(), "what is held stays readable")

    def test_an_operator_lets_a_frozen_log_go_on_here_and_the_evidence_is_kept(self):
        seoul, la, milan, common = self.forked()
        base = f"http://127.0.0.1:{la.http_port}"
        evidence = ask("GET", f"{base}/api/v1/cities/seoul.example/evidence").body
        city = lambda headers=None: ask("GET", f"{base}/api/v1/cities/seoul.example", headers=headers).json()
        self.assertEqual((city()["frozen"], city()["evidence"], "thawed" in city()), (True, True, False))
        self.assertFalse(ask("GET", f"{base}/api/v1/cities/milan.example").json()["evidence"])
        # What differs stands beside it.
        at = wire.contradiction(evidence)[1]
        self.assertEqual(city()["contradiction"], {"kind": "two_heads", "at": at})
        self.assertNotIn("contradiction", ask("GET", f"{base}/api/v1/cities/milan.example").json())
        differs = f"The two histories that its key signed differ within their first {at} entries."
        self.assertIn(differs, ask("GET", f"{base}/cities/seoul.example").body.decode())
        self.assertIn(f"the first {at} entries are not the same", la.run("explain", "seoul.example"))
        # Only an operator in person has the word.
        path = "/api/v1/cities/seoul.example/thaw"
        chief = person(la, "chief", "reviewer")
        self.assertEqual(post(la, path, {}).status, 401)
        self.assertEqual(post(la, path, {}, chief).status, 403)
        self.assertEqual(post(la, path, {}, bearer(account(la, "script", "operator"))).status, 403, "a token that is stolen is no person")
        self.assertNotIn(SENTENCES["city.thaw_sure"], ask("GET", f"{base}/cities/seoul.example").body.decode())
        self.assertEqual(la.status()["frozen"], ["seoul.example"])

        said = la.run("thaw", "seoul.example")
        self.assertIn("Another contradiction freezes the log again", said)
        wait_for(lambda: (lambda s: (s["frozen"], s["thawed"]) == ([], ["seoul.example"]))(la.status()), "it goes on here")
        self.assertEqual(milan.status()["frozen"], ["seoul.example"], "each node decides for itself")
        self.assertEqual((city()["frozen"], city()["evidence"], list(city()["thawed"])), (False, True, ["at"]), "no visitor is told who works here")
        self.assertEqual(city(chief)["thawed"]["by"], "local")
        self.assertEqual(ask("GET", f"{base}/api/v1/cities/seoul.example/evidence").body, evidence)
        page = ask("GET", f"{base}/cities/seoul.example").body.decode()
        self.assertIn("This city contradicted itself.", page)
        self.assertIn(differs, page)
        self.assertIn("/evidence", page)
        self.assertIn("thawed", la.run("status"))
        self.assertIn("lets its log go on", la.run("explain", "seoul.example"))
        self.assertIn(("local", "thaw", "seoul.example"), [(line["who"], line["action"], line["target"]) for line in la.json("audit")["items"]])
        self.assert_refused("is not frozen here", lambda: la.run("thaw", "seoul.example"))

        # Milan shows what it holds again and again: that is known.
        la.stop()
        la.start(peer_port=la.peer_port)
        wait_for(lambda: connected(la, "milan.example"), "they connect again")
        arrives = milan.publish("Milan goes on")
        wait_for(lambda: arrives in la.refs(), "and talk")
        self.assertEqual((la.status()["frozen"], la.status()["thawed"]), ([], ["seoul.example"]))
        # On its own log no operator has that word.
        seoul.start(peer_port=seoul.peer_port)
        wait_for(lambda: seoul.status()["signing"].startswith("stopped"), "Seoul is told all the same")
        self.assert_refused("with the recovery words", lambda: seoul.run("thaw", "seoul.example"))

    def test_a_page_lets_a_frozen_log_go_on_for_who_is_sure(self):
        seoul, la, milan, common = self.forked()
        boss = member(la, "capo", "operator")
        boss.go("/cities/seoul.example")
        self.assertIn(SENTENCES["city.thaw_help"], boss.page.text)
        boss.submit("/cities/seoul.example", "thaw")
        boss.go("/cities/seoul.example")
        self.assertIn(SENTENCES["note.frozen"], boss.page.text, "nobody was sure")
        boss.submit("/cities/seoul.example", "thaw", sure="yes")
        self.assertIn("capo let its log go on here", boss.page.text)
        self.assertNotIn(SENTENCES["city.thaw_sure"], boss.page.text)
        self.assertNotIn(SENTENCES["note.frozen"], boss.page.text)


class Alarms(NodesTest):
    """An alarm is the same in the status, /readyz, /metrics, on the page and in the log; and ends there as well."""

    def limit(self, node, size):
        """No file of the node's may grow beyond this: to the node a full disk."""
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def operator(self, node):
        if not hasattr(self, "tokens"):
            self.tokens = {}
        if node.city not in self.tokens:
            self.sessions = getattr(self, "sessions", {})
            self.sessions[node.city] = {"Cookie": person(node, "chief", "operator")["Cookie"], "Accept-Language": "en"}
            self.tokens[node.city] = {"Authorization": "Bearer " + account(node, "it", "operator")}
        return self.tokens[node.city]

    def on_the_page(self, node, alarm):
        """Whether the page for operators says it: what of its sentence is the same whatever it counts."""
        page = ask("GET", f"http://127.0.0.1:{node.http_port}/operate", headers=self.sessions[node.city]).text()
        return any(part in page for part in re.split(r"[{}#]", SENTENCES[f"alarm.{alarm}"]) if len(part) > 15)

    def everywhere(self, node):
        """The ids of the alarms as each place has them."""
        base, headers = f"http://127.0.0.1:{node.http_port}", self.operator(node)
        status = {alarm["id"] for alarm in node.json("status")["alarms"]}
        metrics = set(re.findall(r'^koinon_alarm\{alarm="(\w+)"\} 1$', ask("GET", base + "/metrics", headers=headers).text(), re.M))
        ready = ask("GET", base + "/readyz", headers=headers)
        said = set(re.findall(r"^\w+ (\w+): ", ready.text(), re.M)) if ready.status == 200 else None
        return status, metrics, said, ready.status

    def raised(self, node, alarm, critical=False):
        def everywhere():
            status, metrics, said, ready = self.everywhere(node)
            return alarm in status and alarm in metrics and (ready == 503 if alarm in ("store", "reserve") else said is not None and alarm in said)
        wait_for(everywhere, f"{alarm} is raised everywhere")
        severity = "critical" if critical else "warning"
        wait_for(lambda: (alarm, severity) in [(a["id"], a["severity"]) for a in node.status()["alarms"]], f"{alarm} is a {severity} alarm")
        wait_for(lambda: self.on_the_page(node, alarm), f"{alarm} is on the page")
        item = next(a for a in node.json("status")["alarms"] if a["id"] == alarm)
        self.assertEqual(item["severity"], "critical" if critical else "warning")
        self.assertRegex(node.log(), rf"{'error' if critical else 'warning'}: alarm: .* id={alarm} since=")
        self.assertIn(item["text"][:20], node.run("status"))
        stranger = ask("GET", f"http://127.0.0.1:{node.http_port}/readyz")
        self.assertIn(alarm, stranger.text())
        self.assertNotIn(item["text"], stranger.text(), "what exactly is an operator's to know")
        self.assertEqual(ask("GET", f"http://127.0.0.1:{node.http_port}/healthz").status, 200, "readers are served")
        return item

    def over(self, node, alarm):
        wait_for(lambda: alarm not in self.everywhere(node)[0] | self.everywhere(node)[1], f"{alarm} is over")
        wait_for(lambda: "alarm over: " in node.log(), "and the log says so")
        wait_for(lambda: not self.on_the_page(node, alarm), "nor does the page")

    def test_a_full_disk_stops_writing_and_no_reading_and_says_so(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        headers, press = self.operator(seoul), account(seoul, "press", "reader")
        session = {"Cookie": person(seoul, "boss", "operator")["Cookie"]}
        key = seoul.json("feed", "add", "press")["secret"]
        ref = seoul.publish("Before")
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        base = f"http://127.0.0.1:{seoul.http_port}"
        self.limit(seoul, 16 << 10)  # the log on stderr has room, the databases have not
        with self.assertRaises(CommandFailed) as caught:
            seoul.publish("Too much", "x" * 50_000)
        self.assertIn("full", caught.exception.stderr)
        for path, given in (("/api/v1/records", {"Authorization": f"Bearer {press}"}), (f"/records/{ref}", session), ("/operate", session),
                            (f"/feeds/all.atom?key={key}", {}), ("/metrics", headers)):
            self.assertEqual(ask("GET", base + path, headers=given).status, 200, path)
        item = self.raised(seoul, "store", critical=True)
        self.assertIn("full", item["text"])
        self.assertIn("cannot write", ask("GET", base + "/operate", headers=session).text())
        self.limit(seoul, resource.RLIM_INFINITY)
        self.over(seoul, "store")  # nobody wrote anything: it tries by itself
        self.assertTrue(seoul.publish("After"))

    def test_the_index_catches_up_by_itself_once_there_is_room(self):
        seoul = self.node("seoul")
        self.operator(seoul)

        def sizes():
            return {path.name: path.stat().st_size for path in seoul.data.iterdir() if path.name.endswith("-wal")}

        # The index's own log must be the longest by far, so that the others have room where it has none.
        def longest():
            seoul.publish(f"Note {len(seoul.refs())}", "Words, and other words. " * 50)
            wait_for(lambda: seoul.status()["index_lag"] == 0, "it is indexed")
            now = sizes()
            return now if now["index.db-wal"] > now["store.db-wal"] + 300_000 else None
        now = wait_for(longest, "the index has written more")
        self.limit(seoul, now["index.db-wal"])
        before = len(seoul.refs(kind="practice"))
        seoul.publish("While there is no room", "Flibbertigibbets.")
        item = self.raised(seoul, "index_stopped")
        self.assertIn("full", item["text"])
        self.assertEqual(len(seoul.refs(kind="practice")), before)
        self.limit(seoul, resource.RLIM_INFINITY)
        wait_for(lambda: seoul.found("flibbertigibbets"), "it catches up, and nobody wrote anything")
        self.over(seoul, "index_stopped")

    def test_a_peer_that_is_away_and_messages_that_do_not_arrive(self):
        seoul, la = self.node("seoul", "--alarms-peer-away-minutes", 0, "--webhooks-allow-private", "--send-backoff-seconds", 1), self.node("la")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        wait_for(lambda: self.everywhere(seoul)[:3] == (set(), set(), set()), "nothing is the matter")
        la.stop()
        self.assertIn("la.example", self.raised(seoul, "away")["text"])
        seoul.run("webhook", "add", "http://127.0.0.1:1/nobody")
        seoul.publish("To nobody")
        self.raised(seoul, "deliveries")
        la.start(peer_port=la.peer_port)
        self.over(seoul, "away")

    def test_a_clock_that_most_peers_contradict(self):
        # An offset: what the kernel says of its clock is not said of this one, on whatever machine the test runs.
        seoul = self.node("seoul", "--clock-offset-seconds=1")
        sessions = []
        for number, ahead in enumerate((3600, 3600, 0)):
            city = City(f"python{number}.example", self.folder)
            seoul.run("peer", "add", "--no-vouch", city.line())
            session = Session(seoul.peer_port, city)
            session.send_hello(city, wall_ms=int((time.time() + ahead) * 1000))
            session.follow()
            session.expect("follow")
            sessions.append(session)
        self.assertRegex(self.raised(seoul, "clock", critical=True)["text"], r"be (59|60) minutes behind: so say the connected peers")
        metrics = ask("GET", f"http://127.0.0.1:{seoul.http_port}/metrics", headers=self.operator(seoul)).text()
        self.assertRegex(metrics, r"(?m)^koinon_clock_offset_seconds -3[56]\d\d")
        self.assertIn("this clock differs from those of the peers by", seoul.keep("At what time?")["signing_waits"]["reason"])
        self.assertIn("waits", seoul.run("clock"))
        self.assertIn("another time", seoul.run("clock", "--is-right"))
        self.assertIn("setClock", [line["action"] for line in seoul.json("audit")["items"]])
        wait_for(lambda: "At what time?" in seoul.titles(), "what was kept is signed")
        self.assertTrue(seoul.publish("The operator has looked"))
        self.assertEqual(self.raised(seoul, "clock")["severity"], "warning", "they still contradict it")
        for session in sessions:
            session.close()
        self.over(seoul, "clock")

    def test_who_has_not_pinned_us_and_who_knocks_are_alarms_too(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        self.assertIn("la.example", self.raised(seoul, "unpinned")["text"])
        self.raised(la, "knocks")
        la.run("peer", "add", seoul.line())
        self.over(seoul, "unpinned")
        self.over(la, "knocks")


if __name__ == "__main__":
    unittest.main()
