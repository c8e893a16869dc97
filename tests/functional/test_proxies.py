"""The reverse proxies of deploy/proxies, each as it is shipped, before a real node: who reads comes in, and nobody who
is not logged in is anybody.

A test changes in the shipped file what every operator changes (ports, paths, the lines marked "choose"), and nothing
else. The name of the site stays: the client asks for that name, at a port of this machine."""

import getpass
import grp
import gzip
import http.client
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import unittest

import needs
from api import account, bearer, practice
from nodes import TOP, NodesTest, free_port, wait_for

SITE = "notes.city.example"
SECRET = "what only the proxy knows"
LARGEST = 64 << 20  # bytes of a file


def is_open(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def choose(text, taken, left=None):
    """The shipped text with the line `taken`, which stands there as a comment, in the place of the line `left`."""
    out, changed = [], set()
    for line in text.split("\n"):
        bare = line.strip()
        if bare == f"# {taken}":
            line, changed = line.replace("# ", "", 1), changed | {taken}
        elif left and bare == left:
            line, changed = line.replace(left, f"# {left}"), changed | {left}
        out.append(line)
    assert changed == ({taken, left} if left else {taken}), f"the shipped file has no such lines: {taken} {left}"
    return "\n".join(out)


def filled(text, places):
    for place, value in places.items():
        assert place in text, f"the shipped file does not have {place}"
        text = text.replace(place, str(value))
    return text


class Connection(http.client.HTTPSConnection):
    """To the site, which is at a port of this machine; from an address of this machine."""

    def __init__(self, port, context, source, site=SITE):
        super().__init__(site, timeout=120, context=context)
        self.there, self.source, self.site = ("127.0.0.1", port), (source, 0), site

    def connect(self):
        bare = socket.create_connection(self.there, self.timeout, self.source)
        self.sock = self._context.wrap_socket(bare, server_hostname=self.site)


class Answer:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    def json(self):
        return json.loads(self.body)


class LoginProgram(http.server.ThreadingHTTPServer):
    """Stands in for oauth2-proxy: the cookie `login` says who somebody is."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = (self.headers["Cookie"] or "").partition("login=")[2]
            self.send_response(202 if name else 401)
            if name:
                self.send_header("X-Auth-Request-Preferred-Username", name)
            self.end_headers()

        def log_message(self, *args):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ProxyTest(NodesTest):
    def setUp(self):
        super().setUp()
        self.top = pathlib.Path(self.folder) / "proxy"
        self.top.mkdir()
        self.certificate(self.top / "site", SITE, f"DNS:{SITE}")
        self.port, self.plain_port = free_port(), free_port()
        self.socket = self.top / "http.sock"
        self.process = None

    def tearDown(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
        super().tearDown()

    def certificate(self, path, name, alternative):
        """PATH.pem and PATH.key, signed by themselves; PATH.both has both."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName={alternative}", "-keyout", f"{path}.key", "-out", f"{path}.pem"], check=True, capture_output=True)
        pathlib.Path(f"{path}.both").write_text(pathlib.Path(f"{path}.pem").read_text() + pathlib.Path(f"{path}.key").read_text())

    def node_behind(self, *, through_socket=False, sso=True, secret=False):
        """Seoul, as the head of the proxy's file says that it is set up."""
        file = pathlib.Path(self.folder) / "sso-secret"
        file.write_text(SECRET + "\n")
        file.chmod(0o600)
        options = ["--http-url", f"https://{SITE}"]
        options += ["--http-proxy-socket", self.socket] if through_socket else ["--http-proxies", "127.0.0.1"]
        if sso:
            options += ["--http-sso-header", "X-Remote-User"]
            options += ["--http-sso-secret-file", file] if secret or not through_socket else []
        self.seoul = self.node("seoul", *options)
        self.seoul.run("user", "add", "press", "--role", "publisher")
        return self.seoul

    def run_proxy(self, *command, environment=None):
        log = open(self.top / "output", "ab")
        with log:
            self.process = subprocess.Popen([needs.find(command[0]), *map(str, command[1:])], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=os.environ | {"HOME": str(self.top), **(environment or {})})

        def serves():
            self.assertIsNone(self.process.poll(), (self.top / "output").read_text())
            return is_open(self.port) and is_open(self.plain_port)
        wait_for(serves, f"{command[0]} serves")

    def connection(self, source="127.0.0.1", person=None):
        context = ssl.create_default_context(cafile=f"{self.top}/site.pem")
        if person:
            context.load_cert_chain(f"{person}.pem", f"{person}.key")
        return Connection(self.port, context, source)

    def ask(self, method, path, body=None, headers=None, **kwargs):
        connection = self.connection(**kwargs)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def check_site(self):
        """Pages and API over TLS, coded as asked; who comes without TLS is led there."""
        page = self.ask("GET", "/")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        plain = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=60)
        plain.request("GET", "/?q=heat", headers={"Host": SITE})
        led = plain.getresponse()
        plain.close()
        self.assertIn(led.status, (301, 308))
        self.assertIn(led.headers["Location"], (f"https://{SITE}/?q=heat", f"https://{SITE}:{self.port}/?q=heat"))
        whole = self.ask("GET", "/api/v1/openapi.json")
        self.assertNotIn("Content-Encoding", whole.headers)
        short = self.ask("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(short.headers["Content-Encoding"], "gzip")
        self.assertLess(len(short.body), len(whole.body) / 4)
        self.assertEqual(gzip.decompress(short.body), whole.body)
        again = self.ask("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip", "If-None-Match": short.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def check_addresses(self):
        """Limits count by the address of the visitor, whatever the visitor writes."""
        def guess(source, number):
            return self.ask("GET", "/api/v1/me", source=source, headers={
                "Authorization": "Bearer koinon_" + 52 * "a", "X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}).status
        seen = [guess("127.0.0.2", 0)]
        while seen[-1] == 401 and len(seen) < 250:
            seen.append(guess("127.0.0.2", len(seen)))
        self.assertEqual((seen[0], seen[-1]), (401, 429), f"after {len(seen)} guesses from one address")
        self.assertEqual(guess("127.0.0.3", 0), 401, "another visitor has guesses left")

    def check_outsiders(self):
        for headers in ({"X-Remote-User": "press"}, {"X-Remote-User": "press", "Koinon-SSO-Secret": SECRET},
                        {"x-remote-user": "press", "KOINON-SSO-SECRET": SECRET, "X-Forwarded-For": "127.0.0.1"}):
            self.assertEqual(self.ask("GET", "/api/v1/me", headers=headers).status, 401, headers)

    def check_stream(self):
        """The head and the first line come at once, and each event before the next is published."""
        connection = self.connection()
        connection.request("GET", "/api/v1/events", headers={"Accept-Encoding": "gzip, br"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Content-Encoding"], answer.readline()), (200, None, b": here\n"))
        for i in range(3):
            ref = self.seoul.publish(f"Note {i}")
            line = b"-"
            while line and ref.encode() not in line:
                line = answer.readline()
            self.assertIn(ref.encode(), line)
        connection.close()

    def check_upload(self):
        token = self.seoul.run("token", "add", "press", "--scope", "publisher").strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        content = os.urandom(1 << 20) * (LARGEST >> 20)
        sent = self.ask("POST", "/api/v1/attachments", content, headers)
        self.assertEqual(sent.status, 201, sent.body[:300])
        self.assertEqual(sent.json()["size"], LARGEST)
        try:
            self.assertEqual(self.ask("POST", "/api/v1/attachments", b"x" * (LARGEST + 1), headers).status, 413)
        except OSError:
            pass  # some proxies hang up while it is still sent

    def check_person(self, **kwargs):
        """Who is logged in is that account. What they get may have secrets: nobody on the way compresses it."""
        headers = {"Accept-Encoding": "gzip, br", **kwargs.pop("headers", {})}
        me = self.ask("GET", "/api/v1/me", headers=headers, **kwargs)
        self.assertEqual((me.status, me.status == 200 and me.json()["name"]), (200, "press"))
        page = self.ask("GET", "/", headers=headers, **kwargs)
        self.assertEqual((page.status, page.headers["Content-Encoding"]), (200, None))
        self.assertIn(b'name="csrf"', page.body)
        self.assertEqual(self.ask("GET", "/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"], "gzip", "a visitor's is")


@needs.program("nginx")
class Nginx(ProxyTest):
    SOCKET, TCP = "server unix:/run/koinon-proxy/http.sock;", "server 127.0.0.1:8471;"
    SECRET = ("include /etc/nginx/koinon-sso-secret;", 'proxy_set_header Koinon-SSO-Secret "";')

    def serve(self, name, places, through_socket=False, choices=()):
        text = (TOP / "deploy/proxies" / name).read_text()
        taken, left = (self.SOCKET, self.TCP) if through_socket else (self.TCP, self.SOCKET)
        if f"# {taken}" in text:
            text = choose(text, taken, left)
        for choice in choices:
            text = choose(text, *choice)
        there = {"/run/koinon-proxy/http.sock": self.socket} if through_socket else {"127.0.0.1:8471": f"127.0.0.1:{self.seoul.http_port}"}
        (self.top / "koinon.conf").write_text(filled(text, {
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};", "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            f"/etc/ssl/{SITE}/fullchain.pem": f"{self.top}/site.pem", f"/etc/ssl/{SITE}/privkey.pem": f"{self.top}/site.key", **there, **places}))
        # As Debian's nginx.conf: it reads conf.d, and compresses HTML.
        kept = "".join(f"  {what}_temp_path {self.top}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.top / "nginx.conf").write_text(
            f"daemon off; {user} pid {self.top}/pid; error_log {self.top}/error.log;\nevents {{}}\n"
            f"http {{\n  access_log off; gzip on;\n{kept}  include {self.top}/koinon.conf;\n}}\n")
        self.run_proxy("nginx", "-e", self.top / "error.log", "-p", self.top, "-c", self.top / "nginx.conf")

    def test_visitors_streams_and_uploads(self):
        self.node_behind()
        self.serve("nginx.conf", {})
        self.check_site()
        self.check_outsiders()
        self.check_stream()
        self.check_upload()
        self.check_addresses()

    def test_through_the_unix_socket(self):
        self.node_behind(through_socket=True)
        self.serve("nginx.conf", {}, through_socket=True)
        self.check_site()
        self.check_outsiders()
        self.check_stream()
        self.check_addresses()

    def single_sign_on(self, through_socket, secret):
        login = LoginProgram()
        self.addCleanup(login.server_close)
        self.addCleanup(login.shutdown)
        self.node_behind(through_socket=through_socket)
        (self.top / "secret").write_text(f'proxy_set_header Koinon-SSO-Secret "{secret}";\n')
        self.serve("nginx-sso.conf", {"127.0.0.1:4180": f"127.0.0.1:{login.server_port}", "/etc/nginx/koinon-sso-secret": self.top / "secret"}, through_socket,
                   () if through_socket else (self.SECRET,))
        self.check_outsiders()
        self.check_person(headers={"Cookie": "login=press"})
        self.assertEqual(self.ask("GET", "/api/v1/me", headers={"Cookie": "login=press", "X-Remote-User": "operator"}).json()["name"], "press")
        self.assertEqual(self.ask("GET", "/api/v1/me", headers={"Cookie": "login=stranger"}).status, 403, "no account of that name")
        self.assertEqual(self.ask("GET", "/who-is-it").status, 404)
        self.assertEqual(self.ask("GET", "/oauth2/auth").status, 401, "the login program's own pages")
        led = self.ask("GET", "/login?next=%2Fdesk")
        self.assertEqual((led.status, led.headers["Location"]), (302, f"https://{SITE}:{self.port}/oauth2/sign_in?rd=%2Fdesk"))
        kept = self.ask("POST", "/api/v1/drafts", json.dumps(practice("Heat plan")), {
            "Cookie": "login=press", "Koinon-CSRF": "1", "Content-Type": "application/json", "Origin": f"https://{SITE}"})
        self.assertEqual(kept.status, 201, kept.body)
        self.check_stream()
        self.check_outage(login)

    def check_outage(self, login):
        """The login program is down: everybody is a visitor, and who needs no login goes on."""
        login.shutdown()
        login.server_close()
        self.assertEqual(self.ask("GET", "/healthz").status, 200)
        self.assertEqual(self.ask("GET", "/api/v1/me", headers={"Cookie": "login=press"}).status, 401)
        token = bearer(account(self.seoul, "scripts", "reader"))
        self.assertEqual(self.ask("GET", "/api/v1/me", headers=token).json()["name"], "scripts")

    def test_single_sign_on_by_secret(self):
        self.single_sign_on(False, SECRET)

    def test_single_sign_on_by_socket(self):
        self.single_sign_on(True, "")

    def without_the_secret(self, through_socket, guess):
        login = LoginProgram()
        self.addCleanup(login.server_close)
        self.addCleanup(login.shutdown)
        self.node_behind(through_socket=through_socket, secret=True)
        (self.top / "secret").write_text(f'proxy_set_header Koinon-SSO-Secret "{guess}";\n')
        self.serve("nginx-sso.conf", {"127.0.0.1:4180": f"127.0.0.1:{login.server_port}", "/etc/nginx/koinon-sso-secret": self.top / "secret"}, through_socket, (self.SECRET,))
        self.assertEqual(self.ask("GET", "/api/v1/me", headers={"Cookie": "login=press"}).status, 401)

    def test_a_wrong_secret_logs_nobody_in(self):
        self.without_the_secret(False, "what somebody guessed")

    def test_where_there_is_a_secret_the_socket_is_not_enough(self):
        self.without_the_secret(True, "")


@needs.program("haproxy")
class HAProxy(ProxyTest):
    BIND = "bind :443 ssl crt /etc/haproxy/notes.city.example.pem alpn h2,http/1.1"
    PEOPLE = BIND + " ca-file /etc/haproxy/people-ca.pem verify optional"
    SOCKET = ("server node unix@/run/koinon-proxy/http.sock", "server node 127.0.0.1:8471")
    PERSON = "http-request set-header X-Remote-User %[ssl_c_s_dn(CN)] if { ssl_c_used } { ssl_c_verify 0 }"
    PROOF = "http-request set-header Koinon-SSO-Secret %[env(KOINON_SSO_SECRET)]"

    def serve(self, sso=False, through_socket=False):
        text = (TOP / "deploy/proxies/haproxy.cfg").read_text()
        places = {}
        if sso:
            text = choose(text, self.PEOPLE, self.BIND)
            text = choose(choose(text, self.PERSON), self.PROOF)
            places["/etc/haproxy/people-ca.pem"] = f"{self.top}/people.pem"
        if through_socket:
            text = choose(text, *self.SOCKET)
        places |= {"/run/koinon-proxy/http.sock": self.socket} if through_socket else {"127.0.0.1:8471": f"127.0.0.1:{self.seoul.http_port}"}
        (self.top / "haproxy.cfg").write_text(filled(text, {
            "bind :80\n": f"bind 127.0.0.1:{self.plain_port}\n", "bind :443 ": f"bind 127.0.0.1:{self.port} ",
            f"/etc/haproxy/{SITE}.pem": f"{self.top}/site.both", "user haproxy": f"user {getpass.getuser()}",
            "group haproxy": f"group {grp.getgrgid(os.getegid()).gr_name}", "log /dev/log local0": "log stderr format raw local0", **places}))
        self.run_proxy("haproxy", "-db", "-f", self.top / "haproxy.cfg", environment={"KOINON_SSO_SECRET": "" if through_socket else SECRET})

    def test_visitors_streams_and_uploads(self):
        self.node_behind()
        self.serve()
        self.check_site()
        self.check_outsiders()
        self.check_stream()
        self.check_upload()
        self.check_addresses()

    def test_through_the_unix_socket(self):
        self.node_behind(through_socket=True)
        self.serve(through_socket=True)
        self.check_site()
        self.check_outsiders()
        self.check_stream()
        self.check_addresses()

    def single_sign_on(self, through_socket):
        self.certificate(self.top / "people", "press", "email:press@city.example")  # it is its own authority
        self.certificate(self.top / "forged", "press", "email:press@city.example")
        self.node_behind(through_socket=through_socket)
        self.serve(sso=True, through_socket=through_socket)
        self.check_outsiders()
        self.check_person(person=self.top / "people")
        self.assertEqual(self.ask("GET", "/api/v1/me", headers={"X-Remote-User": "operator"}, person=self.top / "people").json()["name"], "press")
        with self.assertRaises(OSError):  # TLS ends, or the connection does
            self.ask("GET", "/api/v1/me", person=self.top / "forged")

    def test_single_sign_on_by_secret(self):
        self.single_sign_on(False)

    def test_single_sign_on_by_socket(self):
        self.single_sign_on(True)


@needs.program("caddy")
class Caddy(ProxyTest):
    SOCKET = ("reverse_proxy unix//run/koinon-proxy/http.sock {", "reverse_proxy 127.0.0.1:8471 {")
    LOGIN = ("forward_auth 127.0.0.1:4180 {", "uri /oauth2/auth", "copy_headers X-Auth-Request-Preferred-Username>X-Remote-User", "}",
             'request_header Koinon-SSO-Secret "{$KOINON_SSO_SECRET}"')

    def serve(self, login=None, through_socket=False):
        text = (TOP / "deploy/proxies/Caddyfile").read_text()
        places = {}
        if login:
            for line in self.LOGIN:
                text = choose(text, line)
            places["127.0.0.1:4180"] = f"127.0.0.1:{login.server_port}"
        if through_socket:
            text = choose(text, *self.SOCKET)
        # Its block of `reverse_proxy` begins in one of two lines; the other one stays a comment.
        places |= {"unix//run/koinon-proxy/http.sock": f"unix/{self.socket}"} if through_socket else {"127.0.0.1:8471": f"127.0.0.1:{self.seoul.http_port}"}
        # No authority is asked for a certificate of this name.
        places[f"\n{SITE} {{"] = f"\n{SITE} {{\n\ttls {self.top}/site.pem {self.top}/site.key"
        ports = f"{{\n\tadmin off\n\thttp_port {self.plain_port}\n\thttps_port {self.port}\n}}\n"
        (self.top / "Caddyfile").write_text(ports + filled(text, places))
        self.run_proxy("caddy", "run", "--config", self.top / "Caddyfile", "--adapter", "caddyfile", environment={"KOINON_SSO_SECRET": SECRET})

    def test_visitors_streams_and_uploads(self):
        self.node_behind()
        self.serve()
        self.check_site()
        self.check_outsiders()
        self.check_stream()
        self.check_upload()
        self.check_addresses()

    def test_single_sign_on_through_the_unix_socket(self):
        login = LoginProgram()
        self.addCleanup(login.server_close)
        self.addCleanup(login.shutdown)
        self.node_behind(through_socket=True)
        self.serve(login, through_socket=True)
        self.check_outsiders()
        me = self.ask("GET", "/api/v1/me", headers={"Cookie": "login=press", "X-Remote-User": "operator"})
        self.assertEqual(me.json()["name"], "press")
        self.assertEqual(self.ask("GET", "/", headers={"X-Remote-User": "press"}).status, 401, "nobody reads without a login")


if __name__ == "__main__":
    unittest.main()
