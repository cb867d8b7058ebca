"""Takes a request's body in before it is given a place, so that a slow line holds none.

A body comes in pieces: none may let wait for longer than `STALL_S`, all of them for longer than the
slowest line that is of any use needs. Who is slower is told so (408) and comes again.
"""

import asyncio
from typing import cast

from litestar.types import HTTPReceiveMessage, HTTPRequestEvent, Receive, Scope

from sync.protocol.messages import Codes
from sync.server.problems import Refusal

LARGEST_BODY = 4 * 1024 * 1024
STALL_S = 20.0
SLOWEST = 4 * 1024  # bytes a second
FIRST_S = 20.0  # added to what the bytes themselves may take


async def arrived(
    scope: Scope, receive: Receive, *, stall_s: float = STALL_S, first_s: float = FIRST_S
) -> Receive:
    """Return a source of the whole body; raises Refusal when it is too large or too slow."""
    if not _brings_any(scope):
        return _again(b"", receive)  # the web server's thread need not be asked, and waited for
    try:
        async with asyncio.timeout(first_s + LARGEST_BODY / SLOWEST) as limit:
            body = await _taken_in(receive, limit, stall_s, first_s)
    except TimeoutError as error:
        raise Refusal(408, Codes.STALLED) from error
    return _again(body, receive)


async def _taken_in(
    receive: Receive, limit: asyncio.Timeout, stall_s: float, first_s: float
) -> bytes:
    loop = asyncio.get_running_loop()
    began, parts, size = loop.time(), list[bytes](), 0
    while True:
        limit.reschedule(min(loop.time() + stall_s, began + first_s + size / SLOWEST))
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400, Codes.MALFORMED)  # it hung up: nobody reads this
        parts.append(message["body"])
        size += len(message["body"])
        if size > LARGEST_BODY:
            raise Refusal(413, Codes.TOO_LARGE, most=LARGEST_BODY)
        if not message["more_body"]:
            return b"".join(parts)


def _brings_any(scope: Scope) -> bool:
    """Say whether a body is announced; one too large is refused before it comes."""
    for name, value in scope.get("headers", ()):
        if name == b"transfer-encoding":
            return True
        if name == b"content-length" and value != b"0":
            if value.isdigit() and int(value) > LARGEST_BODY:
                raise Refusal(413, Codes.TOO_LARGE, most=LARGEST_BODY)
            return True
    return False


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a source that tells the body as one message, then whatever comes behind it."""
    told: list[HTTPRequestEvent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def source() -> HTTPReceiveMessage:
        return told.pop() if told else cast("HTTPReceiveMessage", await receive())

    return source
