"""A real etcd of one member, on a port of this machine, for tests: started, ended and started again by its own process id."""

import pathlib
import subprocess
import urllib.request

import needs
from nodes import DEADLINE, free_port, wait_for


class Etcd:
    def __init__(self, folder):
        self.data = pathlib.Path(folder) / "etcd"
        self.log_path = pathlib.Path(folder) / "etcd.log"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.peer_url = f"http://127.0.0.1:{free_port()}"
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [needs.find("etcd"), "--data-dir", str(self.data), "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
                 "--listen-peer-urls", self.peer_url, "--initial-advertise-peer-urls", self.peer_url, "--initial-cluster", f"default={self.peer_url}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.answers, "etcd answers")
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"etcd did not start:\n{self.log_path.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return b'"true"' in answer.read()
        except OSError:
            return False

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(DEADLINE)
            self.process = None
