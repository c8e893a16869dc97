"""Joining by one line: it works once, for whom it is meant, until it expires, and for nobody with another's key."""

import contextlib
import socket
import sqlite3
import ssl
import unittest

import wire
from nodes import NodesTest, connected, peer, wait_for


def invite(node, *args):
    return node.json("invite", "--address", f"127.0.0.1:{node.peer_port}", *args)["line"]


class Invites(NodesTest):
    def test_one_line_makes_two_cities_peers_that_vouch(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul, "--for", "la.example")
        self.assert_refused("--yes", lambda: la.run("join", line))
        broken = f" {line[:70]}\r\n{line[70:]}\n"  # as a mail program breaks it, and as it is copied
        self.assertIn("Joined seoul.example", la.run("join", broken, "--yes"))
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect with their own keys")
        ref = seoul.publish("Testing")
        wait_for(lambda: ref in la.refs(), "notes cross")
        wait_for(lambda: "vouch" in [i["kind"] for i in seoul.listed()], "Seoul vouches for whom it invited by name")
        wait_for(lambda: "vouch" in [i["kind"] for i in la.listed(city="la.example")], "and LA for Seoul")
        # Used once.
        third = self.node("third", "--listen", "")
        self.assert_refused("used", lambda: third.run("join", line, "--yes"))
        self.assertEqual(third.json("peers")["items"], [])
        # A restart of the inviter does not bring it back.
        # Whoever tries it has the line that was given out, and is no stranger.
        self.assertEqual(seoul.asked("peers")["knocks"], [])
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assert_refused("used", lambda: third.run("join", line, "--yes"))
        self.assertEqual(seoul.asked("peers")["knocks"], [])
        self.assertNotIn("knocks", [alarm["id"] for alarm in seoul.status()["alarms"]])

    def test_an_invite_for_one_city_takes_no_other_and_is_not_used_up_by_it(self):
        seoul, la, milan = self.node("seoul"), self.node("la", "--listen", ""), self.node("milan", "--listen", "")
        self.assert_refused("the name of this city", lambda: invite(seoul, "--for", "seoul.example"))
        line = invite(seoul, "--for", "la.example")
        self.assert_refused("for la.example", lambda: milan.run("join", line, "--yes"))
        la.run("join", line, "--yes")
        wait_for(lambda: connected(seoul, "la.example"), "the right one joins")

    def test_without_a_name_the_operator_looks_before_vouching(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        la.run("join", invite(seoul), "--yes", "--no-vouch")
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        wait_for(lambda: seoul.entries("la.example") >= 2, "LA's log is here")
        self.assertFalse(seoul.json("peers")["items"][0]["vouch"])
        seoul.run("vouch", "la.example")
        self.assertIn("vouch", [i["kind"] for i in seoul.json("list", "--city", "seoul.example")["items"]])

    def test_a_cut_or_changed_line_is_refused(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul)
        self.assert_refused("copy the whole line", lambda: la.run("join", line[:-3], "--yes"))
        self.assert_refused("copy the whole line", lambda: la.run("join", line.rsplit("+", 1)[0], "--yes"))
        other = line[:-4] + ("AAAA" if line[-4:] != "AAAA" else "BBBA")
        self.assert_refused("used, has expired", lambda: la.run("join", other, "--yes"))
        self.assert_refused("this node itself", lambda: seoul.run("join", line, "--yes"))
        la.run("join", line, "--yes")

    def test_an_invite_that_has_expired_is_refused_and_is_no_knock(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul)
        seoul.stop()
        with contextlib.closing(sqlite3.connect(seoul.data / "store.db")) as db, db:
            db.execute("UPDATE invite SET expires_at_ms = 1")
        seoul.start(peer_port=seoul.peer_port)
        self.assert_refused("used, has expired", lambda: la.run("join", line, "--yes"))
        self.assertEqual(seoul.json("peers")["knocks"], [], "its key is nobody's to pin")

    def test_a_flood_of_guesses_keeps_nobody_out(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul, "--for", "la.example")
        guesses = [socket.create_connection(("127.0.0.1", seoul.peer_port), timeout=30) for _ in range(200)]
        stranger = wire.City("stranger.example", self.folder)
        for _ in range(20):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.load_cert_chain(stranger.certificate)
            try:
                tls = context.wrap_socket(socket.create_connection(("127.0.0.1", seoul.peer_port), timeout=30))
                tls.sendall(b"x" * 1000)
                self.assertEqual(tls.recv(1), b"", "a stranger is told nothing")
                tls.close()
            except (ssl.SSLError, OSError):
                pass
        for s in guesses:
            s.close()
        def joins():
            try:
                la.run("join", line, "--yes")
                return True
            except Exception:
                return False
        wait_for(joins, "the invited one joins all the same")

    def test_nobody_joins_with_anothers_key(self):
        seoul, la = self.node("seoul"), self.node("la")
        thief = wire.City("thief.example", self.folder)
        line = invite(seoul)
        for proof in (b"", b"\0" * 64, wire.sign(thief.node, b"something else")):
            answer = wire.join(line, la.line(), thief.node, self.folder, proof)
            self.assertTrue(answer.HasField("error"), answer)
        self.assertTrue(wire.join(line, la.line(), thief.node, self.folder).HasField("error"), "signed by its own key, for another's")
        observer = "observer#" + la.line().rsplit("#", 1)[1]  # which names no log that could speak against it
        self.assertTrue(wire.join(line, observer, thief.node, self.folder).HasField("error"), "LA's key as an observer's")
        self.assertEqual(seoul.json("peers")["items"], [])
        # Whoever holds the key it names joins, with the same invite.
        self.assertTrue(wire.join(line, thief.line(), thief.node, self.folder).HasField("error"), "the log's key has to be shown too")
        self.assertEqual(wire.join(line, thief.line(), thief.node, self.folder, signing=thief.signing).joined.name, "seoul.example")
        self.assertEqual([p["name"] for p in seoul.json("peers")["items"]], ["thief.example"])

    def test_a_pin_is_not_overwritten(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        wait_for(lambda: connected(seoul, "la.example"), "they are peers")
        thief = wire.City("thief.example", self.folder)
        # LA's name and log, the thief's own key.
        line = la.line().rsplit("#", 1)[0] + "#" + thief.line().rsplit("#", 1)[1]
        answer = wire.join(invite(seoul), line, thief.node, self.folder, signing=thief.signing)
        self.assertIn("the log that it names", answer.error.message)
        # Whoever holds the log's key too, as LA with another node, is told to ask the operator.
        second = wire.City("second.example", self.folder)
        pinned = wire.City("third.example", self.folder)
        self.assertTrue(wire.join(invite(seoul), pinned.line(), pinned.node, self.folder, signing=pinned.signing).HasField("joined"))
        line = pinned.line().rsplit("#", 1)[0] + "#" + second.line().rsplit("#", 1)[1]
        answer = wire.join(invite(seoul), line, second.node, self.folder, signing=pinned.signing)
        self.assertIn("pinned already", answer.error.message)
        keys = {p["name"]: p["node_key"] for p in seoul.json("peers")["items"]}
        self.assertEqual(set(keys), {"la.example", "third.example"})
        self.assertEqual(keys["la.example"], la.json("id")["node_key"])

    def test_invites_are_listed_and_revoked(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul, "--for", "la.example")
        item = seoul.json("invites")["items"][0]
        self.assertEqual(item["for"], "la.example")
        self.assertNotIn(item["id"], line)
        seoul.run("invites", "--revoke", item["id"])
        self.assertEqual(seoul.json("invites")["items"], [])
        self.assert_refused("used, has expired", lambda: la.run("join", line, "--yes"))
        self.assert_refused("no such invite", lambda: seoul.run("invites", "--revoke", item["id"]))
        # It is over for good, and does not come back with the next one.
        invite(seoul)
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assertEqual(len(seoul.json("invites")["items"]), 1)
        self.assert_refused("used, has expired", lambda: la.run("join", line, "--yes"))
        self.assertEqual(seoul.asked("peers")["knocks"], [])


if __name__ == "__main__":
    unittest.main()
