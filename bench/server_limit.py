"""Notes what the server's statements are for a pull and for a push, as scripts for pgbench."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec

from bench.bank import Laptop, call, visit
from bench.closed_loop import SIGN_IN
from bench.pgbench import LAST_SEQ, Overheard, Script, gathered, mark_counters
from bench.pgbench_together import shared_out
from sync.domain.commands import Command
from sync.domain.ids import IdSource
from sync.engine.signing_in import SigningIn
from sync.protocol.compression import pack
from sync.protocol.messages import Push
from sync.protocol.proof import HEADER, TokenGrant
from sync.protocol.versions import VERSION
from sync.server.app import build_service, create_app
from sync.server.machine import MachineIds
from sync.server.repositories.session import Database, Session
from sync.server.settings import ServerSettings

# Of an officer's cases, in turn: pgbench takes the square of its script's length to read it.
PARTS = 1
CALLS_OF_A_VISIT = 3  # one act in so many is a visit, the others are calls


class NotedIds:
    """Fresh ids, remembered."""

    def __init__(self) -> None:
        self._ids = MachineIds()
        self.made: set[str] = set()

    def fresh(self) -> str:
        """Return a new id."""
        one = self._ids.fresh()
        self.made.add(one)
        return one


def day_of(
    laptop: Laptop, part: int, batch: int, chance: random.Random, ids: IdSource
) -> list[Command]:
    """Return a batch of acts about one part of an officer's cases: two calls, then a visit."""
    cases = itertools.islice(itertools.cycle(laptop.cases), part * batch, (part + 1) * batch)
    return [
        (visit if n % CALLS_OF_A_VISIT == 2 else call)(laptop, case_id, chance, ids)
        for n, case_id in enumerate(cases)
    ]


def push_body(laptop: Laptop, commands: Sequence[Command], ids: IdSource) -> bytes:
    """Return a push of these commands, signed and compressed."""
    envelopes = tuple(laptop.sealed(c, ids) for c in commands)
    return pack(msgspec.json.encode(Push(laptop.enrolled.epoch, laptop.device_id, envelopes)))


class Pull(msgspec.Struct, frozen=True):
    """A page somebody may ask for."""

    laptop: Laptop
    after: str
    limit: int

    @property
    def path(self) -> str:
        """Return what is asked."""
        return f"/pull?scope={self.laptop.scope}&after={self.after}&limit={self.limit}"


def full_pages(
    settings: ServerSettings, laptops: Sequence[Laptop], page: int, each: int
) -> list[Pull]:
    """Return cursors behind which each laptop finds a full page and more."""

    async def work() -> list[Pull]:
        database = build_service(settings).database
        await database.open()
        try:
            found: list[Pull] = []
            for laptop in laptops:
                rows = await database.read(partial(_places, laptop=laptop))
                assert len(rows) > page, f"{len(rows)} rows are no full page"
                cursors = [f"{n}.{i}" for n, i in rows[: len(rows) - page]]
                found += [Pull(laptop, after, page) for after in ["0.-1", *cursors][:each]]
            return found
        finally:
            await database.close()

    return asyncio.run(work())


async def _places(session: Session, laptop: Laptop) -> list[tuple[int, int]]:
    rows = await session.rows(
        "SELECT commit_no, idx FROM feed WHERE branch_id = ? AND scope = ? ORDER BY commit_no, idx",
        laptop.branch,
        laptop.scope,
    )
    return [(row[0], row[1]) for row in rows]


class Limits(msgspec.Struct, frozen=True):
    """The script of a pull, and those of a push."""

    pull: Path
    push: tuple[Path, ...]


def write_scripts(
    scratch: ServerSettings, pulls: Sequence[Pull], laptops: Sequence[Laptop], batch: int, to: Path
) -> Limits:
    """Ask the app itself, on a database that may be spoilt, and write down what it asked."""
    return asyncio.run(_scripts(scratch, pulls, laptops, batch, to))


async def _scripts(
    scratch: ServerSettings, pulls: Sequence[Pull], laptops: Sequence[Laptop], batch: int, to: Path
) -> Limits:
    service = build_service(scratch)
    overheard = Overheard(service.database)
    app = create_app(replace(service, database=overheard))
    await overheard.open()
    transport = httpx.ASGITransport(
        cast("Any", app)
    )  # one names the protocol's dicts, one types them
    async with httpx.AsyncClient(transport=transport, base_url="http://bench/sync/v1") as client:
        asking = _Asking(client, overheard)
        try:
            own = [[p for p in pulls if p.laptop is laptop] for laptop in laptops]
            pulled = [[await asking.pull(p) for p in each] for each in own]
            pushed = [
                [await asking.push(service.database, x, n, batch) for n in range(PARTS)]
                for x in laptops
            ]
        finally:
            await overheard.close()
    limits = Limits(to / "pull.sql", shared_out(pushed, to))
    limits.pull.write_text(gathered(pulled))
    return limits


class _Asking:
    """Asks the app and writes down what it asked its database."""

    def __init__(self, client: httpx.AsyncClient, overheard: Overheard) -> None:
        self._client = client
        self._overheard = overheard
        self._shows: dict[str, SigningIn] = {}  # tokens of this database, not of the served one
        self._proof = ""  # the id of the proof shown last: each request notes one of its own

    def _shows_of(self, laptop: Laptop) -> SigningIn:
        fresh = SigningIn(laptop.enrolled.token, laptop.key.private_bytes_raw())
        return self._shows.setdefault(laptop.device_id, fresh)

    async def _sign_in(self, laptop: Laptop) -> None:
        answer = await self.ask(laptop, "POST", SIGN_IN)
        self._shows_of(laptop).take(msgspec.json.decode(answer.content, type=TokenGrant))

    async def ask(
        self, laptop: Laptop, method: str, path: str, body: bytes = b""
    ) -> httpx.Response:
        """Send a request; fails when it is refused."""
        if self._shows_of(laptop).is_due and path != SIGN_IN:
            await self._sign_in(laptop)
        target = f"/sync/v1{path}"
        headers = {
            **self._shows_of(laptop).headers(method, target, body, enrolled=path == SIGN_IN),
            "Sync-Version": str(VERSION),
            "Accept-Encoding": "zstd",
        }
        if body:
            headers |= {"Content-Encoding": "zstd", "Content-Type": "application/json"}
        self._proof = headers[HEADER].split(".")[2]
        self._overheard.heard.clear()
        answer = await self._client.request(method, path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def pull(self, pull: Pull) -> Script:
        """Pull a page; return the statements of it."""
        await self.ask(pull.laptop, "GET", pull.path)
        return Script(self._overheard.heard, frozenset({self._proof}))

    async def push(self, database: Database, laptop: Laptop, part: int, batch: int) -> Script:
        """Push a batch with counters that stand out; return the statements of it."""
        marked = partial(mark_counters, branch=laptop.branch, device=laptop.device_id)
        await database.write(marked)
        ids, copy = NotedIds(), replace(laptop, seq=LAST_SEQ)
        acts = day_of(copy, part, batch, random.Random(part), ids)
        await self.ask(laptop, "POST", "/push", push_body(copy, acts, ids))
        return Script(self._overheard.heard, frozenset({*ids.made, self._proof}), batch)
