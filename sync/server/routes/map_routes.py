"""The routes of published map packs."""

import re
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, HeaderParameter, QueryParameter

from sync.protocol.messages import Codes
from sync.protocol.published_map import MapNews
from sync.server.caller import Caller
from sync.server.handlers import maps
from sync.server.problems import Refusal
from sync.server.routes.asking import Asked, caller_of, check_client, check_version, service_of
from sync.server.routes.bodies import answer_message
from sync.server.routes.described import BYTES, described

RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})")  # a province is more than a gigabyte


async def _caller(request: Asked) -> Caller:
    check_version(request)
    caller = await caller_of(request)
    check_client(request, caller)
    return caller


@get(
    "/map",
    summary="The map pack in force, when it is newer than mine",
    operation_class=described(answers=MapNews),
)
async def map_route(request: Asked, after: Annotated[int, QueryParameter(ge=0)]) -> Response[bytes]:
    """Hand out the signed description."""
    caller = await _caller(request)
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
    caller = await _caller(request)
    wanted = RANGE.fullmatch(part)
    start, until = (int(wanted[1]), int(wanted[2]) + 1) if wanted else (0, 0)
    data, size = await maps.piece(service_of(request), caller, sha256, start, until)
    if not data:
        raise Refusal(416, Codes.WRONG_OFFSET, offset=size)
    told = {"content-range": f"bytes {start}-{start + len(data) - 1}/{size}"}
    return Response(data, status_code=206, media_type=BYTES, headers=told)


MAP_ROUTES = [map_route, map_file_route]
