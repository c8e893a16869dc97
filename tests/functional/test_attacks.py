"""Attacks that once worked, as kinds: strangers, visitors, colleagues with few rights, a city some hops away, an invited peer,
a leaked token, a tired administrator. One test a kind; each fails where its defence is taken out (tests/breaks)."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import unittest

import wire
from api import PASSWORD, Api, account, ask, person, practice
from nodes import BIN, DEADLINE, CommandFailed, NodesTest, connected, koinon, peer, wait_for

JSON = {"Content-Type": "application/json"}


def post(node, path, value, headers=None, method="POST"):
    return ask(method, f"http://127.0.0.1:{node.http_port}{path}", json.dumps(value).encode(), JSON | (headers or {}))


def get(node, path, headers=None):
    return ask("GET", f"http://127.0.0.1:{node.http_port}{path}", headers=headers or {})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def own_entries(node):
    return node.json("status")["entries"]


class ForeignText(NodesTest):
    """A: what others wrote costs bounded time."""

    def test_a_practice_that_hurts_readers_of_markdown_stops_nobody(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        refs = []
        for seed in ("![[]()", "**x [*b**c*](d\n", "[a](<b\n", "> ", "- ", "[1]:u [1]\n", "&", "<!A "):
            text = (seed * (950_000 // len(seed)))[:950_000]
            note = {"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": f"Notes on {seed.strip()}", "solution": text}}
            body = json.dumps(note).encode()
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(DEADLINE)
                s.connect(str(milan.data / "koinond.sock"))
                s.sendall(b"POST /api/v1/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
                          b"Content-Length: %d\r\n\r\n" % len(body) + body)
                answer = b""
                while part := s.recv(65536):
                    answer += part
            refs.append(json.loads(answer.split(b"\r\n\r\n", 1)[1])["ref"])
        wait_for(lambda: seoul.shows(refs[-1]) and refs[-1] in seoul.refs(kind="practice"), "all cross")
        # A city that is blocked claims no name: what is held of it is asked for by its log id.
        refs = [ref.replace("milan.example", f"milan.example~{milan.log_id()[:16]}") for ref in refs]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            pages = [pool.submit(get, seoul, path) for ref in refs for path in (f"/records/{ref}", "/feeds/all.atom", f"/api/v1/records/{ref}")]
            # While all of them are opened the operator's commands are answered, and block the city.
            for _ in range(20):
                self.assertEqual(seoul.json("status")["name"], "seoul.example")
            seoul.run("block", "milan.example")
            for answer in pages:
                self.assertEqual(answer.result(DEADLINE).status, 200)
        self.assertIn("shown as it was written", get(seoul, f"/records/{refs[2]}").text())

    def test_a_note_among_many_long_replies_is_a_page_of_bounded_size(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        ref = seoul.publish("Asked about a lot")
        wait_for(lambda: ref in milan.refs(kind="practice"), "Milan has it")
        for i in range(12):
            question = {"kind": "question", "language": "en", "refs": [{"role": "about", "ref": ref}], "content": {"title": f"Why {i}", "text": f"{i} " + "long. " * 100_000}}
            note = pathlib.Path(self.folder) / "note.json"
            note.write_text(json.dumps(question))
            self.assertEqual(post(milan, "/api/v1/records", question, bearer(self.token(milan))).status, 201)
        wait_for(lambda: len(get(seoul, f"/api/v1/records/{ref}").json()["referred_by"]) == 12, "all are here")
        self.assertLess(len(get(seoul, f"/records/{ref}").body), 500_000)

    def test_what_others_say_to_a_note_takes_so_much_of_its_page_and_the_rest_is_named(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        ref = seoul.publish("Taken up with many words")
        wait_for(lambda: ref in milan.refs(kind="practice"), "Milan has it")
        for i in range(30):  # an ampersand takes five bytes on a page
            adoption = {"kind": "adoption", "language": "en", "refs": [{"role": "adopts", "ref": ref}],
                        "content": {"title": f"Time {i}", "stage": "adopted", "outcome": "worked", "changes": f"{i} " + "&" * 4000, "results": "&" * 4000}}
            self.assertEqual(post(milan, "/api/v1/records", adoption, bearer(self.token(milan))).status, 201)
        said = wait_for(lambda: len(all_of := get(seoul, f"/api/v1/records/{ref}").json()["referred_by"]) == 30 and all_of, "all are here")
        page = get(seoul, f"/records/{ref}").text()
        self.assertLess(len(page), (1 << 20) + 100_000)
        self.assertGreater(page.count("&amp;"), 100_000, "some of it is there")
        for item in said:
            self.assertIn(f'<a href="/records/{item["ref"]}">', page)
        self.assertGreater(page.count("Show more"), 0)
        self.assertLess(page.count("Show more"), 10)

    def token(self, node):
        if not hasattr(self, "tokens"):
            self.tokens = {}
        if node not in self.tokens:
            self.tokens[node] = account(node, "script", "reviewer")
        return self.tokens[node]


class Gate(NodesTest):
    """B: one gate through which every signature passes."""

    # Every operation that may lead to a signature, as a publisher asks for it.
    def ways(self, ref):
        return {
            "publish": ("POST", "/api/v1/records", practice("By publish")),
            "importNotes": ("POST", "/api/v1/imports", {"notes": [practice("By import")]}),
            "withdraw": ("POST", "/api/v1/withdrawals", {"ref": ref, "erase": True}),
            "publishDraft": ("POST", "/api/v1/drafts/{draft}/publish", {}),
            "releaseHeld": ("POST", "/api/v1/held/{held}/release", {}),
            "vouch": ("POST", "/api/v1/vouches", {"city": "milan.example"}),
            "withdrawVouch": ("DELETE", "/api/v1/vouches/milan.example", None),
            "removePeer": ("DELETE", "/api/v1/peers/milan.example", None),
        }

    # Operations that change something and sign nothing. A new one belongs here, or above.
    SIGN_NOTHING = {
        "preview", "addDraft", "changeDraft", "removeDraft", "cancelHeld", "uploadAttachment", "fetchAttachment", "dropAttachment",
        "changeInboxItem", "watch", "unwatch", "addPeer", "invite", "revokeInvite", "join", "setSubscriptions", "block", "unblock", "reindex", "setClock",
        "logIn", "logOut", "useLink", "addAccount", "changeAccount", "removeAccount", "makeLink", "setPassword",
        "addToken", "removeToken", "addFeedAddress", "removeFeedAddress", "addWebhook", "removeWebhook", "setMailWishes", "sendDigests", "unsubscribe"}

    def test_every_way_to_a_signature_waits_for_a_reviewer(self):
        seoul, milan = self.node("seoul", "--publishing-review"), self.node("milan")
        peer(seoul, milan)
        wait_for(lambda: len(seoul.refs(kind="vouch")) == 2, "they vouch for each other")
        ref = json.loads(seoul.run("--json", "publish", "-", stdin=b'+++\ntitle = "Parks"\nlanguage = "en"\ntopics = ["health"]\noffice = "Parks"\n+++\nText.\n'))["ref"]
        press = bearer(account(seoul, "press", "publisher", "--office", "Parks"))
        document = Api(seoul).document
        changing = {o["operationId"] for (method, _), o in document.operations.items() if method != "GET" and "pages" not in o["tags"]}
        ways = self.ways(ref)
        self.assertEqual(changing - self.SIGN_NOTHING - set(ways), set(), "a new operation: does it lead to a signature?")
        draft = post(seoul, "/api/v1/drafts", practice("By draft"), press).json()["id"]
        held = post(seoul, "/api/v1/records", practice("Held"), press).json()["id"]
        before = own_entries(seoul)
        for name, (method, path, body) in ways.items():
            answer = post(seoul, path.format(draft=draft, held=held), body, press, method)
            self.assertIn(answer.status, (200, 202, 403), f"{name}: {answer.body}")
            if name == "importNotes":
                self.assertEqual([r["outcome"] for r in answer.json()["results"]], ["for-review"])
            elif answer.status == 200:
                self.fail(f"{name} did what a publisher asked for")
        self.assertEqual(own_entries(seoul), before, "something was signed that no reviewer has seen")
        # A reviewer's word, and each is signed.
        chief = bearer(account(seoul, "chief", "reviewer"))
        waiting = [h for h in get(seoul, "/api/v1/held", chief).json()["items"] if h["state"] == "for-review"]
        self.assertEqual(len(waiting), 5)
        for item in sorted(waiting, key=lambda h: "withdrawal" in h):
            answer = post(seoul, f"/api/v1/held/{item['id']}/release", {}, chief)
            self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(own_entries(seoul), before + 5)
        self.assertEqual(get(seoul, f"/api/v1/records/{ref}").json()["body_state"], "erased")

    def test_a_hold_is_for_imports_and_withdrawals_too(self):
        seoul = self.node("seoul", "--publishing-hold-minutes", "10")
        press = bearer(account(seoul, "press", "publisher"))
        ref = post(seoul, "/api/v1/records", practice("At once") | {"hold": 0}, press).json()["ref"]
        before = own_entries(seoul)
        self.assertEqual(post(seoul, "/api/v1/imports", {"notes": [practice("Imported")]}, press).json()["results"][0]["outcome"], "waiting")
        self.assertEqual(post(seoul, "/api/v1/withdrawals", {"ref": ref}, press).status, 202)
        self.assertEqual(own_entries(seoul), before)
        self.assertEqual(post(seoul, "/api/v1/withdrawals", {"ref": ref, "hold": 0}, press).status, 201)

    def test_what_waits_is_looked_at_again_when_its_time_comes(self):
        seoul = self.node("seoul")
        tokens = {name: bearer(account(seoul, name, "publisher", "--office", "Parks")) for name in ("removed", "demoted", "moved", "steady")}
        held = {}
        for name, headers in tokens.items():
            held[name] = post(seoul, "/api/v1/records", practice(f"Of {name}") | {"hold": 10}, headers).json()["id"]
        seoul.run("user", "remove", "removed")
        # Another account of that name is another account.
        account(seoul, "removed", "operator")
        seoul.run("user", "change", "demoted", "--role", "reader")
        seoul.run("user", "change", "moved", "--office", "Roads")
        def states():
            return {i: json.loads(self.local(seoul, f"/api/v1/held/{i}"))["state"] for i in held.values()}
        wait_for(lambda: states()[held["steady"]] == "signed", "what is allowed is signed")
        wait_for(lambda: set(states().values()) == {"signed", "cancelled"}, "all are settled")
        self.assertEqual({name: states()[i] for name, i in held.items()},
                         {"removed": "cancelled", "demoted": "cancelled", "moved": "cancelled", "steady": "signed"})
        self.assertEqual([i["title"] for i in seoul.json("list", "--kind", "practice")["items"]], ["Of steady"])
        drafts = json.loads(self.local(seoul, "/api/v1/drafts"))["items"]
        self.assertEqual({(d["owner"], d["note"]["content"]["title"]) for d in drafts},
                         {("demoted", "Of demoted"), ("moved", "Of moved")}, "what an account that is still there wrote is not lost")

    def local(self, node, path):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(DEADLINE)
            s.connect(str(node.data / "koinond.sock"))
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := s.recv(65536):
                answer += part
        return answer.split(b"\r\n\r\n", 1)[1]

    def test_taking_back_and_signing_exclude_each_other(self):
        seoul = self.node("seoul")
        press = bearer(account(seoul, "press", "publisher"))
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1/held"
        held, due = {}, {}
        for i in range(60):
            number = post(seoul, "/api/v1/records", practice(f"Note {i}") | {"hold": 1}, press).json()["id"]
            held[number], due[number] = f"Note {i}", time.monotonic() + 1
        # Some a little before their turn, some a little after, most at the very moment.
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            def take_back(number):
                wait_for(lambda: time.monotonic() >= due[number] + (number % 12 - 6) / 500, "its turn is near")
                return number, ask("DELETE", f"{base}/{number}", headers=press).status
            taken = dict(pool.map(take_back, held))
        wait_for(lambda: all(i["state"] in ("signed", "cancelled") for i in ask("GET", base, headers=press).json()["items"]), "all are settled")
        published = {i["title"] for i in seoul.json("list", "--limit", "1000", "--kind", "practice")["items"]}
        for number, title in held.items():
            self.assertEqual(title in published, taken[number] != 200, f"{title}: taking it back said {taken[number]}")

    def test_a_conflict_is_no_signature(self):
        seoul = self.node("seoul")
        press = bearer(account(seoul, "press", "publisher"))
        first = post(seoul, "/api/v1/records", practice("Twice") | {"hold": 1}, press).json()["id"]
        second = post(seoul, "/api/v1/records", practice("Twice") | {"hold": 1}, press).json()["id"]
        def states():
            return [get(seoul, f"/api/v1/held/{i}", press).json()["state"] for i in (first, second)]
        wait_for(lambda: states() == ["signed", "failed"], "one is signed, and the other says that it is not")

    def test_a_node_that_dies_between_signing_and_settling_signs_nothing_twice(self):
        seoul = self.node("seoul")
        press = bearer(account(seoul, "press", "publisher"))
        for i in range(30):
            post(seoul, "/api/v1/records", practice(f"Once {i}") | {"hold": 1, "again": True}, press)
        wait_for(lambda: seoul.refs(kind="practice"), "signing has begun")
        seoul.stop(9)
        seoul.start()
        wait_for(lambda: all(i["state"] == "signed" for i in get(seoul, "/api/v1/held?limit=100", press).json()["items"]), "all are signed")
        titles = [i["title"] for i in seoul.json("list", "--limit", "1000", "--kind", "practice")["items"]]
        self.assertEqual(sorted(titles), sorted(f"Once {i}" for i in range(30)))

    def test_only_what_people_write_is_published_as_a_note(self):
        seoul = self.node("seoul")
        chief, boss = (bearer(account(seoul, name, role)) for name, role in (("chief", "reviewer"), ("boss", "operator")))
        for kind in ("withdrawal", "vouch", "genesis", "keys", "rotation", "sealed", "unspecified", "nothing"):
            for headers in (bearer(account(seoul, f"press-{kind}", "publisher")), boss):
                for path, body in (("/api/v1/previews", {"kind": kind, "language": "en"}), ("/api/v1/records", {"kind": kind, "language": "en"}),
                                   ("/api/v1/imports", {"notes": [{"kind": kind, "language": "en"}]})):
                    answer = post(seoul, path, body, headers)
                    self.assertIn(answer.status, (200, 400), f"{kind} {path}: {answer.body}")
                    if answer.status == 200:
                        self.assertEqual(answer.json()["results"][0]["outcome"], "refused")
        # A draft is a note, and whoever signs another's names what they read.
        press = bearer(account(seoul, "press", "publisher"))
        self.assertEqual(post(seoul, "/api/v1/drafts", {"withdraw": {"ref": "seoul.example/1"}}, press).status, 400)
        made = post(seoul, "/api/v1/drafts", practice("Draft"), press)
        path = f"/api/v1/drafts/{made.json()['id']}"
        self.assertEqual(post(seoul, path, {"withdraw": {"ref": "seoul.example/1"}}, press, "PUT").status, 400)
        changed = post(seoul, path, practice("Another text"), press, "PUT")
        for match in ({}, {"If-Match": made.headers["ETag"]}):
            self.assertEqual(post(seoul, f"{path}/publish", {}, chief | match).status, 409)
        self.assertEqual(post(seoul, f"{path}/publish", {}, chief | {"If-Match": changed.headers["ETag"]}).status, 201)
        self.assertEqual(own_entries(seoul), 3)

    def test_no_publisher_changes_what_the_city_says_as_such(self):
        seoul = self.node("seoul")
        press = bearer(account(seoul, "press", "publisher"))  # of no office
        self.assertEqual(post(seoul, "/api/v1/withdrawals", {"ref": "seoul.example/1"}, press).status, 403, "the profile")
        self.assertEqual(own_entries(seoul), 2)


class Credentials(NodesTest):
    """C: a credential never gives more than its holder has."""

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
        for key in (seoul.data / "keys").iterdir():
            self.assertTrue(key.read_text().startswith("koinon-key/v2 "), key)
        limits = pathlib.Path(f"/proc/{seoul.process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0")
        locked = re.search(r"VmLck:\s+(\d+)", pathlib.Path(f"/proc/{seoul.process.pid}/status").read_text())
        self.assertGreater(int(locked.group(1)), 0, "keys may not be swapped")


class InvitedPeer(NodesTest):
    """D: an invite gives one peer, the one that holds the key it names."""

    def invite(self, node, *args):
        return node.json("invite", "--address", f"127.0.0.1:{node.peer_port}", *args)["line"]

    def test_nobody_joins_with_anothers_key(self):
        seoul, la = self.node("seoul"), self.node("la")
        thief = wire.City("thief.example", self.folder)
        line = self.invite(seoul)
        for proof in (b"", b"\0" * 64, wire.sign(thief.node, b"something else")):
            answer = wire.join(line, la.line(), thief.node, self.folder, proof)
            self.assertTrue(answer.HasField("error"), answer)
        self.assertTrue(wire.join(line, la.line(), thief.node, self.folder).HasField("error"), "signed by its own key, for another's")
        observer = "observer#" + la.line().rsplit("#", 1)[1]  # which names no log that could speak against it
        self.assertTrue(wire.join(line, observer, thief.node, self.folder).HasField("error"), "LA's key as an observer's")
        self.assertEqual(seoul.json("peers")["items"], [])
        # Whoever holds the key it names joins, with the same invite.
        self.assertTrue(wire.join(line, thief.line(), thief.node, self.folder).HasField("error"), "the log's key has to be shown too")
        self.assertEqual(wire.join(line, thief.line(), thief.node, self.folder, signing=thief.signing).joined.name, "seoul.example")
        self.assertEqual([p["name"] for p in seoul.json("peers")["items"]], ["thief.example"])

    def test_a_pin_is_not_overwritten(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example"), "they are peers")
        thief = wire.City("thief.example", self.folder)
        # LA's name and log, the thief's own key.
        line = la.line().rsplit("#", 1)[0] + "#" + thief.line().rsplit("#", 1)[1]
        answer = wire.join(self.invite(seoul), line, thief.node, self.folder, signing=thief.signing)
        self.assertIn("the log that it names", answer.error.message)
        # Whoever holds the log's key too, as LA with another node, is told to ask the operator.
        second = wire.City("second.example", self.folder)
        pinned = wire.City("third.example", self.folder)
        self.assertTrue(wire.join(self.invite(seoul), pinned.line(), pinned.node, self.folder, signing=pinned.signing).HasField("joined"))
        line = pinned.line().rsplit("#", 1)[0] + "#" + second.line().rsplit("#", 1)[1]
        answer = wire.join(self.invite(seoul), line, second.node, self.folder, signing=pinned.signing)
        self.assertIn("pinned already", answer.error.message)
        keys = {p["name"]: p["node_key"] for p in seoul.json("peers")["items"]}
        self.assertEqual(set(keys), {"la.example", "third.example"})
        self.assertEqual(keys["la.example"], la.json("id")["node_key"])

    def test_invites_are_listed_and_revoked(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = self.invite(seoul, "--for", "la.example")
        item = seoul.json("invites")["items"][0]
        self.assertEqual(item["for"], "la.example")
        self.assertNotIn(item["id"], line)
        seoul.run("invites", "--revoke", item["id"])
        self.assertEqual(seoul.json("invites")["items"], [])
        self.assert_refused("used, has expired", lambda: la.run("join", line, "--yes"))
        self.assert_refused("no such invite", lambda: seoul.run("invites", "--revoke", item["id"]))


class Strangers(NodesTest):
    """E: strangers."""

    def test_refused_strangers_write_nothing(self):
        seoul = self.node("seoul")
        account(seoul, "it", "operator")
        size = lambda: sum(p.stat().st_size for p in seoul.data.glob("office.db*"))
        lines = len(seoul.run("audit").splitlines())
        before = size()
        connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=DEADLINE)
        for i in range(1500):
            path = ("/api/v1/records", "/api/v1/sessions", "/api/v1/accounts", "/publish")[i % 4]
            connection.request("POST", path, json.dumps({"name": "x" * 10_000, "password": "wrong"}).encode(), JSON | {"X-Padding": "x" * 5000})
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

    def test_silent_handshakes_give_way(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        silent = []
        try:
            for i in range(256):
                s = socket.socket()
                s.bind((f"127.0.{i % 16 + 1}.1", 0))
                s.settimeout(DEADLINE)
                s.connect(("127.0.0.1", seoul.peer_port))
                silent.append(s)
            line = seoul.json("invite", "--address", f"127.0.0.1:{seoul.peer_port}")["line"]
            la.run("join", line, "--yes")
            wait_for(lambda: connected(seoul, "la.example"), "LA gets in while strangers hold every place")
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


class NothingDestroyed(NodesTest):
    """F: nothing destroys what exists."""

    def assert_kept(self, data, words, before):
        with self.assertRaises(CommandFailed) as caught:
            koinon("init", "--name", "other.example", "--display-name", "Other", data=data)
        for word in words:
            self.assertIn(word, caught.exception.stderr)
        after = {str(p): p.read_bytes() for p in data.rglob("*") if p.is_file() and not p.name.endswith(".lock")}
        self.assertEqual(after, before)

    def test_init_refuses_a_folder_that_holds_anything_of_a_node(self):
        seoul = self.node("seoul")
        seoul.publish("Kept")
        seoul.stop()
        everything = [p.relative_to(seoul.data) for p in seoul.data.rglob("*") if p.is_file() and p.suffix in (".key", ".db")]
        self.assertEqual(len(everything), 7)
        for missing in everything:
            aside = pathlib.Path(self.folder) / "aside"
            os.rename(seoul.data / missing, aside)
            before = {str(p): p.read_bytes() for p in seoul.data.rglob("*") if p.is_file() and not p.name.endswith(".lock")}
            needed = missing.suffix == ".key" or missing.name == "store.db"
            self.assert_kept(seoul.data, [str(missing), "backup"] if needed else ["lives here already"], before)
            os.rename(aside, seoul.data / missing)
        # The keys not restored yet; the store not restored yet.
        for there in ("keys", "store.db"):
            half = pathlib.Path(self.folder) / f"half-{there}"
            half.mkdir(mode=0o700)
            subprocess.run(["cp", "-a", str(seoul.data / there), str(half)], check=True)
            before = {str(p): p.read_bytes() for p in half.rglob("*") if p.is_file()}
            self.assert_kept(half, ["backup"], before)
        seoul.start()
        self.assertEqual(own_entries(seoul), 3)

    def test_the_daemons_advice_fits_what_is_missing(self):
        seoul = self.node("seoul")
        seoul.stop()
        for missing in ("keys/signing.key", "keys/cosigner.key", "keys/sealing.key", "keys/node.key", "store.db"):
            aside = pathlib.Path(self.folder) / "aside"
            os.rename(seoul.data / missing, aside)
            said = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=DEADLINE)
            text = said.stderr.decode()
            self.assertEqual(said.returncode, 1, missing)
            self.assertIn(missing, text)
            self.assertIn("backup", text)
            self.assertNotIn("make one", text, "what exists is not to be made anew")
            os.rename(aside, seoul.data / missing)
        for role in ("signing", "cosigner", "sealing"):
            os.rename(seoul.data / "keys" / f"{role}.key", pathlib.Path(self.folder) / role)
        said = subprocess.run([str(BIN / "koinond"), "--data", str(seoul.data)], capture_output=True, timeout=DEADLINE)
        self.assertIn("signing.key", said.stderr.decode())
        self.assertNotIn("make one", said.stderr.decode())

    def test_an_init_that_was_cut_short_begins_anew(self):
        data = pathlib.Path(self.folder) / "cut"
        (data / "keys").mkdir(parents=True, mode=0o700)
        (data / "init-unfinished").write_text("")
        (data / "keys" / "signing.key").write_text("half")
        said = subprocess.run([str(BIN / "koinond"), "--data", str(data)], capture_output=True, timeout=DEADLINE)
        self.assertIn("cut short", said.stderr.decode())
        koinon("init", "--name", "cut.example", "--display-name", "Cut", data=data)
        self.assertFalse((data / "init-unfinished").exists())

    def test_no_permission_is_not_no_node(self):
        seoul = self.node("seoul")
        root = os.geteuid() == 0
        # The folder is closed to others: to another user where this one may do everything, else to this one.
        other = {"user": 65534, "group": 65534, "extra_groups": []} if root else {}
        os.chmod(self.folder, 0o755)
        if not root:
            os.chmod(seoul.data, 0)
        try:
            for command in ([str(BIN / "koinon"), "--data", str(seoul.data), "status"], [str(BIN / "koinond"), "--data", str(seoul.data)],
                            [str(BIN / "koinon"), "--data", str(seoul.data), "init", "--name", "x.example", "--display-name", "X"]):
                said = subprocess.run(command, capture_output=True, timeout=DEADLINE, **other)
                self.assertEqual(said.returncode, 1, command)
                self.assertIn("run this as the node's user", said.stderr.decode(), command)
        finally:
            os.chmod(seoul.data, 0o700)


if __name__ == "__main__":
    unittest.main()
