"""The upload phase: files whose facts have arrived, resumed at the byte the server has.

Files come last and give way: as soon as a command waits, or their turn is over, the phase ends and
another sync follows at once. A line that breaks is taken up again as long as each try brings the
file further. What is wrong with one file alone holds up no other, and no command.
"""

from typing import NamedTuple

from sync.engine.pace import Pace
from sync.engine.pieces import CUT, FRUITLESS
from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, Transport, UploadState
from sync.engine.trouble import Trouble
from sync.protocol.messages import AttachmentState, Codes

# What is wrong with one file; everything else is the line's trouble, or this laptop's.
ITS_OWN = frozenset(
    {
        Codes.NOT_FOUND,
        Codes.WRONG_HASH,
        Codes.WRONG_OFFSET,
        Codes.WRONG_TYPE,
        Codes.TOO_LARGE,
        Codes.CASE_FULL,
    }
)


class Uploads(NamedTuple):
    """What one phase did: bytes the server has now and had not, pieces sent, cuts on the way.

    `gave_way` when files are left because others had to go first; `trouble` is the first that
    was one file's own.
    """

    sent: int = 0
    pieces: int = 0
    cuts: int = 0
    gave_way: bool = False
    trouble: Trouble | None = None


def upload_all(
    replica: Replica,
    transport: Transport,
    pace: Pace,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> Uploads:
    """Send every waiting file; raises Trouble when the line gives nothing more."""
    phase = _Phase(replica, transport, pace, on_progress, cancelled)
    pace.begin()
    for upload in phase.waiting:
        try:
            _upload(phase, upload)
        except Trouble as trouble:
            if trouble.code not in {*ITS_OWN, Codes.NO_ROOM}:
                raise
            phase.trouble = phase.trouble or trouble
            if trouble.code is Codes.NO_ROOM:
                break  # for no file, so it is not tried with each
        if phase.gave_way or cancelled():
            break
        phase.number += 1
        phase.before += upload.offer.size
    return Uploads(phase.sent, phase.pieces, phase.cuts, phase.gave_way, phase.trouble)


class _Phase:
    """How far the phase is."""

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        pace: Pace,
        on_progress: OnProgress,
        cancelled: Cancelled,
    ) -> None:
        self.replica = replica
        self.transport = transport
        self.pace = pace
        self.cancelled = cancelled
        self.waiting = replica.uploads()
        self.total = sum(u.offer.size for u in self.waiting)
        self.number = self.before = self.sent = self.pieces = self.cuts = 0
        self.gave_way = False
        self.trouble: Trouble | None = None
        self._on_progress = on_progress

    def tell(self, offset: int) -> None:
        """Tell how many bytes of all waiting files the server has."""
        done = self.before + offset
        self._on_progress(Progress("files", self.number, len(self.waiting), done, self.total))

    def stops(self) -> bool:
        """Say whether it is somebody else's turn."""
        if self.cancelled():
            return True
        self.gave_way = self.pace.is_over() or self.replica.waiting_count() > 0
        return self.gave_way


def _upload(phase: _Phase, upload: UploadState) -> None:
    offer, fruitless = upload.offer, 0
    state = _offered(phase, upload)
    start = state.offset
    while not state.complete and not phase.stops():
        phase.tell(state.offset)
        before = state.offset
        try:
            state = _piece(phase, upload, before)
        except Trouble as trouble:
            if trouble.code not in CUT and trouble.code is not Codes.WRONG_OFFSET:
                raise
            phase.cuts += 1
            phase.pace.cut()
            state = _offered(phase, upload)
            fruitless = 0 if state.offset > before else fruitless + 1
            if fruitless == FRUITLESS:
                raise
        phase.sent += max(state.offset - before, 0)
    if state.complete:
        phase.replica.uploaded(offer.id)
    phase.tell(max(state.offset, start))


def _offered(phase: _Phase, upload: UploadState) -> AttachmentState:
    """Ask how far the file is; a line that is cut is tried again a few times."""
    for _ in range(FRUITLESS - 1):
        try:
            return phase.transport.offer(upload.offer)
        except Trouble as trouble:
            if trouble.code not in CUT or phase.cancelled():
                raise
            phase.cuts += 1
    return phase.transport.offer(upload.offer)


def _piece(phase: _Phase, upload: UploadState, offset: int) -> AttachmentState:
    offer = upload.offer
    data = phase.replica.read_upload(offer.id, offset, phase.pace.piece)
    if not data:
        raise Trouble(Codes.WRONG_HASH, id=offer.id)
    began = phase.pace.now()
    phase.pieces += 1
    state = phase.transport.send_chunk(offer.id, offset, data)
    phase.pace.passed(len(data), began)
    return state
