"""Puts a backup in the database's place and begins a new epoch, so that laptops give back the rest.

A database that somebody put there by hand gets its epoch here too, as it stands.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.messages import PastEpoch
from sync.server.backup import mark
from sync.server.backup.archive import (
    Manifest,
    NoBackup,
    read_manifest,
    unpack_database,
    unpack_files,
)
from sync.server.backup.copying import put_in_place
from sync.server.closed_file import make_folder
from sync.server.commit import Commit
from sync.server.repositories import accounts, audit, horizons
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.settings import ServerSettings


class PutBack(msgspec.Struct, frozen=True):
    """What was put back, where the former database is kept, and how many files came."""

    manifest: Manifest
    aside: str
    files: int


def put_back(settings: ServerSettings, path: Path) -> PutBack:
    """Put the database and the files of a backup in place; its epoch is still the old one.

    Raises NoBackup when the file is not whole or of the other database, CopyFailed, OSError.
    """
    manifest = read_manifest(path, check=True)
    if manifest.kind != ("sqlite" if settings.is_sqlite else "postgresql"):
        raise NoBackup(f"{path} holds a database of {manifest.kind}")
    make_folder(settings.data)
    # Should it end half way, no server starts on what it finds.
    mark.write(settings.data, mark.Mark("", {}, mark.latest(settings.data)))
    with TemporaryDirectory(dir=settings.data, prefix=".restore-") as room:
        copy = Path(room) / "copy"
        unpack_database(path, copy)
        aside = put_in_place(settings, copy)
    return PutBack(manifest, aside, unpack_files(path, settings.data))


async def begin_epoch(service: Service) -> str:
    """Begin a new epoch on the database as it stands, with its history; return its id."""
    epoch, now = service.ids.fresh(), service.clock.now().isoformat()

    async def work(session: Session) -> None:
        ended = await accounts.meta(session, "epoch") or ""
        for branch, _ in await accounts.branches(session):
            await _end(session, branch, ended, epoch, now)
        await accounts.set_meta(session, "epoch", epoch)

    await service.database.write(work)
    await mark.begin(service.database, service.data, service.latest)
    return epoch


async def _end(session: Session, branch: BranchId, ended: str, epoch: str, now: str) -> None:
    head = await audit.head(session, branch)
    if head is None:
        raise LookupError(f"there is no branch {branch}")
    await horizons.end_epoch(session, branch, PastEpoch(ended, head.commit_no, head.leaves))
    commit = Commit(session, branch)
    commit.leaf(
        now,
        what="server.put_back",
        ended=ended,
        epoch=epoch,
        commit=head.commit_no,
        leaves=head.leaves,
    )
    await commit.finish()
