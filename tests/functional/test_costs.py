"""No cost grows with what is held, unless the answer does: every address that is read is asked on a small node and on one that holds thirty times
as much, and what SQLite does is compared: its steps, and the pages that it looks at, since full text takes pages and no steps."""

import re
import subprocess
import unittest

from api import Api, account, ask
from nodes import BIN, NodesTest, wait_for

SMALL = (1_000, 60)  # notes of one city, cities: a page of each
LARGE = (30_000, 900)
TIMES = 3
# What else the node does meanwhile; a tree may be a level deeper.
FEW = {"steps": 600, "pages": 300}

# What is asked beside each pattern of the document: filters, words, pages.
ALSO = ["/?q=words", "/?topic=health", "/api/v1/search?q=words&limit=5", "/api/v1/records?city=seoul.example&limit=5", "/api/v1/records?topic=health&limit=5",
        "/api/v1/records?kind=practice&limit=5", "/api/v1/records?limit=5&topic=health&kind=practice",
        "/api/v1/records?limit=5&topic=health&city=seoul.example", "/api/v1/records?limit=5&topic=health&city=seoul.example&kind=question",
        "/api/v1/search?topic=health&limit=5", "/api/v1/search?city=seoul.example&limit=5",
        "/api/v1/records?q=words&topic=health&limit=5", "/api/v1/records?q=words&topic=climate&limit=5",
        "/api/v1/cities/seoul.example?parts=holders", "/api/v1/cities?q=nowhere&limit=5",
        "/feeds/all.atom", "/feeds/all.json", "/feeds/topic/health.atom", "/feeds/city/seoul.example.atom", "/feeds/search.atom?q=words",
        "/api/v1/explain/seoul.example", "/cities/seoul.example"]
# Their answers grow with what is held.
GROW = {"/metrics"}
# What is bounded, but not by its answer: hits of a word are ranked and counted, ten thousand at most, each looked up; of those that a filter leaves
# out a hundred thousand are passed by.
BOUNDED = {"q=words": {"steps": 45_000, "pages": 300_000}, "q=words&topic=": {"steps": 300_000, "pages": 600_000}}


class Costs(NodesTest):
    def filled(self, city, notes, cities):
        node = self.node(city, start=False)
        subprocess.run([str(BIN / "koinon-bench"), "fill", "--data", str(node.data), "--records", str(notes), "--logs", str(cities)], check=True)
        node.start()
        wait_for(lambda: node.status()["index_lag"] == 0, "all is indexed", 300)
        return node

    def work(self, node):
        text = ask("GET", f"http://127.0.0.1:{node.http_port}/metrics", headers=self.headers[node.city]).text()
        return {what: int(float(re.search(rf"^koinon_database_{what}_total (\S+)", text, re.M)[1])) for what in FEW}

    def cost(self, node, path):
        """The least of some: what else the node does costs too."""
        url = f"http://127.0.0.1:{node.http_port}" + path
        status = ask("GET", url, headers=self.headers[node.city]).status
        least = {what: 1 << 60 for what in FEW}
        for _ in range(TIMES):
            begin = self.work(node)
            ask("GET", url, headers=self.headers[node.city])
            end = self.work(node)
            least = {what: min(least[what], end[what] - begin[what]) for what in FEW}
        begin = self.work(node)
        end = self.work(node)
        return status, {what: least[what] - (end[what] - begin[what]) for what in FEW}

    def test_every_address_that_is_read(self):
        nodes = {"small": self.filled("small", *SMALL), "large": self.filled("large", *LARGE)}
        self.headers = {}
        for name, node in nodes.items():
            self.headers[name] = {"Authorization": f"Bearer {account(node, 'it', 'operator')}"}
        document = Api(nodes["small"]).document
        patterns = [pattern for (method, pattern), operation in document.operations.items()
                    if method == "GET" and operation["operationId"] not in ("streamEvents", "unsubscribe")]
        compared, grown = 0, []
        for pattern in patterns + ALSO:
            if pattern in GROW:
                continue
            costs = {}
            for name, node in nodes.items():
                index = node.status()["entries"] - 1
                path = pattern.replace("seoul.example", node.name)
                for argument, value in (("city", node.name), ("index", str(index)), ("sha256", "ab"), ("id", "999"), ("name", "it"), ("peer", "nobody"),
                                        ("code", "abc"), ("topic", "health.atom"), ("path", "0/000")):
                    path = path.replace("{%s}" % argument, value)
                costs[name] = self.cost(node, path)
            (small_status, small), (large_status, large) = costs["small"], costs["large"]
            self.assertEqual(small_status, large_status, pattern)
            if small_status != 200:
                continue
            compared += 1
            for what, few in FEW.items():
                bound = max((most[what] for part, most in BOUNDED.items() if part in pattern), default=0)
                if large[what] > TIMES * max(small[what], 0) + few + bound:
                    grown.append(f"{pattern}: {small[what]} {what}, then {large[what]}")
        self.assertGreater(compared, 50)
        self.assertEqual(grown, [], "\n".join(grown))


if __name__ == "__main__":
    unittest.main()
