"""What the server says no to waits for a person, with both versions; nothing else is held up."""

import msgspec
import pytest

from field_app.operations import appointments, holds, outbox, resolutions, team
from field_app.operations.submit import Saved
from sync.domain.records import Appointment, Case, Hold
from sync.domain.vocabulary import AppointmentState, HoldKind
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Status
from tests.sync.acts import agree, call, evidence, saved, unanswered, visitable, window
from tests.sync.office import Office, Seat, administer


def at_work(office: Office) -> tuple[Seat, Seat, Seat]:
    """Return the lead and two officers who share cases."""
    lead = office.seat("chen")
    office.give(lead, 12)
    li, wang = office.seat("li"), office.seat("wang")
    li.sync()
    wang.sync()
    return lead, li, wang


def test_refused_by_a_rule_becomes_attention(office: Office) -> None:
    _lead, li, wang = at_work(office)
    case_id = visitable(li)[0]
    agree(wang, case_id)
    wang.sync()
    # Li has not heard of it and agrees the same day: one visit a day is the rule.
    agree(li, case_id, 2)
    call(li, case_id)
    assert li.sync().sent == 2
    state = outbox.state(li.desk)
    assert state.waiting == ()
    [item] = state.attention
    assert item.status is Status.REFUSED
    assert "CN-VISITS-DAY" in [r.params["rule"] for r in item.reasons]
    assert item.can_retry
    # What stands at the server is what the screens show.
    [stands] = li.desk.store.projection.every(Appointment)
    assert stands.record.agreement is not None
    assert stands.record.id != getattr(item.mine, "appointment_id", "")
    assert li.count("contact") == wang_after(wang)

    assert isinstance(resolutions.accept_theirs(li.desk, item.item.mid), Saved)
    assert outbox.state(li.desk).attention == ()
    li = office.reopened(li)
    assert outbox.state(li.desk).attention == ()
    assert li.sync().sent == 0


def wang_after(wang: Seat) -> int:
    wang.sync()
    return wang.count("contact")


def test_a_conflict_shows_both_and_can_be_tried_again(office: Office) -> None:
    _lead, li, wang = at_work(office)
    case_id = visitable(li)[0]
    asked = window(li, case_id)
    assert asked is not None
    saved(appointments.propose(li.desk, asked))
    li.sync()
    wang.sync()
    [proposed] = wang.desk.store.projection.every(Appointment)
    later, much_later = window(wang, case_id, 1), window(wang, case_id, 3)
    assert later is not None
    assert much_later is not None
    known = {"appointment_id": proposed.record.id, "base_rev": proposed.rev}
    theirs = msgspec.structs.replace(later, **known)
    mine = msgspec.structs.replace(much_later, **known)
    saved(appointments.confirm(wang.desk, theirs, evidence(wang)))
    wang.sync()
    saved(appointments.confirm(li.desk, mine, evidence(li)))
    li.sync()

    [item] = outbox.state(li.desk).attention
    assert item.status is Status.CONFLICT
    assert isinstance(item.theirs, Appointment)
    assert item.theirs.start == later.start
    [stands] = li.desk.store.projection.every(Appointment)
    assert stands.record.start == later.start

    assert isinstance(resolutions.try_again(li.desk, item.item.mid), Saved)
    li.sync()
    state = outbox.state(li.desk)
    assert (state.waiting, state.attention) == ((), ())
    wang.sync()
    [stands] = wang.desk.store.projection.every(Appointment)
    assert stands.record.start == much_later.start
    assert stands.record.state is AppointmentState.AGREED
    assert stands.rev == 3


def test_a_case_that_went_away_is_told(office: Office) -> None:
    lead, li, _wang = at_work(office)
    lost, kept = visitable(li)[:2]
    found = lead.desk.store.projection.get(Case, lost)
    assert found is not None
    [given] = team.assign(lead.desk, (lost,), office.people()["wang"], None)
    saved(given)
    lead.sync()
    agree(li, lost)
    agree(li, kept)
    li.sync()
    [item] = outbox.state(li.desk).attention
    assert item.status is Status.GONE
    assert lost not in li.cases()
    assert unanswered(li) == 0
    lead.sync()
    assert [a.record.case_id for a in lead.desk.store.projection.every(Appointment)] == [kept]


def test_a_hold_laid_meanwhile_stops_the_appointment(office: Office) -> None:
    lead, li, _wang = at_work(office)
    case_id = visitable(li)[0]
    saved(holds.place(lead.desk, case_id, HoldKind.COMPLAINT, "投诉处理中"))
    lead.sync()
    agree(li, case_id)
    li.sync()
    [item] = outbox.state(li.desk).attention
    assert item.status is Status.REFUSED
    [hold] = li.desk.store.projection.every(Hold)
    assert hold.record.active
    assert li.desk.store.projection.every(Appointment) == []


def test_a_lost_laptop_is_shut_out_and_loses_nothing(office: Office) -> None:
    _lead, li, _wang = at_work(office)
    call(li, li.cases()[0])
    cases = li.cases()
    administer(office.server.data, "device", "lost", li.profile.device_id)
    with pytest.raises(Trouble) as caught:
        li.sync()
    assert caught.value.code is Codes.REVOKED
    assert unanswered(li) == 1
    assert li.cases() == cases
