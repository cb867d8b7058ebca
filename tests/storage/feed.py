"""What a server would say: pages of the feed through their real bytes, and answers."""

import msgspec

from sync.domain.records import Record, case_of, encode_record, kind_of
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Result, Status
from sync.protocol.pages import Cursor, FeedRow, Op, Page, line_of, read_page, splice_page

MINE = "officer:li"
ROSTER = "roster:north"
EPOCH = "e1"


def put(record: Record, rev: int = 1, commit: int = 1, idx: int = 0) -> FeedRow:
    """Return the op that brings a record."""
    body = encode_record(record)
    case_id = case_of(record) or ""
    return FeedRow(commit, idx, Op.PUT, kind_of(record), record.id, rev, case_id, body)


def gone(record: Record, commit: int = 2, idx: int = 0) -> FeedRow:
    """Return the op with which a record leaves a scope."""
    case_id = case_of(record) or ""
    return FeedRow(commit, idx, Op.EXIT, kind_of(record), record.id, 0, case_id, None)


def erased(record: Record, commit: int = 2, idx: int = 0) -> FeedRow:
    """Return the op with which a record is erased everywhere."""
    return msgspec.structs.replace(gone(record, commit, idx), op=Op.ERASE)


def page(
    *rows: FeedRow, scope: str = MINE, head: int = 0, more: bool = False, epoch: str = EPOCH
) -> Page:
    """Return a page as the laptop reads it; `head` 0 = the last row's commit."""
    newest = head or max((row.commit_no for row in rows), default=0)
    lines = [line_of(row) for row in rows]
    data = splice_page(
        epoch=epoch, scope=scope, after=Cursor(), lines=lines, more=more, head=newest
    )
    return read_page(data)


def answer(envelope: Envelope, status: Status, commit: int = 0, **told: object) -> Result:
    """Return the server's answer to an envelope."""
    return Result(envelope.mid, envelope.seq, status, commit_no=commit, **told)
