"""A mark outside the database of how far it had come: an older copy put in its place is noticed.

The file names the epoch, each branch's newest commit and the latest time. It is written when the
server starts and ends, and every minute between. Laptops would notice the
rest: they hold what they were answered.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from sync.domain.time import Clock
from sync.server.key_file import settle
from sync.server.repeating import repeated
from sync.server.repositories import accounts, records
from sync.server.repositories.session import Away, Database, NoRoom, Session

log = structlog.get_logger("yuefang.server")

FILE = "epoch.mark"
EVERY_S = 60.0
MARKED = "marked"  # among the database's own values: there was a mark once


class Mark(msgspec.Struct, frozen=True):
    """How far a database had come, and what time it was then."""

    epoch: str
    heads: dict[str, int]
    at: datetime | None = None


async def standing(session: Session, at: datetime | None = None) -> Mark:
    """Return how far the database has come at this time."""
    branches = await accounts.branches(session)
    heads = {str(branch): await records.head(session, branch) for branch, _ in branches}
    return Mark(await accounts.meta(session, "epoch") or "", heads, at)


def read(data: Path) -> Mark | None:
    """Return the mark of a server's folder, or None."""
    path = data / FILE
    return msgspec.json.decode(path.read_bytes(), type=Mark) if path.exists() else None


def latest(data: Path) -> datetime | None:
    """Return the latest time that was told from this folder, None when none was."""
    mark = read(data)
    return mark.at if mark is not None else None


def write(data: Path, mark: Mark) -> None:
    """Write the mark; it is on the disk when this returns."""
    beside = data / f"{FILE}.{os.getpid()}"
    with beside.open("wb") as file:
        file.write(msgspec.json.encode(mark))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(data / FILE)
    settle(data)


async def keep(database: Database, data: Path, latest: Clock) -> None:
    """Write the mark of the database as it stands."""
    write(data, await database.read(lambda session: standing(session, latest.now())))


async def trouble(database: Database, data: Path, *, alone: bool) -> str:
    """Return why this database must not be served from this folder, or nothing.

    `alone`: no other machine serves it, so that a folder without its mark is a sign too.
    """
    mark, now = read(data), await database.read(standing)
    marked = await database.read(lambda session: accounts.meta(session, MARKED))
    if mark is None and alone and marked:
        return "the database is a copy that was put here by hand"
    if mark is not None and mark.epoch != now.epoch:
        return "the database is not the one that was served from here"
    for branch, head in (mark.heads if mark else {}).items():
        if now.heads.get(branch, 0) < head:
            return f"the database is older than what was answered from here ({branch})"
    return ""


async def begin(database: Database, data: Path, latest: Clock) -> None:
    """Write the mark and note in the database that there is one."""
    await database.write(lambda session: accounts.set_meta(session, MARKED, "1"))
    await keep(database, data, latest)


@asynccontextmanager
async def kept(database: Database, data: Path, latest: Clock) -> AsyncIterator[None]:
    """Keep the mark up to date while the server runs."""
    try:
        async with repeated(lambda: _keep(database, data, latest), EVERY_S):
            yield
    finally:
        await _keep(database, data, latest)


async def _keep(database: Database, data: Path, latest: Clock) -> None:
    """Keep the mark, or say why not: a full disk or a database that is away ends nobody."""
    try:
        await keep(database, data, latest)
    except (OSError, Away, NoRoom) as error:
        log.error("mark not kept", error=type(error).__name__)
