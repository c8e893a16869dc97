"""Strangers at the HTTP port: requests that lie about their length, crawl, swell, nest, climb, or pretend."""

import json
import pathlib
import socket
import time
import unittest

from api import account, ask, practice, without_own_script
from nodes import DEADLINE, NodesTest, peer, wait_for

HEAD = "Host: localhost\r\n"


class Hostile(NodesTest):
    def raw(self, data, node=None, half_close=True):
        """What the node says to these bytes until it closes."""
        with socket.create_connection(("127.0.0.1", (node or self.seoul).http_port), DEADLINE) as s:
            s.settimeout(DEADLINE)
            answer = b""
            try:
                s.sendall(data if isinstance(data, bytes) else data.encode())
                if half_close:
                    s.shutdown(socket.SHUT_WR)
                while part := s.recv(65536):
                    answer += part
            except OSError:  # it was cut off while it spoke
                pass
            return answer

    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul")

    def alive(self):
        self.assertEqual(ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/healthz").status, 200)

    def test_two_lengths_two_hosts_and_what_two_programs_would_read_differently(self):
        smuggled = "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for headers in ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n", "Content-Length: +5\r\n", "Content-Length: 0x5\r\n",
                        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding : chunked\r\n",
                        "Host: evil.example\r\n", "Content-Length: -1\r\n", " folded: x\r\n", "X: a\x00b\r\n", "X: a\x1bb\r\n"):
            answer = self.raw(f"POST /api/v1/sessions HTTP/1.1\r\n{HEAD}{headers}\r\n0\r\n\r\n{smuggled}")
            self.assertTrue(answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ")) or answer == b"", f"{headers!r}: {answer[:200]!r}")
            self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1, f"{headers!r}: what follows is no request of its own")
        self.alive()

    def test_headers_beyond_every_limit(self):
        for head in ("X: " + "a" * 20_000 + "\r\n", "".join(f"X{i}: a\r\n" for i in range(100)), "X" * 20_000):
            answer = self.raw(f"GET /healthz HTTP/1.1\r\n{HEAD}{head}\r\n")
            self.assertTrue(answer == b"" or answer.split(b" ")[1] in (b"400", b"413"), head[:20])
        for line in ("GET " + "/" * 20_000 + " HTTP/1.1", "GET http://evil.example/ HTTP/1.1", "GET /%zz HTTP/1.1", "GET /a b HTTP/1.1", "GET / HTTP/9.9",
                     "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "G\u00cbT / HTTP/1.1", "GET /%00 HTTP/1.1", "GET /%ff HTTP/1.1", "GET /?q=%ff HTTP/1.1"):
            answer = self.raw(f"{line}\r\n{HEAD}\r\n")
            self.assertTrue(answer == b"" or answer.split(b" ")[1] in (b"400", b"404", b"413"), line)
        self.alive()

    def test_an_address_that_is_not_encoded_says_so_to_programs_and_to_people(self):
        program, person = "", "Accept: text/html,*/*;q=0.8\r\nAccept-Language: it\r\n"
        for target in ("/search?q=citt\u00e0", "/caf%E9", "/a|b", "/100%", "/a b", "/search?q=a b c"):
            head, body = self.raw(f"GET {target} HTTP/1.1\r\n{HEAD}{program}\r\n").split(b"\r\n\r\n", 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 400 "), target)
            self.assertIn("percent-encode", json.loads(body)["detail"], target)
            if " " in target:
                continue  # the rest of such a line is not read
            head, body = self.raw(f"GET {target} HTTP/1.1\r\n{HEAD}{person}\r\n").split(b"\r\n\r\n", 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 400 "), target)
            self.assertIn(b"Content-Type: text/html", head, target)
            self.assertIn("codificare l\u2019indirizzo con percentuali", body.decode(), target)
        # What is at no address is said in the same way.
        self.assertIn(b"application/problem+json", self.raw(f"GET /nowhere HTTP/1.1\r\n{HEAD}{program}\r\n"))
        answer = self.raw(f"GET /nowhere HTTP/1.1\r\n{HEAD}{person}\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 404 "))
        self.assertIn(b"Content-Type: text/html", answer)
        self.alive()

    def test_a_stranger_that_crawls_is_cut_off_and_holds_up_nobody(self):
        slow = []
        try:
            for _ in range(300):
                s = socket.create_connection(("127.0.0.1", self.seoul.http_port), DEADLINE)
                s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX")
                slow.append(s)
            # From another address it is served, and the office's own commands are.
            with socket.socket() as other:
                other.bind(("127.0.0.2", 0))
                other.settimeout(DEADLINE)
                other.connect(("127.0.0.1", self.seoul.http_port))
                other.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 200"))
            self.seoul.run("status")
            began = time.monotonic()
            slow[0].settimeout(DEADLINE)
            while time.monotonic() - began < DEADLINE:  # a byte now and then does not keep it open
                try:
                    slow[0].sendall(b"a")
                    slow[0].settimeout(1)
                    if slow[0].recv(1000) == b"":
                        break
                except socket.timeout:
                    continue
                except (ConnectionResetError, BrokenPipeError):
                    break
            self.assertLess(time.monotonic() - began, DEADLINE, "it is cut off")
        finally:
            for s in slow:
                s.close()
        wait_for(lambda: ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/healthz").status == 200, "then everybody is served")

    def test_what_is_on_its_way_to_one_visitor_is_bounded(self):
        large = pathlib.Path(self.folder) / "large.bin"
        large.write_bytes(bytes(50 << 20))
        note = '+++\ntitle = "Large"\nlanguage = "en"\ntopics = ["health"]\n+++\nText.\n'
        ref = json.loads(self.seoul.run("--json", "publish", "-", "--attach", large, stdin=note.encode()))["ref"]
        digest = self.seoul.json("attachment", ref)["items"][0]["sha256"]
        target = f"/api/v1/records/{ref}/attachments/{digest}"

        def begin(address):
            """Asks for the file, and reads no more than the beginning of the answer."""
            s = socket.socket()
            self.addCleanup(s.close)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.bind((address, 0))
            s.settimeout(DEADLINE)
            s.connect(("127.0.0.1", self.seoul.http_port))
            s.sendall(f"GET {target} HTTP/1.1\r\n{HEAD}\r\n".encode())
            answer = b""
            while len(answer) < 12:
                answer += s.recv(12 - len(answer))
            return s, answer.split(b" ")[1]
        held = [begin("127.0.0.1") for _ in range(2)]
        self.assertEqual([status for _, status in held], [b"200", b"200"])
        self.assertEqual(begin("127.0.0.1")[1], b"429", "what nobody reads is in memory")
        self.assertEqual(begin("127.0.0.2")[1], b"200", "others are served")
        self.assertEqual(ask("GET", f"http://127.0.0.1:{self.seoul.http_port}/api/v1/records/{ref}").status, 200, "and so is what is short")
        for s, _ in held:
            s.close()
        wait_for(lambda: begin("127.0.0.1")[1] == b"200", "who has gone makes room")

    def test_bodies_too_large_too_deep_or_not_what_they_say(self):
        token = account(self.seoul, "press", "publisher")
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        headers = {"Authorization": f"Bearer {token}"}
        # Who may not ask is refused before anything of the body is sent.
        answer = self.raw(f"POST /api/v1/records HTTP/1.1\r\n{HEAD}Content-Length: 60000000\r\nExpect: 100-continue\r\n\r\n", half_close=False)
        self.assertTrue(answer.startswith(b"HTTP/1.1 401 "), answer[:100])
        answer = self.raw(f"POST /api/v1/records HTTP/1.1\r\n{HEAD}Authorization: Bearer {token}\r\nContent-Length: 60000000\r\nExpect: 100-continue\r\n\r\n", half_close=False)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:100])
        chunks = b"".join(b"10000\r\n" + b"a" * 0x10000 + b"\r\n" for _ in range(140))
        answer = self.raw(f"POST /api/v1/records HTTP/1.1\r\n{HEAD}Authorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 ") or answer == b"", answer[:100])
        for body, status in ((b"[" * 100_000, 400), (b'{"a":' * 50 + b"1" + b"}" * 50, 400), (b"{" + b'"a":1,' * 100_000, 400), (b"null", 400), (b"\xff\xfe", 400),
                             (b'{"kind":"practice","content":{"title":"\xff"}}', 400), (b"", 400), (b"1e999999", 400), (b'{"content":' + b"9" * 10000 + b"}", 400)):
            self.assertEqual(ask("POST", base + "/api/v1/records", body, headers).status, status, body[:40])
        self.alive()

    def test_paths_that_climb_reach_nothing(self):
        secret = (self.seoul.data / "keys" / "signing.key").read_bytes()
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/log/..%2f..%2fkeys/signing.key", "/api/v1/records/..%2f..%2f/1", "//etc/passwd",
                     "/feeds/city/..%2f..%2foffice.db.atom", "/feeds/topic/../../x.atom", "/log/seoul.example/tile/..%2f..%2f..%2fkeys", "/records/..%5c..%5c/1",
                     "/welcome/%2e%2e%2fx", "/api/v1/records/seoul.example/1/attachments/..%2f..%2fkeys%2fsigning.key"):
            answer = self.raw(f"GET {path} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")
            self.assertIn(answer.split(b" ")[1], (b"400", b"404", b"200"), path)
            if b" 200 " in answer[:15]:
                self.assertIn(b"Choose your password", answer, path)
            self.assertNotIn(secret[:40], answer)

    def test_another_sites_name_reads_nothing(self):
        for host in ("evil.example", "evil.example:80", "seoul.example", ""):
            answer = self.raw(f"GET /api/v1/records HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            self.assertIn(answer.split(b" ")[1], (b"403", b"400"), host)

    def test_the_log_and_the_audit_keep_one_line_a_change(self):
        name = "a%0d%0a2026-01-01 info: all is well%1b%5b2J"
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        token = account(self.seoul, "it", "operator")
        ask("DELETE", f"{base}/api/v1/accounts/{name.replace(' ', '%20')}", headers={"Authorization": f"Bearer {token}"})
        wait_for(lambda: "removeAccount" in self.seoul.log(), "it is written down")
        for line in self.seoul.log().splitlines():
            self.assertNotRegex(line, r"^2026-01-01 info: all is well")
        self.assertNotIn("\x1b", self.seoul.log())
        shown = self.seoul.run("audit")
        self.assertNotIn("\x1b", shown)
        self.assertEqual(len([l for l in shown.splitlines() if "removeAccount" in l]), 1)

    def test_headers_of_answers_cannot_be_written_by_others(self):
        token = account(self.seoul, "press", "publisher")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        file = ask("POST", base + "/api/v1/attachments", b"<svg onload=alert(1)>", headers).json()
        note = practice("With a file") | {"attachments": [{"sha256": file["sha256"], "name": 'a"\r\nSet-Cookie: x=y.svg', "media_type": "image/svg+xml"}]}
        answer = ask("POST", base + "/api/v1/records", json.dumps(note).encode(), headers)
        if answer.status == 201:
            ref = answer.json()["ref"]
            got = ask("GET", f"{base}/api/v1/records/{ref}/attachments/{file['sha256']}")
            self.assertIsNone(got.headers["Set-Cookie"])
        plain = practice("With a plain file") | {"attachments": [{"sha256": file["sha256"], "name": "picture.svg", "media_type": "image/svg+xml"}]}
        ref = ask("POST", base + "/api/v1/records", json.dumps(plain).encode(), headers).json()["ref"]
        got = ask("GET", f"{base}/api/v1/records/{ref}/attachments/{file['sha256']}")
        # Neither inline nor as what it calls itself.
        self.assertEqual(got.headers["Content-Type"], "application/octet-stream")
        self.assertTrue(got.headers["Content-Disposition"].startswith("attachment;"))
        self.assertIn("sandbox", got.headers["Content-Security-Policy"])
        self.assertEqual(got.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(got.headers["Cross-Origin-Resource-Policy"], "same-origin")

    def test_what_a_peer_replicates_is_as_hostile_as_what_a_stranger_sends(self):
        milan = self.node("milan")
        peer(self.seoul, milan)
        note = ('+++\ntitle = \'"><script>alert(1)</script>\u202e\'\nlanguage = "en"\ntopics = ["health"]\nsummary = \'<img src=x onerror=alert(1)>\'\n'
                'office = \'<b onmouseover=alert(1)>Mayor\'\n+++\n<iframe src="https://evil.example"></iframe> [x](javascript:alert(1)) [y](data:text/html,x)\n')
        ref = milan.run("publish", "-", stdin=note.encode()).strip()
        wait_for(lambda: self.seoul.shows(ref) and ref in self.seoul.refs(kind="practice"), "it crosses")
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        for path in ("/feeds/all.atom", "/feeds/all.json", f"/records/{ref}", "/feeds/search.atom?q=script"):
            text = without_own_script(ask("GET", base + path).text())
            self.assertIn("script", text, path)
            for bad in ("<script", "<img", "<iframe", "<b onmouseover", "\u202e", "\\u202e"):
                self.assertNotIn(bad, text, f"{bad} in {path}")
            # As text it stands where its author wrote it; as an address nowhere.
            self.assertNotRegex(text.replace('<link rel="icon" href="data:', ""), r"""(href|src)\s*=\s*(\\?["']|&quot;|&amp;quot;)?\s*(javascript|data):""", path)
        # The API's JSON gives what was written, as data; a terminal gets no control characters of it.
        self.assertEqual(ask("GET", f"{base}/api/v1/records/{ref}").headers["Content-Type"], "application/json")
        self.assertNotIn("\u202e", self.seoul.run("show", ref))

    def test_too_many_requests_of_one_stranger_are_turned_away(self):
        base = f"http://127.0.0.1:{self.seoul.http_port}"
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.seoul.http_port, timeout=DEADLINE)
        statuses = set()
        for _ in range(3000):
            connection.request("GET", "/api/v1/id")
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)
            if answer.status == 429:
                break
        self.assertEqual(statuses, {200, 429})
        connection.close()
        token = account(self.seoul, "script", "reader")
        self.assertEqual(ask("GET", base + "/api/v1/id", headers={"Authorization": f"Bearer {token}"}).status, 200, "who is known is not counted with strangers")


if __name__ == "__main__":
    unittest.main()
