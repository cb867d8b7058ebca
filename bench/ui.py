"""What the window is like to a hand: `python -m bench.ui`. Offscreen, the program's own process.

Start: from the process to the painted first rows of the list, beside the least program that shows
rows of the same encrypted file (`ui_bare`), by turns. Scrolling, and a key to the painted answer,
in the list of 100 000 cases. From the key that locks to the painted unlock screen. And the gaps of
a heart that beats on the window's loop while the first sync of 10 000 cases runs, and an upload:
what a click would have to wait. With the longest gaps is told what kept the loop (`ui_watch`), so
that a busy machine is not taken for slow code.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from bench.bare_laptop import PASSPHRASE, bare_laptop
from bench.figures import OUT, ROOT, Goal, Metric, beside, percentile, publish, within
from bench.sync_branch import Branch
from bench.vault_pair import feed
from field_app.bootstrap.desk_setup import lay_desk, policy_brought, unlock
from field_app.storage.keys import open_slot
from field_app.storage.slot_file import read_slot
from field_app.storage.vault import DATABASE

ROWS, CASES, ROUNDS, FRAMES, SEARCHES, MEGABYTES = 100_000, 10_000, 5, 1000, 30, 20
ACTS = ("start", "lock", "use", "sync")
FRAME_MS = 16.0
LOCK_MS = 1500.0
SEEN_MS = 100.0  # up to here an answer is felt as at once (Miller 1968; Nielsen 1993)
GOALS = {
    "start_to_list": Goal(5.0),
    "lock_to_unlock_screen": Goal(1.0),
    "scroll_frame_p50": Goal(1.0),
    "scroll_frame_p99": Goal(1.0),
    "scroll_frame_own_p50": Goal(1.0),
    "scroll_frame_own_p99": Goal(1.0),
    "key_to_paint_p50": Goal(1.0),
    "key_to_paint_p99": Goal(1.0),
    "gap_first_sync_p99": Goal(1.0),
    "gap_first_sync_max": Goal(1.0),
    "gap_first_sync_own_max": Goal(1.0),
    "gap_upload_own_max": Goal(1.0),
    "gap_upload_p99": Goal(1.0),
    "gap_upload_max": Goal(1.0),
}


def main(argv: list[str], out: Path = OUT) -> int:
    """Measure, print a table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="of the long list")
    parser.add_argument("--cases", type=int, default=CASES, help="of the first sync")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--searches", type=int, default=SEARCHES)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    parser.add_argument("--acts", nargs="+", choices=ACTS, default=ACTS)
    asked = parser.parse_args(argv)
    asked.acts = set(asked.acts)
    with tempfile.TemporaryDirectory(prefix="ui-bench-") as folder:
        branch = Branch(Path(folder) / "branch")
        branch.furnish(asked.cases)
        branch.start()
        try:
            metrics = _measure(asked, branch)
        finally:
            branch.stop()
    publish("ui", metrics, GOALS, out)
    return 0


def _measure(asked: argparse.Namespace, branch: Branch) -> dict[str, Metric]:
    metrics: dict[str, Metric] = {}
    if asked.acts & {"start", "use"}:
        long = _filled(branch, asked.rows)
        if "start" in asked.acts:
            metrics |= _starts(long, asked.rounds)
        if "use" in asked.acts:
            metrics |= _use(asked, long)
    if "lock" in asked.acts:
        metrics["lock_to_unlock_screen"] = _locked(branch, asked.rounds)
    return metrics | (_sync(asked, branch) if "sync" in asked.acts else {})


def _use(asked: argparse.Namespace, long: Path) -> dict[str, Metric]:
    used = [_person("use", long, asked.frames, asked.searches) for _ in range(asked.rounds)]
    keys = [u["keys"] for u in used]
    print(f"scrolled to row {max(u['rows'] for u in used):,}; {len(keys[0])} keys a round")
    return {
        **_ranked("scroll_frame", [u["frames"] for u in used], FRAME_MS),
        **_ranked("scroll_frame_own", [u["own"] for u in used], FRAME_MS),
        **_ranked("key_to_paint", keys, SEEN_MS),
    }


def _sync(asked: argparse.Namespace, branch: Branch) -> dict[str, Metric]:
    runs = [_person("sync", _empty(branch), asked.megabytes) for _ in range(asked.rounds)]
    for run in runs:
        for what in ("first", "upload", "idle"):
            print(f"{what:>7}: {_told(run[what])}")
    return {
        **_gaps("gap_first_sync", [r["first"] for r in runs]),
        **_gaps("gap_first_sync_own", [r["first_own"] for r in runs]),
        **_gaps("gap_upload", [r["upload"] for r in runs]),
        **_gaps("gap_upload_own", [r["upload_own"] for r in runs]),
        **_gaps("gap_idle", [r["idle"] for r in runs]),
    }


def _locked(branch: Branch, rounds: int) -> Metric:
    """Return the milliseconds from the key that locks to the painted unlock screen."""
    home, shown, gone = _empty(branch), [], []
    for _ in range(rounds):
        told: dict[str, float] = {}
        for line in _run("bench.ui_lock", "holder", str(home)).splitlines():
            told |= msgspec.json.decode(line, type=dict[str, float])
        shown.append((told["painted"] - told["locked"]) * 1000)
        gone.append((told["gone"] - told["locked"]) * 1000)
    print(f"the process that held the key was gone after {max(gone):.0f} ms at most")
    return within(shown, LOCK_MS, "ms")


def _told(gaps: list[float]) -> str:
    late = [g for g in gaps if g > FRAME_MS]
    return (
        f"{len(gaps)} beats, p50 {percentile(gaps, 50):.1f} ms, p99 {percentile(gaps, 99):.1f} ms, "
        f"max {max(gaps):.1f} ms, {len(late)} over {FRAME_MS:g} ms ({sum(late):.0f} ms in all)"
    )


def _ranked(name: str, rounds: list[list[float]], limit: float) -> dict[str, Metric]:
    return {
        f"{name}_p{p}": within([percentile(values, p) for values in rounds], limit, "ms")
        for p in (50, 99)
    }


def _gaps(name: str, rounds: list[list[float]]) -> dict[str, Metric]:
    return {
        f"{name}_p99": within([percentile(gaps, 99) for gaps in rounds], FRAME_MS, "ms"),
        f"{name}_max": within([max(gaps) for gaps in rounds], FRAME_MS, "ms"),
    }


def _empty(branch: Branch) -> Path:
    """Enrol a laptop, and close it before it read anything."""
    seat = branch.seat()
    seat.close()
    return branch.homes[-1]


def _filled(branch: Branch, rows: int) -> Path:
    """Enrol a laptop and give it so many cases."""
    home = _empty(branch)
    laptop = bare_laptop(home)
    desk = lay_desk(laptop, unlock(laptop, PASSPHRASE), policy_brought(laptop))
    for page in feed(rows):
        desk.store.replica.apply_page(page)
    desk.store.close()
    return home


def _starts(home: Path, rounds: int) -> dict[str, Metric]:
    """Return the seconds from a new process to painted rows, and the two waits a person has.

    `start_to_keys` ends when the passphrase's field takes keys; `enter_to_list` begins with Enter,
    pressed when everything is loaded, as it is by the time somebody has typed.
    """
    whole, keys, rows = [], [], []
    for _ in range(rounds):
        began = time.monotonic()
        fast = _started("fast", home)
        least = _least_start(home)
        slow = _started("slow", home)
        whole.append((fast["rows"] - began, least))
        keys.append((fast["ready"] - began, least))
        rows.append((slow["rows"] - slow["entered"], least))
    return {
        "start_to_list": beside(whole),
        "start_to_keys": beside(keys),
        "enter_to_list": beside(rows),
    }


def _least_start(home: Path) -> float:
    """Return the seconds from a new process to painted rows of the least program."""
    laptop = bare_laptop(home)
    key = open_slot(read_slot(laptop.slot), PASSPHRASE, None)
    began = time.monotonic()
    file = laptop.vault / DATABASE
    said = _run("bench.ui_bare", str(file), f"{key.key.hex()}{key.salt.hex()}")
    return float(said.splitlines()[-1]) - began


def _started(pace: str, home: Path) -> dict[str, float]:
    said = _run("bench.ui_start", pace, str(home))
    return msgspec.json.decode(said.splitlines()[-1], type=dict[str, float])


def _person(act: str, home: Path, *options: int) -> dict[str, Any]:
    said = _run("bench.ui_person", act, str(home), *map(str, options))
    found: dict[str, Any] = msgspec.json.decode(said.splitlines()[-1])
    return found


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} {arguments[0]} ended with {done.returncode}: {done.stderr}")
    told = [line for line in done.stderr.splitlines() if line.startswith("  ")]
    print("\n".join(told), end="\n" * bool(told))
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
