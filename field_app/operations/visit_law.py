"""What the policy says about planned minutes: windows are cut before planning, and judged after."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import msgspec

from field_app.operations.desk import Desk
from sync.domain.facts_of_case import agreement_of, officers_on, situation_of
from sync.domain.ids import RecordId
from sync.domain.records import Appointment
from sync.domain.situation import Act, Agreement, Decision, Situation, Verdict
from sync.domain.time import at_local
from sync.policy.engine import PolicyEngine

STEP_S = 300


class VisitLaw(msgspec.Struct, frozen=True):
    """The rules in force and what is on record for each visit of a day; safe on any thread."""

    policy: PolicyEngine
    now: datetime
    midnight: datetime
    situations: Mapping[RecordId, Situation]

    def against(self, visit: RecordId, begin_s: int, end_s: int) -> tuple[str, ...]:
        """Return the rules that forbid the visit from one second of the day to another."""
        situation = self.situations.get(visit)
        if situation is None or situation.agreement is None:
            return ()
        agreement = msgspec.structs.replace(
            situation.agreement,
            start=self.midnight + timedelta(seconds=begin_s),
            end=self.midnight + timedelta(seconds=end_s),
        )
        asked = msgspec.structs.replace(situation, agreement=agreement)
        decision: Decision = self.policy.judge(Act.VISIT_PLAN, self.now, asked)
        return decision.blocks if decision.verdict is Verdict.BLOCK else ()

    def window(self, visit: RecordId, begin_s: int, end_s: int, service_s: int) -> tuple[int, int]:
        """Return what the law leaves of a window, in steps of five minutes from either end."""
        while begin_s <= end_s and self.against(visit, end_s, end_s + service_s):
            end_s -= STEP_S
        while begin_s <= end_s and self.against(visit, begin_s, begin_s + service_s):
            begin_s += STEP_S
        return begin_s, end_s


def law_of(desk: Desk, day: date, agreed: Mapping[RecordId, Appointment]) -> VisitLaw:
    """Return the law for a day's appointments, read on the store's thread.

    A proposal is judged as if the customer agreed to it now.
    """
    situations: dict[RecordId, Situation] = {}
    now = desk.clock.now()
    for key, appointment in agreed.items():
        snapshot = desk.store.projection.case_snapshot(appointment.case_id)
        case = snapshot.case(appointment.case_id)
        if case is not None:
            situations[key] = msgspec.structs.replace(
                situation_of(snapshot, case),
                agreement=_agreement(appointment, now),
                officers=officers_on(snapshot, appointment.officers),
            )
    midnight = at_local(day, time(0), desk.zone)
    return VisitLaw(desk.policy, now, midnight, situations)


def _agreement(one: Appointment, now: datetime) -> Agreement:
    if one.agreement is not None:
        return agreement_of(one.start, one.end, one.place, one.agreement)
    return Agreement(start=one.start, end=one.end, agreed_at=now, place=one.place)
