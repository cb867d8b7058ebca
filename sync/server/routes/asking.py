"""What every route of the sync protocol does first: the version that is spoken, who asks."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from sync.protocol.messages import Codes
from sync.protocol.proof import HEADER
from sync.protocol.proof import Asked as Claim
from sync.protocol.versions import CLIENT_HEADER, facts_of, is_too_old, spoken
from sync.server.caller import Caller, Known, admitted, bearer_token, find_known
from sync.server.problems import Refusal
from sync.server.proving import check_proof
from sync.server.service import Service

Asked = Request[Any, Any, State]  # no `type`: the framework must see a Request

LARGEST_MESSAGE = 16 * 1024
PREFIX = "/sync/v1"  # what stands before it is a gateway's affair


def service_of(request: Asked) -> Service:
    """Return the parts of the running server."""
    service: Service = request.app.state.service
    return service


def check_version(request: Asked, *, facts: bool = False) -> bool:
    """Say whether the laptop's version is spoken in full; raises Refusal 426 when it is not.

    `facts`: the route is open to those as well of whom only facts are taken.
    """
    newest = service_of(request).newest
    said = request.headers.get("sync-version", str(newest))
    if said in map(str, spoken(newest)):
        return True
    if facts and said in map(str, facts_of(newest)):
        return False
    raise Refusal(426, Codes.VERSION, spoken=list(spoken(newest)))


def check_client(request: Asked, caller: Caller, *, facts: bool = False) -> bool:
    """Say whether the laptop's program is new enough; raises Refusal 426 when it is not.

    `facts`: the route is open to older ones too. It holds for honest laptops: the header is not
    proven, and what a command may do is decided here whatever program made it.
    """
    if not is_too_old(request.headers.get(CLIENT_HEADER, ""), caller.least_client):
        return True
    if facts:
        return False
    raise Refusal(426, Codes.CLIENT, least=caller.least_client)


async def _known(request: Asked, *, by_enrolment: bool = False) -> Known:
    """Return whose token it is, proven where proof is due; raises Refusal 401."""
    service = service_of(request)
    token = bearer_token(request.headers.get("authorization", ""))
    now = service.latest.now()
    known = await service.database.glance(lambda s: find_known(s, token, now))
    claim = Claim(request.method, target_of(request), token, await request.body())
    await check_proof(service, known.device, claim, request.headers.get(HEADER, ""))
    if known.device.proves and not known.short and not by_enrolment:
        raise Refusal(401, Codes.UNAUTHORISED)  # that one is for new tokens alone
    return known


async def caller_of(request: Asked, *, leaving: bool = False, by_enrolment: bool = False) -> Caller:
    """Return who asks; raises Refusal 401.

    `leaving` lets a laptop in that is to bring its work and end, `by_enrolment` one that shows the
    token of its enrolment and its proof.
    """
    known = await _known(request, by_enrolment=by_enrolment)
    if by_enrolment and (known.short or not request.headers.get(HEADER, "")):
        raise Refusal(401, Codes.UNAUTHORISED)
    return admitted(known, leaving=leaving)


async def checked_caller(request: Asked, *, leaving: bool = False, facts: bool = False) -> Caller:
    """Return who asks, with a version and a program that are taken here; raises Refusal 401, 426.

    `leaving` and `facts` as above.
    """
    check_version(request, facts=facts)
    caller = await caller_of(request, leaving=leaving)
    check_client(request, caller, facts=facts)
    return caller


async def device_of(request: Asked) -> Known:
    """Return the laptop that asks by its enrolment's token, in whatever state."""
    return await _known(request, by_enrolment=True)


def target_of(request: Asked) -> str:
    """Return path and query as they were sent, from the protocol's own path on."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    query = request.scope.get("query_string", b"").decode("latin-1")
    begin = max(path.find(PREFIX), 0)
    return path[begin:] + (f"?{query}" if query else "")
