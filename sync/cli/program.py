"""`field-server`: the administrator's and operator's program.

Exit codes: 0 done, 1 refused or failed with a reason on standard error, 2 wrong arguments.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from sync.cli.acts import Act, Administer, Arguments
from sync.cli.administrators import administrators_command, admit
from sync.cli.approver import approver_command
from sync.cli.arguments import build_parser
from sync.cli.audit import audit_command
from sync.cli.backup import backup_command, compact_command, restore_command
from sync.cli.customers import CUSTOMERS
from sync.cli.jobs import jobs_command
from sync.cli.keys import keys_command
from sync.cli.mappack import mappack_command
from sync.cli.people import PEOPLE
from sync.cli.policy import policy_command
from sync.domain.ids import BranchId
from sync.domain.time import Clock
from sync.policy.packs.pack import PackRefused
from sync.policy.published import texts_beside
from sync.policy.situations import RowRefused
from sync.server import publishing
from sync.server.administration import Administration, AdminRefused
from sync.server.app import build_service
from sync.server.backup import mark
from sync.server.closed_file import make_folder
from sync.server.imports.importing import ImportFailed
from sync.server.imports.report import failure_text
from sync.server.keeping import NoSuchCase
from sync.server.migrations.upgrading import NEWEST, TooNew, is_newest, upgrade
from sync.server.problems import RulesUnusable
from sync.server.repositories.session import Away, NoRoom
from sync.server.serving import serve
from sync.server.settings import ServerSettings
from sync.server.terminal import plain_lines

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


def _administer(parsed: Arguments, act: Act) -> int:
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
    make_folder(settings.data)
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


def _given(act: Callable[[Arguments, Administer], int], parsed: Arguments) -> int:
    return act(parsed, _administer)


COMMANDS: dict[str, Callable[[Arguments], int]] = {
    "init": _init,
    "administrator": partial(_given, administrators_command),
    **dict.fromkeys(("offline-hours", "custodian", "reset"), partial(_given, keys_command)),
    "serve": _serve,
    **{name: partial(_given, act) for name, act in (CUSTOMERS | PEOPLE).items()},
    "audit": partial(_given, audit_command),
    "approver": partial(_given, approver_command),
    "backup": lambda parsed: backup_command(parsed, settings_of(parsed), _administer),
    "restore": lambda parsed: restore_command(parsed, settings_of(parsed), _administer),
    "compact": lambda parsed: compact_command(parsed, settings_of(parsed), _administer),
    "jobs": partial(_given, jobs_command),
    "policy": partial(_given, policy_command),
    "mappack": partial(_given, mappack_command),
}
