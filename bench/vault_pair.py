"""Two vaults that differ in one thing: one is opened with a key, the other without.

Everything else is the product's own storage code: the schema's migrations, `apply_page`, the
case index. The journal keeps its key in both, because nothing here writes to it.
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench import invented
from bench.bare_laptop import bare_laptop
from bench.figures import timed
from field_app.bootstrap.desk_setup import policy_brought
from field_app.bootstrap.laptop import mono_ms
from field_app.storage import cipher, schema
from field_app.storage.cipher import VaultKey
from field_app.storage.keys import new_vault_key
from field_app.storage.server_time import Uptime
from field_app.storage.store import Store
from field_app.storage.vault import DATABASE, LOCK, Vault
from sync.domain.ids import OfficerId, TeamId, uuid7
from sync.domain.records import Case, Record, case_of, encode_record, kind_of
from sync.domain.scopes import officer_scope
from sync.engine.next_page import PAGE
from sync.protocol.pages import Cursor, FeedRow, Op, Page, line_of, read_page, splice_page

TEAM, OFFICER = TeamId("north"), OfficerId(uuid7(0, bytes(10)))
RECORDS_OF_A_CASE = 3
SEED = 20261124
type Clock = Callable[[], float]  # seconds
wall: Clock = time.perf_counter


class Times(NamedTuple):
    """Seconds with the key and without."""

    keyed: float
    plain: float


class Pair(NamedTuple):
    """The same thing with a key and without."""

    keyed: Store
    plain: Store

    def race(self, act: Callable[[Store], object], turn: int, clock: Clock = wall) -> Times:
        """Time one act on both."""
        return race(lambda: act(self.keyed), lambda: act(self.plain), turn, clock)

    def close(self) -> None:
        """Close both files."""
        self.keyed.close()
        self.plain.close()


def race(
    keyed: Callable[[], object], plain: Callable[[], object], turn: int, clock: Clock = wall
) -> Times:
    """Time two acts one after the other; who is first changes by turns."""
    if turn % 2:
        without = timed(plain, clock)
        return Times(timed(keyed, clock), without)
    return Times(timed(keyed, clock), timed(plain, clock))


class Files:
    """Where a pair lies, and the key of the one."""

    def __init__(self, folder: Path) -> None:
        self._keyed, self._plain = folder / "keyed", folder / "plain"
        self._keyed.mkdir(parents=True)
        self._plain.mkdir()
        self._key = new_vault_key(os.urandom)
        self._laptop = bare_laptop(folder)
        self._rules = policy_brought(self._laptop)

    def create(self) -> Pair:
        """Make both files, empty."""
        return Pair(self._open(self._keyed, self._key, True), self._open(self._plain, None, True))

    def open_keyed(self) -> Store:
        """Open the file with the key."""
        return self._open(self._keyed, self._key, False)

    def open_plain(self) -> Store:
        """Open the file without."""
        return self._open(self._plain, None, False)

    def remove(self) -> None:
        """Delete both folders."""
        shutil.rmtree(self._keyed)
        shutil.rmtree(self._plain)

    def read_keyed(self) -> bytes:
        """Return the bytes of the file with the key as they lie on the disk."""
        return (self._keyed / DATABASE).read_bytes()

    def sizes(self) -> tuple[int, int]:
        """Return the bytes of both files."""
        return (self._keyed / DATABASE).stat().st_size, (self._plain / DATABASE).stat().st_size

    def _open(self, folder: Path, key: VaultKey | None, create: bool) -> Store:
        connection = cipher.open_database(folder / DATABASE, key, create=create)
        schema.bring_up_to_date(connection)
        lock = (folder / LOCK).open("ab")
        vault = Vault(folder, self._key, connection, lock, os.urandom)
        return Store(vault, self._laptop.clock, Uptime("bench", mono_ms), self._rules)


def feed(cases: int) -> Iterator[Page]:
    """Yield the pages in which a server would send so many cases with their contacts."""
    rows: list[FeedRow] = []
    for number, record in enumerate(_records(cases)):
        rows.append(_row(record, number))
        if len(rows) == PAGE:
            yield _page(rows, more=number + 1 < cases * RECORDS_OF_A_CASE)
            rows = []
    if rows:
        yield _page(rows, more=False)


def cases_again(count: int) -> Iterator[Case]:
    """Yield the cases that `feed` sends."""
    return (record for record in _records(count) if isinstance(record, Case))


def _records(cases: int) -> Iterator[Record]:
    chance = random.Random(SEED)
    for number in range(cases):
        case = invented.case(chance, number, TEAM, OFFICER)
        yield case
        yield from invented.contacts(chance, number, case)


def _row(record: Record, idx: int) -> FeedRow:
    body = encode_record(record)
    return FeedRow(1, idx, Op.PUT, kind_of(record), record.id, 1, case_of(record) or "", body)


def _page(rows: list[FeedRow], *, more: bool) -> Page:
    lines = [line_of(row) for row in rows]
    return read_page(
        splice_page(
            epoch="e1", scope=officer_scope(OFFICER), after=Cursor(), lines=lines, more=more, head=1
        )
    )
