"""What every route of the sync protocol does first: its service, the version that is spoken."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from sync.protocol.messages import Codes
from sync.protocol.versions import facts_of, spoken
from sync.server.problems import Refusal
from sync.server.service import Service

Asked = Request[Any, Any, State]  # no `type`: the framework must see a Request

LARGEST_MESSAGE = 16 * 1024


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
