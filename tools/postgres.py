"""A real PostgreSQL of one's own, for tests and benches: started once, thrown away at the end.

As root, PostgreSQL's programs run as the user `postgres`, for they refuse to run as root.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from tools.left_behind import throw_away_with_us
from tools.ports import free_port

USER = "yuefang"
SYSTEM_USER = "postgres"
TRUST = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; raises FileNotFoundError when there is none."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise FileNotFoundError("no PostgreSQL: on Debian, apt-get install postgresql")
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
        if done.returncode:
            raise RuntimeError(f"{program}: {said.read_text()[-2000:]}")

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

    def start(self, *settings: str) -> None:
        """Make the cluster and start it with settings, "name=value"; returns once it answers."""
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", USER, *TRUST)
        options = f"-p {self.port} -k {self.folder} -h 127.0.0.1"
        options += "".join(f" -c {setting}" for setting in settings)
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """End it at once."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


@contextmanager
def running(*settings: str, inside: Path | None = None) -> Iterator[Cluster]:
    """Run a PostgreSQL with these settings as long as the context lasts.

    Its files are inside a folder, or where temporary files are. A killed process takes it along.
    """
    folder = Path(mkdtemp(prefix="yuefang-pg-", dir=inside))
    throw_away_with_us(folder)
    if os.geteuid() == 0:
        shutil.chown(folder, SYSTEM_USER)
    cluster = Cluster(folder, free_port(), count(1))
    cluster.start(*settings)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)
