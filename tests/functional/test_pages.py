"""The pages as somebody uses them whose browser runs no script; and what strangers try with them."""

import base64
import contextlib
import datetime
import hashlib
import json
import pathlib
import re
import sqlite3
import unittest
import urllib.parse

from api import Document, ask, person, practice, without_own_script
from browser import Browser, Page
from nodes import NodesTest, connected, wait_for
from wire import City, Session, serve_log

PASSWORD = "a sentence is a good one"

# From published lists of cross-site scripting vectors (OWASP's, PortSwigger's), one of each way in.
PAYLOADS = ['<script>alert(1)</script>', '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", '<svg/onload=alert(1)>',
            '<iframe srcdoc="<script>alert(1)</script>">', '" autofocus onfocus=alert(1) x="', "javascript:alert(1)", "</textarea><script>alert(1)</script>",
            "</title><script>alert(1)</script>", "{{7*7}}{{{x_html}}}", "[[nav.find]]", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
            "&lt;script&gt;alert(1)&lt;/script&gt;", "<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "\u202egnp.exe\u202c", "`-alert(1)-`", "<style>*{color:red}</style>"]


class Pages(NodesTest):
    def member(self, node, name, role, *args):
        """An account whose owner has set the password on the page of the link."""
        link = node.json("user", "add", name, "--role", role, *args)["link"]
        browser = Browser(node)
        browser.go("/welcome/" + link.rsplit("/", 1)[1])
        browser.submit("/welcome/" + link.rsplit("/", 1)[1], password=PASSWORD)
        self.assertIn("/login", browser.page.url)
        browser.log_in(name, PASSWORD)
        self.assertEqual(browser.page.status, 200, browser.page.text)
        return browser

    def pair(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        la.run("peer", "add", seoul.line())
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        return seoul, la

    @staticmethod
    def adopted(city, ref):
        wait_for(lambda: city.shows(ref), "it crosses")
        return city.run("adopt", ref, "--stage", "trying").strip()

    def test_seoul_publishes_los_angeles_asks_and_tries(self):
        seoul, la = self.pair()
        press = self.member(seoul, "press", "publisher", "--office", "Office of the Mayor")
        other = self.member(la, "desk", "publisher")
        press.go("/publish")
        press.submit("/publish", "publish", title="Drive-thru testing", solution="Nobody leaves the car.\r\n\r\nIt is quick.",
                     topics="health/testing", contact="press@seoul.example")
        ref = press.page.url.removeprefix("/records/")
        number = ref.split("/")[1]
        self.assertIn("Nobody leaves the car.", press.page.text)
        self.assertIn("Office of the Mayor", press.page.text)
        wait_for(lambda: "Drive-thru testing" in other.go("/?q=d%C3%A9pistage+testing").text, "it is found by a topic's other name")
        self.assertIn(f"/records/{ref}", other.page.links)
        other.go(f"/records/{ref}")
        self.assertIn(f"Signed by Seoul (seoul.example), entry {number}", other.page.text)
        other.go(f"/ask?about={ref}")
        other.submit("/ask", title="How many people?", text="To staff a site.", urgency="weeks")
        question = other.page.url.removeprefix("/records/")
        other.go(f"/adopt?of={ref}")
        other.submit("/adopt", stage="trying")
        self.assertIn("We are trying this", other.page.text)
        inbox = wait_for(lambda: (page := press.go("/inbox")) and "How many people?" in page.text and "Adoption" in page.text and page, "both arrive")
        press.submit(f"/inbox/{question}", state="open", assignee="press", remark="call them")
        self.assertIn("In hand", press.page.text)
        press.go(f"/answer?to={question}")
        press.submit("/answer", text="Twelve at each site.", points_to=f"http://127.0.0.1/records/{ref}")
        self.assertIn("Twelve at each site.", press.page.text)
        self.assertIn("We are trying this", press.go(f"/records/{ref}").text)
        wait_for(lambda: "Twelve at each site." in other.go(f"/records/{ref}").text, "the answer arrives")
        wait_for(lambda: "1 practice we took up" in other.go("/impact").text, "what they took is counted")
        wait_for(lambda: "1 city learned from us" in press.go("/impact").text, "what we gave is counted")
        wait_for(lambda: "Drive-thru testing" in press.go("/map").text, "the map shows it")
        self.assertIn("1 answer", other.go("/questions").text)

    def test_every_page_and_every_form(self):
        seoul, la = self.pair()
        document = Document(ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/openapi.json").body)
        chief = self.member(seoul, "it", "operator", "--office", "IT")
        chief.document = document
        chief.go("/login")
        # A draft that is kept, changed by two people, previewed, and published.
        chief.go("/publish")
        chief.submit("/publish", "save", title="Cool roofs", solution="Paint them *white*.", topics="climate/heat", evidence="2",
                     cost_amount="21000000", cost_currency="EUR", sdg_13="on", partners="A\r\nB", commitments="|\r\nParis Agreement | 1.5 degrees\r\n | ",
                     links="Report | https://a.example/r", sources="UNDP | Note | 2020-04 | https://b.example/n")
        self.assertIn("The draft is saved", chief.page.text)
        draft = re.search("draft=([0-9]+)", chief.page.url)[1]
        fields = dict(chief.page.form("/publish").fields)
        self.assertEqual((fields["cost_amount"], fields["partners"].split(), fields["sdg_13"], fields["evidence"]), ("21000000", ["A", "B"], "on", "2"))
        self.assertIn("https://b.example/n", fields["sources"])
        mine, theirs = chief.page, Browser(seoul)
        theirs.cookies = chief.cookies
        theirs.go(f"/publish?draft={draft}")
        theirs.submit("/publish", "save", title="Theirs")
        chief.submit("/publish", "save", title="Mine")
        self.assertEqual(chief.page.status, 409)
        self.assertIn("Somebody else has changed this draft", chief.page.text)
        self.assertEqual(chief.page.form("/publish").fields["title"], "Mine", "what was typed is still there")
        chief.submit("/publish", "overwrite")
        chief.submit("/publish", "preview")
        self.assertIn("<em>white</em>", chief.page.source)
        chief.submit("/publish", "publish", topics="")
        self.assertEqual(chief.page.status, 400)
        self.assertIn('aria-invalid="true"', chief.page.source)
        chief.submit("/publish", "publish", topics="climate/heat", at="2099-01-01T10:00")
        self.assertEqual(chief.page.status, 400, "a year from now at most")
        chief.submit("/publish", "publish", at="2027-01-01T10:00")
        self.assertIn("January 1, 2027", chief.page.text)
        held = chief.page.url
        self.assertIn("Mine", chief.go("/desk").text)
        chief.go(held)
        with contextlib.closing(sqlite3.connect(seoul.data / "office.db")) as db, db:
            db.execute("CREATE TRIGGER forbidden BEFORE INSERT ON draft BEGIN SELECT RAISE(ABORT, 'no room'); END")
        chief.submit(held, "cancel")
        self.assertGreaterEqual(chief.page.status, 400)
        self.assertIn("Mine", chief.go(held).text, "what cannot be kept as a draft waits on")
        with contextlib.closing(sqlite3.connect(seoul.data / "office.db")) as db, db:
            db.execute("DROP TRIGGER forbidden")
        chief.submit(held, "cancel")
        self.assertRegex(chief.page.url, r"^/publish\?draft=", "what was taken back is a draft again")
        chief.submit("/publish", "publish", at="")
        ref = chief.page.url.removeprefix("/records/")
        self.assertIn("21,000,000 EUR", chief.page.text)
        chief.submit(f"/records/{ref}/watch")
        self.assertIn("No longer watch this", chief.page.text)
        wait_for(lambda: "Mine" in chief.go("/desk").text, "the desk shows it")
        chief.go(f"/publish?revises={ref}")
        self.assertEqual(chief.page.form("/publish").fields["title"], "Mine")
        chief.submit("/publish", "publish", title="Better")
        wait_for(lambda: "There is a newer version" in chief.go(f"/records/{ref}").text, "the old one names the new one")
        chief.go(f"/publish?translates={ref}")
        chief.submit("/publish", "publish", language="ko", title="시원한 지붕", solution="하얗게 칠한다.")
        chief.go(f"/records/{ref}/withdraw")
        chief.submit(f"/records/{ref}/withdraw", reason="replaced")
        wait_for(lambda: "has withdrawn this note" in chief.go(f"/records/{ref}").text, "it says so")
        # Cities, numbers, language.
        for path in ("/", "/?q=heat&topic=climate", "/?like=us", "/cities", "/cities/seoul.example", "/cities/la.example", "/impact", "/map",
                     "/questions", "/inbox", "/ask?to=la.example", "/account", "/operate", "/operate/accounts", "/operate/audit"):
            self.assertEqual(chief.go(path).status, 200, path)
        # Nothing is found: it becomes a question. Cities like ours keep the words.
        self.assertIn("/ask?title=zzyzx&topics=climate%2Fheat", chief.go("/?q=zzyzx&topic=climate/heat").links)
        self.assertIn('value="zzyzx"', chief.go("/ask?title=zzyzx&topics=climate%2Fheat").source)
        self.assertIn("/?like=us&q=roof", chief.go("/?q=roof").links)
        self.assertIn('value="roof"', chief.go("/?like=us&q=roof").source)
        chief.go("/ask")
        chief.submit("/ask", title="Which paint?", text="For roofs.", topics="climate/heat")
        asked = chief.page.url.removeprefix("/records/")
        chief.go(f"/answer?to={asked}")
        chief.submit("/answer", text="Lime.")
        chief.go("/adopt?of=" + ref)
        chief.submit("/adopt", stage="adopted", outcome="worked", changes="Nothing.")
        chief.go("/")
        chief.submit("/language", language="ko", next="/cities")
        self.assertIn('lang="ko"', chief.page.source)
        self.assertEqual(chief.page.url, "/cities")
        chief.submit("/language", language="en", next="/operate")
        # Our profile, and what we think of another city.
        chief.go("/profile")
        chief.submit("/profile", display_name="Seoul", type="city", country="KR", population="many")
        self.assertEqual(chief.page.status, 400)
        self.assertEqual(chief.page.form("/profile").fields["population"], "many", "what was typed is still there")
        chief.submit("/profile", population="9411000", population_source="Seoul Metropolitan Government, 2023", names="ko | 서울\r\n|\r\n", languages="ko, en",
                     latitude="37.57", longitude="126.98")
        self.assertEqual(chief.page.url, "/cities/seoul.example")
        wait_for(lambda: "9,411,000" in chief.go("/cities/seoul.example").text, "the profile shows")
        chief.go("/profile")
        self.assertEqual({k: chief.page.form("/profile").fields[k].strip() for k in ("names", "languages", "latitude", "country")},
                         {"names": "ko | 서울", "languages": "Korean, English", "latitude": "37.57", "country": "South Korea"})
        chief.go("/cities/la.example")
        self.assertIn("Vouched for by seoul.example", chief.page.text)
        self.assertIn("it is trusted: a peer", chief.page.text)
        chief.submit("/cities/la.example", "withdraw-vouch")
        wait_for(lambda: "Vouched for by" not in chief.go("/cities/la.example").text, "our vouch is taken back")
        chief.submit("/cities/la.example", "vouch")
        wait_for(lambda: "Vouched for by seoul.example" in chief.go("/cities/la.example").text, "and given again")
        chief.submit("/cities/la.example", "block")
        self.assertIn("has blocked this city", chief.page.text)
        chief.go("/operate")
        chief.submit("/operate", "unblock")
        self.assertNotIn("has blocked this city", chief.go("/cities/la.example").text)
        self.assertIn("No city here has that", chief.go("/cities?q=nowhere").text)
        self.assertIn("/cities/la.example", chief.go("/cities?q=la.").links)
        # What is sent.
        chief.go("/operate/sending")
        chief.submit("/operate/sending", "add", url="ftp://a.example/")
        self.assertEqual(chief.page.form("/operate/sending").fields["url"], "ftp://a.example/")
        chief.submit("/operate/sending", "add", url="https://203.0.113.1/hook", topic="health")
        self.assertIn("It is shown only now", chief.page.text)
        hook = next(link for link in chief.page.links if re.fullmatch("/operate/sending/[0-9]+", link))
        self.assertIn("Nothing has been sent to it yet", chief.go(hook).text)
        chief.go("/operate/sending")
        chief.submit("/operate/sending", "remove")
        self.assertNotIn(hook, chief.page.links)
        nobody = Browser(seoul, document=document)
        nobody.go("/unsubscribe/" + "a" * 52)
        nobody.submit("/unsubscribe/" + "a" * 52)
        self.assertEqual(nobody.page.status, 404)
        # Operating.
        chief.go("/operate")
        chief.submit("/operate", "notice", text="The node moves to another room.", **{"from": "2026-12-01T08:00", "until": "2026-12-01T10:00"})
        wait_for(lambda: "node-notice" in [r["kind"] for r in la.json("list")["items"]], "the notice reaches the other city")
        chief.submit("/operate", "invite", **{"for": "milan.example", "address": "127.0.0.1:1"})
        self.assertIn('<svg class="qr"', chief.page.source)
        chief.submit("/operate", "subscribe", topics="climate, health")
        chief.submit("/operate", "subscribe", topics="")
        chief.submit("/operate", "clock")
        self.assertEqual(chief.page.status, 200)
        chief.submit("/operate", "reindex")
        chief.submit("/operate", "join", line="nonsense")
        self.assertIn('role="alert"', chief.page.source)
        chief.go("/operate/accounts")
        chief.submit("/operate/accounts", "add", name="new", role="reader")
        self.assertRegex(chief.page.source, "/welcome/[a-z2-7]{52}")
        code = re.search("/welcome/([a-z2-7]{52})", chief.page.source)[1]
        newcomer = Browser(seoul, document=document)
        newcomer.go(f"/welcome/{code}")
        newcomer.submit(f"/welcome/{code}", password="short")
        self.assertEqual(newcomer.page.status, 400)
        newcomer.submit(f"/welcome/{code}", password=PASSWORD)
        newcomer.submit("/login", name="new", password="wrong one entirely")
        self.assertEqual(newcomer.page.status, 401)
        newcomer.submit("/login", name="new", password=PASSWORD)
        newcomer.go("/account")
        newcomer.submit("/account", "token", label="script")
        self.assertRegex(newcomer.page.source, "koinon_[a-z2-7]{52}")
        newcomer.submit("/account", "feed", label="reader")
        self.assertIn("/feeds/all.atom?key=", newcomer.page.source)
        newcomer.submit("/account", "mail", at_once="yes", digests="climate, all", days="7")
        self.assertEqual({k: newcomer.page.forms[1].fields[k] for k in ("at_once", "digests", "days")},
                         {"at_once": "yes", "digests": "All topics, Climate", "days": "7"})
        self.assertRegex(newcomer.page.text, r"the next digest goes out on .+:\d\d.* \(.+\)\.", "with its zone")
        newcomer.submit("/account", "mail", at_once="yes", digests="heat", days="7")
        self.assertIn("no topic; near are", newcomer.page.text)
        newcomer.go("/account")
        newcomer.submit("/account", "digests")
        newcomer.submit("/account", "password", old=PASSWORD, new=PASSWORD + " indeed")
        newcomer.log_in("new", PASSWORD + " indeed")
        newcomer.go("/account")
        newcomer.submit("/logout")
        self.assertIn("/login", newcomer.page.links)
        self.assertEqual(newcomer.go("/records/nowhere.example/1").status, 404)
        self.assertIn("Search for it instead", newcomer.page.text)
        inbox = self.adopted(la, ref)
        wait_for(lambda: inbox in chief.go("/inbox").source, "it comes in")
        chief.submit(f"/inbox/{inbox}", state="done")
        ask_asset = re.search(r'href="(/assets/[^"]+)"', chief.page.source)[1]
        style = ask("GET", chief.base + ask_asset)
        self.assertIn("immutable", style.headers["Cache-Control"])
        document.seen |= {"getAsset", "postFiles"}  # files come and go in a test of their own
        every = {o["operationId"] for o in document.operations.values() if "pages" in o["tags"]}
        self.assertEqual(every - document.seen, set(), "pages that no test used")

    def test_a_city_shows_the_name_that_it_is_known_by_beside_the_one_it_gives_itself(self):
        seoul, la = self.pair()
        for name in ("Seoul", "S\u0435oul", "\u202elouoeS"):  # another's; with a Cyrillic letter; backwards
            la.run("publish", "-", stdin=f'+++\nkind = "profile"\ntype = "city"\ndisplay_name = "{name}"\nlanguage = "en"\n+++\n'.encode())
            ref = la.publish(f"A note as {len(name)} {ord(name[1])}")
            reader = Browser(seoul)
            wait_for(lambda: f"/records/{ref}" in reader.go("/").links, "it arrives")
            for path in ("/", f"/records/{ref}", "/cities/la.example", "/cities"):
                page = reader.go(path)
                self.assertIn("la.example", page.text, path)
                for shown, after in re.findall(r'<a href="/cities/la\.example">([^<]*)</a>(.{0,40})', page.source):
                    self.assertTrue(shown == "la.example" or after.startswith(' <span class="domain">la.example</span>'), (path, shown, after))
                if path == "/cities/la.example":
                    self.assertRegex(page.source, r'<h1[^>]*>[^\n]*<span class="domain">la\.example</span></h1>')
                self.assertNotIn("\u202e", page.source, path)

    def test_a_city_that_vouches_for_many_has_them_on_pages(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.send_hello(city)
        session.follow()
        session.expect("follow")
        names = {f"city{i}.example" for i in range(130)}
        serve_log(session, city, [(city.genesis(), b"")] + [city.vouch(City(name), 4_000_000_000_000) for name in names])
        wait_for(lambda: seoul.entries("python.example") == 131, "Seoul holds them")
        reader = Browser(seoul)
        vouched = lambda page: {name for name in names if f"<li>{name} <small>" in page.source}
        first = wait_for(lambda: len(vouched(page := reader.go("/cities/python.example"))) == 100 and page, "a page of them is shown")
        more = [link for link in first.links if "vouches_from=" in link]
        self.assertEqual(more, ["/cities/python.example?vouches_from=100"])
        last = reader.go(more[0])
        self.assertEqual(vouched(first) | vouched(last), names)
        self.assertEqual(len(vouched(last)), 30)
        self.assertEqual([link for link in last.links if "vouches_from=" in link], [])
        session.close()

    def test_a_title_says_its_language_wherever_it_stands(self):
        seoul, la = self.pair()
        ref = seoul.run("publish", "-", stdin=(
            '+++\ntitle = "ظلال في 12 ساحة"\nlanguage = "ar"\ntopics = ["climate/heat"]\nsummary = "Cool Schools: أشجار"\n+++\n'
            "# أشجار\n\n| شجرة | عدد |\n|-|-:|\n| سدر | 12 |\n\nhttps://city.example/plan\n\n```\nلا نهاية\n").encode()).strip()
        adoption = self.adopted(la, ref)
        question = la.run("ask", "--title", "كيف؟", "--text", "من؟", "--language", "ar", "--topic", "climate/heat", "--about", ref).strip()
        wait_for(lambda: seoul.shows(adoption) and seoul.shows(question), "both come back")
        press, desk = self.member(seoul, "press", "publisher"), self.member(la, "desk", "publisher")
        for browser, paths in ((press, ["/impact", f"/records/{adoption}", f"/publish?revises={ref}", "/inbox"]),
                               (desk, ["/impact", "/map", f"/ask?about={ref}", f"/adopt?of={ref}", f"/publish?translates={ref}"])):
            for path in paths:
                self.assertIn(f'<a href="/records/{ref}" lang="ar" dir="auto">ظلال في 12 ساحة</a>', browser.go(path).source, path)
        self.assertIn('lang="ar" dir="auto">كيف؟</a>', press.go(f"/answer?to={question}").source)
        self.assertIn('<p class="lead" lang="ar" dir="auto">ظلال', press.go(f"/records/{ref}/withdraw").source)
        page = press.go(f"/records/{ref}").source
        self.assertRegex(page, r'<div class="lead" lang="ar" dir="rtl"><p>Cool Schools')
        self.assertRegex(page, r'<div lang="ar" dir="rtl"><h3>أشجار</h3>')
        self.assertIn('<td class="right">12</td>', page)
        self.assertIn('<a href="https://city.example/plan">https://city.example/plan</a>', page)
        self.assertEqual(page.count("<h1"), 1)

    def test_review_by_a_second_person(self):
        seoul = self.node("seoul", "--publishing-review")
        press, chief = self.member(seoul, "press", "publisher"), self.member(seoul, "chief", "reviewer")
        press.go("/publish")
        self.assertIn("A reviewer of your office looks at it", press.page.text)
        press.submit("/publish", "publish", title="Reviewed", solution="Text.", topics="health")
        held = press.page.url
        self.assertIn("It waits for a reviewer", press.page.text)
        self.assertNotIn(("do", "release"), press.page.form(held).buttons)
        chief.go("/desk")
        self.assertIn(held, chief.page.links)
        chief.go(held)
        chief.submit(held, "release")
        self.assertRegex(chief.page.url, "^/records/")
        # What has a time is approved for its time, and signed before it only if somebody says so once more.
        entries = seoul.json("status")["entries"]
        press.go("/publish")
        at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
        press.submit("/publish", "publish", title="Reviewed for a day", solution="Text.", topics="health", at=at)
        held = press.page.url
        self.assertIn("You can take it back until then", press.page.text)
        chief.go(held)
        self.assertIn("Approve it for its time", chief.page.text)
        chief.submit(held, "release")
        self.assertEqual(chief.page.url, held)
        self.assertIn("It goes out on", chief.page.text)
        self.assertEqual(seoul.json("status")["entries"], entries)
        chief.submit(held, "release")
        self.assertRegex(chief.page.url, "^/records/")

    def test_who_is_not_known_is_asked_to_log_in_and_comes_back(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        press = self.member(seoul, "press", "publisher")
        stranger = Browser(seoul)
        stranger.go("/questions?topic=health")
        self.assertEqual(stranger.page.url, "/login?next=%2Fquestions%3Ftopic%3Dhealth")
        stranger.submit("/login", name="press", password=PASSWORD)
        self.assertEqual(stranger.page.url, "/questions?topic=health")
        # Only to this node.
        for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y"):
            stranger.go("/login")
            stranger.submit("/login", name="press", password=PASSWORD, next=elsewhere)
            self.assertEqual(stranger.page.url, "/", elsewhere)
            self.assertNotIn("x", stranger.cookies)

    def test_what_was_written_outlives_its_session(self):
        seoul = self.node("seoul")
        press = self.member(seoul, "press", "publisher")
        text = 'A long text with "quotes" & <b>angles</b>, worth keeping.'
        press.go("/publish")
        kept, press.cookies = press.cookies, {}
        press.submit("/publish", "publish", title="Kept", solution=text, topics="health")
        self.assertEqual(press.page.status, 401)
        self.assertIn("Your session has ended", press.page.text)
        self.assertEqual(press.page.form("/publish").fields["solution"], text)
        self.assertIn("/login", press.page.links)
        # They log in in another window, and come back to this one.
        other = Browser(seoul)
        other.log_in("press", PASSWORD)
        self.assertNotEqual(other.cookies, kept)
        press.cookies = other.cookies
        press.submit("/publish")
        self.assertEqual(press.page.status, 403, "a form of another session is shown before it is taken")
        self.assertIn("send it now if you mean it", press.page.text)
        press.submit("/publish")
        self.assertRegex(press.page.url, "^/records/seoul.example/")
        self.assertIn(text, press.page.text)
        # Another site cannot fill such a page, and a password never stands on one.
        entries = seoul.json("status")["entries"]
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(f"{k}={v}" for k, v in press.cookies.items())}
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = ask("POST", press.base + "/publish", b"title=Planted&solution=Planted&topics=health&do=publish&csrf=x", form | headers)
            self.assertEqual(answer.status, 403)
            self.assertNotIn("Planted", answer.text())
        press.go("/account")
        press.cookies = {}
        press.submit("/account", "password", old=PASSWORD, new="another one, secret")
        self.assertEqual(press.page.status, 401)
        self.assertNotIn("another one, secret", press.page.source)
        self.assertEqual(seoul.json("status")["entries"], entries)
        # What is too long to be kept is refused, not read.
        refused = ask("POST", press.base + "/publish", b"title=" + b"x" * 20_000_000, {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "it"})
        self.assertEqual(refused.status, 413)
        self.assertIn("è troppo grande", refused.text(), "who is still sending sees the page")

    def test_enter_in_a_field_sends_no_form_that_publishes(self):
        """A disabled first button takes what Enter does (HTML, implicit submission): in each form with a button that signs."""
        templates = pathlib.Path(__file__).resolve().parents[2] / "node" / "pages" / "templates"
        signing = ("/publish", "/ask", "/answer", "/adopt", "/profile", "/records/{{ref}}/withdraw")
        seen = set()
        for path in templates.glob("*.mustache"):
            for action, body in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', path.read_text(), re.S):
                if (action in signing and 'value="remove"' not in body.split("<button", 1)[1].split(">")[0]) or 'value="notice"' in body:
                    seen.add(action)
                    self.assertTrue(body.lstrip().startswith("{{> no_enter}}"), (path.name, action))
        self.assertEqual(seen, {*signing, "/operate"})

    def test_a_form_of_a_draft_that_has_changed_neither_publishes_nor_deletes_it(self):
        seoul = self.node("seoul")
        press = self.member(seoul, "press", "publisher")
        entries = lambda: seoul.json("status")["entries"]  # noqa: E731
        before = entries()
        press.go("/publish")
        press.submit("/publish", "save", title="Shade", solution="First words.", topics="health")
        address, stale = press.page.url, press.page
        press.submit("/publish", "save", solution="Better words.")
        for button in ("publish", "remove", "save"):
            press.page = stale
            press.submit("/publish", button, solution="Stale words.")
            self.assertEqual(press.page.status, 409, button)
            self.assertIn("Somebody else has changed this draft", press.page.text)
            self.assertEqual(press.page.form("/publish").fields["solution"].strip(), "Stale words.", "nothing typed is lost")
        # A form that names no version is of none.
        stale.form("/publish").fields["version"] = ""
        press.page = stale
        press.submit("/publish", "publish")
        self.assertEqual(press.page.status, 409)
        self.assertEqual(entries(), before)
        self.assertEqual(press.go(address).form("/publish").fields["solution"].strip(), "Better words.")
        fresh = press.page
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/records/")
        self.assertIn("Better words.", press.page.text)
        # What was published elsewhere is not published again, nor deleted; what was typed becomes a draft of its own.
        for button in ("publish", "save"):
            press.page = fresh
            press.submit("/publish", button, solution="Words of an old window.")
            self.assertEqual(press.page.status, 404, button)
            self.assertIn("no longer there", press.page.text)
        self.assertEqual(entries(), before + 1)
        press.submit("/publish", "save")
        self.assertNotEqual(press.page.url, address)
        self.assertEqual(press.page.form("/publish").fields["solution"].strip(), "Words of an old window.")

    def test_pictures_are_shown_with_what_they_show_and_all_files_come_by_one_press(self):
        seoul, la = self.pair()
        press = self.member(seoul, "press", "publisher")
        png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
        press.go("/publish")
        press.submit("/publish", "save", title="Shade", solution="See.", topics="health",
                     files=[("awning.png", "image/png", png), ("plan.txt", "text/plain", b"a plan"), ("fake.png", "image/png", b"<svg onload=alert(1)>")])
        digest = hashlib.sha256(png).hexdigest()
        press.submit("/publish", "save", **{"alt_" + digest: 'An awning over a "bus stop" <b>'})
        self.assertEqual(press.page.form("/publish").fields["alt_" + digest], 'An awning over a "bus stop" <b>', "a draft keeps it")
        press.submit("/publish", "preview", period="2019 to 2020", links="The plan | https://plan.example/")
        before = press.page.source.split("<form method", 1)[0]
        for said in ("Shade", "Health", "See.", "2019 to 2020", "The plan", "plan.txt", "An awning over a", f"/publish/files/{digest}"):
            self.assertIn(said, before, "what is looked at before it is signed is all of it")
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in press.cookies.items())}
        self.assertEqual(ask("GET", f"{press.base}/publish/files/{digest}", headers=cookie).body, png)
        self.assertNotEqual(ask("GET", f"{press.base}/publish/files/{digest}").body, png, "of what is not published others see nothing")
        press.submit("/publish", "publish")
        ref = press.page.url.removeprefix("/records/")
        shown = lambda page: [value for tag, name, value in page.attributes if tag == "img" and name == "src"]  # noqa: E731
        self.assertEqual(shown(press.page)[0], f"/records/{ref}/pictures/{digest}")
        self.assertIn(("img", "alt", 'An awning over a "bus stop" <b>'), press.page.attributes)
        answer = ask("GET", press.base + shown(press.page)[0])
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, "image/png", png))
        self.assertIn("sandbox", answer.headers["Content-Security-Policy"])
        fake = hashlib.sha256(b"<svg onload=alert(1)>").hexdigest()
        self.assertEqual(ask("GET", f"{press.base}/records/{ref}/pictures/{fake}").status, 404, "whatever its author calls it")
        wait_for(lambda: la.shows(ref), "the note crosses")
        desk = self.member(la, "desk", "reader")
        desk.go(f"/records/{ref}")
        self.assertEqual(shown(desk.page), [])
        form = next(form for form in desk.page.forms if "all" in form.fields)
        body = urllib.parse.urlencode(form.fields).encode()
        desk._exchange("POST", form.action, body)
        wait_for(lambda: len([link for link in desk.go(f"/records/{ref}").links if "/attachments/" in link]) == 3, "all files come")
        self.assertIn(f"/records/{ref}/pictures/{digest}", shown(desk.page))

    def test_after_publishing_a_page_says_so_once_and_a_hold_says_until_when(self):
        seoul = self.node("seoul")
        press = self.member(seoul, "press", "publisher")
        press.go("/publish")
        press.submit("/publish", "publish", title="Shade", solution="Awnings.", topics="health")
        self.assertIn("It is published.", press.page.text)
        self.assertIn("within seconds", press.page.text)
        self.assertNotIn("It is published.", press.go(press.page.url).text, "once")
        seoul.stop()
        seoul.start("--publishing-hold-minutes", "10", "--office-time-zone", "Asia/Seoul")
        press.base = f"http://127.0.0.1:{seoul.http_port}"
        press.go("/publish")
        self.assertIn("for 10 minutes", press.page.text)
        before = seoul.json("status")["entries"]
        press.submit("/publish", "publish", title="More shade", solution="More awnings.", topics="health")
        self.assertRegex(press.page.url, "^/held/")
        self.assertRegex(press.page.text, r"It goes out on .*\d:\d\d.* You can take it back until then.")
        press.submit(press.page.url, "cancel")
        self.assertEqual(press.page.form("/publish").fields["at"], "", "a hold is no time that somebody chose")
        self.assertEqual(seoul.json("status")["entries"], before)

    def test_what_is_taken_back_comes_into_the_form_that_it_came_from(self):
        seoul, la = self.pair()
        note = seoul.publish("Of Seoul")
        wait_for(lambda: la.shows(note), "it crosses")
        la.stop()
        la.start("--publishing-hold-minutes", "10", peer_port=la.peer_port)
        press = self.member(la, "press", "publisher")
        entries = la.json("status")["entries"]
        press.go(f"/ask?about={note}")
        press.submit("/ask", title="Who put them up?", text="Staff, or a company?", topics="health", contact="press@la.example")
        self.assertRegex(press.page.url, "^/held/")
        press.submit(press.page.url, "cancel")
        self.assertRegex(press.page.url, "^/ask")
        fields = dict(press.page.form("/ask").fields)
        self.assertEqual([fields[name].strip() for name in ("title", "text", "contact", "topics")],
                         ["Who put them up?", "Staff, or a company?", "press@la.example", "health"])
        self.assertRegex(fields["about"], r"^seoul\.example.*/\d+$", "it may stand with the log that was meant")
        address, stale = press.page.url, press.page
        self.assertEqual(press.go("/publish?draft=" + fields["draft"]).url, address, "a question never becomes a practice")
        press.submit("/ask", text="Staff?")
        self.assertRegex(press.page.url, "^/held/")
        press.page = stale
        press.submit("/ask", text="Once more?")
        self.assertEqual(press.page.status, 404, "its draft is gone: it is not asked twice")
        press.go(f"/adopt?of={note}")
        press.submit("/adopt", stage="adopted", results="It worked.")
        press.submit(press.page.url, "cancel")
        fields = press.page.form("/adopt").fields
        self.assertEqual((fields["stage"], fields["results"].strip()), ("adopted", "It worked."))
        self.assertRegex(fields["of"], r"^seoul\.example.*/\d+$")
        self.assertEqual(la.json("status")["entries"], entries)

    def test_the_time_of_a_note_is_kept_wherever_its_text_is(self):
        seoul = self.node("seoul", "--office-time-zone", "Asia/Seoul")
        press = self.member(seoul, "press", "publisher")
        entries = seoul.json("status")["entries"]
        press.go("/publish")
        self.assertIn("Korea", press.page.text, "without scripts it is the office's zone, by its name")
        later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)
        at = (later + datetime.timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
        shown = lambda: press.page.form("/publish").fields["at"]  # noqa: E731
        press.submit("/publish", "preview", title="In time", solution="On the day.", topics="health", at=at)
        self.assertEqual(shown(), at)
        self.assertIn("Schedule for", press.page.text)
        press.submit("/publish", "save")
        self.assertEqual(shown(), at, "a draft keeps it")
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/held/")
        cookie = "; ".join(f"{name}={value}" for name, value in press.cookies.items())
        held = ask("GET", press.base + "/api/v1/held", headers={"Cookie": cookie}).json()["items"]
        due = [item["due_at"] for item in held if item["state"] == "waiting"]
        self.assertEqual(due, [later.strftime("%Y-%m-%dT%H:%M:%SZ")], "in the zone of the form")
        press.submit(press.page.url, "cancel")
        self.assertEqual(shown(), at, "what is taken back keeps it")
        # The browser's zone, where the script has said it, counts before the office's.
        press.cookies["koinon_zone"] = "America/New_York"
        press.go(press.page.url)
        self.assertEqual(datetime.datetime.fromisoformat(shown()).day, (later - datetime.timedelta(hours=4)).day)
        press.submit("/publish", "publish")
        self.assertRegex(press.page.url, "^/held/")
        press.submit(press.page.url, "cancel")
        # What has passed is refused, and so is what is no time.
        for wrong in ("2020-01-01T09:00", "soon"):
            press.submit("/publish", "publish", at=wrong)
            self.assertEqual(press.page.status, 400, wrong)
            self.assertEqual(press.page.form("/publish").fields["at"], wrong)
        self.assertEqual(seoul.json("status")["entries"], entries, "nothing went out")

    def test_files_come_with_a_form(self):
        seoul, la = self.pair()
        press = self.member(seoul, "press", "publisher")
        press.go("/publish")
        plan = ("plan of the \"site\" 서울.txt", "text/plain", b"--not a boundary\r\n\r\nthe plan\r\n")
        press.submit("/publish", "save", title="With files", solution="See the plan.", topics="health", files=[plan])
        self.assertIn('plan of the "site" 서울.txt', press.page.text)
        press.submit("/publish", "publish", files=[("C:\\papers\\empty.pdf", "application/pdf", b"%PDF-1.7")])
        ref = press.page.url.removeprefix("/records/")
        self.assertIn('plan of the "site" 서울.txt', press.page.text)
        self.assertIn("empty.pdf", press.page.text)
        link = next(link for link in press.page.links if "/attachments/" in link)
        contents = {ask("GET", press.base + link).body for link in press.page.links if "/attachments/" in link}
        self.assertEqual(contents, {plan[2], b"%PDF-1.7"}, link)
        press.go("/publish")
        press.submit("/publish", "publish", title="Nothing", solution="In it.", topics="health", files=[("void.txt", "text/plain", b"")])
        self.assertEqual(press.page.status, 400)
        self.assertIn("void.txt", press.page.text)
        self.assertIn("In it.", press.page.form("/publish").fields["solution"])
        # Of several the good ones are kept, and each of the others is named.
        press.submit("/publish", "publish", files=[("good.txt", "text/plain", b"good"), ("empty.txt", "text/plain", b""), ("tool.exe", "text/plain", b"x")])
        self.assertEqual(press.page.status, 400)
        for name in ("empty.txt: ", "tool.exe: ", "good.txt"):
            self.assertIn(name, press.page.text)
        self.assertIn("good.txt", press.page.form("/publish").fields["files"])
        # Programs are not taken, by their names and by what they are.
        for name, content in (("tool.exe", b"anything"), ("harmless.txt", b"#!/bin/sh\nrm -r /\n")):
            press.go("/publish")
            press.submit("/publish", "publish", title="A tool", solution="Run it.", topics="health", files=[(name, "text/plain", content)])
            self.assertEqual(press.page.status, 400)
            self.assertIn(name, press.page.text)
            self.assertIn("programs do not go with notes", press.page.text)
        # In the other city the file is fetched when somebody asks for it.
        wait_for(lambda: la.shows(ref), "the note crosses")
        desk = self.member(la, "desk", "reader")
        desk.go(f"/records/{ref}")
        self.assertIn("not on this node yet", desk.page.text)
        while desk.page.form(f"/records/{ref}/files") if f'action="/records/{ref}/files"' in desk.page.source else None:
            digest = desk.page.form(f"/records/{ref}/files").fields["sha256"]
            desk.submit(f"/records/{ref}/files")
            wait_for(lambda: f"/api/v1/records/{ref}/attachments/{digest}" in desk.go(f"/records/{ref}").links, "the file comes")
        self.assertEqual({ask("GET", desk.base + link).body for link in desk.page.links if "/attachments/" in link}, contents)

    def test_what_is_wrong_is_said_in_the_readers_language(self):
        seoul = self.node("seoul")
        press = self.member(seoul, "press", "publisher")
        for language, said in (("ko", "본문이 없습니다"), ("it", "la nota non ha testo"), ("es", "la nota no tiene texto"), ("fr", "la note n’a pas de texte"),
                               ("ar", "لا نص في المذكرة"), ("en", "The note has no text yet.")):
            press.language = language
            press.go("/publish")
            press.submit("/publish", "publish", title="T", topics="health")
            self.assertIn(said, press.page.text)
        press.language = "fr"
        self.assertEqual(press.go("/operate").status, 403)
        self.assertRegex(press.page.text, "Il faut le rôle \\w+ ; vous êtes ici comme \\w+")

    def test_whatever_the_api_changes_a_page_can_change(self):
        seoul = self.node("seoul")
        document = Document(ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/openapi.json").body)
        changing = {operation["operationId"] for (method, _), operation in document.operations.items()
                    if method != "GET" and "pages" not in operation["tags"]}
        node = pathlib.Path(__file__).resolve().parents[2] / "node"
        pages = "".join(path.read_text() for path in (node / "pages").glob("*.cpp"))
        # An operation is a member of its area: AREA_.MEMBER in a page calls it.
        called = set()
        for path in (node / "api").glob("*_api.cpp"):
            area = path.name.removesuffix("_api.cpp")
            for facts in re.finditer(r'(\w+)\(\s*\{\.method|OperationFacts (\w+)_facts\(', (text := path.read_text())):
                name = re.compile(r'\.id = "(\w+)"').search(text, facts.end()).group(1)
                if re.search(rf"\b{area}_\.{facts.group(1) or facts.group(2)}\b", pages):
                    called.add(name)
        # A library of a city, and forgetting a file, are for the command line.
        self.assertEqual(changing - called, {"importNotes", "dropAttachment"})

    def test_a_form_that_does_not_parse_leaves_the_line_that_the_same_in_json_leaves(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        session = person(seoul, "chief", "reviewer")
        of_form = session | {"Content-Type": "application/x-www-form-urlencoded", "Origin": base}
        note = "seoul.example/1"
        for path, form, method, address, value in (
                ("/ask", {"title": "T", "text": "X", "topics": "?"}, "POST", "records", {"kind": "question", "topics": ["?"]}),
                ("/publish", {"do": "publish", "title": "T", "evidence": "many"}, "POST", "records", practice("T", evidence="many")),
                ("/publish", {"do": "preview", "title": "T", "evidence": "many"}, "POST", "previews", practice("T", evidence="many")),
                ("/publish", {"do": "save", "draft": "none", "title": "T"}, "PUT", "drafts/none", practice("T")),
                ("/publish", {"do": "remove", "draft": "none"}, "DELETE", "drafts/none", None),
                ("/profile", {"display_name": "S", "population": "many"}, "POST", "records", {"kind": "profile", "content": {"population": {"value": "many"}}}),
                (f"/records/{note}/files", {"sha256": "none"}, "POST", f"records/{note}/attachments/none", None),
                (f"/inbox/{note}", {"state": "none"}, "PATCH", f"inbox/{note}", {"state": "none"})):
            before = max(line["id"] for line in seoul.json("audit")["items"])
            ask("POST", base + path, urllib.parse.urlencode(form | {"csrf": session["Koinon-CSRF"]}).encode(), of_form)
            ask(method, f"{base}/api/v1/{address}", value and json.dumps(value).encode(), session | {"Content-Type": "application/json"})
            lines = [[line[name] for name in ("who", "action", "target", "outcome")] for line in seoul.json("audit")["items"] if line["id"] > before]
            self.assertEqual(len(lines), 2, (path, lines))
            self.assertEqual(lines[1], lines[0], path)
            self.assertRegex(lines[0][-1], "^4", path)

    def test_whoever_is_not_known_changes_nothing(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        open_to_all = {"postLogin", "postWelcome", "postUnsubscribe", "chooseLanguage"}
        tried = 0
        for (method, path), operation in Document(ask("GET", base + "/api/v1/openapi.json").body).operations.items():
            if method != "POST" or "pages" not in operation["tags"] or operation["operationId"] in open_to_all:
                continue
            tried += 1
            body = b"csrf=&do=publish&title=T&solution=S&topics=health"
            answer = ask("POST", base + re.sub(r"\{.*?\}", "1", path), body, {"Content-Type": "application/x-www-form-urlencoded", "Origin": base})
            self.assertEqual(answer.status, 401, path)
        self.assertGreater(tried, 10)
        self.assertEqual(seoul.json("status")["entries"], 2)

    def test_no_other_site_uses_somebodys_session(self):
        seoul = self.node("seoul")
        press = self.member(seoul, "press", "publisher")
        cookie = "; ".join(f"{k}={v}" for k, v in press.cookies.items())
        press.go("/publish")
        csrf = press.page.form("/publish").fields["csrf"]
        body = b"title=T&solution=S&topics=health&do=publish&csrf="
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        entries = seoul.json("status")["entries"]
        for headers, token in (({}, ""), ({}, "wrong"), ({"Origin": "https://evil.example"}, csrf), ({"Sec-Fetch-Site": "cross-site"}, csrf)):
            answer = ask("POST", press.base + "/publish", body + token.encode(), form | headers)
            self.assertEqual(answer.status, 403, (headers, token))
        self.assertEqual(seoul.json("status")["entries"], entries)
        self.assertEqual(ask("POST", press.base + "/publish", body + csrf.encode(), form).status, 303, "with its token it is taken")
        headers = ask("GET", press.base + "/", headers={"Cookie": cookie}).headers
        policy = headers["Content-Security-Policy"]
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def assert_harmless(self, page):
        """No element, handler or address on the page is of anybody's but the templates' making."""
        source = without_own_script(page.source)
        self.assertNotIn("<script", source, page.url)
        for tag in ("iframe", "math", "style", "object", "embed"):
            self.assertNotIn(tag, page.tags, page.url)
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), f"{page.url}: {tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and tag != "link":
                self.assertRegex(value or "", r"^(https?://|mailto:|/|#)", f"{page.url}: {tag} {name}")
        for character in "\u202e\u202d\u2066\u2067\u2068\u200f\x00\x1b":
            self.assertNotIn(character, page.source, page.url)

    def test_what_anybody_writes_is_shown_as_text(self):
        seoul, la = self.pair()
        press = self.member(seoul, "press", "publisher")
        chief = self.member(seoul, "it", "operator")
        for number, payload in enumerate(PAYLOADS):
            # Reflected: in every parameter that a page takes.
            for path in ("/?q={}", "/?topic={}", "/?city={}", "/?country={}", "/?language={}", "/questions?topic={}", "/login?next={}", "/login?set={}",
                         "/publish?draft={}", "/publish?revises={}", "/ask?about={}", "/ask?to={}", "/answer?to={}", "/adopt?of={}", "/inbox?state={}",
                         "/inbox?assignee={}", "/cities/{}", "/cities?q={}", "/cities?cursor={}", "/unsubscribe/{}", "/held/{}", "/records/{}/1", "/welcome/{}"):
                page = press.go(path.replace("{}", urllib.parse.quote(payload, safe="")))
                self.assert_harmless(page)
            # Kept and shown again: in every field of the form, when something else is wrong with it.
            press.go("/publish")
            names = [n for n in press.page.form("/publish").fields if n not in ("csrf", "draft", "version", "at", "language", "evidence", "status", "files")]
            press.submit("/publish", "preview", **{name: payload for name in names})
            self.assert_harmless(press.page)
            for path, action, button in (("/ask", "/ask", None), ("/profile", "/profile", None), ("/operate", "/operate", "invite"), ("/operate", "/operate", "join"),
                                         ("/operate", "/operate", "subscribe"), ("/operate", "/operate", "notice"), ("/operate/sending", "/operate/sending", "add"),
                                         ("/operate/accounts", "/operate/accounts", "add"), ("/account", "/account", "token"), ("/account", "/account", "mail")):
                chief.go(path)
                form = next(f for f in chief.page.forms if f.action == action and (button is None or ("do", button) in f.buttons))
                answer = chief.submit(action, button, **{name: payload for name in form.fields if name not in ("csrf", "at", "days", "scope", "role")})
                self.assert_harmless(answer)
            # Sent when its session had ended, and shown to be sent again.
            stranger = Browser(seoul)
            stranger.go("/login")
            body = urllib.parse.urlencode({payload: payload, "title": payload}).encode()
            self.assert_harmless(stranger._exchange("POST", "/publish", body))
        # Written by a peer, in every field that has text.
        for payload in PAYLOADS:
            quoted = json.dumps(payload.replace("\x00", ""))
            note = (f"+++\ntitle = {quoted}\nlanguage = \"en\"\ntopics = [\"health\"]\nsummary = {quoted}\noffice = {quoted}\nperson = {quoted}\n"
                    f"period = {quoted}\nstaff = {quoted}\ntime_to_launch = {quoted}\npeople_reached = {quoted}\ncontact = {quoted}\nlicence = {quoted}\n"
                    f"partners = [{quoted}]\n[cost]\namount = 1\ncurrency = \"EUR\"\nnote = {quoted}\n[[sources]]\npublisher = {quoted}\ntitle = {quoted}\n"
                    f"url = \"https://a.example/\"\n[[links]]\ntitle = {quoted}\nurl = \"https://a.example/\"\n[[commitments]]\nagreement = {quoted}\ntarget = {quoted}\n"
                    f"+++\n{payload}\n\n## Results\n\n{payload}\n")
            ref = la.run("publish", "-", stdin=note.encode()).strip()
            wait_for(lambda: seoul.shows(ref), "it crosses")
            self.assert_harmless(press.go(f"/records/{ref}"))
        wait_for(lambda: seoul.json("status")["index_lag"] == 0, "it is indexed")
        for path in ("/", "/?q=alert", "/cities/la.example", "/map", "/impact", "/desk"):
            self.assert_harmless(press.go(path))


if __name__ == "__main__":
    unittest.main()
