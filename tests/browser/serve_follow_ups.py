"""Nodes for the tests of follow-ups: Los Angeles, three months after it said that it tries two practices of Seoul. Prints where it is as
JSON on one line, serves until its input ends, then ends it."""

import json
import sys
import tempfile

from serve import PASSWORD, account
from nodes import Node, connected, peer, wait_for

LATER = f"--clock-offset-seconds={91 * 24 * 3600}"


def main():
    with tempfile.TemporaryDirectory(prefix="koinon-follow-ups-") as folder:
        seoul, la = Node(folder, "seoul"), Node(folder, "la")
        try:
            for node in (seoul, la):
                node.start()
            peer(seoul, la)
            wait_for(lambda: connected(la, "seoul.example"), "they connect")
            refs = [seoul.publish(title, "Text.", ("climate/heat",)) for title in ("Shade over bus stops", "Cool roofs", "Water at every corner")]
            for ref in refs:
                wait_for(lambda: la.shows(ref), "it arrives")
            seoul.stop()  # nobody else who knows the time
            for ref in refs[:2]:
                la.run("adopt", ref, "--stage", "trying", "--text", "In one district.")
            account(la, "press", "publisher")
            la.stop()
            la.start(LATER)
            la.run("clock", "--is-right")  # or it would ask the peers for a minute before it signs
            wait_for(lambda: len(la.asked("follow-ups")["items"]) == 2, "both are due")
            print(json.dumps({"password": PASSWORD, "notes": refs, "la": f"http://127.0.0.1:{la.http_port}"}), flush=True)
            sys.stdin.read()
        finally:
            for node in (seoul, la):
                node.stop()


if __name__ == "__main__":
    main()
