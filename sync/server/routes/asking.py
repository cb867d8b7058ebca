"""What every route of the sync protocol does first: its service, the version that is spoken."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from sync.protocol.messages import VERSION, Codes
from sync.server.problems import Refusal
from sync.server.service import Service

Asked = Request[Any, Any, State]  # no `type`: the framework must see a Request

LARGEST_MESSAGE = 16 * 1024


def service_of(request: Asked) -> Service:
    """Return the parts of the running server."""
    service: Service = request.app.state.service
    return service


def check_version(request: Asked) -> None:
    """Raise Refusal 426 for a laptop that speaks another version."""
    if request.headers.get("sync-version", str(VERSION)) != str(VERSION):
        raise Refusal(426, Codes.VERSION, spoken=[VERSION])
