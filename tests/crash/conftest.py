"""The disk that fails, the tally, a furnished laptop and a server for every suite here."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from field_app.storage.cipher import PAGE_SIZE
from field_app.storage.vault import DATABASE
from tests.crash.counts import tally
from tests.crash.day import Day, Memory
from tests.crash.disk import IN_MEMORY, Disk, library
from tests.crash.small_branch import branch, branch_office, fragile
from tests.storage.furnished_vault import furnished, laptop_at, pattern
from tests.storage.stretched import stretched_once

__all__ = ["branch", "branch_office", "fragile", "furnished", "pattern", "stretched_once", "tally"]


@pytest.fixture(scope="session")
def disk_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the disk's library once."""
    return library(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def disk(disk_library: Path) -> Iterator[Disk]:
    """Give one test a disk of its own, in memory where that is possible."""
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as home:
        folder = Path(home) / "watched"
        folder.mkdir()
        yield Disk(folder, Path(home) / "beside", disk_library)


@pytest.fixture(scope="session")
def locked(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a laptop once that is locked with nothing done on it yet."""
    home = tmp_path_factory.mktemp("locked") / "home"
    shutil.copytree(pattern, home)
    laptop_at(home).lock_with(None)
    return home


@pytest.fixture(scope="session")
def broken(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a laptop once whose file has a broken page, and its newest work only in the log."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(locked, folder / "home")
    day = Day(laptop_at(folder / "home"), Memory(folder / "home" / "told"))
    day.sit_down()
    for act in day.acts():
        act()
    day.lock()
    index = "SELECT rootpage FROM sqlite_master WHERE name = 'case_by_name'"
    [(page,)] = day.laptop.rows(index)
    day.draft()
    left = folder / "left"
    shutil.copytree(folder / "home", left)
    day.laptop.close()
    with (left / "vault" / DATABASE).open("r+b") as file:
        file.seek((int(str(page)) - 1) * PAGE_SIZE + 300)
        file.write(b"spoilt")
    return left
