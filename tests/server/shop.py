"""A server whose imports are tried, and what stands in it afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sync.domain.ids import BranchId
from sync.domain.records import Case, Contact
from sync.domain.time import Clock
from sync.server.repositories import records
from sync.server.repositories.session import Database, Session
from tests.server.house import at_database
from tests.server.terminal import Told, tell
from tests.sync.office import TEAM, copied

BRANCH = BranchId("main")


@dataclass
class Shop:
    """A furnished server's folder."""

    data: Path

    def take(self, file: Path, *options: str, team: str = TEAM, clock: Clock | None = None) -> Told:
        """Import a file."""
        return tell(self.data, "import", str(file), "--team", team, *options, clock=clock)

    def records(self, kind: str) -> list[Any]:
        """Return every record of a kind."""

        async def read(session: Session) -> list[Any]:
            return [v.record for v in await records.of_kind(session, BRANCH, kind)]

        async def look(database: Database) -> list[Any]:
            return await database.read(read)

        return at_database(self.data, look)

    def cases(self) -> dict[str, Case]:
        return {case.case_no: case for case in self.records("case")}

    def contacts(self, case_no: str) -> list[Contact]:
        """Return the contacts of a case, oldest first."""
        case_id = self.cases()[case_no].id
        found = [c for c in self.records("contact") if c.case_id == case_id]
        return sorted(found, key=_at)


def _at(contact: Contact) -> datetime:
    return contact.at


@pytest.fixture
def shop(request: pytest.FixtureRequest, furnished: Path, tmp_path: Path) -> Iterator[Shop]:
    """Give one test a furnished server to import into."""
    with copied(request, furnished, tmp_path / "srv") as data:
        yield Shop(data)
