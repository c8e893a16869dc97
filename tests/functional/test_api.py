"""The API as its OpenAPI document describes it: linted, every operation used and held against it, every right tried."""

import json
import os
import pathlib
import shutil
import subprocess
import time
import unittest

from api import Api, account, ask, person, practice
from nodes import BIN, TOP, NodesTest, connected, wait_for
from wire import City, Session, serve_log


class OpenApi(NodesTest):
    def test_the_document_passes_redoclys_linter(self):
        seoul = self.node("seoul")
        text = ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/openapi.json").body
        folder = pathlib.Path(self.folder) / "lint"
        folder.mkdir()
        (folder / "openapi.json").write_bytes(text)
        (folder / "redocly.yaml").write_text("extends: [recommended]\n")
        redocly = shutil.which("redocly")
        self.assertIsNotNone(redocly, "the linter is there: deploy/setup --tests")
        environment = dict(os.environ, REDOCLY_TELEMETRY="off", CI="true", NO_COLOR="1")
        done = subprocess.run([redocly, "lint", "openapi.json"], cwd=folder, capture_output=True,
                              text=True, timeout=400, stdin=subprocess.DEVNULL, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        self.assertNotIn("warning", done.stderr.lower().replace("deprecat", ""), done.stderr[-3000:])

    def test_a_generated_client_compiles_and_does_its_work(self):
        seoul = self.node("seoul")
        packages = TOP / "tests" / "browser" / "node_modules"
        self.assertTrue((packages / "openapi-typescript").exists(), "the generator is there: deploy/setup --tests")
        folder = pathlib.Path(self.folder) / "client"
        folder.mkdir()
        (folder / "node_modules").symlink_to(packages)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "openapi.json").write_bytes(ask("GET", f"http://127.0.0.1:{seoul.http_port}/api/v1/openapi.json").body)
        shutil.copy(pathlib.Path(__file__).with_name("client.ts"), folder)

        def run(*command):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=400, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
            return done.stdout

        run(packages / ".bin" / "openapi-typescript", "openapi.json", "-o", "koinon.d.ts")
        run(packages / ".bin" / "tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", "--skipLibCheck", "client.ts")
        said = json.loads(run("node", "client.js", f"http://127.0.0.1:{seoul.http_port}", account(seoul, "script", "publisher")))
        self.assertEqual((said["kind"], said["status"], said["title"]), ("practice", "current", "From a generated client"))
        self.assertEqual(said["first"], {"kind": "profile", "current": True})
        self.assertEqual(said["problem"], {"title": "Bad Request", "code": "invalid_argument", "field": "kind"})

    def test_every_operation_does_what_the_document_says(self):
        seoul, la = self.node("seoul"), self.node("la")
        operator = account(seoul, "it", "operator")
        reviewer = account(seoul, "review", "reviewer")
        press = account(seoul, "press", "publisher", "--office", "Office of the Mayor", "--email", "press@seoul.example")
        api = Api(seoul, token=operator)
        office, chief = api.as_(press), api.as_(reviewer)

        # The node, and what it is connected to.
        for path in ("/healthz", "/readyz", "/metrics", "/robots.txt", "/api/v1/openapi.json", "/api/v1/id", "/api/v1/topics",
                     "/api/v1/status", "/api/v1/peers", "/api/v1/subscriptions"):
            api.get(path)
        api.post("/api/v1/peers", {"line": la.line()})
        la.run("peer", "add", seoul.line())
        wait_for(lambda: connected(seoul, "la.example"), "they connect")
        wait_for(lambda: len(api.get("/api/v1/cities").json()["items"]) == 2, "both cities are held")
        api.post("/api/v1/invites", {"for": "milan.example", "hours": 1, "address": "127.0.0.1:1"})
        api.post("/api/v1/subscriptions", {"topics": ["health", "climate"]}, expect=200)
        api.post("/api/v1/subscriptions", {"topics": "all"}, expect=200)
        api.post("/api/v1/vouches", {"city": "la.example"})
        api.delete("/api/v1/vouches/la.example", expect=200)
        wait_for(lambda: [c["city"] for c in api.get("/api/v1/cities?q=seou&limit=1").json()["items"]] == ["seoul.example"], "it is found by a part of its domain")
        page = api.get("/api/v1/cities?limit=1").json()
        self.assertEqual([c["city"] for c in page["items"]], ["la.example"])
        self.assertEqual([c["city"] for c in api.get(f"/api/v1/cities?limit=1&cursor={page['next']}").json()["items"]], ["seoul.example"])
        wait_for(lambda: [h["city"] for h in api.get("/api/v1/cities/seoul.example").json()["held_by"]] == ["la.example"], "what it holds of us is known")
        self.assertEqual(api.get("/api/v1/cities/la.example").json()["trust_path"], ["la.example"])
        wait_for(lambda: [v["city"] for v in api.get("/api/v1/cities/la.example").json()["vouches_for"]] == ["seoul.example"], "its vouch for us arrives")
        rest = api.get("/api/v1/cities/la.example?vouches_from=1").json()
        self.assertEqual((rest["vouches_total"], rest["vouches_for"]), (1, []))
        self.assertEqual(len(api.get("/api/v1/cities/seoul.example?vouchers_from=0").json()["vouched_for_by"]), 1)
        self.assertEqual(api.get("/api/v1/cities/seoul.example?vouchers_from=1").json()["vouched_for_by"], [])
        api.get("/api/v1/cities/seoul.example?vouchers_from=x", expect=400)
        self.assertNotIn("vouches_total", api.get("/api/v1/cities/la.example?parts=holders").json())
        api.post("/api/v1/blocks", {"city": "la.example"}, expect=200)
        blocked = [c["city"] for c in api.get("/api/v1/blocks").json()["items"]]
        self.assertEqual(blocked, [f"la.example~{la.log_id()[:16]}"], "the bare name is nobody's now")
        self.assertTrue(api.get("/api/v1/cities/la.example").json()["blocked"])
        api.delete("/api/v1/blocks/la.example", expect=200)
        self.assertEqual(api.get("/api/v1/cities/la.example").json()["city"], "la.example", "and la's again")
        api.get("/api/v1/explain/la.example")
        self.assertEqual(api.get("/api/v1/cities/la.example/evidence", expect=404).json()["detail"], "no evidence is held against this city")
        self.assertFalse(api.put("/api/v1/clock", {"right": True}).json()["off"])
        api.put("/api/v1/clock", {"right": False}, expect=400, valid=False)
        api.post("/api/v1/reindex", expect=202)

        # Publishing: a file with a note, a preview, a hold, drafts, an import.
        file = office.call("POST", "/api/v1/attachments", body=b"a plan", expect=201,
                           headers={"Content-Type": "application/octet-stream"}).json()
        note = practice("Testing from the car", evidence=3, cost={"amount": 120000, "currency": "EUR"})
        note["attachments"] = [{"sha256": file["sha256"], "name": "plan.txt", "media_type": "text/plain"}]
        office.get(f"/api/v1/attachments/{file['sha256']}")
        office.get(f"/api/v1/attachments/{'0' * 64}", expect=404)
        preview = office.post("/api/v1/previews", note, expect=200).json()
        self.assertIn("<p>Text.</p>", preview["html"])
        self.assertEqual((preview["office"], preview["when"], preview.get("stands_as")), ("Office of the Mayor", "now", None))
        ref = office.post("/api/v1/records", note).json()["ref"]
        here = f"/api/v1/records/{ref}"
        wait_for(lambda: api.get("/api/v1/search?q=car").json()["total"] == 1, "it is indexed")
        record = api.get(here).json()
        self.assertEqual(record["body"]["author"]["office"], "Office of the Mayor", "a publisher speaks for its office")
        for part in ("proof", "signers", "keys", "entry", "body", "markdown", "fit", "linked", "attachments", f"attachments/{file['sha256']}"):
            api.get(f"{here}/{part}")
        linked = api.get(f"{here}/linked").json()
        self.assertEqual((linked["json_ld"]["@type"], linked["json_ld"]["@id"]), ("Article", linked["canonical"]))
        offered = api.get("/api/v1/catalogue").json()
        self.assertEqual(([one["id"] for one in offered["datasets"]], offered["city"]), (["notes", "topic-health"], ref.split("/")[0]))
        api.call("POST", f"{here}/attachments/{file['sha256']}", expect=202)
        self.assertIn("quorum", api.get("/api/v1/policy").text())
        self.assertIn(ref.split("/")[0] + "/koinon/", api.get(f"/api/v1/policy?city={ref.split('/')[0]}").text())
        api.get("/api/v1/policy?counts=countries")
        api.get("/api/v1/policy?quorum=30", expect=400)
        held = office.post("/api/v1/records", practice("Held", ["health"]) | {"hold": 3600}, expect=202).json()
        self.assertEqual(office.get("/api/v1/held").json()["items"][0]["state"], "waiting")
        self.assertEqual(office.delete(f"/api/v1/held/{held['id']}", expect=200).json()["state"], "cancelled")
        held = office.post("/api/v1/records", practice("Held again", ["health"]) | {"hold": 3600}, expect=202).json()
        self.assertEqual(office.get(f"/api/v1/held/{held['id']}").json()["state"], "waiting")
        chief.post(f"/api/v1/held/{held['id']}/release")
        draft = office.post("/api/v1/drafts", practice("Draft")).json()
        one = f"/api/v1/drafts/{draft['id']}"
        tag = office.get(one).headers["ETag"]
        office.call("PUT", one, practice("Draft, better"), headers={"If-Match": tag}, expect=200)
        self.assertEqual(office.call("PUT", one, practice("Draft, lost"), headers={"If-Match": tag}).status, 409)
        self.assertEqual(office.call("DELETE", one, headers={"If-Match": tag}).status, 409)
        self.assertEqual([d["owner"] for d in chief.get("/api/v1/drafts").json()["items"]], ["press"])
        office.post(f"{one}/publish", {"hold": 0})
        gone = office.post("/api/v1/drafts", practice("Gone")).json()
        office.post("/api/v1/drafts", practice("Kept"))
        first = office.get("/api/v1/drafts?limit=1").json()
        rest = office.get(f"/api/v1/drafts?limit=1&cursor={first['next']}").json()
        self.assertEqual([d["note"]["content"]["title"] for d in first["items"] + rest["items"]], ["Kept", "Gone"])
        self.assertNotIn("next", rest)
        office.get("/api/v1/drafts?cursor=x", expect=400)
        office.delete(f"/api/v1/drafts/{gone['id']}")
        result = office.post("/api/v1/imports", {"notes": [practice("One"), practice("Two"), practice("")]}, expect=200)
        self.assertEqual([r["outcome"] for r in result.json()["results"]], ["published", "published", "refused"])
        office.post("/api/v1/withdrawals", {"ref": result.json()["results"][0]["ref"], "reason": "a mistake"})

        # What others say comes into the inbox; what one watches stays with oneself.
        wait_for(lambda: la.shows(ref), "it reaches the other city")
        adoption = la.run("adopt", ref, "--stage", "adopted", "--outcome", "worked", "--text", "As it was.").strip()
        inbox = wait_for(lambda: office.get("/api/v1/inbox").json()["items"], "the adoption comes in")
        self.assertEqual((inbox[0]["ref"], inbox[0]["state"]), (adoption, "new"))
        office.patch(f"/api/v1/inbox/{adoption}", {"state": "open", "assignee": "press", "remark": "call them"})
        self.assertEqual(office.get("/api/v1/inbox?state=new").json()["items"], [])
        self.assertEqual(len(office.get("/api/v1/inbox?assignee=press").json()["items"]), 1)
        # A remark that is too long is refused, and what stood there stays; so where somebody else has written meanwhile.
        office.patch(f"/api/v1/inbox/{adoption}", {"remark": "a" + "\u00e9" * 1500}, expect=413)
        self.assertEqual(office.get("/api/v1/inbox").json()["items"][0]["remark"], "call them")
        office.patch(f"/api/v1/inbox/{adoption}", {"remark": "mine", "remark_was": ""}, expect=409)
        self.assertEqual(office.get("/api/v1/inbox").json()["items"][0]["remark"], "call them")
        office.patch(f"/api/v1/inbox/{adoption}", {"remark": "called", "remark_was": "call them"})
        office.put(f"/api/v1/watchlist/{ref}", {"remark": "a" + "\u00e9" * 1500}, expect=413)
        self.assertIn("press", [one["name"] for one in office.get("/api/v1/colleagues").json()["items"]])
        office.put(f"/api/v1/watchlist/{ref}", {"remark": "for June"}, expect=204)
        self.assertEqual([w["ref"] for w in office.get("/api/v1/watchlist").json()["items"]], [ref])
        self.assertEqual(chief.get("/api/v1/watchlist").json()["items"], [], "another's is another's")
        office.delete(f"/api/v1/watchlist/{ref}")
        api.get(f"/api/v1/explain/{ref}")
        # Would it work here? One worksheet an office.
        sheet = office.get(f"/api/v1/worksheets/{ref}")
        self.assertEqual((sheet.headers["ETag"], sheet.json()["verdict"]), ('"v0"', "too-early"))
        office.put(f"/api/v1/worksheets/{ref}", {"core": "yes", "needs": [{"answer": "have"}] * 6, "context": {"climate": "no"}, "plan": "In May."},
                   headers={"If-Match": '"v0"'})
        self.assertEqual([w["verdict"] for w in office.get("/api/v1/worksheets").json()["items"]], ["fits"])
        office.put(f"/api/v1/worksheets/{ref}", {}, expect=409, headers={"If-Match": '"v0"'})
        office.delete(f"/api/v1/worksheets/{ref}")
        office.delete(f"/api/v1/worksheets/{ref}", expect=404)

        # Reading.
        api.get("/api/v1/records?kind=practice&limit=2")
        facets = api.get("/api/v1/search?q=car&outcome=worked&evidence=2&cost=100k-1m").json()["facets"]
        self.assertEqual([(f["value"], f["count"]) for f in facets["topic"]], [("health", 1), ("health/testing", 1)])
        self.assertIn("salud/pruebas", facets["topic"][1]["aliases"])
        api.get("/api/v1/similar?population=9000000&climate=Dwa")
        self.assertEqual(api.get("/api/v1/similar?population=9000000&climate=Dwa&q=zzyzx").json()["items"], [])
        asked = api.get("/api/v1/search?q=how+do+we+test+people+in+a+car+OR+zzyzx").json()["items"]
        self.assertIn(ref, [item["ref"] for item in asked], "a sentence finds what has some of its words")
        self.assertEqual([g["outcome"] for g in api.get("/api/v1/impact").json()["given"]], ["worked"])
        self.assertEqual([(a["from"], a["to"]) for a in api.get("/api/v1/map").json()["adoptions"]], [("seoul.example", "la.example")])
        self.assertEqual(api.get(f"{here}/figures").json()["all"]["worked"], 1)
        self.assertEqual(api.get("/api/v1/figures?topic=health").json()["taken_up"]["adoptions"], 1)
        graph = api.get("/api/v1/trust-graph").json()
        self.assertEqual([(c["city"], c["hops"]) for c in graph["cities"]], [("seoul.example", 0), ("la.example", 1)])
        self.assertTrue(api.get("/api/v1/measures").json()["samples"])
        self.assertEqual([s["outcome"] for s in api.get(f"/api/v1/records/{ref}/story").json()["steps"] if s["part"] == "adopted"], ["worked"])
        self.assertEqual(api.get("/api/v1/story").json()["story"]["practice"]["ref"], ref)
        self.assertEqual(api.get("/api/v1/ties?topic=health&went=worked").json()["total"], 1)
        api.get("/api/v1/ties?year_from=1066", expect=400)
        api.get("/api/v1/ties.csv")
        api.get("/api/v1/ties.csv?table=matrix&group=city")
        self.assertEqual(office.get("/api/v1/follow-ups").json()["items"], [])
        start = int((time.time() + 86400) * 1000)
        call = office.post("/api/v1/records", {"kind": "call", "language": "en", "to": ["la.example"], "content": {
            "title": "Staff", "text": "How many?", "form": "call", "time_zone": "Asia/Seoul", "times": [{"start_ms": str(start), "minutes": 30}]}}).json()["ref"]
        wait_for(lambda: la.shows(call), "the call reaches the other city")
        la.run("call-reply", call, "--yes", "1", "--zone", "America/Los_Angeles")
        wait_for(lambda: api.get(f"/api/v1/records/{call}").json()["call"]["phase"] == "agreed", "it is agreed")
        self.assertEqual([c["ref"] for c in api.get("/api/v1/calls?phase=agreed").json()["items"]], [call])
        self.assertEqual(api.get("/api/v1/cities/la.example/clock").json()["time_zone"], "America/Los_Angeles")
        api.get(f"/api/v1/records/{call}/call.ics")
        proposed = la.run("propose", ref, "--section", "solution", "--text", "And a tent.", "--language", "en").strip()
        wait_for(lambda: [p["ref"] for p in api.get(f"{here}/proposals").json()["items"]] == [proposed], "the proposal arrives")
        self.assertEqual(api.get(f"/api/v1/records/{proposed}/proposal").json()["state"], "open")
        api.get(f"{here}/our-word", expect=404)
        there = Api(la)
        there.document = api.document
        self.assertEqual(there.get(f"{here}/our-word").json()["outcome"], "worked")
        for path in ("/feeds.opml", "/feeds/all.atom", "/feeds/all.json", "/feeds/search.atom?q=car",
                     "/feeds/search.json?q=car", "/feeds/topic/health/testing.atom", "/feeds/city/seoul.example.json",
                     f"/records/{ref}", "/log/seoul.example/checkpoint", "/log/seoul.example/keys",
                     "/log/seoul.example/tile/0/000.p/2"):
            api.get(path)

        # Accounts.
        boss = api.as_(None, person(seoul, "boss", "operator"))
        made = boss.post("/api/v1/accounts", {"name": "new", "role": "reader"}).json()
        code = made["link"].rsplit("/", 1)[1]
        nobody = api.as_(None)
        nobody.get(f"/welcome/{code}")
        self.assertEqual(nobody.get(f"/api/v1/passwords/{code}").json()["name"], "new")
        nobody.call("POST", "/api/v1/passwords", {"code": code, "password": "a long enough one"}, expect=204)
        nobody.get(f"/api/v1/passwords/{code}", expect=404)
        second = boss.post("/api/v1/accounts/new/link", expect=201).json()["link"].rsplit("/", 1)[1]
        nobody.call("POST", f"/welcome/{second}", body=b"csrf=&password=another+long+enough+one", expect=303,
                    headers={"Content-Type": "application/x-www-form-urlencoded"})
        session = nobody.post("/api/v1/sessions", {"name": "new", "password": "another long enough one"})
        cookie = {"Cookie": session.headers["Set-Cookie"].split(";")[0], "Koinon-CSRF": session.json()["csrf"]}
        self.assertEqual(nobody.get("/api/v1/me", headers=cookie).json()["name"], "new")
        nobody.call("PUT", "/api/v1/accounts/new/password", {"old": "another long enough one", "new": "the third of them"},
                    headers=cookie, expect=204)
        session = nobody.post("/api/v1/sessions", {"name": "new", "password": "the third of them"})
        cookie = {"Cookie": session.headers["Set-Cookie"].split(";")[0], "Koinon-CSRF": session.json()["csrf"]}
        nobody.call("DELETE", "/api/v1/sessions/current", headers=cookie, expect=204)
        api.get("/api/v1/accounts")
        boss.patch("/api/v1/accounts/new", {"role": "publisher", "office": "Parks"})
        for what in ("tokens", "feeds"):
            made = boss.post(f"/api/v1/accounts/new/{what}", {"label": "script", "days": 30}).json()
            api.get(f"/api/v1/accounts/new/{what}")
            api.delete(f"/api/v1/accounts/new/{what}/{made['id']}")
        self.assertEqual(boss.post("/api/v1/signing", {"alone": True}, expect=200).json()["state"], "signs")
        self.assertEqual(boss.get("/api/v1/paused-credentials").json()["items"], [])
        boss.post("/api/v1/paused-credentials", {"all": True}, expect=204)
        boss.post("/api/v1/paused-credentials", {"id": "unknown"}, expect=404)
        boss.delete("/api/v1/accounts/new")
        api.get("/api/v1/audit?limit=5")

        # What is sent.
        hook = api.post("/api/v1/webhooks", {"url": "https://203.0.113.1/hook", "topic": "health"}).json()
        api.get("/api/v1/webhooks")
        api.get(f"/api/v1/webhooks/{hook['id']}/deliveries")
        api.delete(f"/api/v1/webhooks/{hook['id']}")
        office.put("/api/v1/accounts/press/mail", {"at_once": True, "digests": [{"topic": "climate", "days": 7}]})
        self.assertEqual(office.get("/api/v1/accounts/press/mail").json()["digests"], [{"topic": "climate", "days": 7}])
        office.post("/api/v1/accounts/press/mail/digests", expect=202)
        api.get("/api/v1/mail")
        api.delete(f"{here}/attachments/{file['sha256']}", expect=200)
        self.assertTrue(api.patch("/api/v1/peers/la.example", {"paused": True}).json()["paused"])
        changed = api.patch("/api/v1/peers/la.example", {"paused": False, "address": f"127.0.0.1:{la.peer_port}"}).json()
        self.assertEqual((changed["paused"], changed["address"]), (False, f"127.0.0.1:{la.peer_port}"))
        api.patch("/api/v1/peers/la.example", {}, expect=400)
        api.patch("/api/v1/peers/la.example", {"address": "nowhere"}, expect=400)
        api.patch("/api/v1/peers/nobody", {"paused": True}, expect=404)
        api.delete("/api/v1/peers/la.example", expect=200)
        made = api.post("/api/v1/invites", {"for": "milan.example", "hours": 1, "address": "127.0.0.1:1"}).json()
        self.assertIn((made["id"], "milan.example"), [(i["id"], i["for"]) for i in api.get("/api/v1/invites").json()["items"]])
        api.delete(f"/api/v1/invites/{made['id']}")
        self.assertNotIn(made["id"], [i["id"] for i in api.get("/api/v1/invites").json()["items"]])
        line = la.json("invite", "--address", f"127.0.0.1:{la.peer_port}", "--no-qr")["line"]
        api.post("/api/v1/join", {"line": line, "vouch": False})

        # Streams, one-time links of mails, a webhook or mail that is tried, and evidence of forks have tests of their own: test_events, test_sending, test_command_line, test_told; so have templates: test_template; and keys: test_keys, test_node_key, test_recovery; and whether others reach us: test_doctor. Sitemap and catalogue: test_outside.
        elsewhere = {"makeTemplate", "getSitemap", "getSitemapFile", "getCatalogAsJsonLd", "getCatalogAsTurtle", "askReaches", "streamEvents", "unsubscribe", "testWebhook", "testMail", "getEvidence", "thaw", "rotateKey", "rotateNodeKey", "rotateCosignerKey", "prepareRecoveryKey", "changeRecoveryKey"}
        everything = {o["operationId"] for o in api.document.operations.values() if "pages" not in o["tags"]}  # test_pages
        self.assertEqual(everything - api.document.seen - elsewhere, set(), "operations that no test used")

    def test_every_address_asks_for_the_right_it_names(self):
        seoul = self.node("seoul", start=False)
        seoul.public = False
        seoul.start()
        tokens = {"nobody": None}
        for role in ("reader", "publisher", "reviewer", "operator"):
            tokens[role] = account(seoul, f"a-{role}", role)
        api = Api(seoul)
        ranks = {"Open to everyone.": 0, "Takes a reader; open to everyone where reading is public.": 1,
                 "Takes an account.": 1, "Takes a publisher.": 2, "Takes a reviewer.": 3, "Takes an operator.": 4,
                 "Takes an operator, or a token of the scope metrics.": 4}
        roles = ["nobody", "reader", "publisher", "reviewer", "operator"]
        tried = 0
        for (method, pattern), operation in api.document.operations.items():
            if operation["operationId"] in ("streamEvents", "removePeer", "logOut"):
                continue
            path = pattern
            for name, value in (("city", "nowhere.example"), ("index", "1"), ("sha256", "ab"), ("id", "999"),
                                ("name", "nobody"), ("peer", "nobody"), ("code", "abc"), ("topic", "x.atom"), ("path", "0/000"), ("file", "1.xml")):
                path = path.replace("{%s}" % name, value)
            takes_person = operation["description"].endswith(" No token opens it.")
            need = ranks[operation["description"].removesuffix(" No token opens it.")]
            for rank, role in enumerate(roles):
                headers = {"Authorization": f"Bearer {tokens[role]}"} if tokens[role] else {}
                status = ask(method, api.base + path, b"{" if method in ("POST", "PUT", "PATCH") else None, headers).status
                own_log_aside = pattern.startswith("/log/")
                if own_log_aside:
                    continue
                if rank < need:
                    # A page sends whom it does not know to where one logs in.
                    unknown = 303 if "pages" in operation["tags"] and method == "GET" else 401
                    self.assertEqual(status, unknown if role == "nobody" else 403, f"{role} {method} {path}")
                elif takes_person and role != "nobody":
                    self.assertEqual(status, 403, f"a token of {role} {method} {path}")
                else:
                    self.assertNotIn(status, (401,), f"{role} {method} {path}")
                tried += 1
        self.assertGreater(tried, 300)
        # Another city's tiles are read by readers, our own by anyone.
        self.assertEqual(ask("GET", api.base + "/log/seoul.example/checkpoint").status, 200)
        self.assertEqual(ask("GET", api.base + "/log/nowhere.example/checkpoint").status, 401)

    def test_a_profile_is_asked_where_its_measures_come_from_and_compares_cities(self):
        seoul, la = self.node("seoul"), self.node("la")
        bare = 'kind = "profile"\nlanguage = "en"\ndisplay_name = "Seoul"\nclimate = "Dwa"\nincome_band = "high"\n'
        published = subprocess.run([str(BIN / "koinon"), "--data", str(seoul.data), "--json", "publish", "-"], capture_output=True,
                                   input=f'+++\n{bare}[population]\nvalue = 9400000\n+++\n'.encode(), check=True)
        warnings = json.loads(published.stdout)["warnings"]
        self.assertEqual([w.rsplit(": ", 1)[1] for w in warnings], ["population.source", "climate_source", "income_source"])
        whole = bare + 'climate_source = "Beck 2018"\nincome_source = "World Bank"\n[population]\nvalue = 9400000\nsource = "Census 2020"\n'
        said = json.loads(seoul.run("--json", "publish", "-", stdin=f"+++\n{whole}+++\n".encode()))
        self.assertEqual(said["warnings"], [])
        self.assertEqual(seoul.json("show", said["ref"])["body"]["profile"]["population"]["source"], "Census 2020")
        la.run("publish", "-", stdin=b'+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "LA"\nclimate = "Csa"\nincome_band = "high"\n'
               b'[population]\nvalue = 3900000\nsource = "Census"\n+++\n')
        ref = la.publish("From a city of about our size")
        seoul.run("peer", "add", la.line())
        la.run("peer", "add", seoul.line())
        wait_for(lambda: ref in seoul.refs(kind="practice"), "it crosses")
        item = seoul.json("similar")["items"][0]
        self.assertEqual(item["ref"], ref)
        self.assertIn("published by a city of an income like yours", [r["text"] for r in item["reasons"]])

    def test_a_filtered_inbox_loses_nothing_between_its_pages(self):
        seoul, la = self.node("seoul"), self.node("la")
        seoul.run("peer", "add", la.line())
        la.run("peer", "add", seoul.line())
        ref = seoul.publish("Taken up again and again")
        wait_for(lambda: la.shows(ref), "it reaches the other city")
        for i in range(5):
            la.run("adopt", ref, "--stage", "adopted", "--outcome", "worked", "--text", f"Time {i}.")
        office = Api(seoul, token=account(seoul, "press", "publisher"))
        newest_first = wait_for(lambda: len(items := office.get("/api/v1/inbox").json()["items"]) == 5 and items, "all come in")
        office.patch(f"/api/v1/inbox/{newest_first[1]['ref']}", {"state": "done"})
        expected = [item["ref"] for i, item in enumerate(newest_first) if i != 1]
        # Of five the second is left out: with pages of three the first page ends within what is read last.
        for limit in (1, 2, 3, 4):
            found, page = [], office.get(f"/api/v1/inbox?state=new&limit={limit}").json()
            while True:
                self.assertLessEqual(len(page["items"]), limit)
                found += [item["ref"] for item in page["items"]]
                if "next" not in page:
                    break
                page = office.get(f"/api/v1/inbox?state=new&limit={limit}&cursor={page['next']}").json()
            self.assertEqual(found, expected, limit)

    def test_an_inbox_and_a_watchlist_of_long_titles_come_in_pages_of_bounded_size(self):
        seoul = self.node("seoul", "--window-bytes", 64 << 20)
        city = City("python.example", self.folder)
        seoul.run("peer", "add", "--no-vouch", city.line())
        session = Session(seoul.peer_port, city)
        session.send_hello(city)
        session.follow()
        own = session.expect("hello").log_id
        session.expect("follow")
        # As long as lists show them; quotation marks take two bytes each in JSON.
        notes = [city.practice(to=[own], title=f"{i} " + '"' * 200, summary='"' * 2048) for i in range(600)]
        serve_log(session, city, [(city.genesis(), b"")] + notes)
        refs = [f"python.example/{i}" for i in range(1, 601)]
        office = Api(seoul, token=account(seoul, "press", "publisher"))
        wait_for(lambda: seoul.entries("python.example") == 601 and seoul.status()["index_lag"] == 0, "all are shown")
        for ref in refs:
            office.put(f"/api/v1/watchlist/{ref}", {}, expect=204)
        for path in ("/api/v1/inbox", "/api/v1/watchlist"):
            pages, cursor = [], ""
            while cursor is not None:
                answer = office.get(f"{path}?limit=1000{cursor}")
                self.assertLess(len(answer.body), 2_200_000, path)
                pages.append([item["ref"] for item in answer.json()["items"]])
                self.assertTrue(pages[-1], path)
                cursor = f"&cursor={answer.json()['next']}" if "next" in answer.json() else None
            self.assertEqual(sorted(sum(pages, [])), sorted(refs), f"{path}: each once")
            self.assertEqual(len(pages), 2, path)
        # What the last page ended with may be watched no longer: the next one follows on all the same.
        first = office.get("/api/v1/watchlist?limit=300").json()
        office.delete(f"/api/v1/watchlist/{first['items'][-1]['ref']}")
        rest = office.get(f"/api/v1/watchlist?limit=1000&cursor={first['next']}").json()
        self.assertEqual(sorted(item["ref"] for item in first["items"] + rest["items"]), sorted(refs))
        for nonsense in ("x", "1.2", "1.2.x", "99999999999999999999.1." + "a" * 52):
            office.get(f"/api/v1/watchlist?cursor={nonsense}", expect=400)
        session.close()

    def test_what_is_not_in_the_document_is_not_served(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        for path in ("/api/v1/", "/api/v2/records", "/api/v1/records/seoul.example", "/admin", "/feeds/", "/log"):
            self.assertEqual(ask("GET", base + path).status, 404, path)
        wrong = ask("DELETE", base + "/api/v1/records")
        self.assertEqual(wrong.json(), {"type": "about:blank", "title": "Method Not Allowed", "status": 405, "code": "wrong_method",
                                        "detail": "this address does not take that method"})
        self.assertEqual(sorted(wrong.headers["Allow"].split(", ")), ["GET", "POST"])

    def test_lists_and_records_are_asked_for_again_by_their_tag(self):
        seoul = self.node("seoul")
        ref = seoul.publish("Tagged")
        base = f"http://127.0.0.1:{seoul.http_port}"
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        for path in (f"/api/v1/records/{ref}", "/api/v1/records", "/api/v1/search?q=tagged", "/api/v1/topics"):
            first = ask("GET", base + path)
            again = ask("GET", base + path, headers={"If-None-Match": first.headers["ETag"]})
            self.assertEqual((again.status, again.body), (304, b""), path)
        parts = {f"/api/v1/records/{ref}{part}": "" for part in ("", "/proof", "/entry", "/body", "/markdown")}
        for path in parts:
            parts[path] = ask("GET", base + path).headers["ETag"]

        def changed():
            return {path for path, tag in parts.items() if ask("GET", base + path, headers={"If-None-Match": tag}).status == 200}

        # A head that proves the record anew changes the proof, and nothing that is said of the record.
        tag = ask("GET", base + "/api/v1/records").headers["ETag"]
        seoul.publish("Another")
        wait_for(lambda: ask("GET", base + "/api/v1/records", headers={"If-None-Match": tag}).status == 200, "a list that changed is given anew")
        self.assertEqual(changed(), {f"/api/v1/records/{ref}/proof"})
        weakened = parts[f"/api/v1/records/{ref}/entry"]
        self.assertEqual(ask("GET", f"{base}/api/v1/records/{ref}/entry", headers={"If-None-Match": "W/" + weakened}).status, 304, "as a proxy that compresses asks")
        seoul.run("withdraw", ref)
        wait_for(lambda: f"/api/v1/records/{ref}" in changed(), "what becomes of it changes it")

    def test_a_parameter_that_an_address_does_not_take_is_refused(self):
        seoul = self.node("seoul")
        seoul.publish("Shade for bus stops")
        base = f"http://127.0.0.1:{seoul.http_port}"
        wait_for(lambda: seoul.refs(kind="practice"), "it is indexed")
        for path, field, part in (("/api/v1/records?topics=health", "topics", "topic, city, kind"), ("/api/v1/search?order=oldest", "order", "best or newest"),
                                  ("/api/v1/search?versions=none", "versions", "all or standing"), ("/api/v1/records?kind=practises", "kind", "practice"),
                                  ("/api/v1/cities/seoul.example?parts=all", "parts", "holders"), ("/api/v1/events?since=2020-01-01", "since", "topic or after"),
                                  ("/feeds/all.atom?limit=5", "limit", "before or key"), ("/healthz?verbose=1", "verbose", "none"),
                                  ("/api/v1/records?since=yesterday", "since", "2026-12-01")):
            answer = ask("GET", base + path)
            self.assertEqual((answer.status, answer.json()["title"], answer.json()["field"]), (400, "Bad Request", field), path)
            self.assertIn(part, answer.json()["detail"], path)
        for path in ("/api/v1/search?q=shade&", "/api/v1/search?q=shade&order=", "/?q=shade&utm_source=mail&fbclid=x"):
            self.assertEqual(ask("GET", base + path).status, 200, path)

    def test_a_city_or_record_that_is_not_here_is_named_and_the_field_is_a_field(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        for path, field, named in (("/api/v1/records/nowhere.example/1", "city", "nowhere.example"), ("/api/v1/records?city=nowhere.example", "city", "nowhere.example"),
                                   ("/feeds/city/nowhere.example.atom", "city", "nowhere.example"), ("/api/v1/records/seoul.example/400", "ref", "seoul.example/400")):
            answer = ask("GET", base + path)
            self.assertEqual((answer.status, answer.json()["field"]), (404, field), path)
            self.assertIn(named, answer.json()["detail"], path)

    def test_a_country_and_a_language_are_found_in_any_case(self):
        seoul = self.node("seoul")
        seoul.run("publish", "-", stdin=b'+++\nkind = "profile"\nlanguage = "en"\ndisplay_name = "Seoul"\ncountry = "KR"\n+++\n')
        seoul.run("publish", "-", stdin=b'+++\ntitle = "Sombra"\nlanguage = "pt-BR"\ntopics = ["climate/heat"]\n+++\nTexto.\n')
        api = Api(seoul)
        wait_for(lambda: api.get("/api/v1/search?q=sombra").json()["total"] == 1, "it is indexed")
        for words in ("country=KR", "country=kr", "country=Kr", "language=pt", "language=PT", "language=pt-br", "language=PT_BR"):
            self.assertEqual(api.get(f"/api/v1/search?{words}").json()["total"], 1, words)
        for words in ("country=US", "language=p", "language=pt-PT"):
            self.assertEqual(api.get(f"/api/v1/search?{words}").json()["total"], 0, words)

    def test_lists_begin_at_a_time(self):
        seoul = self.node("seoul")
        api = Api(seoul, token=account(seoul, "it", "operator"))
        early = seoul.publish("Early")
        wait_for(lambda: early in seoul.refs(kind="practice"), "it is indexed")
        arrived = api.get(f"/api/v1/records/{early}").json()["arrived_at"]
        # The next one comes in a later second than the first.
        wait_for(lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > arrived, "the second passes")
        late = seoul.publish("Late")
        wait_for(lambda: late in seoul.refs(kind="practice"), "it is indexed")
        since = api.get(f"/api/v1/records/{late}").json()["arrived_at"]
        for path in ("/api/v1/records?kind=practice", "/api/v1/search?q=text", "/api/v1/search?kind=practice"):
            refs = lambda since: [item["ref"] for item in api.get(f"{path}&since={since}").json()["items"]]  # noqa: E731
            self.assertEqual(refs(since), [late], path)
            self.assertEqual(set(refs(arrived)), {early, late}, path)
            self.assertEqual(set(refs("2020-01-01")), {early, late}, path)
            self.assertEqual(set(refs("2020-01-01T09:00:00+09:00")), {early, late}, "a plus sign that nobody encoded")
            self.assertEqual(refs("2999-01-01"), [], path)
        audit = lambda since: [line["action"] for line in api.get(f"/api/v1/audit?since={since}").json()["items"]]  # noqa: E731
        self.assertIn("publish", audit("2020-01-01"))
        self.assertEqual(audit("2999-01-01"), [])
        self.assertEqual(api.get("/api/v1/inbox?since=2020-01-01").json()["items"], [])
        self.assertEqual([item["ref"] for item in seoul.json("list", "--kind", "practice", "--since", since)["items"]], [late])

    def test_pages_of_other_sites_read_what_everybody_may_and_nothing_else(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        token = account(seoul, "it", "operator")
        wait_for(lambda: seoul.status()["index_lag"] == 0, "it is indexed")
        other = {"Origin": "https://map.example", "Sec-Fetch-Site": "cross-site"}
        for path in ("/api/v1/records", "/api/v1/records/seoul.example/1", "/api/v1/records/seoul.example/999", "/feeds/all.json", "/log/seoul.example/checkpoint"):
            answer = ask("GET", base + path, headers=other)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*", path)
            self.assertEqual(answer.headers["Cross-Origin-Resource-Policy"], "same-origin", "and no page has it within itself unread")
            self.assertNotIn("Access-Control-Allow-Credentials", answer.headers)
        may = ask("OPTIONS", base + "/api/v1/records", headers=other | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"})
        self.assertEqual((may.status, may.headers["Access-Control-Allow-Origin"], may.headers["Access-Control-Allow-Methods"]), (204, "*", "GET, HEAD"))
        self.assertEqual(sorted(may.headers["Allow"].split(", ")), ["GET", "OPTIONS", "POST"])
        for method, path, headers in (("GET", "/api/v1/records", {"Authorization": f"Bearer {token}"}), ("GET", "/api/v1/accounts", {}), ("GET", "/", {}),
                                      ("POST", "/api/v1/previews", {}), ("OPTIONS", "/api/v1/accounts", {}), ("OPTIONS", "/login", {})):
            self.assertNotIn("Access-Control-Allow-Origin", ask(method, base + path, b"{}" if method == "POST" else None, other | headers).headers, (method, path))
        self.assertIn("Disallow: /api/", ask("GET", base + "/robots.txt").text())
        seoul.stop()
        seoul.public = False
        seoul.start()
        base = f"http://127.0.0.1:{seoul.http_port}"
        for method, path in (("GET", "/api/v1/records"), ("GET", "/api/v1/id"), ("OPTIONS", "/api/v1/records")):
            self.assertNotIn("Access-Control-Allow-Origin", ask(method, base + path, headers=other).headers, (method, path))
        self.assertEqual(ask("GET", base + "/robots.txt").text(), "User-agent: *\nDisallow: /\n")

    def test_a_page_that_is_sent_around_says_what_it_is(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        ref = seoul.publish("Shade & shelter", "We put **roofs** over [stops](https://a.example/x).\n\n- cooler\n- drier")
        wait_for(lambda: ref in seoul.refs(kind="practice"), "it is indexed")
        page = ask("GET", f"{base}/records/{ref}").text()
        for said in ('<meta name="description" content="We put roofs over stops.', '<meta property="og:type" content="article">',
                     '<meta property="og:title" content="Shade &amp; shelter">', f'<meta property="og:url" content="{base}/records/{ref}">'):
            self.assertIn(said, page)
        self.assertIn('<meta property="og:type" content="website">', ask("GET", base + "/").text())
        self.assertNotIn("og:title", ask("GET", base + "/records/seoul.example/999").text())


if __name__ == "__main__":
    unittest.main()
