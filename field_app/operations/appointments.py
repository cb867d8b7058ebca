"""Windows for visits: judged while typed, proposed, agreed, ended."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import msgspec

from field_app.i18n.words import Words
from field_app.operations.desk import Desk
from field_app.operations.submit import Written, submit
from field_app.reports.calendar_file import Entry, calendar_file
from field_app.reports.invitation import Invitation, invitation_text
from field_app.storage.profile import profile_of
from sync.domain.appointing import window_situation
from sync.domain.commands import CloseAppointment, ConfirmAppointment, ProposeAppointment
from sync.domain.facts_of_case import agreement_of, hoped_for, officers_on, situation_of
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.question import Question
from sync.domain.records import AgreementEvidence, Appointment, Case, Officer
from sync.domain.situation import Act, Decision, Situation, Verdict
from sync.domain.snapshot import needs
from sync.domain.time import at_local, local, local_date
from sync.domain.vocabulary import AgreedBy, AppointmentState, Channel, Place
from sync.policy.slots import Search, Slot
from sync.policy.slots import lawful_slots as find_slots


class Draft(msgspec.Struct, frozen=True):
    """A window being agreed; without an id it will be a new appointment."""

    case_id: CaseId
    appointment_id: RecordId | None
    base_rev: int
    start: datetime
    end: datetime
    place: Place
    officers: tuple[OfficerId, ...]


class OwnWindow(msgspec.Struct, frozen=True):
    """Another agreed window of the same officer."""

    start: datetime
    end: datetime
    case_no: str
    area: str


class DayMark(msgspec.Struct, frozen=True):
    """A day of the calendar: the whole hours in which a visit is lawful, and what is taken."""

    day: date
    lawful_hours: tuple[int, ...]
    rest_day: bool
    unknown_year: bool
    own: tuple[OwnWindow, ...]


def preview(desk: Desk, draft: Draft, agreement: AgreementEvidence | None) -> Decision | None:
    """Return the rules' answer to a window, the agreement as entered; None when the case left."""
    command = _confirm(draft, RecordId("draft"), agreement)
    snapshot = desk.store.projection.snapshot(needs(command))
    case = snapshot.case(draft.case_id)
    if case is None:
        return None
    question = Question(snapshot, desk.me, desk.policy, desk.clock.now())
    agreed = (
        agreement_of(draft.start, draft.end, draft.place, agreement)
        if agreement
        else hoped_for(draft.start, draft.end, draft.place)
    )
    situation = window_situation(question, case, command, agreed)
    return desk.policy.judge(Act.VISIT_PLAN, desk.clock.now(), situation)


def propose(desk: Desk, draft: Draft) -> Written:
    """Keep a window to ask the customer about."""
    return submit(
        desk,
        ProposeAppointment(
            draft.appointment_id or RecordId(desk.ids.fresh()),
            draft.case_id,
            draft.base_rev,
            draft.start,
            draft.end,
            draft.place,
            draft.officers,
        ),
    )


def confirm(desk: Desk, draft: Draft, agreement: AgreementEvidence) -> Written:
    """Keep the customer's yes."""
    fresh = RecordId(desk.ids.fresh())
    return submit(desk, _confirm(draft, draft.appointment_id or fresh, agreement))


def close(
    desk: Desk,
    case_id: CaseId,
    appointment_id: RecordId,
    base_rev: int,
    state: AppointmentState,
    words: str,
) -> Written:
    """Keep the customer's no, or that nobody came."""
    return submit(
        desk,
        CloseAppointment(appointment_id, case_id, base_rev, state, words, desk.clock.now()),
    )


def lawful_slots(
    desk: Desk, case_id: CaseId, first_day: date, days: int, minutes: int
) -> tuple[Slot, ...]:
    """Return the next lawful windows for a case as if it were agreed now."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case = snapshot.case(case_id)
    if case is None:
        return ()
    known = msgspec.structs.replace(
        situation_of(snapshot, case),
        officers=officers_on(snapshot, case.officers) if case.officers else None,
    )
    search = Search(first_day, days, minutes, desk.clock.now())
    return find_slots(desk.policy, known, search)


def week(desk: Desk, case_id: CaseId, first_day: date, days: int) -> tuple[DayMark, ...]:
    """Return what the calendar shows for a case: lawful hours, rest days, the officer's windows."""
    snapshot = desk.store.projection.case_snapshot(case_id)
    case = snapshot.case(case_id)
    if case is None:
        return ()
    zone = case.address.zone
    own = own_windows(desk, but=case_id)
    lawful: dict[date, list[int]] = {}
    for slot in lawful_slots(desk, case_id, first_day, days, 60):
        begins = local(slot.start, zone)
        if begins.minute == 0:
            lawful.setdefault(begins.date(), []).append(begins.hour)
    marks = []
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        rules = _rules_at(desk, case, at_local(day, time(12), zone))
        mine = tuple(w for w in own if local_date(w.start, zone) == day)
        rest, unknown = desk.policy.day_marks(rules)
        marks.append(DayMark(day, tuple(lawful.get(day, ())), rest, unknown, mine))
    return tuple(marks)


def own_windows(desk: Desk, but: CaseId | None = None) -> tuple[OwnWindow, ...]:
    """Return this officer's agreed windows, those of one case left out."""
    found = []
    for stands in desk.store.projection.every(Appointment):
        one = stands.record
        mine = desk.me.officer_id in one.officers
        if one.state is not AppointmentState.AGREED or not mine or one.case_id == but:
            continue
        case = desk.store.projection.get(Case, one.case_id)
        if case is not None:
            found.append(
                OwnWindow(one.start, one.end, case.record.case_no, case.record.address.area)
            )
    return tuple(sorted(found, key=lambda w: w.start))


def _rules_at(desk: Desk, case: Case, noon: datetime) -> frozenset[str]:
    """Return the rules that speak about a visit to anybody at this noon: the day's own rules."""
    hoped = hoped_for(noon, noon + timedelta(hours=1), Place.HOME)
    empty = Situation(zone=case.address.zone, agreement=hoped)
    return frozenset(f.rule for f in desk.policy.judge(Act.VISIT_PLAN, noon, empty).findings)


def invitation(desk: Desk, draft: Draft, words: Words) -> str:
    """Return the text to send to the customer, in the language of `words`."""
    case = desk.store.projection.get(Case, draft.case_id)
    stands = (
        desk.store.projection.get(Appointment, draft.appointment_id)
        if draft.appointment_id
        else None
    )
    if case is None:
        return ""
    names = {v.record.id: v.record.name for v in desk.store.projection.every(Officer)}
    profile = profile_of(desk.store.vault)
    what = Invitation(
        bank=profile.branch_name if profile else "",
        officers=tuple(names.get(o, "") for o in draft.officers),
        start=draft.start,
        end=draft.end,
        zone=case.record.address.zone,
        place=words.code(f"place.{draft.place}"),
        agreed=stands is not None and stands.record.state is AppointmentState.AGREED,
    )
    return invitation_text(words, what)


def calendar_entry(
    desk: Desk, appointment_id: RecordId, words: Words
) -> Callable[[str], bytes] | None:
    """Return what makes an iCalendar file without the customer's data; None when it is gone.

    It is given a line that says whose file it is.
    """
    stands = desk.store.projection.get(Appointment, appointment_id)
    if stands is None:
        return None
    case = desk.store.projection.get(Case, stands.record.case_id)
    number = case.record.case_no if case else ""
    one = stands.record
    summary = words("Visit {case_no}", case_no=number)
    entry, now = Entry(summary, one.id, one.start, one.end), desk.clock.now()
    return lambda line: calendar_file([entry], now, line)


def verdict_now(desk: Desk, appointment: Appointment) -> Decision | None:
    """Judge an agreed window again as things stand now; None when its case is not here."""
    snapshot = desk.store.projection.case_snapshot(appointment.case_id)
    case = snapshot.case(appointment.case_id)
    if case is None or appointment.agreement is None:
        return None
    situation = msgspec.structs.replace(
        situation_of(snapshot, case),
        agreement=agreement_of(
            appointment.start, appointment.end, appointment.place, appointment.agreement
        ),
        officers=officers_on(snapshot, appointment.officers),
    )
    return desk.policy.judge(Act.VISIT_PLAN, desk.clock.now(), situation)


def is_blocked(decision: Decision | None) -> bool:
    """Say whether a decision stops the act."""
    return decision is not None and decision.verdict is Verdict.BLOCK


def _confirm(
    draft: Draft, appointment_id: RecordId, agreement: AgreementEvidence | None
) -> ConfirmAppointment:
    evidence = agreement or AgreementEvidence(draft.start, AgreedBy.CUSTOMER, Channel.PHONE)
    return ConfirmAppointment(
        draft.appointment_id or appointment_id,
        draft.case_id,
        draft.base_rev,
        draft.start,
        draft.end,
        draft.place,
        draft.officers,
        evidence,
    )
