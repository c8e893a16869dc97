"""Every number in a picture comes from the notes: each is counted here again from the notes themselves, and must be what the
API says, what the table beside the picture says, and what the picture itself says."""

import collections
import json
import re
import unittest

from api import get
from browser import Browser, member
from nodes import NodesTest, connected, peer, wait_for

TOLD = ["worked", "partly", "did-not", "stopped", "open"]
BANDS = [(50e3, "under-50k"), (250e3, "50k-250k"), (1e6, "250k-1m"), (5e6, "1m-5m"), (float("inf"), "above-5m")]
CLIMATES = {"A": "tropical", "B": "arid", "C": "temperate", "D": "continental", "E": "polar"}
INCOMES = ["low", "lower-middle", "upper-middle", "high"]


def profile(node, population=None, climate="", income="", latitude=0, longitude=0):
    text = f'+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "{node.city.title()}"\nlatitude = {latitude}\nlongitude = {longitude}\n'
    text += f'climate = "{climate}"\nclimate_source = "Beck 2018"\n' if climate else ""
    text += f'income_band = "{income}"\nincome_source = "World Bank"\n' if income else ""
    text += f'[population]\nvalue = {population}\nsource = "Census"\n' if population else ""
    node.run("publish", "-", stdin=f"{text}+++\n".encode())


def told(adoption):
    outcome = adoption.get("outcome", "")
    if outcome in TOLD[:3]:
        return outcome
    return "stopped" if adoption.get("stage") == "stopped" else "open"


def table_after(page, picture):
    """The cells of the table beside a picture, by row."""
    figure = re.search(rf'<figcaption id="{picture}-c">.*?</figure>', page.source, re.S)[0]
    return [[re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr>(.*?)</tr>", figure.split("<tbody>")[1], re.S)]


def in_picture(page, picture):
    """What the bars of a picture say of themselves: how many, by group and standing."""
    svg = re.search(rf'<svg [^>]*aria-labelledby="{picture}-t.*?</svg>', page.source, re.S)[0]
    return {(group, name): int(count.replace(",", "")) for group, name, count in re.findall(r"<title>([^<]*) · ([^<:]*): ([\d,]+)</title>", svg)}


class Figures(NodesTest):
    def with_notes(self):
        """Four cities that vouch for each other in a row, and what they said of two practices of Seoul's."""
        seoul, milan, lima, oslo = (self.node(city) for city in ("seoul", "milan", "lima", "oslo"))
        for other in (milan, lima, oslo):
            peer(seoul, other)
            wait_for(lambda: connected(seoul, other.name) and connected(other, "seoul.example"), "they connect")
        profile(seoul, 9_400_000, "Dwa", "high", 37.57, 126.98)
        profile(milan, 1_400_000, "Cfa", "high", 45.46, 9.19)
        profile(lima, 10_000_000, "BWh", "upper-middle", -12.05, -77.04)
        text = '+++\ntitle = "{}"\nlanguage = "en"\ntopics = ["{}"]\n{}+++\nText.\n'
        tests = seoul.signed(json.loads(seoul.run("--json", "publish", "-", stdin=text.format(
            "Tests", "health/testing", "[cost]\namount = 120000\ncurrency = \"USD\"\n").encode())))
        shade = seoul.signed(json.loads(seoul.run("--json", "publish", "-", stdin=text.format(
            "Shade", "climate/heat", "[cost]\namount = 0\ncurrency = \"USD\"\n").encode())))
        for city in (milan, lima, oslo):
            wait_for(lambda: city.shows(tests) and city.shows(shade), "they cross")
        refs = [milan.run("adopt", tests, "--stage", "trying", "--outcome", "too-early").strip(),
                milan.run("adopt", tests, "--stage", "adapted", "--outcome", "worked").strip(),
                lima.run("adopt", tests, "--stage", "adopted", "--outcome", "did-not").strip(),
                oslo.run("adopt", tests, "--stage", "stopped").strip(),
                oslo.run("adopt", shade, "--stage", "adopted", "--outcome", "partly").strip()]
        wait_for(lambda: all(seoul.shows(ref) for ref in refs) and seoul.status()["index_lag"] == 0, "all is here and indexed")
        return seoul, tests, refs

    def counted(self, node, practice=None):
        """The same from the notes: who adopted what, with the latest word of each city, and what the city is like."""
        profiles, latest = {}, {}
        for item in sorted(node.listed(), key=lambda one: int(one["ref"].rsplit("/", 1)[1])):
            record = node.record(item["ref"])
            body = record.get("body", {})
            if item["kind"] == "profile":
                profiles[item["city"]] = body["profile"]
            if item["kind"] == "adoption":
                of = next(ref["ref"] for ref in record["refs"] if ref["role"] == "adopts")
                if practice in (None, of):
                    latest[item["city"], of] = (told(body["adoption"]), item["created_at"][:7])
        out = {"all": collections.Counter(), "population": collections.Counter(), "climate": collections.Counter(), "income": collections.Counter(),
               "month": collections.Counter()}
        for (city, _), (how, month) in latest.items():
            said = profiles.get(city, {})
            people = said.get("population", {}).get("value", 0)
            out["all"][how] += 1
            out["population"][next(name for top, name in BANDS if people < top) if people else "not-said", how] += 1
            out["climate"][CLIMATES.get(said.get("climate", "")[:1], "not-said"), how] += 1
            out["income"][said.get("income_band") or "not-said", how] += 1
            out["month"][month, how] += 1
        return out, len({city for city, _ in latest}), len(latest)

    def assert_figures(self, figures, expected):
        counts, cities, adoptions = expected
        self.assertEqual((figures["cities"], figures["adoptions"]), (cities, adoptions))
        self.assertEqual({how: figures["all"][how] for how in TOLD if figures["all"][how]}, dict(counts["all"]))
        for groups in ("population", "climate", "income"):
            said = {(one["group"], how): one[how] for one in figures[groups] for how in TOLD if one[how]}
            self.assertEqual(said, dict(counts[groups]), groups)
        self.assertEqual({(one["month"], how): one[how] for one in figures["months"] for how in TOLD if one[how]}, dict(counts["month"]))
        self.assertEqual(figures["undated"], 0)

    def test_every_number_is_counted_again_from_the_notes(self):
        seoul, tests, refs = self.with_notes()
        press = member(seoul, "press", "publisher")
        of_tests = self.counted(seoul, tests)
        self.assertEqual(of_tests[0]["all"], {"worked": 1, "did-not": 1, "stopped": 1})
        self.assert_figures(seoul.asked(f"records/{tests}/figures"), of_tests)
        self.assert_figures(seoul.asked("figures", topic="health")["taken_up"], of_tests)
        everything = self.counted(seoul)
        self.assert_figures(seoul.asked("figures")["taken_up"], everything)
        self.assertEqual(seoul.asked("figures", topic="salud/pruebas")["topic"], "health/testing", "other names of a topic are understood")

        # The note's page and the page of pictures: the table and the picture say the same.
        for page, (counts, _, adoptions) in ((press.go(f"/records/{tests}"), of_tests), (press.go("/pictures"), everything)):
            rows = table_after(page, "p-population")
            self.assertEqual([int(row[-1]) for row in rows], [sum(n for (group, _), n in counts["population"].items() if group == name)
                                                              for name in [*(name for _, name in BANDS), "not-said"]])
            for picture in ("p-time", "p-population", "p-climate", "p-income"):
                rows = table_after(page, picture)
                self.assertEqual([sum(int(row[1 + i]) for row in rows) for i in range(5)], [counts["all"][how] for how in TOLD], picture)
                drawn = in_picture(page, picture)
                names = ["Worked", "Partly worked", "Did not work", "Stopped", "Too early, or not said"]
                self.assertEqual(drawn, {(row[0], names[i]): int(row[1 + i]) for row in rows for i in range(5) if row[1 + i] != "0"}, picture)
                self.assertEqual(sum(drawn.values()), adoptions, picture)

        # A word that is taken back counts no more.
        lima = next(node for node in self.nodes if node.city == "lima")
        lima.run("withdraw", refs[2])
        wait_for(lambda: seoul.asked(f"records/{tests}/figures")["all"]["did-not"] == 0, "it is taken back here too")

    def test_costs_stand_against_population_and_what_is_left_out_is_told(self):
        seoul, tests, _ = self.with_notes()
        seoul.publish("Unpriced", "Text.", ("health/testing",))
        costs = wait_for(lambda: (said := seoul.asked("figures")["costs"])["practices"] == 3 and said, "it is indexed")
        self.assertEqual([(p["ref"], p["dollars"], p["population"]) for p in costs["points"] if p["dollars"]], [(tests, 120000, 9_400_000)])
        self.assertEqual([costs[name] for name in ("not_said", "not_converted", "no_population", "left_out")], [1, 0, 0, 0])
        page = Browser(seoul).go("/pictures")
        rows = table_after(page, "p-cost")
        self.assertEqual(sorted(row[:4] for row in rows), [["Shade", "Seoul", "0", "9,400,000"], ["Tests", "Seoul", "120,000", "9,400,000"]])
        self.assertIn("0.013", [row[4] for row in rows], "dollars for each person, in two digits")
        self.assertIn("Cost nothing, so they stand in the table alone: 1.", page.text)
        self.assertIn("Practices that state no cost: 1.", page.text)
        self.assertIn("rough value of each currency", page.text)
        self.assertIn(f"/records/{tests}", page.links)

    def test_the_graph_of_trust_is_what_cities_vouched(self):
        seoul, _, _ = self.with_notes()
        graph = wait_for(lambda: (said := seoul.asked("trust-graph")) and len(said["vouches"]) == 6 and said, "all vouches are here")
        self.assertEqual([(c["city"], c["hops"]) for c in graph["cities"][:1]], [("seoul.example", 0)])
        self.assertEqual({(c["city"], c["hops"]) for c in graph["cities"][1:]}, {(f"{name}.example", 1) for name in ("milan", "lima", "oslo")})
        vouched = set()
        for city in graph["cities"]:
            for vouch in seoul.asked(f"cities/{city['city']}")["vouches_for"]:
                vouched.add((city["city"], vouch["city"]))
        self.assertEqual({(v["from"], v["to"]) for v in graph["vouches"]}, vouched)
        self.assertEqual((graph["trusted"], graph["observer"]), (4, False))
        page = Browser(seoul).go("/cities")
        self.assertEqual([row[0] for row in table_after(page, "p-trust")][:1], ["Seoul"])
        self.assertEqual(page.source.count('class="edge"'), 3, "both ways are one line")
        self.assertNotIn("p-trust", Browser(seoul).go("/cities?q=mil").source)
        # A peer that is not vouched for is no vouch.
        seoul.run("vouch", "milan.example", "--withdraw")
        graph = wait_for(lambda: (said := seoul.asked("trust-graph")) and any(v["peer_alone"] for v in said["vouches"]) and said, "it is taken back")
        self.assertEqual([(v["from"], v["to"]) for v in graph["vouches"] if v["peer_alone"]], [("seoul.example", "milan.example")])

    def test_the_map_says_what_the_table_says_in_every_part_of_the_world(self):
        seoul, _, _ = self.with_notes()
        seoul_reader = Browser(seoul)
        page = seoul_reader.go("/map")
        self.assertEqual(page.source.count('class="point"'), 3, "Oslo has not said where it is")
        self.assertIn("Cities that do not state where they are: 1.", page.text)
        for how in ("worked", "did-not"):
            self.assertIn(f'class="way told-{how}"', page.source)
        europe = seoul_reader.go("/map?region=europe")
        self.assertEqual(europe.source.count('class="point"'), 1)
        self.assertIn("Cities outside this part of the world: 2.", europe.text)
        self.assertEqual(len(re.findall("<tr>", europe.source)), len(re.findall("<tr>", page.source)), "the table has everything")
        self.assertEqual(seoul_reader.go("/map?region=nowhere").status, 200)

    def test_an_operator_sees_the_last_day_and_nobody_else_does(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        samples = seoul.asked("measures")["samples"]
        self.assertEqual(samples[0]["peers_connected"], 0, "there is one from the start on")
        peer(seoul, milan)
        wait_for(lambda: connected(seoul, "milan.example"), "they connect")
        self.assertEqual(get(seoul, "/api/v1/measures").status, 401)
        chief = member(seoul, "chief", "operator")
        page = chief.go("/operate")
        for picture in ("p-behind", "p-bodies", "p-index", "p-peers", "p-traffic"):
            rows = table_after(page, picture)
            self.assertEqual(len(rows), 24, "an hour each")
            self.assertEqual([row[1] for row in rows[:3]], ["Not known"] * 3, "before the start nothing is known, and that is no 0")
            self.assertNotEqual(rows[-1][1], "Not known")


if __name__ == "__main__":
    unittest.main()
