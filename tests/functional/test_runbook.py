"""The commands of RUNBOOK, run as they are written there: on machines with a service each (host.py)."""

import pathlib
import re
import shutil
import stat
import subprocess
import unittest

import needs
from api import ask, bearer
from browser import first_operator
from documents import blocks, runs, somebody_who_says_yes
from host import Host, Service, lacks
from nodes import Node, NodesTest, connected, koinon, own_entries, peer, wait_for
from test_invites import invite
from test_keys import state
from thief import Relay, Thief
from wire import City

# What `koinon doctor` says of a node that has no peers, or is reached by nobody from outside, is no fault of a block.
DOCTOR = (0, 1)


@needs.machine(lacks)
class Machines(NodesTest):
    """Seoul on a machine with the package, a machine that is empty, and Los Angeles somewhere."""

    def setUp(self):
        super().setUp()
        self.top = pathlib.Path(self.folder)
        self.ran = []
        self.more = {}  # variables of one test
        self.old, self.new = self.hosts = [Host(self.top / "old"), Host(self.top / "new")]
        (self.top / "words").write_text("a long passphrase\n")

    def service(self, city, host=None):
        """A city's node, made and started by the service of the old machine."""
        node = Service(host or self.old, city)
        return node, node.begin()

    def two(self):
        """Seoul and Los Angeles are peers, and what Seoul published is at both."""
        seoul, _ = self.service("seoul")
        la = self.node("la")
        peer(seoul, la)
        ref = seoul.publish("Kept")
        wait_for(lambda: la.shows(ref), "Los Angeles holds it")
        return seoul, la, ref

    def run_block(self, host, block, codes=(0,), **variables):
        """As somebody types it who has begun as RUNBOOK says."""
        self.ran.append(block)
        begins, = blocks("How to type what stands here")
        everywhere = {"DATA": "/var/lib/koinon", "NEW": "/var/lib/koinon", "BACKUP": str(self.top / "backup"), "PASSPHRASE": str(self.top / "words"),
                      "SECRET": str(self.top / "backup.key")}
        stdin = variables.pop("stdin", subprocess.DEVNULL)
        host.execute(begins + block, codes=codes, stdin=stdin, **everywhere | self.more | variables)

    def says_yes(self, host, block, **variables):
        """Runs a block at a terminal, and answers what it asks with yes."""
        with somebody_who_says_yes() as stdin:
            self.run_block(host, block, stdin=stdin, **variables)

    def serves(self, city="seoul", log=None):
        """The node that blocks have made on the new machine."""
        node = Service(self.new, city).meet()
        if log:
            self.assertEqual(node.log_id(), log)
        return node


class Year(Machines):
    @runs("How to type what stands here", "On a bad day", "Install", "Watching", "Upgrade")
    def test_a_node_is_begun_and_looked_at(self):
        begins, = blocks("How to type what stands here")
        self.ran.append(begins)
        seoul, _ = self.service("seoul")
        for section in ("Install", "On a bad day", "Upgrade", "Watching"):
            for block in blocks(section):
                self.run_block(self.old, block, codes=DOCTOR if "doctor" in block else (0,))
        seoul.meet()
        said = self.old.said()
        self.assertIn("seoul.example", said)
        self.assertIn("Looked at daemon, configuration", said)
        token = re.findall(r"koinon_[a-z2-7]{52}", said)[-1]
        for path, status in (("/metrics", 200), ("/api/v1/audit", 403)):
            self.assertEqual(ask("GET", f"http://127.0.0.1:{seoul.http_port}{path}", headers=bearer(token)).status, status)

    @runs("Peering")
    def test_two_cities_peer_in_either_way(self):
        seoul, _ = self.service("seoul")
        la, _ = self.service("la", self.new)
        invites, joins, shows, adds = blocks("Peering")
        self.run_block(self.old, invites, CITY="la.example")
        self.says_yes(self.new, joins, INVITE=re.findall(r"^\S+@127\.0\.0\.1:\d+#\S+\+\S+$", self.old.said(), re.M)[-1])
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
        for one, other in ((seoul, "la.example"), (la, "seoul.example")):
            one.run("peer", "remove", other)
        for host in (self.old, self.new):
            self.run_block(host, shows)
        for host, other in ((self.old, self.new), (self.new, self.old)):
            self.run_block(host, adds, LINE=re.findall(r"^\S+@127\.0\.0\.1:\d+#[^\s+]+$", other.said(), re.M)[-1])
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")

    @runs("Who may read and write")
    @needs.root("it gives a folder to another user")
    def test_the_folder_of_a_proxy_is_there(self):
        for block in blocks("Who may read and write"):
            self.run_block(self.old, block)
        self.assertEqual(stat.S_IMODE(self.old.outside("/run/koinon-proxy").stat().st_mode), 0o2750)

    @runs("Backup")
    def test_backup(self):
        self.service("seoul")
        for block in blocks("Backup"):
            self.run_block(self.old, block)
        self.assertTrue((self.top / "backup").exists())

    @runs("Restore")
    def test_restore(self):
        seoul, _, ref = self.two()
        log = seoul.log_id()
        seoul.run("backup", self.top / "backup")
        seoul.stop()
        for block in blocks("Restore"):
            self.run_block(self.new, block)
        self.assertIn(ref, self.serves(log=log).refs())

    @runs("A new signing key", "A new node key")
    def test_new_keys(self):
        seoul, la, _ = self.two()
        before, node_key = seoul.json("id")["vkey"], seoul.json("id")["node_key"]
        for block in blocks("A new signing key") + blocks("A new node key"):
            self.run_block(self.old, block)
        self.assertNotEqual(seoul.json("id")["vkey"], before)
        self.assertTrue((self.top / "backup").exists())
        self.followed(seoul, la)
        wait_for(lambda: not seoul.status().get("node_key", {}).get("awaited", []), "Los Angeles knows the new node key")
        seoul.stop()
        seoul.start()
        self.assertNotEqual(seoul.json("id")["node_key"], node_key)

    @runs("Disk full")
    def test_the_disk_is_looked_at(self):
        self.service("seoul")
        for block in blocks("Disk full"):
            self.run_block(self.old, block)
        self.assertRegex(self.old.said(), r"(?m)^Filesystem ")

    @runs("The machine is gone")
    def test_the_machine_is_gone(self):
        seoul, la, ref = self.two()
        log = seoul.log_id()
        shutil.copytree(seoul.data / "keys", self.top / "paper")
        seoul.stop()
        for block in blocks("The machine is gone"):
            self.run_block(self.new, block, KEYS=str(self.top / "paper"), PEER=la.line())
        node = self.serves(log=log)
        first_operator(node, self.new.said())
        wait_for(lambda: "Kept" in node.titles(), "the note is back, with its text")
        self.assertIn(ref, node.refs())

    @runs("Moving")
    def test_moving(self):
        seoul, la, ref = self.two()
        log = seoul.log_id()
        leaves, arrives = blocks("Moving")
        self.run_block(self.old, leaves)
        self.run_block(self.new, arrives)
        node = self.serves(log=log)
        self.assertIn(ref, node.refs())
        again = node.publish("From the new machine")  # signed once Los Angeles has answered
        wait_for(lambda: la.shows(again), "Los Angeles follows it there")

    @runs("A damaged store", "Proofs and policies", "Taking a note back")
    def test_a_note_is_proven_and_taken_back_on_a_store_that_was_mended(self):
        seoul, _ = self.service("seoul")
        proof = self.top / "proof"
        self.more = {"REF": seoul.publish("Told too much"), "WHY": "names of people", "PROOF": str(proof), "VKEY": seoul.json("id")["vkey"]}
        for section in ("A damaged store", "Proofs and policies"):
            for block in blocks(section):
                self.run_block(self.old, block)
        seoul.meet()
        self.assertTrue(proof.with_name("proof.body").exists())
        self.assertIn("Told too much", seoul.titles())
        for block in blocks("Taking a note back"):
            self.run_block(self.old, block)
        wait_for(lambda: "Told too much" not in seoul.titles(), "nobody reads it")

    @runs("An observer")
    def test_an_observer(self):
        for block in blocks("An observer"):
            self.run_block(self.old, block, NAME="library.example", DISPLAY_NAME="City Library")
        self.assertTrue(Service(self.old, "library").meet().run("id").startswith("observer"))

    @runs("Leaving")
    def test_leaving(self):
        seoul, _, ref = self.two()
        for block in blocks("Leaving"):
            self.run_block(self.old, block, EXPORT=str(self.top / "export"))
        self.assertIn("Kept", "".join(file.read_text() for file in (self.top / "export").rglob("*.md")))
        self.assertTrue((self.top / "backup").exists())
        self.assertFalse((self.old.top / "koinond.pid").exists(), "it has ended")

    @runs("Witnessing for other systems")
    def test_a_witness_begins_anew(self):
        seoul = Service(self.old, "seoul")
        lists = self.old.outside("/etc/koinon/witness-logs")
        lists.write_text("logs/v0\n")
        with open(self.old.outside("/etc/koinon/koinond.toml"), "a") as file:
            file.write('witness.listen = "127.0.0.1:0"\nwitness.logs = ["/etc/koinon/witness-logs"]\n')
        seoul.begin()
        before = seoul.run("witness")
        for block in blocks("Witnessing for other systems"):
            self.run_block(self.old, block)
        seoul.meet()
        self.assertNotEqual(seoul.run("witness"), before)

    @runs("Watching a city without a node")
    def test_a_log_is_followed_from_outside(self):
        seoul, _ = self.service("seoul")
        seoul.publish("Seen")
        for block in blocks("Watching a city without a node"):
            self.run_block(self.old, block, NODE=f"http://127.0.0.1:{seoul.http_port}", LOGID=seoul.log_id(), VKEY=seoul.run("id", "--vkey").strip(),
                           XDG_STATE_HOME=str(self.top / "state"))
        self.assertTrue(list((self.top / "state" / "koinon" / "audit").iterdir()))


class BadDays(Machines):
    def rome(self):
        """A city whose words are known, and what Los Angeles holds of it."""
        rome, made = self.service("rome")
        la = self.node("la")
        peer(rome, la)
        ours = rome.publish("Ours")
        wait_for(lambda: la.shows(ours), "Los Angeles holds it")
        paper = self.top / "paper"
        paper.write_text(made["recovery_words"].upper().replace(" ", "\n"))
        self.more = {"WORDS": str(paper), "INVITE": invite(la), "KEEP": str(own_entries(rome)), "CITY": "rome.example", "EVIDENCE": str(self.top / "evidence")}
        return rome, la

    def words_change(self, rome):
        """What RUNBOOK does in "New recovery words"."""
        changes, backs_up = blocks("New recovery words")
        self.says_yes(self.old, changes)
        self.assertIn("the new recovery words of rome.example", self.old.said())
        self.run_block(self.old, backs_up)
        rome.meet()
        wait_for(lambda: state(rome) == "signs", "it signs after the restart")
        self.assertTrue((self.top / "backup").exists())

    @runs("New recovery words")
    def test_new_recovery_words(self):
        rome, la = self.rome()
        shutil.copy(self.more["WORDS"], self.top / "lost")
        self.words_change(rome)
        rome.publish("Under the new key")
        self.assert_refused("count no more", lambda: rome.run("change-recovery-words", "--words-file", self.top / "lost", "--yes"))
        # So the second copy serves where the first was lost.
        new = re.search(r"(?:^ *(?:\d+ [a-z]+ *)+$\n?)+", self.old.said(), re.M).group(0)
        words = re.findall(r"[a-z]+", new)
        self.assertEqual(len(words), 24)
        (self.top / "new words").write_text(" ".join(words))
        self.followed_by(la, rome)
        look = lambda paper: koinon("recover", "--words-file", self.top / paper, "--invite", self.more["INVITE"], data=self.top / "finder")
        # Whoever finds the lost paper can do nothing with it, and the new one is worth what that was.
        self.assert_refused("count no more", lambda: look("lost"))
        self.assertIn("new recovery words at", look("new words"))

    def followed_by(self, la, rome):
        wait_for(lambda: la.entries("rome.example") == own_entries(rome), "Los Angeles has all of its log")

    @runs("The key is stolen")
    def test_the_key_is_stolen(self):
        rome, la = self.rome()
        log = rome.log_id()
        titles = lambda: {item["title"] for item in la.listed(city="rome.example", kind="practice")}
        rome.publish("A thief's")
        wait_for(lambda: "A thief's" in titles(), "and what the thief wrote")
        rome.stop()
        looks, takes = blocks("The key is stolen")
        self.run_block(self.new, looks)
        self.assertFalse(list(self.new.outside("/var/lib/koinon").iterdir()), "it only looks")
        self.assertIn("A thief's", self.new.said())
        self.run_block(self.new, takes)
        node = self.serves("rome", log)
        first_operator(node, self.new.said())
        wait_for(lambda: "Ours" in node.titles() and state(node) == "signs", "what is kept is back")
        self.assertNotIn("A thief's", node.titles())
        wait_for(lambda: titles() == {"Ours"}, "what the thief wrote is void")

    @runs("The paper is lost")
    def test_the_paper_is_lost(self):
        rome, la = self.rome()
        old = rome.log_id()
        seoul = self.node("seoul")
        peer(seoul, la)
        wait_for(lambda: "rome.example" in [city["city"] for city in seoul.asked("cities")["items"]], "Seoul follows whom Los Angeles vouches for")
        signs, begins, peers_do, joins = blocks("The paper is lost")
        # In another folder of the same machine, with a service of its own.
        self.more |= {"CITY_NAME": "Rome", "PAPER": str(self.top / "page.html"), "SECOND": "rome-anew", "NEW": "/var/lib/koinon-rome-anew"}
        before = rome.json("id")["vkey"]
        self.run_block(self.old, signs)
        self.assertNotEqual(rome.json("id")["vkey"], before)
        self.assertTrue((self.top / "backup").exists())
        self.run_block(self.old, begins)
        self.assertIn("Recovery words of Rome", (self.top / "page.html").read_text())
        self.assertIn("shred", self.old.said())
        node = Service(self.old, "rome", "/var/lib/koinon-rome-anew").meet()
        own = node.log_id()
        self.assertNotEqual(own, old)
        # The peer does its part, on its own machine.
        self.run_block(self.old, peers_do, DATA=str(la.data), ADDRESS=f"127.0.0.1:{la.peer_port}")
        self.more["INVITE"] = re.findall(r"^\S+@127\.0\.0\.1:\d+#\S+\+\S+$", self.old.said(), re.M)[-1]
        self.says_yes(self.old, joins)

        def vouched_for():
            return {vouch["log_id"] for vouch in la.local("GET", "/api/v1/cities/la.example")["vouches_for"]}

        wait_for(lambda: own in vouched_for() and old not in vouched_for(), "Los Angeles vouches for the new log, and not for the old one")
        wait_for(lambda: state(node) == "signs", "it signs")
        wait_for(lambda: connected(la, "rome.example"), "they are peers")
        for city in (la, seoul):
            wait_for(lambda: city.local("GET", "/api/v1/cities/rome.example").get("log_id") == own, f"{city.city} means the new log by the name")
        ref = node.publish("Of the new log")
        for city in (la, seoul):
            wait_for(lambda: city.shows(ref), f"{city.city} has what it says")
        self.assertEqual([vouch["log_id"] for vouch in node.local("GET", "/api/v1/cities/rome.example")["vouches_for"]], [la.log_id()])
        # The old node goes on for itself: nobody follows it.
        rome.publish("Of the old log")
        self.assertFalse(connected(la, f"rome.example~{old[:16]}"))
        rome.stop()
        self.assertEqual({item["title"] for item in la.listed(city="rome.example", kind="practice")}, {"Of the new log"})

    def forked(self):
        """Rome, whose log Los Angeles has frozen, and for how many entries the two histories are the same."""
        rome, la = self.rome()
        thief, relay = Thief(rome), Relay(la, City("python.example", self.folder))
        there = relay.held(thief.log)
        relay.show(thief.head(there[:-1] + [thief.practice(title="Another")]))
        wait_for(lambda: la.status()["frozen"] == ["rome.example"], "Los Angeles freezes it")
        wait_for(lambda: rome.status()["signing"].startswith("stopped"), "its own node is told")
        relay.close()
        return rome, la, len(there)

    @runs("Our log is frozen")
    def test_our_log_is_frozen(self):
        rome, la, there = self.forked()
        log = rome.log_id()
        sees, looks, takes = blocks("Our log is frozen")
        self.run_block(self.old, sees)
        for part in ("our own log has forked", "rome.example signed two histories of its log", f"The first {there} entries are not the same"):
            self.assertIn(part, self.old.said())
        self.assertNotIn("nothing thaws", self.old.said())
        rome.stop()
        self.run_block(self.new, looks)
        for part in ("It is frozen there", "Ours"):
            self.assertIn(part, self.new.said())
        self.run_block(self.new, takes)
        node = self.serves("rome", log)
        wait_for(lambda: "Ours" in node.titles() and state(node) == "signs", "what is kept is back, and it signs")
        wait_for(lambda: la.status()["frozen"] == [], "Los Angeles thaws it")
        ref = node.publish("After")
        wait_for(lambda: la.shows(ref), "and follows it")

    @runs("A city's log is frozen here")
    def test_a_citys_log_is_frozen_here(self):
        _, la, _ = self.forked()
        for block in blocks("A city's log is frozen here"):
            self.run_block(self.new, block, KOINON_DATA=str(la.data))
        self.assertIn("rome.example signed two histories of its log", self.new.said())
        wait_for(lambda: la.status()["frozen"] == [], "it goes on there")


@needs.machine(lacks)
class SeveralCities(NodesTest):
    @runs("Several cities on one host")
    def test_two_cities_live_on_one_host_and_one_moves_out(self):
        begin, leave, arrive = blocks("Several cities on one host")
        top = pathlib.Path(self.folder)
        hosts = [Host(top / "old"), Host(top / "new")]
        self.hosts += hosts

        def run(host, block, **variables):
            self.ran.append(block)
            hosts[host].execute(block, BACKUP=str(top / "backup"), DATA=f"/var/lib/koinon-{variables.get('CITY')}", **variables)

        def served(host, data):
            return Service(hosts[host], data.rpartition("-")[2], f"/var/lib/{data}").meet()

        for city in ("busan", "daegu"):
            run(0, begin, CITY=city, NAME=f"{city}.example", DISPLAY_NAME=city.title())
        busan, daegu = served(0, "koinon-busan"), served(0, "koinon-daegu")
        self.assertIn("peer.port", (busan.data / "koinond.toml").read_text())
        peer(busan, daegu)
        ref = busan.publish("From Busan")
        wait_for(lambda: daegu.shows(ref), "Daegu has it")
        mark = hosts[0].outside("/run/koinon-busan") / busan.log_id()
        self.assertTrue(mark.exists(), "the mark lies in the folder of this city's service")
        before = daegu.log_id()
        run(0, leave, CITY="busan")
        self.assertTrue(mark.exists(), "it outlives the service")
        run(1, arrive, NEW="/var/lib/koinon", OWNER="koinon", SERVICE="koinond")
        moved = served(1, "koinon")
        self.assertEqual(moved.name_of_log(), "busan.example")
        self.assertTrue(moved.shows(ref))
        again = moved.publish("From its own machine")  # signed once Daegu has answered
        wait_for(lambda: daegu.shows(again), "Daegu follows it there")
        self.assertEqual(daegu.log_id(), before)


if __name__ == "__main__":
    unittest.main()
