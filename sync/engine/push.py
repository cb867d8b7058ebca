"""The push phase: unsent envelopes in order, in batches that shrink when they fail."""

from collections.abc import Callable, Sequence
from itertools import takewhile

from sync.domain.commands import FACTS, decode_command
from sync.domain.ids import MutationId
from sync.engine.news import WITH_NEWS, News, places, read_news
from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, Transport
from sync.engine.trouble import PASSING, Trouble
from sync.protocol.envelope import Envelope
from sync.protocol.messages import MAX_BATCH, MAX_BATCH_BYTES, Codes, Push, has_stumbled

WITH_CLOCKS = 2  # the version that sends the laptop's clocks with a batch
# These say that a batch was too much at once; a smaller one may get through.
SHRINKING = frozenset({Codes.STALLED, Codes.SERVER_ERROR, Codes.TOO_LARGE})


def push_all(
    replica: Replica,
    transport: Transport,
    epoch: str,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> tuple[int, News]:
    """Send everything that waits; return how many were answered, and the news that came with it.

    Raises Trouble when even a single envelope does not get through; what was answered before
    stays settled.
    """
    news: News = {}
    done = _push(replica, transport, epoch, on_progress, cancelled, list, news)
    return done, news


def push_facts(
    replica: Replica,
    transport: Transport,
    epoch: str,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> int:
    """Send the facts before the first piece of other work; return how many were answered."""
    return _push(replica, transport, epoch, on_progress, cancelled, _leading_facts)


def _leading_facts(batch: Sequence[Envelope]) -> list[Envelope]:
    return list(takewhile(lambda e: isinstance(decode_command(bytes(e.body)), FACTS), batch))


def _push(
    replica: Replica,
    transport: Transport,
    epoch: str,
    on_progress: OnProgress,
    cancelled: Cancelled,
    sendable: Callable[[Sequence[Envelope]], list[Envelope]],
    news: News | None = None,
) -> int:
    total, done, limit = replica.waiting_count(), 0, MAX_BATCH
    stumbled: set[MutationId] = set()  # tried once a sync
    while not cancelled():
        waiting = sendable(replica.waiting(limit, MAX_BATCH_BYTES))
        batch = [envelope for envelope in waiting if envelope.mid not in stumbled]
        if not batch:
            break
        on_progress(Progress("push", done, total))
        try:
            sent = replica.clocks() if transport.version >= WITH_CLOCKS else None
            asks = news is not None and transport.version >= WITH_NEWS
            is_last = len(batch) >= total - done
            reads = places(replica.scope_states(), epoch) if asks and is_last else {}
            push = Push(epoch, replica.device_id(), tuple(batch), sent, tuple(reads.values()))
            answered = transport.push(push)
        except Trouble as trouble:
            if trouble.code in SHRINKING and len(batch) > 1:
                limit = max(1, len(batch) // 2)
                continue
            if trouble.code in PASSING or trouble.code in SHRINKING:
                replica.note_attempt([batch[0].mid], str(trouble.code))
            raise
        if {r.mid for r in answered.results} != {e.mid for e in batch}:
            raise Trouble(Codes.GARBAGE)
        replica.settle(answered.results)
        if answered.checkpoint is not None:
            replica.saw(answered.checkpoint)
        if news is not None:
            news.update(read_news(answered.pages, reads))
        stumbled |= {r.mid for r in answered.results if has_stumbled(r)}
        done += len(batch)
    on_progress(Progress("push", done, max(total, done)))
    return done - len(stumbled)
