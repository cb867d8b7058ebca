"""The pull phase: each granted scope page by page, resumed wherever it was left."""

from collections.abc import Sequence

from sync.engine.news import News
from sync.engine.next_page import PAGE, grown
from sync.engine.ports import Cancelled, OnProgress, Progress, Replica, ScopeState, Transport
from sync.engine.repair import check_scope
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.pages import Cursor, Page, onward


def begin_first(
    replica: Replica, transport: Transport, scopes: Sequence[str], cancelled: Cancelled
) -> None:
    """Begin to fetch what `pull_all` asks for first, when that is a scope's beginning."""
    known = {s.scope for s in replica.scope_states()}
    if scopes and scopes[0] not in known and not cancelled():
        transport.ahead(scopes[0], PAGE, replica.foresee)


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
    reading = _Reading(replica, transport, epoch, on_progress, cancelled)
    for scope, following in zip(scopes, (*scopes, "")[1:], strict=True):
        state = known.get(scope)
        if state is not None and state.epoch != epoch:
            replica.reset_scope(scope, epoch)
            state = None
        told = replica.told(scope, head) if state is not None and head is not None else None
        if told is not None:
            check_scope(replica, transport, scope, told)
            continue
        came = (news or {}).get((scope, state.cursor)) if state else None
        reading.read(scope, state, came, "" if following in known else following)
    return reading.done


class _Reading:
    """Reads one scope behind the other; `done` counts the ops of all."""

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        epoch: str,
        on_progress: OnProgress,
        cancelled: Cancelled,
    ) -> None:
        self._replica = replica
        self._transport = transport
        self._epoch = epoch
        self._on_progress = on_progress
        self._cancelled = cancelled
        self.done = 0

    def read(self, scope: str, state: ScopeState | None, came: Page | None, following: str) -> None:
        """Read a scope to its head; the beginning of the one that follows is fetched meanwhile.

        Raises Trouble for the line, and for a page that is another scope's, leads nowhere, or is of
        a server that was put back since it greeted: what that lost is asked for after a greeting.
        """
        after, floor = (state.cursor, state.floor) if state else (Cursor(), 0)
        limit = PAGE
        while not self._cancelled():
            try:
                page = came or self._transport.pull(
                    scope, after, limit, floor, self._replica.foresee
                )
            except Trouble as trouble:
                if trouble.code is not Codes.RESET or after == Cursor():
                    raise
                # Our cursor is ahead of a restored server, or so old that exits are no longer told.
                self._replica.reset_scope(scope, state.epoch if state else "")
                self._replica.note_reset(scope)
                after, floor = Cursor(), 0
                continue
            came = None
            if (page.scope, page.epoch) != (scope, self._epoch):
                raise Trouble(Codes.GARBAGE)
            if following and not page.more:
                self._transport.ahead(following, PAGE, self._replica.foresee)
            self._take(page)
            if not page.more:
                break
            behind = onward(page, after, floor)
            if behind is None:
                raise Trouble(Codes.GARBAGE)  # a page that leads nowhere would be asked for ever
            (after, floor), limit = behind, grown(limit)

    def _take(self, page: Page) -> None:
        self._replica.apply_page(page)
        self.done += len(page.ops)
        self._on_progress(Progress("pull", self.done, self.done + (1 if page.more else 0)))
        if page.digest is not None and not page.more:
            check_scope(self._replica, self._transport, page.scope, page.digest)
