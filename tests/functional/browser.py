"""A browser without JavaScript: pages, their links and forms, cookies, redirects."""

import html.parser
import re
import urllib.parse

from api import PASSWORD, ask


class Form:
    def __init__(self, action, enctype):
        self.action, self.enctype, self.fields, self.buttons = action, enctype, {}, []


def multipart(values, files):
    """As browsers encode a form that may have files (RFC 7578)."""
    boundary = "----KoinonTest7MA4YWxkTrZu0gW"
    out = []
    for name, value in values:
        out.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for field, (name, media_type, content) in files or [("upload", ("", "application/octet-stream", b""))]:
        quoted = name.replace('"', "%22")
        out.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\nContent-Type: {media_type}\r\n\r\n'.encode()
                   + content + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(out) + f"--{boundary}--\r\n".encode()


class Page(html.parser.HTMLParser):
    """What a page has: its text, links, forms with what their fields hold."""

    def __init__(self, url, answer):
        super().__init__()
        self.url, self.status, self.headers, self.source = url, answer.status, answer.headers, answer.text()
        self.links, self.forms, self.pieces, self.attributes, self.tags = [], [], [], [], []
        self._form = self._select = self._area = None
        self._quiet = 0
        self.feed(self.source)

    @property
    def text(self):
        return " ".join("".join(self.pieces).split())

    def form(self, action):
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs.items()]
        if tag in ("script", "style", "title"):
            self._quiet += 1
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        if tag == "form":
            self._form = Form(attrs.get("action"), attrs.get("enctype", ""))
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value = attrs.get("name"), attrs.get("value", "")
        if tag == "input" and name and (attrs.get("type") not in ("checkbox", "radio", "file") or "checked" in attrs):
            self._form.fields[name] = value or ""
        if tag == "button":
            self._form.buttons.append((name, value))
        if tag == "select":
            self._select = name
            self._form.fields[name] = None
        if tag == "option" and self._select and ("selected" in attrs or self._form.fields[self._select] is None):
            self._form.fields[self._select] = value or ""
        if tag == "textarea":
            self._area = name
            self._form.fields[name] = ""

    def handle_endtag(self, tag):
        if tag in ("script", "style", "title"):
            self._quiet -= 1
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self._form.fields[self._area] += data
        elif not self._quiet:
            self.pieces.append(data)


class Browser:
    def __init__(self, node, language="en", document=None):
        self.base, self.language, self.document = f"http://127.0.0.1:{node.http_port}", language, document
        self.cookies, self.page, self.visited = {}, None, []

    def _exchange(self, method, path, body=None, media_type="application/x-www-form-urlencoded"):
        headers = {"Accept-Language": self.language}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= {"Content-Type": media_type, "Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        answer = ask(method, self.base + path, body, headers)
        if self.document:
            self.document.check_answer(self.document.find(method, path.split("?")[0]), answer, f"{method} {path}")
            self.document.seen.add(self.document.find(method, path.split("?")[0])["operationId"])
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        self.visited.append((method, path, answer.status))
        if answer.status == 303:
            return self._exchange("GET", answer.headers["Location"])
        self.page = Page(path, answer)
        return self.page

    def go(self, path):
        return self._exchange("GET", path)

    def submit(self, action, button=None, files=(), **fields):
        form = next(form for form in self.page.forms
                    if form.action == action and (button is None or ("do", button) in form.buttons))
        unknown = set(fields) - set(form.fields)
        # A radio button or a checkbox that is not chosen has no value yet.
        values = form.fields | fields
        assert not [name for name in unknown if f'name="{name}"' not in self.page.source], f"no field {unknown} in {action}"
        if button:
            values["do"] = button
        values = [(name, value or "") for name, value in values.items()]
        if form.enctype == "multipart/form-data":
            media_type, body = multipart(values, [("upload", file) for file in files])
            return self._exchange("POST", action, body, media_type)
        return self._exchange("POST", action, urllib.parse.urlencode(values).encode())

    def log_in(self, name, password):
        self.go("/login")
        return self.submit("/login", name=name, password=password)


def welcomed(node, welcome, name):
    """Who has set the password on the page of a one-time link, and has logged in."""
    browser = Browser(node)
    browser.go(welcome)
    assert browser.page.status == 200, browser.page.text
    browser.submit(welcome, password=PASSWORD)
    assert "/login" in browser.page.url, browser.page.text
    browser.log_in(name, PASSWORD)
    assert browser.page.status == 200, browser.page.text
    return browser


def first_operator(node, said):
    """The operator, by the link that a command has printed as it made the node."""
    chief = welcomed(node, re.findall("/welcome/[a-z2-7]{52}", said)[-1], "operator")
    assert chief.go("/operate/accounts").status == 200 and chief.page.url == "/operate/accounts", chief.page.text
    return chief


def member(node, name, role, *args):
    """An account whose owner has set the password on the page of its link, and has logged in."""
    made = node.json("user", "add", name, "--role", role, *args)
    link = made.get("link") or node.json("user", "link", name)["link"]  # with single sign-on it is asked for
    return welcomed(node, "/welcome/" + link.rsplit("/", 1)[1], name)
