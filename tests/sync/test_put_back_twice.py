"""One backup put back twice: the second server knows nothing of the epoch that the first began."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sync.protocol.checkpoint import Doubt
from sync.server.backup.approving import answered, request, take
from sync.server.backup.restoring import begin_epoch
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.branch import APPROVER
from tests.sync.simulator.seat import Seat
from tests.sync.simulator.watch import look


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def put_back(quiet: QuietBranch, image: bytes) -> None:
    """Put a backup in the server's place, some time later."""
    quiet.central.time.pass_by(timedelta(minutes=20))
    quiet.central.become(image)
    quiet.central.done(begin_epoch(quiet.central.service))


def approve(quiet: QuietBranch) -> None:
    service, done = quiet.central.service, quiet.central.done
    assert done(take(service, answered(done(request(service)), APPROVER))) == 1


def works(quiet: QuietBranch, seat: Seat) -> None:
    quiet.fact(seat)
    sync(seat)
    look(seat, quiet.central)


def trouble(seat: Seat) -> Doubt | None:
    return seat.at.store.witness.trouble


def test_laptops_that_met_the_server_in_between_believe_its_log(quiet: QuietBranch) -> None:
    li, wang = quiet.seat("li-1"), quiet.seat("wang-1")
    for seat in (li, wang):
        works(quiet, seat)
    image = quiet.central.database.image()
    for _ in range(2):
        works(quiet, li)
        put_back(quiet, image)
        approve(quiet)
        for _ in range(3):
            works(quiet, li)
        assert trouble(li) is None
    works(quiet, wang)
    assert (trouble(li), trouble(wang)) == (None, None)
    kept = {one.mid: one.status for one in quiet.answered()}
    assert [kept.get(mid) for mid in li.promised] == ["applied"] * len(li.promised)


def test_the_second_time_is_doubted_until_it_is_approved_too(quiet: QuietBranch) -> None:
    li = quiet.seat("li-1")
    works(quiet, li)
    image = quiet.central.database.image()
    put_back(quiet, image)
    approve(quiet)
    works(quiet, li)
    put_back(quiet, image)
    works(quiet, li)
    assert trouble(li) is Doubt.UNAPPROVED
    approve(quiet)
    works(quiet, li)
    assert trouble(li) is None
