"""The configuration of a node: what is printed, checked, refused at the start, and read again while it runs."""

import grp
import json
import os
import pathlib
import pwd
import re
import signal
import subprocess
import unittest

import needs
from nodes import BIN, DEADLINE, NodesTest, koinon, wait_for


def koinond(node, *args):
    """A daemon that is not expected to serve."""
    return subprocess.run([str(BIN / "koinond"), "--data", str(node.data), *map(str, args)], capture_output=True, timeout=DEADLINE, text=True)


class Configuration(NodesTest):
    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul", start=False)
        self.file = self.seoul.data / "koinond.toml"

    def write(self, *lines):
        self.file.write_text("".join(f"{line}\n" for line in lines))

    def checked(self, *args):
        return koinond(self.seoul, "--check-config", *args)

    def reload(self, *until):
        """What one reload says of the configuration, once it has said one of these words."""
        before = len(self.seoul.log().splitlines())
        self.seoul.process.send_signal(signal.SIGHUP)

        def said():
            lines = [line for line in self.seoul.log().splitlines()[before:] if '"the configuration ' in line]
            return lines if any(word in line for line in lines for word in until) else None
        return [json.loads(line) for line in wait_for(said, "the reload is told")]

    def test_what_is_printed_is_a_file_that_changes_nothing(self):
        text = koinon("config", "default")
        self.file.write_text(text)
        self.assertEqual(self.checked().returncode, 0)
        keys = json.loads(koinon("--json", "config", "default"))["keys"]
        self.assertEqual([key["key"] for key in keys], re.findall(r"^#([a-z_.]+) = ", text, re.M))
        # Every key behind its option, under its heading.
        shown = subprocess.run([str(BIN / "koinond"), "--help"], capture_output=True, timeout=DEADLINE, text=True).stdout
        for key in keys:
            self.assertRegex(shown, rf"(?m)^  {key['option']} [\s\S]*?{re.escape(key['key'])} = ")
            self.assertIn(f"\n{key['section']}:\n", shown)

    @needs.root("root alone can be another user")
    def test_root_checks_what_the_nodes_user_may_read(self):
        os.chmod(self.folder, 0o711)
        secret = pathlib.Path(self.folder) / "secret"
        secret.write_text("what only the proxy knows\n")
        config = pathlib.Path(self.folder) / "koinond.toml"
        config.write_text(f'[http]\nsso_header = "X-User"\nproxies = ["127.0.0.1"]\nsso_secret_file = "{secret}"\n')
        for path in (secret, config):
            path.chmod(0o600)
        self.assertEqual(self.checked("--config", config).returncode, 0)
        for path in (self.seoul.data, *self.seoul.data.rglob("*")):
            os.lchown(path, 65534, 65534)
        group = grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
        for path in (config, secret):
            done = self.checked("--config", config)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{path} belongs to the user root (mode 0600), and this runs as the user nobody; run: chown root:{group} {path}; chmod 640 {path}", done.stderr)
            os.chown(path, 0, pwd.getpwnam("nobody").pw_gid)
            path.chmod(0o640)
        self.assertEqual(self.checked("--config", config).returncode, 0)

    @needs.root("root alone can lose rights")
    @needs.program("setpriv")
    def test_where_root_may_be_nobody_else_it_tells_what_root_sees(self):
        for path in (self.seoul.data, *self.seoul.data.rglob("*")):
            os.lchown(path, 65534, 65534)
        rights = "-setuid,-setgid"
        done = subprocess.run(["setpriv", "--bounding-set", rights, "--inh-caps", rights, str(BIN / "koinond"), "--data", str(self.seoul.data),
                               "--check-config"], capture_output=True, timeout=DEADLINE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("root could not become that user", done.stderr)
        self.assertIn("the configuration is well", done.stdout)

    def test_a_check_tells_all_faults_and_starts_nothing(self):
        done = self.checked()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn("the configuration is well", done.stdout)
        secret = pathlib.Path(self.folder) / "secret"
        secret.write_text("what only the proxy knows\n")
        secret.chmod(0o644)
        self.write("http.prot = 8480", "[trust]", "hops = -1", "[mail]", 'smtp = "smtp://127.0.0.1:25"')
        done = self.checked("--http-proxies", "10.0.0.1/8", "--http-sso-secret-file", secret, "--log-levle", "debug")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(sorted(line for line in done.stderr.splitlines() if line.startswith("error: ")), sorted([
            "error: http.prot: the configuration has an unknown key; did you mean http.port?",
            "error: trust.hops: it is a whole number from 0 to 16",
            "error: --http-proxies: 10.0.0.1/8 has bits behind its prefix: write 10.0.0.0/8 or 10.0.0.1",
            "error: --log-levle: there is no such option; did you mean --log-level?",
            "error: mail.smtp: it needs mail.from, the sender of mails",
            "error: mail.smtp: it needs http.url, where links in mails lead",
            f"error: http.sso_secret_file: {secret}: others may read this file; run: chmod 600 {secret}"]))
        self.assertFalse((self.seoul.data / "koinond.sock").exists())
        # What is no TOML hides the rest, and that is said.
        self.write("http.prot = 8480", "publishing.hold_minutes = ten")
        (line,) = [line for line in self.checked().stderr.splitlines() if line.startswith("error: ")]
        self.assertIn('(line 2: publishing.hold_minutes = ten); text stands in quotes (")', line)
        self.assertIn("what stands elsewhere is looked at once this is mended", line)
        # A file elsewhere, which must be there as somebody names it.
        elsewhere = pathlib.Path(self.folder) / "elsewhere.toml"
        self.assertEqual(self.checked("--config", elsewhere).returncode, 2)
        elsewhere.write_text("trust.hops = 3\n")
        self.assertIn(str(elsewhere), self.checked("--config", elsewhere).stdout)

    def test_a_start_that_fails_says_so_last_in_the_chosen_format(self):
        self.write('log.format = "json"', 'http.url = "notes.seoul.example"')
        done = koinond(self.seoul)
        self.assertEqual(done.returncode, 2)
        said = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([(line["level"], line["message"]) for line in said],
                         [("error", "http.url: it is an address such as https://notes.seoul.example")])
        self.write('log.format = "json"')
        done = koinond(self.seoul, "--log-format", "jsno")
        self.assertEqual(done.returncode, 2)
        self.assertIn("error: --log-format: it is one of text, json", done.stderr.splitlines()[-1])
        (self.seoul.data / "keys" / "node.key").chmod(0o644)
        done = koinond(self.seoul, "--listen", "127.0.0.1", "--peer-port", "0", "--http-port", "0")
        self.assertEqual(done.returncode, 1)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual([line["level"] for line in lines].count("error"), 1)
        self.assertIn("chmod 600", lines[-1]["message"])

    def test_a_reload_takes_what_can_change_and_says_what_cannot(self):
        self.write("alarms.peer_away_minutes = 5")
        self.seoul.start("--log-format", "json")
        self.write("alarms.peer_away_minutes = 7", 'log.level = "debug"', "trust.hops = 1")
        said = self.reload("trust.hops")
        told = {line["key"]: (line["message"], line["from"], line["to"]) for line in said}
        changed, waits = "the configuration has changed", "the configuration has changed, and counts after a restart"
        self.assertEqual(told, {"log.level": (changed, "info", "debug"), "alarms.peer_away_minutes": (changed, "5", "7"),
                                "trust.hops": (waits, "2", "1")})
        # What is wrong changes nothing: the level stays, and so does the node.
        self.write('log.level = "loud"', "trust.hops = 1")
        wrong = self.reload("loud", "the configuration is wrong")
        self.assertEqual([line["level"] for line in wrong], ["error"])
        self.assertIn("log.level: it is one of", wrong[0]["reason"])
        self.assertTrue(self.seoul.publish("It goes on"))


if __name__ == "__main__":
    unittest.main()
