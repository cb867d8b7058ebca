"""The one way in: a command is decided, signed and kept in one transaction."""

import msgspec

from field_app.operations.desk import Desk
from sync.domain.commands import Command, name_of
from sync.domain.decide import decide
from sync.domain.ids import CaseId, MutationId
from sync.domain.outcome import Applied, Conflict, Gone, Refused
from sync.domain.question import Question
from sync.domain.records import case_of, kind_of
from sync.domain.situation import Decision
from sync.domain.snapshot import needs


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
    store = desk.store
    now = desk.clock.now()
    with store.vault.transaction():
        snapshot = store.projection.snapshot(needs(command))
        outcome = decide(Question(snapshot, desk.me, desk.policy, now), command)
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
