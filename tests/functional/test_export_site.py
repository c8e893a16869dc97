"""koinon export-site: what a node shows to the public, as files. A crawler follows every link of every page; what did not
change is not written; what was erased is nowhere; an auditor takes the logs as the node's own."""

import contextlib
import hashlib
import html.parser
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import needs
from documents import blocks, runs
from nodes import BIN, TOP, WITHIN, NodesTest, free_port, wait_for
from test_library import csv_of

URL = "https://notes.city.example"
NODE = "https://node.city.example"
LANGUAGES = ("en", "ko", "it", "es", "fr", "ar")
LONG = 900  # seconds of an export, with ASan on a machine that does other things too
PLAN = b"a plan that nobody may read any more"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of the tents"


class Links(html.parser.HTMLParser):
    """What a page leads to and loads, its forms, and its text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.forms, self.said, self.language = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.language = attributes.get("lang", "")
        if tag == "form":
            self.forms.append((attributes.get("method"), attributes.get("action")))
        for name in ("href", "src"):
            if attributes.get(name):
                self.found.append(attributes[name])
        if attributes.get("property") == "og:url":
            self.found.append(attributes["content"])
        if attributes.get("http-equiv") == "refresh":
            self.found.append(attributes["content"].partition("url=")[2])

    def handle_data(self, data):
        self.said.append(data)


class Site:
    """A folder that koinon export-site has made."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def paths(self):
        """Also while a run goes on: folders that are gone by then are passed over."""
        found = [pathlib.Path(at, name).relative_to(self.folder) for at, _, names in os.walk(self.folder) for name in names]
        return sorted(path.as_posix() for path in found if ".koinon-site" not in path.parts)

    def read(self, path):
        return (self.folder / path).read_bytes()

    def page(self, path):
        return Links(self.read(path).decode())

    def state(self):
        """Of each file what it is, and when it was written."""
        return {path: (hashlib.sha256(self.read(path)).hexdigest(), (self.folder / path).stat().st_mtime_ns) for path in self.paths()}

    def digests(self):
        return {path: digest for path, (digest, _) in self.state().items()}

    def purged(self):
        return (self.folder / ".koinon-site" / "purge.txt").read_text().splitlines()

    def has(self, address):
        """Whether a web server finds a file at this address, as it is."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(address).path).lstrip("/")
        return (self.folder / (path + "index.html" if path.endswith("/") or not path else path)).is_file()

    def broken(self, node=None):
        """The links of all pages and feeds that lead nowhere, or to what needs a node."""
        out = []
        for path in self.paths():
            if path.endswith(".html"):
                found = self.page(path).found
            elif path.endswith((".atom", ".json", ".opml", ".xml", ".txt")):
                found = re.findall(re.escape(URL) + r"/[^\s\"'<>&\\]*", self.read(path).decode())
            else:
                continue
            for link in found:
                here = link[len(URL):] if link.startswith(URL + "/") else link
                if node and here.startswith(node + "/"):
                    continue
                if here.startswith(("#", "data:")) or (re.match(r"[a-z]+:", here) and here == link):
                    continue
                # The address of a record for ever, which feeds of others keep, may stand without the slash.
                if not self.has(here):
                    out.append((path, link))
        return out


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder):
    """Any web server: Python's."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: Quiet(*args, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class ExportTest(NodesTest):
    def setUp(self):
        super().setUp()
        self.site = Site(pathlib.Path(self.folder) / "site")

    def export(self, node, *args, folder=None, check=True):
        """What the command says of it."""
        command = [*WITHIN, str(BIN / "koinon"), "--data", str(node.data), "--json", "export-site", str(folder or self.site.folder), "--url", URL, *args]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG, umask=0o022)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            return json.loads(done.stdout)
        return done

    def assert_whole(self, site=None, node=None):
        self.assertEqual((site or self.site).broken(node), [])

    def audit(self, node, base):
        vkey = node.run("id", "--vkey").strip()
        command = [str(BIN / "koinon"), "--json", "audit-log", f"{base}/log/{node.log_id()}", "--vkey", vkey,
                   "--state", str(pathlib.Path(self.folder) / "audit.state")]
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())
        return json.loads(done.stdout)

    def folder_of(self, ref):
        return f"records/{ref}/"


class Notes(ExportTest):
    def setUp(self):
        super().setUp()
        self.seoul = self.node("seoul")
        top = pathlib.Path(self.folder)
        (top / "plan.pdf").write_bytes(PLAN)
        (top / "tents.png").write_bytes(PNG)
        self.korean = self.publish("ko", "드라이브스루 검사", "차 안에서 검사합니다.")
        self.secret = self.publish("en", "Cool roofs nobody shall know of", "White paint unsaid.", "--attach", str(top / "plan.pdf"), "--attach", str(top / "tents.png"))
        self.other = self.publish("en", "Shade for bus stops", "Trees.", topics="climate/heat")

    def publish(self, language, title, text, *args, topics="health/testing"):
        note = f'+++\ntitle = "{title}"\nlanguage = "{language}"\ntopics = ["{topics}"]\n+++\n{text}\n'
        ref = self.seoul.signed(json.loads(self.seoul.run("--json", "publish", "-", *args, stdin=note.encode())))
        wait_for(lambda: ref in self.seoul.refs(), "it is indexed")
        return ref

    def test_every_page_in_every_language_with_no_link_that_is_broken(self):
        done = self.export(self.seoul)
        self.assertTrue(done["whole"])
        self.assertEqual((done["changed"], done["removed"], done["purge"]), (0, 0, 0))
        self.assert_whole()
        # The same note in each language of the pages; without a language in its address, in English.
        for language in LANGUAGES:
            folder = "" if language == "en" else f"{language}/"
            page = self.site.page(f"{folder}{self.folder_of(self.korean)}index.html")
            self.assertEqual(page.language, language)
            self.assertIn("차 안에서 검사합니다.", "".join(page.said))
            self.assertEqual(page.forms, [], "no file takes a form")
            self.assertEqual(self.site.page(f"{language}/index.html").language, language)
            others = [f"/{'' if tag == 'en' else tag + '/'}{self.folder_of(self.korean)}" for tag in LANGUAGES]
            self.assertLessEqual(set(others), set(page.found), "the other languages of the page")
        for path in ("sitemap.xml", "robots.txt", "feeds/all.atom", "feeds/all.json", "feeds/topic/health/testing.atom", "feeds/city/seoul.example.atom",
                     "feeds.opml", "catalog.jsonld", "catalog.ttl", "catalog/index.html", "topics/health/index.html", "topics/climate/heat/index.html",
                     "cities/seoul.example/index.html", "cities/seoul.example/notes/index.html", "notes/index.html", "questions/index.html",
                     "map/index.html", "impact/index.html", "ties/index.html", "cities/index.html"):
            self.assertIn(path, self.site.paths())
        for path in self.site.paths():
            text = self.site.read(path)
            if path.endswith(".html"):
                self.assertNotIn(b"/login", text, path)
                self.assertNotIn(b"csrf", text, path)
            if path.endswith((".jsonld", ".ttl")):
                self.assertNotIn(b"/api/v1", text, "nothing is offered that only a node has")
        # Files of a note, byte for byte; a picture has the ending by which web servers know it.
        digest = lambda content: hashlib.sha256(content).hexdigest()
        self.assertEqual(self.site.read(f"api/v1/records/{self.secret}/attachments/{digest(PLAN)}"), PLAN)
        self.assertEqual(self.site.read(f"{self.folder_of(self.secret)}pictures/{digest(PNG)}.png"), PNG)
        self.assertIn('download="plan.pdf"', self.site.read(f"{self.folder_of(self.secret)}index.html").decode())
        # The address of a note for ever, which is in the feeds of readers already.
        lasting = re.search(re.escape(URL) + r'(/records/[^"#]+\.[0-9a-f]{32})', self.site.read(f"{self.folder_of(self.korean)}index.html").decode())
        self.assertIsNotNone(lasting)
        self.assertIn(f"/{self.folder_of(self.korean)}", self.site.page(lasting.group(1).lstrip("/") + "/index.html").found)
        # XML that is XML, addresses that lead to pages.
        feed = xml.etree.ElementTree.fromstring(self.site.read("feeds/all.atom"))
        atom = "{http://www.w3.org/2005/Atom}"
        leads = [link.get("href") for entry in feed.iter(atom + "entry") for link in entry.findall(atom + "link") if link.get("rel", "alternate") == "alternate"]
        self.assertIn(f"{URL}/{self.folder_of(self.other)}", leads)
        listed = xml.etree.ElementTree.fromstring(self.site.read("sitemaps/notes-0.xml"))
        self.assertIn(f"{URL}/{self.folder_of(self.other)}", [loc.text for loc in listed.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")])

    def test_what_did_not_change_is_not_written(self):
        self.export(self.seoul)
        before = self.site.state()
        again = self.export(self.seoul)
        self.assertEqual((again["made"], again["changed"], again["removed"], again["records"], again["whole"]), (0, 0, 0, 0, False))
        self.assertEqual(self.site.state(), before)
        # A node that does not run is read as well.
        self.seoul.stop()
        self.assertEqual(self.export(self.seoul)["made"], 0)
        self.seoul.start()
        fourth = self.publish("en", "Water points", "Taps.", topics="water/supply")
        done = self.export(self.seoul)
        self.assertFalse(done["whole"])
        after = self.site.state()
        changed = {path for path in after if after[path] != before.get(path)}
        self.assert_whole()
        self.assertIn(f"{self.folder_of(fourth)}index.html", changed)
        self.assertIn("index.html", changed)
        self.assertIn("ko/index.html", changed)
        self.assertIn("feeds/all.atom", changed)
        self.assertIn(f"log/{self.seoul.log_id()}/checkpoint", changed)
        # Nothing of the others, nor of their topics.
        for path in changed:
            self.assertNotRegex(path, rf"(^|/)records/({self.korean}|{self.secret}|{self.other})/")
            self.assertNotRegex(path, r"topics/(health|climate)|feeds/topic/(health|climate)")
        self.assertEqual(done["made"] + done["changed"], len(changed), "each file was written once")
        self.assertIn("/", self.site.purged())
        self.assertIn("/feeds/all.atom", self.site.purged())
        self.assertNotIn(f"/{self.folder_of(fourth)}", self.site.purged(), "nobody keeps what is new")
        self.assertEqual(len(self.site.purged()), done["purge"])

    def test_however_many_threads_make_it_the_site_is_the_same(self):
        csv_of(self.folder, 120)
        self.seoul.run("import-practices", f"{self.folder}/practices.csv")
        wait_for(lambda: len(self.seoul.listed()) >= 120, "they are indexed")
        made = []
        for threads in (1, 3):
            site = Site(pathlib.Path(self.folder) / f"of-{threads}")
            self.export(self.seoul, "--threads", str(threads), folder=site.folder)
            made.append(site.digests())
        self.assertEqual(*made)

    def test_what_is_said_to_a_note_changes_its_page_and_no_other(self):
        self.export(self.seoul)
        before = self.site.state()
        self.seoul.run("ask", "--title", "How many staff?", "--text", "At each point.", "--language", "en", "--topic", "health/testing", "--about", self.korean)
        wait_for(lambda: len(self.seoul.listed(kind="question")) == 1, "it is indexed")
        self.export(self.seoul)
        self.assert_whole()
        after = self.site.state()
        changed = {path for path in after if after[path] != before.get(path)}
        self.assertIn(f"{self.folder_of(self.korean)}index.html", changed)
        self.assertIn("At each point.", "".join(self.site.page(f"{self.folder_of(self.korean)}index.html").said))
        self.assertFalse([path for path in changed if re.search(rf"records/({self.secret}|{self.other})/", path)])

    def test_what_was_erased_is_nowhere_and_caches_are_told(self):
        self.export(self.seoul)
        digest = hashlib.sha256(PLAN).hexdigest()
        self.assertTrue(self.site.has(f"/api/v1/records/{self.secret}/attachments/{digest}"))
        self.seoul.run("withdraw", self.secret, "--erase", "--reason", "it was wrong")
        wait_for(lambda: self.seoul.record(self.secret)["status"] == "erased", "it is erased")
        wait_for(lambda: self.secret not in [note["ref"] for note in self.seoul.found("roofs")], "the index knows it")
        done = self.export(self.seoul)
        self.assertGreater(done["removed"], 0)
        for path in (path for path in self.site.folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            for gone in (b"nobody shall know of", b"White paint unsaid", PLAN, PNG):
                self.assertNotIn(gone, content, path)
        self.assertFalse([path for path in self.site.paths() if digest in path])
        self.assert_whole()
        # Its page says what the node says.
        self.assertIn("withdrawn this note", "".join(self.site.page(f"{self.folder_of(self.secret)}index.html").said))
        purged = self.site.purged()
        self.assertIn(f"/{self.folder_of(self.secret)}", purged)
        self.assertIn(f"/ko/{self.folder_of(self.secret)}", purged)
        self.assertIn(f"/api/v1/records/{self.secret}/attachments/{digest}", purged)
        self.assertEqual(len(purged), done["purge"])

    def test_with_a_node_what_files_cannot_do_leads_there(self):
        self.export(self.seoul, "--node", NODE)
        self.assert_whole(node=NODE)
        page = self.site.page("index.html")
        self.assertIn(("get", f"{NODE}/"), page.forms)
        self.assertTrue(all(method == "get" for method, _ in page.forms), "a form that changes something stands on the node alone")
        self.assertIn(f"{NODE}/login", page.found)
        # Without one they are gone, and what stands there is made anew.
        self.assertTrue(self.export(self.seoul)["whole"])
        self.assert_whole()
        self.assertEqual(self.site.page("index.html").forms, [])

    def test_the_default_language_is_chosen(self):
        self.export(self.seoul, "--language", "ko")
        self.assert_whole()
        self.assertEqual(self.site.page("index.html").language, "ko")
        self.assertEqual(self.site.page("en/index.html").language, "en")
        self.assertEqual(self.site.page(f"en/{self.folder_of(self.korean)}index.html").language, "en")
        self.assertFalse((self.site.folder / "ko" / "records").exists())
        said = self.export(self.seoul, "--language", "tlh", check=False)
        self.assertEqual(said.returncode, 1)
        self.assertIn(b"en, ko", said.stderr)

    def test_a_folder_that_is_no_site_is_not_touched(self):
        self.site.folder.mkdir()
        (self.site.folder / "thesis.txt").write_text("mine")
        said = self.export(self.seoul, check=False)
        self.assertEqual(said.returncode, 1)
        self.assertIn(b"not empty", said.stderr)
        self.assertEqual([path.name for path in self.site.folder.iterdir()], ["thesis.txt"])

    @runs("The site as files")
    def test_an_auditor_follows_the_log_from_the_files(self):
        text, = blocks("The site as files")
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "KOINON_DATA": str(self.seoul.data), "FILES": str(self.site.folder), "URL": URL}
        subprocess.run(["bash", "-euc", text], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG, env=environment, umask=0o022)
        self.ran.append(text)
        with served(self.site.folder) as base:
            first = self.audit(self.seoul, base)
            self.assertEqual((first["verdict"], first["size"]), ("well", self.seoul.status()["entries"]))
            csv_of(self.folder, 300)
            self.seoul.run("import-practices", f"{self.folder}/practices.csv")
            size = self.seoul.status()["entries"]
            wait_for(lambda: len(self.seoul.listed()) >= 300, "they are indexed")
            self.export(self.seoul)
            second = self.audit(self.seoul, base)
            self.assertEqual((second["verdict"], second["size"]), ("well", size))
            self.assertGreater(second["added"], 299)
            self.assert_whole()
            # Longer lists have pages, and a page of older notes stays as it is.
            older = [path for path in self.site.paths() if re.fullmatch(r"notes/page-\d+\.html", path)]
            self.assertTrue(older)
            before = {path: self.site.state()[path] for path in older}
            for number in range(3):
                self.publish("en", f"One more {number}", "Text.", topics="water/supply")
            self.export(self.seoul)
            self.assert_whole()
            self.assertEqual({path: self.site.state()[path] for path in older}, before)
            listed = [re.sub(r"^/(\w\w/)?", "/", link) for path in ["notes/index.html", *older] for link in self.site.page(path).found if re.search(r"/records/[^/]+/\d+/$", link)]
            self.assertLessEqual({f"/records/{ref}/" for ref in self.seoul.refs(kind="practice")}, set(listed), "every note stands on a page of the list")
            # Of heads before the last two nothing is left.
            self.assertLessEqual(len(list((self.site.folder / "log").glob("*/tile/entries/*.p/*"))), 2)


class Killed(ExportTest):
    def test_a_run_that_is_killed_goes_on(self):
        seoul = self.node("seoul")
        csv_of(self.folder, 150)
        seoul.run("import-practices", f"{self.folder}/practices.csv")
        wait_for(lambda: len(seoul.listed()) >= 150, "they are indexed")
        command = [*WITHIN, str(BIN / "koinon"), "--data", str(seoul.data), "export-site", str(self.site.folder), "--url", URL]
        for files in (50, 400):
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, umask=0o022) as process:
                wait_for(lambda: process.poll() is not None or len(self.site.paths()) > files, "it has written some", deadline=LONG)
                process.send_signal(signal.SIGKILL)
        self.export(seoul)
        self.assert_whole()
        self.assertEqual(self.export(seoul)["made"], 0)
        fresh = Site(pathlib.Path(self.folder) / "fresh")
        self.export(seoul, folder=fresh.folder)
        self.assertEqual(self.site.digests(), fresh.digests())


@needs.program("nginx")
class Nginx(ExportTest):
    """deploy/proxies/nginx-site.conf as it is shipped, but for its name, ports and paths."""

    def test_files_are_served_as_what_they_are(self):
        seoul = self.node("seoul")
        plan = pathlib.Path(self.folder) / "plan.html"
        plan.write_text("<script>alert(1)</script>")
        note = '+++\ntitle = "Shade"\nlanguage = "en"\ntopics = ["climate/heat"]\n+++\nTrees.\n'
        ref = seoul.signed(json.loads(seoul.run("--json", "publish", "-", "--attach", str(plan), stdin=note.encode())))
        wait_for(lambda: ref in seoul.refs(), "it is indexed")
        self.export(seoul)
        with self.nginx() as base:
            def ask(path, **headers):
                with urllib.request.urlopen(urllib.request.Request(base + path, headers=headers), timeout=60) as answer:
                    return answer.headers, answer.read()
            digest = hashlib.sha256(plan.read_bytes()).hexdigest()
            log = f"/log/{seoul.log_id()}"
            for path, kind in (("/", "text/html"), (f"/records/{ref}/", "text/html"), (f"/records/{ref}", "text/html"), ("/feeds/all.atom", "application/atom+xml"),
                               ("/feeds/all.json", "application/feed+json"), ("/catalog.ttl", "text/turtle"), ("/catalog.jsonld", "application/ld+json"),
                               ("/feeds.opml", "text/x-opml"), (log + "/checkpoint", "text/plain"), (log + "/tile/0/000.p/3", "application/octet-stream"),
                               (f"/api/v1/records/{ref}/attachments/{digest}", "application/octet-stream")):
                self.assertEqual(ask(path)[0].get_content_type(), kind, path)
            self.assertIn("immutable", ask(log + "/tile/0/000.p/3")[0]["Cache-Control"])
            self.assertNotIn("immutable", ask(log + "/checkpoint")[0]["Cache-Control"])
            self.assertEqual(ask(f"/api/v1/records/{ref}/attachments/{digest}")[0]["Content-Disposition"], "attachment")
            self.assertIn(b'lang="ko"', ask("/", **{"Accept-Language": "ko-KR,ko;q=0.9"})[1])
            self.assertIn(b'lang="en"', ask("/", **{"Accept-Language": "tlh"})[1])
            for path in ("/.koinon-site/manifest.db", "/.koinon-site/purge.txt", "/nowhere"):
                with self.assertRaises(urllib.error.HTTPError) as caught:
                    ask(path)
                self.assertEqual(caught.exception.code, 404)
            self.assertEqual(self.audit(seoul, base)["verdict"], "well")

    @contextlib.contextmanager
    def nginx(self):
        top, port = pathlib.Path(self.folder) / "nginx", free_port()
        top.mkdir()
        text = (TOP / "deploy/proxies/nginx-site.conf").read_text()
        # TLS is test_proxies' subject.
        text = text[:text.index("server {")] + text[text.index("server {", text.index("server {") + 1):]
        text = re.sub(r"(?m)^    ssl_.*\n", "", text)
        for place, value in {"listen 443 ssl http2;": f"listen 127.0.0.1:{port};", "/srv/koinon-site": str(self.site.folder), "server_name notes.city.example;": ""}.items():
            self.assertIn(place, text)
            text = text.replace(place, value)
        (top / "site.conf").write_text(text)
        kept = "".join(f"  {what}_temp_path {top}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        (top / "nginx.conf").write_text(f"daemon off; {user} pid {top}/pid; error_log {top}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n{kept}  include {top}/site.conf;\n}}\n")
        process = subprocess.Popen([needs.find("nginx"), "-e", str(top / "error.log"), "-p", str(top), "-c", str(top / "nginx.conf")], stdin=subprocess.DEVNULL)
        base = f"http://127.0.0.1:{port}"

        def answers():
            self.assertIsNone(process.poll(), "nginx ended")
            try:
                urllib.request.urlopen(base + "/robots.txt", timeout=10).close()
                return True
            except OSError:
                return False
        try:
            wait_for(answers, "nginx serves")
            yield base
        finally:
            process.terminate()
            process.wait(60)


@needs.program("rclone", "deploy/setup --tests, with KOINON_ALL")
class Bucket(ExportTest):
    """An object store: s3rver, from npm."""

    @runs("Into an object store")
    def test_the_site_in_a_bucket(self):
        seoul = self.node("seoul")
        first = seoul.publish("Shade for bus stops")
        second = seoul.publish("A text that is taken back", "It shall be gone.")
        wait_for(lambda: second in seoul.refs(), "they are indexed")
        self.export(seoul)
        text, = blocks("Into an object store")
        with self.s3() as (base, environment):
            def upload():
                done = subprocess.run(["bash", "-euc", text], stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG,
                                      env={**environment, "FILES": str(self.site.folder), "BUCKET": "store:site"})
                self.assertEqual(done.returncode, 0, done.stderr.decode())

            def listed():
                done = subprocess.run([needs.find("rclone"), "lsf", "-R", "--files-only", "store:site"], check=True, capture_output=True, timeout=LONG, env=environment)
                return sorted(done.stdout.decode().splitlines())
            upload()
            self.ran.append(text)
            self.assertEqual(listed(), self.site.paths(), "all of the site, and nothing of the export's own")
            self.assertEqual(self.audit(seoul, f"{base}/site")["verdict"], "well")
            seoul.run("withdraw", second, "--erase", "--reason", "wrong")
            wait_for(lambda: seoul.record(second)["status"] == "erased", "it is erased")
            wait_for(lambda: second not in [note["ref"] for note in seoul.found("taken")], "the index knows it")
            self.export(seoul)
            upload()
            self.assertEqual(listed(), self.site.paths())
            with urllib.request.urlopen(f"{base}/site/records/{second}/index.html", timeout=60) as answer:
                self.assertNotIn(b"It shall be gone.", answer.read())
            with urllib.request.urlopen(f"{base}/site/records/{first}/index.html", timeout=60) as answer:
                self.assertEqual(answer.read(), self.site.read(f"records/{first}/index.html"))

    @contextlib.contextmanager
    def s3(self):
        port = free_port()
        held = pathlib.Path(self.folder) / "s3"
        process = subprocess.Popen([needs.find("node") or "node", str(TOP / "tests/browser/node_modules/s3rver/bin/s3rver.js"), "-d", str(held), "-a", "127.0.0.1", "-p", str(port),
                                    "--silent", "--configure-bucket", "site"], stdin=subprocess.DEVNULL)
        base = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "HOME": self.folder, "RCLONE_CONFIG_STORE_TYPE": "s3", "RCLONE_CONFIG_STORE_PROVIDER": "Other", "RCLONE_CONFIG_STORE_ENDPOINT": base,
                       "RCLONE_CONFIG_STORE_ACCESS_KEY_ID": "S3RVER", "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY": "S3RVER", "RCLONE_CONFIG_STORE_FORCE_PATH_STYLE": "true",
                       "RCLONE_S3_NO_CHECK_BUCKET": "true"}

        def answers():
            self.assertIsNone(process.poll(), "s3rver ended")
            try:
                urllib.request.urlopen(f"{base}/site", timeout=10).close()
                return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                return False
        try:
            wait_for(answers, "s3rver serves")
            yield base, environment
        finally:
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    unittest.main()
