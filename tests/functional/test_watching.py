"""What machines that watch a node are given: measures, alert rules and a dashboard that fit each other, a plugin, logs that programs read."""

import json
import os
import pathlib
import pwd
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest

import needs
from api import account, ask, bearer, get, person, post
from documents import section_text, sections
from nodes import BIN, TOP, CommandFailed, NodesTest, wait_for

MONITORING = TOP / "deploy" / "monitoring"
PROMTOOL = os.environ.get("KOINON_PROMTOOL") or needs.find("promtool")
# What begins with these and is no measure of ours.
WORDS = {"koinon_peer_", "koinon_zone", "koinon_store"}


def measures_in(text):
    """The names of measures in PromQL or prose."""
    return {name for name in re.findall(r"\b(?:koinon|process)_[a-z_]+[a-z]\b", text)} - WORDS


def dashboard():
    return json.loads((MONITORING / "grafana-dashboard.json").read_text())


def expressions():
    """Of all panels."""
    return [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]


class Measures(NodesTest):
    def measured(self, node, headers):
        answer = get(node, "/metrics", headers)
        self.assertEqual(answer.status, 200, answer.text())
        return answer.text()

    def token(self, node):
        node.run("user", "add", "prometheus", "--role", "reader")
        return bearer(node.run("token", "add", "prometheus", "--scope", "metrics").strip())

    def test_rules_dashboard_and_runbook_name_what_there_is(self):
        seoul, la = self.pair()
        headers = self.token(seoul)
        ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/records")
        text = wait_for(lambda: (lambda t: t if 'route="listRecords"' in t else None)(self.measured(seoul, headers)), "the request is counted")
        given = set(re.findall(r"^([a-z_]+)(?:\{| )", text, re.M))
        # Only where a witness is named.
        given |= {"koinon_witness_entries", "koinon_witness_cosigned_total", "koinon_witness_failed_total"}
        # A histogram has three names, and is called by one.
        named = {re.sub(r"_(bucket|sum|count)$", "", name) for name in given} | given
        rules = "\n".join(re.findall(r"expr: (.+)", (MONITORING / "koinon.rules.yml").read_text()))
        for where, asked in (("the rules", rules), ("the dashboard", "\n".join(expressions())), ("the tests of the rules", (MONITORING / "koinon.rules.test.yml").read_text()),
                             ("RUNBOOK", (TOP / "deploy" / "RUNBOOK.md").read_text())):
            self.assertEqual(measures_in(asked) - named, set(), f"{where} names what this node does not measure")
        states = set(re.findall(r'koinon_signing_state\{state="(\w+)"', text))
        self.assertEqual(states, {"ready", "waits", "stopped", "never"})
        self.assertLessEqual(set(re.findall(r'state="(\w+)"', rules)), states)
        version = seoul.status()["version"]
        self.assertIn(f'koinon_build_info{{version="{version}"}} 1', text)
        self.assertGreater(float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.M)[1]), 1e6)

    @needs.machine(lambda: "" if PROMTOOL else "promtool: deploy/setup --tests, or KOINON_PROMTOOL")
    def test_promtool_has_nothing_to_say(self):
        seoul, la = self.pair()
        get(seoul, "/api/v1/records")
        text = self.measured(seoul, self.token(seoul))
        checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))

    def test_a_token_of_the_scope_metrics_opens_nothing_else(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        headers = self.token(seoul)
        self.measured(seoul, headers)
        for path in ("/api/v1/records", "/api/v1/status", "/api/v1/peers", "/api/v1/accounts/prometheus/tokens", "/feeds/all.atom"):
            self.assertEqual(get(seoul, path, headers).status, 403, path)
        self.assertEqual(post(seoul, "/api/v1/records", {}, headers).status, 403)
        self.assertEqual(get(seoul, "/readyz", headers).status, 200)
        self.assertEqual([one["scope"] for one in seoul.json("token", "list", "prometheus")["items"]], ["metrics"])
        reader = bearer(account(seoul, "press", "reader"))
        self.assertEqual(get(seoul, "/metrics", reader).status, 403)
        self.assertEqual(get(seoul, "/metrics").status, 401)
        desk = person(seoul, "desk", "reader")
        self.assertEqual(post(seoul, "/api/v1/accounts/desk/tokens", {"scope": "metrics"}, desk).status, 403, "an operator makes it")
        made = seoul.json("token", "list", "prometheus")["items"][0]["id"]
        seoul.run("token", "remove", "prometheus", made)
        self.assertEqual(get(seoul, "/metrics", headers).status, 401)

    def test_who_is_no_operator_any_more_measures_nothing(self):
        seoul = self.node("seoul")
        headers = self.token(seoul)
        seoul.run("user", "add", "chief", "--role", "operator")
        own = bearer(seoul.run("token", "add", "chief", "--scope", "metrics").strip())
        seoul.run("user", "change", "chief", "--person", "The chief")
        self.measured(seoul, own)
        seoul.run("user", "change", "chief", "--role", "reviewer")
        self.assertEqual(get(seoul, "/metrics", own).status, 401)
        self.assertEqual(seoul.json("token", "list", "chief")["items"], [])
        # What was made for a program goes on.
        seoul.run("user", "change", "prometheus", "--role", "publisher")
        seoul.run("user", "change", "prometheus", "--role", "reader")
        self.measured(seoul, headers)

    def test_what_strangers_ask_for_makes_no_new_series(self):
        seoul = self.node("seoul")
        headers = self.token(seoul)
        def names():
            return {line.rsplit(" ", 1)[0] for line in self.measured(seoul, headers).splitlines() if line.startswith("koinon_http_requests_total")}
        get(seoul, "/nothing/0")
        wait_for(lambda: any("unserved" in name for name in names()), "it is counted")
        names()
        before = names()
        for i in range(20):
            get(seoul, f"/nothing/{i}")
            get(seoul, f"/nothing{i}?a={i}", {"User-Agent": f"agent {i}"})
        self.assertEqual(names(), before)


class Plugin(NodesTest):
    def check(self, data, *args):
        done = subprocess.run([str(BIN / "koinon"), "--data", str(data), "check", *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.stdout.count(b"\n"), 1, "one line")
        return done.returncode, done.stdout.decode()

    def test_one_line_and_an_exit_code(self):
        seoul = self.node("seoul", "--alarms-peer-away-minutes", 0)
        code, line = self.check(seoul.data)
        self.assertEqual(code, 0, line)
        self.assertRegex(line, r"^KOINON OK - seoul\.example is ready, signing ready, 0 of 0 peers connected \| peers=0;;;0 .*disk_free=\d+B;;;0\n$")
        milan = self.node("milan", start=False)
        seoul.run("peer", "add", self.line_of(milan))
        self.assertIn("away", wait_for(lambda: (lambda found: found[1] if found[0] == 1 else None)(self.check(seoul.data)), "it warns"))
        limit = 16 << 10
        resource.prlimit(seoul.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        with self.assertRaises(CommandFailed):
            seoul.publish("Too much", "x" * 50_000)
        line = wait_for(lambda: (lambda found: found[1] if found[0] == 2 else None)(self.check(seoul.data)), "it is critical")
        self.assertRegex(line, r"^KOINON CRITICAL - store: .*; away: ")
        resource.prlimit(seoul.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        # A daemon that hangs.
        os.kill(seoul.process.pid, signal.SIGSTOP)
        self.assertEqual(self.check(seoul.data, "--timeout", "1"), (2, "KOINON CRITICAL - koinond does not answer in time\n"))
        os.kill(seoul.process.pid, signal.SIGCONT)
        seoul.stop()
        code, line = self.check(seoul.data)
        self.assertEqual(code, 2, line)
        self.assertIn("is not running", line)
        code, line = self.check(pathlib.Path(self.folder) / "nowhere")
        self.assertEqual(code, 3, line)

    def line_of(self, node):
        """The line of a node that does not run here."""
        node.start()
        line = node.line_without_address()
        node.stop()
        return line


class Logs(NodesTest):
    def test_the_runbook_lists_the_events_that_there_are(self):
        header = (TOP / "node" / "daemon" / "log_events.h").read_text()
        self.assertEqual(re.findall(r'LogEvent k\w+\{"([\w.]+)"\}', header), re.findall(r"^\| `([\w.]+)` \|", section_text("Logs"), re.M))

    def started(self, *args):
        """A node whose standard output has a file of its own, and what stands in it by now."""
        seoul = self.node("seoul", start=False)
        out = pathlib.Path(self.folder) / "access.log"
        seoul.within = ["/bin/sh", "-c", f'exec "$0" "$@" >>{out}']
        seoul.public = False
        seoul.start(*args)
        return seoul, lambda: out.read_text() if out.exists() else ""

    def test_the_access_log_has_no_secret_and_no_words_of_people(self):
        for form in ("json", "combined"):
            with self.subTest(form):
                seoul, text = self.started("--http-access-log", form)
                token = account(seoul, "press", "reader")
                key = seoul.json("feed", "add", "press")["secret"]
                link = seoul.json("user", "add", "new")["link"].rsplit("/", 1)[1]
                get(seoul, "/api/v1/search?q=Flibbertigibbet", bearer(token))
                get(seoul, f"/feeds/all.atom?key={key}")
                get(seoul, f"/welcome/{link}")
                get(seoul, f"/api/v1/passwords/{link}")
                get(seoul, f"/wellcome/{link}/Mistyped")
                get(seoul, "/api/v1/cities/seoul.example", bearer(token) | {"User-Agent": "the last one", "Referer": "https://search.example/?q=Gobbledygook"})
                wait_for(lambda: "the last one" in text(), "it is written down")
                for secret in (token, key, link, "Flibbertigibbet", "Mistyped", "Gobbledygook", "?"):
                    self.assertNotIn(secret, text())
                lines = text().splitlines()
                if form == "json":
                    lines = [json.loads(line) for line in lines]
                    last = lines[-1]
                    self.assertEqual({key: last[key] for key in ("event", "from", "who", "method", "route", "target", "status")},
                                     {"event": "http.request", "from": "127.0.0.1", "who": "press", "method": "GET", "route": "getCity",
                                      "target": "/api/v1/cities/seoul.example", "status": 200})
                    self.assertEqual({key: type(last[key]) for key in ("status", "bytes", "seconds")}, {"status": int, "bytes": int, "seconds": float})
                    self.assertTrue(any(line["from"] == "unix" and line["uid"] == os.getuid() for line in lines), "the command line asks over the socket")
                    self.assertTrue(any(line["target"] == "/welcome/{code}" for line in lines))
                else:
                    for line in lines:
                        self.assertRegex(line, r'^\S+ - \S+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "[^"]+" \d{3} (-|\d+) "-" "(?:[^"\\]|\\.)*"$')
                    self.assertRegex(lines[-1], r'^127\.0\.0\.1 - press \[.*\] "GET /api/v1/cities/seoul\.example HTTP/1\.1" 200 \d+ "-" "the last one"$')
                self.assertEqual(seoul.stop(), 0)
                self.nodes.remove(seoul)
                shutil.rmtree(seoul.data)
                (pathlib.Path(self.folder) / "access.log").unlink()

    def test_it_is_off_unless_somebody_wants_it(self):
        seoul, text = self.started()
        get(seoul, "/healthz")
        seoul.stop()
        self.assertEqual(text(), "")

    def test_an_audit_line_says_from_where(self):
        seoul = self.node("seoul")
        token = account(seoul, "boss", "operator")
        self.assertEqual(post(seoul, "/api/v1/reindex", {}, bearer(token)).status, 202)
        lines = {line["action"]: line for line in seoul.json("audit")["items"]}
        self.assertEqual(lines["reindex"]["from"], "127.0.0.1")
        self.assertEqual(lines["addToken"]["from"], f"unix:{pwd.getpwuid(os.getuid()).pw_name}")
        self.assertIn("unix:", seoul.run("audit"))


class Rules(unittest.TestCase):
    @needs.machine(lambda: "" if PROMTOOL else "promtool: deploy/setup --tests, or KOINON_PROMTOOL")
    def test_alerts_come_when_they_should_and_not_else(self):
        for command in (["check", "rules", "koinon.rules.yml"], ["test", "rules", "koinon.rules.test.yml"], ["check", "config", "--syntax-only", "prometheus.example.yml"]):
            done = subprocess.run([PROMTOOL, *command], cwd=MONITORING, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_has_a_test_and_a_section_of_the_runbook(self):
        rules, tests = ((MONITORING / name).read_text() for name in ("koinon.rules.yml", "koinon.rules.test.yml"))
        alerts = re.findall(r"- alert: (\w+)", rules)
        self.assertEqual(len(alerts), len(set(alerts)))
        for alert in alerts:
            self.assertIn(alert, tests)
        for section in re.findall(r'runbook: "(.+)"', rules):
            self.assertIn(section, sections("RUNBOOK"))

    @needs.machine(lambda: "" if PROMTOOL else "promtool: deploy/setup --tests, or KOINON_PROMTOOL")
    def test_the_dashboards_expressions_parse(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rules.json"  # YAML takes JSON
            filled = [expr.replace("$__rate_interval", "5m") for expr in expressions()]
            file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": [{"record": f"panel:{i}", "expr": expr} for i, expr in enumerate(filled)]}]}))
            done = subprocess.run([PROMTOOL, "check", "rules", "--lint=none", str(file)], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_dashboard_is_one(self):
        """What Grafana asks of a dashboard's JSON model: its panels stand side by side, with a source and a query each."""
        board = dashboard()
        self.assertEqual({key: type(board[key]) for key in ("title", "uid", "schemaVersion", "version", "panels", "templating", "time", "annotations")},
                         {"title": str, "uid": str, "schemaVersion": int, "version": int, "panels": list, "templating": dict, "time": dict, "annotations": dict})
        self.assertNotIn("id", board, "it gets one where it is imported")
        variables = {one["name"]: one for one in board["templating"]["list"]}
        self.assertEqual(variables["datasource"]["type"], "datasource")
        ids, taken = set(), set()
        for panel in board["panels"]:
            self.assertNotIn(panel["id"], ids)
            ids.add(panel["id"])
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, f"{panel['title']} lies on another panel")
            taken |= cells
            if panel["type"] == "row":
                continue
            self.assertIn(panel["type"], ("stat", "table", "timeseries"))
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"})
            self.assertTrue(panel["targets"] and panel["description"], panel["title"])
            self.assertEqual(len({target["refId"] for target in panel["targets"]}), len(panel["targets"]))
            for target in panel["targets"]:
                unknown = set(re.findall(r"\$(\w+)", target["expr"])) - set(variables) - {"__rate_interval"}
                self.assertEqual(unknown, set(), panel["title"])


if __name__ == "__main__":
    unittest.main()
