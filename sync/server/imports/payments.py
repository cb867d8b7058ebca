"""Imports what the bank received: payments by case number, each once however often it is imported.

A payment is known by case, day, amount and reference; two that are alike in one file are two.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sync.domain.ids import BranchId, CaseId, RecordId
from sync.domain.outcome import Change
from sync.domain.records import Payment
from sync.server.commit import Commit
from sync.server.imports.importing import open_file
from sync.server.imports.mapping import read_payment_mapping
from sync.server.imports.report import ImportReport
from sync.server.imports.rows import ReadPayment, RowTrouble
from sync.server.repositories import records
from sync.server.repositories.session import Session
from sync.server.service import Service


async def import_payments(
    service: Service, branch: BranchId, file: Path, mapping: Path, *, dry_run: bool
) -> ImportReport:
    """Import a file of payments; raises ImportFailed when it cannot be read at all."""
    told, reader, lines = open_file(service, file, mapping, read_payment_mapping)
    read = [reader.read_payment(number, row) for number, row in lines]
    good = [r for r in read if isinstance(r, ReadPayment)]
    troubles = [r for r in read if isinstance(r, RowTrouble)]
    title = told.columns["case_no"]
    digest = await asyncio.to_thread(lambda: hashlib.sha256(file.read_bytes()).hexdigest())

    async def work(session: Session) -> ImportReport:
        cases = {
            v.record.case_no: v.record.id for v in await records.of_kind(session, branch, "case")
        }
        known = {v.record.id for v in await records.of_kind(session, branch, "payment")}
        unknown = [
            RowTrouble(p.line, title, "import.unknown_case", p.case_no)
            for p in good
            if p.case_no not in cases
        ]
        every = _payments([p for p in good if p.case_no in cases], cases)
        new = [p for p in every if p.id not in known]
        refused = tuple(sorted((*troubles, *unknown), key=lambda t: t.line))
        report = ImportReport(dry_run, len(new), 0, len(every) - len(new), refused)
        if not dry_run:
            commit = Commit(session, branch)
            await commit.apply([Change(p, 0) for p in new])
            now = service.clock.now().isoformat()
            commit.leaf(now, what="payments", file=digest, added=len(new))
            await commit.finish()
        return report

    return await service.database.write(work)


def _payments(lines: Sequence[ReadPayment], cases: dict[str, CaseId]) -> list[Payment]:
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for line in lines:
        key = (line.case_no, line.day, line.amount_fen, line.reference)
        seen[key] += 1
        name = "|".join(map(str, (*key, seen[key])))
        made = RecordId("pay-" + hashlib.sha256(name.encode()).hexdigest()[:40])
        case_id = cases[line.case_no]
        found.append(Payment(made, case_id, line.day, line.amount_fen, line.reference))
    return found
