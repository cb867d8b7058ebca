"""A disk that remembers every change, fills up and fails: `disk.c` before a process's C library.

The tests and the processes under it share three numbers, so that room and life are set from either
side without a message. A process that outlives its life is killed with its whole group.
"""

import json
import mmap
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).with_name("disk.c")
ROOT = SOURCE.resolve().parents[2]
ROOM, LIFE, CHANGES = range(3)
WITHOUT_END = -1
CALL_ENDS_WITHIN_S = 3600.0
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # the laptops are many and need not outlive the test
compiler = shutil.which("cc")

needs_disk = pytest.mark.skipif(
    compiler is None or sys.platform != "linux",
    reason="the disk that fails is made with a C compiler on Linux: apt-get install gcc",
)


class Orders:
    """The three numbers, in a file that whoever opens it shares."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("3q", WITHOUT_END, WITHOUT_END, 0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 24)

    def _get(self, which: int) -> int:
        return int(struct.unpack_from("q", self._shared, 8 * which)[0])

    def _set(self, which: int, value: int) -> None:
        struct.pack_into("q", self._shared, 8 * which, value)

    @property
    def changes(self) -> int:
        """Return how many changes there were so far."""
        return self._get(CHANGES)

    def room(self, size: int = WITHOUT_END) -> None:
        """Let the files grow by so many bytes."""
        self._set(ROOM, size)

    def life(self, changes: int = WITHOUT_END) -> None:
        """Let so many changes happen; the next one ends the process before it is made."""
        self._set(LIFE, changes)


@dataclass(frozen=True)
class Disk:
    """A watched folder, and what is kept of it beside the folder."""

    folder: Path
    beside: Path
    library: Path

    @property
    def log(self) -> Path:
        return self.beside / "changes.log"

    @property
    def orders(self) -> Orders:
        return Orders(self.beside / "orders")

    def environment(self, *, recorded: bool = False) -> dict[str, str]:
        """Return what a process needs to have in its environment to be on this disk."""
        self.beside.mkdir(parents=True, exist_ok=True)
        self.orders.room()
        return os.environ | {
            "LD_PRELOAD": str(self.library),
            "DISK_FOLDER": str(self.folder),
            "DISK_LOG": str(self.log) if recorded else "",
            "DISK_ORDERS": str(self.beside / "orders"),
        }

    def run(self, module: str, *arguments: str, recorded: bool = False) -> str:
        """Run a module of these tests on the disk and return what it printed.

        Fails the test when it fails.
        """
        done = subprocess.run(
            [sys.executable, "-m", module, str(self.folder), str(self.beside), *arguments],
            env=self.environment(recorded=recorded),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=CALL_ENDS_WITHIN_S,
            start_new_session=True,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
        return done.stdout


def met_at(disk: Disk, pattern: Path, kind: str, places: Iterable[int]) -> list[Any]:
    """Try one kind of fault of `faulty_day` at each place and return what each met."""
    where = [str(place) for place in places]
    said = disk.run("tests.crash.faulty_day", str(pattern), kind, *where)
    return [json.loads(line)["met"] for line in said.splitlines()]


def library(folder: Path) -> Path:
    """Return the shared library, made in this folder."""
    assert compiler is not None
    made = folder / "disk.so"
    options = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    subprocess.run([compiler, *options, "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return made
