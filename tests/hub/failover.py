#!/usr/bin/python3
"""Failover under load: a hub loses its primary, again and again, in every way in turn.

  tests/hub/failover.py --bin DIR [--rounds N] [--all] [--json FILE]

Two rounds, or N, or 20 with --all. Meanwhile a city publishes a note every 200 ms, people read, and heads are noted.
After each round: writing has gone on within the bound, each acknowledged note is there under its ref, as the leaf that it
was, `koinon audit-log` finds one history, and no two heads of one size differ. It prints a table, and JSON at the end."""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from load import Auditor, Heads, Publisher, Reader, check_kept, check_once, quantile
from hub_cluster import Cluster
from hub_nodes import Nodes, programs_in
from hub_places import Places, missing_programs
from hub_processes import HubError, Processes, wait_for

BOUND = 60  # seconds without an acknowledgement. Patroni's ttl of 20, its own turn, HAProxy's checks, a start of the node
SKIPPED = 77  # as automake and ctest have it


class Faults:
    """What befalls the primary: a function that does it, and one that ends it."""

    def __init__(self, cluster, processes):
        self.cluster, self.processes = cluster, processes

    def kill(self, name):
        """The machine's power is cut."""
        self.cluster.kill_machine(name)
        self.other_than(name)
        self.processes.end(name)
        self.cluster.start_machine(name)

    def cut(self, name):
        """Its Patroni reaches nobody, and nobody it; its PostgreSQL goes on as a primary."""
        self.cluster.cut_off(name)
        self.other_than(name)
        self.cluster.go_on(name)

    def switch(self, name):
        """An operator has another machine take over."""
        self.cluster.switch_over(name)

    def database(self, name):
        """kill -9 of its PostgreSQL."""
        self.cluster.kill_database(name)
        self.other_than(name)

    def freeze(self, name):
        """The machine stands still, and comes back as if nothing had been."""
        self.cluster.freeze(name)
        self.other_than(name)
        self.cluster.go_on(name)

    def stop(self, name):
        """The machine is shut down in order, and started again."""
        self.cluster.stop_machine(name)
        self.other_than(name)
        self.cluster.start_machine(name)

    def other_than(self, name):
        wait_for(lambda: self.cluster.primary(but=name), f"another machine than {name} is primary", 90)


TURNS = ("kill", "cut", "switch", "database", "freeze", "stop")


class Trial:
    def __init__(self, bin, folder):
        self.folder = pathlib.Path(folder)
        places = Places(folder)
        self.processes = Processes(places.user)
        self.cluster = Cluster(places, self.processes)
        self.nodes = Nodes(places, self.processes, self.cluster, bin)
        self.faults = Faults(self.cluster, self.processes)
        self.rows = []

    def begin(self):
        self.cluster.start()
        self.nodes.start()
        self.publisher = Publisher(self.nodes)
        self.reader = Reader(self.nodes, self.publisher)
        self.heads = Heads(self.nodes)
        self.auditor = Auditor(self.nodes, self.folder)
        self.workers = (self.publisher, self.reader, self.heads)
        for worker in self.workers:
            worker.start()
        wait_for(lambda: len(self.publisher.acknowledged) > 10, "the city publishes", 60)

    def round(self, number, fault):
        self.cluster.wait_whole()
        lost = self.cluster.primary()
        before = len(self.publisher.acknowledged)
        began = time.monotonic()
        getattr(self.faults, fault)(lost)
        taken_over = time.monotonic()
        wait_for(lambda: self.publisher.goes_on(taken_over), "writing goes on", BOUND)
        made_anew = self.make_whole()
        whole = time.monotonic()
        silence = self.publisher.longest_silence(began)
        for worker in self.workers:
            if worker.error:
                raise worker.error
        looked_at = check_kept(self.nodes, list(self.publisher.acknowledged), whole=False)
        head = self.auditor.look()
        row = {"round": number, "fault": fault, "lost": lost, "primary": self.cluster.primary(), "seconds_without_writing": round(silence, 1),
               "seconds_to_new_primary": round(taken_over - began, 1), "seconds_to_whole": round(whole - began, 1), "made_anew": made_anew,
               "notes": len(self.publisher.acknowledged) - before, "looked_at": looked_at, "entries": head["size"]}
        self.rows.append(row)
        tell(row)
        if silence > BOUND:
            raise AssertionError(f"{silence:.1f} s without writing, {BOUND} are allowed")

    def make_whole(self):
        """A machine that cannot follow by itself is made anew, as an operator does: which."""
        try:
            self.cluster.wait_whole(60)
            return []
        except HubError:
            stray = self.cluster.behind()
            if not stray:
                self.cluster.forget_synchronous()
            for name in stray:
                self.cluster.make_anew(name)
            self.cluster.wait_whole()
            return stray

    def finish(self):
        for worker in self.workers:
            worker.end()
        looked_at = check_kept(self.nodes, self.publisher.acknowledged, whole=True)
        there = check_once(self.nodes, self.publisher)
        head = self.auditor.look("--whole")
        silences = [row["seconds_without_writing"] for row in self.rows]
        return {"rounds": self.rows, "acknowledged": looked_at, "lost": 0, "not_acknowledged": len(self.publisher.unknown),
                "of_these_there": there, "entries": head["size"], "heads_noted": len(self.heads.roots), "forks": 0,
                "seconds_without_writing": {"median": quantile(silences, 0.5), "longest": max(silences)},
                "reads": self.reader.read, "reads_failed": self.reader.failed,
                "seconds_until_read": {"median": quantile(self.reader.lags, 0.5), "p99": quantile(self.reader.lags, 0.99)}}

    def end(self):
        self.nodes.end()
        self.cluster.end()


def tell(row=None):
    if row is None:
        print(f"{'':>3}  {'fault':<9} {'lost':<5} {'then':<5} {'no writing':>10} {'new primary':>12} {'whole':>7} {'notes':>6}", flush=True)
    else:
        print(f"{row['round']:>3}  {row['fault']:<9} {row['lost']:<5} {row['primary']:<5} {row['seconds_without_writing']:>8} s "
              f"{row['seconds_to_new_primary']:>10} s {row['seconds_to_whole']:>5} s {row['notes']:>6}", flush=True)


def run(bin, rounds):
    """What came of it, as JSON has it; fails with AssertionError or HubError."""
    folder = tempfile.mkdtemp(prefix="koinon-hub-")
    trial = Trial(bin, folder)
    try:
        trial.begin()
        tell()
        for number in range(rounds):
            trial.round(number + 1, TURNS[number % len(TURNS)])
        out = trial.finish()
    except BaseException:
        for log in sorted(pathlib.Path(folder).glob("*.log")):
            print(f"--- {log.stem}", *log.read_text(errors="replace").splitlines()[-15:], sep="\n", file=sys.stderr)
        raise
    finally:
        trial.end()
        shutil.rmtree(folder, ignore_errors=True)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of koinond and koinon")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="20 rounds")
    parser.add_argument("--json", help="writes what it prints last to this file too")
    wanted = parser.parse_args()
    if missing_programs():
        print(f"left out: {missing_programs()}", file=sys.stderr)
        return SKIPPED
    os.umask(0o077)
    try:
        out = json.dumps(run(programs_in(wanted.bin), 20 if wanted.all else wanted.rounds), indent=1)
    except (AssertionError, HubError) as error:
        print(f"failover: {error}", file=sys.stderr)
        return 1
    print(out)
    if wanted.json:
        pathlib.Path(wanted.json).write_text(out + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
