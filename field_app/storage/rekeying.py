"""A new key for a vault: everything is written anew beside it, then the two folders change places.

    vault                 the vault as it is
    vault.rekey           the copy under the new key; with `ready` in it, it is whole on the disk
    vault.former          the old one, between the two renamings

`finish` puts right whatever a cut left: a copy that is not ready is thrown away, one that is takes
the vault's place. At every moment there is one whole vault, and its slot lies in the same folder.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.cipher import (
    Connection,
    VaultKey,
    copy_database,
    integrity_problems,
    open_database,
)
from field_app.storage.durable_files import sync_folder, take_name, write_whole
from field_app.storage.held_key import LEASE, SLOT
from field_app.storage.journal import Journal
from field_app.storage.keys import Slot, derive
from field_app.storage.slot_file import write_slot
from field_app.storage.trouble import Damaged
from field_app.storage.vault import DATABASE, FILES, JOURNAL, LOCK, lock_file

READY = "ready"
SWAP = "swap.lock"
LARGEST_FILE = 1 << 30

type Random = Callable[[int], bytes]


def rekey(folder: Path, old: VaultKey, new: VaultKey, slot: Slot, random: Random) -> None:
    """Put a closed vault under a new key; `slot` wraps it already.

    Raises LockedByOther, DiskFull, Damaged: then the vault is as it was.
    """
    with _alone(folder):
        build = _build(folder)
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir(mode=0o700)
        try:
            with lock_file(folder / LOCK):
                _copy(folder, build, old, new, random)
            write_slot(build / SLOT, slot)
            if (folder / LEASE).exists():
                write_whole(build / LEASE, (folder / LEASE).read_bytes())
            write_whole(build / READY, b"")
        except BaseException:
            shutil.rmtree(build, ignore_errors=True)
            raise
        _change_places(folder)


def finish(folder: Path) -> None:
    """End what a cut left of a rekeying; raises LockedByOther while another program is at it."""
    if not (_build(folder).exists() or _former(folder).exists()):
        return
    with _alone(folder):
        if (_build(folder) / READY).exists():
            _change_places(folder)
        elif not folder.exists() and _former(folder).exists():
            # The copy's name did not reach the disk, but this did.
            take_name(_former(folder), folder)
        shutil.rmtree(_build(folder), ignore_errors=True)
        shutil.rmtree(_former(folder), ignore_errors=True)
        sync_folder(folder.parent)


def is_under_way(folder: Path) -> bool:
    """Say whether this vault is being written anew: what is added to it now would be lost.

    To be asked with the vault's lock held, which `rekey` gives back before the folders change
    places: Windows moves no folder in which a file is open.
    """
    return _build(folder).exists()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with lock_file(folder.with_name(f"{folder.name}.{SWAP}")):
        yield


def _build(folder: Path) -> Path:
    return folder.with_name(folder.name + ".rekey")


def _former(folder: Path) -> Path:
    return folder.with_name(folder.name + ".former")


def _change_places(folder: Path) -> None:
    """Let the copy take the vault's place; may be begun again after a cut anywhere in it."""
    build, former = _build(folder), _former(folder)
    sync_folder(folder.parent)
    if folder.exists():
        shutil.rmtree(former, ignore_errors=True)
        take_name(folder, former)
        sync_folder(folder.parent)
    take_name(build, folder)
    sync_folder(folder.parent)
    (folder / READY).unlink(missing_ok=True)
    sync_folder(folder)
    # What the old key opens goes last: its slot first.
    (former / SLOT).unlink(missing_ok=True)
    shutil.rmtree(former, ignore_errors=True)
    sync_folder(folder.parent)


def _copy(folder: Path, build: Path, old: VaultKey, new: VaultKey, random: Random) -> None:
    source = open_database(folder / DATABASE, old, create=False)
    try:
        copy_database(source, build / DATABASE, new)
        _compare(source, build / DATABASE, new)
    finally:
        source.close()
    _sync_file(build / DATABASE)
    read = Journal(folder / JOURNAL, derive(old, "journal"), random).read()
    Journal(build / JOURNAL, derive(new, "journal"), random).write(dict(read.entries))
    _copy_files(folder / FILES, build / FILES, old, new, random)
    sync_folder(build)


def _compare(source: Connection, path: Path, key: VaultKey) -> None:
    """Raise Damaged unless the copy is whole and holds as many rows in every table."""
    copy = open_database(path, key, create=False)
    try:
        if integrity_problems(copy) or _counts(copy) != _counts(source):
            raise Damaged(path.name)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        copy.close()


def _counts(connection: Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    found: dict[str, int] = {}
    for (name,) in names:
        row = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def _copy_files(source: Path, target: Path, old: VaultKey, new: VaultKey, random: Random) -> None:
    target.mkdir(mode=0o700)
    before = AttachmentFiles(source, derive(old, "attachments"), random)
    after = AttachmentFiles(target, derive(new, "attachments"), random)
    for file in sorted(source.iterdir()):
        try:
            data = before.read(file.name, 0, LARGEST_FILE)
        except Damaged:
            continue  # it could not be read before either; the record of it stays
        after.write(file.name, data)
    sync_folder(target)


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
