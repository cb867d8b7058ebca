"""What an officer follows up about a day: promises to pay, and instalments of agreed plans."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from field_app.operations.desk import Desk
from field_app.operations.masking import mask_name
from field_app.operations.relief import standing_of
from sync.domain.ids import CaseId
from sync.domain.progress import progress_of
from sync.domain.records import Case, Plan, Visit
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import PlanState, VisitOutcome

DUE_AHEAD = timedelta(days=3)
RESTING = frozenset({"hold", "closed"})


class FollowUp(msgspec.Struct, frozen=True):
    """Something that falls due; `what` is promise, instalment or behind (since its day).

    Of what is behind, the amount is all that is missing so far, in fen.
    """

    case_id: CaseId
    case_no: str
    name: str
    due: date
    what: str
    amount_fen: int


def follow_ups(desk: Desk, when: date) -> tuple[FollowUp, ...]:
    """Return what falls due about a day on the officer's cases, except on those that rest."""
    found = [*_promises(desk, when), *_instalments(desk, when)]
    return tuple(sorted(found, key=lambda f: (f.due, f.case_no)))


def _promises(desk: Desk, when: date) -> Iterator[FollowUp]:
    visits = [v.record for v in desk.store.projection.every(Visit)]
    corrected = {v.corrects for v in visits}
    for visit in visits:
        promise = visit.promise
        if promise is None or visit.outcome is not VisitOutcome.PROMISE_TO_PAY:
            continue
        if visit.id in corrected or not when - DUE_AHEAD <= promise.day <= when + DUE_AHEAD:
            continue
        if desk.me.officer_id not in visit.officers:
            continue
        _snapshot, case = _awake(desk, visit.case_id)
        if case is not None:
            yield _follow_up(case, promise.day, "promise", promise.amount_fen)


def _instalments(desk: Desk, when: date) -> Iterator[FollowUp]:
    for stands in desk.store.projection.every(Plan):
        if stands.record.state is not PlanState.AGREED:
            continue  # before its case is read: a lead's laptop has many that came to their end
        snapshot, case = _awake(desk, stands.record.case_id)
        if snapshot is None or case is None or desk.me.officer_id not in case.officers:
            continue
        standing = standing_of(desk, snapshot, case, stands.record, when)
        if standing is None:
            continue
        schedule, coming = stands.record.schedule, standing.next_due
        if standing.missed:
            since = next(i.due for i in schedule if i.number == standing.missed[0])
            yield _follow_up(case, since, "behind", standing.behind_fen)
        elif coming is not None and coming <= when + DUE_AHEAD:
            upto = sum(i.total_fen for i in schedule if i.due <= coming)
            yield _follow_up(case, coming, "instalment", upto - standing.paid_fen)


def _awake(desk: Desk, case_id: CaseId) -> tuple[Snapshot | None, Case | None]:
    """Return a case that does not rest with all that is known of it."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case = snapshot.case(case_id)
    if case is None or progress_of(snapshot, case).stage in RESTING:
        return None, None
    return snapshot, case


def _follow_up(case: Case, due: date, what: str, amount_fen: int) -> FollowUp:
    return FollowUp(case.id, case.case_no, mask_name(case.customer.name), due, what, amount_fen)
