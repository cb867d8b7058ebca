"""The furnished vault is there for the operations too."""

from tests.storage.furnished_vault import furnished, pattern

__all__ = ["furnished", "pattern"]
