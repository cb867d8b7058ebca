"""The commands about customers' records: taken in, kept no longer than needed, handed over."""

import argparse
from collections.abc import Callable
from pathlib import Path

from sync.cli.acts import Administer, Arguments, Commands
from sync.domain.ids import BranchId, TeamId
from sync.domain.situation import Decision
from sync.policy.words import PackWords
from sync.protocol.map_water import ground_of
from sync.server.administration import Administration, AdminRefused
from sync.server.imports.importing import import_file
from sync.server.imports.payments import import_payments
from sync.server.imports.report import ImportReport, report_text
from sync.server.keeping import ErasureRefused, Keeping
from sync.server.subject_access import hand_over


def add_customers(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of retention, erasure and subject access."""
    retention = commands.add_parser(
        "retention", parents=[common], help="closed cases, and those kept too long"
    )
    retention.add_argument("action", choices=["list", "run"])
    erase = commands.add_parser("erase", parents=[common], help="erase one case")
    erase.add_argument("case_no")
    erase.add_argument("--why", choices=["request", "retention"], default="request")
    for one in (retention, erase):
        one.add_argument("--language", choices=["zh_CN", "en"], default="zh_CN")
    access = commands.add_parser(
        "subject-access", parents=[common], help="everything kept about one customer"
    )
    access.add_argument("case_no")
    access.add_argument("--out", required=True, help="the archive to write (.zip)")


def _import(parsed: Arguments, administer: Administer) -> int:
    try:
        ground = ground_of(Path(parsed.map_pack)) if parsed.map_pack else None
    except ValueError as error:
        raise AdminRefused(str(error)) from error

    async def act(admin: Administration) -> int:
        report = await import_file(
            admin.service,
            BranchId(parsed.branch),
            Path(parsed.file),
            Path(parsed.mapping),
            TeamId(parsed.team),
            dry_run=parsed.dry_run,
            ground=ground,
        )
        return _told(report, parsed.language)

    return administer(parsed, act)


def _told(report: ImportReport, language: str) -> int:
    print(report_text(report, language))
    return 0 if report.usable else 1


def _payments(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> int:
        report = await import_payments(
            admin.service,
            BranchId(parsed.branch),
            Path(parsed.file),
            Path(parsed.mapping),
            dry_run=parsed.dry_run,
        )
        return _told(report, parsed.language)

    return administer(parsed, act)


def _retention(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        keeping = Keeping(admin.service, BranchId(parsed.branch))
        if parsed.action == "run":
            for case_no in await keeping.run():
                print(f"{case_no}\terased")
        words = await _rule_words(admin, parsed)
        for kept in await keeping.closed_cases():
            print(f"{kept.case_no}\t{kept.decision.verdict}\t{_sentences(words, kept.decision)}")

    return administer(parsed, act)


def _erase(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> int:
        keeping = Keeping(admin.service, BranchId(parsed.branch))
        try:
            gone = await keeping.erase(parsed.case_no, parsed.why)
        except ErasureRefused as refused:
            words = await _rule_words(admin, parsed)
            raise AdminRefused(
                f"{parsed.case_no}: {_sentences(words, refused.decision)}"
            ) from refused
        print(f"{parsed.case_no}: {gone} records erased")
        return 0

    return administer(parsed, act)


def _subject_access(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        branch, out = BranchId(parsed.branch), Path(parsed.out)
        count = await hand_over(admin.service, branch, parsed.case_no, out)
        print(f"{parsed.case_no}: {count} records in {out.name}")

    return administer(parsed, act)


async def _rule_words(admin: Administration, parsed: Arguments) -> PackWords:
    rules, branch = admin.service.rules, BranchId(parsed.branch)
    policy = await admin.service.database.read(lambda s: rules.of(s, branch))
    return PackWords(policy.pack, parsed.language)


def _sentences(words: PackWords, decision: Decision) -> str:
    return " ".join(f"{words.sentence(f)} ({words.source(f.rule)})" for f in decision.findings)


CUSTOMERS: dict[str, Callable[[Arguments, Administer], int]] = {
    "import": _import,
    "payments": _payments,
    "retention": _retention,
    "erase": _erase,
    "subject-access": _subject_access,
}
