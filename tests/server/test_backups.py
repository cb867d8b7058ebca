"""A backup beside what else happens: writers that do not wait, an erasure, a power cut."""

import os
import sqlite3
import sys
import tarfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync.cli.arguments import build_parser
from sync.cli.program import settings_of
from sync.server.backup.archive import FORMAT, Manifest, sha256_of, write_archive
from sync.server.backup.copying import take_copy
from tests.server.terminal import tell
from tests.sync.office import whereabouts

LARGE = 40 * 1024 * 1024
WRITES_S = 4.0


def test_a_copy_does_not_wait_for_the_writers_to_rest(tmp_path: Path) -> None:
    settings = settings_of(build_parser().parse_args(["init", *whereabouts(tmp_path)]))
    with closing(sqlite3.connect(settings.sqlite_path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE held (body BLOB)")
        database.execute("CREATE TABLE written (n INTEGER PRIMARY KEY)")
        database.execute("INSERT INTO held VALUES (randomblob(?))", (LARGE,))
    copied, began = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(settings.sqlite_path, isolation_level=None)) as database:
            until = time.monotonic() + WRITES_S
            while not copied.is_set() and time.monotonic() < until:
                database.execute("INSERT INTO written DEFAULT VALUES")
                began.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(WRITES_S)
    take_copy(settings, tmp_path / "copy")
    is_still_writing = writer.is_alive()
    copied.set()
    writer.join()
    assert is_still_writing, "the copy was ready when nobody wrote any more"
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [(count, newest)] = copy.execute("SELECT count(*), max(n) FROM written").fetchall()
        assert count == newest > 0


def test_a_file_that_is_erased_meanwhile_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch = tmp_path / "attachments" / "main"
    branch.mkdir(parents=True)
    for name in ("a1", "a2", "a3"):
        (branch / name).write_bytes(name.encode())
    database = tmp_path / "database"
    database.write_bytes(b"rows")
    add = tarfile.TarFile.add

    def adding(self: tarfile.TarFile, name: Path, *named: Any) -> None:
        if name.name == "a2":
            name.unlink()
        add(self, name, *named)

    monkeypatch.setattr(tarfile.TarFile, "add", adding)
    manifest = Manifest(FORMAT, "sqlite", "2026-01-01", "s1", "e1", {}, sha256_of(database))
    write_archive(tmp_path / "out.tar", manifest, database, tmp_path / "attachments")
    with tarfile.open(tmp_path / "out.tar") as made:
        kept = [name for name in made.getnames() if name.startswith("attachments")]
    assert kept == ["attachments/main/a1", "attachments/main/a3"]


def test_a_backup_is_on_the_disk_when_it_is_told(
    server_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What laptops hear of counts on it, so a power cut must not take it back."""
    settled: set[int] = set()
    fsync = os.fsync

    def settle(handle: int) -> None:
        settled.add(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", settle)
    out = tmp_path / "night.tar"
    assert tell(server_data, "backup", "--out", str(out)).code == 0
    assert {out.stat().st_ino, tmp_path.stat().st_ino} <= settled


@pytest.mark.skipif(sys.platform == "win32", reason="a folder's rights say it there")
def test_who_else_works_at_the_machine_reads_neither_database_nor_backup(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert tell(tmp_path / "srv", "init").code == 0
        assert tell(tmp_path / "srv", "backup", "--out", str(tmp_path / "night.tar")).code == 0
        assert tell(tmp_path / "new", "restore", str(tmp_path / "night.tar")).code == 0
    finally:
        os.umask(before)
    for made in ("srv", "new", "night.tar"):
        assert (tmp_path / made).stat().st_mode & 0o077 == 0, made
