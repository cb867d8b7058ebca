"""The commands that keep the server's data: backup, restore, compact."""

import argparse
from datetime import timedelta
from pathlib import Path

from sync.cli.acts import Administer, Arguments, Commands
from sync.domain.ids import BranchId
from sync.server.administration import Administration, AdminRefused
from sync.server.backup import approving
from sync.server.backup.archive import NoBackup
from sync.server.backup.copying import CopyFailed
from sync.server.backup.restoring import begin_epoch, put_back
from sync.server.backup.taking import take_backup
from sync.server.compacting import TOMBSTONES_KEPT, compact
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories import approvals
from sync.server.settings import ServerSettings

MOST_DAYS = 36_500


def add_backup(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of these commands."""
    backup = commands.add_parser("backup", parents=[common], help="a checked copy of everything")
    backup.add_argument("--out", required=True, help="the file to write (.tar)")
    restore = commands.add_parser("restore", parents=[common], help="put a backup in place")
    which = restore.add_mutually_exclusive_group(required=True)
    which.add_argument("file", nargs="?", help="a backup")
    which.add_argument(
        "--as-it-stands", action="store_true", help="the database was put here by hand: go on so"
    )
    compaction = commands.add_parser("compact", parents=[common], help="shorten the feed")
    compaction.add_argument(
        "--exits-kept",
        type=_days,
        default=TOMBSTONES_KEPT.days,
        help="days; a laptop that was away for longer reads its cases anew",
    )


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is no number of days")
    return int(text)


def backup_command(parsed: Arguments, settings: ServerSettings, administer: Administer) -> int:
    """Write a checked backup; returns an exit code."""
    out = Path(parsed.out).absolute()
    if out.exists():
        raise AdminRefused(f"there is a file {out.name} already")

    async def act(admin: Administration) -> None:
        try:
            manifest = await take_backup(admin.service, settings, out)
        except (NoBackup, CopyFailed) as error:
            raise AdminRefused(str(error)) from error
        for branch, head in manifest.heads.items():
            print(f"{out.name}: {branch} up to commit {head}, opened and checked")

    return administer(parsed, act)


def restore_command(parsed: Arguments, settings: ServerSettings, administer: Administer) -> int:
    """Put a backup in place, or take the database as it stands; returns an exit code."""
    if not parsed.as_it_stands:
        try:
            back = put_back(settings, Path(parsed.file).absolute())
        except (NoBackup, CopyFailed) as error:
            raise AdminRefused(str(error)) from error
        print(f"made {back.manifest.made_at}, {back.files} files put back")
        if back.aside:
            print(f"what was there before is kept as {back.aside}")
        upgrade(settings)

    async def act(admin: Administration) -> None:
        epoch = await begin_epoch(admin.service)
        print(f"epoch {epoch}: laptops send what is missing with their next sync")
        if await admin.service.database.read(approvals.approver):
            out = settings.data / f"put-back-{epoch}.json"
            approving.write_request(await approving.request(admin.service), out)
            print(f"{out} waits for the approver; until then laptops warn and go on working")

    return administer(parsed, act)


def compact_command(parsed: Arguments, _settings: ServerSettings, administer: Administer) -> int:
    """Shorten the feed of a branch; returns an exit code."""

    async def act(admin: Administration) -> None:
        kept = timedelta(days=parsed.exits_kept)
        done = await compact(admin.service, BranchId(parsed.branch), kept)
        print(f"{done.ops} ops dropped; laptops that have read up to {done.floor} or more go on")

    return administer(parsed, act)
