"""How often a second pgbench pushes: several of it, which read their scripts and begin together.

pgbench takes the square of its script's length to read it, and a push has many statements with
their values in them. So each of a few processes has the scripts of some laptops alone; all of them
wait at a lock until the last one has read its own. What they did is counted by the branches' own
commit numbers.
"""

import asyncio
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from bench.pgbench import WARM_S, Script, gathered
from tools.postgres import programs

PROCESSES = 2  # of one thread each
GATE = 7411  # the lock's number
LOOK_EVERY_S = 0.05
PASSED = f"""\\if :waits
SELECT pg_advisory_lock_shared({GATE});
\\set waits 0
\\endif
"""
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
COMMITS = "SELECT coalesce(sum(n), 0)::bigint FROM feed_head"


def shared_out(lines: Sequence[Sequence[Script]], to: Path) -> tuple[Path, ...]:
    """Write the scripts of the laptops' lines, a file for each process."""
    files = []
    for number in range(min(PROCESSES, len(lines))):
        file = to / f"push-{number}.sql"
        file.write_text(PASSED + gathered(lines[number::PROCESSES]))
        files.append(file)
    return tuple(files)


def rate_together(files: Sequence[Path], url: str, clients: int, seconds: float) -> float:
    """Return how many pushes a second all processes make, a connection for each client.

    The first second is left out. Raises RuntimeError when one of them ends.
    """
    return asyncio.run(_rate(files, url, clients, seconds))


async def _rate(files: Sequence[Path], url: str, clients: int, seconds: float) -> float:
    gate = await asyncpg.connect(url)
    running: list[subprocess.Popen[str]] = []
    try:
        await gate.execute(f"SELECT pg_advisory_lock({GATE})")
        running = [
            _begun(file, url, len(range(number, clients, len(files))))
            for number, file in enumerate(files)
        ]
        while await gate.fetchval(WAITING) < clients:
            _look(running)
            await asyncio.sleep(LOOK_EVERY_S)
        await gate.execute(f"SELECT pg_advisory_unlock({GATE})")
        await asyncio.sleep(WARM_S)
        before, began = await gate.fetchval(COMMITS), time.perf_counter()
        await asyncio.sleep(seconds)
        after, ended = await gate.fetchval(COMMITS), time.perf_counter()
        _look(running)
    finally:
        for process in running:
            process.terminate()
            process.communicate()
        await gate.close()
    return float(after - before) / (ended - began)


def _begun(file: Path, url: str, clients: int) -> subprocess.Popen[str]:
    command = [str(programs() / "pgbench"), "-n", "-M", "prepared", "-D", "waits=1", "-T", "3600"]
    command += ["-c", str(clients), f"--file={file}", url]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _look(running: Sequence[subprocess.Popen[str]]) -> None:
    for process in running:
        if process.poll() is not None:
            raise RuntimeError(f"pgbench ended: {process.communicate()[1][-2000:]}")
