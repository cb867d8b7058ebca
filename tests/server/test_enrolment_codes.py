"""Enrolment at the server's door: which code is taken, who is locked out, what nobody learns."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from sync.protocol.messages import Codes, Enrol
from sync.server.app import create_app
from sync.server.handlers.enrolment import _enrol
from sync.server.handlers.lockout import (
    ADDRESS_SPAN,
    ADDRESS_TRIES,
    NAME_SPAN,
    NAME_TRIES,
)
from sync.server.repositories.session import Row, Session
from tests.server.house import House, problem, service_of
from tests.server.laptop import SYNC, enrol, enrolment
from tests.server.terminal import contents, tell
from tests.server.turned import Turned

WRONG = "AAAA-AAAA-AAAA-AAAA"
SECOND = timedelta(seconds=1)


def tried(house: House, login: str, code: str = WRONG) -> httpx.Response:
    """Try to enrol a new laptop."""
    asked = enrolment(login, code, Ed25519PrivateKey.generate())
    return house.client.post(f"{SYNC}/enrol", json=asked)


def codes(house: House, login: str, times: int, code: str = WRONG) -> list[str]:
    return [problem(tried(house, login, code)) for _ in range(times)]


def test_only_the_right_code_of_the_right_person(house: House) -> None:
    code = house.code("li")
    assert problem(tried(house, "li")) == Codes.WRONG_CODE
    assert problem(tried(house, "wang", code)) == Codes.WRONG_CODE
    answer = tried(house, "li", code)
    assert answer.status_code == 200
    assert answer.json()["officer"]["name"] == "李静"
    used = tried(house, "li", code)
    assert (used.status_code, problem(used)) == (403, Codes.CODE_USED)


def test_a_code_lives_for_a_day(door: House, clock: Turned) -> None:
    clock.at = datetime.now(UTC) + timedelta(hours=24, minutes=-1)
    assert tried(door, "li", door.code("li")).status_code == 200
    code = door.code("li")
    clock.at = datetime.now(UTC) + timedelta(hours=24)
    late = tried(door, "li", code)
    assert (late.status_code, problem(late)) == (403, Codes.CODE_EXPIRED)


STRANGERS = ("nobody", "ma", "chen", "赵", "x" * 900)


def test_nobody_learns_who_has_an_account(door: House) -> None:
    """Answer strangers, ended accounts and those without a code like a colleague's wrong code.

    Also the lock falls at the same try, and on names that nobody has.
    """
    door.code("li")
    with TestClient(calling_from(create_app(service_of(door.data)))) as client:
        for _ in range(NAME_TRIES + 2):
            told = [
                tried_from(client, number, who) for number, who in enumerate(("li", *STRANGERS))
            ]
            assert {answer.status_code for answer in told} == {403}
            assert len({answer.content for answer in told}) == 1
            assert all(answer.headers == told[0].headers for answer in told)
    assert problem(told[0]) == Codes.TOO_MANY_TRIES


class Watched:
    """A transaction that writes down what it is asked, without the values."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.locking = session.locking
        self.asked: list[str] = []

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        self.asked.append(sql)
        return await self._session.rows(sql, *values)

    async def row(self, sql: str, *values: Any) -> Row | None:
        self.asked.append(sql)
        return await self._session.row(sql, *values)

    async def run(self, sql: str, *values: Any) -> None:
        self.asked.append(sql)
        await self._session.run(sql, *values)

    async def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        self.asked.append(sql)
        await self._session.run_many(sql, rows)

    async def rows_many(self, sql: str, rows: Sequence[Row]) -> list[Row]:
        self.asked.append(sql)
        return await self._session.rows_many(sql, rows)


def test_a_name_that_nobody_has_is_as_much_work_as_one_that_somebody_has(door: House) -> None:
    """Count what is done rather than how long it takes: the same statements, and one comparison.

    What is left is how soon an index ends its search. That the count bites is seen by the right
    code, for which more is done.
    """
    code = door.code("li")
    service = service_of(door.data)

    def asked(login: str, told: str) -> list[str]:
        request = msgspec.convert(enrolment(login, told, Ed25519PrivateKey.generate()), Enrol)

        async def work(session: Session) -> list[str]:
            watched = Watched(session)
            await _enrol(watched, service, request, login)
            return watched.asked

        return door.at_database(lambda database: database.write(work))

    for locked in (False, True):
        known = asked("li", WRONG)
        assert known
        assert {login: asked(login, WRONG) for login in STRANGERS} == dict.fromkeys(
            STRANGERS, known
        ), "locked" if locked else "free"
        for login in ("li", *STRANGERS):
            for _ in range(NAME_TRIES):
                asked(login, WRONG)
    assert len(asked("wang", door.code("wang"))) > len(known)
    assert len(asked("li", code)) == len(known), "locked: not even the right code is looked at"


def tried_from(client: httpx.Client, number: int, login: str) -> httpx.Response:
    """Try a wrong code from an address of one's own."""
    asked = enrolment(login, WRONG, Ed25519PrivateKey.generate())
    return client.post(f"{SYNC}/enrol", json=asked, headers={"x-from": f"10.0.1.{number}"})


def test_a_lock_ends_with_a_new_code_or_a_day(door: House, clock: Turned) -> None:
    code = door.code("li")
    assert codes(door, "li", NAME_TRIES) == [Codes.WRONG_CODE] * NAME_TRIES
    assert codes(door, "li", 2, code) == [Codes.TOO_MANY_TRIES] * 2
    assert tried(door, "wang", door.code("wang")).status_code == 200
    assert tried(door, "li", door.code("li")).status_code == 200

    assert codes(door, "sun", NAME_TRIES + 1)[-1] == Codes.TOO_MANY_TRIES
    clock.at += NAME_SPAN - SECOND
    assert codes(door, "sun", 1) == [Codes.TOO_MANY_TRIES]
    clock.at += 2 * SECOND
    assert codes(door, "sun", 1) == [Codes.WRONG_CODE]


def test_the_right_code_forgets_earlier_slips(door: House) -> None:
    for _ in range(2):
        code = door.code("li")
        codes(door, "li", NAME_TRIES - 1)
        assert tried(door, "li", code).status_code == 200
    assert codes(door, "li", NAME_TRIES) == [Codes.WRONG_CODE] * NAME_TRIES


def test_tries_stay_counted_when_the_server_starts_anew(door: House, clock: Turned) -> None:
    codes(door, "li", NAME_TRIES)
    with TestClient(create_app(service_of(door.data, clock))) as client:
        asked = enrolment("li", WRONG, Ed25519PrivateKey.generate())
        assert problem(client.post(f"{SYNC}/enrol", json=asked)) == Codes.TOO_MANY_TRIES
    assert "li" not in str(contents(door.data)["enrol_try"])


def calling_from(app: ASGIApp) -> ASGIApp:
    """Let a request say in a header which address it comes from."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = dict(scope["headers"]).get(b"x-from", b"10.0.0.1").decode()
            scope["client"] = (told, 50000)
        await app(scope, receive, send)

    return called


def test_an_address_that_tries_everybody(door: House, clock: Turned) -> None:
    """Lock the address out for an hour, and nobody else."""
    with TestClient(calling_from(create_app(service_of(door.data, clock)))) as client:
        at_gate = enrol(client, "li", door.code("li"))  # the right code is no try
        names = [f"guess{n}" for n in range(ADDRESS_TRIES)]
        asked = [enrolment(name, WRONG, at_gate.key) for name in names]
        first = [client.post(f"{SYNC}/enrol", json=one) for one in asked]
        assert {problem(answer) for answer in first} == {Codes.WRONG_CODE}
        locked = client.post(f"{SYNC}/enrol", json=enrolment("li", door.code("li"), at_gate.key))
        assert (locked.status_code, problem(locked)) == (429, Codes.BUSY)
        assert locked.headers["retry-after"] == str(int(ADDRESS_SPAN.total_seconds()))
        # The code was not looked at: it is still good, from elsewhere and later.
        code = door.code("li")
        client.headers["x-from"] = "10.0.0.2"
        assert enrol(client, "li", code).hello().officer_id == at_gate.me
        client.headers["x-from"] = "10.0.0.1"
        clock.at += ADDRESS_SPAN + SECOND
        assert problem(client.post(f"{SYNC}/enrol", json=asked[0])) == Codes.WRONG_CODE


def test_guesses_at_once_are_not_more(door: House) -> None:
    with ThreadPoolExecutor(12) as crowd:
        told = list(crowd.map(lambda _: problem(tried(door, "li")), range(12)))
    assert told.count(Codes.WRONG_CODE) == NAME_TRIES
    assert told.count(Codes.TOO_MANY_TRIES) == 12 - NAME_TRIES


def test_one_code_makes_one_laptop(house: House) -> None:
    code = house.code("li")
    before = len(contents(house.data)["device"])
    with ThreadPoolExecutor(5) as crowd:
        told = list(crowd.map(lambda _: tried(house, "li", code), range(5)))
    assert sorted(a.status_code for a in told) == [200, 403, 403, 403, 403]
    assert {problem(a) for a in told if a.status_code == 403} == {Codes.CODE_USED}
    assert len(contents(house.data)["device"]) == before + 1


FORGED = {
    "another code": {"code": "BBBB-BBBB-BBBB-BBBB"},
    "another person": {"account": "wang"},
    "another laptop": {"device_id": "018f0000-0000-7000-8000-000000000000"},
    "another key": {"public_key": "A" * 43 + "="},
    "no key": {"public_key": "AAAA"},
    "no proof": {"proof": ""},
    "a proof that is no base 64": {"proof": "§§"},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_laptop_that_does_not_hold_its_key(house: House, name: str) -> None:
    asked = enrolment("li", house.code("li"), Ed25519PrivateKey.generate())
    answer = house.client.post(f"{SYNC}/enrol", json=asked | FORGED[name])
    assert (answer.status_code, problem(answer)) == (400, Codes.BAD_SIGNATURE)
    assert house.client.post(f"{SYNC}/enrol", json=asked).status_code == 200


def test_a_laptop_that_is_known_already(house: House) -> None:
    """Refuse a second laptop with the first one's id, and keep the code for the right one."""
    code = house.code("li")
    twin = tried_as(house, code, house.crew["wang"].device_id)
    assert (twin.status_code, problem(twin)) == (409, Codes.FORKED)
    assert tried(house, "li", code).status_code == 200


@pytest.mark.parametrize("device_id", ["", "../x", "x" * 65, "a b", "ä"])
def test_an_id_that_is_none(house: House, device_id: str) -> None:
    answer = tried_as(house, WRONG, device_id)
    assert (answer.status_code, problem(answer)) == (400, Codes.MALFORMED)


def tried_as(house: House, code: str, device_id: str) -> httpx.Response:
    """Try to enrol a laptop under an id of one's choice, rightly signed."""
    key = Ed25519PrivateKey.generate()
    return house.client.post(f"{SYNC}/enrol", json=enrolment("li", code, key, device_id))


def test_an_older_code_ends_with_a_newer(house: House) -> None:
    older, newer = house.code("li"), house.code("li")
    assert codes(house, "li", 1, older) == [Codes.WRONG_CODE]
    assert tried(house, "li", newer).status_code == 200


def test_a_code_leaves_no_plain_trace(house: House) -> None:
    code = house.code("li")
    answer = tried(house, "li", code).json()
    kept = str(contents(house.data))
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert answer["token"] not in kept
    assert tell(house.data, "audit", "verify").code == 0
