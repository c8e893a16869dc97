"""Accounts as an office has them: the first link, three people with different rights, holds, reviews, and what is refused."""

import contextlib
import json
import pathlib
import re
import sqlite3
import time
import unittest

from api import Document, account, ask, post, practice
from browser import member
from nodes import DEADLINE, NodesTest, koinon, wait_for

PASSWORD = "correct horse battery"


class Accounts(NodesTest):
    def log_in(self, node, name, password=PASSWORD):
        answer = post(node, "/api/v1/sessions", {"name": name, "password": password})
        self.assertEqual(answer.status, 201, answer.body)
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Koinon-CSRF": answer.json()["csrf"]}, answer

    def member(self, node, name, role, *args):
        link = node.json("user", "add", name, "--role", role, *args)["link"]
        code = link.rsplit("/", 1)[1]
        answer = post(node, "/api/v1/passwords", {"code": code, "password": PASSWORD})
        self.assertEqual(answer.status, 204, answer.body)
        return self.log_in(node, name)[0]

    def test_the_first_operator_comes_by_the_link_that_init_prints_once(self):
        seoul = self.node("seoul", start=False)
        again = self.nodes[0].data.parent / "other"
        printed = koinon("init", "--name", "o.example", "--display-name", "O", data=again)
        self.assertEqual(len(re.findall(r"http://localhost:8471/welcome/[a-z2-7]{52}", printed)), 1)
        link = json.loads(koinon("--json", "init", "--name", "p.example", "--display-name", "P", data=again.parent / "p"))["first_operator"]
        self.assertRegex(link, "^http://localhost:8471/welcome/[a-z2-7]{52}$")
        named = again.parent / "named.toml"
        named.write_text("http.port = 8999\n")
        printed = koinon("--config", named, "init", "--name", "q.example", "--display-name", "Q", data=again.parent / "q")
        self.assertIn("http://localhost:8999/welcome/", printed, "the configuration that was named counts")
        seoul.data = again.parent / "p"
        seoul.public = False
        seoul.start()
        path = "/welcome/" + link.rsplit("/", 1)[1]
        base = f"http://127.0.0.1:{seoul.http_port}"
        page = ask("GET", base + path)
        self.assertIn(f'<form method="post" action="{path}"', page.text())
        self.assertIn("form-action 'self'", page.headers["Content-Security-Policy"])
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(ask("POST", base + path, b"password=short", form).status, 400)
        done = ask("POST", base + path, ("password=" + PASSWORD.replace(" ", "+")).encode(), form)
        self.assertEqual((done.status, done.headers["Location"]), (303, "/login?set=operator"))
        told = ask("GET", base + done.headers["Location"]).text()
        self.assertRegex(told, r'role="status">[^/]*Your password is set\.[^/]*<strong>operator</strong>', "it is done, and who one is")
        self.assertIn('name="name" value="operator"', told)
        self.assertEqual(ask("POST", base + path, b"password=another+long+one", form).status, 404, "it works once")
        used = ask("GET", base + path)
        self.assertEqual(used.status, 404)
        self.assertNotIn(f'action="{path}"', used.text(), "a used link says so and offers nothing")
        self.assertRegex(used.text(), r"(?s)<h1>[^<]*</h1>\s*<[^>]*role=\"alert\".{0,200}this link has been used already", "and says so first")
        headers, _ = self.log_in(seoul, "operator")
        self.assertEqual(ask("GET", base + "/api/v1/status", headers=headers).status, 200)

    def test_a_link_names_the_port_that_is_served(self):
        seoul = self.node("seoul")  # on a port that the system chose
        link = seoul.json("user", "add", "desk", "--role", "reader")["link"]
        self.assertRegex(link, f"^http://localhost:{seoul.http_port}/welcome/[a-z2-7]{{52}}$")
        self.assertEqual(ask("GET", link.replace("localhost", "127.0.0.1")).status, 200)
        feed = seoul.json("feed", "add", "desk", "--label", "newsboat")["url"]
        self.assertTrue(feed.startswith(f"http://localhost:{seoul.http_port}/feeds/all.atom?key="), feed)
        self.assertEqual(seoul.json("status")["http_port"], seoul.http_port)

    def test_three_people_with_different_rights(self):
        seoul = self.node("seoul", "--publishing-review")
        reader = self.member(seoul, "intern", "reader")
        press = self.member(seoul, "press", "publisher", "--office", "Press")
        chief = self.member(seoul, "chief", "reviewer")
        note = practice("By the press office")
        self.assertEqual(post(seoul, "/api/v1/records", note, reader).status, 403)
        held = post(seoul, "/api/v1/records", note, press)
        self.assertEqual((held.status, held.json()["state"]), (202, "for-review"))
        one = f"/api/v1/held/{held.json()['id']}"
        self.assertEqual(post(seoul, one + "/release", {}, press).status, 403)
        released = post(seoul, one + "/release", {}, chief)
        self.assertEqual(released.status, 201, released.body)
        self.assertEqual(seoul.json("show", released.json()["ref"])["body"]["author"]["office"], "Press")
        self.assertEqual(post(seoul, one + "/release", {}, chief).status, 409)
        # Another office's name and another office's notes are not a publisher's.
        self.assertEqual(post(seoul, "/api/v1/records", practice("x") | {"office": "Mayor"}, press).status, 403)
        mayors = post(seoul, "/api/v1/records", practice("The mayor's") | {"office": "Mayor"}, chief).json()["ref"]
        revision = practice("Mine now") | {"refs": [{"role": "revises", "ref": mayors}]}
        self.assertEqual(post(seoul, "/api/v1/records", revision, press).status, 403)
        self.assertEqual(post(seoul, "/api/v1/withdrawals", {"ref": mayors}, press).status, 403)
        self.assertEqual(post(seoul, "/api/v1/records", {"kind": "profile", "language": "en", "content": {"display_name": "X"}}, press).status, 403)
        audit = seoul.json("audit")["items"]
        said = [(line["action"], line["outcome"][:3]) for line in audit if line["who"].startswith("press")]
        self.assertIn(("publish", "403"), said, "what was tried is written down as well")
        self.assertIn(("releaseHeld", "201"), [(line["action"], line["outcome"][:3]) for line in audit if line["who"].startswith("chief")])
        self.assertIn("action=publish", seoul.log())

    def test_every_change_that_is_tried_leaves_its_line_also_where_it_does_not_parse(self):
        seoul = self.node("seoul")
        chief = self.member(seoul, "chief", "operator")
        base = f"http://127.0.0.1:{seoul.http_port}"
        form = {"Content-Type": "application/x-www-form-urlencoded", **chief}
        tried = []
        for (method, path), operation in Document(ask("GET", base + "/api/v1/openapi.json").body).operations.items():
            name = operation["operationId"]
            if method == "GET" or name == "logOut":
                continue
            page = "pages" in operation["tags"]
            body, headers = (b"%zz", form) if page else (b'{"', {"Content-Type": "application/json", **chief})
            answer = ask(method, base + re.sub(r"\{.*?\}", "x", path), body, headers)
            if (page or operation.get("requestBody", {}).get("required")) and name != "uploadAttachment":  # which takes any bytes
                self.assertIn(answer.status, (400, 404), name)
            tried.append((name, str(answer.status)))
        self.assertGreater(len(tried), 40)
        lines = ask("GET", base + "/api/v1/audit?limit=1000", headers=chief).json()["items"]
        self.assertEqual([(line["action"], line["outcome"][:3]) for line in reversed(lines) if line["who"].startswith("chief by ")], tried)
        self.assertIn(("fetchAttachment", "x/x/x"), [(line["action"], line["target"]) for line in lines], "a digest that is none")
        # A form that says what its operation does not take, one that asks for what there is not, and one that is too large.
        csrf = b"&csrf=" + chief["Koinon-CSRF"].encode()
        self.assertEqual(ask("POST", base + "/operate/accounts", b"do=add&name=x&role=king" + csrf, form).status, 400)
        self.assertEqual(ask("POST", base + "/account", b"do=nothing" + csrf, form).status, 400)
        self.assertEqual(ask("POST", base + "/account", b"a=" + b"x" * 20_000, form).status, 413)
        self.assertEqual(ask("DELETE", base + "/api/v1/sessions/current", b'{"', chief).status, 204)
        self.assertEqual([(line["action"], line["outcome"][:3]) for line in seoul.json("audit")["items"][:4]],
                         [("logOut", "204"), ("postAccount", "413"), ("postAccount", "400"), ("addAccount", "400")])

    def test_what_is_held_is_signed_when_its_time_comes_and_over_a_restart(self):
        seoul = self.node("seoul")
        token = account(seoul, "press", "publisher")
        headers = {"Authorization": f"Bearer {token}"}
        soon = post(seoul, "/api/v1/records", practice("Soon") | {"hold": 1}, headers)
        never = post(seoul, "/api/v1/records", practice("Never") | {"hold": 2}, headers)
        later = post(seoul, "/api/v1/records", practice("Later") | {"hold": 3}, headers)
        self.assertEqual([a.status for a in (soon, never, later)], [202] * 3)
        bad = post(seoul, "/api/v1/records", practice("") | {"hold": 3}, headers)
        self.assertEqual((bad.status, bad.json()["field"]), (400, "title"), "what cannot be signed is refused at once")
        cancelled = ask("DELETE", f"http://127.0.0.1:{seoul.http_port}/api/v1/held/{never.json()['id']}", headers=headers)
        self.assertEqual(cancelled.status, 200)
        def titles():
            return [i["title"] for i in seoul.listed(kind="practice")]
        wait_for(lambda: titles() == ["Soon"], "the first is signed")
        seoul.stop()
        seoul.start()
        wait_for(lambda: titles() == ["Later", "Soon"], "the other one after the restart")
        held = ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/held", headers=headers).json()["items"]
        self.assertEqual([(h.get("title"), h["state"]) for h in held], [("Later", "signed"), (None, "cancelled"), ("Soon", "signed")])
        self.assertFalse(any("note" in h for h in held), "what is settled keeps no text")
        self.assertEqual(cancelled.json()["note"]["content"]["title"], "Never", "whoever takes it back has it")
        at = post(seoul, "/api/v1/records", practice("x") | {"at": "2999-01-01T00:00:00Z"}, headers)
        self.assertEqual((at.status, at.json()["field"]), (400, "at"))

    def test_what_was_held_while_the_clock_was_ahead_is_held_from_now_on_and_a_named_time_stays(self):
        seoul = self.node("seoul")
        headers = {"Authorization": "Bearer " + account(seoul, "press", "publisher")}
        named_time = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 300 * 86400))
        lasting = post(seoul, "/api/v1/records", practice("Lasting") | {"hold": 3600}, headers).json()["id"]
        named = post(seoul, "/api/v1/records", practice("Named") | {"at": named_time}, headers).json()
        seoul.stop()
        # As if both had been asked for, a year from now, by this machine's clock.
        with contextlib.closing(sqlite3.connect(seoul.data / "office.db")) as db, db:
            db.execute("UPDATE held SET made_at_ms = made_at_ms + 31536000000")
            db.execute("UPDATE held SET due_at_ms = made_at_ms + hold_ms WHERE hold_ms >= 0")
        seoul.start()
        due = lambda number: ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/held/{number}", headers=headers).json()["due_at"]
        soon = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 3 * 3600))
        wait_for(lambda: due(lasting) < soon, "an hour from now")
        self.assertEqual(due(named["id"]), named["due_at"])
        self.assertEqual(seoul.refs(kind="practice"), [], "neither is signed yet")

    def test_a_browsers_session_is_guarded(self):
        seoul = self.node("seoul", "--http-url", "https://notes.seoul.example")
        self.member(seoul, "press", "publisher")
        headers, answer = self.log_in(seoul, "press")
        cookie = answer.headers["Set-Cookie"]
        for part in ("__Host-koinon=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            self.assertIn(part, cookie)
        self.assertEqual(post(seoul, "/api/v1/records", practice("ok"), headers).status, 201)
        for change in ({"Koinon-CSRF": ""}, {"Koinon-CSRF": "x" * 32}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            refused = post(seoul, "/api/v1/records", practice("forged"), {**headers, **change})
            self.assertEqual(refused.status, 403, change)
        self.assertEqual(post(seoul, "/api/v1/records", practice("own page"), {**headers, "Origin": "https://notes.seoul.example"}).status, 201)
        out = ask("DELETE", f"http://127.0.0.1:{seoul.http_port}/api/v1/sessions/current", headers=headers)
        self.assertEqual(out.status, 204)
        self.assertIn("Max-Age=0", out.headers["Set-Cookie"])
        self.assertEqual(post(seoul, "/api/v1/records", practice("after"), headers).status, 401)

    def test_guessing_passwords_runs_dry_and_names_tell_nothing(self):
        seoul = self.node("seoul")
        self.member(seoul, "press", "publisher")
        headers = {"Authorization": "Bearer " + account(seoul, "it", "operator")}
        def checked():
            text = ask("GET", f"http://127.0.0.1:{seoul.http_port}/metrics", headers=headers).text()
            return int(re.search(r"^koinon_password_checks_total (\d+)", text, re.M).group(1))
        before = checked()
        answers = [post(seoul, "/api/v1/sessions", {"name": name, "password": "wrong wrong wrong"}) for name in ("press", "nobody")]
        self.assertEqual([a.status for a in answers], [401, 401])
        self.assertEqual(checked() - before, 2, "as much is computed where there is no such account")
        self.assertEqual(answers[0].body, answers[1].body, "whether there is such an account shows nowhere")
        statuses = [post(seoul, "/api/v1/sessions", {"name": "press", "password": f"wrong wrong {i}"}).status for i in range(8)]
        self.assertEqual(statuses[-1], 429)
        self.assertLessEqual(statuses.count(401), 5)
        right = post(seoul, "/api/v1/sessions", {"name": "press", "password": PASSWORD})
        self.assertEqual((right.status, right.headers["Retry-After"]), (429, "60"))
        codes = [post(seoul, "/api/v1/passwords", {"code": "a" * 52, "password": PASSWORD}).status for _ in range(30)]
        self.assertEqual(codes[-1], 429, "one-time codes are not guessed either")

    def test_a_token_may_what_it_was_made_for_until_it_is_revoked(self):
        seoul = self.node("seoul")
        seoul.stop()
        seoul.public = False
        seoul.start()
        seoul.run("user", "add", "press", "--role", "publisher")
        made = seoul.json("token", "add", "press", "--label", "nightly script", "--days", "30")
        headers = {"Authorization": f"Bearer {made['secret']}"}
        base = f"http://127.0.0.1:{seoul.http_port}"
        self.assertEqual(ask("GET", base + "/api/v1/records").status, 401)
        self.assertEqual(ask("GET", base + "/api/v1/records", headers=headers).status, 200)
        self.assertEqual(post(seoul, "/api/v1/records", practice("x"), headers).status, 403, "it was made for reading")
        self.assert_refused("may no more than its account", lambda: seoul.run("token", "add", "press", "--scope", "operator"))
        self.assertNotIn(made["secret"], json.dumps(seoul.json("token", "list", "press")))
        self.assertNotIn(made["secret"].encode()[7:], (seoul.data / "office.db").read_bytes() + b"".join(
            p.read_bytes() for p in seoul.data.glob("office.db-wal")), "it is kept nowhere")
        self.assertEqual((seoul.data / "office.db").stat().st_mode & 0o777, 0o600)
        seoul.run("token", "remove", "press", made["id"])
        self.assertEqual(ask("GET", base + "/api/v1/records", headers=headers).status, 401)
        other = seoul.json("token", "add", "press")["secret"]
        seoul.run("user", "remove", "press")
        self.assertEqual(ask("GET", base + "/api/v1/records", headers={"Authorization": f"Bearer {other}"}).status, 401)

    def test_a_proxy_logs_people_in_and_nobody_else_does(self):
        secret = pathlib.Path(self.folder) / "sso-secret"
        secret.write_text("what only the proxy knows\n")
        secret.chmod(0o600)
        seoul = self.node("seoul", start=False)
        options = ("--http-sso-header", "X-Remote-User", "--http-proxies", "127.0.0.1", "--http-sso-secret-file", secret)
        seoul.start(*options)
        seoul.run("user", "add", "press", "--role", "publisher")
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1/me"
        proof = {"Koinon-SSO-Secret": "what only the proxy knows"}
        self.assertEqual(ask("GET", base, headers={"X-Remote-User": "press"} | proof).json()["name"], "press")
        self.assertEqual(ask("GET", base, headers={"X-Remote-User": "stranger"} | proof).status, 403)
        self.assertEqual(ask("GET", base).status, 401)
        # Any program of this machine has the proxy's address.
        self.assertEqual(ask("GET", base, headers={"X-Remote-User": "operator"}).status, 401)
        self.assertEqual(ask("GET", base, headers={"X-Remote-User": "operator", "Koinon-SSO-Secret": "guess"}).status, 401)
        seoul.stop()
        seoul.start(*options[:2], "--http-proxies", "192.0.2.1", *options[4:])
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1/me"
        self.assertEqual(ask("GET", base, headers={"X-Remote-User": "press"} | proof).status, 401)
        seoul.stop()
        seoul.start(*options[:4], wait=False)
        self.assertEqual(seoul.process.wait(DEADLINE), 2)
        self.assertIn("http.sso_secret_file", seoul.log())
        seoul.process = None

    def test_who_signs_in_elsewhere_gets_no_link_for_a_password_unless_it_is_asked_for(self):
        secret = pathlib.Path(self.folder) / "sso-secret"
        secret.write_text("what only the proxy knows\n")
        secret.chmod(0o600)
        seoul = self.node("seoul", start=False)
        seoul.start("--http-sso-header", "X-Remote-User", "--http-proxies", "127.0.0.1", "--http-sso-secret-file", secret)
        said = seoul.run("user", "add", "press", "--role", "publisher")
        self.assertEqual(said, "press signs in through the city's sign-in page. For a link to set a password all the same: koinon user link press\n")
        self.assertNotIn("link", seoul.json("user", "add", "chief", "--role", "operator"))
        self.assertIn("/welcome/", seoul.run("user", "link", "press"))
        # The same on the page for accounts: nobody is missed to set a password.
        sso = {"X-Remote-User": "chief", "Koinon-SSO-Secret": "what only the proxy knows"}
        base = f"http://127.0.0.1:{seoul.http_port}"
        page = ask("GET", base + "/operate/accounts", headers=sso).text()
        self.assertNotIn("Has not set a password yet", page)
        csrf = re.search('name="csrf" value="([^"]+)"', page)[1]
        form = sso | {"Content-Type": "application/x-www-form-urlencoded", "Origin": base}
        made = ask("POST", base + "/operate/accounts", f"do=add&name=desk&role=reader&csrf={csrf}".encode(), form).text()
        self.assertRegex(made, r'role="status"><p>desk signs in through the city’s sign-in page\.')
        self.assertNotIn("/welcome/", made)
        again = ask("POST", base + "/operate/accounts", f"do=link&name=desk&csrf={csrf}".encode(), form).text()
        self.assertIn("/welcome/", again)

    def test_what_is_meant_for_another_program_opens_and_closes_nothing(self):
        secret = pathlib.Path(self.folder) / "sso-secret"
        secret.write_text("what only the proxy knows\n")
        secret.chmod(0o600)
        seoul = self.node("seoul", start=False)
        seoul.public = False
        options = ("--http-sso-header", "X-Remote-User", "--http-proxies", "127.0.0.1", "--http-sso-secret-file", secret)
        seoul.start(*options)
        seoul.run("user", "add", "press", "--role", "publisher")
        token = seoul.json("token", "add", "press")["secret"]
        key = seoul.json("feed", "add", "press")["url"].partition("key=")[2]
        base = f"http://127.0.0.1:{seoul.http_port}"
        sso = {"X-Remote-User": "Press", "Koinon-SSO-Secret": "what only the proxy knows"}
        for foreign in ("Basic cHJlc3M6cHJlc3M=", 'Digest username="press"', "Negotiate YII=", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "Bearer", "x"):
            with self.subTest(foreign):
                other = {"Authorization": foreign}
                self.assertEqual(ask("GET", base + "/login", headers=other).status, 200)
                self.assertEqual(ask("GET", base + "/", headers=other).headers["Location"], "/login?next=%2F")
                self.assertEqual(ask("GET", base + "/api/v1/me", headers=other).status, 401)
                self.assertEqual(ask("GET", base + "/api/v1/me", headers=other | sso).json()["name"], "press")
                self.assertEqual(ask("GET", f"{base}/feeds/all.atom?key={key}", headers=other).status, 200)
        browser = member(seoul, "desk", "reader")
        session = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        for foreign in ("Basic cHJlc3M6cHJlc3M=", "Negotiate YII=", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"):
            self.assertEqual(ask("GET", base + "/api/v1/me", headers=session | {"Authorization": foreign}).json()["name"], "desk", "a session stays")
            self.assertEqual(ask("GET", base + "/account", headers=session | {"Authorization": foreign}).status, 200)
        for scheme in ("Bearer", "bearer", "BEARER ", "bEaReR"):
            self.assertEqual(ask("GET", base + "/api/v1/me", headers={"Authorization": f"{scheme} {token}"}).json()["name"], "press")
        ended = {"Authorization": "Bearer koinon_" + 52 * "a"}
        self.assertEqual(ask("GET", base + "/api/v1/me", headers=ended).status, 401)
        for path in ("/login", "/healthz"):
            self.assertEqual(ask("GET", base + path, headers=ended).status, 200, path)
        nobody = {"X-Remote-User": "", "Koinon-SSO-Secret": "what only the proxy knows"}
        self.assertEqual(ask("GET", base + "/login", headers=nobody).status, 200)
        self.assertEqual(ask("GET", base + "/api/v1/me", headers=nobody).status, 401)
        seoul.stop()
        seoul.public = True
        seoul.start(*options)
        base = f"http://127.0.0.1:{seoul.http_port}"
        for path in ("/", "/api/v1/records", "/feeds/all.atom"):
            self.assertEqual(ask("GET", base + path, headers={"Authorization": "Basic cHJlc3M6cHJlc3M="}).status, 200, path)

    def test_the_last_operator_cannot_be_lost(self):
        seoul = self.node("seoul")
        self.assert_refused("last operator", lambda: seoul.run("user", "remove", "operator"))
        self.assert_refused("last operator", lambda: seoul.run("user", "change", "operator", "--role", "reader"))
        self.assert_refused("already", lambda: seoul.run("user", "add", "operator"))
        self.assert_refused("small letters", lambda: seoul.run("user", "add", "Press Office"))
        self.assert_refused("address", lambda: seoul.run("user", "add", "press", "--email", "a@b\r\nBcc: x@y"))


if __name__ == "__main__":
    unittest.main()
