"""A cut while a vault gets a new key: one whole vault is there, under the old key or the new."""

import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from field_app.storage.attachments import AttachmentFiles
from field_app.storage.cipher import VaultKey
from field_app.storage.keys import derive, pass_of, unwrap
from field_app.storage.rekeying import finish
from field_app.storage.slot_file import read_slot
from field_app.storage.vault import FILES, Vault
from sync.domain.ids import CaseId
from tests.crash.counts import Tally
from tests.crash.disk import IN_MEMORY, Disk, needs_disk
from tests.crash.power import Change, Platter, changes
from tests.crash.recorded_rekey import NEW
from tests.storage.acts import call
from tests.storage.furnished_vault import KEY, PASSPHRASE, laptop_at

STATES, LONG_STATES = 60, 3_000
PHOTO = b"a photo " * 20_000


@dataclass
class Recorded:
    """The changes of one rekeying, what was there before it, and what must be there after it."""

    before: Platter
    changes: list[Change]
    passed: bytes
    work: int

    def killed(self, count: int) -> Iterator[tuple[str, dict[str, bytes]]]:
        """Yield what a killed program leaves, at places spread evenly and at every renaming."""
        platter = deepcopy(self.before)
        step = max(1, len(self.changes) // count)
        for number, change in enumerate(self.changes):
            if number % step == 0 or change.op in "RU":
                yield f"killed before {number}", platter.after_kill()
            platter.change(change)
        yield "not killed", platter.after_kill()

    def cut(self, count: int, seed: int) -> Iterator[tuple[str, dict[str, bytes]]]:
        """Yield what a power cut leaves, at random places."""
        random = Random(seed)
        cuts = sorted(random.randrange(len(self.changes) + 1) for _ in range(count))
        platter, done = deepcopy(self.before), 0
        for number, cut in enumerate(cuts):
            for change in self.changes[done:cut]:
                platter.change(change)
            done = cut
            yield f"cut {seed}/{cut}/{number}", platter.after_cut(Random(f"{seed}/{number}"))


@pytest.fixture(scope="session")
def recorded(
    pattern: Path, disk_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    """Give a vault with unsent work and a photo a new key, once."""
    home = tmp_path_factory.mktemp("rekeyed") / "home"
    shutil.copytree(pattern, home)
    laptop = laptop_at(home)
    laptop.lock_with(None)
    laptop.open()
    call(laptop, CaseId("c1"))
    laptop.store.files.write("photo", PHOTO)
    work = len(laptop.rows("SELECT * FROM outbox"))
    laptop.close()
    passed = pass_of(read_slot(laptop.laptop.slot), PASSPHRASE, None)
    before = Platter.of(home)
    disk = Disk(home, home.parent / "beside", disk_library)
    disk.run("tests.crash.recorded_rekey", recorded=True)
    return Recorded(before, changes(disk.log), passed, work)


def opened(home: Path, recorded: Recorded) -> VaultKey:
    """Find the vault as the program does; return the key of the one that is there, and whole."""
    laptop = laptop_at(home).laptop
    finish(laptop.vault)
    key = unwrap(read_slot(laptop.slot), recorded.passed)
    vault = Vault.open(laptop.vault, key, os.urandom)
    try:
        vault.verify()
        rows = vault.connection.execute("SELECT envelope FROM outbox ORDER BY seq").fetchall()
        assert len(rows) == recorded.work > 0
        assert [row[0] for row in rows] == [e for n, e in vault.journal.read().entries if n]
        count = vault.connection.execute("SELECT count(*) FROM case_index").fetchone()
        assert count == (3,)
        files = AttachmentFiles(laptop.vault / FILES, derive(key, "attachments"), os.urandom)
        assert files.read("photo", 0, 1 << 20) == PHOTO
    finally:
        vault.close()
    assert sorted(p.name for p in home.iterdir() if p.is_dir()) == ["vault"]
    return key


def try_states(
    recorded: Recorded, tally: Tally, states: Iterator[tuple[str, dict[str, bytes]]]
) -> None:
    found = {KEY: 0, NEW: 0}
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        for name, files in states:
            home = Path(folder) / "home"
            shutil.rmtree(home, ignore_errors=True)
            (home / "vault").mkdir(parents=True)
            for path, data in files.items():
                (home / path).parent.mkdir(parents=True, exist_ok=True)
                (home / path).write_bytes(data)
            if not any((home / "vault").iterdir()):
                (home / "vault").rmdir()
            try:
                found[opened(home, recorded)] += 1
            except Exception as trouble:
                raise AssertionError(f"state {name}: {trouble!r}") from trouble
            tally.tried += 1
    assert all(found.values())
    tally.tell(f"{found[KEY]} under the old key, {found[NEW]} under the new one")


@needs_disk
def test_killed_while_it_is_rekeyed(recorded: Recorded, tally: Tally) -> None:
    """Killed at any change of a rekeying."""
    try_states(recorded, tally, recorded.killed(tally.count(STATES)))


@needs_disk
def test_power_goes_while_it_is_rekeyed(recorded: Recorded, tally: Tally) -> None:
    """Power cut at any change of a rekeying, sectors torn, renamings undone."""
    try_states(recorded, tally, recorded.cut(tally.count(STATES), seed=1))


@needs_disk
@pytest.mark.long
def test_power_goes_often_while_it_is_rekeyed(recorded: Recorded, tally: Tally) -> None:
    """Power cut at any change of a rekeying, many more states."""
    try_states(recorded, tally, recorded.cut(tally.count(LONG_STATES), seed=2))
