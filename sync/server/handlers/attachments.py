"""Takes files in chunks: announced, resumed at the byte the disk has, checked when whole.

The offset is the length of the flushed part file and nothing else; the subset of tus 1.0 that
a laptop needs.
"""

import asyncio
import hashlib
import os
from pathlib import Path

from sync.domain.ids import BranchId
from sync.domain.question import oversees, works_on
from sync.domain.records import Attachment, Case
from sync.protocol.messages import (
    CHUNK,
    MAX_ATTACHMENT,
    AttachmentOffer,
    AttachmentState,
    Codes,
)
from sync.server.caller import Caller
from sync.server.problems import Refusal
from sync.server.repositories import records
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id


async def offer(service: Service, caller: Caller, announced: AttachmentOffer) -> AttachmentState:
    """Say how far a file is; it must be one whose fact this person recorded or may see."""
    fact = await _own_or_seen(service, caller, announced.id)
    if (fact.size, fact.sha256) != (announced.size, announced.sha256):
        raise Refusal(409, Codes.WRONG_HASH)
    return await _state(service, caller.device.branch_id, fact)


async def append(
    service: Service, caller: Caller, attachment_id: str, offset: int, data: bytes
) -> AttachmentState:
    """Add bytes at the offset; raises Refusal when the offset is not where the file ends."""
    fact = await _own_or_seen(service, caller, attachment_id)
    branch = caller.device.branch_id
    state = await _state(service, branch, fact)
    if state.complete:
        return state
    if len(data) > CHUNK or offset + len(data) > fact.size:
        raise Refusal(413, Codes.TOO_LARGE, most=CHUNK)
    if offset != state.offset:
        raise Refusal(409, Codes.WRONG_OFFSET, offset=state.offset)
    files = _part(service, branch, fact.id), whole_file(service, branch, fact.id)
    await asyncio.to_thread(_take, *files, fact, offset, data)
    return await _state(service, branch, fact)


async def fetch(service: Service, caller: Caller, attachment_id: str) -> bytes:
    """Return a whole file to somebody who may see its case now."""
    fact, seen = await _fact(service, caller, attachment_id)
    if not seen:
        raise Refusal(404, Codes.NOT_FOUND)
    whole = whole_file(service, caller.device.branch_id, fact.id)
    if not whole.is_file():
        raise Refusal(404, Codes.NOT_FOUND)
    return await asyncio.to_thread(whole.read_bytes)


async def _own_or_seen(service: Service, caller: Caller, attachment_id: str) -> Attachment:
    """Return the fact of a file this person may bring; their own goes up when the case has left."""
    fact, _seen = await _fact(service, caller, attachment_id)
    if not 0 <= fact.size <= MAX_ATTACHMENT:
        raise Refusal(413, Codes.TOO_LARGE, most=MAX_ATTACHMENT)
    return fact


async def _fact(service: Service, caller: Caller, attachment_id: str) -> tuple[Attachment, bool]:
    """Return the recorded fact and whether its case may be seen; a foreign one is not found."""
    if not is_id(attachment_id):
        raise Refusal(404, Codes.NOT_FOUND)
    branch = caller.device.branch_id

    async def look(session: Session) -> tuple[Attachment, bool] | None:
        found = await records.get(session, branch, "attachment", attachment_id)
        if found is None:
            return None
        fact: Attachment = found.record
        case = await records.get(session, branch, "case", fact.case_id)
        seen = case is not None and _may_see(caller, case.record)
        return (fact, seen) if seen or fact.by == caller.account.id else None

    found = await service.database.read(look)
    if found is None:
        raise Refusal(404, Codes.NOT_FOUND)
    return found


def _may_see(caller: Caller, case: Case) -> bool:
    return works_on(caller.actor, case) or oversees(caller.actor, case)


async def _state(service: Service, branch: BranchId, fact: Attachment) -> AttachmentState:
    begun = _size(_part(service, branch, fact.id))  # first: what is moved away then is whole
    if whole_file(service, branch, fact.id).exists():
        return AttachmentState(fact.id, fact.size, complete=True)
    return AttachmentState(fact.id, begun, complete=False)


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _take(part: Path, whole: Path, fact: Attachment, offset: int, data: bytes) -> None:
    """Write a chunk, and check and move the file with its last one.

    A chunk may come twice at once: one of both finds the part gone or longer, and all is well when
    the other has made the file whole.
    """
    try:
        _append(part, offset, data)
        if offset + len(data) == fact.size:
            _complete(part, whole, fact.sha256)
    except FileNotFoundError as error:
        if not whole.exists():
            raise Refusal(409, Codes.WRONG_OFFSET, offset=0) from error
    except Refusal:
        if not whole.exists():
            raise
    if whole.exists():
        part.unlink(missing_ok=True)


def _append(part: Path, offset: int, data: bytes) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    part.touch()
    with part.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end != offset:
            raise Refusal(409, Codes.WRONG_OFFSET, offset=end)
        # At its place, not "at the end": a chunk that is sent twice at once is there once.
        file.seek(offset)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _complete(part: Path, whole: Path, sha256: str) -> None:
    if hashlib.sha256(part.read_bytes()).hexdigest() != sha256:
        part.unlink()
        raise Refusal(409, Codes.WRONG_HASH)
    part.replace(whole)


def _part(service: Service, branch: BranchId, attachment_id: str) -> Path:
    return service.data / "attachments" / branch / f"{attachment_id}.part"


def whole_file(service: Service, branch: BranchId, attachment_id: str) -> Path:
    """Return where a whole file lies."""
    return service.data / "attachments" / branch / attachment_id


def forget_file(service: Service, branch: BranchId, attachment_id: str) -> None:
    """Delete a file and what was begun of it."""
    whole_file(service, branch, attachment_id).unlink(missing_ok=True)
    _part(service, branch, attachment_id).unlink(missing_ok=True)
