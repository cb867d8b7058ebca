"""A feed that has forgotten: new readers come through it, old ones send and begin anew."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from field_app.operations import team
from field_app.operations.submit import Saved
from field_app.storage.incidents import REPAIRED, REREAD
from sync.domain.ids import CaseId, OfficerId
from sync.domain.records import Contact
from sync.engine import next_page, pull
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.pages import Page
from sync.server import compacting
from sync.server.backup.restoring import begin_epoch
from sync.server.compacting import compact
from sync.server.handlers import news
from sync.server.repositories.session import NoRoom, Work
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


def read_pages(seat: Seat, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync over a line that ends after so many pages."""
    assert seat.line is not None
    real, left = seat.line.pull, most

    def pulled(*which: Any) -> Page:
        nonlocal left
        left -= 1
        if left < 0:
            raise Trouble(Codes.UNREACHABLE)
        return real(*which)

    monkeypatch.setattr(seat.line, "pull", pulled)
    with pytest.raises(Trouble):
        sync(seat)


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


def test_a_laptop_without_work_that_was_away_too_long_begins_anew(quiet: QuietBranch) -> None:
    """Bring no page with the greeting for a cursor that is too old: it is told so when it asks."""
    li = quiet.seat("li-1")
    sync(li)
    forget(quiet)
    assert sync(li).received > 0
    assert REREAD in {i.what for i in li.at.store.incidents.latest(9)}
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == held(li)
    look(li, quiet.central)


def test_a_compaction_that_was_cut_off_is_ended_by_the_next(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction is small; whatever they left undone, a fresh laptop reads the same."""
    chen = quiet.seat("chen-1")
    sync(chen)
    for to in ("zhou", "li", "zhou"):
        for written in team.assign(chen.at, (CaseId("case-00"),), OfficerId(to), None):
            assert isinstance(written, Saved)
        sync(chen)
    central = quiet.central
    monkeypatch.setattr(compacting, "AT_ONCE", 1)
    whole = central.service.database.write
    left = 3

    async def cut(work: Work[Any]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise NoRoom
        return await whole(work)

    monkeypatch.setattr(central.service.database, "write", cut)
    with pytest.raises(NoRoom):
        central.done(compact(central.service, BRANCH, timedelta()))
    monkeypatch.setattr(central.service.database, "write", whole)
    half = quiet.seat("zhou-1")
    sync(half)
    look(half, central)
    done = central.done(compact(central.service, BRANCH, timedelta()))
    central.compacted_at = central.head
    assert done.ops > 0
    assert central.done(compact(central.service, BRANCH, timedelta())).ops == 0
    for name in ("li-1", "li-2"):
        fresh = quiet.seat(name)
        sync(fresh)
        look(fresh, central)
    sync(half)
    look(half, central)


def test_a_reader_amid_the_last_commit_that_was_compacted_hears_what_left(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen, li = quiet.seat("chen-1"), quiet.seat("li-1")
    sync(chen)
    sync(li)
    cases = (CaseId("case-00"), CaseId("case-01"))
    for written in team.assign(chen.at, cases, OfficerId("zhou"), None):
        assert isinstance(written, Saved)
    sync(chen)
    left = quiet.central.head
    monkeypatch.setattr(news, "MAX_NEWS", 2)
    read_pages(li, 0, monkeypatch)  # but for the one that comes with the greeting
    monkeypatch.undo()
    [cursor] = li.rows("SELECT commit_no, idx FROM scope_state WHERE scope = 'officer:li'")
    assert cursor[0] == left
    quiet.central.time.pass_by(AWAY)
    quiet.fact(chen)
    sync(chen)
    done = quiet.central.done(compact(quiet.central.service, BRANCH, timedelta(days=180)))
    quiet.central.compacted_at = quiet.central.head
    assert done.floor == left
    sync(li)
    look(li, quiet.central)
    assert REPAIRED not in {one.what for one in li.at.store.incidents.latest(9)}
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == held(li)


@pytest.mark.parametrize("page", [1, 2, 7])
def test_small_pages_lead_through_what_was_forgotten(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Begin anew in pages that end below the floor: each goes on where the last one ended."""
    li = quiet.seat("li-1")
    sync(li)
    forget(quiet)
    monkeypatch.setattr(pull, "PAGE", page)
    monkeypatch.setattr(next_page, "MOST", next_page.GROWTH * page)
    sync(li)
    look(li, quiet.central)
    whole = held(li)
    monkeypatch.undo()
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == whole
    assert li.at.store.projection.every(Contact)


def test_a_reading_of_a_forgetful_feed_begins_anew_when_the_server_is_put_back(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left out, because it was told again later, is not told again by an older server."""
    chen, li = quiet.seat("chen-1"), quiet.seat("li-1")
    sync(chen)
    image = quiet.central.database.image()
    # What every reader met first is told again at the feed's end, and only there.
    for written in team.assign(chen.at, (CaseId("case-00"),), OfficerId("li"), None):
        assert isinstance(written, Saved)
    sync(chen)
    quiet.central.done(compact(quiet.central.service, BRANCH, timedelta(days=180)))
    li.at.store.replica.reset_scope("officer:li", quiet.central.epoch)
    monkeypatch.setattr(pull, "PAGE", 2)
    monkeypatch.setattr(news, "MAX_NEWS", 2)
    read_pages(li, 1, monkeypatch)  # behind the one that comes with the greeting
    monkeypatch.undo()
    quiet.central.time.pass_by(timedelta(minutes=20))
    quiet.central.become(image)
    quiet.central.done(begin_epoch(quiet.central.service))
    sync(li)
    look(li, quiet.central)
    assert REPAIRED not in {one.what for one in li.at.store.incidents.latest(9)}
    fresh = quiet.seat("li-2")
    sync(fresh)
    assert held(fresh) == held(li)
