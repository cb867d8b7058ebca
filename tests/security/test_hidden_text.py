"""Characters nobody sees: found, marked in texts and in JSON as it comes, and nothing else is."""

import json

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.domain.hidden_text import HIDDEN as HIDING
from sync.domain.hidden_text import first_hidden, marked, marked_json, texts_of
from sync.domain.records import Customer
from tests.security.hostile import HIDDEN, SHOWN, VERY_LONG

NOTES = {
    "lines": "第一行\n第二行\t缩进",
    "dashes": "a — b · c…",
    "quotes": "“好”，（行）",
    "long": VERY_LONG,
}


@pytest.mark.parametrize("name", HIDDEN)
def test_each_is_found_and_told_by_number(name: str) -> None:
    told = first_hidden(Customer(HIDDEN[name]))
    assert "‹U+" in told
    assert HIDING.search(told) is None
    assert HIDING.search(marked(HIDDEN[name])) is None


@pytest.mark.parametrize("name", SHOWN | NOTES)
def test_what_people_write_is_left_alone(name: str) -> None:
    text = (SHOWN | NOTES)[name]
    assert first_hidden(text) == ""
    assert marked(text) == text
    assert json.loads(marked_json(json.dumps(text).encode())) == text
    assert json.loads(marked_json(msgspec.json.encode(text))) == text


def test_the_place_is_told_by_what_stands_before_it() -> None:
    told = first_hidden("客户住在城北区望湖路八号三单元\u202e五〇一")
    assert told == "在城北区望湖路八号三单元‹U+202E›"


def test_every_text_of_a_record_is_looked_at() -> None:
    class Inner(msgspec.Struct):
        table: dict[str, tuple[str, ...]]
        number: int = 3

    class Outer(msgspec.Struct):
        inner: list[Inner]
        none: str | None = None

    outer = Outer([Inner({"key": ("one", "two")})])
    assert list(texts_of(outer)) == ["key", "one", "two"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\\u202e and \\\\u202e")
@example("\\")
@example("\U0001f600\u202e")
@settings(deadline=None, max_examples=300)
def test_json_is_marked_as_its_text_is(text: str) -> None:
    """Escaped or not: what a decoder then reads is the marked text."""
    for body in (json.dumps(text).encode(), msgspec.json.encode(text)):
        assert msgspec.json.decode(marked_json(body), type=str) == marked(text)


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00", "\\uD83D\\uD83D"])
def test_half_a_character_is_marked_and_can_be_read(half: str) -> None:
    """A server that sends one would otherwise stop every screen that shows the case."""
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(f'"张{half}"'.encode())
    read = msgspec.json.decode(marked_json(f'"张{half}"'.encode()), type=str)
    assert read.startswith("张‹U+D")


def test_a_pair_of_halves_is_one_character() -> None:
    assert msgspec.json.decode(marked_json(b'"\\ud83d\\ude00"'), type=str) == "😀"
