"""Everything that happened on a case, newest first, as codes that the window puts into words."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from sync.domain.budget import Budget
from sync.domain.ids import OfficerId, RecordId
from sync.domain.records import (
    Appointment,
    Attachment,
    Case,
    Complaint,
    Contact,
    Feedback,
    Hardship,
    Hold,
    Note,
    Payment,
    Plan,
    Record,
    Referral,
    Reveal,
    Versioned,
    Visit,
    Wish,
    kind_of,
)
from sync.domain.time import Between

CORRECTED = "corrected"  # a mark of a visit that a later one corrects


class TimelineEntry(msgspec.Struct, frozen=True):
    """One line: `code` is a catalogue key with `params`; `note` is what a person wrote.

    `between` is there when the clock of the laptop was not to be trusted.
    """

    at: datetime
    kind: str
    record_id: RecordId
    code: str
    params: dict[str, Any]
    note: str
    by: str
    pending: bool
    flags: tuple[str, ...] = ()
    between: Between | None = None


def timeline_of(
    records: Sequence[Versioned[Any]],
    names: dict[OfficerId, str],
    pending: set[tuple[str, str]],
) -> tuple[TimelineEntry, ...]:
    """Return the entries of a case's records, newest first."""
    corrected = {v.record.corrects for v in records if isinstance(v.record, Visit)}
    entries = []
    for stands in records:
        if isinstance(stands.record, Case):
            entries += _pin_lines(stands.record, names)
        entry = _entry(stands.record, names)
        if entry is None:
            continue
        marks = [str(f) for f in getattr(stands.record, "flags", ())]
        if stands.record.id in corrected:
            marks.append(CORRECTED)
        waits = (kind_of(stands.record), stands.record.id) in pending
        between = getattr(stands.record, "between", None)
        entries.append(
            msgspec.structs.replace(entry, pending=waits, flags=tuple(marks), between=between)
        )
    return tuple(sorted(entries, key=lambda e: (e.at, e.record_id), reverse=True))


def _entry(record: Record, names: dict[OfficerId, str]) -> TimelineEntry | None:
    match record:
        case Contact():
            params = {"channel": f"channel.{record.channel}", "result": f"result.{record.result}"}
            return _line(
                record, record.at, "timeline.contact", params, record.note, record.by, names
            )
        case Appointment():
            return _appointment_line(record, names)
        case Visit():
            params = {"outcome": f"outcome.{record.outcome}"}
            by = record.officers[0] if record.officers else None
            return _line(
                record, record.arrived_at, "timeline.visit", params, record.note, by, names
            )
        case Hardship():
            causes = [f"cause.{c}" for c in record.causes]
            return _line(
                record,
                record.at,
                "timeline.hardship",
                {"causes": causes},
                record.words,
                record.by,
                names,
            )
        case Feedback():
            params = {"feedback": f"feedback.{record.feedback}", "topic": f"topic.{record.topic}"}
            return _line(
                record, record.at, "timeline.feedback", params, record.words, record.by, names
            )
        case Hold():
            return _hold_line(record, names)
        case Attachment():
            params = {"title": record.title}
            return _line(record, record.at, "timeline.attachment", params, "", record.by, names)
        case Reveal():
            params = {"field": f"field.{record.field}"}
            return _line(record, record.at, "timeline.reveal", params, "", record.by, names)
        case Note():
            params = {"act": f"command.{record.act}"}
            return _line(record, record.at, "timeline.note", params, record.note, record.by, names)
        case _:
            return _care_entry(record, names)


def _care_entry(record: Record, names: dict[OfficerId, str]) -> TimelineEntry | None:
    """Return the line of a record about what eases a customer's burden."""
    match record:
        case Budget():
            return _line(record, record.at, "timeline.budget", {}, record.words, record.by, names)
        case Wish():
            return _line(record, record.at, "timeline.wish", {}, record.words, record.by, names)
        case Payment():
            # Books know the day only: noon keeps it on that day wherever it is read.
            at = datetime.combine(record.day, time(12), UTC)
            return _line(record, at, "timeline.payment", {}, record.reference, None, names)
        case Plan():
            at, by = record.ended_at or record.decided_at or record.proposed_at, record.proposed_by
            params = {"state": f"plan_state.{record.state}"}
            words = record.end_reason or record.decision_reason or record.words
            return _line(record, at, "timeline.plan", params, words, by, names)
        case Complaint():
            at = record.closed_at or record.answered_at or record.received_at
            params = {"state": f"complaint_state.{record.state}"}
            words = record.customer_words or record.answer
            return _line(record, at, "timeline.complaint", params, words, record.answered_by, names)
        case Referral():
            params = {"outcome": f"referral_outcome.{record.outcome}"}
            words = record.words or record.organisation
            return _line(record, record.at, "timeline.referral", params, words, record.by, names)
        case _:
            return None


def _pin_lines(case: Case, names: dict[OfficerId, str]) -> list[TimelineEntry]:
    """Return a line for each time a person moved the pin."""
    return [
        _line(case, m.at, "timeline.pin", {"datum": f"datum.{m.datum}"}, m.reason, m.by, names)
        for m in case.address.moves
    ]


def _appointment_line(record: Appointment, names: dict[OfficerId, str]) -> TimelineEntry:
    agreed = record.agreement
    params = {"state": f"appointment.{record.state}", "start": record.start, "end": record.end}
    at = agreed.agreed_at if agreed else record.start
    words = record.closing_words or (agreed.words if agreed else "")
    by = record.officers[0] if record.officers else None
    return _line(record, at, "timeline.appointment", params, words, by, names)


def _hold_line(record: Hold, names: dict[OfficerId, str]) -> TimelineEntry:
    params = {"hold": f"hold.{record.hold}"}
    if record.lifted_at is not None:
        return _line(
            record,
            record.lifted_at,
            "timeline.hold_lifted",
            params,
            record.lift_reason,
            record.lifted_by,
            names,
        )
    return _line(
        record, record.placed_at, "timeline.hold", params, record.reason, record.placed_by, names
    )


def _line(
    record: Any,
    at: datetime,
    code: str,
    params: dict[str, Any],
    note: str,
    by: OfficerId | None,
    names: dict[OfficerId, str],
) -> TimelineEntry:
    name = names.get(by, "") if by else ""
    return TimelineEntry(at, kind_of(record), record.id, code, params, note, name, pending=False)
