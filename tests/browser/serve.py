"""Nodes for the browser tests: Seoul and Los Angeles, peers, with example notes and accounts; and Milan, which knows nobody yet.
Prints where they are as JSON on one line, serves until its input ends, then ends them."""

import datetime
import json
import pathlib
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "functional"))

from browser import Browser  # noqa: E402
from nodes import Node, connected, wait_for  # noqa: E402

PASSWORD = "a sentence is a good one"
EXAMPLES = TOP.parent / "deploy" / "examples"


def account(node, name, role, *args):
    link = node.json("user", "add", name, "--role", role, *args)["link"]
    browser = Browser(node)
    browser.go("/welcome/" + link.rsplit("/", 1)[1])
    browser.submit("/welcome/" + link.rsplit("/", 1)[1], password=PASSWORD)


def profile(node, name, country, latitude, longitude, population):
    node.run("publish", "-", stdin=(
        f'+++\nkind = "profile"\ntype = "city"\ndisplay_name = "{name}"\nlanguage = "en"\ncountry = "{country}"\nlatitude = {latitude}\n'
        f'longitude = {longitude}\n[population]\nvalue = {population}\nsource = "GeoNames"\n+++\n').encode())


def main():
    with tempfile.TemporaryDirectory(prefix="koinon-browser-") as folder:
        seoul, la, milan = Node(folder, "seoul"), Node(folder, "la"), Node(folder, "milan")
        try:
            for node in (seoul, la, milan):
                node.start()
            seoul.run("peer", "add", la.line())
            la.run("peer", "add", seoul.line())
            wait_for(lambda: connected(seoul, "la.example") and connected(la, "seoul.example"), "they connect")
            profile(seoul, "Seoul", "KR", 37.566, 126.9784, 10349312)
            profile(la, "Los Angeles", "US", 34.05223, -118.24368, 3971883)
            ref = seoul.run("publish", EXAMPLES / "seoul-drive-thru-testing.md").strip()
            seoul.run("publish", EXAMPLES / "seoul-drive-thru-testing.ko.md", "--translates", ref)
            wait_for(lambda: la.shows(ref), "it arrives")
            la.run("publish", EXAMPLES / "los-angeles-adopts-testing.md", "--adopts", ref)
            question = la.run("ask", "--file", EXAMPLES / "san-diego-asks-staffing.md", "--about", ref, "--to", "seoul.example").strip()
            wait_for(lambda: seoul.shows(question), "the question arrives")
            seoul.run("answer", question, "--file", EXAMPLES / "los-angeles-answers-staffing.md")
            for node in (seoul, la):
                account(node, "press", "publisher", "--office", "Office of the Mayor")
            for node in (seoul, la, milan):
                account(node, "it", "operator")
            press = Browser(seoul)
            press.log_in("press", PASSWORD)
            press.go("/publish")
            at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT10:00")
            held = press.submit("/publish", "publish", title="To be announced", solution="On the day.", topics="major-events", at=at).url
            press.go("/publish")
            draft = press.submit("/publish", "save", title="A draft", solution="Half written.", topics="climate/heat").url
            for node in (seoul, la):
                wait_for(lambda: node.json("status")["index_lag"] == 0, "it is indexed")
            print(json.dumps({"password": PASSWORD, "note": ref, "question": question, "held": held, "draft": draft,
                              "line": f"127.0.0.1:{seoul.peer_port}",
                              **{node.name.split(".")[0]: f"http://127.0.0.1:{node.http_port}" for node in (seoul, la, milan)}}), flush=True)
            sys.stdin.read()
        finally:
            for node in (seoul, la, milan):
                node.stop()


if __name__ == "__main__":
    main()
