"""A branch's log on a real database in memory, with signed envelopes, made in a moment and copied.

Of its 700 entries every seventh is an envelope of one laptop; the third envelope's body was erased.
"""

import asyncio
import base64
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from sync.domain.ids import BranchId, DeviceId, MutationId, OfficerId
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.envelope import (
    FIRST_PREVIOUS,
    SUITE,
    Envelope,
    body_hash,
    encode_envelope,
    envelope_hash,
    sign,
)
from sync.protocol.messages import Result, Status
from sync.protocol.signed_form import key_text
from sync.server.audit import growing
from sync.server.audit.exporting import proofs, whole_log
from sync.server.audit.growing import Entry
from sync.server.audit.sealing import sign_head
from sync.server.audit.verifying import Verified, verify
from sync.server.repositories import accounts, audit, mutations
from sync.server.repositories.session import Session
from sync.server.repositories.sqlite import SqliteSession
from sync.server.tables import metadata

BRANCH = BranchId("main")
AUDIT_KEY = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
PEN = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
BEGIN = datetime(2026, 9, 7, 1, tzinfo=UTC)
ENTRIES, EVERY = 700, 7
DEVICE = DeviceId("laptop-1")
ERASED = MutationId("m-21")


class Ledger:
    """One copy of the log, to be changed as somebody with the database in hand could."""

    def __init__(self, image: bytes) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(image)
        self.session: Session = SqliteSession(self.connection)

    def run(self, sql: str, *values: Any) -> list[Any]:
        """Do something to the tables."""
        return self.connection.execute(sql, values).fetchall()

    def do[T](self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a piece of the server's work."""

        async def whole() -> T:
            return await work(self.session)

        return asyncio.run(whole())

    def append(self, *told: dict[str, Any]) -> None:
        """Add entries in one transaction."""
        entries = [Entry(BEGIN.isoformat(), one) for one in told]
        assert self.do(lambda s: growing.append(s, BRANCH, entries)) is not None

    def verify(self, since: int = 0, checkpoints: Sequence[Checkpoint] = ()) -> Verified:
        return self.do(lambda s: verify(s, BRANCH, since, checkpoints))

    def checkpoint(self) -> Checkpoint:
        """Return a signed checkpoint of the head as it says it is."""
        head = self.do(lambda s: audit.head(s, BRANCH))
        assert head is not None
        return sign_head(BRANCH, head, BEGIN + timedelta(days=1), AUDIT_KEY)

    def export(self, path: Path) -> list[bytes]:
        """Write the whole log into a file; return its lines."""
        sealed = self.checkpoint()
        lines = self.do(lambda s: _all(whole_log(s, BRANCH, sealed)))
        path.write_bytes(b"".join(lines))
        return lines

    def prove(self, path: Path, *mids: str) -> list[bytes]:
        """Write envelopes with their proofs into a file; return its lines."""
        sealed, wanted = self.checkpoint(), [MutationId(mid) for mid in mids]
        lines = self.do(lambda s: _all(proofs(s, BRANCH, sealed, wanted)))
        path.write_bytes(b"".join(lines))
        return lines


async def _all(lines: Any) -> list[bytes]:
    return [line async for line in lines]


@contextmanager
def ledger(image: bytes | None = None) -> Iterator[Ledger]:
    """Open a copy of the log of 700 entries, or of another."""
    found = Ledger(image or _image())
    try:
        yield found
    finally:
        found.connection.close()


@cache
def empty_image() -> bytes:
    """Return a database with a branch in which nothing happened."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        raw: Any = connection.connection.driver_connection
        image: bytes = raw.serialize()
    engine.dispose()
    with ledger(image) as one:
        one.do(lambda s: accounts.add_branch(s, BRANCH, "云川分行"))
        key = key_text(AUDIT_KEY.public_key())
        one.do(lambda s: accounts.set_meta(s, audit.KEY, key))
        return one.connection.serialize()


@cache
def _image() -> bytes:
    with ledger(empty_image()) as one:
        public = base64.b64encode(PEN.public_key().public_bytes_raw()).decode()
        one.append({"what": "device.enrolled", "device": DEVICE, "public_key": public})
        chain = FIRST_PREVIOUS
        for first in range(1, ENTRIES - EVERY, EVERY):
            quiet = [{"what": "code.made", "id": f"p-{n}"} for n in range(first, first + EVERY - 1)]
            one.append(*quiet)
            chain = _push(one, first // EVERY + 1, chain)
        rest = ENTRIES - one.run("SELECT leaves FROM feed_head")[0][0] - 1
        one.append(*[{"what": "code.made", "id": "p"}] * rest)
        _erase(one, ERASED)
        return one.connection.serialize()


def _push(one: Ledger, seq: int, chain: str) -> str:
    plain = Envelope(
        SUITE,
        MutationId(f"m-{seq}"),
        BRANCH,
        OfficerId("li"),
        DEVICE,
        seq,
        chain,
        msgspec.Raw(b'{"note":"\xe5\x8f\x91\xe5\xb7\xa5\xe8\xb5\x84\xe5\x90\x8e %d"}' % seq),
        BEGIN + timedelta(minutes=seq),
        "boot",
        seq,
        one.checkpoint().mark,
    )
    done = sign(plain, PEN)
    one.append(
        {
            "what": "record_contact",
            "mid": done.mid,
            "officer": done.officer_id,
            "device": done.device_id,
            "seq": seq,
            "envelope": envelope_hash(done),
            "status": "applied",
        }
    )
    row = mutations.Mutation(
        done.mid,
        done.device_id,
        seq,
        body_hash(bytes(done.body)),
        encode_envelope(done),
        Result(done.mid, seq, Status.APPLIED),
        BEGIN.isoformat(),
        1,
    )
    one.do(lambda s: mutations.add(s, BRANCH, [row]))
    return envelope_hash(done)


def _erase(one: Ledger, mid: MutationId) -> None:
    hide(one, mid)
    one.append({"what": "case.erased", "id": "case-1", "mids": [mid]})


def hide(one: Ledger, mid: str) -> None:
    """Put the hash of an envelope's body in its place, as a lawful erasure does."""
    [[data]] = one.run("SELECT envelope FROM mutation WHERE mid = ?", mid)
    told = msgspec.json.decode(data, type=Envelope)
    proof = msgspec.json.encode({"erased": body_hash(bytes(told.body))})
    emptied = msgspec.structs.replace(told, body=msgspec.Raw(proof))
    one.run("UPDATE mutation SET envelope = ? WHERE mid = ?", encode_envelope(emptied), mid)
