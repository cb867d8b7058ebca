"""What one record weighs on the line, against raw JSON: a call goes up and comes to a colleague.

Measured on two laptops that work, exchange by exchange. Raw JSON of what is sent is the message
itself; of what is read, the plain answer to a laptop that was told nothing before, checkpoint and
all. The note of each call is put together from sentences (`sync_bytes`).
"""

import random
from collections.abc import Sequence

import msgspec
import requests

from bench.figures import Metric, beside
from bench.sync_branch import Seat, line_of
from bench.sync_bytes import CLAUSES, SEED, written
from field_app.operations import contacts
from field_app.operations.submit import Saved
from sync.domain.ids import CaseId
from sync.domain.vocabulary import Channel, ContactResult
from sync.engine.http_transport import HttpTransport
from sync.protocol.messages import Hello, Reading
from sync.protocol.pages import Cursor, Page, read_page

CALLS = 40


class Exchange(msgspec.Struct, frozen=True):
    """One question and its answer: both as they are, and how many bytes went over the line."""

    path: str
    plain: bytes
    up: int
    body: bytes
    down: int


class WeighedLine(HttpTransport):
    """A line that remembers what each exchange weighed."""

    exchanges: list[Exchange]

    def hello(self, _epoch: str = "", _reads: Sequence[Reading] = ()) -> Hello:
        """Name no scope, so that a record's page is an answer of its own and can be weighed."""
        return super().hello()

    def plain_page(self, page: Page, after: Cursor) -> bytes:
        """Return the same page as a laptop is told it that asks for the first time."""
        self._seen = 0
        self._pull(page.scope, after, len(page.ops), page.floor)
        return self.exchanges[-1].body

    def _once(self, request: requests.Request, plain: bytes, status: int, enrolled: bool) -> bytes:
        up, down = self.bytes_up, self.bytes_down
        body = super()._once(request, plain, status, enrolled)
        path = str(request.url).removeprefix(self._address)
        told = Exchange(path, plain, self.bytes_up - up, body, self.bytes_down - down)
        self.exchanges.append(told)
        return body


def weights(mine: Seat, other: Seat) -> dict[str, Metric]:
    """Return the metrics of a call and its note: sent, answered, read by a second laptop."""
    chance = random.Random(SEED)
    cases = [CaseId(row[1]) for row in mine.rows("kind = 'case'")[:CALLS]]
    lines = weighed(mine), weighed(other)
    mine.sync()
    other.sync()
    each = [_one_call(mine, other, lines, case, written(chance, CLAUSES)) for case in cases]
    names = ("bytes_of_a_single_record", "bytes_of_a_single_act", "bytes_of_its_answer")
    return {
        name: beside(pairs, "B") for name, pairs in zip(names, zip(*each, strict=True), strict=True)
    }


type Pair = tuple[float, float]


def _one_call(
    mine: Seat, other: Seat, lines: tuple[WeighedLine, WeighedLine], case: CaseId, note: str
) -> tuple[Pair, Pair, Pair]:
    for line in lines:
        line.exchanges = []
    if not isinstance(
        contacts.record(mine.desk, case, Channel.PHONE, ContactResult.NO_ANSWER, note), Saved
    ):
        raise LookupError(f"{case} is not on this laptop")
    mine.sync()
    other.sync()
    (push,) = [one for one in lines[0].exchanges if one.path == "/push"]
    read = [(one, read_page(one.body)) for one in lines[1].exchanges if one.path == "/pull"]
    ((pull, page),) = [(one, page) for one, page in read if page.ops]
    first = page.ops[0]
    plain = lines[1].plain_page(page, Cursor(first.commit_no, first.idx - 1))
    if read_page(plain).ops != page.ops:
        raise AssertionError("the plain answer tells something else")
    return (
        (pull.down, len(plain)),
        (push.up, len(push.plain)),
        (push.down, len(push.body)),
    )


def weighed(seat: Seat) -> WeighedLine:
    """Give the laptop a line that remembers."""
    seat.line.close()
    line = line_of(seat.desk.store.vault, WeighedLine)
    line.exchanges = []
    seat.line = line
    return line
