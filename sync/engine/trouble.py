"""What can go wrong on the line: the environment's trouble, never a bug."""

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
