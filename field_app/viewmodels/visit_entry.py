"""What was typed of a visit: kept as the person wrote it, read when it is to be recorded."""

from datetime import date, datetime

from field_app.operations.visits import VisitForm
from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.money_entry import read_yuan, write_amount
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.time_entry import read_day_to_come, read_time
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Promise, Visit
from sync.domain.time import at_local, local
from sync.domain.vocabulary import Present, VisitOutcome


def draft_name(case_id: CaseId, appointment_id: RecordId | None) -> str:
    """Return under which name the draft of a visit is kept."""
    return f"visit:{case_id}:{appointment_id or ''}"


class VisitEntry(HardshipEntry, frozen=True):
    """Everything typed so far; times as HH:MM, the amount in yuan, as the person wrote them.

    `day` is the day of the visit: a draft of yesterday is a visit of yesterday.
    """

    checks: tuple[str, ...] = ()
    day: date | None = None
    arrived: str = ""
    left: str = ""
    present: tuple[Present, ...] = ()
    identity_shown: bool = False
    recording_on: bool = False
    recording_notice: bool = False
    outcome: VisitOutcome | None = None
    promise_day: date | None = None
    promise_yuan: str = ""
    note: str = ""
    next_step: str = ""

    def instant(self, text: str, zone: str) -> datetime | None:
        """Return the instant of a time of day typed, None when it is none."""
        clock = read_time(text)
        return at_local(self.day, clock, zone) if self.day and clock else None

    def promise(self) -> Promise | Problem | None:
        """Return what was promised, None when nothing was."""
        if self.outcome is not VisitOutcome.PROMISE_TO_PAY:
            return None
        yuan, typed_day = split_promise(self.promise_yuan, self.day)
        fen, day = read_yuan(yuan), typed_day or self.promise_day
        if fen is None or day is None:
            return Problem("visit.promise_missing")
        return Promise(day, fen)

    def visit(
        self,
        case_id: CaseId,
        appointment_id: RecordId | None,
        officers: tuple[OfficerId, ...],
        zone: str,
    ) -> VisitForm | Problem:
        """Return the visit as the operation takes it, or the first thing to mend."""
        arrived, left = self.instant(self.arrived, zone), self.instant(self.left, zone)
        if arrived is None or left is None:
            return Problem("visit.times_missing")
        if self.outcome is None:
            return Problem("visit.outcome_missing")
        promise = self.promise()
        if isinstance(promise, Problem):
            return promise
        return VisitForm(
            case_id=case_id,
            appointment_id=appointment_id,
            officers=officers,
            arrived_at=arrived,
            left_at=left,
            present=self.present,
            identity_shown=self.identity_shown,
            recording_on=self.recording_on,
            recording_notice=self.recording_notice,
            outcome=self.outcome,
            promise=promise,
            note=self.note.strip(),
            next_step=self.next_step.strip(),
        )


def entry_of(visit: Visit, zone: str) -> VisitEntry:
    """Return a recorded visit as it would be typed, to be corrected."""
    arrived, left = local(visit.arrived_at, zone), local(visit.left_at, zone)
    return VisitEntry(
        day=arrived.date(),
        arrived=f"{arrived:%H:%M}",
        left=f"{left:%H:%M}",
        present=visit.present,
        identity_shown=visit.identity_shown,
        recording_on=visit.recording_on,
        recording_notice=visit.recording_notice,
        outcome=visit.outcome,
        promise_day=visit.promise.day if visit.promise else None,
        promise_yuan=write_amount(visit.promise.amount_fen) if visit.promise else "",
        note=visit.note,
        next_step=visit.next_step,
    )


def split_promise(text: str, from_day: date | None) -> tuple[str, date | None]:
    """Return ("1500", 15 December) for "1500 15.12"; the text as it is when it names no day."""
    amount, _blank, day_text = text.strip().rpartition(" ")
    day = read_day_to_come(day_text, from_day) if amount and from_day else None
    return (amount.strip(), day) if day else (text.strip(), None)
