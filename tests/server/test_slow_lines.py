"""What a line may cost: bodies that crawl, heads without end, windows out of all size."""

import asyncio
import socket
import struct
from pathlib import Path

import pytest
from litestar.types import HTTPReceiveMessage

from sync.protocol.compression import NotCompressed, unpack
from sync.protocol.versions import VERSION
from sync.server.arriving import arrived
from sync.server.problems import Refusal
from tests.server.house import Staffed
from tests.server.laptop import SYNC
from tests.server.test_leaving import ON_ONE_FILE, Up, data

__all__ = ["data"]
SLOW_LINES = 40  # more than there are places
MANY_HEADERS = 500
LONG_HEADER = 300_000


def scope(size: int) -> dict[str, object]:
    return {"type": "http", "headers": [(b"content-length", str(size).encode())]}


def taken(size: int, *pieces: bytes, then_nothing: bool) -> bytes:
    """Let a body come in pieces; return it, or fail as the server would."""
    left = list(pieces)

    async def receive() -> HTTPReceiveMessage:
        if not left and then_nothing:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def run() -> bytes:
        source = await arrived(scope(size), receive, stall_s=0.05, first_s=5.0)  # type: ignore
        return (await source())["body"]  # type: ignore

    return asyncio.run(run())


def test_a_body_in_pieces_is_told_as_one() -> None:
    assert taken(9, b"abc", b"def", b"ghi", then_nothing=False) == b"abcdefghi"


def test_a_body_that_stops_is_not_waited_for() -> None:
    async def first_then_nothing() -> None:
        left: list[HTTPReceiveMessage] = [
            {"type": "http.request", "body": b"abc", "more_body": True}
        ]

        async def receive() -> HTTPReceiveMessage:
            if left:
                return left.pop()
            await asyncio.Event().wait()
            raise AssertionError

        await arrived(scope(9), receive, stall_s=0.05, first_s=5.0)  # type: ignore

    with pytest.raises(Refusal) as refused:
        asyncio.run(first_then_nothing())
    assert (refused.value.status, refused.value.code) == (408, "sync.stalled")


def test_a_body_announced_too_large_is_not_begun() -> None:
    with pytest.raises(Refusal) as refused:
        taken(2**40, then_nothing=True)
    assert refused.value.status == 413


def test_a_window_out_of_all_size_is_refused() -> None:
    """Ask for a window of 128 MB in a frame of a few bytes (RFC 8878, 3.1.1.1.2)."""
    frame = struct.pack("<IBB", 0xFD2FB528, 0x00, 17 << 3) + b"\x01\x00\x00"
    with pytest.raises(NotCompressed):
        unpack(frame, "zstd", 1000)


@ON_ONE_FILE
def test_slow_lines_hold_no_places(data: Path, staffed: Staffed) -> None:
    """Begin more pushes than there are places and never end them: others are answered."""
    up = Up(data, staffed)
    lines = []
    try:
        head = [f"POST {SYNC}/push HTTP/1.1", "Host: t", "Content-Length: 900"]
        head += ["Expect: 100-continue", f"Sync-Version: {VERSION}", "", ""]
        for _ in range(SLOW_LINES):
            line = socket.create_connection(("127.0.0.1", up.server.port), 60)
            lines.append(line)
            line.sendall("\r\n".join(head).encode())
            assert line.recv(100).startswith(b"HTTP/1.1 100")
            line.sendall(b"{")
        assert up.house.crew["li"].ask("GET", "/hello").status_code == 200
        check_heads(up)
    finally:
        for line in lines:
            line.close()
        up.close()


def check_heads(up: Up) -> None:
    """Send heads without end: refused before anything is done for them, and nothing breaks."""
    for many in (
        [f"X-{n}: x" for n in range(MANY_HEADERS)],
        [f"X-Long: {'x' * LONG_HEADER}"],
    ):
        with socket.create_connection(("127.0.0.1", up.server.port), 60) as line:
            line.sendall("\r\n".join(["GET /health HTTP/1.1", "Host: t", *many, "", ""]).encode())
            answer = line.recv(200)
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")), answer
    assert up.client.get("/health").status_code == 200
