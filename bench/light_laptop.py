"""A laptop's store in memory, so that thousands fit beside a server: the engine sees no difference.

It keeps of each record what its digest needs, checks every scope against the server's sums, and
remembers what was answered. A scope that differs ends the bench: nothing is mended here.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic

from bench.bank import Laptop
from sync.domain.commands import Command
from sync.domain.ids import DeviceId, IdSource, MutationId
from sync.engine.ports import ScopeState, UploadState
from sync.protocol.checkpoint import Checkpoint, Unproven
from sync.protocol.digest import Digest, HeldRow, Key, digest_of, row_hash
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Clocks, Hello, Result, Status
from sync.protocol.pages import Cursor, Op, Page
from sync.protocol.policy_bundle import Distrust, PolicyStanding, Trusted, bundle_hash


class LightReplica:
    """One laptop's records, outbox and cursors; the engine's `Replica`."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._outbox: deque[Envelope] = deque()
        self._states: dict[str, ScopeState] = {}
        self._held: dict[str, dict[Key, bytes]] = {}
        enrolled = laptop.enrolled
        self._policy = PolicyStanding(enrolled.branch_id, enrolled.policy_key)
        self._proven: Checkpoint | None = None
        self._newest: Checkpoint | None = None
        self.answers: dict[MutationId, Status] = {}

    def record(self, commands: Iterable[Command], ids: IdSource) -> None:
        """Sign what was done and let it wait."""
        self._outbox += [self._laptop.sealed(command, ids) for command in commands]

    def device_id(self) -> DeviceId:
        """Return this laptop's id."""
        return self._laptop.device_id

    def server_id(self) -> str:
        """Return the server it was enrolled with."""
        return self._laptop.enrolled.server_id

    def last_seq(self) -> int:
        """Return the number of its newest envelope."""
        return self._laptop.seq

    def waiting(self, limit: int, max_bytes: int) -> Sequence[Envelope]:
        """Return the first that wait."""
        found: list[Envelope] = []
        size = 0
        for envelope in self._outbox:
            size += len(bytes(envelope.body))
            if len(found) == limit or (found and size > max_bytes):
                break
            found.append(envelope)
        return found

    def waiting_count(self) -> int:
        """Return how many wait."""
        return len(self._outbox)

    def settle(self, results: Sequence[Result]) -> None:
        """Keep the answers."""
        self.answers |= {r.mid: r.status for r in results}
        while self._outbox and self._outbox[0].mid in self.answers:
            self._outbox.popleft()

    def note_attempt(self, mids: Sequence[MutationId], trouble: str) -> None:
        """Go on: the driver counts troubles."""

    def scope_states(self) -> Sequence[ScopeState]:
        """Return how far each scope was read."""
        return tuple(self._states.values())

    def apply_page(self, page: Page) -> None:
        """Keep a page's records by their hashes."""
        held = self._held.setdefault(page.scope, {})
        for op in page.ops:
            if op.op is Op.PUT:
                held[op.kind, op.id] = row_hash(op.kind, op.id, op.rev, bytes(op.body))
            else:
                held.pop((op.kind, op.id), None)
        self._states[page.scope] = ScopeState(page.scope, Cursor.parse(page.to), page.epoch)
        if page.checkpoint is not None:
            self.saw(page.checkpoint)

    def foresee(self, page: Page) -> None:
        """Reckon nothing beforehand."""

    def reset_scope(self, scope: str, epoch: str) -> None:
        """Forget a scope."""
        self._held.pop(scope, None)
        self._states[scope] = ScopeState(scope, Cursor(), epoch)

    def told(self, scope: str, head: int) -> Digest | None:
        """Return None: it asks for every scope with every sync, as a laptop just started does."""
        return None

    def suits(self, scope: str, digest: Digest) -> bool:
        """Say whether the scope adds up; raises AssertionError when it does not."""
        mine = digest_of(self._held.get(scope, {}).values())
        assert mine == digest, f"{scope}: {mine.n} records here, {digest.n} at the server"
        return True

    def bucket_sums(self, scope: str) -> Mapping[int, Digest]:
        """Never asked: scopes always suit."""
        raise NotImplementedError

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[HeldRow]:
        """Never asked: scopes always suit."""
        raise NotImplementedError

    def repair(self, scope: str, pages: Sequence[Page], gone: Sequence[Key]) -> None:
        """Never asked: scopes always suit."""
        raise NotImplementedError

    def put_back(self, hello: Hello) -> None:
        """Expect the server that was there before."""
        assert hello.epoch == self._laptop.enrolled.epoch, "the server was put back"

    def note_reset(self, scope: str) -> None:
        """Expect no scope to be read anew."""
        raise AssertionError(f"{scope} was read anew")

    def leave_scopes(self, kept: Sequence[str]) -> None:
        """Forget scopes that are no longer granted."""
        for scope in self._states.keys() - set(kept):
            del self._states[scope]
            self._held.pop(scope, None)

    def uploads(self) -> Sequence[UploadState]:
        """Return no file."""
        return ()

    def read_upload(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Never asked: no file waits."""
        raise NotImplementedError

    def uploaded(self, attachment_id: str) -> None:
        """Never told: no file waits."""
        raise NotImplementedError

    def policy_standing(self) -> PolicyStanding:
        """Return the rules it has."""
        return self._policy

    def keep_policy(self, proven: Trusted) -> None:
        """Keep proven rules."""
        bundle = proven.bundle
        self._policy = PolicyStanding(
            bundle.branch_id, proven.key, bundle.serial, bundle_hash(bundle)
        )

    def note_policy(self, trouble: Distrust | None) -> None:
        """Expect rules that can be believed."""
        assert trouble is None, trouble

    def saw(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint."""
        if self._newest is None or checkpoint.size >= self._newest.size:
            self._newest = checkpoint

    def unproven(self) -> Unproven | None:
        """Return what is to be proven when the log has grown since the last sync."""
        older, newest = self._proven, self._newest
        self._proven = newest if older is None else older
        if older is None or newest is None or older.size >= newest.size:
            return None
        return Unproven((older,), newest)

    def proved(self, newest: Checkpoint) -> None:
        """Begin from here the next time."""
        self._proven = newest

    def disproved(self, newest: Checkpoint) -> None:
        """Expect a log that only grows."""
        raise AssertionError(f"the log of {newest.size} entries did not grow out of what was seen")

    def clocks(self) -> Clocks:
        """Return what its clocks show; no envelope is of this boot."""
        now = datetime.now(UTC)
        return Clocks(now, "bench", round(monotonic() * 1000))

    def met(self, server_at: datetime) -> None:
        """Nothing is to be shown to anybody."""

    def note_sync(self) -> None:
        """Nothing is to be shown to anybody."""
