"""The branch every run begins with: furnished once for the process, copied for each run.

Team north: the officers li (two laptops), wang and zhou, the lead chen; the compliance officer he.
Six cases, most of them given to two officers, each reminded of what it owes.
"""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from field_app.settings.settings import resources_folder
from field_app.storage.audit import AuditTrail
from field_app.storage.cipher import VaultKey
from field_app.storage.profile import enrolled_profile, keep_profile
from field_app.storage.vault import Vault
from sync.domain.ids import CaseId, DeviceId, OfficerId, RecordId, TeamId
from sync.domain.outcome import Change
from sync.domain.records import Address, Case, Contact, Customer, Loan, Officer, Record
from sync.domain.vocabulary import Channel, ContactResult, Product, Role
from sync.engine.engine import sync_once
from sync.engine.enrolment import introduction
from sync.policy.published import texts_beside
from sync.protocol.signed_form import key_text
from sync.server import policy_key, publishing
from sync.server.audit import sealing
from sync.server.backup.approving import name_approver
from sync.server.commit import Commit
from sync.server.migrations.upgrading import upgrade
from sync.server.repositories.session import Session
from sync.server.settings import ServerSettings
from tests.sync.simulator.central import BRANCH, Central
from tests.sync.simulator.chance import BEGIN, Chance, Story, Time
from tests.sync.simulator.line import ADDRESS, Net
from tests.sync.simulator.seat import Seat

TEAM = TeamId("north")
PEOPLE = {
    "li": ("李静", Role.OFFICER),
    "wang": ("王强", Role.OFFICER),
    "zhou": ("周宁", Role.OFFICER),
    "chen": ("陈晨", Role.LEAD),
    "he": ("何清", Role.COMPLIANCE),
}
LAPTOPS = {
    "li-1": "li",
    "li-2": "li",
    "wang-1": "wang",
    "zhou-1": "zhou",
    "chen-1": "chen",
    "he-1": "he",
}
GIVEN = (
    ("li", "wang"),
    ("wang", "li"),
    ("zhou", "li"),
    ("wang", "zhou"),
    (None, None),
    ("li", "zhou"),
)
CASES = 6
KEYS = (policy_key.KEY_FILE, sealing.KEY_FILE)  # of the server's folder
APPROVER = Ed25519PrivateKey.from_private_bytes(b"a" * 32)  # of him who lets servers be put back
REMINDED = (
    (12, Channel.SMS, ContactResult.DELIVERED),
    (10, Channel.LETTER, ContactResult.DELIVERED),
    (8, Channel.PHONE, ContactResult.CONNECTED),
)
MEMORY = Path("/dev") / "shm"


@dataclass(frozen=True)
class Furnished:
    """The server's file, and each laptop's folder and secrets, as every run finds them."""

    image: bytes
    room: Path
    keys: dict[str, VaultKey]
    tokens: dict[str, str]


def a_folder(found: Furnished) -> Path:
    """Return a new server's folder with the keys of the furnished one."""
    room = a_room()
    for name in KEYS:
        shutil.copy(found.room / name, room / name)
    return room


def a_room() -> Path:
    """Return a new folder in memory, where there is one."""
    return Path(tempfile.mkdtemp(prefix="simulated-", dir=MEMORY if MEMORY.is_dir() else None))


@cache
def furnished() -> Furnished:
    """Furnish the branch with the real commands of administrator and laptops."""
    time, chance, room = Time(), Chance(0), a_room()
    atexit.register(shutil.rmtree, room)
    central = Central(time, chance, room, _empty(room))
    _staff(central, chance)
    net = Net(central, chance, Story(), lambda _who: None, bad=False)
    seats = [_enrolled(central, net, room, name, login) for name, login in LAPTOPS.items()]
    for seat in seats:
        _first_sync(seat)
        seat.close()
    found = Furnished(
        central.database.image(),
        room,
        {s.name: s.key for s in seats},
        {s.name: s.token for s in seats},
    )
    central.close()
    return found


def _empty(room: Path) -> bytes:
    """Return an empty database with the newest schema, made by the real migrations."""
    settings = ServerSettings(
        f"sqlite:///{room / 'server.db'}", room, resources_folder() / "policies"
    )
    upgrade(settings)
    image = settings.sqlite_path.read_bytes()
    settings.sqlite_path.unlink()
    return image


def _staff(central: Central, chance: Chance) -> None:
    for name in KEYS:
        pen = Ed25519PrivateKey.from_private_bytes(chance.bytes(32))
        key = central.data / name
        key.write_bytes(pen.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key.chmod(0o600)
    central.administer(lambda admin: admin.initialise())
    central.administer(lambda admin: admin.add_branch(BRANCH, "云川分行"))
    central.administer(lambda admin: admin.add_team(BRANCH, TEAM, "城北组"))
    texts = texts_beside(resources_folder() / "policies" / "cn.toml")
    central.done(publishing.begin(central.service, BRANCH, texts))
    key_of_approver = key_text(APPROVER.public_key())
    central.done(name_approver(central.service, key_of_approver, instead=False))
    for login, (name, role) in PEOPLE.items():
        person = Officer(OfficerId(login), name, role, TEAM, certified_until=date(2099, 12, 31))
        central.administer(lambda admin, p=person: admin.put_officer(BRANCH, p.id, p))
    central.write(_with_cases)


async def _with_cases(session: Session) -> None:
    commit = Commit(session, BRANCH)
    await commit.apply([Change(record, 0) for n in range(CASES) for record in _case(n)])
    await commit.finish()


def _case(n: int) -> list[Record]:
    first, second = GIVEN[n % len(GIVEN)]
    case = Case(
        id=CaseId(f"case-{n:02}"),
        case_no=f"YC-{n:04}",
        team_id=TEAM,
        customer=Customer(f"客户{n}", (f"1990000{n:04}",)),
        address=Address(f"望湖路 {n} 号", "城北", 350000000 + n, 1183000000 + n),
        loan=Loan(f"62220000{n:08}", Product.CREDIT_CARD, 1_000_000, 20_000, 500, date(2026, 7, 1)),
        officer_id=OfficerId(first) if first else None,
        second_id=OfficerId(second) if second else None,
    )
    told = [
        Contact(
            RecordId(f"{channel}-{n:02}"),
            case.id,
            channel,
            BEGIN - timedelta(days=days),
            result,
            imported=True,
        )
        for days, channel, result in REMINDED
    ]
    return [case, *told]


def _enrolled(central: Central, net: Net, room: Path, name: str, login: str) -> Seat:
    code = central.administer(lambda admin: admin.enrol_code(login))
    home = room / name
    return enrolled(net, home, name, login, code)


def enrolled(net: Net, home: Path, name: str, login: str, code: str) -> Seat:
    """Enrol a new laptop over its line and sit down at it; raises Trouble."""
    time, chance = net.central.time, net.chance
    key = VaultKey(chance.bytes(32), chance.bytes(16))
    pen = Ed25519PrivateKey.from_private_bytes(chance.bytes(32))
    device = DeviceId(f"device-{name}")
    answer = net.line(name).enrol(introduction(login, code, device, name, pen))
    seat = Seat(name, login, home, key, answer.token, time, chance)
    seat.laptop.vault.mkdir(parents=True)
    vault = Vault.create(seat.laptop.vault, key, chance.bytes)
    profile = enrolled_profile(answer, ADDRESS, login, device, pen.private_bytes_raw())
    keep_profile(vault, profile)
    AuditTrail(vault).add(seat.clock.now(), "enrol", device=device)
    seat.sit(vault)
    seat.connect(net)
    return seat


def _first_sync(seat: Seat) -> None:
    assert seat.line is not None
    sync_once(
        seat.at.store.replica, seat.line, on_progress=lambda _p: None, cancelled=lambda: False
    )


def seated(found: Furnished, room: Path, name: str, net: Net) -> Seat:
    """Return a run's own copy of a furnished laptop, open."""
    home = room / name
    shutil.copytree(found.room / name, home)
    seat = Seat(
        name,
        LAPTOPS[name],
        home,
        found.keys[name],
        found.tokens[name],
        net.central.time,
        net.chance,
    )
    seat.open()
    seat.connect(net)
    return seat
