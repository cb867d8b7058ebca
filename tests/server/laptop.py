"""A laptop reduced to its line: a key, a token, numbered and chained envelopes, raw answers.

The program's own laptops are in `tests.sync.office`; this one can also say what they never would.
"""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.domain.commands import Command, encode_command
from sync.domain.ids import BranchId, DeviceId, MutationId, OfficerId
from sync.domain.records import KINDS, Attachment
from sync.engine.signing_in import SigningIn
from sync.engine.trouble import Trouble
from sync.protocol.envelope import FIRST_PREVIOUS, Envelope, envelope_hash, sign
from sync.protocol.messages import (
    MAX_PAGE,
    AttachmentState,
    Codes,
    Enrol,
    Enrolled,
    Hello,
    Problem,
    Push,
    Pushed,
    Reading,
    Result,
    enrol_form,
)
from sync.protocol.pages import Page, PageOp, read_page
from sync.protocol.proof import TokenGrant
from sync.protocol.versions import VERSION
from sync.server.machine import MachineIds

SYNC = "/sync/v1"
BY_ENROLMENT = ("/token", "/wiped")  # ways that the enrolment's token opens
OPEN = ("/enrol", "/reset")  # ways that need none
PRIVATE_WORDS = "发工资后归还，请勿告诉家人"  # what is noted in these tests; never in a log
ids = MachineIds()


def now() -> datetime:
    return datetime.now(UTC)


def fresh() -> str:
    return ids.fresh()


def enrolment(
    login: str,
    code: str,
    key: Ed25519PrivateKey,
    device: str | None = None,
    *,
    proves: bool = True,
) -> dict[str, Any]:
    """Return an enrolment as it is sent; an older program's does not say that it proves its key."""
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = base64.b64encode(raw).decode()
    device = fresh() if device is None else device
    proof = base64.b64encode(key.sign(enrol_form(login, code, device, public))).decode()
    return msgspec.to_builtins(Enrol(login, code, DeviceId(device), "test", public, proof, proves))


@dataclass
class Bare:
    """An enrolled laptop; `seq` and `chain` are those of the last envelope it made."""

    client: httpx.Client
    login: str
    key: Ed25519PrivateKey
    enrolled: Enrolled
    device_id: DeviceId
    seq: int = 0
    chain: str = FIRST_PREVIOUS
    told: dict[str, str] = field(default_factory=dict)
    proves: bool = True

    def __post_init__(self) -> None:
        key = self.key.private_bytes_raw() if self.proves else b""
        self.signing_in = SigningIn(self.enrolled.token, key)

    @property
    def me(self) -> OfficerId:
        return self.enrolled.officer.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Sync-Version": str(VERSION), **self.told}

    def ask(self, method: str, path: str, **said: Any) -> httpx.Response:
        """Ask anything as this laptop; again when its token had ended or the clock was not known.

        The answer is that to the renewal when a new token is refused.
        """
        enrolled = path in BY_ENROLMENT + OPEN
        if not enrolled and (refused := self.renewed()) is not None:
            return refused
        answer = self.ask_once(method, path, enrolled=enrolled, **said)
        if answer.status_code != 401 or "Authorization" in self.told:
            return answer
        trouble = trouble_of(answer.content)
        if trouble.code is Codes.UNAUTHORISED and self.proves and not enrolled:
            refused = self.renewed(at_once=True)
            return refused or self.ask_once(method, path, **said)
        if self.signing_in.learns(trouble):
            return self.ask_once(method, path, enrolled=enrolled, **said)
        return answer

    def ask_once(
        self, method: str, path: str, *, enrolled: bool = False, **said: Any
    ) -> httpx.Response:
        """Ask anything with a proof of its own."""
        request = self.client.build_request(method, f"{SYNC}{path}", **said)
        return self.client.send(self.signed(request, enrolled=enrolled))

    def signed(self, request: httpx.Request, *, enrolled: bool = False) -> httpx.Request:
        """Let a request show this laptop's token and proof; what it says itself goes before."""
        target = request.url.raw_path.decode()
        shown = self.shown(request.method, target, request.read(), enrolled=enrolled)
        for name, value in (self.headers | shown | self.told).items():
            if name in self.told or name not in request.headers:
                request.headers[name] = value
        return request

    def shown(
        self, method: str, target: str, body: bytes = b"", *, enrolled: bool = False
    ) -> dict[str, str]:
        """Return the token and the proof of one request."""
        return self.signing_in.headers(method, target, body, enrolled=enrolled)

    def renewed(self, *, at_once: bool = False) -> httpx.Response | None:
        """Fetch a short token when it is time; return the answer that refuses it."""
        if not (self.signing_in.is_due or at_once) or "Authorization" in self.told:
            return None
        answer = self.ask("POST", "/token")
        if answer.status_code != 200:
            return answer
        self.signing_in.take(msgspec.json.decode(answer.content, type=TokenGrant))
        return None

    def hello(self) -> Hello:
        return msgspec.json.decode(self.ask("GET", "/hello").content, type=Hello)

    def sealed(self, *commands: Command | bytes) -> list[Envelope]:
        """Return the commands as this laptop's next envelopes."""
        return [self._seal(c if isinstance(c, bytes) else encode_command(c)) for c in commands]

    def _seal(self, body: bytes) -> Envelope:
        self.seq += 1
        plain = Envelope(
            "yf1",
            MutationId(fresh()),
            BranchId(self.enrolled.branch_id),
            self.me,
            self.device_id,
            self.seq,
            self.chain,
            msgspec.Raw(body),
            now(),
            "boot",
            self.seq,
        )
        done = sign(plain, self.key)
        self.chain = envelope_hash(done)
        return done

    def send(
        self,
        envelopes: list[Envelope],
        epoch: str | None = None,
        reads: tuple[Reading, ...] = (),
        **said: Any,
    ) -> httpx.Response:
        """Send envelopes in one batch, and ask for what follows in some scopes."""
        epoch = self.enrolled.epoch if epoch is None else epoch
        push = Push(epoch, self.device_id, tuple(envelopes), reads=reads)
        return self.ask("POST", "/push", content=msgspec.json.encode(push), **said)

    def push(self, *commands: Command | bytes) -> list[Result]:
        """Send commands and return the answers; fails the test when the batch is not taken."""
        before = self.seq, self.chain
        answer = self.send(self.sealed(*commands))
        if answer.status_code != 200:
            self.seq, self.chain = before
        assert answer.status_code == 200, answer.text
        return list(msgspec.json.decode(answer.content, type=Pushed).results)

    def page(self, scope: str, after: str = "0.-1", limit: int = MAX_PAGE) -> Page:
        """Return one page of a scope."""
        asked = {"scope": scope, "after": after, "limit": str(limit)}
        answer = self.ask("GET", "/pull", params=asked)
        assert answer.status_code == 200, answer.text
        return read_page(answer.content)

    def feed(self, scope: str, after: str = "0.-1", limit: int = MAX_PAGE) -> list[PageOp]:
        """Return everything behind a cursor."""
        found: list[PageOp] = []
        while True:
            page = self.page(scope, after, limit)
            found += page.ops
            if not page.more:
                return found
            after = page.to

    def records(self, scope: str, kind: str) -> list[Any]:
        """Return the newest form of each record of a kind that stands in a scope."""
        standing: dict[str, Any] = {}
        for op in self.feed(scope):
            if op.kind == kind:
                standing[op.id] = op.body if op.op == "put" else None
        bodies = [b for b in standing.values() if b is not None]
        return [msgspec.json.decode(bytes(b), type=KINDS[kind]) for b in bodies]

    def rev(self, scope: str, record_id: str) -> int:
        """Return the revision a record stands at in a scope."""
        return [op.rev for op in self.feed(scope) if op.id == record_id][-1]

    def upload(self, fact: Attachment, data: bytes, offset: int = 0) -> httpx.Response:
        """Send bytes of a file."""
        headers = {"Upload-Offset": str(offset)}
        return self.ask("PATCH", f"/attachments/{fact.id}", content=data, headers=headers)

    def offer(self, fact: Attachment) -> httpx.Response:
        """Announce a file."""
        told = {"id": fact.id, "size": fact.size, "sha256": fact.sha256}
        return self.ask("POST", "/attachments", json=told)

    def again(self, client: httpx.Client) -> "Bare":
        """Return the same laptop on another line."""
        return replace(self, client=client)


def trouble_of(body: bytes) -> Trouble:
    """Return what an answer refuses."""
    problem = msgspec.json.decode(body, type=Problem)
    return Trouble(Codes(problem.code), None, **problem.params)


def enrol(client: httpx.Client, login: str, code: str, *, proves: bool = True) -> Bare:
    """Enrol a laptop, or one with an older program; fails the test when it may not."""
    key = Ed25519PrivateKey.generate()
    asked = enrolment(login, code, key, proves=proves)
    answer = client.post(f"{SYNC}/enrol", json=asked)
    assert answer.status_code == 200, answer.text
    enrolled = msgspec.json.decode(answer.content, type=Enrolled)
    device = DeviceId(asked["device_id"])
    return Bare(client, login, key, enrolled, device, proves=proves)


def state_of(answer: httpx.Response) -> AttachmentState:
    """Return how far a file is; fails the test when the answer is another."""
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=AttachmentState)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
