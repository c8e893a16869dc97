"""A correction of another city's note: proposed, taken in with credit, or declined with a reason."""

import unittest

from browser import member
from nodes import CommandFailed, NodesTest, wait_for

NOTE = """+++
title = "Cool roofs"
language = "en"
topics = ["climate/heat"]
+++
We painted roofs.

## Solution

First line.

It cost nine dollars a roof.

Last line.

## Results

Two degrees less.
"""


class Proposals(NodesTest):
    def two(self):
        ours, theirs = self.pair()
        ref = ours.run("publish", "-", stdin=NOTE.encode()).strip()
        wait_for(lambda: theirs.shows(ref), "the note arrives")
        return ours, theirs, ref

    def proposals(self, node, ref):
        return node.asked(f"records/{ref}/proposals")["items"]

    def test_a_correction_is_taken_in_with_credit(self):
        ours, theirs, ref = self.two()
        press = member(theirs, "press", "publisher")
        press.go(f"/propose?to={ref}&section=solution")
        text = press.page.form("/propose").fields["text"]
        self.assertIn("nine dollars", text)
        press.submit("/propose", text=text.replace("nine", "seven"), reason="The invoice says seven.")
        made = wait_for(lambda: self.proposals(theirs, ref), "it is signed")[0]
        self.assertEqual((made["section"], made["instead_of"], made["text"], made["state"]),
                         ("solution", "It cost nine dollars a roof.", "It cost seven dollars a roof.", "open"), "only what differs is sent")
        wait_for(lambda: self.proposals(ours, ref), "and arrives")
        wait_for(lambda: any(case["ref"] == made["ref"] for case in ours.asked("inbox")["items"]), "in the inbox")
        chief = member(ours, "chief", "reviewer")
        chief.go(f"/publish?revises={ref}&accepts={made['ref']}")
        fields = chief.page.form("/publish").fields
        self.assertIn("It cost seven dollars a roof.", fields["solution"])
        self.assertIn("First line.", fields["solution"])
        self.assertIn("Two degrees less.", fields["results"])
        chief.submit("/publish", "publish")
        taken = wait_for(lambda: next((p for p in self.proposals(ours, ref) if p["state"] == "accepted"), None), "it is taken in")
        revision = taken["settled_by"]
        self.assertEqual({r["role"]: r["ref"] for r in ours.record(revision)["refs"]}, {"revises": ref, "accepts": made["ref"]})
        wait_for(lambda: theirs.shows(revision), "the revision is there")
        wait_for(lambda: self.proposals(theirs, ref)[0]["state"] == "accepted", "they see that it was taken in")
        self.assertEqual(self.proposals(theirs, revision)[0]["ref"], made["ref"], "the newest version has it as well")
        self.assertIn("la.example", chief.go(f"/records/{revision}").text, "the credit stands on the page")

    def test_one_is_declined_with_a_reason_and_a_third_city_has_no_say(self):
        ours, theirs, ref = self.two()
        made = theirs.run("propose", ref, "--section", "results", "--instead-of", "Two degrees less.", "--text", "Four degrees less.", "--language", "en").strip()
        wait_for(lambda: self.proposals(ours, ref), "it arrives")
        with self.assertRaises(CommandFailed):
            ours.run("decline", made, "--language", "en")
        theirs.run("decline", made, "--text", "Who proposes does not decide.", "--language", "en")
        self.assertEqual(self.proposals(theirs, ref)[0]["state"], "open")
        chief = member(ours, "chief", "publisher")
        chief.go(f"/records/{ref}")
        chief.submit(f"/proposals/{made}/decline", reason="We measured. " * 2000)
        self.assertEqual((chief.page.status, chief.page.form(f"/proposals/{made}/decline").fields["reason"].strip()),
                         (413, ("We measured. " * 2000).strip()), "nothing that was typed is lost")
        chief.submit(f"/proposals/{made}/decline", reason="We measured two.")
        self.assertEqual((chief.page.status, chief.page.url), (200, f"/records/{made}"))
        wait_for(lambda: self.proposals(theirs, ref)[0]["state"] == "declined", "they hear of it")
        self.assertEqual(self.proposals(theirs, ref)[0]["why"], "We measured two.")

    def test_words_that_are_gone_are_put_in_by_hand(self):
        ours, theirs, ref = self.two()
        made = theirs.run("propose", ref, "--section", "results", "--instead-of", "Nine degrees.", "--text", "Ten.", "--language", "en").strip()
        wait_for(lambda: self.proposals(ours, ref), "it arrives")
        chief = member(ours, "chief", "reviewer")
        chief.go(f"/publish?revises={ref}&accepts={made}")
        fields = chief.page.form("/publish").fields
        self.assertEqual((fields["results"].strip(), fields["accepts"]), ("Two degrees less.", made))


if __name__ == "__main__":
    unittest.main()
