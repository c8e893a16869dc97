"""One gate through which every signature passes."""

import concurrent.futures
import json
import time
import unittest

from api import Api, account, ask, bearer, get, post, practice
from nodes import NodesTest, own_entries, peer, wait_for


class Gate(NodesTest):
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
            "rotateKey": ("POST", "/api/v1/keys/signing", {}),
            "rotateNodeKey": ("POST", "/api/v1/keys/node", {}),
            "rotateCosignerKey": ("POST", "/api/v1/keys/cosigner", {}),
            "changeRecoveryKey": ("POST", "/api/v1/keys/recovery", {"statement": "koinon/v1 rotation"}),
            "removePeer": ("DELETE", "/api/v1/peers/milan.example", None),
        }

    # Operations that change something and sign nothing. A new one belongs here, or above.
    SIGN_NOTHING = {"letSign", "resumeCredentials", "prepareRecoveryKey", 
        "preview", "addDraft", "makeTemplate", "changeDraft", "removeDraft", "cancelHeld", "putWorksheet", "removeWorksheet", "uploadAttachment", "fetchAttachment", "dropAttachment",
        "changeInboxItem", "watch", "unwatch", "addPeer", "changePeer", "askReaches", "invite", "revokeInvite", "join", "setSubscriptions", "block", "unblock", "thaw", "reindex", "setClock",
        "logIn", "logOut", "useLink", "addAccount", "changeAccount", "removeAccount", "makeLink", "setPassword",
        "addToken", "removeToken", "addFeedAddress", "removeFeedAddress", "addWebhook", "testWebhook", "testMail", "removeWebhook", "setMailWishes", "sendDigests", "unsubscribe"}

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
            return {i: seoul.local("GET", f"/api/v1/held/{i}")["state"] for i in held.values()}
        wait_for(lambda: states()[held["steady"]] == "signed", "what is allowed is signed")
        wait_for(lambda: set(states().values()) == {"signed", "cancelled"}, "all are settled")
        self.assertEqual({name: states()[i] for name, i in held.items()},
                         {"removed": "cancelled", "demoted": "cancelled", "moved": "cancelled", "steady": "signed"})
        self.assertEqual([i["title"] for i in seoul.json("list", "--kind", "practice")["items"]], ["Of steady"])
        drafts = seoul.local("GET", "/api/v1/drafts")["items"]
        self.assertEqual({(d["owner"], d["note"]["content"]["title"]) for d in drafts},
                         {("demoted", "Of demoted"), ("moved", "Of moved")}, "what an account that is still there wrote is not lost")

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


if __name__ == "__main__":
    unittest.main()
