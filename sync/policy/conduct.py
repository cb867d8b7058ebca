"""How customers were treated, as figures: each by team and month, each with the records behind it.

Money is left out on purpose: these stand beside it. A figure is `part` of `whole`, so that it can
be added up, shown as a rate and traced to its records.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from sync.domain.ids import CaseId, TeamId
from sync.domain.records import (
    Appointment,
    Case,
    Complaint,
    Contact,
    Feedback,
    Plan,
    Record,
    Visit,
    case_of,
    kind_of,
)
from sync.domain.time import local_date
from sync.domain.vocabulary import (
    CALLED_OFF,
    AppointmentState,
    Channel,
    ContactResult,
    FactFlag,
    FeedbackKind,
    PlanState,
)

# A measure is a share of its whole (per cent), a count for each hundred, or a mean for each one.
MEASURES: Mapping[str, str] = {
    "kept": "share",
    "complaints": "per_hundred",
    "praise": "per_hundred",
    "pressure": "mean",
    "plans_agreed": "share",
    "plans_kept": "share",
    "answer_days": "mean",
    "answered_in_time": "share",
    "breaches": "per_hundred",
}
ENDED = {AppointmentState.KEPT, AppointmentState.MISSED_BY_US, AppointmentState.MISSED_BY_CUSTOMER}
DECIDED = {PlanState.AGREED, PlanState.KEPT, PlanState.BROKEN, PlanState.DECLINED, PlanState.ENDED}
AGREED = {PlanState.AGREED, PlanState.KEPT, PlanState.BROKEN}


class Evidence(msgspec.Struct, frozen=True):
    """A record behind a figure; `amount` is what it adds to the part."""

    kind: str
    record_id: str
    case_id: CaseId
    at: datetime
    amount: int


class Figure(msgspec.Struct, frozen=True):
    """One measure of one team in one month ("2026-11"); records that add nothing count too."""

    measure: str
    team_id: TeamId
    month: str
    part: int
    whole: int
    evidence: tuple[Evidence, ...]

    @property
    def value(self) -> float | None:
        """Return the figure as it is read, None when there is nothing to measure."""
        if not self.whole:
            return None
        return self.part / self.whole * (1 if MEASURES[self.measure] == "mean" else 100)


type Found = tuple[str, datetime, int, int]  # measure, instant, what it adds to part and to whole


def figures(
    cases: Mapping[CaseId, Case], records: Iterable[Record], now: datetime
) -> tuple[Figure, ...]:
    """Return every figure that has something to measure, by measure, team and month."""
    sums: dict[tuple[str, TeamId, str], list[int]] = {}
    behind: dict[tuple[str, TeamId, str], list[Evidence]] = {}
    touched: set[tuple[TeamId, str, CaseId]] = set()
    for record in records:
        case = cases.get(case_of(record) or CaseId(""))
        if case is None:
            continue
        for measure, at, part, whole in _found(record, case, now):
            key = (measure, case.team_id, f"{local_date(at, case.address.zone):%Y-%m}")
            if measure == "pressure":
                whole = int((*key[1:], case.id) not in touched)
                touched.add((*key[1:], case.id))
            total = sums.setdefault(key, [0, 0])
            total[0] += part
            total[1] += whole
            behind.setdefault(key, []).append(
                Evidence(kind_of(record), record.id, case.id, at, part)
            )
    return tuple(
        Figure(*key, part, whole, tuple(sorted(behind[key], key=lambda e: e.at)))
        for key, (part, whole) in sorted(sums.items())
    )


def _found(record: Record, case: Case, now: datetime) -> Iterable[Found]:
    how = FINDERS.get(type(record))
    return how(record, case, now) if how else ()


def _of_appointment(record: Appointment, _case: Case, _now: datetime) -> Iterable[Found]:
    if record.state in ENDED:
        yield "kept", record.start, int(record.state is AppointmentState.KEPT), 1


def _of_visit(record: Visit, _case: Case, _now: datetime) -> Iterable[Found]:
    if record.outcome in CALLED_OFF or record.corrects is not None:
        return
    yield "complaints", record.arrived_at, 0, 1
    yield "praise", record.arrived_at, 0, 1
    yield "pressure", record.arrived_at, 1, 0
    yield "breaches", record.arrived_at, int(FactFlag.RULE_BREACH in record.flags), 1


def _of_feedback(record: Feedback, _case: Case, _now: datetime) -> Iterable[Found]:
    if record.feedback is FeedbackKind.COMPLAINT:
        yield "complaints", record.at, 1, 0
    elif record.feedback is FeedbackKind.PRAISE:
        yield "praise", record.at, 1, 0


def _of_contact(record: Contact, _case: Case, _now: datetime) -> Iterable[Found]:
    if record.channel is Channel.PHONE and record.result is ContactResult.CONNECTED:
        yield "pressure", record.at, 1, 0


def _of_plan(record: Plan, _case: Case, _now: datetime) -> Iterable[Found]:
    if record.state in DECIDED:
        yield "plans_agreed", record.proposed_at, int(record.state in AGREED), 1
    if record.state in AGREED and record.agreement is not None:
        at = record.agreement.agreed_at
        yield "plans_kept", at, int(record.state is not PlanState.BROKEN), 1


def _of_complaint(record: Complaint, case: Case, now: datetime) -> Iterable[Found]:
    zone = case.address.zone
    if record.answered_at is not None:
        spent = local_date(record.answered_at, zone) - local_date(record.received_at, zone)
        yield "answer_days", record.received_at, spent.days, 1
    answered = local_date(record.answered_at or now, zone)
    if record.answered_at is not None or answered > record.due:
        in_time = record.answered_at is not None and answered <= record.due
        yield "answered_in_time", record.received_at, int(in_time), 1


FINDERS: dict[type[Any], Callable[[Any, Case, datetime], Iterable[Found]]] = {
    Appointment: _of_appointment,
    Visit: _of_visit,
    Feedback: _of_feedback,
    Contact: _of_contact,
    Plan: _of_plan,
    Complaint: _of_complaint,
}
