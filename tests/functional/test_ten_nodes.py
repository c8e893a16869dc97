"""Ten real nodes, in a line and in a mesh: a note published at one end is shown at the other."""

import itertools
import statistics
import time
import unittest

from nodes import NodesTest, connected, peer, wait_for

CITIES = ["seoul", "la", "milan", "freetown", "bogota", "amman", "montreal", "barcelona", "nairobi", "lima"]


class TenNodes(NodesTest):
    def start_all(self):
        # In a line the far end is nine hops away: trust reaches there.
        return [self.node(city, "--trust-hops", 9) for city in CITIES]

    def spread(self, nodes, watchers, count):
        """Publishes at the first node and follows each note's arrival at the watchers; milliseconds, by watcher."""
        took = {watcher.city: [] for watcher in watchers}
        for i in range(count):
            ref, published = nodes[0].publish_timed(f"Note {time.monotonic_ns()}")
            waiting = list(watchers)
            def arrived():
                for watcher in list(waiting):
                    if watcher.shows(ref):
                        took[watcher.city].append((time.monotonic() - published) * 1000)
                        waiting.remove(watcher)
                return not waiting
            wait_for(arrived, f"note {i} is shown everywhere")
        return took

    @staticmethod
    def report(name, hops, took):
        ordered = sorted(took)
        p50 = statistics.median(ordered)
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        print(f"\n{name}: {len(ordered)} notes over {hops} hops, asked to publish until shown, fsync included: p50 {p50:.1f} ms, p99 {p99:.1f} ms; "
              f"a hop: p50 {p50 / hops:.1f} ms, p99 {p99 / hops:.1f} ms", flush=True)

    def test_in_a_line(self):
        nodes = self.start_all()
        for a, b in itertools.pairwise(nodes):
            peer(a, b)
        first = nodes[0].publish("First")
        wait_for(lambda: nodes[-1].shows(first), "the far end knows the near one")
        self.spread(nodes, [nodes[-1]], 3)
        self.report("a line of ten", 9, self.spread(nodes, [nodes[-1]], 30)[nodes[-1].city])
        path = next(c["trust_path"] for c in nodes[-1].json("cities")["items"] if c["city"] == "seoul.example")
        self.assertEqual(len(path), 9, "every city on the way is named")

    def test_in_a_mesh(self):
        nodes = self.start_all()
        for a, b in itertools.combinations(nodes, 2):
            peer(a, b)
        first = nodes[0].publish("First")
        wait_for(lambda: all(n.shows(first) for n in nodes), "all know the first")
        self.spread(nodes, nodes[1:], 5)
        before = sum(p["counts"]["record_copies_in"] for n in nodes for p in n.json("peers")["items"])
        took = self.spread(nodes, nodes[1:], 30)
        after = sum(p["counts"]["record_copies_in"] for n in nodes for p in n.json("peers")["items"])
        self.report("a mesh of ten", 1, [ms for city in took for ms in took[city]])
        copies = (after - before) / (30 * 9)
        print(f"copies received per record and node: {copies:.3f}", flush=True)
        self.assertLessEqual(copies, 1.1)


if __name__ == "__main__":
    unittest.main()
