"""Decides whether a day's driving order may be published: the server's own look at every rule.

The laptop has checked the whole plan with its travel matrix; here the published times themselves
are held against agreements, hours, lunch, driving and the policy, by whoever made them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from sync.domain.appointing import refused_by_rules
from sync.domain.commands import PublishRoute
from sync.domain.earth import metres
from sync.domain.facts_of_case import agreement_of, officers_on, situation_of
from sync.domain.ids import OfficerId
from sync.domain.outcome import Applied, Change, Conflict, Gone, Outcome, Refused, refused
from sync.domain.question import Question
from sync.domain.records import Appointment, Case, Officer, Route, Stop
from sync.domain.situation import Act, Verdict
from sync.domain.time import at_local, local_date
from sync.domain.vocabulary import AppointmentState, Role

FASTEST_MS = 40.0  # 144 km/h as the crow flies: nobody drives through town faster
SHORTEST_LUNCH = timedelta(minutes=30)
NEAR_M = 200.0  # pins are no more exact than that


def publish_route(question: Question, command: PublishRoute) -> Outcome:
    """Publish a day's driving order after checking each stop and the day as a whole."""
    if question.actor.role is not Role.LEAD:
        return refused("route.leads_only")
    officer = question.snapshot.officer(command.officer_id)
    if officer is None or officer.team_id != question.actor.team_id:
        return Gone("officer", command.officer_id)
    found = question.snapshot.get(Route, command.route_id)
    current = found.rev if found else 0
    if current != command.base_rev:
        return Conflict("route", command.route_id, current)
    for stop in command.stops:
        trouble = _stop_trouble(question, command, stop)
        if trouble is not None:
            return trouble
    trouble = _day_trouble(question, command, officer)
    if trouble is None and found is not None:
        trouble = _promise_trouble(question, command, found.record)
    if trouble is not None:
        return trouble
    route = Route(
        id=command.route_id,
        officer_id=command.officer_id,
        team_id=officer.team_id,
        day=command.day,
        stops=command.stops,
        travel_source=command.travel_source,
        published_by=question.actor.officer_id,
        published_at=command.at,
        lunch_from=command.lunch_from,
        lunch_until=command.lunch_until,
    )
    return Applied((Change(route, current),))


def _stop_trouble(question: Question, command: PublishRoute, stop: Stop) -> Refused | None:
    case = question.snapshot.case(stop.case_id)
    found = question.snapshot.get(Appointment, stop.appointment_id)
    if case is None or not question.oversees(case):
        return refused("route.unknown_stop")
    if found is None or found.record.case_id != stop.case_id:
        return refused("route.unknown_stop")
    agreed = found.record
    name = case.case_no
    if agreed.state is not AppointmentState.AGREED:
        return refused("route.stop_not_agreed", case_no=name)
    if command.officer_id not in agreed.officers:
        return refused("route.stop_of_another_officer", case_no=name)
    if local_date(agreed.start, case.address.zone) != command.day:
        return refused("route.stop_on_another_day", case_no=name)
    if stop.leave < stop.arrive or not agreed.start <= stop.arrive <= agreed.end:
        return refused("route.outside_agreed_window", case_no=name)
    return _law_trouble(question, case, agreed, (stop, command.officer_id))


def _promise_trouble(question: Question, command: PublishRoute, before: Route) -> Refused | None:
    """Hold every stop that was published to its minute."""
    told = {s.appointment_id: s for s in before.stops}
    for stop in command.stops:
        old = told.get(stop.appointment_id)
        found = question.snapshot.get(Appointment, stop.appointment_id)
        if old is None or found is None or found.record.agreement is None:
            continue
        one, agreed_at = found.record, found.record.agreement.agreed_at
        if old.arrive != stop.arrive and stop_is_promised(
            before, old, one.start, one.end, agreed_at
        ):
            return refused("route.promise_moved")
    return None


def stop_is_promised(
    route: Route, stop: Stop, start: datetime, end: datetime, agreed_at: datetime | None
) -> bool:
    """Say whether the customer still counts on a published stop.

    So it is until the customer agrees anew, or to a window the stop no longer lies in.
    """
    before = agreed_at is None or agreed_at <= route.published_at
    return before and start <= stop.arrive <= end


def _law_trouble(
    question: Question, case: Case, agreed: Appointment, planned: tuple[Stop, OfficerId]
) -> Refused | None:
    """Judge the visit again for the very minutes it is planned for.

    Of the officers only the route's own is at hand: each certificate is judged with its own route.
    """
    stop, officer_id = planned
    if agreed.agreement is None:
        return refused("route.stop_not_agreed", case_no=case.case_no)
    own = officers_on(question.snapshot, (officer_id,))
    situation = msgspec.structs.replace(
        situation_of(question.snapshot, case),
        agreement=agreement_of(stop.arrive, stop.leave, agreed.place, agreed.agreement),
        officers=own * len(agreed.officers),
    )
    decision = question.policy.judge(Act.VISIT_PLAN, question.at, situation)
    return refused_by_rules(decision) if decision.verdict is Verdict.BLOCK else None


def _day_trouble(question: Question, command: PublishRoute, officer: Officer) -> Refused | None:
    """Look at the day as a whole: driving, hours, lunch, nobody twice."""
    stops = command.stops
    if not stops:
        return None
    if len({s.appointment_id for s in stops}) < len(stops):
        return refused("route.visited_twice")
    cases = [question.snapshot.case(s.case_id) for s in stops]
    zone = cases[0].address.zone if cases[0] else ""
    leaves_home = stops[0].arrive - timedelta(seconds=stops[0].travel_s)
    begins = at_local(command.day, officer.work_from, zone)
    ends = at_local(command.day, officer.work_until, zone)
    if leaves_home < begins or stops[-1].leave > ends:
        return refused("route.after_hours")
    before: Stop | None = None
    for stop in stops:
        if stop.travel_s < 0 or _too_fast(question, before, stop):
            return refused("route.cannot_be_driven")
        if before is not None and before.leave + timedelta(seconds=stop.travel_s) > stop.arrive:
            return refused("route.cannot_be_driven")
        before = stop
    return _lunch_trouble(command, stops)


def _too_fast(question: Question, before: Stop | None, stop: Stop) -> bool:
    """Say whether no car could be as quick as claimed between two pinned addresses."""
    if before is None:
        return False
    here, there = (question.snapshot.case(s.case_id) for s in (before, stop))
    if here is None or there is None or here.address.point is None or there.address.point is None:
        return False
    far = metres(here.address.point, there.address.point) - NEAR_M
    return far > stop.travel_s * FASTEST_MS


def _lunch_trouble(command: PublishRoute, stops: Sequence[Stop]) -> Refused | None:
    begins, ends = command.lunch_from, command.lunch_until
    if begins is None or ends is None:
        return None
    if ends - begins < SHORTEST_LUNCH:
        return refused("route.lunch_missing")
    for before, stop in zip((None, *stops), (*stops, None), strict=False):
        inside = (before is None or before.leave <= begins) and (
            stop is None or ends <= stop.arrive
        )
        if inside:
            free = before is None or stop is None or _room(before, stop) >= ends - begins
            return None if free else refused("route.lunch_not_free")
    return refused("route.lunch_not_free")


def _room(before: Stop, stop: Stop) -> timedelta:
    """Return what is left between two stops beside the driving."""
    return stop.arrive - before.leave - timedelta(seconds=stop.travel_s)
