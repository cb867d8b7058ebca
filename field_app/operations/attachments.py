"""Photos and papers: encrypted beside the vault, recorded as a fact, sent when there is a line."""

import hashlib
from contextlib import suppress

from field_app.operations.desk import Desk
from field_app.operations.submit import Saved, Written, submit
from field_app.storage.trouble import Damaged
from sync.domain.commands import RecordAttachment, RevealField
from sync.domain.ids import CaseId, RecordId
from sync.domain.outcome import Refused, refused
from sync.domain.records import Attachment, Reveal
from sync.domain.vocabulary import Revealable
from sync.protocol.media import media_type_of
from sync.protocol.messages import MAX_ATTACHMENT, MAX_CASE_FILES


def add(desk: Desk, case_id: CaseId, title: str, data: bytes) -> Written:
    """Attach bytes as they are to be kept; a picture went through `photographs.clean` before."""
    media_type = media_type_of(data)
    if media_type is None:
        return refused("attachment.unknown_type")
    if len(data) > MAX_ATTACHMENT:
        return refused("attachment.too_large", most_mb=MAX_ATTACHMENT // (1024 * 1024))
    fact = Attachment(
        id=RecordId(desk.ids.fresh()),
        case_id=case_id,
        at=desk.clock.now(),
        by=desk.me.officer_id,
        title=title,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    doubt = _beside_others(desk, fact)
    if doubt is not None:
        return doubt
    try:
        desk.store.files.write(fact.id, data)
        return _record(desk, fact)
    finally:
        # What was recorded keeps its bytes, also when something stumbled behind the commit.
        if not _is_recorded(desk, fact):
            desk.store.files.remove(fact.id)


def _beside_others(desk: Desk, fact: Attachment) -> Refused | None:
    """Say what speaks against one more file of the case."""
    stands = desk.store.projection.of_case(fact.case_id)
    others = [one.record for one in stands if isinstance(one.record, Attachment)]
    if any((o.size, o.sha256) == (fact.size, fact.sha256) for o in others):
        return refused("attachment.already_there")
    if sum(o.size for o in others) + fact.size > MAX_CASE_FILES:
        return refused("attachment.case_full")
    return None


def _record(desk: Desk, fact: Attachment) -> Written:
    with desk.store.vault.transaction() as connection:
        written = submit(desk, RecordAttachment(fact))
        if isinstance(written, Saved):
            connection.execute(
                "INSERT INTO upload (id, mid, size, sha256) VALUES (?, ?, ?, ?)",
                (fact.id, written.mid, fact.size, fact.sha256),
            )
    return written


def _is_recorded(desk: Desk, fact: Attachment) -> bool:
    asked = "SELECT 1 FROM upload WHERE id = ?"
    return desk.store.vault.connection.execute(asked, (fact.id,)).fetchone() is not None


def find(desk: Desk, file_id: RecordId) -> Attachment | None:
    """Return the fact of a file, None when it is not on this laptop any more."""
    found = desk.store.projection.get(Attachment, file_id)
    return found.record if found else None


def here(desk: Desk, fact: Attachment) -> bytes | None:
    """Return the plain bytes of a file, None when it has to be fetched."""
    for folder in (desk.store.files, desk.store.copies):
        if folder.has(fact.id):
            with suppress(Damaged):  # then it is as if it were not here
                return folder.read(fact.id, 0, fact.size)
    return None


def look(desk: Desk, fact: Attachment, fetched: bytes | None) -> Written:
    """Note that this person sees the file now, and keep what was fetched for the next time.

    The copy goes when the case leaves this laptop.
    """
    seen = Reveal(
        RecordId(desk.ids.fresh()),
        fact.case_id,
        desk.clock.now(),
        desk.me.officer_id,
        Revealable.FILE,
        file_id=fact.id,
    )
    written = submit(desk, RevealField(seen))
    if isinstance(written, Saved) and fetched is not None:
        desk.store.copies.write(fact.id, fetched)
    return written
