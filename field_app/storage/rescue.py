"""Builds a broken vault anew: saved work from the journal, and what else can still be read.

The journal holds who this laptop is and every envelope ever signed here; all are sent again and
the server answers those it knows as it did before. Records that are still readable are shown
until the next sync has read every scope from its beginning; checkpoints of the server's log stay
kept, for a record that was changed meanwhile must not pass. The broken file is set aside.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from field_app.storage.audit import AuditTrail
from field_app.storage.case_index import CaseIndex
from field_app.storage.cipher import Connection, VaultKey, open_database
from field_app.storage.durable_files import sync_folder, take_name
from field_app.storage.held_records import FORMER
from field_app.storage.journal import Journal, JournalRead
from field_app.storage.keys import derive
from field_app.storage.outbox import Outbox
from field_app.storage.profile import JOURNAL_NUMBER, restore_profile
from field_app.storage.projection import Projection
from field_app.storage.rescue_story import RescueStory, keep_story
from field_app.storage.trouble import Damaged, VaultTrouble
from field_app.storage.vault import COPIES, DATABASE, FILES, JOURNAL, LOCK, Vault, lock_file
from field_app.storage.witness import recall
from sync.domain.commands import RecordAttachment
from sync.domain.records import Attachment

BUILD = "rescue"  # the folder in which the new file grows
# In an order in which the one may name the other.
READABLE = ("replica", "membership", "overlay", "draft", "policy")
KEYED = "membership"  # stored by its key and not by numbers of rows


class Rescue(msgspec.Struct, frozen=True):
    """What came back: envelopes and the server's records; numbers and bytes that did not."""

    work: int
    records: int
    missing: tuple[int, ...]
    damaged_bytes: int

    @property
    def is_whole(self) -> bool:
        """Say whether the journal gave everything that was ever saved."""
        return not (self.missing or self.damaged_bytes)


def rescue(folder: Path, key: VaultKey, random: Callable[[int], bytes], at: datetime) -> Rescue:
    """Put a new file in the broken one's place; it is closed when this returns.

    Raises Damaged when the journal does not tell whose laptop this is, LockedByOther, DiskFull;
    then everything is as it was.
    """
    read = Journal(folder / JOURNAL, derive(key, "journal"), random).read()
    if JOURNAL_NUMBER not in dict(read.entries):
        raise Damaged(JOURNAL)
    with lock_file(folder / LOCK):
        build = folder / BUILD
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir(mode=0o700)
        broken = _broken(folder)
        vault = Vault.create(build, key, random)
        try:
            with vault.transaction():
                told = _fill(vault, folder, broken, read, at)
        finally:
            vault.close()
        _set_aside(folder)
        take_name(build / DATABASE, folder / DATABASE)
        sync_folder(folder)
        shutil.rmtree(build)
        # What was fetched is in no journal, so nothing would delete it when its case leaves.
        shutil.rmtree(folder / COPIES, ignore_errors=True)
    return told


def _broken(folder: Path) -> Path:
    """Return the file to read from: the one set aside last when a rescue was cut off after that."""
    if (folder / DATABASE).exists():
        return folder / DATABASE
    last = _aside(folder, _free_number(folder) - 1)
    _move_log(folder, last)
    return last


def _fill(vault: Vault, folder: Path, broken: Path, read: JournalRead, at: datetime) -> Rescue:
    work = 0
    for number, data in read.entries:
        if number == JOURNAL_NUMBER:
            restore_profile(vault, data)
            continue
        command = Outbox(vault).restore(number, data)
        work += command is not None
        if isinstance(command, RecordAttachment):
            restore_upload(vault, folder, command.attachment)
    records = _salvage(vault, broken)
    noted = {name: value for name, value in _readable(broken, vault.key, "meta")}
    seen = recall(vault, _readable(broken, vault.key, "checkpoint"), noted)
    missing = read.missing
    AuditTrail(vault).add(
        at, "rescue", work=work, records=records, checkpoints=seen, missing=missing
    )
    told = Rescue(work, records, missing, read.damaged_bytes)
    [(forms,)] = vault.connection.execute("SELECT count(*) FROM draft").fetchall()
    keep_story(vault, RescueStory(at, work, forms, records, told.is_whole))
    return told


def restore_upload(vault: Vault, folder: Path, fact: Attachment) -> None:
    """Offer the photo of the envelope just restored again, when its file is here."""
    if (folder / FILES / fact.id).exists():
        vault.connection.execute(
            "INSERT INTO upload (id, mid, size, sha256) "
            "SELECT ?, mid, ?, ? FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)",
            (fact.id, fact.size, fact.sha256),
        )


def _salvage(vault: Vault, broken: Path) -> int:
    """Copy what can be read of the broken file and return how many records that are."""
    execute = vault.connection.execute
    known = {row[0] for row in execute("SELECT seq FROM outbox")}
    for table in READABLE:
        for row in _readable(broken, vault.key, table):
            if table != "overlay" or row[2] in known:
                marks = ", ".join("?" * len(row))
                execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
    # What no scope holds would never be purged; what a scope holds is read anew.
    execute(
        "DELETE FROM replica WHERE NOT EXISTS "
        "(SELECT 1 FROM membership m WHERE m.kind = replica.kind AND m.id = replica.id)"
    )
    # What a reading begun anew had set aside is its scope's, and stays until that was read.
    execute(
        "INSERT INTO scope_state SELECT DISTINCT "
        "iif(instr(scope, ?) = 1, substr(scope, ?), scope), '', 0, -1, 0 FROM membership",
        (FORMER, len(FORMER) + 1),
    )
    CaseIndex(vault.connection, Projection(vault.connection)).rebuild()
    found = execute("SELECT count(*) FROM replica").fetchone()
    return int(found[0]) if found else 0


def _readable(broken: Path, key: VaultKey, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows up to the first broken page from either end."""
    for direction in ("ASC", "DESC"):
        try:
            source = open_database(broken, key, create=False)
        except VaultTrouble:
            return
        try:
            if not _is_there(source, table):
                return
            order = ", ".join(f"{part} {direction}" for part in _stored_by(source, table))
            rows = source.execute(f"SELECT * FROM {table} ORDER BY {order}")
            yield from (row for row in rows if not _is_torn(row))
        except VaultTrouble:
            continue
        finally:
            source.close()
        return


def _is_torn(row: tuple[Any, ...]) -> bool:
    """Say whether the last page of a long row is broken: it reads as zeroes, and as no error.

    What is salvaged is text and JSON, which hold none.
    """
    long = (value.encode() if isinstance(value, str) else value for value in row)
    return any(b"\0" in value for value in long if isinstance(value, bytes))


def _is_there(source: Connection, table: str) -> bool:
    """Say whether the file has the table: one of an earlier program may lack it."""
    found = source.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return found is not None


def _stored_by(source: Connection, table: str) -> list[str]:
    """Return the columns in whose order the table lies in this file: sorting would read it all."""
    if table != KEYED:
        return ["rowid"]
    columns = source.execute(f"PRAGMA table_info({table})").fetchall()
    return [str(name) for _, name, _, _, _, place in sorted(columns, key=_place) if place]


def _place(column: tuple[Any, ...]) -> int:
    return int(column[-1])


def _set_aside(folder: Path) -> None:
    """Rename the broken file and its log to the first free name.

    The file first: beside a log that has gone it would pass for whole. All of it is on the disk
    before a new file comes: the log must never meet another file than its own.
    """
    if (folder / DATABASE).exists():
        aside = _aside(folder, _free_number(folder))
        take_name(folder / DATABASE, aside)
        _move_log(folder, aside)
    sync_folder(folder)


def _move_log(folder: Path, aside: Path) -> None:
    for end in ("-wal", "-shm"):
        file = folder / f"{DATABASE}{end}"
        if file.exists():
            take_name(file, aside.with_name(aside.name + end))


def has_set_aside(folder: Path) -> bool:
    """Say whether a broken file lies beside the vault."""
    return _free_number(folder) > 1


def _free_number(folder: Path) -> int:
    return next(n for n in count(1) if not _aside(folder, n).exists())


def _aside(folder: Path, number: int) -> Path:
    return folder / f"{DATABASE}.broken-{number}"
