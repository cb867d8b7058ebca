"""Two seals around a vault's key, so that it takes two persons to open them.

    sealed = Seal(first, Seal(second, key))        Seal = HPKE base mode, RFC 9180
    X25519, HKDF-SHA256, AES-256-GCM; info = label | device | officer

The first custodian takes the outer seal off, the second the inner one and at once seals the key to
the laptop that asked. Neither can read it alone, and the server never holds it.
"""

import base64
import hashlib
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.domain.ids import DeviceId, OfficerId
from sync.protocol.lease import Custody

HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Layer(StrEnum):
    """Who opens a seal; part of what is bound into it."""

    FIRST = "first"
    SECOND = "second"
    LAPTOP = "laptop"


class NotSealedForThis(Exception):
    """This key does not open this seal, or the seal is another laptop's."""


def seal(plain: bytes, public: str, layer: Layer, device: DeviceId, officer: OfficerId) -> bytes:
    """Seal bytes to a public key (base64 of 32 raw bytes); raises ValueError when it is none."""
    key = X25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
    return HPKE.encrypt(plain, key, _info(layer, device, officer))


def unseal(
    sealed: bytes, key: X25519PrivateKey, layer: Layer, device: DeviceId, officer: OfficerId
) -> bytes:
    """Return what was sealed; raises NotSealedForThis."""
    try:
        return HPKE.decrypt(sealed, key, _info(layer, device, officer))
    except (InvalidTag, ValueError) as error:
        raise NotSealedForThis from error


def seal_twice(key: bytes, custody: Custody, device: DeviceId, officer: OfficerId) -> bytes:
    """Return a vault's key under both custodians' seals."""
    inner = seal(key, custody.second, Layer.SECOND, device, officer)
    return seal(inner, custody.first, Layer.FIRST, device, officer)


def public_text(key: X25519PrivateKey) -> str:
    """Return the public half as base64 of 32 raw bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def check_digits(device: str, public_key: str) -> str:
    """Return eight digits that tell a request from another's, to be read out on the telephone."""
    told = hashlib.sha256(f"yuefang/reset/v1|{device}|{public_key}".encode()).digest()
    digits = f"{int.from_bytes(told[:8]) % 10**8:08d}"
    return f"{digits[:4]} {digits[4:]}"


def _info(layer: Layer, device: str, officer: str) -> bytes:
    return b"|".join((b"yuefang/escrow/v1", layer.encode(), device.encode(), officer.encode()))
