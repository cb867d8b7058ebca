"""The PostgreSQL of a test session."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.postgres import Cluster, running

MEMORY = Path("/dev/shm")  # noqa: S108  # the program makes a folder of its own in it
CLUSTER = pytest.StashKey[Cluster]()
ENOUGH = 2 << 30  # bytes: what the databases of a session take at once is a tenth of it


def in_memory() -> Path | None:
    """Return the disk that is memory, where there is one with room enough.

    Each copy of a database is five hundred files, which a disk makes in a third of a second.
    """
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH else None


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Run a PostgreSQL for the whole session; without fsync, for it need not outlive the tests.

    Whichever folder asks first has it made; it serves the others too.
    """
    kept = request.config.stash.get(CLUSTER, None)
    if kept is not None:
        yield kept
        return
    with running("fsync=off", "max_wal_size=128MB", inside=in_memory()) as found:
        request.config.stash[CLUSTER] = found
        yield found
