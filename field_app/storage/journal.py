"""The outbox's second home: an append-only encrypted file beside the vault.

A frame is `length (4 bytes) | number (8) | nonce (12) | AES-256-GCM(envelope)`, the number in the
associated data too, flushed to the disk before the vault commits. A broken database then loses
nothing that was saved. What is no whole frame (a torn write, a flipped bit) is told and stepped
over; when the vault did not commit after all, the number comes again and its later frame counts.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from field_app.storage.trouble import of_disk

HEAD = 4
NUMBER = 8
NONCE = 12
TAG = 16
LEAST = NUMBER + NONCE + TAG
LONGEST = 16 * 1024 * 1024


class JournalRead(msgspec.Struct, frozen=True):
    """What a journal holds: (number, envelope) in order, and bytes that were no whole frame."""

    entries: tuple[tuple[int, bytes], ...]
    damaged_bytes: int

    @property
    def missing(self) -> tuple[int, ...]:
        """Return the numbers that must have been there: gaps between the first and the last."""
        there = {number for number, _ in self.entries}
        return tuple(
            n for n in range(min(there, default=0), max(there, default=0)) if n not in there
        )


class Journal:
    """One vault's journal."""

    def __init__(self, path: Path, key: bytes, random: Callable[[int], bytes]) -> None:
        self._path = path
        self._aead = AESGCM(key)
        self._random = random

    def append(self, seq: int, envelope: bytes) -> None:
        """Add one envelope; it is on the disk when this returns. Raises DiskFull, VaultTrouble."""
        try:
            with self._path.open("ab") as file:
                file.write(self._frame(seq, envelope))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise of_disk(error) from error

    def read(self) -> JournalRead:
        """Return every whole entry, the last of each number, and count the bytes that are none."""
        data = memoryview(self._path.read_bytes() if self._path.exists() else b"")
        found: dict[int, bytes] = {}
        at = damaged = 0
        while at < len(data):
            frame = self._frame_at(data, at)
            if frame is None:
                at += 1  # only an authentic frame decrypts, so any place may be tried
                damaged += 1
                continue
            end, seq, envelope = frame
            found[seq] = envelope
            at = end
        return JournalRead(tuple(sorted(found.items())), damaged)

    def replace(self, instead: Mapping[int, bytes]) -> None:
        """Write the file anew with other bytes under these numbers: for what must be erased."""
        beside = self._path.with_suffix(".new")
        try:
            with beside.open("wb") as file:
                for number, envelope in self.read().entries:
                    file.write(self._frame(number, instead.get(number, envelope)))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise of_disk(error) from error

    def _frame(self, seq: int, envelope: bytes) -> bytes:
        nonce = self._random(NONCE)
        number = seq.to_bytes(NUMBER)
        sealed = self._aead.encrypt(nonce, envelope, number)
        return (NUMBER + NONCE + len(sealed)).to_bytes(HEAD) + number + nonce + sealed

    def _frame_at(self, data: memoryview, at: int) -> tuple[int, int, bytes] | None:
        """Return (where it ends, number, envelope) of the frame that begins here, or None."""
        size = int.from_bytes(data[at : at + HEAD])
        end = at + HEAD + size
        if not LEAST <= size <= LONGEST or end > len(data):
            return None
        frame = bytes(data[at + HEAD : end])
        number, rest = frame[:NUMBER], frame[NUMBER:]
        try:
            return (
                end,
                int.from_bytes(number),
                self._aead.decrypt(rest[:NONCE], rest[NONCE:], number),
            )
        except InvalidTag:
            return None
