"""The records one transaction works with: read together, kept here, written together at its end.

Whoever decides two hundred acts one after the other sees each act's effect in the next one's
snapshot without asking the database for it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sync.domain.ids import BranchId, CaseId
from sync.domain.records import Versioned, case_of, encode_record, kind_of
from sync.domain.snapshot import Needs, Snapshot
from sync.server.repositories import records
from sync.server.repositories.records import Key, Written
from sync.server.repositories.session import Session


class InHand:
    """What was read, each record once, and what waits to be written."""

    def __init__(self, session: Session, branch: BranchId) -> None:
        self._session = session
        self._branch = branch
        self._known: dict[Key, Versioned[Any] | None] = {}
        self._cases: dict[CaseId, dict[Key, Versioned[Any]]] = {}
        self._waiting: list[Written] = []

    async def read(self, asked: Sequence[Needs], named: Iterable[Key] = ()) -> None:
        """Read what these acts need, and the records they name; their cases are locked.

        The locks are taken in one order by everybody, so two batches cannot wait for each other.
        """
        await self._read_cases({case for one in asked for case in one.cases})
        keys = {*named, *(key for one in asked for key in _single(one))}
        by_kind: dict[str, list[str]] = {}
        for kind, record_id in sorted(keys - self._known.keys()):
            by_kind.setdefault(kind, []).append(record_id)
        for kind, ids in by_kind.items():
            found = await records.named(self._session, self._branch, kind, ids)
            self._known |= {(kind, record_id): found.get(record_id) for record_id in ids}

    async def _read_cases(self, cases: set[CaseId]) -> None:
        new = sorted(cases - self._cases.keys())
        if not new:
            return
        await self.write()
        await records.lock_cases(self._session, self._branch, new)
        self._cases |= {case_id: {} for case_id in new}
        self._known |= {("case", case_id): None for case_id in new}
        for stands in await records.weighed(self._session, self._branch, new):
            self._keep(stands)

    def _keep(self, stands: Versioned[Any]) -> None:
        key, case_id = (kind_of(stands.record), stands.record.id), case_of(stands.record)
        self._known[key] = stands
        if case_id in self._cases:
            self._cases[case_id][key] = stands

    async def snapshot(self, asked: Needs) -> Snapshot:
        """Return what `decide` must see; what was not read yet is read now."""
        if not self._holds(asked):
            await self.read([asked])
        found: list[Versioned[Any]] = []
        for case_id in sorted(asked.cases):
            held = self._cases[case_id]
            found += [held[key] for key in sorted(held)]
        named = (self._known[key] for key in _single(asked))
        return Snapshot([*found, *(one for one in named if one is not None)])

    def _holds(self, asked: Needs) -> bool:
        return all(case_id in self._cases for case_id in asked.cases) and all(
            key in self._known for key in _single(asked)
        )

    async def stands(self, kind: str, record_id: str) -> Versioned[Any] | None:
        """Return a record as it stands in this transaction; None when there is none."""
        key = kind, record_id
        if key not in self._known:
            await self.read((), [key])
        return self._known[key]

    def put(self, stands: Versioned[Any]) -> bytes:
        """Let a record stand from now on at this revision; return its body."""
        record = stands.record
        self._keep(stands)
        body = encode_record(record)
        case_id = case_of(record) or ""
        self._waiting.append(Written(kind_of(record), record.id, case_id, stands.rev, body))
        return body

    async def write(self) -> None:
        """Write what waits; raises Clash when a record stands otherwise than it was read."""
        waiting, self._waiting = self._waiting, []
        await records.put(self._session, self._branch, waiting)

    async def forget(self) -> None:
        """Write what waits and forget what was read: others change it without this class."""
        await self.write()
        self._known.clear()
        self._cases.clear()


def _single(asked: Needs) -> list[Key]:
    return [
        *(("officer", officer) for officer in asked.officers),
        *(("route", route) for route in asked.routes),
    ]
