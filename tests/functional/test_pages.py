"""The pages as somebody uses them whose browser runs no script: every page and every form."""

import contextlib
import json
import pathlib
import re
import sqlite3
import unittest
import urllib.parse

import qr
from api import PASSWORD, Document, ask, person, practice
from browser import Browser, member
from nodes import TOP, NodesTest, wait_for
from wire import City, Session, serve_log

SENTENCES = json.loads((TOP / "node/pages/messages/en.json").read_text())


class Pages(NodesTest):
    @staticmethod
    def adopted(city, ref):
        wait_for(lambda: city.shows(ref), "it crosses")
        return city.run("adopt", ref, "--stage", "trying").strip()

    def test_seoul_publishes_los_angeles_asks_and_tries(self):
        seoul, la = self.pair()
        press = member(seoul, "press", "publisher", "--office", "Office of the Mayor")
        other = member(la, "desk", "publisher")
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
        # Said again it begins with what was said, and is the same card.
        other.go(f"/adopt?of={ref}")
        self.assertEqual(other.page.form("/adopt").fields["stage"], "trying")
        other.submit("/adopt", stage="adopted", outcome="worked", results="Shorter queues.")
        wait_for(lambda: "Shorter queues." in other.go(f"/records/{ref}").text, "it shows")
        self.assertEqual(re.search('<section id="adoptions".*?</section>', other.page.source, re.S)[0].count('<article class="reply">'), 1)
        fields = other.go(f"/adopt?of={ref}").form("/adopt").fields
        self.assertEqual((fields["stage"], fields["outcome"], fields["results"].strip()), ("adopted", "worked", "Shorter queues."))
        other.submit("/adopt", stage="trying", outcome="too-early", results="")
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
        chief = member(seoul, "it", "operator", "--office", "IT")
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
        told = seoul.publish("Something of which nothing came yet")
        wait_for(lambda: "Nobody has taken it up" in chief.go(f"/story/{told}").text, "it is indexed")
        # Cities, numbers, language.
        for path in ("/", "/?q=heat&topic=climate", "/?like=us", "/cities", "/cities/seoul.example", "/cities/la.example", "/impact", "/map", "/map?region=asia", "/catalog", "/pictures", "/ties",
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
        chief.go("/worksheet?of=" + ref)
        chief.submit("/worksheet", "save", core="partly", need_0="have", remark_0="The council said so.")
        self.assertIn("The worksheet is saved", chief.page.text)
        self.assertIn("The council said so.", chief.go("/worksheet/print?of=" + ref).text)
        chief.go("/adopt?of=" + ref)
        chief.submit("/adopt", stage="adopted", outcome="worked", changes="Nothing.")
        chief.go("/follow-up?of=" + ref)
        chief.submit("/follow-up", "partly")
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
        chief.go("/profile/measures")
        chief.submit("/profile/measures", climate="Dwa", next="/cities/seoul.example")
        self.assertEqual(chief.page.url, "/cities/seoul.example")
        chief.go("/cities/la.example")
        self.assertIn("Vouched for by Seoul seoul.example", chief.page.text)
        self.assertIn("it is trusted: a peer", chief.page.text)
        chief.submit("/cities/la.example", "withdraw-vouch")
        wait_for(lambda: "Vouched for by" not in chief.go("/cities/la.example").text, "our vouch is taken back")
        chief.submit("/cities/la.example", "vouch")
        wait_for(lambda: "Vouched for by Seoul seoul.example" in chief.go("/cities/la.example").text, "and given again")
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
        # What to do where keys are in other hands, the paper was read or lost, or the log is frozen: each with its commands.
        trouble = re.search(r"<details><summary>" + SENTENCES["operate.trouble"] + r"</summary>(.*?)</details>", chief.page.source, re.S).group(1)
        for name in ("stolen", "read", "frozen", "evidence", "lost"):
            self.assertIn(SENTENCES[f"operate.trouble_{name}"], trouble)
        self.assertEqual([line for block in re.findall(r"<pre dir=\"ltr\"><code>(.*?)</code></pre>", trouble, re.S) for line in block.split("\n")],
                         ["koinon recover --words-file - --invite LINE", "koinon change-recovery-words --words-file -",
                          "koinon evidence CITY -o CITY.evidence", "koinon verify-evidence CITY.evidence"])
        chief.submit("/operate", "notice", text="The node moves to another room.", **{"from": "2026-12-01T08:00", "until": "2026-12-01T10:00"})
        wait_for(lambda: "node-notice" in [r["kind"] for r in la.listed()], "the notice reaches the other city")
        chief.submit("/operate", "invite", **{"for": "milan.example", "address": "127.0.0.1:1"})
        self.assertIn(qr.read(chief.page.source), chief.page.text, "the code holds the line")
        chief.submit("/operate", "subscribe", topics="climate, health")
        chief.submit("/operate", "subscribe", topics="")
        chief.submit("/operate", "clock")
        self.assertEqual(chief.page.status, 200)
        chief.submit("/operate", "reindex")
        key = seoul.run("id", "--vkey").strip()
        chief.submit("/operate", "rotate-key")
        self.assertEqual(seoul.run("id", "--vkey").strip(), key, "nobody said that it is for good")
        chief.go("/operate")
        chief.submit("/operate", "rotate-key", sure="yes")
        self.assertEqual(chief.page.status, 200)
        self.assertNotEqual(seoul.run("id", "--vkey").strip(), key)
        chief.submit("/operate", "rotate-node-key")
        self.assertIn("node_key", seoul.status())
        self.assertRegex(chief.page.source, "A new node key (waits|is ready)")
        chief.submit("/operate", "rotate-cosigner-key")
        self.assertEqual(chief.page.status, 200)
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
        chief.go("/call?to=la.example")
        chief.submit("/call", "publish", text="How did it go?")
        self.assertIn("Waiting for", chief.page.text)
        chief.go(f"/call-reply?to={chief.page.url.removeprefix('/records/')}&answer=another-time")
        chief.submit("/call-reply", "times")
        self.assertIn("/records/la.example/", chief.go("/notes?city=la.example").source)
        # A change to another city's note; and theirs to ours, which is declined.
        theirs = la.publish("Trees")
        wait_for(lambda: seoul.shows(theirs), "it crosses")
        chief.go(f"/propose?to={theirs}&section=solution")
        chief.submit("/propose", text="Lime trees.", reason="They give more shade.")
        self.assertIn("Lime trees.", chief.page.text)
        proposal = la.run("propose", told, "--section", "solution", "--instead-of", "Text.", "--text", "Words.", "--language", "en").strip()
        wait_for(lambda: f"/proposals/{proposal}/decline" in chief.go(f"/records/{told}").source, "it crosses")
        chief.submit(f"/proposals/{proposal}/decline", reason="It is text.")
        wait_for(lambda: "It is text." in chief.go(f"/records/{told}").text, "why it was declined is shown")
        document.seen |= {"getAsset", "postFiles", "getPicture", "getFormPicture", "postTemplate", "getWorksheetMarkdown", "getCallFile"}  # files and templates have tests of their own
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

    def test_an_empty_profile_leads_to_its_form(self):
        seoul = self.node("seoul")
        chief, reader = member(seoul, "it", "operator"), member(seoul, "desk", "reader")
        for path in ("/cities/seoul.example", "/?like=us"):
            self.assertIn("/profile", chief.go(path).links, path)
        self.assertNotIn("/profile", reader.go("/cities/seoul.example").links, "who may not fill it in is not led there")
        chief.go("/profile")
        chief.submit("/profile", display_name="Seoul", country="KR", population="9411000", population_source="Census")
        wait_for(lambda: "9,411,000" in chief.go("/cities/seoul.example").text, "it is there")
        self.assertNotIn("says nothing yet", chief.page.text)

    def test_cities_are_named_in_the_readers_language_with_the_domain_beside(self):
        seoul, la = self.pair()
        la.run("publish", "-", stdin=('+++\nkind = "profile"\ntype = "city"\nlanguage = "en"\ndisplay_name = "Los Angeles"\n'
                                      'names = [{language = "ko", name = "로스앤젤레스"}]\n+++\n').encode())
        ref = la.publish("Shade", "Awnings.", ("climate/heat",))
        asked = la.run("ask", "--title", "How?", "--text", "So?", "--language", "en", "--topic", "climate/heat", "--to", "seoul.example").strip()
        wait_for(lambda: seoul.shows(ref) and seoul.shows(asked), "both arrive")
        seoul.run("adopt", ref, "--stage", "trying")
        seoul.publish("Shade of our own", "Trees.", ("climate/heat",))  # so that there is a choice of cities
        wait_for(lambda: seoul.status()["index_lag"] == 0, "all is indexed")
        chief = member(seoul, "it", "operator")
        for language, name in (("ko", "로스앤젤레스"), ("en", "Los Angeles"), ("it", "Los Angeles")):
            chief.language = language
            # Filters, chips, lists, tables, proofs, the inbox, impact, the map, peers.
            for path in ("/?q=shade", "/?q=shade&city=la.example", "/", f"/records/{ref}", "/cities", "/cities/la.example", "/impact", "/map", "/ties", "/questions", "/inbox", "/operate"):
                text = chief.go(path).text
                self.assertRegex(text, rf"{name} \(?la\.example", (language, path))
                for other in {"로스앤젤레스", "Los Angeles"} - {name}:
                    self.assertNotIn(other, text, (language, path))
            self.assertRegex(chief.go("/?q=shade").source, rf'href="[^"]*city=la\.example[^"]*"[^>]*><span dir="auto">{name}</span> <span class="domain">la\.example</span> <span class="count">')
            self.assertRegex(chief.go(f"/records/{ref}").text, rf"{name} \(la\.example\)", "in the sentence of the proof")
            self.assertIn(f'value="{name} (la.example)"', chief.go("/ask?to=la.example").source, language)

    def test_a_city_that_vouches_for_many_has_them_on_pages(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.meet(city)
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
        press, desk = member(seoul, "press", "publisher"), member(la, "desk", "publisher")
        for browser, paths in ((press, ["/impact", f"/records/{adoption}", f"/publish?revises={ref}", "/inbox"]),
                               (desk, ["/impact", "/map", f"/ask?about={ref}", f"/adopt?of={ref}", f"/publish?translates={ref}"])):
            for path in paths:
                self.assertIn(f'<a href="/records/{ref}" lang="ar" dir="auto">ظلال في 12 ساحة</a>', browser.go(path).source, path)
        self.assertIn('lang="ar" dir="auto">كيف؟</a>', press.go(f"/answer?to={question}").source)
        self.assertIn('<p class="lead" lang="ar" dir="auto">ظلال', press.go(f"/records/{ref}/withdraw").source)
        page = press.go(f"/records/{ref}").source
        self.assertRegex(page, r'<div class="lead p-summary" lang="ar" dir="rtl"><p>Cool Schools')
        self.assertRegex(page, r'<div lang="ar" dir="rtl"><h3>أشجار</h3>')
        self.assertIn('<td class="right">12</td>', page)
        self.assertIn('<a href="https://city.example/plan">https://city.example/plan</a>', page)
        self.assertEqual(page.count("<h1"), 1)

    def test_who_is_not_known_is_asked_to_log_in_and_comes_back(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        press = member(seoul, "press", "publisher")
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

    def test_all_topics_are_wanted_by_that_name_wherever_topics_are_followed(self):
        seoul = self.node("seoul")
        first = member(seoul, "it", "operator")
        for language, name in (("en", "All topics"), ("ko", "모든 주제"), ("en", "ALL"), ("en", "Climate, All topics")):
            operator = Browser(seoul, language)
            operator.cookies = dict(first.cookies)
            operator.go("/operate")
            operator.submit("/operate", "subscribe", topics="food")
            self.assertEqual(seoul.json("subscribe")["topics"], ["food"])
            operator.submit("/operate", "subscribe", topics=name)
            self.assertEqual((operator.page.status, seoul.json("subscribe")["all"]), (200, True), name)

    def test_what_is_wrong_is_said_in_the_readers_language(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
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
        # A library of a city, forgetting a file, and the word to sign without answers are for the command line; recovery words never come near a
        # browser.
        # What an administrator does at the machine.
        at_the_machine = {"letSign", "prepareRecoveryKey", "changeRecoveryKey", "changePeer", "askReaches", "testWebhook", "testMail"}
        self.assertEqual(changing - called, {"importNotes", "dropAttachment"} | at_the_machine)

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


if __name__ == "__main__":
    unittest.main()
