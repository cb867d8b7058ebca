"""Officer Li's laptop without a server: an enrolled vault with a few invented cases in it.

`furnished` is the laptop with its vault open; `furnished.reopened()` closes and opens it again.
What the server says comes from `feed.py`.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_app.bootstrap.desk_setup import lay_desk, policy_brought
from field_app.bootstrap.laptop import Laptop
from field_app.operations.desk import Desk
from field_app.settings.settings import resources_folder
from field_app.storage.cipher import VaultKey
from field_app.storage.keys import FLOOR, Owner, make_slot
from field_app.storage.profile import Profile, keep_profile
from field_app.storage.slot_file import write_slot
from field_app.storage.store import Store
from field_app.storage.vault import DATABASE, JOURNAL, Vault
from sync.domain.ids import BranchId, CaseId, DeviceId, OfficerId, RecordId, TeamId
from sync.domain.records import Address, Case, Contact, Customer, Loan, Officer, Record
from sync.domain.vocabulary import Channel, ContactResult, Product, Role
from sync.policy.engine import PolicyEngine
from tests.storage.feed import MINE, page, put
from tools.sample.keyrings import Secrets

NOW = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
PASSPHRASE = "three brown otters swim"
KEY = VaultKey(bytes(range(32)), bytes(range(16)))
DEVICE = DeviceId("laptop-1")
SECRET = b"s" * 32

LI = Officer(
    OfficerId("li"), "欧阳静", Role.OFFICER, TeamId("north"), certified_until=date(2027, 6, 30)
)
WANG = Officer(
    OfficerId("wang"), "王强", Role.OFFICER, TeamId("north"), certified_until=date(2027, 6, 30)
)


def case(case_id: str, name: str = "张伟", **other: object) -> Case:
    """Return a case of officers Li and Wang."""
    values: dict[str, object] = {
        "case_no": f"Y{case_id}",
        "team_id": TeamId("north"),
        "customer": Customer(name, ("19900001234",), id_tail="123X"),
        "address": Address("望湖路 8 号", "城北", 350000000, 1183000000),
        "loan": Loan("6222000011112222", Product.CREDIT_CARD, 1_000_000, 20_000, 500, DUE),
        "officer_id": LI.id,
        "second_id": WANG.id,
    }
    return Case(CaseId(case_id), **values | other)


DUE = date(2026, 8, 1)
KNOWN = case(
    "c1",
    "单小明",
    case_no="YC-2026-000017",
    customer=Customer("单小明", ("19912348765", "19987651234"), id_tail="90307042X"),
    address=Address("云川市碧波里 17 号 3 栋 501 室", "城北"),
    loan=Loan("6222021234569981", Product.CREDIT_CARD, 1_000_000, 20_000, 500, DUE),
)
OTHERS = (
    case("c2", "曾国强", address=Address("云川市望湖路 88 号 2 单元", "城南")),
    case("c3", "解放", loan=Loan("6222030000004477", Product.MORTGAGE, 9_000_000, 0, 0, DUE)),
)


def reminder(of: Case, days_ago: int = 9) -> Contact:
    """Return a reminder that the server knows of."""
    at = NOW - timedelta(days=days_ago)
    told = ContactResult.DELIVERED
    return Contact(RecordId(f"sms-{of.id}"), of.id, Channel.SMS, at, told, imported=True)


FIRST_PULL: tuple[Record, ...] = (LI, WANG, KNOWN, *OTHERS, reminder(KNOWN))


@dataclass
class SetClock:
    """A clock that stands until a test moves it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@cache
def rules() -> PolicyEngine:
    """Return the rules of the pack that the program brings."""
    laptop = Laptop(Path(), SetClock(), Secrets(), resources=resources_folder())
    return policy_brought(laptop)


@dataclass
class Furnished:
    """The laptop, its key and, while it is open, its desk."""

    laptop: Laptop
    clock: SetClock
    secrets: Secrets
    key: VaultKey = KEY
    _desk: Desk | None = field(default=None, repr=False)

    @property
    def desk(self) -> Desk:
        assert self._desk is not None, "the vault is closed"
        return self._desk

    @property
    def store(self) -> Store:
        return self.desk.store

    @property
    def vault(self) -> Vault:
        return self.store.vault

    @property
    def database(self) -> Path:
        return self.laptop.vault / DATABASE

    @property
    def journal(self) -> Path:
        return self.laptop.vault / JOURNAL

    def open(self) -> Store:
        """Open the vault with its key."""
        self.sit(Vault.open(self.laptop.vault, self.key, os.urandom))
        return self.store

    def sit(self, vault: Vault) -> None:
        """Lay the desk on an open vault."""
        self._desk = lay_desk(self.laptop, vault, rules())

    def close(self) -> None:
        if self._desk is not None:
            self._desk.store.close()
            self._desk = None

    def reopened(self) -> Store:
        """Close the vault and open it again."""
        self.close()
        return self.open()

    def lock_with(self, secret: bytes | None) -> None:
        """Write the slot: wrapped under the passphrase and, when given, a keyring secret."""
        owner = Owner(LI.id, DEVICE)
        slot = make_slot(
            self.key,
            PASSPHRASE,
            owner,
            device_secret=secret,
            work=FLOOR,
            random=os.urandom,
        )
        write_slot(self.laptop.slot, slot)
        if secret is not None:
            self.secrets.save(DEVICE, secret)

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a question to the vault gives."""
        return self.vault.connection.execute(sql, values).fetchall()


def profile_of_li() -> Profile:
    """Return Li's enrolment as a server would have answered it."""
    return Profile(
        address="https://branch.example",
        account="li",
        branch_id=BranchId("b1"),
        branch_name="云川分行",
        server_id="srv-1",
        device_id=DEVICE,
        officer=LI,
        token="tok-7f3a9c51e2",
        device_key=Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))).private_bytes_raw(),
    )


def laptop_at(home: Path) -> Furnished:
    """Return the laptop whose files are here, closed."""
    clock, secrets = SetClock(), Secrets()
    return Furnished(Laptop(home, clock, secrets, work=FLOOR, name="laptop of li"), clock, secrets)


def furnish(home: Path) -> Furnished:
    """Make the laptop with an open vault that has pulled its cases."""
    made = laptop_at(home)
    made.laptop.vault.mkdir(parents=True)
    vault = Vault.create(made.laptop.vault, KEY, os.urandom)
    keep_profile(vault, profile_of_li())
    made.sit(vault)
    made.store.replica.apply_page(page(*(put(record) for record in FIRST_PULL), scope=MINE))
    return made


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnish a vault once; tests work on copies of its folder."""
    home = tmp_path_factory.mktemp("pattern") / "home"
    furnish(home).close()
    return home


@pytest.fixture
def furnished(pattern: Path, tmp_path: Path) -> Iterator[Furnished]:
    """Give a test its own laptop, open."""
    shutil.copytree(pattern, tmp_path / "home")
    made = laptop_at(tmp_path / "home")
    made.open()
    yield made
    made.close()
