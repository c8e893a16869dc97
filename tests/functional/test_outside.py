"""What search engines, feed hubs and portals of open data get: schema.org, microformats, sitemap, DCAT-AP, WebSub."""

import http.server
import json
import re
import threading
import unittest
import urllib.parse
import xml.etree.ElementTree as xml

import mf2py
import rdflib
import rdflib.compare
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, XSD

from api import ask, without_own_script
from nodes import NodesTest, wait_for

BASE = "https://notes.seoul.example"
SCHEMA = rdflib.Namespace("http://schema.org/")
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
EU = "http://publications.europa.eu/resource/authority/"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

PROFILE = """+++
kind = "profile"
type = "city"
display_name = "Seoul"
language = "en"
country = "KR"
wikidata = "Q8684"
geonames = "1835848"
latitude = 37.5665
longitude = 126.978
languages = ["ko", "en"]
website = "https://english.seoul.go.kr/"
contact = "press@seoul.example"
names = [{language = "ko", name = "서울"}]
+++
"""

SOURCES = """
[[sources]]
publisher = "UNDP Seoul Policy Centre"
title = "Article of 22 April 2020"
date = "2020-04-22"
url = "https://undp.example/article"
"""

HOSTILE = """+++
title = '</script><script>alert("t")</script> & \u2028 <!--'
language = "en"
topics = ["health/testing"]
person = '</script><img src=x onerror=alert(1)>'
summary = '<!--<script> & "quoted"'
licence = 'whatever </script>'
+++
Text.
"""


def note(title, text="Text.", language="en", more="", sources=""):
    return f'+++\ntitle = "{title}"\nlanguage = "{language}"\ntopics = ["health/testing"]\n{more}\n{sources}\n+++\n{text}\n'.encode()


class Hub:
    """A WebSub hub: notes which feeds it is told of; answers what `script` says, then 202."""

    def __init__(self, script=()):
        self.script, self.told, self.wrong = list(script), [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                said = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
                if said.get("hub.mode") != ["publish"] or self.headers["Content-Type"] != "application/x-www-form-urlencoded":
                    outer.wrong.append((said, dict(self.headers)))
                status = outer.script.pop(0) if outer.script else 202
                outer.told.append((status, *said.get("hub.url", [])))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def taken(self):
        return {url for status, url in self.told if status == 202}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Outside(NodesTest):
    def get(self, path, headers=None, node=None):
        return ask("GET", f"http://127.0.0.1:{(node or self.seoul).http_port}{path}", headers=headers)

    def start(self, *args):
        self.seoul = self.node("seoul", "--http-url", BASE, *args)
        self.seoul.run("publish", "-", stdin=PROFILE.encode())

    def publish(self, text, *args, node=None):
        node = node or self.seoul
        return node.run("publish", "-", *args, stdin=text if isinstance(text, bytes) else text.encode()).strip()

    def indexed(self, node=None):
        wait_for(lambda: (node or self.seoul).status()["index_lag"] == 0, "it is indexed")

    def page(self, ref):
        answer = self.get(f"/records/{ref}")
        self.assertEqual(answer.status, 200, ref)
        return answer.text()

    def data(self, page):
        """The JSON-LD of a page. An HTML parser must find exactly one such element, and JSON within it."""
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
        self.assertEqual(len(found), 1)
        self.assertNotRegex(found[0], "[<>&\u2028\u2029]")
        return json.loads(found[0])

    def graph(self, page):
        """The graph to which the JSON-LD expands; the context of schema.org is not fetched: its names are all from one place."""
        data = self.data(page)
        self.assertEqual(data.pop("@context"), "https://schema.org")
        data["@context"] = {"@vocab": str(SCHEMA)}
        return rdflib.Graph().parse(data=json.dumps(data), format="json-ld")

    def lasting(self, ref, node=None):
        """The address that means this entry for ever."""
        leaf = (node or self.seoul).record(ref)["leaf_hash"]
        return f"{BASE}/records/{ref}.{leaf[:32]}"

    def test_a_note_expands_to_the_graph_that_is_meant(self):
        self.start()
        first = self.publish(note("Shade", more='person = "Kim"\noffice = "Parks"', sources=SOURCES))
        second = self.publish(note("Shade, again", "Text, more of it.", more='person = "Kim"\noffice = "Parks"', sources=SOURCES), "--revises", first)
        korean = self.publish(note("그늘", "글.", "ko"), "--translates", second)
        derived = self.publish(note("Roofs", "Other text."), "--derives-from", second)
        self.indexed()
        graph = self.graph(self.page(second))
        itself = rdflib.URIRef(self.lasting(second))
        city = rdflib.URIRef(f"{BASE}/cities/seoul.example#city")
        value = lambda predicate: [str(o) for o in graph.objects(itself, SCHEMA[predicate])]
        self.assertEqual(list(graph.objects(itself, RDF.type)), [SCHEMA.Article])
        self.assertEqual(value("headline"), ["Shade, again"])
        self.assertEqual(value("inLanguage"), ["en"])
        self.assertEqual(value("license"), ["https://creativecommons.org/licenses/by/4.0/"])
        self.assertEqual(value("publisher"), [str(city)])
        said = {ref: self.seoul.record(ref)["created_at"] for ref in (first, second)}
        self.assertEqual(value("datePublished"), [said[first]])
        self.assertEqual(value("dateModified"), [said[second]])
        self.assertIn(city, set(graph.objects(itself, SCHEMA.author)))
        self.assertIn(SCHEMA.GovernmentOrganization, set(graph.objects(city, RDF.type)))
        self.assertEqual(str(graph.value(city, SCHEMA.name)), "Seoul")
        self.assertEqual(str(graph.value(graph.value(city, SCHEMA.department), SCHEMA.name)), "Parks")
        person = next(o for o in graph.objects(itself, SCHEMA.author) if o != city)
        self.assertEqual((str(graph.value(person, SCHEMA.name)), graph.value(person, SCHEMA.affiliation)), ("Kim", city))
        place = graph.value(itself, SCHEMA.spatialCoverage)
        point = graph.value(place, SCHEMA.geo)
        self.assertEqual((float(graph.value(point, SCHEMA.latitude)), float(graph.value(point, SCHEMA.longitude))), (37.5665, 126.978))
        self.assertEqual(str(graph.value(graph.value(place, SCHEMA.address), SCHEMA.addressCountry)), "KR")
        self.assertIn(rdflib.URIRef("http://www.wikidata.org/entity/Q8684"), set(graph.objects(place, SCHEMA.sameAs)))
        source = graph.value(itself, SCHEMA.citation)
        self.assertEqual(str(graph.value(source, SCHEMA.name)), "Article of 22 April 2020")
        self.assertEqual(graph.value(source, SCHEMA.url), rdflib.URIRef("https://undp.example/article"))
        self.assertEqual(str(graph.value(graph.value(source, SCHEMA.publisher), SCHEMA.name)), "UNDP Seoul Policy Centre")
        self.assertEqual(list(graph.objects(itself, SCHEMA.workTranslation)), [rdflib.URIRef(self.lasting(korean))])
        names = {str(graph.value(o, SCHEMA.propertyID)): str(graph.value(o, SCHEMA.value)) for o in graph.objects(itself, SCHEMA.identifier)}
        self.assertEqual(names, {"koinon-ref": second, "koinon-leaf-hash": self.seoul.record(second)["leaf_hash"]})
        self.assertEqual(len(value("keywords")), 1)
        of = self.graph(self.page(korean))
        self.assertEqual(list(of.objects(rdflib.URIRef(self.lasting(korean)), SCHEMA.translationOfWork)), [itself])
        of = self.graph(self.page(derived))
        self.assertEqual(list(of.objects(rdflib.URIRef(self.lasting(derived)), SCHEMA.isBasedOn)), [itself])

        # The lasting address, and all languages, from either of them.
        link = lambda page, rel: re.findall(rf'<link rel="{rel}" (?:hreflang="([^"]*)" )?href="([^"]*)">', page)
        self.assertEqual(link(self.page(first), "canonical"), [("", self.lasting(second))], "an older version leads to the newest")
        versions = {"en": self.lasting(second), "ko": self.lasting(korean), "x-default": self.lasting(second)}
        for ref in (second, korean):
            page = self.page(ref)
            self.assertEqual(link(page, "canonical"), [("", self.lasting(ref))])
            self.assertEqual({tag: url for tag, url in link(page, "alternate") if tag}, versions)
        self.assertEqual(dict(link(self.page(derived), "alternate")), {}, "one language needs no list")
        for url in versions.values():
            self.assertEqual(self.get(url.removeprefix(BASE)).status, 200)
        self.seoul.run("withdraw", derived)
        self.indexed()
        page = self.page(derived)
        self.assertNotIn("ld+json", page, "what was withdrawn is not to be found")
        self.assertNotIn('rel="canonical"', page)

    def test_questions_and_answers_have_types_of_their_own_and_an_adoption_says_what_it_adopts(self):
        self.start()
        ref = self.publish(note("Shade"))
        question = self.publish(note("How many?", more='kind = "question"'), "--about", ref)
        answer = self.publish(note("Ten", more='kind = "answer"'), "--answers", question, "--points-to", ref)
        adoption = self.publish('+++\nkind = "adoption"\ntitle = "Ours"\nlanguage = "en"\nstage = "adopted"\noutcome = "worked"\n+++\nText.\n', "--adopts", ref)
        self.indexed()
        for of, kind, predicate, target in ((question, "Question", "about", ref), (answer, "Answer", "parentItem", question), (answer, "Answer", "citation", ref),
                                            (adoption, "Article", "isBasedOn", ref)):
            graph = self.graph(self.page(of))
            itself = rdflib.URIRef(self.lasting(of))
            self.assertEqual(graph.value(itself, RDF.type), SCHEMA[kind])
            self.assertEqual(graph.value(itself, SCHEMA[predicate]), rdflib.URIRef(self.lasting(target)), (of, predicate))

    def test_hostile_words_end_no_element_and_name_no_address(self):
        self.start()
        ref = self.publish(HOSTILE)
        self.indexed()
        page = self.page(ref)
        data = self.data(page)
        self.assertIn('</script><script>alert("t")</script>', data["headline"], "it is said, as a text")
        self.assertEqual(data["license"]["name"], "whatever </script>")
        self.assertNotIn("<script", without_own_script(page))
        self.assertIn("script-src 'self'", self.get(f"/records/{ref}").headers["Content-Security-Policy"])

    def test_notes_and_lists_are_microformats(self):
        self.start()
        ref = self.publish(note("Shade", "We put **roofs** over stops.\n\n## Results\n\nCooler."))
        self.indexed()
        url = f"http://127.0.0.1:{self.seoul.http_port}"
        for path in (f"/records/{ref}", "/"):
            parsed = mf2py.parse(doc=self.get(path).text(), url=url + path)
            entries = parsed["items"]
            if path == "/":
                feed = next(item for item in entries if item["type"] == ["h-feed"])
                self.assertTrue(feed["properties"]["name"])
                entries = feed["children"]
            entry = next(item for item in entries if item["type"] == ["h-entry"])["properties"]
            self.assertEqual(entry["name"], ["Shade"], path)
            self.assertTrue(entry["summary"][0].startswith("We put roofs over stops."), path)
            self.assertTrue(entry["url"][0].startswith(f"{url}/records/{ref}"), path)
            self.assertEqual(self.get(urllib.parse.urlsplit(entry["url"][0]).path).status, 200)
            self.assertEqual(entry["published"], [self.seoul.record(ref)["created_at"]], path)
            self.assertEqual(len(entry["category"]), 1)
            author = entry["author"][0]
            self.assertEqual((author["type"], author["properties"]["name"], author["properties"]["url"]),
                             (["h-card"], ["Seoul"], [f"{url}/cities/seoul.example"]), path)
            if path != "/":
                self.assertIn("Cooler.", entry["content"][0]["value"])
                self.assertNotIn("Questions", entry["content"][0]["value"], "what others say is no part of it")

    def test_the_sitemap_has_every_note_that_stands(self):
        self.start()
        robots = self.get("/robots.txt").text()
        self.assertIn(f"\nSitemap: {BASE}/sitemap.xml\n", robots)
        for path in ("/?", "/map?", "/ties?"):
            self.assertIn(f"\nDisallow: {path}\n", robots, "filters can be combined without end")
        refs = [self.publish(note(f"Note {i}")) for i in range(4)]
        newer = self.publish(note("Note 0, again", "More."), "--revises", refs[0])
        self.seoul.run("withdraw", refs[1])
        self.indexed()
        listed = self.get("/sitemap.xml")
        self.assertEqual(listed.headers["Content-Type"], "application/xml; charset=utf-8")
        root = xml.fromstring(listed.body)
        self.assertEqual(root.tag, MAP + "sitemapindex")
        files = [loc.text for loc in root.iter(MAP + "loc")]
        urls = []
        for file in files:
            self.assertTrue(file.startswith(f"{BASE}/sitemaps/"), file)
            root = xml.fromstring(self.get(file.removeprefix(BASE)).body)
            self.assertEqual(root.tag, MAP + "urlset")
            urls += [loc.text for loc in root.iter(MAP + "loc")]
        for lastmod in root.iter(MAP + "lastmod"):
            self.assertRegex(lastmod.text, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual({url for url in urls if "/records/" in url}, {self.lasting(ref) for ref in (*refs[2:], newer)})
        self.assertIn(f"{BASE}/", urls)
        self.assertIn(f"{BASE}/catalog", urls)
        for url in urls:
            self.assertEqual(self.get(url.removeprefix(BASE)).status, 200, url)
        for wrong in ("notes-9.xml", "notes-.xml", "notes-1", "notes--1.xml", "notes-99999999999999999999.xml", "x.xml"):
            self.assertEqual(self.get(f"/sitemaps/{wrong}").status, 404, wrong)

    def catalogue(self):
        turtle, linked = self.get("/catalog.ttl"), self.get("/catalog.jsonld")
        self.assertEqual((turtle.headers["Content-Type"], linked.headers["Content-Type"]), ("text/turtle; charset=utf-8", "application/ld+json"))
        graphs = rdflib.Graph().parse(data=turtle.text(), format="turtle"), rdflib.Graph().parse(data=linked.text(), format="json-ld")
        both, ours, theirs = rdflib.compare.graph_diff(*map(rdflib.compare.to_isomorphic, graphs))
        self.assertEqual((len(ours), len(theirs)), (0, 0), (ours.serialize(), theirs.serialize()))
        return graphs[0]

    def test_the_catalogue_keeps_the_rules_of_dcat_ap(self):
        self.start()
        self.publish(note("Shade"))
        self.publish(note("Heat").replace(b"health/testing", b"climate/heat"))
        self.indexed()
        graph = self.catalogue()
        subjects = lambda of: set(graph.subjects(RDF.type, of))
        [catalogue] = subjects(DCAT.Catalog)
        self.assertEqual(str(catalogue), f"{BASE}/catalog")
        # Mandatory properties, each with what it must be; DCAT-AP 2.1 and 3.0, sections of the classes.
        mandatory = {DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset), DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
                     DCAT.Distribution: (DCAT.accessURL,), DCAT.DataService: (DCTERMS.title, DCAT.endpointURL), FOAF.Agent: (FOAF.name,)}
        for of, properties in mandatory.items():
            self.assertTrue(subjects(of), of)
            for subject in subjects(of):
                self.assertIsInstance(subject, rdflib.URIRef)
                for name in properties:
                    self.assertTrue(list(graph.objects(subject, name)), (subject, name))
        ranges = {DCTERMS.publisher: FOAF.Agent, DCAT.dataset: DCAT.Dataset, DCAT.distribution: DCAT.Distribution, DCAT.service: DCAT.DataService,
                  DCAT.servesDataset: DCAT.Dataset, DCAT.accessService: DCAT.DataService, DCTERMS.license: DCTERMS.LicenseDocument,
                  DCTERMS.language: DCTERMS.LinguisticSystem, DCTERMS.spatial: DCTERMS.Location, DCTERMS.temporal: DCTERMS.PeriodOfTime,
                  DCTERMS.accrualPeriodicity: DCTERMS.Frequency, DCTERMS.accessRights: DCTERMS.RightsStatement, DCTERMS.format: DCTERMS.MediaTypeOrExtent,
                  DCAT.mediaType: DCTERMS.MediaType, DCAT.contactPoint: VCARD.Kind}
        for name, of in ranges.items():
            self.assertTrue(list(graph.subject_objects(name)), name)
            for subject, value in graph.subject_objects(name):
                self.assertIn(of, set(graph.objects(value, RDF.type)), (subject, name, value))
        for name in (DCTERMS.title, DCTERMS.description, FOAF.name):
            for subject, value in graph.subject_objects(name):
                self.assertTrue(value.language, (subject, name, value))
        for of in (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT.DataService):
            for subject in subjects(of):
                titles = [value.language for value in graph.objects(subject, DCTERMS.title)]
                self.assertEqual(sorted(titles), ["ar", "en", "es", "fr", "it", "ko"], "one title a language")
        once = (DCTERMS.publisher, DCTERMS.issued, DCTERMS.modified, DCTERMS.license, DCTERMS.accrualPeriodicity, DCTERMS.accessRights, DCTERMS.format, DCAT.mediaType)
        for subject in set(graph.subjects()):
            for name in once:
                self.assertLessEqual(len(list(graph.objects(subject, name))), 1, (subject, name))
        for name in (DCTERMS.issued, DCTERMS.modified):
            for subject, value in graph.subject_objects(name):
                self.assertEqual(value.datatype, XSD.dateTime)
                value.toPython().isoformat()
        for name in (DCAT.theme, DCAT.themeTaxonomy):
            for subject, value in graph.subject_objects(name):
                self.assertTrue(str(value).startswith(EU + "data-theme"), value)

        dataset = lambda name: rdflib.URIRef(f"{BASE}/catalog#{name}")
        self.assertEqual(set(graph.objects(catalogue, DCAT.dataset)), {dataset("notes"), dataset("topic-health"), dataset("topic-climate")})
        self.assertEqual({str(t) for t in graph.objects(dataset("topic-health"), DCAT.theme)}, {EU + "data-theme/HEAL"})
        self.assertEqual({str(t) for t in graph.objects(dataset("notes"), DCAT.theme)}, {EU + f"data-theme/{name}" for name in ("HEAL", "ENVI", "GOVE")})
        self.assertEqual({str(t) for t in graph.objects(dataset("notes"), DCTERMS.language)}, {EU + "language/KOR", EU + "language/ENG"})
        self.assertEqual({str(t) for t in graph.objects(catalogue, DCTERMS.language)}, {EU + f"language/{code}" for code in ("ARA", "ENG", "FRA", "ITA", "KOR", "SPA")})
        self.assertIn(rdflib.URIRef(EU + "country/KOR"), set(graph.objects(catalogue, DCTERMS.spatial)))
        self.assertIn(rdflib.URIRef("https://sws.geonames.org/1835848/"), set(graph.objects(catalogue, DCTERMS.spatial)))
        contact = graph.value(dataset("notes"), DCAT.contactPoint)
        self.assertEqual(graph.value(contact, VCARD.hasEmail), rdflib.URIRef("mailto:press@seoul.example"))
        names = {value.language: str(value) for value in graph.objects(graph.value(catalogue, DCTERMS.publisher), FOAF.name)}
        self.assertEqual((names["ko"], names["en"]), ("서울", "Seoul"))
        self.assertEqual({str(t) for t in graph.objects(None, DCTERMS.license)}, {EU + "licence/CC_BY_4_0"})
        # Each address answers, with what is said of it.
        for distribution in subjects(DCAT.Distribution):
            answer = self.get(str(graph.value(distribution, DCAT.accessURL)).removeprefix(BASE))
            self.assertEqual(answer.status, 200, distribution)
            media = str(graph.value(distribution, DCAT.mediaType)).removeprefix("https://www.iana.org/assignments/media-types/")
            self.assertEqual(answer.headers["Content-Type"].split(";")[0], media)
            self.assertEqual("Shade" in answer.text(), "topic-climate" not in distribution, distribution)
        service = graph.value(catalogue, DCAT.service)
        self.assertEqual(self.get(str(graph.value(service, DCAT.endpointDescription)).removeprefix(BASE)).status, 200)

    def test_the_catalogue_comes_in_the_form_that_is_asked_for(self):
        self.start()
        self.indexed()
        for accept, media in (("text/turtle", "text/turtle"), ("application/ld+json", "application/ld+json"), ("text/html,*/*;q=0.8", "text/html"), ("*/*", "text/html"),
                              ("text/html;q=0.5, text/turtle", "text/turtle"), ("application/*", "application/ld+json"), ("image/png", "text/html"), ("TEXT/TURTLE;Q=1", "text/turtle")):
            answer = self.get("/catalog", {"Accept": accept})
            self.assertEqual((answer.status, answer.headers["Content-Type"].split(";")[0]), (200, media), accept)
            self.assertIn("Accept", [part.strip() for part in answer.headers["Vary"].split(",")])
        turtle = self.get("/catalog.ttl")
        self.assertEqual(self.get("/catalog.ttl", {"If-None-Match": turtle.headers["ETag"]}).status, 304)
        self.assertEqual(turtle.headers["Access-Control-Allow-Origin"], "*", "a portal's page may read it")
        page = self.get("/catalog", {"Accept-Language": "ko"}).text()
        self.assertIn('id="notes"', page)
        self.assertIn("서울", page)
        self.assertIn('href="/catalog"', self.get("/").text(), "pages lead to it")
        self.seoul.stop()
        self.seoul.public = False
        self.seoul.start("--http-url", BASE)
        for path in ("/catalog.ttl", "/catalog.jsonld", "/sitemap.xml", "/sitemaps/pages.xml"):
            self.assertEqual(self.get(path).status, 401, path)
        self.assertNotIn("Sitemap", self.get("/robots.txt").text())

    def test_an_observer_has_no_catalogue(self):
        observer = self.node("observer", init_args=("--observer",))
        self.assertEqual(self.get("/catalog.ttl", node=observer).status, 404)
        self.assertEqual(self.get("/catalog", node=observer).status, 404)
        self.assertNotIn('href="/catalog"', self.get("/", node=observer).text())
        self.assertNotIn("/catalog", self.get("/sitemaps/pages.xml", node=observer).text())

    def hub(self, *script):
        made = Hub(script)
        self.addCleanup(made.stop)
        return made

    def hub_args(self, hub):
        return ("--feeds-hub", hub.url, "--webhooks-allow-private", "--send-backoff-seconds", "1")

    def test_a_hub_is_told_of_each_feed_that_changed_and_again_after_a_failure(self):
        hub = self.hub(500, 503)
        self.start(*self.hub_args(hub))
        self.publish(note("Shade"))
        names = ("all", "city/seoul.example", "topic/health", "topic/health/testing")
        feeds = {f"{BASE}/feeds/{name}.{end}" for name in names for end in ("atom", "json")}
        wait_for(lambda: feeds <= hub.taken(), "the hub has taken all feeds of the note")
        self.assertEqual([status for status, _ in hub.told[:2]], [500, 503])
        self.assertEqual(hub.wrong, [])
        wait_for(lambda: "told again" in self.seoul.log(), "the log says that it goes on")
        # What a hub fetches names the hub and itself, in the feed and in the header.
        for url in sorted(feeds):
            answer = self.get(url.removeprefix(BASE))
            self.assertEqual(answer.headers["Link"], f'<{hub.url}>; rel="hub", <{url}>; rel="self"')
            if url.endswith(".atom"):
                links = {link.get("rel"): link.get("href") for link in xml.fromstring(answer.body).findall("{http://www.w3.org/2005/Atom}link")}
                self.assertEqual((links["hub"], links["self"]), (hub.url, url))
            else:
                self.assertEqual((answer.json()["hubs"], answer.json()["feed_url"]), ([{"type": "WebSub", "url": hub.url}], url))
        for path in ("/feeds/search.atom?q=shade", "/feeds/search.atom", "/feeds/all.atom?before=1"):
            self.assertNotIn("Link", self.get(path).headers, "of it no hub is told")

        # A withdrawal changes the feeds of what it takes back; what happened while the node was off is told after it.
        ref = self.publish(note("Heat").replace(b"health/testing", b"climate/heat"))
        heat = f"{BASE}/feeds/topic/climate/heat.atom"
        wait_for(lambda: heat in hub.taken(), "the hub is told of the second note")
        hub.told.clear()
        self.seoul.run("withdraw", ref)
        wait_for(lambda: heat in hub.taken(), "and that it is gone")

    def test_a_hub_that_is_away_is_told_after_a_restart_of_both(self):
        hub = self.hub()
        args = self.hub_args(hub)
        self.start(*args)
        everything = f"{BASE}/feeds/all.atom"
        self.publish(note("Before"))
        wait_for(lambda: everything in hub.taken(), "the hub is there")
        hub.stop()
        address = hub.server.server_address
        self.publish(note("Meanwhile").replace(b"health/testing", b"water/supply"))
        wait_for(lambda: "hub of feeds" in self.seoul.log(), "the log says that the hub does not answer")
        self.seoul.stop()
        hub.server = http.server.ThreadingHTTPServer(address, hub.server.RequestHandlerClass)
        hub.thread = threading.Thread(target=hub.server.serve_forever)
        hub.thread.start()
        hub.told.clear()
        self.seoul.start("--http-url", BASE, *args)
        wait_for(lambda: f"{BASE}/feeds/topic/water.json" in hub.taken(), "it is told of what came meanwhile")

    def test_a_hub_in_a_private_network_is_told_only_where_that_is_allowed(self):
        hub = self.hub()
        self.start("--feeds-hub", hub.url.replace("http:", "https:"), "--send-backoff-seconds", "1")
        self.publish(note("Shade"))
        wait_for(lambda: "hub of feeds did not take" in self.seoul.log(), "the log says so")
        self.assertIn("the address is of a private network", self.seoul.log())

    def test_without_a_hub_feeds_name_none_and_a_hub_needs_an_address_of_ours(self):
        self.start()
        answer = self.get("/feeds/all.atom")
        self.assertNotIn("Link", answer.headers)
        self.assertNotIn(b"hub", answer.body)
        self.assertNotIn("hubs", self.get("/feeds/all.json").json())
        for args, words in ((("--feeds-hub", "https://hub.example/"), "it needs http.url"), (("--feeds-hub", "http://hub.example/", "--http-url", BASE), "it is an https address"),
                            (("--feeds-hub", "hub", "--http-url", BASE), "it is an address such as https://hub.example/")):
            node = self.node(f"la{len(self.nodes)}", start=False)
            node.start(*args, wait=False)
            self.assertNotEqual(node.process.wait(60), 0)
            node.process = None
            self.assertIn(words, node.log())


if __name__ == "__main__":
    unittest.main()
