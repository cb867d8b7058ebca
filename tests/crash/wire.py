"""A line that breaks after so many bytes, counted in one direction, on real sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

type Way = Literal["up", "down"]
AT_ONCE = 65536
WAITS_S = 30.0


@dataclass
class Wire:
    """Takes connections and passes bytes on to `port`; breaks for good after `breaks_after`."""

    port: int
    way: Way = "up"
    breaks_after: int | None = None
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def set(self, way: Way, breaks_after: int | None) -> None:
        """Begin to count anew, and break there."""
        self.way, self.breaks_after = way, breaks_after
        self.passed = {"up": 0, "down": 0}

    def run(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                laptop, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port), WAITS_S)
            laptop.settimeout(WAITS_S)
            both: tuple[tuple[Way, socket.socket, socket.socket], ...] = (
                ("up", laptop, server),
                ("down", server, laptop),
            )
            for way, source, goal in both:
                threading.Thread(target=self._pass, args=(way, source, goal), daemon=True).start()

    def _pass(self, way: Way, source: socket.socket, goal: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(AT_ONCE):
                allowed = self._allowed(way, data)
                goal.sendall(allowed)
                if len(allowed) < len(data):
                    break
        for end in (source, goal):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if way == "down":
            source.close()
            goal.close()

    def _allowed(self, way: Way, data: bytes) -> bytes:
        with self._turn:
            left = len(data)
            if way == self.way and self.breaks_after is not None:
                left = max(self.breaks_after - self.passed[way], 0)
            allowed = data[:left]
            self.passed[way] += len(allowed)
            return allowed

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """Run a line to a server."""
    wire = Wire(port)
    thread = threading.Thread(target=wire.run)
    thread.start()
    try:
        yield wire
    finally:
        wire.close()
        thread.join()
