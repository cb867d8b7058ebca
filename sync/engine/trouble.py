"""What can go wrong on the line: the environment's trouble, never a bug."""

from collections.abc import Sequence
from typing import Any

from sync.protocol.messages import Codes


class Trouble(Exception):
    """A request that failed as a whole; `code` has words in the catalogues.

    `retry_after` is the server's own wish in seconds, None when it said nothing.
    """

    def __init__(self, code: Codes, retry_after: float | None = None, /, **params: Any) -> None:
        super().__init__(str(code))
        self.code = code
        self.retry_after = retry_after
        self.params = params


def other_version(mine: int, spoken: Sequence[int]) -> Trouble:
    """Return the trouble of a program whose version is not among those the server speaks."""
    older = bool(spoken) and mine > max(spoken)
    return Trouble(Codes.SERVER_OLDER if older else Codes.VERSION)


# Asking again later may help; everything else needs a person or an update.
PASSING = frozenset(
    {
        Codes.UNREACHABLE,
        Codes.STALLED,
        Codes.SERVER_ERROR,
        Codes.BUSY,
        Codes.NO_ROOM,
        Codes.GARBAGE,
    }
)
