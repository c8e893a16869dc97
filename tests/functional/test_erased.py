"""Erased means erased: no file of a node's folder has a word of what its author had erased, in whatever form, and nothing that
waits tells of it any more. Over a kill -9 as well."""

import base64
import json
import re
import signal
import unittest

from api import account, ask
import test_sending
from mail_sink import MailSink
from nodes import NodesTest, peer, wait_for

# Stems: the search index has words in lower case, and their stems besides.
STEMS = (b"quarantin", b"persnicket", b"flibbertigibbet")


# Nothing is kept for a grace time.
AT_ONCE = ("--erase-grace-hours", "0")


def forms(stem):
    """The stem as it is, and as base64 (of mails) has it at each of the three offsets, without what depends on its neighbours."""
    yield stem
    for variant in (stem, stem.capitalize()):
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + variant)
            yield text[(0, 2, 3)[shift]:len(text) - (4 if len(text) % 4 == 0 else 0)]


def leftovers(node):
    """Files of the node's folder that have a stem in any form."""
    out = {}
    for path in node.data.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        folded, joined = data.lower(), data.replace(b"\r\n", b"")
        for stem in STEMS:
            found = [form for form in forms(stem) if form in joined or form in folded]
            if found:
                out.setdefault(path.name, []).append(stem.decode())
    return out


class Erased(NodesTest):
    receiver, operator = test_sending.Sending.receiver, test_sending.Sending.operator

    def test_forms_are_found_where_they_are(self):
        for before in range(3):
            wrapped = base64.encodebytes(b"x" * before + b"On Quarantining, a word").replace(b"\n", b"\r\n")
            self.assertTrue(any(form in wrapped.replace(b"\r\n", b"") for form in forms(b"quarantin")), before)

    def call(self, node, method, path, token, value=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return ask(method, f"http://127.0.0.1:{node.http_port}{path}", json.dumps(value).encode() if value is not None else None, headers)

    def test_no_file_of_any_node_has_a_word_of_it(self):
        sink, up, down = MailSink(self), self.receiver(), self.receiver()
        down.script = [500] * 1000
        seoul = self.node("seoul", "--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                          "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1", "--webhooks-allow-private", *AT_ONCE)
        la = self.node("la", "--webhooks-allow-private", "--send-backoff-seconds", "1", *AT_ONCE)
        peer(seoul, la)
        wait_for(lambda: la.entries("seoul.example") >= 3 and seoul.entries("la.example") >= 3, "they know each other")
        for node in (seoul, la):
            for receiver in (up, down):
                node.run("webhook", "add", f"http://127.0.0.1:{receiver.port}/{node.city}")
        desk = account(seoul, "press", "publisher", "--email", "press@seoul.example")
        self.call(seoul, "PUT", "/api/v1/accounts/press/mail", desk, {"at_once": True, "digests": [{"topic": "all", "days": 1}]})

        # Los Angeles writes: a draft, a try that is refused, something that waits, is taken back, and is held and signed.
        office = account(la, "office", "publisher")
        question = {"kind": "question", "language": "en", "topics": ["health/testing"], "to": ["seoul.example"],
                    "content": {"title": "Quarantining, a persnickety question", "text": "About one flibbertigibbet."}}
        draft = self.call(la, "POST", "/api/v1/drafts", office, question).json()["id"]
        refused = {"kind": "practice", "language": "en", "topics": ["health/testing"], "content": {"title": "Quarantining", "solution": "x"},
                   "attachments": [{"sha256": "0" * 64, "name": "flibbertigibbet.pdf", "media_type": "text/plain"}]}
        self.assertEqual(self.call(la, "POST", "/api/v1/records", office, refused).status, 404)
        held = self.call(la, "POST", "/api/v1/records", office, question | {"hold": 3600}).json()
        self.assertEqual(self.call(la, "DELETE", f"/api/v1/held/{held['id']}", office).json()["state"], "cancelled")
        self.assertEqual(self.call(la, "POST", f"/api/v1/drafts/{draft}/publish", office, {"hold": 1}).status, 202)
        ref = wait_for(lambda: next(iter(la.refs(kind="question")), None), "it is signed")
        twice = self.call(la, "POST", "/api/v1/records", office, question | {"hold": 1}).json()["id"]
        wait_for(lambda: self.call(la, "GET", f"/api/v1/held/{twice}", office).json()["state"] == "failed", "it stands already")

        # Seoul reads, remarks, is told by mail and webhook: one of each arrives, one waits.
        wait_for(lambda: sink.got, "the first mail arrives")
        sink.script = ["451 later"] * 1000
        self.call(seoul, "POST", "/api/v1/accounts/press/mail/digests", desk)
        waiting = lambda: [m for m in self.call(seoul, "GET", "/api/v1/mail", self.operator(seoul)["Authorization"].split()[1]).json()["items"] if m["state"] == "waiting"]
        wait_for(lambda: waiting() and waiting()[0]["attempts"] > 0, "the digest waits")
        wait_for(lambda: len(up.got) >= 2 and len(down.got) >= 2, "webhooks are tried")
        self.assertEqual(self.call(seoul, "PATCH", f"/api/v1/inbox/{ref}", desk, {"state": "open", "assignee": "press", "remark": "a persnickety one"}).status, 200)
        self.assertEqual(self.call(seoul, "PUT", f"/api/v1/watchlist/{ref}", desk, {"remark": "quarantining?"}).status, 204)
        wait_for(lambda: seoul.found("flibbertigibbet"), "and it is found")
        for node in (seoul, la):
            self.assertTrue(leftovers(node), "there is something to erase")

        withdrawal = la.run("withdraw", ref, "--erase", "--reason", "it named a person").strip()
        for node in (seoul, la):
            wait_for(lambda n=node: n.record(ref)["body_state"] == "erased", f"erased at {node.city}")
            wait_for(lambda n=node: not leftovers(n), f"nothing is left at {node.city}: {leftovers(node)}")
        # What waited tells nothing of it; what it was is still known.
        sink.script, down.script, mails, posts = [], [], len(sink.got), len(down.got)
        wait_for(lambda: any(json.loads(b)["type"] == "record.erased" for _, b in down.got[posts:]), "the erasure is told")
        wait_for(lambda: not waiting(), "the digest is settled")
        for body in [b for _, b in down.got[posts:]] + [e.content for e in sink.got[mails:]]:
            self.assertFalse([stem for stem in STEMS for form in forms(stem) if form in body.lower() or form in body.replace(b"\r\n", b"")])
        item = next(i for i in self.call(seoul, "GET", "/api/v1/inbox", desk).json()["items"] if i["ref"] == ref)
        self.assertEqual((item["status"], item["status_by"], item["assignee"], item["remark"]), ("erased", withdrawal, "press", ""))
        self.assertEqual(self.call(seoul, "GET", "/api/v1/watchlist", desk).json()["items"][0]["remark"], "")

    def test_for_a_grace_time_it_is_in_one_file_that_nothing_reads_or_backs_up(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        ref = seoul.publish("Quarantining", "Persnickety.")
        wait_for(lambda: la.shows(ref), "the note crosses")
        seoul.run("withdraw", ref, "--erase")
        for node in (seoul, la):
            wait_for(lambda n=node: n.record(ref)["body_state"] == "erased", f"erased at {node.city}")
            wait_for(lambda n=node: {name.removesuffix("-wal") for name in leftovers(n)} == {"grace.db"}, f"it is kept apart at {node.city}: {leftovers(node)}")
            self.assertEqual(node.data.stat().st_mode & 0o077, 0)
            self.assertEqual(node.found("persnickety"), [])
            node.stop()
            node.start(*AT_ONCE, peer_port=node.peer_port)
            wait_for(lambda n=node: not leftovers(n), f"the office wants it gone at once at {node.city}: {leftovers(node)}")

    def test_a_crash_at_that_moment_leaves_nothing_either(self):
        seoul = self.node("seoul", *AT_ONCE)
        desk = account(seoul, "press", "publisher")
        for life in range(5):
            note = {"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": "Quarantining", "solution": "Persnickety."}}
            self.call(seoul, "POST", "/api/v1/records", desk, note | {"hold": 1, "again": True})
            wait_for(lambda: len(seoul.refs(kind="practice")) == life + 1, "it is signed")
            ref = seoul.refs(kind="practice")[0]
            seoul.run("withdraw", ref, "--erase")
            seoul.stop(signal.SIGKILL)
            seoul.start(*AT_ONCE)
            wait_for(lambda: seoul.record(ref)["status"] == "erased", "it is erased")
            wait_for(lambda: not leftovers(seoul), f"nothing is left: {leftovers(seoul)}")

    def test_whoever_erases_is_told_what_may_hold_the_same_text(self):
        seoul = self.node("seoul")
        desk = account(seoul, "press", "reviewer")
        first = seoul.publish("Quarantining")
        second = seoul.publish("Quarantining, better", "Text.", ("health/testing",), "--revises", first)
        third = seoul.publish("Quarantaine", "Texte.", ("health/testing",), "--translates", second)
        draft = {"kind": "practice", "language": "en", "topics": ["health"], "content": {"title": "Quarantining, once more"},
                 "refs": [{"role": "revises", "ref": second}]}
        number = self.call(seoul, "POST", "/api/v1/drafts", desk, draft).json()["id"]
        wait_for(lambda: third in seoul.refs(), "all are indexed")
        left = self.call(seoul, "POST", "/api/v1/withdrawals", desk, {"ref": second, "erase": True}).json()["left"]
        self.assertEqual(left, {"versions": [first, third], "drafts": [number]})


if __name__ == "__main__":
    unittest.main()
