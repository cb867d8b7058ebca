"""What is signed, and how: fields as bytes with their length before each, then Ed25519 (RFC 8032).

No two lists of fields share a form. A label of its own comes first wherever one key signs things of
several kinds, so that nothing signed for one purpose can pass for another. Keys and signatures
travel as base64.
"""

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32  # of a raw Ed25519 or X25519 key (RFC 8032, RFC 7748)


def framed(*fields: str | bytes) -> bytes:
    """Return the fields, texts in UTF-8, each behind its length in four bytes, big-endian."""
    parts = [f.encode() if isinstance(f, str) else f for f in fields]
    return b"".join([len(part).to_bytes(4) + part for part in parts])


def key_text(key: Ed25519PublicKey) -> str:
    """Return a public key as it is sent and pinned."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def is_key(text: str) -> bool:
    """Say whether a text can be a public key as it is sent and pinned, of whichever curve."""
    try:
        return len(_raw(text)) == KEY_BYTES
    except ValueError:
        return False


def fingerprint(key: str) -> str:
    """Return sixteen hex digits by which people compare keys."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def signature(form: bytes, key: Ed25519PrivateKey) -> str:
    """Return a form's signature in base64."""
    return base64.b64encode(key.sign(form)).decode()


def holds(form: bytes, sig: str, key: str) -> bool:
    """Say whether this key signed this form; a key or signature that is none did not."""
    try:
        return holds_for(form, sig, Ed25519PublicKey.from_public_bytes(_raw(key)))
    except ValueError:
        return False


def holds_for(form: bytes, sig: str, key: Ed25519PublicKey) -> bool:
    """Say the same of a key that was read before."""
    try:
        key.verify(_raw(sig), form)
    except (InvalidSignature, ValueError):
        return False
    return True


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
