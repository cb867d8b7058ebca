"""Facts the server said no to, because their id was taken: settled in one step, never dropped."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from field_app.operations import outbox, resolutions
from field_app.operations.desk import Desk
from field_app.operations.submit import Saved, Written, submit
from field_app.storage.incidents import REVIVED
from sync.domain.commands import RecordContact
from sync.domain.ids import CaseId, MutationId, OfficerId, RecordId
from sync.domain.outcome import Gone, refused
from sync.domain.records import Contact, Note
from sync.domain.vocabulary import Channel, ContactResult, NotedAct
from sync.protocol.messages import Status
from sync.server.backup.restoring import begin_epoch
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.seat import Seat

type Settle = Callable[[Desk, MutationId], Written]
SHARED = CaseId("case-00")  # li's and wang's


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def contact(seat: Seat, record_id: str, note: str) -> None:
    fact = Contact(
        RecordId(record_id),
        SHARED,
        Channel.PHONE,
        seat.clock.now(),
        ContactResult.NO_ANSWER,
        seat.me,
        note,
    )
    assert isinstance(submit(seat.at, RecordContact(fact)), Saved)


def invalid(quiet: QuietBranch) -> Seat:
    """Let two facts have one id."""
    li, wang = quiet.seat("li-1"), quiet.seat("wang-1")
    for seat in (wang, li):
        contact(seat, "same", f"{seat.login} 的记录")
    sync(wang)
    sync(li)
    return li


def test_one_step_settles_it_and_it_stays_in_the_history(quiet: QuietBranch) -> None:
    """Let theirs stand: it leaves the list and is kept with its answer."""
    seat = invalid(quiet)
    [item] = outbox.state(seat.at).attention
    assert (item.status, item.can_retry) == (Status.INVALID, True)
    assert isinstance(resolutions.accept_theirs(seat.at, item.item.mid), Saved)
    assert outbox.state(seat.at).attention == ()
    row = seat.at.store.outbox.row(item.item.mid)
    assert row is not None
    assert (row.state, row.result is not None) == ("resolved", True)
    assert sync(seat).sent == 0


def test_a_fact_whose_id_was_taken_is_told_all_the_same(quiet: QuietBranch) -> None:
    """Try it again: it goes up under an id of its own, word for word."""
    seat = invalid(quiet)
    [item] = outbox.state(seat.at).attention
    assert isinstance(resolutions.try_again(seat.at, item.item.mid), Saved)
    sync(seat)
    notes = {c.record.note for c in seat.at.store.projection.every(Contact)}
    assert notes >= {"li 的记录", "wang 的记录"}
    assert outbox.state(seat.at).attention == ()
    mine = item.mine
    assert isinstance(mine, RecordContact)
    [told] = [c.record for c in seat.at.store.projection.every(Contact) if c.record.by == "li"]
    assert msgspec.structs.replace(told, id=mine.contact.id, flags=()) == mine.contact


def test_words_of_what_was_refused_are_kept_beside_the_case(quiet: QuietBranch) -> None:
    """Keep mine as a note: colleagues read the words, and what act they belonged to."""
    seat = invalid(quiet)
    [item] = outbox.state(seat.at).attention
    assert item.can_note
    assert isinstance(resolutions.keep_as_note(seat.at, item.item.mid), Saved)
    assert outbox.state(seat.at).attention == ()
    sync(seat)
    wang = quiet.seats[1]
    sync(wang)
    for one in (seat, wang):
        [note] = [v.record for v in one.at.store.projection.every(Note)]
        assert (note.note, note.by, note.act) == ("li 的记录", seat.me, NotedAct.CONTACT)
        assert (note.refused_id, note.flags) == (item.item.mid, ())
    # The act itself is let go: it is no second call.
    assert [c.record.by for c in wang.at.store.projection.every(Contact) if c.record.by] == [
        OfficerId("wang")
    ]


def test_what_has_no_words_is_no_note(quiet: QuietBranch) -> None:
    li, wang = quiet.seat("li-1"), quiet.seat("wang-1")
    for seat in (wang, li):
        contact(seat, "same", "")
    sync(wang)
    sync(li)
    [item] = outbox.state(li.at).attention
    assert not item.can_note
    assert resolutions.keep_as_note(li.at, item.item.mid) == refused("attention.cannot_note")
    assert outbox.state(li.at).attention == (item,)


SETTLE = (resolutions.accept_theirs, resolutions.try_again, resolutions.keep_as_note)


@pytest.mark.parametrize("first", SETTLE)
@pytest.mark.parametrize("second", SETTLE)
def test_what_is_settled_is_not_settled_again(
    quiet: QuietBranch, first: Settle, second: Settle
) -> None:
    """Click twice: nothing goes up twice."""
    seat = invalid(quiet)
    [item] = outbox.state(seat.at).attention
    assert isinstance(first(seat.at, item.item.mid), Saved)
    before = seat.at.store.outbox.last_seq()
    assert isinstance(second(seat.at, item.item.mid), Gone)
    assert seat.at.store.outbox.last_seq() == before


def test_what_was_let_go_and_is_taken_by_a_server_put_back_is_told(quiet: QuietBranch) -> None:
    """The id is free there again: the laptop sends its whole chain, and says what came of it."""
    image = quiet.central.database.image()
    li = invalid(quiet)
    [item] = outbox.state(li.at).attention
    assert isinstance(resolutions.accept_theirs(li.at, item.item.mid), Saved)
    quiet.central.time.pass_by(timedelta(minutes=20))
    quiet.central.become(image)
    quiet.central.done(begin_epoch(quiet.central.service))
    sync(li)
    sync(li)
    told = [one for one in outbox.state(li.at).incidents if one.what == REVIVED]
    assert [one.scope for one in told] == [item.item.case_no]
    assert item.item.case_no
    [fact] = [v.record for v in li.at.store.projection.every(Contact) if v.record.id == "same"]
    assert fact.by == li.me


def test_what_was_let_go_and_is_refused_again_is_not_told(quiet: QuietBranch) -> None:
    li = invalid(quiet)
    [item] = outbox.state(li.at).attention
    assert isinstance(resolutions.accept_theirs(li.at, item.item.mid), Saved)
    image = quiet.central.database.image()
    quiet.central.time.pass_by(timedelta(minutes=20))
    quiet.central.become(image)
    quiet.central.done(begin_epoch(quiet.central.service))
    sync(li)
    assert not [one for one in outbox.state(li.at).incidents if one.what == REVIVED]
    assert outbox.state(li.at).attention == ()
