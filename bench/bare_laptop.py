"""A computer as the benches need one: without a keyring, with the lightest key derivation."""

from pathlib import Path

from field_app.bootstrap.laptop import Laptop, MachineClock
from field_app.storage.keys import FLOOR

PASSPHRASE = "three brown otters swim"  # noqa: S105  # of vaults that live for a minute


class NoKeyring:
    """A computer without a keyring."""

    def load(self, _name: str) -> bytes | None:
        """Return nothing."""
        return None

    def save(self, _name: str, _secret: bytes) -> bool:
        """Keep nothing."""
        return False

    def forget(self, _name: str) -> None:
        """Have nothing to forget."""


def bare_laptop(home: Path) -> Laptop:
    """Return a computer whose program lives in this folder."""
    return Laptop(home, MachineClock(), NoKeyring(), work=FLOOR)
