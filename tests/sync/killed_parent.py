"""Begins what tests begin, tells where its PostgreSQL is, and waits to be killed."""

import sys
from pathlib import Path

from tests.sync.cluster import in_memory
from tests.sync.office import Server
from tools.postgres import running


def main(cold: str, warm: str) -> None:
    """Serve two folders, as an operator would and forked, beside a PostgreSQL."""
    Server(Path(cold)).start()
    Server(Path(warm), sooner=True).start()
    with running("fsync=off", inside=in_memory()) as cluster:
        print(cluster.folder, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
