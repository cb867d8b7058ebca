"""The schema, once for both databases. `branch_id` leads every key, so that it can be a shard.

Instants are ISO 8601 text in UTC, ids 36-character text, bodies the final JSON bytes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()


def _table(name: str, *items: SchemaItem) -> Table:
    return Table(name, metadata, *items)


def _id(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=nullable)


server_meta = _table(
    "server_meta",
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
branch = _table(
    "branch", _id("id"), Column("name", Text, nullable=False), PrimaryKeyConstraint("id")
)
team = _table(
    "team",
    _id("branch_id"),
    _id("id"),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("branch_id", "id"),
)
account = _table(
    "account",
    _id("branch_id"),
    _id("id"),
    Column("login", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    _id("team_id"),
    Column("active", Boolean, nullable=False),
    PrimaryKeyConstraint("branch_id", "id"),
    UniqueConstraint("login"),
)
enrol_code = _table(
    "enrol_code",
    _id("branch_id"),
    _id("account_id"),
    Column("code_hash", String(64), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("used_at", String(40)),
    PrimaryKeyConstraint("branch_id", "account_id"),
)
enrol_try = _table(
    "enrol_try",
    Column("who", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("first_at", String(40), nullable=False),
)
device = _table(
    "device",
    _id("branch_id"),
    _id("id"),
    _id("account_id"),
    Column("name", Text, nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("chain_hash", String(64), nullable=False),
    Column("enrolled_at", String(40), nullable=False),
    Column("seen_at", String(40)),
    # Whether it has shown that it can prove its key; from then on it must.
    Column("proves", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("branch_id", "id"),
    UniqueConstraint("token_hash"),
)
device_session = _table(
    "device_session",  # short tokens
    _id("branch_id"),
    _id("device_id"),
    Column("token_hash", String(64), nullable=False),
    Column("began_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("address", String(64), nullable=False),
    PrimaryKeyConstraint("branch_id", "device_id", "token_hash"),
    Index("device_session_of_token", "token_hash"),
)
proof_used = _table(
    "proof_used",  # by several processes; one that is alone remembers by itself
    _id("device_id"),
    Column("id", String(32), nullable=False),
    Column("signed_at", String(40), nullable=False),
    PrimaryKeyConstraint("device_id", "id"),
    Index("proof_used_at", "signed_at"),
)
device_key = _table(
    "device_key",  # what a laptop's vault needs of the server, and the order to destroy it
    _id("branch_id"),
    _id("device_id"),
    Column("epoch", Integer, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # empty once the laptop was wiped
    Column("escrow_mark", String(64), nullable=False),
    Column("escrow", LargeBinary, nullable=False),
    Column("wipe", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "device_id"),
)
key_reset = _table(
    "key_reset",  # a locked laptop that asked for its key; one at a time
    _id("branch_id"),
    _id("device_id"),
    Column("public_key", String(64), nullable=False),
    Column("asked_at", String(40), nullable=False),
    _id("first_by", nullable=True),
    _id("second_by", nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "device_id"),
)
record = _table(
    "record",
    _id("branch_id"),
    Column("kind", String(16), nullable=False),
    _id("id"),
    _id("case_id"),
    Column("rev", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "kind", "id"),
    Index("record_of_case", "branch_id", "case_id"),
)
feed_head = _table(
    "feed_head",
    _id("branch_id"),
    Column("n", BigInteger, nullable=False),
    Column("leaves", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id"),
)
feed = _table(
    "feed",
    _id("branch_id"),
    Column("scope", String(80), nullable=False),
    Column("commit_no", BigInteger, nullable=False),
    Column("idx", Integer, nullable=False),
    Column("op", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    _id("id"),
    Column("rev", BigInteger, nullable=False),
    _id("case_id"),
    Column("body", LargeBinary),
    PrimaryKeyConstraint("branch_id", "scope", "commit_no", "idx"),
)
scope_row = _table(
    "scope_row",  # what each scope holds now: the feed folded up
    _id("branch_id"),
    Column("scope", String(80), nullable=False),
    Column("kind", String(16), nullable=False),
    _id("id"),
    Column("bucket", Integer, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "scope", "kind", "id"),
)
scope_sum = _table(
    "scope_sum",
    _id("branch_id"),
    Column("scope", String(80), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("sum", String(32), nullable=False),
    PrimaryKeyConstraint("branch_id", "scope"),
)
horizon = _table(
    "horizon",  # commits up to `safe` are in a checked backup; cursors below `floor` are too old
    _id("branch_id"),
    Column("safe", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch_id"),
)
epoch_past = _table(
    "epoch_past",  # what each earlier epoch has in common with the one after it
    _id("branch_id"),
    Column("n", Integer, nullable=False),
    _id("epoch"),
    Column("up_to", BigInteger, nullable=False),
    Column("leaves", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch_id", "n"),
)
mutation = _table(
    "mutation",
    _id("branch_id"),
    _id("mid"),
    _id("device_id"),
    Column("seq", BigInteger, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("received_at", String(40), nullable=False),
    Column("commit_no", BigInteger, nullable=False),
    Column("forked", Boolean, nullable=False),  # by one of two copies of the laptop
    PrimaryKeyConstraint("branch_id", "mid"),
    # Numbers are given once; those of a second copy come beside them.
    Index(
        "mutation_in_order",
        "branch_id",
        "device_id",
        "seq",
        unique=True,
        sqlite_where=text("forked = 0"),
        postgresql_where=text("NOT forked"),
    ),
)
audit_leaf = _table(
    "audit_leaf",
    _id("branch_id"),
    Column("n", BigInteger, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("branch_id", "n"),
)
audit_tile = _table(
    "audit_tile",
    _id("branch_id"),
    Column("level", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "level", "idx"),
)
attachment = _table(
    "attachment",
    _id("branch_id"),
    _id("id"),
    _id("case_id"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("complete", Boolean, nullable=False),
    PrimaryKeyConstraint("branch_id", "id"),
)
policy_bundle = _table(
    "policy_bundle",
    _id("branch_id"),
    Column("serial", BigInteger, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("published_at", String(40), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "serial"),
)
policy_handover = _table(
    "policy_handover",
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("handover", LargeBinary, nullable=False),
)
map_notice = _table(
    "map_notice",  # what was published of map packs, and withdrawn; the newest is in force
    _id("branch_id"),
    Column("serial", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # of the pack's content; empty when withdrawn
    Column("notice", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "serial"),
)
import_run = _table(
    "import_run",
    _id("branch_id"),
    _id("id"),
    Column("at", String(40), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("report", LargeBinary, nullable=False),
    PrimaryKeyConstraint("branch_id", "id"),
)
job = _table(
    "job",  # the daily ones: done last, with how many things, and held until when
    Column("name", String(32), primary_key=True),
    Column("done_at", String(40), nullable=False),
    Column("result", BigInteger, nullable=False),
    Column("held_until", String(40), nullable=False),
)
