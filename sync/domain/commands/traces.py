"""What leaves the laptop leaves a trace first."""

from datetime import datetime

import msgspec

from sync.domain.ids import OfficerId, RecordId
from sync.domain.vocabulary import ExportFile, ExportReason


class TakeOut(msgspec.Struct, frozen=True, tag="take_out", tag_field="do"):
    """Take a file out of the laptop: said before there is one. Always kept, for it happened."""

    export_id: RecordId
    officer_id: OfficerId
    file: ExportFile
    reason: ExportReason
    words: str
    cases: int
    locked: bool
    at: datetime
