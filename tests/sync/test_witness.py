"""Laptops are witnesses: they see when the server's record was changed, and go on working."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from field_app.bootstrap.desk_setup import unlock
from field_app.operations import outbox, record
from field_app.storage.profile import keep_profile
from field_app.storage.trouble import Rescued
from field_app.storage.vault import DATABASE
from field_app.storage.witness import ASK_EVERY
from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Doubt, read_mark
from sync.protocol.pages import Cursor
from sync.protocol.signed_form import key_text
from sync.server.audit import growing
from sync.server.audit.growing import Entry
from sync.server.key_file import make_key
from sync.server.repositories.session import Session
from tests.server.terminal import tell
from tests.sync.acts import call, unanswered, visitable
from tests.sync.office import PASSPHRASE, Office, Seat, sit_down
from tests.sync.relay import relay_to
from tests.sync.rules import at_the_server

BRANCH = BranchId("main")


@pytest.fixture
def li(office: Office) -> Seat:
    """Return an officer with cases, synced."""
    lead = office.seat("chen")
    office.give(lead, 12)
    seat = office.seat("li")
    seat.sync()
    return seat


def doubt(seat: Seat) -> Doubt | None:
    return outbox.state(seat.desk).record_trouble


def due(seat: Seat) -> None:
    """Let the time pass after which a laptop asks again."""
    asked = seat.desk.clock.now() - ASK_EVERY - timedelta(seconds=1)
    seat.desk.store.vault.set_meta("record_asked_at", asked.isoformat())


def work(seat: Seat) -> None:
    call(seat, visitable(seat)[0], "约下周")
    assert seat.sync().sent == 1


def states(seat: Seat) -> list[str]:
    rows = seat.desk.store.vault.connection.execute("SELECT state FROM checkpoint ORDER BY n")
    return [row[0] for row in rows]


def test_growth_is_proven_seldom_and_an_idle_sync_asks_nothing(office: Office, li: Seat) -> None:
    with relay_to(office.server.address) as relay:
        line = li.line_to(relay.address)
        li.sync(line=line)
        assert [r for r in relay.seen if "/audit" in r] == []
        for _ in range(3):
            call(li, visitable(li)[0], "约下周")
            li.sync(line=line)
        assert len([r for r in relay.seen if "/audit" in r]) == 1
        due(li)
        relay.seen.clear()
        li.sync(line=line)
        assert len([r for r in relay.seen if "/audit" in r]) == 1
        due(li)
        relay.seen.clear()
        li.sync(line=line)
        assert [r for r in relay.seen if "/audit" in r] == []
        line.close()
    # What is recorded names the checkpoint that its laptop saw last.
    seen = li.desk.store.witness.every()[-1]
    call(li, visitable(li)[0], "约下周")
    [row] = li.desk.store.outbox.rows("queued")
    assert read_mark(row.envelope.checkpoint) == (seen.size, seen.root)
    assert set(states(li)) == {"proven"}
    assert len(states(li)) >= 4
    assert doubt(li) is None


def test_what_a_greeting_told_is_not_told_with_each_page(office: Office, li: Seat) -> None:
    """Small answers are mostly signatures and roots; one that grew meanwhile is told."""
    line = li.line_to(office.server.address)
    scope = next(s for s in line.hello().scopes if s.startswith("officer:"))
    assert line.pull(scope, Cursor(), 5000, 0).checkpoint is None
    work(li)
    grown = line.pull(scope, Cursor(), 5000, 0).checkpoint
    assert grown == line.hello().checkpoint == li.desk.store.witness.every()[-1]
    line.close()


def rewritten(office: Office, change: Callable[[list[Any]], list[Any]]) -> None:
    """Make the log anew with other entries, everything inside it in order."""

    async def anew(session: Session) -> None:
        rows = await session.rows("SELECT entry FROM audit_leaf ORDER BY n")
        for table in ("audit_leaf", "audit_tile"):
            await session.run(f"DELETE FROM {table}")
        await session.run("UPDATE feed_head SET leaves = 0, frontier = ?", b"")
        told = change([msgspec.json.decode(row[0]) for row in rows])
        await growing.append(session, BRANCH, [Entry(one["at"], one) for one in told])
        await session.run("UPDATE feed_head SET n = n - 1")  # the feed is as it was

    at_the_server(office.server, anew)


def edited(told: list[Any]) -> list[Any]:
    return [told[0] | {"id": "somebody else"}, *told[1:]]


def test_a_record_that_was_changed_is_told_and_work_goes_on(
    office: Office, li: Seat, tmp_path: Path
) -> None:
    rewritten(office, edited)
    due(li)
    work(li)
    assert doubt(li) is Doubt.CHANGED
    work(li)
    assert unanswered(li) == 0
    li = office.reopened(li)
    assert doubt(li) is Doubt.CHANGED
    assert "doubted" in states(li)
    # What the laptop kept names where the record was changed.
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(record.checkpoints(li.desk))
    assert len(kept.read_bytes().splitlines()) == len(states(li))
    said = tell(office.server.data, "audit", "verify", "--checkpoints", str(kept))
    assert said.code == 1
    assert "first bad entry: one of 0 to" in said.out
    assert tell(office.server.data, "audit", "verify").code == 0


def test_a_record_that_was_changed_while_the_vault_was_broken(office: Office, li: Seat) -> None:
    """Rewrite the log and break the laptop's vault: built anew, it notices all the same."""
    work(li)
    rewritten(office, edited)
    office.seats.remove(li)
    li.close()
    database = li.laptop.vault / DATABASE
    data = bytearray(database.read_bytes())
    data[-10] ^= 1
    database.write_bytes(data)
    with pytest.raises(Rescued):
        unlock(li.laptop, PASSPHRASE)
    li = office.keep(sit_down("li", li.laptop))
    assert doubt(li) is None
    li.sync()
    work(li)
    assert doubt(li) is Doubt.CHANGED


def asked_alone(office: Office, seat: Seat) -> list[str]:
    """Sync without news; return what was asked."""
    with relay_to(office.server.address) as relay:
        line = seat.line_to(relay.address)
        seat.sync(line=line)
        line.close()
        return [one for one in relay.seen if "/token" not in one]


@pytest.mark.parametrize("furnished", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(None, None, id="whole"),
        pytest.param(lambda told: told[:-1], Doubt.SHRANK, id="shortened"),
        pytest.param(edited, Doubt.CHANGED, id="forked"),
    ],
)
def test_an_idle_sync_notices_with_its_one_question(
    office: Office, li: Seat, change: Callable[[list[Any]], list[Any]] | None, why: Doubt | None
) -> None:
    if change is not None:
        rewritten(office, change)
    count = len(states(li))
    [asked] = asked_alone(office, li)
    assert asked.startswith("GET /sync/v1/hello?")
    assert doubt(li) is why
    assert len(states(li)) == count + (why is not None)


def test_a_record_that_shrank(office: Office, li: Seat) -> None:
    rewritten(office, lambda told: told[:-1])
    li.sync()
    assert doubt(li) is Doubt.SHRANK
    work(li)
    work(li)
    # It is as long as before again: the evidence stays.
    assert doubt(li) is Doubt.SHRANK


def test_another_key_is_not_believed_until_the_right_one_is_back(li: Seat) -> None:
    right = li.profile
    other = key_text(make_key(li.laptop.home / "other.key").public_key())
    keep_profile(li.desk.store.vault, msgspec.structs.replace(right, audit_key=other))
    count = len(states(li))
    work(li)
    assert doubt(li) is Doubt.BAD_SIGNATURE
    assert len(states(li)) == count
    keep_profile(li.desk.store.vault, msgspec.structs.replace(right, audit_key=""))
    work(li)
    assert doubt(li) is Doubt.NO_KEY
    keep_profile(li.desk.store.vault, right)
    work(li)
    assert doubt(li) is None
