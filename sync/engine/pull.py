"""The pull phase: each granted scope page by page, resumed wherever it was left."""

from collections.abc import Sequence

from sync.engine.news import News
from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, ScopeState, Transport
from sync.engine.repair import check_scope
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.pages import Cursor, Page

PAGE = 1000  # ops of the first page: on the worst lines too it is here within seconds
GROWTH = 8  # the pages of a long reading grow to so many times the first


def pull_all(
    replica: Replica,
    transport: Transport,
    scopes: Sequence[str],
    epoch: str,
    on_progress: OnProgress,
    cancelled: Cancelled,
    head: int | None = None,
    news: News | None = None,
) -> int:
    """Read every scope to its head and return how many ops were applied.

    `head` is the branch's newest commit when that is known: nobody is asked for what follows it.
    `news` are first pages that came already.
    """
    known = {s.scope: s for s in replica.scope_states()}
    done = 0
    for scope in scopes:
        state = known.get(scope)
        if state is not None and state.epoch != epoch:
            replica.reset_scope(scope, epoch)
            state = None
        told = replica.told(scope, head) if state is not None and head is not None else None
        if told is not None:
            check_scope(replica, transport, scope, told)
            continue
        came = (news or {}).get((scope, state.cursor)) if state else None
        done = _pull_scope(replica, transport, scope, state, came, done, on_progress, cancelled)
    return done


def _pull_scope(
    replica: Replica,
    transport: Transport,
    scope: str,
    state: ScopeState | None,
    came: Page | None,
    done: int,
    on_progress: OnProgress,
    cancelled: Cancelled,
) -> int:
    after, floor = (state.cursor, state.floor) if state else (Cursor(), 0)
    limit = PAGE
    while not cancelled():
        try:
            page = came or transport.pull(scope, after, limit, floor, replica.foresee)
        except Trouble as trouble:
            if trouble.code is not Codes.RESET or after == Cursor():
                raise
            # Our cursor is ahead of a restored server, or so old that exits are no longer told.
            replica.reset_scope(scope, state.epoch if state else "")
            replica.note_reset(scope)
            after, floor = Cursor(), 0
            continue
        came = None
        if page.scope != scope:
            raise Trouble(Codes.GARBAGE)
        if after.commit_no == 0:
            floor = page.floor
        replica.apply_page(page)
        done += len(page.ops)
        on_progress(Progress("pull", done, done + (1 if page.more else 0)))
        following = Cursor.parse(page.to)
        if not page.more:
            if page.digest is not None:
                check_scope(replica, transport, scope, page.digest)
            break
        if following <= after:
            raise Trouble(Codes.GARBAGE)  # a page that leads nowhere would be asked for ever
        # Every page is a request and a flushed commit: half of a first sync was these.
        after, limit = following, min(4 * limit, GROWTH * PAGE)
    return done
