"""A sync with something to read is one question, as one without is."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes, Hello
from tests.sync.acts import call, counted, grown, without_news
from tests.sync.office import Office, Seat
from tests.sync.quiet_branch import QuietBranch, at_rest, sync
from tests.sync.relay import Relay, raw

CUT = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
NAMED, PLAIN, READ = "GET /sync/v1/hello?", "GET /sync/v1/hello", "GET /sync/v1/pull"


@pytest.fixture
def two(office: Office) -> tuple[Seat, Seat]:
    """Seat the lead, and li with a case that both have read and proven."""
    lead = office.seat("chen")
    lead.sync()
    [case_id] = office.give(lead, 1)
    li = office.seat("li")
    for _ in range(2):
        li.sync()
        call(li, case_id)
        li.sync()
        lead.sync()
    return lead, li


def asked(relay: Relay) -> list[str]:
    """Return what was asked but for tokens; of what it names only that a greeting does."""
    told = [one for one in relay.seen if "/token" not in one]
    relay.seen.clear()
    return [NAMED if one.startswith(NAMED) else one.partition("?")[0] for one in told]


def test_what_a_colleague_did_comes_with_the_greeting(
    office: Office, two: tuple[Seat, Seat], relay: Relay
) -> None:
    lead, li = two
    [case_id, *_], before, line = li.cases(), counted(lead), lead.line_to(relay.address)
    for server, questions in (
        (line, [NAMED]),
        (without_news(lead.line_to(relay.address)), [PLAIN, READ, READ]),
    ):
        call(li, case_id)
        li.sync()
        assert lead.sync(line=server).received == 1
        assert asked(relay) == questions
    assert grown(before, counted(lead)) == {"contact": 2}
    assert lead.sync(line=line).received == 0
    assert asked(relay) == [NAMED]

    # Unsent work goes before anything is read; what comes with its answer is the colleague's too.
    call(li, case_id)
    li.sync()
    call(lead, case_id)
    report = lead.sync(line=line)
    assert (report.sent, report.received) == (1, 2)
    assert asked(relay) == [PLAIN, "POST /sync/v1/push"]

    fresh = office.seat("chen")
    fresh.sync(line=fresh.line_to(relay.address))
    assert asked(relay)[0] == PLAIN  # who has read nothing yet names nothing


def test_a_greeting_cut_off_is_followed_by_one_that_names_nothing(
    two: tuple[Seat, Seat], relay: Relay
) -> None:
    """Be no worse off on a line that breaks off in long answers than without them."""
    lead, li = two
    call(li, li.cases()[0])
    li.sync()
    line, before = lead.line_to(relay.address), counted(lead)
    relay.spoiled, relay.spoil = "/hello?", CUT
    with pytest.raises(Trouble) as caught:
        lead.sync(line=line)
    assert caught.value.code is Codes.UNREACHABLE
    assert counted(lead) == before
    assert asked(relay) == [NAMED]
    assert lead.sync(line=line).received == 1
    assert asked(relay) == [PLAIN, READ, READ]
    relay.spoil = None
    lead.sync(line=line)
    assert asked(relay) == [NAMED]


@pytest.fixture
def quiet() -> Iterator[QuietBranch]:
    with at_rest() as made:
        yield made


def test_what_is_saved_during_the_greeting_comes_back_in_the_same_sync(
    quiet: QuietBranch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drop the greeting's pages, which end before this work; else its echo came a sync later."""
    chen, li = quiet.seat("chen-1"), quiet.seat("li-1")
    for seat in (chen, li):
        sync(seat)
    quiet.fact(li)
    sync(li)
    assert chen.line is not None
    real = chen.line.hello

    def hello(*about: Any) -> Hello:
        told = real(*about)
        assert len(told.pages) == 2
        quiet.fact(chen)
        return told

    monkeypatch.setattr(chen.line, "hello", hello)
    report = sync(chen)
    assert (report.sent, report.received) == (1, 2)
    assert chen.at.store.outbox.count("done") == 1
