"""A bank to load a server with: branches, officers with cases, and an enrolled laptop for each.

Everything is written by the server's own acts: an administrator adds people and makes codes,
laptops enrol with them, and what they send is numbered, chained and signed as a real one does it.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import invented
from sync.domain.commands import Command, RecordContact, RecordVisit, encode_command
from sync.domain.ids import (
    BranchId,
    CaseId,
    DeviceId,
    IdSource,
    MutationId,
    OfficerId,
    RecordId,
    TeamId,
)
from sync.domain.outcome import Change
from sync.domain.records import Contact, Officer, Visit
from sync.domain.scopes import officer_scope, team_scope
from sync.domain.vocabulary import Channel, ContactResult, Present, Role, VisitOutcome
from sync.engine.enrolment import introduction
from sync.engine.signing_in import SigningIn
from sync.policy.published import texts_beside
from sync.protocol.envelope import FIRST_PREVIOUS, SUITE, Envelope, envelope_hash, sign
from sync.protocol.messages import Enrolled
from sync.server import publishing
from sync.server.administration import Administration
from sync.server.app import build_service
from sync.server.commit import Commit
from sync.server.handlers import enrolment
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories.session import Session
from sync.server.service import Service
from sync.server.settings import ServerSettings

TEAM = TeamId("north")
CERTIFIED_UNTIL = date(2099, 12, 31)
NOTE_LETTERS = 60
AT_ONCE = 60  # cases of one commit


class Size(msgspec.Struct, frozen=True):
    """How large the bank is; each officer has one laptop and so many cases.

    The first team's lead of each branch has a laptop too, behind those of the officers.
    """

    branches: int
    officers: int
    cases: int


@dataclass
class Laptop:
    """An enrolled laptop reduced to what it signs with, and the cases of its officer."""

    branch: BranchId
    enrolled: Enrolled
    device_id: DeviceId
    key: Ed25519PrivateKey
    cases: tuple[CaseId, ...]
    seq: int = 0
    chain: str = FIRST_PREVIOUS
    signing_in: SigningIn | None = None

    def __post_init__(self) -> None:
        if self.signing_in is None:
            self.signing_in = SigningIn(self.enrolled.token, self.key.private_bytes_raw())

    @property
    def shows(self) -> SigningIn:
        """Return what it shows with a request; shared with copies of it."""
        if self.signing_in is None:
            raise LookupError("made by no constructor")
        return self.signing_in

    @property
    def me(self) -> OfficerId:
        """Return its officer."""
        return self.enrolled.officer.id

    @property
    def scope(self) -> str:
        """Return the scope of its officer's cases, a lead's of the team's."""
        lead = self.enrolled.officer.role is Role.LEAD
        return team_scope(TEAM) if lead else officer_scope(self.me)

    def sealed(self, command: Command, fresh: IdSource) -> Envelope:
        """Return a command as this laptop's next envelope."""
        self.seq += 1
        plain = Envelope(
            SUITE,
            MutationId(fresh.fresh()),
            self.branch,
            self.me,
            self.device_id,
            self.seq,
            self.chain,
            msgspec.Raw(encode_command(command)),
            datetime.now(UTC),
            "boot",
            self.seq,
        )
        done = sign(plain, self.key)
        self.chain = envelope_hash(done)
        return done


def call(laptop: Laptop, case_id: CaseId, chance: random.Random, ids: IdSource) -> RecordContact:
    """Return a telephone call that was just made."""
    words = invented.note(chance, NOTE_LETTERS)
    made = (Channel.PHONE, datetime.now(UTC), ContactResult.NO_ANSWER)
    return RecordContact(Contact(RecordId(ids.fresh()), case_id, *made, by=laptop.me, note=words))


def visit(laptop: Laptop, case_id: CaseId, chance: random.Random, ids: IdSource) -> RecordVisit:
    """Return a visit of this afternoon."""
    left = datetime.now(UTC) - timedelta(minutes=chance.randrange(5, 300))
    made = Visit(
        RecordId(ids.fresh()),
        case_id,
        None,
        (laptop.me,),
        left - timedelta(minutes=20),
        left,
        (Present.CUSTOMER,),
        True,  # identity shown, recording on, notice given
        True,
        True,
        VisitOutcome.PLAN_DISCUSSED,
        note=invented.note(chance, NOTE_LETTERS),
    )
    return RecordVisit(made, RecordId(ids.fresh()))


async def furnished(settings: ServerSettings, size: Size) -> list[Laptop]:
    """Fill an empty database with the bank and enrol its laptops."""
    await asyncio.to_thread(upgrade, settings)
    service = build_service(settings)
    await service.database.open()
    try:
        await Administration(service).initialise()
        branches = [BranchId(f"branch-{n}") for n in range(size.branches)]
        for branch in branches:
            await Administration(service).add_branch(branch, "云川分行")
            texts = texts_beside(settings.policies / "cn.toml")
            await publishing.begin(service, branch, texts)
            await Administration(service).add_team(branch, TEAM, "城北组")
        staffed = await asyncio.gather(
            *(_staffed(service, branch, n, size) for n, branch in enumerate(branches))
        )
        return [laptop for laptops in staffed for laptop in laptops]
    finally:
        await service.database.close()


async def _staffed(service: Service, branch: BranchId, number: int, size: Size) -> list[Laptop]:
    chance = random.Random(number)
    seats = [
        await _seated(service, branch, Role.OFFICER, f"{branch}-{n}", chance, size.cases)
        for n in range(size.officers)
    ]
    return [*seats, await _seated(service, branch, Role.LEAD, f"{branch}-lead", chance, 0)]


async def _seated(
    service: Service, branch: BranchId, role: Role, login: str, chance: random.Random, cases: int
) -> Laptop:
    """Add a person with cases and enrol a laptop for them."""
    me = OfficerId(service.ids.fresh())
    person = Officer(me, invented.name(chance), role, TEAM, CERTIFIED_UNTIL)
    admin = Administration(service)
    await admin.put_officer(branch, login, person)
    given = await _given(service, branch, me, chance, cases)
    key, device = Ed25519PrivateKey.generate(), DeviceId(service.ids.fresh())
    asked = introduction(login, await admin.enrol_code(login), device, "laptop", key)
    enrolled = await enrolment.enrol(service, asked, login)
    return Laptop(branch, enrolled, device, key, given)


async def _given(
    service: Service, branch: BranchId, me: OfficerId, chance: random.Random, cases: int
) -> tuple[CaseId, ...]:
    given: list[CaseId] = []
    for start in range(0, cases, AT_ONCE):
        changes: list[Change] = []
        for number in range(start, min(cases, start + AT_ONCE)):
            case = invented.case(chance, number, TEAM, me)
            given.append(case.id)
            changes.append(Change(case, 0))
            changes += [Change(c, 0) for c in invented.contacts(chance, number, case)]
        await service.database.write(partial(_kept, branch=branch, changes=changes))
    return tuple(given)


async def _kept(session: Session, branch: BranchId, changes: list[Change]) -> None:
    commit = Commit(session, branch)
    await commit.apply(changes)
    await commit.finish()
