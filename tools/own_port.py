"""Waiting for a server that was begun: nobody else who listens on its port is taken for it.

A server shares its port with another program that wants to share it, and the system says nothing:
some of the connections go astray. Where there is no /proc, a living process and a port that answers
have to suffice.
"""

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

LOOK_EVERY_S = 0.05
WITHIN_S = 30.0
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENS = "0A"  # TCP_LISTEN in proc_net_tcp(5)


class Begun(Protocol):
    """A process that was begun, as `subprocess.Popen` is."""

    @property
    def pid(self) -> int:
        """Return its number, which is that of its session."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code; raises subprocess.TimeoutExpired after so many seconds."""
        ...


def until_it_listens(process: Begun, port: int) -> None:
    """Return once a process, or another of the session that it leads, listens on a port.

    Raises RuntimeError when it ends before, when it takes longer, and when another has the port.
    """
    end = time.monotonic() + WITHIN_S
    while not _is_its(process.pid, port):
        if time.monotonic() > end:
            raise RuntimeError(f"the server does not listen on port {port} within {WITHIN_S:.0f} s")
        try:
            code = process.wait(LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"the server ended with {code}")


def _is_its(pid: int, port: int) -> bool:
    if not TABLES[0].exists():
        return _answers(port)
    listening = _listening(port)
    foreign = listening - _sockets(pid)
    if foreign and foreign & _listening(port):  # not one that closed between the two looks
        raise RuntimeError(f"port {port} is another program's, which listens on it")
    return bool(listening)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


def _listening(port: int) -> set[str]:
    """Return the inodes of the sockets that listen on a port, of whichever program."""
    rows = [
        line.split()
        for table in TABLES
        if table.exists()
        for line in table.read_text().splitlines()[1:]
    ]
    return {r[9] for r in rows if r[3] == LISTENS and int(r[1].rpartition(":")[2], 16) == port}


def _sockets(session: int) -> set[str]:
    """Return the inodes of the open sockets of a session's processes."""
    links = set()
    for one in _processes(session):
        with suppress(FileNotFoundError):  # it ended
            for handle in os.scandir(f"/proc/{one}/fd"):
                with suppress(FileNotFoundError):  # it was closed
                    links.add(os.readlink(handle.path))
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _processes(session: int) -> list[str]:
    found = []
    for one in os.listdir("/proc"):
        with suppress(ValueError, ProcessLookupError):  # no process, or one that ended
            if os.getsid(int(one)) == session:
                found.append(one)
    return found
