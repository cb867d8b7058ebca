"""A branch office for tests: a real server process with an imported export, and enrolled laptops.

`office` is a running server with team `north`: officers li and wang, lead chen, and the cases of
a small export. `office.seat("li")` enrols a laptop through the program's own bootstrap; the
lead's laptop gives cases with `office.give(…)`.
"""

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest

from field_app.bootstrap.desk_setup import lay_desk, policy_brought, unlock
from field_app.bootstrap.enrolment import enrol
from field_app.bootstrap.laptop import Laptop, MachineClock
from field_app.operations import team
from field_app.operations.desk import Desk
from field_app.operations.submit import Saved
from field_app.storage.case_lists import Wanted
from field_app.storage.keys import FLOOR
from field_app.storage.profile import Profile, own_profile
from field_app.storage.vault import Vault
from field_app.viewmodels.enrol import EnrolForm
from sync.cli.program import main as field_server
from sync.domain.ids import CaseId, OfficerId
from sync.domain.time import Clock, local_date
from sync.engine.engine import SyncReport, sync_once
from sync.engine.http_transport import HttpTransport
from sync.engine.ports import Progress, Transport
from tests.sync import warm
from tools.left_behind import end_with_us
from tools.own_port import until_it_listens
from tools.ports import free_port
from tools.postgres import Cluster
from tools.sample.export import Export, write_export
from tools.sample.keyrings import Secrets

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "three brown otters swim"
TEAM = "north"
CASES = 30
OFFICERS = {"li": "李静", "wang": "王强"}
LEAD = "chen"
DATABASE_URL = "database.url"  # in a server's folder: the PostgreSQL it uses
DATABASES = ("sqlite", "postgresql")
FURNISHED = pytest.StashKey[dict[str, Path]]()

type Process = subprocess.Popen[bytes] | warm.Forked


def never() -> bool:
    """Nobody stops the sync."""
    return False


def unheard(_progress: Progress) -> None:
    """Nobody listens to the progress."""


def whereabouts(data: Path) -> list[str]:
    """Return the options that name a server's folder, and its database when it is not a file."""
    named = data / DATABASE_URL
    url = ["--database-url", named.read_text()] if named.exists() else []
    return ["--data", str(data), *url]


def administer(data: Path, *arguments: str, clock: Clock | None = None) -> str:
    """Run `field-server` here, by a clock, and return what it printed; fails when it refuses.

    On a thread of its own, because it brings its own event loop and the caller may have one.
    """
    said = io.StringIO()
    with ThreadPoolExecutor(1) as thread, redirect_stdout(said), redirect_stderr(said):
        code = thread.submit(field_server, [*arguments, *whereabouts(data)], clock).result()
    assert code == 0, f"{arguments}: {said.getvalue()}"
    return said.getvalue()


def furnish(data: Path, today: datetime, cases: int = CASES) -> None:
    """Initialise a server with a team, its people and an imported export."""
    administer(data, "init", "--branch-name", "云川分行")
    administer(data, "team", "add", TEAM, "城北组")
    for login, name in OFFICERS.items():
        person = ("--name", name, "--team", TEAM, "--certified-until", "2099-12-31")
        administer(data, "user", "add", login, *person, "--start", "35.05,118.35")
    administer(data, "user", "add", LEAD, "--name", "陈晨", "--role", "lead", "--team", TEAM)
    export = data / "export.xlsx"
    write_export(export, Export(local_date(today, "Asia/Shanghai"), count=cases))
    administer(data, "import", str(export), "--team", TEAM)


@dataclass
class Server:
    """The server's process on one port, stopped and started as a test needs it."""

    data: Path
    port: int = field(default_factory=free_port)
    tls: tuple[Path, Path] | None = None
    options: tuple[str, ...] = ()
    said: IO[bytes] | None = None
    program: str = "sync.cli"
    told: dict[str, str] = field(default_factory=dict)
    sooner: bool = False  # forked with everything loaded; else as an operator would start it
    process: Process | None = None

    @property
    def address(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and return once it, and nobody else on its port, takes connections."""
        where = [*whereabouts(self.data), "--port", str(self.port), *self.options]
        if self.tls:
            where += ["--tls-cert", str(self.tls[0]), "--tls-key", str(self.tls[1])]
        self.process = self._begun(["serve", *where])
        end_with_us(self.process.pid)
        until_it_listens(self.process, self.port)

    def _begun(self, arguments: list[str]) -> Process:
        environment = os.environ | self.told
        preloaded = "LD_PRELOAD" in environment  # which only a program started anew loads
        if self.sooner and warm.POSSIBLE and self.said is None and not preloaded:
            return warm.begin(self.program, arguments, environment)
        return subprocess.Popen(
            [sys.executable, "-m", self.program, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=self.said,
            stderr=self.said,
            start_new_session=True,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, politely or with SIGKILL, its worker with it."""
        if self.process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait(30)
        self.process = None


@dataclass
class Seat:
    """A person at an enrolled, unlocked laptop."""

    login: str
    laptop: Laptop
    desk: Desk
    line: HttpTransport

    @property
    def profile(self) -> Profile:
        return own_profile(self.desk.store.vault)

    def line_to(self, address: str, **more: Any) -> HttpTransport:
        """Return one more line of this laptop."""
        return line_of(self.profile, address, **more)

    @property
    def me(self) -> OfficerId:
        return self.desk.me.officer_id

    def sync(
        self,
        cancelled: Callable[[], bool] = never,
        line: Transport | None = None,
        on_progress: Callable[[Progress], None] = unheard,
    ) -> SyncReport:
        """Sync once over the laptop's line, or over another."""
        replica = self.desk.store.replica
        return sync_once(replica, line or self.line, on_progress=on_progress, cancelled=cancelled)

    def cases(self) -> list[CaseId]:
        """Return the ids of every case on this laptop."""
        return [row.id for row in self.desk.store.lists.page(Wanted(), None, 100_000)]

    def count(self, kind: str) -> int:
        """Return how many records of a kind the screens can see."""
        row = self.desk.store.vault.connection.execute(
            "SELECT count(*) FROM projected WHERE kind = ?", (kind,)
        ).fetchone()
        assert row is not None
        return int(row[0])

    def close(self) -> None:
        self.line.close()
        self.desk.store.close()

    def reopened(self) -> "Seat":
        """Close the program and open it again with the passphrase."""
        self.close()
        return sit_down(self.login, self.laptop)


def sit_down(login: str, laptop: Laptop) -> Seat:
    """Unlock an enrolled laptop and lay its desk."""
    return seated(login, laptop, unlock(laptop, PASSPHRASE))


def seated(login: str, laptop: Laptop, vault: Vault) -> Seat:
    """Lay the desk of an open vault, with a line to its server."""
    desk = lay_desk(laptop, vault, policy_brought(laptop))
    profile = own_profile(vault)
    return Seat(login, laptop, desk, line_of(profile, profile.address))


def line_of(me: Profile, address: str, **more: Any) -> HttpTransport:
    """Return a line by which an enrolled laptop is known, to a server or what stands before it."""
    return HttpTransport(address, token=me.token, key=me.device_key, **more)


@dataclass
class Office:
    """A server, its folder, and everybody who sat down."""

    server: Server
    homes: Path
    clock: Clock
    seats: list[Seat] = field(default_factory=list)

    def code(self, login: str) -> str:
        """Make a one-time code for a person."""
        return administer(self.server.data, "enrol-code", login).strip()

    def laptop(self, name: str) -> Laptop:
        """Return a new laptop that is not enrolled."""
        home = self.homes / name
        home.mkdir(parents=True)
        return Laptop(home, self.clock, Secrets(), work=FLOOR, name=name)

    def form(self, login: str, code: str) -> EnrolForm:
        """Return the enrolment form as the person would fill it."""
        return EnrolForm(self.server.address, login, code, PASSPHRASE, PASSPHRASE)

    def seat(self, login: str) -> Seat:
        """Enrol a new laptop for a person and unlock it."""
        laptop = self.laptop(f"{login}-{len(self.seats)}")
        enrol(laptop, self.form(login, self.code(login)), lambda _step: None).close()
        return self.keep(sit_down(login, laptop))

    def keep(self, seat: Seat) -> Seat:
        """Close this seat when the test ends."""
        self.seats.append(seat)
        return seat

    def reopened(self, seat: Seat) -> Seat:
        """Close a person's program and open it again."""
        self.seats.remove(seat)
        return self.keep(seat.reopened())

    def people(self) -> dict[str, OfficerId]:
        """Return the ids of everybody by login."""
        lines = administer(self.server.data, "user", "list").splitlines()
        return {parts[0]: OfficerId(parts[4]) for parts in (line.split("\t") for line in lines)}

    def give(self, lead: Seat, count: int, first: str = "li", second: str = "wang") -> list[CaseId]:
        """Let the lead give so many cases to two officers, sent and answered; return them."""
        people = self.people()
        lead.sync()
        chosen = tuple(sorted(lead.cases())[:count])
        written = team.assign(lead.desk, chosen, people[first], people[second])
        assert all(isinstance(w, Saved) for w in written)
        lead.sync()
        return list(chosen)

    def close(self) -> None:
        for seat in self.seats:
            seat.close()
        self.server.stop()


@pytest.fixture(scope="session", params=DATABASES)
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a server's folder once for each database; tests run on copies of it.

    Pytest lets go of one whenever the other's turn comes, in every file: they are kept.
    """
    kept = request.config.stash.setdefault(FURNISHED, {})
    if request.param not in kept:
        data = tmp_path_factory.mktemp("office") / "srv"
        data.mkdir()
        if request.param == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            (data / DATABASE_URL).write_text(cluster.url(cluster.database()))
        furnish(data, datetime.now(UTC))
        kept[request.param] = data
    return kept[request.param]


def laid(request: pytest.FixtureRequest, furnished: Path, data: Path) -> Path:
    """Copy the furnished folder, and its database, to `data`; return it."""
    shutil.copytree(furnished, data)
    named = data / DATABASE_URL
    if named.exists():
        cluster: Cluster = request.getfixturevalue("cluster")
        copy = cluster.database(named.read_text().rsplit("/", 1)[1])
        named.write_text(cluster.url(copy))
    return data


@contextmanager
def copied(request: pytest.FixtureRequest, furnished: Path, data: Path) -> Iterator[Path]:
    """Copy it for as long as the context lasts: the copy's database is dropped then."""
    yield laid(request, furnished, data)
    named = data / DATABASE_URL
    if named.exists():
        cluster: Cluster = request.getfixturevalue("cluster")
        cluster.drop(named.read_text().rsplit("/", 1)[1])


@pytest.fixture
def server_data(request: pytest.FixtureRequest, furnished: Path, tmp_path: Path) -> Iterator[Path]:
    """Give one test a furnished server of its own."""
    with copied(request, furnished, tmp_path / "srv") as data:
        yield data


@pytest.fixture
def office(server_data: Path, tmp_path: Path) -> Iterator[Office]:
    """Run a server of the test's own, with 30 cases and nobody enrolled."""
    found = Office(Server(server_data, sooner=True), tmp_path / "homes", MachineClock())
    try:
        found.server.start()
        yield found
    finally:
        found.close()
