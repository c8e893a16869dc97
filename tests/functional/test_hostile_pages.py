"""What strangers try with pages: forms sent by nobody and by other sites, and text that wants to be more than text."""

import json
import re
import unittest
import urllib.parse

from api import Document, ask, without_own_script
from browser import Browser, member
from nodes import NodesTest, wait_for

# From published lists of cross-site scripting vectors (OWASP's, PortSwigger's), one of each way in.
PAYLOADS = ['<script>alert(1)</script>', '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", '<svg/onload=alert(1)>',
            '<iframe srcdoc="<script>alert(1)</script>">', '" autofocus onfocus=alert(1) x="', "javascript:alert(1)", "</textarea><script>alert(1)</script>",
            "</title><script>alert(1)</script>", "{{7*7}}{{{x_html}}}", "[[nav.find]]", "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
            "&lt;script&gt;alert(1)&lt;/script&gt;", "<a href=\"jav&#x09;ascript:alert(1)\">x</a>", "\u202egnp.exe\u202c", "`-alert(1)-`", "<style>*{color:red}</style>"]


class HostilePages(NodesTest):
    def test_whoever_is_not_known_changes_nothing(self):
        seoul = self.node("seoul")
        base = f"http://127.0.0.1:{seoul.http_port}"
        open_to_all = {"postLogin", "postWelcome", "postUnsubscribe", "chooseLanguage"}
        tried = 0
        for (method, path), operation in Document(ask("GET", base + "/api/v1/openapi.json").body).operations.items():
            if method != "POST" or "pages" not in operation["tags"] or operation["operationId"] in open_to_all:
                continue
            tried += 1
            body = b"csrf=&do=publish&title=T&solution=S&topics=health"
            answer = ask("POST", base + re.sub(r"\{.*?\}", "1", path), body, {"Content-Type": "application/x-www-form-urlencoded", "Origin": base})
            self.assertEqual(answer.status, 401, path)
        self.assertGreater(tried, 10)
        self.assertEqual(seoul.json("status")["entries"], 2)

    def test_no_other_site_uses_somebodys_session(self):
        seoul = self.node("seoul")
        press = member(seoul, "press", "publisher")
        cookie = "; ".join(f"{k}={v}" for k, v in press.cookies.items())
        press.go("/publish")
        csrf = press.page.form("/publish").fields["csrf"]
        body = b"title=T&solution=S&topics=health&do=publish&csrf="
        form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        entries = seoul.json("status")["entries"]
        for headers, token in (({}, ""), ({}, "wrong"), ({"Origin": "https://evil.example"}, csrf), ({"Sec-Fetch-Site": "cross-site"}, csrf)):
            answer = ask("POST", press.base + "/publish", body + token.encode(), form | headers)
            self.assertEqual(answer.status, 403, (headers, token))
        self.assertEqual(seoul.json("status")["entries"], entries)
        self.assertEqual(ask("POST", press.base + "/publish", body + csrf.encode(), form).status, 303, "with its token it is taken")
        headers = ask("GET", press.base + "/", headers={"Cookie": cookie}).headers
        policy = headers["Content-Security-Policy"]
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def assert_harmless(self, page):
        """No element, handler or address on the page is of anybody's but the templates' making."""
        source = without_own_script(page.source)
        self.assertNotIn("<script", source, page.url)
        for tag in ("iframe", "math", "style", "object", "embed"):
            self.assertNotIn(tag, page.tags, page.url)
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), f"{page.url}: {tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and tag != "link":
                self.assertRegex(value or "", r"^(https?://|mailto:|/|#)", f"{page.url}: {tag} {name}")
        for character in "\u202e\u202d\u2066\u2067\u2068\u200f\x00\x1b":
            self.assertNotIn(character, page.source, page.url)

    def test_what_anybody_writes_is_shown_as_text(self):
        seoul, la = self.pair()
        press = member(seoul, "press", "publisher")
        chief = member(seoul, "it", "operator")
        for number, payload in enumerate(PAYLOADS):
            # Reflected: in every parameter that a page takes.
            for path in ("/?q={}", "/?topic={}", "/?city={}", "/?country={}", "/?language={}", "/questions?topic={}", "/login?next={}", "/login?set={}",
                         "/publish?draft={}", "/publish?revises={}", "/ask?about={}", "/ask?to={}", "/answer?to={}", "/adopt?of={}", "/follow-up?of={}", "/worksheet?of={}", "/worksheet/print?of={}", "/inbox?state={}",
                         "/inbox?assignee={}", "/cities/{}", "/cities?q={}", "/cities?cursor={}", "/unsubscribe/{}", "/held/{}", "/records/{}/1", "/welcome/{}"):
                page = press.go(path.replace("{}", urllib.parse.quote(payload, safe="")))
                self.assert_harmless(page)
            # Kept and shown again: in every field of the form, when something else is wrong with it.
            press.go("/publish")
            names = [n for n in press.page.form("/publish").fields if n not in ("csrf", "draft", "version", "at", "language", "evidence", "status", "files")]
            press.submit("/publish", "preview", **{name: payload for name in names})
            self.assert_harmless(press.page)
            for path, action, button in (("/ask", "/ask", None), ("/profile", "/profile", None), ("/operate", "/operate", "invite"), ("/operate", "/operate", "join"),
                                         ("/operate", "/operate", "subscribe"), ("/operate", "/operate", "notice"), ("/operate/sending", "/operate/sending", "add"),
                                         ("/operate/accounts", "/operate/accounts", "add"), ("/account", "/account", "token"), ("/account", "/account", "mail")):
                chief.go(path)
                form = next(f for f in chief.page.forms if f.action == action and (button is None or ("do", button) in f.buttons))
                answer = chief.submit(action, button, **{name: payload for name in form.fields if name not in ("csrf", "at", "days", "scope", "role")})
                self.assert_harmless(answer)
            # Sent when its session had ended, and shown to be sent again.
            stranger = Browser(seoul)
            stranger.go("/login")
            body = urllib.parse.urlencode({payload: payload, "title": payload}).encode()
            self.assert_harmless(stranger._exchange("POST", "/publish", body))
        # Written by a peer, in every field that has text.
        for payload in PAYLOADS:
            quoted = json.dumps(payload.replace("\x00", ""))
            note = (f"+++\ntitle = {quoted}\nlanguage = \"en\"\ntopics = [\"health\"]\nsummary = {quoted}\noffice = {quoted}\nperson = {quoted}\n"
                    f"period = {quoted}\nstaff = {quoted}\ntime_to_launch = {quoted}\npeople_reached = {quoted}\ncontact = {quoted}\nlicence = {quoted}\n"
                    f"partners = [{quoted}]\n[cost]\namount = 1\ncurrency = \"EUR\"\nnote = {quoted}\n[[sources]]\npublisher = {quoted}\ntitle = {quoted}\n"
                    f"url = \"https://a.example/\"\n[[links]]\ntitle = {quoted}\nurl = \"https://a.example/\"\n[[commitments]]\nagreement = {quoted}\ntarget = {quoted}\n"
                    f"+++\n{payload}\n\n## Results\n\n{payload}\n")
            ref = la.run("publish", "-", stdin=note.encode()).strip()
            wait_for(lambda: seoul.shows(ref), "it crosses")
            self.assert_harmless(press.go(f"/records/{ref}"))
        wait_for(lambda: seoul.status()["index_lag"] == 0, "it is indexed")
        for path in ("/", "/?q=alert", "/cities", "/cities/la.example", "/notes", "/map", "/map?region=%3Csvg%3E", "/pictures", "/pictures?topic=%22%3E%3Cscript%3E", "/ties", "/ties?print=yes", "/ties?topic=%22%3E%3Cscript%3E", "/impact", "/desk"):
            self.assert_harmless(press.go(path))


if __name__ == "__main__":
    unittest.main()
