"""Takes a backup: copied, opened, its log recomputed, packed, read back; then the horizon moves.

Laptops keep what they were answered until a checked backup has it.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from sync.domain.ids import BranchId
from sync.server.audit.verifying import verify
from sync.server.backup.archive import FILES, FORMAT, Manifest, NoBackup, sha256_of, write_archive
from sync.server.backup.copying import opened, take_copy
from sync.server.key_file import settle
from sync.server.repositories import accounts, horizons, records
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.settings import ServerSettings


async def take_backup(service: Service, settings: ServerSettings, out: Path) -> Manifest:
    """Write a checked backup and move the horizon to what it holds.

    Raises NoBackup when the copy is damaged, CopyFailed, OSError; then there is no file and the
    horizon stays.
    """
    with TemporaryDirectory(dir=out.parent, prefix=".backup-") as room:
        copy = Path(room) / "database"
        take_copy(settings, copy)
        hashed = sha256_of(copy)
        looked_at = Path(room) / "looked_at"  # a copy of the copy: opening writes beside it
        shutil.copyfile(copy, looked_at)
        async with opened(settings, looked_at) as database:
            server_id, epoch, heads = await database.read(_looked_at)
        made_at = service.clock.now().isoformat()
        kind = "sqlite" if settings.is_sqlite else "postgresql"
        manifest = Manifest(FORMAT, kind, made_at, server_id, epoch, heads, hashed)
        packed = Path(room) / "packed"
        write_archive(packed, manifest, copy, settings.data / FILES)
        packed.replace(out)
    settle(out.parent)  # on the disk, name and all, before laptops hear of it
    await service.database.write(lambda session: _move_horizon(session, manifest))
    return manifest


async def _looked_at(session: Session) -> tuple[str, str, dict[str, int]]:
    """Return identity, epoch and heads of a copy whose logs are whole; raises NoBackup."""
    heads = {}
    for branch, _ in await accounts.branches(session):
        found = await verify(session, branch)
        if found.flaw is not None:
            raise NoBackup(f"the audit log of {branch} is not whole: run audit verify")
        heads[str(branch)] = await records.head(session, branch)
    server_id = await accounts.meta(session, "server_id") or ""
    return server_id, await accounts.meta(session, "epoch") or "", heads


async def _move_horizon(session: Session, manifest: Manifest) -> None:
    if await accounts.meta(session, "epoch") != manifest.epoch:
        raise NoBackup("the server was put back while the backup was made")
    for name, head in manifest.heads.items():
        branch = BranchId(name)
        stands = await horizons.get(session, branch)
        moved = msgspec.structs.replace(stands, safe=max(stands.safe, head))
        await horizons.put(session, branch, moved)
