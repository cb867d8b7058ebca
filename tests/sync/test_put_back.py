"""A server put back from yesterday's backup: what it lost comes again from the laptops, once."""

import shutil
import signal
from pathlib import Path

import pytest

from field_app.operations import outbox, team
from field_app.operations.submit import Saved
from field_app.storage.incidents import RECOVERED, REREAD
from sync.protocol.envelope import decode_envelope
from sync.server.backup import mark
from tests.server.house import at_database
from tests.server.terminal import tell
from tests.sync.acts import (
    ENVELOPES_OF_A_DAY,
    WORK_OF_A_DAY,
    call,
    counted,
    grown,
    unanswered,
    visitable,
    whole_day,
)
from tests.sync.office import DATABASE_URL, Office, Seat, administer


def backup(office: Office, name: str) -> Path:
    """Back the running server up."""
    out = office.homes.parent / f"{name}.tar"
    assert "opened and checked" in administer(office.server.data, "backup", "--out", str(out))
    return out


def put_back(office: Office, file: Path) -> None:
    """Stop the server, put a backup in its place, start it again."""
    office.server.stop()
    assert "epoch" in administer(office.server.data, "restore", str(file))
    office.server.start()


def recovered(seat: Seat) -> list[int]:
    return [i.records for i in seat.desk.store.incidents.latest(9) if i.what == RECOVERED]


def everything(seat: Seat) -> list[tuple[object, ...]]:
    ask = seat.desk.store.vault.connection.execute
    rows = ask("SELECT kind, id, case_id, body FROM replica ORDER BY kind, id").fetchall()
    return rows + ask("SELECT * FROM membership ORDER BY scope, kind, id").fetchall()


def sent_mids(seat: Seat) -> list[tuple[int, str]]:
    rows = seat.desk.store.vault.connection.execute("SELECT envelope FROM outbox ORDER BY seq")
    return [(e.seq, e.mid) for e in (decode_envelope(row[0]) for row in rows.fetchall())]


def test_what_a_restored_server_lost_comes_again_once(office: Office) -> None:
    """Two days of work, a backup between them: after putting it back both days are there once."""
    lead = office.seat("chen")
    office.give(lead, 12)
    li, second = office.seat("li"), office.seat("li")
    li.sync()
    before_all = counted(lead)
    first, later = visitable(li)[:2]
    whole_day(li, first)
    li.sync()
    file = backup(office, "yesterday")
    whole_day(li, later)
    li.sync()
    for seat in (lead, second):
        seat.sync()
    told, mids = everything(lead), sent_mids(li)

    put_back(office, file)
    # The lead's laptop comes first: it must not lose what only li's can give back.
    lead.sync()
    report = li.sync()
    assert report.sent == ENVELOPES_OF_A_DAY
    assert recovered(li) == [ENVELOPES_OF_A_DAY]
    for seat in (lead, second):
        seat.sync()
    twice = {kind: 2 * n for kind, n in WORK_OF_A_DAY.items()}
    assert grown(before_all, counted(lead)) == twice
    assert everything(lead) == told
    assert everything(second) == everything(li)
    assert sent_mids(li) == mids
    assert (unanswered(li), recovered(lead), recovered(second)) == (0, [], [])
    again = li.sync()
    assert (again.sent, again.received) == (0, 0)
    assert recovered(li) == [ENVELOPES_OF_A_DAY]
    assert "whole" in administer(office.server.data, "audit", "verify")
    assert li.desk.store.witness.trouble is None
    assert lead.desk.store.witness.trouble is None


def test_a_giving_back_that_is_cut_goes_on(office: Office) -> None:
    """Cut the sync in which it is sent; close and open the laptop; then all is told once."""
    lead = office.seat("chen")
    office.give(lead, 5)
    li = office.seat("li")
    li.sync()
    file = backup(office, "before")
    for _ in range(3):
        call(li, li.cases()[0])
        li.sync()
    put_back(office, file)
    assert li.sync(cancelled=lambda: True).cancelled
    assert unanswered(li) == 3
    li = office.reopened(li)
    assert li.sync().sent == 3
    assert recovered(li) == [3]


def test_a_laptop_that_had_read_nothing_newer_reads_nothing_again(office: Office) -> None:
    lead = office.seat("chen")
    office.give(lead, 5)
    li = office.seat("li")
    li.sync()
    file = backup(office, "now")
    call(lead, li.cases()[0])
    lead.sync()
    put_back(office, file)
    assert li.sync().received == 0
    assert li.desk.store.incidents.latest(9) == []
    lead.sync()
    assert recovered(lead) == [1]


def test_the_safe_horizon_moves_with_a_checked_backup(office: Office) -> None:
    lead = office.seat("chen")
    office.give(lead, 2)
    before = lead.line.hello()
    assert before.safe == 0
    backup(office, "one")
    assert lead.line.hello().safe == before.head
    damaged = office.homes.parent / "damaged.tar"
    at_database(
        office.server.data,
        lambda d: d.write(lambda s: s.run("UPDATE audit_leaf SET hash = 'x' WHERE n = 0")),
    )
    told = tell(office.server.data, "backup", "--out", str(damaged))
    assert (told.code, damaged.exists()) == (1, False)
    assert "not whole" in told.err
    assert lead.line.hello().safe == before.head


def test_a_copy_that_was_put_there_by_hand_is_not_served(office: Office, tmp_path: Path) -> None:
    """Copy the database file back as it was an hour ago: the server says no, until it is told."""
    if (office.server.data / DATABASE_URL).exists():
        pytest.skip("a PostgreSQL has no file to copy")
    lead = office.seat("chen")
    office.give(lead, 2)
    database = office.server.data / "server.db"
    office.server.stop()
    shutil.copy(database, tmp_path / "hour-ago.db")
    office.server.start()
    li = office.seat("li")
    li.sync()
    call(li, li.cases()[0])
    li.sync()
    office.server.stop(signal.SIGTERM)
    shutil.copy(tmp_path / "hour-ago.db", database)
    told = tell(office.server.data, "serve", "--port", str(office.server.port))
    assert told.code == 1
    assert "older than what was answered" in told.err
    assert "epoch" in administer(office.server.data, "restore", "--as-it-stands")
    office.server.start()
    lead.sync()
    assert lead.desk.store.incidents.latest(9) == []


def test_a_folder_without_its_mark_is_a_copy(office: Office) -> None:
    office.server.stop()
    (office.server.data / mark.FILE).unlink()
    if (office.server.data / DATABASE_URL).exists():
        office.server.start()  # another machine that serves the same database
        return
    told = tell(office.server.data, "serve", "--port", str(office.server.port))
    assert told.code == 1
    assert "put here by hand" in told.err


SPOILT = (b"", b"no tar at all", 0.3, 0.6)


@pytest.mark.parametrize("left", SPOILT)
def test_a_backup_that_is_not_whole_is_not_put_back(office: Office, left: bytes | float) -> None:
    file = backup(office, "good")
    data = file.read_bytes()
    file.write_bytes(left if isinstance(left, bytes) else data[: int(len(data) * left)])
    office.server.stop()
    told = tell(office.server.data, "restore", str(file))
    assert (told.code, told.out) == (1, "")
    office.server.start()  # what was there is untouched
    assert office.seat("li").sync().received > 0


def test_a_laptop_whose_cursor_is_too_old_reads_anew(office: Office) -> None:
    """Compact away that a case has left: the laptop that did not hear of it ends right."""
    lead = office.seat("chen")
    given = office.give(lead, 4)
    li, wang = office.seat("li"), office.seat("wang")
    for seat in (li, wang):
        seat.sync()
    call(li, given[0])
    for written in team.assign(lead.desk, tuple(given[:2]), office.people()["wang"], None):
        assert isinstance(written, Saved)
    lead.sync()
    told = administer(office.server.data, "compact", "--exits-kept", "0")
    assert "ops dropped" in told
    wang.sync()
    report = li.sync()
    assert report.sent == 1
    assert sorted(li.cases()) == sorted(given[2:])
    assert REREAD in {i.what for i in li.desk.store.incidents.latest(9)}
    fresh = office.seat("li")
    fresh.sync()
    assert everything(fresh) == everything(li)
    assert outbox.state(li.desk).waiting == ()


def test_compacting_changes_nothing_that_is_read(office: Office) -> None:
    """Drop what was told twice; laptops at any cursor go on, new ones read the same in less."""
    lead = office.seat("chen")
    office.give(lead, 4)
    li = office.seat("li")
    li.sync()
    whole_day(li, visitable(li)[0])
    li.sync()
    fresh = office.seat("li")
    first = fresh.sync().received
    administer(office.server.data, "compact")
    again = office.seat("li")
    assert again.sync().received < first
    assert everything(again) == everything(fresh) == everything(li)
    assert li.sync().received == 0
    assert li.desk.store.incidents.latest(9) == []
