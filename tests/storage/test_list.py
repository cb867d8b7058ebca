"""Lists page by page: every case once, in every order, whatever comes in meanwhile; no scans."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field_app.storage.case_index import CaseIndex
from field_app.storage.case_lists import CaseLists, IndexRow, Wanted, key_of
from field_app.storage.case_search import SORTS
from field_app.storage.cipher import Connection, Cursor
from field_app.storage.projection import Projection
from sync.domain.records import Address, Case, Customer, Loan, Officer
from sync.domain.vocabulary import Product
from tests.storage.feed import page, put
from tests.storage.furnished_vault import DUE, FIRST_PULL, KNOWN, LI, WANG, Furnished, case

WAYS = [(sort, down) for sort, down in product(SORTS, (False, True))]


def walked(furnished: Furnished, wanted: Wanted, limit: int) -> list[IndexRow]:
    """Return all rows, read page by page as a list does that is scrolled to its end."""
    rows: list[IndexRow] = []
    after = None
    while True:
        part = furnished.store.lists.page(wanted, after, limit)
        assert len(part) <= limit
        rows += part
        if len(part) < limit:
            return rows
        after = key_of(part[-1], wanted.sort)


def in_order(rows: Sequence[IndexRow], wanted: Wanted) -> bool:
    keys = [key_of(row, wanted.sort) for row in rows]
    return keys == sorted(keys, reverse=wanted.descending)


@st.composite
def branches(draw: st.DrawFn) -> list[Case]:
    """Draw cases with many equal names, areas, dates and sums."""
    numbers = draw(st.lists(st.integers(0, 999), unique=True, max_size=40))
    return [
        case(
            f"k{number:03}",
            customer=Customer(draw(st.sampled_from(["王伟", "王伟", "李娜", "张"]))),
            address=Address("x", draw(st.sampled_from(["", "城北", "城南"]))),
            loan=Loan(
                "6222",
                Product.CREDIT_CARD,
                draw(st.sampled_from([0, 100, 1_000_000])),
                0,
                0,
                DUE - timedelta(days=draw(st.integers(0, 2))),
            ),
            officer_id=draw(st.sampled_from([None, LI.id, WANG.id])),
            second_id=None,
        )
        for number in numbers
    ]


QUIET = {
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    "deadline": None,
    "max_examples": 40,
}


def holds_only(furnished: Furnished, cases: Sequence[Case]) -> None:
    """Let the server give the laptop these cases and take every other."""
    replica = furnished.store.replica
    replica.leave_scopes([])
    replica.apply_page(page(*(put(c) for c in cases)))


@given(held=branches(), way=st.sampled_from(WAYS), limit=st.integers(1, 9))
@settings(**QUIET)
def test_every_case_comes_once_in_every_order(
    furnished: Furnished, held: list[Case], way: tuple[str, bool], limit: int
) -> None:
    holds_only(furnished, held)
    wanted = Wanted(sort=way[0], descending=way[1])
    rows = walked(furnished, wanted, limit)
    assert sorted(row.id for row in rows) == sorted(c.id for c in held)
    assert in_order(rows, wanted)
    assert furnished.store.lists.count(wanted) == len(held)


@st.composite
def questions(draw: st.DrawFn) -> Wanted:
    """Draw a filter with an order."""
    sort, descending = draw(st.sampled_from(WAYS))
    early = (DUE - timedelta(days=1)).isoformat()
    return Wanted(
        text=draw(st.sampled_from(["", "王", "wangwei", "ln"])),
        area=draw(st.sampled_from([None, "城北", ""])),
        overdue_before=draw(st.sampled_from([None, early])),
        officer_id=draw(st.sampled_from([None, LI.id])),
        unassigned=draw(st.booleans()),
        held=draw(st.sampled_from([None, False, True])),
        sort=sort,
        descending=descending,
    )


def fits(one: Case, wanted: Wanted) -> bool:
    """Say whether a plain reading of the question wants this case."""
    sounds = {"王伟": ("王伟", "wangwei", "ww"), "李娜": ("李娜", "lina", "ln", "linuo")}
    words = sounds.get(one.customer.name, (one.customer.name, "zhang"))
    return all(
        (
            not wanted.text or any(word.startswith(wanted.text) for word in words),
            wanted.area is None or one.address.area == wanted.area,
            wanted.overdue_before is None
            or one.loan.overdue_since <= date.fromisoformat(wanted.overdue_before),
            wanted.officer_id is None or wanted.officer_id in one.officers,
            not wanted.unassigned or one.officer_id is None,
            wanted.held is not True,
        )
    )


@given(held=branches(), wanted=questions(), limit=st.integers(1, 9))
@settings(**QUIET)
def test_a_filtered_list_is_what_a_plain_reading_gives(
    furnished: Furnished, held: list[Case], wanted: Wanted, limit: int
) -> None:
    holds_only(furnished, held)
    rows = walked(furnished, wanted, limit)
    assert sorted(row.id for row in rows) == sorted(c.id for c in held if fits(c, wanted))
    assert in_order(rows, wanted)


def test_a_list_goes_on_where_it_was_when_its_last_row_leaves(furnished: Furnished) -> None:
    first = furnished.store.lists.page(Wanted(sort="name"), None, 2)
    after = key_of(first[-1], "name")
    left = [c for c in FIRST_PULL if c.id != first[-1].id]
    furnished.store.replica.reset_scope("officer:li", "e2")
    furnished.store.replica.apply_page(page(*(put(r) for r in left), epoch="e2"))
    rest = furnished.store.lists.page(Wanted(sort="name"), after, 10)
    shown = [row.id for row in (*first, *rest)]
    assert sorted(shown) == ["c1", "c2", "c3"]


def test_the_areas_are_those_of_the_cases(furnished: Furnished) -> None:
    assert furnished.store.lists.areas() == ("城北", "城南")


class Explained:
    """A connection that notes the plan of every question put to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.steps: list[str] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        plan = self._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        self.steps += [str(row[3]) for row in plan]
        return self._connection.execute(sql, values)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Cursor:
        return self._connection.executemany(sql, rows)


def explained(furnished: Furnished) -> tuple[Explained, CaseLists]:
    spy = Explained(furnished.vault.connection)
    return spy, CaseLists(spy)


WAITING = [  # of each row that is shown: whether work on the case waits
    "CORRELATED SCALAR SUBQUERY 1",
    "SEARCH overlay USING COVERING INDEX overlay_case (case_id=?)",
]
AFTER = {"days": "2026-01-01", "name": "王", "area": "城北", "amount": 5, "next": "2026"}


@pytest.mark.parametrize(("sort", "descending"), WAYS)
def test_a_list_is_read_along_its_index(furnished: Furnished, sort: str, descending: bool) -> None:
    spy, lists = explained(furnished)
    wanted = Wanted(sort=sort, descending=descending)
    lists.page(wanted, None, 50)
    way = "COVERING INDEX" if sort == "days" else "INDEX"
    step, *marks = spy.steps
    assert step == f"SCAN case_index USING {way} case_by_{sort}"  # stops after 50 rows
    assert marks == WAITING
    spy.steps.clear()
    lists.page(wanted, (AFTER[sort], "c1"), 50)
    step, *marks = spy.steps
    assert marks == WAITING
    assert step.startswith(f"SEARCH case_index USING {way} case_by_{sort} (")


FOUND = ("SCAN case_address VIRTUAL TABLE INDEX 0:M", "SCAN (subquery-")


@pytest.mark.parametrize("text", ["单", "sxm", "8765", "望湖路", "望湖路 88 号"])
@pytest.mark.parametrize(("sort", "descending"), WAYS)
def test_a_search_scans_no_table(
    furnished: Furnished, text: str, sort: str, descending: bool
) -> None:
    spy, lists = explained(furnished)
    wanted = Wanted(text=text, sort=sort, descending=descending)
    lists.page(wanted, None, 50)
    lists.page(wanted, (AFTER[sort], "c1"), 50)
    lists.count(wanted)
    scans = [step for step in spy.steps if step.startswith("SCAN")]
    # What may be walked is what was found: the rows that match in the full text, and hits.
    assert all(step.startswith(FOUND) for step in scans)
    assert any("SEARCH case_term" in step for step in spy.steps)


def test_records_are_read_by_key_and_by_case(furnished: Furnished) -> None:
    spy, _lists = explained(furnished)
    projection = Projection(spy)
    projection.get(Case, KNOWN.id)
    projection.of_case(KNOWN.id)
    projection.of_cases([KNOWN.id, "c2"])
    projection.every(Officer)
    projection.pending_of(KNOWN.id)
    assert not [step for step in spy.steps if step.startswith("SCAN")]
    spy.steps.clear()
    CaseIndex(spy, projection).refresh([KNOWN.id])
    assert not [step for step in spy.steps if step.startswith("SCAN")]


def test_the_rows_of_a_list_tell_what_the_records_tell(furnished: Furnished) -> None:
    row = next(r for r in furnished.store.lists.page(Wanted(), None, 10) if r.id == KNOWN.id)
    assert msgspec.structs.asdict(row) | {"next_at": ""} == {
        "id": "c1",
        "case_no": KNOWN.case_no,
        "name": "单小明",
        "area": "城北",
        "address": KNOWN.address.text,
        "stage": "phone",
        "next_step": "call",
        "next_at": "",
        "overdue_since": "2026-08-01",
        "total_fen": KNOWN.loan.total_fen,
        "held": 0,
        "vulnerable": 0,
        "pending": 0,
        "officer_id": LI.id,
        "second_id": WANG.id,
    }
