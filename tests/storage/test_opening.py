"""The way in: who may open the vault, and what each "no" is called. A "no" changes nothing."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import keyring
import keyring.backends.fail
import msgspec
import pytest

from field_app.bootstrap.desk_setup import unlock
from field_app.storage.keys import (
    FLOOR,
    LEAST_SECONDS,
    MOST_PASSES,
    KdfWork,
    Owner,
    VaultKey,
    calibrate,
    derive,
    make_slot,
    open_slot,
    passphrase_strength,
)
from field_app.storage.slot_file import KeyringStore, read_slot, write_slot
from field_app.storage.trouble import (
    Damaged,
    KeyringLost,
    LockedByOther,
    VaultTrouble,
    WeakKeyRefused,
    WrongPassphrase,
)
from field_app.storage.vault import LOCK, Vault
from tests.storage.furnished_vault import DEVICE, KEY, LI, PASSPHRASE, SECRET, Furnished
from tools.sample.keyrings import Secrets

ROOT = Path(__file__).resolve().parents[2]


def files_of(furnished: Furnished) -> dict[str, bytes]:
    """Return every file of the vault's folder with its bytes."""
    folder = furnished.laptop.vault
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(furnished: Furnished, trouble: type[VaultTrouble], passphrase: str) -> None:
    """Check that unlocking is refused with this trouble and no file has changed."""
    before = files_of(furnished)
    with pytest.raises(VaultTrouble) as caught:
        unlock(furnished.laptop, passphrase)
    assert type(caught.value) is trouble
    assert files_of(furnished) == before


@pytest.fixture
def locked(furnished: Furnished) -> Furnished:
    """Close the vault under a passphrase and a keyring secret."""
    furnished.close()
    furnished.lock_with(SECRET)
    return furnished


def test_passphrase_and_keyring_open_it(locked: Furnished) -> None:
    locked.sit(unlock(locked.laptop, PASSPHRASE))
    assert [row[0] for row in locked.rows("SELECT name FROM case_index ORDER BY id")] == [
        "单小明",
        "曾国强",
        "解放",
    ]


def test_the_passphrase_alone_opens_it_where_there_is_no_keyring(furnished: Furnished) -> None:
    furnished.close()
    furnished.lock_with(None)
    assert not read_slot(furnished.laptop.slot).with_keyring
    furnished.sit(unlock(furnished.laptop, PASSPHRASE))
    assert furnished.rows("SELECT count(*) FROM case_index") == [(3,)]


@pytest.mark.parametrize(
    "wrong", ["three brown otters swam", "Three brown otters swim", PASSPHRASE + " ", "三只水獭"]
)
def test_a_wrong_passphrase_changes_nothing(locked: Furnished, wrong: str) -> None:
    refused(locked, WrongPassphrase, wrong)
    locked.sit(unlock(locked.laptop, PASSPHRASE))


def test_a_missing_keyring_secret_is_not_called_a_wrong_passphrase(locked: Furnished) -> None:
    locked.laptop = replace(locked.laptop, secrets=Secrets())
    refused(locked, KeyringLost, PASSPHRASE)


def test_another_keyring_secret_is_not_called_a_wrong_passphrase(locked: Furnished) -> None:
    locked.secrets.save(DEVICE, b"t" * 32)
    refused(locked, KeyringLost, PASSPHRASE)
    locked.secrets.save(DEVICE, SECRET)
    locked.sit(unlock(locked.laptop, PASSPHRASE))


@pytest.mark.parametrize(
    "work",
    [
        KdfWork(FLOOR.memory_kib - 1, FLOOR.passes, FLOOR.lanes),
        KdfWork(FLOOR.memory_kib, FLOOR.passes - 1, FLOOR.lanes),
        KdfWork(8, 1, 1),
        KdfWork(FLOOR.memory_kib, FLOOR.passes, 0),
    ],
)
def test_less_work_than_the_floor_is_refused(locked: Furnished, work: KdfWork) -> None:
    slot = read_slot(locked.laptop.slot)
    write_slot(locked.laptop.slot, msgspec.structs.replace(slot, kdf=work))
    refused(locked, WeakKeyRefused, PASSPHRASE)
    with pytest.raises(WeakKeyRefused):
        make_slot(
            KEY, PASSPHRASE, Owner(LI.id, DEVICE), device_secret=None, work=work, random=os.urandom
        )


@pytest.mark.parametrize(
    "work", [KdfWork(1 << 40, 3, 2), KdfWork(FLOOR.memory_kib, 1 << 30, 2), KdfWork(1 << 16, 3, 99)]
)
def test_work_that_no_laptop_can_do_is_a_damaged_slot(locked: Furnished, work: KdfWork) -> None:
    slot = read_slot(locked.laptop.slot)
    write_slot(locked.laptop.slot, msgspec.structs.replace(slot, kdf=work))
    refused(locked, Damaged, PASSPHRASE)


@pytest.mark.parametrize("name", ["officer_id", "device_id", "suite"])
def test_the_slot_of_somebody_else_does_not_open(locked: Furnished, name: str) -> None:
    slot = msgspec.structs.replace(read_slot(locked.laptop.slot), **{name: "other"})
    with pytest.raises(WrongPassphrase):
        open_slot(slot, PASSPHRASE, SECRET)


def test_every_flipped_bit_of_the_slot_is_called_damage(locked: Furnished) -> None:
    whole = locked.laptop.slot.read_bytes()
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        locked.laptop.slot.write_bytes(changed)
        with pytest.raises(Damaged):
            unlock(locked.laptop, PASSPHRASE)


def test_every_cut_of_the_slot_is_called_damage(locked: Furnished) -> None:
    whole = locked.laptop.slot.read_bytes()
    for size in range(len(whole)):
        locked.laptop.slot.write_bytes(whole[:size])
        with pytest.raises(Damaged):
            unlock(locked.laptop, PASSPHRASE)


def test_the_slot_is_replaced_whole_and_only_its_owner_may_read_it(locked: Furnished) -> None:
    before = locked.laptop.slot.read_bytes()
    locked.lock_with(SECRET)
    assert locked.laptop.slot.read_bytes() != before  # a new salt and nonce each time
    assert [p.name for p in locked.laptop.vault.glob("key*")] == ["key.slot"]
    if os.name == "posix":
        assert locked.laptop.slot.stat().st_mode & 0o077 == 0


def test_neither_key_nor_keyring_secret_lies_in_the_slot(locked: Furnished) -> None:
    slot = locked.laptop.slot.read_bytes()
    for secret in (KEY.key, KEY.salt, SECRET, PASSPHRASE.encode()):
        for form in (secret, secret.hex().encode(), msgspec.json.encode(secret).strip(b'"=')):
            assert form not in slot


SECOND_PROGRAM = """
import sys
from pathlib import Path
from field_app.storage.cipher import VaultKey
from field_app.storage.trouble import VaultTrouble
from field_app.storage.vault import Vault
try:
    Vault.open(Path(sys.argv[1]), VaultKey(bytes(range(32)), bytes(range(16))), bytes).close()
    print("opened")
except VaultTrouble as trouble:
    print(trouble.code)
"""


def second_program(folder: Path) -> str:
    command = [sys.executable, "-c", SECOND_PROGRAM, str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_a_second_program_may_not_open_the_same_vault(furnished: Furnished) -> None:
    assert second_program(furnished.laptop.vault) == LockedByOther.code
    with pytest.raises(LockedByOther):
        Vault.open(furnished.laptop.vault, KEY, os.urandom)
    assert furnished.rows("SELECT count(*) FROM case_index") == [(3,)]
    furnished.close()
    assert second_program(furnished.laptop.vault) == "opened"


def test_a_refused_opening_lets_the_vault_go(furnished: Furnished) -> None:
    furnished.close()
    other = VaultKey(KEY.key[::-1], KEY.salt)
    with pytest.raises(Damaged):
        Vault.open(furnished.laptop.vault, other, os.urandom)
    furnished.open()


def test_a_vault_is_never_made_over_another(furnished: Furnished) -> None:
    furnished.close()
    before = files_of(furnished)
    with pytest.raises(Damaged):
        Vault.create(furnished.laptop.vault, KEY, os.urandom)
    assert files_of(furnished) == before


@pytest.mark.skipif(os.name != "posix", reason="a folder's rights are another matter there")
def test_a_lock_that_cannot_be_taken_is_trouble_and_not_a_crash(furnished: Furnished) -> None:
    furnished.close()
    (furnished.laptop.vault / LOCK).unlink()
    (furnished.laptop.vault / LOCK).mkdir()
    with pytest.raises(VaultTrouble):
        Vault.open(furnished.laptop.vault, KEY, os.urandom)


def test_a_keyring_that_keeps_nothing_safe_is_not_used() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        assert KeyringStore().save("laptop-1", SECRET) is False
        assert KeyringStore().load("laptop-1") is None
    finally:
        keyring.set_keyring(before)


def ticking(*moments: float) -> Callable[[], float]:
    """Return a clock that shows these seconds one after the other."""
    return islice(moments, len(moments)).__next__


def test_a_fast_computer_has_more_to_do_and_none_too_much() -> None:
    assert calibrate(ticking(0.0, 2 * LEAST_SECONDS)) == KdfWork()
    fast = calibrate(ticking(0.0, LEAST_SECONDS / 10))
    assert fast.memory_kib == KdfWork().memory_kib
    assert fast.passes >= 10 * KdfWork().passes
    assert calibrate(ticking(0.0, 0.0)).passes == MOST_PASSES


def test_keys_of_different_purposes_have_nothing_in_common() -> None:
    keys = {derive(KEY, purpose) for purpose in ("journal", "attachments", "journal2")}
    assert len(keys) == 3
    assert all(len(key) == 32 and key != KEY.key for key in keys)
    assert derive(VaultKey(KEY.key, KEY.salt[::-1]), "journal") not in keys


@pytest.mark.parametrize(("key", "salt"), [(31, 16), (33, 16), (32, 15), (0, 0)])
def test_a_key_of_another_size_is_none(key: int, salt: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        VaultKey(bytes(key), bytes(salt))


@pytest.mark.parametrize(
    ("passphrase", "least", "most"),
    [
        ("", 0, 0),
        ("12345678901", 0, 0),
        ("aaaaaaaaaaaaaaaa", 0, 0),
        ("abcdefghijklmnop", 0, 0),
        ("9876543210fedcba", 1, 4),
        ("春眠不觉晓处处闻啼鸟夜来", 1, 4),
        (PASSPHRASE, 2, 4),
        ("three brown Otters swim 7 rivers", 4, 4),
    ],
)
def test_strength_of_a_passphrase(passphrase: str, least: int, most: int) -> None:
    assert least <= passphrase_strength(passphrase) <= most
