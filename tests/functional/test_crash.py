"""kill -9 in the middle of a publish loop, fifty times: what was acknowledged is there, nobody sees a fork."""

import json
import signal
import subprocess
import threading
import unittest

from nodes import BIN, CommandFailed, NodesTest, peer, wait_for

KILLS = 50


class Crash(NodesTest):
    def test_every_acknowledged_record_survives_and_peers_follow_on(self):
        seoul, la = self.node("seoul"), self.node("la")
        peer(seoul, la)
        acknowledged = []
        for life in range(KILLS):
            enough = threading.Event()

            def publish(life=life, enough=enough):
                for i in range(1000):
                    try:
                        acknowledged.append(seoul.publish(f"Note {life}.{i}", "x" * 300))
                    except CommandFailed:
                        return
                    if i >= life % 3:
                        enough.set()
            publisher = threading.Thread(target=publish)
            publisher.start()
            self.assertTrue(enough.wait(60), "publishing goes on")
            seoul.stop(signal.SIGKILL)
            publisher.join()
            seoul.start(peer_port=seoul.peer_port)
        self.assertGreaterEqual(len(acknowledged), KILLS)
        self.assertEqual(len(set(acknowledged)), len(acknowledged), "no number was given twice")
        last = seoul.publish("The last")
        wait_for(lambda: last in la.refs(), "Los Angeles follows on")
        for node in (seoul, la):
            wait_for(lambda: node.status()["index_lag"] == 0, "the index is up to date")
            held = set()
            cursor = None
            while True:
                from urllib.request import urlopen
                url = f"http://127.0.0.1:{node.http_port}/api/v1/records?city=seoul.example&limit=1000" + (f"&cursor={cursor}" if cursor else "")
                with urlopen(url) as answer:
                    page = json.load(answer)
                held |= {item["ref"] for item in page["items"]}
                cursor = page.get("next")
                if not cursor:
                    break
            self.assertEqual(set(acknowledged) - held, set(), f"{node.city} has every acknowledged record")
            self.assertEqual(node.status()["frozen"], [])
        size = seoul.status()["entries"]
        self.assertEqual(la.entries("seoul.example"), size)
        # The log verifies: a proof of its first and last record, checked without a node.
        vkey = seoul.run("id", "--vkey").strip()
        for ref in (acknowledged[0], acknowledged[-1], last):
            proof = f"{self.folder}/proof"
            la.run("prove", ref, "-o", proof)
            done = subprocess.run([str(BIN / "koinon"), "verify", proof, "--vkey", vkey], capture_output=True, timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
