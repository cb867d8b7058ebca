"""The real server under a clock that runs some hours aside, for the demo and the tour only."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from sync.cli.arguments import POLICIES
from sync.server.app import build_service, create_app
from sync.server.settings import ServerSettings

DATA, SHIFT, PORT = "YUEFANG_SAMPLE_DATA", "YUEFANG_SAMPLE_SHIFT_S", "YUEFANG_SAMPLE_PORT"


class ShiftedClock:
    """The machine's clock and so many seconds."""

    def __init__(self, shift_s: float = 0.0) -> None:
        self.shift_s = shift_s

    def now(self) -> datetime:
        """Return the shifted instant."""
        return datetime.now(UTC) + timedelta(seconds=self.shift_s)

    def mono_ms(self) -> int:
        """Return a count that goes on with what is shown, as if that were the true time."""
        return int(self.now().timestamp() * 1000)

    def jump_to(self, instant: datetime) -> None:
        """Show `instant` from now on."""
        self.shift_s = (instant - datetime.now(UTC)).total_seconds()


def load_app() -> Any:
    """Build the application in the worker."""
    data = Path(os.environ[DATA])
    settings = ServerSettings(f"sqlite:///{data / 'server.db'}", data, POLICIES)
    return create_app(build_service(settings, clock=ShiftedClock(float(os.environ[SHIFT]))))


if __name__ == "__main__":
    Granian(
        "tools.sample.shifted_server:load_app",
        factory=True,
        address="127.0.0.1",
        port=int(os.environ[PORT]),
        interface=Interfaces.ASGI,
        log_enabled=False,
    ).serve()
