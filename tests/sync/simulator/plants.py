"""Bugs that are planted to prove that the oracles bite: each replaces one part by a faulty one.

Every plant names what the real part takes care of; a schedule run with it must be found broken
within a hundred seeds.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

import msgspec

from field_app.storage import replica as replicas
from field_app.storage.held_records import HeldRecords
from field_app.storage.replica import VaultReplica
from field_app.storage.restored import GivingBack
from sync.domain.commands import Command, subject_of
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Outcome
from sync.domain.question import Question
from sync.domain.records import KINDS, Case, Record, Reveal
from sync.domain.scopes import officer_scope, scopes_of
from sync.domain.snapshot import needs
from sync.engine import engine, uploads
from sync.engine import pull as engine_pull
from sync.engine import push as engine_push
from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Pushed, Result, Status
from sync.protocol.pages import Cursor, Op, Page
from sync.server import commit as commits
from sync.server import compacting
from sync.server.commit import Commit
from sync.server.compacting import SUPERSEDED
from sync.server.handlers import pull as pulls
from sync.server.handlers import push as pushes
from sync.server.handlers.answers import Answers
from sync.server.handlers.push import Batch
from sync.server.repositories import mutations, records
from sync.server.repositories.session import NoRoom
from sync.server.well_formed import read_command

EVERY = 8  # of these feed rows one is forgotten

type Plant = Callable[[], AbstractContextManager[Any]]


def _client(name: str, faulty: Any) -> AbstractContextManager[Any]:
    return mock.patch.object(VaultReplica, name, faulty)


def cursor_before_rows() -> AbstractContextManager[Any]:
    """Keep the cursor in a transaction of its own, before what it stands for."""
    real = VaultReplica.apply_page

    def faulty(self: VaultReplica, page: Page) -> None:
        to = Cursor.parse(page.to)
        with self._vault.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO scope_state VALUES (?, ?, ?, ?, 0)",
                (page.scope, page.epoch, to.commit_no, to.idx),
            )
        real(self, page)

    return _client("apply_page", faulty)


def cursor_one_further() -> AbstractContextManager[Any]:
    """Put the cursor behind the head instead of on it."""
    real = VaultReplica.apply_page

    def faulty(self: VaultReplica, page: Page) -> None:
        real(self, page if page.more else msgspec.structs.replace(page, head=page.head + 1))

    return _client("apply_page", faulty)


def exit_not_purged() -> AbstractContextManager[Any]:
    """Leave on the laptop what has left every scope."""
    return mock.patch.object(HeldRecords, "_purge_if_left", return_value=None)


def exit_purges_unsent() -> AbstractContextManager[Any]:
    """Let a case that leaves take along what was not sent yet."""
    real = HeldRecords._leave

    def faulty(self: HeldRecords, scope: str, ops: Any) -> None:
        real(self, scope, ops)
        unsent = "SELECT seq FROM outbox WHERE case_id = ? AND state = 'queued'"
        for case_id in {op.case_id for op in ops}:
            for table in ("overlay", "outbox"):
                self._connection.execute(f"DELETE FROM {table} WHERE seq IN ({unsent})", (case_id,))

    return mock.patch.object(HeldRecords, "_leave", faulty)


def overlay_not_dropped() -> AbstractContextManager[Any]:
    """Let own work lie over the server's words for ever."""
    real = VaultReplica._drop_echoed

    def faulty(self: VaultReplica) -> Any:
        kept = self._vault.connection.execute("SELECT * FROM overlay").fetchall()
        touched = real(self)
        marks = ", ".join("?" * 6)
        self._vault.connection.executemany(f"INSERT OR IGNORE INTO overlay VALUES ({marks})", kept)
        return touched

    return _client("_drop_echoed", faulty)


def overlay_dropped_early() -> AbstractContextManager[Any]:
    """Take own work from the screen between the answer and its echo."""
    real = VaultReplica.settle

    def faulty(self: VaultReplica, results: Any) -> None:
        real(self, results)
        with self._vault.transaction() as connection:
            connection.execute(
                "DELETE FROM overlay WHERE seq IN (SELECT seq FROM outbox WHERE state = 'acked')"
            )

    return _client("settle", faulty)


def conflict_dropped() -> AbstractContextManager[Any]:
    """Take for done what the server said no to, and tell nobody."""
    return mock.patch.object(replicas, "SETTLED_WELL", frozenset(Status))


def sent_before_answered() -> AbstractContextManager[Any]:
    """Count work as done when it is sent."""
    real = VaultReplica.waiting

    def faulty(self: VaultReplica, limit: int, max_bytes: int) -> Any:
        found = real(self, limit, max_bytes)
        with self._vault.transaction() as connection:
            connection.executemany(
                "UPDATE outbox SET state = 'done' WHERE mid = ?", [(e.mid,) for e in found]
            )
        return found

    return _client("waiting", faulty)


def file_done_before_sent() -> AbstractContextManager[Any]:
    """Count a file as sent before its bytes are."""
    real = uploads._upload

    def faulty(phase: Any, upload: Any) -> Any:
        phase.replica.uploaded(upload.offer.id)
        return real(phase, upload)

    return mock.patch.object(uploads, "_upload", faulty)


def dedupe_skipped() -> AbstractContextManager[Any]:
    """Answer an envelope without a look whether it was answered before."""

    async def faulty(_self: Batch, _envelope: Any) -> None:
        return None

    return mock.patch.object(Batch, "_repeat", faulty)


def effect_repeated() -> AbstractContextManager[Any]:
    """Let a repeated envelope take effect once more."""
    real = Batch._repeat

    async def faulty(self: Batch, envelope: Any) -> Result | None:
        known = await real(self, envelope)
        command = read_command(bytes(envelope.body), envelope.officer_id)
        if known is None or command is None or known.first is not Status.APPLIED:
            return known
        policy = await self._service.rules.of(self._session, self._branch)
        snapshot = await self._commit.hand.snapshot(needs(command))
        outcome = self._outcome(snapshot, envelope, command, policy)
        for change in outcome.changes if isinstance(outcome, Applied) else ():
            kind = str(type(change.record).__struct_config__.tag)
            stands = await self._commit.hand.stands(kind, change.record.id)
            again = msgspec.structs.replace(change, base_rev=stands.rev if stands else 0)
            await self._commit.apply([again])
        return known

    return mock.patch.object(Batch, "_repeat", faulty)


@contextmanager
def result_outside_transaction() -> Iterator[None]:
    """Store answers after the transaction of their effects."""
    real_push, real_add = pushes.push, mutations.add

    async def faulty(service: Any, caller: Any, request: Any) -> Pushed:
        later: list[Any] = []

        async def collect(_session: Any, branch: Any, rows: Any) -> None:
            later.append((branch, rows))

        with mock.patch.object(mutations, "add", collect):
            answer = await real_push(service, caller, request)
        for branch, rows in later:
            await service.database.write(lambda s, b=branch, r=rows: real_add(s, b, r))
        return answer

    with mock.patch.object(pushes, "push", faulty):
        yield


def acknowledged_though_rolled_back() -> AbstractContextManager[Any]:
    """Answer a batch that found no room as if it had been taken."""
    real = pushes.push

    async def faulty(service: Any, caller: Any, request: Any) -> Pushed:
        try:
            return await real(service, caller, request)
        except NoRoom:
            done = tuple(Result(e.mid, e.seq, Status.APPLIED, 1) for e in request.envelopes)
            return Pushed(done, 1, service.clock.now())

    return mock.patch.object(pushes, "push", faulty)


def rev_check_removed() -> AbstractContextManager[Any]:
    """Take a command upon whatever stands: the last one wins."""

    def faulty(question: Question, command: Command) -> Outcome:
        subject = subject_of(command)
        found = question.snapshot.get(KINDS[subject[0]], subject[1]) if subject else None
        if found is not None:
            command = msgspec.structs.replace(command, base_rev=found.rev)
        return decide(question, command)

    return mock.patch.object(pushes, "decide", faulty)


def chain_not_checked() -> AbstractContextManager[Any]:
    """Take envelopes that do not follow each other."""
    return mock.patch.object(Batch, "_prove", return_value=None)


def rights_not_checked() -> AbstractContextManager[Any]:
    """Let everybody act on every case."""
    return mock.patch.object(Question, "works_on", return_value=True)


def reassignment_forgets_children() -> AbstractContextManager[Any]:
    """Let only the case itself leave and arrive when it is reassigned."""
    real = Commit._move

    async def faulty(self: Commit, before: Case, after: Case) -> None:
        async def alone(session: Any, branch: Any, case_id: Any) -> Any:
            return [await records.get(session, branch, "case", case_id)]

        with mock.patch.object(records, "of_case", alone):
            await real(self, before, after)

    return mock.patch.object(Commit, "_move", faulty)


def exit_forgotten() -> AbstractContextManager[Any]:
    """Tell nobody that a case has left."""
    real = commits.Commit._write_feed

    async def faulty(self: Commit, number: int) -> None:
        self._ops = [op for op in self._ops if op.op is not Op.EXIT]
        await real(self, number)

    return mock.patch.object(Commit, "_write_feed", faulty)


def feed_row_missing() -> AbstractContextManager[Any]:
    """Keep one in a few rows from the feed."""
    real = commits.Commit._put

    def faulty(self: Commit, scope: str, stands: Any) -> None:
        if stands.record.id.encode()[-1] % EVERY:
            real(self, scope, stands)

    return mock.patch.object(Commit, "_put", faulty)


def scope_too_wide() -> AbstractContextManager[Any]:
    """Send officers who looked at masked data."""

    def faulty(record: Record, case: Case | None) -> frozenset[str]:
        found = scopes_of(record, case)
        officers = case.officers if isinstance(record, Reveal) and case else ()
        return found | {officer_scope(o) for o in officers}

    return mock.patch.object(commits, "scopes_of", faulty)


def nothing_redacted() -> AbstractContextManager[Any]:
    """Send compliance how to reach a customer."""
    return mock.patch.object(commits, "seen_in", lambda _scope, record: record)


def refusals_not_audited() -> AbstractContextManager[Any]:
    """Tell the audit chain only of what was applied."""
    real = Answers._leaf

    def faulty(self: Answers, envelope: Any, what: str, result: Result) -> None:
        if result.status is Status.APPLIED:
            real(self, envelope, what, result)

    return mock.patch.object(Answers, "_leaf", faulty)


def nothing_put_back() -> AbstractContextManager[Any]:
    """Believe that a server put back from a backup still has everything it once answered."""
    return _client("put_back", lambda _self, _hello: None)


def cursor_outlives_its_server() -> AbstractContextManager[Any]:
    """Go on in a server put back as if nothing of what was read had been lost with it."""

    def faulty(self: GivingBack, state: Any, hello: Any) -> None:
        self._vault.connection.execute(
            "UPDATE scope_state SET epoch = ? WHERE scope = ?", (hello.epoch, state.scope)
        )

    return mock.patch.object(GivingBack, "_go_on", faulty)


def exits_compacted_silently() -> AbstractContextManager[Any]:
    """Let a laptop go on from a cursor behind which exits are no longer told."""
    real = pulls.pull

    async def faulty(
        service: Any, caller: Any, scope: str, after: Any, limit: int, _floor: int, seen: int
    ) -> Any:
        return await real(service, caller, scope, after, limit, 1 << 40, seen)

    return mock.patch.object(pulls, "pull", faulty)


def newest_compacted_away() -> AbstractContextManager[Any]:
    """Keep the oldest op of a record instead of the newest when the feed is compacted."""
    return mock.patch.object(compacting, "SUPERSEDED", SUPERSEDED.replace(" DESC", ""))


def rot_not_mended() -> AbstractContextManager[Any]:
    """Never compare what a laptop holds with what the scope holds."""
    return mock.patch.object(engine_pull, "check_scope", return_value=None)


@contextmanager
def too_old_may_command() -> Iterator[None]:
    """Take everything from a program whose facts alone are still taken."""
    with (
        mock.patch.object(pushes, "only_facts", return_value=True),
        mock.patch.object(engine_push, "_leading_facts", list),
    ):
        yield


def stumble_taken_for_an_answer() -> AbstractContextManager[Any]:
    """Let a laptop believe that what the server stumbled over was refused for good."""
    return mock.patch.object(replicas, "has_stumbled", return_value=False)


def stumble_never_decided() -> AbstractContextManager[Any]:
    """Give what the server stumbled over the same answer for ever."""
    return mock.patch.object(pushes, "has_stumbled", return_value=False)


def update_loses_what_waits() -> AbstractContextManager[Any]:
    """Empty the outbox of a laptop that is told to update."""

    def faulty(replica: Any, *_others: Any) -> None:
        with replica._vault.transaction() as connection:
            connection.execute("DELETE FROM overlay")
            connection.execute("DELETE FROM outbox WHERE state = 'queued'")
        raise Trouble(Codes.VERSION)

    return mock.patch.object(engine, "_wait_for_update", faulty)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        cursor_before_rows,
        cursor_one_further,
        exit_not_purged,
        exit_purges_unsent,
        overlay_not_dropped,
        overlay_dropped_early,
        conflict_dropped,
        sent_before_answered,
        file_done_before_sent,
        dedupe_skipped,
        effect_repeated,
        result_outside_transaction,
        acknowledged_though_rolled_back,
        rev_check_removed,
        chain_not_checked,
        rights_not_checked,
        reassignment_forgets_children,
        exit_forgotten,
        feed_row_missing,
        scope_too_wide,
        nothing_redacted,
        refusals_not_audited,
        nothing_put_back,
        cursor_outlives_its_server,
        exits_compacted_silently,
        newest_compacted_away,
        rot_not_mended,
        too_old_may_command,
        stumble_taken_for_an_answer,
        stumble_never_decided,
        update_loses_what_waits,
    )
}
