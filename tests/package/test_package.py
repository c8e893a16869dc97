"""The package, packed from programs that are built already: what is in it, and that it says what the programs do.

With KOINON_ALL set, and of programs without sanitizers, also what Debian's own tools say of it, and that it comes out the same twice."""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(os.environ["KOINON_BIN"])
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests" / "functional"))
import needs  # noqa: E402

# Of programs as they are installed, without sanitizers, Debian's tools are asked too.
ALL = needs.ALL and not os.environ.get("KOINON_SANITIZED")


def said(*command, **kwargs):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **kwargs)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        out = pathlib.Path(cls.folder.name) / "out"
        last = said(TOP / "deploy/package", "--bin", BIN, "--out", out, *(["--twice"] if ALL else [])).splitlines()[-1]
        cls.deb = pathlib.Path(last)
        cls.root = pathlib.Path(cls.folder.name) / "root"
        said("dpkg-deb", "-x", cls.deb, cls.root)

    def page(self, name, section):
        return said("man", "--warnings", "-l", self.root / f"usr/share/man/man{section}/{name}.{section}.gz",
                    env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "MAN_KEEP_FORMATTING": "", "PAGER": "cat"})

    def test_its_name_says_version_and_machine(self):
        version = re.search(r"project\(koinon VERSION ([\d.]+)", (TOP / "CMakeLists.txt").read_text()).group(1)
        release = re.search(r"^VERSION_ID=\"(\d+)\"", pathlib.Path("/etc/os-release").read_text(), re.M).group(1)
        machine = said("dpkg", "--print-architecture").strip()
        self.assertEqual(self.deb.name, f"koinon_{version}+deb{release}_{machine}.deb")
        self.assertEqual(said("dpkg-deb", "-f", self.deb, "Version").strip(), f"{version}+deb{release}")

    def test_it_has_what_an_administrator_looks_for(self):
        for path in ["usr/bin/koinond", "usr/bin/koinon", "etc/koinon/koinond.toml", "usr/share/doc/koinon/RUNBOOK.md",
                     "usr/share/doc/koinon/koinon.spdx.json", "usr/share/doc/koinon/hub/patroni.yml", "usr/share/koinon/demo", "usr/share/koinon/examples/world/cities.tsv",
                     "usr/lib/sysusers.d/koinon.conf", "usr/share/bash-completion/completions/koinon",
                     "usr/share/zsh/vendor-completions/_koinon", "usr/share/fish/vendor_completions.d/koinon.fish"]:
            self.assertTrue((self.root / path).is_file(), path)
        self.assertTrue(list(self.root.glob("**/systemd/system/koinond.service")))
        for unit in self.root.glob("**/systemd/system/koinond*"):
            self.assertEqual(unit.read_text(), (TOP / "deploy/systemd" / unit.name).read_text(), unit.name)
        for line in said("dpkg-deb", "-c", self.deb).splitlines():
            self.assertEqual(line.split()[1], "root/root", line)
            self.assertRegex(line, r"^([-d].......[-x]|l)", line)
            if not line.startswith("l"):
                self.assertNotIn("w", line[5] + line[8], line)  # only root writes

    def test_each_link_of_its_documents_leads_to_what_is_installed(self):
        folder = self.root / "usr/share/doc/koinon"
        documents = sorted(folder.rglob("*.md"))
        self.assertIn(folder / "RUNBOOK.md", documents)
        found = set()
        for document in documents:
            prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", document.read_text())
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)", prose):
                self.assertTrue((document.parent / target).is_file(), f"{document.name}: {target}")
                found.add((document.name, target))
        self.assertIn(("RUNBOOK.md", "API.md"), found)
        # What the tree alone has is named, and no link.
        self.assertIn("CONTRIBUTING.md says where a change goes", (folder / "README.md").read_text())

    def test_a_new_node_goes_by_defaults_alone(self):
        file = (self.root / "etc/koinon/koinond.toml").read_text()
        self.assertEqual(file, said(BIN / "koinon", "config", "default"))
        self.assertEqual([line for line in file.splitlines() if line and not line.startswith("#")], [])
        self.assertIn("/etc/koinon/koinond.toml", said("dpkg-deb", "-I", self.deb, "conffiles"))

    def test_pages_name_all_that_the_programs_take(self):
        koinond = self.page("koinond", 8)
        for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", said(BIN / "koinond", "--help"), re.M):
            self.assertIn(option, koinond)
        koinon = self.page("koinon", 1)
        for command in self.commands():
            self.assertIn(" ".join(["koinon", *command]), koinon)
        config = self.page("koinond.toml", 5)
        for key in re.findall(r"^#([\w.]+) =", said(BIN / "koinon", "config", "default"), re.M):
            self.assertIn(key + " = ", config)

    @staticmethod
    @functools.cache
    def commands():
        """Each command with those above it, as --help lists them."""
        out = []
        waiting = [[]]
        while waiting:
            above = waiting.pop()
            text = said(BIN / "koinon", *above, "--help")
            for name in re.findall(r"^  ([a-z][\w-]*)  ", text.partition("Subcommands:")[2], re.M):
                out.append([*above, name])
                waiting.append([*above, name])
        assert ["peer", "add"] in out, out
        return out

    def complete(self, *words):
        script = ("source $1; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _$1; printf '%s\\n' \"${COMPREPLY[@]}\"")
        file = self.root / "usr/share/bash-completion/completions" / words[0]
        return said("bash", "-euc", script, "complete", file, *words).split()

    def test_bash_completes_commands_options_and_choices(self):
        self.assertEqual(sorted(self.complete("koinon", "pe")), ["peer", "peers"])
        self.assertIn("add", self.complete("koinon", "peer", ""))
        self.assertEqual(self.complete("koinon", "peer", "add", "--no"), ["--no-vouch"])
        self.assertEqual(self.complete("koinon", "init", "--type", "reg"), ["region"])
        # The value of an option is no command.
        self.assertIn("peer", self.complete("koinon", "--data", "init", ""))
        self.assertEqual(self.complete("koinond", "--http-por"), ["--http-port"])
        for command in self.commands():
            self.assertIn(command[-1], self.complete("koinon", *command[:-1], command[-1]))

    def test_other_shells_have_the_same_words(self):
        zsh = (self.root / "usr/share/zsh/vendor-completions/_koinon").read_text()
        fish = (self.root / "usr/share/fish/vendor_completions.d/koinon.fish").read_text()
        for command in self.commands():
            self.assertIn("_koinon_" + "_".join(command).replace("-", "_") + "() {", zsh)
            self.assertIn(f" -a '{command[-1]}' ", fish)

    def test_the_list_of_what_is_linked_is_whole(self):
        spdx = json.loads((self.root / "usr/share/doc/koinon/koinon.spdx.json").read_text())
        self.assertEqual(spdx["spdxVersion"], "SPDX-2.3")
        ids = [one["SPDXID"] for one in [*spdx["packages"], *spdx["files"]]] + [spdx["SPDXID"]]
        self.assertEqual(len(ids), len(set(ids)))
        for relation in spdx["relationships"]:
            self.assertIn(relation["spdxElementId"], ids)
            self.assertIn(relation["relatedSpdxElement"], ids)
        versions = {one["name"]: one["versionInfo"] for one in spdx["packages"]}
        # Each library that the dynamic linker would load is a file of a package that is named.
        files = {os.path.basename(line) for package in versions if package != "koinon"
                 for line in said("dpkg-query", "-L", package).splitlines()}
        for library in re.findall(r"=> (/\S+)", said("ldd", self.root / "usr/bin/koinond")):
            self.assertIn(os.path.basename(os.path.realpath(library)), files)
        for header_only in ["libcli11-dev", "libtomlplusplus-dev"]:
            self.assertEqual(versions[header_only], said("dpkg-query", "-W", "-f", "${Version}", header_only))

    def test_the_demo_takes_what_is_installed(self):
        demo = (self.root / "usr/share/koinon/demo").read_text()
        self.assertEqual(demo, (TOP / "deploy/demo").read_text())
        self.assertIn("bin=/usr/bin", demo)

    @needs.wish(ALL, "it looks at the release build: tests/run --all")
    def test_lintian_finds_nothing(self):
        said("lintian", "--no-cfg", "--allow-root", "--fail-on", "error,warning", self.deb)


if __name__ == "__main__":
    unittest.main()
