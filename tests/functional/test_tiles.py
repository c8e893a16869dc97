"""A monitor from outside that shares no code with the node: it reads the tiles over HTTP and builds the tree anew."""

import base64
import hashlib
import unittest

from api import ask
from nodes import NodesTest, wait_for
from test_library import csv_of


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def inner(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """RFC 6962, 2.1, as it stands there."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return inner(root_of(hashes[:k]), root_of(hashes[k:]))


def index_path(number):
    text = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03}/{text}"
    return text


class Monitor:
    def __init__(self, base):
        self.base = base

    def get(self, path):
        answer = ask("GET", f"{self.base}/{path}")
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {answer.body[:200]}")
        return answer

    def checkpoint(self):
        lines = self.get("checkpoint").text().split("\n")
        return lines[0], int(lines[1]), base64.b64decode(lines[2])

    def tiles(self, kind, count):
        """What a level has: full tiles, then a partial one."""
        for number in range(count // 256):
            yield self.get(f"tile/{kind}/{index_path(number)}").body
        if count % 256:
            yield self.get(f"tile/{kind}/{index_path(count // 256)}.p/{count % 256}").body

    def entries(self, size):
        out = []
        for tile in self.tiles("entries", size):
            while tile:
                length = int.from_bytes(tile[:2], "big")
                out.append(tile[2:2 + length])
                tile = tile[2 + length:]
        return out


class Tiles(NodesTest):
    def test_tiles_rebuild_the_tree_and_its_root(self):
        seoul = self.node("seoul")
        csv_of(self.folder, 700)
        seoul.run("import-practices", f"{self.folder}/practices.csv")
        base = f"http://127.0.0.1:{seoul.http_port}/log/seoul.example"
        monitor = Monitor(base)
        origin, size, root = monitor.checkpoint()
        self.assertEqual(size, 702)
        self.assertTrue(origin.startswith("seoul.example/koinon/"))
        entries = monitor.entries(size)
        self.assertEqual(len(entries), size)
        hashes = [leaf(entry) for entry in entries]
        self.assertEqual(root_of(hashes), root)
        level0 = b"".join(monitor.tiles("0", size))
        self.assertEqual(level0, b"".join(hashes))
        level1 = b"".join(monitor.tiles("1", size // 256))
        self.assertEqual(level1, b"".join(root_of(hashes[i * 256:(i + 1) * 256]) for i in range(size // 256)))
        # By log id as well, and for a long time.
        answer = ask("GET", f"http://127.0.0.1:{seoul.http_port}/log/{seoul.log_id()}/tile/0/000")
        self.assertEqual(answer.body, level0[:8192])
        self.assertIn("immutable", answer.headers["Cache-Control"])
        self.assertEqual(ask("GET", f"{base}/checkpoint").headers["Cache-Control"], "no-cache")

    def test_one_spelling_of_each_tile_and_nothing_beside_it(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}/log/seoul.example"
        self.assertEqual(ask("GET", f"{base}/tile/0/000.p/2").status, 200)
        for path in ("tile/0/000", "tile/0/000.p/3", "tile/0/0.p/2", "tile/00/000.p/2", "tile/0/x000/000.p/2", "tile/1/000.p/1",
                     "tile/entries/000.p/0", "tile/0/../0/000.p/2", "tile/0/%2e%2e/000.p/2", "tile/0/000.p%2f2/x", "tile/9/000.p/1"):
            self.assertIn(ask("GET", f"{base}/{path}").status, (400, 404), path)


if __name__ == "__main__":
    unittest.main()
