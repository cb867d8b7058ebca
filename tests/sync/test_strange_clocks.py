"""A laptop whose clock is lost still records: what it saw is kept and marked, never refused."""

from datetime import UTC, datetime, timedelta

import pytest

from field_app.operations.submit import Saved
from sync.domain.vocabulary import FactFlag
from tests.sync.quiet_branch import at_rest, sync
from tests.sync.simulator import work

# Five minutes after a clock began: who arrived twenty minutes ago did so in 1969.
CLOCKS = {
    "an empty battery": datetime(1970, 1, 1, 0, 5, tzinfo=UTC),
    "the end of 32 bits": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "an empty battery elsewhere": datetime(2000, 1, 1, 0, 5, tzinfo=UTC),
    "before the epoch": datetime(1900, 1, 1, 0, 5, tzinfo=UTC),
    "the end of 64 bits of nanoseconds": datetime(2262, 4, 11, 23, 47, tzinfo=UTC),
    "far away": datetime(4501, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_facts_of_a_strange_year_are_kept_and_marked(name: str) -> None:
    with at_rest() as branch:
        li = branch.seat("li-1")
        li.clock.wrong_by = CLOCKS[name] - branch.central.time.at
        li.close()
        li.open()
        acts = (work.visit, work.contact, work.customer_said)
        mids = [_saved(act(li, branch.chance)) for act in acts]
        assert sync(li).sent == len(mids)
        found = {one.mid: one for one in branch.answered()}
        assert [found[mid].status for mid in mids] == ["applied"] * len(mids)
        flags = [found[mid].result["flags"] for mid in mids]
        assert all(FactFlag.TIME_SUSPECT in one for one in flags)


def test_the_server_refuses_no_fact_for_a_clock_that_is_set_back_and_forth() -> None:
    with at_rest() as branch:
        li = branch.seat("li-1")
        mids = []
        for wrong in (timedelta(), timedelta(days=-20_000), timedelta(days=400), timedelta()):
            li.clock.wrong_by = wrong
            mids.append(_saved(work.contact(li, branch.chance)))
        sync(li)
        found = {one.mid: one for one in branch.answered()}
        assert [found[mid].status for mid in mids] == ["applied"] * len(mids)


def _saved(written: object) -> str:
    assert isinstance(written, Saved)
    return written.mid
