"""Believes a request only from the laptop whose token it carries: by the proof of its device key.

A laptop that never proved its key may go on by its token alone, as older programs do; from the
first proof on it must. What is refused tells the server's time, so that a laptop whose clock is
wrong can prove anew.
"""

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.protocol.messages import Codes
from sync.protocol.proof import WINDOW, Asked, is_proven, read_proof
from sync.server.problems import Refusal
from sync.server.repositories import accounts
from sync.server.repositories.accounts import Device
from sync.server.service import Service


async def check_proof(service: Service, device: Device, asked: Asked, shown: str) -> None:
    """Check the proof that was shown, if any; raises Refusal 401 PROOF with the server's time."""
    if not shown and not device.proves:
        return
    now = service.latest.now()
    at = _proven_at(device, asked, shown, now)
    if at is None or not await _is_first(service, device, shown, at):
        raise Refusal(401, Codes.PROOF, now=now.isoformat())
    if not device.proves:
        await service.database.write(lambda s: accounts.note_proves(s, device))


async def _is_first(service: Service, device: Device, shown: str, at: datetime) -> bool:
    return await service.replays.first(service.database, device.id, shown.split(".")[2], at)


def _proven_at(device: Device, asked: Asked, shown: str, now: datetime) -> datetime | None:
    """Return when a good proof was signed, None for any other."""
    proof = read_proof(shown)
    if proof is None or abs(proof.at_ms - now.timestamp() * 1000) > WINDOW.total_seconds() * 1000:
        return None
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(device.public_key))
    if not is_proven(asked, proof, key):
        return None
    return datetime.fromtimestamp(proof.at_ms / 1000, UTC)
