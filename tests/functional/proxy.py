"""A TCP proxy that counts bytes, for what a connection costs on the wire."""

import socket
import threading


class CountingProxy:
    """Forwards connections to a port of this machine; counts what passes in each direction, and turns: how often
    the direction changed once counting began."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.records = []  # (direction, TLS record type, bytes), in the order seen
        self.sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            self.sockets += [client, server]
            for source, sink, direction in ((client, server, "out"), (server, client, "in")):
                threading.Thread(target=self._pump, args=(source, sink, direction), daemon=True).start()

    def _pump(self, source, sink, direction):
        pending = b""
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                pending += data
                while len(pending) >= 5 and len(pending) >= 5 + int.from_bytes(pending[3:5], "big"):
                    size = 5 + int.from_bytes(pending[3:5], "big")
                    with self.lock:
                        self.records.append((direction, pending[0], size))
                    pending = pending[size:]
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def reset(self):
        with self.lock:
            self.records = []

    def seen(self):
        with self.lock:
            return list(self.records)

    def close(self):
        self.listener.close()
        for s in self.sockets:
            s.close()
