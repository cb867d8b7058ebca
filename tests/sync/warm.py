"""Servers begun sooner: forked from a process that has the server's modules loaded and waits.

What is forked runs a module as its `__main__`, with an environment, outputs and a session of its
own, as `python -m` would; only the loading, a second of a processor, is done once for all of them.
A keeper stays as its parent, who tells how it ended.
"""

import atexit
import gc
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select

import msgspec

ROOT = Path(__file__).resolve().parents[2]
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
LOADED = ("sync.cli.program", "uvloop")
MOST_BYTES = 1 << 20
OUT, ERR = 1, 2


class Asked(msgspec.Struct):
    """One program to run."""

    module: str
    arguments: list[str]
    environment: dict[str, str]


class Forked:
    """A program that was begun so, with what the tests use of a `Popen`."""

    def __init__(self, keeper: socket.socket) -> None:
        self._keeper = keeper
        self._code: int | None = None
        self.pid = self._told()

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, less than 0 for a signal; raises TimeoutExpired."""
        if self._code is None:
            if not select([self._keeper], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self._code = self._told()
            self._keeper.close()
        return self._code

    def send_signal(self, what: signal.Signals) -> None:
        """Send it a signal; nobody gets one when it was heard that it has ended."""
        if self._code is None:
            os.kill(self.pid, what)

    def _told(self) -> int:
        said = self._keeper.recv(100)
        assert said, "the keeper of a server was killed"
        return int(said)


def begin(module: str, arguments: Sequence[str], environment: dict[str, str]) -> Forked:
    """Run a module as a program, its output where that of this process goes."""
    asked = msgspec.json.encode(Asked(module, list(arguments), environment))
    ours, its = _pair()
    with its:
        socket.send_fds(_waiting(), [asked], [OUT, ERR, its.fileno()])
    return Forked(ours)


def _pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@cache
def _waiting() -> socket.socket:
    """Start the process that waits, once for this one, with which it ends."""
    ours, its = _pair()
    with its:
        command = [sys.executable, "-m", __name__, str(its.fileno())]
        process = subprocess.Popen(
            command, cwd=ROOT, pass_fds=[its.fileno()], start_new_session=True
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _wait(line: socket.socket) -> Asked | None:
    """Fork whatever is asked for; return it in what was forked, and None when nobody asks more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how keepers end
    while True:
        asked, handed, _, _ = socket.recv_fds(line, MOST_BYTES, 3)
        if not asked:
            return None
        if os.fork() == 0:
            line.close()
            _keep(*handed)
            return msgspec.json.decode(asked, type=Asked)
        for one in handed:
            os.close(one)


def _keep(out: int, err: int, told: int) -> None:
    """Fork once more and return in the child; the parent tells its number, and how it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(told)
        os.setsid()
        for one, place in ((out, OUT), (err, ERR)):
            os.dup2(one, place)
            os.close(one)
        return
    os.close(out)
    os.close(err)
    os.write(told, str(child).encode())
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
    with suppress(BrokenPipeError):  # whoever began it was killed
        os.write(told, str(code).encode())
        os.read(told, 1)  # till it was heard: the number is the program's until then
    os._exit(0)


def _run(asked: Asked) -> None:
    os.environ.clear()
    os.environ.update(asked.environment)
    sys.argv[1:] = asked.arguments
    runpy.run_module(asked.module, run_name="__main__", alter_sys=True)


def main(line: int) -> None:
    """Load, wait, and run what was asked for in what was forked."""
    for name in LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()
    asked = _wait(socket.socket(fileno=line))
    if asked is not None:
        _run(asked)


if __name__ == "__main__":
    main(int(sys.argv[1]))
