"""What a killed process would leave behind: a second one waits beside it and ends that.

It waits at a pipe whose other end the first one holds and the system closes, however the first one
ends. Then the servers that were begun are killed, and the folders of a PostgreSQL are thrown away
with the PostgreSQL that runs in them.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SESSION, FOLDER = "session", "folder"
RUNNING = "postmaster.pid"  # among the files of a PostgreSQL while it runs; its number comes first
STOPS_WITHIN_S = 10.0


def end_with_us(leader: int) -> None:
    """Let a process that leads a session be killed with its group once this one has ended."""
    _tell(SESSION, leader)


def throw_away_with_us(folder: Path) -> None:
    """Let a folder go, with the PostgreSQL that runs in it, once this process has ended."""
    _tell(FOLDER, folder)


def _tell(kind: str, what: object) -> None:
    if os.name == "posix":  # elsewhere there are no sessions, and no such end
        print(kind, what, file=_waiting(os.getpid()).stdin, flush=True)


@cache
def _waiting(_for: int) -> "subprocess.Popen[str]":
    """Start the process that waits, once for this one."""
    command = [sys.executable, "-m", __name__]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, text=True, start_new_session=True
    )
    atexit.register(process.communicate)  # closes the pipe and waits
    return process


class Leader:
    """A process that was begun, and never another that was given its number after it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._handle = os.pidfd_open(number) if sys.platform == "linux" else None

    def lives(self) -> bool:
        """Say whether it is there; false for ever once it was not."""
        try:
            if self._handle is None:
                os.kill(self._number, 0)
            else:
                signal.pidfd_send_signal(self._handle, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """End it and its group, if it is there."""
        with suppress(ProcessLookupError):
            if self.lives():
                os.killpg(self._number, signal.SIGKILL)


def main(told: Iterable[str]) -> None:
    """Wait until nobody tells more; then end what lives, and throw away what is there."""
    leaders: dict[int, Leader] = {}
    folders = []
    for line in told:
        kind, what = line.rstrip("\n").split(" ", 1)
        if kind == FOLDER:
            folders.append(Path(what))
            continue
        leaders = {number: one for number, one in leaders.items() if one.lives()}
        with suppress(ProcessLookupError):  # it ended at once
            leaders[int(what)] = Leader(int(what))
    for leader in leaders.values():
        leader.kill()
    for folder in folders:
        _throw_away(folder)


def _throw_away(folder: Path) -> None:
    running = list(folder.rglob(RUNNING))
    for one in running:
        with suppress(FileNotFoundError, ProcessLookupError):
            number = int(one.read_text().splitlines()[0])
            os.kill(number, signal.SIGQUIT)  # its immediate shutdown
            os.kill(number, signal.SIGCONT)  # if a test made it hang
    end = time.monotonic() + STOPS_WITHIN_S
    while any(one.exists() for one in running) and time.monotonic() < end:
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.stdin)
