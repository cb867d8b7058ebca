"""`field-server` as an administrator uses it: what it prints, what stands in its database then."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.cli.program import main as field_server
from sync.domain.time import Clock
from sync.server.repositories.session import Database, Session
from sync.server.tables import metadata
from tests.server.house import at_database
from tests.sync.office import whereabouts

WRONG_ARGUMENTS = 2


@dataclass
class Told:
    """How a command ended and what it printed on each of its two lines."""

    code: int
    out: str
    err: str


def tell(data: Path | None, *arguments: str, clock: Clock | None = None) -> Told:
    """Run `field-server`; no command may ever end in a trace."""
    out, err = io.StringIO(), io.StringIO()
    where = whereabouts(data) if data is not None else []

    def run() -> int:
        try:
            return field_server([*arguments, *where], clock)
        except SystemExit as ended:  # how argparse refuses arguments
            return int(ended.code or 0)

    with ThreadPoolExecutor(1) as thread, redirect_stdout(out), redirect_stderr(err):
        code = thread.submit(run).result()
    assert "Traceback" not in err.getvalue()
    return Told(code, out.getvalue(), err.getvalue())


SIGNING_IN = ("device_session", "proof_used")  # what any request may leave there


def contents(data: Path) -> dict[str, Sequence[Any]]:
    """Return every row of every table, to see that nothing changed; signing in is no change."""

    async def read(session: Session) -> dict[str, Sequence[Any]]:
        found = {}
        for table in (t for t in metadata.sorted_tables if t.name not in SIGNING_IN):
            rows = await session.rows(f'SELECT * FROM "{table.name}"')
            found[table.name] = sorted(repr(tuple(row)) for row in rows)
        return found

    async def look(database: Database) -> dict[str, Sequence[Any]]:
        return await database.read(read)

    return at_database(data, look)
