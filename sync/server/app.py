"""Builds the server: one factory, everything handed in, nothing global."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from sync.domain.time import Clock
from sync.policy.lessons import load_curriculum
from sync.server.admission import Admission, Gate
from sync.server.arriving import LARGEST_BODY
from sync.server.backup import mark
from sync.server.hardening import harden
from sync.server.latest_time import LatestTime
from sync.server.machine import MachineClock, MachineIds
from sync.server.problems import (
    Refusal,
    RulesUnusable,
    answer_away,
    answer_bug,
    answer_disk,
    answer_http,
    answer_no_room,
    answer_no_rules,
    answer_refusal,
)
from sync.server.replays import Remembered, Shared
from sync.server.repositories.postgres import PostgresDatabase
from sync.server.repositories.session import Away, Database, NoRoom
from sync.server.repositories.sqlite import SqliteDatabase
from sync.server.routes.health import health, metrics, ready
from sync.server.routes.sync_routes import DEVICE, sync_router
from sync.server.rules_in_force import RulesInForce
from sync.server.service import Service
from sync.server.settings import ServerSettings

type Beside = Callable[[], AbstractAsyncContextManager[None]]


def build_database(settings: ServerSettings, silent_s: float | None = None) -> Database:
    """Return the database the settings name, not yet open.

    `silent_s`: a statement to another machine that is not answered by then fails.
    """
    if settings.is_sqlite:
        return SqliteDatabase(settings.sqlite_path)
    return PostgresDatabase(settings.database_url, silent_s=silent_s)


def build_service(settings: ServerSettings, clock: Clock | None = None) -> Service:
    """Return the service's parts, the database not yet open; raises LessonRefused."""
    database, clock = build_database(settings), clock or MachineClock()
    latest = LatestTime(clock, mark.latest(settings.data))
    return Service(
        database,
        RulesInForce(load_curriculum(settings.policies.parent / "learning")),
        clock,
        latest,
        MachineIds(),
        settings.data,
        Remembered(latest) if settings.is_sqlite else Shared(latest),
    )


def _document() -> OpenAPIConfig:
    """Return how the routes are documented: as JSON only, for pages would load foreign scripts."""
    token = SecurityScheme(type="http", scheme="bearer")
    return OpenAPIConfig(
        title="Yuefang",
        version="1",
        path="/schema",
        components=Components(security_schemes={DEVICE: token}),
        render_plugins=[JsonRenderPlugin()],
    )


def create_app(
    service: Service, gate: Gate | None = None, beside: Sequence[Beside] = ()
) -> Litestar:
    """Return the application around a service, behind a gate.

    What is `beside` runs as long as the database is open.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await service.database.open()
        try:
            async with AsyncExitStack() as running:
                for one in beside:
                    await running.enter_async_context(one())
                yield
        finally:
            await service.database.close()

    return Litestar(
        route_handlers=[sync_router, health, ready, metrics],
        state=State({"service": service}),
        lifespan=[lifespan],
        middleware=[Admission(gate or Gate(), service.leaving)],
        before_send=[harden],
        exception_handlers={
            Refusal: answer_refusal,
            RulesUnusable: answer_no_rules,
            NoRoom: answer_no_room,
            Away: answer_away,
            OSError: answer_disk,
            HTTPException: answer_http,
            Exception: answer_bug,
        },
        request_max_body_size=LARGEST_BODY,
        openapi_config=_document(),
        logging_config=None,
    )
