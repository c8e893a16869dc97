"""A folder that a newer version wrote: koinond says so and what to do, and changes nothing in it."""

import hashlib
import shutil
import sqlite3

from nodes import NodesTest, koinon, own_entries, wait_for

OF_A_START = {"koinond.lock", "ready"}


def contents(folder):
    """Each file, and what is in it."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file() and path.name not in OF_A_START}


class Upgrades(NodesTest):
    def refused(self, node):
        """Starts it, and returns the line that says why it did not."""
        before, said = contents(node.data), len(node.log())
        node.start(wait=False)
        self.assertEqual(node.process.wait(60), 1)
        node.process = None
        self.assertEqual(contents(node.data), before, "nothing is changed, and no file is made")
        lines = node.log()[said:].splitlines()
        self.assertIn("a newer version of Koinon", lines[-1])
        return lines[-1]

    def test_each_database_of_a_newer_version_is_refused_with_the_way_back(self):
        seoul = self.node("seoul", "--witness-listen", "127.0.0.1:0")
        ref = seoul.publish("Kept")
        wait_for(lambda: (seoul.data / "witness.db").exists(), "it is a witness too")
        seoul.stop()
        for name in ("store", "office", "witness"):
            with self.subTest(name):
                path = seoul.data / f"{name}.db"
                shutil.copy(path, path.with_suffix(".before"))
                with sqlite3.connect(path) as db:
                    known = db.execute("PRAGMA user_version").fetchone()[0]
                    db.execute("PRAGMA user_version = 1000")
                    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                db.close()
                line = self.refused(seoul)
                for words in (f"{name}.db", f"({koinon('--version').split()[-1]}; schema 1000", f"this one knows {known}", "nothing was changed",
                              "install that version again", "put back the backup", 'RUNBOOK, "Upgrade"'):
                    self.assertIn(words, line)
                path.with_suffix(".before").replace(path)
        seoul.start()
        wait_for(lambda: seoul.shows(ref), "nothing is lost by that")

    def test_what_reads_a_stopped_node_says_it_too(self):
        seoul = self.node("seoul")
        seoul.stop()
        with sqlite3.connect(seoul.data / "store.db") as db:
            db.execute("PRAGMA user_version = 1000")
        db.close()
        for command in (["list"], ["fsck"]):
            with self.subTest(command[0]):
                self.assert_refused("a newer version of Koinon", lambda: seoul.run(*command))

    def test_an_index_of_another_version_is_made_anew(self):
        seoul = self.node("seoul")
        seoul.publish("Found again")
        seoul.stop()
        with sqlite3.connect(seoul.data / "index.db") as db:
            db.execute("PRAGMA user_version = 1000")
        db.close()
        seoul.start()
        wait_for(lambda: [item["title"] for item in seoul.found("again")] == ["Found again"], "it is indexed anew")

    def test_the_backup_of_before_is_the_way_back(self):
        """What was published since comes back from a peer, and nothing is signed before."""
        seoul, la = self.pair()
        kept = seoul.publish("Before the upgrade")
        seoul.run("backup", seoul.data.parent / "backup")
        since = seoul.publish("After the upgrade")
        wait_for(lambda: la.shows(since), "Los Angeles has it")
        seoul.stop()
        with sqlite3.connect(seoul.data / "store.db") as db:
            db.execute("PRAGMA user_version = 1000")
        db.close()
        self.refused(seoul)
        seoul.data.rename(seoul.data.with_name("newer"))
        koinon("restore", seoul.data.parent / "backup", data=seoul.data)
        seoul.start()
        wait_for(lambda: seoul.shows(since) and seoul.shows(kept), "all of it is here again")
        again = seoul.publish("Back on the version of before")
        wait_for(lambda: la.shows(again), "and it signs")
        self.assertEqual(la.entries("seoul.example"), own_entries(seoul))
