"""What an answer says: a message, a page or a refusal, or what is wrong with it.

Knows nothing of how the answer came; whatever is not our server's words ends as a Trouble.
"""

import ssl
from typing import Any

import msgspec

from sync.engine.trouble import Trouble, other_version
from sync.protocol.compression import NotCompressed, TooLarge, unpack
from sync.protocol.messages import MAX_DECOMPRESSED, Codes, Problem
from sync.protocol.pages import Cursor, Page, read_page

# OpenSSL's verdicts (x509_vfy.h); for every other one nobody the laptop believes vouches.
BY_VERDICT = {
    9: Codes.TLS_ENDED,  # not yet valid
    10: Codes.TLS_ENDED,
    62: Codes.TLS_NAME,
    64: Codes.TLS_NAME,  # an address instead of a name
}
BY_STATUS = {
    401: Codes.UNAUTHORISED,
    413: Codes.TOO_LARGE,
    429: Codes.BUSY,
    503: Codes.BUSY,
    507: Codes.NO_ROOM,
}


def unpacked(raw: bytes, encoding: str, question: bytes) -> bytes:
    """Return a body as it was before it was packed; raises Trouble."""
    try:
        return unpack(raw, encoding, MAX_DECOMPRESSED, question)
    except TooLarge as error:
        raise Trouble(Codes.TOO_LARGE) from error
    except NotCompressed as error:
        raise Trouble(Codes.GARBAGE) from error


def message[T](body: bytes, cls: type[T]) -> T:
    """Read a message; raises Trouble."""
    try:
        return msgspec.json.decode(body, type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Trouble(Codes.GARBAGE) from error


def page_of(body: bytes) -> Page:
    """Read a page whose end is a place; raises Trouble."""
    try:
        page = read_page(body)
        Cursor.parse(page.to)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Trouble(Codes.GARBAGE) from error
    return page


def refusal(status: int, wish: str, body: bytes, version: int) -> Trouble:
    """Return why the server refused a program that speaks `version`; `wish` is its Retry-After."""
    found = _told(status, wish, body)
    spoken = found.params.get("spoken")
    if found.code is Codes.VERSION and isinstance(spoken, list):
        return other_version(version, [v for v in spoken if isinstance(v, int)])
    return found


def _told(status: int, wish: str, body: bytes) -> Trouble:
    retry_after = float(wish) if wish.isascii() and wish.isdigit() else None
    try:
        problem: Any = msgspec.json.decode(body, type=Problem)
        return Trouble(Codes(problem.code), retry_after, **problem.params)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError):
        # Not our server's words: something between here and there answered.
        return Trouble(_code_of(status), retry_after, status=status)


def _code_of(status: int) -> Codes:
    if 300 <= status < 400:
        return Codes.REDIRECT
    if status >= 500 and status not in BY_STATUS:
        return Codes.SERVER_ERROR
    return BY_STATUS.get(status, Codes.GARBAGE)


def code_of_certificate(error: BaseException) -> Codes:
    """Return what is wrong with a certificate: its name, its time, or who vouches for it."""
    for one in (error, *error.args, getattr(error, "reason", None)):
        if isinstance(one, ssl.SSLCertVerificationError):
            return BY_VERDICT.get(one.verify_code, Codes.TLS)
        if isinstance(one, Exception) and one is not error:
            return code_of_certificate(one)
    return Codes.TLS
