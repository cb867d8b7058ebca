"""Somebody gets another team while their laptop syncs: what was granted before it ends there."""

from collections.abc import Iterator

import pytest

from sync.domain.ids import TeamId
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Push, Pushed
from sync.protocol.pages import Page
from tests.sync.acts import without_news
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.central import BRANCH
from tests.sync.simulator.seat import Seat

SOUTH = TeamId("south")


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        made.central.administer(lambda admin: admin.add_team(BRANCH, SOUTH, "城南组"))
        yield made


def move(quiet: QuietBranch, login: str) -> None:
    quiet.central.administer(lambda admin: admin.change_officer(login, team_id=SOUTH))


def before_page(seat: Seat, number: int, happens: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen before the page of this number is asked for, the first being 1."""
    assert seat.line is not None
    assert callable(happens)
    without_news(seat.line)  # each scope is asked for
    real, asked = seat.line.pull, 0

    def pull(*which: object) -> Page:
        nonlocal asked
        asked += 1
        if asked == number:
            happens()
        return real(*which)  # type: ignore[arg-type]

    monkeypatch.setattr(seat.line, "pull", pull)


def scopes(seat: Seat) -> set[str]:
    return {row[0] for row in seat.rows("SELECT scope FROM scope_state")}


def cases(seat: Seat) -> int:
    return len(seat.rows("SELECT id FROM replica WHERE kind = 'case'"))


@pytest.mark.parametrize("page", [1, 2])
def test_a_lead_who_is_moved_in_the_midst_holds_the_new_team_alone(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    chen, li = quiet.seat("chen-1"), quiet.seat("li-1")
    sync(chen)
    assert cases(chen) == 6
    mid = quiet.fact(chen)
    quiet.fact(li)
    sync(li)
    before_page(chen, page, lambda: move(quiet, "chen"), monkeypatch)
    assert sync(chen).sent == 1
    assert scopes(chen) == {f"team:{SOUTH}", f"roster:{SOUTH}"}
    assert cases(chen) == 0
    assert {one.mid: one.status for one in quiet.answered()}[mid] == "applied"
    assert chen.at.store.outbox.count("queued") == 0


def test_an_officer_keeps_his_own_cases(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = quiet.seat("li-1")
    sync(li)
    held = cases(li)
    quiet.fact(li)
    before_page(li, 2, lambda: move(quiet, "li"), monkeypatch)
    sync(li)
    assert scopes(li) == {"officer:li", f"roster:{SOUTH}"}
    assert cases(li) == held


def test_a_scope_that_is_granted_and_not_there_is_told(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that grants what it then does not know is not asked again and again."""
    li = quiet.seat("li-1")
    assert li.line is not None

    def pull(*_which: object) -> Page:
        raise Trouble(Codes.NOT_FOUND)

    quiet.fact(li)
    without_news(li.line)
    monkeypatch.setattr(li.line, "pull", pull)
    with pytest.raises(Trouble) as told:
        sync(li)
    assert told.value.code is Codes.NOT_FOUND
    assert quiet.net.asked["li-1"] < 6


def test_a_lead_who_is_moved_before_the_push_is_told_no_news_of_the_old_team(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = quiet.seat("chen-1")
    sync(chen)
    quiet.fact(chen)
    assert chen.line is not None
    push = chen.line.push

    def moved_then_pushed(one: Push) -> Pushed:
        move(quiet, "chen")
        return push(one)

    monkeypatch.setattr(chen.line, "push", moved_then_pushed)
    assert sync(chen).sent == 1
    assert scopes(chen) == {f"team:{SOUTH}", f"roster:{SOUTH}"}
    assert cases(chen) == 0
