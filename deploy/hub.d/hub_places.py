"""Where a hub that is tried on one machine has everything: its folder, its ports, its certificates, its files."""

import json
import os
import pathlib
import secrets
import shutil
import socket
import string
import subprocess

from hub_processes import HubError, database_user

HERE = pathlib.Path(__file__).resolve().parent
MACHINES = ("hub1", "hub2", "hub3")
READERS = ("reader1", "reader2", "reader3")
PORTS = ("primary", "standbys", "pages", "office", "writer.http", "writer.peer", *(f"{name}.http" for name in READERS),
         *(f"{name}.{what}" for name in MACHINES for what in ("database", "rest", "etcd", "etcd_peer", "mark")))
# A line of a template that only a real hub has: users of the system, its log.
REAL_HUB = "# real hub"


def free_ports(count):
    """Ports of this machine on which nothing listens now: all are held until all are known."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def newest_postgres():
    """The folder of the programs of the newest server that is installed; Debian has them outside of PATH."""
    found = pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in found), key=lambda path: int(path.parent.name), default=None)


def missing_programs():
    """In a sentence, with the packages that have them; empty: all are there."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    needed = {"etcd": "etcd-server", "patroni": "patroni", "patronictl": "patroni", "haproxy": "haproxy", "openssl": "openssl"}
    missing = {package for name, package in needed.items() if not shutil.which(name, path=path)}
    if not newest_postgres():
        missing.add("postgresql")
    return f"it needs Debian's {', '.join(sorted(missing))}: deploy/setup --hub installs all that a hub needs" if missing else ""


class Places:
    """A folder that only the database's user and ours go through. Ports and password stay for its next start."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.user = database_user()
        self.tls = self.folder / "tls"
        self.secrets = self.folder / "secrets"
        self.folder.chmod(0o711)  # others go through it to what is theirs, and list nothing
        known = self.folder / "hub.json"
        if known.exists():
            facts = json.loads(known.read_text())
        else:
            facts = {"ports": dict(zip(PORTS, free_ports(len(PORTS)))), "password": secrets.token_urlsafe(24)}
            self.write(known, json.dumps(facts))
        self.ports, self.password = facts["ports"], facts["password"]
        self.programs = newest_postgres()

    def own_folder(self, name):
        """A folder of the database's user."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        return path

    def write(self, path, text, mode=0o600, as_database=False):
        """At once as secret as it shall be."""
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
        if as_database and os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def address(self, what):
        return f"127.0.0.1:{self.ports[what]}"

    def fill(self, template, into, as_database=False, **values):
        """A file of this folder as it is shipped, filled in as an operator would. What is not filled in is an error."""
        lines = (HERE / template).read_text().splitlines(keepends=True)
        kept = [line for line in lines if not line.rstrip().endswith(REAL_HUB)]
        body = "".join(line for line in kept if not line.lstrip().startswith("#"))
        self.write(into, string.Template(body).substitute(values), as_database=as_database)
        return into

    def make_certificates(self):
        """A CA of this hub, and one certificate for all of its machines, which are this one."""
        if (self.tls / "machine.pem").exists():
            return
        self.tls.mkdir(mode=0o755, exist_ok=True)
        self.tls.chmod(0o755)
        ca, key = self.tls / "ca.pem", self.tls / "machine.key"
        # The system's own file of settings would add what each certificate shall say by itself.
        settings = self.folder / "openssl.cnf"
        self.write(settings, "[req]\ndistinguished_name = none\n[none]\n")
        make = ["openssl", "req", "-config", settings, "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365"]
        self.openssl(*make, "-subj", "/CN=hub", "-keyout", self.folder / "ca.key", "-out", ca, "-addext", "basicConstraints=critical,CA:TRUE",
                     "-addext", "keyUsage=critical,keyCertSign", "-addext", "subjectKeyIdentifier=hash")
        self.openssl(*make, "-subj", "/CN=machine", "-keyout", key, "-out", self.tls / "machine.pem", "-CA", ca, "-CAkey", self.folder / "ca.key",
                     "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
                     "-addext", "extendedKeyUsage=serverAuth,clientAuth")
        key.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(key, self.user.pw_uid, self.user.pw_gid)
        for path in (ca, self.tls / "machine.pem"):
            path.chmod(0o644)

    @staticmethod
    def openssl(*words):
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, umask=0o077)
        if done.returncode != 0:
            raise HubError(f"openssl failed: {done.stderr[-1000:]}")

    def write_password(self):
        """For koinond, as libpq reads it. The password is nowhere else, and only this user reads it."""
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        self.write(self.secrets / "koinon.pgpass", f"*:*:koinon:koinon:{self.password}\n")
