"""A log and its web server, written from C2SP tlog-tiles, tlog-checkpoint and signed-note alone: it shares no code with the product."""

import base64
import gzip
import hashlib
import http.server
import re
import threading

from wire import sign, vkey

WIDTH = 256


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """RFC 6962, 2.1, over leaf hashes; level by level, an odd one goes up as it is."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        pairs = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + ([hashes[-1]] if len(hashes) % 2 else [])
    return hashes[0]


class TileLog:
    def __init__(self, entries, public, seed, origin="log.example/audited"):
        self.origin, self.public, self.seed = origin, public, seed
        self.entries = list(entries)
        self.levels = [[leaf_hash(entry) for entry in self.entries]]
        while len(self.levels[-1]) >= WIDTH:
            below = self.levels[-1]
            self.levels.append([root_of(below[i:i + WIDTH]) for i in range(0, len(below) - WIDTH + 1, WIDTH)])
        text = f"{origin}\n{len(self.entries)}\n{base64.b64encode(root_of(self.levels[0])).decode()}\n"
        key = vkey(origin, public)
        signature = bytes.fromhex(key.split("+")[1]) + sign(seed, text.encode())
        self.note = f"{text}\n\u2014 {origin} {base64.b64encode(signature).decode()}\n".encode()
        self.vkey = key

    def changed(self, place, entry):
        """The same with another entry; its hashes and head fit."""
        entries = list(self.entries)
        entries[place] = entry
        return self.of(entries)

    def of(self, entries):
        return TileLog(entries, self.public, self.seed, self.origin)

    def tile(self, path):
        found = re.fullmatch(r"(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", path)
        if not found:
            return None
        kind, number, width = found.group(1), int(found.group(2).replace("/", "").replace("x", "")), int(found.group(3) or WIDTH)
        if kind == "entries":
            run = self.entries[number * WIDTH:number * WIDTH + width]
            body = b"".join(len(entry).to_bytes(2, "big") + entry for entry in run)
        else:
            level = int(kind)
            run = self.levels[level][number * WIDTH:number * WIDTH + width] if level < len(self.levels) else []
            body = b"".join(run)
        return body if len(run) == width else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a small body would wait for the head's acknowledgement

    def log_message(self, *args):
        pass

    def do_GET(self):
        server = self.server.owner
        with server.lock:
            server.count += 1
            count = server.count
            server.asked.append(self.path)
        if self.path in server.redirects:
            self.answer(302, b"", [("Location", server.redirects[self.path])])
            return
        body = None
        if self.path in server.instead:
            body = server.instead[self.path]
        elif self.path == "/log/checkpoint":
            body = server.log.note
        elif self.path.startswith("/log/tile/"):
            body = server.log.tile(self.path[len("/log/tile/"):])
        if body is None:
            self.answer(404, b"none\n", [])
            return
        # Bundles are packed without being asked, as the specification allows.
        packed = "/tile/entries/" in self.path
        body = gzip.compress(body, 1) if packed else body
        self.answer(200, body, [("Content-Encoding", "gzip")] if packed else [], server.cuts.pop(count, None))
        if count in server.hooks:
            server.hooks.pop(count)()

    def answer(self, status, body, headers, share=None):
        """`share`: of the body, after which the connection is cut."""
        try:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if share is None else body[:int(len(body) * share)])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if share is not None:
            self.close_connection = True


class TileServer:
    def __init__(self, log):
        self.log = log
        self.lock = threading.Lock()
        self.count = 0
        self.asked = []
        self.cuts = {}  # number of a request: which share of its answer is sent before the connection ends
        self.hooks = {}  # number of a request: what is called after its answer
        self.instead = {}
        self.redirects = {}
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.owner = self
        self.url = f"http://127.0.0.1:{self.http.server_port}/log"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()
