"""Whether a laptop's memory stays flat however much it reads: its process, page by page."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.bare_laptop import python_as_in_the_program
from bench.figures import Metric, beside
from bench.sync_branch import Branch, sit_down
from sync.engine.ports import Progress

RECORDS_OF_A_CASE = 3  # itself, a reminder and a call
TOLD = Path("/proc/self/status")
WARM = 3  # the share read before the first look: SQLite's cache has its size by then


def growth(records: int, folder: Path) -> dict[str, Metric]:
    """Return the highest memory of the last two thirds beside that of the first, in MB.

    Nothing where the system does not tell a process its memory.
    """
    if not TOLD.exists():
        print("Memory is left out: this system has no /proc.")
        return {}
    branch = Branch(folder)
    branch.furnish(-(-records // RECORDS_OF_A_CASE))
    branch.start()
    try:
        # A process of its own: this one's memory has known other things.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            seen = pool.submit(_memory_by_page, *branch.place()).result()
    finally:
        branch.stop()
    early = [mb for done, mb in seen if done <= seen[-1][0] / WARM] or [seen[0][1]]
    late = [mb for done, mb in seen if done > seen[-1][0] / WARM]
    print(
        f"memory: {seen[0][1]:.0f} MB at first, {max(early):.0f} MB then, {max(late):.0f} MB most"
    )
    return {"memory_of_a_large_sync": beside([(max(late), max(early))], "MB")}


def _memory_by_page(home: Path, address: str, code: str) -> list[tuple[int, float]]:
    """Return how many records were read and how much memory is held, after every page."""
    seat = sit_down(home, address, code)
    seen: list[tuple[int, float]] = []

    def look(progress: Progress) -> None:
        seen.append((progress.done, _resident_mb()))

    with python_as_in_the_program():
        seat.sync(look)
    seat.close()
    return seen


def _resident_mb() -> float:
    """Return the memory this process holds, in MB."""
    told = TOLD.read_text(encoding="ascii").splitlines()
    (line,) = (one for one in told if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
