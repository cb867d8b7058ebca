"""The furnished vault is there for every test of this folder."""

from tests.storage.furnished_vault import furnished, pattern

__all__ = ["furnished", "pattern"]
