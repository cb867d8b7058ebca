"""A server that fails over one piece of work: the laptop keeps it, shows it, and sends the rest."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from field_app.operations import attachments, outbox
from field_app.operations.submit import Saved
from field_app.storage.case_lists import Wanted
from sync.protocol.messages import STUMBLED
from sync.server.backup.restoring import begin_epoch
from sync.server.handlers import push as deciding
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.simulator.seat import Seat

CALLS = "SELECT kind, id, body FROM projected WHERE kind = 'contact' ORDER BY id"
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 1000


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def stumble(patch: pytest.MonkeyPatch, name: str) -> Callable[[], None]:
    """Let the server fail over every command of this name; return what mends it."""
    decide: Callable[..., Any] = deciding.decide

    def failing(question: Any, command: Any) -> Any:
        if type(command).__name__ == name:
            raise AssertionError("a bug")
        return decide(question, command)

    patch.setattr(deciding, "decide", failing)
    return lambda: patch.setattr(deciding, "decide", decide)


def photo(seat: Seat) -> str:
    """Add a photo to the first case; return the id of the work."""
    case = seat.at.store.lists.page(Wanted(), None, 1)[0]
    saved = attachments.add(seat.at, case.id, "收据", PNG)
    assert isinstance(saved, Saved)
    return saved.mid


def state_of(seat: Seat, mid: str) -> tuple[str, str]:
    row = next(r for r in seat.at.store.outbox.rows("queued", "acked", "done") if r.mid == mid)
    return row.state, row.trouble


def test_everything_else_goes_up(quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync what waits before, at and behind the fault, a photo too; then with the fault mended."""
    li = quiet.seat("li-1")
    mend = stumble(monkeypatch, "RecordContact")
    before, failing, behind = quiet.command(li), quiet.fact(li), quiet.command(li)
    pictured = photo(li)
    report = sync(li)
    assert (report.sent, report.files_left, report.uploaded_bytes) == (3, False, len(PNG))
    assert {state_of(li, mid)[0] for mid in (before, behind, pictured)} <= {"acked", "done"}
    assert state_of(li, failing) == ("queued", STUMBLED)
    state = outbox.state(li.at)
    assert ([one.mid for one in state.waiting], state.attention) == ([failing], ())

    again = quiet.command(li)
    report = sync(li)
    assert (report.sent, state_of(li, again)[0]) == (1, "done")
    assert (sync(li).sent, state_of(li, failing)) == (0, ("queued", STUMBLED))

    mend()
    assert (sync(li).sent, state_of(li, failing)) == (1, ("done", ""))
    assert [a.mid for a in quiet.answered()].count(failing) == 1


def test_it_is_asked_once_in_a_sync(quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything fail: each is tried once in a sync, which ends as ever."""
    li = quiet.seat("li-1")
    stumble(monkeypatch, "RecordContact")
    made = {quiet.fact(li) for _ in range(3)}
    sync(li)
    assert sync(li).sent == 0
    assert {state_of(li, mid) for mid in made} == {("queued", STUMBLED)}
    rows = li.at.store.outbox.rows("queued")
    assert {row.attempts for row in rows} == {2}


def test_what_a_server_put_back_stumbles_over_is_seen(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put the server back to before a call it cannot take any more: the call is shown as before."""
    li = quiet.seat("li-1")
    backup = quiet.central.database.image()
    made = quiet.fact(li)
    sync(li)
    assert state_of(li, made)[0] == "done"
    calls = li.rows(CALLS)
    mend = stumble(monkeypatch, "RecordContact")
    quiet.central.become(backup)
    quiet.central.done(begin_epoch(quiet.central.service))
    sync(li)
    assert state_of(li, made) == ("queued", STUMBLED)
    assert li.rows(CALLS) == calls
    mend()
    sync(li)
    assert state_of(li, made)[0] == "done"
    assert li.rows(CALLS) == calls
    assert li.rows("SELECT count(*) FROM overlay") == [(0,)]


def test_a_server_put_back_gets_it_in_its_place(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put the server back to before the fault: the chain goes up in its order once more."""
    li = quiet.seat("li-1")
    mend = stumble(monkeypatch, "RecordContact")
    quiet.command(li)
    sync(li)
    backup = quiet.central.database.image()
    failing, behind = quiet.fact(li), quiet.command(li)
    sync(li)
    quiet.central.become(backup)
    quiet.central.done(begin_epoch(quiet.central.service))
    sync(li)
    assert state_of(li, failing) == ("queued", STUMBLED)
    assert state_of(li, behind)[0] in ("acked", "done")
    mend()
    sync(li)
    assert state_of(li, failing)[0] in ("acked", "done")
