"""The one way in: a command is decided, signed and kept in one transaction."""

from collections.abc import Callable

import msgspec

from field_app.operations.desk import Desk
from field_app.storage.time_mark import TimeMark
from sync.domain.commands import Command, encode_command, name_of
from sync.domain.decide import decide
from sync.domain.hidden_text import first_hidden
from sync.domain.ids import CaseId, MutationId
from sync.domain.outcome import Applied, Conflict, Gone, Refused, refused
from sync.domain.question import Question
from sync.domain.records import case_of, kind_of
from sync.domain.situation import Decision
from sync.domain.snapshot import needs
from sync.protocol.messages import MAX_BATCH_BYTES

RULES = frozenset({"policy"})  # the kind of change when other rules came into force


class Changes(msgspec.Struct, frozen=True):
    """What a write changed; each screen decides whether it cares."""

    cases: frozenset[CaseId] = frozenset()
    kinds: frozenset[str] = frozenset()


class Saved(msgspec.Struct, frozen=True):
    """It is on this laptop's disk and will be sent."""

    mid: MutationId
    changes: Changes
    decision: Decision | None = None


type Written = Saved | Refused | Conflict | Gone


def submit(desk: Desk, command: Command) -> Written:
    """Decide a command and keep it with its effect; a refusal changes nothing."""
    hidden = first_hidden(command)
    if hidden:
        return refused("text.hidden", where=hidden)
    if len(encode_command(command)) > MAX_BATCH_BYTES:
        return refused("text.too_much")  # it would never get through, nor anything behind it
    store = desk.store
    now = desk.clock.now()
    mark = TimeMark(store.vault)
    if mark.is_behind(now):
        return refused("clock.set_back")
    with store.vault.transaction():
        mark.move_on(now)
        snapshot = store.projection.snapshot(needs(command))
        # The rules are asked about the hour it really is, as the server will ask them.
        judged_at = store.server_time.now()
        outcome = decide(Question(snapshot, desk.me, desk.policy, judged_at), command)
        if not isinstance(outcome, Applied):
            return outcome
        mid = MutationId(desk.ids.fresh())
        records = [change.record for change in outcome.changes]
        cases = frozenset(c for c in map(case_of, records) if c)
        store.audit.add(now, "submit", command=name_of(command), mid=mid)
        store.outbox.add(mid, command, outcome.changes, desk.signer, now)
        store.index.refresh(cases)
    kinds = frozenset(map(kind_of, records))
    return Saved(mid, Changes(cases, kinds), outcome.decision)


class _NotKept(Exception):
    """Takes everything back; carries the refusal out of the transaction."""

    def __init__(self, answer: Written) -> None:
        super().__init__("not kept")
        self.answer = answer


def together(desk: Desk, *acts: Callable[[], Written]) -> Written:
    """Act several times or not at all: the first answer with all changes, or the first no."""
    kept: list[Saved] = []
    try:
        with desk.store.vault.transaction():
            for act in acts:
                written = act()
                if not isinstance(written, Saved):
                    raise _NotKept(written)
                kept.append(written)
    except _NotKept as trouble:
        return trouble.answer
    cases = frozenset[CaseId]().union(*(one.changes.cases for one in kept))
    kinds = frozenset[str]().union(*(one.changes.kinds for one in kept))
    decision = next((one.decision for one in kept if one.decision), None)
    return Saved(kept[0].mid, Changes(cases, kinds), decision)
