"""A first reading takes short ways; whoever looks in between, or afterwards, must not notice."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from field_app.storage.arriving import Foresight
from field_app.storage.case_lists import Wanted
from sync.domain.ids import CaseId, RecordId
from sync.domain.records import Record
from sync.protocol.digest import digest_of, row_hash
from sync.protocol.pages import FeedRow, Page
from tests.storage.acts import call
from tests.storage.feed import MINE, gone, page, put
from tests.storage.furnished_vault import FIRST_PULL, KNOWN, Furnished, case, reminder

NAMES = ("单雄信", "曾国藩", "解放", '王"强', "欧阳\\重")
TEXTS = ("", "单", "dx", "sxx", "zgf", '王"', "欧阳\\", "望湖", "望湖路 8", "2222", "nobody")


def records() -> list[Record]:
    """Return cases each followed by its reminder; the last one's comes on another page."""
    told: list[Record] = []
    for number, name in enumerate(NAMES):
        one = case(f"n{number}", name)
        told += [one, msgspec.structs.replace(reminder(one, 3), id=RecordId(f"r{number}"))]
    return told


def rows() -> list[FeedRow]:
    return [put(record, commit=9, idx=number) for number, record in enumerate(records())]


@pytest.fixture
def empty(furnished: Furnished) -> Furnished:
    """Return a laptop that was granted nothing so far."""
    furnished.store.replica.leave_scopes(())
    assert furnished.rows("SELECT count(*) FROM replica") == [(0,)]
    return furnished


def seen(furnished: Furnished) -> list[Any]:
    """Return what lists, counts and searches give, in every order."""
    lists = furnished.store.lists
    found: list[Any] = [lists.areas()]
    for text in TEXTS:
        for sort in ("days", "name", "area", "amount", "next"):
            wanted = Wanted(text=text, sort=sort)
            found += [lists.page(wanted, None, 50), lists.count(wanted)]
    found.append(lists.page(Wanted(text="单", stage="phone"), None, 50))
    return [*found, lists.count(Wanted(text="单", stage="phone"))]


def read(furnished: Furnished, ops: Sequence[FeedRow], *, more: bool, foresee: bool) -> Page:
    told = page(*ops, more=more)
    if foresee:
        furnished.store.replica.foresee(told)
    furnished.store.replica.apply_page(told)
    return told


def indexes(furnished: Furnished) -> set[str]:
    names = furnished.rows("SELECT sql FROM sqlite_master WHERE name LIKE 'case_by_%'")
    return {str(sql).replace("CREATE INDEX IF NOT EXISTS", "CREATE INDEX") for (sql,) in names}


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few ops be worth to be reckoned beforehand."""
    monkeypatch.setattr("field_app.storage.arriving.MANY", 1)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("foresee", [False, True])
def test_lists_and_searches_are_the_same_while_trees_are_put_off(
    empty: Furnished, foresee: bool
) -> None:
    before = indexes(empty)
    ops = rows()
    read(empty, ops[:4], more=True, foresee=foresee)
    assert indexes(empty) == set()
    read(empty, ops[4:9], more=True, foresee=foresee)
    between = seen(empty)
    assert between[1:3] == [empty.store.lists.page(Wanted(), None, 50), len(NAMES)]
    empty.reopened()  # which writes the trees
    assert indexes(empty) == before
    assert seen(empty) == between
    read(empty, ops[9:], more=False, foresee=foresee)
    after = seen(empty)
    with empty.vault.transaction():
        empty.store.index.rebuild()
    assert seen(empty) == after
    words = "SELECT term, n FROM case_term EXCEPT SELECT value, n FROM case_index, json_each(words)"
    assert empty.rows(words) == []
    assert empty.rows("SELECT count(*) FROM case_term")[0][0] > 3 * len(NAMES)


def test_trees_are_there_as_they_were_when_the_reading_is_whole(empty: Furnished) -> None:
    before = indexes(empty)
    read(empty, rows()[:4], more=True, foresee=False)
    read(empty, rows()[4:], more=False, foresee=False)
    assert indexes(empty) == before
    assert not empty.store.index.lacks_orders()


def test_work_done_meanwhile_is_seen(empty: Furnished) -> None:
    read(empty, rows()[:4], more=True, foresee=False)
    one = CaseId("n0")
    call(empty, one)
    [row] = empty.store.lists.page(Wanted(text="单"), None, 5)
    assert (row.id, row.pending) == (one, 1)
    read(empty, rows()[4:], more=False, foresee=False)
    [row] = empty.store.lists.page(Wanted(text="单"), None, 5)
    assert (row.id, row.pending) == (one, 1)
    assert empty.rows("SELECT count(*) FROM case_term WHERE term = '单雄信'") == [(1,)]


@pytest.mark.usefixtures("many")
def test_what_was_reckoned_of_another_page_is_not_taken(empty: Furnished) -> None:
    empty.store.replica.foresee(page(put(case("x1", "赵六"))))
    read(empty, rows(), more=False, foresee=False)
    assert empty.store.lists.count(Wanted()) == len(NAMES)
    assert empty.store.lists.count(Wanted(text="赵六")) == 0


@pytest.mark.usefixtures("many")
def test_a_case_that_comes_and_leaves_on_one_page_is_not_shown(empty: Furnished) -> None:
    first = records()[0]
    ops = [*rows(), gone(first, commit=10), gone(records()[1], commit=10, idx=1)]
    read(empty, ops, more=False, foresee=True)
    assert empty.store.lists.count(Wanted(text="单")) == 0
    assert empty.store.lists.count(Wanted()) == len(NAMES) - 1


@pytest.mark.usefixtures("many")
def test_the_newest_of_two_revisions_on_a_page_is_shown(empty: Furnished) -> None:
    one = records()[0]
    assert one.id == "n0"
    newer = case("n0", "赵六")
    ops = [*rows(), put(newer, rev=2, commit=10)]
    read(empty, ops, more=False, foresee=True)
    assert [r.name for r in empty.store.lists.page(Wanted(text="赵"), None, 5)] == ["赵六"]
    assert empty.store.lists.count(Wanted(text="单")) == 0
    assert empty.rows("SELECT rev FROM replica WHERE id = 'n0'") == [(2,)]


@pytest.mark.usefixtures("many")
def test_a_page_is_reckoned_when_the_one_before_is_written() -> None:
    foresight, told = Foresight(), page(*rows())
    thread = threading.Thread(target=lambda: foresight.reckon(told))
    with suppress(ZeroDivisionError), foresight.resting():
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        raise ZeroDivisionError  # whatever became of the writing
    thread.join()
    found = foresight.take(told)
    assert found is not None
    assert (len(found.entries), found.sum) == (len(NAMES), digest(rows()))


def digest(ops: Sequence[FeedRow]) -> Any:
    return digest_of(row_hash(r.kind, r.id, r.rev, r.body or b"") for r in ops)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("foresee", [False, True])
def test_a_first_reading_is_added_up_as_it_comes(empty: Furnished, foresee: bool) -> None:
    ops, replica = rows(), empty.store.replica
    read(empty, ops[:4], more=True, foresee=foresee)
    read(empty, ops[4:], more=False, foresee=foresee)
    # The file is not looked at: what rots from now on is found by the next sync.
    empty.vault.connection.execute("DELETE FROM membership WHERE id = 'n1'")
    assert replica.suits(MINE, digest(ops))
    empty.clock.at += timedelta(minutes=1)
    assert not replica.suits(MINE, digest(ops))


@pytest.mark.parametrize("foresee", [False, True])
def test_a_sum_that_does_not_suit_is_reckoned_from_the_file(
    empty: Furnished, foresee: bool
) -> None:
    read(empty, rows(), more=False, foresee=foresee)
    assert not empty.store.replica.suits(MINE, digest(rows()[1:]))
    assert empty.store.replica.suits(MINE, digest(rows()))


def test_a_reading_that_replaces_something_is_added_up_from_the_file(furnished: Furnished) -> None:
    ops = [put(r) for r in FIRST_PULL if getattr(r, "id", "") == KNOWN.id]
    furnished.store.replica.reset_scope(MINE, "e2")
    furnished.store.replica.apply_page(page(*ops, epoch="e2"))
    furnished.vault.connection.execute("UPDATE replica SET body = x'00' WHERE kind = 'case'")
    assert not furnished.store.replica.suits(MINE, digest(ops))


@pytest.mark.usefixtures("many")
def test_a_page_read_twice_changes_nothing(empty: Furnished) -> None:
    told = read(empty, rows(), more=False, foresee=True)
    before = seen(empty), empty.rows("SELECT * FROM replica ORDER BY kind, id")
    empty.store.replica.foresee(told)
    empty.store.replica.apply_page(told)
    assert (seen(empty), empty.rows("SELECT * FROM replica ORDER BY kind, id")) == before
