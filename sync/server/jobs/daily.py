"""The jobs of a day. Each may be done twice: the second time finds nothing left to do.

A case whose keeping period is over is counted, never erased by itself: erasing is an act that a
person answers for (`field-server retention run`).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from prometheus_client import Gauge

from sync.domain.ids import BranchId
from sync.server.attachment_files import AttachmentFiles
from sync.server.compacting import TOMBSTONES_KEPT, compact
from sync.server.handlers.attachments import files_of
from sync.server.handlers.lockout import NAME_SPAN
from sync.server.keeping import Keeping
from sync.server.repositories import accounts, audit, records, tries
from sync.server.repositories.session import Session
from sync.server.service import Service

DUE = Gauge(
    "yuefang_retention_due_cases",
    "Closed cases whose keeping period is over",
    multiprocess_mode="mostrecent",
)
CODES_KEPT = timedelta(days=30)  # so long a person hears that a code has expired
FRAGMENTS_KEPT = timedelta(days=14)  # a laptop that comes later begins the file anew
CHECKPOINTS = "checkpoints.jsonl"  # in the data folder, for `audit verify --checkpoints`

type Job = Callable[[Service], Awaitable[int]]


async def count_due(service: Service) -> int:
    """Count the cases that are kept too long."""
    due = 0
    for branch in await _branches(service):
        due += sum(kept.is_late for kept in await Keeping(service, branch).closed_cases())
    DUE.set(due)
    return due


async def forget_codes(service: Service) -> int:
    """Delete one-time codes that expired long ago, and old tries to guess one."""
    now = service.clock.now()

    async def work(session: Session) -> int:
        gone = await session.rows(
            "DELETE FROM enrol_code WHERE expires_at < ? RETURNING account_id",
            (now - CODES_KEPT).isoformat(),
        )
        await tries.forget_before(session, now - NAME_SPAN)
        return len(gone)

    return await service.database.write(work)


async def forget_fragments(service: Service) -> int:
    """Delete the beginnings of files that nobody went on with."""
    before = (service.clock.now() - FRAGMENTS_KEPT).timestamp()

    def sweep() -> int:
        old = [p for p in (service.data / "attachments").glob("*/*.part") if _at(p) < before]
        for part in old:
            part.unlink(missing_ok=True)
        return len(old)

    def _at(part: os.PathLike[str]) -> float:
        try:
            return os.stat(part).st_mtime
        except FileNotFoundError:
            return before  # made whole in this very moment

    return await asyncio.to_thread(sweep)


async def forget_erased_files(service: Service) -> int:
    """Delete files of erased cases that outlived the erasure; return how many there were.

    Whoever erases may end between its commit and the files, and a piece may come behind both. A
    file that was not erased stays though no record names it: after a restore its fact comes again.
    """
    return sum([await _forget_erased(service, branch) for branch in await _branches(service)])


async def _forget_erased(service: Service, branch: BranchId) -> int:
    erased = await service.database.read(lambda s: records.erased_files(s, branch))
    return await asyncio.to_thread(_forget, files_of(service, branch), erased)


def _forget(files: AttachmentFiles, erased: Sequence[str]) -> int:
    here = [one for one in erased if files.has(one) or files.begun(one)]
    for one in here:
        files.forget(one)
    return len(here)


async def shorten_feeds(service: Service) -> int:
    """Compact the feed of each branch."""
    done = [await compact(service, b, TOMBSTONES_KEPT) for b in await _branches(service)]
    return sum(one.ops for one in done)


async def witness(service: Service) -> int:
    """Add a signed checkpoint of each branch's log to a file outside the database."""
    signed = [await _checkpoint(service, branch) for branch in await _branches(service)]
    lines = b"".join(line for line in signed)
    await asyncio.to_thread(_append, service, lines)
    return sum(bool(line) for line in signed)


async def _checkpoint(service: Service, branch: BranchId) -> bytes:
    now: datetime = service.clock.now()

    async def look(session: Session) -> bytes:
        head = await audit.head(session, branch)
        if head is None or not head.leaves:
            return b""
        found = await service.seal.checkpoint(session, service.data, branch, head, now)
        return msgspec.json.encode({"checkpoint": found}) + b"\n" if found else b""

    return await service.database.read(look)


def _append(service: Service, lines: bytes) -> None:
    with (service.data / CHECKPOINTS).open("ab") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


async def _branches(service: Service) -> list[BranchId]:
    return [branch for branch, _ in await service.database.read(accounts.branches)]


JOBS: dict[str, Job] = {
    "checkpoint": witness,
    "codes": forget_codes,
    "compact": shorten_feeds,
    "erased": forget_erased_files,
    "fragments": forget_fragments,
    "retention": count_due,
}
