"""Pushed entries beside the envelopes they tell of: hash, signature, and lawful erasures.

A device's key is the one its enrolment wrote into the log. An envelope without its body proves
nothing by itself any more: the log must tell of its erasure, and the hash of the body stays.
"""

import base64
from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.domain.ids import BranchId, MutationId
from sync.protocol.checkpoint import read_mark
from sync.protocol.envelope import Envelope, body_hash, decode_envelope, envelope_hash, verifies
from sync.server.audit.flaw import Flaw, one
from sync.server.repositories import mutations
from sync.server.repositories.session import Session

ENROLLED = "device.enrolled"


class Told(msgspec.Struct, frozen=True, gc=False):
    """What an entry tells of envelopes and laptops; an entry tells only what it is about."""

    n: int = -1
    what: str = ""
    mid: str = ""
    officer: str = ""
    device: str = ""
    seq: int = 0
    envelope: str = ""
    public_key: str = ""
    mids: tuple[str, ...] = ()


read_told = msgspec.json.Decoder(Told).decode


class Erased(msgspec.Struct, frozen=True):
    """What stands in the place of an erased body."""

    erased: str


def erased_hash(envelope: Envelope) -> str | None:
    """Return the hash of the body that was erased, None when the body is there."""
    body = bytes(envelope.body)
    try:
        found = msgspec.json.decode(body, type=Erased, strict=True)
    except msgspec.DecodeError:
        return None
    return found.erased if msgspec.json.encode(found) == body else None


def emptied(envelope: Envelope) -> Envelope:
    """Return the envelope with the hash of its body in the body's place."""
    proof = msgspec.json.encode(Erased(body_hash(bytes(envelope.body))))
    return msgspec.structs.replace(envelope, body=msgspec.Raw(proof))


class Envelopes:
    """What was learned from the entries so far."""

    def __init__(self, session: Session, branch: BranchId) -> None:
        self._session = session
        self._branch = branch
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._bare: dict[str, int] = {}  # erased envelopes whose erasure was not told yet
        self._told = 0
        # What laptops say in their envelopes of earlier sizes, and the first entry that does.
        self.claims: dict[tuple[int, str], int] = {}

    async def check(self, entries: Sequence[Told]) -> Flaw | None:
        """Return the first of a block's entries that does not agree with its envelope."""
        mids = [MutationId(told.mid) for told in entries if told.mid]
        kept = await mutations.stored(self._session, self._branch, mids)
        for told in entries:
            if told.what == ENROLLED and not self.learn(told):
                return one(told.n, "entry")
            for mid in told.mids:
                self._bare.pop(mid, None)
            if told.mid and not self._agrees(told, kept.get(MutationId(told.mid))):
                return one(told.n, "envelope")
        return None

    def learn(self, told: Told) -> bool:
        """Keep the key of a laptop that this entry enrolled; False when it is none."""
        try:
            raw = base64.b64decode(told.public_key, validate=True)
            self._keys[told.device] = Ed25519PublicKey.from_public_bytes(raw)
        except ValueError:
            return False
        return True

    def _agrees(self, told: Told, kept: mutations.Stored | None) -> bool:
        self._told += 1
        if kept is None:
            return False
        try:
            envelope = decode_envelope(kept.envelope)
        except msgspec.DecodeError:
            return False
        named = (envelope.mid, envelope.device_id, envelope.officer_id, envelope.seq)
        if named != (told.mid, told.device, told.officer, told.seq):
            return False
        if (kept.device_id, kept.seq) != (envelope.device_id, envelope.seq):
            return False
        if erased_hash(envelope) == kept.body_hash:
            self._bare[envelope.mid] = told.n
            return True
        mark = read_mark(envelope.checkpoint)
        if mark is not None:
            self.claims.setdefault(mark, told.n)
        return self._is_proven(told, envelope, kept.body_hash)

    def _is_proven(self, told: Told, envelope: Envelope, stored_hash: str) -> bool:
        key = self._keys.get(envelope.device_id)
        return (
            envelope_hash(envelope) == told.envelope
            and body_hash(bytes(envelope.body)) == stored_hash
            and key is not None
            and verifies(envelope, key)
        )

    async def left_over(self, size: int) -> Flaw | None:
        """Return the first envelope that lost its body untold, or one without an entry."""
        if self._bare:
            return one(min(self._bare.values()), "erased")
        if await mutations.count(self._session, self._branch) > self._told:
            return one(size, "cut off")
        return None
