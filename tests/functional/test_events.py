"""Event streams: nothing is lost, and nothing comes twice, however often the client is cut and the node restarted."""

import http.client
import json
import threading
import unittest

from api import ask
from nodes import NodesTest, wait_for
from wire import City, Session, serve_log


class Client:
    """A client of server-sent events that is cut after so many and resumes with the last id that it saw."""

    def __init__(self, node):
        self.node, self.last, self.seen = node, "0", []

    def read(self, count):
        """Reads events until `count` more are there, then cuts the connection where it stands."""
        connection = http.client.HTTPConnection("127.0.0.1", self.node.http_port, timeout=60)
        try:
            connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": self.last})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            got, event = 0, {}
            while got < count:
                line = answer.readline().decode()
                if not line:
                    return
                line = line.rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                    continue
                if "id" in event:
                    self.last = event["id"]
                if event.get("event") == "record":
                    self.seen.append(json.loads(event["data"])["ref"])
                    got += 1
                event = {}
        finally:
            connection.close()


class Events(NodesTest):
    def test_a_client_that_is_cut_twenty_times_sees_every_record_once(self):
        seoul = self.node("seoul")
        published = []

        def publish(count):
            for _ in range(count):
                published.append(seoul.publish(f"Note {len(published)}"))

        client = Client(seoul)
        client.read(2)  # Genesis and profile
        for cut in range(20):
            writer = threading.Thread(target=publish, args=(5,))
            writer.start()
            client.read(4 if cut % 2 else 5)
            writer.join()
            if cut % 5 == 4:
                seoul.stop()
                seoul.start()
        client.read(2 + len(published) - len(client.seen))
        self.assertEqual(client.seen, ["seoul.example/0", "seoul.example/1"] + published)

    def test_a_strangers_stream_ends_after_so_many_bytes_and_goes_on_without_a_gap(self):
        seoul = self.node("seoul", "--window-bytes", 64 << 20)  # the log comes ahead of what is stored of it
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.meet(city)
        # As long as lists and events show them; quotation marks take two bytes each in JSON.
        notes = [city.practice(title=f"{i} " + '"' * 200, summary='"' * 2048) for i in range(3_800)]
        serve_log(session, city, [(city.genesis(), b"")] + notes)
        wait_for(lambda: seoul.entries("python.example") == len(notes) + 1, "Seoul holds them")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "and shows them")
        total = seoul.json("status")["records"]
        client = Client(seoul)
        client.read(total)
        self.assertLess(len(client.seen), total, "the stream ended before")
        self.assertGreater(len(client.seen), 1_000)
        while len(client.seen) < total:
            before = len(client.seen)
            client.read(total - before)
            self.assertGreater(len(client.seen), before)
        self.assertEqual(len(set(client.seen)), total, "nothing twice, and nothing left out")

        # The same in a list: pages end early, and `next` leads on.
        listed, cursor, pages = [], "", 0
        while cursor is not None:
            answer = ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/records?limit=1000{cursor}")
            self.assertLess(len(answer.body), 2_200_000)
            page = answer.json()
            self.assertTrue(page["items"])
            listed += [item["ref"] for item in page["items"]]
            cursor = f"&cursor={page['next']}" if "next" in page else None
            pages += 1
        self.assertGreater(pages, total // 1000 + 1)
        self.assertEqual((len(listed), set(listed)), (total, set(client.seen)))
        session.close()

    def test_an_id_of_another_journal_begins_anew_and_nonsense_is_refused(self):
        seoul = self.node("seoul")
        ref = seoul.publish("One")
        client = Client(seoul)
        client.last = "deadbeef.999999"
        client.read(3)
        self.assertEqual(client.seen[-1], ref)
        base = f"http://127.0.0.1:{seoul.http_port}/api/v1/events"
        for wrong in ("x", "-1", "deadbeef.", "1.x"):
            refused = ask("GET", base, headers={"Last-Event-ID": wrong})
            self.assertEqual((refused.status, refused.json()["field"]), (400, "Last-Event-ID"), wrong)
        self.assertEqual(ask("GET", f"{base}?after=x").json()["field"], "after")
        self.assert_refused("it is an id that an event had", lambda: seoul.run("watch", "--after", "x"))

    def test_a_number_that_nothing_has_yet_begins_anew(self):
        seoul = self.node("seoul")
        ref = seoul.publish("One")
        for ahead in ("999999", str(2**63), "9" * 19):
            client = Client(seoul)
            client.last = ahead
            client.read(3)
            self.assertEqual(client.seen[-1], ref, ahead)
        ours = Client(seoul)
        ours.read(3)
        ours.last = ours.last.split(".")[0] + ".999999"
        ours.read(3)
        self.assertEqual(ours.seen[3:], ours.seen[:3], "an id of this store that was never given")

    def test_a_stream_tells_proxies_to_hand_it_on_and_begins_at_once(self):
        seoul = self.node("seoul")
        for method in ("GET", "HEAD"):
            connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=60)
            connection.request(method, "/api/v1/events")
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.headers["X-Accel-Buffering"]), (200, "no"))
            self.assertIn("no-transform", answer.headers["Cache-Control"])
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
            # There is no news, and a line comes all the same. HEAD ends without one.
            self.assertEqual(answer.readline(), b": here\n" if method == "GET" else b"")
            connection.close()

    def test_a_stream_without_news_says_that_it_is_there(self):
        """Proxies close what has been silent for a minute."""
        seoul = self.node("seoul")
        connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=60)
        connection.request("GET", "/api/v1/events")
        answer = connection.getresponse()
        said = []
        while len(said) < 2:
            line = answer.readline()
            self.assertTrue(line, said)
            if line.startswith(b":"):
                said.append(line)
        self.assertEqual(said, [b": here\n", b": still here\n"])
        connection.close()

    def test_a_stream_ends_when_its_token_is_revoked(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        seoul.run("user", "add", "press", "--role", "reader")
        token = seoul.json("token", "add", "press")
        connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=60)
        connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {token['secret']}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        seoul.run("token", "remove", "press", token["id"])
        while line := answer.readline():  # nothing more than comments until the node ends it
            self.assertTrue(line.startswith(b":") or not line.strip(), line)
        seoul.publish("After")

    def test_what_is_erased_is_told(self):
        seoul = self.node("seoul")
        ref = seoul.publish("A name")
        connection = http.client.HTTPConnection("127.0.0.1", seoul.http_port, timeout=60)
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        connection.request("GET", "/api/v1/events")
        answer = connection.getresponse()
        seoul.run("withdraw", ref, "--erase")
        seen = ""
        while "event: erased" not in seen:
            seen += answer.readline().decode()
        while "\n\n" not in seen.split("event: erased", 1)[1]:
            seen += answer.readline().decode()
        self.assertIn(ref, seen.split("event: erased", 1)[1])
        connection.close()


if __name__ == "__main__":
    unittest.main()
