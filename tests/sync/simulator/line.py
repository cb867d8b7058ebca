"""The line between laptops and server: the real HTTP client over a net that does what nets do.

Requests are the bytes that `HttpTransport` makes, answers the bytes that the application sends.
What is "late" reaches the server only after the laptop has given up, perhaps behind newer requests.
"""

import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from sync.domain.time import Clock
from sync.engine.http_transport import HttpTransport
from sync.engine.signing_in import SigningIn
from sync.protocol.versions import VERSION
from tests.sync.simulator.central import Answer, Central, ServerDied
from tests.sync.simulator.chance import Broken, Chance, Story

ADDRESS = "https://branch.example"
SIGNING_IN = "POST /token"
MOST_REQUESTS = 400  # of one sync: more is a loop
PROXY = Answer(200, {"content-type": "text/html"}, b"<html>Please log in to the WLAN</html>")

# How often each fault befalls a request while the net is bad.
FAULTS = {
    "": 60.0,
    "lost": 3.0,
    "lost answer": 6.0,
    "late": 4.0,
    "twice": 6.0,
    "cut": 4.0,
    "cut open": 2.0,
    "proxy": 2.0,
    "server dies before": 2.0,
    "server dies after": 4.0,
    "server full": 3.0,
}


@dataclass
class Request:
    """One request on its way."""

    who: str
    scope: dict[str, Any]
    body: bytes

    @property
    def name(self) -> str:
        return f"{self.scope['method']} {self.scope['path'].removeprefix('/sync/v1')}"


@dataclass
class Net:
    """Everybody's lines. `meanwhile` lets others act between two requests of a sync."""

    central: Central
    chance: Chance
    story: Story
    meanwhile: Callable[[str], None]
    bad: bool = True
    clogged: set[str] = field(default_factory=set)
    late: list[Request] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    proofs: Iterator[int] = field(default_factory=itertools.count)

    def carry(self, request: Request) -> Answer:
        """Bring a request there and its answer back, or not."""
        if request.name == SIGNING_IN and self.central.up and request.who not in self.clogged:
            return self.deliver(request)  # cut anywhere in tests/crash; here it is no question
        self.asked[request.who] = self.asked.get(request.who, 0) + 1
        if self.asked[request.who] > MOST_REQUESTS:
            raise Broken(f"{request.who} asks without end: {request.name}")
        self.meanwhile(request.who)
        if request.who in self.clogged or not self.central.up:
            raise requests.ConnectionError(request.who)
        fault = self.chance.weighed(FAULTS) if self.bad else ""
        if fault:
            self.story.tell(f"    {fault}: {request.who} {request.name}")
        return self._with(fault, request)

    def _with(self, fault: str, request: Request) -> Answer:
        match fault:
            case "lost":
                raise requests.ConnectionError(fault)
            case "late":
                self.late.append(request)
                raise requests.ReadTimeout(fault)
            case "proxy":
                return PROXY
            case "twice":
                return self.chance.one([self.deliver(request), self.deliver(request)])
            case "server dies before" | "server dies after":
                self.central.database.doom.die = fault.rsplit(" ", 1)[1]
            case "server full":
                self.central.database.doom.full_after = self.chance.among(0, 8)
        answer = self.deliver(request)
        if fault == "lost answer":
            raise requests.ConnectionError(fault)
        return self._cut(answer, fault) if fault.startswith("cut") else answer

    def _cut(self, answer: Answer, fault: str) -> Answer:
        """Return what arrives of an answer; "open" ones do not say how long they are."""
        headers = dict(answer.headers)
        if fault == "cut open":
            headers.pop("content-length", None)
        end = self.chance.among(0, max(0, len(answer.body) - 1))
        return Answer(answer.status, headers, answer.body[:end])

    def deliver(self, request: Request) -> Answer:
        """Hand a request to the server; a server that died over it is started anew later."""
        doom = self.central.database.doom
        try:
            answer = self.central.answer(request.scope, request.body)
        except ServerDied as death:
            self.central.up = False
            self.story.tell(f"    the server died {death} its commit")
            raise requests.ConnectionError("died") from death
        finally:
            doom.die, doom.full_after = "", -1
        # A token is chance that no seed rules: two runs of one seed tell the same all the same.
        told = b"" if request.name == SIGNING_IN else request.body + answer.body
        self.story.tell(f"    {request.who} {request.name} {answer.status}", told)
        return answer

    def deliver_late(self) -> None:
        """Let one of the late requests reach the server; nobody waits for its answer."""
        if not self.late or not self.central.up:
            return
        request = self.late.pop(self.chance.among(0, len(self.late) - 1))
        self.story.tell(f"  late arrival: {request.who} {request.name}")
        try:
            self.deliver(request)
        except requests.ConnectionError:
            return  # nobody hears of it

    def line(
        self,
        who: str,
        token: str = "",
        key: bytes = b"",
        clock: Clock | None = None,
        version: int = VERSION,
    ) -> HttpTransport:
        """Return a laptop's line; its clock may be wrong."""
        ids = self.proofs  # by themselves: a proof's id changes nothing that chance decides
        transport = HttpTransport(ADDRESS, token=token, start=_at_once, version=version)
        transport._signing_in = SigningIn(
            token,
            key,
            wall=lambda: (clock or self.central.time).now().timestamp(),
            passed=lambda: self.central.time.now().timestamp(),
            random=lambda size: next(ids).to_bytes(size),
        )
        transport._session.mount("https://", Adapter(self, who))
        return transport


def _at_once(work: Callable[[], None]) -> Callable[[], None]:
    """Fetch a page ahead here and now: a run of a seed knows one thread."""
    work()
    return lambda: None


class Adapter(BaseAdapter):
    """Stands where urllib3 would open a socket."""

    def __init__(self, net: Net, who: str) -> None:
        super().__init__()
        self._net = net
        self._who = who

    def send(self, request: requests.PreparedRequest, **_how: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer as urllib3 would, its body not yet read."""
        answer = self._net.carry(Request(self._who, _scope(request), _body(request)))
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = HTTPResponse(
            io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            preload_content=False,
            decode_content=False,
        )
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """Nothing is open."""


def _body(request: requests.PreparedRequest) -> bytes:
    return request.body if isinstance(request.body, bytes) else b""


def _scope(request: requests.PreparedRequest) -> dict[str, Any]:
    parts = urlsplit(request.url or "")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), str(v).encode()) for k, v in request.headers.items()],
        "client": ("10.0.0.1", 1),
        "server": ("branch.example", 443),
    }
