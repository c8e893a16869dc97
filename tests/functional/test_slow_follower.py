"""A follower that stops reading in the middle of a catch-up costs the sender little, and delays nobody."""

import time
import unittest

import wire
from nodes import NodesTest, peer, wait_for
from wire import City, Session


def resident_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("no resident size")


class SlowFollower(NodesTest):
    def test_it_costs_bounded_memory_and_another_goes_on(self):
        seoul, la = self.node("seoul"), self.node("la")
        # About 50 MB: far more than any window or queue.
        text = "x" * 900_000
        refs = [seoul.publish(f"Note {i}", f"{i} {text}") for i in range(56)]
        city = City("slow.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        before = resident_bytes(seoul.process.pid)
        sessions = []
        session = Session(seoul.peer_port, city)
        session.send_hello(city, window=64 << 20)  # it lends all that it may
        session.follow()
        hello = session.expect("hello")
        head = next(h for h in session.expect("heads").heads if h.log_id == hello.log_id)
        size, root = wire.open_checkpoint(head.checkpoint, wire.origin("seoul.example", hello.log_id), head.identity.signing_key)
        for request in range(1, 60):
            ask = wire.wire.Frame()
            ask.get.request_id, ask.get.log_id = request, head.log_id
            setattr(ask.get, "from", 0)
            ask.get.to, ask.get.size, ask.get.root = size, size, root
            session.send(ask)
        session.expect("chunk")
        # And reads no further. Its queue fills up to the bound and no more.
        queued = lambda: next(p["bytes_queued"] for p in seoul.asked("peers")["items"] if p["name"] == "slow.example")
        wait_for(lambda: queued() > 0, "the queue fills")

        started = time.monotonic()
        peer(seoul, la)
        wait_for(lambda: refs[-1] in la.refs(), "another follower catches up")
        took = time.monotonic() - started
        self.assertGreater(queued(), 0, "the slow one is still connected and slow")
        self.assertLess(queued(), 4 << 20, "no more is queued for it than a few chunks")
        grown = resident_bytes(seoul.process.pid) - before
        print(f"\na follower that stopped reading: {queued()} bytes queued, resident {before >> 20} MiB before, "
              f"{grown >> 20} MiB more now; another took {len(text) * len(refs) >> 20} MiB in {took:.1f} s", flush=True)
        session.close()


if __name__ == "__main__":
    unittest.main()
