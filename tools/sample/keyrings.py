"""A computer's keyring where no system's is wanted: in memory, or none at all."""


class Secrets:
    """A keyring that lives as long as its process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load(self, name: str) -> bytes | None:
        """Return the secret."""
        return self._kept.get(name)

    def save(self, name: str, secret: bytes) -> bool:
        """Keep the secret."""
        self._kept[name] = secret
        return True

    def forget(self, name: str) -> None:
        """Destroy the secret."""
        self._kept.pop(name, None)


class NoKeyring:
    """A computer without a safe keyring: the passphrase alone opens the vault."""

    def load(self, _name: str) -> bytes | None:
        """Return nothing."""
        return None

    def save(self, _name: str, _secret: bytes) -> bool:
        """Keep nothing."""
        return False

    def forget(self, _name: str) -> None:
        """Have nothing to forget."""
