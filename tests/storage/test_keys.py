"""Slots of both versions, pauses that outlive a restart, and an end that leaves nothing to open."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.null
import msgspec
import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field_app.bootstrap.unlocking import open_or_rescue, unlock
from field_app.storage import rekeying
from field_app.storage.held_key import (
    KEY_MADE_AT,
    REKEY_WANTED,
    SLOT,
    Door,
    HeldKey,
    is_in_force,
    keep_lease,
    lease_name,
    lease_secret,
    read_door,
    read_lease,
)
from field_app.storage.keys import (
    FLOOR,
    LeaseSecret,
    Owner,
    Slot,
    make_slot,
    open_door,
    open_slot,
    pass_of,
    unwrap,
)
from field_app.storage.shredding import shred
from field_app.storage.slot_file import KeyringStore, read_slot, write_slot
from field_app.storage.tries import MANY, Tries, pause_after
from field_app.storage.trouble import DiskFull, LeaseOver, LockedByOther, WrongPassphrase
from sync.domain.ids import BranchId, DeviceId, OfficerId
from sync.protocol.lease import Lease, is_ordered, sign_order
from sync.protocol.signed_form import key_text
from tests.storage.furnished_vault import DEVICE, KEY, LI, PASSPHRASE, SECRET, Furnished
from tools.sample.keyrings import Secrets

NOW = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)
SERVER = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
AUDIT_KEY = key_text(SERVER.public_key())
DOOR = Door("https://branch.example", "token", b"k" * 32, AUDIT_KEY)
OTHER = "five grey herons fish here"


def slot_of_version_1() -> Slot:
    """Write a slot as the first version of the program did, from its description alone."""
    salt, nonce = bytes(range(16)), bytes(range(12))
    stretched = hash_secret_raw(PASSPHRASE.encode(), salt, 3, 65536, 2, 32, Type.ID)
    kek = HKDF(SHA256(), 32, salt=None, info=b"fieldapp/kek/v1").derive(stretched + SECRET)
    mark = HKDF(SHA256(), 16, salt=None, info=b"fieldapp/keyring-mark/v1").derive(SECRET)
    bound = (
        '{"suite":"yf1","version":1,"officer_id":"li","device_id":"laptop-1",'
        '"kdf":{"memory_kib":65536,"passes":3,"lanes":2},"salt":"AAECAwQFBgcICQoLDA0ODw==",'
        '"nonce":"AAECAwQFBgcICQoL","wrapped":"","keyring_mark":'
        f"{msgspec.json.encode(mark).decode()}}}"
    ).encode()
    wrapped = AESGCM(kek).encrypt(nonce, KEY.key + KEY.salt, bound)
    return msgspec.structs.replace(msgspec.json.decode(bound, type=Slot), wrapped=wrapped)


def lease(hours: float = 72, key: Ed25519PrivateKey = SERVER, device: str = DEVICE) -> Lease:
    unsigned = Lease(
        *("yf1", BranchId("b1"), OfficerId(LI.id), DeviceId(device), 1),
        *(NOW, NOW + timedelta(hours=hours)),
    )
    return sign_order(unsigned, key)


def test_a_slot_of_version_1_opens_and_becomes_one_of_version_2(furnished: Furnished) -> None:
    furnished.close()
    slot = slot_of_version_1()
    write_slot(furnished.laptop.slot, slot)
    furnished.secrets.save(DEVICE, SECRET)
    furnished.sit(unlock(furnished.laptop, PASSPHRASE))
    assert furnished.rows("SELECT count(*) FROM case_index") == [(3,)]
    held = furnished.vault.held
    assert held is not None
    owner = Owner(LI.id, DEVICE, "li", "https://branch.example")
    held.take_lease(lease(), b"s" * 32, owner, DOOR)
    slot = read_slot(furnished.laptop.slot)
    assert (slot.version, slot.login, slot.lease_epoch) == (2, "li", 1)
    passed = pass_of(slot, PASSPHRASE, SECRET)
    assert read_door(open_door(slot, passed)) == DOOR
    assert unwrap(slot, passed, lease_secret(furnished.secrets, slot)) == KEY
    with pytest.raises(LeaseOver):
        open_slot(slot, PASSPHRASE, SECRET)
    with pytest.raises(LeaseOver):
        open_slot(slot, PASSPHRASE, SECRET, LeaseSecret(1, b"t" * 32))
    with pytest.raises(WrongPassphrase):
        open_slot(slot, OTHER, SECRET, lease_secret(furnished.secrets, slot))


@pytest.mark.parametrize(
    ("field", "value"),
    [("login", "wang"), ("address", "https://evil.example"), ("suite", "gm1"), ("door", b"")],
)
def test_what_is_bound_into_a_slot_cannot_be_changed(field: str, value: object) -> None:
    owner = Owner(LI.id, DEVICE, "li", "https://branch.example")
    slot = make_slot(KEY, PASSPHRASE, owner, device_secret=SECRET, work=FLOOR, random=os.urandom)
    assert open_slot(slot, PASSPHRASE, SECRET) == KEY
    with pytest.raises(WrongPassphrase):
        open_slot(msgspec.structs.replace(slot, **{field: value}), PASSPHRASE, SECRET)


def test_a_lease_counts_when_the_pinned_key_signed_it_for_this_laptop() -> None:
    assert is_in_force(lease(), DEVICE, AUDIT_KEY, NOW)
    assert not is_in_force(lease(), DEVICE, AUDIT_KEY, NOW + timedelta(hours=72))
    assert not is_in_force(lease(), "another", AUDIT_KEY, NOW)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
    assert not is_in_force(lease(key=stranger), DEVICE, AUDIT_KEY, NOW)
    longer = msgspec.structs.replace(lease(), not_after=NOW + timedelta(days=300))
    assert not is_in_force(longer, DEVICE, AUDIT_KEY, NOW)
    assert not is_ordered(msgspec.structs.replace(lease(), suite="gm1"), AUDIT_KEY)
    assert not is_in_force(None, DEVICE, AUDIT_KEY, NOW)


def test_a_lease_file_that_is_none_is_no_lease(tmp_path: Path) -> None:
    secrets = Secrets()
    keep_lease(tmp_path, secrets, lease(), b"s" * 32)
    assert read_lease(tmp_path) == lease()
    (tmp_path / "lease.json").write_bytes(b"{")
    assert read_lease(tmp_path) is None


def held(furnished: Furnished) -> HeldKey:
    slot = read_slot(furnished.laptop.slot)
    passed = pass_of(slot, PASSPHRASE, SECRET)
    return HeldKey(furnished.laptop.vault, KEY, passed, furnished.secrets, os.urandom)


def test_another_passphrase_opens_it_and_the_old_one_no_longer_does(furnished: Furnished) -> None:
    furnished.lock_with(SECRET)
    key = held(furnished)
    owner = Owner(LI.id, DEVICE, "li", "https://branch.example")
    key.take_lease(lease(), b"s" * 32, owner, DOOR)
    before = furnished.laptop.slot.read_bytes()
    with pytest.raises(WrongPassphrase):
        key.change_passphrase(OTHER, OTHER, FLOOR)
    assert furnished.laptop.slot.read_bytes() == before
    key.change_passphrase(PASSPHRASE, OTHER, FLOOR)
    slot = read_slot(furnished.laptop.slot)
    kept = lease_secret(furnished.secrets, slot)
    assert open_slot(slot, OTHER, SECRET, kept) == KEY
    assert read_door(open_door(slot, pass_of(slot, OTHER, SECRET))) == DOOR
    with pytest.raises(WrongPassphrase):
        open_slot(slot, PASSPHRASE, SECRET, kept)
    key.change_passphrase(OTHER, PASSPHRASE, FLOOR)  # it knows the new one by now


def test_without_a_keyring_the_lease_still_ends(furnished: Furnished) -> None:
    furnished.close()
    furnished.lock_with(None)
    slot = read_slot(furnished.laptop.slot)
    passed = pass_of(slot, PASSPHRASE, None)
    key = HeldKey(furnished.laptop.vault, KEY, passed, furnished.secrets, os.urandom)
    owner = Owner(LI.id, DEVICE, "li", "http://127.0.0.1:9")
    key.take_lease(lease(), b"s" * 32, owner, msgspec.structs.replace(DOOR, address=owner.address))
    furnished.clock.at = NOW
    unlock(furnished.laptop, PASSPHRASE).close()
    furnished.clock.at = NOW + timedelta(hours=72)
    with pytest.raises(LeaseOver):
        unlock(furnished.laptop, PASSPHRASE)
    (furnished.laptop.vault / "lease.json").unlink()
    furnished.clock.at = NOW
    with pytest.raises(LeaseOver):
        unlock(furnished.laptop, PASSPHRASE)


class PlainText(keyring.backend.KeyringBackend):
    """A back-end that would write secrets down for everybody."""

    priority = 9  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str:
        return "00" * 32

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a secret was given to a back-end that keeps it in clear")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing of ours is in there")


@pytest.mark.parametrize("backend", [PlainText(), keyring.backends.null.Keyring()], ids=type)
def test_no_secret_is_given_to_a_keyring_that_keeps_it_in_clear(
    backend: keyring.backend.KeyringBackend,
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        store = KeyringStore()
        assert store.save("laptop-1", SECRET) is False
        assert store.load("laptop-1") is None
        store.forget("laptop-1")
    finally:
        keyring.set_keyring(before)


def test_pauses_grow_and_outlive_a_restart(furnished: Furnished, tmp_path: Path) -> None:
    clock, many = furnished.clock, []

    def tries() -> Tries:
        return Tries(tmp_path / "tries", clock, lambda: many.append(1))

    pauses = []
    for _ in range(MANY):
        tries().wrong()
        pauses.append(tries().pause_s())
        clock.at += timedelta(seconds=tries().pause_s())
        assert tries().pause_s() == 0
    assert pauses == [0, 0, 2, 4, 8, 16, 32, 64, 128, 256]
    assert len(many) == 1
    assert pause_after(10_000) == 900
    clock.at -= timedelta(days=3)  # setting the clock back does not shorten it
    assert tries().pause_s() == 256
    tries().right()
    assert tries().pause_s() == 0


def test_a_second_program_waits_while_a_vault_gets_its_new_key(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has asked for the passphrase already, and finds the vault's lock free for a moment."""
    furnished.close()
    furnished.lock_with(SECRET)
    passed = pass_of(read_slot(furnished.laptop.slot), PASSPHRASE, SECRET)
    vault = unlock(furnished.laptop, PASSPHRASE)
    vault.set_meta(REKEY_WANTED, "yes")
    vault.close()
    change_places = rekeying._change_places

    def meanwhile(folder: Path) -> None:
        with pytest.raises(LockedByOther):
            open_or_rescue(furnished.laptop, KEY)
        change_places(folder)

    monkeypatch.setattr(rekeying, "_change_places", meanwhile)
    anew = unlock(furnished.laptop, PASSPHRASE)
    assert anew.key != KEY
    assert anew.held is not None
    assert pass_of(anew.held.slot, PASSPHRASE, SECRET) == passed
    anew.close()


def test_a_new_key_that_did_not_come_stays_wished_for(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnished.close()
    furnished.lock_with(SECRET)
    vault = unlock(furnished.laptop, PASSPHRASE)
    made_at = vault.meta(KEY_MADE_AT)
    vault.set_meta(REKEY_WANTED, "yes")
    vault.close()

    def full(*_which: object) -> None:
        raise DiskFull

    with monkeypatch.context() as there:
        there.setattr(rekeying, "_copy", full)
        former = unlock(furnished.laptop, PASSPHRASE)
    assert former.key == KEY
    assert (former.meta(REKEY_WANTED), former.meta(KEY_MADE_AT)) == ("yes", made_at)
    trail = "SELECT what FROM audit WHERE what = 'rekey'"
    assert former.connection.execute(trail).fetchall() == []
    former.close()
    anew = unlock(furnished.laptop, PASSPHRASE)
    assert anew.key != KEY
    assert anew.meta(REKEY_WANTED) == ""
    assert anew.meta(KEY_MADE_AT) == furnished.clock.at.isoformat()
    assert anew.connection.execute(trail).fetchall() == [("rekey",)]
    anew.close()


def test_what_is_shredded_cannot_be_opened_by_anybody(furnished: Furnished) -> None:
    furnished.lock_with(SECRET)
    held(furnished).take_lease(lease(), b"s" * 32, Owner(LI.id, DEVICE, "li", ""), DOOR)
    furnished.close()
    folder = furnished.laptop.vault
    with (folder / SLOT).open("rb") as still_open:
        shred(folder, furnished.secrets)
        assert set(still_open.read()) <= {0}
    assert not folder.exists()
    assert furnished.secrets.load(DEVICE) is None
    assert furnished.secrets.load(lease_name(DEVICE, 1)) is None
    shred(folder, furnished.secrets)  # a second order finds nothing more


def test_each_officer_has_a_folder_of_their_own(furnished: Furnished) -> None:
    furnished.lock_with(SECRET)
    laptop = furnished.laptop
    assert [one.folder for one in laptop.every_officers()] == ["vault"]
    other = laptop.for_another()
    assert other == replace(laptop, folder="vault-2")
    other.vault.mkdir()
    write_slot(other.slot, read_slot(laptop.slot))
    assert [one.folder for one in laptop.every_officers()] == ["vault", "vault-2"]
    assert laptop.for_another().folder == "vault-3"
