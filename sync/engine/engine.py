"""One sync: who are we, send what waits, read new rules and records, send files. One at a time.

Every step is its own local transaction, so a sync may be cut anywhere and is simply begun again.
"""

import msgspec

from sync.engine.maps import fetch_map, pull_map
from sync.engine.news import WITH_NEWS, News, places, read_news
from sync.engine.pace import Pace
from sync.engine.policy import pull_policy
from sync.engine.ports import Cancelled, MapShelf, OnProgress, Progress, Replica, Transport
from sync.engine.pull import begin_first, pull_all
from sync.engine.push import push_all, push_facts
from sync.engine.trouble import Trouble, other_version
from sync.engine.uploads import Uploads, upload_all
from sync.engine.wipe import WIPE
from sync.engine.witness import check_record
from sync.protocol.messages import Codes, Hello
from sync.protocol.versions import is_too_old


class SyncReport(msgspec.Struct, frozen=True):
    """What one sync did; `cancelled` when the person stopped it in between.

    `files_left`: files or the map gave way to commands and want another sync at once.
    `files_trouble` is the code of what was wrong with a file alone, empty when nothing was.
    """

    sent: int
    received: int
    uploaded_bytes: int
    cancelled: bool
    files_left: bool = False
    files_trouble: str = ""


def sync_once(
    replica: Replica,
    transport: Transport,
    *,
    on_progress: OnProgress,
    cancelled: Cancelled,
    pace: Pace | None = None,
    shelf: MapShelf | None = None,
    map_pace: Pace | None = None,
) -> SyncReport:
    """Bring laptop and server together once; raises Trouble and leaves every finished step done.

    `map_pace` is the map's own, without one it keeps to that of the files.
    """
    on_progress(Progress("hello", 0, 0))
    hello, greeted = _greet(replica, transport)
    _meet(replica, hello)
    if (trouble := _too_old(transport, hello)) is not None:
        _wait_for_update(replica, transport, hello, on_progress, cancelled)
        raise trouble
    sent, news = push_all(replica, transport, hello.epoch, on_progress, cancelled)
    if hello.wipe is not None and not cancelled():
        upload_all(replica, transport, pace or Pace(), on_progress, cancelled)
        raise Trouble(Codes.REVOKED, **{WIPE: msgspec.to_builtins(hello.wipe)})
    if hello.forked or hello.last_seq > replica.last_seq():
        # What was recorded here has gone up; nothing comes down to one of two copies.
        raise Trouble(Codes.FORKED)
    pull_policy(
        replica, transport, hello, lambda: begin_first(replica, transport, hello.scopes, cancelled)
    )
    if shelf is not None:
        pull_map(shelf, transport, hello)
    # What went up has moved the head, and what came with the greeting ends before it.
    head, news = (None, news) if sent else (hello.head, greeted)
    received = _read(replica, transport, hello, head, news, on_progress, cancelled)
    if not cancelled():
        check_record(replica, transport)
    files = Uploads()
    if not cancelled():
        files = upload_all(replica, transport, pace or Pace(), on_progress, cancelled)
    if not cancelled():
        replica.note_sync()
    gave_way = files.gave_way
    if shelf is not None and not gave_way and not cancelled():
        own = map_pace or pace or Pace()
        gave_way = fetch_map(shelf, replica, transport, own, on_progress, cancelled)
    on_progress(Progress("done", sent + received, sent + received))
    wrong = str(files.trouble.code) if files.trouble else ""
    return SyncReport(sent, received, files.sent, cancelled(), gave_way, wrong)


def _greet(replica: Replica, transport: Transport) -> tuple[Hello, News]:
    """Ask who we are, and what is new where nothing waits: unsent work goes before all else."""
    states = replica.scope_states()
    epoch = states[0].epoch if states else ""
    waits = transport.version < WITH_NEWS or replica.waiting_count()
    reads = {} if waits else places(states, epoch)
    hello = transport.hello(epoch, tuple(reads.values()))
    return hello, read_news(hello.pages, reads)


def _meet(replica: Replica, hello: Hello) -> None:
    """Take in who answers: raises Trouble when it is another server than this laptop's."""
    if hello.server_id != replica.server_id():
        # Nothing may be deleted because of another server's empty answer.
        raise Trouble(Codes.OTHER_SERVER)
    replica.met(hello.server_time)
    replica.put_back(hello)
    if hello.checkpoint is not None:
        replica.saw(hello.checkpoint)


def _read(
    replica: Replica,
    transport: Transport,
    hello: Hello,
    head: int | None,
    news: News,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> int:
    """Read what is granted, after unsent work went up; return how many ops came.

    A scope that is not there any more was taken away meanwhile, with a team: then once more as is
    granted now. Raises Trouble when nothing else is.
    """

    def granted(told: Hello, head: int | None, news: News) -> int:
        if not cancelled():
            replica.leave_scopes(told.scopes)
        return pull_all(
            replica, transport, told.scopes, told.epoch, on_progress, cancelled, head, news
        )

    try:
        return granted(hello, head, news)
    except Trouble as trouble:
        now = transport.hello() if trouble.code is Codes.NOT_FOUND else hello
        if now.scopes == hello.scopes:
            raise
    _meet(replica, now)
    return granted(now, None, {})


def _too_old(transport: Transport, hello: Hello) -> Trouble | None:
    """Return the trouble of two sides of which one must be updated, None when they may work."""
    if transport.version not in hello.versions:
        return other_version(transport.version, hello.versions)
    if is_too_old(transport.program, hello.least_client):
        return Trouble(Codes.CLIENT)
    return None


def _wait_for_update(
    replica: Replica,
    transport: Transport,
    hello: Hello,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> None:
    """Send the facts that may still go up: one of both sides must be updated.

    Everything else waits as it is, and goes up once both speak one version again.
    """
    if transport.version in (*hello.facts_of, *hello.versions):
        push_facts(replica, transport, hello.epoch, on_progress, cancelled)
