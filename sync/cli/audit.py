"""The commands about the audit log: verify it, hand it out, prove single records."""

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from sync.cli.acts import Administer, Arguments
from sync.domain.ids import BranchId, MutationId
from sync.protocol.checkpoint import Checkpoint
from sync.server.administration import Administration, AdminRefused, check_branch
from sync.server.audit import sealing
from sync.server.audit.exporting import NotRecorded, proofs, whole_log
from sync.server.audit.flaw import Flaw
from sync.server.audit.verifying import NotSigned, Verified, verify
from sync.server.keeping import Keeping, NoSuchCase
from sync.server.key_file import KeyUnusable
from sync.server.repositories import audit
from sync.server.repositories.session import Session


def audit_command(parsed: Arguments, administer: Administer) -> int:
    """Do what is asked of the log; returns an exit code."""
    acts = {"verify": _verify, "export": _export, "prove": _prove}
    return administer(parsed, lambda admin: acts[parsed.action](admin, parsed))


def add_audit(command: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add the arguments of these commands."""
    acts = command.add_subparsers(dest="action", required=True)
    check = acts.add_parser("verify", parents=[common], help="recompute the log, name a bad entry")
    check.add_argument(
        "--since", type=_count, default=0, help="only the hashes of entries before this one"
    )
    check.add_argument(
        "--checkpoints", action="append", default=[], help="as saved on a laptop, or an export"
    )
    whole = acts.add_parser("export", parents=[common], help="the whole log as one file")
    one = acts.add_parser("prove", parents=[common], help="records with their proofs")
    one.add_argument("what", help="a case number, or the id of one record's envelope")
    for each in (whole, one):
        each.add_argument("--out", required=True, help="the file to write (JSON lines)")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text} is no number of an entry")
    return int(text)


async def _verify(admin: Administration, parsed: Arguments) -> int:
    branch = BranchId(parsed.branch)
    known = [one for path in parsed.checkpoints for one in read_checkpoints(Path(path))]

    async def look(session: Session) -> Verified:
        await check_branch(session, branch)
        return await verify(session, branch, parsed.since, known)

    try:
        found = await admin.service.database.read(look)
    except NotSigned as error:
        raise AdminRefused("a checkpoint is not signed by this server's audit key") from error
    for n in found.others:
        print(f"entry {n}: its laptop had been shown another log")
    if found.flaw is None:
        print(f"the audit log is whole: {found.size} entries, root {found.root}")
        return 0
    print(flaw_text(found.flaw))
    return 1


def flaw_text(flaw: Flaw) -> str:
    """Return a flaw as the administrator reads it."""
    if flaw.end == flaw.n + 1:
        return f"first bad entry: {flaw.n} ({flaw.what})"
    return f"first bad entry: one of {flaw.n} to {flaw.end - 1} ({flaw.what})"


def read_checkpoints(path: Path) -> list[Checkpoint]:
    """Return the checkpoints of a laptop's file or of an export; raises AdminRefused."""
    found = []
    for line in path.read_bytes().splitlines():
        try:
            told = msgspec.json.decode(line)
            if isinstance(told, dict) and "checkpoint" in told:
                found.append(msgspec.convert(told["checkpoint"], Checkpoint))
        except msgspec.DecodeError as error:
            raise AdminRefused(f"{path} holds no checkpoints") from error
    if not found:
        raise AdminRefused(f"{path} holds no checkpoints")
    return found


async def _export(admin: Administration, parsed: Arguments) -> None:
    async def work(session: Session) -> int:
        sealed = await _sealed(admin, session, BranchId(parsed.branch))
        await _write(Path(parsed.out), whole_log(session, sealed.branch_id, sealed))
        return sealed.size

    size = await admin.service.database.read(work)
    print(f"{size} entries in {Path(parsed.out).name}")


async def _prove(admin: Administration, parsed: Arguments) -> None:
    branch = BranchId(parsed.branch)
    keeping = Keeping(admin.service, branch)

    async def work(session: Session) -> int:
        sealed = await _sealed(admin, session, branch)
        try:
            mids = await keeping.envelopes_of(session, parsed.what)
        except NoSuchCase:
            mids = [MutationId(parsed.what)]
        await _write(Path(parsed.out), proofs(session, branch, sealed, mids))
        return len(mids)

    try:
        count = await admin.service.database.read(work)
    except NotRecorded as error:
        _withdraw(Path(parsed.out))
        raise AdminRefused(f"there is no case and no record {error}") from error
    print(f"{count} records in {Path(parsed.out).name}")


async def _sealed(admin: Administration, session: Session, branch: BranchId) -> Checkpoint:
    """Return a checkpoint of the branch's present head."""
    await check_branch(session, branch)
    head = await audit.head(session, branch)
    try:
        key = await sealing.signing_key(session, admin.service.data)
    except KeyUnusable as error:
        raise AdminRefused(str(error)) from error
    if key is None or head is None:
        raise AdminRefused("the server has no audit key: run field-server init once")
    return sealing.sign_head(branch, head, admin.service.clock.now(), key)


async def _write(path: Path, lines: AsyncIterator[bytes]) -> None:
    with path.open("xb") as file:
        async for line in lines:
            file.write(line)


def _withdraw(path: Path) -> None:
    """Leave no file that proves nothing."""
    path.unlink()
