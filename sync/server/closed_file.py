"""New files and folders that only whoever runs the server may open: keys, and all about customers.

On Windows the folder's own rights say who may; set them there.
"""

import os
from pathlib import Path
from typing import BinaryIO

OWNER_ALONE, OWNERS_FOLDER = 0o600, 0o700


def new_file(path: Path) -> BinaryIO:
    """Return a new file, open for writing; raises FileExistsError when there is one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
    return os.fdopen(handle, "wb")


def make_folder(path: Path) -> None:
    """Make a folder where there is none; one that is there stays as it is."""
    path.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
