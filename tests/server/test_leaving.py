"""A server that is stopped answers what it has begun, says that it goes, and goes in time."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx
import msgspec
import pytest

from sync.protocol.messages import Push
from sync.protocol.versions import VERSION
from tests.server.acts import call
from tests.server.house import House, Staffed, problem, service_of
from tests.server.laptop import SYNC, Bare
from tests.server.pushing import all_beyond, check_feed, check_kept, pushing, until
from tests.sync.office import Process, Server, copied
from tests.sync.relay import Relay, running

type Tell = Callable[[str, object], None]
STOPS, LONG_STOPS = 2, 40
CLOSING_S = 30
PROCESSES = 3
ON_ONE_FILE = pytest.mark.parametrize("furnished", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)
ON_BOTH_WHEN_LONG = pytest.mark.parametrize(  # how it leaves is the same for either
    "furnished", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)


class Up:
    """A server process with the staffed branch behind it."""

    def __init__(self, data: Path, staffed: Staffed, *options: str) -> None:
        self.server = Server(data, options=options, sooner=True)
        self.server.start()
        self.client = httpx.Client(base_url=self.server.address, timeout=60)
        crew = {login: one.again(self.client) for login, one in staffed.crew.items()}
        self.house = House(data, self.client, service_of(data), crew, staffed.cases, staffed.files)

    @property
    def process(self) -> Process:
        assert self.server.process is not None
        return self.server.process

    def close(self) -> None:
        self.client.close()
        self.server.stop()


@pytest.fixture
def data(request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path) -> Iterator[Path]:
    with copied(request, staffed.data, tmp_path / "srv") as found:
        yield found


def begun(up: Up, laptop: Bare) -> tuple[socket.socket, bytes]:
    """Begin a push whose body is still to come; return the line and the rest of the request.

    The server asks for the body when a handler waits for it, so the request is under way then.
    """
    envelopes = laptop.sealed(call(laptop, up.house.cases["own"]))
    body = msgspec.json.encode(Push(laptop.enrolled.epoch, laptop.device_id, tuple(envelopes)))
    head = [f"POST {SYNC}/push HTTP/1.1", "Host: t", f"Content-Length: {len(body)}"]
    assert laptop.renewed() is None
    shown = laptop.shown("POST", f"{SYNC}/push", body)
    head += ["Expect: 100-continue", *(f"{name}: {value}" for name, value in shown.items())]
    head += [f"Sync-Version: {VERSION}", "", ""]
    line = socket.create_connection(("127.0.0.1", up.server.port), 60)
    line.sendall("\r\n".join(head).encode())
    assert line.recv(100).startswith(b"HTTP/1.1 100")
    return line, body


def everything(line: socket.socket) -> bytes:
    """Read until the other side closes."""
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)


def until_not_ready(up: Up) -> httpx.Response:
    """Ask until the server says that it is leaving; it cannot end meanwhile."""
    while True:
        answer = httpx.get(f"{up.server.address}/ready")
        if answer.status_code != 200:
            return answer


@ON_BOTH_WHEN_LONG
def test_what_is_under_way_is_answered(data: Path, staffed: Staffed) -> None:
    up = Up(data, staffed)
    with closing(up):
        li = up.house.crew["li"]
        line, body = begun(up, li)
        with line:
            up.process.send_signal(signal.SIGTERM)
            gone = until_not_ready(up)
            assert (gone.status_code, problem(gone)) == (503, "sync.busy")
            late = httpx.get(f"{up.server.address}{SYNC}/hello", headers=li.headers)
            assert (late.status_code, problem(late)) == (503, "sync.busy")
            assert int(late.headers["retry-after"]) > 0
            line.sendall(body)
            answer = everything(line)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        assert b"connection: close" in answer.lower()
        assert b'"applied"' in answer
        assert up.process.wait(CLOSING_S) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", up.server.port), 5)


@ON_ONE_FILE
def test_nobody_is_waited_for_without_end(data: Path, staffed: Staffed) -> None:
    """Never send the rest: the process ends all the same, and takes nothing of it."""
    up = Up(data, staffed, "--drain", "1")
    with closing(up):
        line, _ = begun(up, up.house.crew["li"])
        with line:
            up.process.send_signal(signal.SIGTERM)
            up.process.wait(CLOSING_S)
    up = Up(data, staffed)
    with closing(up):
        assert up.house.crew["li"].hello().last_seq == staffed.crew["li"].seq


def stop_and_start(data: Path, staffed: Staffed, stops: int) -> str:
    up = Up(data, staffed)
    with ExitStack() as clients, closing(up):
        lines = {
            login: clients.enter_context(httpx.Client(base_url=up.server.address, timeout=60))
            for login in ("li", "wang", "zhao")
        }
        with pushing(up.house, lines) as pushers:
            for n in range(stops):
                goal = 9 * (n + 1)
                until(pushers, lambda goal=goal: min(len(p.acked) for p in pushers) >= goal)
                for one in pushers:
                    one.there.clear()
                up.server.stop()
                up.server.start()
                for one in pushers:
                    one.there.set()
        kept = check_kept(up.house, pushers)
        assert kept >= 27 * stops
        return f"Stopped while laptops push: tried {stops}, lost 0 (of {kept} answered records)"


@ON_BOTH_WHEN_LONG
def test_laptops_push_while_it_is_stopped_and_started(
    data: Path, staffed: Staffed, record_property: Tell
) -> None:
    record_property("crash", stop_and_start(data, staffed, STOPS))


def workers_of(up: Up) -> list[int]:
    """Return the processes that answer, not the one that watches them."""
    named = ("-P", str(up.process.pid), "-f", "spawn_main")
    found = subprocess.run(["pgrep", *named], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split()]


@ON_POSTGRESQL
def test_a_process_that_dies_is_followed_by_another(data: Path, staffed: Staffed) -> None:
    """The others go on meanwhile, and no laptop loses what it was answered."""
    up = Up(data, staffed, "--processes", "2")
    with ExitStack() as clients, closing(up):
        lines = {
            login: clients.enter_context(httpx.Client(base_url=up.server.address, timeout=60))
            for login in ("li", "wang", "zhao")
        }
        before = workers_of(up)
        assert len(before) == 2
        with pushing(up.house, lines) as pushers:
            until(pushers, lambda: all(p.acked for p in pushers))
            os.kill(before[0], signal.SIGKILL)
            until(pushers, lambda: len(set(workers_of(up)) - set(before)) == 1)
            until(pushers, partial(all_beyond, pushers, [len(p.acked) + 3 for p in pushers]))
        assert before[1] in workers_of(up)
        for one in pushers:
            one.cut.clear()  # of the one that was killed
        assert check_kept(up.house, pushers) > 0


class Balancer(Relay):
    """Sends each request to the next server that says it is ready."""

    def __init__(self, servers: list[Server]) -> None:
        super().__init__(servers[0].address)
        self._turns = cycle(servers)

    @property
    def upstream(self) -> str:
        """Return who is ready; somebody always is."""
        while True:
            one = next(self._turns)
            with suppress(httpx.TransportError):
                if httpx.get(f"{one.address}/ready").status_code == 200:
                    return f"127.0.0.1:{one.port}"

    @upstream.setter
    def upstream(self, address: str) -> None:
        """Take no other."""


@ON_POSTGRESQL
@pytest.mark.parametrize("count", [2, pytest.param(PROCESSES, marks=pytest.mark.long)])
def test_one_server_after_another_is_restarted(data: Path, staffed: Staffed, count: int) -> None:
    """Servers on one database behind a balancer: no laptop notices that each was stopped."""
    with ExitStack() as ups:
        servers = [Server(data, options=("--notice", "1"), sooner=True) for _ in range(count)]
        for server in servers:
            ups.callback(server.stop)
            server.start()
        balancer = ups.enter_context(running(Balancer(servers)))
        up = ups.enter_context(closing(Up(data, staffed)))
        lines = {
            login: ups.enter_context(httpx.Client(base_url=balancer.address, timeout=60))
            for login in ("li", "wang", "zhao")
        }
        with pushing(up.house, lines) as pushers:
            for server in servers:
                before = sum(len(one.acked) for one in pushers)
                server.stop()
                server.start()
                goal = before + 9
                until(pushers, lambda goal=goal: sum(len(p.acked) for p in pushers) >= goal)
        check_kept(up.house, pushers)
        check_feed(up.house.crew["sun"], "team:south", pushers[2:])
        assert [(one.unheard, one.asked_to_wait) for one in pushers] == [(0, 0)] * len(pushers)


@pytest.mark.long
def test_stopped_and_started_often(data: Path, staffed: Staffed, record_property: Tell) -> None:
    record_property("crash", stop_and_start(data, staffed, LONG_STOPS))
