"""What waits for leads and compliance officers, and how customers were treated."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from field_app.operations.cases import officer_names
from field_app.operations.desk import Desk
from field_app.operations.masking import mask_name
from field_app.operations.submit import Written, submit
from sync.domain.budget import Budget
from sync.domain.commands import AnswerComplaint, CloseComplaint, EscalateComplaint
from sync.domain.ids import CaseId, OfficerId, RecordId, TeamId
from sync.domain.records import (
    Appointment,
    Attachment,
    Case,
    Complaint,
    Contact,
    Export,
    Feedback,
    Hardship,
    Note,
    Officer,
    Plan,
    Record,
    Reveal,
    Versioned,
    Visit,
    Wish,
    kind_of,
)
from sync.domain.time import Between, local_date
from sync.domain.vocabulary import ComplaintState, FactFlag, PlanState, Role
from sync.policy.conduct import Figure, figures

MEASURED: tuple[type[Record], ...] = (Appointment, Visit, Feedback, Contact, Plan, Complaint)
# Every fact but a look at masked data, of which there are many: those are counted by day.
type Told = Contact | Visit | Feedback | Hardship | Wish | Budget | Note | Attachment
FLAGGED: tuple[type[Told], ...] = (
    Contact, Visit, Feedback, Hardship, Wish, Budget, Note, Attachment,
)  # fmt: skip
LOOK_BACK = timedelta(days=30)


class About(msgspec.Struct, frozen=True):
    """Whom an entry is about, masked."""

    case_id: CaseId
    case_no: str
    name: str
    zone: str


class ComplaintItem(msgspec.Struct, frozen=True):
    """A complaint that is not closed; `days_left` is negative once its time is over.

    `flags` are those of the customer's words.
    """

    about: About
    rev: int
    complaint: Complaint
    said: str
    days_left: int
    flags: tuple[FactFlag, ...]


class PlanItem(msgspec.Struct, frozen=True):
    """A plan that waits for a lead; `own` ones are for another lead to decide."""

    about: About
    rev: int
    plan: Plan
    proposed_by: str
    own: bool


class FlaggedItem(msgspec.Struct, frozen=True):
    """A fact of the last weeks that came late, from outside or against a rule."""

    about: About
    kind: str
    at: datetime
    flags: tuple[FactFlag, ...]
    rules: tuple[str, ...]
    by: str
    between: Between | None = None


class ManyLooks(msgspec.Struct, frozen=True):
    """A day on which somebody looked at more masked fields than is usual."""

    by: str
    day: date
    looks: int
    cases: int


class FileTaken(msgspec.Struct, frozen=True):
    """A file that somebody took out; `nth` of that person's day, `over` the bank's number."""

    by: str
    export: Export
    nth: int
    over: bool


class Queue(msgspec.Struct, frozen=True):
    """Everything that waits for somebody who oversees."""

    complaints: tuple[ComplaintItem, ...]
    plans: tuple[PlanItem, ...]
    flagged: tuple[FlaggedItem, ...]
    looks: tuple[ManyLooks, ...]
    files: tuple[FileTaken, ...]


class Conduct(msgspec.Struct, frozen=True):
    """The figures of some months, oldest month first; `leads` are their teams' leads by name."""

    months: tuple[str, ...]
    teams: tuple[TeamId, ...]
    figures: tuple[Figure, ...]
    leads: Mapping[TeamId, str] = {}


def queue(desk: Desk) -> Queue:
    """Return what waits; complaints that went to compliance are theirs, the most urgent first."""
    return Queue(_complaints(desk), _plans(desk), _flagged(desk), _looks(desk), _files(desk))


def _complaints(desk: Desk) -> tuple[ComplaintItem, ...]:
    now, found = desk.clock.now(), []
    for stands in desk.store.projection.every(Complaint):
        about = _about(desk, stands.record.case_id)
        if stands.record.state is ComplaintState.CLOSED or about is None:
            continue
        told = desk.store.projection.get(Feedback, stands.record.feedback_id)
        left = (stands.record.due - local_date(now, about.zone)).days
        said, flags = (told.record.words, told.record.flags) if told else ("", ())
        found.append(ComplaintItem(about, stands.rev, stands.record, said, left, flags))
    return tuple(sorted(found, key=lambda i: (i.complaint.due, i.complaint.id)))


def _plans(desk: Desk) -> tuple[PlanItem, ...]:
    names, found = officer_names(desk), []
    for stands in desk.store.projection.every(Plan):
        plan = stands.record
        about = _about(desk, plan.case_id)
        if plan.state is PlanState.AWAITING_APPROVAL and about is not None:
            own = plan.proposed_by == desk.me.officer_id or desk.me.role is not Role.LEAD
            by = names.get(plan.proposed_by, "")
            found.append(PlanItem(about, stands.rev, plan, by, own))
    return tuple(sorted(found, key=lambda i: (i.plan.proposed_at, i.plan.id)))


def _looks(desk: Desk) -> tuple[ManyLooks, ...]:
    """Return the days of the last weeks with unusually many looks, the latest first."""
    names, since = officer_names(desk), desk.clock.now() - LOOK_BACK
    found: dict[tuple[OfficerId, date], list[CaseId]] = {}
    for stands in desk.store.projection.every(Reveal):
        one = stands.record
        if one.at >= since:
            found.setdefault((one.by, local_date(one.at, desk.zone)), []).append(one.case_id)
    usual = desk.policy.reference.reveals_per_day
    many = (
        ManyLooks(names.get(by, by[:8]), day, len(seen), len(set(seen)))
        for (by, day), seen in found.items()
        if len(seen) > usual
    )
    return tuple(sorted(many, key=lambda one: (one.day, one.looks), reverse=True))


def _files(desk: Desk) -> tuple[FileTaken, ...]:
    """Return what was taken out in the last weeks, the latest first; one day's are counted."""
    names, since = officer_names(desk), desk.clock.now() - LOOK_BACK
    most, found = desk.policy.reference.exports_per_day, []
    counted: Counter[tuple[OfficerId, date]] = Counter()
    every = (stands.record for stands in desk.store.projection.every(Export))
    for one in sorted(every, key=lambda e: (e.at, e.id)):
        if one.at < since:
            continue
        day = (one.officer_id, local_date(one.at, desk.zone))
        counted[day] += 1
        nth = counted[day]
        by = names.get(one.officer_id, one.officer_id[:8])
        found.append(FileTaken(by, one, nth, nth > most))
    return tuple(reversed(found))


def _flagged(desk: Desk) -> tuple[FlaggedItem, ...]:
    names, since, found = officer_names(desk), desk.clock.now() - LOOK_BACK, []
    for cls in FLAGGED:
        every: list[Versioned[Told]] = desk.store.projection.every(cls)
        for stands in every:
            item = _flagged_item(desk, stands.record, names)
            if item is not None and item.at >= since:
                found.append(item)
    return tuple(sorted(found, key=lambda i: i.at, reverse=True))


def _flagged_item(desk: Desk, record: Told, names: dict[OfficerId, str]) -> FlaggedItem | None:
    about = _about(desk, record.case_id) if record.flags else None
    if about is None:
        return None
    if isinstance(record, Visit):
        by = record.officers[0] if record.officers else OfficerId("")
        rules = record.decision.blocks if record.decision else ()
        at = record.arrived_at
    else:
        by, rules, at = record.by or OfficerId(""), (), record.at
    return FlaggedItem(
        about, kind_of(record), at, record.flags, rules, names.get(by, ""), record.between
    )


def _about(desk: Desk, case_id: CaseId) -> About | None:
    found = desk.store.projection.get(Case, case_id)
    if found is None:
        return None
    case = found.record
    return About(case.id, case.case_no, mask_name(case.customer.name), case.address.zone)


def answer(
    desk: Desk, case_id: CaseId, complaint_id: RecordId, base_rev: int, words: str
) -> Written:
    """Keep the answer to a complaint."""
    now = desk.clock.now()
    return submit(desk, AnswerComplaint(complaint_id, case_id, base_rev, words, now))


def close(
    desk: Desk,
    case_id: CaseId,
    complaint_id: RecordId,
    base_rev: int,
    *,
    content: bool,
    words: str,
) -> Written:
    """Keep the customer's word on the answer."""
    now = desk.clock.now()
    return submit(desk, CloseComplaint(complaint_id, case_id, base_rev, content, words, now))


def escalate(
    desk: Desk, case_id: CaseId, complaint_id: RecordId, base_rev: int, reason: str
) -> Written:
    """Hand a complaint to compliance."""
    now = desk.clock.now()
    return submit(desk, EscalateComplaint(complaint_id, case_id, base_rev, reason, now))


def conduct(desk: Desk, months: int) -> Conduct:
    """Return the figures of the last months, this one included."""
    now = desk.clock.now()
    wanted = months_back(local_date(now, desk.zone), months)
    cases = {v.record.id: v.record for v in desk.store.projection.every(Case)}
    records = (v.record for cls in MEASURED for v in desk.store.projection.every(cls))
    found = tuple(f for f in figures(cases, records, now) if f.month in wanted)
    officers = (v.record for v in desk.store.projection.every(Officer))
    leads = {o.team_id: o.name for o in officers if o.role is Role.LEAD and o.active}
    return Conduct(wanted, tuple(sorted({f.team_id for f in found})), found, leads)


def case_numbers(desk: Desk, case_ids: frozenset[CaseId]) -> dict[CaseId, str]:
    """Return the numbers of these cases, for lists of the records behind a figure."""
    found = {c: desk.store.projection.get(Case, c) for c in case_ids}
    return {c: stands.record.case_no for c, stands in found.items() if stands}


def trail_is_whole(desk: Desk) -> int | None:
    """Return the number of the first entry of this laptop's trail that does not follow, or None."""
    return desk.store.audit.first_broken()


def months_back(today: date, months: int) -> tuple[str, ...]:
    """Return the last months as "2026-11", oldest first."""
    count = today.year * 12 + today.month - 1
    numbers = range(count - months + 1, count + 1)
    return tuple(f"{n // 12}-{n % 12 + 1:02d}" for n in numbers)
