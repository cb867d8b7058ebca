"""`field-server`: the administrator's and operator's program.

Exit codes: 0 done, 1 refused or failed with a reason on standard error, 2 wrong arguments.
"""

import argparse
import asyncio
import math
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from sync.cli_administrators import administrators_command, admit
from sync.cli_approver import approver_command
from sync.cli_arguments import build_parser
from sync.cli_audit import audit_command
from sync.cli_backup import backup_command, compact_command, restore_command
from sync.cli_jobs import jobs_command
from sync.cli_keys import keys_command
from sync.cli_mappack import mappack_command
from sync.cli_policy import policy_command
from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.records import Officer
from sync.domain.situation import Decision
from sync.domain.time import Clock
from sync.domain.vocabulary import Role
from sync.policy.packs.pack import PackRefused
from sync.policy.published import texts_beside
from sync.policy.situations import RowRefused
from sync.policy.words import PackWords
from sync.protocol.map_water import ground_of
from sync.server import publishing
from sync.server.administration import Administration, AdminRefused
from sync.server.app import build_service
from sync.server.backup import mark
from sync.server.custody import KeyAdministration
from sync.server.imports.importing import ImportFailed, import_file
from sync.server.imports.payments import import_payments
from sync.server.imports.report import failure_text, report_text
from sync.server.keeping import ErasureRefused, Keeping, NoSuchCase
from sync.server.migrations.upgrading import NEWEST, TooNew, is_newest, upgrade
from sync.server.problems import RulesUnusable
from sync.server.repositories.session import Away, NoRoom
from sync.server.serving import serve
from sync.server.settings import ServerSettings
from sync.server.subject_access import hand_over
from sync.server.terminal import plain_lines

type Arguments = argparse.Namespace

DATABASE_TROUBLE = (
    TooNew,
    Away,
    NoRoom,
    sqlite3.Error,
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)


def main(arguments: list[str] | None = None, clock: Clock | None = None) -> int:
    """Run the program and return its exit code; without a clock, by the machine's."""
    with plain_lines():
        return _run(arguments, clock)


def _run(arguments: list[str] | None, clock: Clock | None) -> int:
    parsed = build_parser().parse_args(arguments)
    parsed.clock = clock
    try:
        admit(parsed, _administer)
        return COMMANDS[parsed.command](parsed)
    except NoSuchCase as error:
        return _fail(f"there is no case {error}")
    except AdminRefused as error:
        return _fail(str(error))
    except ImportFailed as error:
        return _fail(failure_text(error.code, error.params, parsed.language))
    except RulesUnusable as error:
        return _fail(f"the rules of {error.branch} cannot be used: {error.why}")
    except PackRefused as error:
        return _fail(_told(error.code, error.params))
    except RowRefused as error:
        return _fail(f"line {error.line}, {_told(error.code, error.params)}")
    except DATABASE_TROUBLE as error:
        return _fail(_database_trouble(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _database_trouble(error: Exception) -> str:
    if isinstance(error, TooNew):
        return (
            f"the database is newer than this program (step {error}, known up to {NEWEST}): "
            "use the program that upgraded it; nothing was changed"
        )
    if isinstance(error, NoRoom):
        return "the database's disk is full: make room and try again; nothing was changed"
    cause = error.__cause__ if isinstance(error, Away) else error
    return f"the database cannot be used: {str(cause).partition('\n')[0]}"


def _told(code: str, params: Mapping[str, object]) -> str:
    """Return a code and its values as an operator can read them."""
    values = ", ".join(f"{name}: {value}" for name, value in params.items())
    words = code.replace(".", ": ").replace("_", " ")
    return f"{words} ({values})" if values else words


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def settings_of(parsed: Arguments) -> ServerSettings:
    """Return the server's settings as the arguments give them."""
    data = Path(parsed.data).absolute()
    if parsed.database_url:
        _check_url(parsed.database_url)
    url = parsed.database_url or f"sqlite:///{data / 'server.db'}"
    return ServerSettings(url, data, Path(parsed.policies).absolute())


def _check_url(url: str) -> None:
    if not url.startswith("postgresql://"):
        raise AdminRefused("--database-url begins with postgresql://")
    for host in urlsplit(url).netloc.rpartition("@")[2].split(","):
        try:
            urlsplit(f"//{host}").port  # noqa: B018  # asked for its error alone
        except ValueError as error:
            raise AdminRefused("the port in --database-url is no number") from error


def _administer(parsed: Arguments, act: Callable[[Administration], Awaitable[int | None]]) -> int:
    settings = settings_of(parsed)
    service = build_service(settings, parsed.clock)
    if not is_newest(settings):
        raise AdminRefused("there is no database, or one of an older program: run init first")

    async def run() -> int:
        await service.database.open()
        try:
            return await act(Administration(service)) or 0
        finally:
            await service.database.close()

    return asyncio.run(run())


def _init(parsed: Arguments) -> int:
    settings = settings_of(parsed)
    settings.data.mkdir(parents=True, exist_ok=True)
    upgrade(settings)
    texts = texts_beside(settings.policies / f"{settings.pack}.toml")

    async def act(admin: Administration) -> None:
        await admin.initialise()
        if BranchId(parsed.branch) not in dict(await admin.branches()):
            await admin.add_branch(BranchId(parsed.branch), parsed.branch_name or parsed.branch)
        await publishing.begin(admin.service, BranchId(parsed.branch), texts)
        if mark.read(settings.data) is None:
            await mark.begin(admin.service.database, settings.data, admin.service.latest)
        print(f"ready: {_shown(settings.database_url)}")

    return _administer(parsed, act)


def _shown(url: str) -> str:
    """Return a database's address without who signs in to it and how."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _serve(parsed: Arguments) -> int:
    return serve(settings_of(parsed), parsed)


def _import(parsed: Arguments) -> int:
    try:
        ground = ground_of(Path(parsed.map_pack)) if parsed.map_pack else None
    except ValueError as error:
        return _fail(str(error))

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
        print(report_text(report, parsed.language))
        return 0 if report.usable else 1

    return _administer(parsed, act)


def _payments(parsed: Arguments) -> int:
    async def act(admin: Administration) -> int:
        report = await import_payments(
            admin.service,
            BranchId(parsed.branch),
            Path(parsed.file),
            Path(parsed.mapping),
            dry_run=parsed.dry_run,
        )
        print(report_text(report, parsed.language))
        return 0 if report.usable else 1

    return _administer(parsed, act)


def _team(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action == "add":
            await admin.add_team(BranchId(parsed.branch), TeamId(parsed.id), parsed.name)
        for team, name in await admin.teams(BranchId(parsed.branch)):
            print(f"{team}\t{name}")

    return _administer(parsed, act)


def _user(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action == "add":
            officer = Officer(
                OfficerId(admin.service.ids.fresh()),
                parsed.name,
                Role(parsed.role),
                TeamId(parsed.team),
                _date(parsed.certified_until),
                *_start(parsed.start),
            )
            await admin.put_officer(BranchId(parsed.branch), parsed.login, officer)
        elif parsed.action == "move":
            await admin.change_officer(parsed.login, team_id=TeamId(parsed.team))
        elif parsed.action == "deactivate":
            await admin.change_officer(parsed.login, active=False)
        elif parsed.action == "leave":
            await KeyAdministration(admin.service).leave(parsed.login)
            await admin.change_officer(parsed.login, active=False)
        elif parsed.action == "certify":
            until = _date(parsed.certified_until)
            if until is None:
                raise AdminRefused("--certified-until is needed")
            await admin.change_officer(parsed.login, certified_until=until)
        for account in await admin.people():
            state = "active" if account.active else "ended"
            print(f"{account.login}\t{account.role}\t{account.team_id}\t{state}\t{account.id}")

    return _administer(parsed, act)


def _enrol_code(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        print(await admin.enrol_code(parsed.login))

    return _administer(parsed, act)


def _device(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action in ("revoke", "lost"):
            await admin.set_device_state(
                parsed.id, {"revoke": "revoked"}.get(parsed.action, "lost")
            )
        elif parsed.action in ("concern", "calm"):
            is_felt = parsed.action == "concern"
            await KeyAdministration(admin.service).concern(parsed.id, is_felt=is_felt)
        elif parsed.action == "found":
            await KeyAdministration(admin.service).found(parsed.id)
        elif parsed.action == "wipe":
            await KeyAdministration(admin.service).wipe(parsed.id, rescue=not parsed.no_rescue)
        for device in await admin.devices():
            print(
                f"{device.id}\t{device.name}\t{device.account_id}\t{device.state}\t{device.last_seq}"
            )

    return _administer(parsed, act)


def _least_client(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        wanted = "" if parsed.version == "none" else parsed.version
        print(await admin.least_client(wanted) or "any version may work")

    return _administer(parsed, act)


def _session(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action == "end":
            await admin.end_sessions(parsed.id)
        for one in await admin.sessions():
            told = (one.device_id, one.name, one.login, one.began_at, one.expires_at, one.address)
            print("\t".join(told))

    return _administer(parsed, act)


def _keys(parsed: Arguments) -> int:
    return keys_command(parsed, _administer)


def _audit(parsed: Arguments) -> int:
    return audit_command(parsed, _administer)


def _approver(parsed: Arguments) -> int:
    return approver_command(parsed, _administer)


def _backup(parsed: Arguments) -> int:
    return backup_command(parsed, settings_of(parsed), _administer)


def _restore(parsed: Arguments) -> int:
    return restore_command(parsed, settings_of(parsed), _administer)


def _compact(parsed: Arguments) -> int:
    return compact_command(parsed, settings_of(parsed), _administer)


def _jobs(parsed: Arguments) -> int:
    return jobs_command(parsed, _administer)


def _retention(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        keeping = Keeping(admin.service, BranchId(parsed.branch))
        if parsed.action == "run":
            for case_no in await keeping.run():
                print(f"{case_no}\terased")
        words = await _rule_words(admin, parsed)
        for kept in await keeping.closed_cases():
            print(f"{kept.case_no}\t{kept.decision.verdict}\t{_sentences(words, kept.decision)}")

    return _administer(parsed, act)


def _erase(parsed: Arguments) -> int:
    async def act(admin: Administration) -> int:
        keeping = Keeping(admin.service, BranchId(parsed.branch))
        try:
            gone = await keeping.erase(parsed.case_no, parsed.why)
        except ErasureRefused as refused:
            words = await _rule_words(admin, parsed)
            return _fail(f"{parsed.case_no}: {_sentences(words, refused.decision)}")
        print(f"{parsed.case_no}: {gone} records erased")
        return 0

    return _administer(parsed, act)


def _subject_access(parsed: Arguments) -> int:
    async def act(admin: Administration) -> None:
        branch, out = BranchId(parsed.branch), Path(parsed.out)
        count = await hand_over(admin.service, branch, parsed.case_no, out)
        print(f"{parsed.case_no}: {count} records in {out.name}")

    return _administer(parsed, act)


async def _rule_words(admin: Administration, parsed: Arguments) -> PackWords:
    rules, branch = admin.service.rules, BranchId(parsed.branch)
    policy = await admin.service.database.read(lambda s: rules.of(s, branch))
    return PackWords(policy.pack, parsed.language)


def _sentences(words: PackWords, decision: Decision) -> str:
    return " ".join(f"{words.sentence(f)} ({words.source(f.rule)})" for f in decision.findings)


def _policy(parsed: Arguments) -> int:
    return policy_command(parsed, _administer)


def _mappack(parsed: Arguments) -> int:
    return mappack_command(parsed, _administer)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise AdminRefused(f"{text} is no date, YYYY-MM-DD") from error


def _start(text: str | None) -> tuple[int, int] | tuple[None, None]:
    """Return latitude and longitude in 1e-7 degrees."""
    if not text:
        return None, None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise AdminRefused(f"{text} is no place, LAT,LON in degrees") from error
    if not (math.fabs(lat) <= 90 and math.fabs(lon) <= 180):
        raise AdminRefused(f"{text} is nowhere on earth")
    return round(lat * 1e7), round(lon * 1e7)


COMMANDS: dict[str, Callable[[Arguments], int]] = {
    "init": _init,
    "administrator": lambda parsed: administrators_command(parsed, _administer),
    **dict.fromkeys(("offline-hours", "custodian", "reset"), _keys),
    "serve": _serve,
    "import": _import,
    "team": _team,
    "user": _user,
    "enrol-code": _enrol_code,
    "device": _device,
    "least-client": _least_client,
    "session": _session,
    "audit": _audit,
    "approver": _approver,
    "backup": _backup,
    "restore": _restore,
    "compact": _compact,
    "jobs": _jobs,
    "payments": _payments,
    "retention": _retention,
    "erase": _erase,
    "subject-access": _subject_access,
    "policy": _policy,
    "mappack": _mappack,
}

if __name__ == "__main__":
    sys.exit(main())
