"""The files of published map packs: under their SHA-256 in `maps/BRANCH` of the data folder.

A file is whole before anybody is told of it. Only the one in force is kept.
"""

import os
import shutil
from pathlib import Path

from sync.domain.ids import BranchId

FOLDER = "maps"


def file_of(data: Path, branch: BranchId, sha256: str) -> Path:
    """Return where a published pack lies."""
    return data / FOLDER / branch / f"{sha256}.mappack"


def keep(file: Path, place: Path) -> None:
    """Copy a file beside its place and move it there once it is on the disk."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".new")
    try:
        with file.open("rb") as source, beside.open("wb") as goal:
            shutil.copyfileobj(source, goal, 1 << 20)
            goal.flush()
            os.fsync(goal.fileno())
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def clear(data: Path, branch: BranchId, kept: str) -> None:
    """Delete the files that are in force no longer."""
    for one in (data / FOLDER / branch).glob("*.mappack"):
        if one.stem != kept:
            one.unlink(missing_ok=True)
