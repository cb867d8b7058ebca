"""The office is there for every test of this folder."""

from tests.sync.office import furnished, office

__all__ = ["furnished", "office"]
