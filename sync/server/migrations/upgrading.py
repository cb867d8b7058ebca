"""Brings the database to the newest schema; the same steps on SQLite and PostgreSQL."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from sync.server.settings import ServerSettings

NEWEST = "0001"


def upgrade(settings: ServerSettings) -> None:
    """Apply the steps that are missing."""
    if settings.is_sqlite:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{settings.sqlite_path}")
        with engine.begin() as connection:
            _apply(connection)
        engine.dispose()
    else:
        asyncio.run(_upgrade_postgres(settings))


async def _upgrade_postgres(settings: ServerSettings) -> None:
    url = "postgresql+asyncpg://" + settings.database_url.split("://", 1)[1]
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_apply)
    await engine.dispose()


def _apply(connection: Connection) -> None:
    if MigrationContext.configure(connection).get_current_revision() == NEWEST:
        return
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, NEWEST)
