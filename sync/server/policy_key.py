"""The private key that signs policy packs, and the one that follows it (see `key_file`)."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.signed_form import key_text
from sync.server.key_file import KeyUnusable as KeyUnusable
from sync.server.key_file import make_key, read_key, settle

KEY_FILE = "policy-signing.key"
NEXT_FILE = "policy-signing.key.next"  # a successor whose handover may not have been committed yet


def first_key(folder: Path) -> Ed25519PrivateKey:
    """Return the folder's key, made when there is none."""
    path = folder / KEY_FILE
    return read_key(path) if path.exists() else make_key(path)


def next_key(folder: Path) -> Ed25519PrivateKey:
    """Make the key that is to follow; an earlier one that never came into use is thrown away."""
    path = folder / NEXT_FILE
    path.unlink(missing_ok=True)
    return make_key(path)


def take_over(folder: Path) -> None:
    """Put the next key in the place of the former, after its handover was committed."""
    (folder / NEXT_FILE).replace(folder / KEY_FILE)
    settle(folder)


def signing_key(folder: Path, public: str) -> Ed25519PrivateKey:
    """Return the private half of this public key; raises KeyUnusable when it is not here.

    A handover that was cut after its commit is finished.
    """
    for name in (KEY_FILE, NEXT_FILE):
        path = folder / name
        if path.exists():
            key = read_key(path)
            if key_text(key.public_key()) == public:
                if name == NEXT_FILE:
                    take_over(folder)
                return key
    raise KeyUnusable(f"{folder} does not hold the policy key that laptops believe")
