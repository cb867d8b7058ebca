"""Appointments: proposed inside the law, agreed with evidence, ended once."""

from datetime import timedelta

import pytest

from sync.domain.commands import CloseAppointment, ConfirmAppointment, ProposeAppointment
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Conflict, Gone, Refused
from sync.domain.records import Appointment, Versioned
from sync.domain.situation import Act, Severity, Verdict
from sync.domain.vocabulary import AppointmentState, Place
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    HOUR,
    LEAD,
    LI,
    NOW,
    OTHER_LEAD,
    STRANGER,
    TEN,
    Rules,
    appointment,
    question,
    word,
)


def propose(**other: object) -> ProposeAppointment:
    values = {
        "appointment_id": "a1",
        "case_id": "c1",
        "base_rev": 0,
        "start": TEN,
        "end": TEN + HOUR,
        "place": Place.HOME,
        "officers": ("li", "wang"),
    } | other
    return ProposeAppointment(**values)


def confirm(**other: object) -> ConfirmAppointment:
    values = {
        "appointment_id": "a1",
        "case_id": "c1",
        "base_rev": 0,
        "start": TEN,
        "end": TEN + HOUR,
        "place": Place.HOME,
        "officers": ("li", "wang"),
        "agreement": word(),
    } | other
    return ConfirmAppointment(**values)


def close(**other: object) -> CloseAppointment:
    values = {
        "appointment_id": "a1",
        "case_id": "c1",
        "base_rev": 1,
        "state": AppointmentState.WITHDRAWN,
        "words": "孩子病了",
        "at": NOW,
    } | other
    return CloseAppointment(**values)


def test_a_lawful_window_is_agreed_with_its_decision() -> None:
    rules = Rules()
    outcome = decide(question(rules=rules), confirm())
    assert isinstance(outcome, Applied)
    (change,) = outcome.changes
    agreed = change.record
    assert isinstance(agreed, Appointment)
    assert agreed.state is AppointmentState.AGREED
    assert agreed.decision is not None
    assert change.base_rev == 0
    act, at, situation = rules.asked[0]
    assert (act, at) == (Act.VISIT_PLAN, NOW)
    assert situation.agreement is not None
    assert situation.agreement.start == TEN
    assert len(situation.officers or ()) == 2


def test_a_warning_does_not_stop_but_stays_on_record() -> None:
    outcome = decide(question(rules=Rules("R", severity=Severity.WARN)), confirm())
    assert isinstance(outcome, Applied)
    assert outcome.decision is not None
    assert outcome.decision.verdict is Verdict.WARN
    assert outcome.decision.warns == ("R",)


@pytest.mark.parametrize("command", [propose(), confirm()])
def test_a_blocked_window_is_refused_with_every_rule(command: object) -> None:
    outcome = decide(question(rules=Rules("CN-NIGHT", "CN-WISH")), command)
    assert isinstance(outcome, Refused)
    assert [r.params["rule"] for r in outcome.reasons] == ["CN-NIGHT", "CN-WISH"]
    assert outcome.decision is not None


def test_a_proposal_is_judged_as_if_the_customer_had_agreed() -> None:
    rules = Rules()
    outcome = decide(question(rules=rules), propose(officers=()))
    assert isinstance(outcome, Applied)
    assert outcome.changes[0].record.state is AppointmentState.PROPOSED
    situation = rules.asked[0][2]
    assert situation.agreement is not None
    assert situation.agreement.agreed_at is None
    assert situation.officers is None


def test_other_agreed_windows_count_as_visits() -> None:
    rules = Rules()
    elsewhere = appointment(id="a2", start=TEN - timedelta(days=1), end=TEN)
    proposed = appointment(id="a3", state=AppointmentState.PROPOSED)
    decide(question(LI, elsewhere, proposed, appointment(), rules=rules), confirm(base_rev=1))
    assert rules.asked[0][2].visits == (elsewhere.start,)


@pytest.mark.parametrize("actor", [STRANGER, OTHER_LEAD, COMPLIANCE])
def test_foreign_cases_are_gone(actor: object) -> None:
    assert isinstance(decide(question(actor), confirm()), Gone)
    assert isinstance(decide(question(actor, appointment()), close()), Gone)


def test_the_lead_may_agree_for_the_team() -> None:
    assert isinstance(decide(question(LEAD), confirm()), Applied)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end": TEN}, "appointment.ends_before_start"),
        ({"end": TEN + 13 * HOUR}, "appointment.window_too_long"),
        ({"agreement": word(agreed_at=TEN + HOUR)}, "appointment.agreed_after_start"),
    ],
)
def test_impossible_windows_are_refused(change: dict[str, object], code: str) -> None:
    outcome = decide(question(), confirm(**change))
    assert isinstance(outcome, Refused)
    assert [r.code for r in outcome.reasons] == [code]


def test_somebody_was_first() -> None:
    stands = Versioned(3, appointment())
    assert decide(question(LI, stands), confirm(base_rev=1)) == Conflict("appointment", "a1", 3)
    assert decide(question(LI, stands), close(base_rev=1)) == Conflict("appointment", "a1", 3)


def test_what_is_not_there_is_gone() -> None:
    assert isinstance(decide(question(), confirm(base_rev=2)), Gone)
    assert isinstance(decide(question(), close()), Gone)
    foreign = appointment(case_id="c2")
    assert isinstance(decide(question(LI, foreign), confirm(base_rev=1)), Gone)
    assert isinstance(decide(question(LI, foreign), close()), Gone)


def test_an_open_window_may_be_agreed_anew() -> None:
    outcome = decide(
        question(LI, appointment()), confirm(base_rev=1, start=TEN + HOUR, end=TEN + 2 * HOUR)
    )
    assert isinstance(outcome, Applied)
    assert outcome.changes[0].base_rev == 1


def test_ended_appointments_stay_ended() -> None:
    ended = appointment(state=AppointmentState.KEPT)
    for command in (confirm(base_rev=1), close()):
        outcome = decide(question(LI, ended), command)
        assert isinstance(outcome, Refused)
        assert outcome.reasons[0].code == "appointment.already_ended"


def test_closing_keeps_the_customers_words() -> None:
    outcome = decide(question(LI, appointment()), close())
    assert isinstance(outcome, Applied)
    ended = outcome.changes[0].record
    assert isinstance(ended, Appointment)
    assert (ended.state, ended.closing_words) == (AppointmentState.WITHDRAWN, "孩子病了")


@pytest.mark.parametrize("state", [AppointmentState.KEPT, AppointmentState.AGREED])
def test_closing_never_means_kept_or_open(state: AppointmentState) -> None:
    outcome = decide(question(LI, appointment()), close(state=state))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "appointment.not_a_closing_state"
