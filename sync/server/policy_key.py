"""The private key that signs policy packs: one file of the data folder, closed to everybody else.

It is never in the database, so that whoever can write there can still not make rules.
"""

import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sync.protocol.policy_bundle import key_text

KEY_FILE = "policy-signing.key"
NEXT_FILE = "policy-signing.key.next"  # a successor whose handover may not have been committed yet
OTHERS = 0o077


class KeyUnusable(Exception):
    """There is no signing key that laptops believe; the text is for the administrator."""


def first_key(folder: Path) -> Ed25519PrivateKey:
    """Return the folder's key, made when there is none."""
    path = folder / KEY_FILE
    return _read(path) if path.exists() else _make(path)


def next_key(folder: Path) -> Ed25519PrivateKey:
    """Make the key that is to follow; an earlier one that never came into use is thrown away."""
    path = folder / NEXT_FILE
    path.unlink(missing_ok=True)
    return _make(path)


def take_over(folder: Path) -> None:
    """Put the next key in the place of the former, after its handover was committed."""
    (folder / NEXT_FILE).replace(folder / KEY_FILE)
    _settle(folder)


def signing_key(folder: Path, public: str) -> Ed25519PrivateKey:
    """Return the private half of this public key; raises KeyUnusable when it is not here.

    A handover that was cut after its commit is finished.
    """
    for name in (KEY_FILE, NEXT_FILE):
        path = folder / name
        if path.exists():
            key = _read(path)
            if key_text(key.public_key()) == public:
                if name == NEXT_FILE:
                    take_over(folder)
                return key
    raise KeyUnusable(f"{folder} does not hold the policy key that laptops believe")


def _make(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    _settle(path.parent)
    return key


def _read(path: Path) -> Ed25519PrivateKey:
    if sys.platform != "win32" and path.stat().st_mode & OTHERS:
        raise KeyUnusable(f"others may read {path}: run chmod 600 on it")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except ValueError as error:
        raise KeyUnusable(f"{path} is no private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} is not an Ed25519 key")
    return key


def _settle(folder: Path) -> None:
    """Let the folder's entries reach the disk, where folders can be synced."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
