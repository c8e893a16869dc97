"""A machine for the blocks of RUNBOOK, where an administrator types: it has /etc, /run, /srv and /var/lib of its own
(folders of the test, in a namespace of mounts), and stand-ins for what takes root's rights over users or systemd.
`systemctl` starts and stops what the unit's own file says."""

import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess

from nodes import BIN, DEADLINE, MARKS, TOP, USUAL, WITHIN, Node, koinon, wait_for

OWN = ("etc", "run", "srv", "var/lib")
ENTER = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
MOUNTS = "mount --make-rprivate /; " + "; ".join(f'mount --bind "$HOST/{path}" /{path}' for path in OWN) + '; exec bash -euo pipefail -c "$1"'
# What a test wishes of each daemon: it is heard on this machine alone, on free ports, and one does not wait for it.
WISHES = "--listen 127.0.0.1 --http-port 0 --http-public --publishing-hold-minutes 0"

STAND_INS = {
    "koinon": 'exec {within} {bin}/koinon "$@"',
    "koinond": 'case " $* " in *" --check-config "*) exec {within} {bin}/koinond "$@" ;; esac\n'
               'exec {within} {bin}/koinond "$@" {wishes} --peer-port 0 --ready-file "$HOST/ready"',
    "runuser": 'while [ "$1" != -- ]; do shift; done; shift; [ "$1" = koinon ] || exit 4; "$@"',
    "systemd-sysusers": "exit 0",
    "chown": "exit 0",
    # The owner is somebody whom this machine does not know.
    "install": 'words=(); while [ $# -gt 0 ]; do case "$1" in -o|-g) shift 2 ;; *) words+=("$1"); shift ;; esac; done; exec /usr/bin/install "${{words[@]}}"',
    # It starts and stops the command of the unit. A start ends when the node serves, as with Type=notify.
    "systemctl": r"""
verb=$1; shift
units=(); now=false
for word; do case $word in --now) now=true ;; -*) ;; *) units+=("${{word%.service}}") ;; esac; done
setting() {{ sed -n "s/^$1=//p" "$file" | sed "s/%i/$name/g"; }}
stop() {{
  [ -s "$pid" ] || return 0
  kill "$(cat "$pid")"
  while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.05; done
  rm "$pid"
}}
start() {{
  [ ! -s "$pid" ] || return 0
  local command data port=0
  command=$(setting ExecStart)
  # The first has the port that koinond.toml says.
  [ "$unit" != koinond ] || port=$(cat "$HOST/port")
  data=$(echo "$command" | sed 's/.* --data \([^ ]*\).*/\1/')
  # As the conditions of the unit have it.
  [ -e "$data/store.db" ] || [ -n "$(ls -A "$data/keys" 2>/dev/null)" ] || [ -e "$data/reader" ] || return 0
  mkdir -p -m 0700 "/run/$(setting RuntimeDirectory)"
  rm -f "$data/ready"
  # shellcheck disable=SC2086  # words of the command
  RUNTIME_DIRECTORY="/run/$(setting RuntimeDirectory)" setsid {within} ${{command/#\/usr\/bin/{bin}}} {wishes} --peer-port "$port" --ready-file "$data/ready" \
    </dev/null >>"$HOST/$unit.log" 2>&1 &
  echo $! >"$pid"
  until [ -s "$data/ready" ]; do kill -0 $! 2>/dev/null || {{ rm "$pid"; tail -n 5 "$HOST/$unit.log" >&2; exit 1; }}; sleep 0.05; done
}}
for unit in "${{units[@]}}"; do
  name=${{unit#*@}}; file={units}/${{unit%%@*}}$(case $unit in *@*) echo @ ;; esac).service
  [ -e "$file" ] || {{ echo "systemctl: there is no unit $unit" >&2; exit 4; }}
  pid=$HOST/$unit.pid
  case $verb in
    start) start ;; stop) stop ;; restart) stop; start ;;
    enable) if $now; then start; fi ;; disable) if $now; then stop; fi ;;
    reload) kill -HUP "$(cat "$pid")" ;;
    *) echo "systemctl: this one knows no $verb" >&2; exit 4 ;;
  esac
done
""",
}


def lacks():
    """Why this machine can have no such host; empty: it can."""
    done = subprocess.run([*ENTER, "mount", "--make-rprivate", "/"], capture_output=True, text=True, timeout=DEADLINE)
    return "" if done.returncode == 0 else f"a namespace of mounts: {done.stderr.strip()}"


class Host:
    """`top`: the folder below which its files are seen from outside. `runs`: what a run block is told to."""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.top.mkdir(parents=True, exist_ok=True)
        self.said_path = self.top / "said.log"
        # What was signed last is noted in memory.
        (self.top / "run").symlink_to(MARKS.folder())
        (self.top / "run/koinon").mkdir(mode=0o700)
        for path in OWN:
            (self.top / path).parent.mkdir(parents=True, exist_ok=True)
            if path == "run":
                continue
            if path == "etc":
                shutil.copytree("/etc", self.top / path, symlinks=True, ignore=lambda folder, names: [
                    name for name in names if not os.access(os.path.join(folder, name), os.R_OK) and not os.path.islink(os.path.join(folder, name))])
            else:
                (self.top / path).mkdir()
        # As the package leaves it.
        with open(self.top / "etc/passwd", "a") as users, open(self.top / "etc/group", "a") as groups:
            users.write("koinon:x:64998:64998::/var/lib/koinon:/usr/sbin/nologin\n")
            groups.write("koinon:x:64998:\n")
        (self.top / "var/lib/koinon").mkdir(mode=0o700)
        (self.top / "etc/koinon").mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.top / "port").write_text(str(self.port))
        (self.top / "etc/koinon/koinond.toml").write_text(koinon("config", "default") + f'address = "127.0.0.1:{self.port}"\n')
        (self.top / "bin").mkdir()
        for name, text in STAND_INS.items():
            file = self.top / "bin" / name
            file.write_text("#!/bin/bash\nset -eu\n" + text.format(bin=BIN, within=shlex.join(WITHIN), wishes=WISHES, units=TOP / "deploy/systemd") + "\n")
            file.chmod(0o755)

    def outside(self, path):
        """Where a path of the host is seen from the test."""
        path = pathlib.PurePosixPath(path)
        if any(path.is_relative_to(f"/{own}") for own in OWN):
            return self.top / path.relative_to("/")
        return pathlib.Path(path)

    def said(self):
        return self.said_path.read_text(errors="replace") if self.said_path.exists() else ""

    def execute(self, script, stdin=subprocess.DEVNULL, codes=(0,), cwd=None, **variables):
        """Runs a script there. What it leaves in the background goes on; end() ends it."""
        pids = self.top / "pids"
        with open(self.said_path, "ab") as log:
            done = subprocess.run([*ENTER, "bash", "-euc", MOUNTS, "host", f"{script}\njobs -p >>{shlex.quote(str(pids))}"],
                                  stdin=stdin, stdout=log, stderr=log, timeout=2 * DEADLINE, cwd=cwd, umask=USUAL,
                                  env={**os.environ, "PATH": f"{self.top / 'bin'}:{os.environ['PATH']}", "HOST": str(self.top), "KOINON_WRITTEN": "/run:/srv:/var/lib", "NO_PROXY": "*", **variables})
        if done.returncode not in codes:
            raise AssertionError(f"{script}\nexit {done.returncode}\n{self.said()[-6000:]}")

    def ready(self, data="/var/lib/koinon"):
        """The file that the node of this folder has written once it serves: by its service, or started by hand."""
        return next(filter(pathlib.Path.exists, (self.outside(data) / "ready", self.top / "ready")), None)

    def end(self):
        """Ends what blocks started. They are no children of this process."""
        pids = [int(line) for file in [*self.top.glob("*.pid"), self.top / "pids"] if file.exists() for line in file.read_text().split()]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        for pid in pids:
            wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "what a block started has ended")
        for log in [*self.top.glob("*.log")]:
            text = log.read_text(errors="replace")
            if "Sanitizer" in text:
                raise AssertionError(f"{log.name}:\n{text[-6000:]}")



class Service(Node):
    """The node of a host: of its service, or what a block has started by hand on this folder."""

    def __init__(self, host, city, data="/var/lib/koinon"):
        super().__init__(host.top, city, init=False)
        self.host = host
        self.inside = str(data)
        self.data = host.outside(data)

    def meet(self):
        """Waits until it serves."""
        facts = json.loads(wait_for(lambda: self.host.ready(self.inside), f"{self.city} serves").read_text())
        self.peer_port, self.http_port = facts["peer_port"], facts["http_port"]
        return self

    def begin(self):
        """Makes a node of this name, and starts it: what `koinon init` said."""
        said = koinon("--json", "init", "--name", self.name, "--display-name", self.city.title(), "--signing-mark", self.host.outside("/run/koinon"), data=self.data)
        self.start()
        return json.loads(said)

    def start(self):
        self.host.execute("systemctl start koinond")
        return self.meet()

    def stop(self):
        self.host.execute("systemctl stop koinond")
        return 0

    def line(self, port=None):
        """With the address that stands in koinond.toml, if one does."""
        line = self.run("id").splitlines()[-1]
        return line if "@" in line else super().line(port)

    def log(self):
        return "".join(file.read_text(errors="replace") for file in self.host.top.glob("*.log"))
