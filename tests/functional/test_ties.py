"""Who learned from whom, on real nodes: the matrix, the years, the notes behind each figure, CSV, a briefing on paper, the map
with the same filters; our impact of a period; what observers and visitors see."""

import csv
import datetime
import io
import json
import unittest
import urllib.parse

from api import Api, ask, get
from browser import Browser
from nodes import NodesTest, connected, peer, wait_for

DAY = 24 * 3600


def profile(node, name, country, latitude, longitude):
    node.run("publish", "-", stdin=(
        f'+++\nkind = "profile"\ntype = "city"\ndisplay_name = "{name}"\nlanguage = "en"\ncountry = "{country}"\nlatitude = {latitude}\n'
        f"longitude = {longitude}\n+++\n").encode())


def practice(node, title, topic, agreement, goal, reached):
    note = (f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["{topic}"]\nsdgs = [{goal}]\npeople_reached = "{reached}"\n\n'
            f'[[commitments]]\nagreement = "{agreement}"\n+++\nWhat we did.\n')
    return node.signed(json.loads(node.run("--json", "publish", "-", stdin=note.encode())))


def adopts(node, ref, outcome, reached="", title="What we made of it", results="It went as we had hoped. More follows."):
    note = (f'+++\nkind = "adoption"\ntitle = "{title}"\nlanguage = "en"\nstage = "adapted"\noutcome = "{outcome}"\n'
            f'people_reached = "{reached}"\nresults = "{results}"\n+++\n')
    return node.signed(json.loads(node.run("--json", "publish", "-", "--adopts", ref, stdin=note.encode())))


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))


class Ties(NodesTest):
    documents = None  # the OpenAPI document, once it is read

    def three(self):
        """Seoul, Los Angeles and Milan, all peers, each with a profile."""
        cities = [self.node(name) for name in ("seoul", "la", "milan")]
        for i, one in enumerate(cities):
            for other in cities[:i]:
                peer(one, other)
        for node, name, country, latitude, longitude in zip(
                cities, ("Seoul", "Los Angeles", "Milan"), ("KR", "US", "IT"), (37.6, 34.1, 45.5), (127.0, -118.2, 9.2)):
            profile(node, name, country, latitude, longitude)
        return cities

    def shared(self, nodes, *refs):
        for node in nodes:
            for ref in refs:
                wait_for(lambda: node.shows(ref), f"{ref} is at {node.city}")

    def ties(self, node, **filters):
        return Api(node, self.documents).get("/api/v1/ties?" + urllib.parse.urlencode(filters)).json()

    def test_every_figure_leads_to_the_notes_behind_it(self):
        nodes = seoul, la, milan = self.three()
        tests = practice(seoul, "Drive-thru testing", "health/testing", "Paris Agreement", 3, "70,000 people")
        shade = practice(seoul, "Shade", "climate/heat", "Paris Agreement", 13, "about a third of us")
        food = practice(milan, "Food hubs", "food/waste", "Food Pact", 2, "3,800")
        self.shared(nodes, tests, shade, food)
        first = adopts(la, tests, "too-early")
        refs = [adopts(la, tests, "worked", "1,200 residents"), adopts(milan, tests, "partly", "some"), adopts(la, shade, "did-not"),
                adopts(seoul, food, "worked", title="=cmd()", results="=1+1. It is no formula.")]
        self.shared(nodes, first, *refs)
        api = Api(seoul)
        self.documents = api.document
        for node in nodes:
            wait_for(lambda: self.ties(node)["total"] == 4, f"all are counted at {node.city}")
        every = self.ties(seoul)
        self.assertEqual((every["cities_teaching"], every["cities_learning"], every["practices"]), (2, 3, 3))
        self.assertEqual(every["outcomes"], {"worked": 2, "partly": 1, "did-not": 1})
        self.assertEqual({item["ref"] for item in every["items"]}, set(refs), "of each city its last word on a practice")
        self.assertEqual(every["most_taken"][0]["ties"], 2)
        self.assertEqual(every["most_taken"][0]["telling"]["of"], tests)

        # Each cell leads to as many notes; and the API says the same on each node.
        for group in ("country", "city", "topic", "agreement"):
            matrix = self.ties(la, group=group)["matrix"]
            for i, row in enumerate(matrix["rows"]):
                self.assertEqual(self.ties(la, group=group, row=row["key"])["listed"], row["ties"])
                for j, column in enumerate(matrix["columns"]):
                    listed = self.ties(la, group=group, row=row["key"], column=column["key"])
                    self.assertEqual((listed["listed"], len(listed["items"])), (matrix["cells"][i][j],) * 2, f"{row} {column}")
        self.assertEqual({row["key"]: row["ties"] for row in self.ties(seoul)["matrix"]["rows"]}, {"KR": 3, "IT": 1})
        self.assertEqual(self.ties(seoul, group="agreement", agreement="Food Pact")["matrix"]["rows"], [{"key": "Food Pact", "ties": 1}])
        for filters, count in (({"country_to": "us"}, 2), ({"topic": "health"}, 2), ({"topic": "health", "country_to": "IT"}, 1), ({"sdg": 13}, 1),
                               ({"went": "worked"}, 2), ({"city_from": "milan.example"}, 1), ({"agreement": "Nobody's"}, 0), ({"year_to": 1999}, 0)):
            self.assertEqual(self.ties(milan, **filters)["total"], count, filters)
        api.get("/api/v1/ties?country_from=Korea", expect=400)
        api.get("/api/v1/ties?year_from=2021&year_to=2020", expect=400)
        api.get("/api/v1/ties?city_from=nowhere.example", expect=404)

        # A table for spreadsheets. What a city wrote is no formula there.
        table = rows_of(get(seoul, "/api/v1/ties.csv"))
        self.assertEqual(len(table), 5)
        named = [dict(zip(table[0], row)) for row in table[1:]]
        self.assertEqual({row["note"] for row in named}, set(refs))
        self.assertEqual([row["note_title"] for row in named if row["from"] == "milan.example"], ["'=cmd()"])
        matrix = rows_of(get(seoul, "/api/v1/ties.csv?table=matrix"))
        self.assertEqual((matrix[0][0], matrix[0][-1], matrix[-1][-1]), ("", "sum", "4"))

        # Pages: each link of the matrix shows its notes; the briefing has names and sentences, and no forms.
        visitor = Browser(la)
        page = visitor.go("/ties")
        self.assertIn("4 ties", page.text)
        self.assertIn("Drive-thru testing", page.text)
        cells = [link for link in page.links if "row=KR" in link and "column=US" in link]
        self.assertEqual(len(cells), 1, page.links)
        listed = visitor.go(cells[0].split("#")[0])
        self.assertIn("2 ties, the newest first", listed.text)
        self.assertIn(f"/records/{refs[0]}", listed.links)
        self.assertNotIn(f"/records/{refs[3]}", listed.links)
        self.assertIn("two letters", visitor.go("/ties?country_from=Korea").text)
        # Whoever looks by topic still does so when the filter becomes another one.
        page = visitor.go("/ties?group=topic&axis=30&topic=health")
        self.assertIn("/ties?axis=30&group=topic", page.links, "without the filter")
        self.assertEqual((page.form("/ties").fields["axis"], page.form("/ties").fields["group"]), ("30", "topic"))
        years = [link for link in page.links if "year_from=" in link]
        self.assertTrue(years)
        for link in years:
            self.assertTrue("group=topic" in link and "axis=30" in link, link)
        briefing = visitor.go("/ties?print=yes&topic=health")
        self.assertIn("Topic: Health", briefing.text)
        self.assertIn("It went as we had hoped.", briefing.text)
        self.assertNotIn("More follows", briefing.text, "one sentence")
        self.assertIn("Los Angeles", briefing.text)
        self.assertEqual([form.action for form in briefing.forms], ["/language"])
        map_ = visitor.go("/map?topic=health")
        self.assertIn("Drive-thru testing", map_.text)
        self.assertNotIn("Food hubs", map_.text)
        self.assertTrue(any(link.startswith("/ties?") and "topic=health" in link for link in map_.links))

        # It narrows by the form of the matrix, and stays in its part of the world.
        fields = visitor.go("/map?topic=health&region=asia").form("/map").fields
        self.assertEqual(set(fields) - {"region"}, set(visitor.go("/ties?topic=health").form("/ties").fields) - {"group"})
        self.assertLessEqual({"country_from", "country_to", "topic", "went", "year_from", "year_to"}, set(fields))
        self.assertEqual((fields["topic"], fields["region"]), ("health", "asia"))
        wider = visitor.go("/map?" + urllib.parse.urlencode(fields | {"topic": "", "country_from": "KR"}))
        self.assertEqual((wider.form("/map").fields["country_from"], wider.form("/map").fields["region"]), ("KR", "asia"))
        self.assertIn("South Korea", wider.text)

        # Only numbers that are clear are added up; the others are quoted.
        impact = api.get("/api/v1/impact").json()
        reached = impact["people_reached"]
        self.assertEqual((reached["at_home"]["people"], reached["at_home"]["notes"], reached["at_home"]["in_words"]), (70000, 1, 1))
        self.assertEqual([said["text"] for said in reached["at_home"]["said"]], ["about a third of us"])
        self.assertEqual((reached["elsewhere"]["people"], reached["elsewhere"]["in_words"]), (1200, 1))
        self.assertEqual((impact["given_total"], impact["taken_total"], impact["cities_that_took"]), (3, 1, 2))
        self.assertEqual({one["agreement"]: one["adoptions"] for one in impact["commitments"]}, {"Paris Agreement": 3})
        self.assertEqual({one["goal"]: one["adoptions"] for one in impact["goals"]}, {3: 2, 13: 1})
        self.assertEqual(api.get("/api/v1/impact?year_to=1999").json()["given_total"], 0)
        ours = Browser(seoul).go("/impact")
        self.assertIn("70,000 people, as 1 note states", ours.text)
        self.assertIn("It went as we had hoped.", ours.text)
        for link in ours.links:
            if link.startswith("/ties?"):
                self.assertEqual(get(seoul, link.split("#")[0]).status, 200, link)

    def test_a_tie_counts_in_the_year_in_which_it_began(self):
        nodes = seoul, la, milan = self.three()
        ref = practice(seoul, "Shade", "climate/heat", "Paris Agreement", 13, "")
        self.shared(nodes, ref)
        first = adopts(la, ref, "too-early")
        self.shared(nodes, first)
        began = datetime.datetime.fromisoformat(seoul.record(first)["created_at"].replace("Z", "+00:00")).year
        later = f"--clock-offset-seconds={400 * DAY}"
        for node in nodes:
            node.stop()
        for node in nodes:
            node.start(later, peer_port=node.peer_port)
        wait_for(lambda: all(connected(seoul, other.name) for other in (la, milan)) and connected(la, "milan.example"), "they are together again")
        for node in nodes:
            wait_for(lambda: not node.status()["clock"]["signing_waits"], f"{node.city} may sign, a year later")
        second, third = adopts(la, ref, "worked"), adopts(milan, ref, "partly")
        self.shared(nodes, second, third)
        self.documents = Api(seoul).document
        wait_for(lambda: self.ties(seoul)["total"] == 2, "both are counted")
        now = datetime.datetime.fromisoformat(seoul.record(third)["created_at"].replace("Z", "+00:00")).year
        self.assertGreater(now, began)
        self.assertEqual(self.ties(seoul)["years"], [{"year": began, "outcomes": {"worked": 1}}, {"year": now, "outcomes": {"partly": 1}}],
                         "the year of the first word, and the outcome of the last")
        self.assertEqual([item["ref"] for item in self.ties(seoul, year_to=began)["items"]], [second])
        self.assertEqual(self.ties(seoul, year_from=now)["total"], 1)
        api = Api(seoul, self.documents)
        self.assertEqual(api.get(f"/api/v1/impact?year_from={now}").json()["given_total"], 1)
        self.assertEqual(api.get(f"/api/v1/impact?year_from={now}").json()["practices"], 0, "it was written the year before")

    def test_an_observer_sees_them_and_a_closed_node_shows_them_to_nobody(self):
        seoul, la = self.node("seoul"), self.node("la")
        ministry = self.node("ministry", init_args=("--observer",))
        peer(seoul, la)
        seoul.run("peer", "add", ministry.run("id").strip())
        ministry.run("peer", "add", seoul.line())
        wait_for(lambda: connected(ministry, "seoul.example"), "the observer is connected")
        ref = practice(seoul, "Shade", "climate/heat", "Paris Agreement", 13, "")
        wait_for(lambda: la.shows(ref), "it arrives")
        took = adopts(la, ref, "worked")
        wait_for(lambda: ministry.shows(took), "the observer has it")
        wait_for(lambda: self.ties(ministry)["total"] == 1, "and counts it")
        self.assertIn("1 tie", Browser(ministry).go("/ties").text)
        self.assertEqual(ask("GET", f"http://127.0.0.1:{ministry.http_port}/api/v1/impact").status, 404, "an observer gives nothing")
        la.stop()
        la.public = False
        la.start(peer_port=la.peer_port)
        self.assertEqual(get(la, "/api/v1/ties").status, 401)
        self.assertEqual(get(la, "/api/v1/ties.csv").status, 401)
        self.assertIn("/login", Browser(la).go("/ties").url)


if __name__ == "__main__":
    unittest.main()
