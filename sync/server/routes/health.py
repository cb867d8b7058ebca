"""Liveness, readiness and figures for the operator."""

import os
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from sync.protocol.messages import Codes
from sync.server.problems import Refusal
from sync.server.repositories import accounts


@get("/health", summary="The process answers")
async def health() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@get("/ready", summary="The database answers")
async def ready(request: Request[Any, Any, State]) -> dict[str, str]:
    """Say that requests are welcome; raises Refusal 503 before `init`, and when it is leaving."""
    if request.app.state.service.leaving.told:
        raise Refusal(503, Codes.BUSY)
    server_id = await request.app.state.service.database.read(
        lambda session: accounts.meta(session, "server_id")
    )
    if server_id is None:
        raise Refusal(503, Codes.BUSY)
    return {"status": "ready"}


@get("/metrics", summary="Figures for Prometheus", include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Hand out the figures, of every worker together where there are several."""
    return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
