"""A client of the HTTP API that holds every request and response against the node's own OpenAPI document."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

import jsonschema


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


OPENER = urllib.request.build_opener(NoRedirects, urllib.request.ProxyHandler({}))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode()


def ask(method, url, body=None, headers=None):
    """One HTTP exchange, whatever its outcome."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with OPENER.open(request, timeout=60) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def post(node, path, value, headers=None, method="POST"):
    return ask(method, f"http://127.0.0.1:{node.http_port}{path}", json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def get(node, path, headers=None):
    return ask("GET", f"http://127.0.0.1:{node.http_port}{path}", headers=headers or {})


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def closed(schema):
    """The schema without room for members that it does not name. The document leaves that room, so that answers may grow;
    what a node answers today stands in it whole."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: closed(one) for name, one in schema.items()}
    if isinstance(out.get("properties"), dict) and out.get("type") == "object":
        out.setdefault("additionalProperties", False)
    return out


def page_operation(page):
    """A page shows something, or leads to a page that does. Its refusals are pages too."""
    shown = {"text/html": {"schema": {"type": "string"}}}
    if page["method"] == "POST":
        shown["application/json"] = {"schema": {"type": "object"}}
    responses = {status: {"content": shown} for status in ("200", "4XX", "5XX")}
    return {**page, "tags": ["pages"], "responses": {**responses, "303": {}}}


class Document:
    def __init__(self, text):
        self.document = json.loads(text)
        self.components = closed(self.document["components"])
        self.operations = {(page["method"], page["path"]): page_operation(page) for page in self.document["x-pages"]}  # by method and pattern
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                self.operations[(method.upper(), path)] = operation
        self.seen = set()  # operationIds that answered well

    def find(self, method, path):
        """The operation that a request is for: fixed segments before named ones, as the node has it."""
        best = None
        for (known, pattern), operation in self.operations.items():
            if known != method:
                continue
            rest = pattern.endswith("/{topic}") or pattern.endswith("/{path}")
            parts = [re.escape(p) if not p.startswith("{") else "[^/]+" for p in pattern.split("/")]
            if rest:
                parts[-1] = ".+"
            if re.fullmatch("/".join(parts), path):
                names = pattern.count("{")
                if best is None or names < best[0]:
                    best = (names, operation)
        return best[1] if best else None

    def check(self, schema, value, what):
        whole = dict(closed(schema))
        whole["components"] = self.components
        validator = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        for error in validator.iter_errors(value):
            raise AssertionError(f"{what}: {error.json_path}: {error.message[:300]}\n{json.dumps(value)[:600]}")

    def check_answer(self, operation, answer, what):
        responses = operation["responses"]
        declared = responses.get(str(answer.status), responses.get(f"{str(answer.status)[0]}XX"))
        if declared is None:
            raise AssertionError(f"{what}: {answer.status} is not in the document: {answer.body[:300]}")
        if "$ref" in declared:
            declared = self.document["components"]["responses"][declared["$ref"].rsplit("/", 1)[1]]
        content = declared.get("content", {})
        if not answer.body:
            if content:
                raise AssertionError(f"{what}: an empty body where {list(content)} is declared")
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        if kind not in content:
            raise AssertionError(f"{what}: {kind} is not declared, only {list(content)}: {answer.body[:300]}")
        if kind.endswith("json"):
            self.check(content[kind]["schema"], json.loads(answer.body), what)


class Api:
    def __init__(self, node, document=None, token=None):
        self.base = f"http://127.0.0.1:{node.http_port}"
        self.token = token
        self.document = document or Document(ask("GET", self.base + "/api/v1/openapi.json").body)

    headers = {}  # sent with every request

    def as_(self, token, headers=None):
        other = object.__new__(Api)
        other.base, other.document, other.token, other.headers = self.base, self.document, token, headers or {}
        return other

    def call(self, method, path, value=None, body=None, headers=None, expect=None, valid=True):
        """`value` goes as JSON and is held against the document unless it is meant to be wrong."""
        bare = urllib.parse.urlsplit(path).path
        operation = self.document.find(method, urllib.parse.unquote(bare))
        if operation is None:
            raise AssertionError(f"{method} {bare} is not in the document")
        what = f"{method} {path}"
        headers = {**self.headers, **(headers or {})}
        if value is not None:
            if valid:
                self.document.check(operation["requestBody"]["content"]["application/json"]["schema"], value, what)
            body = json.dumps(value).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = ask(method, self.base + path, body, headers)
        self.document.check_answer(operation, answer, what)
        if answer.status < 400:
            self.document.seen.add(operation["operationId"])
        if expect is not None and answer.status != expect:
            raise AssertionError(f"{what}: {answer.status}, not {expect}: {answer.body[:500]}")
        return answer

    def get(self, path, expect=200, **kwargs):
        return self.call("GET", path, expect=expect, **kwargs)

    def post(self, path, value=None, expect=201, **kwargs):
        return self.call("POST", path, value, expect=expect, **kwargs)

    def put(self, path, value=None, expect=200, **kwargs):
        return self.call("PUT", path, value, expect=expect, **kwargs)

    def patch(self, path, value=None, expect=200, **kwargs):
        return self.call("PATCH", path, value, expect=expect, **kwargs)

    def delete(self, path, expect=204, **kwargs):
        return self.call("DELETE", path, expect=expect, **kwargs)


def practice(title, topics=("health/testing",), language="en", **content):
    content.setdefault("solution", "Text.")
    return {"kind": "practice", "language": language, "topics": list(topics), "content": {"title": title, **content}}


def account(node, name, role, *args):
    """Makes an account and a token of it that may all that the account may."""
    node.run("user", "add", name, "--role", role, *args)
    return node.run("token", "add", name, "--scope", role).strip()


PASSWORD = "a sentence is a good password"


def person(node, name, role, *args):
    """Makes an account and logs in as it: the headers of its session."""
    link = node.json("user", "add", name, "--role", role, *args)["link"]
    base = f"http://127.0.0.1:{node.http_port}/api/v1"
    kind = {"Content-Type": "application/json"}
    body = json.dumps({"code": link.rsplit("/", 1)[1], "password": PASSWORD}).encode()
    assert ask("POST", base + "/passwords", body, kind).status == 204
    made = ask("POST", base + "/sessions", json.dumps({"name": name, "password": PASSWORD}).encode(), kind)
    assert made.status == 201, made.body
    return {"Cookie": made.headers["Set-Cookie"].split(";")[0], "Koinon-CSRF": made.json()["csrf"]}


def without_own_script(page):
    """The page without the one script that pages load, the node's own by its digest, and without the data of a note for
    programs, which no browser runs: JSON in which no markup stands."""
    page = re.sub(r'<script src="/assets/koinon\.[0-9a-f]{12}\.js" defer></script>', "", page)
    data = re.search(r'<script type="application/ld\+json">([^<>&]*)</script>', page)
    if data is None:
        return page
    json.loads(data.group(1))
    return page[:data.start()] + page[data.end():]
