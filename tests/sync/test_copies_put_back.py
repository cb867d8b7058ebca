"""Two copies of a laptop, and then a server put back: what it lost of either comes again."""

from collections.abc import Iterator

import pytest

from field_app.operations import team
from field_app.operations.submit import Saved
from sync.domain.ids import CaseId, MutationId, OfficerId
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.server.backup.restoring import begin_epoch
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.seat import Seat
from tests.sync.simulator.watch import look


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def copied(quiet: QuietBranch, seat: Seat) -> Seat:
    """Copy a laptop's disk and sit down at the copy."""
    seat.close()
    twin = seat.copied_to(quiet.central.data / "twin", "twin")
    seat.open()
    twin.open()
    twin.connect(quiet.net)
    quiet.seats.append(twin)
    return twin


def put_back(quiet: QuietBranch, image: bytes) -> None:
    quiet.central.become(image)
    quiet.central.done(begin_epoch(quiet.central.service))


def forked(seat: Seat) -> None:
    with pytest.raises(Trouble) as told:
        sync(seat)
    assert told.value.code is Codes.FORKED


def statuses(quiet: QuietBranch) -> dict[str, str]:
    return {one.mid: one.status for one in quiet.answered()}


def case_of(seat: Seat, mid: str) -> CaseId:
    row = seat.at.store.outbox.row(MutationId(mid))
    assert row is not None
    return CaseId(row.case_id)


def test_a_copy_gives_back_what_has_the_numbers_of_the_other(quiet: QuietBranch) -> None:
    """The backup knows the other copy's first work, so the server's last number says nothing."""
    li = quiet.seat("li-1")
    sync(li)
    twin = copied(quiet, li)
    others = [quiet.fact(twin) for _ in range(3)]
    sync(twin)
    image = quiet.central.database.image()
    mine = [quiet.fact(li) for _ in range(2)]
    forked(li)
    put_back(quiet, image)
    assert not set(mine) & set(statuses(quiet))
    forked(li)
    kept = statuses(quiet)
    assert [kept.get(mid) for mid in (*others, *mine)] == ["applied"] * 5
    assert li.at.store.outbox.count("queued") == 0


def test_what_a_server_put_back_has_answered_stays_in_sight(quiet: QuietBranch) -> None:
    """Stop before its echo is read: its commit has a number that was read of the former server."""
    li = quiet.seat("li-1")
    sync(li)
    image = quiet.central.database.image()
    for _ in range(3):
        quiet.fact(li)
        sync(li)
    put_back(quiet, image)
    quiet.fact(li)
    assert sync(li, cancelled=lambda: not li.at.store.outbox.count("queued")).cancelled
    look(li, quiet.central)


@pytest.mark.parametrize("first", ["li", "twin"])
def test_both_copies_give_back_whoever_comes_first(quiet: QuietBranch, first: str) -> None:
    li = quiet.seat("li-1")
    sync(li)
    image = quiet.central.database.image()
    twin = copied(quiet, li)
    made = [quiet.fact(one) for one in (li, twin, li, twin)]
    sync(li)
    forked(twin)
    put_back(quiet, image)
    one, other = (li, twin) if first == "li" else (twin, li)
    sync(one)
    forked(other)
    assert [statuses(quiet).get(mid) for mid in made] == ["applied"] * 4


def test_a_copy_whose_server_stays_sends_nothing_twice(quiet: QuietBranch) -> None:
    li = quiet.seat("li-1")
    sync(li)
    twin = copied(quiet, li)
    quiet.fact(twin)
    sync(twin)
    for _ in range(3):
        quiet.fact(li)
    forked(li)
    before = quiet.net.asked["li-1"]
    forked(li)
    assert quiet.net.asked["li-1"] == before + 1


def test_a_copy_hears_what_became_of_work_that_the_other_gave_back(quiet: QuietBranch) -> None:
    """Both have the same answers of the former server; the present one answers otherwise."""
    li, chen = quiet.seat("li-1"), quiet.seat("chen-1")
    for one in (li, chen):
        sync(one)
    image = quiet.central.database.image()
    mid = quiet.command(li)
    sync(li)
    assert statuses(quiet)[mid] == "applied"
    twin = copied(quiet, li)
    put_back(quiet, image)
    away = team.assign(chen.at, (case_of(li, mid),), OfficerId("zhou"), None)
    assert isinstance(away[0], Saved)
    sync(chen)
    for one in (twin, li):
        sync(one)
        row = one.at.store.outbox.row(MutationId(mid))
        assert row is not None
        assert (row.state, statuses(quiet)[mid]) == ("attention", "gone")
