"""The commands about the second person who approves that a server was put back.

`make` and `approve` are the approver's own, on a machine of theirs; the others are the server's.
"""

import argparse
from pathlib import Path

from sync.cli.acts import Administer, Arguments
from sync.cli.passphrase import passphrase_of
from sync.protocol.signed_form import fingerprint, is_key
from sync.server import approver_key
from sync.server.administration import Administration, AdminRefused
from sync.server.backup import approving
from sync.server.key_file import KeyUnusable
from sync.server.repositories import approvals


def add_approver(command: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add the arguments of these commands."""
    acts = command.add_subparsers(dest="action", required=True)
    make = acts.add_parser("make", help="make the approver's key, closed by a passphrase")
    make.add_argument("file", help="where to keep it; not on the server")
    make.add_argument(
        "--data", default="data", help="the server's folder, if it is on this machine"
    )
    name = acts.add_parser("name", parents=[common], help="tell the server the approver's key")
    name.add_argument("key", help="the public half, as `make` prints it")
    name.add_argument("--instead", action="store_true", help="in the place of another approver")
    acts.add_parser("show", parents=[common], help="who approves, and what waits")
    asked = acts.add_parser("request", parents=[common], help="write what waits for an approval")
    approve = acts.add_parser("approve", help="sign a request")
    approve.add_argument("request")
    approve.add_argument("--key", required=True, help="the file that `make` wrote")
    for one in (asked, approve):
        one.add_argument("--out", required=True, help="the file to write")
    for one in (make, approve):
        one.add_argument("--passphrase-file", default="", help="else it is asked for")
    take = acts.add_parser("take", parents=[common], help="take a signed request in")
    take.add_argument("file")


def approver_command(parsed: Arguments, administer: Administer) -> int:
    """Do what is asked; returns an exit code."""
    if parsed.action == "make":
        return _make(parsed)
    if parsed.action == "approve":
        return _approve(parsed)
    acts = {"name": _name, "show": _show, "request": _request, "take": _take}
    return administer(parsed, lambda admin: acts[parsed.action](admin, parsed))


def _make(parsed: Arguments) -> int:
    path = Path(parsed.file).absolute()
    if path.is_relative_to(Path(parsed.data).absolute()):
        raise AdminRefused("not in the server's folder: whoever has both keys is one person")
    public = approver_key.make(path, passphrase_of(parsed.passphrase_file, new=True))
    print(f"{public}\nfingerprint {fingerprint(public)}")
    return 0


def _approve(parsed: Arguments) -> int:
    asked = approving.read_request(Path(parsed.request))
    for ended in asked.epochs:
        past = ended.past
        print(
            f"{ended.branch_id}: epoch {past.begins} keeps commits up to {past.up_to} "
            f"and {past.leaves} entries of the log; laptops send again what came behind them"
        )
    print(f"declared by the audit key {fingerprint(asked.audit_key)}")
    try:
        key = approver_key.unlock(Path(parsed.key), passphrase_of(parsed.passphrase_file))
    except KeyUnusable as error:
        raise AdminRefused(str(error)) from error
    approving.write_request(approving.answered(asked, key), Path(parsed.out))
    print(f"approved in {Path(parsed.out).name}")
    return 0


async def _name(admin: Administration, parsed: Arguments) -> None:
    if not is_key(parsed.key):
        raise AdminRefused(f"{parsed.key!r} is no public key, as `approver make` prints it")
    await approving.name_approver(admin.service, parsed.key, instead=parsed.instead)
    print(f"approver {fingerprint(parsed.key)}")


async def _show(admin: Administration, _parsed: Arguments) -> None:
    key = await admin.service.database.read(approvals.approver)
    if not key:
        print("no approver: whoever has the audit key can put the server back alone")
        return
    waiting = len((await approving.request(admin.service)).epochs)
    print(f"approver {fingerprint(key)}: {waiting} waiting")


async def _request(admin: Administration, parsed: Arguments) -> None:
    asked = await approving.request(admin.service)
    if not asked.epochs:
        raise AdminRefused("nothing waits for an approval")
    approving.write_request(asked, Path(parsed.out))
    whom, name = fingerprint(asked.approver_key), Path(parsed.out).name
    print(f"{len(asked.epochs)} waiting in {name}, for {whom}")


async def _take(admin: Administration, parsed: Arguments) -> None:
    count = await approving.take(admin.service, approving.read_request(Path(parsed.file)))
    print(f"{count} approvals taken: laptops have them with their next sync")
