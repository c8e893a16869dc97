"""A city's client of witnesses (`witness.urls`) against another city's witness (`witness.listen`). What it cosigned is read by a reader
of the published formats alone (policy_reader.py)."""

import http.client
import http.server
import json
import pathlib
import tempfile
import threading
import unittest

from api import ask
from nodes import DEADLINE, NodesTest, connected, koinon, peer, wait_for
from policy_reader import COSIGNATURE, Refused, Signer, read_note, read_proof, read_vkey
from test_audit import UNREACHED, WELL, WRONG, Auditor
from test_witness import OPEN

UNREACHABLE = 502


class Front:
    """What stands before a witness, as an operator's proxy does. It writes down what passes, and can lose answers."""

    def __init__(self):
        self.behind = None  # the witness's port
        self.seen = []  # (status, old size, size) of each answer, the lost ones too
        self.losing = 0  # so many answers are lost from now on
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status, kind, answer = outer.passed(self.path, self.rfile.read(int(self.headers["Content-Length"])))
                if outer.losing > 0:
                    outer.losing -= 1
                    self.close_connection = True
                    return
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True  # it has hung up

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/of/milan"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def passed(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=DEADLINE)
        try:
            connection.request("POST", path.removeprefix("/of/milan"), body)
            answer = connection.getresponse()
            out = answer.status, answer.headers.get("Content-Type", ""), answer.read()
        except (http.client.HTTPException, OSError):
            out = UNREACHABLE, "", b""
        finally:
            connection.close()
        head, note = body.split(b"\n\n", 1)
        self.seen.append((out[0], int(head.split(b"\n")[0][4:]), int(note.split(b"\n")[1])))
        return out

    def statuses(self):
        return [status for status, _, _ in self.seen]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class OwnWitness(NodesTest):
    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.folder)
        self.list, self.policy, self.proof = folder / "logs", folder / "policy", folder / "proof"

    def two(self):
        """Seoul, and Milan, whose witness knows Seoul's log."""
        seoul = self.node("seoul")
        self.log_vkey = seoul.json("id")["vkey"]
        self.list.write_text(f"logs/v0\n\nvkey {self.log_vkey}\n")
        milan = self.node("milan", *self.serving())
        self.port = self.opened(milan, 0)
        self.witness_vkey = milan.run("witness").splitlines()[0]
        self.policy.write_text(self.policy_of(self.witness_vkey))
        return seoul, milan

    def serving(self, port=0):
        return "--witness-listen", f"127.0.0.1:{port}", "--witness-logs", self.list

    def opened(self, milan, before):
        """The witness's port, once it is open."""
        wait_for(lambda: milan.log().count(OPEN) > before, "the witness is open")
        return json.loads((milan.data / "ready").read_text())["witness_port"]

    def policy_of(self, vkey):
        """Written by hand: one log, one witness, which must have signed."""
        return f"log {self.log_vkey}\nwitness of-milan {vkey}\nquorum of-milan\n"

    def names_it(self, seoul, url):
        seoul.stop()
        seoul.start("--witness-urls", f"{self.witness_vkey} {url}")

    def fronted(self, lose=0):
        """The two, with a front before the witness, by which Seoul knows it."""
        front = Front()
        self.addCleanup(front.stop)
        seoul, milan = self.two()
        front.behind, front.losing = self.port, lose
        self.names_it(seoul, front.url)
        return seoul, milan, front

    def proven(self, seoul, ref):
        """The size of the head that proves a note to whoever trusts this witness; nothing: none does yet. Whoever reads it looks at
        the signature of the log, at the cosignature/v1 line of the witness, and at the way from the entry to the head."""
        answer = ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/records/{ref}/proof")
        if answer.status != 200:
            return None
        self.proof.write_bytes(answer.body)
        try:
            origin, index, size, signed = read_proof(self.proof, self.policy)
        except Refused as why:
            self.assertEqual(str(why), "the quorum is not met", "the line is missing, and never wrong")
            return None
        self.assertEqual((origin, index), (self.log_vkey.split("+")[0], int(ref.split("/")[1])))
        self.assertGreater(signed["of-milan"], 1_700_000_000)
        return size

    def comes_to_prove(self, seoul, ref):
        return wait_for(lambda: self.proven(seoul, ref), "the proof has the witness's line")

    def lines(self):
        """Of the proof that was read last: (name, key ID, signature)."""
        return read_note(self.proof.read_text().split("\n\n", 1)[1])[1]

    def works(self, seoul, size):
        def told():
            one = seoul.status()["witnesses"][0]
            return one["works"] and one["entries"] == size
        wait_for(told, f"Seoul says that {size} entries are cosigned")


class Proofs(OwnWitness):
    def test_each_note_comes_to_have_the_line_of_the_witness_also_after_that_was_away(self):
        seoul, milan, front = self.fronted()
        first = self.comes_to_prove(seoul, seoul.publish("First"))
        for title in ("Second", "Third"):
            ref = seoul.publish(title)
        second = self.comes_to_prove(seoul, ref)
        self.assertGreater(second, first)
        self.works(seoul, second)
        self.assertEqual(set(front.statuses()), {200}, "each old size was right")
        self.assertTrue(any(0 < old < size for _, old, size in front.seen), front.seen)
        shown = milan.status()["witness"]
        self.assertEqual((shown["logs"], shown["trouble"]), (1, ""))
        self.verified_by_the_command(seoul, ref)

        before = milan.log().count(OPEN)
        milan.stop()
        away = seoul.publish("While it is away")
        wait_for(lambda: UNREACHABLE in front.statuses(), "it is asked in vain")
        self.assertIsNone(self.proven(seoul, away))
        milan.start(*self.serving())
        front.behind = self.opened(milan, before)
        self.assertEqual(milan.run("witness").splitlines()[0], self.witness_vkey)
        third = self.comes_to_prove(seoul, away)
        self.assertGreater(third, second)
        cosigned = next(one for one in front.seen if one[0] == 200 and one[2] > second)
        self.assertEqual(cosigned[1], second, "neither forgot anything")
        self.comes_to_prove(seoul, seoul.publish("After it came back"))
        self.assertNotIn(409, front.statuses())

    def verified_by_the_command(self, seoul, ref):
        """As whoever is given the files has them, without a node."""
        seoul.run("prove", ref, "-o", self.proof)
        name, number, kind, _ = read_vkey(self.witness_vkey)
        self.assertEqual(kind, COSIGNATURE)
        self.assertEqual([one[:2] for one in self.lines()].count((name, number)), 1)
        said = json.loads(koinon("--json", "verify", self.proof, "--policy", self.policy))
        self.assertEqual([(one["name"], one["vkey"]) for one in said["policy"]["cosigned"]], [("of-milan", self.witness_vkey)])

    def test_an_answer_that_is_lost_costs_one_409(self):
        seoul, _, front = self.fronted(lose=1)
        first = self.comes_to_prove(seoul, seoul.publish("First"))
        second = self.comes_to_prove(seoul, seoul.publish("Second"))
        self.assertGreater(second, first)
        lost = front.seen[0]
        self.assertEqual(lost[:2], (200, 0), "it was cosigned, and Seoul did not hear of it")
        self.assertEqual([one[:2] for one in front.seen[1:3]], [(409, 0), (200, lost[2])])
        self.assertEqual(front.statuses().count(409), 1, front.seen)

    def test_a_city_signs_as_a_peer_and_as_a_witness_and_one_proof_bears_both(self):
        seoul, milan = self.two()
        self.names_it(seoul, f"http://127.0.0.1:{self.port}")
        peer(seoul, milan)
        wait_for(lambda: connected(seoul, milan.name), "they connect")
        ref = seoul.publish("Signed twice")
        names = [key.split("+")[0] for key in (self.log_vkey, milan.json("id")["vkey"], self.witness_vkey)]
        wait_for(lambda: self.proven(seoul, ref) and sorted(name for name, _, _ in self.lines()) == sorted(names),
                 "the proof has a line of the log, of the city, and of the witness", 2 * DEADLINE)


class Audited(OwnWitness):
    def audit(self, seoul, policy, *args):
        """With a state of its own."""
        state = tempfile.mkdtemp(dir=self.folder)
        url = f"http://127.0.0.1:{seoul.http_port}/log/{seoul.log_id()}"
        return Auditor(state, url, self.log_vkey).run("--policy", policy, *args)

    def test_an_auditor_is_content_with_a_policy_whose_quorum_is_that_witness(self):
        seoul, _ = self.two()
        seoul.publish("Nobody has cosigned it")
        early = self.audit(seoul, self.policy)
        self.assertEqual(early.code, UNREACHED, early.err)
        self.names_it(seoul, f"http://127.0.0.1:{self.port}")
        ref = seoul.publish("First")
        size = self.comes_to_prove(seoul, ref)

        def well():
            run = self.audit(seoul, self.policy)
            return run.code == WELL and run.json()
        said = wait_for(well, "all is well")
        self.assertEqual(said["verdict"], "well")
        self.assertGreaterEqual(said["size"], size)
        self.assertNotIn("lacking", said)
        # Another key of that name: it is not content with any line.
        other = self.policy.with_name("other")
        other.write_text(self.policy_of(Signer(self.witness_vkey.split("+")[0], COSIGNATURE, "another key").vkey))
        self.assertEqual(self.audit(seoul, other).code, UNREACHED)
        lacking = self.audit(seoul, other, "--quorum-minutes", 0)
        self.assertEqual((lacking.code, lacking.json()["fault"]["kind"]), (WRONG, "cosignatures"))


if __name__ == "__main__":
    unittest.main()
