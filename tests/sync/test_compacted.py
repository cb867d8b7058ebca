"""A feed that has forgotten: new readers come through it, old ones send and begin anew."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from field_app.operations import team
from field_app.operations.submit import Saved
from field_app.storage.incidents import REREAD
from sync.domain.ids import CaseId, OfficerId
from sync.domain.records import Contact
from sync.engine import pull
from sync.server.compacting import compact
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.central import BRANCH
from tests.sync.simulator.seat import Seat
from tests.sync.simulator.watch import look

AWAY = timedelta(days=200)


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def held(seat: Seat) -> list[tuple[object, ...]]:
    return seat.rows("SELECT kind, id, rev, body FROM replica ORDER BY kind, id")


def forget(quiet: QuietBranch) -> None:
    """Give li's cases away, let half a year pass with work in it, and compact."""
    chen = quiet.seat("chen-1")
    sync(chen)
    cases = (CaseId("case-00"), CaseId("case-01"))
    for written in team.assign(chen.at, cases, OfficerId("zhou"), None):
        assert isinstance(written, Saved)
    sync(chen)
    quiet.central.time.pass_by(AWAY)
    quiet.fact(chen)
    sync(chen)
    done = quiet.central.done(compact(quiet.central.service, BRANCH, timedelta(days=180)))
    quiet.central.compacted_at = quiet.central.head
    assert done.ops > 0
    assert done.floor > 0


def test_a_laptop_that_was_away_too_long_sends_its_work_and_begins_anew(quiet: QuietBranch) -> None:
    li = quiet.seat("li-1")
    sync(li)
    made = [quiet.fact(li) for _ in range(5)]
    forget(quiet)
    report = sync(li)
    assert report.sent == 5
    answers = {one.mid: one.status for one in quiet.answered()}
    assert [answers[mid] for mid in made] == ["applied"] * 5
    assert REREAD in {i.what for i in li.at.store.incidents.latest(9)}
    assert not {"case-00", "case-01"} & {one for kind, one, _, _ in held(li) if kind == "case"}
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == held(li)
    look(li, quiet.central)
    again = sync(li)
    assert (again.sent, again.received) == (0, 0)


@pytest.mark.parametrize("page", [1, 2, 7])
def test_small_pages_lead_through_what_was_forgotten(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Begin anew in pages that end below the floor: each goes on where the last one ended."""
    li = quiet.seat("li-1")
    sync(li)
    forget(quiet)
    monkeypatch.setattr(pull, "PAGE", page)
    sync(li)
    look(li, quiet.central)
    whole = held(li)
    monkeypatch.undo()
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == whole
    assert li.at.store.projection.every(Contact)
