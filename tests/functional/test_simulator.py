"""koinon-sim as a command: repeatable to the byte, loud when something breaks, clear when it is misused."""

import pathlib
import subprocess
import tempfile
import unittest

from nodes import BIN

SIM = str(BIN / "koinon-sim")


def sim(*args, **kwargs):
    return subprocess.run([SIM, *args], capture_output=True, timeout=300, **kwargs)


class Simulator(unittest.TestCase):
    def test_the_same_seed_prints_the_same_bytes(self):
        args = ("--scenario", "storm", "--nodes", "12", "--hours", "1", "--seed", "7-8")
        first, side_by_side = sim(*args), sim(*args, "--jobs", "2")
        self.assertEqual(first.returncode, 0, first.stdout.decode())
        self.assertEqual(first.stdout, side_by_side.stdout)
        # 22 of the scenario's 50 cities lie: of twelve, five, in each of two seeds.
        self.assertIn(b"liars: 10\n", first.stdout)
        other = sim("--scenario", "storm", "--nodes", "12", "--hours", "1", "--seed", "10-11")
        self.assertNotEqual(first.stdout, other.stdout)

    def test_a_trace_is_the_same_too(self):
        with tempfile.TemporaryDirectory() as folder:
            traces = []
            for name in ("one", "two"):
                path = pathlib.Path(folder) / name
                sim("--scenario", "weather", "--nodes", "10", "--hours", "2", "--seed", "5", "--trace", str(path))
                traces.append(path.read_bytes())
            self.assertEqual(traces[0], traces[1])
            self.assertGreater(len(traces[0]), 1000)

    def test_a_scenario_is_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "two-cities.toml"
            path.write_text('story = "Two cities, a bad line."\nnodes = 2\nhours = 2\n[network]\nloss = 0.2\ndialling_only = 0\n')
            done = sim("--scenario", str(path))
            self.assertEqual(done.returncode, 0, done.stdout.decode())
            self.assertIn(b"every invariant held", done.stdout)
            path.write_text("lossy = 1\n")
            done = sim("--scenario", str(path))
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"no such key", done.stderr)

    def test_no_text_is_gone_for_good_before_logs_are_taken_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "stolen.toml"
            for text, words in (("[cities]\nthefts_per_day = 1\n[faults]\nclock_jumps_per_day = 1\n", b"clocks neither jump"),
                                ("[cities]\nrecoveries_per_day = 1\n[faults]\nmonths_off_per_day = 1\n", b"clocks neither jump")):
                path.write_text(text)
                done = sim("--scenario", str(path))
                self.assertEqual(done.returncode, 2, text)
                self.assertIn(words, done.stderr)

    def test_misuse_is_told_in_a_sentence(self):
        for args, words in [(("--scenario", "nowhere"), b"no scenario"), (("--seed", "x"), b"--seed"), (("--seed", "5-3"), b"--seed"),
                            (("--nodes", "1"), b"two nodes"), (("--topology", "star-shaped"), b"topology")]:
            done = sim(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertIn(words, done.stderr + done.stdout)

    def test_every_lie_and_scenario_is_listed_with_its_story(self):
        listed = sim("--list").stdout.decode()
        for name in ("calm", "storm", "spread", "turned", "restored", "flip-bits", "glutton", "two-histories", "false-erasure", "claim-more", "odd-epochs"):
            self.assertIn(name, listed)


if __name__ == "__main__":
    unittest.main()
