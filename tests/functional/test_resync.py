"""What a reconnection costs when there is nothing new: one round trip, under 600 bytes, however many logs."""

import json
import os
import subprocess
import time
import unittest
import urllib.request

import needs
from nodes import BIN, NodesTest, connected, peer, wait_for
from proxy import CountingProxy

HANDSHAKE, APPLICATION = 22, 23
PING = 40  # bytes; a record of TLS that has a Ping or its answer alone is smaller


def after_finished(records):
    """The TLS records after both Finished messages. In TLS 1.3 the client's certificate, its proof and Finished
    and the server's flight are records of type 23 as well; the client's last of them is told by its size order:
    what follows it is the application's. Both nodes here have Ed25519 certificates, so the flights are known:
    the server's one flight, then the client's one, come before anything else."""
    data = [(direction, size) for direction, kind, size in records if kind == APPLICATION]
    # The client's flight: all its records until the first after the server's flight that is not part of the
    # handshake. OpenSSL sends Certificate, CertificateVerify and Finished as one record each.
    server_flight = [i for i, (d, _) in enumerate(data) if d == "in"][:5]
    client_flight = [i for i, (d, _) in enumerate(data) if d == "out"][:3]
    return [r for i, r in enumerate(data) if i not in server_flight and i not in client_flight]


def hub_bytes(node, ref):
    """The entry and the body of a record, as they travel."""
    with urllib.request.urlopen(f"http://127.0.0.1:{node.http_port}/api/v1/records/{ref}/entry", timeout=30) as entry:
        with urllib.request.urlopen(f"http://127.0.0.1:{node.http_port}/api/v1/records/{ref}/body", timeout=30) as body:
            return entry.read() + body.read()


class Resync(NodesTest):
    READER = ("--listen", "", "--trust-admits", 20_000, "--trust-hops", 3)

    @staticmethod
    def at_rest(hub, reader, proxy, seconds=5):
        """A condition: for longer than announcements and cursors wait no cursor has moved and nothing but pings has passed."""
        def cursor(node, city):
            return next(p["journal_cursor"] for p in node.asked("peers")["items"] if p["name"] == city)
        last = {"state": None, "since": 0.0}

        def condition():
            state = (cursor(hub, reader.name), cursor(reader, hub.name), sum(size > PING for _, _, size in proxy.seen()))
            if state != last["state"]:
                last.update(state=state, since=time.monotonic())
            return time.monotonic() - last["since"] > seconds
        return condition

    def measure(self, hub, reader):
        """Reader holds everything; it goes away, comes back, and nothing is new."""
        proxy = CountingProxy(hub.peer_port)
        reader.run("peer", "remove", hub.name)
        reader.run("peer", "add", "--no-vouch", hub.line(proxy.port))
        wait_for(lambda: connected(reader, hub.name), "they connect through the proxy")
        held = hub.json("status")["records"]
        wait_for(lambda: reader.status()["records"] >= held, "everything has arrived", 300)
        # Rows that each had from the other are passed with the next tick.
        wait_for(self.at_rest(hub, reader, proxy), "nothing moves any more", 120)
        reader.stop()
        proxy.reset()
        reader.start(*self.READER)
        wait_for(lambda: connected(reader, hub.name), "they connect again")
        wait_for(self.at_rest(hub, reader, proxy), "nothing moves any more", 120)
        records = after_finished(proxy.seen())
        proxy.close()
        return records

    def check(self, logs, records):
        total = sum(size for _, size in records)
        outgoing = [size for direction, size in records if direction == "out"]
        incoming = [size for direction, size in records if direction == "in"]
        print(f"\nresync with {logs} logs: {total} bytes after both Finished ({sum(outgoing)} out, {sum(incoming)} in), "
              f"{len(outgoing)} records out, {len(incoming)} in", flush=True)
        self.assertLess(total, 600)
        self.assertGreater(total, 100, "the count saw something")
        # Hello with Follow, and the answer to the other's Follow: one round trip has no more.
        self.assertLessEqual(len(outgoing), 2)
        self.assertLessEqual(len(incoming), 2)

    def test_with_one_log(self):
        hub, reader = self.node("hub"), self.node("reader", "--listen", "")
        hub.run("peer", "add", "--no-vouch", reader.line_without_address())
        reader.run("peer", "add", "--no-vouch", hub.line())
        hub.publish("One")
        self.check(1, self.measure(hub, reader))

    def with_logs(self, count, records=1, vouchers=0, cosignatures=0):
        """A hub that holds so many logs, and a reader that has all of them from it. The hub vouches for them, or for cities that do."""
        hub = self.node("hub", start=False)
        subprocess.run([str(BIN / "koinon-bench"), "fill", "--data", str(hub.data), "--logs", str(count),
                        "--records", str(records), "--vouchers", str(vouchers), "--cosignatures", str(cosignatures)], check=True, capture_output=True, timeout=600)
        hub.start("--trust-admits", 20000)
        hub.run("sign", "--alone")  # its log was filled beside its mark, and nobody else has held it
        reader = self.node("reader", *self.READER)
        hub.run("peer", "add", "--no-vouch", reader.line_without_address())
        reader.run("peer", "add", "--no-vouch", hub.line())
        wait_for(lambda: reader.status()["cities"] >= count + 2, "the reader holds all logs", 300 + count // 10)
        return hub, reader

    def test_with_ten_logs(self):
        self.check(10, self.measure(*self.with_logs(10)))

    def test_with_as_many_logs_as_one_city_can_vouch_for(self):
        self.check(1_000, self.measure(*self.with_logs(1_000)))

    @needs.all_tests("it takes minutes")
    def test_with_ten_thousand_logs(self):
        self.check(10_000, self.measure(*self.with_logs(10_000, vouchers=10)))

    def with_cosignatures(self, logs, lines, vouchers=0):
        """What cosignatures of all logs add to a resync, and what it costs to pass one more line on."""
        hub, reader = self.with_logs(logs, vouchers=vouchers, cosignatures=lines)
        self.check(logs, self.measure(hub, reader))
        signer = self.node("signer", "--trust-hops", 1)
        for node, other in ((hub, signer), (signer, hub)):
            node.run("peer", "add", other.line())
        wait_for(lambda: self.has_cosigned(signer, hub, f"{hub.name}/0"), "the new city cosigns the hub's log", 120)
        signer.stop()
        proxy = CountingProxy(hub.peer_port)
        reader.run("peer", "remove", hub.name)
        reader.run("peer", "add", "--no-vouch", hub.line(proxy.port))
        wait_for(lambda: connected(reader, hub.name), "they connect through the proxy")
        ref = hub.publish("One more")
        wait_for(lambda: self.has_cosigned(reader, hub, ref), "the reader cosigns it", 120)
        # Of each log followers hear once a minute that its cosignatures have become more: what began before is over then.
        wait_for(self.at_rest(hub, reader, proxy, 65), "nothing moves any more", 300)
        proxy.reset()
        signer.start("--trust-hops", 1)
        wait_for(lambda: self.has_cosigned(signer, reader, ref), "the line has come, and is passed on", 180)
        wait_for(self.at_rest(hub, reader, proxy), "nothing moves any more", 120)
        seen = [(direction, size) for direction, kind, size in proxy.seen() if kind == APPLICATION]
        total = sum(size for _, size in seen)
        proxy.close()
        print(f"\none more line on a head, with {logs} logs of {lines} lines each: {total} bytes in both directions", flush=True)
        self.assertLess(total, 8_000, f"records of TLS: {seen}")

    @staticmethod
    def has_cosigned(city, node, ref):
        """Whether the node's proof of a record bears the city's line."""
        url = f"http://127.0.0.1:{node.http_port}/api/v1/records/{ref}/signers"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return any(one["city"] == city.name for one in json.load(answer)["cosigners"])

    def test_with_cosignatures(self):
        self.with_cosignatures(20, 15)

    @needs.all_tests("it takes minutes")
    def test_with_ten_thousand_logs_of_fifteen_cosignatures(self):
        self.with_cosignatures(10_000, 15, vouchers=10)

    def test_ten_of_many_records_missing(self):
        many = 100_000 if os.environ.get("KOINON_ALL") else 20_000
        hub, reader = self.with_logs(1, many)
        held = wait_for(lambda: (lambda r: r if r >= many else 0)(reader.status()["records"]), "all records are here", 120)
        proxy = CountingProxy(hub.peer_port)
        reader.run("peer", "remove", hub.name)
        reader.run("peer", "add", "--no-vouch", hub.line(proxy.port))
        wait_for(lambda: connected(reader, hub.name), "they connect through the proxy")
        wait_for(self.at_rest(hub, reader, proxy), "nothing moves any more", 120)
        reader.stop()
        proxy.reset()
        refs = [hub.publish(f"Missing {i}", "x" * 480) for i in range(10)]
        reader.start(*self.READER)
        wait_for(lambda: refs[-1] in reader.refs(city=hub.name), "what was missing has come", 300)  # all are indexed first
        self.assertEqual(reader.json("status")["records"] - held, 10)
        records = after_finished(proxy.seen())
        proxy.close()
        total = sum(size for _, size in records)
        record = sum(len(hub_bytes(hub, ref)) for ref in refs) / 10
        # Flights, up to the last record with what was missing: what one side sends before the other answers. Smaller
        # records in between lend credit or move a cursor, and nobody waits for them.
        last = max(i for i, (direction, size) in enumerate(records) if direction == "in" and size > 1000)
        flights = [records[0][0]]
        for direction, size in records[:last + 1]:
            if direction != flights[-1] and size > 60:
                flights.append(direction)
        print(f"\n10 of {held + 10} records missing: {total} bytes after both Finished, a record of {record:.0f} bytes; "
              f"flights {' '.join(flights)}", flush=True)
        self.assertLess(total, 10 * (record + 600))
        # Hello and Follow out and in, Get out, the chunk in. Both greet without waiting: the other's may come first.
        own = flights[flights.index("out"):]
        self.assertLessEqual(len(own), 4, "two round trips")


if __name__ == "__main__":
    unittest.main()
