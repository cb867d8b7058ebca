"""Reads compressed bodies within their limits and answers in what the peer can read."""

import msgspec
from litestar import Response

from sync.protocol.compression import (
    MOST_FOR_DICTIONARY,
    WITH_DICTIONARY,
    NotCompressed,
    TooLarge,
    pack,
    pack_gzip,
    pack_small,
    question_of,
    unpack,
)
from sync.protocol.messages import Codes
from sync.server.problems import Refusal
from sync.server.routes.asking import Asked, target_of
from sync.server.routes.described import BYTES

SMALL = 256  # bytes below which compression only costs


async def read_body(request: Asked, limit: int) -> bytes:
    """Return the request's body unpacked; raises Refusal when it is broken or too large."""
    raw = await request.body()
    try:
        plain = unpack(raw, request.headers.get("content-encoding", ""), limit)
    except TooLarge as error:
        raise Refusal(413, Codes.TOO_LARGE, most=limit) from error
    except NotCompressed as error:
        raise Refusal(400, Codes.MALFORMED) from error
    request.state.plain = plain
    return plain


async def read_message[T](request: Asked, cls: type[T], limit: int) -> T:
    """Return the request's body as a message; raises Refusal when it is none."""
    try:
        return msgspec.json.decode(await read_body(request, limit), type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(400, Codes.MALFORMED) from error


def answer(request: Asked, body: bytes, status: int = 200) -> Response[bytes]:
    """Answer with JSON bytes, compressed as the peer accepts it."""
    accepted = request.headers.get("accept-encoding", "")
    headers = {"vary": "accept-encoding", "cache-control": "no-store"}
    if SMALL < len(body) <= MOST_FOR_DICTIONARY and WITH_DICTIONARY in accepted:
        question = question_of(target_of(request), request.state.get("plain", b""))
        body, headers["content-encoding"] = pack_small(body, question), WITH_DICTIONARY
    elif len(body) > SMALL and "zstd" in accepted:
        body, headers["content-encoding"] = pack(body), "zstd"
    elif len(body) > SMALL and "gzip" in accepted:
        body, headers["content-encoding"] = pack_gzip(body), "gzip"
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def answer_message(request: Asked, message: msgspec.Struct) -> Response[bytes]:
    """Answer with a message."""
    return answer(request, msgspec.json.encode(message))


def answer_part(data: bytes, start: int, size: int) -> Response[bytes]:
    """Answer with bytes of something of `size`, from `start` on; raises Refusal 416 without any."""
    if not data:
        raise Refusal(416, Codes.WRONG_OFFSET, offset=size)
    told = {"content-range": f"bytes {start}-{start + len(data) - 1}/{size}"}
    return Response(data, status_code=206, media_type=BYTES, headers=told)
