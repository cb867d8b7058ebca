"""Work that is done while a server put back is read anew names what the person saw."""

from collections.abc import Iterator

import pytest

from field_app.operations import outbox
from field_app.operations.submit import Saved
from sync.domain.records import Hold
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator import work
from tests.sync.simulator.watch import look
from tests.sync.test_put_back_twice import put_back


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def test_work_in_the_midst_of_a_reading_anew_meets_what_was_seen(quiet: QuietBranch) -> None:
    """Cut the first sync with a server put back, lift a hold, sync: nobody had changed it."""
    chen = quiet.seat("chen-1")
    quiet.command(chen)
    sync(chen)
    image = quiet.central.database.image()
    quiet.fact(chen)
    sync(chen)
    put_back(quiet, image)
    assert sync(chen, cancelled=lambda: True).cancelled
    assert isinstance(work.lift(chen, quiet.chance), Saved)
    sync(chen)
    look(chen, quiet.central)
    assert outbox.state(chen.at).attention == ()
    [hold] = chen.at.store.projection.every(Hold)
    assert (hold.rev, hold.record.active) == (2, False)
