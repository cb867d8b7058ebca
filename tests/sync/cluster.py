"""The PostgreSQL of a test session."""

from collections.abc import Iterator

import pytest

from tools.postgres import Cluster, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL for the whole session; without fsync, for it need not outlive the tests."""
    with running("fsync=off") as found:
        yield found
