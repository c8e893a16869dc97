"""A credential never gives more than its holder has, and is not read where it is kept."""

import concurrent.futures
import json
import pathlib
import re
import unittest

from api import PASSWORD, account, ask, bearer, get, person, post
from nodes import DEADLINE, NodesTest


class Credentials(NodesTest):
    def test_tokens_make_no_credentials(self):
        seoul = self.node("seoul")
        token = account(seoul, "it", "operator")
        reading = bearer(seoul.run("token", "add", "it", "--scope", "reader").strip())
        for headers in (reading, bearer(token)):
            for path, body, method in (("/api/v1/accounts/it/tokens", {"scope": "operator"}, "POST"), ("/api/v1/accounts/it/feeds", {}, "POST"),
                                       ("/api/v1/accounts/it/link", {}, "POST"), ("/api/v1/accounts", {"name": "new", "role": "operator"}, "POST"),
                                       ("/api/v1/accounts/it", {"email": "thief@evil.example"}, "PATCH"),
                                       ("/api/v1/accounts/it/password", {"old": "x", "new": PASSWORD}, "PUT"),
                                       ("/api/v1/accounts/it/mail", {"email": "thief@evil.example"}, "PUT")):
                answer = post(seoul, path, body, headers, method)
                self.assertEqual(answer.status, 403, f"{method} {path}: {answer.body}")
        # Nor through the forms of pages.
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = ask("POST", f"http://127.0.0.1:{seoul.http_port}/account", b"csrf=&do=token&label=x&scope=operator", bearer(token) | form)
        self.assertNotIn("koinon_", answer.text())
        self.assertEqual(len(json.loads(seoul.run("--json", "token", "list", "it"))["items"]), 2)
        # A person may no more than the account has.
        reader = person(seoul, "reader", "reader")
        self.assertEqual(post(seoul, "/api/v1/accounts/reader/tokens", {"scope": "operator"}, reader).status, 403)

    def test_a_new_password_ends_what_was_open_and_changes_nothing_else(self):
        seoul = self.node("seoul", "--http-url", "")
        session = person(seoul, "press", "operator")
        token = bearer(post(seoul, "/api/v1/accounts/press/tokens", {"scope": "publisher"}, session).json()["secret"])
        other = post(seoul, "/api/v1/sessions", {"name": "press", "password": PASSWORD})
        other = {"Cookie": other.headers["Set-Cookie"].split(";")[0]}
        # Demoted while the password is hashed: the demotion stands.
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            changing = pool.submit(post, seoul, "/api/v1/accounts/press/password", {"old": PASSWORD, "new": "the next of them"}, session, "PUT")
            seoul.run("user", "change", "press", "--role", "reader")
            self.assertEqual(changing.result(DEADLINE).status, 204)
        roles = {u["name"]: u["role"] for u in seoul.json("user", "list")["items"]}
        self.assertEqual(roles["press"], "reader")
        self.assertEqual(get(seoul, "/api/v1/me", other).status, 401, "other sessions end")
        self.assertEqual(get(seoul, "/api/v1/me", token).status, 200, "tokens go on")
        made = post(seoul, "/api/v1/sessions", {"name": "press", "password": "the next of them"})
        session = {"Cookie": made.headers["Set-Cookie"].split(";")[0], "Koinon-CSRF": made.json()["csrf"]}
        answer = post(seoul, "/api/v1/accounts/press/password", {"old": "the next of them", "new": "and one more of them", "end_tokens": True}, session, "PUT")
        self.assertEqual(answer.status, 204)
        self.assertEqual(get(seoul, "/api/v1/me", token).status, 401, "unless they are to end too")

    def test_keys_are_sealed_for_more_and_stay_in_memory(self):
        passphrase = pathlib.Path(self.folder) / "passphrase"
        passphrase.write_text("correct horse battery staple\n")
        seoul = self.node("seoul", "--passphrase-file", passphrase, init_args=("--passphrase-file", str(passphrase)))
        for key in (seoul.data / "keys").glob("*.key"):
            self.assertTrue(key.read_text().startswith("koinon-key/v2 "), key)
        limits = pathlib.Path(f"/proc/{seoul.process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0")
        locked = re.search(r"VmLck:\s+(\d+)", pathlib.Path(f"/proc/{seoul.process.pid}/status").read_text())
        self.assertGreater(int(locked.group(1)), 0, "keys may not be swapped")


if __name__ == "__main__":
    unittest.main()
