"""A line that lets through so many bytes a second and is cut for everybody again and again."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

AT_ONCE = 32 * 1024
WAITS_S = 30.0


@dataclass
class BrokenLine:
    """Passes bytes on to `port`; every `cut_every_s` all connections break at once.

    `bytes_per_s` is the line's width upwards, 0 for the machine's own.
    """

    port: int
    cut_every_s: float
    bytes_per_s: int = 0
    cuts: int = 0
    up: int = 0
    down: int = 0
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _open: set[socket.socket] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def take(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                laptop, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port), WAITS_S)
            with self._turn:
                self._open |= {laptop, server}
            for source, goal, upwards in ((laptop, server, True), (server, laptop, False)):
                threading.Thread(
                    target=self._pass, args=(source, goal, upwards), daemon=True
                ).start()

    def cut(self) -> None:
        """Break what is open, again and again."""
        while not self._over.wait(self.cut_every_s):
            self._break_all()

    def _break_all(self) -> None:
        with self._turn:
            ends, self._open = self._open, set()
        self.cuts += bool(ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pass(self, source: socket.socket, goal: socket.socket, upwards: bool) -> None:
        with suppress(OSError):
            while data := source.recv(AT_ONCE):
                began = time.monotonic()
                goal.sendall(data)
                self._count(len(data), upwards)
                if upwards and self.bytes_per_s:
                    spent = time.monotonic() - began
                    self._over.wait(max(len(data) / self.bytes_per_s - spent, 0))
        for end in (source, goal):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._turn:
            self._open -= {source, goal}
        source.close()

    def _count(self, size: int, upwards: bool) -> None:
        with self._turn:
            if upwards:
                self.up += size
            else:
                self.down += size

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break_all()


@contextmanager
def broken_line_to(port: int, cut_every_s: float, bytes_per_s: int = 0) -> Iterator[BrokenLine]:
    """Run such a line to a server."""
    line = BrokenLine(port, cut_every_s, bytes_per_s)
    threads = [threading.Thread(target=act) for act in (line.take, line.cut)]
    for thread in threads:
        thread.start()
    try:
        yield line
    finally:
        line.close()
        for thread in threads:
            thread.join()
