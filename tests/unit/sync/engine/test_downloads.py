"""A file that somebody wants to see: whole and proved, or not at all."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import pytest

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.records import Attachment
from sync.engine.downloads import download
from sync.engine.pace import LEAST, Pace
from sync.engine.ports import Transport
from sync.engine.trouble import Trouble
from sync.protocol.messages import CHUNK, Codes

DATA = bytes(range(256)) * (10 * CHUNK // 256) + b"end"
FACT = Attachment(
    id=RecordId("f1"),
    case_id=CaseId("c1"),
    at=datetime(2026, 3, 10, tzinfo=UTC),
    by=OfficerId("li"),
    title="door.jpg",
    media_type="image/jpeg",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
)


class Line:
    """A line that meets these troubles, one each time it is asked, and gives pieces after them."""

    def __init__(self, data: bytes, troubles: Iterator[Codes | None]) -> None:
        self.data = data
        self.asked: list[tuple[int, int]] = []
        self._troubles = troubles

    def fetch(self, _file_id: str, offset: int, size: int) -> bytes:
        self.asked.append((offset, size))
        trouble = next(self._troubles, None)
        if trouble is not None:
            raise Trouble(trouble)
        return self.data[offset : offset + size]


def fetched(line: Line, most: int = 1 << 30) -> tuple[bytes | None, list[int]]:
    heard: list[int] = []
    data = download(cast("Transport", line), FACT, Pace(), heard.append, lambda: len(heard) >= most)
    return data, heard


def test_it_comes_in_pieces() -> None:
    line = Line(DATA, iter(()))
    data, heard = fetched(line)
    assert data == DATA
    assert heard == sorted(heard)
    assert heard[-1] == len(DATA)
    assert max(size for _, size in line.asked) <= CHUNK


def test_a_line_that_is_cut_gets_smaller_pieces_and_goes_on() -> None:
    cut = Codes.UNREACHABLE
    line = Line(DATA, iter((None, cut, cut, None, Codes.STALLED)))
    assert fetched(line)[0] == DATA
    second = [size for offset, size in line.asked if offset == line.asked[1][0]]
    assert second == sorted(second, reverse=True)
    assert len(set(second)) == 3
    assert min(size for _, size in line.asked[:-1]) >= LEAST


@pytest.mark.parametrize(
    "troubles",
    [[Codes.UNREACHABLE] * 3, [None, Codes.NOT_FOUND], [Codes.UNAUTHORISED]],
    ids=["gone", "not found", "not allowed"],
)
def test_what_the_line_cannot_give_is_told(troubles: list[Codes | None]) -> None:
    with pytest.raises(Trouble) as met:
        fetched(Line(DATA, iter(troubles)))
    assert met.value.code is troubles[-1]


def test_other_bytes_than_recorded_are_not_shown() -> None:
    with pytest.raises(Trouble) as met:
        fetched(Line(DATA[:-1] + b"!", iter(())))
    assert met.value.code is Codes.WRONG_HASH


def test_it_can_be_stopped() -> None:
    line = Line(DATA, iter(()))
    assert fetched(line, most=2)[0] is None
    assert len(line.asked) == 2
