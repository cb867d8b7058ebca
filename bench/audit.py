"""The audit log's speed: `python -m bench.audit`.

A log of a million entries, as long as those of pushed envelopes, is verified from the database, and
from its export by the verifier that lawyers use; the limit is one bare SHA-256 over the bytes of
each entry. Then what a push pays for the tree: a commit with entries beside the same rows inserted
as they are, in turn, on the same disk.
"""

import argparse
import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.figures import OUT, ROOT, Goal, Metric, beside, publish, timed
from sync.domain.ids import BranchId
from sync.protocol.checkpoint import Checkpoint
from sync.server.administration import Administration
from sync.server.app import build_service
from sync.server.audit import growing, sealing
from sync.server.audit.exporting import whole_log
from sync.server.audit.growing import Entry, canonical
from sync.server.audit.verifying import verify
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories import audit
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.settings import ServerSettings
from tools import verify_audit

BRANCH, BARE = BranchId("main"), BranchId("bare")
ENTRIES, ROUNDS, PUSHES, AT_ONCE = 1_000_000, 5, 200, 5_000
NOW = datetime(2026, 9, 7, 1, tzinfo=UTC)
OF_A_PUSH = (1, 20)
MS = 1000.0
GOALS = {f"push_of_{count}": Goal(1.5) for count in OF_A_PUSH}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--pushes", type=int, default=PUSHES)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        metrics = asyncio.run(_measure(asked, Path(folder)))
    publish("audit", metrics, GOALS, out)
    return 0


async def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, Metric]:
    settings = ServerSettings(
        f"sqlite:///{folder / 'server.db'}", folder, ROOT / "resources" / "policies"
    )
    await asyncio.to_thread(upgrade, settings)
    service = build_service(settings)
    await service.database.open()
    try:
        admin = Administration(service)
        await admin.initialise()
        for branch in (BRANCH, BARE):
            await admin.add_branch(branch, branch)
        pushes = await _pushes(service, asked.pushes)
        await _fill(service, asked.entries)
        return pushes | await _verifications(service, folder, asked.rounds)
    finally:
        await service.database.close()


def told(n: int) -> Entry:
    """Return an entry as long as that of a pushed envelope."""
    digest = hashlib.sha256(n.to_bytes(8)).hexdigest()
    one = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
    return Entry(
        NOW.isoformat(),
        {
            "what": "record_contact",
            "id": one,
            "officer": one,
            "device": one,
            "seq": n,
            "envelope": digest,
            "status": "applied",
        },
    )


async def _fill(service: Service, entries: int) -> None:
    head = await service.database.read(lambda s: audit.head(s, BRANCH))
    for first in range(head.leaves if head else 0, entries, AT_ONCE):
        batch = [told(n) for n in range(first, min(first + AT_ONCE, entries))]
        await service.database.write(partial(growing.append, branch=BRANCH, entries=batch))


async def _verifications(service: Service, folder: Path, rounds: int) -> dict[str, Metric]:
    """Verify the whole log, both ways."""
    log = folder / "log.jsonl"
    size = await service.database.read(lambda s: _export(service, s, log))
    pairs, outside = [], []
    for _ in range(rounds):
        bare = await service.database.read(lambda s: _bare(s, size))
        began = time.perf_counter()
        found = await service.database.read(lambda s: verify(s, BRANCH))
        pairs.append((time.perf_counter() - began, bare))
        if found.flaw is not None:
            raise AssertionError(f"the log is not whole: {found.flaw}")
        outside.append(
            (await asyncio.to_thread(timed, lambda: verify_audit.verify(str(log))), bare)
        )
    return {f"verify_{size}": beside(pairs), f"verify_export_of_{size}": beside(outside)}


async def _export(service: Service, session: Session, path: Path) -> int:
    head = await audit.head(session, BRANCH)
    key = await sealing.signing_key(session, service.data)
    if head is None or key is None:
        raise LookupError("the server was not initialised")
    sealed: Checkpoint = sealing.sign_head(BRANCH, head, NOW, key)
    with path.open("wb") as file:
        async for line in whole_log(session, BRANCH, sealed):
            file.write(line)
    return head.leaves


async def _bare(session: Session, size: int) -> float:
    """Return the seconds that one SHA-256 for each entry takes, reading left out."""
    spent = 0.0
    for first in range(0, size, AT_ONCE):
        leaves = await audit.leaves(session, BRANCH, first, first + AT_ONCE)
        every = [leaf.entry.encode() for leaf in leaves]
        began = time.perf_counter()
        for one in every:
            hashlib.sha256(one).digest()
        spent += time.perf_counter() - began
    return spent


async def _pushes(service: Service, count: int) -> dict[str, Metric]:
    metrics = {}
    for size in OF_A_PUSH:
        pairs = []
        for number in range(count):
            entries = [told(number * size + n) for n in range(size)]
            ours = await _spent(service, partial(growing.append, branch=BRANCH, entries=entries))
            plain = await _spent(service, partial(_inserted, entries=entries))
            pairs.append((ours, plain))
        metrics[f"push_of_{size}"] = beside(pairs, "ms", MS)
    return metrics


async def _spent(service: Service, work: Callable[[Session], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await service.database.write(work)
    return time.perf_counter() - began


async def _inserted(session: Session, entries: Sequence[Entry]) -> None:
    """Keep the same entries as rows, without a tree."""
    head = await audit.advance(session, BARE, len(entries))
    first = head.leaves - len(entries) if head else 0
    rows = [audit.Leaf(n, canonical(n, e), "0" * 64) for n, e in enumerate(entries, first)]
    await audit.add_leaves(session, BARE, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
