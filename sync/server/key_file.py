"""Private keys of the server: each one file of the data folder, closed to everybody else.

They are never in the database, so that whoever can write there can still not sign.
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

from sync.server.closed_file import new_file

OTHERS = 0o077


class KeyUnusable(Exception):
    """A private key is not here or cannot be used; the text is for the administrator."""


def make_key(path: Path) -> Ed25519PrivateKey:
    """Make a new key; raises FileExistsError when there is a file."""
    key = Ed25519PrivateKey.generate()
    write_key(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def write_key(path: Path, written: bytes) -> None:
    """Write a key's file for its owner alone; raises FileExistsError when there is one."""
    with new_file(path) as file:
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    settle(path.parent)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file; raises KeyUnusable when it is open to others or is none."""
    if sys.platform != "win32" and path.stat().st_mode & OTHERS:
        raise KeyUnusable(f"others may read {path}: run chmod 600 on it")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except ValueError as error:
        raise KeyUnusable(f"{path} is no private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} is not an Ed25519 key")
    return key


def settle(folder: Path) -> None:
    """Let the folder's entries reach the disk, where folders can be synced."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
