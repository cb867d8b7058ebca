"""Files that belong to a fact, and the traces that a look at personal data leaves."""

from datetime import datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId, TeamId
from sync.domain.time import Between
from sync.domain.vocabulary import (
    ExportFile,
    ExportReason,
    FactFlag,
    Revealable,
)


class Attachment(msgspec.Struct, frozen=True, tag="attachment", tag_field="kind"):
    """A photo or paper of a case; the bytes travel apart, named by their SHA-256 in hex."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    title: str
    media_type: str
    size: int
    sha256: str
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None


class Reveal(msgspec.Struct, frozen=True, tag="reveal", tag_field="kind"):
    """Somebody looked at masked personal data; a fact for the compliance officer."""

    id: RecordId
    case_id: CaseId
    at: datetime
    by: OfficerId
    field: Revealable
    flags: tuple[FactFlag, ...] = ()
    between: Between | None = None
    file_id: RecordId | None = None


class Export(msgspec.Struct, frozen=True, tag="export", tag_field="kind"):
    """Somebody took a file out of a laptop; kept before there was a file, so it may be of none.

    `cases` is how many customers it is about; `locked` whether it opens by a password only.
    """

    id: RecordId
    officer_id: OfficerId
    team_id: TeamId
    at: datetime
    file: ExportFile
    reason: ExportReason
    words: str
    cases: int
    locked: bool
