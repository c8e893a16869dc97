"""Visitors at the HTTP port: none takes the room of others, writes anything, or has costly things done."""

import http.client
import json
import socket
import unittest

from api import account, ask, bearer, get, post
from nodes import DEADLINE, NodesTest


class Visitors(NodesTest):
    def test_refused_strangers_write_nothing(self):
        seoul = self.node("seoul")
        account(seoul, "it", "operator")
        size = lambda: sum(p.stat().st_size for p in seoul.data.glob("office.db*"))
        lines = len(seoul.run("audit").splitlines())
        before = size()
        connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=DEADLINE)
        for i in range(1500):
            path = ("/api/v1/records", "/api/v1/sessions", "/api/v1/accounts", "/publish")[i % 4]
            connection.request("POST", path, json.dumps({"name": "x" * 10_000, "password": "wrong"}).encode(), {"Content-Type": "application/json", "X-Padding": "x" * 5000})
            try:
                connection.getresponse().read()
            except (http.client.HTTPException, ConnectionError):
                connection.close()
        self.assertLess(size() - before, 20_000, "office.db grew")
        self.assertEqual(len(seoul.run("audit").splitlines()), lines)

    def test_a_page_elsewhere_writes_nothing(self):
        seoul = self.node("seoul")
        token = account(seoul, "it", "operator")
        lines = seoul.run("audit")
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
            for path in ("/api/v1/records", "/api/v1/peers", "/publish", "/login"):
                self.assertEqual(post(seoul, path, {}, bearer(token) | headers).status, 403, (path, headers))
        self.assertEqual(seoul.run("audit"), lines)

    def stream(self, node, visitor=None, header="X-Forwarded-For"):
        s = socket.create_connection(("127.0.0.1", node.http_port), DEADLINE)
        s.settimeout(DEADLINE)
        forwarded = f"{header}: {visitor}\r\n" if visitor else ""
        s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n{forwarded}\r\n".encode())
        answer = s.recv(4096)
        return s, answer.split(b" ")[1].decode() if answer else "closed"

    def test_a_visitor_is_one_however_the_proxy_writes_it(self):
        seoul = self.node("seoul", "--http-proxies", "127.0.0.1,::1")
        open_streams = []

        def status(visitor, header="X-Forwarded-For"):
            s, said = self.stream(seoul, visitor, header)
            open_streams.append(s)
            return said
        try:
            forms = ("198.51.100.7:{}", "203.0.113.{}, 198.51.100.7", "unknown,\t\"198.51.100.7:{}\"", "[::ffff:198.51.100.7]:{}", " , 198.51.100.7 ,127.0.0.1:{}, [::1]:{}")
            statuses = [status(form.format(i + 1, i + 1)) for i in range(8) for form in forms]
            self.assertLessEqual(statuses.count("200"), 16)
            self.assertNotEqual(status("proto=https;for=\"198.51.100.7:80\"", "Forwarded"), "200")
            for visitor in ("203.0.113.9:443", "[2001:db8::1]:443", "unknown", "<nobody>"):
                self.assertEqual(status(visitor), "200", visitor)
            self.assertEqual(status("for=\"[2001:db8:1::1]:4711\"", "Forwarded"), "200")
        finally:
            for s in open_streams:
                s.close()

    def test_a_header_on_several_lines_is_one(self):
        """What a proxy adds may stand on a line of its own, below what the visitor wrote."""
        seoul = self.node("seoul", "--http-proxies", "127.0.0.0/8")
        open_streams = []
        try:
            for header, form in (("X-Forwarded-For", "203.0.113.{}\r\nX-Forwarded-For: 198.51.100.7"), ("Forwarded", "for=203.0.113.{}\r\nForwarded: for=198.51.100.8")):
                statuses = []
                for i in range(20):
                    s, status = self.stream(seoul, form.format(i + 1), header)
                    open_streams.append(s)
                    statuses.append(status)
                self.assertEqual(statuses[0], "200", header)
                self.assertLessEqual(statuses.count("200"), 16, header)
        finally:
            for s in open_streams:
                s.close()

    def test_one_visitor_behind_a_proxy_shuts_out_nobody(self):
        seoul = self.node("seoul", "--http-proxies", "127.0.0.1")
        open_streams = []
        try:
            statuses = []
            for _ in range(200):
                s, status = self.stream(seoul, "198.51.100.7")
                open_streams.append(s)
                statuses.append(status)
            self.assertEqual(statuses[0], "200")
            self.assertLessEqual(statuses.count("200"), 16)
            for visitor in ("203.0.113.9", "2001:db8::1"):
                s, status = self.stream(seoul, visitor)
                open_streams.append(s)
                self.assertEqual(status, "200", f"{visitor} is another visitor")
            # All of a /64 are one.
            statuses = []
            for i in range(40):
                s, status = self.stream(seoul, f"2001:db8:1:2::{i + 1:x}")
                open_streams.append(s)
                statuses.append(status)
            self.assertLessEqual(statuses.count("200"), 16)
            self.assertEqual(get(seoul, "/", {"X-Forwarded-For": "203.0.113.10"}).status, 200)
        finally:
            for s in open_streams:
                s.close()

    def test_a_proxy_knows_that_the_node_is_ready_whatever_its_visitors_do(self):
        """A proxy that took a node for dead because of one visitor would shut out all."""
        for proxies, ready in (("127.0.0.1", 200), ("192.0.2.1", 429)):
            city = self.node("seoul" if ready == 200 else "milan", "--http-public", "--http-proxies", proxies)
            connection = http.client.HTTPConnection("127.0.0.1", city.http_port, timeout=DEADLINE)

            def status(path):
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                return answer.status
            self.assertEqual(next(code for code in (status("/api/v1/topics") for _ in range(100_000)) if code != 200), 429)
            seen = {status(path) for path in ("/readyz", "/healthz") * 50}
            self.assertTrue(seen == {200} if ready == 200 else 429 in seen, f"{proxies}: {seen}")

    def test_a_stream_that_was_left_takes_no_room(self):
        """Who clicks through pages leaves one behind with each."""
        seoul = self.node("seoul")
        for number in range(100):
            s, status = self.stream(seoul)
            s.close()
            self.assertEqual(status, "200", f"stream {number}")

    def test_connections_of_one_visitor_leave_room_for_others(self):
        seoul = self.node("seoul")
        silent = [socket.create_connection(("127.0.0.1", seoul.http_port), DEADLINE) for _ in range(300)]
        try:
            with socket.socket() as other:
                other.bind(("127.0.0.2", 0))
                other.settimeout(DEADLINE)
                other.connect(("127.0.0.1", seoul.http_port))
                other.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 200"))
        finally:
            for s in silent:
                s.close()

    def test_a_body_where_none_is_taken_is_not_read(self):
        seoul = self.node("seoul")
        for path in ("/api/v1/search?q=a", "/", "/feeds/all.atom"):
            answer = ask("GET", f"http://127.0.0.1:{seoul.http_port}{path}", b"x" * 100_000)
            self.assertEqual(answer.status, 413, path)
        fields = "&".join(f"a{i}=1" for i in range(50_000)).encode()
        answer = ask("POST", f"http://127.0.0.1:{seoul.http_port}/login", fields,
                     {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{seoul.http_port}"})
        self.assertIn(answer.status, (400, 413))

    def test_costly_reads_are_bounded(self):
        seoul = self.node("seoul")
        for i in range(3):
            seoul.publish(f"Note {i}")
        self.assertEqual(get(seoul, "/api/v1/cities?limit=100000").status, 400)
        answer = get(seoul, "/api/v1/openapi.json")
        self.assertEqual(get(seoul, "/api/v1/openapi.json", {"If-None-Match": answer.headers["ETag"]}).status, 304)
        feed = get(seoul, "/feeds/all.atom")
        self.assertEqual(get(seoul, "/feeds/all.atom", {"If-None-Match": feed.headers["ETag"]}).status, 304)


if __name__ == "__main__":
    unittest.main()
