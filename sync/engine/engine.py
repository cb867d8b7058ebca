"""One sync: who are we, send what waits, read new rules and records, send files. One at a time.

Every step is its own local transaction, so a sync may be cut anywhere and is simply begun again.
"""

import msgspec

from sync.engine.policy import pull_policy
from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, Transport
from sync.engine.pull import pull_all
from sync.engine.push import push_all
from sync.engine.trouble import Trouble
from sync.engine.uploads import upload_all
from sync.engine.witness import check_record
from sync.protocol.messages import VERSION, Codes, Hello


class SyncReport(msgspec.Struct, frozen=True):
    """What one sync did; `cancelled` when the person stopped it in between."""

    sent: int
    received: int
    uploaded_bytes: int
    cancelled: bool


def sync_once(
    replica: Replica, transport: Transport, *, on_progress: OnProgress, cancelled: Cancelled
) -> SyncReport:
    """Bring laptop and server together once; raises Trouble and leaves every finished step done."""
    on_progress(Progress("hello", 0, 0))
    hello = transport.hello()
    _check(replica, hello)
    replica.put_back(hello)
    sent = push_all(replica, transport, hello.epoch, on_progress, cancelled)
    if hello.forked or hello.last_seq > replica.last_seq():
        # What was recorded here has gone up; nothing comes down to one of two copies.
        raise Trouble(Codes.FORKED)
    pull_policy(replica, transport, hello)
    if not cancelled():
        # Only after unsent work went up may what it belongs to leave this laptop.
        replica.leave_scopes(hello.scopes)
    received = pull_all(replica, transport, hello.scopes, hello.epoch, on_progress, cancelled)
    if not cancelled():
        check_record(replica, transport)
    uploaded = 0 if cancelled() else upload_all(replica, transport, on_progress, cancelled)
    if not cancelled():
        replica.note_sync(hello)
    on_progress(Progress("done", sent + received, sent + received))
    return SyncReport(sent, received, uploaded, cancelled())


def _check(replica: Replica, hello: Hello) -> None:
    """Refuse to go on with another server: nothing may be deleted because of an empty answer."""
    if hello.server_id != replica.server_id():
        raise Trouble(Codes.OTHER_SERVER)
    if VERSION not in hello.versions:
        raise Trouble(Codes.VERSION)
