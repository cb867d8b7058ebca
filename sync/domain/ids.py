"""Identifiers: UUIDv7 text made by the device that creates a record (RFC 9562, 5.7)."""

from typing import NewType, Protocol
from uuid import UUID

BranchId = NewType("BranchId", str)
TeamId = NewType("TeamId", str)
OfficerId = NewType("OfficerId", str)
DeviceId = NewType("DeviceId", str)
CaseId = NewType("CaseId", str)
RecordId = NewType("RecordId", str)
MutationId = NewType("MutationId", str)


class IdSource(Protocol):
    """Where fresh identifiers come from; injected, so that a simulation can repeat itself."""

    def fresh(self) -> str:
        """Return a new UUIDv7 in its 36-character form."""
        ...


def uuid7(unix_ms: int, noise: bytes) -> str:
    """Build a UUIDv7 from milliseconds since 1970 and ten bytes of noise (RFC 9562, 5.7).

    Raises ValueError when the noise is not ten bytes or the time is out of range.
    """
    if len(noise) != 10 or not 0 <= unix_ms < 1 << 48:
        raise ValueError("uuid7 takes 48 bits of time and ten bytes of noise")
    value = (unix_ms << 80) | int.from_bytes(noise)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))
