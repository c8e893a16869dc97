"""koinon verify, as a stranger uses it: any byte changed in the record, the proof or the checkpoint is noticed."""

import os
import pathlib
import subprocess
import unittest

from nodes import BIN, NodesTest


class Proof(NodesTest):
    def test_any_byte_changed_does_not_verify(self):
        seoul = self.node("seoul")
        for i in range(3):
            seoul.publish(f"Before {i}")
        ref = seoul.publish("Proven", "Short.")
        proof = pathlib.Path(self.folder) / "proof"
        body = pathlib.Path(self.folder) / "proof.body"
        seoul.run("prove", ref, "-o", proof)
        vkey = seoul.run("id", "--vkey").strip()

        def verify():
            done = subprocess.run([str(BIN / "koinon"), "verify", str(proof), "--vkey", vkey], capture_output=True, timeout=30)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), done.returncode)
            return done.returncode == 0
        self.assertTrue(verify())
        # A process for each byte takes minutes. In process unit/proof_file_test.cpp changes every byte of a proof.
        for file, step in ((proof, 23), (body, 3)):
            good = file.read_bytes()
            for i in range(0, len(good), 1 if os.environ.get("KOINON_ALL") else step):
                file.write_bytes(good[:i] + bytes([good[i] ^ 1]) + good[i + 1:])
                self.assertFalse(verify(), f"byte {i} of {file.name}")
            file.write_bytes(good[:-1])
            self.assertFalse(verify(), f"{file.name} cut off")
            file.unlink()
            self.assertFalse(verify(), f"{file.name} missing")
            file.write_bytes(good)
        self.assertTrue(verify())


if __name__ == "__main__":
    unittest.main()
