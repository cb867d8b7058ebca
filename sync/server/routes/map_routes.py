"""The routes of published map packs."""

import re
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, HeaderParameter, QueryParameter

from sync.protocol.published_map import MapNews
from sync.server.handlers import maps
from sync.server.routes.asking import Asked, checked_caller, service_of
from sync.server.routes.bodies import answer_message, answer_part
from sync.server.routes.described import described

RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})")  # a province is more than a gigabyte


@get(
    "/map",
    summary="The map pack in force, when it is newer than mine",
    operation_class=described(answers=MapNews),
)
async def map_route(request: Asked, after: Annotated[int, QueryParameter(ge=0)]) -> Response[bytes]:
    """Hand out the signed description."""
    caller = await checked_caller(request)
    return answer_message(request, await maps.news(service_of(request), caller, after))


@get(
    "/map/{sha256:str}",
    summary="Fetch a part of the map pack in force",
    operation_class=described(answers=bytes, in_parts=True, refuses=(416,)),
)
async def map_file_route(
    request: Asked,
    sha256: FromPath[str],
    part: Annotated[str, HeaderParameter(name="Range")] = "",
) -> Response[bytes]:
    """Hand out a part, never longer than a piece; without a `Range` there is none (RFC 9110, 14).

    The whole of it would be held in memory for each of a hundred laptops.
    """
    caller = await checked_caller(request)
    wanted = RANGE.fullmatch(part)
    start, until = (int(wanted[1]), int(wanted[2]) + 1) if wanted else (0, 0)
    data, size = await maps.piece(service_of(request), caller, sha256, start, until)
    return answer_part(data, start, size)


MAP_ROUTES = [map_route, map_file_route]
