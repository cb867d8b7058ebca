"""A second process that waits, warm and without a key, to ask for the passphrase after a lock.

The program that is unlocked starts it and holds the writing end of a pipe. A word in the pipe
wakes it; the pipe's end tells it that the process that held the key is gone, whatever ended it.
Without a word it ends with the pipe.
"""

import subprocess
import sys
import threading
from typing import BinaryIO

WORD = b"unlock\n"
OPTION = "--standby"
LONGEST_END_S = 10.0


def started_with(arguments: list[str]) -> list[str]:
    """Return the command that starts this very program with these arguments."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "field_app", *arguments]


def this_program_waiting() -> "Standby":
    """Return this very program's own waiting process, not started yet."""
    return Standby(started_with([*(a for a in sys.argv[1:] if a != OPTION), OPTION]))


class Standby:
    """The waiting process, as the unlocked program sees it."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._woken: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; a system that cannot is told of when it is to be woken."""
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  # this very program
                self._command, stdin=subprocess.PIPE
            )

    def wake(self) -> bool:
        """Let it ask for the passphrase; False when nobody waits any more."""
        process = self._process
        if process is None or process.stdin is None:
            return False
        if process.poll() is not None:
            process.stdin.close()
            return False
        try:
            process.stdin.write(WORD)
            process.stdin.flush()
        except OSError:
            return False
        # Its pipe stays open: there the other one learns that this process has ended.
        self._process, self._woken = None, process
        return True

    def dismiss(self) -> None:
        """Let it end, for the program ends without a lock."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()


class Former:
    """The process before this one, as the woken one sees it; without a pipe there was none."""

    def __init__(self, pipe: BinaryIO | None = None) -> None:
        self._pipe = pipe
        self._gone = threading.Event()
        if pipe is None:
            self._gone.set()

    def is_heard(self) -> bool:
        """Wait for the word; False when the pipe ended without it."""
        heard = self._pipe is not None and self._pipe.readline() == WORD
        if heard:
            threading.Thread(target=self._listen, name="former", daemon=True).start()
        return heard

    def _listen(self) -> None:
        if self._pipe is not None:
            self._pipe.read()
        self._gone.set()

    def wait(self) -> None:
        """Wait until that process is gone, and with it the key and its hold on the vault."""
        self._gone.wait(LONGEST_END_S)
