"""Whether a laptop holds what its scope holds: sums that both ends can add up.

Each record of a scope has a hash of 16 bytes over kind, id, revision and body as the scope holds
it, and falls by its kind and id into one of 256 buckets. A bucket's digest is how many records
and the sum of their hashes modulo 2^128; the scope's is the sum of its buckets. Sums, because with
XOR two equal errors cancel out; contents, because counts and ids hide a flipped bit. It proves
nothing against a person who lies: that is what the signed log is for.
"""

import hashlib
from collections.abc import Buffer, Iterable

import msgspec

BUCKETS = 256
HASH_BYTES = 16
MODULUS = 1 << (8 * HASH_BYTES)
MOST_WANTED = 200  # records one question may name

type Key = tuple[str, str]


class Digest(msgspec.Struct, frozen=True, array_like=True):
    """How many records, and the sum of their hashes as 32 hex digits."""

    n: int = 0
    sum: str = "0" * (2 * HASH_BYTES)

    def changed(self, gone: Iterable[bytes], came: Iterable[bytes]) -> "Digest":
        """Return the digest after some hashes went and others came."""
        less, more = list(map(int.from_bytes, gone)), list(map(int.from_bytes, came))
        total = int(self.sum, 16) - sum(less) + sum(more)
        n = self.n - len(less) + len(more)
        return Digest(n, f"{total % MODULUS:0{2 * HASH_BYTES}x}")

    def plus(self, other: "Digest") -> "Digest":
        """Return the digest of what both hold, when they hold nothing in common."""
        total = int(self.sum, 16) + int(other.sum, 16)
        return Digest(self.n + other.n, f"{total % MODULUS:0{2 * HASH_BYTES}x}")


class Buckets(msgspec.Struct, frozen=True):
    """The digest of each bucket that is not empty, by its number."""

    buckets: dict[int, Digest]


class HeldRow(msgspec.Struct, frozen=True, array_like=True):
    """One record of a scope without its body; `hash` is 32 hex digits."""

    kind: str
    id: str
    rev: int
    hash: str


class HeldRows(msgspec.Struct, frozen=True):
    """Every record of the buckets that were asked for."""

    rows: tuple[HeldRow, ...]


class WantedRecords(msgspec.Struct, frozen=True):
    """Records of a scope, by kind and id, that a laptop wants to read again."""

    scope: str
    keys: tuple[Key, ...]


def row_hash(kind: str, record_id: str, rev: int, body: Buffer) -> bytes:
    """Return the hash of one record as a scope holds it, 16 bytes."""
    found = hashlib.blake2b(f"{kind}\0{record_id}\0{rev}\0".encode(), digest_size=HASH_BYTES)
    found.update(body)  # not copied behind its head
    return found.digest()


def bucket_of(kind: str, record_id: str) -> int:
    """Return the number of the bucket a record falls into, 0 … 255."""
    return hashlib.blake2b(f"{kind}\0{record_id}".encode(), digest_size=1).digest()[0]


def digest_of(hashes: Iterable[bytes]) -> Digest:
    """Return the digest of some records' hashes."""
    return Digest().changed((), hashes)
