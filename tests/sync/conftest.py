"""The office is there for every test of this folder, and a relay before its server."""

from collections.abc import Iterator

import pytest

from tests.storage.stretched import stretched_once
from tests.sync.cluster import cluster
from tests.sync.office import Office, furnished, office, server_data
from tests.sync.relay import Relay, relay_to

__all__ = ["cluster", "furnished", "office", "server_data", "stretched_once"]


@pytest.fixture
def relay(office: Office) -> Iterator[Relay]:
    """Put a relay before the office's server."""
    with relay_to(office.server.address) as found:
        yield found
