"""A witness that may have forgotten what it cosigned: its files lost, its folder restored or put back from a copy, its file alone put
back from one. It signs no more under that key, and another one takes its place."""

import os
import pathlib
import shutil
import signal
import unittest

from nodes import Node, koinon, wait_for
from other_log import OtherLog
from test_witness import WitnessTest


class Forgotten(WitnessTest):
    """A witness that has forgotten what it cosigned signs no more under that key."""

    def cosigned_once(self):
        seoul = self.witness()
        cosigner = self.cosigner(seoul)
        self.cosigned(seoul, cosigner, self.log, 0)
        return seoul, cosigner

    def cosigns_nothing(self, seoul, why):
        wait_for(lambda: why in seoul.status()["witness"]["trouble"], why)
        self.refused(seoul, 503, self.log.request(0))

    def is_another(self, seoul, cosigner):
        new = self.cosigner(seoul)
        self.assertNotEqual(new.key, cosigner.key)
        self.assertNotEqual(new.name, cosigner.name)
        self.cosigned(seoul, new, self.log, 0)

    def begun_anew(self, seoul, cosigner):
        self.assert_refused("stop it first", lambda: seoul.run("witness", "--new"))
        seoul.stop()
        seoul.run("witness", "--new")
        self.assertFalse((seoul.data / "keys" / "witness.key").exists())
        self.is_another(self.again(seoul), cosigner)

    def test_without_what_it_cosigned(self):
        seoul, cosigner = self.cosigned_once()
        seoul.stop()
        for file in seoul.data.glob("witness.db*"):
            file.unlink()
        self.at(seoul.start(*self.args()))
        self.cosigns_nothing(seoul, "koinon witness --new")
        seoul.publish("The city publishes on")
        self.begun_anew(seoul, cosigner)

    def test_after_a_restore(self):
        seoul, cosigner = self.cosigned_once()
        backup, busan = pathlib.Path(self.folder) / "backup", Node(self.folder, "busan", init=False)
        seoul.run("backup", backup)
        seoul.stop()
        koinon("restore", backup, data=busan.data)
        self.nodes.append(busan)
        self.assertEqual(list(busan.data.glob("**/witness*")), [])
        busan.start(*self.args())
        self.cosigns_nothing(self.at(busan), "")
        busan.run("sign", "--alone")
        self.is_another(self.opened(busan), cosigner)

    def test_in_a_folder_that_was_put_back_from_a_copy(self):
        seoul, cosigner = self.cosigned_once()
        seoul.stop()
        yesterday = self.copy(seoul)
        self.again(seoul)
        self.cosigned(seoul, cosigner, self.log.grow("a"), 4)
        seoul.stop()
        self.put_back(seoul, yesterday)
        self.at(seoul.start(*self.args()))
        other = OtherLog(self.log.origin, self.log.seed, self.log.leaves[:4]).grow("b")
        self.refused(seoul, 503, other.request(4))
        seoul.run("sign", "--alone")
        self.signs(seoul)
        self.cosigns_nothing(seoul, "put back from a copy")
        self.refused(seoul, 503, other.request(4))
        self.begun_anew(seoul, cosigner)

    def snapshot(self, seoul):
        """The folder of the running node, as a snapshot of its disk has it."""
        os.kill(seoul.process.pid, signal.SIGSTOP)
        try:
            state = pathlib.Path(f"/proc/{seoul.process.pid}/stat")
            wait_for(lambda: state.read_text().rpartition(") ")[2].startswith("T"), "it stands still")
            place = pathlib.Path(self.folder) / "snapshot"
            shutil.copytree(seoul.data, place, ignore=shutil.ignore_patterns("*.sock"))
        finally:
            os.kill(seoul.process.pid, signal.SIGCONT)
        return place

    def witnesses_no_more(self, seoul, cosigner):
        """The city signs at once, as its own mark agrees; the witness does not, before and after another restart."""
        other = OtherLog(self.log.origin, self.log.seed, self.log.leaves[:4]).grow("b")
        for _ in range(2):
            self.at(seoul.start(*self.args()))
            self.signs(seoul)
            self.cosigns_nothing(seoul, "witness.db: it was put back from a copy")
            self.refused(seoul, 503, other.request(4))
            self.assertEqual(self.ask(seoul, "GET", f"/{other.hash()}/checkpoint")[0], 503)
            self.assertIn("witness.db: it was put back from a copy", seoul.log())
            self.assertIn("koinon witness --new", seoul.run("status"))
            seoul.stop()
        self.at(seoul.start(*self.args()))
        self.begun_anew(seoul, cosigner)

    def test_in_a_snapshot_since_which_the_city_has_signed_nothing(self):
        seoul, cosigner = self.cosigned_once()
        snapshot = self.snapshot(seoul)
        self.cosigned(seoul, cosigner, self.log.grow("a"), 4)
        seoul.stop()
        self.put_back(seoul, snapshot)
        self.witnesses_no_more(seoul, cosigner)

    def test_with_a_file_that_was_put_back_alone(self):
        seoul, cosigner = self.cosigned_once()
        seoul.stop()
        older = (seoul.data / "witness.db").read_bytes()
        self.again(seoul)
        self.cosigned(seoul, cosigner, self.log.grow("a"), 4)
        seoul.stop()
        (seoul.data / "witness.db").write_bytes(older)
        self.witnesses_no_more(seoul, cosigner)

    def test_nothing_leaves_that_the_mark_does_not_name(self):
        seoul, cosigner = self.cosigned_once()
        mark = next(path for path in seoul.mark.glob("witness-*") if path.suffix != ".lock")
        mark.unlink()
        (mark / "something").mkdir(parents=True)  # can be neither replaced nor removed
        self.refused(seoul, 503, self.log.grow("a").request(4))
        self.assertEqual(self.ask(seoul, "GET", f"/{self.log.hash()}/checkpoint")[0], 503)
        self.assertIn("neither written nor removed", seoul.status()["witness"]["trouble"])
        shutil.rmtree(mark)
        # It is on the disk since the first try.
        self.cosigned(seoul, cosigner, self.log, 5)
        self.assertEqual(seoul.status()["witness"]["trouble"], "")
        self.again(seoul, how=signal.SIGKILL)
        self.cosigned(seoul, cosigner, self.log.grow("b"), 5)

    def test_another_name_needs_another_key(self):
        seoul, cosigner = self.cosigned_once()
        seoul.stop()
        self.at(seoul.start(*self.args("--witness-name", "w.example")))
        self.cosigns_nothing(seoul, "one key has one name")
        self.assertEqual(self.cosigner(self.again(seoul)).key, cosigner.key)

    def test_a_sealed_folder_has_a_sealed_witness(self):
        words = pathlib.Path(self.folder) / "words"
        words.write_text("correct horse\n")
        seoul = self.node("seoul", *self.args("--passphrase-file", words), init_args=("--passphrase-file", words))
        cosigner = self.cosigner(self.opened(seoul))
        self.cosigned(seoul, cosigner, self.log, 0)
        self.assertEqual(self.cosigner(self.again(seoul, "--passphrase-file", words)).key, cosigner.key)
        self.assertEqual((seoul.data / "keys" / "witness.key").stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()
