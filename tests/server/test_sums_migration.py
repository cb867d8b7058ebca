"""A database from before sums and forks grows: the feed is folded up, numbers stay unique."""

from sync.cli.arguments import build_parser
from sync.cli.program import settings_of
from sync.server.migrations.upgrading import is_newest, upgrade
from sync.server.repositories.session import Session
from tests.server.acts import call
from tests.server.house import House
from tests.server.terminal import contents
from tests.sync.office import whereabouts

COLUMNS = "branch_id, mid, device_id, seq, body_hash, envelope, result, received_at, commit_no"
SQLITE_BACK = (
    "CREATE TABLE former (branch_id VARCHAR(64) NOT NULL, mid VARCHAR(64) NOT NULL, "
    "device_id VARCHAR(64) NOT NULL, seq BIGINT NOT NULL, body_hash VARCHAR(64) NOT NULL, "
    "envelope BLOB NOT NULL, result BLOB NOT NULL, received_at VARCHAR(40) NOT NULL, "
    "commit_no BIGINT NOT NULL, PRIMARY KEY (branch_id, mid), UNIQUE (branch_id, device_id, seq))",
    f"INSERT INTO former SELECT {COLUMNS} FROM mutation",
    "DROP TABLE mutation",
    "ALTER TABLE former RENAME TO mutation",
)
POSTGRES_BACK = (
    "ALTER TABLE mutation DROP COLUMN forked",
    "ALTER TABLE mutation ADD UNIQUE (branch_id, device_id, seq)",
)


async def back(session: Session) -> None:
    """Make the tables those of the fourth step."""
    for table in ("scope_row", "scope_sum", "horizon", "epoch_past"):
        await session.run(f"DROP TABLE {table}")
    await session.run("DROP INDEX mutation_in_order")
    for statement in POSTGRES_BACK if session.locking else SQLITE_BACK:
        await session.run(statement)
    await session.run("UPDATE alembic_version SET version_num = '0004'")


def test_an_older_database_grows_as_if_it_had_always_been_so(own_house: House) -> None:
    li, twin = own_house.crew["li"], own_house.crew["li"].again(own_house.client)
    li.push(call(li, own_house.cases["own"]))
    before = contents(own_house.data)
    assert before["scope_row"] != []
    own_house.at_database(lambda database: database.write(back))
    settings = settings_of(build_parser().parse_args(["init", *whereabouts(own_house.data)]))
    assert not is_newest(settings)
    upgrade(settings)
    after = contents(own_house.data)
    # An empty scope has no row here, and one of nothing where it once held something.
    empty = ", 0, '" + "0" * 32
    for found in (before, after):
        found["scope_sum"] = [row for row in found["scope_sum"] if empty not in row]
    assert after == before
    # A second copy's number may stand beside the first one's, and only so.
    assert "forked" in twin.push(call(twin, own_house.cases["own"]))[0].flags
