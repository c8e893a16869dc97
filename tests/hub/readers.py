#!/usr/bin/python3
"""What readers bring: requests a second with one reader and with three behind HAProxy, and how far they are behind while
the writer catches up with another city.

  tests/hub/readers.py --bin DIR [--seconds 10] [--share 0.1] [--notes 20000] [--json FILE]

It says what the cores allow: all processes share them here, the load (wrk) and the databases too. `most` is how many
requests a second all cores together could do at what one request costs; more readers cannot bring more on one machine.
So it measures twice: readers with all cores, and readers that have a small machine each: Debian's cpulimit gives each
process so much of one core (`--share`)."""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from load import Publisher, Reader, quantile
from hub_cluster import Cluster
from hub_nodes import Nodes, ask, programs_in
from hub_places import READERS, Places, free_ports, missing_programs
from hub_processes import HubError, Processes, children, send, wait_for

SKIPPED = 77
TICKS = os.sysconf("SC_CLK_TCK")
# What people ask for, in turn.
SCRIPT = """
local paths = {%s}
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def processor_seconds(pids):
    out = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            out += (int(fields[11]) + int(fields[12])) / TICKS
    return out


class ManyVisitors(Cluster):
    """Each request comes from another visitor. wrk has one address, and a node limits how much one visitor may ask."""

    def haproxy_file(self, folder):
        file = super().haproxy_file(folder)
        one, many = "set-header X-Forwarded-For %[src]", "set-header X-Forwarded-For 10.%[rand(250)].%[rand(250)].%[rand(250)]"
        text = file.read_text()
        if one not in text:
            raise HubError(f"{file} says no more whose request it is; this measurement must change with it")
        file.write_text(text.replace(one, many))
        return file


class Bench:
    def __init__(self, bin, folder, seconds, notes):
        self.folder, self.seconds, self.notes = pathlib.Path(folder), seconds, notes
        places = Places(folder)
        self.processes = Processes(places.user)
        self.cluster = ManyVisitors(places, self.processes)
        self.nodes = Nodes(places, self.processes, self.cluster, bin)
        self.bin = bin
        self.mark = None  # a folder in memory, of the other city

    def begin(self):
        self.cluster.start()
        self.nodes.start()
        refs = [self.nodes.publish(f"Practice {number}") for number in range(50)]
        self.nodes.shown_by_all(refs[-1])
        paths = ["/", "/api/v1/records?limit=20", "/feeds/all.atom", *(f"/api/v1/records/{ref}" for ref in refs[:17])]
        self.script = self.folder / "paths.lua"
        self.script.write_text(SCRIPT % ", ".join(json.dumps(path) for path in paths))

    # --- requests a second ---

    def pids(self):
        """By what they are for: readers, HAProxy, databases and the rest."""
        pid = self.processes.pid
        readers = [pid(name) for name in READERS if self.processes.is_running(name)]
        databases = [one for name in ("hub1", "hub2", "hub3") if (top := self.cluster.postmaster(name)) for one in (top, *children(top))]
        return {"readers": readers, "haproxy": [pid("haproxy"), *children(pid("haproxy"))], "databases": databases}

    def measure(self, count, share=None):
        """With so many readers; the others are stopped, and HAProxy knows it."""
        for name in READERS[count:]:
            self.processes.end(name)
        for name in READERS[:count]:
            if not self.processes.is_running(name):
                self.nodes.start_reader(name)
        wanted = set(READERS[:count])
        wait_for(lambda: all(self.nodes.is_ready(name) for name in wanted) and self.served_by() == wanted, f"{count} readers serve", 60)
        with self.held_to(share, READERS[:count]):
            self.wrk(2)  # what is read first is read from the disk
            return {"readers": count, **self.asked_much()}

    def asked_much(self):
        pids = self.pids()
        before = {what: processor_seconds(of) for what, of in pids.items()}
        idle = self.idle_seconds()
        out = self.wrk(self.seconds)
        spent = {what: processor_seconds(of) - before[what] for what, of in pids.items()}
        busy = os.cpu_count() * self.seconds - (self.idle_seconds() - idle)
        requests = out["requests_a_second"] * self.seconds
        return {**out, "processor_ms_a_request": {what: round(1000 * s / requests, 3) for what, s in spent.items()},
                "busy": round(busy / (os.cpu_count() * self.seconds), 2), "most": round(os.cpu_count() * requests / busy)}

    def compare(self, share=None):
        one, three = self.measure(1, share), self.measure(3, share)
        return {"one": one, "three": three, "ratio": round(three["requests_a_second"] / one["requests_a_second"], 2),
                "ratio_that_the_cores_allow": round(one["most"] / one["requests_a_second"], 2)}

    @contextlib.contextmanager
    def held_to(self, share, names):
        """Each of these readers has so much of one core, as on a machine of its own. No share: all there is."""
        pids = [self.processes.pid(name) for name in names] if share else []
        for pid in pids:
            self.processes.start(f"cpulimit-{pid}", "cpulimit", "-l", round(100 * share), "-p", pid, log=self.folder / "cpulimit.log")
        try:
            yield
        finally:
            for pid in pids:
                self.processes.end(f"cpulimit-{pid}")
                send(pid, signal.SIGCONT)

    def served_by(self):
        return {answer.headers["Koinon-Served-By"] for _ in range(9) if (answer := ask(f"{self.nodes.url('pages')}/readyz")) is not None}

    @staticmethod
    def idle_seconds():
        """Of all cores, with the waiting for disks."""
        fields = pathlib.Path("/proc/stat").read_text().split("\n")[0].split()
        return (int(fields[4]) + int(fields[5])) / TICKS

    def wrk(self, seconds):
        done = subprocess.run(["wrk", "-t1", "-c24", f"-d{seconds}s", "--latency", "-s", self.script, self.nodes.url("pages")], capture_output=True, text=True,
                              timeout=seconds + 60)
        said = done.stdout
        rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
        if done.returncode != 0 or not rate or not p99:
            raise HubError(f"wrk failed: {said}{done.stderr}")
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        if bad:
            raise HubError(f"{bad[1]} answers were refusals:\n{said}")
        return {"requests_a_second": float(rate[1]), "p99_ms": round(float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]], 1)}

    # --- behind, while the writer catches up ---

    def other_city(self):
        """A city on files, with as many notes; its peer port, and a function that runs a command there."""
        data, (peers, http) = self.folder / "other", free_ports(2)
        self.mark = tempfile.mkdtemp(dir="/dev/shm", prefix="koinon-hub-")

        def run(*words):
            return subprocess.run([self.bin / "koinon", "--data", data, *words], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        run("init", "--name", "other.example", "--display-name", "Other", "--signing-mark", self.mark)
        subprocess.run([self.bin / "koinon-bench", "fill", "--data", data, "--records", str(self.notes)], check=True, capture_output=True)
        self.processes.start("other", self.bin / "koinond", "--data", data, "--listen", "127.0.0.1", "--peer-port", peers, "--http-port", http,
                             "--publishing-hold-minutes", "0", "--signing-mark", self.mark, log=self.folder / "other.log")
        wait_for(lambda: (answer := ask(f"http://127.0.0.1:{http}/readyz")) and answer.status == 200, "the other city runs")
        run("sign", "--alone")
        return peers, run

    def catch_up(self):
        port, run = self.other_city()
        publisher = Publisher(self.nodes)
        reader = Reader(self.nodes, publisher)
        for worker in (publisher, reader):
            worker.start()
        wait_for(lambda: len(reader.lags) > 5, "notes are read")
        reader.lags.clear()
        line = run("id").splitlines()[-1]
        began = time.monotonic()
        self.nodes.koinon("peer", "add", re.sub(r"(@[^#]*)?#", f"@127.0.0.1:{port}#", line))
        ours = self.nodes.koinon("id").splitlines()[-1]
        run("peer", "add", re.sub(r"(@[^#]*)?#", f"@{self.nodes.places.address('writer.peer')}#", ours))
        wait_for(lambda: self.entries("office") >= self.notes, "the writer has caught up", 600)
        seconds = time.monotonic() - began
        for worker in (publisher, reader):
            worker.end()
        return {"notes": self.notes, "seconds": round(seconds, 1), "notes_a_second": round(self.notes / seconds), "looks": len(reader.lags), "reads_failed": reader.failed,
                "lag_seconds": {"median": round(quantile(reader.lags, 0.5), 3), "p99": round(quantile(reader.lags, 0.99), 3)}}

    def entries(self, way):
        answer = ask(f"{self.nodes.url(way)}/api/v1/cities/other.example")
        return answer.json().get("entries", 0) if answer is not None and answer.status == 200 else 0

    def last_words(self):
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.stem}", *log.read_text(errors="replace").splitlines()[-8:], sep="\n", file=sys.stderr)

    def end(self):
        self.processes.end("other")
        if self.mark:
            shutil.rmtree(self.mark)
        self.nodes.end()
        self.cluster.end()


def run(bin, seconds, share, notes):
    folder = tempfile.mkdtemp(prefix="koinon-hub-")
    bench = Bench(bin, folder, seconds, notes)
    try:
        bench.begin()
        out = {"cores": os.cpu_count(), "with_all_cores": bench.compare(), f"with_{share}_of_a_core_each": bench.compare(share)}
        if notes:
            out["catch_up"] = bench.catch_up()
        return out
    except BaseException:
        bench.last_words()
        raise
    finally:
        bench.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of koinond and koinon")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.1, help="of one core, for each reader")
    parser.add_argument("--notes", type=int, default=20000, help="of the other city; 0: only requests are counted")
    parser.add_argument("--json", help="writes what it prints to this file too")
    wanted = parser.parse_args()
    needed = [name for name in ("wrk", "cpulimit") if not shutil.which(name)]
    missing = missing_programs() or (f"it needs Debian's {' and '.join(needed)}" if needed else "")
    if missing:
        print(f"left out: {missing}", file=sys.stderr)
        return SKIPPED
    os.umask(0o077)
    out = json.dumps(run(programs_in(wanted.bin), wanted.seconds, wanted.share, wanted.notes), indent=1)
    print(out)
    if wanted.json:
        pathlib.Path(wanted.json).write_text(out + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
