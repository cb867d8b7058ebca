"""The push phase: unsent envelopes in order, in batches that shrink when they fail."""

from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, Transport
from sync.engine.trouble import PASSING, Trouble
from sync.protocol.messages import MAX_BATCH, MAX_BATCH_BYTES, Codes, Push

# These say that a batch was too much at once; a smaller one may get through.
SHRINKING = frozenset({Codes.STALLED, Codes.SERVER_ERROR, Codes.TOO_LARGE})


def push_all(
    replica: Replica,
    transport: Transport,
    epoch: str,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> int:
    """Send everything that waits and return how many were answered.

    Raises Trouble when even a single envelope does not get through; what was answered before
    stays settled.
    """
    total, done, limit = replica.waiting_count(), 0, MAX_BATCH
    while not cancelled():
        batch = replica.waiting(limit, MAX_BATCH_BYTES)
        if not batch:
            break
        on_progress(Progress("push", done, total))
        try:
            answered = transport.push(Push(epoch, replica.device_id(), tuple(batch)))
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
        done += len(batch)
    on_progress(Progress("push", done, max(total, done)))
    return done
