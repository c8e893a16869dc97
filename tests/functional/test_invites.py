"""Joining by one line: it works once, for whom it is meant, until it expires."""

import contextlib
import socket
import sqlite3
import ssl
import unittest

import wire
from nodes import NodesTest, connected, wait_for


def invite(node, *args):
    return node.json("invite", "--address", f"127.0.0.1:{node.peer_port}", *args)["line"]


class Invites(NodesTest):
    def test_one_line_makes_two_cities_peers_that_vouch(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        line = invite(seoul, "--for", "la.example")
        self.assert_refused("--yes", lambda: la.run("join", line))
        self.assertIn("Joined seoul.example", la.run("join", line, "--yes"))
        wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect with their own keys")
        ref = seoul.publish("Testing")
        wait_for(lambda: ref in la.refs(), "notes cross")
        wait_for(lambda: "vouch" in [i["kind"] for i in seoul.json("list")["items"]], "Seoul vouches for whom it invited by name")
        wait_for(lambda: "vouch" in [i["kind"] for i in la.json("list", "--city", "la.example")["items"]], "and LA for Seoul")
        # Used once.
        third = self.node("third", "--listen", "")
        self.assert_refused("used", lambda: third.run("join", line, "--yes"))
        self.assertEqual(third.json("peers")["items"], [])
        # A restart of the inviter does not bring it back.
        seoul.stop()
        seoul.start(peer_port=seoul.peer_port)
        self.assert_refused("used", lambda: third.run("join", line, "--yes"))

    def test_an_invite_for_one_city_takes_no_other_and_is_not_used_up_by_it(self):
        seoul, la, milan = self.node("seoul"), self.node("la", "--listen", ""), self.node("milan", "--listen", "")
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


if __name__ == "__main__":
    unittest.main()
