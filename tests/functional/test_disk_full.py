"""A real disk of 24 MiB that runs full under a node: reading goes on, one alarm stands, nothing is confirmed that is not
kept, and once there is room all goes on by itself. What quotas and limits of files do: test_bad_input, test_told."""

import http.server
import json
import pathlib
import shutil
import signal
import subprocess
import threading
import unittest

import needs
from api import get, post
from mount_namespace import CannotMount, enter_namespaces
from nodes import BIN, CommandFailed, Node, NodesTest, connected, koinon, own_entries, peer, wait_for
from small_disk import SmallDisk

SIZE = 24 << 20
RESERVE = 2 << 20
ARGS = ("--disk-reserve-bytes", RESERVE, "--alarms-disk-free-megabytes", 0)
DRAFT = {"record": {"kind": "practice", "title": "A draft", "language": "en", "topics": ["health/testing"], "text": "Words. " * 600}}


class Receiver:
    """Takes webhooks, and answers none before it is let."""

    def __init__(self):
        self.got, self.may_answer = [], threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(self.headers["webhook-id"])
                outer.may_answer.wait(60)
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class DiskFull(NodesTest):
    @classmethod
    def setUpClass(cls):
        try:
            enter_namespaces()
        except (CannotMount, OSError) as why:
            needs.demand(f"{cls.__module__}.{cls.__qualname__}", False, f"a disk of its own, and nobody may mount one here: {why}")

    def setUp(self):
        super().setUp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.disk = SmallDisk(pathlib.Path(self.folder) / "disk", SIZE)
        self.addCleanup(self.disk.close)

    def on_disk(self, city, *args):
        node = Node(self.disk.path, city)
        node.log_path = pathlib.Path(self.folder) / f"{city}.log"
        self.nodes.append(node)
        return node.start(*ARGS, *args)

    def alarms(self, node):
        return [alarm["id"] for alarm in node.status()["alarms"]]

    def one_alarm(self, node, *ids):
        """It stands alone, wherever somebody looks."""
        def stands():
            alarms = self.alarms(node)
            return alarms[0] if len(alarms) == 1 and alarms[0] in ids else None
        alarm = wait_for(stands, f"one alarm of {ids} stands")
        self.assertIn(f"id={alarm} ", node.log())
        self.assertEqual(len([line for line in node.run("status").splitlines() if line.lower().startswith("alarm")]), 1)
        return alarm

    def is_not_ready(self, node, alarm):
        ready = get(node, "/readyz")
        self.assertEqual((ready.status, alarm in ready.text()), (503, True), ready.text())
        self.assertEqual(get(node, "/healthz").status, 200, "readers are served")
        checked = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "check"], capture_output=True, text=True, timeout=60)
        self.assertEqual(checked.returncode, 2, checked.stdout)
        self.assertIn(f"CRITICAL - {alarm}: ", checked.stdout)

    def doctor_names(self, node, finding):
        looked = subprocess.run([str(BIN / "koinon"), "--data", str(node.data), "doctor"], capture_output=True, text=True, timeout=60)
        self.assertEqual(looked.returncode, 1, looked.stdout)
        self.assertIn(f"problem  {finding}", looked.stdout)

    def is_read(self, node, ref, words):
        for path in ("/", f"/records/{ref}", f"/api/v1/records/{ref}", "/feeds/all.atom", "/api/v1/records", f"/api/v1/search?q={words}"):
            answer = get(node, path)
            self.assertEqual((answer.status, words in answer.text()), (200, True), path)

    def full(self, node, path, value):
        answer = node.local("POST", path, value)
        self.assertEqual((answer.get("status"), answer.get("code")), (507, "disk_full"), answer)
        self.assertIn("full", answer["detail"])

    def confirms(self, node, ref, city):
        return any(one["city"] == city for one in node.asked(f"records/{ref}/signers")["cosigners"])

    def test_reading_goes_on_one_alarm_stands_and_all_goes_on_by_itself(self):
        seoul, la = self.node("seoul"), self.on_disk("la")
        peer(seoul, la)
        before, ours = seoul.publish("Wetlands"), la.publish("Ours before")
        wait_for(lambda: before in la.refs() and ours in seoul.refs(), "they exchange notes")
        draft = la.local("POST", "/api/v1/drafts", DRAFT)
        self.assertEqual(draft.get("version"), 1, draft)
        self.assertEqual(self.alarms(la), [])

        # What is left is for its own notes.
        self.disk.fill(3 * RESERVE // 4)
        waiting = [seoul.publish(f"Waits {i}", "x" * 40_000) for i in range(3)]
        self.is_not_ready(la, self.one_alarm(la, "reserve"))
        goes_on = la.publish("Ours meanwhile")
        wait_for(lambda: goes_on in seoul.refs() and goes_on in la.refs(), "its own notes are signed, found and taken")

        # Nothing is left.
        self.disk.fill()
        held = own_entries(la)
        self.assert_refused("full", lambda: la.publish("No room", "y" * 60_000))
        self.full(la, "/api/v1/records", {"file": '+++\ntitle = "No room"\nlanguage = "en"\ntopics = ["health/testing"]\n+++\n' + "z" * 60_000})
        self.full(la, "/api/v1/drafts", DRAFT)
        self.full(la, "/api/v1/accounts", {"name": "press", "role": "reader"})
        waiting.append(seoul.publish("Waits too"))
        self.is_not_ready(la, self.one_alarm(la, "store"))
        self.doctor_names(la, "disk.full")
        self.doctor_names(la, "alarm.store")
        self.is_read(la, before, "Wetlands")
        self.assertEqual(own_entries(la), held, "what was refused is not there")
        self.assertTrue(connected(seoul, "la.example"))

        # A start without room reads as well.
        la.stop(signal.SIGKILL)
        self.disk.fill()
        la.start(*ARGS, peer_port=la.peer_port)
        self.disk.fill()  # it has folded its logs, and found some
        self.one_alarm(la, "store", "reserve")
        self.is_read(la, before, "Wetlands")
        self.full(la, "/api/v1/drafts", DRAFT)
        self.assertFalse(set(waiting) & set(la.refs()), "nothing of it is kept")
        for ref in waiting:
            self.assertFalse(self.confirms(seoul, ref, "la.example"), "and nothing of it is confirmed")

        # Nobody does anything but make room.
        process = la.process.pid
        self.disk.make_room()
        wait_for(lambda: set(waiting) <= set(la.refs()), "what waited comes")
        wait_for(lambda: self.alarms(la) == [], "no alarm stands")
        self.assertEqual(get(la, "/readyz").status, 200)
        after = la.publish("Ours after")
        self.assertEqual(la.local("POST", "/api/v1/drafts", DRAFT).get("version"), 1)
        wait_for(lambda: after in seoul.refs(), "its notes are taken")
        wait_for(lambda: la.status()["index_lag"] == 0 and la.found("Waits"), "its index goes on")
        self.assertEqual(la.process.pid, process)

        la.stop()
        la.start(*ARGS, peer_port=la.peer_port)
        self.assertLessEqual({before, ours, goes_on, after, *waiting}, set(la.refs()))
        self.assertEqual(len(la.asked("drafts")["items"]), 2, "the one before and the one after")
        wait_for(lambda: self.confirms(seoul, waiting[-1], "la.example"), "what is kept is confirmed")
        la.stop()
        self.assertEqual(json.loads(koinon("--json", "fsck", data=la.data))["damages"], [])

    def test_a_message_whose_arrival_cannot_be_written_down_is_not_sent_again_and_again(self):
        la, receiver = self.on_disk("la", "--webhooks-allow-private", "--send-backoff-seconds", "1"), Receiver()
        self.addCleanup(receiver.stop)
        hook = la.json("webhook", "add", f"http://127.0.0.1:{receiver.port}/hook")["id"]
        la.publish("Told")
        wait_for(lambda: receiver.got, "it is on its way")
        self.disk.fill()
        receiver.may_answer.set()
        wait_for(lambda: "webhooks and mail wait" in la.log(), "that it arrived cannot be written down")
        self.one_alarm(la, "deliveries", "index_stopped", "store")
        self.disk.make_room()

        def states():
            return [(one["state"], one["attempts"]) for one in la.asked(f"webhooks/{hook}/deliveries")["items"]]
        wait_for(lambda: states() == [("sent", 1)], "it is written down")
        wait_for(lambda: self.alarms(la) == [], "no alarm stands")
        self.assertEqual(len(receiver.got), 1)

    def finds_no_room_at_its_start(self, la):
        done = subprocess.run([str(BIN / "koinond"), "--data", str(la.data), "--listen", "127.0.0.1", "--peer-port", "0", "--http-port", "0",
                               "--signing-mark", str(la.mark), *map(str, ARGS)], capture_output=True, timeout=60, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the disk (or its quota) is full", done.stderr.splitlines()[-1])

    def test_a_start_that_finds_no_room_for_anything_says_so(self):
        la = self.on_disk("la")
        ref = la.publish("Kept")
        la.stop()
        self.disk.fill()
        self.finds_no_room_at_its_start(la)
        self.disk.make_room()
        la.start(*ARGS)
        self.assertIn(ref, la.refs())

    def test_a_disk_without_inodes_is_full(self):
        self.disk = SmallDisk(pathlib.Path(self.folder) / "few", SIZE, inodes=100)
        self.addCleanup(self.disk.close)
        la = self.on_disk("la")
        before = la.publish("Before")
        self.disk.use_up_inodes()
        # What has its files goes on.
        after = la.publish("After")
        wait_for(lambda: la.found("After"), "its index goes on")
        self.is_read(la, after, "After")
        self.doctor_names(la, "disk.files")
        la.stop()
        self.disk.make_room()
        self.disk.use_up_inodes()  # a node that ends gives some back
        self.finds_no_room_at_its_start(la)
        self.assert_refused("the disk (or its quota) is full", lambda: la.run("list"))
        self.disk.make_room()
        la.start(*ARGS)
        self.assertLessEqual({before, after}, set(la.refs()))


if __name__ == "__main__":
    unittest.main()
