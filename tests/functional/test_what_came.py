"""What came of a practice: told to visitors on the first page and in full on a page of its own, recomputed here from the notes
themselves; an operator chooses whose story is told, while the node runs; and the clock of a node that is moved while it runs."""

import collections
import datetime
import re
import signal
import time
import unittest

from api import Api
from browser import Browser
from nodes import NodesTest, connected, peer, wait_for

PARTS = {"adoption": "adopted", "practice": "derived", "question": "asked", "answer": "answered"}
ROLES = {"adopts": "adoption", "derives-from": "practice", "about": "question", "answers": "answer"}


class Story(NodesTest):
    def three(self):
        """Seoul, Los Angeles and San Diego, of which each knows the others."""
        seoul, la, sandiego = self.node("seoul"), self.node("la"), self.node("sandiego")
        peer(seoul, la)
        peer(la, sandiego)
        wait_for(lambda: connected(la, "seoul.example") and connected(la, "sandiego.example"), "they connect")
        return seoul, la, sandiego

    def adopt(self, city, ref, *args):
        wait_for(lambda: city.shows(ref), "it crosses")
        return city.run("adopt", ref, *args).strip()

    def recomputed(self, node, ref):
        """The refs of all that came of a practice, by what each note says of itself."""
        notes = [node.record(item["ref"]) for item in node.listed()]
        found, before = {ref}, set()
        while found != before:
            before = set(found)
            for note in notes:
                if any(one["ref"] in before and ROLES.get(one["role"]) == note["kind"] for one in note.get("refs", [])):
                    found.add(note["ref"])
        return found - {ref}

    def test_the_first_page_and_the_story_say_what_the_notes_say(self):
        seoul, la, sandiego = self.three()
        ref = seoul.publish("Testing in cars", "Nobody gets out.")
        other = seoul.publish("Shade", "Trees.", ("climate/heat",))
        wait_for(lambda: la.shows(other), "both cross")
        visitor = Browser(la)
        self.assertNotIn('class="story"', visitor.go("/").source, "there is nothing to tell")
        self.adopt(la, other, "--stage", "trying")
        self.adopt(la, ref, "--stage", "trying")
        self.adopt(sandiego, other, "--stage", "trying", "--outcome", "too-early")
        word = self.adopt(la, ref, "--stage", "adapted", "--outcome", "did-not", "--text", "In stadium car parks.")
        wait_for(lambda: sandiego.shows(word), "it crosses")
        question = sandiego.run("ask", "--about", ref, "--to", "la.example", "--title", "Who stands there?", "--text", "Nurses?").strip()
        wait_for(lambda: la.shows(question), "it crosses")
        answer = la.run("answer", question, "--text", "Firefighters.").strip()
        wait_for(lambda: sandiego.shows(answer) and seoul.shows(answer), "all of it is everywhere")

        for node in (seoul, la, sandiego):
            api = Api(node)
            story = wait_for(lambda: (s := api.get(f"/api/v1/records/{ref}/story").json())["steps"] and len(s["steps"]) == 4 and s, "it is indexed")
            self.assertEqual({step["note"]["ref"] for step in story["steps"]}, self.recomputed(node, ref))
            self.assertEqual([step["part"] for step in story["steps"]], ["adopted", "adopted", "asked", "answered"])
            self.assertEqual([PARTS[node.record(step["note"]["ref"])["kind"]] for step in story["steps"]], [step["part"] for step in story["steps"]])
            # Of each city the last word counts.
            last = {step["note"]["city"]: step.get("outcome") for step in story["steps"] if step["part"] == "adopted"}
            self.assertEqual((story["cities"], story["outcomes"]), (len(last), collections.Counter(last.values())))
            times = [node.record(r)["created_at"] for r in (question, answer)]
            seconds = (datetime.datetime.fromisoformat(times[1]) - datetime.datetime.fromisoformat(times[0])).total_seconds()
            self.assertAlmostEqual(story["steps"][3]["after_seconds"], seconds, delta=1)
        # More have taken up the other one, but of this one a city says how it went.
        self.assertEqual(Api(la).get("/api/v1/story").json()["story"]["practice"]["ref"], ref)

        for node in (seoul, la, sandiego):
            page = Browser(node).go(f"/story/{ref}")
            self.assertIn("took it up and changed it. It says: it did not work.", page.text)
            self.assertRegex(page.text, r"Sandiego asked La about it: Who stands there\?")
            self.assertIn("La answered within a day:", page.text)
            self.assertIn("1 other city took it up. Did not work: 1", page.text)
            self.assertLess({f"/records/{one}" for one in (ref, word, question, answer)}, set(page.links))
            self.assertIn(f"/story/{ref}", Browser(node).go(f"/records/{ref}").links)
        self.assertEqual(Browser(la).go(f"/story/{word}").status, 404, "an adoption has no story")

        # The words of others are text, whatever they are.
        hostile = self.adopt(sandiego, ref, "--stage", "adopted", "--outcome", "worked", "--title", '<b onclick="x()">worked</b>')
        wait_for(lambda: hostile in [s["note"]["ref"] for s in Api(la).get(f"/api/v1/records/{ref}/story").json()["steps"]], "it arrives")
        self.assertNotIn("<b onclick", Browser(la).go(f"/story/{ref}").source)
        # What was taken back belongs to it no more.
        sandiego.run("withdraw", hostile)
        wait_for(lambda: hostile not in [s["note"]["ref"] for s in Api(la).get(f"/api/v1/records/{ref}/story").json()["steps"]], "it is gone")

    def settle(self, node, lines, *until):
        (node.data / "koinond.toml").write_text("\n".join(lines) + "\n")
        node.process.send_signal(signal.SIGHUP)
        for words in until:
            wait_for(lambda: words in node.log(), f"{node.city} reads its settings again: {words}")

    def test_an_operator_says_whose_story_is_told(self):
        seoul, la = self.pair()
        first, second = seoul.publish("Testing in cars"), seoul.publish("Shade", "Trees.", ("climate/heat",))
        self.adopt(la, first, "--stage", "adopted", "--outcome", "worked")
        wait_for(lambda: seoul.refs(kind="adoption"), "it crosses")
        told = lambda: re.findall(r'href="(/story/[^"]+)"', Browser(seoul).go("/").source)
        wait_for(lambda: told() == [f"/story/{first}"], "that of which a city says how it went")
        self.settle(seoul, [f'[office]\nstory = "{second}"'], f"to={second}")
        self.assertEqual(told(), [], "nothing came of it yet")
        la.run("ask", "--about", second, "--title", "Which trees?", "--text", "Here.")
        wait_for(lambda: told() == [f"/story/{second}"], "a question came of it")
        self.settle(seoul, ['[office]\nstory = "none"'], "to=none")
        self.assertEqual(told(), [])
        self.assertNotIn("story", Api(seoul).get("/api/v1/story").json())
        self.settle(seoul, ['[office]\nstory = "the first"'], "it is the ref of a practice")
        self.assertEqual(told(), [], "what is wrong changes nothing")
        # Whoever has an account sees what is new instead, and a search is a search.
        self.settle(seoul, [f'[office]\nstory = "{first}"'], f"to={first}")
        self.assertEqual(told(), [f"/story/{first}"])
        self.assertNotIn('class="story"', Browser(seoul).go("/?q=cars").source)

    def test_a_clock_is_moved_while_the_node_runs(self):
        seoul = self.node("seoul", start=False)
        day = datetime.datetime(2030, 3, 4, 8, 30, tzinfo=datetime.timezone.utc)
        seoul.start()
        before = seoul.publish("Today")
        self.settle(seoul, [f"[clock]\noffset_seconds = {int(day.timestamp() - time.time())}"], "clock.offset_seconds")
        self.assertEqual(wait_for(lambda: seoul.status()["clock"]["because"], "it has jumped"), ["jump"])
        self.assertLess(seoul.record(seoul.publish("Not believed yet"))["created_at"], "2030")
        seoul.run("clock", "--is-right")
        after = seoul.publish("In 2030")
        self.assertTrue(seoul.record(after)["created_at"].startswith("2030-03-04T08:"), seoul.record(after)["created_at"])
        self.assertLess(seoul.record(before)["created_at"], "2030")


if __name__ == "__main__":
    unittest.main()
