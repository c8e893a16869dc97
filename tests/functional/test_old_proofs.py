"""Proofs that somebody was given before a city changed its key, or took its log back, read by who knows its first key alone."""

import json
import pathlib
import shutil
import unittest

from nodes import Node, koinon, own_entries, peer, wait_for
from proof_reader import read_proof
from test_invites import invite
from test_keys import state, vkey
from test_recovery import Words


class OldProofs(Words):
    def prove(self, node, ref, name):
        file = pathlib.Path(self.folder) / name
        node.run("prove", ref, "-o", file)
        return file

    def with_keys_of(self, file, other):
        """The same proof, with the statements that are known later beside it."""
        out = file.with_name(f"{file.name}-now")
        for end in ("", ".body"):
            shutil.copy(f"{file}{end}", f"{out}{end}")
        shutil.copy(f"{other}.keys", f"{out}.keys")
        return out

    def assert_proves(self, file, key, title, void):
        """To our program and to another reader. `void`: None where nothing that is there could say so."""
        self.assertEqual(read_proof(file, key), (title, void))
        said = json.loads(koinon("--json", "verify", file, "--vkey", key))
        self.assertEqual((said["verified"], said["title"], said["void"]), (True, title, bool(void)))
        words = koinon("verify", file, "--vkey", key)
        self.assertIn(title, words)
        self.assertIn("or made void by a recovery, a proof does not say; a node does", words)
        if void is None:
            self.assertNotIn("taken the log back", words)
        else:
            self.assertIn("Its city has taken the log back since", words)
            self.assertIn("this entry is void" if void else "this entry is kept", words)

    def assert_proves_nothing(self, file, key):
        with self.assertRaises((AssertionError, ValueError)):
            read_proof(file, key)
        self.assert_refused("", lambda: koinon("verify", file, "--vkey", key))

    def test_they_hold_and_only_statements_say_what_is_void(self):
        seoul, words = self.city("seoul")
        seoul.start()
        milan = self.node("milan")
        peer(seoul, milan)
        first_key = vkey(seoul)
        before = self.prove(seoul, seoul.publish("Before"), "before")
        seoul.run("rotate-key")
        kept = self.prove(seoul, seoul.publish("Kept"), "kept")
        second_key = vkey(seoul)
        size = own_entries(seoul)
        poison = self.prove(seoul, seoul.publish("Poison"), "poison")
        seoul.run("rotate-key")
        more = self.prove(seoul, seoul.publish("More poison"), "more")
        thiefs_key = vkey(seoul)
        self.followed(seoul, milan)
        wait_for(lambda: "More poison" in {item["title"] for item in milan.listed(city="seoul.example")}, "Milan has it")
        theirs = self.prove(milan, f"seoul.example/{own_entries(seoul) - 1}", "theirs")
        seoul.stop()
        anew = Node(self.folder, "seoul-anew", init=False)
        self.nodes.append(anew)
        koinon("recover", "--words-file", self.file(words), "--invite", invite(milan), "--size", size, data=anew.data)
        anew.start()
        wait_for(lambda: state(anew) == "signs", "it signs")
        after_ref = anew.publish("After")
        wait_for(lambda: after_ref in milan.refs(city="seoul.example", kind="practice"), "Milan has it")
        after = self.prove(milan, after_ref, "after")

        # As they were given away: each holds, and says nothing of what came later.
        self.assertFalse(pathlib.Path(f"{before}.keys").exists())
        for file, title in ((before, "Before"), (kept, "Kept"), (poison, "Poison"), (more, "More poison"), (theirs, "More poison"), (after, "After")):
            self.assert_proves(file, first_key, title, None)
        # With the statements that anybody who follows the city has now.
        for file, title, void in ((before, "Before", False), (kept, "Kept", False), (poison, "Poison", True)):
            self.assert_proves(self.with_keys_of(file, after), first_key, title, void)
        # What a key signed that the recovery leaves out of the log's history is nothing any more.
        self.assert_proves_nothing(self.with_keys_of(more, after), first_key)
        # Whoever knows a later key needs the statements for what an earlier one signed.
        self.assert_proves(self.with_keys_of(before, after), vkey(anew), "Before", False)
        self.assert_proves(after, second_key, "After", None)
        self.assert_proves_nothing(before, second_key)
        self.assert_proves_nothing(after, thiefs_key)
        pathlib.Path(f"{kept}.keys").unlink()
        self.assert_proves_nothing(kept, first_key)
        # What is kept is proven anew, under the city's key of now.
        again = self.prove(milan, f"seoul.example/{size - 1}", "again")
        self.assert_proves(again, first_key, "Kept", None)


if __name__ == "__main__":
    unittest.main()
