"""Three administrators, each with a part: what each may do, and that it is on record before it is.

Reading and what machines do unattended takes nobody's key.
"""

from pathlib import Path

import msgspec
import pytest

from sync.cli.administrators import POWERS, UNBOUND
from sync.cli.program import COMMANDS
from sync.server.repositories.session import Database, Session
from tests.server.house import House
from tests.server.terminal import Told, tell

WORDS = "a heron waits in the reeds"
POWER_OF = {"gao": "system", "xu": "security", "qin": "audit"}
ACTS = {
    "system": (("team", "add", "west", "West"), ("compact",)),
    "security": (
        ("device", "lost", "DEVICE"),
        ("enrol-code", "wang"),
        ("user", "certify", "li", "--certified-until", "2031-01-01"),
        ("offline-hours", "24"),
        ("least-client", "0.1"),
        ("administrator", "seat", "gao", "--power", "system", "--out", "OUT"),
    ),
    "audit": (
        ("audit", "export", "--out", "OUT"),
        ("subject-access", "CASE", "--out", "OUT"),
        ("retention", "run"),
        ("erase", "CASE"),
    ),
}

ON_ONE_FILE = pytest.mark.parametrize(
    "furnished", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)


@pytest.fixture
def house(own_house: House) -> House:
    """Give each test a branch of its own: they change who may do what."""
    return own_house


@pytest.fixture
def keys(house: House, tmp_path: Path) -> Path:
    """Seat three persons, security first; return the folder of their keys, each by their login."""
    (tmp_path / "words").write_text(f"{WORDS}\n")
    for login in ("xu", "qin"):
        who = ("add", login, "--name", login, "--role", "admin", "--team", "north")
        assert tell(house.data, "user", *who).code == 0
    for login in ("xu", "gao", "qin"):
        told = seat(house, tmp_path, login, "" if login == "xu" else "xu")
        assert told.code == 0, told.err
    return tmp_path


def shut(folder: Path) -> tuple[str, str]:
    return ("--passphrase-file", str(folder / "words"))


def by(folder: Path, login: str) -> tuple[str, ...]:
    """Return how somebody shows their key; nobody shows none."""
    if not login:
        return ()
    words = ("--admin-passphrase-file", str(folder / "words"))
    return ("--admin-key", str(folder / f"{login}.key"), *words)


def seat(house: House, folder: Path, login: str, who: str, name: str = "") -> Told:
    out = ("--out", str(folder / f"{name or login}.key"))
    asked = ("administrator", "seat", login, "--power", POWER_OF[login])
    return tell(house.data, *asked, *out, *shut(folder), *by(folder, who))


def acted(house: House) -> list[tuple[str, str]]:
    """Return what the log tells of administrators' acts: whose power, which command."""

    async def look(session: Session) -> list[tuple[str, str]]:
        rows = await session.rows("SELECT entry FROM audit_leaf ORDER BY n")
        told = [msgspec.json.decode(row[0]) for row in rows]
        return [(t["power"], t["command"]) for t in told if t.get("what") == "administrator.acted"]

    async def act(database: Database) -> list[tuple[str, str]]:
        return await database.read(look)

    return house.at_database(act)


def test_every_command_is_somebodys_or_nobodys() -> None:
    assert set(POWERS) | UNBOUND == set(COMMANDS)
    assert not set(POWERS) & UNBOUND


@ON_ONE_FILE
@pytest.mark.parametrize("power", ACTS)
def test_each_does_their_part_and_no_others(house: House, keys: Path, power: str) -> None:
    """Give every command with each of the three keys, and with none."""
    device = house.crew["wang"].device_id
    for number, command in enumerate(ACTS[power]):
        for login in ("", *POWER_OF):
            holes = {"DEVICE": device, "CASE": "nothing", "OUT": str(keys / f"{number}{login}.out")}
            asked = [holes.get(part, part) for part in command]
            if "seat" in command:
                asked += shut(keys)
            told = tell(house.data, *asked, *by(keys, login))
            refused = "administrator" in told.err
            assert refused == (POWER_OF.get(login) != power), (asked, login, told)
            assert not refused or (told.code, told.out) == (1, "")
    assert {whose for whose, _what in acted(house)} == {power, "security"}


@ON_ONE_FILE
def test_what_is_done_is_on_record_before_it_is(house: House, keys: Path) -> None:
    before = len(acted(house))
    told = tell(house.data, "erase", "nothing", *by(keys, "qin"))
    assert told.err == "there is no case nothing\n"
    assert acted(house)[before:] == [("audit", "erase")]
    tell(house.data, "erase", "nothing", *by(keys, "xu"))
    assert len(acted(house)) == before + 1


@ON_ONE_FILE
def test_reading_takes_nobodys_key(house: House, keys: Path) -> None:
    listed = "system\tgao\nsecurity\txu\naudit\tqin\n"
    assert tell(house.data, "administrator", "list").out == listed
    for asked in (("user", "list"), ("device", "list"), ("offline-hours",), ("least-client",)):
        assert tell(house.data, *asked).code == 0


@ON_ONE_FILE
def test_nobody_has_two_powers_and_only_administrators_have_one(house: House, keys: Path) -> None:
    asked = ("administrator", "seat", "xu", "--power", "audit", "--out", str(keys / "two.key"))
    told = tell(house.data, *asked, *shut(keys), *by(keys, "xu"))
    assert told.err == "xu has another power: nobody has two\n"
    assert not (keys / "two.key").exists()
    asked = ("administrator", "seat", "li", "--power", "audit", "--out", str(keys / "li.key"))
    told = tell(house.data, *asked, *shut(keys), *by(keys, "xu"))
    assert told.err == "there is no administrator at work with the login li\n"
    told = seat(house, keys, "gao", "xu")
    assert told.err.endswith("gao.key is there already\n")


@ON_ONE_FILE
def test_a_former_key_and_one_who_left_are_nobodys(house: House, keys: Path) -> None:
    assert seat(house, keys, "qin", "xu", "later").code == 0
    told = tell(house.data, "retention", "run", *by(keys, "qin"))
    assert "is not the audit administrator's" in told.err
    assert tell(house.data, "retention", "run", *by(keys, "later")).code == 0
    assert tell(house.data, "user", "deactivate", "qin", *by(keys, "xu")).code == 0
    told = tell(house.data, "retention", "run", *by(keys, "later"))
    assert "is not the audit administrator's" in told.err
    (keys / "words").write_text("quite another passphrase\n")
    told = tell(house.data, "team", "add", "west", "West", *by(keys, "gao"))
    assert "the passphrase does not open" in told.err


@ON_ONE_FILE
def test_who_seats_the_others_does_not_leave_before_a_successor(house: House, keys: Path) -> None:
    """Else no key would be left that seats anybody."""
    told = "xu is the security administrator: seat another one first\n"
    assert tell(house.data, "user", "deactivate", "xu", *by(keys, "xu")).err == told
    assert tell(house.data, "user", "leave", "xu", *by(keys, "xu")).err == told
    asked = ("administrator", "seat", "bo", "--power", "security", "--out", str(keys / "bo.key"))
    who = ("add", "bo", "--name", "bo", "--role", "admin", "--team", "north")
    assert tell(house.data, "user", *who, *by(keys, "xu")).code == 0
    assert tell(house.data, *asked, *shut(keys), *by(keys, "xu")).code == 0
    assert tell(house.data, "user", "leave", "xu", *by(keys, "bo")).code == 0
    assert tell(house.data, "enrol-code", "li", *by(keys, "bo")).code == 0
