"""Photos and papers beside the vault, each encrypted in chunks under a key of its own purpose.

A chunk is `nonce (12) | AES-256-GCM(64 KiB)` with the file's id, the chunk's number and whether it
is the last in the associated data: chunks can be read alone, and a file whose chunks were swapped
or whose end was cut off is noticed. Every file has a last chunk, be it empty.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from field_app.storage.trouble import Damaged, of_disk

CHUNK = 64 * 1024
NONCE = 12
TAG = 16
SEALED = NONCE + CHUNK + TAG


class AttachmentFiles:
    """The folder of encrypted files."""

    def __init__(self, folder: Path, key: bytes, random: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._aead = AESGCM(key)
        self._random = random

    def write(self, file_id: str, data: bytes) -> None:
        """Write a file whole; on the disk when this returns. Raises DiskFull, VaultTrouble."""
        last = max(len(data) - 1, 0) // CHUNK
        try:
            self._folder.mkdir(exist_ok=True)
            with (self._folder / file_id).open("wb") as out:
                for number in range(last + 1):
                    nonce = self._random(NONCE)
                    part = data[number * CHUNK : (number + 1) * CHUNK]
                    bound = _bound(file_id, number, number == last)
                    out.write(nonce + self._aead.encrypt(nonce, part, bound))
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise of_disk(error) from error

    def read(self, file_id: str, offset: int, size: int) -> bytes:
        """Return up to `size` plain bytes from `offset`, fewer at the end of the file.

        Raises Damaged when the file is missing, was cut or was changed.
        """
        path = self._folder / file_id
        try:
            last = max(path.stat().st_size - 1, 0) // SEALED
            first = min(offset // CHUNK, last)
            until = min((offset + max(size, 1) - 1) // CHUNK, last)
            with path.open("rb") as file:
                file.seek(first * SEALED)
                sealed = [file.read(SEALED) for _ in range(first, until + 1)]
        except FileNotFoundError as error:
            raise Damaged(file_id) from error
        plain = b"".join(
            self._open(part, _bound(file_id, number, number == last))
            for number, part in enumerate(sealed, first)
        )
        start = offset - first * CHUNK
        return plain[start : start + size]

    def has(self, file_id: str) -> bool:
        """Say whether the file is here."""
        return (self._folder / file_id).exists()

    def names(self) -> list[str]:
        """Return the ids of all files that are here."""
        return sorted(one.name for one in self._folder.glob("*"))

    def remove(self, file_id: str) -> None:
        """Delete a file when it is there."""
        (self._folder / file_id).unlink(missing_ok=True)

    def _open(self, sealed: bytes, bound: bytes) -> bytes:
        if len(sealed) < NONCE + TAG:
            raise Damaged(bound.decode())
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], bound)
        except InvalidTag as error:
            raise Damaged(bound.decode()) from error


def _bound(file_id: str, number: int, is_last: bool) -> bytes:
    return f"{file_id}|{number}|{'last' if is_last else 'more'}".encode()
