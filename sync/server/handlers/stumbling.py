"""A fault of the server's own over one envelope holds up nothing before or behind it.

A batch that failed for no known reason is taken again envelope by envelope, each in a transaction
of its own. What fails alone too is kept unread, so that the laptop's chain goes on behind it. That
is no answer for ever: the laptop sends it again, and it is decided once the fault is mended.
"""

from typing import Protocol

import msgspec
import structlog
from prometheus_client import Counter

from sync.protocol.envelope import Envelope
from sync.protocol.messages import Push, Pushed
from sync.server.problems import Refusal, RulesUnusable, where
from sync.server.repositories.session import Away, Clash, NoRoom

# What no envelope is to blame for: the batch waits as a whole.
OTHERWISE = (Refusal, RulesUnusable, Clash, NoRoom, Away, OSError, MemoryError)
STUMBLES = Counter("yuefang_envelopes_stumbled_total", "Envelopes kept unread for a fault")

log = structlog.get_logger("yuefang.server")


class Take(Protocol):
    """Takes envelopes in one transaction; `unread` keeps them and decides nothing."""

    async def __call__(self, part: Push, *, unread: bool = False) -> Pushed:
        """Answer each of them."""
        ...


async def past_faults(request: Push, take: Take) -> Pushed:
    """Take a batch at once, or as much of it as can be."""
    try:
        return await take(request)
    except OTHERWISE:
        raise
    except Exception as fault:
        if not request.envelopes:
            raise
        log.error("bug", error=type(fault).__name__, where=where(fault))
    answers = [await _alone(request, one, take) for one in request.envelopes]
    results = tuple(result for answer in answers for result in answer.results)
    return msgspec.structs.replace(answers[-1], results=results)


async def _alone(request: Push, envelope: Envelope, take: Take) -> Pushed:
    # Without news: what is wrong with a reading is not this envelope's fault.
    part = msgspec.structs.replace(request, envelopes=(envelope,), reads=())
    try:
        return await take(part)
    except OTHERWISE:
        raise
    except Exception as fault:
        kept = await take(part, unread=True)
        STUMBLES.inc()
        told = {"mid": envelope.mid, "error": type(fault).__name__, "where": where(fault)}
        log.error("stumbled", **told)
        return kept
