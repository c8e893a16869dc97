"""A city that calls itself as another one does: whose the bare name is, and that nobody's links, desk or feeds end with it."""

import re

from api import Api, account, get
from browser import Browser, member
from nodes import Node, NodesTest, koinon, peer, wait_for


class Impostor(NodesTest):
    """Seoul and an impostor are peers of Milan, Seoul and Milan of Los Angeles: three nodes hold two logs of one name."""

    def setUp(self):
        super().setUp()
        self.seoul, self.la, self.milan = self.node("seoul"), self.node("la"), self.node("milan")
        self.impostor = Node(self.folder, "impostor", init=False)
        self.nodes.append(self.impostor)
        koinon("init", "--name", "seoul.example", "--display-name", "Seoul, the other", "--signing-mark", self.impostor.mark, data=self.impostor.data)
        self.impostor.start()
        for a, b in ((self.seoul, self.la), (self.seoul, self.milan), (self.la, self.milan), (self.impostor, self.milan)):
            peer(a, b)
        self.real = self.seoul.publish("Testing from the car")
        self.number = self.impostor.publish("Pay here").split("/")[1]
        self.apart = f"seoul.example~{self.impostor.log_id()[:16]}"
        self.false = f"{self.apart}/{self.number}"
        for node in (self.seoul, self.la):
            wait_for(lambda n=node: self.false in n.refs(), "the impostor's note is held under a name of its own")
        wait_for(lambda: self.real in self.la.refs(), "Seoul's note is there as it is")

    @staticmethod
    def whose(browser):
        """The city that the page of a note leads to first: its author."""
        return next(link for link in browser.page.links if link.startswith("/cities/"))

    def test_another_citys_links_stay_what_they_were(self):
        real, false, apart = self.real, self.false, self.apart
        for path in (f"/records/{real}", f"/api/v1/records/{real}", "/cities/seoul.example", "/api/v1/cities/seoul.example",
                     "/feeds/city/seoul.example.atom", "/log/seoul.example/checkpoint", "/api/v1/records?city=seoul.example",
                     "/api/v1/search?q=car&city=seoul.example", f"/records/{false}", f"/cities/{apart}", f"/feeds/city/{apart}.atom"):
            self.assertEqual(get(self.la, path).status, 200, path)
        reader = Browser(self.la)
        reader.go(f"/records/{real}")
        self.assertIn("Testing from the car", reader.page.text)
        self.assertEqual(self.whose(reader), "/cities/seoul.example")
        reader.go(f"/records/{false}")
        self.assertIn("Pay here", reader.page.text)
        self.assertEqual(self.whose(reader), f"/cities/{apart}")
        wait_for(lambda: f"/records/{false}" in reader.go("/").links, "both are found")
        self.assertIn(f"/records/{real}", reader.page.links)
        feed = get(self.la, "/feeds/city/seoul.example.atom").text()
        self.assertIn("Testing from the car", feed)
        self.assertNotIn("Pay here", feed)
        cities = {c["city"]: c for c in get(self.la, "/api/v1/cities").json()["items"]}
        self.assertEqual(cities["seoul.example"]["log_id"], self.seoul.log_id())
        self.assertEqual(cities[apart]["log_id"], self.impostor.log_id())
        self.assertTrue(cities["seoul.example"]["name_claimed_twice"] and cities[apart]["name_claimed_twice"])
        # What is said about it goes to the city that the name is.
        adoption = self.la.run("adopt", real, "--stage", "trying").strip()
        wait_for(lambda: adoption in self.seoul.refs(), "Seoul hears of it")

    def test_the_city_itself_works_on_as_before(self):
        chief = member(self.seoul, "chief", "reviewer")
        for path in ("/desk", "/profile", "/publish", f"/records/{self.real}", "/cities/seoul.example", "/feeds/city/seoul.example.atom"):
            self.assertEqual(chief.go(path).status, 200, path)
        chief.go("/profile")
        chief.submit("/profile", display_name="Seoul of the South", type="city", country="KR")
        self.assertEqual((chief.page.status, chief.page.url), (200, "/cities/seoul.example"))
        wait_for(lambda: "Seoul of the South" in chief.go("/cities/seoul.example").text, "the profile shows")
        chief.go("/publish")
        chief.submit("/publish", "publish", title="More of it", solution="Text.", topics="health/testing")
        self.assertRegex(chief.page.url, r"^/records/seoul\.example/\d+$")
        wait_for(lambda: "More of it" in chief.go("/desk").text, "it stands on the desk")
        ref = self.seoul.publish("From the command line")
        self.assertTrue(re.fullmatch(r"seoul\.example/\d+", ref), ref)
        self.assertEqual(self.seoul.json("show", ref)["log_id"], self.seoul.log_id())
        self.assertIn("own city", self.seoul.run("explain", "seoul.example"))

    def test_what_waits_is_signed_about_the_log_that_was_meant(self):
        press, chief = (Api(self.la, token=account(self.la, name, role)) for name, role in (("press", "publisher"), ("chief", "operator")))
        question = (f'+++\nkind = "question"\nlanguage = "en"\ntitle = "How long?"\ntopics = ["health/testing"]\n'
                    f'to = ["seoul.example"]\nabout = "{self.real}"\n+++\nHow long does one test take?\n')
        adoption = {"kind": "adoption", "language": "en", "content": {"stage": "trying"}, "refs": [{"role": "adopts", "ref": self.real}]}
        held = [press.post("/api/v1/records", asked | {"hold": 3600}, expect=202).json() for asked in ({"file": question}, adoption)]
        apart = f"seoul.example~{self.seoul.log_id()[:16]}"
        self.assertEqual(held[1]["note"]["refs"][0]["ref"], self.real.replace("seoul.example", apart), "whoever looks at it sees which is meant")
        # The bare name changes hands: what is nearest of that name is another log, with a note of the same number.
        chief.post("/api/v1/blocks", {"city": apart}, expect=200)
        wait_for(lambda: chief.get("/api/v1/cities/seoul.example").json()["log_id"] == self.impostor.log_id(), "the name is the impostor's")
        for one in held:
            ref = chief.post(f"/api/v1/held/{one['id']}/release").json()["ref"]
            record = self.la.json("show", ref)
            for name, there in (("refs", [r["ref"] for r in record["refs"]]), ("to", record["to"])):
                self.assertTrue(all(city.startswith(apart) for city in there), f"{name} of {ref}: {there}")
            self.assertTrue(record["refs"], "it refers to what was meant")

    def test_a_draft_is_published_about_the_log_that_was_meant_or_not_at_all(self):
        press, chief = (Api(self.la, token=account(self.la, name, role)) for name, role in (("press", "publisher"), ("chief", "operator")))
        note = {"kind": "adoption", "language": "en", "content": {"stage": "trying"}, "refs": [{"role": "adopts", "ref": self.real}]}
        draft = press.post("/api/v1/drafts", note, expect=201).json()["id"]
        apart, number = f"seoul.example~{self.seoul.log_id()[:16]}", int(self.real.rsplit("/", 1)[1])
        while (last := int(self.impostor.publish("More").rsplit("/", 1)[1])) < number:
            pass
        wait_for(lambda: f"{self.apart}/{last}" in self.la.refs(), "the impostor has a note of the same number")
        chief.post("/api/v1/blocks", {"city": apart}, expect=200)
        wait_for(lambda: chief.get("/api/v1/cities/seoul.example").json()["log_id"] == self.impostor.log_id(), "the name is the impostor's")
        # Saved again as it was, it means what it meant.
        for again in (False, True):
            if again:
                press.put(f"/api/v1/drafts/{draft}", note, expect=200)
            self.assertIn("seoul.example~", press.post(f"/api/v1/drafts/{draft}/publish", {}, expect=404).text())
        note["refs"][0]["ref"] = self.real.replace("seoul.example", apart)
        press.put(f"/api/v1/drafts/{draft}", note, expect=200)
        ref = press.post(f"/api/v1/drafts/{draft}/publish", {}, expect=201).json()["ref"]
        self.assertEqual(self.la.json("show", ref)["refs"][0]["ref"], note["refs"][0]["ref"])

    def test_where_both_are_as_near_neither_is_taken_for_the_other_until_one_is_blocked(self):
        seoul_apart = f"seoul.example~{self.seoul.log_id()[:16]}"
        real = self.real.replace("seoul.example", seoul_apart)
        wait_for(lambda: real in self.milan.refs() and self.false in self.milan.refs(), "Milan holds both")
        api = Api(self.milan, token=account(self.milan, "it", "operator"))
        refused = api.get(f"/api/v1/records/{self.real}", expect=409).text()
        self.assertIn(seoul_apart, refused)
        self.assertIn(self.apart, refused)
        for ref in (real, self.false):
            self.assertEqual(api.get(f"/api/v1/records/{ref}").json()["ref"], ref)
        self.assertEqual(api.post("/api/v1/blocks", {"city": self.apart}, expect=200).json()["city"], self.apart)
        self.assertEqual(api.get(f"/api/v1/records/{self.real}").json()["log_id"], self.seoul.log_id())
        self.assertEqual(api.get(f"/api/v1/records/{real}").json()["ref"], self.real, "the bare name is Seoul's")
        self.assertEqual(get(self.milan, f"/api/v1/records/{self.false}").status, 200, "what is held stays readable")
        self.assertTrue(api.get(f"/api/v1/cities/{self.apart}").json()["blocked"])
        api.delete(f"/api/v1/blocks/{self.apart}", expect=200)
        api.get(f"/api/v1/records/{self.real}", expect=409)
