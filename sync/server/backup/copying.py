"""Copies of the database, taken while it is served, and put in its place again.

SQLite through its own backup API, PostgreSQL through pg_dump and pg_restore of this machine. What
stood there before is set aside, never thrown away.
"""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from sync.server.backup.archive import NoBackup
from sync.server.key_file import settle
from sync.server.repositories.postgres import PostgresDatabase
from sync.server.repositories.session import Database
from sync.server.repositories.sqlite import SqliteDatabase
from sync.server.settings import ServerSettings


class CopyFailed(Exception):
    """The database could not be copied; the text is for the administrator."""


def take_copy(settings: ServerSettings, to: Path) -> None:
    """Write a consistent copy of the database to a file; raises CopyFailed."""
    if settings.is_sqlite:
        source = sqlite3.connect(f"file:{settings.sqlite_path}?mode=rw", uri=True)
        with closing(source), closing(sqlite3.connect(to)) as copy:
            # In one step: between two of them any commit of the server begins the copy anew.
            source.backup(copy)
    else:
        _run(settings.database_url, "pg_dump", "--format=custom", "--no-owner", f"--file={to}")


@asynccontextmanager
async def opened(settings: ServerSettings, copy: Path) -> AsyncIterator[Database]:
    """Open a copy as a server would: raises NoBackup when it is damaged, CopyFailed."""
    if settings.is_sqlite:
        _check_sqlite(copy)
        database: Database = SqliteDatabase(copy)
        await database.open()
        try:
            yield database
        finally:
            await database.close()
        return
    async with _scratch(settings.database_url) as url:
        await asyncio.to_thread(_fill, url, copy)
        database = PostgresDatabase(url, connections=1)
        await database.open()
        try:
            yield database
        finally:
            await database.close()


def _check_sqlite(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        try:
            [(found,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        except sqlite3.DatabaseError as error:
            raise NoBackup(str(error)) from error
    if found != "ok":
        raise NoBackup(str(found))


@asynccontextmanager
async def _scratch(url: str) -> AsyncIterator[str]:
    """Make a database beside the served one for as long as the check takes."""
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_check_{os.urandom(4).hex()}"
    connection = await asyncpg.connect(url)
    try:
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        except asyncpg.InsufficientPrivilegeError as error:
            raise CopyFailed("this database user may not make a database to check it in") from error
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def _fill(url: str, copy: Path) -> None:
    _run(url, "pg_restore", "--no-owner", "--exit-on-error", "--schema=public", str(copy))


def put_in_place(settings: ServerSettings, copy: Path) -> str:
    """Put a copy in the database's place; return under which name the former one is kept."""
    if settings.is_sqlite:
        return _replace_file(settings.sqlite_path, copy)
    aside = asyncio.run(_empty_schema(settings.database_url))
    _fill(settings.database_url, copy)
    return aside


def _replace_file(path: Path, copy: Path) -> str:
    aside = ""
    if path.exists():
        aside = next(a for n in count(1) if not Path(a := f"{path}.before-{n}").exists())
        for end in ("", "-wal", "-shm"):
            former = Path(f"{path}{end}")
            if former.exists():
                former.replace(f"{aside}{end}")
    with copy.open("r+b") as file:
        os.fsync(file.fileno())
    copy.replace(path)
    settle(path.parent)
    return Path(aside).name


async def _empty_schema(url: str) -> str:
    """Rename the schema with what is in it and make an empty one; return the new name."""
    connection = await asyncpg.connect(url)
    try:
        others = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        if others:
            raise CopyFailed(f"{others} connections are open: stop every server first")
        async with connection.transaction():
            kept = {r[0] for r in await connection.fetch("SELECT nspname FROM pg_namespace")}
            aside = next(a for n in count(1) if (a := f"before_{n}") not in kept)
            await connection.execute(f"ALTER SCHEMA public RENAME TO {aside}")
            await connection.execute("CREATE SCHEMA public")
        return aside
    finally:
        await connection.close()


def _run(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which none sees."""
    found = shutil.which(program)
    if found is None:
        raise CopyFailed(f"{program} is needed: install PostgreSQL's client programs")
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    plain = urlunsplit(parts._replace(netloc=user + host))
    secret = {"PGPASSWORD": parts.password} if parts.password else {}
    done = subprocess.run(  # noqa: S603  # a program of the machine, arguments of our own
        [found, f"--dbname={plain}", *arguments],
        env=os.environ | secret,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CopyFailed(f"{program}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
