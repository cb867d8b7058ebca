"""What has ended stays so when the server's clock is set back, also for a server begun anew."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.messages import Codes
from sync.protocol.proof import TOKEN_LIFE, WINDOW
from sync.server.backup import mark
from sync.server.latest_time import LatestTime
from sync.server.replays import Remembered
from sync.server.repositories.sqlite import SqliteDatabase
from tests.server.house import House, opened, problem, service_of
from tests.server.laptop import SYNC, enrolment
from tests.server.turned import Turned

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Counted:
    """Seconds that nobody sets."""

    s: float = 0.0

    def __call__(self) -> float:
        return self.s


def test_it_follows_the_clock_and_goes_on_while_that_is_behind(clock: Turned) -> None:
    began, passed = clock.at, Counted()
    latest = LatestTime(clock, passed=passed)
    clock.at += DAY
    assert latest.now() == began + DAY
    clock.at -= 2 * DAY
    assert latest.now() == began + DAY
    for _ in range(3):
        passed.s += 20
        latest.now()
    assert latest.now() == began + DAY + MINUTE
    clock.at = began + 2 * DAY
    assert latest.now() == clock.at


def test_a_used_proof_is_not_believed_again(clock: Turned) -> None:
    """Set the clock back after ten minutes, when a used proof is remembered no more."""

    async def work() -> list[bool]:
        never_opened = SqliteDatabase(Path("never-opened"))
        latest = LatestTime(clock, passed=Counted())
        kept, signed_at = Remembered(latest), clock.at
        found = [await kept.first(never_opened, "laptop", "a", signed_at)]
        clock.at += 2 * WINDOW + SECOND
        found.append(await kept.first(never_opened, "laptop", "b", clock.at))
        clock.at = signed_at
        # Who asks first looks whether it was signed within minutes of this.
        found.append(latest.now() - signed_at <= WINDOW)
        return found

    assert asyncio.run(work()) == [True, True, False]


def tried(client: httpx.Client, code: str) -> httpx.Response:
    """Try to enrol a new laptop."""
    asked = enrolment("li", code, Ed25519PrivateKey.generate())
    return client.post(f"{SYNC}/enrol", json=asked)


def test_a_code_that_has_ended_stays_so(door: House, clock: Turned) -> None:
    """Set the clock back a day under a running server; keep the mark; begin the server anew."""
    code = door.code("li")
    clock.at = datetime.now(UTC) + DAY
    assert problem(tried(door.client, code)) == Codes.CODE_EXPIRED
    clock.at -= DAY
    assert problem(tried(door.client, code)) == Codes.CODE_EXPIRED
    door.at_database(lambda d: mark.keep(d, door.data, door.service.latest))
    with opened(service_of(door.data, clock)) as client:
        assert problem(tried(client, code)) == Codes.CODE_EXPIRED
        assert tried(client, door.code("li")).status_code == 200


def test_a_token_that_has_ended_stays_so(door: House, clock: Turned) -> None:
    li = door.crew["li"]
    assert li.hello().officer_id == li.me
    clock.at += TOKEN_LIFE + SECOND
    li.ask("POST", "/wiped")  # learns the time, not a token
    clock.at -= TOKEN_LIFE
    ended = li.ask_once("GET", "/hello")
    assert (ended.status_code, problem(ended)) == (401, Codes.UNAUTHORISED)
    assert li.hello().officer_id == li.me
