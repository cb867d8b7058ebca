"""Whatever answers instead of the server: a trouble with its own code, and nothing is lost."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from backports import zstd

from field_app.bootstrap.laptop import MachineClock
from sync.engine.address import InsecureAddress, check_address
from sync.engine.http_transport import HttpTransport
from sync.engine.trouble import PASSING, Trouble
from sync.protocol.messages import MAX_DECOMPRESSED, Codes
from tests.sync.acts import call, counted, grown, unanswered, without_news
from tests.sync.office import Office, Seat, Server, copied
from tests.sync.relay import Relay, Spoil, raw, relay_to, says, stalls
from tools.ports import free_port

HTML = b"<!DOCTYPE html><html><body>Please sign in to the guest network</body></html>"
STALL_S = 0.5  # for a peer that says nothing
ANSWERS_S = 10.0  # for a server that answers: it may be a busy one
BOMB = bytes(MAX_DECOMPRESSED + 1)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Busy:
    """An office with an officer at work and a relay to spoil the line."""

    office: Office
    lead: Seat
    li: Seat
    relay: Relay

    def line(self) -> HttpTransport:
        return self.li.line_to(self.relay.address, stall_s=ANSWERS_S)


@pytest.fixture(scope="module")
def busy(
    request: pytest.FixtureRequest, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Busy]:
    """Run one office for all the peers of this file; each test leaves it synced."""
    room = tmp_path_factory.mktemp("busy")
    with copied(request, furnished, room / "srv") as data:
        office = Office(Server(data), room / "homes", MachineClock())
        try:
            office.server.start()
            lead = office.seat("chen")
            office.give(lead, 3)
            li = office.seat("li")
            li.sync()
            with relay_to(office.server.address) as relay:
                yield Busy(office, lead, li, relay)
        finally:
            office.close()


PEERS: dict[str, tuple[Spoil, Codes]] = {
    "a sign-in page": (says(200, HTML, Content_Type="text/html"), Codes.GARBAGE),
    "a redirect": (says(302, b"", Location="http://192.0.2.1/portal"), Codes.REDIRECT),
    "json of another shape": (says(200, b'{"hello": "world"}'), Codes.GARBAGE),
    "a body cut off": (raw(OK + b"Content-Length: 900\r\n\r\n{"), Codes.UNREACHABLE),
    "hung up at once": (raw(b""), Codes.UNREACHABLE),
    "not even http": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), Codes.UNREACHABLE),
    "a chunk cut off": (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"), Codes.UNREACHABLE),
    "brackets without end": (says(200, b'{"pages":' + b"[" * 200_000), Codes.GARBAGE),
    "a refusal without end": (
        says(400, b'{"code":"sync.busy","params":{"a":' + b"[" * 200_000),
        Codes.GARBAGE,
    ),
    "gzip that is none": (says(200, b"{}", Content_Encoding="gzip"), Codes.GARBAGE),
    "an unknown packing": (says(200, b"{}", Content_Encoding="br"), Codes.GARBAGE),
    "half a zstd frame": (
        says(200, zstd.compress(HTML * 40)[:40], Content_Encoding="zstd"),
        Codes.GARBAGE,
    ),
    "a gzip bomb": (says(200, gzip.compress(BOMB, 1), Content_Encoding="gzip"), Codes.TOO_LARGE),
    "a zstd bomb": (says(200, zstd.compress(BOMB), Content_Encoding="zstd"), Codes.TOO_LARGE),
    "silence": (stalls(b""), Codes.STALLED),
    "silence in the middle": (stalls(OK + b"Content-Length: 900\r\n\r\n{"), Codes.STALLED),
    "a gateway's 502": (says(502, HTML), Codes.SERVER_ERROR),
    "a bug": (says(500, b'{"code": "sync.server_error"}'), Codes.SERVER_ERROR),
    "a gateway's 401": (says(401, HTML), Codes.UNAUTHORISED),
    "a revoked laptop": (says(401, b'{"code": "sync.revoked"}'), Codes.REVOKED),
    "too many requests": (says(429, b"", Retry_After="7"), Codes.BUSY),
    "closed for a while": (says(503, HTML, Retry_After="Wed, 21 Oct 2026"), Codes.BUSY),
    "a gateway's 413": (says(413, HTML), Codes.TOO_LARGE),
    "a problem with odd values": (
        says(409, b'{"code": "sync.seq_gap", "params": {"code": 1, "retry_after": 2, "self": 3}}'),
        Codes.SEQ_GAP,
    ),
    "a code of the future": (says(418, b'{"code": "sync.teapot"}'), Codes.GARBAGE),
    "a wish that is no number": (says(429, b"", Retry_After="\u00b2"), Codes.BUSY),
}
# Where the line breaks: asking who we are, sending, after the server took it all, reading.
PHASES = {
    "hello": ("/hello", False),
    "push": ("/push", False),
    "push taken": ("/push", True),
    "pull": ("/pull", False),
}


def wait_briefly(line: HttpTransport, path: str) -> None:
    """Let a line wait less where its peer says nothing, and only there."""
    once = line._once

    def ask(request: requests.Request, *told: Any) -> bytes:
        there = str(request.url).endswith(path)
        line._stall_s = STALL_S if there else ANSWERS_S
        return once(request, *told)

    line._once = ask  # type: ignore[method-assign]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", PEERS)
def test_bad_peer(busy: Busy, name: str, phase: str) -> None:
    spoil, code = PEERS[name]
    lead, li, relay = busy.lead, busy.li, busy.relay
    lead.sync()
    all_before, cases = counted(lead), li.cases()
    call(li, cases[0], f"{name}, {phase}")
    before = counted(li)

    relay.spoil = spoil
    relay.spoiled, relay.after_all = PHASES[phase]
    line = without_news(busy.line()) if phase == "pull" else busy.line()
    if code is Codes.STALLED:
        wait_briefly(line, relay.spoiled)
    with pytest.raises(Trouble) as caught:
        li.sync(line=line)
    relay.spoil = None
    assert caught.value.code is code
    assert counted(li) == before
    assert li.cases() == cases
    assert unanswered(li) == (0 if phase == "pull" else 1)

    li.sync(line=busy.line())
    assert unanswered(li) == 0
    assert counted(li) == before
    lead.sync()
    assert grown(all_before, counted(lead)) == {"contact": 1}


def test_the_servers_wish_is_heard(busy: Busy) -> None:
    busy.relay.spoiled, busy.relay.after_all = "/hello", False
    busy.relay.spoil = says(429, b"", Retry_After="7")
    with pytest.raises(Trouble) as caught:
        busy.li.sync(line=busy.line())
    busy.relay.spoil = None
    assert caught.value.retry_after == 7.0
    assert caught.value.code in PASSING


def test_nothing_follows_a_redirect(busy: Busy) -> None:
    busy.relay.spoiled, busy.relay.after_all = "/hello", False
    busy.relay.spoil = says(307, b"", Location=f"{busy.relay.address}/stolen")
    with pytest.raises(Trouble) as caught:
        busy.li.sync(line=busy.line())
    busy.relay.spoil = None
    assert caught.value.code is Codes.REDIRECT
    assert not [line for line in busy.relay.seen if "stolen" in line]


def test_nobody_listens(busy: Busy) -> None:
    call(busy.li, busy.li.cases()[0])
    before = counted(busy.li)
    line = busy.li.line_to(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Trouble) as caught:
        busy.li.sync(line=line)
    assert caught.value.code is Codes.UNREACHABLE
    assert unanswered(busy.li) == 1
    assert counted(busy.li) == before
    busy.li.sync()
    assert unanswered(busy.li) == 0


PAGES = {
    "another scope": b'{"epoch":"e","scope":"x","to":"1.0","more":false,"head":1,"ops":[]}',
    "a cursor that is none": b'{"epoch":"e","scope":"%s","to":"z","more":false,"head":1,"ops":[]}',
    "no way on": b'{"epoch":"e","scope":"%s","to":"0.-1","more":true,"head":1,"ops":[]}',
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_none(busy: Busy, name: str) -> None:
    fresh = busy.office.seat("li")
    scope = f"officer:{fresh.me}".encode()
    line = fresh.line_to(busy.relay.address, stall_s=ANSWERS_S)
    busy.relay.spoiled, busy.relay.after_all = "/pull", False
    busy.relay.spoil = says(200, PAGES[name].replace(b"%s", scope))
    with pytest.raises(Trouble) as caught:
        fresh.sync(line=line)
    busy.relay.spoil = None
    assert caught.value.code is Codes.GARBAGE
    fresh.sync()
    assert sorted(fresh.cases()) == sorted(busy.li.cases())


def test_another_server_is_not_obeyed(busy: Busy) -> None:
    hello = busy.li.line.hello()
    busy.relay.spoiled, busy.relay.after_all = "/hello", False
    stranger = msgspec.structs.replace(hello, server_id="somebody else", scopes=())
    busy.relay.spoil = says(200, msgspec.json.encode(stranger))
    cases = busy.li.cases()
    with pytest.raises(Trouble) as caught:
        busy.li.sync(line=busy.line())
    busy.relay.spoil = None
    assert caught.value.code is Codes.OTHER_SERVER
    assert busy.li.cases() == cases


@pytest.mark.parametrize(
    "address", ["http://bank.example", "ftp://127.0.0.1", "bank.example", "http://10.0.0.8:80", ""]
)
def test_an_open_line_is_refused(address: str) -> None:
    with pytest.raises(InsecureAddress):
        check_address(address)
