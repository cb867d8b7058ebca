"""Runs the application on granian until it is told to stop."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
from granian import Granian
from granian.constants import Interfaces

from sync.server.app import build_service, create_app
from sync.server.migrations.upgrading import upgrade
from sync.server.settings import ServerSettings

SETTINGS_VARIABLE = "YUEFANG_SERVER"


def load_app() -> Any:
    """Build the application in a worker, from the settings its parent left for it."""
    raw = msgspec.json.decode(os.environ[SETTINGS_VARIABLE])
    settings = ServerSettings(raw["url"], Path(raw["data"]), Path(raw["policies"]))
    return create_app(build_service(settings))


def serve(settings: ServerSettings, parsed: argparse.Namespace) -> int:
    """Serve until stopped; returns an exit code."""
    if settings.is_sqlite and parsed.workers > 1:
        sys.stderr.write("one SQLite file takes one worker: use --database-url postgresql://…\n")
        return 1
    if parsed.host not in ("127.0.0.1", "::1", "localhost") and not parsed.tls_cert:
        sys.stderr.write("outside loopback --tls-cert and --tls-key are needed\n")
        return 1
    upgrade(settings)
    os.environ[SETTINGS_VARIABLE] = msgspec.json.encode(
        {
            "url": settings.database_url,
            "data": str(settings.data),
            "policies": str(settings.policies),
        }
    ).decode()
    certificate = Path(parsed.tls_cert) if parsed.tls_cert else None
    key = Path(parsed.tls_key) if parsed.tls_key else None
    Granian(
        "sync.server.serving:load_app",
        factory=True,
        address=parsed.host,
        port=parsed.port,
        interface=Interfaces.ASGI,
        workers=parsed.workers,
        ssl_cert=certificate,
        ssl_key=key,
        log_enabled=False,
    ).serve()
    return 0
