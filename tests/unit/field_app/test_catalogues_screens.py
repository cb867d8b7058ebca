"""Every English text of a screen has Chinese words, with the same values in it."""

import ast
import string
from pathlib import Path

import polib
import pytest

from field_app.i18n.words import load_words

ROOT = Path(__file__).resolve().parents[3]
CALLERS = {"words", "_words"}


def texts_of(source: Path) -> set[str]:
    """Return the texts handed to Words, and those of the table of keys."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if name in CALLERS:
            found |= {t for t in texts[:1] if isinstance(t, str)}
        elif name == "Key":
            found.add(texts[-1])
    return found


def every_text() -> set[str]:
    return set().union(*(texts_of(p) for p in (ROOT / "field_app").rglob("*.py")))


def chinese() -> dict[str, str]:
    path = ROOT / "resources" / "i18n" / "zh_CN" / "screens.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}


def test_there_are_texts() -> None:
    assert len(every_text()) > 200


def test_every_text_has_chinese_words() -> None:
    missing = sorted(every_text() - {k for k, v in chinese().items() if v})
    assert missing == []


def test_no_entry_is_dead() -> None:
    assert sorted(set(chinese()) - every_text()) == []


def test_one_thing_is_told_in_the_singular() -> None:
    path = ROOT / "resources" / "i18n" / "en" / "singular.po"
    entries = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    assert list(entries) == sorted(entries)
    assert {key.removesuffix("|1") for key in entries} <= set(chinese()), "an entry is dead"
    for key, words in entries.items():
        assert fields_of(key) == fields_of(words)
    words = load_words(ROOT / "resources" / "i18n", "en")
    assert [words("{n} cases", n=n) for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]


def fields_of(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_entries_stand_in_order() -> None:
    """So that two people who add words seldom meet at one place."""
    assert list(chinese()) == sorted(chinese())


@pytest.mark.parametrize(("text", "words"), sorted(chinese().items()))
def test_values_are_the_same(text: str, words: str) -> None:
    assert fields_of(text) == fields_of(words)
