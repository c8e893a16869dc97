"""What `koinon recover` shows before somebody chooses, what it asks, and when it states nothing."""

import os
import pathlib
import pty
import shutil
import subprocess
import unittest

from nodes import BIN, DEADLINE, MARKS, Node, koinon, peer, wait_for
from test_invites import invite
from test_keys import state
from test_recovery import Words


def at_terminal(typed, *args, data):
    """A command with what somebody types."""
    terminal, end = pty.openpty()
    os.write(terminal, typed)
    try:
        return subprocess.run([str(BIN / "koinon"), "--data", str(data), *map(str, args)], stdin=end, capture_output=True, text=True, timeout=DEADLINE)
    finally:
        os.close(terminal)
        os.close(end)


class Recovering(Words):
    def followed_by(self, *names):
        """Seoul, which was followed by these and is stopped, and its paper."""
        seoul, words = self.city("seoul")
        seoul.start("--signing-alone")
        others = [self.node(name) for name in names]
        for other in others:
            peer(seoul, other)
        for title in ("First", "Second"):
            seoul.publish(title)
        self.followed(seoul, *others)
        return seoul, self.file(words), *others

    def place(self, name="new"):
        return pathlib.Path(self.folder) / name

    def recover(self, paper, invites, *args, data=None):
        lines = [part for line in invites for part in ("--invite", line)]
        return koinon("recover", "--words-file", paper, *lines, *args, data=data or self.place())

    def test_who_is_silent_may_know_better(self):
        seoul, paper, milan, la = self.followed_by("milan", "la")
        seoul.stop()
        lines = [invite(milan), invite(la)]
        la.stop()
        self.assertIn("The log of seoul.example", self.recover(paper, lines))
        for how in (("--yes",), ("--size", "3")):
            self.assert_refused("la.example did not show the log (", lambda how=how: self.recover(paper, lines, *how))
            self.assert_refused("Nothing was stated. Try again, or leave its invite out", lambda how=how: self.recover(paper, lines, *how))
        self.assertFalse(self.place().exists())
        la.start(peer_port=la.peer_port)
        milan.run("peer", "pause", "seoul.example")
        said = self.recover(paper, lines, "--yes")
        for part in ("milan.example has pinned it", "la.example has pinned it"):
            self.assertIn(part, said)
        # The pin moves to the new node, and what the operator said of the city stays.
        self.assertEqual([[peer["paused"] for peer in node.asked("peers")["items"] if peer["name"] == "seoul.example"] for node in (milan, la)],
                         [[True], [False]])

    def test_what_is_void_is_shown_before_it_is_chosen(self):
        seoul, paper, milan = self.followed_by("milan")
        all_of_it = milan.entries("seoul.example")
        seoul.stop()
        line = invite(milan)
        # Further back than what is shown first.
        shown = self.recover(paper, [line], "--until", "2")
        for part in ("The last of the first 2 entries:", "  1  ", "  0  ", "genesis", "profile"):
            self.assertIn(part, shown)
        for part in ("First", "Second"):
            self.assertNotIn(part, shown)
        for wrong in ("0", str(all_of_it + 1)):
            self.assert_refused(f"from 1 to {all_of_it}", lambda wrong=wrong: self.recover(paper, [line], "--until", wrong))
        self.assert_refused("--size and --yes", lambda: self.recover(paper, [line], "--until", "2", "--size", "2"))
        # At a terminal it asks, and says where the size cuts.
        args = ("recover", "--words-file", paper, "--invite", line, "--size", "2")
        done = at_terminal(b"n\n", *args, data=self.place())
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing was stated", done.stderr)
        self.assertIn("[y/N]", done.stderr)
        self.assertIn("The last entry that you keep: 1  ", done.stdout)
        self.assertIn(f"profile  Seoul; void: {all_of_it - 2} entries", done.stdout)
        self.assertNotIn("Second", done.stdout)
        self.assertFalse(self.place().exists())
        # So it does where the words are typed.
        args = ("recover", "--words-file", "-", "--invite", line, "--size", "2")
        done = at_terminal(paper.read_bytes() + b"\x04y\n", *args, data=self.place())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("which keeps its first 2 entries", done.stdout)

    def test_new_words_for_words_that_are_typed(self):
        seoul, paper, = self.followed_by()
        done = at_terminal(paper.read_bytes() + b"\x04y\n", "change-recovery-words", "--words-file", "-", data=seoul.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("The new words count, by statement 1", done.stdout)

    def test_a_look_says_whether_the_cities_have_one_history(self):
        seoul, paper, milan, la = self.followed_by("milan", "la")
        same = milan.entries("seoul.example")
        seoul.stop()
        looks = lambda: self.recover(paper, [invite(milan), invite(la)])  # noqa: E731
        self.assertIn(f"shows the same first {same} entries", looks())
        la.stop()
        copy, mark = self.place("copy"), MARKS.folder()
        shutil.copytree(seoul.data, copy)
        shutil.copytree(seoul.mark, mark, dirs_exist_ok=True)
        seoul.start("--signing-alone", peer_port=seoul.peer_port)
        wait_for(lambda: state(seoul) == "signs", "it signs")
        seoul.publish("Told to Milan")
        self.followed(seoul, milan)
        seoul.stop()
        la.start(peer_port=la.peer_port)
        behind = la.entries("seoul.example")
        self.assertIn(f"la.example is behind: {behind} entries", looks())
        # A second machine with its keys tells LA something else.
        milan.stop()
        other = Node(self.folder, "copy", init=False)
        other.name, other.mark = "seoul.example", mark
        self.nodes.append(other)
        other.start("--signing-alone", peer_port=seoul.peer_port)
        wait_for(lambda: state(other) == "signs", "it signs")
        for title in ("Told to LA", "And this"):
            other.publish(title)
        self.followed(other, la)
        other.stop()
        milan.start(peer_port=milan.peer_port)
        said = looks()
        self.assertIn("as la.example shows it", said)
        self.assertIn("milan.example shows another log: look at it with its invite alone", said)
        alone = self.recover(paper, [invite(milan)])
        self.assertIn("Told to Milan", alone)
        self.assertNotIn("shows another log", alone)
        lines = [invite(milan), invite(la)]
        self.assert_refused("show two different logs", lambda: self.recover(paper, lines, "--yes"))
        self.assertFalse(self.place().exists())
        self.recover(paper, lines, "--size", behind)

    def test_a_second_run_with_an_invite_of_another_city(self):
        seoul, paper, milan, la = self.followed_by("milan", "la")
        kept = milan.entries("seoul.example")
        seoul.stop()
        # The ask is answered, and the join is refused: the node stands, and Milan goes away for good.
        self.assert_refused("has not pinned this node", lambda: self.recover(paper, [invite(milan, "--for", "rome.example")], "--yes"))
        milan.stop()
        self.assertIn("la.example has pinned it", self.recover(paper, [invite(la)], "--yes"))
        la.stop()
        new = Node(self.folder, "new", init=False)
        new.name = "seoul.example"
        self.nodes.append(new)
        new.start()
        said = wait_for(lambda: (said := new.run("status")) and "that the recovery keeps" in said and said, "it says what it waits for")
        self.assertIn(f"nothing is signed until the {kept} entries that the recovery keeps are here; asked of: ", said)
        self.assertIn("la.example", said)
        la.start(peer_port=la.peer_port)
        wait_for(lambda: {"First", "Second"} <= set(new.titles()), "LA gives the log back")
        self.assertEqual({p["name"] for p in new.asked("peers")["items"]}, {"milan.example", "la.example"})


if __name__ == "__main__":
    unittest.main()
