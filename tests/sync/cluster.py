"""A real PostgreSQL for tests: a cluster of its own, started once and thrown away at the end.

As root, PostgreSQL's programs run as the user `postgres`, for they refuse to run as root.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

USER = "yuefang"
SYSTEM_USER = "postgres"
TRUST = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; fails the test when there is none."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is not installed: on Debian, apt-get install postgresql"
    return found[-1].parent


@dataclass
class Cluster:
    """A running PostgreSQL and the names it has given out."""

    folder: Path
    port: int
    numbers: Iterator[int]

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs as the user that owns the cluster; fails when it fails."""
        command = [str(programs() / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", SYSTEM_USER, "--", *command]
        said = self.folder / "said.log"
        with said.open("ab") as log:
            done = subprocess.run(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder
            )
        assert done.returncode == 0, f"{program}: {said.read_text()[-2000:]}"

    def sql(self, statement: str) -> None:
        """Run a statement as the owner of everything."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", "postgres")
        self.run("psql", *where, "-v", "ON_ERROR_STOP=1", "-q", "-c", statement)

    def url(self, name: str) -> str:
        """Return where a database is reached."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def database(self, template: str = "template1") -> str:
        """Make a database, a copy of another when one is named; return its name."""
        name = f"y{next(self.numbers)}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Throw a database away, whoever is still connected."""
        self.sql(f'DROP DATABASE "{name}" WITH (FORCE)')

    def start(self) -> None:
        """Make the cluster and start it; returns once it answers."""
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", USER, *TRUST)
        # No fsync: this data need not outlive the test.
        options = f"-p {self.port} -k {self.folder} -h 127.0.0.1 -c fsync=off"
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """End it at once."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL for the whole session."""
    folder = Path(mkdtemp(prefix="yuefang-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, SYSTEM_USER)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    running = Cluster(folder, port, count(1))
    running.start()
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)
