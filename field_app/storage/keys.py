"""Wraps the vault's key: passphrase, a secret of this device, a secret of the server's lease.

    pass = HKDF-SHA256(Argon2id(passphrase, salt) || device secret, info="fieldapp/kek/v1")
    door = AES-256-GCM(HKDF(pass, "fieldapp/door/v2"), nonce, how to reach the server)
    KEK  = HKDF-SHA256(pass || lease secret, info="fieldapp/kek/v2")
    slot = AES-256-GCM(KEK, nonce, key || salt, aad = everything of the slot that is no secret)

The door opens with the passphrase alone, so that a lease that has ended can be renewed. Slots of
version 1 know neither door nor lease: their KEK is `pass`.
No own cryptography: RFC 9106, RFC 5869 and NIST SP 800-38D through two libraries.
"""

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from field_app.storage.cipher import VaultKey
from field_app.storage.trouble import KeyringLost, LeaseOver, WeakKeyRefused, WrongPassphrase

SUITE = "yf1"
PASS_INFO = b"fieldapp/kek/v1"
DOOR_INFO = b"fieldapp/door/v2"
KEK_INFO = b"fieldapp/kek/v2"
MARK_INFO = b"fieldapp/keyring-mark/v1"
VERSION = 2
NONCE = 12
FLOOR_KIB = 64 * 1024
FLOOR_PASSES = 3
USUAL_KIB = 256 * 1024
MOST_KIB = 4 * 1024 * 1024  # more than this asks for a laptop's whole memory: no slot of ours
MOST_PASSES = 100
MOST_LANES = 64
LEAST_SECONDS = 0.5
SHORTEST_PASSPHRASE = 12

BOUND_IN_1 = (
    *("suite", "version", "officer_id", "device_id", "kdf"),
    *("salt", "nonce", "wrapped", "keyring_mark"),
)

type Random = Callable[[int], bytes]


class KdfWork(msgspec.Struct, frozen=True):
    """How much work a guess costs: memory in KiB, passes, lanes."""

    memory_kib: Annotated[int, msgspec.Meta(le=MOST_KIB)] = USUAL_KIB
    passes: Annotated[int, msgspec.Meta(le=MOST_PASSES)] = 4
    lanes: Annotated[int, msgspec.Meta(le=MOST_LANES)] = 2


FLOOR = KdfWork(FLOOR_KIB, FLOOR_PASSES, 2)


class Slot(msgspec.Struct, frozen=True):
    """The wrapped key as it lies on disk; `keyring_mark` tells which keyring secret it needs.

    `login` tells officers of one laptop apart; `lease_epoch` names the lease secret it needs, 0 for
    none; `door` is sealed, see above.
    """

    suite: str
    version: int
    officer_id: str
    device_id: str
    kdf: KdfWork
    salt: bytes
    nonce: Annotated[bytes, msgspec.Meta(min_length=NONCE, max_length=NONCE)]
    wrapped: bytes
    keyring_mark: bytes = b""
    login: str = ""
    address: str = ""
    lease_epoch: int = 0
    door: bytes = b""

    @property
    def with_keyring(self) -> bool:
        """Say whether the passphrase alone does not open it."""
        return bool(self.keyring_mark)


class Owner(msgspec.Struct, frozen=True):
    """Whose slot it is, and with which server; bound into the wrapping."""

    officer_id: str
    device_id: str
    login: str = ""
    address: str = ""


class LeaseSecret(msgspec.Struct, frozen=True):
    """What the server gives for as long as a laptop may go without it; epoch 0 is none."""

    epoch: int = 0
    secret: bytes = b""


NO_LEASE = LeaseSecret()


def new_vault_key(random: Random) -> VaultKey:
    """Return a fresh key and salt."""
    return VaultKey(random(32), random(16))


def calibrate(clock: Callable[[], float] = time.perf_counter) -> KdfWork:
    """Return work that costs this machine at least half a second, never below the usual."""
    work = KdfWork()
    began = clock()
    _stretch("calibrating", bytes(16), work)
    spent = max(clock() - began, 0.001)
    if spent >= LEAST_SECONDS:
        return work
    passes = round(work.passes * LEAST_SECONDS / spent) + 1
    return KdfWork(work.memory_kib, min(passes, MOST_PASSES), work.lanes)


def make_slot(
    key: VaultKey,
    passphrase: str,
    owner: Owner,
    *,
    device_secret: bytes | None,
    work: KdfWork,
    random: Random,
    lease: LeaseSecret = NO_LEASE,
    door: bytes = b"",
) -> Slot:
    """Wrap the key for one officer on one device; raises WeakKeyRefused below the floor."""
    _check_floor(work)
    salt = random(16)
    slot = Slot(
        suite=SUITE,
        version=VERSION,
        officer_id=owner.officer_id,
        device_id=owner.device_id,
        kdf=work,
        salt=salt,
        nonce=bytes(NONCE),
        wrapped=b"",
        keyring_mark=_mark(device_secret) if device_secret is not None else b"",
        login=owner.login,
        address=owner.address,
    )
    return rewrap(slot, _passed(passphrase, salt, device_secret, work), key, lease, door, random)


def rewrap(
    slot: Slot, passed: bytes, key: VaultKey, lease: LeaseSecret, door: bytes, random: Random
) -> Slot:
    """Return the slot with another key, lease or door behind the same passphrase."""
    nonce = random(NONCE)
    slot = msgspec.structs.replace(
        slot, version=VERSION, nonce=nonce, lease_epoch=lease.epoch, wrapped=b"", door=b""
    )
    door_nonce = random(NONCE)
    wrapped = AESGCM(_kek(passed, lease)).encrypt(nonce, key.key + key.salt, _bound(slot))
    sealed = AESGCM(_hkdf(passed, DOOR_INFO)).encrypt(door_nonce, door, _bound_door(slot))
    return msgspec.structs.replace(slot, wrapped=wrapped, door=door_nonce + sealed)


def pass_of(slot: Slot, passphrase: str, device_secret: bytes | None) -> bytes:
    """Return what passphrase and device secret come to; `open_door` and `unwrap` prove it.

    Raises KeyringLost when the keyring's secret is missing or another one, WeakKeyRefused for a
    slot below the floor.
    """
    _check_floor(slot.kdf)
    secret = device_secret if slot.with_keyring else None
    if slot.with_keyring and (secret is None or _mark(secret) != slot.keyring_mark):
        raise KeyringLost
    return _passed(passphrase, slot.salt, secret, slot.kdf)


def open_door(slot: Slot, passed: bytes) -> bytes:
    """Return what is behind the door, nothing for a slot of version 1; raises WrongPassphrase."""
    if slot.version == 1:
        return b""
    nonce, sealed = slot.door[:NONCE], slot.door[NONCE:]
    try:
        return AESGCM(_hkdf(passed, DOOR_INFO)).decrypt(nonce, sealed, _bound_door(slot))
    except (InvalidTag, ValueError) as error:
        raise WrongPassphrase from error


def unwrap(slot: Slot, passed: bytes, lease: LeaseSecret = NO_LEASE) -> VaultKey:
    """Return the vault's key.

    Raises WrongPassphrase (also for a slot of another officer or device), and LeaseOver when the
    passphrase is right and the lease secret is missing or another one.
    """
    kek = passed if slot.version == 1 else _kek(passed, lease)
    try:
        plain = AESGCM(kek).decrypt(slot.nonce, slot.wrapped, _bound(slot))
    except InvalidTag as error:
        if slot.lease_epoch:
            raise LeaseOver from error
        raise WrongPassphrase from error
    return VaultKey(plain[:32], plain[32:])


def open_slot(
    slot: Slot, passphrase: str, device_secret: bytes | None, lease: LeaseSecret = NO_LEASE
) -> VaultKey:
    """Unwrap the key; raises WrongPassphrase, LeaseOver, KeyringLost, WeakKeyRefused."""
    passed = pass_of(slot, passphrase, device_secret)
    open_door(slot, passed)
    return unwrap(slot, passed, lease)


def derive(key: VaultKey, purpose: str) -> bytes:
    """Return a 32-byte key for another file of the same vault, told apart by its purpose."""
    info = f"fieldapp/{purpose}/v1".encode()
    return HKDF(SHA256(), 32, salt=key.salt, info=info).derive(key.key)


def passphrase_strength(passphrase: str) -> int:
    """Return 0 (refused) to 4; at least twelve characters of more than a few kinds are asked."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return 0
    distinct = len(set(passphrase))
    if distinct < 6 or _is_run(passphrase):
        return 0
    kinds = sum(
        any(test(c) for c in passphrase)
        for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    )
    points = (len(passphrase) >= 16) + (len(passphrase) >= 22) + (kinds >= 3 or distinct >= 12)
    return 1 + points


def _is_run(text: str) -> bool:
    """Say whether the text only counts up or down, like "abcdefghijkl"."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1} or steps <= {-1}


def _check_floor(work: KdfWork) -> None:
    if work.memory_kib < FLOOR_KIB or work.passes < FLOOR_PASSES or work.lanes < 1:
        raise WeakKeyRefused


def _stretch(passphrase: str, salt: bytes, work: KdfWork) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, work.passes, work.memory_kib, work.lanes, 32, Type.ID
    )


def _passed(passphrase: str, salt: bytes, device_secret: bytes | None, work: KdfWork) -> bytes:
    return _hkdf(_stretch(passphrase, salt, work) + (device_secret or b""), PASS_INFO)


def _kek(passed: bytes, lease: LeaseSecret) -> bytes:
    return _hkdf(passed + lease.secret, KEK_INFO)


def _hkdf(material: bytes, info: bytes, length: int = 32) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info).derive(material)


def _mark(device_secret: bytes) -> bytes:
    """Return what tells this secret from another; it says nothing about it or the passphrase."""
    return _hkdf(device_secret, MARK_INFO, 16)


def _bound(slot: Slot) -> bytes:
    """Return everything of the slot that is not secret, bound to the wrapped key."""
    plain = msgspec.structs.replace(slot, wrapped=b"", door=b"")
    if slot.version > 1:
        return msgspec.json.encode(plain)
    return msgspec.json.encode({name: getattr(plain, name) for name in BOUND_IN_1})


def _bound_door(slot: Slot) -> bytes:
    """Return what of the slot is bound to the door: all that stays when a lease is renewed."""
    return _bound(msgspec.structs.replace(slot, nonce=bytes(NONCE), lease_epoch=0))
