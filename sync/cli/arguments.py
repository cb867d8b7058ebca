"""The arguments of `field-server`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from sync.cli.administrators import add_administrators, add_keys_of_administrators
from sync.cli.approver import add_approver
from sync.cli.audit import add_audit
from sync.cli.backup import add_backup
from sync.cli.customers import add_customers
from sync.cli.jobs import add_jobs
from sync.cli.keys import add_keys
from sync.cli.mappack import add_mappack
from sync.cli.people import add_people

DESCRIPTION = (
    "Yuefang's server and its administration. Exit codes: 0 done, 1 refused or failed with a "
    "reason, 2 wrong arguments. `field-server COMMAND --help` tells a command's options."
)
POLICIES = Path(__file__).parents[2] / "resources" / "policies"
MAPPING = Path(__file__).parents[2] / "resources" / "sample" / "mapping.toml"
PAYMENTS = MAPPING.with_name("payments.toml")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    common = _common()
    parser = argparse.ArgumentParser("field-server", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", parents=[common], help="make or upgrade the database")
    init.add_argument("--branch-name", default="")
    _add_serve(commands.add_parser("serve", parents=[common], help="run the server"))
    _add_import(commands.add_parser("import", parents=[common], help="import a bank export"))
    payments = commands.add_parser("payments", parents=[common], help="import payments received")
    _add_file(payments, PAYMENTS)
    add_people(commands, common)
    add_keys(commands, common)
    add_administrators(commands, common)
    add_audit(commands.add_parser("audit", help="the audit log"), common)
    add_approver(commands.add_parser("approver", help="who approves a restore"), common)
    add_backup(commands, common)
    add_jobs(commands, common)
    add_customers(commands, common)
    _add_policy(commands.add_parser("policy", help="check, try and publish rules"), common)
    pack = commands.add_parser("mappack", help="build and publish offline maps")
    add_mappack(pack, common, _number(1, 2**31))
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", default="data", help="folder of the embedded database and files")
    common.add_argument(
        "--database-url", default="", help="postgresql://… instead of the embedded file"
    )
    common.add_argument("--branch", default="main", help="the branch (default: main)")
    common.add_argument(
        "--policies", default=str(POLICIES), help="folder of policy packs, `learning` beside it"
    )
    add_keys_of_administrators(common)
    return common


def _add_policy(policy: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    acts = policy.add_subparsers(dest="action", required=True)
    check = acts.add_parser("check", parents=[common], help="say whether a pack can be used")
    tried = acts.add_parser("try", parents=[common], help="decide a table of situations")
    tried.add_argument("--pack", default="cn", help="the pack to try situations by")
    publish = acts.add_parser("publish", parents=[common], help="sign a pack, put it in force")
    tightening = publish.add_mutually_exclusive_group()
    for one, where in ((check, check), (tried, tried), (publish, tightening)):
        one.add_argument("file")
        where.add_argument(
            "--overlay", default="", help="the bank's tightening, laid over the pack"
        )
    for one in (check, tried):
        one.add_argument("--language", choices=["zh_CN", "en"], default="zh_CN")
    tightening.add_argument(
        "--without-overlay", action="store_true", help="take the bank's tightening back"
    )
    publish.add_argument("--figures", default="", help="the bank's figures (else those in force)")
    publish.add_argument(
        "--serial",
        type=_number(1, 2**31),
        default=None,
        help="only after a backup was put back: a higher one",
    )
    acts.add_parser("show", parents=[common], help="what is in force in a branch")
    acts.add_parser("rotate-key", parents=[common], help="let a new signing key follow")


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least} and {most}")
        return int(text)

    return number


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_number(1, 65535), default=8443)
    serve.add_argument(
        "--processes", type=_number(1, 64), default=1, help="more than one with PostgreSQL only"
    )
    serve.add_argument(
        "--notice",
        type=_number(0, 600),
        default=0,
        help="seconds to go on, not ready, after SIGTERM (for a load balancer)",
    )
    serve.add_argument(
        "--drain", type=_number(1, 600), default=20, help="seconds to finish answers in, then"
    )
    serve.add_argument(
        "--database-silence",
        type=_number(1, 600),
        default=15,
        help="seconds after which a PostgreSQL that says nothing is given up",
    )
    daily = serve.add_mutually_exclusive_group()
    daily.add_argument(
        "--jobs-at", type=_number(0, 23), default=18, help="hour (UTC) of the daily jobs"
    )
    serve.add_argument(
        "--jobs-look", type=_number(1, 3600), default=60, help="seconds between two looks at them"
    )
    daily.add_argument("--no-jobs", action="store_true", help="`field-server jobs run` does them")
    serve.add_argument("--tls-cert", default="")
    serve.add_argument("--tls-key", default="")
    serve.add_argument(
        "--behind-proxy",
        action="store_true",
        help="a gateway of the bank ends TLS; between it and here the line is open",
    )


def _add_import(command: argparse.ArgumentParser) -> None:
    _add_file(command, MAPPING)
    command.add_argument("--team", required=True)
    command.add_argument(
        "--map-pack", default="", help="tell of points outside this map's region or in its water"
    )


def _add_file(command: argparse.ArgumentParser, mapping: Path) -> None:
    command.add_argument("file")
    command.add_argument("--mapping", default=str(mapping))
    command.add_argument("--dry-run", action="store_true")
    command.add_argument("--language", choices=["zh_CN", "en"], default="zh_CN")
