"""Two cities from the packages, one on Debian 12 and one on Debian 13, each in a clean root: installed, started, peered,
upgraded from a version before, backed up, wiped, restored, removed, purged. By the RUNBOOK's own commands.

Takes root, debootstrap and Debian's archive, and builds for both releases: tests/run --all."""

import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests" / "functional"))
import documents  # noqa: E402
import needs  # noqa: E402

DEADLINE = 120


def blocks(section, kind="sh installed"):
    return documents.blocks(section, kind)


def said(*command, check=True, stdin=subprocess.DEVNULL, **kwargs):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=stdin, text=True, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"did not happen in {DEADLINE} s: {what}")
        time.sleep(0.1)
    return value


def parts(*words):
    """A part of deploy/package."""
    return said("bash", "-euc", 'top=$1; shift; . "$top/deploy/package.d/parts"; "$@"', "parts", TOP, *words)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def version_before(deb, folder):
    """The same package under a lower version."""
    tree = pathlib.Path(tempfile.mkdtemp(dir=folder))
    said("dpkg-deb", "-R", deb, tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: ", "Version: 0.0.1~before+", control.read_text(), flags=re.M))
    out = folder / f"before-{deb.name}"
    said("dpkg-deb", "-b", "--root-owner-group", tree, out)
    return out


class City:
    """A clean root of a release of Debian."""

    def __init__(self, name, release, folder):
        self.name = name
        self.release = release
        pristine = TOP / f"build/package/clean-{release}"
        parts("make_root", release, pristine)
        self.root = folder / name
        self.network = ""  # the name of a network of its own
        said("cp", "-a", "--reflink=auto", pristine, self.root)
        # systemd does not run here.
        shutil.copy(TOP / "tests/package/systemctl", self.root / "usr/local/bin/systemctl")
        self.run("apt-get update -q")

    def run(self, script, check=True, stdin=subprocess.DEVNULL, **variables):
        within = ["ip", "netns", "exec", self.network] if self.network else []
        return said(*within, "bash", "-euc", 'top=$1; shift; . "$top/deploy/package.d/parts"; in_root "$@"', "parts", TOP, self.root, "env",
                    "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *(f"{key}={value}" for key, value in variables.items()),
                    "bash", "-euc", script, check=check, stdin=stdin)

    def koinon(self, words, **kwargs):
        return self.run(f"runuser -u koinon -- koinon {words}", **kwargs)

    def bring(self, deb):
        shutil.copy(deb, self.root / "root")
        return f"/root/{deb.name}"

    def configure(self):
        """As everywhere else in the tests: this machine alone hears it."""
        self.peer_port = free_port()
        with open(self.root / "etc/koinon/koinond.toml", "a") as file:
            file.write(f'listen = "127.0.0.1"\npeer.port = {self.peer_port}\naddress = "127.0.0.1:{self.peer_port}"\n'
                       f"http.port = {free_port()}\npublishing.hold_minutes = 0\n")

    def line(self):
        return self.koinon("id 2>/dev/null").splitlines()[-1]

    def shows(self, words):
        return words in self.koinon("list", check=False)

    def kept(self):
        return (self.root / "var/lib/koinon/store.db").exists()

    def end(self):
        # Only what this test started: the process that its own root names.
        pid = self.root / "run/koinond.test-pid"
        if pid.exists():
            try:
                os.kill(int(pid.read_text()), signal.SIGTERM)
            except ProcessLookupError:
                pass


LOGIN_PROGRAM = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = (self.headers["Cookie"] or "").partition("login=")[2]
        self.send_response(202 if name else 401)
        if name:
            self.send_header("X-Auth-Request-Preferred-Username", name)
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", 4180), Handler).serve_forever()
"""


class FirstDay:
    """What an administrator of a city types on the first day, and what is there before: a network, a certificate, a login
    program, a server for mail."""

    def __init__(self, city, number):
        self.city, self.name, self.site = city, f"{city.name}.example", f"notes.{city.name}.example"
        self.address = f"192.0.2.{number}"  # RFC 5737: of documents alone; it is in a network that leads nowhere else
        self.processes = []
        self.variables = {
            "NAME": self.name, "DISPLAY_NAME": city.name.title(), "COUNTRY": "KR" if city.name == "seoul" else "US", "SITE": self.site,
            "PEERS": f"{self.address}:8470", "MAIL": "smtp://127.0.0.1:587", "ADMIN": "it", "ADMIN_MAIL": f"it@{self.name}", "PERSON": "press",
            "PERSON_MAIL": f"press@{self.name}"}
        # Programs of the package are installed, and serve once the network is there.
        policy = city.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        self.certificate = city.root / "etc/ssl" / self.site
        self.certificate.mkdir(parents=True)
        said("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={self.site}",
             "-addext", f"subjectAltName=DNS:{self.site}", "-keyout", self.certificate / "privkey.pem", "-out", self.certificate / "fullchain.pem")
        # A machine has systemd, which makes folders in /run; this small root has that part of it.
        city.run("apt-get install -y -q --no-install-recommends systemd-standalone-tmpfiles; groupadd --system prometheus; mkdir /etc/prometheus")

    def type(self, block, check=True, stdin=subprocess.DEVNULL, **variables):
        return self.city.run(block, check=check, stdin=stdin, **self.variables, **variables)

    def start_neighbours(self):
        with open(self.city.root / "etc/koinon/koinond.toml", "a") as file:
            file.write("mail.plain = true\n")
        for command in (["-c", LOGIN_PROGRAM], ["-m", "aiosmtpd", "-n", "-l", "127.0.0.1:587", "-c", "aiosmtpd.handlers.Mailbox", str(self.city.root / "srv/mail")]):
            self.processes.append(subprocess.Popen(["ip", "netns", "exec", self.city.network, "/usr/bin/python3", *command],
                                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def asks(self, path, *options):
        """A browser's or a program's question, over TLS."""
        return said("ip", "netns", "exec", self.city.network, "curl", "-sS", "--cacert", self.certificate / "fullchain.pem",
                    "--resolve", f"{self.site}:443:127.0.0.1", *options, f"https://{self.site}{path}")

    def end(self):
        pid = self.city.root / "run/nginx.pid"
        if pid.exists():
            self.city.run("nginx -s stop", check=False)
        for process in self.processes:
            process.terminate()
            process.wait(DEADLINE)
        if self.city.network:
            said("ip", "netns", "del", self.city.network, check=False)


def join_networks(one, other):
    """Each gets a network of its own; one cable joins the two, and nothing leads out."""
    days = (one, other)
    for day in days:
        day.city.network = f"koinon-{os.getpid()}-{day.city.name}"
        said("ip", "netns", "add", day.city.network)
    said("ip", "-n", one.city.network, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", other.city.network)
    for day in days:
        said("ip", "-n", day.city.network, "addr", "add", f"{day.address}/24", "dev", "cable")
        for device in ("lo", "cable"):
            said("ip", "-n", day.city.network, "link", "set", device, "up")


@needs.all_tests("it builds two packages and makes two roots")
@needs.root("debootstrap and chroot take it")
class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="koinon-installed-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.top = pathlib.Path(cls.folder.name)
        cls.packages = {}
        for release in ["bookworm", "trixie"]:
            out = cls.top / f"out-{release}"
            begin = time.monotonic()
            said(TOP / "deploy/package", "--release", release, "--out", out)
            print(f"{release}: packed in {time.monotonic() - begin:.0f} s", flush=True)
            cls.packages[release] = next(out.glob("*.deb"))

    def setUp(self):
        self.cities = [City("seoul", "bookworm", self.top), City("la", "trixie", self.top)]
        for city in self.cities:
            self.addCleanup(city.end)

    @documents.runs("Install", "Upgrade", "Back to the version before", "Leaving", kind="sh installed")
    def test_a_year_of_two_cities(self):
        seoul, la = self.cities
        for city in self.cities:
            self.install(city)
        self.peer(seoul, la)
        ref = self.publish(seoul, "Kept through it all")
        wait_for(lambda: la.shows("Kept through it all"), "Los Angeles holds the note of Seoul")
        for city in self.cities:
            city.run("install -d -o koinon -g koinon -m 0700 /srv/before")
            city.koinon("backup /srv/before/koinon")
            for step in (self.upgrade, self.go_back, self.upgrade):
                step(city)
                wait_for(lambda: city.shows("Kept through it all"), f"the note is there after {step.__name__}")
        for city, other in [(seoul, la), (la, seoul)]:
            self.lose_and_restore(city)
            wait_for(lambda: city.shows("Kept through it all"), "the note is there after the restore")
            # It signs again once its peer has said what it saw.
            self.publish(city, f"After the restore of {city.name}")
            wait_for(lambda: other.shows(f"After the restore of {city.name}"), "the other city holds what came after")
        self.assertTrue(ref)
        for city in self.cities:
            self.remove(city)

    def install(self, city):
        deb = self.packages[city.release]
        install, init = blocks("Install")
        self.ran += [install, init]
        city.run(install, PACKAGE=city.bring(version_before(deb, self.top)))
        self.assertEqual(city.run("stat -c '%U %a' /var/lib/koinon").strip(), "koinon 700")
        city.configure()
        city.run(init, NAME=f"{city.name}.example", DISPLAY_NAME=city.name.title())
        self.assertIn(f"{city.name}.example", city.koinon("status"))

    def peer(self, one, other):
        one.koinon(f"peer add '{other.line()}'")
        other.koinon(f"peer add '{one.line()}'")

    def publish(self, city, title):
        (city.root / "root/note.md").write_text(f'+++\ntitle = "{title}"\nlanguage = "en"\ntopics = ["health"]\n+++\nText.\n')
        return city.run("runuser -u koinon -- koinon publish - </root/note.md")

    def upgrade(self, city):
        deb = self.packages[city.release]
        before = city.run("dpkg-query -W -f '${Version}' koinon")
        upgrade, = blocks("Upgrade")
        self.ran.append(upgrade)
        city.run("systemctl stop koinond\n" + upgrade + "systemctl start koinond", PACKAGE=city.bring(deb))
        after = city.run("dpkg-query -W -f '${Version}' koinon")
        self.assertNotEqual(before, after)
        # What the operator wrote stays.
        self.assertIn(f"peer.port = {city.peer_port}", (city.root / "etc/koinon/koinond.toml").read_text())

    def go_back(self, city):
        """From the newer version to the one before, with the backup of then."""
        back, = blocks("Back to the version before")
        self.ran.append(back)
        newer = city.run("dpkg-query -W -f '${Version}' koinon")
        city.run(back, PACKAGE=city.bring(version_before(self.packages[city.release], self.top)), BACKUP="/srv/before/koinon")
        self.assertNotEqual(newer, city.run("dpkg-query -W -f '${Version}' koinon"))
        city.run("rm -r /var/lib/koinon.newer")

    def lose_and_restore(self, city):
        city.run("install -d -o koinon -g koinon -m 0700 /srv/backup")
        city.koinon("backup /srv/backup/koinon")
        city.run("systemctl stop koinond; find /var/lib/koinon -mindepth 1 -delete")
        self.assertFalse(city.kept())
        begins, = blocks("How to type what stands here", "sh")
        restores, = blocks("Restore", "sh")
        city.run(begins + restores, BACKUP="/srv/backup/koinon", NEW="/var/lib/koinon")

    def remove(self, city):
        deb = city.bring(self.packages[city.release])
        remove, purge = blocks("Leaving")
        self.ran += [remove, purge]
        city.run("systemctl stop koinond\n" + remove)
        self.assertTrue(city.kept())
        self.assertTrue((city.root / "etc/koinon/koinond.toml").exists())
        # Nobody can be asked here: a purge keeps the data.
        text = city.run("apt-get purge -y koinon")
        self.assertIn("/var/lib/koinon is kept", text)
        self.assertTrue(city.kept())
        self.assertFalse((city.root / "etc/koinon/koinond.toml").exists())
        # Installed anew it goes on with them.
        city.run(blocks("Install")[0], PACKAGE=deb)
        city.configure()
        city.run("systemctl start koinond")
        self.assertTrue(city.shows("Kept through it all"))
        city.run("systemctl stop koinond\n" + purge)
        self.assertFalse((city.root / "var/lib/koinon").exists())
        self.assertEqual(city.run("ls /usr/bin/koinon* /usr/share/koinon 2>/dev/null", check=False).strip(), "")

    @needs.program("ip")
    def test_the_first_day_of_two_cities(self):
        """The section of that name as it is written, on the usual ports, each city in a network of its own."""
        installs, begins, opens, lets_in, invites, joins, watches, looks = blocks("The first day", "sh")
        days = [FirstDay(city, number) for number, city in enumerate(self.cities, 1)]
        for day in days:
            self.addCleanup(day.end)
            day.type(installs, PACKAGE=day.city.bring(self.packages[day.city.release]))
        join_networks(*days)
        for day in days:
            day.start_neighbours()
            for block in (begins, opens, lets_in):
                day.type(block)
        seoul, la = days
        line = seoul.type(invites, OTHER=la.name).split()[0]
        terminal, end = pty.openpty()
        os.write(terminal, b"y\n")
        la.type(joins, stdin=end, INVITE=line)
        os.close(terminal)
        os.close(end)
        for day, other in ((seoul, la), (la, seoul)):
            wait_for(lambda: "1 of 1 connected" in day.city.koinon("status"), "they are peers")
            day.type(watches)
            self.assertEqual(re.findall(r"^problem .*", day.type(looks, check=False), re.M), [])
            self.assertIn("KOINON OK - ", day.city.koinon("check"))
            token = (day.city.root / "etc/prometheus/koinon.token").read_text().strip()
            self.assertIn("koinon_ready 1\n", day.asks("/metrics", "-H", f"Authorization: Bearer {token}"))
            self.assertIn('"publisher"', day.asks("/api/v1/me", "-H", "Cookie: login=press"))
            self.assertIn("/oauth2/sign_in?rd=%2F", day.asks("/login?next=%2F", "-i"))
            self.publish(day.city, f"The first of {day.name}")
            wait_for(lambda: f"The first of {day.name}" in other.asks("/api/v1/records", "-H", "Cookie: login=press"), "the other city has it")
        wish = ["-X", "PUT", "-H", "Content-Type: application/json", "-H", "Koinon-CSRF: 1", "-H", f"Origin: https://{seoul.site}", "-H", "Cookie: login=press"]
        seoul.asks("/api/v1/accounts/press/mail", *wish, "-d", '{"at_once": true}')
        la.city.run(f"runuser -u koinon -- koinon ask --to {seoul.name} --title 'How many lanes?' --text 'One or two?' --topic health/testing")
        wait_for(lambda: any((seoul.city.root / "srv/mail/new").glob("*")), "the question comes by mail")

    def test_a_container_root_runs_without_writing_to_itself(self):
        """The image's root, mounted to be read alone, as a user without rights."""
        root = self.top / "image"
        said(TOP / "deploy/container/build", self.packages["bookworm"], "--root-only", root)
        self.assertFalse((root / "usr/sbin/policy-rc.d").exists())
        said("unshare", "--mount", "bash", "-euc", """
            mount --make-rprivate /
            mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"
            mount -t tmpfs none "$1/var/lib/koinon"; mount -t tmpfs none "$1/run/koinon"
            mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; mount -t tmpfs none "$1/tmp"
            user=$(stat -c %u "$2"); group=$(stat -c %g "$2")
            for folder in var/lib/koinon run/koinon; do chown "$user:$group" "$1/$folder"; chmod 700 "$1/$folder"; done
            within() { chroot "$1" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --bounding-set=-all "${@:2}"; }
            within "$1" /usr/bin/koinon init --name a.example --display-name A >/dev/null
            within "$1" /usr/bin/koinond --config /etc/koinon/koinond.toml --listen 127.0.0.1 --peer-port 0 --http-port 0 --ready-file /var/lib/koinon/ready &
            until [ -s "$1/var/lib/koinon/ready" ]; do kill -0 $!; sleep 0.05; done
            within "$1" /usr/bin/koinon status
            ! within "$1" touch /usr/x 2>/dev/null
            kill "$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' "$1/var/lib/koinon/ready")"; wait $!
        """, "image", root, root / "run/koinon")

    @needs.program("buildah")
    def test_an_image_is_built_without_pulling(self):
        image = self.top / "koinon.tar"
        said(TOP / "deploy/container/build", self.packages["bookworm"], "--out", image)
        self.assertIn("index.json", said("tar", "-tf", image))

    @needs.program("ansible-lint")
    @needs.program("ansible-playbook")
    def test_the_role_installs_a_node_in_a_root(self):
        city = self.cities[0]
        role = TOP / "deploy/ansible"
        said("ansible-lint", "--offline", "--profile", "production", role / "site.yml", cwd=role)
        # The chroot's python and apt: what Ansible needs on any host.
        city.run("apt-get install -y -q --no-install-recommends python3 python3-apt")
        site = self.top / "site.yml"
        site.write_text((role / "site.yml").read_text().replace("hosts: koinon", "hosts: all"))
        # Programs in the root need what a machine that runs has.
        play = ["unshare", "--mount", "bash", "-euc", 'mount --make-rprivate /; mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; shift; "$@"',
                "play", city.root, "ansible-playbook", "-i", f"{city.root},", "-c", "community.general.chroot",
                "-e", f"koinon_deb={self.packages['bookworm']}",
                "-e", '{"koinon_config": {"listen": "127.0.0.1", "http.proxies": ["127.0.0.1"]}}', site]
        environment = {**os.environ, "ANSIBLE_ROLES_PATH": str(role / "roles"), "LC_ALL": "C.UTF-8"}
        said(*play, env=environment)
        again = said(*play, env=environment)
        self.assertRegex(again, r"changed=0\s")
        self.assertIn('http.proxies = ["127.0.0.1"]', (city.root / "etc/koinon/koinond.toml").read_text())


if __name__ == "__main__":
    unittest.main()
