"""The gate: so many at once, so many waiting, the rest asked to come again; figures that add up."""

import asyncio
import random

import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from sync.server.admission import Admission, Gate
from sync.server.app import create_app
from sync.server.problems import Refusal, answer_refusal
from tests.server.house import House, service_of


class Door:
    """A route that stays open until it is let go."""

    def __init__(self, wanted: int = 0) -> None:
        self.open = asyncio.Event()
        self.filled = asyncio.Event()
        self.inside = 0
        self.most = 0
        self._wanted = wanted

    def app(self, gate: Gate) -> Litestar:
        @get("/slow")
        async def slow() -> str:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == self._wanted:
                self.filled.set()
            await self.open.wait()
            self.inside -= 1
            return "done"

        return Litestar(
            [slow],
            middleware=[Admission(gate)],
            exception_handlers={Refusal: answer_refusal},
            logging_config=None,
        )


def answers(door: Door, gate: Gate, count: int, turned_away: int) -> list[httpx.Response]:
    """Ask so often at once; open the door when the others were told to come again."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(door.app(gate))
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            asked = [asyncio.ensure_future(client.get("/slow")) for _ in range(count)]
            async with asyncio.timeout(20):
                waiting = set(asked)
                while len(waiting) > count - turned_away:
                    _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                await door.filled.wait()
                door.open.set()
                return list(await asyncio.gather(*asked))

    return asyncio.run(ask())


def test_more_than_there_is_room_for_are_asked_to_come_again() -> None:
    door = Door(3)
    gate = Gate(at_once=3, waiting=0, chance=random.Random(1))
    found = answers(door, gate, 10, turned_away=7)
    codes = sorted(a.status_code for a in found)
    assert codes == [200] * 3 + [503] * 7
    assert door.most == 3
    wishes = {int(a.headers["retry-after"]) for a in found if a.status_code == 503}
    assert all(gate.again_s[0] <= wish <= gate.again_s[1] for wish in wishes)
    assert len(wishes) > 1  # they do not all come again in the same second
    assert all(a.json()["code"] == "sync.busy" for a in found if a.status_code == 503)


def test_who_waits_too_long_is_asked_to_come_again() -> None:
    found = answers(Door(1), Gate(at_once=1, waiting=5, wait_s=0.05), 3, turned_away=2)
    assert sorted(a.status_code for a in found) == [200, 503, 503]


def test_who_waits_gets_in_when_there_is_room() -> None:
    door = Door(2)
    found = answers(door, Gate(at_once=2, waiting=8, wait_s=20), 6, turned_away=0)
    assert [a.status_code for a in found] == [200] * 6
    assert door.most == 2


def test_one_laptop_asks_so_often_a_minute(own_house: House) -> None:
    service = service_of(own_house.data)
    minutes = 0
    with TestClient(create_app(service, Gate(a_minute=5, clock=lambda: minutes * 60.0))) as client:
        li, wang = (own_house.crew[n].again(client) for n in ("li", "wang"))
        found = [li.ask("GET", "/hello").status_code for _ in range(8)]
        assert found == [200] * 5 + [429] * 3
        late = li.ask("GET", "/hello")
        assert late.headers["retry-after"] == "60"
        assert late.json()["code"] == "sync.busy"
        assert wang.ask("GET", "/hello").status_code == 200
        assert client.get("/health").status_code == 200
        minutes = 1
        assert li.ask("GET", "/hello").status_code == 200


def test_figures_name_routes_and_no_ids(own_house: House) -> None:
    li = own_house.crew["li"]
    before = _count(own_house, "/sync/v1/pull", 200)
    li.feed(f"officer:{li.me}")
    assert _count(own_house, "/sync/v1/pull", 200) > before
    told = own_house.client.get("/metrics").text
    assert "yuefang_request_seconds_bucket" in told
    assert li.me not in told
    assert own_house.files["own"].id not in told


def _count(house: House, route: str, status: int) -> float:
    wanted = f'yuefang_requests_total{{route="{route}",status="{status}"}} '
    lines = house.client.get("/metrics").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), 0.0)


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_what_the_operator_asks_is_never_turned_away(own_house: House, path: str) -> None:
    service = service_of(own_house.data)
    with TestClient(create_app(service, Gate(at_once=1, waiting=0, a_minute=1))) as client:
        assert [client.get(path).status_code for _ in range(5)] == [200] * 5
