"""A server is put back between its greeting and a page of the same sync."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sync.engine.trouble import PASSING, Trouble
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.watch import look
from tests.sync.test_copies_put_back import put_back
from tests.sync.test_team_change import before_page


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


@pytest.mark.parametrize("page", [1, 2])
def test_what_it_lost_is_not_taken_for_rot(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """It may have gone as far as before by then, so the cursor alone tells nothing."""
    chen, li, wang = quiet.seat("chen-1"), quiet.seat("li-1"), quiet.seat("wang-1")
    for seat in (chen, li, wang):
        sync(seat)
    image = quiet.central.database.image()
    quiet.fact(li)
    for seat in (li, chen):
        sync(seat)
    quiet.fact(li)
    sync(li)

    def happens() -> None:
        put_back(quiet, image)
        for _ in range(6):
            quiet.fact(wang)
        sync(wang)

    with monkeypatch.context() as there:
        before_page(chen, page, happens, there)
        with pytest.raises(Trouble) as told:
            sync(chen)
    assert told.value.code in PASSING
    for _ in range(2):
        quiet.central.time.pass_by(timedelta(hours=1))
        for seat in (chen, li):
            sync(seat)
    assert [what for (what,) in chen.rows("SELECT what FROM incident")] == []
    look(chen, quiet.central)
    kept = {one.mid: one.status for one in quiet.answered()}
    assert [kept.get(mid) for mid in li.promised] == ["applied"] * len(li.promised)
