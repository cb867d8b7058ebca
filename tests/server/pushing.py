"""Laptops that push without a pause while their server comes and goes, and what became of it.

Each sends a batch again, as it was, until it is answered; only then it makes the next one.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import msgspec

from sync.domain.ids import CaseId
from sync.protocol.envelope import Envelope
from sync.protocol.messages import Push, Pushed, Status
from sync.server.repositories.session import Database
from tests.server.acts import call
from tests.server.house import House
from tests.server.laptop import SYNC, Bare, trouble_of
from tests.server.terminal import tell

BATCH = 3
PATIENCE_S = 120.0
PAUSE_S = 0.02  # before it is tried again; the databases need the processor too
TAKEN = frozenset({Status.APPLIED, Status.ALREADY})


@dataclass
class Pusher:
    """One laptop; `acked` are the ids it was answered, `cut` the answers that broke off."""

    laptop: Bare
    case_id: CaseId
    there: threading.Event  # the server is up, or will be in a moment
    acked: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    asked_to_wait: int = 0
    unheard: int = 0
    longest_s: float = 0.0  # for one answer of any kind
    refused: str = ""  # what kept the last batch that was not answered
    over: Future[None] | None = None

    def work(self, done: threading.Event) -> None:
        """Push batch after batch; what is begun is brought to its end, or fails in time."""
        while not done.is_set():
            batch = self.laptop.sealed(*(call(self.laptop, self.case_id) for _ in range(BATCH)))
            began = time.monotonic()
            while not self._answered(batch):
                assert self.there.wait(PATIENCE_S)
                done.wait(PAUSE_S)
                assert time.monotonic() - began < PATIENCE_S, self.refused

    def _answered(self, batch: list[Envelope]) -> bool:
        laptop, began = self.laptop, False
        push = Push(laptop.enrolled.epoch, laptop.device_id, tuple(batch))
        body = msgspec.json.encode(push)
        asked = time.monotonic()
        try:
            if (refused := laptop.renewed()) is not None:
                return self._heard(refused.status_code, refused.content)
            shown = laptop.shown("POST", f"{SYNC}/push", body)
            said = {"headers": laptop.headers | shown, "content": body}
            with laptop.client.stream("POST", f"{SYNC}/push", **said) as answer:
                began = True
                return self._heard(answer.status_code, answer.read())
        except httpx.TransportError as error:
            if began:
                self.cut.append(repr(error))
            self.unheard += 1
            self.refused = repr(error)
            return False
        finally:
            self.longest_s = max(self.longest_s, time.monotonic() - asked)

    def _heard(self, status: int, body: bytes) -> bool:
        if status != 200:
            self.refused = f"{status} {body.decode()}"
        if status in (429, 503):
            self.asked_to_wait += 1
            return False
        if status == 401 and self.laptop.signing_in.learns(trouble_of(body)):
            return False  # the server was begun anew, and this was signed before
        assert status == 200, body
        results = msgspec.json.decode(body, type=Pushed).results
        assert {r.status for r in results} <= TAKEN
        self.acked += [r.mid for r in results]
        return True


@contextmanager
def pushing(house: House, clients: dict[str, httpx.Client]) -> Iterator[list[Pusher]]:
    """Let these laptops push for as long as the block runs, then see that nothing is lost."""
    cases = {"li": "own", "wang": "team", "zhao": "other"}
    pushers = [
        Pusher(house.crew[login].again(client), house.cases[cases[login]], threading.Event())
        for login, client in clients.items()
    ]
    for one in pushers:
        one.there.set()
    done = threading.Event()
    with ThreadPoolExecutor(len(pushers)) as threads:
        for one in pushers:
            one.over = threads.submit(one.work, done)
        try:
            yield pushers
        finally:
            done.set()
            for one in pushers:
                one.there.set()
        for one in pushers:
            assert one.over is not None
            one.over.result()


def until(pushers: list[Pusher], reached: Callable[[], bool]) -> None:
    """Wait until this is so; fails the test when a laptop gives up, or nothing comes of it."""
    began = time.monotonic()
    while not reached():
        over, _ = wait((one.over for one in pushers if one.over), PAUSE_S, FIRST_COMPLETED)
        assert not [one.result() for one in over]
        told = [(len(one.acked), one.asked_to_wait, one.unheard, one.refused) for one in pushers]
        assert time.monotonic() - began < PATIENCE_S, told


def all_beyond(pushers: list[Pusher], before: list[int]) -> bool:
    """Say whether each laptop was answered something more."""
    return all(len(p.acked) > n for p, n in zip(pushers, before, strict=True))


def check_kept(house: House, pushers: list[Pusher]) -> int:
    """Compare what was answered with what stands: all there, once, in order; return how many."""

    def taken(laptop: Bare) -> Callable[[Database], object]:
        asked = "SELECT mid FROM mutation WHERE device_id = ? ORDER BY seq"
        return lambda database: database.read(lambda s: s.rows(asked, laptop.device_id))

    for one in pushers:
        rows = house.at_database(taken(one.laptop))  # type: ignore[arg-type]
        mids = [row[0] for row in rows]  # type: ignore[attr-defined]
        assert mids[len(mids) - len(one.acked) :] == one.acked
        assert one.cut == []
    said = tell(house.data, "audit", "verify")
    assert "is whole" in said.out, said
    return sum(len(one.acked) for one in pushers)


def check_feed(reader: Bare, scope: str, pushers: list[Pusher]) -> None:
    """Read a scope from its beginning: every number once, every record that was told."""
    ops = reader.feed(scope)
    places = [(op.commit_no, op.idx) for op in ops]
    assert places == sorted(set(places))
    seen = {op.id for op in ops if op.kind == "contact"}
    told = sum(len(one.acked) for one in pushers)
    assert len(seen) >= told
