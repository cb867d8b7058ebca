"""The sync protocol over HTTP; see `sync.protocol.messages` for what is said."""

import re
from typing import Annotated

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter

from sync.protocol.checkpoint import MOST_PROVEN, Consistency
from sync.protocol.digest import Buckets, HeldRows, WantedRecords
from sync.protocol.messages import (
    CHUNK,
    MAX_ATTACHMENT,
    MAX_BATCH_BYTES,
    AttachmentOffer,
    AttachmentState,
    Codes,
    Enrol,
    Enrolled,
    Hello,
    Push,
    Pushed,
    Reading,
)
from sync.protocol.pages import Cursor, Page
from sync.protocol.policy_bundle import PolicyNews
from sync.server.caller import Caller
from sync.server.handlers import attachments, digest, enrolment, hello, policy, pull, push
from sync.server.problems import Refusal
from sync.server.routes.asking import (
    LARGEST_MESSAGE,
    Asked,
    check_client,
    check_version,
    checked_caller,
    service_of,
)
from sync.server.routes.bodies import answer, answer_message, answer_part, read_body, read_message
from sync.server.routes.described import BYTES, described
from sync.server.routes.key_routes import KEY_ROUTES
from sync.server.routes.map_routes import MAP_ROUTES

# A batch is 512 kB on the laptop's count of bodies; envelopes add their frames.
LARGEST_PUSH = 4 * MAX_BATCH_BYTES
MOST_READS = 500  # scopes a greeting may name; its address has room for some dozens
LARGEST_INDEX = 2**31 - 1  # what the feed's column holds
RANGE = re.compile(r"bytes=([0-9]{1,9})-([0-9]{1,9})")
DEVICE = "device"  # the document's name for a laptop's token


def _is_whole(request: Asked, caller: Caller) -> bool:
    """Say whether this program may do everything, and not send its facts alone."""
    return check_version(request, facts=True) and check_client(request, caller, facts=True)


@post(
    "/enrol",
    status_code=200,
    summary="Enrol a laptop with a one-time code",
    operation_class=described(Enrol, Enrolled, refuses=(403, 409, 429)),
    security=[{}],
)
async def enrol_route(request: Asked) -> Response[bytes]:
    """Make a laptop known and hand out its token."""
    check_version(request)
    message = await read_message(request, Enrol, LARGEST_MESSAGE)
    address = request.client.host if request.client else ""
    return answer_message(request, await enrolment.enrol(service_of(request), message, address))


@get(
    "/hello",
    summary="Who I am and what I may pull",
    operation_class=described(answers=Hello),
)
async def hello_route(
    request: Asked,
    epoch: FromQuery[str] = "",
    read: Annotated[list[str] | None, QueryParameter(max_items=MOST_READS)] = None,
) -> Response[bytes]:
    """Say who the caller is, and what follows in the scopes that are named as `Reading`s."""
    caller = await checked_caller(request, leaving=True, facts=True)
    try:
        reads = [Reading.parse(one) for one in read or ()]
    except ValueError as error:
        raise Refusal(400, Codes.MALFORMED) from error
    may_pull = _is_whole(request, caller)
    told = await hello.hello(service_of(request), caller, epoch, reads if may_pull else ())
    return answer_message(request, told)


@post(
    "/push",
    status_code=200,
    summary="Send signed envelopes",
    operation_class=described(Push, Pushed, refuses=(403, 409, 503)),
)
async def push_route(request: Asked) -> Response[bytes]:
    """Take a batch of envelopes."""
    caller = await checked_caller(request, leaving=True, facts=True)
    message = await read_message(request, Push, LARGEST_PUSH)
    is_whole = _is_whole(request, caller)
    if not is_whole and not push.only_facts(message):
        check_version(request)
        check_client(request, caller)
    if not is_whole:
        message = msgspec.structs.replace(message, reads=())  # who may not pull
    return answer_message(request, await push.push(service_of(request), caller, message))


@get(
    "/pull",
    summary="The next page of a scope",
    operation_class=described(answers=Page, refuses=(409,)),
)
async def pull_route(
    request: Asked,
    wanted: Annotated[str, QueryParameter(name="scope")],
    after: FromQuery[str] = "0.-1",
    limit: FromQuery[int] = 500,
    floor: FromQuery[int] = 0,
    seen: FromQuery[int] = 0,
) -> Response[bytes]:
    """Hand out a page. `scope` itself is a name the framework keeps for its own."""
    caller = await checked_caller(request)
    try:
        cursor = Cursor.parse(after)
    except ValueError as error:
        raise Refusal(400, Codes.MALFORMED) from error
    if cursor.idx > LARGEST_INDEX:
        raise Refusal(400, Codes.MALFORMED)
    page = await pull.pull(service_of(request), caller, wanted, cursor, limit, floor, seen)
    return answer(request, page)


@get(
    "/digest",
    summary="What a scope holds, as sums of 256 buckets",
    operation_class=described(answers=Buckets, refuses=(409,)),
)
async def digest_route(
    request: Asked, wanted: Annotated[str, QueryParameter(name="scope")]
) -> Response[bytes]:
    """Hand out the sums."""
    caller = await checked_caller(request)
    return answer_message(request, await digest.buckets(service_of(request), caller, wanted))


@get(
    "/digest/rows",
    summary="What some buckets of a scope hold, without the bodies",
    operation_class=described(answers=HeldRows, refuses=(409,)),
)
async def rows_route(
    request: Asked,
    wanted: Annotated[str, QueryParameter(name="scope")],
    numbers: Annotated[list[int], QueryParameter(name="bucket", min_items=1, max_items=256)],
) -> Response[bytes]:
    """Hand out kinds, ids, revisions and hashes."""
    caller = await checked_caller(request)
    found = await digest.rows(service_of(request), caller, wanted, numbers)
    return answer_message(request, found)


@post(
    "/records",
    status_code=200,
    summary="Read some records of a scope again",
    operation_class=described(WantedRecords, Page, refuses=(409,)),
)
async def records_route(request: Asked) -> Response[bytes]:
    """Hand out records as a page."""
    caller = await checked_caller(request)
    message = await read_message(request, WantedRecords, LARGEST_MESSAGE * 2)
    return answer(request, await digest.held_records(service_of(request), caller, message))


@get(
    "/policy",
    summary="The rules in force, when they are newer than mine",
    operation_class=described(answers=PolicyNews),
)
async def policy_route(
    request: Asked, after: Annotated[int, QueryParameter(ge=0)]
) -> Response[bytes]:
    """Hand out the signed rules."""
    caller = await checked_caller(request)
    return answer_message(request, await policy.policy(service_of(request), caller, after))


@get(
    "/audit/consistency",
    summary="Proof that the audit log only grew",
    operation_class=described(answers=Consistency, refuses=(409,)),
)
async def consistency_route(
    request: Asked,
    older: Annotated[list[int], QueryParameter(name="from", min_items=1, max_items=MOST_PROVEN)],
    newer: Annotated[int, QueryParameter(name="to", ge=1)],
) -> Response[bytes]:
    """Hand out one proof for each older size."""
    caller = await checked_caller(request)
    return answer_message(
        request, await pull.consistency(service_of(request), caller, older, newer)
    )


@post(
    "/attachments",
    status_code=200,
    summary="Announce a file",
    operation_class=described(AttachmentOffer, AttachmentState, refuses=(409,)),
)
async def offer_route(request: Asked) -> Response[bytes]:
    """Say how far a file is."""
    caller = await checked_caller(request, leaving=True)
    message = await read_message(request, AttachmentOffer, LARGEST_MESSAGE)
    return answer_message(request, await attachments.offer(service_of(request), caller, message))


@patch(
    "/attachments/{attachment_id:str}",
    summary="Add bytes to a file",
    operation_class=described(bytes, AttachmentState, refuses=(409, 415, 507)),
)
async def append_route(
    request: Asked,
    attachment_id: FromPath[str],
    offset: Annotated[int, HeaderParameter(name="Upload-Offset", ge=0, le=MAX_ATTACHMENT)],
) -> Response[bytes]:
    """Add bytes at `Upload-Offset`."""
    caller = await checked_caller(request, leaving=True)
    data = await read_body(request, CHUNK)
    state = await attachments.append(service_of(request), caller, attachment_id, offset, data)
    return answer_message(request, state)


@get(
    "/attachments/{attachment_id:str}",
    summary="Fetch a file, or a part of it",
    operation_class=described(answers=bytes, in_parts=True, refuses=(416,)),
)
async def fetch_route(
    request: Asked,
    attachment_id: FromPath[str],
    part: Annotated[str, HeaderParameter(name="Range")] = "",
) -> Response[bytes]:
    """Hand out the bytes; a `Range` is "bytes=FROM-TO", others count as none (RFC 9110, 14)."""
    caller = await checked_caller(request)
    wanted = RANGE.fullmatch(part)
    if wanted is None:
        data, _ = await attachments.fetch(service_of(request), caller, attachment_id)
        return Response(data, media_type=BYTES)
    start, until = int(wanted[1]), int(wanted[2]) + 1
    data, size = await attachments.fetch(service_of(request), caller, attachment_id, start, until)
    return answer_part(data, start, size)


sync_router = Router(
    path="/sync/v1",
    tags=["sync"],
    security=[{DEVICE: []}],
    route_handlers=[
        enrol_route,
        hello_route,
        push_route,
        pull_route,
        digest_route,
        rows_route,
        records_route,
        policy_route,
        consistency_route,
        offer_route,
        append_route,
        fetch_route,
        *KEY_ROUTES,
        *MAP_ROUTES,
    ],
)
