"""Hands the map in force to the laptops of its branch: the description, then the file in pieces."""

import asyncio
from pathlib import Path

from sync.protocol.messages import CHUNK, Codes
from sync.protocol.published_map import MapNews, PublishedMap
from sync.server.caller import Caller
from sync.server.map_files import file_of
from sync.server.problems import Refusal
from sync.server.repositories import maps, policies
from sync.server.repositories.session import Session
from sync.server.service import Service


async def news(service: Service, caller: Caller, after: int) -> MapNews:
    """Return the branch's newest description, unless its serial is `after` or before."""
    branch = caller.device.branch_id

    async def look(session: Session) -> MapNews:
        told = await maps.newest(session, branch)
        if told is None or told.serial <= after:
            return MapNews()
        return MapNews(told, await policies.handovers(session))

    return await service.database.read(look)


async def piece(
    service: Service, caller: Caller, sha256: str, start: int, until: int
) -> tuple[bytes, int]:
    """Return bytes of the file from `start` up to `until`, `CHUNK` at most, and the file's size.

    Any file but the one in force is not found, whether it ever was one or not: Refusal 404.
    """
    branch = caller.device.branch_id
    told = await service.database.read(lambda s: maps.newest(s, branch))
    if told is None or told.withdrawn or told.sha256 != sha256:
        raise Refusal(404, Codes.NOT_FOUND)
    data = await asyncio.to_thread(_read, told, file_of(service.data, branch, sha256), start, until)
    return data, told.size


def _read(told: PublishedMap, file: Path, start: int, until: int) -> bytes:
    try:
        with file.open("rb") as opened:
            opened.seek(start)
            return opened.read(max(min(until, told.size, start + CHUNK) - start, 0))
    except FileNotFoundError as error:
        raise Refusal(404, Codes.NOT_FOUND) from error
