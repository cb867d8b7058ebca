"""The last phase: the server proves that its log only grew since this laptop saw it.

Checkpoints come with the answers of push and pull, so a sync without news asks nothing more; the
replica says when it is time to ask. Whatever the answer, the sync's work is done and stays.
"""

from sync.engine.ports import Replica, Transport
from sync.engine.trouble import Trouble
from sync.protocol.checkpoint import agrees
from sync.protocol.messages import Codes


def check_record(replica: Replica, transport: Transport) -> None:
    """Ask for the proofs that are due; raises Trouble only for the line itself."""
    due = replica.unproven()
    if due is None:
        return
    sizes = [one.size for one in due.older]
    try:
        answer = transport.consistency(sizes, due.newest.size)
    except Trouble as trouble:
        if trouble.code not in (Codes.RESET, Codes.MALFORMED):
            raise
        # A server that does not know a log as long as the one it signed.
        replica.disproved(due.newest)
        return
    proofs = answer.proofs
    if len(proofs) == len(due.older) and all(
        agrees(older, due.newest, proof) for older, proof in zip(due.older, proofs, strict=True)
    ):
        replica.proved(due.newest)
    else:
        replica.disproved(due.newest)
