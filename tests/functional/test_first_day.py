"""The first day of two cities, by the commands of RUNBOOK, "The first day", as they are written there: from nothing to
peers behind nginx, with single sign-on, mail and monitoring. The commands are counted.

nginx is the real one. Where they need root, systemd or Debian's archive, programs of the test stand in: each city has a
folder in the place of /, which the "package" fills as Debian's does. package/test_installed.py has the package itself."""

import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import ssl
import subprocess
import unittest

import yaml

import needs
from api import practice
from documents import blocks, runs
from mail_sink import MailSink
from nodes import BIN, DEADLINE, MARKS, TOP, USUAL, NodesTest, free_port, wait_for
from test_proxies import Answer, Connection, LoginProgram, filled

MOST = 17  # commands and edits of one city
SHIPPED = "notes.city.example"
PROMTOOL = os.environ.get("KOINON_PROMTOOL") or needs.find("promtool")

# Without root and without systemd. $ROOT is the city's folder in the place of /.
STAND_INS = {
    "apt-get": 'exec "$ROOT/package"',
    "runuser": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "koinon": 'exec {bin}/koinon --data "$ROOT/var/lib/koinon" "$@"',
    "koinond": 'exec {bin}/koinond --data "$ROOT/var/lib/koinon" --config "$ROOT/etc/koinon/koinond.toml" "$@"',
    "install": 'for last; do :; done; umask 077; cat >"$last"',
    "systemctl": """
case "$*" in
  "start koinond")
    setsid koinond --ready-file "$ROOT/run/ready" </dev/null >>"$ROOT/koinond.log" 2>&1 &
    echo $! >"$ROOT/run/koinond.pid"
    until [ -s "$ROOT/run/ready" ]; do kill -0 $!; sleep 0.05; done ;;
  "reload prometheus") ;;
  "reload nginx") exec {nginx} -e "$ROOT/error.log" -p "$ROOT" -c "$ROOT/etc/nginx/nginx.conf" -s reload ;;
  *) echo "systemctl: this one knows no $*" >&2; exit 4 ;;
esac
""",
}


def commands(block):
    """The commands of a block, each with the lines that belong to it."""
    out, end = [], None
    for line in block.splitlines():
        if end is None:
            out.append(line)
            found = re.search(r"<<(\w+)", line)
            end = found and found.group(1)
        else:
            out[-1] += "\n" + line
            end = None if line == end else end
    return [command for command in out if command]


class City:
    """A machine on which nothing is yet."""

    def __init__(self, name, display_name, country, person, test):
        self.name, self.site, self.person = f"{name}.example", f"notes.{name}.example", person
        self.root = pathlib.Path(test.folder) / name
        self.port, self.plain_port, self.peer_port = free_port(), free_port(), free_port()
        self.sink = MailSink(test)
        self.login = LoginProgram()
        test.addCleanup(self.login.server_close)
        test.addCleanup(self.login.shutdown)
        self.count = 0
        self.said = []
        self.variables = {
            "NAME": self.name, "DISPLAY_NAME": display_name, "COUNTRY": country, "SITE": self.site, "PEERS": f"127.0.0.1:{self.peer_port}",
            "MAIL": f"smtp://127.0.0.1:{self.sink.port}", "PACKAGE": "./koinon_0.1.0+deb12_amd64.deb", "ADMIN": "it", "ADMIN_MAIL": f"it@{self.name}",
            "PERSON": person, "PERSON_MAIL": f"{person}@{self.name}"}
        self.mark = MARKS.folder()
        self.make_machine()

    def here(self, text):
        """Paths of a machine of its own, in the folder that stands for it."""
        return re.sub(r"(?<![\w.])/(etc|run|usr/share/doc)/", rf"{self.root}/\1/", text)

    def make_machine(self):
        for folder in ("bin", "run", "etc/nginx/conf.d", "etc/prometheus", f"etc/ssl/{self.site}", "var/lib"):
            (self.root / folder).mkdir(parents=True)
        for name, text in STAND_INS.items():
            (self.root / "bin" / name).write_text("#!/bin/bash\nset -eu\n" + text.format(bin=BIN, nginx=needs.find("nginx")) + "\n")
        (self.root / "package").write_text(f"#!/bin/bash\nset -eu\n{self.package()}\n")
        for file in [*(self.root / "bin").iterdir(), self.root / "package"]:
            file.chmod(0o755)
        certificate = self.root / "etc/ssl" / self.site
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={self.site}",
                        "-addext", f"subjectAltName=DNS:{self.site}", "-keyout", certificate / "privkey.pem", "-out", certificate / "fullchain.pem"],
                       check=True, capture_output=True)
        # As Debian's nginx.conf: it reads conf.d, and compresses HTML.
        kept = "".join(f"  {what}_temp_path {self.root}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.root / "etc/nginx/nginx.conf").write_text(
            f"{user} pid {self.root}/run/nginx.pid; error_log {self.root}/error.log;\nevents {{}}\n"
            f"http {{\n  access_log off; gzip on;\n{kept}  include {self.root}/etc/nginx/conf.d/*.conf;\n}}\n")

    def package(self):
        """What apt-get does: files as deploy/debian/rules has them, with the ports that this machine has free; nginx runs."""
        documents = self.root / "usr/share/doc/koinon"
        documents.mkdir(parents=True)
        shutil.copytree(TOP / "deploy/monitoring", documents / "monitoring")
        (documents / "proxies").mkdir()
        site = (TOP / "deploy/proxies/nginx-sso.conf").read_text()
        (documents / "proxies/nginx-sso.conf").write_text(filled(self.here(site), {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};", "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "127.0.0.1:4180": f"127.0.0.1:{self.login.server_port}"}))
        folder = re.search(r"^d /run/(\S+) ", (TOP / "deploy/systemd/tmpfiles.d/koinon-proxy.conf").read_text(), re.M).group(1)
        # As everywhere else in the tests: this machine alone hears it, and mail goes without TLS.
        own = f'listen = "127.0.0.1"\npeer.port = {self.peer_port}\nmail.plain = true\nsend.backoff_seconds = 1\n'
        return f"""
mkdir -m 0700 "$ROOT/var/lib/koinon" "$ROOT/run/{folder}"
mkdir "$ROOT/etc/koinon"
{{ koinon config default; printf '{own}'; }} >"$ROOT/etc/koinon/koinond.toml"
{needs.find("nginx")} -e "$ROOT/error.log" -p "$ROOT" -c "$ROOT/etc/nginx/nginx.conf"
"""

    def type(self, command, check=True, stdin=subprocess.DEVNULL, **variables):
        """The administrator types a command of RUNBOOK."""
        self.count += 1
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(command)], stdin=stdin, capture_output=True, text=True, timeout=DEADLINE, umask=USUAL,
            env={**os.environ, **self.variables, **variables, "ROOT": str(self.root), "RUNTIME_DIRECTORY": str(self.mark),
                 "PATH": f"{self.root}/bin:{os.environ['PATH']}"})
        if check and done.returncode != 0:
            raise AssertionError(f"{command}\nexit {done.returncode}: {done.stdout}{done.stderr}\n{self.log()}")
        self.said.append(done.stdout)
        return done

    def says_yes(self, command, **variables):
        terminal, end = pty.openpty()
        try:
            os.write(terminal, b"y\n")
            return self.type(command, stdin=end, **variables)
        finally:
            os.close(terminal)
            os.close(end)

    def log(self):
        return "".join(file.read_text()[-3000:] for file in (self.root / "koinond.log", self.root / "error.log") if file.exists())

    def koinon(self, *arguments):
        """What the test itself, or a program that watches, wants to know; it is not counted."""
        done = subprocess.run([BIN / "koinon", "--data", self.root / "var/lib/koinon", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE)
        if "doctor" not in arguments and done.returncode != 0:
            raise AssertionError(f"{arguments}: exit {done.returncode}: {done.stdout}{done.stderr}\n{self.log()}")
        return done.stdout

    def ask(self, method, path, value=None, person=None, **headers):
        """Of a browser or a program elsewhere: by the name of the site, over TLS."""
        context = ssl.create_default_context(cafile=self.root / "etc/ssl" / self.site / "fullchain.pem")
        connection = Connection(self.port, context, "127.0.0.1", self.site)
        body = None if value is None else json.dumps(value)
        if person:
            headers |= {"Cookie": f"login={person}", "Koinon-CSRF": "1", "Origin": f"https://{self.site}"}
        try:
            connection.request(method, path, body, headers | ({"Content-Type": "application/json"} if body else {}))
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def titles(self):
        return [item["title"] for item in self.ask("GET", "/api/v1/records", person=self.person).json()["items"]]

    def end(self):
        for name in ("koinond", "nginx"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                pid = int((self.root / "run" / f"{name}.pid").read_text())
                os.kill(pid, signal.SIGTERM)
                wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), f"{name} has ended")


@needs.program("nginx")
class FirstDay(NodesTest):
    def setUp(self):
        super().setUp()
        self.seoul = City("seoul", "Seoul", "KR", "minji", self)
        self.la = City("la", "Los Angeles", "US", "maria", self)
        self.cities = [self.seoul, self.la]

    def tearDown(self):
        for city in self.cities:
            city.end()
        super().tearDown()

    @runs("The first day")
    def test_two_cities_from_nothing(self):
        installs, begins, opens, lets_in, invites, joins, watches, looks = blocks("The first day")
        for city in self.cities:
            for block in (installs, begins, opens, lets_in):
                for command in commands(block):
                    city.type(command)
            wait_for(lambda: city.ask("GET", "/healthz").status == 200, "nginx has read its new file")
            self.assertRegex(city.said[-2], f"^{city.person} signs in through the city's sign-in page")
            # There is only one configuration, and all commands go by it.
            self.assertIn(f"https://{city.site}/welcome/", city.koinon("user", "link", city.person))
        line = self.seoul.type(invites.strip(), OTHER=self.la.name).stdout.split()[0]
        self.la.says_yes(joins.strip(), INVITE=line)
        for city in self.cities:
            wait_for(lambda: "1 of 1 connected" in city.koinon("status"), "they are peers")
            for command in commands(watches):
                city.type(command)
            self.assertRegex(city.koinon("check"), "^KOINON OK - ")
            sends, examines = commands(looks)
            city.type(sends)
            self.check_test_mail(city)
            self.check_doctor(city, city.type(examines, check=False))
        self.check_logins()
        self.check_mail()
        self.check_notes()
        self.check_measures()
        for city in self.cities:
            print(f"{city.name}: {city.count} commands and edits")
            self.assertLessEqual(city.count, MOST)
        self.ran += [installs, begins, opens, lets_in, invites, joins, watches, looks]

    def check_doctor(self, city, done):
        """Nothing but what this machine of the tests is: its clock, and an address that is its own."""
        findings = json.loads(city.koinon("--json", "doctor"))["findings"]
        others = [one for one in findings if one["id"].split(".")[0] != "clock" and one["id"] != "ports.address_loopback"]
        self.assertEqual(others, [])
        self.assertEqual(done.returncode, 1 if findings else 0)

    def check_test_mail(self, city):
        self.assertRegex(city.said[-1], rf"^127\.0\.0\.1:\d+ took the mail for it@{city.name}: 250 ")
        self.assertEqual([envelope.rcpt_tos for envelope in city.sink.got], [[f"it@{city.name}"]])
        city.sink.got.clear()

    def check_logins(self):
        """Who is not logged in is led to the login program, not to a page for a password that nobody has."""
        for city in self.cities:
            first = city.ask("GET", "/")
            self.assertEqual((first.status, first.headers["Location"]), (303, "/login?next=%2F"))
            led = city.ask("GET", first.headers["Location"])
            self.assertEqual(led.status, 302)
            self.assertRegex(led.headers["Location"], rf"^https://{city.site}(:\d+)?/oauth2/sign_in\?rd=%2F$")
            self.assertEqual(city.ask("GET", "/api/v1/me").status, 401)
            self.assertEqual(city.ask("GET", "/api/v1/me", **{"X-Remote-User": "it"}).status, 401)
            for person, role in ((city.person, "publisher"), ("it", "operator")):
                me = city.ask("GET", "/api/v1/me", person=person).json()
                self.assertEqual((me["name"], me["role"]), (person, role))
            self.assertEqual(city.ask("GET", "/api/v1/me", person="operator").status, 403, "no account of a name that anybody may have")
            page = city.ask("GET", "/operate/accounts", person="it")
            self.assertEqual(page.status, 200)

    def check_mail(self):
        wish = self.seoul.ask("PUT", "/api/v1/accounts/minji/mail", {"at_once": True}, person="minji")
        self.assertEqual(wish.status, 200, wish.body)
        asked = self.la.ask("POST", "/api/v1/records", {
            "kind": "question", "language": "en", "topics": ["health/testing"], "to": ["seoul.example"], "hold": 1,
            "content": {"title": "How do drivers register?", "text": "We open a site next week."}}, person="maria")
        self.assertIn(asked.status, (201, 202), asked.body)
        wait_for(lambda: self.seoul.sink.got, "the question comes by mail")
        envelope = self.seoul.sink.got[0]
        self.assertEqual((envelope.rcpt_tos, envelope.mail_from), (["minji@seoul.example"], "koinon@seoul.example"))
        message = self.seoul.sink.messages()[0]
        self.assertEqual(message["Subject"], "la.example: How do drivers register?")
        self.assertIn(f"https://{self.seoul.site}/records/la.example/", message.get_body(("plain",)).get_content())
        wait_for(lambda: "sent" in self.seoul.koinon("deliveries", "--mail"), "the operator sees that it was taken")

    def check_notes(self):
        made = self.seoul.ask("POST", "/api/v1/records", practice("Testing from the car") | {"hold": 1}, person="minji")
        self.assertEqual(made.status, 202, made.body)
        wait_for(lambda: "Testing from the car" in self.la.titles(), "the other city has the first note")

    def check_measures(self):
        """As Prometheus would, by the file that is in its place."""
        for city in self.cities:
            config = yaml.safe_load((city.root / "etc/prometheus/prometheus.yml").read_text())
            job = config["scrape_configs"][0]
            self.assertEqual((job["scheme"], job["static_configs"]), ("https", [{"targets": [city.site]}]))
            token = pathlib.Path(city.here(job["authorization"]["credentials_file"])).read_text().strip()
            self.assertTrue(all(pathlib.Path(city.here(rules)).exists() for rules in config["rule_files"]))
            answer = city.ask("GET", "/metrics", Authorization=f"{job['authorization']['type']} {token}")
            self.assertEqual(answer.status, 200, answer.body)
            for line in ("koinon_ready 1", "koinon_peers_connected 1", 'koinon_signing_state{state="ready"} 1', 'koinon_deliveries_waiting{kind="mail"} 0'):
                self.assertIn(line, answer.body.decode().splitlines())
            self.assertEqual(city.ask("GET", "/api/v1/records", Authorization=f"Bearer {token}").status, 403, "it opens nothing else")
            if needs.has(self.id(), PROMTOOL, "promtool"):
                checked = subprocess.run([PROMTOOL, "check", "metrics"], input=answer.body, capture_output=True, timeout=DEADLINE)
                self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
