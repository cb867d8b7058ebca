"""What a laptop may send at all: ids that are ids, instants with a zone, text that can be seen.

An id becomes a key and the name of a file, an instant is compared with others: one bad value that
was let in would stop every later decision about its case.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from sync.domain.commands import FACTS, Command, decode_command, fact_record
from sync.domain.hidden_text import first_hidden, may_hide
from sync.domain.ids import OfficerId

ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
ID_FIELDS = frozenset({"id", "by", "corrects"})
YEARS = range(2, 9999)  # a year from either end, where no hour can be added any more


def is_id(text: str) -> bool:
    """Say whether the text can be an id: letters, digits, dashes, at most 64 of them."""
    return ID.fullmatch(text) is not None


def is_instant(at: datetime) -> bool:
    """Say whether the instant has a zone and a year that can be reckoned with."""
    return at.tzinfo is not None and at.year in YEARS


def read_command(body: bytes, officer: OfficerId) -> Command | None:
    """Return the command of these bytes, or None when this officer cannot have meant it so."""
    try:
        command = decode_command(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not _sound(command) or (may_hide(body) and first_hidden(command)):
        return None
    if isinstance(command, FACTS):
        author = getattr(fact_record(command), "by", None)
        if author not in (None, officer):
            return None
    return command


def _sound(value: Any) -> bool:
    if isinstance(value, msgspec.Struct):
        return all(is_sound(getattr(value, n)) for n, is_sound in _fields_of(type(value)))
    if isinstance(value, (tuple, list)):
        return all(map(_sound, value))
    return is_instant(value) if isinstance(value, datetime) else True


@cache
def _fields_of(cls: type[msgspec.Struct]) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    """Return a struct's fields with what is asked of each."""
    return tuple((name, _asked_of(name)) for name in cls.__struct_fields__)


def _asked_of(name: str) -> Callable[[Any], bool]:
    if name in ID_FIELDS or name.endswith("_id"):
        return _none_or_id
    return _all_ids if name == "officers" else _sound


def _none_or_id(value: Any) -> bool:
    return value is None or is_id(value)


def _all_ids(values: Iterable[str]) -> bool:
    return all(is_id(v) for v in values)
