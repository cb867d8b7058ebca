"""A laptop that no longer holds what its scope holds: found with the next sync, and mended."""

import pytest

from field_app.operations import cases
from field_app.storage.incidents import REPAIRED
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from tests.server.house import at_database
from tests.sync.acts import call, unanswered
from tests.sync.office import Office, Seat


def everything(seat: Seat) -> list[tuple[object, ...]]:
    """Return every record and membership of a laptop."""
    ask = seat.desk.store.vault.connection.execute
    rows = ask("SELECT kind, id, rev, case_id, body FROM replica ORDER BY kind, id").fetchall()
    return rows + ask("SELECT * FROM membership ORDER BY scope, kind, id").fetchall()


def repaired(seat: Seat) -> list[int]:
    """Return how many records each repair was about, the newest first."""
    return [i.records for i in seat.desk.store.incidents.latest(9) if i.what == REPAIRED]


def flipped_body(seat: Seat) -> int:
    """Flip one bit of every case's number: the record can still be read."""
    change(
        seat,
        "UPDATE replica SET body = CAST(replace(body, '\"YC2026', '\"YB2026') AS BLOB) "
        "WHERE kind = 'case'",
    )
    return seat.count("case")


def other_revision(seat: Seat) -> int:
    change(seat, "UPDATE replica SET rev = 99 WHERE kind = 'officer'")
    return seat.count("officer")


def row_lost(seat: Seat) -> int:
    change(seat, f"DELETE FROM replica WHERE kind = 'contact' AND id = {one('contact')}")
    return 1


def row_never_read(seat: Seat) -> int:
    """Lose a record as if its row of the feed had been passed over."""
    name = one("contact")
    change(seat, f"DELETE FROM membership WHERE kind = 'contact' AND id = {name}")
    change(
        seat,
        "DELETE FROM replica WHERE kind = 'contact' AND id NOT IN "
        "(SELECT id FROM membership WHERE kind = 'contact')",
    )
    return 1


def row_too_many(seat: Seat) -> int:
    """Keep a record that the scope has no more."""
    change(seat, "INSERT INTO membership SELECT scope, kind, 'odd' FROM membership LIMIT 1")
    change(
        seat,
        "INSERT INTO replica SELECT kind, 'odd', 1, case_id, body FROM replica "
        "WHERE kind = (SELECT kind FROM membership WHERE id = 'odd') LIMIT 1",
    )
    return 1


HARM = (flipped_body, other_revision, row_lost, row_never_read, row_too_many)


def one(kind: str) -> str:
    return f"(SELECT min(id) FROM replica WHERE kind = '{kind}')"


def change(seat: Seat, sql: str) -> None:
    with seat.desk.store.vault.transaction() as connection:
        assert connection.execute(sql).rowcount > 0


@pytest.fixture
def li(office: Office) -> Seat:
    """Return li's laptop with a few cases, all read, and something not sent yet."""
    office.give(office.seat("chen"), 5)
    seat = office.seat("li")
    seat.sync()
    return seat


def test_whatever_is_wrong_is_mended(office: Office, li: Seat) -> None:
    """Harm the vault in every way, one after the other: each time the next sync mends it all."""
    right = everything(li)
    expected: list[int] = []
    for harm in HARM:
        wrong = harm(li)
        assert everything(li) != right, harm.__name__
        li = office.reopened(li)
        report = li.sync()
        assert everything(li) == right, harm.__name__
        assert report.received == 0  # no page was read again
        expected.insert(0, wrong)
        assert repaired(li) == expected, harm.__name__
    assert all(cases.open_file(li.desk, case_id) for case_id in li.cases())


def test_a_row_that_the_server_forgot_to_tell(office: Office, li: Seat) -> None:
    """Drop one row of the feed, as a bug of the server would: the laptop gets it all the same."""
    second = office.seat("li")
    case_id = li.cases()[0]
    call(li, case_id)
    li.sync()
    newest = "(SELECT max(commit_no) FROM feed)"
    gone = f"DELETE FROM feed WHERE kind = 'contact' AND commit_no = {newest}"
    at_database(office.server.data, lambda database: database.write(lambda s: s.run(gone)))
    second.sync()
    assert second.count("contact") == li.count("contact")
    assert repaired(second) == [1]
    assert repaired(li) == []


def test_a_sync_in_which_all_is_well_asks_nothing_more(li: Seat) -> None:
    asked: list[str] = []
    answers = li.line._ask

    def listening(method: str, path: str, **said: object) -> bytes:
        asked.append(path)
        return answers(method, path, **said)  # type: ignore[arg-type]

    li.line._ask = listening  # type: ignore[method-assign]
    li.sync()
    assert asked == ["/hello"]
    assert repaired(li) == []


@pytest.mark.parametrize("cut_at", ["/digest", "/digest/rows", "/records"])
def test_a_repair_that_is_cut_changes_nothing_and_is_begun_again(
    office: Office, li: Seat, cut_at: str
) -> None:
    right = everything(li)
    flipped_body(li)
    wrong = everything(li)
    li = office.reopened(li)
    answers = li.line._ask

    def cut(method: str, path: str, **said: object) -> bytes:
        if path == cut_at:
            raise Trouble(Codes.UNREACHABLE)
        return answers(method, path, **said)  # type: ignore[arg-type]

    li.line._ask = cut  # type: ignore[method-assign]
    with pytest.raises(Trouble):
        li.sync()
    assert everything(li) == wrong
    li.line._ask = answers  # type: ignore[method-assign]
    li = office.reopened(li)
    li.sync()
    assert everything(li) == right


def test_unsent_work_is_not_touched_by_a_repair(li: Seat) -> None:
    case_id = li.cases()[0]
    other_revision(li)
    call(li, case_id)
    assert unanswered(li) == 1
    report = li.sync()
    assert (report.sent, unanswered(li)) == (1, 0)
    assert li.count("contact") == len({r[1] for r in everything(li) if r[0] == "contact"})
