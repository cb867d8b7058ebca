"""Brings the database to the newest schema; the same steps on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from sync.server.settings import ServerSettings

NEWEST = "0006"


def upgrade(settings: ServerSettings) -> None:
    """Apply the steps that are missing."""
    if settings.is_sqlite:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    _on_connection(settings, _apply)


def is_newest(settings: ServerSettings) -> bool:
    """Say whether the database is there with every step applied."""
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return False
    return _on_connection(settings, _revision) == NEWEST


def _on_connection[T](settings: ServerSettings, act: Callable[[Connection], T]) -> T:
    """Run an act in one transaction of the database."""
    if not settings.is_sqlite:
        return asyncio.run(_on_postgres(settings, act))
    engine = create_engine(f"sqlite:///{settings.sqlite_path}")
    try:
        with engine.begin() as connection:
            return act(connection)
    finally:
        engine.dispose()


async def _on_postgres[T](settings: ServerSettings, act: Callable[[Connection], T]) -> T:
    url = "postgresql+asyncpg://" + settings.database_url.removeprefix("postgresql://")
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(act)
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _apply(connection: Connection) -> None:
    if _revision(connection) == NEWEST:
        return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
