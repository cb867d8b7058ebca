"""The passphrase that closes a key's file: read from a file, else asked for and not shown."""

import getpass
from pathlib import Path

from sync.server.administration import AdminRefused
from sync.server.custody import LEAST_PASSPHRASE


def passphrase_of(file: str, *, new: bool = False) -> str:
    """Return what the file holds, its last line's end left out; what is typed where none is named.

    A `new` one is typed twice and is long enough. Raises AdminRefused, OSError for the file.
    """
    told = _read(Path(file)) if file else _asked(twice=new)
    if new and len(told) < LEAST_PASSPHRASE:
        raise AdminRefused(f"the passphrase of a key has at least {LEAST_PASSPHRASE} characters")
    return told


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except UnicodeDecodeError as error:
        raise AdminRefused(f"{file}: no text in UTF-8") from error


def _asked(*, twice: bool) -> str:
    told = getpass.getpass("Passphrase of the key: ")
    if twice and getpass.getpass("Once more: ") != told:
        raise AdminRefused("the two are not the same")
    return told
