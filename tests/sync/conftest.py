"""The office is there for every test of this folder."""

from tests.sync.cluster import cluster
from tests.sync.office import furnished, office, server_data

__all__ = ["cluster", "furnished", "office", "server_data"]
