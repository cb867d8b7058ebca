"""Facts: always kept, judged where there is something to judge, flagged where it was wrong."""

from datetime import date, timedelta

import pytest

from sync.domain.commands import (
    RecordAttachment,
    RecordContact,
    RecordHardship,
    RecordNote,
    RecordVisit,
    RevealField,
)
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Gone, Refused
from sync.domain.records import (
    Appointment,
    Attachment,
    Case,
    Complaint,
    Contact,
    Customer,
    Hardship,
    Hold,
    Note,
    Promise,
    Reveal,
    Visit,
)
from sync.domain.situation import Act
from sync.domain.vocabulary import (
    AppointmentState,
    Channel,
    ContactResult,
    FactFlag,
    HardshipCause,
    HoldKind,
    NotedAct,
    Present,
    Revealable,
    VisitOutcome,
    Vulnerability,
)
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    HOUR,
    LI,
    NOW,
    STRANGER,
    TEN,
    Rules,
    appointment,
    case,
    contact,
    only,
    question,
    snapshot,
)


def visit(**other: object) -> Visit:
    values = {
        "id": "v1",
        "case_id": "c1",
        "appointment_id": "a1",
        "officers": ("li", "wang"),
        "arrived_at": TEN,
        "left_at": TEN + HOUR / 2,
        "present": (Present.CUSTOMER,),
        "identity_shown": True,
        "recording_on": False,
        "recording_notice": False,
        "outcome": VisitOutcome.PROMISE_TO_PAY,
        "promise": Promise(date(2026, 9, 30), 150_000),
    } | other
    return Visit(**values)


def record(**other: object) -> RecordVisit:
    return RecordVisit(visit(**other), "h1")


def hardship(**other: object) -> Hardship:
    values = {"id": "n1", "case_id": "c1", "visit_id": "v1", "at": TEN, "by": "li"}
    return Hardship(**values | {"causes": (HardshipCause.JOB_LOSS,)} | other)


PHOTO = Attachment("f1", "c1", NOW, "li", "照片", "image/png", 9, "00")


def test_a_visit_keeps_the_rules_answer_and_ends_its_appointment() -> None:
    rules = Rules()
    outcome = decide(question(LI, appointment(), rules=rules), record())
    kept = only(outcome, Visit)
    assert kept.decision is not None
    assert kept.flags == ()
    assert only(outcome, Appointment).state is AppointmentState.KEPT
    act, at, situation = rules.asked[0]
    assert (act, at) == (Act.VISIT_START, TEN)
    assert situation.present == ("customer",)
    assert situation.agreement is not None
    assert not situation.agreement.withdrawn


def test_a_visit_against_a_rule_is_kept_and_flagged() -> None:
    outcome = decide(question(LI, appointment(), rules=Rules("CN-HOLD")), record())
    assert only(outcome, Visit).flags == (FactFlag.RULE_BREACH,)


def test_a_withdrawn_agreement_reaches_the_rules_as_withdrawn() -> None:
    rules = Rules()
    gone = appointment(state=AppointmentState.WITHDRAWN)
    outcome = decide(question(LI, gone, rules=rules), record())
    agreement = rules.asked[0][2].agreement
    assert agreement is not None
    assert agreement.withdrawn
    assert [c.record for c in outcome.changes if isinstance(c.record, Appointment)] == []


@pytest.mark.parametrize(
    ("outcome", "present", "state"),
    [
        (VisitOutcome.NOT_HOME, (), AppointmentState.MISSED_BY_CUSTOMER),
        (VisitOutcome.THIRD_PARTY_ONLY, (Present.MINOR,), AppointmentState.MISSED_BY_CUSTOMER),
        (VisitOutcome.CALLED_OFF_BY_CUSTOMER, (), AppointmentState.WITHDRAWN),
        (VisitOutcome.CALLED_OFF_BY_US, (), AppointmentState.MISSED_BY_US),
    ],
)
def test_an_appointment_ends_as_the_visit_did(
    outcome: VisitOutcome, present: tuple[Present, ...], state: AppointmentState
) -> None:
    rules = Rules()
    done = decide(
        question(LI, appointment(), rules=rules),
        record(outcome=outcome, present=present, promise=None),
    )
    assert only(done, Appointment).state is state
    if rules.asked:
        assert rules.asked[0][2].present is None


def test_a_visit_without_appointment_or_with_a_foreign_one_is_still_kept() -> None:
    rules = Rules()
    for appointment_id in (None, "unknown"):
        outcome = decide(question(rules=rules), record(appointment_id=appointment_id))
        assert isinstance(outcome, Applied)
        assert len(outcome.changes) == 1
    unagreed = appointment(state=AppointmentState.PROPOSED, agreement=None)
    decide(question(LI, unagreed, rules=rules), record())
    assert [asked[2].agreement for asked in rules.asked] == [None, None, None]


def test_a_correction_leaves_the_appointment_and_replaces_the_visit() -> None:
    correction = record(id="v2", corrects="v1")
    rules = Rules()
    outcome = decide(question(LI, appointment(), visit(), rules=rules), correction)
    assert rules.asked[0][2].visits == ()
    assert isinstance(outcome, Applied)
    assert len(outcome.changes) == 1
    standing = snapshot(visit(), correction.visit).visits("c1")
    assert [v.id for v in standing] == ["v2"]


@pytest.mark.parametrize(
    ("outcome", "hold"),
    [
        (VisitOutcome.DISPUTE_RAISED, HoldKind.DISPUTE),
        (VisitOutcome.DECEASED_REPORTED, HoldKind.BEREAVEMENT),
    ],
)
def test_some_outcomes_lay_a_hold(outcome: VisitOutcome, hold: HoldKind) -> None:
    laid = only(decide(question(), record(outcome=outcome, promise=None)), Hold)
    assert (laid.id, laid.hold, laid.active) == ("h1", hold, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"left_at": TEN - HOUR}, "visit.left_before_arrival"),
        ({"promise": Promise(date(2026, 9, 30), 0)}, "visit.promise_not_positive"),
    ],
)
def test_impossible_visits_are_refused(change: dict[str, object], code: str) -> None:
    outcome = decide(question(), record(**change))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == code


def test_unknown_cases_are_gone() -> None:
    assert isinstance(decide(question(), record(case_id="c9")), Gone)
    fact = RecordContact(contact(Channel.PHONE, ContactResult.CONNECTED, case_id="c9"))
    assert isinstance(decide(question(), fact), Gone)


def test_facts_from_outside_are_kept_and_flagged() -> None:
    flagged = only(decide(question(STRANGER), record()), Visit)
    assert flagged.flags == (FactFlag.OUT_OF_SCOPE,)
    again = only(decide(question(STRANGER), RecordVisit(flagged, "h1")), Visit)
    assert again.flags == (FactFlag.OUT_OF_SCOPE,)


@pytest.mark.parametrize(
    ("command", "cls"),
    [
        (RecordContact(contact(Channel.SMS, ContactResult.DELIVERED)), Contact),
        (RecordHardship(hardship()), Hardship),
        (RecordAttachment(PHOTO), Attachment),
        (RevealField(Reveal("r1", "c1", NOW, "li", Revealable.PHONE)), Reveal),
        (RecordNote(Note("n1", "c1", NOW, "li", NotedAct.VISIT, "m1", "said")), Note),
    ],
)
def test_plain_facts_are_kept_as_they_are(command: object, cls: type) -> None:
    assert only(decide(question(COMPLIANCE), command), cls).flags == ()


@pytest.mark.parametrize("note", ["", " \n"])
def test_a_note_says_something(note: str) -> None:
    blank = RecordNote(Note("n1", "c1", NOW, "li", NotedAct.CONTACT, "m1", note))
    outcome = decide(question(), blank)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "note.needs_words"


@pytest.mark.parametrize(
    "told",
    [{"causes": (HardshipCause.ILLNESS,)}, {"vulnerabilities": (Vulnerability.HEALTH,)}],
)
def test_sensitive_hardship_needs_consent(told: dict[str, object]) -> None:
    outcome = decide(question(), RecordHardship(hardship(**told)))
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "hardship.needs_consent"
    consented = hardship(consent_to_sensitive=True, **told)
    assert isinstance(decide(question(), RecordHardship(consented)), Applied)


def test_vulnerability_told_marks_the_case() -> None:
    told = hardship(vulnerabilities=(Vulnerability.LIFE_EVENT,))
    marked = only(decide(question(), RecordHardship(told)), Case)
    assert marked.customer.vulnerabilities == (Vulnerability.LIFE_EVENT,)
    already = question(LI, marked)
    outcome = decide(already, RecordHardship(told))
    assert isinstance(outcome, Applied)
    assert len(outcome.changes) == 1
    outside = decide(question(STRANGER), RecordHardship(told))
    assert isinstance(outside, Applied)
    assert len(outside.changes) == 1


def test_the_case_file_tells_the_rules_what_happened() -> None:
    rules = Rules()
    called_off = visit(
        id="v0", arrived_at=TEN - timedelta(days=3), outcome=VisitOutcome.CALLED_OFF_BY_US
    )
    before = visit(id="v9", arrived_at=TEN - timedelta(days=2))
    vulnerable = case(
        customer=Customer("单小明", deceased=True, vulnerabilities=(Vulnerability.HEALTH,))
    )
    lifted = Hold("h8", "c1", HoldKind.DISPUTE, "li", NOW, lifted_at=NOW)
    asked = question(
        LI,
        vulnerable,
        contact(Channel.SMS, ContactResult.DELIVERED),
        contact(Channel.LETTER, ContactResult.FAILED),
        contact(Channel.PHONE, ContactResult.NO_ANSWER),
        Hold("h9", "c1", HoldKind.COMPLAINT, "li", NOW),
        lifted,
        called_off,
        before,
        rules=rules,
    )
    decide(asked, record(id="v2", officers=("li", "nobody")))
    situation = rules.asked[0][2]
    assert len(situation.reminders) == 1
    assert [c.connected for c in situation.calls] == [False]
    assert situation.visits == (before.arrived_at,)
    assert [h.kind for h in situation.holds] == ["complaint"]
    assert situation.customer.deceased
    assert situation.customer.vulnerable
    assert [o.certified_until for o in situation.officers or ()] == [date(2027, 6, 30), None]


def test_a_contact_against_a_rule_is_kept_and_marked() -> None:
    call = contact(Channel.PHONE, ContactResult.CONNECTED, by="li")
    rules = Rules("CN-CALLS-DAY")
    kept = only(decide(question(rules=rules), RecordContact(call)), Contact)
    assert kept.flags == (FactFlag.RULE_BREACH,)
    [(act, at, _)] = rules.asked
    assert (act, at) == (Act.CALL, call.at)
    assert only(decide(question(), RecordContact(call)), Contact).flags == ()
    elsewhere = contact(Channel.SMS, ContactResult.DELIVERED, case_id="c9")
    assert isinstance(decide(question(), RecordContact(elsewhere)), Gone)


def test_a_fact_is_judged_by_what_came_before_it() -> None:
    rules = Rules()
    later = contact(Channel.PHONE, ContactResult.CONNECTED, id="k9", at=NOW)
    call = contact(Channel.PHONE, ContactResult.CONNECTED)
    decide(question(LI, later, rules=rules), RecordContact(call))
    [(_, _, situation)] = rules.asked
    assert situation.calls == ()
    decide(question(LI, call, rules=rules), RecordContact(later))
    assert len(rules.asked[1][2].calls) == 1


def test_the_rules_see_what_is_on_record() -> None:
    illness = hardship(causes=(HardshipCause.ILLNESS,), consent_to_sensitive=True)
    letter = contact(Channel.LETTER, ContactResult.DELIVERED)
    complaint = Complaint("q1", "c1", "b1", "h1", "fees", NOW, date(2026, 9, 25))
    rest = Hold("h1", "c1", HoldKind.BREATHING_SPACE, "li", NOW, "病中", until=date(2026, 11, 9))
    rules = Rules()
    call = contact(Channel.PHONE, ContactResult.CONNECTED, at=NOW)
    decide(question(LI, illness, letter, complaint, rest, rules=rules), RecordContact(call))
    [(_, _, seen)] = rules.asked
    assert seen.letters == (letter.at,)
    assert [c.received_at for c in seen.complaints] == [NOW]
    assert (seen.sensitive.kept, seen.sensitive.separate_consent) == (True, True)
    assert [(h.kind, h.until, h.reason) for h in seen.holds] == [
        ("breathing_space", date(2026, 11, 9), "病中")
    ]
