"""A sync cut anywhere is simply begun again: pages, batches and files go on where they were."""

import random

import pytest

from field_app.operations import attachments
from sync.domain.records import Attachment
from sync.engine import next_page, pull, push
from sync.engine.ports import Progress
from sync.engine.trouble import Trouble
from sync.protocol.messages import CHUNK, Codes
from tests.sync.acts import call, counted, fetched, saved, unanswered
from tests.sync.office import CASES, Office
from tests.sync.relay import Relay, raw

SMALL_PAGE = 20
PNG = b"\x89PNG\r\n\x1a\n"
CUT = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")


def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "PAGE", SMALL_PAGE)
    monkeypatch.setattr(next_page, "MOST", SMALL_PAGE)


class StopAfter:
    """A person who stops the sync after so many pages."""

    def __init__(self, pages: int) -> None:
        self.left = pages

    def hear(self, progress: Progress) -> None:
        self.left -= progress.phase == "pull"

    def __call__(self) -> bool:
        return self.left <= 0


def test_cancelled_in_the_middle_and_resumed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch)
    whole = office.seat("chen")
    ops = whole.sync().received
    assert ops > 3 * SMALL_PAGE

    lead = office.seat("chen")
    stop = StopAfter(2)
    report = lead.sync(stop, on_progress=stop.hear)
    assert report.cancelled
    assert report.received == 2 * SMALL_PAGE
    assert 0 < len(lead.cases()) < CASES
    lead = office.reopened(lead)
    again = lead.sync()
    assert not again.cancelled
    assert again.received == ops - 2 * SMALL_PAGE
    assert len(lead.cases()) == CASES
    assert counted(lead) == counted(whole)


def test_a_first_reading_asks_for_each_page_once(
    office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch)
    lead = office.seat("chen")
    lead.sync(line=lead.line_to(relay.address))
    pulls = [one for one in relay.seen if "/pull" in one]
    scopes = len(lead.desk.store.replica.scope_states())
    assert len(pulls) == len(set(pulls)) > scopes > 1
    assert sum("after=0.-1" in one for one in pulls) == scopes


@pytest.mark.parametrize("page", [0, 1, 3])
def test_a_page_cut_off_is_asked_for_again(
    office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    small_pages(monkeypatch)
    whole = office.seat("chen")
    ops = whole.sync().received
    lead = office.seat("chen")
    relay.spoiled, relay.spoil, relay.left = "/pull", CUT, page
    with pytest.raises(Trouble) as caught:
        lead.sync(line=lead.line_to(relay.address))
    relay.spoil = None
    assert caught.value.code is Codes.UNREACHABLE
    assert lead.sync(line=lead.line_to(relay.address)).received == ops - page * SMALL_PAGE
    assert counted(lead) == counted(whole)


@pytest.mark.parametrize("taken", [False, True])
def test_batches_cut_off_are_answered_once(
    office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    monkeypatch.setattr(push, "MAX_BATCH", 3)
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    before = lead.count("contact")
    for number in range(10):
        call(li, case_id, str(number))
    relay.spoiled, relay.spoil, relay.left, relay.after_all = "/push", CUT, 2, taken
    with pytest.raises(Trouble):
        li.sync(line=li.line_to(relay.address))
    assert unanswered(li) == 4
    relay.spoil = None
    li = office.reopened(li)
    assert li.sync().sent == 4
    lead.sync()
    assert lead.count("contact") == before + 10
    assert li.sync().sent == 0


def test_own_work_stays_on_the_screen_until_its_echo_is_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    for number in range(8):
        call(li, case_id, str(number))
    before = counted(li)
    monkeypatch.setattr(pull, "PAGE", 2)
    # One commit is read in parts here: at every part the screen shows all that was done.
    received = [1]
    while received[-1]:
        stop = StopAfter(1)
        received.append(li.sync(stop, on_progress=stop.hear).received)
        assert counted(li) == before
    assert sum(received[1:]) == 8


def test_a_file_goes_up_in_pieces_and_comes_back(office: Office, relay: Relay) -> None:
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    data = PNG + random.Random(1).randbytes(3 * CHUNK)
    saved(attachments.add(li.desk, case_id, "收据", data))
    relay.spoiled, relay.spoil, relay.left = "/attachments/", CUT, 2
    with pytest.raises(Trouble):
        li.sync(line=li.line_to(relay.address))
    relay.spoil, relay.seen = None, []
    li = office.reopened(li)
    report = li.sync(line=li.line_to(relay.address))
    assert report.uploaded_bytes == len(data) - 2 * CHUNK
    assert li.sync().uploaded_bytes == 0
    lead.sync()
    [fact] = lead.desk.store.projection.every(Attachment)
    assert fetched(lead, fact.record) == data


def test_a_piece_that_arrived_without_an_answer_is_not_sent_twice(
    office: Office, relay: Relay
) -> None:
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    data = PNG + random.Random(2).randbytes(CHUNK)
    saved(attachments.add(li.desk, case_id, "照片", data))
    relay.spoiled, relay.spoil, relay.after_all = "/attachments/", CUT, True
    assert li.sync(line=li.line_to(relay.address)).uploaded_bytes == len(data)
    pieces = [asked for asked in relay.seen if asked.startswith("PATCH")]
    assert len(pieces) == 2
    lead.sync()
    [fact] = lead.desk.store.projection.every(Attachment)
    assert fetched(lead, fact.record) == data
