"""The commands about the bank's own people: teams, accounts, laptops, sessions."""

import argparse
import math
from collections.abc import Callable
from datetime import date

from sync.cli.acts import Administer, Arguments, Commands
from sync.domain.ids import BranchId, OfficerId, TeamId
from sync.domain.records import Officer
from sync.domain.vocabulary import Role
from sync.server.administration import Administration, AdminRefused
from sync.server.administrators import Administrators
from sync.server.custody import KeyAdministration


def add_people(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of these commands."""
    team = commands.add_parser("team", parents=[common], help="teams of a branch")
    team.add_argument("action", choices=["add", "list"])
    team.add_argument("id", nargs="?", default="")
    team.add_argument("name", nargs="?", default="")
    _add_user(commands.add_parser("user", parents=[common], help="people"))
    code = commands.add_parser("enrol-code", parents=[common], help="make a one-time code")
    code.add_argument("login")
    _add_laptops(commands, common)


def _add_user(user: argparse.ArgumentParser) -> None:
    user.add_argument("action", choices=["add", "list", "move", "deactivate", "leave", "certify"])
    user.add_argument("login", nargs="?", default="")
    user.add_argument("--name", default="")
    user.add_argument(
        "--role", choices=["officer", "lead", "compliance", "admin"], default="officer"
    )
    user.add_argument("--team", default="")
    user.add_argument("--certified-until", default=None, help="YYYY-MM-DD")
    user.add_argument("--start", default=None, help="LAT,LON where the day begins")


def _add_laptops(commands: Commands, common: argparse.ArgumentParser) -> None:
    device = commands.add_parser("device", parents=[common], help="laptops")
    acts = ["list", "revoke", "lost", "found", "concern", "calm", "wipe"]
    device.add_argument("action", choices=acts)
    device.add_argument("id", nargs="?", default="")
    device.add_argument(
        "--no-rescue", action="store_true", help="wipe without taking unsent work first"
    )
    least = commands.add_parser(
        "least-client", parents=[common], help="the oldest program that may work in full"
    )
    least.add_argument("version", nargs="?", default=None, help="such as 1.2, or none for any")
    session = commands.add_parser("session", parents=[common], help="laptops that are signed in")
    session.add_argument("action", choices=["list", "end"])
    session.add_argument("id", nargs="?", default="", help="the laptop whose tokens end")


def _team(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action == "add":
            await admin.add_team(BranchId(parsed.branch), TeamId(parsed.id), parsed.name)
        for team, name in await admin.teams(BranchId(parsed.branch)):
            print(f"{team}\t{name}")

    return administer(parsed, act)


def _user(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action in ("deactivate", "leave"):
            await Administrators(admin.service).let_leave(parsed.login)
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

    return administer(parsed, act)


def _enrol_code(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        print(await admin.enrol_code(parsed.login))

    return administer(parsed, act)


def _device(parsed: Arguments, administer: Administer) -> int:
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

    return administer(parsed, act)


def _least_client(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        wanted = "" if parsed.version == "none" else parsed.version
        print(await admin.least_client(wanted) or "any version may work")

    return administer(parsed, act)


def _session(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        if parsed.action == "end":
            await admin.end_sessions(parsed.id)
        for one in await admin.sessions():
            told = (one.device_id, one.name, one.login, one.began_at, one.expires_at, one.address)
            print("\t".join(told))

    return administer(parsed, act)


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


PEOPLE: dict[str, Callable[[Arguments, Administer], int]] = {
    "team": _team,
    "user": _user,
    "enrol-code": _enrol_code,
    "device": _device,
    "least-client": _least_client,
    "session": _session,
}
