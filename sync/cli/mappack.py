"""`field-server mappack`: a map is built from an extract, published, listed and withdrawn."""

import argparse
from collections.abc import Callable
from pathlib import Path

from sync.cli.acts import Administer, Arguments
from sync.domain.ids import BranchId
from sync.protocol.published_map import PublishedMap
from sync.server import map_publishing
from sync.server.administration import Administration, AdminRefused


def mappack_command(parsed: Arguments, administer: Administer) -> int:
    """Run one of the commands and return its exit code; `administer` opens the database."""
    return ACTS[parsed.action](parsed, administer)


def add_mappack(
    pack: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    serial: Callable[[str], int],
) -> None:
    """Add the arguments."""
    acts = pack.add_subparsers(dest="action", required=True)
    build = acts.add_parser("build", parents=[common], help="build an offline map")
    build.add_argument("file")
    build.add_argument("--out", required=True)
    build.add_argument("--name", default="map")
    build.add_argument("--attribution", default="© OpenStreetMap contributors")
    build.add_argument("--licence", default="ODbL 1.0")
    publish = acts.add_parser("publish", parents=[common], help="sign a map, offer it to laptops")
    publish.add_argument("file")
    publish.add_argument(
        "--serial", type=serial, default=None, help="only after a backup was put back: a higher one"
    )
    acts.add_parser("list", parents=[common], help="what was published in a branch")
    acts.add_parser("withdraw", parents=[common], help="take the map in force back")


def _build(parsed: Arguments, _administer: Administer) -> int:
    from sync.server.mappack.building import build_pack  # heavy, and needed by this alone

    try:
        report = build_pack(
            Path(parsed.file),
            Path(parsed.out),
            name=parsed.name,
            attribution=parsed.attribution,
            licence=parsed.licence,
        )
    except ValueError as error:
        raise AdminRefused(f"{parsed.file}: {error}") from error
    roads = "with" if report.roads else "without"
    print(f"{report.tiles} tiles, {report.places} places, {report.bytes} bytes, {roads} road times")
    print(report.cost)
    return 0


def _publish(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        branch, file = BranchId(parsed.branch), Path(parsed.file)
        print(_line(await map_publishing.publish(admin.service, branch, file, parsed.serial)))

    return administer(parsed, act)


def _list(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        for number, one in enumerate(
            await map_publishing.every(admin.service, BranchId(parsed.branch))
        ):
            state = "withdrawn" if one.withdrawn else "earlier" if number else "in force"
            print(f"{_line(one)}\t{state}")

    return administer(parsed, act)


def _withdraw(parsed: Arguments, administer: Administer) -> int:
    async def act(admin: Administration) -> None:
        told = await map_publishing.withdraw(admin.service, BranchId(parsed.branch))
        print(f"{_line(told)}\twithdrawn")

    return administer(parsed, act)


def _line(told: PublishedMap) -> str:
    since = told.published_at.isoformat(timespec="seconds")
    version = told.content_hash[:12]
    return f"{told.serial}\t{told.name}\t{version}\t{told.data_date}\t{told.size}\t{since}"


ACTS: dict[str, Callable[[Arguments, Administer], int]] = {
    "build": _build,
    "publish": _publish,
    "list": _list,
    "withdraw": _withdraw,
}
