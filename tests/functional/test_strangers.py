"""Strangers, and peers that lie, over real sockets: not one frame of a stranger's is parsed, nothing of a liar's
is kept, and the honest go on."""

import os
import socket
import ssl
import unittest

import wire
from nodes import DEADLINE, NodesTest, connected, peer, wait_for
from wire import City, Session


class Strangers(NodesTest):
    def test_garbage_gets_nowhere(self):
        seoul, la = self.node("seoul"), self.node("la")
        for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000, os.urandom(5000), b"\x16\x03\x01\xff\xff" + os.urandom(200)):
            with socket.create_connection(("127.0.0.1", seoul.peer_port), timeout=30) as s:
                s.sendall(noise)
                s.settimeout(30)
                try:
                    while s.recv(4096):
                        pass
                except ConnectionError:
                    pass
        peer(seoul, la)
        ref = seoul.publish("Still here")
        wait_for(lambda: ref in la.refs(), "the honest go on")
        self.assertNotIn("python", seoul.log())

    def assert_handshake_refused(self, node, connect):
        """No byte of the application comes back, and none that we sent was parsed."""
        try:
            session = connect()
            # TLS 1.3 lets a client speak before it knows that it was refused.
            session.send_hello(City("python.example", self.folder))
            session.follow()
            self.assertIsNone(session.receive())
        except (ssl.SSLError, ConnectionError):
            pass
        self.assertNotIn("connected", node.log())
        self.assertNotIn("does not verify", node.log())

    def test_a_valid_certificate_that_nobody_pinned_gets_nowhere(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        self.assert_handshake_refused(seoul, lambda: Session(seoul.peer_port, city))
        self.assert_handshake_refused(seoul, lambda: Session(seoul.peer_port, None))
        self.assertEqual(seoul.json("peers")["items"], [])
        self.assertTrue(seoul.publish("Still here"))

    def test_tls_1_2_gets_nowhere(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", city.line())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(city.certificate)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(socket.create_connection(("127.0.0.1", seoul.peer_port), timeout=30))

    def test_many_handshakes_that_never_end_do_not_keep_out_the_honest_for_long(self):
        seoul, la = self.node("seoul"), self.node("la")
        idle = [socket.create_connection(("127.0.0.1", seoul.peer_port), timeout=30) for _ in range(100)]
        peer(seoul, la)  # both dial
        ref = seoul.publish("Still here")
        wait_for(lambda: ref in la.refs(), "the honest go on")
        for s in idle:
            s.close()

    def test_silent_handshakes_give_way(self):
        seoul, la = self.node("seoul"), self.node("la", "--listen", "")
        silent = []
        try:
            for i in range(256):
                s = socket.socket()
                s.bind((f"127.0.{i % 16 + 1}.1", 0))
                s.settimeout(DEADLINE)
                s.connect(("127.0.0.1", seoul.peer_port))
                silent.append(s)
            line = seoul.json("invite", "--address", f"127.0.0.1:{seoul.peer_port}")["line"]
            la.run("join", line, "--yes")
            wait_for(lambda: connected(seoul, "la.example"), "LA gets in while strangers hold every place")
        finally:
            for s in silent:
                s.close()


class Liars(NodesTest):
    def lie(self, change, words):
        """A pinned peer that serves a log of two entries, changed; the node must drop it and keep nothing."""
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        leaves = [city.genesis(), b"leaf"]
        session = Session(seoul.peer_port, city)
        session.meet(city)
        heads = wire.wire.Frame()
        heads.heads.heads.append(city.head(leaves))
        change("heads", heads)
        session.send(heads)
        try:
            get = session.expect("get")
            answer = wire.wire.Frame()
            answer.chunk.request_id, answer.chunk.last = get.request_id, True
            for leaf in leaves:
                answer.chunk.records.add(entry=leaf)
            change("chunk", answer)
            session.send(answer)
            while True:
                frame = session.receive()
                self.assertIsNotNone(frame, "an error says why")
                if frame.WhichOneof("frame") == "error":
                    self.assertTrue(frame.error.fatal)
                    self.assertIn(words, frame.error.message)
                    break
        except AssertionError as error:
            self.assertIn(words, str(error))
        session.close()
        wait_for(lambda: "a peer sent what does not verify" in seoul.log(), "the operator is told")
        self.assertNotIn("python.example", [c["city"] for c in seoul.json("cities")["items"]])
        ref = seoul.publish("Still here")
        wait_for(lambda: ref in la.refs(), "the honest go on")

    def test_a_flipped_bit_in_an_entry(self):
        def change(kind, frame):
            if kind == "chunk":
                frame.chunk.records[1].entry = b"lfaf"
        self.lie(change, "does not lead to the signed root")

    def test_a_flipped_bit_in_a_signature(self):
        def change(kind, frame):
            if kind == "heads":
                note = bytearray(frame.heads.heads[0].checkpoint)
                note[-10] = ord("A") if note[-10] != ord("A") else ord("B")
                frame.heads.heads[0].checkpoint = bytes(note)
        self.lie(change, "no key of the log")

    def test_a_genesis_that_is_none(self):
        def change(kind, frame):
            if kind == "heads":
                city = City("python.example", self.folder)
                frame.heads.heads[0].CopyFrom(city.head([b"leaf", b"leaf"]))
            if kind == "chunk":
                frame.chunk.records[0].entry = b"leaf"
        self.lie(change, "entry")

    def test_a_claim_of_a_huge_tree_costs_nothing(self):
        seoul = self.node("seoul")
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.send_hello(city)
        session.follow()

        def claim(size):
            head = city.head([city.genesis()])
            head.checkpoint = wire.sign_checkpoint(city.origin, size, bytes(32), city.signing)
            heads = wire.wire.Frame()
            heads.heads.heads.append(head)
            session.send(heads)

        # More than the node takes of one log: it is not even asked for.
        claim(1 << 39)
        wait_for(lambda: "more than this node takes of one log" in seoul.log(), "the operator is told")
        # Less than that is asked for, a chunk at a time.
        claim(9_000_000)
        get = session.expect("get")
        self.assertEqual(get.size, 9_000_000)
        answer = wire.wire.Frame()
        answer.chunk.request_id = get.request_id
        answer.chunk.records.add(entry=city.genesis())
        answer.chunk.right = bytes(32) * 39
        session.send(answer)
        while True:
            frame = session.receive()
            if frame is None or frame.WhichOneof("frame") == "error":
                break
        self.assertTrue(seoul.publish("Still here"))


    def test_answers_to_nothing(self):
        chunk, heads, bodies, file = (wire.wire.Frame() for _ in range(4))
        chunk.chunk.request_id = heads.heads.request_id = bodies.bodies.request_id = file.attachment_chunk.request_id = 777
        chunk.chunk.records.add(entry=b"leaf")
        bodies.bodies.log_id, bodies.bodies.last = bytes(32), True
        file.attachment_chunk.bytes, file.attachment_chunk.last = b"bytes", True
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        for number, answer in enumerate((chunk, heads, bodies, file)):
            # Each from a city of its own: who has lied is refused for a while.
            city = City(f"python{number}.example", self.folder)
            seoul.run("peer", "add", "--no-vouch", city.line())
            session = Session(seoul.peer_port, city)
            session.meet(city)
            session.send(answer)
            while (frame := session.receive()) is not None and frame.WhichOneof("frame") != "error":
                pass
            self.assertIsNotNone(frame, "an error says why")
            self.assertTrue(frame.error.fatal)
            self.assertIn("not asked for", frame.error.message)
            session.close()
        ref = seoul.publish("Still here")
        wait_for(lambda: ref in la.refs(), "the honest go on")

    def slowly(self, session, data):
        """Sends a byte every few seconds, and reads; the error that ends the session, or None if it just ends."""
        session.tls.settimeout(5)
        for i in range(40):
            try:
                session.tls.sendall(data[i % len(data):i % len(data) + 1])
                frame = session.receive()
                if frame is None or frame.WhichOneof("frame") == "error":
                    return frame
            except (socket.timeout, TimeoutError):
                pass
            except (ConnectionError, ssl.SSLError):
                return None
        self.fail("a byte every few seconds keeps a session alive")

    def test_one_byte_at_a_time(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        # Its Hello never comes to an end; and of another, once greeted, a frame does not.
        for greeted, words in ((False, "no Hello came in time"), (True, "two pings were not answered")):
            city = City(f"python{int(greeted)}.example", self.folder)
            seoul.run("peer", "add", "--no-vouch", city.line())
            session = Session(seoul.peer_port, city)
            if greeted:
                session.meet(city)
            error = self.slowly(session, b"\0\0\1\0" + b"x" * 200)
            if error is not None:
                self.assertIn(words, error.error.message)
            wait_for(lambda: words in seoul.log(), "the operator can read why")
            session.close()
            ref = seoul.publish(f"Still here {greeted}")
            wait_for(lambda: ref in la.refs(), "the honest go on")


if __name__ == "__main__":
    unittest.main()
