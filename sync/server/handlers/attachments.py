"""Takes files in pieces: announced, resumed at the byte the disk has, checked when whole.

The offset is the length of the flushed part file and nothing else; the subset of tus 1.0 that
a laptop needs. Where the bytes lie is `attachment_files`' own.
"""

import asyncio

from sync.domain.ids import BranchId
from sync.domain.question import oversees, works_on
from sync.domain.records import Attachment, Case
from sync.protocol.media import LONGEST, media_type_of
from sync.protocol.messages import (
    CHUNK,
    MAX_ATTACHMENT,
    MAX_CASE_FILES,
    AttachmentOffer,
    AttachmentState,
    Codes,
)
from sync.server.attachment_files import AttachmentFiles
from sync.server.caller import Caller
from sync.server.problems import Refusal
from sync.server.repositories import records
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.well_formed import is_id


async def offer(service: Service, caller: Caller, announced: AttachmentOffer) -> AttachmentState:
    """Say how far a file is; it must be one whose fact this person recorded or may see.

    Bytes that the server has already for another record of a case this person may see are not
    asked for again. Nobody learns of other cases' files: their hashes are not looked at. Raises
    Refusal 404, 409 when it is announced otherwise than recorded, 413 when it is too much.
    """
    fact, seen = await _own_or_seen(service, caller, announced.id)
    if (fact.size, fact.sha256) != (announced.size, announced.sha256):
        raise Refusal(409, Codes.WRONG_HASH)
    files = files_of(service, caller.device.branch_id)
    state = await _state(files, fact)
    if state.complete or state.offset:
        return state
    others = await _others(service, caller, fact)
    if seen and await asyncio.to_thread(_known, files, fact, others):
        return await _state(files, fact)
    await asyncio.to_thread(_check_room, files, fact, others)
    return state


async def append(
    service: Service, caller: Caller, attachment_id: str, offset: int, data: bytes
) -> AttachmentState:
    """Add bytes at the offset; raises Refusal when the offset is not where the file ends."""
    fact, _seen = await _own_or_seen(service, caller, attachment_id)
    files = files_of(service, caller.device.branch_id)
    state = await _state(files, fact)
    if state.complete:
        return state
    if len(data) > CHUNK or offset + len(data) > fact.size:
        raise Refusal(413, Codes.TOO_LARGE, most=CHUNK)
    if offset != state.offset:
        raise Refusal(409, Codes.WRONG_OFFSET, offset=state.offset)
    if not offset:
        others = await _others(service, caller, fact)
        await asyncio.to_thread(_check_room, files, fact, others)
        if len(data) >= min(LONGEST, fact.size) and media_type_of(data) != fact.media_type:
            raise Refusal(415, Codes.WRONG_TYPE)
    await asyncio.to_thread(files.take, fact, offset, data)
    return await _state(files, fact)


async def fetch(
    service: Service, caller: Caller, attachment_id: str, start: int = 0, until: int | None = None
) -> tuple[bytes, int]:
    """Return bytes `start` to `until` of a whole file, and its size, to who may see its case now.

    Raises Refusal 404 to everybody else.
    """
    fact, seen = await _fact(service, caller, attachment_id)
    files = files_of(service, caller.device.branch_id)
    if not seen or not files.has(fact.id):
        raise Refusal(404, Codes.NOT_FOUND)
    return await asyncio.to_thread(files.read, fact.id, start, until), fact.size


def files_of(service: Service, branch: BranchId) -> AttachmentFiles:
    """Return the files of a branch."""
    return AttachmentFiles(service.data / "attachments" / branch)


async def _own_or_seen(
    service: Service, caller: Caller, attachment_id: str
) -> tuple[Attachment, bool]:
    """Return the fact of a file this person may bring, and whether they may see its case.

    Their own goes up though the case has left them.
    """
    fact, seen = await _fact(service, caller, attachment_id)
    if not 0 <= fact.size <= MAX_ATTACHMENT:
        raise Refusal(413, Codes.TOO_LARGE, most=MAX_ATTACHMENT)
    return fact, seen


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


async def _others(service: Service, caller: Caller, fact: Attachment) -> list[Attachment]:
    """Return every other recorded file of the case."""
    branch = caller.device.branch_id
    stands = await service.database.read(lambda s: records.of_case(s, branch, fact.case_id))
    found = (one.record for one in stands)
    return [f for f in found if isinstance(f, Attachment) and f.id != fact.id]


def _known(files: AttachmentFiles, fact: Attachment, others: list[Attachment]) -> bool:
    """Take the bytes of another file of the case that has the same hash; say whether there was one.

    They were hashed when they came.
    """
    same = (fact.size, fact.sha256, fact.media_type)
    return any(
        files.share(other.id, fact.id)
        for other in others
        if (other.size, other.sha256, other.media_type) == same
    )


def _check_room(files: AttachmentFiles, fact: Attachment, others: list[Attachment]) -> None:
    """Refuse a file that would make its case too large; only what has begun to come counts."""
    held = sum(other.size for other in others if files.has(other.id) or files.begun(other.id))
    if held + fact.size > MAX_CASE_FILES:
        raise Refusal(413, Codes.CASE_FULL, most=MAX_CASE_FILES)


async def _state(files: AttachmentFiles, fact: Attachment) -> AttachmentState:
    begun = files.begun(fact.id)  # first: what is moved away then is whole
    if files.has(fact.id):
        return AttachmentState(fact.id, fact.size, complete=True)
    if begun and begun >= fact.size:
        # The server ended between the last piece and the check.
        await asyncio.to_thread(files.finish, fact)
        return AttachmentState(fact.id, fact.size, complete=True)
    return AttachmentState(fact.id, begun, complete=False)
