"""The limit of a sync on this machine: the same bytes over loopback, the same rows in bulk.

No HTTP, no JSON, no rules: a bare socket and one transaction into the same encrypted file. A load
says which rows of the laptop count: the records alone, or those of every table that a laptop reads
its lists and searches from. These are written as fast as the program knows how: many rows to a
statement, addresses in one, words and sorted trees once behind the rows.
"""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from field_app.storage.case_index import CaseIndex
from field_app.storage.cipher import Connection
from field_app.storage.keys import new_vault_key
from field_app.storage.many_rows import insert
from field_app.storage.projection import Projection
from field_app.storage.vault import Vault

READ_AT_ONCE = 1 << 20
REPLICA, CASE_INDEX = "replica", "case_index"  # tables of a laptop
WORDS, ADDRESSES = "case_term", "case_address"  # what these hold stands in the index of cases
type Row = tuple[str, str, int, str, bytes]
type Tables = Mapping[str, Sequence[tuple[Any, ...]]]


class Load(msgspec.Struct, frozen=True):
    """What one sync moved: bytes each way, and the rows that were written at each end."""

    up: int
    down: int
    laptop: Tables
    server_rows: Sequence[Row] = ()
    laptops: int = 1


class Spent(msgspec.Struct, frozen=True):
    """Seconds by the wall's clock, and this process's own on any core."""

    wall: float
    own: float


def spent_on(act: Callable[[], object]) -> Spent:
    """Return how long an act takes."""
    wall, own = time.perf_counter(), time.process_time()
    act()
    return Spent(time.perf_counter() - wall, time.process_time() - own)


def bare(load: Load, folder: Path) -> Spent:
    """Return how long the bare load takes; new files in `folder`, made before the clock starts."""
    folder.mkdir(parents=True)
    vaults = []
    for number in range(load.laptops):
        (folder / f"v{number}").mkdir()
        vaults.append(Vault.create(folder / f"v{number}", new_vault_key(os.urandom), os.urandom))
    server = _plain(folder / "server.db")
    peer = socket.create_server(("127.0.0.1", 0))
    answer = bytes(load.down)
    thread = threading.Thread(target=_serve, args=(peer, load.up, answer))
    thread.start()

    def carry() -> None:
        _exchange(peer.getsockname(), load)
        if load.server_rows:
            _insert(server, "record", load.server_rows)
        for vault in vaults:
            with vault.transaction() as connection:
                _fill(connection, load.laptop)

    spent = spent_on(carry)
    thread.join()
    peer.close()
    server.close()
    for vault in vaults:
        vault.close()
    return spent


def _fill(connection: Connection, tables: Tables) -> None:
    index = CaseIndex(connection, Projection(connection)) if CASE_INDEX in tables else None
    if index is not None:
        index.put_off_orders()
    for table in tables.keys() - {WORDS, ADDRESSES}:
        insert(connection, f"INTO {table}", tables[table])
    if index is not None:
        connection.execute(
            f"INSERT INTO {ADDRESSES} (rowid, address) SELECT n, address FROM {CASE_INDEX}"
        )
        index.set_orders()


def _plain(path: Path) -> sqlite3.Connection:
    """Return the server's kind of file: not encrypted, flushed at every commit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE record (kind TEXT, id TEXT, rev INTEGER, case_id TEXT, body BLOB, "
        "PRIMARY KEY (kind, id))"
    )
    return connection


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")


def _exchange(address: tuple[str, int], load: Load) -> None:
    with socket.create_connection(address) as line:
        line.sendall(bytes(load.up))
        _read(line, load.down)


def _serve(peer: socket.socket, up: int, answer: bytes) -> None:
    line, _ = peer.accept()
    with line:
        _read(line, up)
        line.sendall(answer)


def _read(line: socket.socket, size: int) -> None:
    while size > 0:
        part = line.recv(min(size, READ_AT_ONCE))
        if not part:
            raise ConnectionError("the bare line broke")
        size -= len(part)
