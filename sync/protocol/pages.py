"""Pages of the feed: stored bytes spliced into one JSON object, never decoded on the server.

A page is `{"epoch":…, "scope":…, "to":"commit.idx", "more":…, "head":…, "ops":[…]}`, an op is
`[commit_no, idx, op, kind, id, rev, case_id, body]` with op = put | exit | erase, body null but for
put. Before the commit `floor` exits are no longer told: a reading that began upon this floor goes
on below it, an older one begins anew. The page that reaches the head has a `checkpoint` of the log
and the scope's `digest` too.
Whoever reads `erase` also lets go of its own sent work on the case.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from sync.domain.ids import CaseId
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.digest import Digest

WHOLE_COMMIT = 1 << 30  # as an index: behind every op of a commit, at what was the head


class Op(StrEnum):
    """What happened to a record in a scope."""

    PUT = "put"
    EXIT = "exit"
    ERASE = "erase"


class Cursor(msgspec.Struct, frozen=True, order=True):
    """How far a scope has been read: everything up to and with (commit_no, idx)."""

    commit_no: int = 0
    idx: int = -1

    def text(self) -> str:
        """Return the cursor as it is sent, "commit.idx"."""
        return f"{self.commit_no}.{self.idx}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor of this text; raises ValueError when it is none."""
        commit, _, idx = text.partition(".")
        found = cls(int(commit), int(idx or "-1"))
        if found.commit_no < 0 or found.idx < -1:
            raise ValueError("a cursor is not negative")
        return found


class FeedRow(msgspec.Struct, frozen=True, gc=False):
    """One op as the server stores it; `body` is the record's JSON or None for an exit."""

    commit_no: int
    idx: int
    op: Op
    kind: str
    id: str
    rev: int
    case_id: str
    body: bytes | None


class PageOp(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One op as the laptop reads it."""

    commit_no: int
    idx: int
    op: Op
    kind: str
    id: str
    rev: int
    case_id: CaseId
    body: msgspec.Raw


class Page(msgspec.Struct, frozen=True):
    """A page as the laptop reads it."""

    epoch: str
    scope: str
    to: str
    more: bool
    head: int
    ops: tuple[PageOp, ...]
    floor: int = 0
    checkpoint: Checkpoint | None = None
    digest: Digest | None = None


_quote = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Page)


def onward(page: Page, after: Cursor, floor: int) -> tuple[Cursor, int] | None:
    """Return where a page leads, and the floor its reading began upon; None when it leads nowhere.

    It was asked for behind `after`: a reading begins upon the floor that its first page tells.
    """
    to = Cursor.parse(page.to)
    return (to, floor if after.commit_no else page.floor) if after < to else None


def splice_page(
    *,
    epoch: str,
    scope: str,
    after: Cursor,
    lines: Sequence[bytes],
    more: bool,
    head: int,
    floor: int = 0,
    checkpoint: Checkpoint | None = None,
    digest: Digest | None = None,
) -> bytes:
    """Return the page's JSON with each op copied in as it is; see `line_of`."""
    to = place_of(lines[-1]) if lines else after
    told = {"epoch": epoch, "scope": scope, "to": to.text(), "more": more, "head": head}
    told |= {"floor": floor} if floor else {}
    told |= {"checkpoint": checkpoint} if checkpoint else {}
    frame = _quote(told | ({"digest": digest} if digest else {}))
    begin = frame[:-1] + b',"ops":['
    if not lines:
        return begin + b"]}"
    parts = list(lines)  # joined once: a page is half a megabyte
    parts[0] = begin + b"[" + parts[0]
    parts[-1] += b"]]}"
    return b"],[".join(parts)


def line_of(row: FeedRow) -> bytes:
    """Return an op's JSON without the brackets around it, as the database tells it too."""
    told = _quote((row.commit_no, row.idx, row.op, row.kind, row.id, row.rev, row.case_id))
    return told[1:-1] + b"," + (b"null" if row.body is None else row.body)


def place_of(line: bytes) -> Cursor:
    """Return where an op stands."""
    commit_no, idx, _ = line.split(b",", 2)
    return Cursor(int(commit_no), int(idx))


def read_page(data: bytes) -> Page:
    """Return the page of these bytes; raises msgspec.ValidationError when it is no page."""
    return _decoder.decode(data)
