"""A computer as the benches need one: without a keyring, with the lightest key derivation."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from field_app.background.garbage import collect_garbage
from field_app.background.turns import short_turns
from field_app.bootstrap.laptop import Laptop, MachineClock
from field_app.storage.keys import FLOOR
from tools.sample.keyrings import NoKeyring

PASSPHRASE = "three brown otters swim"  # noqa: S105  # of vaults that live for a minute


def bare_laptop(home: Path) -> Laptop:
    """Return a computer whose program lives in this folder."""
    return Laptop(home, MachineClock(), NoKeyring(), work=FLOOR)


@contextmanager
def python_as_in_the_program() -> Iterator[None]:
    """Share Python's lock and collect its garbage as the program does while a window is open."""
    loop = asyncio.new_event_loop()
    tidy = loop.create_task(collect_garbage())

    def run() -> None:
        with closing(loop), suppress(asyncio.CancelledError):
            loop.run_until_complete(tidy)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with short_turns():
            yield
    finally:
        loop.call_soon_threadsafe(tidy.cancel)
        thread.join()
