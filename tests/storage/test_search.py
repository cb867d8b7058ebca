"""Search as one types: what a person would enter finds the case, what is no name finds none."""

import msgspec
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from field_app.operations import cases
from field_app.operations.cases import CaseQuery
from field_app.storage.case_lists import Wanted
from field_app.storage.search_terms import MOST_READINGS, normal, sounds, terms_of
from sync.domain.hidden_text import HIDDEN
from sync.domain.records import Address, Case, Customer
from tests.storage.feed import gone, page, put
from tests.storage.furnished_vault import DUE, KNOWN, OTHERS, Furnished, case

NAMES = {
    "n1": "单雄信",
    "n2": "曾国藩",
    "n3": "解放",
    "n4": "解曾单",
    "n5": "欧阳重",
    "n6": "吕布",
    "n7": "阿不都热合曼·买买提",
    "n8": "Maria Müller",
    "n9": "仇查区",
}


def found(furnished: Furnished, text: str) -> list[str]:
    """Return the ids of the cases that a text finds, both ways of asking agreeing."""
    rows = furnished.store.lists.page(Wanted(text=text), None, 1000)
    assert furnished.store.lists.count(Wanted(text=text)) == len(rows)
    return sorted(row.id for row in rows)


@pytest.fixture
def people(furnished: Furnished) -> Furnished:
    """Pull a few customers whose names are read in several ways."""
    rows = [put(case(i, n, address=Address("x", "")), commit=2) for i, n in NAMES.items()]
    furnished.store.replica.apply_page(page(*rows))
    return furnished


BY_NAME = [
    ("单小明", ["c1"]),
    ("单", ["c1", "n1"]),
    ("单雄", ["n1"]),
    ("小明", []),
    ("sxm", ["c1"]),
    ("dxm", ["c1"]),
    ("cxm", ["c1"]),
    ("SX", ["c1", "n1"]),
    ("shan", ["c1", "n1"]),
    ("shanxiaoming", ["c1"]),
    ("shan xiao ming", ["c1"]),
    ("chanxiaom", ["c1"]),
    ("zgf", ["n2"]),
    ("cgf", ["n2"]),
    ("zengguofan", ["n2"]),
    ("jf", ["c3", "n3"]),
    ("xf", ["c3", "n3"]),
    ("xiefang", ["c3", "n3"]),
    ("jiefang", ["c3", "n3"]),
    ("xzs", ["n4"]),
    ("jcd", ["n4"]),
    ("xiezengshan", ["n4"]),
    ("oyz", ["n5"]),
    ("oyc", ["n5"]),
    ("lvbu", ["n6"]),
    ("abdrhmmmt", ["n7"]),
    ("abudoure", ["n7"]),
    ("maria", ["n8"]),
    ("MARIA MÜL", ["n8"]),
    ("qzo", ["n9"]),
    ("ccq", ["n9"]),
]


@pytest.mark.parametrize(("text", "ids"), BY_NAME)
def test_a_name_is_found_by_its_characters_and_all_its_sounds(
    people: Furnished, text: str, ids: list[str]
) -> None:
    assert found(people, text) == ids


@pytest.mark.parametrize("surname", ["单 shan dan", "曾 zeng ceng", "解 xie jie", "仇 qiu chou"])
@pytest.mark.parametrize("given_name", ["重行长", "藏乐都", "明"])
def test_a_surname_of_many_readings_keeps_them_all(surname: str, given_name: str) -> None:
    name, *readings = surname.split()
    spoken = sounds(name + given_name)
    for reading in readings:
        assert any(s.startswith(reading) for s in spoken)
    assert {s[0] for s in readings} <= {s[0] for s in spoken}


def test_a_long_name_does_not_fill_the_index() -> None:
    assert len(terms_of(case("x", "重行长藏乐都" * 6))) <= 2 * MOST_READINGS + 10


BY_NUMBER = [
    ("8765", ["c1"]),
    ("1234", ["c1", "c2", "c3"]),
    ("876", ["c1"]),
    ("9981", ["c1"]),
    ("4477", ["c3"]),
    ("YC-2026-000017", ["c1"]),
    ("yc-2026", ["c1"]),
    ("YC-2027", []),
    ("８７６５", ["c1"]),
]


@pytest.mark.parametrize(("text", "ids"), BY_NUMBER)
def test_a_case_is_found_by_the_tails_of_its_numbers(
    furnished: Furnished, text: str, ids: list[str]
) -> None:
    assert found(furnished, text) == ids


BY_ADDRESS = [
    ("碧波里", ["c1"]),
    ("望湖路", ["c2", "c3"]),
    ("望湖路 88 号", ["c2"]),
    ("望湖路88号", ["c2"]),
    ("湖路88号2单元", ["c2"]),
    ("３栋５０１", ["c1"]),
    ("云川市", ["c1", "c2"]),
    ("城北", ["c1", "c3"]),
    ("城", ["c1", "c2", "c3"]),
    ("天河路", []),
    ("湖路", ["c2", "c3"]),
    ("88", ["c2"]),
    ("云川", ["c1", "c2"]),
    ("天河", []),
]


@pytest.mark.parametrize(("text", "ids"), BY_ADDRESS)
def test_a_case_is_found_by_any_part_of_its_address(
    furnished: Furnished, text: str, ids: list[str]
) -> None:
    assert found(furnished, text) == ids


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\x00", "　", "\ud800", "\U0010ffff"])
def test_nothing_asked_shows_all(furnished: Furnished, text: str) -> None:
    assert found(furnished, text) == ["c1", "c2", "c3"]


HARMLESS = [
    "%",
    "_",
    "%%%",
    "___",
    "'",
    '"',
    '"""',
    "' OR '1'='1",
    '" OR "1"="1',
    "'; DROP TABLE case_index; --",
    "*",
    "望湖*",
    "NEAR(望湖 路)",
    "望湖路 OR 碧波里",
    "望湖路 AND 88",
    "NOT 望湖路",
    "address:望湖路",
    "{address} : 望湖路",
    "^望湖路",
    "-望湖路",
    "(望湖路",
    "望湖路)",
    "望湖路 + 88",
    "\\",
    "?1",
    ":x",
    "单" * 10_000,
]


@pytest.mark.parametrize("text", HARMLESS)
def test_signs_of_the_query_language_are_only_text(furnished: Furnished, text: str) -> None:
    assert found(furnished, text) == []
    assert found(furnished, "") == ["c1", "c2", "c3"]


@pytest.mark.parametrize("text", ["望\x00湖路", "望湖\ud800路", "望湖路\u200b", " 望 湖 路 "])
def test_signs_nobody_sees_do_not_hide_a_case(furnished: Furnished, text: str) -> None:
    assert found(furnished, text) == ["c2", "c3"]


@given(text=st.text(max_size=30))
@example(text="''")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
def test_no_text_is_too_strange_to_ask(furnished: Furnished, text: str) -> None:
    assert set(found(furnished, text)) <= {"c1", "c2", "c3"}


# What is hidden is kept by its number, and cannot be typed.
SEEN = st.characters(exclude_categories=("Cs",)).filter(lambda c: not HIDDEN.match(c))


@given(
    text=st.text(min_size=2, max_size=12, alphabet=SEEN),
    before=st.text(max_size=5, alphabet=SEEN),
    after=st.text(max_size=5, alphabet=SEEN),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100
)
def test_whatever_an_address_holds_it_is_found_by(
    furnished: Furnished, text: str, before: str, after: str
) -> None:
    place = Address(f"{before}{text}{after}", "城北")
    # Beside an accent or a blank a letter may become another one, or part of a longer one.
    assume(len(normal(text)) >= 2 and normal(text) in normal(place.text))
    furnished.store.replica.apply_page(page(put(case("c9", address=place), rev=10**6, commit=2)))
    assert "c9" in found(furnished, text)


def test_a_renamed_case_is_found_by_its_new_name_only(furnished: Furnished) -> None:
    renamed = msgspec.structs.replace(
        KNOWN,
        customer=Customer("赵子龙", ("18800007777",)),
        address=Address("常山路 5 号院", "城西"),
    )
    furnished.store.replica.apply_page(page(put(renamed, rev=2, commit=2)))
    for old in ("单", "sxm", "8765", "碧波里"):
        assert "c1" not in found(furnished, old)
    for new in ("赵", "zzl", "7777", "常山路5", "城西"):
        assert found(furnished, new) == ["c1"]


def test_a_purged_case_is_not_found(furnished: Furnished) -> None:
    furnished.store.replica.apply_page(page(*(gone(c) for c in (KNOWN, *OTHERS))))
    assert found(furnished, "") == []
    for text in ("单", "sxm", "碧波里", "望湖路"):
        assert found(furnished, text) == []
    assert furnished.rows("SELECT count(*) FROM case_term") == [(0,)]


def test_a_closed_case_is_not_found(furnished: Furnished) -> None:
    closed = msgspec.structs.replace(KNOWN, closed_on=DUE)
    furnished.store.replica.apply_page(page(put(closed, rev=2, commit=2)))
    assert found(furnished, "单") == []
    assert furnished.store.projection.get(Case, KNOWN.id) is not None


def test_the_list_masks_what_the_search_knows(furnished: Furnished) -> None:
    shown = cases.page(furnished.desk, CaseQuery(text="shanxiaoming"))
    assert [row.id for row in shown.rows] == ["c1"]
    assert KNOWN.customer.name not in msgspec.json.encode(shown.rows).decode()
