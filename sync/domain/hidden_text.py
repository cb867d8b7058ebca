"""Characters that nobody sees and that change what is seen: controls, turned order, no width.

A name that holds one reads otherwise than it is, or is not found when it is searched for. None may
come in; one that is in a vault already is shown by its number. What is left alone: line breaks and
tabs of a note, the joiner before an emoji, and the signs that Mongolian script needs (U+180B to
U+180E). Source: Unicode's UTS 39 and UTR 36 on text that deceives.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

FIRST_RAW = 0x80  # from here on JSON needs no escape
AROUND = 12  # letters of the text that are told before what was found in it
_HIDING = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls
    "\xad\u061c\u034f"  # soft hyphen, Arabic mark, grapheme joiner
    "\u200b\u200c\u200e\u200f"  # no width; marks of direction
    "\u2028-\u202e\u2060-\u206f"  # separators, turned order, isolates
    "\ufeff\ufff9-\ufffb\ud800-\udfff"  # no width, annotations, halves of a character
    "\U000e0000-\U000e007f"  # tags
)
_JOINER = "\u200d(?![\u2190-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])"
HIDDEN = re.compile(f"[{_HIDING}]|{_JOINER}")
# How a hidden character begins in UTF-8, or stands escaped in JSON. Nearly every record has none of
# the first bytes, and to ask for them costs a microsecond.
_SIGNS = (
    b"\\u",
    b"\\b",
    b"\\f",
    b"\\r",
    b"\x7f",
    b"\xc2",
    b"\xcd\x8f",
    b"\xd8\x9c",
    b"\xe2\x80",
    b"\xe2\x81",
    b"\xef\xbb\xbf",
    b"\xef\xbf\xb9",
    b"\xef\xbf\xba",
    b"\xef\xbf\xbb",
    b"\xed",
    b"\xf3\xa0",
)
_FIRSTS = bytes({sign[0] for sign in _SIGNS})
_ESCAPED = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
_SHORT = {"\\b": "\b", "\\f": "\f", "\\r": "\r"}
_LENGTH = len("\\u0000")


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a struct, its structs and lists, and in the keys of its tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts_of(getattr(value, name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts_of(pair)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from texts_of(one)


def first_hidden(value: Any) -> str:
    """Return where the first hidden character of a value's texts stands, "" when there is none.

    It is told by the letters before it and its number: 张‹U+202E›.
    """
    for text in texts_of(value):
        found = HIDDEN.search(text)
        if found:
            start = max(0, found.start() - AROUND)
            return marked(text[start : found.end()])
    return ""


def marked(text: str) -> str:
    """Return the text with the number of each hidden character in its place."""
    return HIDDEN.sub(lambda found: _number(found[0]), text)


def may_hide(body: bytes) -> bool:
    """Say whether a text in this JSON may hold a hidden character; nearly none may."""
    if len(body.translate(None, _FIRSTS)) == len(body):
        return False
    return any(sign in body for sign in _SIGNS)


def marked_json(body: bytes) -> bytes:
    """Return a record's JSON with the number of each hidden character in its place."""
    if not may_hide(body):
        return body
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return body  # no JSON: who reads it says so
    return marked(_ESCAPED.sub(_shown, text)).encode()


def _shown(found: re.Match[str]) -> str:
    """Return an escape as the character it means, and as it came where JSON needs it escaped."""
    escape = found[0]
    if len(escape) < _LENGTH:  # an escaped backslash is two signs and none of ours
        return _SHORT.get(escape, escape)
    units = (int(escape[i + 2 : i + _LENGTH], 16) for i in range(0, len(escape), _LENGTH))
    character = b"".join(unit.to_bytes(2, "big") for unit in units).decode(
        "utf-16-be", "surrogatepass"
    )
    return character if HIDDEN.match(character) or ord(character) >= FIRST_RAW else escape


def _number(character: str) -> str:
    return f"‹U+{ord(character):04X}›"
