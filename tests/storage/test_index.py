"""The index of cases: every way to search finds the same, an old form of it is written anew."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field_app.storage import case_search, schema
from field_app.storage.case_lists import IndexRow, Wanted
from field_app.storage.case_search import Sought
from field_app.storage.search_terms import normal
from sync.domain.records import Address, Customer
from tests.storage.acts import call
from tests.storage.feed import page, put
from tests.storage.furnished_vault import DUE, KNOWN, OTHERS, Furnished, case

NAMES = ("王伟", "王娜", "李静", "单小明")
WORDS = ("", "王", "wang", "ww", "w", "李", "城南", "1234", "y", "没有")
PLACES = (
    "望湖路", "湖路 8", "湖路", "路1", "8号", "a座", "号A", "-2",
    "號㎡", "１号", "㎡", "(b", "㐀村",
)  # fmt: skip
TEXTS = (*WORDS, *PLACES)
WRITTEN = (  # most are compared as they stand, some are not
    "望湖路 {n} 号", "望湖路{n}号A座", "望湖路{n}号-2",
    "望湖路１号（B）", "望湖路{n}號㎡", "㐀村 {n} 号",
)  # fmt: skip
FORMS = {  # FEW, MANY, MANY_PLACES, WALKED
    "looked up": (10**6, 10**6, 10**6, 9),
    "looked into": (0, 10**6, 10**6, 9),
    "asked of each": (0, 0, 0, 10**6),
    "asked of each, and too few": (0, 0, 0, 7),
}
BOUNDS = ("FEW", "MANY", "MANY_PLACES", "WALKED")


@pytest.fixture
def crowd(furnished: Furnished) -> Furnished:
    """Pull some cases of few names, so that most texts find several."""
    areas = ("城北", "城南", "")
    rows = [
        case(
            f"k{n:02}",
            NAMES[n % 4],
            customer=Customer(NAMES[n % 4], (f"1990000{n % 7}234",)),
            address=Address(WRITTEN[n % 6].format(n=n), areas[n % 3]),
            officer_id="li" if n % 2 else None,
        )
        for n in range(24)
    ]
    furnished.store.replica.apply_page(page(*(put(c) for c in rows)))
    return furnished


def read(furnished: Furnished, wanted: Wanted) -> list[IndexRow]:
    """Return a list in two pages, the second behind the first's last row."""
    lists = furnished.store.lists
    first = lists.page(wanted, None, 5)
    if len(first) < 5:
        return first
    last = first[-1]
    return first + lists.page(wanted, (getattr(last, case_search.SORTS[wanted.sort]), last.id), 99)


@given(
    text=st.sampled_from(TEXTS),
    area=st.sampled_from((None, "城南")),
    unassigned=st.booleans(),
    sort=st.sampled_from(tuple(case_search.SORTS)),
    descending=st.booleans(),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
def test_however_many_are_found_the_list_is_the_same(
    crowd: Furnished, text: str, area: str | None, unassigned: bool, sort: str, descending: bool
) -> None:
    wanted = Wanted(text, area=area, unassigned=unassigned, sort=sort, descending=descending)
    found = {}
    for form, bounds in FORMS.items():
        with pytest.MonkeyPatch.context() as patch:
            for name, bound in zip(BOUNDS, bounds, strict=True):
                patch.setattr(case_search, name, bound)
            found[form] = read(crowd, wanted)
            looked, total = crowd.store.lists.look(wanted, None, 99)
            assert looked == found[form]
            assert total == crowd.store.lists.count(wanted) == len(looked)
    assert len({tuple(map(msgspec.structs.astuple, rows)) for rows in found.values()}) == 1


@pytest.mark.parametrize("text", PLACES)
def test_an_address_is_found_by_what_stands_in_it(crowd: Furnished, text: str) -> None:
    """However it is written: as a plain reading of every address says."""
    rows = crowd.store.lists.page(Wanted(), None, 999)
    plain = [r.id for r in rows if normal(text) in normal(r.address)]
    assert plain
    assert [r.id for r in crowd.store.lists.page(Wanted(text=text), None, 999)] == plain


def test_the_ways_to_look_are_as_many() -> None:
    for what in (Sought("王", ""), Sought("wang", '"wang"')):
        ways = {case_search.condition(what, found).sql for found in (0, case_search.FEW)}
        assert len(ways | {case_search.row_condition(what).sql}) == 3


def test_areas_are_each_named_once_the_unnamed_too(crowd: Furnished) -> None:
    assert crowd.store.lists.areas() == ("", "城北", "城南")
    crowd.store.replica.leave_scopes([])
    assert crowd.store.lists.areas() == ()


def number_of(furnished: Furnished, case_id: str) -> object:
    return furnished.rows("SELECT n FROM case_index WHERE id = ?", case_id)


def test_what_has_not_changed_keeps_its_place(furnished: Furnished) -> None:
    before = {c.id: number_of(furnished, c.id) for c in (KNOWN, *OTHERS)}
    words = furnished.rows("SELECT * FROM case_term ORDER BY term, n")
    call(furnished, KNOWN.id)
    furnished.store.replica.apply_page(page(put(OTHERS[0], rev=2, commit=2)))
    assert {c.id: number_of(furnished, c.id) for c in (KNOWN, *OTHERS)} == before
    assert furnished.rows("SELECT * FROM case_term ORDER BY term, n") == words


def test_a_closed_case_leaves_and_comes_back_when_it_is_opened(furnished: Furnished) -> None:
    closed = msgspec.structs.replace(KNOWN, closed_on=DUE)
    furnished.store.replica.apply_page(page(put(closed, rev=2, commit=2)))
    assert number_of(furnished, KNOWN.id) == []
    assert furnished.store.lists.page(Wanted(text="碧波里"), None, 9) == []
    furnished.store.replica.apply_page(page(put(KNOWN, rev=3, commit=3)))
    assert [r.id for r in furnished.store.lists.page(Wanted(text="碧波里"), None, 9)] == [KNOWN.id]


def whole(furnished: Furnished) -> list[list[IndexRow]]:
    """Return what lists and searches give."""
    return [
        furnished.store.lists.page(Wanted(text=t), None, 9) for t in ("", "单", "sxm", "望湖路")
    ]


def test_an_index_of_another_form_is_written_anew(furnished: Furnished) -> None:
    before = whole(furnished)
    connection = furnished.vault.connection
    connection.execute("UPDATE meta SET value = '1' WHERE name = 'index_form'")
    connection.execute("UPDATE case_index SET stage = 'closed', name = 'x' WHERE id = 'c1'")
    connection.execute("DELETE FROM case_term")
    connection.execute("INSERT INTO case_address (case_address) VALUES ('delete-all')")
    furnished.reopened()
    assert whole(furnished) == before


def test_a_vault_of_the_first_schema_is_searched_like_a_new_one(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = whole(furnished)
    steps, connection = schema.steps(), furnished.vault.connection
    [terms] = [s for s in steps[1].split(";") if "CREATE TABLE case_term" in s]
    [index] = [s for s in steps[1].split(";") if "INDEX case_term_case" in s]
    connection.execute("DROP INDEX case_by_stage")
    connection.execute("DROP TABLE case_term")
    connection.executescript(f"{terms}; {index}")
    connection.execute("INSERT INTO case_term VALUES ('单小明', 'c1')")
    connection.execute("DELETE FROM meta WHERE name = 'index_form'")
    connection.execute(f"PRAGMA user_version = {schema.MAJOR * 1000 + 1}")
    monkeypatch.setattr(schema, "steps", lambda: {n: steps[n] for n in (1, 2)})
    furnished.reopened()
    assert whole(furnished) == before
