"""What went wrong, as a code with values; the words are in the catalogues `codes_*.po`."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from field_app.storage.trouble import VaultTrouble
from sync.engine.address import InsecureAddress
from sync.engine.trouble import Trouble


class Problem(msgspec.Struct, frozen=True):
    """The environment's or a person's trouble, never a bug."""

    code: str
    params: dict[str, Any] = {}


async def attempt[T](work: Callable[[], Awaitable[T]]) -> T | Problem:
    """Return what the work returned, or the known problem that stopped it; bugs go through."""
    try:
        return await work()
    except VaultTrouble as trouble:
        return Problem(trouble.code)
    except Trouble as trouble:
        return Problem(str(trouble.code), trouble.params)
    except InsecureAddress:
        return Problem("enrol.insecure_address")
