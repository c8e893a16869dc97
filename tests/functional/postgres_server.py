"""A PostgreSQL server of a test, on a socket in a folder of its own, and on no port. It is ended by its own process ids."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import needs
from nodes import DEADLINE, wait_for

PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
USER = "koinon"  # of the database; whoever reaches the socket is let in


def demand(test):
    """Ends the test where the machine has no PostgreSQL."""
    needs.demand(test, PROGRAMS, "PostgreSQL (deploy/setup --tests)")


def _who():
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
        except KeyError:
            continue
    raise AssertionError("there is no user for PostgreSQL")


class PostgresServer:
    def __init__(self, fsync=False, settings=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="koinon-postgres-"))
        self.who = _who()
        self.process = None
        self.settings = ("fsync=" + ("on" if fsync else "off"), *settings)
        if self.who:
            os.chown(self.folder, self.who["user"], self.who["group"])
        self._program("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")

    @property
    def data(self):
        return self.folder / "data"

    def _program(self, name, *args, check=True):
        done = subprocess.run([f"{PROGRAMS[-1]}/{name}", *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=DEADLINE, cwd="/", env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")}, umask=0o077, **self.who)
        if check and done.returncode != 0:
            raise AssertionError(f"{name}: {done.stderr.decode(errors='replace')}")
        return done

    def start(self):
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", "unix_socket_permissions=0777", "shared_buffers=16MB",
                    "max_connections=60", *self.settings)
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [f"{PROGRAMS[-1]}/postgres", "-D", str(self.data), *[part for one in settings for part in ("-c", one)]],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env={"LC_ALL": "C"}, umask=0o077, **self.who)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError("PostgreSQL did not start:\n" + self.log())
            return self._program("pg_isready", "-q", "-h", self.folder, "-U", USER, check=False).returncode == 0
        wait_for(ready, "PostgreSQL takes connections")
        return self

    def stop(self):
        """In order, at once: whoever is connected is sent away."""
        if self.process is not None:
            self._end(signal.SIGINT)

    def kill(self):
        """As a machine that loses its power."""
        if self.process is None:
            return
        children = self._children()
        self._end(signal.SIGKILL)
        for child in children:
            _send(child, signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def pause(self):
        """Nothing is answered any more, and no connection ends."""
        for process in (self.process.pid, *self._children()):
            _send(process, signal.SIGSTOP)

    def go_on(self):
        for process in (self.process.pid, *self._children()):
            _send(process, signal.SIGCONT)

    def end(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self, name="koinon"):
        """Its address."""
        self._program("createdb", "-h", self.folder, "-U", USER, name)
        return self.url(name)

    def url(self, database="koinon"):
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def ask(self, sql, database="koinon"):
        """The rows, each a line with its values between bars."""
        done = self._program("psql", "-X", "-h", self.folder, "-U", USER, "-d", database, "-v", "ON_ERROR_STOP=1", "-Atc", sql)
        return done.stdout.decode().splitlines()

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def _end(self, how):
        self.process.send_signal(how)
        self.process.wait(DEADLINE)
        self.process = None

    def _children(self):
        try:
            return [int(word) for word in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []


def _send(process, how):
    try:
        os.kill(process, how)
    except ProcessLookupError:
        pass
