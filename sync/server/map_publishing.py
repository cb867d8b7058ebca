"""Map packs for the laptops of a branch: checked, kept beside the database, signed, withdrawn."""

from datetime import datetime
from pathlib import Path

import msgspec

from sync.domain.ids import BranchId
from sync.protocol.envelope import SUITE
from sync.protocol.map_pack import FORMAT, NotAPack, facts_of
from sync.protocol.published_map import PublishedMap
from sync.server import map_notices, publishing
from sync.server.administration import AdminRefused, check_branch
from sync.server.backup.archive import sha256_of
from sync.server.map_files import clear, file_of, keep
from sync.server.repositories import maps
from sync.server.repositories.session import Session
from sync.server.service import Service

WHY_NOT = {
    "none": "is no map pack",
    "other": f"is a map pack of another format than {FORMAT}: build it anew",
    "damaged": "is damaged: its content does not agree with its hash",
}


async def publish(
    service: Service, branch: BranchId, file: Path, serial: int | None = None
) -> PublishedMap:
    """Put a pack in force in a branch.

    The same pack again brings its file back where that is gone, and may have a higher serial.
    Raises AdminRefused for a file that is no whole pack, a serial that was passed, the same pack
    again otherwise, or when the key is not in this folder; OSError when the file cannot be kept.
    """
    now = service.clock.now()
    unsigned = _described(branch, file, now)
    key = await publishing.signer(service)
    await service.database.read(lambda s: check_branch(s, branch))
    sha256 = unsigned.sha256
    place = file_of(service.data, branch, sha256)
    was_gone = not place.exists()
    keep(file, place)

    async def work(session: Session) -> PublishedMap:
        before = await maps.newest(session, branch)
        if serial is None and before and not before.withdrawn and before.sha256 == sha256:
            if was_gone:  # a backup was put back, which holds no map files
                return before
            raise AdminRefused(f"this map is in force already, under serial {before.serial}")
        number = publishing.next_serial(before, serial)
        numbered = msgspec.structs.replace(unsigned, serial=number)
        return await map_notices.put(session, numbered, key, now)

    told = await service.database.write(work)
    clear(service.data, branch, sha256)
    return told


def _described(branch: BranchId, file: Path, now: datetime) -> PublishedMap:
    """Return what is to be signed of a file, the serial still to be given; raises AdminRefused."""
    try:
        facts = facts_of(file)
    except NotAPack as error:
        raise AdminRefused(f"{file} {WHY_NOT[str(error)]}") from error
    return PublishedMap(
        suite=SUITE,
        branch_id=branch,
        serial=0,
        name=facts.name,
        format=FORMAT,
        content_hash=facts.content_hash,
        sha256=sha256_of(file),
        size=file.stat().st_size,
        region=facts.region,
        data_date=facts.data_date,
        published_at=now,
    )


async def withdraw(service: Service, branch: BranchId) -> PublishedMap:
    """Take the map in force back; laptops that have it are told. Raises AdminRefused."""
    key = await publishing.signer(service)
    now = service.clock.now()

    async def work(session: Session) -> PublishedMap:
        before = await maps.newest(session, branch)
        if before is None or before.withdrawn:
            raise AdminRefused(f"no map is published in {branch}")
        number = publishing.next_serial(before, None)
        again = msgspec.structs.replace(before, serial=number, published_at=now, withdrawn=True)
        return await map_notices.put(session, again, key, now)

    told = await service.database.write(work)
    clear(service.data, branch, "")
    return told


async def every(service: Service, branch: BranchId) -> list[PublishedMap]:
    """Return what was published and withdrawn in a branch, newest first."""
    return await service.database.read(lambda s: maps.every(s, branch))
