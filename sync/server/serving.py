"""Runs the application on granian, and uvloop where there is one, until it is told to stop."""

import argparse
import asyncio
import gc
import multiprocessing
import os
import shutil
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from sync.domain.ids import BranchId
from sync.server import kept_memory, processor_turns
from sync.server.app import Beside, build_database, build_service, create_app
from sync.server.audit import sealing
from sync.server.backup import mark
from sync.server.jobs.running import every_day
from sync.server.key_file import KeyUnusable
from sync.server.latest_time import LatestTime
from sync.server.leaving import Patience
from sync.server.logs import write_json_lines
from sync.server.machine import MachineClock
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories import policies
from sync.server.service import Service
from sync.server.settings import ServerSettings

SETTINGS_VARIABLE = "YUEFANG_SERVER"
FIGURES = "figures"  # in the data folder: what several processes count together
HEADERS_WITHIN_MS = 10_000
MOST_HEADER_BYTES = 64 * 1024


class Served(msgspec.Struct, frozen=True):
    """What a process is told by its parent."""

    settings: ServerSettings
    patience: Patience
    jobs_at: int | None  # the hour (UTC); None when something else does them
    look_s: int
    silent_s: int


async def _missing(settings: ServerSettings) -> str:
    """Return what a database, such as an older one, lacks to be served, or nothing."""
    database = build_database(settings)
    await database.open()
    try:
        bare: list[BranchId] = await database.read(policies.bare_branches)
        if bare:
            return f"no rules are in force in {bare[0]}: run field-server init for it once"
        key = await database.read(lambda s: sealing.signing_key(s, settings.data))
        if not key:
            return "there is no audit key: run field-server init once"
        moved = await mark.trouble(database, settings.data, alone=settings.is_sqlite)
        if moved:
            return f"{moved}: run field-server restore, with a backup or --as-it-stands"
        latest = LatestTime(MachineClock(), mark.latest(settings.data))
        await mark.begin(database, settings.data, latest)
    except KeyUnusable as error:
        return str(error)
    finally:
        await database.close()
    return ""


def load_app() -> Any:
    """Build the application in a process, from the settings its parent left for it."""
    write_json_lines()
    kept_memory.keep()
    processor_turns.wait_for_them()
    told = msgspec.json.decode(os.environ[SETTINGS_VARIABLE], type=Served, dec_hook=_path)
    service = replace(
        build_service(told.settings), database=build_database(told.settings, told.silent_s)
    )
    beside: list[Beside] = [
        lambda: mark.kept(service.database, service.data, service.latest),
        lambda: service.leaving.on_signal(told.patience),
    ]
    if (hour := told.jobs_at) is not None:
        beside.append(lambda: _daily(service, told, hour))
    app = create_app(service, beside=beside)
    gc.collect()
    gc.freeze()  # Python's collector would look through the whole program again and again
    return app


@asynccontextmanager
async def _daily(service: Service, told: Served, hour: int) -> AsyncIterator[None]:
    """Do the daily jobs; on PostgreSQL over a line on which nothing hurries them."""
    if told.settings.is_sqlite:
        async with every_day(service, hour, told.look_s):
            yield
        return
    database = build_database(told.settings)
    await database.open()
    try:
        async with every_day(replace(service, database=database), hour, told.look_s):
            yield
    finally:
        await database.close()


def _path(cls: type, value: str) -> Any:
    return cls(value)


def serve(settings: ServerSettings, parsed: argparse.Namespace) -> int:
    """Serve until stopped; returns an exit code."""
    trouble = _trouble(settings, parsed)
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    upgrade(settings)
    missing = asyncio.run(_missing(settings))
    if missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    patience = Patience(parsed.notice, parsed.drain)
    jobs_at = None if parsed.no_jobs else parsed.jobs_at
    told = msgspec.json.encode(
        Served(settings, patience, jobs_at, parsed.jobs_look, parsed.database_silence), enc_hook=str
    )
    os.environ[SETTINGS_VARIABLE] = told.decode()
    if parsed.processes > 1:
        _share_figures(settings.data / FIGURES)
    granian = _web_server(parsed, patience)
    try:
        granian.serve()
    except RuntimeError as error:  # how it says that it cannot have the address
        sys.stderr.write(f"{parsed.host}:{parsed.port}: {str(error).partition('\n')[0]}\n")
        return 1
    return 0


def _web_server(parsed: argparse.Namespace, patience: Patience) -> Any:
    return Granian(
        "sync.server.serving:load_app",
        factory=True,
        address=parsed.host,
        port=parsed.port,
        interface=Interfaces.ASGI,
        workers=parsed.processes,
        http=HTTPModes.http1,  # what laptops speak; the other has limits of its own to watch
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=MOST_HEADER_BYTES
        ),
        workers_kill_timeout=patience.killed_after_s,
        respawn_failed_workers=True,  # but one that dies again within seconds ends them all
        ssl_cert=Path(parsed.tls_cert) if parsed.tls_cert else None,
        ssl_key=Path(parsed.tls_key) if parsed.tls_key else None,
        log_enabled=False,
    )


def _share_figures(folder: Path) -> None:
    """Let every process write its figures where each can add them up; yesterday's go.

    The figures choose their store when they are imported, so each process imports them anew:
    forked, it would count for itself, where nobody looks.
    """
    multiprocessing.set_start_method("spawn", force=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _trouble(settings: ServerSettings, parsed: argparse.Namespace) -> str:
    """Return why it cannot be served like this, or nothing."""
    if settings.is_sqlite and parsed.processes > 1:
        return "one SQLite file takes one process: use --database-url postgresql://…"
    if bool(parsed.tls_cert) != bool(parsed.tls_key):
        return "--tls-cert and --tls-key go together"  # alone they would serve an open line
    if parsed.host not in ("127.0.0.1", "::1", "localhost") and not (
        parsed.tls_cert or parsed.behind_proxy
    ):
        return "outside loopback --tls-cert and --tls-key are needed, or --behind-proxy"
    if parsed.tls_cert:
        return _tls_trouble(parsed.tls_cert, parsed.tls_key)
    return ""


def _tls_trouble(certificate: str, key: str) -> str:
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key, password="")  # asks nobody for one
    except OSError as error:  # ssl.SSLError is one
        return f"{certificate}, {key}: {error.strerror or error}"
    return ""
