"""The approver's private key: a file closed by a passphrase, kept away from the server.

Argon2id (RFC 9106, its second recommended choice: 64 MiB, three passes, four lanes) makes the key
that seals it with AES-256-GCM; the public half is bound to it as associated data.
"""

import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.protocol.signed_form import key_text
from sync.server.key_file import KeyUnusable, write_key

FORMAT = "yuefang/approver-key/v1"
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4


class KeyFile(msgspec.Struct, frozen=True):
    """What the file holds; `public` is base64, as it is pinned."""

    format: str
    public: str
    salt: bytes
    nonce: bytes
    sealed: bytes


def make(path: Path, passphrase: str) -> str:
    """Make a key and its file, return the public half; raises FileExistsError."""
    key = Ed25519PrivateKey.generate()
    public = key_text(key.public_key())
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    sealed = _cipher(passphrase, salt).encrypt(nonce, key.private_bytes_raw(), public.encode())
    write_key(path, msgspec.json.encode(KeyFile(FORMAT, public, salt, nonce, sealed)))
    return public


def unlock(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Return the key of a file; raises KeyUnusable for another file or passphrase."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except msgspec.DecodeError as error:
        raise KeyUnusable(f"{path} is no approver's key") from error
    if kept.format != FORMAT or len(kept.nonce) != NONCE_BYTES or len(kept.salt) != SALT_BYTES:
        raise KeyUnusable(f"{path} is no approver's key that this program knows")
    cipher = _cipher(passphrase, kept.salt)
    try:
        raw = cipher.decrypt(kept.nonce, kept.sealed, kept.public.encode())
    except InvalidTag as error:
        raise KeyUnusable(f"the passphrase does not open {path}, or it was changed") from error
    return Ed25519PrivateKey.from_private_bytes(raw)


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    stretched = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
    )
    return AESGCM(stretched.derive(passphrase.encode()))
