"""Stops whoever guesses enrolment codes: by the name that is tried, by the address it comes from.

A name that nobody has is counted like any other, so nobody learns from a lock who has an account.
"""

import hashlib
from datetime import datetime, timedelta

from sync.protocol.messages import Codes
from sync.server.problems import Refusal
from sync.server.repositories import tries
from sync.server.repositories.session import Session

NAME_TRIES, NAME_SPAN = 5, timedelta(hours=24)  # as long as a code lives; a new code ends it
ADDRESS_TRIES, ADDRESS_SPAN = 30, timedelta(hours=1)


async def count(session: Session, now: datetime, login: str, address: str) -> Refusal | None:
    """Count a try before it is looked at; returns a refusal when there were too many.

    Counted first, so that tries sent at once cannot all be looked at.
    """
    await tries.forget_before(session, now - NAME_SPAN)
    if await tries.count(session, _key("from", address), now, ADDRESS_SPAN) > ADDRESS_TRIES:
        return Refusal(429, Codes.BUSY, retry_after_s=int(ADDRESS_SPAN.total_seconds()))
    if await tries.count(session, _key("name", login), now, NAME_SPAN) > NAME_TRIES:
        return Refusal(403, Codes.TOO_MANY_TRIES)
    return None


async def pardon(session: Session, login: str, address: str) -> None:
    """Forget the name's tries and the last one of the address: the code was right."""
    await tries.forget(session, _key("name", login))
    await tries.take_back(session, _key("from", address))


async def reopen(session: Session, login: str) -> None:
    """Forget the name's tries: there is a new code."""
    await tries.forget(session, _key("name", login))


def _key(what: str, who: str) -> str:
    return hashlib.sha256(f"{what}:{who.strip()}".encode()).hexdigest()
