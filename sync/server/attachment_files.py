"""The files of a branch on the server's disk: `ID.part` while they grow, `ID` once they are whole.

A file is whole only when it was hashed, under a name of its own meanwhile; it is on the disk, name
and all, before anybody is told.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from sync.domain.records import Attachment
from sync.protocol.media import LONGEST, media_type_of
from sync.protocol.messages import Codes
from sync.server.key_file import settle
from sync.server.problems import Refusal


class AttachmentFiles:
    """One branch's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def whole(self, attachment_id: str) -> Path:
        """Return where a whole file lies."""
        return self._folder / attachment_id

    def has(self, attachment_id: str) -> bool:
        """Say whether the file is whole."""
        return self.whole(attachment_id).is_file()

    def begun(self, attachment_id: str) -> int:
        """Return how many bytes of an unfinished file are here."""
        try:
            return self._part(attachment_id).stat().st_size
        except FileNotFoundError:
            return 0

    def read(self, attachment_id: str, start: int, until: int | None) -> bytes:
        """Return the bytes from `start` up to `until`, or to the end; none behind the end."""
        with self.whole(attachment_id).open("rb") as file:
            file.seek(start)
            return file.read() if until is None else file.read(max(until - start, 0))

    def take(self, fact: Attachment, offset: int, data: bytes) -> None:
        """Write a piece, and finish the file with its last one; raises Refusal."""

        def act() -> None:
            _append(self._part(fact.id), offset, data)
            if offset + len(data) == fact.size:
                self._check_and_move(fact)

        self._at_once(fact.id, act)

    def finish(self, fact: Attachment) -> None:
        """Make a part that has all its bytes the file; raises Refusal."""
        self._at_once(fact.id, lambda: self._check_and_move(fact))

    def _at_once(self, attachment_id: str, act: Callable[[], None]) -> None:
        """Act while others may do the same.

        A piece may come twice at once: one of both finds the part gone or longer, and all is well
        when the other has made the file whole.
        """
        whole = self.whole(attachment_id)
        try:
            act()
        except FileNotFoundError as error:
            if not whole.exists():
                raise Refusal(409, Codes.WRONG_OFFSET, offset=0) from error
        except Refusal:
            if not whole.exists():
                raise
        if whole.exists():
            self._part(attachment_id).unlink(missing_ok=True)

    def _check_and_move(self, fact: Attachment) -> None:
        # Under a name of its own: what is hashed must be what becomes the file. Whoever sends the
        # same piece at once may have begun another part in the place of this one.
        own = self._folder / f"{fact.id}.{secrets.token_hex(8)}.part"
        self._part(fact.id).replace(own)
        try:
            _check(own, fact)
        except BaseException:
            own.unlink(missing_ok=True)
            raise
        own.replace(self.whole(fact.id))
        settle(self._folder)

    def share(self, from_id: str, to_id: str) -> bool:
        """Let two records have the same bytes, each to be erased alone; False without a source."""
        if not self.has(from_id):
            return False
        whole = self.whole(to_id)
        try:
            os.link(self.whole(from_id), whole)
        except FileExistsError:
            return True
        except OSError:  # a file system without links
            _copy(self.whole(from_id), whole)
        settle(self._folder)
        return True

    def forget(self, attachment_id: str) -> None:
        """Delete a file and what was begun of it."""
        self.whole(attachment_id).unlink(missing_ok=True)
        for part in self._folder.glob(f"{attachment_id}.*"):
            part.unlink(missing_ok=True)

    def _part(self, attachment_id: str) -> Path:
        return self._folder / f"{attachment_id}.part"


def _append(part: Path, offset: int, data: bytes) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    with part.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end != offset:
            raise Refusal(409, Codes.WRONG_OFFSET, offset=end)
        # At its place, not "at the end": a piece that is sent twice at once is there once.
        file.seek(offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _check(part: Path, fact: Attachment) -> None:
    """Raise Refusal for bytes that are not what was recorded."""
    with part.open("rb") as file:
        kind = media_type_of(file.read(LONGEST))
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if size < fact.size:
        raise Refusal(409, Codes.WRONG_OFFSET, offset=0)  # begun by somebody else this moment
    if found != fact.sha256:
        raise Refusal(409, Codes.WRONG_HASH)
    if kind != fact.media_type:
        raise Refusal(415, Codes.WRONG_TYPE)


def _copy(source: Path, goal: Path) -> None:
    beside = goal.with_name(f"{goal.name}.copy")
    try:
        shutil.copyfile(source, beside)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    beside.replace(goal)
