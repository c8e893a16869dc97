#!/usr/bin/python3
"""How long koinon export-site takes with very many notes, and whether what it makes is right: everything; what some more
notes change; what is gone when notes are erased. After each a crawler follows every link and an auditor reads the log.

  tests/site/hundred_thousand.py --bin DIR [--notes 100000] [--more 1000] [--erase 10] [--threads N] [--crawl 0] [--folder DIR] [--json FILE]

A measure that asserts: it ends with an error where something is wrong, whatever the speed. `plain` is what the machine
allows: files of the same sizes, written without making them first. Processor seconds are those of the export alone, so
that figures of a machine that does other things too can be compared. A site of 100,000 notes takes some 20 GB."""

import argparse
import collections
import contextlib
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.dont_write_bytecode = True
URL = "https://notes.city.example"
LANGUAGES = ("en", "ko", "it", "es", "fr", "ar")
OWN = ".koinon-site"
LINK = re.compile(rb'(?:href|src)="([^"]*)"|property="og:url" content="([^"]*)"|content="0; url=([^"]*)"')
IN_TEXT = re.compile(re.escape(URL).encode() + rb"/[^\s\"'<>&\\]*")
OF_RECORD = re.compile(r"(?:^|/)(?:records|story)/([^/]+/\d+)(?:\.[0-9a-f]+)?/")
LIST_PAGE = re.compile(r"(?:^|/)page-\d+\.html$")
PLAIN_FILES = 50_000  # so many are written to learn what the machine allows
DEADLINE = 1800


class WrongError(Exception):
    """Something is not as it must be."""


def check(is_so, what):
    if not is_so:
        raise WrongError(what)


def few(things):
    things = sorted(map(str, things))
    return f"{len(things)}: {', '.join(things[:5])}"


class Site:
    def __init__(self, folder):
        self.folder = str(folder)

    def files(self, under=""):
        """Each file, its path within the site and what the file system says of it."""
        waiting = [os.path.join(self.folder, under) if under else self.folder]
        while waiting:
            with os.scandir(waiting.pop()) as here:
                for entry in here:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name != OWN:
                            waiting.append(entry.path)
                    else:
                        yield entry.path[len(self.folder) + 1:], entry.stat()

    def read(self, path):
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read()

    def purged(self):
        return set(self.read(f"{OWN}/purge.txt").decode().splitlines())


class Crawl:
    """Looks at all links of all files. Each link is looked up once: pages have most of them in common."""

    def __init__(self, site, gone):
        self.site, self.gone = site, gone  # no file may have the text that is gone
        self.paths = {path for path, _ in site.files()}
        self.known, self.broken, self.looked, self.links = set(), [], 0, 0

    def run(self, limit=0):
        step = max(1, len(self.paths) // limit) if limit else 1
        for path in sorted(self.paths)[::step]:
            content = self.site.read(path)
            self.looked += 1
            check(self.gone is None or not self.gone.search(content), f"{path} has a text that was erased")
            if path.endswith(".html"):
                found = {b"".join(groups) for groups in LINK.findall(content)}
            elif path.endswith((".atom", ".json", ".opml", ".xml", ".txt")):
                found = set(IN_TEXT.findall(content))
            else:
                continue
            self.links += len(found)
            for link in found - self.known:
                self.look(path, link)
        return self

    def look(self, path, link):
        said = html.unescape(link.decode())
        here = said[len(URL):] if said.startswith(URL + "/") else said
        elsewhere = here.startswith(("#", "data:")) or (re.match(r"[a-z]+:", here) and here == said)
        if elsewhere or self.has(here):
            self.known.add(link)
        else:
            self.broken.append((path, said))

    def has(self, address):
        """Whether a web server finds a file there."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(address).path).lstrip("/")
        return (path + "index.html" if path.endswith("/") or not path else path) in self.paths


class Measure:
    def __init__(self, wanted, folder):
        self.wanted, self.folder = wanted, pathlib.Path(folder)
        self.site = Site(self.folder / "site")
        self.figures = {"cores": os.cpu_count(), "notes": wanted.notes}
        self.node = None

    def say(self, what, figures):
        self.figures[what] = figures
        print(f"{what}: {json.dumps(figures)}", flush=True)

    # --- the node ---

    def begin(self):
        self.node = nodes.Node(self.folder, "seoul")
        began = time.monotonic()
        subprocess.run([nodes.BIN / "koinon-bench", "fill", "--data", self.node.data, "--records", str(self.wanted.notes)], check=True, stdin=subprocess.DEVNULL)
        self.node.start()
        # A node whose log comes from elsewhere waits until somebody says that no peer knows more of it.
        self.node.run("sign", "--alone")
        self.wait_for_index(self.wanted.notes)
        self.say("fill", {"seconds": round(time.monotonic() - began, 1)})

    def wait_for_index(self, count):
        def is_there():
            newest = self.node.local("GET", "/api/v1/records?limit=1")["items"]
            return newest and int(newest[0]["ref"].rpartition("/")[2].partition(".")[0]) >= count
        nodes.wait_for(is_there, "all notes are indexed", DEADLINE)

    def publish(self, number):
        text = f'+++\ntitle = "One more {number}"\nlanguage = "en"\ntopics = ["water/supply"]\n+++\nTaps at corner {number}.\n'
        return self.node.signed(self.node.local("POST", "/api/v1/records", {"file": text}))

    def publish_with_file(self, number):
        plan = self.folder / "plan.pdf"
        plan.write_bytes(f"unsaid-{number} as a plan".encode())
        text = f'+++\ntitle = "Title unsaid-{number}"\nlanguage = "en"\ntopics = ["water/supply"]\n+++\nText unsaid-{number}.\n'
        ref = self.node.signed(json.loads(self.node.run("--json", "publish", "-", "--attach", str(plan), stdin=text.encode())))
        return ref, hashlib.sha256(plan.read_bytes()).hexdigest()

    # --- the export ---

    def export(self, what):
        """What the command says of it, and the files that it has written."""
        command = [nodes.BIN / "koinon", "--data", self.node.data, "--json", "export-site", self.site.folder, "--url", URL]
        if self.wanted.threads:
            command += ["--threads", str(self.wanted.threads)]
        begun, began = time.time_ns(), time.monotonic()
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, umask=0o022) as process:
            said = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        check(process.returncode == 0, f"export-site ended with {process.returncode}")
        said = json.loads(said)
        written, count, size, sizes = [], 0, 0, []
        for path, facts in self.site.files():
            count, size = count + 1, size + facts.st_size
            sizes.append(facts.st_size)
            if facts.st_mtime_ns >= begun:
                written.append(path)
        check(said["made"] + said["changed"] == len(written), f"it wrote {len(written)} files, and says {said}")
        self.say(what, {"seconds": round(seconds, 1), "processor_seconds": round(used.ru_utime + used.ru_stime, 1), "user_seconds": round(used.ru_utime, 1),
                        "megabytes_of_memory": used.ru_maxrss // 1024, "made": said["made"], "changed": said["changed"], "removed": said["removed"],
                        "purge": said["purge"], "records": said["records"], "files": count, "bytes": size,
                        "records_a_second": round(said["records"] / seconds, 1)})
        return said, written, sizes

    def plain(self, sizes, files):
        """Files of such sizes in folders of ten, as a site has them, and all of it on the disk."""
        some = sizes[::max(1, len(sizes) // PLAIN_FILES)]
        top, text = self.folder / "plain", os.urandom(max(some))
        began = time.monotonic()
        for number, size in enumerate(some):
            if number % 10 == 0:
                here = top / str(number // 10_000) / str(number // 10)
                here.mkdir(parents=True)
            (here / f"{number}.html").write_bytes(text[:size])
        os.sync()
        seconds = time.monotonic() - began
        shutil.rmtree(top)
        self.say("plain", {"files": len(some), "seconds": round(seconds, 1), "files_a_second": round(len(some) / seconds),
                           "seconds_for_all": round(files * seconds / len(some), 1)})

    # --- what must be so ---

    def crawl(self, what, gone=None):
        began = time.monotonic()
        crawl = Crawl(self.site, gone).run(self.wanted.crawl)
        check(not crawl.broken, f"links that lead nowhere, {few(crawl.broken)}")
        self.say(what, {"seconds": round(time.monotonic() - began, 1), "files": crawl.looked, "links": crawl.links, "broken": 0})

    def audit(self, what):
        began = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        with served(self.site.folder) as base:
            done = subprocess.run([nodes.BIN / "koinon", "--json", "audit-log", f"{base}/log/{self.node.log_id()}", "--vkey", self.node.run("id", "--vkey").strip(),
                                   "--state", self.folder / "audit.state"], stdin=subprocess.DEVNULL, capture_output=True, env=environment)
        check(done.returncode == 0, f"audit-log: {done.stdout.decode()}{done.stderr.decode()}")
        said = json.loads(done.stdout)
        size = self.node.status()["entries"]
        check((said["verdict"], said["size"]) == ("well", size), f"audit-log says {said}, and the log has {size} entries")
        self.say(what, {"seconds": round(time.monotonic() - began, 1), "verdict": said["verdict"], "size": said["size"]})

    def only_these(self, what, written, refs, older):
        """Nothing else was written: no other record, and no page of a list with older notes."""
        kinds = collections.Counter()
        for path in written:
            record = OF_RECORD.search(path)
            check(not record or record[1] in refs, f"{path} was written, and nothing has changed on it")
            check(path not in older, f"{path} was written, and it has older notes alone")
            kinds[kind_of(path)] += 1
        self.say(what, dict(sorted(kinds.items())))

    def list_pages(self):
        return {path for path, _ in self.site.files() if LIST_PAGE.search(path)}

    # --- in turn ---

    def run(self):
        self.begin()
        said, _, sizes = self.export("everything")
        check(said["whole"], "the first run makes everything")
        self.figures["bytes_a_note"] = round(sum(sizes) / self.wanted.notes)
        if self.wanted.plain:
            self.plain(sizes, len(sizes))
        self.crawl("crawl of everything")
        self.audit("audit of everything")
        older = self.list_pages()
        began = time.monotonic()
        refs = [self.publish(number) for number in range(self.wanted.more - self.wanted.erase)]
        erased = dict(self.publish_with_file(number) for number in range(self.wanted.erase))
        refs += erased
        self.wait_for_index(max(int(ref.rpartition("/")[2]) for ref in refs))
        self.say("published", {"seconds": round(time.monotonic() - began, 1), "notes": len(refs)})
        said, written, _ = self.export("more")
        check(not said["whole"], "only what changed is made")
        self.only_these("written for more", written, set(refs), older)
        missing = [ref for ref in refs if f"records/{ref}/index.html" not in set(written)]
        check(not missing, f"notes without a page, {few(missing)}")
        self.crawl("crawl of more")
        self.audit("audit of more")
        said, written, _ = self.export("nothing new")
        check(not written and said["removed"] == 0, f"nothing is new, and this was written, {few(written)}")
        self.erase(erased)

    def erase(self, erased):
        for ref in erased:
            self.node.run("withdraw", ref, "--erase", "--reason", "it was wrong")
        nodes.wait_for(lambda: all(self.node.record(ref)["status"] == "erased" for ref in erased), "they are erased", DEADLINE)
        nodes.wait_for(lambda: not self.node.found("unsaid"), "the index knows it", DEADLINE)
        said, written, _ = self.export("erased")
        check(not said["whole"] and said["removed"] > 0, f"files are removed: {said}")
        self.only_these("written for erased", written, {*erased, *self.withdrawals(len(erased))}, set())
        purged = self.site.purged()
        for ref, digest in erased.items():
            of_note = f"api/v1/records/{ref}"
            wanted = {f"/{of_note}/attachments/{digest}", f"/{of_note}/body", f"/{of_note}/markdown"}
            wanted |= {f"/{'' if tag == 'en' else tag + '/'}records/{ref}/" for tag in LANGUAGES}
            check(wanted <= purged, f"caches are not told of {few(wanted - purged)}")
            left = {path for path, _ in self.site.files(of_note)} - {f"{of_note}/proof"}
            check(not left, f"files of an erased note, {few(left)}")
        self.crawl("crawl of erased", re.compile(rb"unsaid-\d"))
        self.audit("audit of erased")

    def withdrawals(self, count):
        """The newest entries of the log."""
        size = self.node.status()["entries"]
        return [f"{self.node.name}/{index}" for index in range(size - count, size)]


def kind_of(path):
    """The class of a file: without its language and its numbers."""
    path = re.sub(rf"^({'|'.join(LANGUAGES)})/", "", path)
    path = re.sub(r"\d+\.[0-9a-f]{32}/", "LASTING/", path)
    path = re.sub(r"[0-9a-f]{64}", "DIGEST", path)
    return re.sub(r"^log/[^/]+", "log/LOG", re.sub(r"\bx?\d+\b", "N", path))


@contextlib.contextmanager
def served(folder):
    with subprocess.Popen([sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONUNBUFFERED": "1"}, text=True) as server:
        try:
            yield "http://127.0.0.1:" + re.search(r"port (\d+)", server.stdout.readline())[1]
        finally:
            server.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="the folder of koinond, koinon and koinon-bench")
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--more", type=int, default=1000, help="notes that are published then, with those that are erased")
    parser.add_argument("--erase", type=int, default=10, help="of them")
    parser.add_argument("--threads", type=int, default=0, help="of the export (its default)")
    parser.add_argument("--crawl", type=int, default=0, help="about so many files are read for their links (all)")
    parser.add_argument("--no-plain", dest="plain", action="store_false", help="without what the machine allows")
    parser.add_argument("--folder", help="an empty folder on the disk that is measured (a temporary one); it is removed")
    parser.add_argument("--json", help="writes the figures to this file too")
    wanted = parser.parse_args()
    # Of the functional tests: they look for the programs when they are read.
    os.environ["KOINON_BIN"] = str(pathlib.Path(wanted.bin).resolve())
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "functional"))
    global nodes
    import nodes
    folder = tempfile.mkdtemp(prefix="koinon-site-", dir=wanted.folder)
    measure = Measure(wanted, folder)
    try:
        measure.run()
    except WrongError as error:
        print(f"wrong: {error}", file=sys.stderr)
        return 1
    finally:
        if measure.node:
            measure.node.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if wanted.json:
        pathlib.Path(wanted.json).write_text(json.dumps(measure.figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
