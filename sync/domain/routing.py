"""Decides whether a day's driving orders may be published: the server's own look at every rule.

The whole day comes in one command, so that visits of two officers are seen from both sides and
either everybody's route counts or nobody's. The laptop has asked the same independent check.
"""

from datetime import datetime, timedelta

import msgspec

from sync.domain.appointing import refused_by_rules
from sync.domain.commands import PublishRoutes
from sync.domain.day_routes import DayRoute, route_id_of
from sync.domain.facts_of_case import agreement_of, officers_on, situation_of
from sync.domain.outcome import (
    Applied,
    Change,
    Conflict,
    Gone,
    Outcome,
    Reason,
    Refused,
    refused,
)
from sync.domain.published_day import breaches_of
from sync.domain.question import Question
from sync.domain.records import Appointment, Case, Route, Stop
from sync.domain.situation import Act, Verdict
from sync.domain.time import local_date
from sync.domain.vocabulary import AppointmentState, Role


def publish_routes(question: Question, command: PublishRoutes) -> Outcome:
    """Publish a day's driving orders after checking each stop and the day as a whole."""
    if question.actor.role is not Role.LEAD:
        return refused("route.leads_only")
    for route in command.routes:
        trouble = _route_trouble(question, command, route)
        if trouble is not None:
            return trouble
    stops = [s for r in command.routes for s in r.stops]
    for stop in stops:
        refusal = _stop_trouble(question, command, stop)
        if refusal is not None:
            return refusal
    broken = dict.fromkeys(b.code for b in breaches_of(question, command))
    if broken:
        return Refused(tuple(Reason(code) for code in broken))
    for stop in stops:
        refusal = _law_trouble(question, stop)
        if refusal is not None:
            return refusal
    return Applied(tuple(_change(question, command, r) for r in command.routes))


def _route_trouble(
    question: Question, command: PublishRoutes, route: DayRoute
) -> Gone | Conflict | None:
    for officer_id in (route.officer_id, route.starts_with_id):
        officer = question.snapshot.officer(officer_id) if officer_id else None
        if officer_id and (officer is None or officer.team_id != question.actor.team_id):
            return Gone("officer", officer_id)
    route_id = route_id_of(route.officer_id, command.day)
    found = question.snapshot.get(Route, route_id)
    current = found.rev if found else 0
    return Conflict("route", route_id, current) if current != route.base_rev else None


def _stop_trouble(question: Question, command: PublishRoutes, stop: Stop) -> Refused | None:
    """Look whether the stop is an agreed visit of this team on this day."""
    case = question.snapshot.case(stop.case_id)
    found = question.snapshot.get(Appointment, stop.appointment_id)
    if case is None or not question.oversees(case):
        return refused("route.unknown_stop")
    if found is None or found.record.case_id != stop.case_id:
        return refused("route.unknown_stop")
    agreed = found.record
    if agreed.state is not AppointmentState.AGREED or agreed.agreement is None:
        return refused("route.stop_not_agreed", case_no=case.case_no)
    if local_date(agreed.start, case.address.zone) != command.day:
        return refused("route.stop_on_another_day", case_no=case.case_no)
    return None


def _law_trouble(question: Question, stop: Stop) -> Refused | None:
    """Judge the visit again for the very minutes it is planned for."""
    case: Case | None = question.snapshot.case(stop.case_id)
    found = question.snapshot.get(Appointment, stop.appointment_id)
    if case is None or found is None or found.record.agreement is None:
        return refused("route.unknown_stop")
    agreed, word = found.record, found.record.agreement
    situation = msgspec.structs.replace(
        situation_of(question.snapshot, case),
        agreement=agreement_of(stop.arrive, stop.leave, agreed.place, word),
        officers=officers_on(question.snapshot, agreed.officers),
    )
    decision = question.policy.judge(Act.VISIT_PLAN, question.at, situation)
    return refused_by_rules(decision) if decision.verdict is Verdict.BLOCK else None


def _change(question: Question, command: PublishRoutes, route: DayRoute) -> Change:
    lunch = command.rules.lunch
    eats = route.lunch_from if lunch and route.stops else None
    until: datetime | None = eats + timedelta(minutes=lunch.minutes) if lunch and eats else None
    made = Route(
        id=route_id_of(route.officer_id, command.day),
        officer_id=route.officer_id,
        team_id=question.actor.team_id,
        day=command.day,
        stops=route.stops,
        travel_source=command.travel_source,
        published_by=question.actor.officer_id,
        published_at=question.at,
        lunch_from=eats,
        lunch_until=until,
    )
    return Change(made, route.base_rev)
