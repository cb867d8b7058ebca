"""Brings the database to the newest schema; the same steps on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from asyncpg.connect_utils import SessionAttribute
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from sync.server.closed_file import make_folder
from sync.server.settings import ServerSettings

NEWEST = "0008"
STEPS = Path(__file__).parent / "versions"


class TooNew(Exception):
    """The database was made or upgraded by a newer program; its revision is the text."""


def upgrade(settings: ServerSettings) -> None:
    """Apply the steps that are missing; raises TooNew and changes nothing."""
    if settings.is_sqlite:
        make_folder(settings.sqlite_path.parent)
    _on_connection(settings, _apply)


def is_newest(settings: ServerSettings) -> bool:
    """Say whether the database is there with every step applied; raises TooNew."""
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return False
    return _on_connection(settings, _revision) == NEWEST


def _on_connection[T](settings: ServerSettings, act: Callable[[Connection], T]) -> T:
    """Run an act in one transaction of the database."""
    if not settings.is_sqlite:
        return asyncio.run(_on_postgres(settings, act))
    # By itself Python's driver commits each change of a table at once: a cut would leave half.
    whole = {"autocommit": False}
    engine = create_engine(f"sqlite:///{settings.sqlite_path}", connect_args=whole)
    try:
        with engine.begin() as connection:
            return act(connection)
    finally:
        engine.dispose()


async def _on_postgres[T](settings: ServerSettings, act: Callable[[Connection], T]) -> T:

    async def connected() -> Any:
        # By the driver itself, which reads an address of several hosts.
        return await asyncpg.connect(
            settings.database_url, target_session_attrs=SessionAttribute.read_write
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connected)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {path.name[1:5] for path in STEPS.glob("s*.py")}:
        raise TooNew(revision)
    return revision


def _apply(connection: Connection) -> None:
    if _revision(connection) == NEWEST:
        return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
