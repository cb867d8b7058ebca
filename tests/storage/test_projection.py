"""What the screen shows: the server's truth, overlaid by work that was not answered yet."""

from collections.abc import Iterable

import msgspec
import pytest

from field_app.operations import outbox, resolutions
from field_app.storage.case_index import CaseIndex
from field_app.storage.case_lists import Wanted
from sync.domain.commands import CloseAppointment
from sync.domain.ids import CaseId, MutationId, RecordId
from sync.domain.outcome import Change, Reason
from sync.domain.records import Appointment, Contact, Officer, Versioned, encode_record
from sync.domain.snapshot import Needs
from sync.domain.vocabulary import AppointmentState, Channel, ContactResult
from sync.protocol.messages import Status
from tests.storage.acts import appointment, call, keep, propose, row_of
from tests.storage.feed import answer, page, put
from tests.storage.furnished_vault import KNOWN, LI, OTHERS, WANG, Furnished


def shown(furnished: Furnished, appointment_id: str = "a1") -> Versioned[Appointment] | None:
    return furnished.store.projection.get(Appointment, appointment_id)


def pending(furnished: Furnished) -> bool:
    """Say whether the list marks the known case as waiting to be sent."""
    mark = next(
        r.pending for r in furnished.store.lists.page(Wanted(), None, 9) if r.id == KNOWN.id
    )
    assert bool(mark) == bool(furnished.store.projection.pending_of(KNOWN.id))
    return bool(mark)


def next_step(furnished: Furnished) -> object:
    return furnished.rows("SELECT next_step FROM case_index WHERE id = ?", KNOWN.id)[0][0]


def test_own_work_is_shown_at_once_and_marked(furnished: Furnished) -> None:
    assert shown(furnished) is None
    propose(furnished, KNOWN.id)
    found = shown(furnished)
    assert found == Versioned(1, appointment(furnished, KNOWN.id))
    assert pending(furnished)


def test_later_work_covers_earlier(furnished: Furnished) -> None:
    propose(furnished, KNOWN.id, days=5)
    propose(furnished, KNOWN.id, days=8, base_rev=1)
    assert shown(furnished) == Versioned(2, appointment(furnished, KNOWN.id, days=8))
    assert len(furnished.store.projection.every(Appointment)) == 1


def test_applied_work_stays_shown_until_its_echo_came(furnished: Furnished) -> None:
    row = propose(furnished, KNOWN.id)
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=5)])
    assert shown(furnished) == Versioned(1, appointment(furnished, KNOWN.id))
    assert row_of(furnished, row.mid).state == "acked"
    furnished.store.replica.apply_page(page(head=4))
    assert shown(furnished) is not None
    assert pending(furnished)
    # The server's own words differ: it put the later hour.
    theirs = appointment(furnished, KNOWN.id, days=6)
    furnished.store.replica.apply_page(page(put(theirs, rev=1, commit=5)))
    assert shown(furnished) == Versioned(1, theirs)
    assert row_of(furnished, row.mid).state == "done"
    assert not pending(furnished)


@pytest.mark.parametrize(("days", "times"), [(5, 0), (6, 1)], ids=["as shown", "otherwise"])
def test_the_list_reckons_own_work_only_where_its_echo_differs(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch, days: int, times: int
) -> None:
    row = propose(furnished, KNOWN.id)
    reckoned: list[CaseId] = []
    refresh = CaseIndex.refresh

    def counted(index: CaseIndex, case_ids: Iterable[CaseId]) -> None:
        wanted = tuple(case_ids)
        reckoned.extend(wanted)
        refresh(index, wanted)

    monkeypatch.setattr(CaseIndex, "refresh", counted)
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=6)])
    echo = put(appointment(furnished, KNOWN.id, days=days), rev=1, commit=5)
    furnished.store.replica.apply_page(page(echo, more=True, head=6))
    assert reckoned == []
    assert pending(furnished)
    furnished.store.replica.apply_page(page(head=6))
    assert reckoned == [KNOWN.id] * times
    assert not pending(furnished)


def test_a_case_waits_as_long_as_any_work_of_it_does(furnished: Furnished) -> None:
    row = propose(furnished, KNOWN.id)
    call(furnished, KNOWN.id)
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=5)])
    echo = put(appointment(furnished, KNOWN.id), rev=1, commit=5)
    furnished.store.replica.apply_page(page(echo, head=5))
    assert row_of(furnished, row.mid).state == "done"
    assert pending(furnished)


def test_own_work_covers_what_the_server_says_meanwhile(furnished: Furnished) -> None:
    theirs = appointment(furnished, KNOWN.id, days=6)
    furnished.store.replica.apply_page(page(put(theirs, rev=1, commit=2)))
    propose(furnished, KNOWN.id, days=9, base_rev=1)
    newer = appointment(furnished, KNOWN.id, days=7)
    furnished.store.replica.apply_page(page(put(newer, rev=2, commit=3)))
    assert shown(furnished) == Versioned(2, appointment(furnished, KNOWN.id, days=9))


@pytest.mark.parametrize("status", [Status.REFUSED, Status.GONE, Status.INVALID, Status.CONFLICT])
def test_refused_work_is_no_longer_shown_as_done(furnished: Furnished, status: Status) -> None:
    stands = appointment(furnished, KNOWN.id, days=6)
    talked = Contact(
        RecordId("k1"), KNOWN.id, Channel.PHONE, furnished.clock.at, ContactResult.CONNECTED
    )
    furnished.store.replica.apply_page(page(put(stands, commit=2), put(talked, commit=2, idx=1)))
    step = next_step(furnished)
    row = keep_declined(furnished)
    assert shown(furnished) != Versioned(1, stands)
    assert next_step(furnished) != step
    reasons = (Reason("rule.block", {}),)
    furnished.store.replica.settle([answer(row.envelope, status, reasons=reasons)])
    assert shown(furnished) == Versioned(1, stands)
    assert next_step(furnished) == step
    assert not pending(furnished)
    [item] = outbox.state(furnished.desk).attention
    assert (item.item.mid, item.status, item.reasons) == (row.mid, status, reasons)


def keep_declined(furnished: Furnished) -> outbox.OutboxRow:
    """Note that the customer declined the window that stands."""
    stands = appointment(furnished, KNOWN.id, days=6)
    state = AppointmentState.DECLINED
    closed = msgspec.structs.replace(stands, state=state, closing_words="不方便")
    command = CloseAppointment(stands.id, KNOWN.id, 1, state, "不方便", furnished.clock.at)
    return keep(furnished, command, Change(closed, 1))


def test_work_of_the_first_refusal_falls_and_later_work_stays(furnished: Furnished) -> None:
    first = propose(furnished, KNOWN.id, days=5)
    propose(furnished, KNOWN.id, days=8, base_rev=1)
    furnished.store.replica.settle([answer(first.envelope, Status.REFUSED)])
    assert shown(furnished) == Versioned(2, appointment(furnished, KNOWN.id, days=8))
    assert furnished.store.outbox.count("attention") == 1
    assert furnished.store.replica.waiting_count() == 1


def test_a_conflict_shows_both_versions(furnished: Furnished) -> None:
    row = propose(furnished, KNOWN.id, days=5)
    theirs = appointment(furnished, KNOWN.id, days=6)
    lost = answer(
        row.envelope,
        Status.CONFLICT,
        kind="appointment",
        record_id="a1",
        current_rev=3,
        current=msgspec.Raw(encode_record(theirs)),
    )
    furnished.store.replica.settle([lost])
    [item] = outbox.state(furnished.desk).attention
    assert item.theirs == theirs
    assert getattr(item.mine, "start", None) == appointment(furnished, KNOWN.id, days=5).start
    assert item.can_retry
    resolutions.accept_theirs(furnished.desk, row.mid)
    assert outbox.state(furnished.desk).attention == ()
    assert row_of(furnished, row.mid).state == "resolved"


@pytest.mark.parametrize(
    ("first", "state"), [(Status.APPLIED, "acked"), (Status.REFUSED, "attention")]
)
def test_a_repeat_is_answered_with_what_was_said_first(
    furnished: Furnished, first: Status, state: str
) -> None:
    row = call(furnished, KNOWN.id)
    furnished.store.replica.settle([answer(row.envelope, Status.ALREADY, commit=9, first=first)])
    assert row_of(furnished, row.mid).state == state


def test_a_second_answer_changes_nothing(furnished: Furnished) -> None:
    row = propose(furnished, KNOWN.id)
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=5)])
    furnished.store.replica.settle([answer(row.envelope, Status.REFUSED)])
    assert row_of(furnished, row.mid).state == "acked"
    assert shown(furnished) is not None


def test_an_answer_counts_for_its_envelope_and_not_for_its_number(furnished: Furnished) -> None:
    """A peer that mixes up numbers cannot take somebody's work off the screen."""
    first = propose(furnished, KNOWN.id, "a1")
    second = propose(furnished, KNOWN.id, "a2")
    wrong = msgspec.structs.replace(answer(second.envelope, Status.REFUSED), seq=first.seq)
    furnished.store.replica.settle([wrong])
    assert shown(furnished, "a1") is not None
    assert shown(furnished, "a2") is None
    stranger = msgspec.structs.replace(wrong, mid=MutationId("none of ours"), seq=first.seq)
    furnished.store.replica.settle([stranger])
    assert shown(furnished, "a1") is not None


def test_failed_tries_are_counted_until_the_answer(furnished: Furnished) -> None:
    row = call(furnished, KNOWN.id)
    for _ in range(3):
        furnished.store.replica.note_attempt([row.mid], "sync.stalled")
    tried = row_of(furnished, row.mid)
    assert (tried.attempts, tried.trouble, tried.state) == (3, "sync.stalled", "queued")
    furnished.store.replica.settle([answer(row.envelope, Status.APPLIED, commit=5)])
    assert row_of(furnished, row.mid).trouble == ""


def test_a_decision_sees_the_named_cases_people_and_no_others(furnished: Furnished) -> None:
    call(furnished, KNOWN.id)
    snapshot = furnished.store.projection.snapshot(Needs((KNOWN.id,), (LI.id,)))
    assert snapshot.case(KNOWN.id) == KNOWN
    assert len(snapshot.contacts(KNOWN.id)) == 2
    assert snapshot.case(OTHERS[0].id) is None
    assert (snapshot.officer(LI.id), snapshot.officer(WANG.id)) == (LI, None)


def test_thousands_of_cases_are_read_in_one_go(furnished: Furnished) -> None:
    ids = [KNOWN.id, *(f"none-{n}" for n in range(2500)), OTHERS[0].id]
    found = furnished.store.projection.of_cases(ids)
    cases = {v.record.id for v in found if not isinstance(v.record, Contact)}
    assert cases == {KNOWN.id, OTHERS[0].id}


def test_colleagues_are_shown_by_kind(furnished: Furnished) -> None:
    assert {v.record.name for v in furnished.store.projection.every(Officer)} == {
        LI.name,
        WANG.name,
    }
    assert furnished.store.projection.get(Officer, KNOWN.id) is None
