"""Photos over a line that breaks every moment: they arrive complete, and hold up no visit.

A laptop's sync loop with its own rule when to try again is what the program runs; here the syncs
follow each other at once, as they do after a person asked.
"""

import random
import time
from collections.abc import Callable

import pytest

from field_app.operations import attachments
from sync.domain.ids import CaseId
from sync.domain.records import Attachment
from sync.engine.engine import sync_once
from sync.engine.pace import Pace
from sync.engine.ports import Progress
from sync.engine.trouble import Trouble
from sync.protocol.messages import CHUNK
from tests.crash.broken_line import BrokenLine, broken_line_to
from tests.crash.counts import Tally
from tests.sync.acts import call, fetched, saved, unanswered
from tests.sync.office import Office, Seat

JPEG = b"\xff\xd8\xff"
MB = 1_000_000
PHOTO = 4 * MB
TRIES = 400  # syncs that may fail before a test gives up
REQUEST = 2000  # bytes of one without its body, and of the sync around it
CALLED_AT = 7  # pieces after which somebody saves a call
SLICE = 8


def with_photos(office: Office, size: int, photo: int = PHOTO) -> tuple[Seat, Seat, CaseId]:
    """Return li with photos of so many bytes waiting, and the lead."""
    lead = office.seat("chen")
    case_id = office.give(lead, 1)[0]
    li = office.seat("li")
    li.sync()
    chance = random.Random(size)
    for number in range(0, size, photo):
        data = JPEG + chance.randbytes(min(photo, size - number) - len(JPEG))
        saved(attachments.add(li.desk, case_id, f"{number}.jpg", data))
    return li, lead, case_id


class Journey:
    """Syncs that follow each other over one line until no photo waits."""

    def __init__(self, seat: Seat, address: str, pace: Pace) -> None:
        self.seat = seat
        self.pace = pace
        self.line = seat.line_to(address)
        self.pieces = self.troubles = 0
        self.progress: list[Progress] = []

    def sync(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        try:
            sync_once(
                self.seat.desk.store.replica,
                self.line,
                on_progress=self._hear,
                cancelled=cancelled,
                pace=self.pace,
            )
        except Trouble:
            self.troubles += 1

    def _hear(self, progress: Progress) -> None:
        if progress.phase == "files":
            self.pieces += 1
            self.progress.append(progress)

    def finish(self) -> None:
        for _ in range(TRIES):
            self.sync()
            if not waiting(self.seat):
                return
        raise AssertionError(f"{waiting(self.seat)} files wait after {TRIES} syncs")


def waiting(seat: Seat) -> int:
    [(count,)] = seat.desk.store.vault.connection.execute(
        "SELECT count(*) FROM upload WHERE state <> 'done'"
    )
    return int(count)


def arrived(li: Seat, lead: Seat) -> int:
    """Compare each photo at the server with the laptop's, byte for byte; return the bytes."""
    lead.sync()
    facts = [one.record for one in lead.desk.store.projection.every(Attachment)]
    for fact in facts:
        assert fetched(lead, fact) == attachments.here(li.desk, fact)
    return sum(fact.size for fact in facts)


def send_over(office: Office, line: BrokenLine, size: int, tally: Tally) -> None:
    li, lead, _ = with_photos(office, size)
    journey = Journey(li, line.address, Pace(time.monotonic))
    began = time.monotonic()
    journey.finish()
    spent = time.monotonic() - began
    assert arrived(li, lead) == size
    assert line.cuts >= 3, "the line was hardly broken"
    # A cut takes what was on its way: a piece at most, and its request.
    assert line.up <= size + line.cuts * (CHUNK + REQUEST) + journey.pieces * REQUEST
    tally.tried = line.cuts
    tally.tell(
        f"sent {size:,} bytes in {journey.pieces} pieces, cut {line.cuts} times, arrived complete; "
        f"{line.up:,} bytes up, {line.up / size:.3f} of the files; {spent:.1f} s, "
        f"{journey.troubles} syncs given up"
    )


def test_photos_over_a_line_that_drops(branch_office: Office, tally: Tally) -> None:
    """Photos over a line that drops every 0.2 s."""
    with broken_line_to(branch_office.server.port, 0.2, 10 * MB) as line:
        send_over(branch_office, line, 8 * MB, tally)


@pytest.mark.long
def test_two_hundred_megabytes(branch_office: Office, tally: Tally) -> None:
    """200 MB of photos over a line that drops every second."""
    with broken_line_to(branch_office.server.port, 1.0, 4 * MB) as line:
        send_over(branch_office, line, 200 * MB, tally)


def test_a_line_too_slow_for_one_piece(branch_office: Office, tally: Tally) -> None:
    """Photo over a line that drops before a piece of the usual size is through."""
    with broken_line_to(branch_office.server.port, 0.3, 300_000) as line:
        assert 0.3 * line.bytes_per_s < CHUNK
        li, lead, _ = with_photos(branch_office, MB // 2)
        Journey(li, line.address, Pace(time.monotonic)).finish()
        assert arrived(li, lead) == MB // 2
        tally.tried = line.cuts
        tally.tell(f"{line.up / (MB // 2):.2f} of the file went up")


def test_a_visit_never_waits_for_photos(branch_office: Office) -> None:
    """Save a call while photos go up: it is answered before the photos are through."""
    li, lead, case_id = with_photos(branch_office, 4 * MB, MB)
    journey = Journey(li, branch_office.server.address, Pace(time.monotonic))
    called: list[int] = []

    def act() -> bool:
        if journey.pieces >= CALLED_AT and not called:
            called.append(waiting(li))
            call(li, case_id, "在路上")
        return False

    journey.sync(act)
    assert called
    assert waiting(li) >= called[0] - 1, "photos went on though a call waited"
    assert unanswered(li) == 1
    # What the loop does at once: the next sync begins with the call.
    journey.sync(lambda: unanswered(li) == 0 and len(journey.progress) > CALLED_AT + SLICE)
    assert unanswered(li) == 0
    assert waiting(li) > 0
    journey.finish()
    assert arrived(li, lead) == 4 * MB


def test_stopped_anywhere_and_gone_on_with(branch_office: Office) -> None:
    """Stop after each few pieces, lock, come back: what has arrived is not sent again."""
    li, lead, _ = with_photos(branch_office, 4 * MB, 2 * MB)
    with broken_line_to(branch_office.server.port, 60.0) as line:
        for _ in range(TRIES):
            journey = Journey(li, line.address, Pace(time.monotonic))
            journey.sync(lambda here=journey: here.pieces >= 3)
            if not waiting(li):
                break
            li = branch_office.reopened(li)
        assert waiting(li) == 0
        assert line.up < 1.1 * 4 * MB
    assert arrived(li, lead) == 4 * MB


class Watch:
    """A clock that goes on only when somebody waits."""

    def __init__(self) -> None:
        self.at = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds


def test_no_more_of_the_line_than_is_allowed(branch_office: Office) -> None:
    li, lead, _ = with_photos(branch_office, 2 * MB)
    watch = Watch()
    journey = Journey(li, branch_office.server.address, Pace(watch.now, watch.wait, 100_000))
    journey.finish()
    assert arrived(li, lead) == 2 * MB
    assert watch.at == pytest.approx(20.0)  # 2 MB at 100 kB a second
    assert max(watch.waits) <= 1.0, "a command would wait for longer"


def test_progress_tells_bytes(branch_office: Office) -> None:
    """Tell how much of all waiting files the server has; never back, and to the end."""
    li, _lead, _ = with_photos(branch_office, 3 * MB, MB)
    journey = Journey(li, branch_office.server.address, Pace(time.monotonic))
    journey.finish()
    done = [p.bytes_done for p in journey.progress]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == 3 * MB
    assert {p.bytes_total for p in journey.progress} == {3 * MB}


def test_one_bad_file_holds_up_no_other(branch_office: Office) -> None:
    """Spoil one photo on the laptop's disk: it is told of, and the others arrive."""
    li, lead, case_id = with_photos(branch_office, 3 * MB, MB)
    facts = [one.record for one in li.desk.store.projection.every(Attachment)]
    bad = min(facts, key=lambda fact: fact.id)
    (li.laptop.vault / "files" / bad.id).write_bytes(b"changed")
    report = li.sync()
    assert report.files_trouble == "attachment.wrong_hash"
    assert report.uploaded_bytes == 2 * MB
    call(li, case_id, "went on")
    assert li.sync().sent == 1
    lead.sync()
    assert lead.line.fetch(facts[-1].id, 0, 3) == JPEG
