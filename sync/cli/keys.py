"""The commands about laptops' keys: offline time, custodians, resets, lost laptops, leavers."""

import argparse
from pathlib import Path

from sync.cli.acts import Administer, Arguments, Commands
from sync.cli.passphrase import passphrase_of
from sync.domain.ids import BranchId
from sync.protocol.escrow import Layer
from sync.server.administration import Administration
from sync.server.custody import KeyAdministration


def add_keys(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of these commands."""
    hours = commands.add_parser(
        "offline-hours", parents=[common], help="how long laptops may be without the server"
    )
    hours.add_argument("hours", nargs="?", type=_hours, default=None)
    custodian = commands.add_parser(
        "custodian", parents=[common], help="the two persons who may open an escrow together"
    )
    acts = custodian.add_subparsers(dest="action", required=True)
    seat = acts.add_parser("seat", parents=[common], help="make a person's key")
    seat.add_argument("login")
    seat.add_argument("--seat", required=True, choices=[str(Layer.FIRST), str(Layer.SECOND)])
    seat.add_argument("--out", required=True, help="the key's file; it goes with the person")
    acts.add_parser("list", parents=[common], help="who they are")
    reset = commands.add_parser("reset", parents=[common], help="laptops that ask for their key")
    acts = reset.add_subparsers(dest="action", required=True)
    acts.add_parser("list", parents=[common], help="who asks, with the digits on their screen")
    agree = acts.add_parser("agree", parents=[common], help="agree with one's own key")
    agree.add_argument("device")
    agree.add_argument("digits", help="as read out from the laptop, such as 1234-5678")
    agree.add_argument("--key", required=True, help="the custodian's key file")
    for one in (seat, agree):
        one.add_argument("--passphrase-file", default="", help="else it is asked for")


def _hours(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of hours")
    return int(text)


def keys_command(parsed: Arguments, administer: Administer) -> int:
    """Do one of these commands; returns an exit code."""
    acts = {"offline-hours": _offline_hours, "custodian": _custodian, "reset": _reset}

    async def act(admin: Administration) -> None:
        await acts[parsed.command](KeyAdministration(admin.service), parsed)

    return administer(parsed, act)


async def _offline_hours(keys: KeyAdministration, parsed: Arguments) -> None:
    print(f"{await keys.offline_hours(BranchId(parsed.branch), parsed.hours)} hours")


async def _custodian(keys: KeyAdministration, parsed: Arguments) -> None:
    if parsed.action == "seat":
        branch, seat = BranchId(parsed.branch), Layer(parsed.seat)
        words = passphrase_of(parsed.passphrase_file, new=True)
        await keys.seat_custodian(branch, seat, parsed.login, Path(parsed.out), words)
    for name, who in zip(("first", "second"), await keys.custodians(), strict=True):
        print(f"{name}\t{who or '-'}")


async def _reset(keys: KeyAdministration, parsed: Arguments) -> None:
    if parsed.action == "agree":
        passphrase = passphrase_of(parsed.passphrase_file)
        state = await keys.agree(parsed.device, parsed.digits, Path(parsed.key), passphrase)
        print(f"{parsed.device}\t{state}")
        return
    for one in await keys.asked_for():
        told = (one.device_id, one.name, one.login, one.asked_at, one.digits, one.state)
        print("\t".join(told))
