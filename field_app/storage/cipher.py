"""The only door to SQLCipher: opens the encrypted file with key and salt, sorts its errors.

Key *and* salt are given as 96 hex digits. With the key alone the salt would live only in the
file's first sector, and a torn write there would lose everything (measured).
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import sqlcipher3

from field_app.storage.trouble import Damaged, DiskFull, LockedByOther, VaultTrouble

log = logging.getLogger("yuefang.vault")

PAGE_SIZE = 8192  # rows of 2 KB waste half of a 4096-byte page (measured: 41 MB against 28 MB)
CACHE_KB = 65536
APPLICATION_ID = 0x59554546  # "YUEF"


class VaultKey(msgspec.Struct, frozen=True):
    """32 random bytes of key and 16 of salt: what a slot wraps."""

    key: bytes
    salt: bytes

    def __post_init__(self) -> None:
        if len(self.key) != 32 or len(self.salt) != 16:
            raise ValueError("a vault key is 32 bytes and its salt 16")


class Cursor(Protocol):
    """What the rest of the program uses of a cursor."""

    rowcount: int
    lastrowid: int

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows left."""
        ...

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...


class Connection(Protocol):
    """What the rest of the program uses of a connection; every value is bound."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Cursor:
        """Run one statement for many rows."""
        ...

    def executescript(self, sql: str) -> Cursor:
        """Run a script of statements."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


def open_database(path: Path, key: VaultKey | None, *, create: bool) -> Connection:
    """Open the file; without a key it is a plain SQLite file (benchmarks only).

    Raises Damaged when it is not the file this key wrote, LockedByOther, DiskFull.
    """
    if not create and (not path.exists() or path.stat().st_size == 0):
        raise Damaged(path.name)  # SQLite would open a new, empty database without a word
    try:
        raw = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
        if key is not None:
            raw.execute("PRAGMA cipher_log_level = NONE")
            raw.execute(f"PRAGMA key = \"x'{key.key.hex()}{key.salt.hex()}'\"")
            raw.execute(f"PRAGMA cipher_page_size = {PAGE_SIZE}")
        else:
            raw.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        _settle(raw)
    except sqlcipher3.DatabaseError as error:
        raise _known(error) from error
    connection: Connection = raw
    return connection


def _settle(raw: Any) -> None:
    for pragma in (
        "temp_store = MEMORY",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{CACHE_KB}",
        "secure_delete = ON",
        "foreign_keys = ON",
        "busy_timeout = 5000",
    ):
        raw.execute(f"PRAGMA {pragma}")
    options = {row[0] for row in raw.execute("PRAGMA compile_options")}
    if not options & {"TEMP_STORE=2", "TEMP_STORE=3"}:
        raise VaultTrouble("this SQLCipher may write temporary files in clear")


def _known(error: Exception) -> VaultTrouble:
    text = str(error)
    if "locked" in text or "busy" in text:
        return LockedByOther(text)
    if "full" in text:
        return DiskFull(text)
    return Damaged(text)


def sorted_errors[T](act: Callable[[], T]) -> T:
    """Run a database act and name the machine's troubles; anything else is a bug and flies on."""
    try:
        return act()
    except sqlcipher3.OperationalError as error:
        text = str(error)
        if "full" in text or "I/O" in text or "locked" in text:
            raise _known(error) from error
        raise
    except sqlcipher3.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise Damaged(str(error)) from error
        raise


def integrity_problems(connection: Connection) -> list[str]:
    """Return what `cipher_integrity_check` finds: a line a broken page, nothing when whole."""
    return [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]


def library_version() -> str:
    """Return the SQLite version of the cipher library, for the diagnostics."""
    return f"{sqlcipher3.sqlite_version} / {sqlite3.sqlite_version}"
