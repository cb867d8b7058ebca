"""The bank's map packs on this laptop: `SHA256.part` while they come, read-only once whole.

A file takes its name only after hash, format, content and region were compared with what the bank
signed; until then the former one stays.
"""

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from sync.protocol.map_pack import NotAPack, facts_of
from sync.protocol.published_map import MapDistrust, MapRefused, PublishedMap

SPARE = 32 * 1024 * 1024  # bytes left free for the vault, which matters more than a map


class MapFiles:
    """One folder, of a branch on this laptop; raises MapRefused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def whole(self, told: PublishedMap) -> Path:
        """Return where a whole map lies."""
        return self._folder / f"{told.sha256}.mappack"

    def begun(self, told: PublishedMap) -> int:
        """Return how many bytes are here; raises MapRefused when there is no room for the rest."""
        if self.whole(told).exists():
            return told.size
        part = self._part(told)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            at = part.stat().st_size if part.exists() else 0
            if at > told.size:
                part.unlink()
                at = 0
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise _refused(error) from error
        if free - SPARE < told.size - at:
            raise MapRefused(MapDistrust.FULL_DISK)
        return at

    def append(self, told: PublishedMap, at: int, data: bytes) -> int:
        """Write a piece at its place; return how many bytes are here now."""
        part = self._part(told)
        try:
            with part.open("r+b" if part.exists() else "wb") as file:
                file.seek(at)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _refused(error) from error
        return at + len(data)

    def install(self, told: PublishedMap) -> None:
        """Check a part that has all its bytes and give it its name; a wrong one is thrown away."""
        whole, part = self.whole(told), self._part(told)
        found = whole if whole.exists() else part
        try:
            _check(found, told)
        except MapRefused:
            _delete(found)
            raise
        except OSError as error:
            raise _refused(error) from error
        if found is part:
            part.chmod(0o444)
            part.replace(whole)

    def keep_only(self, told: PublishedMap) -> None:
        """Delete other maps, and what came of them; one that is open stays until the next time."""
        for one in (*self._folder.glob("*.mappack"), *self._folder.glob("*.part")):
            if one.stem != told.sha256:
                with suppress(OSError):
                    _delete(one)

    def _part(self, told: PublishedMap) -> Path:
        return self._folder / f"{told.sha256}.part"


def _delete(file: Path) -> None:
    file.chmod(0o644)  # what may not be written to may not be deleted either, on Windows
    file.unlink()


def _check(file: Path, told: PublishedMap) -> None:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != told.sha256:
        raise MapRefused(MapDistrust.DAMAGED)
    try:
        facts = facts_of(file)
    except NotAPack as error:
        other = str(error) == "other"
        raise MapRefused(MapDistrust.OTHER_FORMAT if other else MapDistrust.DAMAGED) from error
    if facts.content_hash != told.content_hash:
        raise MapRefused(MapDistrust.DAMAGED)
    if facts.region != tuple(told.region):
        raise MapRefused(MapDistrust.OTHER_REGION)


def _refused(error: OSError) -> MapRefused:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return MapRefused(MapDistrust.FULL_DISK if full else MapDistrust.NOT_WRITABLE)
