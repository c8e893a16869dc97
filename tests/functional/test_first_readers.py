"""A node that has just started, and many who read at once. Each reading thread opens the databases with its first
request, so that a node that few read takes little memory. Nobody may notice."""

import concurrent.futures
import http.client
import threading
import unittest

from nodes import DEADLINE, NodesTest

READERS = 32  # several for each reading thread


class FirstReaders(NodesTest):
    def visit(self, number, target):
        """The status of the answer; of a stream, as soon as it begins."""
        # Each comes from an address of its own, so that none has to wait for its place.
        visitor = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE, source_address=(f"127.0.1.{number + 1}", 0))
        try:
            self.together.wait(DEADLINE)
            visitor.request("GET", target)
            return visitor.getresponse().status
        finally:
            visitor.close()

    def test_all_who_come_at_once_are_answered(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Drive-through testing")
        seoul.stop()
        seoul.start()
        self.port = seoul.http_port
        self.together = threading.Barrier(READERS)
        expected = {"/": 200, f"/records/{ref}": 200, f"/api/v1/records/{ref}": 200, "/feeds/all.atom": 200, "/api/v1/search?q=testing": 200,
                    "/api/v1/events": 200, "/nothing-is-here": 404, "/api/v1/cities": 200}
        targets = [list(expected)[number % len(expected)] for number in range(READERS)]
        with concurrent.futures.ThreadPoolExecutor(READERS) as readers:
            answers = list(readers.map(self.visit, range(READERS), targets))
        for target, status in zip(targets, answers):
            self.assertEqual(status, expected[target], target)
        # The Unix socket has a thread of its own, and it is its first request too.
        self.assertEqual(seoul.titles()[0], "Drive-through testing")


if __name__ == "__main__":
    unittest.main()
