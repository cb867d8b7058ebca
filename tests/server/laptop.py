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
from sync.protocol.envelope import FIRST_PREVIOUS, Envelope, envelope_hash, sign
from sync.protocol.messages import (
    MAX_PAGE,
    AttachmentState,
    Enrol,
    Enrolled,
    Hello,
    Push,
    Pushed,
    Result,
    enrol_form,
)
from sync.protocol.pages import Page, PageOp, read_page
from sync.protocol.versions import VERSION
from sync.server.machine import MachineIds

SYNC = "/sync/v1"
PRIVATE_WORDS = "发工资后归还，请勿告诉家人"  # what is noted in these tests; never in a log
ids = MachineIds()


def now() -> datetime:
    return datetime.now(UTC)


def fresh() -> str:
    return ids.fresh()


def enrolment(
    login: str, code: str, key: Ed25519PrivateKey, device: str | None = None
) -> dict[str, str]:
    """Return an enrolment as it is sent."""
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = base64.b64encode(raw).decode()
    device = fresh() if device is None else device
    proof = base64.b64encode(key.sign(enrol_form(login, code, device, public))).decode()
    return msgspec.to_builtins(Enrol(login, code, DeviceId(device), "test", public, proof))


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

    @property
    def me(self) -> OfficerId:
        return self.enrolled.officer.id

    @property
    def headers(self) -> dict[str, str]:
        token = {"Authorization": f"Bearer {self.enrolled.token}"} if self.enrolled.token else {}
        return {"Sync-Version": str(VERSION), **token, **self.told}

    def ask(self, method: str, path: str, **said: Any) -> httpx.Response:
        """Ask anything with this laptop's token."""
        headers = self.headers | said.pop("headers", {})
        return self.client.request(method, f"{SYNC}{path}", headers=headers, **said)

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

    def send(self, envelopes: list[Envelope], epoch: str | None = None) -> httpx.Response:
        """Send envelopes in one batch."""
        epoch = self.enrolled.epoch if epoch is None else epoch
        push = Push(epoch, self.device_id, tuple(envelopes))
        return self.ask("POST", "/push", content=msgspec.json.encode(push))

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


def enrol(client: httpx.Client, login: str, code: str) -> Bare:
    """Enrol a laptop; fails the test when it may not."""
    key = Ed25519PrivateKey.generate()
    asked = enrolment(login, code, key)
    answer = client.post(f"{SYNC}/enrol", json=asked)
    assert answer.status_code == 200, answer.text
    enrolled = msgspec.json.decode(answer.content, type=Enrolled)
    return Bare(client, login, key, enrolled, DeviceId(asked["device_id"]))


def state_of(answer: httpx.Response) -> AttachmentState:
    """Return how far a file is; fails the test when the answer is another."""
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=AttachmentState)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
