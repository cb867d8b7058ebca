"""What is kept no longer: cases whose period is over, and what a customer asked to have erased.

Asked of the policy pack (acts `retention` and `erasure`); refused while a complaint, a dispute, a
plan or the legal period stands (PIPL art. 47). The audit log stays whole: its entries hold ids
and hashes only. Envelopes keep their proof without their body: its hash takes its place.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec

from sync.domain.facts_of_case import situation_of
from sync.domain.ids import BranchId, MutationId
from sync.domain.records import Attachment, Case, Versioned
from sync.domain.situation import Act, Decision, Policy, Verdict
from sync.domain.snapshot import Needs, Snapshot
from sync.protocol.envelope import decode_envelope, encode_envelope
from sync.server.audit.envelopes import emptied
from sync.server.commit import Commit
from sync.server.handlers.attachments import files_of
from sync.server.repositories import records
from sync.server.repositories.session import Session
from sync.server.service import Service

KEPT_TOO_LONG = "kept_too_long"  # the pack's mechanism for the end of the keeping period
BATCH = 500  # envelopes read at once while looking for a case
REPORTS_KEPT = timedelta(days=90)  # import reports name values of refused lines


class NoSuchCase(Exception):
    """There is no case of this number in the branch."""


class ErasureRefused(Exception):
    """The rules keep the case; `decision` says why and until when."""

    def __init__(self, case_no: str, decision: Decision) -> None:
        super().__init__(case_no)
        self.case_no = case_no
        self.decision = decision


class Kept(msgspec.Struct, frozen=True):
    """A closed case, what the rules say of keeping it, and whether its time is over."""

    case_no: str
    decision: Decision
    is_late: bool


class Keeping:
    """The jobs of data protection, each case in one transaction."""

    def __init__(self, service: Service, branch: BranchId) -> None:
        self._service = service
        self._branch = branch

    async def closed_cases(self) -> list[Kept]:
        """Return the closed cases with the rules' answer to keeping them, by number."""

        async def work(session: Session) -> list[Kept]:
            every = await records.of_kind(session, self._branch, "case")
            closed = [v.record for v in every if v.record.closed]
            policy = await self._service.rules.of(session, self._branch)
            over = {r.id for r in policy.pack.rules if r.kind == KEPT_TOO_LONG}
            found = []
            for case in sorted(closed, key=lambda c: str(c.case_no)):
                known = Snapshot(await records.of_case(session, self._branch, case.id))
                decision = self._judge(policy, Act.RETENTION, case, known)
                is_late = any(f.rule in over for f in decision.findings)
                found.append(Kept(case.case_no, decision, is_late))
            return found

        return await self._service.database.read(work)

    async def run(self) -> tuple[str, ...]:
        """Erase every case that is kept too long, and old import reports; return the numbers."""
        late = [k.case_no for k in await self.closed_cases() if k.is_late]
        erased = []
        for case_no in late:
            try:
                await self.erase(case_no, "retention")
            except ErasureRefused:
                continue  # a reason to keep it stands: it is looked at again at the next run
            erased.append(case_no)
        before = (self._service.clock.now() - REPORTS_KEPT).isoformat()
        await self._service.database.write(
            lambda s: s.run(
                "DELETE FROM import_run WHERE branch_id = ? AND at < ?", self._branch, before
            )
        )
        return tuple(erased)

    async def erase(self, case_no: str, why: str) -> int:
        """Erase a case; returns how many records went. `why` is retention or request.

        Raises NoSuchCase, ErasureRefused.
        """

        async def work(session: Session) -> list[Versioned[object]]:
            case = await self._case(session, case_no)
            # Under the case's lock: nothing may be added while it goes.
            commit = Commit(session, self._branch)
            snapshot = await commit.hand.snapshot(Needs((case.id,)))
            policy = await self._service.rules.of(session, self._branch)
            decision = self._judge(policy, Act.ERASURE, case, snapshot)
            if decision.verdict is Verdict.BLOCK:
                raise ErasureRefused(case_no, decision)
            stands = await records.of_case(session, self._branch, case.id)
            await commit.erase(case, stands)
            mids = await self._empty_envelopes(session, case)
            now = self._service.clock.now().isoformat()
            commit.leaf(
                now, what="case.erased", id=case.id, records=len(stands), why=why, mids=mids
            )
            await commit.finish()
            return stands

        gone = await self._service.database.write(work)
        files = files_of(self._service, self._branch)
        for one in gone:
            if isinstance(one.record, Attachment):
                await asyncio.to_thread(files.forget, one.record.id)
        return len(gone)

    async def _case(self, session: Session, case_no: str) -> Case:
        for stands in await records.of_kind(session, self._branch, "case"):
            if stands.record.case_no == case_no:
                case: Case = stands.record
                return case
        raise NoSuchCase(case_no)

    def _judge(self, policy: Policy, act: Act, case: Case, snapshot: Snapshot) -> Decision:
        now = self._service.clock.now()
        return policy.judge(act, now, situation_of(snapshot, case))

    async def envelopes_of(self, session: Session, case_no: str) -> list[MutationId]:
        """Return the ids of every envelope about a case, by id; raises NoSuchCase."""
        case = await self._case(session, case_no)
        return [mid async for mid, _ in self._about(session, case)]

    async def _about(self, session: Session, case: Case) -> AsyncIterator[tuple[MutationId, bytes]]:
        """Yield each envelope about a case with its id."""
        after, wanted = "", case.id.encode()
        while True:
            rows = await session.rows(
                "SELECT mid, envelope FROM mutation WHERE branch_id = ? AND mid > ? "
                f"ORDER BY mid LIMIT {BATCH}",
                self._branch,
                after,
            )
            for mid, data in rows:
                if wanted in bytes(data):
                    yield MutationId(mid), bytes(data)
            if len(rows) < BATCH:
                return
            after = rows[-1][0]

    async def _empty_envelopes(self, session: Session, case: Case) -> list[str]:
        """Replace the bodies of every envelope about the case by their hash; return their ids.

        The log names them, so that nobody can hide another body by the same form.
        """
        bare: list[str] = []
        async for mid, data in self._about(session, case):
            await self._empty_envelope(session, mid, data)
            bare.append(mid)
        return bare

    async def _empty_envelope(self, session: Session, mid: str, data: bytes) -> None:
        await session.run(
            "UPDATE mutation SET envelope = ?, result = ? WHERE branch_id = ? AND mid = ?",
            encode_envelope(emptied(decode_envelope(data))),
            await self._emptied_result(session, mid),
            self._branch,
            mid,
        )

    async def _emptied_result(self, session: Session, mid: str) -> bytes:
        row = await session.row(
            "SELECT result FROM mutation WHERE branch_id = ? AND mid = ?", self._branch, mid
        )
        told = msgspec.json.decode(bytes(row[0]) if row else b"{}")
        return msgspec.json.encode(told | {"current": None})
