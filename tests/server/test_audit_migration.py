"""A database of the former chain of entries grows into the tree, on both databases."""

import json
from pathlib import Path

from sync.cli.arguments import build_parser
from sync.cli.program import settings_of
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories.session import Database, Session
from tests.server.house import at_database
from tests.server.laptop import now
from tests.server.terminal import tell
from tests.sync.office import whereabouts

MORE = 300  # entries, so that a block of 256 is full
LATER = ("audit_tile", "scope_row", "scope_sum", "horizon", "epoch_past")  # tables of later steps


async def _back(session: Session) -> None:
    """Make the tables those of the third step; the chain's own hashes do not matter."""
    rows = await session.rows("SELECT branch_id, n, entry FROM audit_leaf ORDER BY n")
    await session.run("ALTER TABLE feed_head DROP COLUMN frontier")
    await session.run(
        "ALTER TABLE feed_head ADD COLUMN leaf_hash VARCHAR(64) NOT NULL DEFAULT 'end'"
    )
    await session.run("DELETE FROM audit_leaf")
    await session.run("ALTER TABLE audit_leaf ADD COLUMN at VARCHAR(40) NOT NULL DEFAULT ''")
    old = []
    for branch, n, entry in rows:
        told = json.loads(entry)
        at = told.pop("at")
        assert told.pop("n") == n
        old.append((branch, n, at, json.dumps(told, sort_keys=True), "0" * 64))
    for n in range(len(rows), len(rows) + MORE):
        old.append((rows[0][0], n, now().isoformat(), '{"id":"p","what":"code.made"}', "0" * 64))
    await session.run_many(
        "INSERT INTO audit_leaf (branch_id, n, at, entry, hash) VALUES (?, ?, ?, ?, ?)", old
    )
    await session.run("UPDATE feed_head SET leaves = ?", len(old))
    for table in LATER:
        await session.run(f"DROP TABLE IF EXISTS {table}")
    await session.run("DELETE FROM server_meta WHERE name = 'audit_key'")
    await session.run("UPDATE alembic_version SET version_num = '0003'")


def test_a_chain_becomes_a_tree(server_data: Path) -> None:
    async def act(database: Database) -> None:
        await database.write(_back)

    at_database(server_data, act)
    assert "older program" in tell(server_data, "audit", "verify").err
    parser = build_parser()
    upgrade(settings_of(parser.parse_args(["init", *whereabouts(server_data)])))
    said = tell(server_data, "audit", "verify")
    assert (said.code, said.err) == (0, ""), said.out

    async def last(database: Database) -> str:
        rows = await database.read(
            lambda s: s.rows("SELECT entry FROM audit_leaf ORDER BY n DESC LIMIT 1")
        )
        return str(rows[0][0])

    begun = json.loads(at_database(server_data, last))
    assert (begun["what"], begun["chain"], begun["mids"]) == ("log.begun", "end", [])
    # The database had no audit key: the next init makes it, and serving asks for that.
    told = tell(server_data, "serve")
    assert (told.code, told.err) == (1, "there is no audit key: run field-server init once\n")
    assert tell(server_data, "init").code == 0
    assert tell(server_data, "audit", "export", "--out", str(server_data / "log")).code == 0
