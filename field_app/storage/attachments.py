"""Photos and papers beside the vault, each encrypted in chunks under a key of its own purpose.

A chunk is `nonce (12) | AES-256-GCM(64 KiB)` with the file's id and the chunk's number in the
associated data, so that chunks can be read alone and cannot be swapped.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from field_app.storage.trouble import Damaged

CHUNK = 64 * 1024
NONCE = 12
SEALED = NONCE + CHUNK + 16


class AttachmentFiles:
    """The folder of encrypted files."""

    def __init__(self, folder: Path, key: bytes, random: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._aead = AESGCM(key)
        self._random = random

    def write(self, file_id: str, data: bytes) -> None:
        """Write a file whole; it is on the disk when this returns."""
        path = self._folder / file_id
        with path.open("wb") as out:
            for number in range(0, len(data), CHUNK):
                nonce = self._random(NONCE)
                bound = _bound(file_id, number // CHUNK)
                part = data[number : number + CHUNK]
                out.write(nonce + self._aead.encrypt(nonce, part, bound))
            out.flush()
            os.fsync(out.fileno())

    def read(self, file_id: str, offset: int, size: int) -> bytes:
        """Return up to `size` plain bytes from `offset`; raises Damaged when it was changed."""
        first, last = offset // CHUNK, (offset + max(size, 1) - 1) // CHUNK
        with (self._folder / file_id).open("rb") as file:
            file.seek(first * SEALED)
            plain = b"".join(
                self._open(file_id, number, file.read(SEALED)) for number in range(first, last + 1)
            )
        start = offset - first * CHUNK
        return plain[start : start + size]

    def remove(self, file_id: str) -> None:
        """Delete a file when it is there."""
        (self._folder / file_id).unlink(missing_ok=True)

    def _open(self, file_id: str, number: int, sealed: bytes) -> bytes:
        if not sealed:
            return b""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(file_id, number))
        except InvalidTag as error:
            raise Damaged(file_id) from error


def _bound(file_id: str, number: int) -> bytes:
    return f"{file_id}|{number}".encode()
