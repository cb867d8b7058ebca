"""Review: complaints by their deadline with answers, plans that wait, conduct and its records."""

from datetime import timedelta
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from field_app.operations import cases, feedback, review
from field_app.operations.desk import Desk
from field_app.operations.submit import Written
from field_app.ui.screens.review_screen import ReviewScreen
from sync.domain.ids import CaseId
from sync.domain.records import Complaint, Hold, Officer
from sync.domain.vocabulary import (
    ComplaintState,
    FeedbackKind,
    Revealable,
    Role,
)
from tests.ui.acts import VISIT_DAY, agree, ready, visited
from tests.ui.lookup import file_of, in_language, read, records, words_on
from tests.ui.room import MORNING, Room
from tools.tour.hands import asked, taken_out, until
from tools.tour.seat import Seat, quiet

SAID = "你们的人在楼道里大声说话"


async def complain(seat: Seat, case_id: CaseId) -> None:
    """Let the customer complain."""

    def told(desk: Desk) -> Written:
        return feedback.record(desk, case_id, None, FeedbackKind.COMPLAINT, "privacy", SAID)

    assert seat.program.runner is not None
    await seat.program.runner.act(told)
    await quiet()


async def shown(seat: Seat) -> ReviewScreen:
    """Show Review."""
    await seat.show("review")
    screen = seat.screens.navigable["review"]
    assert isinstance(screen, ReviewScreen)
    return screen


async def answered(seat: Seat, screen: ReviewScreen, answer: str) -> None:
    """Answer the one complaint that waits."""
    assert screen._view.queue is not None
    [item] = screen._view.queue.complaints
    screen.queue.answer(item)
    dialog = await asked(seat.main)
    dialog.entries["answer"].setPlainText(answer)
    dialog.ok.click()
    await quiet()


async def closed(seat: Seat, screen: ReviewScreen, content: str, words: str) -> None:
    """Keep the customer's word on the answer."""
    assert screen._view.queue is not None
    [item] = screen._view.queue.complaints
    screen.queue.close_with_word(item)
    dialog = await asked(seat.main)
    box = dialog.entries["content"]
    box.setCurrentIndex(box.findData(content))
    dialog.entries["words"].setPlainText(words)
    dialog.ok.click()
    await quiet()


async def test_nothing_waits_and_it_says_so(room: Room) -> None:
    screen = await shown(await room.seat("chen"))
    seen = words_on(screen)
    for sentence in (
        "No complaint is open.",
        "No plan is waiting.",
        "No record of the last 30 days is flagged.",
    ):
        assert sentence in seen


async def test_officers_have_no_review(room: Room) -> None:
    li = await room.seat("li")
    assert "review" not in li.main.nav_buttons


async def test_a_complaint_waits_until_the_customer_is_content(room: Room) -> None:
    lead = await room.seat("chen")
    case_id = (await ready(lead))[0]
    await complain(lead, case_id)
    screen = await shown(lead)
    seen = words_on(screen)
    assert SAID in seen
    assert "days left" in seen
    assert "to be answered" in seen
    await answered(lead, screen, "我们已要求专员不在楼道交谈，向您道歉。")
    [stands] = await records(lead, Complaint)
    assert stands.record.state is ComplaintState.ANSWERED
    assert (await file_of(lead, case_id)).holds
    await closed(lead, screen, "yes", "可以了")
    [stands] = await records(lead, Complaint)
    assert (stands.record.state, stands.record.content) == (ComplaintState.CLOSED, True)
    [rest] = await records(lead, Hold)
    assert not rest.record.active
    assert "No complaint is open." in words_on(screen)


async def test_a_customer_who_is_not_content_goes_to_compliance(room: Room) -> None:
    lead = await room.seat("chen")
    case_id = (await ready(lead))[0]
    await complain(lead, case_id)
    screen = await shown(lead)
    await answered(lead, screen, "已转告。")
    await closed(lead, screen, "no", "没有解决")
    seen = words_on(screen)
    assert "with compliance" in seen
    assert "to be answered" in seen
    assert (await file_of(lead, case_id)).holds


async def test_a_complaint_too_late_is_told_in_days(room: Room) -> None:
    lead = await room.seat("chen")
    await complain(lead, (await ready(lead))[0])
    room.clock.jump_to(MORNING + timedelta(days=40))
    screen = await shown(lead)
    assert "days over" in words_on(screen)


async def test_an_answer_without_words_is_asked_for_again(room: Room) -> None:
    lead = await room.seat("chen")
    await complain(lead, (await ready(lead))[0])
    screen = await shown(lead)
    assert screen._view.queue is not None
    screen.queue.answer(screen._view.queue.complaints[0])
    dialog = await asked(lead.main)
    dialog.ok.click()
    assert "Please fill in" in dialog.trouble.text
    dialog.reject()
    await quiet()
    [stands] = await records(lead, Complaint)
    assert stands.record.state is ComplaintState.OPEN


async def test_conduct_opens_the_records_behind_a_figure(room: Room) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=40))
    await visited(li, case_id, promise_fen=10_000, promise_in=timedelta(days=7))
    found = await read(li, lambda desk: review.conduct(desk, 6))
    kept = next(f for f in found.figures if f.measure == "kept")
    assert (kept.part, kept.whole, kept.month) == (1, 1, f"{VISIT_DAY:%Y-%m}")


async def team_of(lead: Seat) -> str:
    """Return what a lead's team is called: by the lead's name."""
    [me] = [o.record for o in await records(lead, Officer) if o.record.role is Role.LEAD]
    return f"Team of {me.name}"


async def test_a_bar_is_chosen_by_keys_and_lists_its_records(room: Room) -> None:
    lead = await room.seat("chen")
    case_id = (await ready(lead))[0]
    await complain(lead, case_id)
    screen = await shown(lead)
    screen.conduct_button.click()
    assert not screen.conduct.team.isVisible()  # there is but one to choose
    assert screen.conduct.team.itemText(0) == await team_of(lead)
    box = screen.conduct.measure
    box.setCurrentIndex(box.findData("complaints"))
    await quiet()
    last = len(screen._view.conduct.months) - 1
    screen.conduct.chart.choose(last)
    await until(lambda: screen.conduct.records.count() == 1)
    box.setCurrentIndex(box.findData("kept"))  # of the same month nothing else is known
    await quiet()
    assert f"{screen._view.conduct.months[last]}: nothing to measure" in words_on(screen)
    assert screen.conduct.records.count() == 0
    assert not screen.conduct.records.isVisible()  # no empty box
    box.setCurrentIndex(box.findData("complaints"))
    await until(lambda: screen.conduct.records.count() == 1)
    entry = screen.conduct.records.item(0).text()
    assert "Feedback" in entry
    screen.conduct.records.itemActivated.emit(screen.conduct.records.item(0))
    await quiet()
    assert lead.main.stack.currentWidget() is lead.screens.case


async def test_an_export_is_on_record_and_holds_no_names(room: Room, tmp_path: Path) -> None:
    lead = await room.seat("chen")
    case_id = (await ready(lead))[0]
    await complain(lead, case_id)
    screen = await shown(lead)
    path = tmp_path / "conduct.xlsx"
    screen.conduct.export_button.click()
    await taken_out(lead.main, path, kind="xlsx", words="=1+1 monthly report")
    await quiet()
    file = await file_of(lead, case_id)
    book = openpyxl.load_workbook(path)
    cells = [str(c.value) for sheet in book for line in sheet.iter_rows() for c in line if c.value]
    assert any(file.case.case_no in c for c in cells)
    assert await team_of(lead) in cells
    assert not any(file.case.customer.name in c for c in cells)
    assert not any(c.startswith("=") for c in cells)
    trail = await read(
        lead,
        lambda desk: desk.store.vault.connection.execute(
            "SELECT entry FROM audit WHERE what = 'export'"
        ).fetchall(),
    )
    assert len(trail) == 1
    assert "monthly report" in trail[0][0]


async def test_an_export_that_cannot_be_written_is_told(room: Room) -> None:
    lead = await room.seat("chen")
    screen = await shown(lead)
    screen.conduct.export_button.click()
    await taken_out(lead.main, Path("/proc/conduct.xlsx"), kind="xlsx")
    await until(lambda: bool(screen.notice.text))
    assert "cannot be written" in screen.notice.text


async def test_the_same_figures_are_printed(room: Room, tmp_path: Path) -> None:
    lead = await room.seat("chen")
    case_id = (await ready(lead))[0]
    await complain(lead, case_id)
    screen = await shown(lead)
    path = tmp_path / "conduct.pdf"
    screen.conduct.export_button.click()
    await taken_out(lead.main, path, kind="pdf", words="$1 *monthly* #report")
    await quiet()
    document = pypdfium2.PdfDocument(path)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "Complaints per 100 visits" in text
    assert await team_of(lead) in text
    assert "Exported by" in text
    assert "for supervision" in text
    assert (await file_of(lead, case_id)).case.customer.name not in text


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_unusually_many_looks_are_told(room: Room, language: str) -> None:
    lead = await room.seat("chen", language=language)
    case_id = (await ready(lead))[0]

    def look(desk: Desk, times: int) -> None:
        for _ in range(times):
            cases.reveal(desk, case_id, Revealable.PHONE)

    words = lead.program.look.words
    await read(lead, lambda desk: look(desk, 40))
    await shown(lead)
    assert words("No day of the last 30 had unusually many.") in words_on(lead.main)
    await read(lead, lambda desk: look(desk, 1))
    await lead.show("team")
    await shown(lead)
    told = words("{n} looks at {m} cases", n=41, m=1)
    assert told in words_on(lead.main)
    assert in_language(told, language)
