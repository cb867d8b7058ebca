"""Two PostgreSQL servers, one following the other synchronously; the first is killed, roles change.

A commit is answered once the follower has it too (`synchronous_standby_names`).
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from tests.sync.cluster import in_memory
from tools.left_behind import throw_away_with_us
from tools.ports import free_port
from tools.postgres import SYSTEM_USER, TRUST, USER, Cluster, programs

NAME = "yuefang"
FOLLOWERS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


@dataclass
class Side:
    """One of the two, its files and its port; `run` and `sql` as in a cluster."""

    cluster: Cluster

    @property
    def data(self) -> Path:
        return self.cluster.folder / "data"

    def start(self) -> None:
        options = f"-p {self.cluster.port} -k {self.cluster.folder} -h 127.0.0.1 -c fsync=off"
        log = str(self.cluster.folder / "server.log")
        self.cluster.run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def kill(self) -> None:
        """End every process of it as a power cut would."""
        self._send(signal.SIGKILL)

    def silence(self) -> None:
        """Let it say nothing more, with every line open: a machine that hangs."""
        self._send(signal.SIGSTOP)

    def _send(self, what: signal.Signals) -> None:
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        if what is signal.SIGSTOP:
            os.kill(pid, what)  # first, so that no process of it is born meanwhile
        found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
        for one in (pid, *map(int, found.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(one, what)

    def ask(self, sql: str) -> str:
        url = self.cluster.url("postgres")
        told = subprocess.run(
            [programs() / "psql", url, "-Atqc", sql], capture_output=True, text=True, check=True
        )
        return told.stdout.strip()


class Pair:
    """The primary and its follower, and how each takes the other's place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = count(1)
        self._ports = (free_port(), free_port())
        self.primary = self._side(self._ports[0])
        self.follower: Side | None = None

    def _side(self, port: int) -> Side:
        folder = self._folder / f"side{next(self._names)}"
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER)
        return Side(Cluster(folder, port, count(1)))

    @property
    def url(self) -> str:
        """Return the address of both; whoever is the primary is taken."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"postgresql://{USER}@{hosts}/{NAME}"

    def begin(self, dump: Path) -> None:
        """Start the primary with a dump in it."""
        made = self.primary.cluster
        made.run("initdb", "-D", str(self.primary.data), "-U", USER, *TRUST)
        self.primary.start()
        made.sql(f"CREATE DATABASE {NAME}")
        made.run("psql", made.url(NAME), "-v", "ON_ERROR_STOP=1", "-q", "-f", str(dump))

    def follow(self) -> None:
        """Make a follower of the primary; return once commits wait for it.

        What was left behind by those before goes.
        """
        for folder in self._folder.iterdir():
            if folder != self.primary.cluster.folder:
                shutil.rmtree(folder)
        port = next(p for p in self._ports if p != self.primary.cluster.port)
        self.follower = self._side(port)
        where = ("-h", "127.0.0.1", "-p", str(self.primary.cluster.port), "-U", USER)
        copy = ("-D", str(self.follower.data), "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.follower.cluster.run("pg_basebackup", *where, *copy)
        self.follower.start()
        self.primary.cluster.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.cluster.sql("SELECT pg_reload_conf()")
        while self.primary.ask(FOLLOWERS) != "1":
            assert self.primary.ask("SELECT 1") == "1"

    def fail_over(self) -> None:
        """Kill the primary where it stands and let the follower take its place."""
        self.primary.kill()
        self.promote()

    def promote(self) -> Side:
        """Let the follower take the place of the primary; return what was the primary."""
        assert self.follower is not None
        former, self.primary, self.follower = self.primary, self.follower, None
        self.primary.cluster.run("pg_ctl", "-D", str(self.primary.data), "-w", "promote")
        return former

    def end(self) -> None:
        for side in (self.primary, self.follower):
            if side is not None and (side.data / "postmaster.pid").exists():
                side.kill()


@contextmanager
def pair_of(dump: Path) -> Iterator[Pair]:
    """Run a pair that begins with a dump, and throw it away."""
    folder = Path(mkdtemp(prefix="yuefang-pair-", dir=in_memory()))
    throw_away_with_us(folder)
    folder.chmod(0o755)
    pair = Pair(folder)
    try:
        pair.begin(dump)
        pair.follow()
        yield pair
    finally:
        pair.end()
        shutil.rmtree(folder)
