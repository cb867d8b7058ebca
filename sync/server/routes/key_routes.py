"""What a laptop's keys need of the server over HTTP; see `sync.protocol.lease` for what is said."""

from litestar import Response, get, post

from sync.protocol.lease import Escrow, Kept, LeaseGrant, ResetAnswer, ResetAsk
from sync.server.caller import find_caller, find_device
from sync.server.handlers import leases, resets
from sync.server.routes.asking import LARGEST_MESSAGE, Asked, check_version, service_of
from sync.server.routes.bodies import answer_message, read_message
from sync.server.routes.described import described


@get(
    "/lease",
    summary="A longer time without a line",
    operation_class=described(answers=LeaseGrant),
)
async def lease_route(request: Asked) -> Response[bytes]:
    """Hand out a lease; also to a laptop that is to bring its work before it ends."""
    check_version(request)
    service = service_of(request)
    told = request.headers.get("authorization", "")
    caller = await service.database.read(lambda s: find_caller(s, told, leaving=True))
    return answer_message(request, await leases.lease(service, caller))


@post(
    "/escrow",
    status_code=200,
    summary="Keep the vault's key, sealed for two custodians",
    operation_class=described(Escrow, Kept),
)
async def escrow_route(request: Asked) -> Response[bytes]:
    """Keep an escrow."""
    check_version(request)
    service = service_of(request)
    told = request.headers.get("authorization", "")
    caller = await service.database.read(lambda s: find_caller(s, told))
    message = await read_message(request, Escrow, LARGEST_MESSAGE)
    return answer_message(request, await leases.escrow(service, caller, message))


@post(
    "/wiped",
    status_code=200,
    summary="The keys of this laptop are destroyed",
    operation_class=described(answers=Kept, refuses=(403,)),
)
async def wiped_route(request: Asked) -> Response[bytes]:
    """Hear that an order was carried out: from a laptop in whatever state."""
    check_version(request)
    service = service_of(request)
    told = request.headers.get("authorization", "")
    device = await service.database.read(lambda s: find_device(s, told))
    return answer_message(request, await leases.wiped(service, device))


@post(
    "/reset",
    status_code=200,
    summary="Ask for the key of a vault whose passphrase is forgotten",
    operation_class=described(ResetAsk, ResetAnswer, refuses=(403, 429)),
    security=[{}],
)
async def reset_route(request: Asked) -> Response[bytes]:
    """Note a request, or answer it once two persons have agreed."""
    check_version(request)
    message = await read_message(request, ResetAsk, LARGEST_MESSAGE)
    address = request.client.host if request.client else ""
    return answer_message(request, await resets.reset(service_of(request), message, address))


KEY_ROUTES = [lease_route, escrow_route, wiped_route, reset_route]
