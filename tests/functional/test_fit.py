"""Whether a practice would work here: every figure of the box is counted again from the notes and the profiles; and the three
figures that a city without a profile is offered."""

import json
import unittest

from api import ask, get
from browser import Browser, member
from nodes import Node, NodesTest, connected, peer, wait_for

GROUPS = {"same": lambda a, b: a == b, "near": lambda a, b: a[0] == b[0], "other-group": lambda a, b: a[0] != b[0]}
INCOMES = ["low", "lower-middle", "upper-middle", "high"]
PROFILES = {"seoul": (9_400_000, "Dwa", "high", 15_600), "la": (3_900_000, "Csa", "high", 3_200), "milan": (1_370_000, "Cfa", "high", 7_500)}
ADOPTIONS = {"la": ("adopted", "worked", "Only at *weekends*. Staff was short."), "milan": ("stopped", "did-not", "Without cars.")}


def profile(name, population, climate, income, density):
    return (f'+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "{name.title()}"\nclimate = "{climate}"\nclimate_source = "Beck 2018"\n'
            f'income_band = "{income}"\nincome_source = "World Bank"\n[population]\nvalue = {population}\nsource = "Census"\n'
            f'[density]\nvalue = {density}\nsource = "Census"\n+++\n').encode()


PRACTICE = b"""+++
title = "Testing from the car"
language = "en"
topics = ["health/testing"]
evidence = 3
staff = "Twelve at each site"
time_to_launch = "Nine days"
core = "Nobody leaves the car. Nobody waits in a room."
needs = [{what = "place", text = "A car park."}, {what = "people", text = "Nurses."}]
cost = {amount = 21000000, currency = "KRW"}
+++
Text.
"""


class Fit(NodesTest):
    def fit(self, node, ref):
        return get(node, f"/api/v1/records/{ref}/fit").json()

    def profile_of(self, node):
        """What its city says of itself now."""
        return node.record(node.refs(kind="profile", city=node.name)[0])["body"]["profile"]

    def recounted(self, node, ref):
        """What the box must say of who tried it, from the notes alone: of each city its latest word that stands."""
        last = {}
        for item in sorted(node.listed(kind="adoption"), key=lambda one: one["index"]):
            record = node.record(item["ref"])
            if record["status"] == "current" and any(about["role"] == "adopts" and about["ref"] == ref for about in record["refs"]):
                last[record["city"]] = record["body"]["adoption"]
        words = [said.get("outcome", "") for said in last.values()]
        return {"cities": len(last), **{word: words.count(word) for word in ("worked", "partly", "did-not", "too-early")},
                "not-said": words.count(""), "stopped": sum(said.get("stage") == "stopped" for said in last.values())}

    def check_compared(self, shown):
        for one in shown["compared"]:
            theirs, ours = (shown[side].get(one["measure"]) for side in ("theirs", "us"))
            if theirs is None or ours is None:
                self.assertEqual(one["verdict"], "unknown")
            elif one["measure"] == "climate":
                self.assertTrue(GROUPS[one["verdict"]](theirs, ours), one)
            elif one["measure"] == "income":
                self.assertEqual(one["verdict"], {0: "same", 1: "more", -1: "less"}[(INCOMES.index(theirs) > INCOMES.index(ours)) - (INCOMES.index(theirs) < INCOMES.index(ours))])
            else:
                times = max(theirs, ours) / min(theirs, ours)
                self.assertAlmostEqual(one["times"], times)
                self.assertEqual(one["verdict"], "same" if times < 2 else "more" if theirs > ours else "less")

    def test_every_figure_is_that_of_the_notes(self):
        seoul, la, milan = (self.node(name) for name in ("seoul", "la", "milan"))
        for other in (la, milan):
            peer(seoul, other)
        wait_for(lambda: connected(seoul, "la.example") and connected(seoul, "milan.example"), "they connect")
        nodes = {"seoul": seoul, "la": la, "milan": milan}
        profiles = {node.run("publish", "-", stdin=profile(name, *PROFILES[name])).strip() for name, node in nodes.items()}
        ref = seoul.run("publish", "-", stdin=PRACTICE).strip()
        self.assertEqual(wait_for(lambda: (shown := self.fit(seoul, ref)).get("tried") and shown, "it is indexed")["ours"], True)
        for name, (stage, outcome, changes) in ADOPTIONS.items():
            wait_for(lambda: nodes[name].shows(ref), "it arrives")
            nodes[name].run("adopt", ref, "--stage", "trying", "--outcome", "too-early", "--text", "Not yet.")
            nodes[name].run("adopt", ref, "--stage", stage, "--outcome", outcome, "--text", changes)
        for node in nodes.values():
            wait_for(lambda: len(node.listed(kind="adoption")) == 4 and profiles <= set(node.refs(kind="profile")), "all is everywhere")
            wait_for(lambda: self.fit(node, ref)["tried"]["cities"] == 2, "and indexed")
        for name, node in nodes.items():
            shown = self.fit(node, ref)
            self.assertEqual(shown["tried"], self.recounted(node, ref))
            self.assertEqual((shown["theirs"]["population"], shown["us"]["population"]), (PROFILES["seoul"][0], PROFILES[name][0]))
            self.assertEqual(shown["takes"], {"cost": {"amount": 21000000, "currency": "KRW"}, "staff": "Twelve at each site", "time_to_launch": "Nine days",
                                              "evidence": 3, "core": "Nobody leaves the car.",
                                              "needs": [{"what": "place", "text": "A car park."}, {"what": "people", "text": "Nurses."}]})
            if name == "seoul":
                self.assertEqual(({one["verdict"] for one in shown["compared"]}, shown["text"]), ({"unknown"}, ""))
            else:
                self.check_compared(shown)
        near = self.fit(la, ref)["nearest"]
        self.assertEqual([(one["city"], one["outcome"], one["changes"]) for one in near], [("milan.example", "did-not", "Without cars.")], "we are not among them")
        self.assertEqual({one["changes"] for one in self.fit(seoul, ref)["nearest"]}, {"Without cars.", "Only at weekends."})
        self.assertEqual(self.fit(milan, ref)["text"], "Like us in income; another size, climate and density.")
        # The page says the same, to whoever is not known as well, and to a visitor of any language.
        page = Browser(milan).go(f"/records/{ref}")
        for words in ("Does it fit us?", "Like us in income; different size, climate and density.", "6.9× larger", "2 cities tried this",
                      "Did not work 1", "Later stopped 1", "Only at weekends.", "Nobody leaves the car.", "Place", "People",
                      "Seoul signed this; nobody has changed it", "For experts"):
            self.assertIn(words, page.text)
        self.assertLess(page.source.index('class="fit"'), page.source.index('class="text"'), "the box stands above the text")
        self.assertNotIn("<details open", page.source)
        self.assertIn("هل يناسبنا؟", Browser(milan, "ar").go(f"/records/{ref}").text)
        self.assertEqual(ask("GET", f"http://127.0.0.1:{milan.http_port}/api/v1/records/{milan.refs(kind='adoption')[0]}/fit").status, 400)

    def test_an_observer_sees_who_tried_it_and_compares_nothing(self):
        seoul = self.node("seoul")
        library = Node(self.folder, "library", init_args=("--observer",))
        self.addCleanup(library.stop)
        library.start()
        seoul.run("peer", "add", library.run("id").strip())
        library.run("peer", "add", seoul.line())
        ref = seoul.run("publish", "-", stdin=PRACTICE).strip()
        wait_for(lambda: library.shows(ref), "it arrives")
        page = wait_for(lambda: (page := Browser(library).go(f"/records/{ref}")) and 'class="fit"' in page.source and page, "it is indexed")
        self.assertIn("No city has tried this yet.", page.text)
        for words in ("Does it fit us?", "three figures", "/profile/measures"):
            self.assertNotIn(words, page.source)

    def test_a_city_without_figures_is_offered_three(self):
        seoul, milan = self.node("seoul"), self.node("milan")
        peer(seoul, milan)
        seoul.run("publish", "-", stdin=profile("seoul", *PROFILES["seoul"]))
        ref = seoul.run("publish", "-", stdin=PRACTICE).strip()
        wait_for(lambda: milan.shows(ref), "it arrives")
        here = f"/records/{ref}"
        self.assertIn("says too little to compare", wait_for(lambda: (page := Browser(milan).go(here)) and "Does it fit us?" in page.text and page, "it is indexed").text)
        own = milan.refs(kind="profile", city="milan.example")
        chief = member(milan, "it", "operator")
        self.assertIn(f"/profile/measures?next={here}", chief.go(here).links)
        chief.go(f"/profile/measures?next={here}")
        self.assertIn("Offered for Milan, Italy", chief.page.text)
        self.assertEqual(milan.refs(kind="profile", city="milan.example"), own, "nothing is published by looking")
        offered = dict(chief.page.form("/profile/measures").fields)
        self.assertGreater(int(offered["population"]), 1_000_000)
        self.assertEqual((offered["income_band"], offered["climate"]), ("high", "Cfa"), "by the city's place")
        chief.submit("/profile/measures", population="many", climate="Cfa")
        self.assertEqual(chief.page.status, 400)
        self.assertEqual(chief.page.form("/profile/measures").fields["population"], "many", "what was typed is still there")
        chief.submit("/profile/measures", population=offered["population"])
        self.assertEqual(chief.page.url, here, "back to the note")
        wait_for(lambda: "larger" in chief.go(here).text, "and it is compared")
        said = self.profile_of(milan)
        self.assertEqual(said["population"], {"value": int(offered["population"]), "source": "GeoNames, 2023"})
        self.assertEqual((said["income_band"], said["income_source"], said["climate"], said["country"], said["display_name"]),
                         ("high", "World Bank, October 2025", "Cfa", "IT", "Milan"))
        self.assertEqual(said["climate_source"], "Rubel et al., 1986–2010")
        self.assertAlmostEqual(said["latitude"], 45.46, 1)
        # A figure of one's own has not their source. What the profile says already stays.
        chief.go("/profile/measures")
        self.assertEqual(chief.page.form("/profile/measures").fields["climate"], "Cfa")
        chief.submit("/profile/measures", population="1400000")
        said = wait_for(lambda: (said := self.profile_of(milan))["population"]["value"] == 1400000 and said, "it shows")
        self.assertNotIn("source", said["population"])
        self.assertEqual((said["country"], said["income_source"]), ("IT", "World Bank, October 2025"))
        chief.go("/profile/measures")
        chief.submit("/profile/measures", climate="Csa")
        said = wait_for(lambda: (said := self.profile_of(milan))["climate"] == "Csa" and said, "it shows")
        self.assertEqual(said["climate_source"], "chosen by our office")
        # What the profile says in words of its own is no choice of the form's, and stays all the same.
        chief.go("/profile")
        chief.submit("/profile", climate="humid and mild", climate_source="our weather office")
        wait_for(lambda: self.profile_of(milan)["climate"] == "humid and mild", "it shows")
        chief.go("/profile/measures")
        self.assertEqual(chief.page.form("/profile/measures").fields["climate"], "humid and mild")
        chief.submit("/profile/measures", population="1500000")
        said = wait_for(lambda: (said := self.profile_of(milan))["population"]["value"] == 1500000 and said, "it shows")
        self.assertEqual((said["climate"], said["climate_source"]), ("humid and mild", "our weather office"))
        # One name in several countries: a choice, unless the profile says which.
        page = chief.go("/profile/measures?name=Los+Angeles")
        self.assertIn("No place of this name", page.text, "there is none in Italy")
        self.assertEqual(member(milan, "press", "publisher").go("/profile/measures").status, 403)

    def test_places_of_one_name_are_a_choice(self):
        la = self.node("la")
        chief = member(la, "it", "operator")
        chief.go("/profile/measures?name=Los+Angeles")
        self.assertIn("Several places have this name", chief.page.text)
        self.assertIn("Los Angeles, United States", chief.page.text)
        other = next(link for link in chief.page.links if link.startswith("/profile/measures?place="))
        chief.go(other)
        self.assertEqual(chief.page.form("/profile/measures").fields["income_band"], "high")
        chief.submit("/profile/measures")
        said = wait_for(lambda: (said := self.profile_of(la)).get("country") and said, "it shows")
        self.assertEqual(said["country"], "CL", "the one that was chosen")
        self.assertEqual(json.dumps(said).count("GeoNames, 2023"), 1)


if __name__ == "__main__":
    unittest.main()
