"""Webhooks to a real receiver and mail to a real SMTP sink, with failures, retries, restarts and hostile notes."""

import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import socket
import sqlite3
import threading
import time
import unittest

from api import Api, PASSWORD, account, ask, practice
from browser import Browser, member
from mail_sink import MailSink
from nodes import NodesTest, connected, peer, wait_for


class Receiver:
    """Takes webhooks; answers what `script` says, then 204."""

    def __init__(self, script=(), location=None):
        self.script, self.got, self.location = list(script), [], location
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                status = outer.script.pop(0) if outer.script else 204
                self.send_response(status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Sending(NodesTest):
    def receiver(self, *args, **kwargs):
        made = Receiver(*args, **kwargs)
        self.addCleanup(made.stop)
        return made

    def test_a_webhook_is_signed_and_arrives_once_what_failed_is_tried_again(self):
        seoul = self.node("seoul", "--webhooks-allow-private", "--send-backoff-seconds", "1")
        receiver = self.receiver([500, 503])
        made = seoul.json("webhook", "add", f"http://127.0.0.1:{receiver.port}/hook", "--topic", "salud")
        seoul.publish("Elsewhere", "Text.", ("climate/heat",))
        ref = seoul.publish("Testing", "Text.", ("health/testing",))
        wait_for(lambda: len(receiver.got) == 3, "two failures and an arrival")
        ids = {headers["webhook-id"] for headers, _ in receiver.got}
        self.assertEqual(len(ids), 1, "the same message every time")
        headers, body = receiver.got[-1]
        data = json.loads(body)
        self.assertEqual((data["type"], data["data"]["ref"]), ("record.published", ref))
        key = base64.b64decode(made["secret"].removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], f"v1,{expected}")
        self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), 300)
        hook = made["id"]
        def states():
            path = f"http://127.0.0.1:{seoul.http_port}/api/v1/webhooks/{hook}/deliveries"
            return [(d["state"], d["attempts"]) for d in ask("GET", path, headers=self.operator(seoul)).json()["items"]]
        wait_for(lambda: states() == [("sent", 3)], "it is settled")
        seoul.run("withdraw", ref, "--erase")
        wait_for(lambda: any(json.loads(b)["type"] == "record.erased" for _, b in receiver.got), "what is erased is told")
        seoul.run("webhook", "remove", hook)
        self.assertEqual(seoul.json("webhook", "list")["items"], [])

    def operator(self, node):
        if not hasattr(self, "_operator"):
            self._operator = {"Authorization": "Bearer " + account(node, "it", "operator")}
        return self._operator

    def test_nothing_is_lost_while_the_receiver_and_the_node_are_down(self):
        seoul = self.node("seoul", "--webhooks-allow-private", "--send-backoff-seconds", "1")
        receiver = self.receiver()
        port = receiver.port
        seoul.run("webhook", "add", f"http://127.0.0.1:{port}/")
        receiver.server.shutdown()
        receiver.server.server_close()
        refs = [seoul.publish(f"While it is down {i}") for i in range(3)]
        seoul.stop()
        receiver.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), receiver.server.RequestHandlerClass)
        receiver.thread = threading.Thread(target=receiver.server.serve_forever)
        receiver.thread.start()
        seoul.start("--webhooks-allow-private", "--send-backoff-seconds", "1")
        def told():
            return sorted(json.loads(body)["data"]["ref"] for _, body in receiver.got)
        wait_for(lambda: told() == sorted(refs), "all three arrive after the restart")

    def test_private_addresses_are_refused_by_name_by_number_and_by_redirect(self):
        receiver = self.receiver()
        redirecting = self.receiver([302], location=f"http://127.0.0.1:{receiver.port}/inside")
        seoul = self.node("seoul")
        self.assert_refused("https", lambda: seoul.run("webhook", "add", f"http://127.0.0.1:{receiver.port}/"))
        for wrong in ("ftp://x.example/", "https://user:pass@x.example/", "file:///etc/passwd", "https://", "x", "https://a.example/#b"):
            self.assert_refused("https", lambda: seoul.run("webhook", "add", wrong))
        hooks = [seoul.json("webhook", "add", f"https://{host}:{receiver.port}/")["id"]
                 for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "127.1", "169.254.169.254", "10.0.0.1")]
        seoul.publish("Anything")
        headers = self.operator(seoul)
        for hook in hooks:
            path = f"http://127.0.0.1:{seoul.http_port}/api/v1/webhooks/{hook}/deliveries"
            item = wait_for(lambda: next((d for d in ask("GET", path, headers=headers).json()["items"] if d["attempts"] > 0), None), "it was tried")
            self.assertEqual((item["state"], "private network" in item["outcome"]), ("given-up", True), item)
        member(seoul, "gestore", "operator")
        browser = Browser(seoul, "it")
        browser.log_in("gestore", PASSWORD)
        page = browser.go(f"/operate/sending/{hooks[0]}")
        self.assertIn("rete privata", page.text, "why is said in the reader's language")
        self.assertNotIn("private network", page.text)
        self.assertEqual(receiver.got, [], "nothing was sent")
        seoul.stop()
        seoul.start("--webhooks-allow-private")
        seoul.run("webhook", "add", f"http://127.0.0.1:{redirecting.port}/")
        seoul.publish("Redirected")
        wait_for(lambda: redirecting.got, "the redirecting one is asked")
        wait_for(lambda: ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/webhooks/{hooks[-1] + 1}/deliveries", headers=headers).json()["items"][0]["outcome"] == "302", "its answer counts as a failure")
        self.assertEqual(receiver.got, [], "no redirect is followed")

    def test_a_slow_receiver_holds_up_neither_others_nor_publishing(self):
        hanging = threading.Event()
        slow, quick = self.receiver(), self.receiver()
        original = slow.server.RequestHandlerClass.do_POST
        slow.server.RequestHandlerClass.do_POST = lambda handler: (hanging.wait(60), original(handler))
        seoul = self.node("seoul", "--webhooks-allow-private")
        seoul.run("webhook", "add", f"http://127.0.0.1:{slow.port}/")
        seoul.run("webhook", "add", f"http://127.0.0.1:{quick.port}/")
        for i in range(5):
            seoul.publish(f"Note {i}")
        wait_for(lambda: len(quick.got) == 5, "the quick one has all five")
        hanging.set()

    def test_what_is_for_the_office_comes_by_mail_at_once_and_digests_by_topic(self):
        sink = MailSink(self)
        mail = ("--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1", "--office-time-zone", "Asia/Kolkata")
        seoul, la = self.node("seoul", *mail), self.node("la")
        seoul.run("peer", "add", la.line())
        la.run("peer", "add", seoul.line())
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        token = account(seoul, "press", "publisher", "--email", "press@seoul.example")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        path = f"http://127.0.0.1:{seoul.http_port}/api/v1/accounts/press/mail"
        wishes = {"at_once": True, "digests": [{"topic": "climate", "days": 1}, {"topic": "all", "days": 7}]}
        self.assertEqual(ask("PUT", path, json.dumps(wishes).encode(), headers).status, 200)
        ref = seoul.publish("Testing from the car")
        wait_for(lambda: la.shows(ref), "Los Angeles has it")
        sink.script = ["451 try again later", "421 busy"]
        la.publish("Not for Seoul", "Text.", ("climate/heat",))
        la.run("adopt", ref, "--stage", "adopted", "--outcome", "worked", "--title", "사진 <b>검사</b>\u202e", "--text", "[x](javascript:alert(1))")
        wait_for(lambda: len(sink.got) == 1, "the adoption, after two refusals")
        envelope = sink.got[0]
        self.assertEqual((envelope.rcpt_tos, envelope.mail_from), (["press@seoul.example"], "koinon@seoul.example"))
        message = sink.messages()[0]
        self.assertEqual(message["Subject"], "la.example: 사진 <b>검사</b>")
        self.assertEqual(message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertRegex(message["Date"], r"\+0530$", "the office's own time")
        plain, rich = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
        self.assertIn("https://notes.seoul.example/records/la.example/", plain)
        self.assertIn("&lt;b&gt;", rich)
        for bad in ("<b>", "javascript:", "\u202e"):
            self.assertNotIn(bad, rich)
        # Digests go out when they are due, or when one asks.
        ask("POST", path + "/digests", b"", headers)
        wait_for(lambda: len(sink.got) == 3, "both digests")
        subjects = sorted(message["Subject"] for message in sink.messages()[1:])
        self.assertEqual(subjects, ["Practice notes: all topics (3)", "Practice notes: climate (1)"])
        ask("POST", path + "/digests", b"", headers)
        seoul.publish("After", "Text.", ("climate/heat",))
        wait_for(lambda: ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/mail", headers=self.operator(seoul)).json()["items"][0]["state"] == "sent", "sent")
        # Leaving needs no account, and no program that only looks at the link leaves for anybody.
        link = re.search(r"<https://notes.seoul.example(/unsubscribe/[a-z2-7]+)>", message["List-Unsubscribe"]).group(1)
        here = f"http://127.0.0.1:{seoul.http_port}{link}"
        self.assertEqual(ask("GET", here).status, 200)
        self.assertTrue(ask("GET", path, headers=headers).json()["at_once"])
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(ask("POST", here, b"List-Unsubscribe=One-Click", form).status, 200)
        self.assertFalse(ask("GET", path, headers=headers).json()["at_once"])

    def test_a_refused_recipient_is_given_up_and_said(self):
        sink = MailSink(self)
        sink.script = ["550 no such user"]
        seoul = self.node("seoul", "--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                          "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1")
        token = account(seoul, "press", "publisher", "--email", "gone@seoul.example")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        path = f"http://127.0.0.1:{seoul.http_port}/api/v1/accounts/press/mail"
        ask("PUT", path, json.dumps({"digests": [{"topic": "all", "days": 1}]}).encode(), headers)
        seoul.publish("One")
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        ask("POST", path + "/digests", b"", headers)
        def last():
            items = ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/mail", headers=self.operator(seoul)).json()["items"]
            return items and items[0]["state"] != "waiting" and items[0]
        item = wait_for(last, "it is settled")
        self.assertEqual((item["state"], item["outcome"], item["attempts"]), ("given-up", "550: the mail server refused it", 1))

    def test_an_administrator_tries_the_mail_server_and_is_told_what_it_says(self):
        sink = MailSink(self)
        seoul = self.node("seoul", "--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                          "--http-url", "https://notes.seoul.example")
        self.assertRegex(seoul.run("mail", "test", "it@seoul.example"), rf"^127\.0\.0\.1:{sink.port} took the mail for it@seoul\.example: 250 .*\n$")
        envelope = sink.got[0]
        self.assertEqual((envelope.rcpt_tos, envelope.mail_from), (["it@seoul.example"], "koinon@seoul.example"))
        message = sink.messages()[0]
        self.assertEqual(message["Subject"], "Test mail of seoul.example")
        self.assertIsNone(message["List-Unsubscribe"])
        for kind in ("plain", "html"):
            text = message.get_body((kind,)).get_content()
            self.assertIn("can send mail", text)
            self.assertNotIn("unsubscribe", text)
        # What the server says, in its words; to the mail, and to whom it is for.
        sink.script = ["554 5.7.1 this looks like spam"]
        self.assert_refused(f"127.0.0.1:{sink.port} did not take the mail, at the step text: 554 5.7.1 this looks like spam",
                            lambda: seoul.run("mail", "test", "it@seoul.example"))

        async def nobody(server, session, envelope, address, options):
            return "550-5.1.1 no such\r\n550 user"
        sink.handle_RCPT = nobody
        api = Api(seoul, token=account(seoul, "it", "operator"))
        tried = api.post("/api/v1/mail/test", {"to": "gone@seoul.example"}, expect=200).json()
        self.assertEqual(tried, {"accepted": False, "server": f"127.0.0.1:{sink.port}", "step": "recipient", "code": 550,
                                 "said": "550 5.1.1 no such user", "outcome": "550: the mail server refused it"})
        self.assertEqual(len(sink.got), 1)
        # Nothing of it is kept but who asked; and only an operator may.
        self.assertEqual(seoul.json("deliveries", "--mail")["items"], [])
        lines = [(line["target"], line["outcome"]) for line in seoul.json("audit")["items"] if line["action"] == "testMail"]
        self.assertEqual(lines, [("gone@seoul.example", "200"), ("it@seoul.example", "200"), ("it@seoul.example", "200")])
        for wrong in ("", "nobody", "a@b@c", "<a@b>"):
            self.assertEqual(api.post("/api/v1/mail/test", {"to": wrong}, expect=400).json()["field"], "to")
        Api(seoul, token=account(seoul, "chief", "reviewer")).post("/api/v1/mail/test", {"to": "it@seoul.example"}, expect=403)

    def test_an_administrator_hears_that_the_mail_server_is_away_silent_or_not_set(self):
        def options(port, *more):
            return ("--mail-smtp", f"smtp://127.0.0.1:{port}", "--mail-from", "koinon@seoul.example", "--http-url", "https://notes.seoul.example", *more)

        def tries():
            return seoul.run("mail", "test", "it@seoul.example")
        seoul = self.node("seoul")
        self.assert_refused("set mail.smtp, mail.from and http.url in koinond.toml", tries)
        seoul.stop()
        sink = MailSink(self)
        seoul.start(*options(sink.port))
        self.assert_refused(f"127.0.0.1:{sink.port} did not take the mail, at the step tls: no secure connection", tries)
        seoul.stop()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            seoul.start(*options(port, "--mail-plain"))
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                asking = pool.submit(self.assert_refused, "at the step connect: the connection to the receiver broke off", tries)
                held, _ = silent.accept()
                self.assert_refused("another test mail is under way", tries)
                held.close()
                asking.result()
        self.assert_refused(f"127.0.0.1:{port} did not take the mail, at the step connect: the receiver cannot be reached", tries)

    def test_a_digest_of_more_than_a_mail_holds_goes_on_in_the_next(self):
        sink = MailSink(self)
        seoul = self.node("seoul", "--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                          "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1")
        token = account(seoul, "press", "publisher", "--email", "press@seoul.example")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1"
        ask("PUT", base + "/accounts/press/mail", json.dumps({"digests": [{"topic": "climate", "days": 7}]}).encode(), headers)
        notes = [practice(f"Note {i:03}.", ("climate/heat",)) for i in range(250)]
        self.assertEqual(ask("POST", base + "/imports", json.dumps({"notes": notes}).encode(), headers).status, 200)
        wait_for(lambda: len(seoul.refs(kind="practice")) == 250, "all are indexed")
        ask("POST", base + "/accounts/press/mail/digests", b"", headers)
        wait_for(lambda: len(sink.got) == 3, "three mails")
        mails = sink.messages()
        self.assertEqual(sorted(m["Subject"] for m in mails),
                         ["Practice notes: climate (100)", "Practice notes: climate (100)", "Practice notes: climate (50)"])
        told = [title for m in mails for title in re.findall(r"^\* (Note \d{3}\.)", m.get_body(("plain",)).get_content(), re.M)]
        self.assertEqual(sorted(told), [f"Note {i:03}." for i in range(250)], "each once")

    def test_what_comes_faster_than_mails_may_comes_in_one_when_the_hour_is_over(self):
        sink = MailSink(self)
        mail = ("--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1")
        seoul, la = self.node("seoul", *mail), self.node("la")
        peer(seoul, la)
        wait_for(lambda: la.entries("seoul.example") >= 3 and seoul.entries("la.example") >= 3, "they know each other")
        press = {"Authorization": "Bearer " + account(seoul, "press", "publisher", "--email", "press@seoul.example"), "Content-Type": "application/json"}
        wish = ask("PUT", f"http://127.0.0.1:{seoul.http_port}/api/v1/accounts/press/mail", json.dumps({"at_once": True}).encode(), press)
        self.assertEqual(wish.status, 200)
        office = {"Authorization": "Bearer " + account(la, "office", "publisher"), "Content-Type": "application/json"}

        def asks(numbers):
            notes = [{"kind": "question", "language": "en", "topics": ["health/testing"], "to": ["seoul.example"],
                      "content": {"title": f"Question {i:02}.", "text": "Text."}} for i in numbers]
            made = ask("POST", f"http://127.0.0.1:{la.http_port}/api/v1/imports", json.dumps({"notes": notes}).encode(), office)
            self.assertEqual(made.status, 200, made.body)

        def written(sql):
            with contextlib.closing(sqlite3.connect(seoul.data / "office.db", timeout=30)) as db, db:
                return db.execute(sql).fetchone()

        waits = lambda count: lambda: written("SELECT coalesce(sum(held), 0) FROM mail_pace") == (count,)
        asks(range(20))
        wait_for(waits(14), "all but six wait")
        wait_for(lambda: len(sink.got) == 6, "six come at once")
        seoul.stop()
        seoul.start(*mail)
        asks(range(20, 24))
        wait_for(waits(18), "a start begins no hour anew")
        newest = la.json("list", "--kind", "question")["items"][0]
        la.run("withdraw", newest["ref"], "--erase")
        wait_for(lambda: seoul.record(newest["ref"])["status"] == "erased", "one of them is erased")
        seoul.stop()
        self.assertEqual(len(sink.got), 6, "no more within the hour")
        written("UPDATE mail_pace SET began_ms = began_ms - 3600000 RETURNING user")
        seoul.start(*mail)
        wait_for(lambda: len(sink.got) == 7, "one mail when it is over")
        messages = sink.messages()
        self.assertEqual(messages[-1]["Subject"], "For your office: 17 more notes")
        told = [title for m in messages for title in re.findall(r"^\* (Question \d{2}\.)", m.get_body(("plain",)).get_content(), re.M)]
        self.assertEqual(sorted(told), sorted({f"Question {i:02}." for i in range(24)} - {newest["title"]}), "each once, but what was erased")
        self.assertTrue(waits(0)(), "nothing waits any more")

    def test_a_webhook_with_much_to_take_keeps_no_other_one_waiting(self):
        hanging = threading.Event()
        self.addCleanup(hanging.set)
        slow, quick = self.receiver(), self.receiver()
        original = slow.server.RequestHandlerClass.do_POST
        slow.server.RequestHandlerClass.do_POST = lambda handler: (hanging.wait(60), original(handler))
        seoul = self.node("seoul", "--webhooks-allow-private", "--send-backoff-seconds", "1")
        for receiver in (slow, quick):
            seoul.run("webhook", "add", f"http://127.0.0.1:{receiver.port}/")
        headers = {"Authorization": "Bearer " + account(seoul, "press", "publisher"), "Content-Type": "application/json"}
        notes = [practice(f"Note {i:03}.") for i in range(200)]
        made = ask("POST", f"http://127.0.0.1:{seoul.http_port}/api/v1/imports", json.dumps({"notes": notes}).encode(), headers)
        self.assertEqual(made.status, 200, made.body)
        told = lambda receiver: {json.loads(body)["data"]["ref"] for _, body in receiver.got}
        wait_for(lambda: len(told(quick)) == 200, "the quick one has all of them")
        self.assertEqual(len(quick.got), 200, "each once")
        self.assertEqual(slow.got, [], "while the slow one has taken nothing")
        hanging.set()
        wait_for(lambda: len(told(slow)) == 200, "and the slow one once it is well")

    def test_mail_without_a_sender_or_links_is_refused_at_the_start(self):
        seoul = self.node("seoul", start=False)
        seoul.start("--mail-smtp", "smtp://127.0.0.1:25", wait=False)
        self.assertEqual(seoul.process.wait(30), 2)
        seoul.process = None
        self.assertIn("mail.from", seoul.log())


if __name__ == "__main__":
    unittest.main()
