"""The sync engine's replica, each call made on the store thread; tells what pages changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from field_app.background.store_thread import StoreThread
from field_app.operations.submit import RULES, Changes
from sync.domain.ids import DeviceId, MutationId
from sync.engine.ports import Replica, ScopeState, UploadState
from sync.protocol.checkpoint import Checkpoint, Unproven
from sync.protocol.digest import Digest, HeldRow, Key
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Clocks, Hello, Result
from sync.protocol.pages import Page
from sync.protocol.policy_bundle import Distrust, PolicyStanding, Trusted


class ReplicaHop:
    """Satisfies `sync.engine.ports.Replica` from the network thread."""

    def __init__(
        self, store: StoreThread, replica: Replica, on_changes: Callable[[Changes], None]
    ) -> None:
        self._store = store
        self._replica = replica
        self._on_changes = on_changes

    def device_id(self) -> DeviceId:
        """Return this laptop's id."""
        return self._store.hop(self._replica.device_id)

    def server_id(self) -> str:
        """Return the id of the server this laptop was enrolled with."""
        return self._store.hop(self._replica.server_id)

    def last_seq(self) -> int:
        """Return the number of the newest envelope."""
        return self._store.hop(self._replica.last_seq)

    def waiting(self, limit: int, max_bytes: int) -> Sequence[Envelope]:
        """Return unsent envelopes."""
        return self._store.hop(lambda: self._replica.waiting(limit, max_bytes))

    def clocks(self) -> Clocks:
        """Return what this laptop's clocks show now."""
        return self._store.hop(self._replica.clocks)

    def waiting_count(self) -> int:
        """Return how many envelopes are not yet answered, without those it has stumbled over."""
        return self._store.hop(self._replica.waiting_count)

    def settle(self, results: Sequence[Result]) -> None:
        """Keep the server's answers."""
        self._store.hop(lambda: self._replica.settle(results))
        self._on_changes(Changes())

    def note_attempt(self, mids: Sequence[MutationId], trouble: str) -> None:
        """Count a failed try."""
        self._store.hop(lambda: self._replica.note_attempt(mids, trouble))

    def scope_states(self) -> Sequence[ScopeState]:
        """Return the scopes this laptop holds."""
        return self._store.hop(self._replica.scope_states)

    def apply_page(self, page: Page) -> None:
        """Apply one page."""
        self._store.hop(lambda: self._replica.apply_page(page))
        cases = frozenset(op.case_id for op in page.ops if op.case_id)
        self._on_changes(Changes(cases, frozenset(op.kind for op in page.ops)))

    def foresee(self, page: Page) -> None:
        """Reckon beforehand where the page was fetched: the store thread has the one before."""
        self._replica.foresee(page)

    def reset_scope(self, scope: str, epoch: str) -> None:
        """Begin the scope anew."""
        self._store.hop(lambda: self._replica.reset_scope(scope, epoch))

    def told(self, scope: str, head: int) -> Digest | None:
        """Return the digest the server told of the scope at this commit."""
        return self._store.hop(lambda: self._replica.told(scope, head))

    def suits(self, scope: str, digest: Digest) -> bool:
        """Say whether the scope's records add up to this."""
        return self._store.hop(lambda: self._replica.suits(scope, digest))

    def bucket_sums(self, scope: str) -> Mapping[int, Digest]:
        """Return the digests of the scope's buckets."""
        return self._store.hop(lambda: self._replica.bucket_sums(scope))

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[HeldRow]:
        """Return what these buckets hold."""
        return self._store.hop(lambda: self._replica.bucket_rows(scope, buckets))

    def repair(self, scope: str, pages: Sequence[Page], gone: Sequence[Key]) -> None:
        """Put right what differed."""
        self._store.hop(lambda: self._replica.repair(scope, pages, gone))
        ops = [op for page in pages for op in page.ops]
        cases = frozenset(op.case_id for op in ops if op.case_id)
        kinds = {op.kind for op in ops} | {kind for kind, _ in gone}
        self._on_changes(Changes(cases, frozenset(kinds)))

    def put_back(self, hello: Hello) -> None:
        """Queue again what the server lost."""
        self._store.hop(lambda: self._replica.put_back(hello))

    def note_reset(self, scope: str) -> None:
        """Note that a scope is read anew."""
        self._store.hop(lambda: self._replica.note_reset(scope))

    def leave_scopes(self, kept: Sequence[str]) -> None:
        """Purge what is no longer granted."""
        self._store.hop(lambda: self._replica.leave_scopes(kept))

    def uploads(self) -> Sequence[UploadState]:
        """Return files whose bytes the server has not."""
        return self._store.hop(self._replica.uploads)

    def read_upload(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Return plain bytes of a file."""
        return self._store.hop(lambda: self._replica.read_upload(attachment_id, offset, size))

    def uploaded(self, attachment_id: str) -> None:
        """Note that the server has the whole file."""
        self._store.hop(lambda: self._replica.uploaded(attachment_id))

    def policy_standing(self) -> PolicyStanding:
        """Return what this laptop believes of the rules."""
        return self._store.hop(self._replica.policy_standing)

    def keep_policy(self, proven: Trusted) -> None:
        """Keep proven rules; every screen asks the rules again."""
        self._store.hop(lambda: self._replica.keep_policy(proven))
        self._on_changes(Changes(kinds=RULES))

    def note_policy(self, trouble: Distrust | None) -> None:
        """Keep why newer rules were not believed."""
        self._store.hop(lambda: self._replica.note_policy(trouble))

    def saw(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint of the server's log."""
        self._store.hop(lambda: self._replica.saw(checkpoint))

    def unproven(self) -> Unproven | None:
        """Return the checkpoints that are to be proven now."""
        return self._store.hop(self._replica.unproven)

    def proved(self, newest: Checkpoint) -> None:
        """Note that the log only grew."""
        self._store.hop(lambda: self._replica.proved(newest))

    def disproved(self, newest: Checkpoint) -> None:
        """Note that it was changed."""
        self._store.hop(lambda: self._replica.disproved(newest))

    def met(self, server_at: datetime) -> None:
        """Keep what the server's clock shows now."""
        self._store.hop(lambda: self._replica.met(server_at))

    def note_sync(self) -> None:
        """Keep when the last whole sync ended."""
        self._store.hop(self._replica.note_sync)
