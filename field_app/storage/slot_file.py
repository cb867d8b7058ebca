"""The slot on disk, written whole or not at all, and the secret in this computer's keyring."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from field_app.storage.durable_files import write_whole
from field_app.storage.keys import Slot
from field_app.storage.trouble import Damaged

SERVICE = "yuefang"


def write_slot(path: Path, slot: Slot) -> None:
    """Write the slot so that a power cut leaves the old one or the new one."""
    data = msgspec.json.encode(slot)
    write_whole(path, data + b"\n" + _sum(data))


def read_slot(path: Path) -> Slot:
    """Return the slot; raises Damaged when the file is none, FileNotFoundError when missing."""
    data, _, told = path.read_bytes().rpartition(b"\n")
    # Without the sum a flipped bit would look like a wrong passphrase.
    if _sum(data) != told:
        raise Damaged(path.name)
    try:
        return msgspec.json.decode(data, type=Slot)
    except msgspec.DecodeError as error:
        raise Damaged(path.name) from error


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


class SecretStore(Protocol):
    """Where the device's second secret lives."""

    def load(self, name: str) -> bytes | None:
        """Return the secret, or None when there is none or no store."""
        ...

    def save(self, name: str, secret: bytes) -> bool:
        """Keep the secret; False when this computer has no safe place for it."""
        ...

    def forget(self, name: str) -> None:
        """Destroy the secret, when there is one."""
        ...


class KeyringStore:
    """The operating system's keyring; back-ends that keep secrets in clear are refused.

    `keyring` is loaded when it is first asked: the unlock screen stands before that.
    """

    def load(self, name: str) -> bytes | None:
        """Return the secret, or None."""
        import keyring.errors

        if not _is_safe(keyring.get_keyring()):
            return None
        try:
            found = keyring.get_password(SERVICE, name)
            return bytes.fromhex(found) if found else None
        except (keyring.errors.KeyringError, ValueError):  # refused, or no longer what we kept
            return None

    def save(self, name: str, secret: bytes) -> bool:
        """Keep the secret; False when there is no safe keyring or it refuses."""
        import keyring.errors

        if not _is_safe(keyring.get_keyring()):
            return False
        try:
            keyring.set_password(SERVICE, name, secret.hex())
        except keyring.errors.KeyringError:
            return False
        return True

    def forget(self, name: str) -> None:
        """Destroy the secret, when there is one and the keyring lets us."""
        import keyring.errors

        if not _is_safe(keyring.get_keyring()):
            return
        with suppress(keyring.errors.KeyringError):  # there is none, or the keyring is shut
            keyring.delete_password(SERVICE, name)


_SAFE_MODULES = ("Windows", "macOS", "SecretService", "kwallet", "libsecret")


def _is_safe(backend: object) -> bool:
    """Say whether the back-end (or one a chain holds) is the system's own encrypted store."""
    inner = getattr(backend, "backends", None)
    if inner:
        return any(_is_safe(one) for one in inner)
    return any(name in type(backend).__module__ for name in _SAFE_MODULES)
