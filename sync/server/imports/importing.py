"""Plans and applies an import: understood lines together in one transaction, the rest reported."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from sync.domain.ids import BranchId, CaseId, IdSource, RecordId, TeamId
from sync.domain.outcome import Change
from sync.domain.records import Address, Case, Contact, Versioned
from sync.domain.time import local_date
from sync.protocol.map_water import Ground
from sync.server.commit import Commit
from sync.server.imports.mapping import Mapping, MappingRefused, read_mapping
from sync.server.imports.report import ImportReport
from sync.server.imports.rows import ReadCase, RowReader, RowTrouble
from sync.server.imports.workbook import FileRefused, read_rows
from sync.server.repositories import accounts, records
from sync.server.repositories.session import Session
from sync.server.service import Service


class ImportFailed(Exception):
    """The file as a whole is refused; nothing was written. `report` has words for the code."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Plan(msgspec.Struct, frozen=True):
    """What an import would write."""

    changes: tuple[Change, ...]
    added: int
    changed: int
    unchanged: int


async def import_file(
    service: Service,
    branch: BranchId,
    file: Path,
    mapping: Path,
    team: TeamId,
    *,
    dry_run: bool,
    ground: Ground | None = None,
) -> ImportReport:
    """Import a file for a team; raises ImportFailed when the file cannot be read at all.

    With a map's ground, points outside its region or in its water are told of and taken as they
    are.
    """
    read, troubles = read_file(service, file, mapping)
    digest = await asyncio.to_thread(_digest, file)

    async def work(session: Session) -> ImportReport:
        if team not in dict(await accounts.teams(session, branch)):
            raise ImportFailed("import.no_team", team=team)
        plan = await _plan(session, service.ids, branch, team, read)
        report = ImportReport(
            dry_run,
            plan.added,
            plan.changed,
            plan.unchanged,
            tuple(troubles),
            tuple(r.line for r in read if r.address.point is None),
            tuple(r.line for r in read if _is_outside(r, ground)),
            tuple(r.line for r in read if _is_in_water(r, ground)),
        )
        if not dry_run:
            await _apply(session, service, branch, plan, digest, report)
        return report

    return await service.database.write(work)


def _is_outside(read: ReadCase, ground: Ground | None) -> bool:
    point = read.address.point
    return ground is not None and point is not None and ground.is_outside(point)


def _is_in_water(read: ReadCase, ground: Ground | None) -> bool:
    point = read.address.point
    return ground is not None and point is not None and ground.water.holds(point)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read_file(
    service: Service, file: Path, mapping_file: Path
) -> tuple[list[ReadCase], list[RowTrouble]]:
    """Return the understood lines and the refused ones; raises ImportFailed."""
    mapping, reader, filled = open_file(service, file, mapping_file, read_mapping)
    return _sorted_out(mapping.columns["case_no"], (reader.read(n, r) for n, r in filled))


def open_file(
    service: Service, file: Path, mapping_file: Path, reads: Callable[[Path], Mapping]
) -> tuple[Mapping, RowReader, list[tuple[int, list[str]]]]:
    """Return the mapping, a reader and the numbered lines behind the titles; raises ImportFailed.

    `reads` reads the mapping: which columns there must be differs between kinds of files.
    """
    try:
        mapping = reads(mapping_file)
        rows = read_rows(file)
    except FileRefused as refused:
        raise ImportFailed(refused.code, **refused.params) from refused
    except MappingRefused as refused:
        raise ImportFailed("import.mapping", detail=str(refused)) from refused
    today = local_date(service.clock.now(), mapping.zone)
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    reader = RowReader(mapping, filled[0][1], today)
    if reader.missing:
        raise ImportFailed("import.missing_columns", columns=", ".join(reader.missing))
    if reader.twice:
        raise ImportFailed("import.twice_columns", columns=", ".join(reader.twice))
    return mapping, reader, filled[1:]


def _sorted_out(
    title: str,
    lines: Iterable[ReadCase | RowTrouble],
) -> tuple[list[ReadCase], list[RowTrouble]]:
    good: list[ReadCase] = []
    troubles: list[RowTrouble] = []
    seen: set[str] = set()
    for line in lines:
        if isinstance(line, RowTrouble):
            troubles.append(line)
        elif line.case_no in seen:
            troubles.append(RowTrouble(line.line, title, "import.duplicate", line.case_no))
        else:
            seen.add(line.case_no)
            good.append(line)
    return good, troubles


async def _plan(
    session: Session, ids: IdSource, branch: BranchId, team: TeamId, lines: Sequence[ReadCase]
) -> Plan:
    standing = {v.record.case_no: v for v in await records.of_kind(session, branch, "case")}
    contacts = {
        (v.record.case_id, v.record.channel, v.record.at)
        for v in await records.of_kind(session, branch, "contact")
    }
    changes: list[Change] = []
    added = changed = unchanged = 0
    for line in lines:
        stands = standing.get(line.case_no)
        case = _case(line, stands, ids, team)
        new = [
            c for c in _contacts(line, case.id, ids) if (c.case_id, c.channel, c.at) not in contacts
        ]
        same = stands is not None and stands.record == case
        if not same:
            changes.append(Change(case, stands.rev if stands else 0))
        changes += [Change(contact, 0) for contact in new]
        added += stands is None
        changed += stands is not None and (not same or bool(new))
        unchanged += same and not new
    return Plan(tuple(changes), added, changed, unchanged)


def _case(line: ReadCase, stands: Versioned[Case] | None, ids: IdSource, team: TeamId) -> Case:
    """Return the case as it will be: assignment, wishes and marks of a known one stay."""
    if stands is None:
        return Case(
            CaseId(ids.fresh()),
            line.case_no,
            team,
            line.customer,
            line.address,
            line.loan,
            closed_on=line.closed_on,
        )
    before = stands.record
    customer = msgspec.structs.replace(
        line.customer,
        deceased=before.customer.deceased,
        vulnerabilities=before.customer.vulnerabilities,
    )
    return msgspec.structs.replace(
        before,
        customer=customer,
        address=_address(line.address, before.address),
        loan=line.loan,
        # A file without the column, or an old one, does not open a case again.
        closed_on=line.closed_on or before.closed_on,
    )


def _address(told: Address, before: Address) -> Address:
    """Return the address of the file; a pin that a person corrected stays while the words do."""
    if not before.moves:
        return told
    if told.text != before.text:
        return msgspec.structs.replace(told, moves=before.moves)
    return msgspec.structs.replace(before, area=told.area, zone=told.zone)


def _contacts(line: ReadCase, case_id: CaseId, ids: IdSource) -> list[Contact]:
    return [
        Contact(RecordId(ids.fresh()), case_id, c.channel, c.at, c.result, imported=True)
        for c in line.contacts
    ]


async def _apply(
    session: Session,
    service: Service,
    branch: BranchId,
    plan: Plan,
    digest: str,
    report: ImportReport,
) -> None:
    now = service.clock.now().isoformat()
    commit = Commit(session, branch)
    await commit.apply(plan.changes)
    commit.leaf(now, what="import", file=digest, added=plan.added, changed=plan.changed)
    await session.run(
        "INSERT INTO import_run (branch_id, id, at, file_hash, report) VALUES (?, ?, ?, ?, ?)",
        branch,
        service.ids.fresh(),
        now,
        digest,
        msgspec.json.encode(report.without_values()),
    )
    await commit.finish()
