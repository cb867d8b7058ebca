"""Wraps the vault's key: Argon2id of the passphrase and a secret of this device, then AES-GCM.

    KEK  = HKDF-SHA256(Argon2id(passphrase, salt) || device secret, info="fieldapp/kek/v1")
    slot = AES-256-GCM(KEK, nonce, key || salt, aad = officer | device | version | suite | KDF)

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
from field_app.storage.trouble import KeyringLost, WeakKeyRefused, WrongPassphrase

SUITE = "yf1"
KEK_INFO = b"fieldapp/kek/v1"
MARK_INFO = b"fieldapp/keyring-mark/v1"
NONCE = 12
FLOOR_KIB = 64 * 1024
FLOOR_PASSES = 3
USUAL_KIB = 256 * 1024
MOST_KIB = 4 * 1024 * 1024  # more than this asks for a laptop's whole memory: no slot of ours
MOST_PASSES = 100
MOST_LANES = 64
LEAST_SECONDS = 0.5
SHORTEST_PASSPHRASE = 12

type Random = Callable[[int], bytes]


class KdfWork(msgspec.Struct, frozen=True):
    """How much work a guess costs: memory in KiB, passes, lanes."""

    memory_kib: Annotated[int, msgspec.Meta(le=MOST_KIB)] = USUAL_KIB
    passes: Annotated[int, msgspec.Meta(le=MOST_PASSES)] = 4
    lanes: Annotated[int, msgspec.Meta(le=MOST_LANES)] = 2


FLOOR = KdfWork(FLOOR_KIB, FLOOR_PASSES, 2)


class Slot(msgspec.Struct, frozen=True):
    """The wrapped key as it lies on disk; `keyring_mark` tells which keyring secret it needs."""

    suite: str
    version: int
    officer_id: str
    device_id: str
    kdf: KdfWork
    salt: bytes
    nonce: Annotated[bytes, msgspec.Meta(min_length=NONCE, max_length=NONCE)]
    wrapped: bytes
    keyring_mark: bytes = b""

    @property
    def with_keyring(self) -> bool:
        """Say whether the passphrase alone does not open it."""
        return bool(self.keyring_mark)


class Owner(msgspec.Struct, frozen=True):
    """Whose slot it is; both ids are bound into the wrapping."""

    officer_id: str
    device_id: str


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
) -> Slot:
    """Wrap the key for one officer on one device; raises WeakKeyRefused below the floor."""
    _check_floor(work)
    salt, nonce = random(16), random(NONCE)
    slot = Slot(
        suite=SUITE,
        version=1,
        officer_id=owner.officer_id,
        device_id=owner.device_id,
        kdf=work,
        salt=salt,
        nonce=nonce,
        wrapped=b"",
        keyring_mark=_mark(device_secret) if device_secret is not None else b"",
    )
    kek = _kek(passphrase, salt, device_secret, work)
    wrapped = AESGCM(kek).encrypt(nonce, key.key + key.salt, _bound(slot))
    return msgspec.structs.replace(slot, wrapped=wrapped)


def open_slot(slot: Slot, passphrase: str, device_secret: bytes | None) -> VaultKey:
    """Unwrap the key.

    Raises WrongPassphrase (also for a slot of another officer or device), KeyringLost when the
    keyring's secret is missing or another one, WeakKeyRefused for a slot below the floor.
    """
    _check_floor(slot.kdf)
    secret = device_secret if slot.with_keyring else None
    if slot.with_keyring and (secret is None or _mark(secret) != slot.keyring_mark):
        raise KeyringLost
    kek = _kek(passphrase, slot.salt, secret, slot.kdf)
    try:
        plain = AESGCM(kek).decrypt(slot.nonce, slot.wrapped, _bound(slot))
    except InvalidTag as error:
        raise WrongPassphrase from error
    return VaultKey(plain[:32], plain[32:])


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


def _kek(passphrase: str, salt: bytes, device_secret: bytes | None, work: KdfWork) -> bytes:
    material = _stretch(passphrase, salt, work) + (device_secret or b"")
    return HKDF(SHA256(), 32, salt=None, info=KEK_INFO).derive(material)


def _mark(device_secret: bytes) -> bytes:
    """Return what tells this secret from another; it says nothing about it or the passphrase."""
    return HKDF(SHA256(), 16, salt=None, info=MARK_INFO).derive(device_secret)


def _bound(slot: Slot) -> bytes:
    """Return everything of the slot that is not secret, bound to the wrapped key."""
    return msgspec.json.encode(msgspec.structs.replace(slot, wrapped=b""))
