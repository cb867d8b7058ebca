"""`field-server`: the administrator's and operator's program.

Exit codes: 0 done, 1 refused or failed with a reason on standard error, 2 wrong arguments.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from sync.cli_arguments import build_parser
from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.records import Officer
from sync.domain.time import Clock
from sync.domain.vocabulary import Role
from sync.policy.engine import PolicyEngine
from sync.policy.pack import PackRefused, load_pack
from sync.policy.situations import OUT, RowRefused, try_table
from sync.server.administration import Administration, AdminRefused
from sync.server.app import build_service
from sync.server.imports.importing import ImportFailed, import_file
from sync.server.imports.report import report_text
from sync.server.migrations.upgrading import upgrade
from sync.server.serving import serve
from sync.server.settings import ServerSettings

type Arguments = argparse.Namespace


def main(arguments: list[str] | None = None, clock: Clock | None = None) -> int:
    """Run the program and return its exit code; without a clock, by the machine's."""
    parsed = build_parser().parse_args(arguments)
    parsed.clock = clock
    try:
        return COMMANDS[parsed.command](parsed)
    except (AdminRefused, ImportFailed) as error:
        return _fail(str(error))
    except PackRefused as error:
        return _fail(f"{error.code}: {error.params}")
    except RowRefused as error:
        return _fail(f"line {error.line}: {error.code} {error.params}")
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}")


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def settings_of(parsed: Arguments) -> ServerSettings:
    """Return the server's settings as the arguments give them."""
    data = Path(parsed.data).absolute()
    url = parsed.database_url or f"sqlite:///{data / 'server.db'}"
    return ServerSettings(url, data, Path(parsed.policies).absolute())


def _administer(parsed: Arguments, act: Callable[[Administration], Awaitable[int | None]]) -> int:
    service = build_service(settings_of(parsed), parsed.clock)

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

    async def act(admin: Administration) -> None:
        await admin.initialise()
        if BranchId(parsed.branch) not in dict(await admin.branches()):
            await admin.add_branch(BranchId(parsed.branch), parsed.branch_name or parsed.branch)
        print(f"ready: {settings.database_url}")

    return _administer(parsed, act)


def _serve(parsed: Arguments) -> int:
    return serve(settings_of(parsed), parsed)


def _import(parsed: Arguments) -> int:
    async def act(admin: Administration) -> int:
        report = await import_file(
            admin.service,
            BranchId(parsed.branch),
            Path(parsed.file),
            Path(parsed.mapping),
            TeamId(parsed.team),
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
                _e7(parsed.start, 0),
                _e7(parsed.start, 1),
            )
            await admin.put_officer(BranchId(parsed.branch), parsed.login, officer)
        elif parsed.action == "deactivate":
            await admin.change_officer(parsed.login, active=False)
        elif parsed.action == "certify":
            until = _date(parsed.certified_until)
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
        for device in await admin.devices():
            print(
                f"{device.id}\t{device.name}\t{device.account_id}\t{device.state}\t{device.last_seq}"
            )

    return _administer(parsed, act)


def _audit(parsed: Arguments) -> int:
    async def act(admin: Administration) -> int:
        broken = await admin.verify_audit(BranchId(parsed.branch))
        print("the audit chain is whole" if broken is None else f"first bad entry: {broken}")
        return 0 if broken is None else 1

    return _administer(parsed, act)


def _policy(parsed: Arguments) -> int:
    if parsed.action == "check":
        engine = PolicyEngine(load_pack(Path(parsed.file)))
        print(f"{engine.pack.id} {engine.pack.version}: {len(engine.pack.rules)} rules, usable")
        return 0
    engine = PolicyEngine(load_pack(Path(parsed.policies) / f"{parsed.pack}.toml"))
    with Path(parsed.file).open(encoding="utf-8-sig", newline="") as lines:
        print(",".join(OUT))
        for row in try_table(engine, lines):
            print(",".join(_quoted(getattr(row, name)) for name in OUT))
    return 0


def _mappack(parsed: Arguments) -> int:
    from sync.server.mappack.building import build_pack  # heavy, and needed by this alone

    report = build_pack(
        Path(parsed.file),
        Path(parsed.out),
        name=parsed.name,
        attribution=parsed.attribution,
        licence=parsed.licence,
    )
    roads = "with" if report.roads else "without"
    print(f"{report.tiles} tiles, {report.places} places, {report.bytes} bytes, {roads} road times")
    return 0


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _e7(text: str | None, part: int) -> int | None:
    return round(float(text.split(",")[part]) * 1e7) if text else None


COMMANDS: dict[str, Callable[[Arguments], int]] = {
    "init": _init,
    "serve": _serve,
    "import": _import,
    "team": _team,
    "user": _user,
    "enrol-code": _enrol_code,
    "device": _device,
    "audit": _audit,
    "policy": _policy,
    "mappack": _mappack,
}

if __name__ == "__main__":
    sys.exit(main())
