"""Ports for servers that are begun later: nobody else is given them meanwhile."""

import socket
from collections.abc import Iterator
from itertools import cycle

PORTS_EACH = 500


def _own_ports() -> Iterator[int]:
    """Yield ports of this process, below those that the system hands out.

    They are a block, claimed by listening on its first one as long as the process lives.
    """
    for first in range(20_000, 32_000, PORTS_EACH):
        try:
            claim = socket.create_server(("127.0.0.1", first))
        except OSError:
            continue
        with claim:
            yield from cycle(range(first + 1, first + PORTS_EACH))
    raise AssertionError("every block of ports is somebody's")


PORTS = _own_ports()


def free_port() -> int:
    """Return a port nobody listens on, and no other process that asks here will.

    A port of the system's choice may be given to another before the server takes it: the two then
    share it, or the server does not start.
    """
    for port in PORTS:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("there are ports without end")
