"""The proof that a request comes from the laptop whose token it carries, in the manner of RFC 9449.

Header `Sync-Proof: SUITE.AT.ID.SIGNATURE`: AT in milliseconds since 1970 by the server's clock, ID
16 random bytes that are used once. The device key signs both with the request's method, its target
from `/sync/v1` on, and the SHA-256 of its token and of its body as it goes over the line.
"""

import base64
import hashlib
import re
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol.envelope import SUITE
from sync.protocol.signed_form import framed

HEADER = "Sync-Proof"
WINDOW = timedelta(minutes=5)  # how far AT may be from the server's clock, either way
TOKEN_LIFE = timedelta(minutes=15)
ID_BYTES = 16
FORM = re.compile(r"([a-z0-9]{1,8})\.([0-9]{1,15})\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{86})")


class TokenGrant(msgspec.Struct, frozen=True):
    """A short token for the laptop that proved its key, and what the server's clock shows."""

    token: str
    lives_s: int
    server_time: datetime


class Asked(msgspec.Struct, frozen=True):
    """What a proof is about: `target` is path and query, `body` the bytes on the line."""

    method: str
    target: str
    token: str
    body: bytes = b""


class Proof(msgspec.Struct, frozen=True):
    """A proof as it was read; nothing of it is believed yet."""

    at_ms: int
    id: str
    signature: bytes


def prove(asked: Asked, key: Ed25519PrivateKey, at_ms: int, random: bytes) -> str:
    """Return the header's text; `random` are 16 bytes never used before."""
    one = _text(random)
    return f"{SUITE}.{at_ms}.{one}.{_text(key.sign(_form(asked, at_ms, one)))}"


def read_proof(text: str) -> Proof | None:
    """Return what a header says, None for a text of another form or suite."""
    found = FORM.fullmatch(text)
    if found is None or found[1] != SUITE:
        return None
    return Proof(int(found[2]), found[3], base64.urlsafe_b64decode(found[4] + "=="))


def is_proven(asked: Asked, proof: Proof, key: Ed25519PublicKey) -> bool:
    """Say whether the holder of the key asked exactly this."""
    try:
        key.verify(proof.signature, _form(asked, proof.at_ms, proof.id))
    except InvalidSignature:
        return False
    return True


def _form(asked: Asked, at_ms: int, one: str) -> bytes:
    return framed(
        "yuefang/proof/v1",
        asked.method,
        asked.target,
        str(at_ms),
        one,
        hashlib.sha256(asked.token.encode()).digest(),
        hashlib.sha256(asked.body).digest(),
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
