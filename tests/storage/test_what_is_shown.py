"""Random days: whatever server, line and officer do, the screen shows what a plain model says.

The model keeps two dictionaries: what came down (by scope), and what waits (by number). The
vault keeps tables, a view and an index; both must tell the same after every step.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from field_app.storage.case_lists import Wanted
from field_app.storage.vault import Vault
from sync.domain.progress import progress_of
from sync.domain.records import (
    Appointment,
    Case,
    Contact,
    Record,
    Versioned,
    decode_record,
    kind_of,
)
from sync.domain.snapshot import Snapshot
from sync.domain.vocabulary import Channel, ContactResult
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Status
from sync.protocol.pages import FeedRow, Op
from tests.storage.acts import appointment, call, propose
from tests.storage.feed import MINE, answer, gone, page, put
from tests.storage.furnished_vault import FIRST_PULL, KEY, KNOWN, Furnished, furnish

SCOPES = (MINE, "team:north")
IDS = ("a1", "a2", "a3")
TALKED = Contact("k1", KNOWN.id, Channel.PHONE, FIRST_PULL[-1].at, ContactResult.CONNECTED)
BELONGS: tuple[Record, ...] = (KNOWN, FIRST_PULL[-1], TALKED)
ids = st.sampled_from(IDS)
days = st.integers(2, 30)
scopes = st.sampled_from(SCOPES)

type Key = tuple[str, str]


@dataclass
class Waiting:
    """A piece of work as the model knows it; `commit` is set once the server has applied it."""

    envelope: Envelope
    shown: Record
    rev: int
    commit: int = 0
    told: bool = False


@dataclass
class Peer:
    """The server in a few lines: what stands, and the feed of each scope."""

    commit: int = 1
    stands: dict[str, Versioned[Appointment]] = field(default_factory=dict)
    facts: dict[str, Record] = field(default_factory=dict)
    feeds: dict[str, list[FeedRow]] = field(default_factory=dict)
    granted: set[str] = field(default_factory=lambda: {MINE})

    def tell(self, *rows: FeedRow, scopes: set[str] | None = None) -> None:
        """Put one commit into the feeds."""
        self.commit += 1
        for scope in self.granted if scopes is None else scopes:
            numbered = [
                msgspec.structs.replace(r, commit_no=self.commit, idx=n) for n, r in enumerate(rows)
            ]
            self.feeds.setdefault(scope, []).extend(numbered)

    def holdings(self) -> list[FeedRow]:
        """Return the puts of everything that belongs to the case."""
        rows = [put(record) for record in (*BELONGS, *self.facts.values())]
        return rows + [put(v.record, rev=v.rev) for v in self.stands.values()]


class Days(RuleBasedStateMachine):
    """The laptop of Li, its server, and the model of what Li sees."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="yuefang-days-"))
        self.furnished: Furnished = furnish(self.home)
        self.peer = Peer()
        self.down: dict[Key, Versioned[Record]] = {}
        self.members: dict[str, set[Key]] = {scope: set() for scope in SCOPES}
        self.read: dict[str, int] = {}
        self.position = dict.fromkeys(SCOPES, 0)
        self.waiting: dict[int, Waiting] = {}
        self.furnished.store.replica.leave_scopes([])
        self.peer.tell(*self.peer.holdings())
        self.pull(MINE, 99)

    def teardown(self) -> None:
        self.furnished.close()
        shutil.rmtree(self.home)

    # What the officer does.

    @rule(record_id=ids, at=days)
    def plan(self, record_id: str, at: int) -> None:
        seen = self.model().get(("appointment", record_id))
        base = seen.rev if seen else 0
        row = propose(self.furnished, KNOWN.id, record_id, days=at, base_rev=base)
        record = appointment(self.furnished, KNOWN.id, record_id, at)
        self.waiting[row.seq] = Waiting(row.envelope, record, base + 1)

    @precondition(lambda self: ("case", KNOWN.id) in self.down)
    @rule()
    def telephone(self) -> None:
        row = call(self.furnished, KNOWN.id)
        [fact] = [
            v.record
            for v in self.furnished.store.projection.of_case(KNOWN.id)
            if isinstance(v.record, Contact) and ("contact", v.record.id) not in self.model()
        ]
        self.waiting[row.seq] = Waiting(row.envelope, fact, 1)

    @rule()
    def close_and_open(self) -> None:
        self.furnished.close()
        self.furnished.sit(Vault.open(self.furnished.laptop.vault, KEY, os.urandom))

    # What the server does.

    @rule(record_id=ids, at=days)
    def colleague_changes(self, record_id: str, at: int) -> None:
        self.stand(appointment(self.furnished, KNOWN.id, record_id, at))

    def stand(self, record: Appointment) -> None:
        before = self.peer.stands.get(record.id)
        now = Versioned((before.rev if before else 0) + 1, record)
        self.peer.stands[record.id] = now
        self.peer.tell(put(record, rev=now.rev))

    @rule(result=st.sampled_from(ContactResult), channel=st.sampled_from(Channel))
    def colleague_reaches_out(self, result: ContactResult, channel: Channel) -> None:
        fact = Contact(f"k{self.peer.commit}-2", KNOWN.id, channel, FIRST_PULL[-1].at, result)
        self.peer.facts[fact.id] = fact
        self.peer.tell(put(fact))

    @rule(scope=scopes)
    def grants(self, scope: str) -> None:
        if scope not in self.peer.granted:
            self.peer.granted.add(scope)
            self.peer.tell(*self.peer.holdings(), scopes={scope})

    @rule(scope=scopes)
    def takes(self, scope: str) -> None:
        if scope in self.peer.granted:
            self.peer.granted.discard(scope)
            rows = [gone(record) for record in (*BELONGS, *self.peer.facts.values())]
            rows += [gone(v.record) for v in self.peer.stands.values()]
            self.peer.tell(*rows, scopes={scope})

    # What the line does.

    @rule(scope=scopes, count=st.integers(1, 6))
    def pull(self, scope: str, count: int) -> None:
        feed = self.peer.feeds.get(scope, [])
        at = self.position[scope]
        part = feed[at : at + count]
        more = at + count < len(feed)
        head = self.peer.commit
        self.furnished.store.replica.apply_page(page(*part, scope=scope, head=head, more=more))
        self.position[scope] = at + len(part)
        for row in part:
            self.came(scope, row)
        self.read[scope] = part[-1].commit_no if more else head
        self.end_echoed()

    def came(self, scope: str, row: FeedRow) -> None:
        key = (row.kind, row.id)
        if row.op is Op.EXIT:
            self.members[scope].discard(key)
            if not any(key in keys for keys in self.members.values()):
                self.down.pop(key, None)
            return
        self.members[scope].add(key)
        if row.body is not None and (key not in self.down or self.down[key].rev <= row.rev):
            self.down[key] = Versioned(row.rev, decode_record(row.kind, row.body))

    @precondition(lambda self: self.unanswered())
    @rule(
        status=st.sampled_from(["applied", "applied", "refused", "conflict", "gone"]),
        lost=st.booleans(),
        later=st.booleans(),
    )
    def push_one(self, status: str, lost: bool, later: bool) -> None:
        """Send the oldest; the answer may be lost on the way and comes with the repeat.

        `later`: the server keeps a window otherwise than it was shown.
        """
        seq, work = self.unanswered()[0]
        if work.commit:
            result = answer(work.envelope, Status.ALREADY, work.commit, first=Status.APPLIED)
        elif status == "applied":
            self.take(work, later)
            result = answer(work.envelope, Status.APPLIED, work.commit)
        else:
            result = answer(work.envelope, Status(status))
        if lost and status == "applied":
            return
        self.furnished.store.replica.settle([result])
        if work.commit:
            work.told = True
        else:
            del self.waiting[seq]
        self.end_echoed()

    def take(self, work: Waiting, later: bool) -> None:
        if isinstance(work.shown, Appointment):
            end = work.shown.end.replace(minute=59) if later else work.shown.end
            self.stand(msgspec.structs.replace(work.shown, end=end))
        else:
            self.peer.facts[work.shown.id] = work.shown
            self.peer.tell(put(work.shown))
        work.commit = self.peer.commit

    def unanswered(self) -> list[tuple[int, Waiting]]:
        return [(n, w) for n, w in sorted(self.waiting.items()) if not w.told]

    def end_echoed(self) -> None:
        reached = min(self.read.values(), default=0)
        done = [n for n, w in self.waiting.items() if w.told and w.commit <= reached]
        for number in done:
            del self.waiting[number]

    # What Li must see.

    def model(self) -> dict[Key, Versioned[Record]]:
        shown = dict(self.down)
        for _, work in sorted(self.waiting.items()):
            shown[kind_of(work.shown), work.shown.id] = Versioned(work.rev, work.shown)
        return shown

    @invariant()
    def the_records_are_those_of_the_model(self) -> None:
        got = self.furnished.store.projection.of_case(KNOWN.id)
        assert {(kind_of(v.record), v.record.id): v for v in got} == self.model()
        assert len(got) == len(self.model())

    @invariant()
    def the_marks_are_those_of_the_model(self) -> None:
        waits = {(kind_of(w.shown), w.shown.id) for w in self.waiting.values()}
        assert self.furnished.store.projection.pending_of(KNOWN.id) == waits

    @invariant()
    def the_list_is_that_of_the_model(self) -> None:
        listed = self.furnished.store.lists.page(Wanted(), None, 9)
        rows = [(row.next_step, row.next_at, row.pending) for row in listed]
        model = self.model()
        case = model.get(("case", KNOWN.id))
        if case is None:
            assert rows == []
            return
        assert isinstance(case.record, Case)
        progress = progress_of(Snapshot(model.values()), case.record)
        at = progress.next_at.isoformat() if progress.next_at else "9999"
        assert rows == [(progress.next_step, at, int(bool(self.waiting)))]

    @invariant()
    def nothing_unanswered_is_ever_lost(self) -> None:
        waiting = self.furnished.store.replica.waiting(1000, 1 << 30)
        assert [e.seq for e in waiting] == [n for n, _ in self.unanswered()]
        assert list(waiting) == [w.envelope for _, w in self.unanswered()]


Days.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestDays = Days.TestCase
