"""What a laptop's keys need of the server over HTTP; see `sync.protocol.lease` for what is said."""

from litestar import Response, get, post

from sync.protocol.lease import Escrow, Kept, LeaseGrant, ResetAnswer, ResetAsk
from sync.protocol.proof import TokenGrant
from sync.server.handlers import leases, resets, tokens
from sync.server.routes.asking import (
    LARGEST_MESSAGE,
    Asked,
    caller_of,
    check_version,
    device_of,
    service_of,
)
from sync.server.routes.bodies import answer_message, read_message
from sync.server.routes.described import described


@post(
    "/token",
    status_code=200,
    summary="A token for the next minutes, by the enrolment's token and the device key",
    operation_class=described(answers=TokenGrant),
)
async def token_route(request: Asked) -> Response[bytes]:
    """Hand out a short token; also to a laptop that is to bring its work before it ends."""
    check_version(request, facts=True)
    caller = await caller_of(request, leaving=True, by_enrolment=True)
    address = request.client.host if request.client else ""
    return answer_message(request, await tokens.renew(service_of(request), caller, address))


@get(
    "/lease",
    summary="A longer time without a line",
    operation_class=described(answers=LeaseGrant),
)
async def lease_route(request: Asked) -> Response[bytes]:
    """Hand out a lease; also to a laptop that is to bring its work before it ends."""
    check_version(request)
    service = service_of(request)
    caller = await caller_of(request, leaving=True)
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
    caller = await caller_of(request)
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
    known = await device_of(request)
    return answer_message(request, await leases.wiped(service_of(request), known.device))


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


KEY_ROUTES = [token_route, lease_route, escrow_route, wiped_route, reset_route]
