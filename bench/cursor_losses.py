"""Does a cursor lose rows? Twelve writers push into one team's feed while readers follow it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import msgspec

from bench.bank import Laptop
from bench.closed_loop import Connection, drive, request
from sync.protocol.compression import unpack
from sync.protocol.messages import MAX_DECOMPRESSED
from sync.protocol.pages import Page, read_page
from sync.server.app import build_service
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings

READERS = 3
SMALL_PAGE = 40  # so that a page's end falls among rows that are being written


class Losses(msgspec.Struct, frozen=True):
    """What readers missed and what they were given twice, of so many rows each."""

    rows: int
    lost: int
    twice: int
    batches: int


def count(
    settings: ServerSettings, port: int, lead: Laptop, writers: Sequence[Iterator[bytes]], s: float
) -> Losses:
    """Let everybody write for `s` seconds and compare what was read with what stands."""
    over = Event()
    with ThreadPoolExecutor(READERS) as crowd:
        readers = [crowd.submit(_follow, port, lead, over) for _ in range(READERS)]
        try:
            written = drive(port, writers, s)
        finally:
            over.set()
        read = [reader.result() for reader in readers]
    stand = set(asyncio.run(_standing(settings, lead)))
    lost = sum(len(stand - seen.keys()) for seen in read)
    twice = sum(n - 1 for seen in read for n in seen.values())
    return Losses(len(stand), lost, twice, written.answered)


def _follow(port: int, lead: Laptop, over: Event) -> Counter[tuple[int, int]]:
    """Read the team's feed by its cursor, page after page, and to its end when all is written."""
    line = Connection(port)
    seen: Counter[tuple[int, int]] = Counter()
    after = "0.-1"
    while True:
        last = over.is_set()
        while True:
            page = _page(line, lead, after)
            seen.update((op.commit_no, op.idx) for op in page.ops)
            after = page.to
            if not page.more:
                break
        if last:
            line.close()
            return seen


def _page(line: Connection, lead: Laptop, after: str) -> Page:
    path = f"/pull?scope={lead.scope}&after={after}&limit={SMALL_PAGE}"
    answer = line.ask(request(lead, "GET", path))
    assert answer.status == 200, answer
    return read_page(unpack(answer.body, "zstd", MAX_DECOMPRESSED))


async def _standing(settings: ServerSettings, lead: Laptop) -> list[tuple[int, int]]:
    database = build_service(settings).database
    await database.open()
    try:
        return await database.read(partial(_places, lead=lead))
    finally:
        await database.close()


async def _places(session: Session, lead: Laptop) -> list[tuple[int, int]]:
    rows = await session.rows(
        "SELECT commit_no, idx FROM feed WHERE branch_id = ? AND scope = ?", lead.branch, lead.scope
    )
    return [(row[0], row[1]) for row in rows]
