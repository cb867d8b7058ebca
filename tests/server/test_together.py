"""Many laptops at once on either database: no row of the feed is lost, nothing happens twice."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest

from sync.protocol.messages import Pushed, Result, Status
from sync.protocol.pages import PageOp
from tests.server.acts import call, give, hold, lift, route
from tests.server.house import House, Staffed, service_of
from tests.server.laptop import Bare, enrol, now
from tests.server.terminal import contents, tell
from tests.sync.office import DATABASE_URL, TEAM, Server, administer, copied

NORTH = f"team:{TEAM}"
WRITERS = ("li", "wang", "chen", "he", "zhao", "sun")
BATCHES, CALLS = 6, 4


def at_once[T](*acts: Callable[[], T]) -> list[T]:
    """Do everything at the same moment and return what came of each."""
    gate = threading.Barrier(len(acts))

    def done(act: Callable[[], T]) -> T:
        gate.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return [one.result() for one in [crowd.submit(done, act) for act in acts]]


def busy(laptop: Bare, house: House) -> Callable[[], list[Result]]:
    """Record calls about one's own case, batch after batch."""
    whose = {"li": "own", "wang": "team", "zhao": "other", "sun": "other"}
    case_id = house.cases[whose.get(laptop.login, "own")]

    def work() -> list[Result]:
        batches = [[call(laptop, case_id) for _ in range(CALLS)] for _ in range(BATCHES)]
        return [result for batch in batches for result in laptop.push(*batch)]

    return work


def following(laptop: Bare, scope: str, writers: Callable[[], bool]) -> Callable[[], list[PageOp]]:
    """Read a scope by its cursor while others write to it, in small pages, and once more after."""

    def work() -> list[PageOp]:
        found: list[PageOp] = []
        after, at_work = "0.-1", True
        while at_work:
            at_work = writers()
            while True:
                page = laptop.page(scope, after, 5)
                found += page.ops
                after = page.to
                if not page.more:
                    break
        return found

    return work


def check_nothing_is_lost(house: House, read: dict[str, list[PageOp]]) -> None:
    """Compare what readers saw with what stands, and the numbers with one another."""
    for scope, seen in read.items():
        reader = house.crew["chen" if scope == NORTH else "sun"]
        places = [(op.commit_no, op.idx) for op in seen]
        assert places == sorted(set(places))
        assert places == [(op.commit_no, op.idx) for op in reader.feed(scope)]
    assert "is whole" in tell(house.data, "audit", "verify").out


def test_writers_and_readers_together(own_house: House) -> None:
    crew = own_house.crew
    before = {scope: len(crew[who].records(scope, "contact")) for who, scope in READERS.items()}
    head = crew["chen"].hello().head
    left = threading.Semaphore(0)

    def until_done() -> bool:
        return not left.acquire(blocking=False)

    def counted(login: str) -> Callable[[], list[Result]]:
        work = busy(crew[login], own_house)

        def act() -> list[Result]:
            results = work()
            with finished:
                done.append(login)
                if len(done) == len(WRITERS):
                    left.release(len(READERS))
            return results

        return act

    done: list[str] = []
    finished = threading.Lock()
    readers = {
        scope: following(crew[who].again(own_house.client), scope, until_done)
        for who, scope in READERS.items()
    }
    told = at_once(*(counted(login) for login in WRITERS), *readers.values())
    results, read = told[: len(WRITERS)], told[len(WRITERS) :]

    each = BATCHES * CALLS
    assert all(r.status is Status.APPLIED for batch in results for r in batch)
    commits = sorted({r.commit_no for batch in results for r in batch})
    assert commits == list(range(head + 1, head + 1 + BATCHES * len(WRITERS)))
    check_nothing_is_lost(own_house, dict(zip(readers, read, strict=True)))
    after = {scope: len(crew[who].records(scope, "contact")) for who, scope in READERS.items()}
    assert after[NORTH] - before[NORTH] == 4 * each
    assert after["team:south"] - before["team:south"] == 2 * each


READERS = {"chen": NORTH, "sun": "team:south"}


def test_the_same_batch_ten_times_at_once(own_house: House) -> None:
    li, chen = own_house.crew["li"], own_house.crew["chen"]
    case_id = own_house.cases["own"]
    before = contents(own_house.data)
    contacts = len(chen.records(NORTH, "contact"))
    envelopes = li.sealed(*(call(li, case_id) for _ in range(5)), hold(case_id))
    li.hello()  # signed in: of tokens asked for ten times at once only the newest four stand
    answers = at_once(*[lambda: li.send(envelopes)] * 10)
    pushed = [msgspec.json.decode(a.content, type=Pushed).results for a in answers]
    statuses = [r.status for results in pushed for r in results]
    assert statuses.count(Status.APPLIED) == 6
    assert statuses.count(Status.ALREADY) == 9 * 6
    assert len({tuple(r.commit_no for r in results) for results in pushed}) == 1
    assert {r.first for results in pushed for r in results} == {None, Status.APPLIED}
    assert len(chen.records(NORTH, "contact")) == contacts + 5
    after = contents(own_house.data)
    assert len(after["mutation"]) == len(before["mutation"]) + 6
    assert len(after["audit_leaf"]) == len(before["audit_leaf"]) + 6


def test_two_people_change_the_same_record(own_house: House) -> None:
    """Let the lead and compliance lift the same rest ten times: one is first, the other is told."""
    chen, he = own_house.crew["chen"], own_house.crew["he"]
    for _ in range(10):
        placed = hold(own_house.cases["own"])
        chen.push(placed)
        told = at_once(partial(chen.push, lift(placed)), partial(he.push, lift(placed)))
        statuses = sorted(result.status for [result] in told)
        assert statuses == ["applied", "conflict"]
        [lost] = [r for [r] in told if r.status is Status.CONFLICT]
        assert lost.current_rev == 2
        assert b"lifted_by" in bytes(lost.current)


def test_two_leads_publish_the_same_day(own_house: House) -> None:
    """Publish a route without visits, so that no case's lock puts the two in a row."""
    chen = own_house.crew["chen"]
    second = enrol(own_house.client, "chen", own_house.code("chen"))
    li = own_house.crew["li"].me
    for ahead in range(10):
        day = now().date() + timedelta(days=ahead)
        told = at_once(
            partial(chen.push, route(li, day, "first")),
            partial(second.push, route(li, day, "second")),
        )
        assert sorted(result.status for [result] in told) == ["applied", "conflict"]
        [stands] = [r for r in chen.records(NORTH, "route") if r.day == day]
        winner = "first" if told[0][0].status is Status.APPLIED else "second"
        assert stands.travel_source == winner


def test_batches_that_cross(own_house: House) -> None:
    """Let two laptops go over the same cases from both ends: neither stops the other for good."""
    li, wang = own_house.crew["li"], own_house.crew["wang"]
    cases = [own_house.cases[whose] for whose in ("own", "team", "reassigned")]
    for _ in range(2):
        up = [call(li, case_id) for case_id in cases]
        down = [call(wang, case_id) for case_id in reversed(cases)]
        told = at_once(partial(li.push, *up), partial(wang.push, *down))
        assert {r.status for results in told for r in results} == {Status.APPLIED}


def test_a_case_given_away_while_its_officers_work(own_house: House) -> None:
    """Whatever comes first, each call is kept once, and li's scope ends as the case stands."""
    chen, li, wang = (own_house.crew[login] for login in ("chen", "li", "wang"))
    case_id = own_house.cases["own"]
    before = len(chen.records(NORTH, "contact"))

    def hands() -> list[Result]:
        results = []
        for first in (wang, li, wang, li, wang):
            rev = chen.rev(NORTH, case_id)
            results += chen.push(give(case_id, rev, first.me))
        return results

    def calls(laptop: Bare) -> Callable[[], list[Result]]:
        return lambda: [r for _ in range(8) for r in laptop.push(call(laptop, case_id))]

    told = at_once(hands, calls(li), calls(wang))
    assert {r.status for results in told for r in results} == {Status.APPLIED}
    contacts = chen.records(NORTH, "contact")
    assert len(contacts) == before + 16
    of_case = {c.id for c in contacts if c.case_id == case_id}
    assert not {c.id for c in li.records(f"officer:{li.me}", "contact")} & of_case
    assert {c.id for c in wang.records(f"officer:{wang.me}", "contact")} >= of_case


@pytest.fixture
def serving(request: pytest.FixtureRequest, staffed: Staffed, tmp_path: Path) -> Iterator[House]:
    """Run the real process, on PostgreSQL with three."""
    with copied(request, staffed.data, tmp_path / "srv") as data:
        server = Server(data)
        server.options = ("--processes", "3") if (data / DATABASE_URL).exists() else ()
        server.start()
        try:
            with httpx.Client(base_url=server.address, timeout=30) as client:
                crew = {login: one.again(client) for login, one in staffed.crew.items()}
                yield House(data, client, service_of(data), crew, staffed.cases, staffed.files)
        finally:
            server.stop()


def test_processes_together(serving: House) -> None:
    chen = serving.crew["chen"]
    head = chen.hello().head
    results = at_once(*(busy(serving.crew[login], serving) for login in WRITERS))
    commits = sorted({r.commit_no for batch in results for r in batch})
    assert commits == list(range(head + 1, head + 1 + BATCHES * len(WRITERS)))
    li = serving.crew["li"]
    envelopes = li.sealed(call(li, serving.cases["own"]))
    answers = at_once(*[lambda: li.send(envelopes)] * 10)
    pushed = [msgspec.json.decode(a.content, type=Pushed).results[0] for a in answers]
    assert sorted(r.status for r in pushed) == ["already"] * 9 + ["applied"]
    assert "whole" in administer(serving.data, "audit", "verify")
    assert counted_pushes(serving) == len(WRITERS) * BATCHES + 10


def counted_pushes(house: House) -> float:
    """Return how many pushes were answered, whichever process is asked."""
    told = house.client.get("/metrics").text
    [found] = re.findall(r'^yuefang_requests_total\{.*/push",status="200"\} (.+)$', told, re.M)
    return float(found)
