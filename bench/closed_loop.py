"""Asks a server as fast as it answers: each connection sends its next request with the answer.

Requests are bytes made beforehand, answers are read and not looked into: what is measured is
the server, as far as one machine for both allows.
"""

import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec

from bench.bank import Laptop
from sync.protocol.compression import unpack
from sync.protocol.messages import MAX_DECOMPRESSED
from sync.protocol.proof import TokenGrant
from sync.protocol.versions import VERSION

AT_ONCE = 256 * 1024
SIGN_IN = "/token"
TIMEOUT_S = 60.0
END_OF_HEAD = b"\r\n\r\n"


class Answer(msgspec.Struct, frozen=True):
    """What came back: the status and the body as it was on the wire."""

    status: int
    body: bytes


class Driven(msgspec.Struct, frozen=True):
    """How many requests were answered in how many seconds, and the bytes of the bodies."""

    answered: int
    seconds: float
    bytes_down: int

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return self.answered / self.seconds


def request(laptop: Laptop, method: str, path: str, body: bytes = b"") -> bytes:
    """Return a request of a laptop as it goes over the line; the body is zstd already.

    It is proven now, so it is good once and for five minutes.
    """
    shown = laptop.shows.headers(method, f"/sync/v1{path}", body, enrolled=path == SIGN_IN)
    lines = [
        f"{method} /sync/v1{path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in shown.items()),
        f"Sync-Version: {VERSION}",
        "Accept-Encoding: zstd, gzip",
        f"Content-Length: {len(body)}",
    ]
    lines += ["Content-Type: application/json", "Content-Encoding: zstd"] if body else []
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


class Connection:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = bytearray(AT_ONCE)  # kept: what is measured shares the machine

    def ask(self, sent: bytes) -> Answer:
        """Send a request and return the whole answer; raises ConnectionError when it is cut."""
        self._socket.sendall(sent)
        have = 0
        while (at := self._read.find(END_OF_HEAD, 0, have)) < 0:
            have += self._more(have)
        head = bytes(self._read[:at]).lower()
        size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        begin = at + len(END_OF_HEAD)
        while have < begin + size:
            have += self._more(have)
        return Answer(int(head.split(b" ", 2)[1]), bytes(memoryview(self._read)[begin:have]))

    def _more(self, have: int) -> int:
        """Read on behind what is there; return how many bytes came."""
        if have == len(self._read):
            self._read += bytes(AT_ONCE)
        with memoryview(self._read) as room:
            came = self._socket.recv_into(room[have:])
        if not came:
            raise ConnectionError("the server closed the line")
        return came

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()


def sign_in(port: int, laptops: Sequence[Laptop]) -> None:
    """Fetch a token for each laptop that needs one; fails when it is refused."""
    line = Connection(port)
    for laptop in laptops:
        if laptop.shows.is_due:
            answer = line.ask(request(laptop, "POST", SIGN_IN))
            assert answer.status == 200, answer
            body = unpack(answer.body, "", MAX_DECOMPRESSED)
            laptop.shows.take(msgspec.json.decode(body, type=TokenGrant))
    line.close()


def drive(port: int, lines: Sequence[Iterator[bytes]], seconds: float) -> Driven:
    """Let each line of requests go over a connection of its own for so long.

    Raises AssertionError for an answer other than 200, or when requests run out before the time.
    """
    gate = Barrier(len(lines))

    def work(requests: Iterator[bytes]) -> Driven:
        line = Connection(port)
        answered = down = 0
        gate.wait(TIMEOUT_S)
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            sent = next(requests, None)
            assert sent is not None, "more requests must be made beforehand"
            answer = line.ask(sent)
            assert answer.status == 200, answer
            answered, down = answered + 1, down + len(answer.body)
        line.close()
        return Driven(answered, time.perf_counter() - began, down)

    with ThreadPoolExecutor(len(lines)) as crowd:
        every = list(crowd.map(work, lines))
    return Driven(
        sum(one.answered for one in every),
        max(one.seconds for one in every),
        sum(one.bytes_down for one in every),
    )
