"""The proof of the device key: a stolen token opens nothing, a proof opens one door once."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.signing_in import SigningIn
from sync.protocol.messages import Codes
from sync.protocol.proof import HEADER, ID_BYTES, TOKEN_LIFE, WINDOW, Asked, prove
from sync.server.repositories import device_sessions
from tests.server.house import House, problem
from tests.server.laptop import SYNC, Bare, enrol
from tests.server.terminal import tell
from tests.server.turned import Turned

HELLO = f"{SYNC}/hello"
SECOND = timedelta(seconds=1)


def shown(
    laptop: Bare, method: str = "GET", target: str = HELLO, body: bytes = b""
) -> dict[str, str]:
    """Return what a laptop that is signed in shows for one request."""
    assert laptop.renewed() is None
    assert laptop.hello().officer_id == laptop.me
    return laptop.shown(method, target, body)


def asked(house: House, headers: dict[str, str], **said: object) -> tuple[int, str]:
    answer = house.client.get(HELLO, headers=headers, **said)  # type: ignore[arg-type]
    return answer.status_code, problem(answer) if answer.status_code != 200 else ""


def test_a_stolen_token_opens_nothing(house: House) -> None:
    """Neither the short one nor the enrolment's, without a proof or with another key's."""
    li = house.crew["li"]
    short = shown(li)["Authorization"]
    thief = SigningIn(li.enrolled.token, Ed25519PrivateKey.generate().private_bytes_raw())
    for token in (short, f"Bearer {li.enrolled.token}"):
        assert asked(house, {"Authorization": token}) == (401, Codes.PROOF)
        forged = thief.headers("GET", HELLO, b"", enrolled=True) | {"Authorization": token}
        assert asked(house, forged) == (401, Codes.PROOF)
    renewed = house.client.post(
        f"{SYNC}/token", headers=thief.headers("POST", f"{SYNC}/token", b"", enrolled=True)
    )
    assert (renewed.status_code, problem(renewed)) == (401, Codes.PROOF)


def test_a_proof_is_good_once(house: House) -> None:
    headers = shown(house.crew["li"])
    assert asked(house, headers) == (200, "")
    assert asked(house, headers) == (401, Codes.PROOF)


ELSEWHERE: dict[str, Callable[[Bare], tuple[str, str, bytes]]] = {
    "another method": lambda _li: ("POST", HELLO, b""),
    "another path": lambda _li: ("GET", f"{SYNC}/policy", b""),
    "another query": lambda _li: ("GET", f"{HELLO}?after=1", b""),
    "another body": lambda _li: ("GET", HELLO, b"x"),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_proof_is_for_one_request(house: House, name: str) -> None:
    li = house.crew["li"]
    assert asked(house, shown(li, *ELSEWHERE[name](li))) == (401, Codes.PROOF)


def test_a_proof_is_for_one_token(house: House) -> None:
    """Show a good proof with the token of somebody else, and the laptop's own other one."""
    li, wang = house.crew["li"], house.crew["wang"]
    of_wang = shown(wang)["Authorization"]
    assert asked(house, shown(li) | {"Authorization": of_wang}) == (401, Codes.PROOF)
    enrolments = f"Bearer {li.enrolled.token}"
    assert asked(house, shown(li) | {"Authorization": enrolments}) == (401, Codes.PROOF)


@pytest.mark.parametrize("text", ["", "x", "yf1", "yf1.1.2.3", "yf2" + "." * 3, "a" * 9000])
def test_a_proof_that_is_none(house: House, text: str) -> None:
    assert asked(house, shown(house.crew["li"]) | {HEADER: text}) == (401, Codes.PROOF)


@pytest.mark.parametrize("side", [-1, 1], ids=["early", "late"])
def test_a_proof_has_its_time(door: House, clock: Turned, side: int) -> None:
    li = door.crew["li"]
    clock.at += 2 * WINDOW  # what was signed before the server began is another matter
    short = shown(li)["Authorization"]
    said = Asked("GET", HELLO, short.removeprefix("Bearer "), b"")

    def signed(aside: timedelta) -> dict[str, str]:
        at_ms = int((clock.at + side * aside).timestamp() * 1000)
        proof = prove(said, li.key, at_ms, os.urandom(ID_BYTES))
        return {"Authorization": short, HEADER: proof}

    assert asked(door, signed(WINDOW - SECOND)) == (200, "")
    assert asked(door, signed(WINDOW + SECOND)) == (401, Codes.PROOF)


@pytest.mark.parametrize("years", [-30, 12])
def test_a_laptop_with_a_wrong_clock_is_told_the_time(house: House, years: int) -> None:
    """Its first proof is refused with the server's time; the second is believed, and all others."""
    li = house.crew["li"]
    wrong = datetime.now(UTC).timestamp() + years * 365 * 86400
    odd = replace(li)
    odd.signing_in = SigningIn(
        li.enrolled.token, li.key.private_bytes_raw(), wall=lambda: max(wrong, 0.0)
    )
    refused = odd.ask_once("POST", "/token", enrolled=True)
    assert (refused.status_code, problem(refused)) == (401, Codes.PROOF)
    assert odd.hello().officer_id == li.me
    assert odd.ask_once("GET", "/hello").status_code == 200


def test_a_token_ends_and_is_renewed_by_proof(door: House, clock: Turned) -> None:
    li = door.crew["li"]
    assert li.hello().officer_id == li.me
    clock.at += TOKEN_LIFE - WINDOW
    assert li.ask_once("GET", "/hello").status_code == 401  # the time has moved on
    assert li.ask("GET", "/hello").status_code == 200
    before = shown(li)["Authorization"]
    clock.at += TOKEN_LIFE + SECOND
    li.ask("POST", "/wiped")  # learns the time, not a token
    ended = li.ask_once("GET", "/hello")
    assert (ended.status_code, problem(ended)) == (401, Codes.UNAUTHORISED)
    assert li.hello().officer_id == li.me
    assert shown(li)["Authorization"] != before


def test_the_enrolments_token_is_for_renewing_alone(house: House) -> None:
    li = house.crew["li"]
    answer = li.ask_once("GET", "/hello", enrolled=True)
    assert (answer.status_code, problem(answer)) == (401, Codes.UNAUTHORISED)
    assert li.renewed(at_once=True) is None
    again = li.client.post(f"{SYNC}/token", headers=li.shown("POST", f"{SYNC}/token"))
    assert (again.status_code, problem(again)) == (401, Codes.UNAUTHORISED)


def test_an_older_program_goes_on_until_it_proves(house: House) -> None:
    """It was enrolled without; from its first proof on there is no way back."""
    old = enrol(house.client, "li", house.code("li"), proves=False)
    assert old.hello().officer_id == old.me
    refused = old.ask("POST", "/token")
    assert (refused.status_code, problem(refused)) == (401, Codes.UNAUTHORISED)
    new = replace(old, proves=True)
    assert new.hello().officer_id == old.me
    back = old.ask("GET", "/hello")
    assert (back.status_code, problem(back)) == (401, Codes.PROOF)


def test_a_laptop_has_few_tokens(house: House) -> None:
    li = house.crew["li"]
    tokens = []
    for _ in range(device_sessions.MOST_OF_ONE + 2):
        assert li.renewed(at_once=True) is None
        tokens.append(li.shown("GET", HELLO)["Authorization"])
    count = house.at_database(
        lambda database: database.read(
            lambda s: s.rows("SELECT 1 FROM device_session WHERE device_id = ?", li.device_id)
        )
    )
    assert len(count) == device_sessions.MOST_OF_ONE


def test_sessions_are_listed_and_ended(house: House) -> None:
    wang = house.crew["wang"]
    assert wang.hello().officer_id == wang.me
    listed = tell(house.data, "session", "list").out
    rows = [row.split("	") for row in listed.splitlines()]
    assert {row[2] for row in rows if row[0] == wang.device_id} == {"wang"}
    assert wang.device_id not in tell(house.data, "session", "end", wang.device_id).out
    ended = wang.ask_once("GET", "/hello")
    assert (ended.status_code, problem(ended)) == (401, Codes.UNAUTHORISED)
    assert wang.hello().officer_id == wang.me  # it proves its key and is there again
    assert "there is no laptop" in tell(house.data, "session", "end", "nobody").err
    leaves = house.at_database(
        lambda database: database.read(
            lambda s: s.rows("SELECT entry FROM audit_leaf WHERE entry LIKE '%session.ended%'")
        )
    )
    assert [wang.device_id in row[0] for row in leaves] == [True]


def test_a_revoked_laptop_gets_no_token(door: House) -> None:
    zhao = door.crew["zhao"]
    assert zhao.hello().officer_id == zhao.me
    tell(door.data, "device", "revoke", zhao.device_id)
    for answer in (zhao.ask_once("GET", "/hello"), zhao.ask("POST", "/token")):
        assert (answer.status_code, problem(answer)) == (401, Codes.REVOKED)


ENDINGS = {
    "the laptop": lambda li: ("device", "revoke", li.device_id),
    "the account": lambda li: ("user", "deactivate", li.login),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_an_end_holds_from_the_next_question_on(door: House, name: str) -> None:
    """End the laptop or its account from another process while its token lives."""
    zhao = door.crew["zhao"]
    assert zhao.hello().officer_id == zhao.me
    assert tell(door.data, *ENDINGS[name](zhao)).code == 0
    answer = zhao.ask_once("GET", "/hello")
    assert (answer.status_code, problem(answer)) == (401, Codes.REVOKED)
