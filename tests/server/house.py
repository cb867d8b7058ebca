"""A staffed branch in this very process: the real app on a real database, and its people's laptops.

In team north are the officers li and wang, the lead chen, the compliance officer he, the
administrator gao; in team south the officer zhao and the lead sun. ma has ended; li's second
laptop was revoked. Cases by whose they are, seen from li:

    own         li's and wang's            team   wang's alone
    reassigned  li's first, now wang's     other  zhao's, of team south

Each case has a file that its first officer recorded and sent whole. The map of the invented city is
on offer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from sync.cli.arguments import build_parser
from sync.cli.program import settings_of
from sync.domain.commands import AssignCase, RecordAttachment
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.outcome import Change
from sync.domain.records import Attachment, Record
from sync.domain.time import Clock
from sync.protocol.messages import Status
from sync.server.app import build_service, create_app
from sync.server.commit import Commit
from sync.server.repositories.session import Database, Session
from sync.server.service import Service
from tests.server.laptop import SYNC, Bare, enrol, fresh, now, sha256, state_of
from tests.server.sheets import csv_file, line
from tests.sync.office import TEAM, administer, copied, laid, whereabouts

SOUTH = "south"
PEOPLE = {
    "zhao": ("赵敏", "officer", SOUTH),
    "sun": ("孙立", "lead", SOUTH),
    "he": ("何清", "compliance", TEAM),
    "gao": ("高远", "admin", TEAM),
    "ma": ("马超", "officer", TEAM),
}
OURS = ("own", "team", "reassigned")
FIRST_OFFICER = {"own": "li", "team": "wang", "reassigned": "li", "other": "zhao"}
MAP = Path(__file__).resolve().parents[2] / "resources" / "sample" / "city.mappack"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(1000)


@dataclass
class House:
    """The branch, its laptops by login, and its cases and files by whose they are."""

    data: Path
    client: TestClient[Any]
    service: Service
    crew: dict[str, Bare]
    cases: dict[str, CaseId]
    files: dict[str, Attachment]

    def code(self, login: str) -> str:
        """Make a one-time code."""
        return administer(self.data, "enrol-code", login).strip()

    def keep(self, record: Record, base_rev: int = 0) -> None:
        """Write a record upon a revision, new upon none, as the server itself would."""
        branch = self.crew["li"].enrolled.branch_id

        async def work(session: Session) -> None:
            commit = Commit(session, branch)
            await commit.apply([Change(record, base_rev)])
            await commit.finish()

        self.at_database(lambda database: database.write(work))

    def at_database[T](self, act: Callable[[Database], Awaitable[T]]) -> T:
        """Do something at the database on a connection of one's own."""
        return at_database(self.data, act)

    def recorded(self, laptop: Bare, case_id: CaseId, data: bytes, **changed: Any) -> Attachment:
        """Record a file of a case; its bytes are still to be sent."""
        told = {"size": len(data), "sha256": sha256(data)} | changed
        fact = Attachment(RecordId(fresh()), case_id, now(), laptop.me, "照片", "image/png", **told)
        [result] = laptop.push(RecordAttachment(fact))
        assert result.status is Status.APPLIED
        return fact


def service_of(data: Path, clock: Clock | None = None) -> Service:
    """Build a server's parts as `field-server` would."""
    settings = settings_of(build_parser().parse_args(["init", *whereabouts(data)]))
    return build_service(settings, clock)


def at_database[T](data: Path, act: Callable[[Database], Awaitable[T]]) -> T:
    """Do something at a server's database, from outside the server."""
    database = service_of(data).database

    async def run() -> T:
        await database.open()
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(run())


@contextmanager
def opened(service: Service) -> Iterator[TestClient[Any]]:
    """Run the app of a service."""
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        client.get("/health")
        yield client


@dataclass
class Staffed:
    """A server's folder to copy, and what was made on it."""

    data: Path
    crew: dict[str, Bare]
    cases: dict[str, CaseId]
    files: dict[str, Attachment]


STAFFED = pytest.StashKey[dict[Path, Staffed]]()


@pytest.fixture(scope="session")
def staffed(
    request: pytest.FixtureRequest, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> Staffed:
    """Staff the branch once for each database; tests run on copies of it."""
    kept = request.config.stash.setdefault(STAFFED, {})
    if furnished not in kept:
        room = tmp_path_factory.mktemp("staffed")
        kept[furnished] = _staffed(laid(request, furnished, room / "srv"))
    return kept[furnished]


def _staffed(data: Path) -> Staffed:
    _hire(data)
    administer(data, "mappack", "publish", str(MAP))
    with opened(service_of(data)) as client:
        crew = {login: _seated(client, data, login) for login in ("li", "wang", "chen")}
        crew |= {login: _seated(client, data, login) for login in PEOPLE}
        crew["revoked"] = _seated(client, data, "li")
        house = House(data, client, service_of(data), crew, _given(crew), {})
        house.files = {whose: _filed(house, whose) for whose in FIRST_OFFICER}
        _assign(crew["chen"], house.cases["reassigned"], crew["wang"].me, None)
    administer(data, "device", "revoke", crew["revoked"].device_id)
    administer(data, "user", "deactivate", "ma")
    return Staffed(data, crew, house.cases, house.files)


def _hire(data: Path) -> None:
    administer(data, "team", "add", SOUTH, "城南组")
    for login, (name, role, team) in PEOPLE.items():
        person = ("--name", name, "--role", role, "--team", team, "--certified-until", "2099-12-31")
        administer(data, "user", "add", login, *person)
    export = csv_file(data / "south.csv", [line(n) for n in range(1, 4)])
    administer(data, "import", str(export), "--team", SOUTH)


def _seated(client: TestClient[Any], data: Path, login: str) -> Bare:
    return enrol(client, login, administer(data, "enrol-code", login).strip())


def _given(crew: dict[str, Bare]) -> dict[str, CaseId]:
    """Let the leads give cases; return them by whose they are."""
    north = sorted(c.id for c in crew["chen"].records(f"team:{TEAM}", "case"))
    cases = dict(zip(OURS, north, strict=False))
    cases["other"] = min(c.id for c in crew["sun"].records(f"team:{SOUTH}", "case"))
    li, wang, zhao = (crew[login].me for login in ("li", "wang", "zhao"))
    _assign(crew["chen"], cases["own"], li, wang)
    _assign(crew["chen"], cases["team"], wang, None)
    _assign(crew["chen"], cases["reassigned"], li, None)
    _assign(crew["sun"], cases["other"], zhao, None)
    return cases


def _assign(lead: Bare, case_id: CaseId, first: OfficerId, second: OfficerId | None) -> None:
    rev = lead.rev(f"team:{lead.enrolled.officer.team_id}", case_id)
    [result] = lead.push(AssignCase(case_id, rev, first, second))
    assert result.status is Status.APPLIED, result


def _filed(house: House, whose: str) -> Attachment:
    laptop = house.crew[FIRST_OFFICER[whose]]
    fact = house.recorded(laptop, house.cases[whose], PICTURE)
    assert state_of(laptop.upload(fact, PICTURE)).complete
    return fact


@contextmanager
def moved_in(
    request: pytest.FixtureRequest, staffed: Staffed, room: Path, clock: Clock | None = None
) -> Iterator[House]:
    """Open a copy of the staffed branch."""
    with copied(request, staffed.data, room / "srv") as data:
        service = service_of(data, clock)
        with opened(service) as client:
            crew = {login: laptop.again(client) for login, laptop in staffed.crew.items()}
            yield House(data, client, service, crew, staffed.cases, staffed.files)


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, staffed: Staffed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Open the staffed branch once for a file; its tests may add to it, not break it."""
    with moved_in(request, staffed, tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def own_house(request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path) -> Iterator[House]:
    """Open the staffed branch for one test."""
    with moved_in(request, staffed, tmp_path) as found:
        yield found


def problem(answer: Any) -> str:
    """Return the code of a refusal; fails the test when it is no well-formed problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert set(told) == {"code", "params", "request_id"}, told
    assert "Traceback" not in answer.text
    return str(told["code"])


__all__ = ["SYNC", "House", "Staffed", "house", "own_house", "staffed"]
