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

from field_app.storage.trouble import Damaged, DiskFull, LockedByOther, VaultTrouble, of_disk

log = logging.getLogger("yuefang.vault")

PAGE_SIZE = 8192  # rows of 2 KB waste half of a 4096-byte page (measured: 41 MB against 28 MB)
CACHE_KB = 65536
LOG_PAGES = 8000  # 64 MB: 10 000 cases are read before their pages are moved into the file
IN_MEMORY = 2  # the number by which temp_store tells that it is MEMORY
INDEX_STEP = 32768  # by which SQLite lets the index of its log grow
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

    @property
    def in_transaction(self) -> bool:
        """Say whether a transaction is open."""
        ...

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


class _Rows:
    """A cursor whose troubles have our names, also those that come with a later row."""

    def __init__(self, raw: Any, folder: Path) -> None:
        self._raw = raw
        self._folder = folder
        self.rowcount: int = raw.rowcount
        self.lastrowid: int = raw.lastrowid

    def fetchone(self) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = _sorted(self._raw.fetchone, self._folder)
        return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = _sorted(self._raw.fetchall, self._folder)
        return rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._raw
        except sqlcipher3.DatabaseError as error:
            trouble = _trouble_of(error, self._folder)
            if trouble is None:
                raise
            raise trouble from error


class _File:
    """An open file that raises VaultTroubles; whatever is a bug flies on as it came."""

    def __init__(self, raw: Any, folder: Path) -> None:
        self._raw = raw
        self._folder = folder

    @property
    def in_transaction(self) -> bool:
        return bool(self._raw.in_transaction)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> _Rows:
        return self._rows(lambda: self._raw.execute(sql, values))

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> _Rows:
        return self._rows(lambda: self._raw.executemany(sql, rows))

    def executescript(self, sql: str) -> _Rows:
        return self._rows(lambda: self._raw.executescript(sql))

    def _rows(self, act: Callable[[], Any]) -> _Rows:
        return _Rows(_sorted(act, self._folder), self._folder)

    def close(self) -> None:
        self._raw.close()


def open_database(path: Path, key: VaultKey | None, *, create: bool) -> Connection:
    """Open the file; without a key it is a plain SQLite file (benchmarks only).

    Raises Damaged when it is not the file this key wrote, and the other VaultTroubles, which
    also every later call on the connection raises.
    """
    if not create and (not path.exists() or path.stat().st_size < PAGE_SIZE):
        raise Damaged(path.name)  # SQLite would make a new, empty database without a word
    connect = sqlcipher3.connect
    raw = _sorted(
        lambda: connect(str(path), isolation_level=None, check_same_thread=False), path.parent
    )
    connection = _File(raw, path.parent)
    try:
        if key is not None:
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{key.key.hex()}{key.salt.hex()}'\"")
            connection.execute(f"PRAGMA cipher_page_size = {PAGE_SIZE}")
        else:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _ask_for_room(folder: Path) -> None:
    """Raise DiskFull when that is why: a log's index that cannot grow is just an I/O error."""
    probe = folder / "room.probe"
    try:
        probe.write_bytes(bytes(INDEX_STEP))
    except OSError as error:
        raise of_disk(error) from error
    finally:
        probe.unlink(missing_ok=True)


def _settle(connection: Connection) -> None:
    for pragma in (
        "temp_store = MEMORY",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"wal_autocheckpoint = {LOG_PAGES}",
        f"cache_size = -{CACHE_KB}",
        "secure_delete = ON",
        "foreign_keys = ON",
        "busy_timeout = 5000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    if not options & {"TEMP_STORE=2", "TEMP_STORE=3"}:
        raise VaultTrouble("this SQLCipher may write temporary files in clear")
    if connection.execute("PRAGMA temp_store").fetchone() not in ((0,), (IN_MEMORY,)):
        raise VaultTrouble("temporary tables would be written in clear")


_TROUBLES: dict[int, type[VaultTrouble]] = {
    sqlite3.SQLITE_BUSY: LockedByOther,
    sqlite3.SQLITE_LOCKED: LockedByOther,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_IOERR: VaultTrouble,
    sqlite3.SQLITE_CANTOPEN: VaultTrouble,
    # Besides a file nobody may write: what SQLCipher says of a file once found damaged.
    sqlite3.SQLITE_READONLY: VaultTrouble,
}


def _sorted(act: Callable[[], Any], folder: Path) -> Any:
    """Run a database act and name the machine's troubles; anything else is a bug and flies on."""
    try:
        return act()
    except sqlcipher3.DatabaseError as error:
        trouble = _trouble_of(error, folder)
        if trouble is None:
            raise
        raise trouble from error


def _trouble_of(error: Exception, folder: Path) -> VaultTrouble | None:
    """Return the machine's trouble behind an error, None for a bug; raises DiskFull for that."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_IOERR:
        _ask_for_room(folder)
    return _TROUBLES[primary](str(error)) if primary in _TROUBLES else None


def copy_database(source: Connection, path: Path, key: VaultKey) -> None:
    """Write all that an open file holds into a new one under another key; raises DiskFull."""
    raw = f"x'{key.key.hex()}{key.salt.hex()}'"
    source.execute("ATTACH DATABASE ? AS anew KEY ?", (str(path), raw))
    source.execute(f"PRAGMA anew.cipher_page_size = {PAGE_SIZE}")
    source.execute("SELECT sqlcipher_export('anew')").fetchall()
    for name in ("user_version", "application_id"):
        row = source.execute(f"PRAGMA main.{name}").fetchone()
        source.execute(f"PRAGMA anew.{name} = {row[0] if row else 0}")
    source.execute("DETACH DATABASE anew")


def integrity_problems(connection: Connection) -> list[str]:
    """Return what `cipher_integrity_check` finds: a line a broken page, nothing when whole."""
    return [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
