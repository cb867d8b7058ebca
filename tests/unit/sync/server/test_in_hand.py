"""What a batch reads of a case: all that a decision weighs, and not its history."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from sync.domain.commands import RecordNote
from sync.domain.ids import BranchId, CaseId
from sync.domain.records import Contact, Note, Record, Reveal, encode_record, kind_of
from sync.domain.snapshot import HISTORY, needs
from sync.domain.vocabulary import Channel, ContactResult, NotedAct
from sync.server.in_hand import InHand
from sync.server.repositories.sqlite import SqliteSession
from sync.server.tables import metadata
from tests.unit.sync.domain import town

MAIN = BranchId("main")
AT = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)
CALL = Contact("n1", "c1", Channel.PHONE, AT, ContactResult.NO_ANSWER, "li")
LOOK = Reveal("r1", "c1", AT, "li", "phone")
NOTE = Note("o1", "c1", AT, "li", NotedAct.CONTACT, "m1", "said he would ring")


def _written(path: Path, *found: Record) -> sqlite3.Connection:
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path)
    rows = [(MAIN, kind_of(one), one.id, "c1", 1, encode_record(one)) for one in found]
    connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", rows)
    return connection


def test_history_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    connection = _written(tmp_path / "server.db", town.case(), CALL, LOOK, NOTE)
    hand = InHand(SqliteSession(connection), MAIN)

    async def look() -> None:
        snapshot = await hand.snapshot(needs(RecordNote(NOTE)))
        assert snapshot.case(CaseId("c1")) == town.case()
        assert snapshot.contacts(CaseId("c1")) == [CALL]
        assert snapshot.rev_of("reveal", "r1") is None
        assert snapshot.rev_of("note", "o1") is None
        stands = await hand.stands("note", "o1")
        assert stands
        assert stands.record == NOTE

    asyncio.run(look())
    connection.close()


def test_history_is_what_no_decision_asks_for() -> None:
    told = ["attachment", "export", "feedback", "note", "reveal", "training", "wish"]
    assert sorted(HISTORY) == told
