"""The server's part in laptops' keys: who may agree to a reset, what a wiped laptop may do."""

import base64
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.protocol.escrow import Layer, check_digits, public_text, seal_twice, unseal
from sync.protocol.lease import Escrow, LeaseGrant, ResetAnswer, is_ordered
from sync.protocol.messages import Codes, Hello
from sync.server.repositories import device_keys
from sync.server.repositories.session import Database, Session
from tests.server.house import House, problem
from tests.server.laptop import Bare, fresh
from tests.server.terminal import tell

VAULT_KEY = b"v" * 48
WORDS = "a custodian's long passphrase"


def granted(laptop: Bare) -> LeaseGrant:
    answer = laptop.ask("GET", "/lease")
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content, type=LeaseGrant)


def asks(house: House, device_id: str, key: X25519PrivateKey) -> bytes:
    """Ask for a laptop's key as somebody without a token; return what is handed out."""
    said = {"device_id": device_id, "public_key": public_text(key)}
    answer = house.client.post("/sync/v1/reset", json=said, headers={"Sync-Version": "1"})
    assert answer.status_code == 200
    return msgspec.json.decode(answer.content, type=ResetAnswer).sealed


@pytest.fixture
def house(own_house: House) -> House:
    """Give each test a branch of its own: they end laptops."""
    return own_house


@pytest.fixture
def shut(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "words").write_text(WORDS + "\n")
    return ("--passphrase-file", str(tmp_path / "words"))


def seat(house: House, folder: Path, shut: tuple[str, str], where: str, login: str) -> str:
    """Seat a custodian; return what is said against it."""
    out = str(folder / f"{where}.pem")
    return tell(house.data, "custodian", "seat", login, "--seat", where, "--out", out, *shut).err


def leaves(house: House) -> list[str]:
    """Return what the log tells of keys, in order."""

    async def look(session: Session) -> list[str]:
        rows = await session.rows("SELECT entry FROM audit_leaf ORDER BY n")
        return [str(msgspec.json.decode(row[0]).get("what", "")) for row in rows]

    async def act(database: Database) -> list[str]:
        return await database.read(look)

    return house.at_database(act)


def test_a_lease_is_signed_for_this_laptop_and_its_secret_is_its_own(house: House) -> None:
    li, wang = house.crew["li"], house.crew["wang"]
    mine, again, other = granted(li), granted(li), granted(wang)
    assert is_ordered(mine.lease, li.enrolled.audit_key)
    assert (mine.lease.device_id, mine.lease.officer_id) == (li.device_id, li.me)
    assert mine.secret == again.secret != other.secret
    assert len(mine.secret) == 32
    hours = (mine.lease.not_after - mine.lease.not_before).total_seconds() / 3600
    assert hours == 72
    assert tell(house.data, "offline-hours", "24").out == "24 hours\n"
    renewed = granted(li).lease
    assert (renewed.not_after - renewed.not_before).total_seconds() == 24 * 3600
    for wrong in ("0", "169"):
        told = tell(house.data, "offline-hours", wrong)
        assert told.err == f"{wrong} is not between 1 and 168 hours\n"
    assert "lease.hours" in leaves(house)


def hours_of(laptop: Bare) -> float:
    lease = granted(laptop).lease
    return (lease.not_after - lease.not_before).total_seconds() / 3600


def test_a_laptop_of_concern_has_a_day(house: House) -> None:
    li, wang = house.crew["li"], house.crew["wang"]
    assert li.device_id in tell(house.data, "device", "concern", li.device_id).out
    assert (hours_of(li), hours_of(wang)) == (24, 72)
    tell(house.data, "offline-hours", "12")
    assert hours_of(li) == 12, "never longer than others"
    tell(house.data, "offline-hours", "72")
    tell(house.data, "device", "calm", li.device_id)
    assert hours_of(li) == 72
    assert [w for w in leaves(house) if w in ("device.concern", "device.calm")] == [
        "device.concern",
        "device.calm",
    ]
    assert tell(house.data, "device", "concern", "nothing").err == "there is no laptop nothing\n"


def test_it_takes_two_persons(house: House, tmp_path: Path, shut: tuple[str, str]) -> None:
    li = house.crew["li"]
    assert seat(house, tmp_path, shut, "first", "chen") == ""
    assert "it takes two persons" in seat(house, tmp_path, shut, "second", "chen")
    assert not (tmp_path / "second.pem").exists()
    assert "nobody at work" in seat(house, tmp_path, shut, "second", "ma")
    assert seat(house, tmp_path, shut, "second", "he") == ""
    custody = granted(li).custody
    assert custody is not None
    assert is_ordered(custody, li.enrolled.audit_key)

    sealed = seal_twice(VAULT_KEY, custody, li.device_id, li.me)
    kept = li.ask("POST", "/escrow", content=msgspec.json.encode(Escrow("yf1", "ab12", sealed)))
    assert kept.status_code == 200
    assert granted(li).escrow == "ab12"

    request = X25519PrivateKey.generate()
    assert asks(house, li.device_id, request) == b""
    digits = check_digits(li.device_id, public_text(request))
    assert digits in tell(house.data, "reset", "list").out

    def agree(where: str, said: str = digits) -> str:
        key = ("--key", str(tmp_path / f"{where}.pem"))
        told = tell(house.data, "reset", "agree", li.device_id, said, *key, *shut)
        return told.out or told.err

    wrong = "0000 0000" if digits != "0000 0000" else "1111 1111"
    assert "do not agree" in agree("first", wrong)
    assert "before the second" in agree("second")
    assert "half agreed" in agree("first")
    assert "has agreed already" in agree("first")
    assert asks(house, li.device_id, request) == b""
    # Another request begins anew: what one person agreed to is no use to it.
    other = X25519PrivateKey.generate()
    assert asks(house, li.device_id, other) == b""
    assert "do not agree" in agree("second")
    digits = check_digits(li.device_id, public_text(other))
    assert "before the second" in agree("second", digits)
    assert "half agreed" in agree("first", digits)
    assert "agreed" in agree("second", digits)
    handed = asks(house, li.device_id, other)
    assert unseal(handed, other, Layer.LAPTOP, li.device_id, li.me) == VAULT_KEY
    told = leaves(house)
    assert [w for w in told if w.startswith(("custodian.", "escrow.", "reset."))] == [
        *("custodian.seated", "custodian.seated", "escrow.kept", "reset.asked"),
        *("reset.first", "reset.asked", "reset.first", "reset.second"),
    ]


def test_nobody_agrees_to_their_own_request(
    house: House, tmp_path: Path, shut: tuple[str, str]
) -> None:
    seat(house, tmp_path, shut, "first", "li")
    seat(house, tmp_path, shut, "second", "he")
    li = house.crew["li"]
    custody = granted(li).custody
    assert custody is not None
    sealed = seal_twice(VAULT_KEY, custody, li.device_id, li.me)
    li.ask("POST", "/escrow", content=msgspec.json.encode(Escrow("yf1", "ab12", sealed)))
    request = X25519PrivateKey.generate()
    asks(house, li.device_id, request)
    digits = check_digits(li.device_id, public_text(request))
    key = ("--key", str(tmp_path / "first.pem"))
    told = tell(house.data, "reset", "agree", li.device_id, digits, *key, *shut)
    assert (told.code, told.err) == (1, "li may not agree to this request\n")


def test_asking_tells_nothing_about_which_laptops_there_are(house: House) -> None:
    key = X25519PrivateKey.generate()
    for device in (house.crew["li"].device_id, house.crew["revoked"].device_id, fresh()):
        assert asks(house, device, key) == b""
    assert tell(house.data, "reset", "list").out == ""
    for wrong in ("", "AAAA", base64.b64encode(bytes(31)).decode(), "ä"):
        said = {"device_id": fresh(), "public_key": wrong}
        answer = house.client.post("/sync/v1/reset", json=said, headers={"Sync-Version": "1"})
        assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)
    statuses = {_asked_anew(house) for _ in range(40)}
    assert statuses == {200, 429}  # an address that asks too often waits


def _asked_anew(house: House) -> int:
    said = {"device_id": fresh(), "public_key": public_text(X25519PrivateKey.generate())}
    return house.client.post("/sync/v1/reset", json=said, headers={"Sync-Version": "1"}).status_code


def kept_of(house: House, laptop: Bare) -> device_keys.DeviceKey:
    async def look(session: Session) -> device_keys.DeviceKey | None:
        return await device_keys.get(session, laptop.enrolled.branch_id, laptop.device_id)

    async def act(database: Database) -> device_keys.DeviceKey | None:
        return await database.write(look)

    found = house.at_database(act)
    assert found is not None
    return found


def statuses(laptop: Bare, *paths: str) -> list[int]:
    return [laptop.ask("GET", path).status_code for path in paths]


def test_a_leaving_laptop_brings_and_gets_nothing(house: House) -> None:
    li = house.crew["li"]
    granted(li)
    assert "leaving" in tell(house.data, "device", "wipe", li.device_id).out
    hello = msgspec.json.decode(li.ask("GET", "/hello").content, type=Hello)
    assert hello.wipe is not None
    assert hello.wipe.rescue
    assert is_ordered(hello.wipe, li.enrolled.audit_key)
    assert statuses(li, "/policy?after=0", f"/pull?scope=officer:{li.me}") == [401, 401]
    assert li.ask("POST", "/wiped").status_code == 200
    kept = kept_of(house, li)
    assert (kept.secret, kept.escrow) == (b"", b"")
    assert statuses(li, "/hello", "/lease") == [401, 401]
    assert li.ask("POST", "/wiped").status_code == 200  # told twice, noted once
    told = leaves(house)
    assert [w for w in told if w in ("device.wipe", "device.wiped")] == [
        *("device.wipe", "device.wiped")
    ]
    again = tell(house.data, "device", "wipe", li.device_id)
    assert again.err == f"laptop {li.device_id} is wiped already\n"
    found = tell(house.data, "device", "found", li.device_id)
    assert found.err == f"laptop {li.device_id} is wiped: enrol it anew\n"


@pytest.mark.parametrize("order", [("wipe", "--no-rescue"), ("lost", "wipe")], ids=" ".join)
def test_what_is_not_believed_ends_at_once(house: House, order: tuple[str, ...]) -> None:
    li = house.crew["li"]
    granted(li)
    if order[0] == "lost":
        tell(house.data, "device", "lost", li.device_id)
    options = () if order[0] == "lost" else ("--no-rescue",)
    assert "revoked" in tell(house.data, "device", "wipe", li.device_id, *options).out
    assert kept_of(house, li).secret == b""
    answer = li.ask("GET", "/hello")
    assert (answer.status_code, problem(answer)) == (401, Codes.REVOKED)
    assert answer.json()["params"]["wipe"]["rescue"] is False


def test_who_was_ordered_nothing_tells_of_no_wipe(house: House) -> None:
    answer = house.crew["li"].ask("POST", "/wiped")
    assert (answer.status_code, problem(answer)) == (403, Codes.FORBIDDEN)
    told = tell(house.data, "device", "wipe", "nothing")
    assert told.err == "there is no laptop nothing\n"
    assert tell(house.data, "user", "leave", "nobody").err == (
        "there is nobody with the login nobody\n"
    )


def test_the_bank_asks_for_a_program_at_least_as_new(house: House) -> None:
    li = house.crew["li"]
    assert tell(house.data, "least-client").out == "any version may work\n"
    assert li.ask("GET", "/hello").json()["least_client"] == ""
    assert tell(house.data, "least-client", "0.1").out == "0.1\n"
    old = {"Sync-Client": "0.0.9"}
    assert li.ask("GET", "/policy?after=0", headers=old).status_code == 426
    assert li.ask("GET", "/map?after=0", headers=old).json()["code"] == Codes.CLIENT
    assert li.ask("GET", "/hello", headers=old).json()["least_client"] == "0.1"
    assert li.ask("GET", "/lease", headers=old).status_code == 200, "its own work stays open to it"
    new = {"Sync-Client": "0.1.0"}
    assert li.ask("GET", "/policy?after=0", headers=new).status_code == 200
    for wrong in ("1x", "0.2", "99"):
        assert tell(house.data, "least-client", wrong).err == f"{wrong} is no version up to 0.1.0\n"
    assert tell(house.data, "least-client", "none").out == "any version may work\n"
    assert li.ask("GET", "/policy?after=0", headers=old).status_code == 200
    assert leaves(house).count("client.least") == 2
