"""What the customer tells of hardship."""

from datetime import date

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import RecordHardship
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Hardship
from sync.domain.vocabulary import HardshipCause, Vulnerability


class HardshipForm(msgspec.Struct, frozen=True):
    """A hardship note as entered."""

    case_id: CaseId
    visit_id: RecordId | None
    causes: tuple[HardshipCause, ...]
    since: date | None = None
    expected_until: date | None = None
    household: int | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
    consent_to_sensitive: bool = False
    words: str = ""


def record(desk: Desk, form: HardshipForm) -> Written:
    """Keep a hardship note; sensitive causes without consent are refused."""
    note = Hardship(
        id=RecordId(desk.ids.fresh()),
        at=desk.clock.now(),
        by=desk.me.officer_id,
        **msgspec.structs.asdict(form),
    )
    return submit(desk, RecordHardship(note))
