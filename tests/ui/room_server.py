"""`field-server` under the room's clock: it follows the file in which the room keeps its shift.

The branch's server and its laptops agree on the time in these tests, also when the time jumps.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
from granian import Granian

from sync.cli.program import main
from sync.server import serving
from sync.server.app import build_service, create_app

SHIFT_FILE = "YUEFANG_ROOM_SHIFT"


class RoomClock:
    """The machine's clock and as many seconds as the file says, read at each question."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.told: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the room's instant."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))

    def mono_ms(self) -> int:
        """Return a count that goes on with the room's time."""
        return int(self.now().timestamp() * 1000)

    def jump_to(self, instant: datetime, *, nobody_there: bool = False) -> None:
        """Show `instant` from now on, everywhere in the room; whoever sits there is told.

        With `nobody_there` the time that is skipped is time without anybody.
        """
        beside = self._file.with_suffix(".new")
        beside.write_text(str((instant - datetime.now(UTC)).total_seconds()))
        beside.replace(self._file)
        for tell in () if nobody_there else self.told:
            tell()


def load_app() -> Any:
    """Build the application in the worker."""
    raw = os.environ[serving.SETTINGS_VARIABLE]
    told = msgspec.json.decode(raw, type=serving.Served, dec_hook=lambda cls, value: cls(value))
    service = build_service(told.settings, clock=RoomClock(Path(os.environ[SHIFT_FILE])))
    return create_app(service, beside=[lambda: service.leaving.on_signal(told.patience)])


def _granian(_target: str, **options: Any) -> Granian:
    return Granian("tests.ui.room_server:load_app", **options)


if __name__ == "__main__":
    with mock.patch.object(serving, "Granian", _granian):
        sys.exit(main(sys.argv[1:]))
