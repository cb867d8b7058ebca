"""Files and names that outlive a power cut.

Where Windows differs (a bare handle writes text, folders cannot be synced, a virus scanner holds
what was just written), this follows its documentation; it was not tried there.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

IS_WINDOWS = os.name == "nt"
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content by way of a temporary one, each step flushed to the disk."""
    beside = path.with_suffix(path.suffix + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:  # bytes as they are: a bare handle changes ends of lines
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    take_name(beside, path)
    sync_folder(path.parent)


def take_name(file: Path, name: Path, pause: Callable[[float], None] = time.sleep) -> None:
    """Let a file or folder take a name, and a file the place of the one that had it.

    On Windows others may have it open for a moment; then it is tried again for a second and a half.
    """
    for seconds in PAUSES_S if IS_WINDOWS else ():
        try:
            file.replace(name)
        except PermissionError:
            pause(seconds)
        else:
            return
    file.replace(name)


def sync_folder(path: Path) -> None:
    """Let what was renamed in a folder reach the disk, where folders can be synced."""
    if IS_WINDOWS:
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
