"""What a greeting names, and what may come along with an answer."""

import msgspec
import pytest

from sync.engine.news import MOST_OF_ADDRESS, as_query, read_news
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Reading
from sync.protocol.pages import Cursor, splice_page

AT = Cursor(7, 2)


def page(scope: str, **other: object) -> msgspec.Raw:
    told = {"epoch": "e", "after": AT, "lines": [], "more": False, "head": 9} | other
    return msgspec.Raw(splice_page(scope=scope, **told))  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", ["officer:li", "review:a~b", "team:城北", ""])
def test_a_reading_is_read_as_it_was_named(scope: str) -> None:
    one = Reading(scope, "12.1073741824", 3)
    assert Reading.parse(one.text()) == one


def test_an_address_has_room_for_some() -> None:
    """Name the first ones; the others are asked for by themselves."""
    reads = [Reading(f"review:{n:036}", "123456.1073741824") for n in range(100)]
    named = as_query(reads)
    assert [Reading.parse(text) for text in named] == reads[: len(named)]
    assert 30 < len(named) < 60
    assert sum(map(len, named)) < MOST_OF_ADDRESS
    assert as_query([]) == []


def test_pages_are_kept_by_what_they_were_asked_for() -> None:
    asked = [("officer:li", AT), ("roster:north", Cursor())]
    found = read_news([page("roster:north"), page("officer:li")], asked)
    assert set(found) == set(asked)
    assert all(scope == told.scope for (scope, _), told in found.items())


WRONG = {
    "nobody asked": page("team:north"),
    "no page": msgspec.Raw(b'{"epoch": 1}'),
    "no place": msgspec.Raw(bytes(page("officer:li")).replace(b'"to":"7.2"', b'"to":"x"')),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_answer_is_garbage(name: str) -> None:
    with pytest.raises(Trouble) as caught:
        read_news([WRONG[name]], [("officer:li", AT)])
    assert caught.value.code is Codes.GARBAGE
