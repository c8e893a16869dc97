"""The databases of a hub on one machine: etcd, PostgreSQL under Patroni three times, and HAProxy, all from Debian."""

import base64
import json
import os
import pathlib
import signal
import ssl
import time
import urllib.error
import urllib.request

from hub_places import MACHINES, READERS, missing_programs
from hub_processes import HubError, children, is_named, send, wait_for


class Cluster:
    """`etcd_members`: one, or three. On one machine three members end together and write everything three times, so
    one is enough to try; three show what the loss of one does."""

    def __init__(self, places, processes, etcd_members=1):
        if missing_programs():
            raise HubError(missing_programs())
        self.places = places
        self.processes = processes
        self.members = MACHINES[:etcd_members]
        self.watch = None
        places.make_certificates()
        places.write_password()
        # To ask etcd and Patroni; like HAProxy it believes this hub's CA alone.
        trust = ssl.create_default_context(cafile=places.tls / "ca.pem")
        trust.load_cert_chain(places.tls / "machine.pem", places.tls / "machine.key")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))

    # --- start ---

    def start(self):
        self.be_watched()
        for name in self.members:
            self.start_etcd(name)
        wait_for(self.etcd_answers, "etcd answers")
        for name in MACHINES:
            self.start_machine(name)
        wait_for(self.has_begun, "one primary and two standbys run", 180)
        self.make_database()
        self.start_haproxy()

    def start_etcd(self, name):
        places = self.places
        folder = places.own_folder(f"{name}-etcd")
        all_of_them = ",".join(f"{one}=https://{places.address(f'{one}.etcd_peer')}" for one in self.members)
        file = places.fill("etcd.yml", folder / "etcd.yml", as_database=True, NAME=name, ADDRESS="127.0.0.1", LISTEN="127.0.0.1",
                           CLIENT_PORT=places.ports[f"{name}.etcd"], PEER_PORT=places.ports[f"{name}.etcd_peer"],
                           MARK_PORT=places.ports[f"{name}.mark"], MEMBERS=all_of_them,
                           DATA=folder / "data", TLS=places.tls)
        self.processes.start(f"{name}-etcd", "etcd", "--config-file", file, log=places.folder / f"{name}-etcd.log", as_database=True, home=folder)

    def start_machine(self, name):
        """PostgreSQL and its Patroni, as a machine of a hub has them."""
        places = self.places
        folder = places.own_folder(name)
        file = places.fill("patroni.yml", folder / "patroni.yml", as_database=True, NAME=name, ADDRESS="127.0.0.1", LISTEN="127.0.0.1",
                           DATABASE_PORT=places.ports[f"{name}.database"], REST_PORT=places.ports[f"{name}.rest"], ETCD=self.etcd_list(),
                           NETWORK="127.0.0.1/32", DATA=self.data_of(name), RUN=folder, PROGRAMS=places.programs,
                           SYSTEM_USER=places.user.pw_name, TLS=places.tls, SHARED_BUFFERS="64MB", MAX_WAL="512MB", WATCHDOG="off")
        self.processes.start(name, "patroni", file, log=places.folder / f"{name}.log", as_database=True, home=folder)

    def haproxy_file(self, folder):
        places = self.places
        values = {f"PG{number}": places.address(f"{name}.database") for number, name in enumerate(MACHINES, 1)}
        values |= {f"REST{number}": places.ports[f"{name}.rest"] for number, name in enumerate(MACHINES, 1)}
        values |= {f"READER{number}": places.address(f"{name}.http") for number, name in enumerate(READERS, 1)}
        return places.fill("haproxy.cfg", folder / "haproxy.cfg", as_database=True, PRIMARY=places.address("primary"),
                           STANDBYS=places.address("standbys"), PAGES=places.address("pages"), OFFICE=places.address("office"), WRITER=places.address("writer.http"),
                           TLS=places.tls, **values)

    def start_haproxy(self):
        places = self.places
        folder = places.own_folder("haproxy")
        file = self.haproxy_file(folder)
        self.processes.run("haproxy", "-c", "-f", file, as_database=True)
        self.processes.start("haproxy", "haproxy", "-db", "-f", file, log=places.folder / "haproxy.log", as_database=True, home=folder)
        # It takes each server for one that is up until it has asked.
        wait_for(lambda: all(self.leads_to_primary() for _ in range(2 * len(MACHINES))), "HAProxy leads to the primary")

    def make_database(self):
        """What an operator types once: RUNBOOK, "The hub"."""
        primary = self.primary()
        there = self.psql(primary, "SELECT count(*) FROM pg_database WHERE datname = 'koinon'")
        if there.strip() == "0":
            self.psql(primary, f"CREATE ROLE koinon LOGIN PASSWORD '{self.places.password}'")
            self.psql(primary, "CREATE DATABASE koinon OWNER koinon")
            # So that write-ahead log with erased texts goes soon.
            self.psql(primary, "GRANT pg_checkpoint TO koinon")
            self.psql(primary, "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO koinon", database="koinon")

    # --- what it is asked ---

    def etcd_list(self):
        return ",".join(self.places.address(f"{name}.etcd") for name in self.members)

    def data_of(self, name):
        return self.places.folder / name / "data"

    def ask(self, url, seconds=2):
        """The answer's JSON, also where the status says that it is not so. None: nothing answers."""
        try:
            with self.opener.open(url, timeout=seconds) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            with error:
                return json.loads(error.read() or "null")
        except (OSError, ValueError):
            return None

    def etcd_answers(self):
        return all((self.ask(f"https://{self.places.address(f'{name}.etcd')}/health") or {}).get("health") == "true" for name in self.members)

    def rest(self, name, path="/patroni"):
        return self.ask(f"https://{self.places.address(f'{name}.rest')}{path}")

    def states(self):
        """What Patroni says of each machine: role, state, timeline, lag. Empty: none answers."""
        for name in MACHINES:
            if answer := self.rest(name, "/cluster"):
                return {one["name"]: one for one in answer["members"]}
        return {}

    def primary(self, but=None):
        """The machine that etcd names, if it says so itself. `but`: it is not this one."""
        for name in MACHINES:
            if name != but and (answer := self.rest(name)) and answer.get("role") in ("master", "primary") and answer.get("state") == "running":
                if self.states().get(name, {}).get("role") in ("leader", "master"):
                    return name
        return None

    def synchronous(self):
        """The standbys that have all that was acknowledged."""
        return [name for name, one in self.states().items() if one["role"] == "sync_standby" and one["state"] in ("running", "streaming")]

    def has_begun(self):
        """As is_whole(), and fails at once where a machine has ended by itself."""
        for name in MACHINES:
            if not self.processes.is_running(name):
                raise HubError(f"{name} has ended; its log is {self.places.folder / name}.log")
        return self.is_whole()

    def is_whole(self):
        states = self.states()
        good = [one for one in states.values() if one["state"] in ("running", "streaming")]
        timelines = {one.get("timeline") for one in good}
        return len(good) == len(MACHINES) and len(timelines) == 1 and self.primary() and bool(self.synchronous())

    def wait_whole(self, seconds=120):
        """A primary, two standbys on its timeline, one of them synchronous."""
        return wait_for(self.is_whole, "one primary and two standbys run", seconds)

    def make_anew(self, name):
        """What an operator types where a machine cannot follow by itself: RUNBOOK, "What befalls a hub"."""
        self.processes.run("patronictl", "-c", self.places.folder / name / "patroni.yml", "reinit", "--force", "koinon", name, as_database=True)

    def forget_synchronous(self):
        """The same where Patroni keeps an old view of who is synchronous."""
        key = base64.b64encode(b"/service/koinon/sync").decode()
        request = urllib.request.Request(f"http://{self.places.address(f'{self.members[0]}.mark')}/v3/kv/deleterange", data=json.dumps({"key": key}).encode())
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            answer.read()

    def behind(self):
        """Machines that do not follow on the timeline of the primary."""
        states = self.states()
        timeline = states.get(self.primary(), {}).get("timeline")
        return [name for name in MACHINES if states.get(name, {}).get("timeline") != timeline or states[name]["state"] not in ("running", "streaming")]

    def psql(self, name, sql, database="postgres"):
        """As the server's own administrator, over its socket."""
        return self.processes.run(self.places.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.places.folder / name, "-p",
                                  self.places.ports[f"{name}.database"], "-U", "postgres", "-d", database, "-f", "-", as_database=True, stdin=sql)

    def url(self, *ways):
        """As koinond's configuration has it: PostgreSQL by HAProxy."""
        hosts = ",".join(f"localhost:{self.places.ports[way]}" for way in ways)
        return (f"postgresql://koinon@{hosts}/koinon?sslmode=verify-full&sslrootcert={self.places.tls}/ca.pem"
                f"&passfile={self.places.secrets}/koinon.pgpass&connect_timeout=3")

    def query(self, way, sql, seconds=30):
        """As koinond comes: by HAProxy, with TLS and its password."""
        return self.processes.run(self.places.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(way), "-f", "-", stdin=sql,
                                  seconds=seconds).strip()

    def leads_to_primary(self):
        try:
            return self.query("primary", "SELECT pg_is_in_recovery()", seconds=5) == "f"
        except (HubError, OSError, TimeoutError):
            return False

    # --- what befalls it ---

    def postmaster(self, name):
        """The process of its PostgreSQL, which Patroni has started: known by its folder."""
        try:
            pid = int((self.data_of(name) / "postmaster.pid").read_text().split()[0])
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data_of(name)).encode() in words else None

    def signal_database(self, name, how):
        """PostgreSQL of a machine, all of its processes, and not its Patroni."""
        if (pid := self.postmaster(name)) is None:
            return False
        for one in [pid, *children(pid)]:
            send(one, how)
        return True

    def kill_database(self, name):
        """Its PostgreSQL ends as by kill -9; its Patroni goes on."""
        return self.signal_database(name, signal.SIGKILL)

    def kill_machine(self, name):
        """As if its power was cut."""
        self.processes.signal(name, signal.SIGKILL)
        self.signal_database(name, signal.SIGKILL)

    def cut_off(self, name):
        """Its Patroni hears and says nothing more; its PostgreSQL goes on and believes that it is the primary."""
        self.processes.signal(name, signal.SIGSTOP)

    def freeze(self, name):
        """The whole machine stands still, as a virtual one that is paused."""
        self.processes.signal(name, signal.SIGSTOP)
        self.signal_database(name, signal.SIGSTOP)

    def go_on(self, name):
        self.signal_database(name, signal.SIGCONT)
        self.processes.signal(name, signal.SIGCONT)

    def switch_over(self, name):
        """As an operator does before work on a machine."""
        self.processes.run("patronictl", "-c", self.places.folder / name / "patroni.yml", "switchover", "--master", name, "--force", "koinon",
                           as_database=True, seconds=90)

    def stop_machine(self, name):
        self.processes.end(name)

    # --- end ---

    def end(self):
        self.processes.end("haproxy")
        # A machine that stands still hears nothing.
        for name in MACHINES:
            self.go_on(name)
        self.processes.end(*MACHINES)
        self.end_databases()
        self.processes.end(*(f"{name}-etcd" for name in self.members))
        if self.watch:
            os.close(self.watch[1])
            os.waitpid(self.watch[0], 0)
            self.watch = None

    def end_databases(self):
        """PostgreSQL that has lost its Patroni goes on alone, until it is told."""
        for how, seconds in ((signal.SIGINT, 10), (signal.SIGKILL, 5)):
            for name in MACHINES:
                if pid := self.postmaster(name):
                    send(pid, how)
            end = time.monotonic() + seconds
            while any(self.postmaster(name) for name in MACHINES) and time.monotonic() < end:
                time.sleep(0.1)

    def be_watched(self):
        """Where this program is killed, all that it started hears of it and ends, but not PostgreSQL that a Patroni has only
        just begun. A child sees to that: it waits for our end, whatever the reason."""
        ours, its = os.pipe()
        pid = os.fork()
        if pid != 0:
            os.close(ours)
            self.watch = (pid, its)
            return
        try:
            os.setsid()
            os.close(its)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):  # whoever reads what this program prints does not wait for its child
                os.dup2(nothing, stream)
            for how in (signal.SIGINT, signal.SIGTERM):
                signal.signal(how, signal.SIG_IGN)
            os.read(ours, 1)
            end = time.monotonic() + 30
            while any(is_named(self.places.folder / name / "patroni.yml") for name in MACHINES) and time.monotonic() < end:
                time.sleep(0.2)
            self.end_databases()
        finally:
            os._exit(0)


def fresh_folder(path):
    """An empty folder, or one of an earlier hub."""
    path = pathlib.Path(path).absolute()
    path.mkdir(mode=0o711, exist_ok=True)
    if os.listdir(path) and not (path / "hub.json").exists():
        raise HubError(f"{path} has something else in it; name an empty folder")
    return path
