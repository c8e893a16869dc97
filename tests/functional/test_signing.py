"""When a city's node may sign: its folder put back from yesterday, its peers gone, a peer that lies, a copy of it."""

import base64
import datetime
import os
import pathlib
import random
import re
import shutil
import signal
import threading
import unittest

import needs
from api import Api, account, bearer, get, person, post, practice
from host import lacks
from nodes import DEADLINE, MARKS, NodesTest, connected, koinon, own_entries, peer, wait_for
from wire import City, Session


def standing(node):
    return node.local("GET", "/api/v1/status")["standing"]


def state(node):
    return standing(node)["state"]


def own(node):
    """How many entries its log has, without those that name keys: a node that was put back names a new cosigner key by itself."""
    def counted():
        before = node.status()
        if before["index_lag"]:
            return None
        keys = len(node.listed(city=node.name_of_log(), kind="keys")) if before["entries"] else 0
        return (before["entries"] - keys,) if node.status()["entries"] == before["entries"] else None
    return wait_for(counted, "it is indexed")[0]


class SigningTest(NodesTest):
    def copy(self, node, to="yesterday"):
        """The folder of a node that does not run, as a backup has it."""
        place = pathlib.Path(self.folder) / to
        shutil.copytree(node.data, place)
        return place

    def put_back(self, node, place):
        shutil.rmtree(node.data)
        shutil.copytree(place, node.data)

    def lose_mark(self, node):
        """As when the machine was started again."""
        node.mark = MARKS.folder()

    def ports(self, *nodes):
        return {node: node.peer_port for node in nodes}

    def signs(self, node, what="it signs"):
        wait_for(lambda: state(node) == "signs", what)

    def not_frozen(self, *nodes):
        for node in nodes:
            self.assertEqual(node.json("status")["frozen"], [])


class Yesterday(SigningTest):
    def test_put_back_with_its_peers_up_it_gets_back_what_they_have_and_signs_on(self):
        self.with_its_peers_up()

    def test_so_it_does_when_the_mark_is_gone_as_well(self):
        self.with_its_peers_up(self.lose_mark)

    def with_its_peers_up(self, then=lambda node: None):
        seoul, la, milan = self.cities("la", "milan")
        seoul.stop()
        yesterday = self.copy(seoul)
        seoul.start()
        refs = [seoul.publish(f"Note {number}") for number in range(5)]
        self.followed(seoul, la, milan)
        entries = own(seoul)
        seoul.stop()
        self.put_back(seoul, yesterday)
        then(seoul)
        seoul.start()
        self.signs(seoul, "all that held its log have answered")
        self.assertEqual(own(seoul), entries)
        self.assertIn("our own log was pulled back", seoul.log())
        for ref in refs:
            wait_for(lambda: seoul.shows(ref), f"{ref} is here with its text")
        seoul.publish("After")
        self.followed(seoul, la, milan)
        self.assertGreater(own(seoul), entries)
        self.not_frozen(seoul, la, milan)

    def test_with_no_peer_up_it_says_whom_it_waits_for_and_signs_by_the_word(self):
        seoul, la, milan = self.cities("la", "milan")
        told = seoul.publish("Told")
        seoul.stop()
        yesterday = self.copy(seoul)
        seoul.start()
        seoul.publish("Lost otherwise")
        self.followed(seoul, la, milan)
        entries = own(seoul)
        ports = self.ports(la, milan)
        for node in (seoul, la, milan):
            node.stop()
        self.put_back(seoul, yesterday)
        seoul.start()
        self.assertEqual(state(seoul), "asks")
        self.assertEqual(sorted(standing(seoul)["waits_for"]), ["la.example", "milan.example"])
        self.assertTrue(standing(seoul)["rolled_back"], "the mark has said so")
        self.assertTrue(seoul.shows(told), "nobody has said yet that there is more")
        watcher = bearer(account(seoul, "watcher", "operator"))
        self.publish_while_it_waits(seoul, ["la.example", "milan.example"], watcher)
        self.assertIn("waits for", seoul.run("sign", "--without", "milan.example"))
        la.start(peer_port=ports[la])
        self.signs(seoul, "the one that is still awaited has come")
        wait_for(lambda: own(seoul) >= entries + 2, "what it had is back, and what was kept is signed")
        self.assertTrue(seoul.shows(told))
        self.assertRegex(get(seoul, "/metrics", watcher).text(), r"(?m)^koinon_signing_allowed 1$")
        self.assertRegex(get(seoul, "/metrics", watcher).text(), r"(?m)^koinon_signing_peers_awaited 0$")
        milan.start(peer_port=ports[milan])
        seoul.publish("After")
        self.followed(seoul, la, milan)
        self.assertEqual(own(seoul), entries + 3)
        wait_for(lambda: "After" in seoul.titles(), "it is indexed")
        for title in ("Lost otherwise", "By the API", "By the command", "After"):
            self.assertEqual(seoul.titles().count(title), 1, title)
        self.assertEqual(seoul.json("held", "list")["items"], [])
        self.not_frozen(seoul, la, milan)

    def publish_while_it_waits(self, seoul, cities, watcher):
        """It is kept, and everything says for whom it waits, and after which time fewer suffice."""
        entries, after = own(seoul), standing(seoul)["fewer_after"]
        asked = datetime.datetime.now(datetime.timezone.utc)
        ends = datetime.datetime.fromisoformat(after.replace("Z", "+00:00"))
        self.assertTrue(asked < ends <= asked + datetime.timedelta(minutes=10), after)
        answer = Api(seoul, token=account(seoul, "press", "publisher")).post("/api/v1/records", practice("By the API"), expect=202).json()
        self.assertEqual(answer["state"], "waits-for-signing")
        self.assertEqual(answer["signing_waits"]["fewer_after"], after)
        note = b'+++\ntitle = "By the command"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n'
        said = seoul.run("publish", "-", stdin=note)
        self.assertEqual(said.count(f"after {after} fewer answers suffice"), 1)
        self.assertEqual(said.count("suffice"), 1)
        self.assertIn(f"after {after} fewer answers suffice", seoul.run("status"))
        listed = seoul.run("held", "list")
        self.assertIn("By the API", listed)
        self.assertIn("By the command", listed)
        page = get(seoul, f"/held/{answer['id']}", person(seoul, "reviewer", "reviewer")).text()
        self.assertIn("fewer answers suffice", page)
        for city in cities:
            for words in (answer["signing_waits"]["reason"], said, listed, page, seoul.run("status")):
                self.assertIn(city, words)
        metrics = get(seoul, "/metrics", watcher).text()
        self.assertRegex(metrics, r"(?m)^koinon_signing_allowed 0$")
        self.assertRegex(metrics, rf"(?m)^koinon_signing_peers_awaited {len(cities)}$")
        told = float(re.search(r"(?m)^koinon_signing_fewer_suffice_timestamp_seconds (\S+)$", metrics).group(1))
        self.assertAlmostEqual(told, ends.timestamp(), delta=1)
        self.assertEqual(seoul.local("GET", f"/api/v1/held/{answer['id']}")["state"], "waits-for-signing")
        self.assertEqual(own(seoul), entries, "nothing was signed")

    def test_more_than_half_suffice_after_the_wait(self):
        seoul, la, milan, oslo = self.cities("la", "milan", "oslo")
        oslo.stop()
        seoul.stop()
        self.lose_mark(seoul)
        seoul.start("--signing-wait-seconds", "30")
        wait_for(lambda: standing(seoul)["waits_for"] == ["oslo.example"], "two have answered")
        self.assertEqual(state(seoul), "asks")
        self.assertTrue(standing(seoul)["fewer_after"])
        self.signs(seoul, "the wait is over")


class FallsDue(SigningTest):
    """A note whose time comes while nobody answers for this node's store."""

    def held_while_la_is_away(self, then):
        """Seoul, started after `then`, with a note whose time has come; its peer does not run."""
        seoul, la = self.cities("la")
        office = bearer(account(seoul, "press", "publisher"))
        number = post(seoul, "/api/v1/records", practice("Falls due") | {"hold": 30}, office).json()["id"]
        self.held = lambda: seoul.local("GET", f"/api/v1/held/{number}")["state"]
        seoul.stop()
        then(seoul, la)
        la.stop()
        seoul.start()
        self.assertEqual(state(seoul), "asks")
        return seoul, la, number

    def test_after_a_reboot_it_waits_and_is_signed_once(self):
        seoul, la, _ = self.held_while_la_is_away(lambda seoul, la: self.lose_mark(seoul))
        wait_for(lambda: self.held() == "waits-for-signing", "its time has come")
        entries = own(seoul)
        la.start(peer_port=la.peer_port)
        wait_for(lambda: self.held() == "signed", "Los Angeles has answered")
        self.followed(seoul, la)
        self.assertEqual(own(seoul), entries + 1)
        self.not_frozen(seoul, la)

    def test_in_a_store_that_is_known_to_be_old_it_is_set_aside(self):
        def put_back(seoul, la):
            yesterday = self.copy(seoul)
            seoul.start()
            seoul.publish("Since")
            self.followed(seoul, la)
            seoul.stop()
            self.put_back(seoul, yesterday)
        seoul, la, number = self.held_while_la_is_away(put_back)
        self.assertTrue(standing(seoul)["rolled_back"], "by the mark")
        wait_for(lambda: self.held() == "set-aside", "somebody is to look at it")
        la.start(peer_port=la.peer_port)
        self.signs(seoul, "its log is back")
        self.assertEqual(self.held(), "set-aside", "and nobody has looked at it")
        entries = own(seoul)
        seoul.run("held", "release", number)
        self.followed(seoul, la)
        self.assertEqual(own(seoul), entries + 1)
        self.not_frozen(seoul, la)


class TheOnlyPeer(SigningTest):
    def gone(self):
        seoul, la = self.cities("la")
        la.stop()
        seoul.stop()
        self.lose_mark(seoul)
        seoul.start("--signing-wait-seconds", "1")
        wait_for(lambda: not standing(seoul)["fewer_after"], "the wait is over")
        self.assertEqual(state(seoul), "asks")
        self.assertEqual(standing(seoul)["waits_for"], ["la.example"])
        return seoul

    def test_that_is_gone_for_good_is_removed(self):
        seoul = self.gone()
        entries = own(seoul)
        seoul.run("peer", "remove", "la.example")
        self.signs(seoul)
        wait_for(lambda: own(seoul) > entries, "that we take the vouch back is signed")
        self.assertEqual(own(seoul), entries + 1, "once")

    def test_after_a_proven_rollback_removing_it_leaves_the_word(self):
        seoul, la = self.cities("la")
        seoul.stop()
        yesterday = self.copy(seoul)
        seoul.start()
        seoul.publish("Nobody has it any more")
        self.followed(seoul, la)
        la.stop()
        seoul.stop()
        self.put_back(seoul, yesterday)
        seoul.start("--signing-wait-seconds", "1")
        self.assertTrue(standing(seoul)["rolled_back"], "by the mark")
        seoul.run("peer", "remove", "la.example")
        wait_for(lambda: standing(seoul)["needs_word"], "there is nobody left to ask")
        self.assertEqual(state(seoul), "asks")
        self.assertIn("this node signs", seoul.run("sign", "--alone"))
        seoul.publish("After")

    def test_is_excused_by_the_word(self):
        seoul = self.gone()
        self.assertIn("this node signs", seoul.run("sign", "--without", "la.example"))
        seoul.publish("After")

    def test_that_claims_what_it_cannot_show_is_an_alarm_and_has_answered(self):
        seoul = self.node("seoul")
        liar = City("liar.example", self.folder)
        seoul.run("peer", "add", liar.line())
        key = base64.urlsafe_b64decode(seoul.json("id")["node_key"] + "=")
        session = Session(seoul.peer_port, liar, key)
        session.send_hello(liar, seen=(2, b"s" * 32))
        wait_for(lambda: connected(seoul, "liar.example"), "it is connected")
        session.close()
        seoul.stop()
        self.lose_mark(seoul)
        seoul.start()
        session = Session(seoul.peer_port, liar, key)
        session.send_hello(liar, seen=(1000, b"s" * 32))
        session.follow()
        wait_for(lambda: connected(seoul, "liar.example"), "it is connected")
        self.assertEqual(state(seoul), "asks")
        session.expect("get_heads")
        session.expect("ping")  # is answered: its line is not slow, it passes the question over
        wait_for(lambda: state(seoul) == "signs", "a minute is over", deadline=90)
        self.assertEqual(standing(seoul)["cannot_show"], ["liar.example"])
        wait_for(lambda: any(a["id"] == "cannot_show" for a in seoul.status()["alarms"]), "an alarm says so")
        session.close()


class Starts(SigningTest):
    def test_the_first_start_and_one_with_the_mark_sign_at_once(self):
        seoul, la = self.cities("la")
        la.stop()
        seoul.stop()
        seoul.start()
        self.signs(seoul)
        seoul.publish("After")
        rome = self.node("rome")
        self.signs(rome)

    def test_after_a_reboot_the_peers_are_asked(self):
        seoul, la = self.cities("la")
        seoul.stop()
        self.lose_mark(seoul)
        seoul.start()
        self.signs(seoul)
        self.assertNotIn("older than what it signed", seoul.log())
        seoul.stop()
        la.stop()
        seoul.start()
        self.signs(seoul, "the mark was made anew")

    @needs.machine(lacks)
    def test_a_machine_that_goes_on_as_a_copy_asks_before_it_signs(self):
        seoul, la = self.cities("la")
        seoul.stop()
        boot_id = pathlib.Path(self.folder) / "boot_id"
        boot_id.write_text("the first boot\n")
        # Its process sees this boot id, and nobody else does.
        seoul.within = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c",
                        'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"', str(boot_id)]
        seoul.start()
        self.signs(seoul)
        seoul.publish("Before it was copied")
        self.followed(seoul, la)
        port = la.peer_port
        la.stop()
        boot_id.write_text("another boot\n")
        wait_for(lambda: state(seoul) == "asks", "it has noticed")
        self.assertIn("this machine was stopped and goes on", seoul.log())
        before = own(seoul)
        self.assertNotIn("ref", seoul.keep("After it was copied"))
        self.assertEqual(own(seoul), before)
        la.start(peer_port=port)
        self.signs(seoul)
        wait_for(lambda: "After it was copied" in la.titles(), "what was kept is signed, and goes out")
        self.not_frozen(la)

    def test_two_nodes_from_one_copy_stop_each_other(self):
        seoul, la = self.cities("la")
        seoul.stop()
        twin = self.node("twin", start=False)
        self.put_back(twin, self.copy(seoul))
        seoul.start()
        twin.start()
        for node in (seoul, twin):
            wait_for(lambda: state(node) == "twin", f"{node.city} knows of the other", deadline=120)
        self.not_frozen(la)

    def test_killed_between_commit_and_mark_it_is_never_taken_for_a_rollback(self):
        seoul = self.node("seoul")
        chance = random.Random(1)
        for turn in range(200 if os.environ.get("KOINON_ALL") else 30):
            publishing = threading.Thread(target=lambda name=f"Note {turn}": seoul.run("publish", "-", check=False, stdin=(
                f'+++\ntitle = "{name}"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\nText.\n').encode()))
            publishing.start()
            publishing.join(chance.uniform(0, 0.04))
            seoul.stop(signal.SIGKILL)
            publishing.join(DEADLINE)
            seoul.start()
            self.assertEqual(standing(seoul)["rolled_back"], False, f"turn {turn}")
            self.assertEqual(state(seoul), "signs", f"turn {turn}")
        self.assertNotIn("older than what it signed", seoul.log())


class PutBack(SigningTest):
    def test_two_cities_that_are_each_others_only_peers_and_were_both_put_back(self):
        seoul, la = self.cities("la")
        la.publish("Before, in Los Angeles")
        wait_for(lambda: seoul.entries("la.example") == own_entries(la), "Seoul has it")
        port = la.peer_port
        for node in (seoul, la):
            node.stop()
        copies = {node: self.copy(node, f"yesterday-{node.city}") for node in (seoul, la)}
        la.start(peer_port=port)
        seoul.start()
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        seoul.publish("Lost in Seoul, held in Los Angeles")
        self.followed(seoul, la)
        entries = own(seoul)
        for node in (seoul, la):
            node.stop()
        self.put_back(seoul, copies[seoul])
        la.start(peer_port=port)
        seoul.start()
        self.signs(seoul)
        self.assertEqual(own(seoul), entries)
        for node in (seoul, la):
            node.stop()
            self.put_back(node, copies[node])
            self.lose_mark(node)
        la.start(peer_port=port)
        seoul.start()
        self.signs(seoul, "neither waits for the other to sign first")
        self.signs(la)
        seoul.publish("After, in Seoul")
        la.publish("After, in Los Angeles")
        self.followed(seoul, la)
        wait_for(lambda: seoul.entries("la.example") == own_entries(la), "Seoul has all of the other's log")
        self.not_frozen(seoul, la)

    def test_a_copy_older_than_the_first_peer_waits_for_whoever_knocks(self):
        seoul, la = self.node("seoul", start=False), self.node("la")
        before = self.copy(seoul)
        seoul.start()
        port = seoul.peer_port
        peer(seoul, la)
        wait_for(lambda: connected(la, "seoul.example"), "they connect")
        seoul.publish("Held in Los Angeles")
        self.followed(seoul, la)
        entries = own(seoul)
        seoul.stop()
        self.put_back(seoul, before)
        self.lose_mark(seoul)
        seoul.start("--signing-wait-seconds", "8", peer_port=port)
        wait_for(lambda: standing(seoul)["needs_word"], "somebody knocks who is not pinned", deadline=90)
        self.assertEqual(state(seoul), "asks")
        seoul.run("peer", "add", la.line(), "--no-vouch")
        self.signs(seoul, "it has answered")
        self.assertEqual(own(seoul), entries)
        self.not_frozen(seoul, la)

    def test_keys_left_and_the_store_gone(self):
        seoul, la, milan = self.cities("la", "milan")
        refs = [seoul.publish(f"Note {number}") for number in range(5)]
        plan = pathlib.Path(self.folder) / "plan.pdf"
        plan.write_bytes(random.Random(7).randbytes(400_000))
        refs.append(seoul.publish("With a file", "Text.", ("health/testing",), "--attach", plan))
        self.followed(seoul, la, milan)
        milan.run("attachment", refs[-1], "plan.pdf", "-o", plan.with_name("of-milan"))
        entries = own(seoul)
        seoul.stop()
        keys = pathlib.Path(self.folder) / "paper"
        shutil.copytree(seoul.data / "keys", keys)
        shutil.rmtree(seoul.data)
        koinon("restore", "--keys", keys, "--peer", la.line(), "--peer", milan.line(), data=seoul.data)
        self.lose_mark(seoul)
        seoul.start()
        self.signs(seoul, "its log came back")
        self.assertEqual(own(seoul), entries)
        for ref in refs:
            wait_for(lambda: seoul.shows(ref), f"{ref} is here with its text")
        file = lambda: seoul.json("attachment", refs[-1])["items"][0]
        wait_for(lambda: file()["state"] == "here", "its file is back, and nobody has asked for it")
        seoul.run("attachment", refs[-1], "plan.pdf", "-o", plan.with_name("again"))
        self.assertEqual(plan.with_name("again").read_bytes(), plan.read_bytes())
        seoul.publish("After")
        self.followed(seoul, la, milan)
        self.not_frozen(seoul, la, milan)


if __name__ == "__main__":
    unittest.main()
