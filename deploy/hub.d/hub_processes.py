"""Processes of a hub that is tried on one machine: started here, and ended by their own ids, never by a name."""

import os
import pathlib
import pwd
import signal
import subprocess
import time

# What programs need of the environment; proxies and paths of Python of whoever calls would lead them astray.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


class HubError(Exception):
    """What went wrong, in a sentence for whoever runs it."""


def wait_for(condition, what, seconds=60):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise HubError(f"did not happen within {seconds} s: {what}")
        time.sleep(0.1)
    return value


def database_user():
    """Whom PostgreSQL, Patroni, etcd and HAProxy run as. PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def children(pid):
    """A process's children and theirs, as they are now."""
    parents = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                # Behind the name, which may have any character, stand the state and the parent.
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                pass  # it has ended
    out, waiting = [], [pid]
    while waiting:
        above = waiting.pop()
        found = [one for one, parent in parents.items() if parent == above]
        out += found
        waiting += found
    return out


def is_named(path):
    """Whether a process runs that was started with this path."""
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if str(path).encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    return True
            except OSError:
                pass  # it has ended
    return False


def send(pid, how):
    try:
        os.kill(pid, how)
        return True
    except ProcessLookupError:
        return False


class Processes:
    """All that was started, by name, in the order of the start."""

    def __init__(self, user):
        self.user = user
        self.running = {}

    def command(self, *words, as_database=False):
        """A command as it is run: it ends when this program ends, whatever the reason."""
        dropped = ["--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups"]
        rights = dropped if as_database and os.geteuid() == 0 else []
        return ["setpriv", "--pdeathsig", "TERM", *rights, "--", *map(str, words)]

    def start(self, name, *words, log, as_database=False, home="/"):
        with open(log, "ab") as out:
            # A session of its own: Ctrl-C comes to this program alone, which ends them in order.
            self.running[name] = subprocess.Popen(
                self.command(*words, as_database=as_database), stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=home,
                env={**ENVIRONMENT, "HOME": str(home)}, start_new_session=True)

    def run(self, *words, as_database=False, stdin=None, seconds=60):
        """What a command prints; fails with what it said if it fails."""
        done = subprocess.run(self.command(*words, as_database=as_database), input=stdin, capture_output=True, text=True, cwd="/",
                              env={**ENVIRONMENT, "HOME": "/nonexistent"}, timeout=seconds)
        if done.returncode != 0:
            raise HubError(f"{pathlib.Path(words[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout

    def is_running(self, name):
        return name in self.running and self.running[name].poll() is None

    def pid(self, name):
        return self.running[name].pid

    def signal(self, name, how):
        if self.is_running(name):
            self.running[name].send_signal(how)

    def end(self, *names, seconds=40):
        """Together, and by force what has not ended in time."""
        there = [name for name in names if self.is_running(name)]
        for name in there:
            self.signal(name, signal.SIGTERM)
            self.signal(name, signal.SIGCONT)  # one that was stopped hears nothing before
        deadline = time.monotonic() + seconds
        for name in there:
            try:
                self.running[name].wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.signal(name, signal.SIGKILL)
                self.running[name].wait()
        for name in names:
            self.running.pop(name, None)
