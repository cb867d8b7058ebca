"""Calls, messages and letters."""

from datetime import datetime

from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from sync.domain.commands import RecordContact
from sync.domain.facts_of_case import situation_of
from sync.domain.ids import CaseId, RecordId
from sync.domain.recording import ACT_OF
from sync.domain.records import Contact
from sync.domain.situation import Decision
from sync.domain.vocabulary import Channel, ContactResult


def check(desk: Desk, case_id: CaseId, channel: Channel) -> Decision:
    """Return the rules' answer to contacting the customer now; raises LookupError."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case = snapshot.case(case_id)
    if case is None:
        raise LookupError(f"case {case_id} is not on this laptop")
    return desk.policy.judge(ACT_OF[channel], desk.clock.now(), situation_of(snapshot, case))


def record(
    desk: Desk,
    case_id: CaseId,
    channel: Channel,
    result: ContactResult,
    note: str = "",
    at: datetime | None = None,
) -> Written:
    """Keep a contact that was made."""
    contact = Contact(
        id=RecordId(desk.ids.fresh()),
        case_id=case_id,
        channel=channel,
        at=at or desk.clock.now(),
        result=result,
        by=desk.me.officer_id,
        note=note,
    )
    return submit(desk, RecordContact(contact))
