"""Signed, chained envelopes: what proves who wrote a command, and in which order.

The signature (Ed25519, RFC 8032) covers every field as length-prefixed bytes, so that no two
envelopes share a signed form; `prev_hash` chains each to the device's one before. The hash of
an envelope is SHA-256 over the signed form and the signature.
"""

import hashlib
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.domain.ids import BranchId, DeviceId, MutationId, OfficerId
from sync.protocol.signed_form import framed, holds_for, signature

SUITE = "yf1"  # SHA-256 and Ed25519; a second suite gets a second name
FIRST_PREVIOUS = "0" * 64  # what the first envelope of a device names as its predecessor


class Envelope(msgspec.Struct, frozen=True):
    """One command on its way; `body` is the command's JSON, kept byte for byte."""

    suite: str
    mid: MutationId
    branch_id: BranchId
    officer_id: OfficerId
    device_id: DeviceId
    seq: int
    prev_hash: str
    body: msgspec.Raw
    wall_at: datetime
    boot_id: str
    mono_ms: int
    checkpoint: str = ""
    sig: str = ""


def signed_form(envelope: Envelope) -> bytes:
    """Return the bytes that are signed: each field with its length before it."""
    return framed(
        envelope.suite,
        envelope.mid,
        envelope.branch_id,
        envelope.officer_id,
        envelope.device_id,
        str(envelope.seq),
        envelope.prev_hash,
        bytes(envelope.body),
        envelope.wall_at.isoformat(),
        envelope.boot_id,
        str(envelope.mono_ms),
        envelope.checkpoint,
    )


def sign(envelope: Envelope, key: Ed25519PrivateKey) -> Envelope:
    """Return the envelope with the device's signature."""
    return msgspec.structs.replace(envelope, sig=signature(signed_form(envelope), key))


def verifies(envelope: Envelope, key: Ed25519PublicKey) -> bool:
    """Say whether the signature is the device's over exactly these fields."""
    return verifies_form(signed_form(envelope), envelope, key)


def verifies_form(form: bytes, envelope: Envelope, key: Ed25519PublicKey) -> bool:
    """Say the same of an envelope whose signed form was written before."""
    return envelope.suite == SUITE and holds_for(form, envelope.sig, key)


def envelope_hash(envelope: Envelope) -> str:
    """Return the hash the next envelope of the device must name, 64 hex digits."""
    return hash_of_form(signed_form(envelope), envelope)


def hash_of_form(form: bytes, envelope: Envelope) -> str:
    """Return the same of an envelope whose signed form was written before."""
    return hashlib.sha256(form + envelope.sig.encode()).hexdigest()


def body_hash(body: bytes) -> str:
    """Return the SHA-256 of a body in hex: what tells a repeat from a misuse of an id."""
    return hashlib.sha256(body).hexdigest()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Envelope)


def encode_envelope(envelope: Envelope) -> bytes:
    """Return the envelope as JSON, the body spliced in unchanged."""
    return _encoder.encode(envelope)


def decode_envelope(data: bytes) -> Envelope:
    """Return the envelope of these bytes; raises msgspec.ValidationError when malformed."""
    return _decoder.decode(data)
