"""The office is there for every test of this folder."""

from tests.storage.stretched import stretched_once
from tests.sync.cluster import cluster
from tests.sync.office import furnished, office, server_data

__all__ = ["cluster", "furnished", "office", "server_data", "stretched_once"]
