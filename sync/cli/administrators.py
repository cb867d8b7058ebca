"""Who may give which command: the table of powers, and the command that seats administrators."""

import argparse
from pathlib import Path

from sync.cli.acts import Administer, Arguments, Commands
from sync.cli.passphrase import passphrase_of
from sync.server.administration import Administration
from sync.server.administrators import Administrators, Power

POWERS = {
    **dict.fromkeys(("import", "payments", "team", "mappack", "compact"), Power.SYSTEM),
    **dict.fromkeys(("user", "enrol-code", "device", "session", "least-client"), Power.SECURITY),
    **dict.fromkeys(("offline-hours", "custodian", "reset", "approver"), Power.SECURITY),
    **dict.fromkeys(("policy", "administrator"), Power.SECURITY),
    **dict.fromkeys(("audit", "subject-access", "retention", "erase"), Power.AUDIT),
}
# What machines do unattended, and what must work when the database does not.
UNBOUND = frozenset({"init", "serve", "backup", "restore", "jobs"})
# Acts that change nothing and take nothing out, or are done elsewhere than at the server.
FREE = frozenset({"list", "show", "check", "try", "build", "make", "approve", "verify"})


def add_administrators(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    command = commands.add_parser("administrator", help="system, security and audit apart")
    acts = command.add_subparsers(dest="action", required=True)
    acts.add_parser("list", parents=[common], help="who has which power")
    seat = acts.add_parser("seat", parents=[common], help="give a person a power and a key")
    seat.add_argument("login")
    seat.add_argument("--power", required=True, choices=[str(p) for p in Power])
    seat.add_argument("--out", required=True, help="the key's file; it goes with the person")
    seat.add_argument("--passphrase-file", default="", help="else it is asked for")


def add_keys_of_administrators(common: argparse.ArgumentParser) -> None:
    """Add how an administrator shows who they are."""
    common.add_argument("--admin-key", default="", help="the key file of the administrator")
    common.add_argument("--admin-passphrase-file", default="", help="else it is asked for")


def power_of(parsed: Arguments) -> Power | None:
    """Return whose command this is, None for one that anybody at the server may give."""
    action = getattr(parsed, "action", None)
    asks = (getattr(parsed, "hours", ""), getattr(parsed, "version", ""))
    if action in FREE or None in asks or parsed.command in UNBOUND:
        return None
    return POWERS[parsed.command]


def admit(parsed: Arguments, administer: Administer) -> None:
    """Let a command be given; raises AdminRefused when it is another administrator's."""
    power = power_of(parsed)
    if power is None:
        return
    command = " ".join((parsed.command, getattr(parsed, "action", ""))).strip()
    file = Path(parsed.admin_key) if parsed.admin_key else None

    async def act(admin: Administration) -> None:
        told = Administrators(admin.service)
        is_seated = power in await told.seated()
        passphrase = passphrase_of(parsed.admin_passphrase_file) if file and is_seated else ""
        await told.admit(power, command, file, passphrase)

    administer(parsed, act)


def administrators_command(parsed: Arguments, administer: Administer) -> int:
    """Seat or list; returns an exit code."""

    async def act(admin: Administration) -> None:
        told = Administrators(admin.service)
        if parsed.action == "seat":
            passphrase = passphrase_of(parsed.passphrase_file, new=True)
            await told.seat(Power(parsed.power), parsed.login, Path(parsed.out), passphrase)
        seated = await told.seated()
        for power in Power:
            print(f"{power}\t{seated[power].login if power in seated else '-'}")

    return administer(parsed, act)
