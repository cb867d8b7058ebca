"""What the sync engine needs from its laptop and its line: two Protocols and their values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from sync.domain.ids import DeviceId, MutationId
from sync.protocol.checkpoint import Checkpoint, Consistency, Unproven
from sync.protocol.digest import Buckets, Digest, HeldRow, HeldRows, Key, WantedRecords
from sync.protocol.envelope import Envelope
from sync.protocol.lease import Escrow, Kept, LeaseGrant, ResetAnswer, ResetAsk
from sync.protocol.messages import (
    AttachmentOffer,
    AttachmentState,
    Clocks,
    Enrol,
    Enrolled,
    Hello,
    Push,
    Pushed,
    Reading,
    Result,
)
from sync.protocol.pages import Cursor, Page
from sync.protocol.policy_bundle import Distrust, PolicyNews, PolicyStanding, Trusted
from sync.protocol.published_map import MapDistrust, MapNews, MapStanding, PublishedMap

type OnPage = Callable[[Page], None]


def let_be(_page: Page) -> None:
    """Do nothing with a page."""


class ScopeState(msgspec.Struct, frozen=True):
    """How far one scope is on this laptop; `floor` is what its reading began upon, see `Page`."""

    scope: str
    cursor: Cursor
    epoch: str
    floor: int = 0


class UploadState(msgspec.Struct, frozen=True):
    """A file waiting to go up."""

    offer: AttachmentOffer
    mid: MutationId


class Replica(Protocol):
    """The laptop's store as the engine sees it; each method is one local transaction."""

    def device_id(self) -> DeviceId:
        """Return this laptop's id."""
        ...

    def server_id(self) -> str:
        """Return the id of the server this laptop was enrolled with."""
        ...

    def last_seq(self) -> int:
        """Return the number of the newest envelope this laptop made."""
        ...

    def waiting(self, limit: int, max_bytes: int) -> Sequence[Envelope]:
        """Return unsent envelopes, lowest number first, at least one when any waits.

        What the server has stumbled over comes last: it has its place in the chain already.
        """
        ...

    def clocks(self) -> Clocks:
        """Return what this laptop's clocks show now."""
        ...

    def waiting_count(self) -> int:
        """Return how many envelopes are not yet answered, without those it has stumbled over."""
        ...

    def settle(self, results: Sequence[Result]) -> None:
        """Keep the server's answers: applied rows wait for their echo, others need attention.

        What the server stumbled over stays unsent and is tried again with the next sync.
        """
        ...

    def note_attempt(self, mids: Sequence[MutationId], trouble: str) -> None:
        """Count a failed try of these envelopes and keep its code."""
        ...

    def scope_states(self) -> Sequence[ScopeState]:
        """Return the scopes this laptop holds, with their cursors."""
        ...

    def apply_page(self, page: Page) -> None:
        """Apply one page and its cursor in one transaction; the same page twice changes nothing."""
        ...

    def foresee(self, page: Page) -> None:
        """Reckon what `apply_page` will need of a page; called on any thread, reads nothing."""
        ...

    def reset_scope(self, scope: str, epoch: str) -> None:
        """Begin the scope anew from the start; unsent work and own facts stay."""
        ...

    def told(self, scope: str, head: int) -> Digest | None:
        """Return the digest the server told of the scope, when it was read up to this commit.

        None too when that is no longer known: then the scope is read once more.
        """
        ...

    def suits(self, scope: str, digest: Digest) -> bool:
        """Say whether the scope's records add up to this; True too when it was looked at lately."""
        ...

    def bucket_sums(self, scope: str) -> Mapping[int, Digest]:
        """Return the digests of the scope's buckets that are not empty."""
        ...

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[HeldRow]:
        """Return what these buckets hold."""
        ...

    def repair(self, scope: str, pages: Sequence[Page], gone: Sequence[Key]) -> None:
        """Put right what differed from the server, in one transaction, and note the incident."""
        ...

    def put_back(self, hello: Hello) -> None:
        """Queue again, in their old order, answered envelopes that this server does not have.

        Scopes that were not read beyond what outlived an earlier epoch go on in the new one.
        """
        ...

    def note_reset(self, scope: str) -> None:
        """Note that a scope is read anew: the server no longer tells what came in between."""
        ...

    def leave_scopes(self, kept: Sequence[str]) -> None:
        """Purge what is held only through scopes that are no longer granted."""
        ...

    def uploads(self) -> Sequence[UploadState]:
        """Return files whose facts the server has and whose bytes it has not."""
        ...

    def read_upload(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Return up to `size` plain bytes of the file from `offset`."""
        ...

    def uploaded(self, attachment_id: str) -> None:
        """Note that the server has the whole file."""
        ...

    def policy_standing(self) -> PolicyStanding:
        """Return the policy key this laptop believes and the newest rules it has."""
        ...

    def keep_policy(self, proven: Trusted) -> None:
        """Keep proven rules and put them in force, when this program can read them."""
        ...

    def note_policy(self, trouble: Distrust | None) -> None:
        """Keep why newer rules were not believed; None when all is well."""
        ...

    def saw(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint of the server's log; `apply_page` does so by itself."""
        ...

    def unproven(self) -> Unproven | None:
        """Return the checkpoints that are to be proven now, None when it is not time."""
        ...

    def proved(self, newest: Checkpoint) -> None:
        """Note that the log grew out of what this laptop saw before."""
        ...

    def disproved(self, newest: Checkpoint) -> None:
        """Note that it did not."""
        ...

    def met(self, server_at: datetime) -> None:
        """Keep what the server's clock shows now."""
        ...

    def note_sync(self) -> None:
        """Keep when the last whole sync ended."""
        ...


class MapShelf(Protocol):
    """Where a laptop keeps the bank's map; file acts may raise `MapRefused`."""

    def standing(self) -> MapStanding:
        """Return what this laptop believes of the map."""
        ...

    def keep(self, told: PublishedMap) -> None:
        """Keep a proven description."""
        ...

    def note(self, trouble: MapDistrust | None) -> None:
        """Keep why the map is not here, which ends the wish for it."""
        ...

    def wanted(self) -> PublishedMap | None:
        """Return the map that somebody asked for and that is not here."""
        ...

    def begun(self, told: PublishedMap) -> int:
        """Return how many bytes of it are here."""
        ...

    def append(self, told: PublishedMap, at: int, data: bytes) -> int:
        """Write a piece at its place; return how many bytes are here now."""
        ...

    def install(self, told: PublishedMap) -> None:
        """Put the whole file in its place, after it was compared with what was signed."""
        ...


class Transport(Protocol):
    """The line to the server. Every method may raise `sync.engine.trouble.Trouble`.

    `version` is the one of the protocol that this side speaks, `program` its own.
    """

    version: int
    program: str

    def enrol(self, request: Enrol) -> Enrolled:
        """Introduce this laptop with a one-time code."""
        ...

    def hello(self, epoch: str = "", reads: Sequence[Reading] = ()) -> Hello:
        """Ask who we are to the server, and what follows in these scopes of its epoch.

        Whoever has reason to leaves out scopes: they are asked for by themselves.
        """
        ...

    def lease(self) -> LeaseGrant:
        """Ask for a longer time without a line."""
        ...

    def keep_escrow(self, escrow: Escrow) -> Kept:
        """Put the vault's key, sealed, into the custodians' hands."""
        ...

    def wiped(self) -> Kept:
        """Tell that this laptop's keys are destroyed."""
        ...

    def reset(self, ask: ResetAsk) -> ResetAnswer:
        """Ask for the key of a vault whose passphrase is forgotten; needs no token."""
        ...

    def push(self, push: Push) -> Pushed:
        """Send envelopes."""
        ...

    def ahead(self, scope: str, limit: int, foresee: OnPage = let_be) -> None:
        """Begin to fetch the first page of a scope, which `pull` is about to ask for.

        What is wrong with it is told by that `pull`, and a page that nobody asks for is dropped.
        """
        ...

    def pull(
        self, scope: str, after: Cursor, limit: int, floor: int, foresee: OnPage = let_be
    ) -> Page:
        """Fetch the next page of a scope whose reading began upon this floor.

        Whoever fetches pages ahead lets `foresee` have each of them there, on its own thread.
        """
        ...

    def digest(self, scope: str) -> Buckets:
        """Fetch the sums of a scope's buckets."""
        ...

    def held(self, scope: str, buckets: Sequence[int]) -> HeldRows:
        """Fetch what some buckets of a scope hold."""
        ...

    def records(self, wanted: WantedRecords) -> Page:
        """Fetch some records of a scope again."""
        ...

    def policy(self, after: int) -> PolicyNews:
        """Fetch the rules in force when their serial is higher."""
        ...

    def map_news(self, after: int) -> MapNews:
        """Fetch what is published of map packs when its serial is higher."""
        ...

    def map_piece(self, sha256: str, offset: int, size: int) -> bytes:
        """Fetch up to `size` bytes of the map pack in force from `offset`, at least one."""
        ...

    def consistency(self, older: Sequence[int], newer: int) -> Consistency:
        """Fetch the proof that the log of `newer` entries begins with each older one."""
        ...

    def offer(self, offer: AttachmentOffer) -> AttachmentState:
        """Announce a file, or ask how far it is."""
        ...

    def send_chunk(self, attachment_id: str, offset: int, data: bytes) -> AttachmentState:
        """Send bytes at an offset."""
        ...

    def fetch(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Fetch up to `size` bytes of a file from `offset`."""
        ...


class Progress(msgspec.Struct, frozen=True):
    """How a sync stands: the phase, items and bytes done, and how many are known to be due."""

    phase: str
    done: int
    total: int
    bytes_done: int = 0
    bytes_total: int = 0


type OnProgress = Callable[[Progress], None]
type Cancelled = Callable[[], bool]
