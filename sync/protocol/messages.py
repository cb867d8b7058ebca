"""What is said over the wire; see `versions`. All bodies are JSON, compressed (`compression`).

`GET  /sync/v1/hello`                      -> Hello           who I am, what I may see
`GET  /sync/v1/hello?epoch=&read=…`        -> Hello           and what follows in these scopes
`POST /sync/v1/enrol`       Enrol          -> Enrolled        once, with the code; no token needed
`POST /sync/v1/push`        Push           -> Pushed          at most 200 envelopes or 512 kB
`GET  /sync/v1/pull?scope=&after=&limit=`  -> a page, see `sync.protocol.pages`
`GET  /sync/v1/policy?after=`              -> PolicyNews      see `sync.protocol.policy_bundle`
`GET  /sync/v1/map?after=`                 -> MapNews         see `sync.protocol.published_map`
`GET  /sync/v1/map/{sha256}`               -> a part of the pack in force, by header Range
`GET  /sync/v1/audit/consistency?from=&to=` -> Consistency, see `sync.protocol.checkpoint`
`GET  /sync/v1/digest?scope=`              -> Buckets, and with `&bucket=…` HeldRows: `digest`
`POST /sync/v1/records`     WantedRecords  -> a page of these records as the scope holds them
`POST /sync/v1/attachments` AttachmentOffer -> AttachmentState announced, or asked how far it is
`PATCH /sync/v1/attachments/{id}`  bytes   -> AttachmentState  at header Upload-Offset
`GET  /sync/v1/attachments/{id}`           -> the bytes, or a part of them by header Range
Leases, escrow and reset of a laptop's keys: see `sync.protocol.lease`.
`POST /sync/v1/token`                      -> TokenGrant, see `sync.protocol.proof`
Every answer outside 2xx is a `Problem`. Requests carry `Sync-Version: 2`, `Authorization: Bearer`
and the proof of the device key.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from sync.domain.ids import BranchId, DeviceId, MutationId, OfficerId, TeamId
from sync.domain.outcome import Reason
from sync.domain.records import Officer
from sync.domain.vocabulary import Role
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.envelope import Envelope
from sync.protocol.lease import WipeOrder
from sync.protocol.signed_form import framed

MAX_BATCH = 200
MAX_BATCH_BYTES = 512 * 1024
MAX_PAGE = 8000
MAX_NEWS = 1000  # ops of a page that comes with the answer to a push or a greeting
MAX_NEWS_BYTES = 4 * 1024 * 1024  # of its pages; the one that passes it is the last
MAX_PAGE_BYTES = 16 * 1024 * 1024  # of bodies; the one that passes it is the page's last
MAX_DECOMPRESSED = 64 * 1024 * 1024
CHUNK = 256 * 1024
MAX_ATTACHMENT = 64 * 1024 * 1024
MAX_CASE_FILES = 512 * 1024 * 1024


class Enrol(msgspec.Struct, frozen=True):
    """A laptop introduces itself; `proof` is the device key's signature over `enrol_form`.

    `proves`: it will prove its key with each request, and wants nothing believed without.
    """

    account: str
    code: str
    device_id: DeviceId
    device_name: str
    public_key: str
    proof: str
    proves: bool = False


class Enrolled(msgspec.Struct, frozen=True):
    """The laptop is known from now on: the token is shown this once, the public keys are pinned."""

    token: str
    branch_id: BranchId
    branch_name: str
    officer: Officer
    server_id: str
    epoch: str
    server_time: datetime
    policy_key: str = ""
    audit_key: str = ""
    approver_key: str = ""


class PastEpoch(msgspec.Struct, frozen=True):
    """An epoch that ended when the server was put back.

    Commits up to `up_to` and that many `leaves` of the audit log outlived it; `begins` is the
    epoch after it. `sig` and `approval` are those of `epochs`, empty when they are missing.
    """

    epoch: str
    up_to: int
    leaves: int
    begins: str = ""
    sig: str = ""
    approval: str = ""


class Hello(msgspec.Struct, frozen=True):
    """Who the caller is, what may be pulled, and how the server stands.

    `past` are the epochs before this one, oldest first; commits up to `safe` are in a backup
    that was opened and checked. `forked`: there are two copies of this laptop. `wipe`: once its
    unsent work is up, the laptop destroys its keys. `map_name` and `map_hash` (of the content) are
    empty while no map pack is in force. `approver_key` is for laptops that were enrolled before
    there was an approver. Of laptops that speak one of `facts_of`, and of programs older than
    `least_client`, only facts are still taken.
    `checkpoint` is of the log as it stands, so that a sync without news notices one that is not
    the log it was; None from a server without an audit key, and from those that told none yet.
    `pages` are of scopes that were asked for along with it, see `Pushed`; where nothing can follow
    there is none.
    """

    versions: tuple[int, ...]
    server_id: str
    epoch: str
    branch_id: BranchId
    officer_id: OfficerId
    role: Role
    team_id: TeamId
    scopes: tuple[str, ...]
    head: int
    last_seq: int
    chain_hash: str
    server_time: datetime
    policy_pack: str
    policy_version: str
    policy_serial: int = 0
    policy_hash: str = ""
    past: tuple[PastEpoch, ...] = ()
    safe: int = 0
    forked: bool = False
    wipe: WipeOrder | None = None
    map_serial: int = 0
    map_name: str = ""
    map_hash: str = ""
    approver_key: str = ""
    facts_of: tuple[int, ...] = ()
    checkpoint: Checkpoint | None = None
    least_client: str = ""
    pages: tuple[msgspec.Raw, ...] = ()


class Status(StrEnum):
    """What became of one envelope."""

    APPLIED = "applied"
    ALREADY = "already"
    CONFLICT = "conflict"
    REFUSED = "refused"
    GONE = "gone"
    INVALID = "invalid"


SETTLED_WELL = frozenset({Status.APPLIED, Status.ALREADY})


class Result(msgspec.Struct, frozen=True):
    """The answer to one envelope; a repeat of the same envelope gets the same answer.

    `first` keeps the status of the first time when `status` is `already`; `current` is the
    record that stands now, as JSON, when the command lost to it.
    """

    mid: MutationId
    seq: int
    status: Status
    commit_no: int = 0
    first: Status | None = None
    reasons: tuple[Reason, ...] = ()
    flags: tuple[str, ...] = ()
    kind: str = ""
    record_id: str = ""
    current_rev: int = 0
    # By a factory, for a schema cannot show raw bytes as a default.
    current: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


# Of work that the server has, and could not decide by a fault of its own; no answer for ever: sent
# again it is decided again.
STUMBLED = "mutation.stumbled"


def has_stumbled(result: Result) -> bool:
    """Say whether the server stumbled over this work."""
    return any(reason.code == STUMBLED for reason in result.reasons)


class Clocks(msgspec.Struct, frozen=True):
    """A laptop's clocks at one moment; `mono_ms` counts since its boot `boot_id`."""

    wall_at: datetime
    boot_id: str
    mono_ms: int


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """A scope, its cursor as it is sent, and the floor its reading began upon."""

    scope: str
    after: str
    floor: int = 0

    def text(self) -> str:
        """Return it as a question's query names it."""
        return f"{self.after}~{self.floor}~{self.scope}"

    @classmethod
    def parse(cls, text: str) -> "Reading":
        """Return the reading of this text; raises ValueError when it is none."""
        after, floor, scope = text.split("~", 2)
        return cls(scope, after, int(floor))


class Push(msgspec.Struct, frozen=True, omit_defaults=True):
    """Envelopes of one device, in the order of their numbers; `sent` since version 2.

    `reads` asks for what follows in these scopes, so that nobody need ask for each of them.
    """

    epoch: str
    device_id: DeviceId
    envelopes: tuple[Envelope, ...]
    sent: Clocks | None = None
    reads: tuple[Reading, ...] = ()


class Pushed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result an envelope, in the order they came.

    `pages` are of scopes that were asked for, without a checkpoint of their own; one that is not
    there is asked for by itself, as is what follows a page. Older servers send none.
    """

    results: tuple[Result, ...]
    head: int
    server_time: datetime
    checkpoint: Checkpoint | None = None
    pages: tuple[msgspec.Raw, ...] = ()


class AttachmentOffer(msgspec.Struct, frozen=True):
    """A file the laptop wants to upload; id, size and hash are those of the recorded fact."""

    id: str
    size: int
    sha256: str


class AttachmentState(msgspec.Struct, frozen=True):
    """How far an upload is."""

    id: str
    offset: int
    complete: bool


class Problem(msgspec.Struct, frozen=True):
    """Why a request as a whole failed; words come from the catalogues."""

    code: str
    params: dict[str, Any] = {}
    request_id: str = ""


class Codes(StrEnum):
    """The codes a `Problem` may carry."""

    UNREACHABLE = "sync.unreachable"
    TLS = "sync.tls"
    TLS_NAME = "sync.tls_name"
    TLS_ENDED = "sync.tls_ended"
    REDIRECT = "sync.redirect"
    GARBAGE = "sync.garbage"
    STALLED = "sync.stalled"
    SERVER_ERROR = "sync.server_error"
    BUSY = "sync.busy"
    NO_ROOM = "sync.no_room"
    VERSION = "sync.version"
    CLIENT = "sync.client"
    SERVER_OLDER = "sync.server_older"
    TOO_LARGE = "sync.too_large"
    MALFORMED = "sync.malformed"
    UNAUTHORISED = "sync.unauthorised"
    PROOF = "sync.proof"
    REVOKED = "sync.revoked"
    OTHER_SERVER = "sync.other_server"
    RESET = "sync.reset"
    SEQ_GAP = "sync.seq_gap"
    FORKED = "sync.forked"
    BAD_SIGNATURE = "sync.bad_signature"
    NOT_FOUND = "sync.not_found"
    FORBIDDEN = "sync.forbidden"
    WRONG_CODE = "enrol.wrong_code"
    CODE_USED = "enrol.code_used"
    CODE_EXPIRED = "enrol.code_expired"
    TOO_MANY_TRIES = "enrol.too_many_tries"
    WRONG_OFFSET = "attachment.wrong_offset"
    WRONG_HASH = "attachment.wrong_hash"
    WRONG_TYPE = "attachment.wrong_type"
    CASE_FULL = "attachment.case_full"


def enrol_form(account: str, code: str, device_id: str, public_key: str) -> bytes:
    """Return the bytes a laptop signs to prove that it holds its device key."""
    return framed("yuefang/enrol/v1", account, code, device_id, public_key)
