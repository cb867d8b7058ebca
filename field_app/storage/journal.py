"""The outbox's second home: an append-only encrypted file beside the vault.

A frame is `length (4 bytes) | number (8) | nonce (12) | AES-256-GCM(envelope)`, the number in the
associated data too, flushed to the disk before the vault commits. A broken database then loses
nothing that was saved. Frames of one transaction are written at once and all but the last are
marked: those at the end without their last one count for nothing. What is no whole frame (a torn
write, a flipped bit) is told and stepped over. When the vault did not commit, they are taken back.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from field_app.storage.durable_files import sync_folder, take_name
from field_app.storage.trouble import of_disk

HEAD = 4
NUMBER = 8
NONCE = 12
TAG = 16
LEAST = NUMBER + NONCE + TAG
LONGEST = 16 * 1024 * 1024
MORE = 1 << 63  # set in a number when the same transaction has a frame after this one


class JournalRead(msgspec.Struct, frozen=True):
    """What a journal holds: (number, envelope) in order, and bytes that were no whole frame.

    `begun_bytes` are those of whole frames at the end whose transaction never got its last one.
    """

    entries: tuple[tuple[int, bytes], ...]
    damaged_bytes: int
    begun_bytes: int = 0

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
        self._kept_size: int | None = None  # where the frames begin that may be taken back

    def append(self, seq: int, envelope: bytes) -> None:
        """Add one envelope; it is on the disk when this returns. Raises DiskFull, VaultTrouble."""
        self.append_all([(seq, envelope)])

    def append_all(self, entries: Sequence[tuple[int, bytes]]) -> None:
        """Add the envelopes of one transaction, all or none. Raises DiskFull, VaultTrouble."""
        *others, last = entries
        frames = [self._frame(seq | MORE, envelope) for seq, envelope in others]
        try:
            with self._path.open("ab") as file:
                self._kept_size = file.tell()
                file.write(b"".join(frames) + self._frame(*last))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise of_disk(error) from error

    def keep(self) -> None:
        """Let what was added stay: the vault has committed."""
        self._kept_size = None

    def take_back(self) -> None:
        """Cut off what was added since the last `keep`: its act was told to be not saved.

        Raises VaultTrouble.
        """
        size, self._kept_size = self._kept_size, None
        if size is None:
            return
        try:
            with self._path.open("r+b") as file:
                if file.seek(0, os.SEEK_END) > size:
                    file.truncate(size)
                    os.fsync(file.fileno())
        except OSError as error:
            raise of_disk(error) from error

    def read(self) -> JournalRead:
        """Return every whole entry, the last of each number, and count the bytes that are none."""
        data = memoryview(self._path.read_bytes() if self._path.exists() else b"")
        found: dict[int, bytes] = {}
        begun: dict[int, bytes] = {}
        at = damaged = ended = 0
        while at < len(data):
            frame = self._frame_at(data, at)
            if frame is None:
                at += 1  # only an authentic frame decrypts, so any place may be tried
                damaged += 1
                continue
            at, number, envelope = frame
            begun[number & ~MORE] = envelope
            if not number & MORE:
                found |= begun
                begun.clear()
                ended = at
        begun_bytes = len(data) - ended if begun else 0
        return JournalRead(tuple(sorted(found.items())), damaged, begun_bytes)

    def replace(self, instead: Mapping[int, bytes]) -> None:
        """Write the file anew with other bytes under these numbers: for what must be erased."""
        there = dict(self.read().entries)
        self.write(there | {number: instead[number] for number in there if number in instead})

    def write(self, entries: Mapping[int, bytes]) -> None:
        """Write the file anew with these entries; a cut leaves the old one or the new one."""
        beside = self._path.with_suffix(".new")
        try:
            with beside.open("wb") as file:
                for number, envelope in sorted(entries.items()):
                    file.write(self._frame(number, envelope))
                file.flush()
                os.fsync(file.fileno())
            take_name(beside, self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise of_disk(error) from error
        self._kept_size = None

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
