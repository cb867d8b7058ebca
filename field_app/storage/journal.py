"""The outbox's second home: an append-only encrypted file beside the vault.

A frame is `length (4 bytes) | nonce (12) | AES-256-GCM(envelope)`, the sequence number in the
associated data, flushed to the disk before the vault commits. A broken database then loses
nothing that was saved; a torn last frame is what a power cut leaves and is told, not raised.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
TAG = 16
LONGEST = 16 * 1024 * 1024


class JournalRead(msgspec.Struct, frozen=True):
    """What a journal holds: (sequence, envelope) pairs, and bytes that were no whole frame."""

    entries: tuple[tuple[int, bytes], ...]
    damaged_bytes: int


class Journal:
    """One vault's journal."""

    def __init__(self, path: Path, key: bytes, random: Callable[[int], bytes]) -> None:
        self._path = path
        self._aead = AESGCM(key)
        self._random = random

    def append(self, seq: int, envelope: bytes) -> None:
        """Add one envelope; it is on the disk when this returns. Raises OSError when it cannot."""
        with self._path.open("ab") as file:
            file.write(self._frame(seq, envelope))
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> JournalRead:
        """Return every whole entry and count the bytes that are none."""
        data = self._path.read_bytes() if self._path.exists() else b""
        entries: list[tuple[int, bytes]] = []
        at = 0
        while at + 4 <= len(data):
            size = int.from_bytes(data[at : at + 4])
            frame = data[at + 4 : at + 4 + size]
            if size > LONGEST or len(frame) < size:
                break
            entry = self._open(frame)
            if entry is None:
                break
            entries.append(entry)
            at += 4 + size
        return JournalRead(tuple(entries), len(data) - at)

    def compact(self, keep_after: int) -> None:
        """Drop entries up to `keep_after`, whose answers are safe; the rest is written anew."""
        kept = [e for e in self.read().entries if e[0] > keep_after]
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            for seq, envelope in kept:
                file.write(self._frame(seq, envelope))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def _frame(self, seq: int, envelope: bytes) -> bytes:
        nonce = self._random(NONCE)
        number = seq.to_bytes(8)
        sealed = self._aead.encrypt(nonce, envelope, number)
        return (8 + NONCE + len(sealed)).to_bytes(4) + number + nonce + sealed

    def _open(self, frame: bytes) -> tuple[int, bytes] | None:
        number, nonce, sealed = frame[:8], frame[8 : 8 + NONCE], frame[8 + NONCE :]
        if len(sealed) < TAG:
            return None
        try:
            return int.from_bytes(number), self._aead.decrypt(nonce, sealed, number)
        except InvalidTag:
            return None
