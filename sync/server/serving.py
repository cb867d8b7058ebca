"""Runs the application on granian until it is told to stop."""

import argparse
import asyncio
import os
import ssl
import sys
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import Interfaces

from sync.domain.ids import BranchId
from sync.server.app import build_database, build_service, create_app
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories import policies
from sync.server.settings import ServerSettings

SETTINGS_VARIABLE = "YUEFANG_SERVER"


async def _without_rules(settings: ServerSettings) -> list[BranchId]:
    """Return the branches in which nothing is published, such as those of an older database."""
    database = build_database(settings)
    await database.open()
    try:
        return await database.read(policies.bare_branches)
    finally:
        await database.close()


def load_app() -> Any:
    """Build the application in a worker, from the settings its parent left for it."""
    raw = msgspec.json.decode(os.environ[SETTINGS_VARIABLE])
    settings = ServerSettings(raw["url"], Path(raw["data"]), Path(raw["policies"]))
    return create_app(build_service(settings))


def serve(settings: ServerSettings, parsed: argparse.Namespace) -> int:
    """Serve until stopped; returns an exit code."""
    trouble = _trouble(settings, parsed)
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    upgrade(settings)
    bare = asyncio.run(_without_rules(settings))
    if bare:
        sys.stderr.write(f"no rules are in force in {bare[0]}: run field-server init for it once\n")
        return 1
    os.environ[SETTINGS_VARIABLE] = msgspec.json.encode(
        {
            "url": settings.database_url,
            "data": str(settings.data),
            "policies": str(settings.policies),
        }
    ).decode()
    certificate = Path(parsed.tls_cert) if parsed.tls_cert else None
    key = Path(parsed.tls_key) if parsed.tls_key else None
    granian = Granian(
        "sync.server.serving:load_app",
        factory=True,
        address=parsed.host,
        port=parsed.port,
        interface=Interfaces.ASGI,
        workers=parsed.workers,
        ssl_cert=certificate,
        ssl_key=key,
        log_enabled=False,
    )
    try:
        granian.serve()
    except RuntimeError as error:  # how it says that it cannot have the address
        sys.stderr.write(f"{parsed.host}:{parsed.port}: {str(error).partition('\n')[0]}\n")
        return 1
    return 0


def _trouble(settings: ServerSettings, parsed: argparse.Namespace) -> str:
    """Return why it cannot be served like this, or nothing."""
    if settings.is_sqlite and parsed.workers > 1:
        return "one SQLite file takes one worker: use --database-url postgresql://…"
    if bool(parsed.tls_cert) != bool(parsed.tls_key):
        return "--tls-cert and --tls-key go together"  # alone they would serve an open line
    if parsed.host not in ("127.0.0.1", "::1", "localhost") and not parsed.tls_cert:
        return "outside loopback --tls-cert and --tls-key are needed"
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
