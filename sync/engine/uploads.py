"""The upload phase: files whose facts have arrived, resumed at the byte the server has."""

from collections.abc import Callable

from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, Transport, UploadState
from sync.engine.trouble import Trouble
from sync.protocol.messages import CHUNK, Codes


def upload_all(
    replica: Replica, transport: Transport, on_progress: OnProgress, cancelled: Cancelled
) -> int:
    """Send every waiting file and return how many bytes went up."""
    waiting = replica.uploads()
    total = sum(u.offer.size for u in waiting)
    sent = 0
    for number, upload in enumerate(waiting):

        def tell(so_far: int, number: int = number) -> None:
            on_progress(Progress("files", number, len(waiting), so_far, total))

        sent = _upload(replica, transport, upload, sent, tell, cancelled)
        if cancelled():
            break
    return sent


def _upload(
    replica: Replica,
    transport: Transport,
    upload: UploadState,
    sent: int,
    tell: Callable[[int], None],
    cancelled: Cancelled,
) -> int:
    offer = upload.offer
    state = transport.offer(offer)
    while not state.complete and not cancelled():
        tell(sent)
        data = replica.read_upload(offer.id, state.offset, CHUNK)
        if not data:
            raise Trouble(Codes.WRONG_HASH, id=offer.id)
        state = transport.send_chunk(offer.id, state.offset, data)
        sent += len(data)
    if state.complete:
        replica.uploaded(offer.id)
    tell(sent)
    return sent
