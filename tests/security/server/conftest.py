"""The staffed house and the furnished server, as for the tests of the server."""

from tests.server.house import house, own_house, staffed
from tests.server.shop import shop
from tests.sync.cluster import cluster
from tests.sync.office import furnished

__all__ = ["cluster", "furnished", "house", "own_house", "shop", "staffed"]
