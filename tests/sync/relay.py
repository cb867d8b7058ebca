"""A relay between laptop and server, on a real socket, that can spoil what passes through it."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

type Spoil = Callable[["Handler"], None]


class Relay(ThreadingHTTPServer):
    """Passes requests on to `upstream`; those whose path begins with `spoiled` meet `spoil`.

    With `after_all` the server does its part first, and only its answer is lost. `left` counts
    how many more requests may pass before the spoiling begins.
    """

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.spoiled = "/"
        self.spoil: Spoil | None = None
        self.after_all = False
        self.left = 0
        self.over = threading.Event()
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when the laptop hung up on us."""

    def spoils(self, path: str) -> bool:
        if self.spoil is None or not path.startswith(f"/sync/v1{self.spoiled}"):
            return False
        self.left -= 1
        return self.left < 0


class Handler(BaseHTTPRequestHandler):
    """One request on its way."""

    protocol_version = "HTTP/1.1"
    server: Relay

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _pass(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        spoil = self.server.spoil if self.server.spoils(self.path) else None
        if spoil and not self.server.after_all:
            self._spoiled(spoil)
            return
        line = http.client.HTTPConnection(self.server.upstream)
        line.request(self.command, self.path, body, dict(self.headers.items()))
        with line.getresponse() as answer:
            data = answer.read()
        line.close()
        if spoil:
            self._spoiled(spoil)
            return
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() == "content-encoding"]
        self.answer(answer.status, data, dict(kept))

    do_GET = do_POST = do_PATCH = _pass

    def _spoiled(self, spoil: Spoil) -> None:
        self.close_connection = True
        spoil(self)

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Write a whole answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def relay_to(upstream: str) -> Iterator[Relay]:
    """Run a relay in front of a server."""
    with running(Relay(upstream)) as relay:
        yield relay


@contextmanager
def running[R: Relay](relay: R) -> Iterator[R]:
    """Run a relay for as long as the block runs."""
    thread = threading.Thread(target=relay.serve_forever, args=(0.02,), name="relay")
    thread.start()
    try:
        yield relay
    finally:
        relay.over.set()
        relay.shutdown()
        relay.server_close()
        thread.join()


def says(status: int, body: bytes, **headers: str) -> Spoil:
    """Answer with this."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(status, body, named)


def raw(data: bytes) -> Spoil:
    """Write these bytes as they are and hang up."""

    def write(handler: Handler) -> None:
        handler.wfile.write(data)

    return write


def stalls(data: bytes) -> Spoil:
    """Write these bytes and then nothing, without hanging up."""

    def write(handler: Handler) -> None:
        handler.wfile.write(data)
        handler.wfile.flush()
        handler.server.over.wait(30)

    return write
