"""A clock that a test turns on, and the staffed branch under it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.house import House, Staffed, moved_in


@dataclass
class Turned:
    """Stands at the present until it is turned on."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
def door(
    request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path, clock: Turned
) -> Iterator[House]:
    """Open the staffed branch under that clock."""
    with moved_in(request, staffed, tmp_path, clock) as found:
        yield found
