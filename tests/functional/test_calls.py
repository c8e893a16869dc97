"""Calls and visits between two cities, on pages without scripts, by the API and on the command line: asked for, answered,
put into calendars, and told of once they are over, with clocks that are moved."""

import datetime
import json
import re
import unittest
import zoneinfo

from api import PASSWORD, Api, account, ask, get
from browser import member
from mail_sink import MailSink
from nodes import NodesTest, connected, peer, wait_for

LA, SEOUL = zoneinfo.ZoneInfo("America/Los_Angeles"), zoneinfo.ZoneInfo("Asia/Seoul")
DAY = 24 * 3600


def in_days(days, hour, zone):
    """So many days from now, at this hour by the clocks of the zone."""
    return (datetime.datetime.now(zone) + datetime.timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def local(time):
    return time.strftime("%Y-%m-%dT%H:%M")


def value(time, minutes=30):
    """What a button carries."""
    return f"yes {int(time.timestamp()) * 1000}.{minutes}"


def event(answer):
    """The properties of a calendar file, as a calendar reads it."""
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/calendar"), answer.body
    for line in answer.body.split(b"\r\n"):
        assert len(line) <= 75 and line.decode() is not None, line
    lines = answer.text().replace("\r\n ", "").split("\r\n")
    return {re.split("[;:]", line)[0]: line for line in lines if line}


class Calls(NodesTest):
    def start_pair(self, *args):
        """Seoul, whose country has one time zone, and Los Angeles, whose office says its own."""
        seoul = self.node("seoul", *args, init_args=("--country", "KR"))
        la = self.node("la", "--office-time-zone", "America/Los_Angeles")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        return seoul, la

    def phase(self, node, call):
        return node.record(call)["call"]["phase"]

    def agree_on(self, seoul, la, call, phase):
        for node in (seoul, la):
            wait_for(lambda: call in node.refs(kind="call") and self.phase(node, call) == phase, f"{node.city} sees: {phase}")

    def moved(self, days, *nodes):
        """Their clocks are this much ahead of what they were."""
        for node, _ in nodes:
            node.stop()
        for node, args in nodes:
            node.start(f"--clock-offset-seconds={days * DAY}", *args, peer_port=node.peer_port)
        (first, _), (second, _) = nodes
        wait_for(lambda: connected(first, second.name) and connected(second, first.name), "they connect again")

    def test_a_call_is_asked_for_answered_in_one_press_and_told_of(self):
        seoul, la = self.start_pair()
        ref = seoul.publish("Testing from the car")
        wait_for(lambda: la.shows(ref), "Los Angeles has it")
        jo, kim = member(la, "jo", "publisher"), member(seoul, "kim", "publisher")
        jo.go(f"/records/{ref}")
        self.assertIn(f"/call?about={ref}", jo.page.links)
        jo.go(f"/call?about={ref}")
        self.assertEqual(jo.page.form("/call").fields["to"], "Seoul (seoul.example)")
        self.assertRegex(jo.page.text, "Seoul: .*South Korea Time", "their time stands beside ours")
        self.assertIn("Times are in Los Angeles Time.", jo.page.text)
        suggested = [jo.page.form("/call").fields[f"time{row}"] for row in (1, 2, 3)]
        self.assertEqual(len(set(suggested)), 3)

        # What is wrong is said, and nothing that was typed is lost.
        day = in_days(4, 16, LA)
        jo.submit("/call", "publish", text="", time1="tomorrow", time2="2020-03-01T09:00", time3="")
        self.assertEqual(jo.page.status, 400)
        self.assertIn("this is no day with a time", jo.page.text)
        self.assertIn("this time has passed", jo.page.text)
        self.assertEqual(jo.page.form("/call").fields["time2"], "2020-03-01T09:00")
        jo.submit("/call", "times", time1=local(day), time2="", text="How many people staff a site?\n\nAnd who pays?")
        there = day.astimezone(SEOUL)
        self.assertIn(there.strftime("%A, %B ") + str(there.day), jo.page.text)
        jo.submit("/call", "publish", contact="Jo, jo@la.example")
        call = jo.page.url.removeprefix("/records/")
        self.assertIn("Waiting for Seoul", jo.page.text)
        self.assertIn('id="s-text"', jo.page.source, "the title is only the first line of what they ask")
        for zone in ("Los Angeles Time", "South Korea Time"):
            self.assertIn(zone, jo.page.text)

        # Seoul answers from its inbox: one press.
        wait_for(lambda: call in seoul.refs(kind="call"), "Seoul has it")
        kim.go("/inbox")
        self.assertIn("How many people staff a site?", kim.page.text)
        kim.submit("/call-reply", value(day), contact="kim@seoul.example")
        self.assertEqual((kim.page.status, kim.page.url), (200, f"/records/{call}"))
        self.assertIn("Agreed: ", kim.page.text)
        self.agree_on(seoul, la, call, "agreed")
        self.assertIn("Done", kim.go("/inbox?state=done").text)
        self.assertIn(f"/records/{call}", kim.page.links)

        # Both have it in their calendars, as one event.
        events = [event(get(node, f"/api/v1/records/{call}/call.ics")) for node in (seoul, la)] + [event(get(la, f"/records/{call}/call.ics"))]
        utc = day.astimezone(datetime.timezone.utc)
        for one in events:
            self.assertEqual(one["UID"], events[0]["UID"])
            self.assertEqual(one["DTSTART"], utc.strftime("DTSTART:%Y%m%dT%H%M%SZ"))
            self.assertEqual(one["STATUS"], "STATUS:CONFIRMED")
            self.assertTrue(one["ORGANIZER"].endswith("mailto:jo@la.example"), one["ORGANIZER"])
            self.assertTrue(one["ATTENDEE"].endswith("mailto:kim@seoul.example"), one["ATTENDEE"])
        self.assertIn(f"/records/{call}/call.ics", kim.go("/desk").links)
        api = Api(la)
        item, = api.get("/api/v1/calls?phase=agreed").json()["items"]
        self.assertEqual((item["ref"], item["about"], item["to_do"]), (call, [ref], ""))
        self.assertEqual(api.get("/api/v1/calls?phase=over").json()["items"], [])
        self.assertEqual(api.get("/api/v1/cities/seoul.example/clock").json()["time_zone"], "Asia/Seoul")

        # Ten days later each is asked for one line.
        self.moved(10, (seoul, ()), (la, ()))
        self.agree_on(seoul, la, call, "over")
        for browser, node, name in ((jo, la, "jo"), (kim, seoul, "kim")):
            browser.base = f"http://127.0.0.1:{node.http_port}"
            browser.log_in(name, PASSWORD)
        self.assertEqual(Api(seoul).get("/api/v1/calls").json()["items"][0]["to_do"], "tell")
        jo.go("/desk")
        self.assertIn("What came of it?", jo.page.text)
        jo.submit("/call-reply", "held", text="")
        self.assertEqual(jo.page.status, 400)
        jo.submit("/call-reply", "held", text="Two people at a site; the port pays.")
        self.assertEqual(jo.page.status, 200)
        wait_for(lambda: "What came of it?" not in jo.go("/desk").text, "it is asked no more")
        wait_for(lambda: seoul.record(call)["call"]["outcomes"], "Seoul has what Los Angeles says")
        kim.go(f"/records/{call}")
        kim.submit("/call-reply", "held", text="They sent us their plan.")
        self.agree_on(seoul, la, call, "told")
        for browser in (jo, kim):
            browser.go(f"/records/{ref}")
            self.assertIn("La and Seoul talked on", browser.page.text)
            for line in ("Two people at a site; the port pays.", "They sent us their plan."):
                self.assertIn(line, browser.page.text)
            questions = browser.page.source.split('id="questions"')[1].split("</section>")[0]
            self.assertNotIn(call, questions, "a call is no question")

    def test_other_times_a_colleague_and_what_is_called_off(self):
        seoul, la = self.start_pair()
        jo, kim = member(la, "jo", "publisher"), member(seoul, "kim", "publisher")
        first, second = in_days(4, 16, LA), in_days(6, 10, SEOUL)
        calls = [la.run("call", "seoul.example", "--text", f"Call {i}", "--time", local(first), "--zone", "America/Los_Angeles").strip() for i in range(2)]
        for call in calls:
            self.agree_on(seoul, la, call, "waiting")
        self.assertIn("to do: answer", seoul.run("calls"))
        jo.go(f"/records/{calls[0]}")
        self.assertIn("Call 0", re.search("<h1.*?</h1>", jo.page.source, re.S)[0])
        self.assertNotIn('id="s-text"', jo.page.source, "a text of one line is not said twice")

        kim.go(f"/call-reply?to={calls[0]}&answer=another-time")
        kim.submit("/call-reply", "another-time", zone="Asia/Seoul", time1=local(second), time2="", time3="", text="We have a holiday.")
        self.agree_on(seoul, la, calls[0], "another-time")
        wait_for(lambda: any(i["kind"] == "call-reply" for i in la.local("GET", "/api/v1/inbox")["items"]), "it comes into the inbox")
        jo.go("/inbox")
        self.assertIn("Seoul offers other times. It is for La to choose.", jo.page.text)
        jo.submit("/call-reply", value(second))
        self.agree_on(seoul, la, calls[0], "agreed")
        yes = wait_for(lambda: [i for i in seoul.local("GET", "/api/v1/inbox")["items"] if i["kind"] == "call-reply"], "Seoul hears of the yes")
        self.assertEqual(len(yes), 1)
        agreed = event(get(seoul, f"/api/v1/records/{calls[0]}/call.ics"))
        la.run("withdraw", calls[0])
        wait_for(lambda: self.phase(seoul, calls[0]) == "no", "it is called off")
        off = event(get(seoul, f"/api/v1/records/{calls[0]}/call.ics"))
        self.assertEqual((off["UID"], off["STATUS"]), (agreed["UID"], "STATUS:CANCELLED"))
        self.assertGreater(int(off["SEQUENCE"].split(":")[1]), int(agreed["SEQUENCE"].split(":")[1]))

        kim.go(f"/call-reply?to={calls[1]}&answer=colleague")
        kim.submit("/call-reply", "colleague", colleague="")
        self.assertEqual(kim.page.status, 400)
        kim.submit("/call-reply", "colleague", colleague="Ms Lee, Fire department", contact="lee@seoul.example")
        self.agree_on(seoul, la, calls[1], "colleague")
        self.assertIn("Ms Lee, Fire department", jo.go(f"/records/{calls[1]}").text)
        self.assertEqual(get(la, f"/api/v1/records/{calls[1]}/call.ics").status, 404, "no time is agreed on")
        seoul.run("call-reply", calls[1], "--no")
        self.agree_on(seoul, la, calls[1], "no")

    def test_what_was_typed_into_a_reply_stays_and_comes_back_as_a_draft(self):
        seoul, la = self.start_pair()
        day, second = in_days(4, 16, LA), in_days(6, 10, SEOUL)
        call = la.run("call", "seoul.example", "--text", "Who pays?", "--time", local(day), "--zone", "America/Los_Angeles").strip()
        self.agree_on(seoul, la, call, "waiting")
        kim = member(seoul, "kim", "publisher")
        kim.go(f"/records/{call}")
        kim.page.form("/call-reply").buttons.append(("do", "yes x"))
        kim.submit("/call-reply", "yes x", contact="kim@seoul.example")
        self.assertEqual((kim.page.status, kim.page.form("/call-reply").fields["contact"]), (400, "kim@seoul.example"))
        kim.go(f"/call-reply?to={call}&answer=another-time")
        kim.submit("/call-reply", "another-time", zone="Asia/Seoul", time1=local(second), time2="", time3="")
        self.agree_on(seoul, la, call, "another-time")

        # A reply that is addressed to the other city as well is one to the call, when it is taken back.
        la.stop()
        la.start("--publishing-hold-minutes", "10", "--office-time-zone", "America/Los_Angeles", peer_port=la.peer_port)
        jo = member(la, "jo", "publisher")
        jo.go(f"/records/{call}")
        jo.submit("/call-reply", value(second), contact="jo@la.example")
        self.assertRegex(jo.page.url, "^/held/")
        jo.submit(jo.page.url, "cancel")
        self.assertRegex(jo.page.url, r"^/call-reply\?draft=")
        self.assertEqual(jo.page.status, 200, jo.page.text)
        fields = jo.page.form("/call-reply").fields
        self.assertEqual((fields["to"], fields["contact"]), (call, "jo@la.example"))
        self.assertTrue(fields["draft"])
        jo.submit("/call-reply", value(second))
        self.assertRegex(jo.page.url, "^/held/")
        self.assertNotIn(f"/publish?draft={fields['draft']}", jo.go("/desk").links, "it is no draft any more")

    def test_times_stay_by_the_clocks_by_which_they_were_typed(self):
        seoul = self.node("seoul", init_args=("--country", "KR"))
        la = self.node("la", "--office-time-zone", "UTC", init_args=("--country", "US"))
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        utc = zoneinfo.ZoneInfo("UTC")
        day = in_days(4, 3, utc)
        jo = member(la, "jo", "publisher")
        jo.go("/call?to=seoul.example")
        self.assertEqual(jo.page.form("/call").fields["zone"], "UTC", "of all that it offers, the zone in which the times stand")
        jo.cookies["koinon_zone"] = "America/Los_Angeles"  # as a script says it, once a page is there
        jo.submit("/call", "publish", text="", time1=local(day), time2="", time3="")
        fields = jo.page.form("/call").fields
        self.assertEqual((jo.page.status, fields["zone"], fields["time1"]), (400, "UTC", local(day)))
        there = day.astimezone(SEOUL)
        self.assertIn(there.strftime("%A, %B ") + str(there.day), jo.page.text)
        self.assertIn("12:00", jo.page.text, "three o'clock in UTC is noon in Seoul")
        jo.submit("/call", "publish", text="Who pays?")
        call = jo.page.url.removeprefix("/records/")
        offered, = la.record(call)["call"]["offered"]
        self.assertEqual(int(offered["start_ms"]), int(day.timestamp()) * 1000)

    def test_absurd_and_hostile_calls_do_no_harm(self):
        seoul, la = self.start_pair()
        note = {"kind": "call", "language": "en", "to": ["seoul.example"], "content": {
            "title": "</title><script>alert(1)</script>", "text": "{{7*7}} <script>alert(1)</script>", "form": "call", "time_zone": "Asia/Seoul",
            "contact": "a@b.example\r\nX-EVIL:1", "times": [{"start_ms": 253402300799999, "minutes": 10080}]}}
        call = la.signed(la.local("POST", "/api/v1/records", note))
        for wrong in ({"times": []}, {"times": [{"start_ms": "0", "minutes": 30}]}, {"times": [{"start_ms": "1", "minutes": 1}]},
                      {"time_zone": "Mars/Olympus"}, {"form": "party"}):
            self.assertEqual(la.local("POST", "/api/v1/records", note | {"content": note["content"] | wrong})["status"], 400, wrong)
        self.agree_on(seoul, la, call, "waiting")
        kim = member(seoul, "kim", "publisher")
        for path in (f"/records/{call}", "/inbox", f"/call-reply?to={call}&answer=another-time", "/desk"):
            kim.go(path)
            self.assertEqual(kim.page.status, 200, path)
            self.assertNotIn("<script>", kim.page.source, path)
        kim.go(f"/records/{call}")
        for pressed in ("yes 1.30", "yes x", "yes 1790000000000.30", "perhaps"):
            kim.go(f"/records/{call}")
            kim.page.form("/call-reply").buttons.append(("do", pressed))
            kim.submit("/call-reply", pressed)
            self.assertIn(kim.page.status, (200, 400), pressed)
        self.assertEqual(self.phase(seoul, call), "waiting", "a time that was not offered is none")
        kim.go(f"/records/{call}")
        kim.submit("/call-reply", "yes 253402300799999.10080")
        self.agree_on(seoul, la, call, "agreed")
        text = get(la, f"/api/v1/records/{call}/call.ics").text()
        self.assertNotIn("\r\nX-EVIL", text)
        self.assertEqual(get(la, "/records/la.example/0/call.ics").status, 404)

    def test_replies_beside_a_note_cost_no_more_than_questions_beside_it(self):
        """Each of them answers a call of which much was said. A page that only names them reads nothing of that."""
        _, la = self.start_pair()
        plain, hostile = la.publish("Plain"), la.publish("Hostile")
        call = la.run("call", "seoul.example", "--text", "Staff?", "--time", local(in_days(4, 16, LA)), "--zone", "America/Los_Angeles").strip()

        def beside(ref, kind, content, *refs):
            about = {"role": "about", "ref": ref}
            la.signed(la.local("POST", "/api/v1/records", {"kind": kind, "language": "en", "refs": [*refs, about], "content": content}))

        for i in range(40):
            beside(hostile, "call-reply", {"answer": "no", "text": f"No {i}."}, {"role": "answers", "ref": call})
            beside(plain, "question", {"title": f"Why {i}?", "text": "Why?"})
        headers = {"Authorization": f"Bearer {account(la, 'it', 'operator')}"}
        wait_for(lambda: la.status()["index_lag"] == 0, "all is indexed")

        def steps():
            return int(re.search(r"^koinon_database_steps_total (\d+)", get(la, "/metrics", headers).text(), re.M)[1])

        def cost(ref):
            begin = steps()
            self.assertEqual(get(la, f"/records/{ref}").status, 200)
            return steps() - begin

        usual, cost_of_hostile = (min(cost(ref) for _ in range(3)) for ref in (plain, hostile))
        self.assertLess(cost_of_hostile, 2 * usual + 600)

    def test_the_office_hears_by_mail_and_is_asked_what_came_of_it(self):
        sink = MailSink(self)
        mail = ("--mail-smtp", f"smtp://127.0.0.1:{sink.port}", "--mail-plain", "--mail-from", "koinon@seoul.example",
                "--http-url", "https://notes.seoul.example", "--send-backoff-seconds", "1")
        seoul, la = self.start_pair(*mail)
        token = account(seoul, "press", "publisher", "--email", "press@seoul.example")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        path = f"http://127.0.0.1:{seoul.http_port}/api/v1/accounts/press/mail"
        self.assertEqual(ask("PUT", path, json.dumps({"at_once": True}).encode(), headers).status, 200)
        day = in_days(4, 16, LA)
        call = la.run("call", "seoul.example", "--text", "How many people staff a site?", "--time", local(day), "--zone", "America/Los_Angeles",
                      "--contact", "jo@la.example").strip()

        def mails(count):
            wait_for(lambda: len(sink.got) == count, f"mail number {count}")
            return sink.messages()[-1]

        message = mails(1)
        self.assertEqual(message["Subject"], "la.example: How many people staff a site?")
        plain = message.get_body(("plain",)).get_content()
        self.assertIn(day.strftime("%A %Y-%m-%d %H:%M (America/Los_Angeles)"), plain.replace("\n", " "))
        seoul.run("call-reply", call, "--yes", "1", "--zone", "Asia/Seoul")
        self.agree_on(seoul, la, call, "agreed")
        self.moved(10, (seoul, mail), (la, ()))
        message = mails(2)
        self.assertEqual(message["Subject"], "What came of it? How many people staff a site?")
        plain = message.get_body(("plain",)).get_content()
        self.assertIn("https://notes.seoul.example/desk", plain)
        self.assertIn("call.ics", plain.replace("\n", ""))
        seoul.run("call-reply", call, "--held", "Four people.")
        self.agree_on(seoul, la, call, "over")
        la.run("call-reply", call, "--held", "We do the same now.")
        self.agree_on(seoul, la, call, "told")
        message = mails(3)
        self.assertEqual(message["Subject"], "la.example: What came of: How many people staff a site?")
        self.assertIn("We do the same now.", message.get_body(("plain",)).get_content())


if __name__ == "__main__":
    unittest.main()
