"""Papers through the windows: asked where, noted in the trail, then there; and what goes wrong."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from field_app.operations import cases
from field_app.operations.cases import CaseQuery, CaseRow
from field_app.operations.desk import Desk
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import read, words_on
from tests.ui.room import ODD_CASE, Room
from tests.ui.sheets import proposed, sheet, told
from tests.unit.field_app.reports.papers_read import squeezed, words_of
from tools.tour.hands import asked, press, taken_out
from tools.tour.seat import Seat, quiet


async def exports(seat: Seat) -> list[str]:
    """Return what the laptop's trail tells of exports."""

    def rows(desk: Desk) -> list[str]:
        sql = "SELECT entry FROM audit WHERE what = 'export' ORDER BY n"
        return [str(entry) for (entry,) in desk.store.vault.connection.execute(sql)]

    return await read(seat, rows)


async def every_row(seat: Seat) -> tuple[CaseRow, ...]:
    """Return every case on a laptop."""
    return (await read(seat, lambda desk: cases.page(desk, CaseQuery(), None, 1000))).rows


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_proposal_is_saved_in_the_language_chosen(
    room: Room, tmp_path: Path, language: str
) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    screen = await proposed(li, case_id)
    assert screen.panel.card is not None
    screen.panel.card.print_button.click()
    dialog = await asked(li.main)
    box = dialog.entries["language"]
    assert box.currentData() == "zh_CN", "the customer's own"
    path = tmp_path / "plan.pdf"
    await taken_out(li.main, path, language=language)
    await quiet()
    seen = squeezed(words_of(path.read_bytes()))
    title = "还款方案建议书" if language == "zh_CN" else "Repaymentplanproposal"
    assert seen.startswith(title)
    [entry] = await exports(li)
    assert '"file":"plan_agreement"' in entry
    assert "Saved: plan.pdf" in words_on(li.main)


async def test_a_file_that_cannot_be_written_is_told(room: Room) -> None:
    li = await room.seat("li")
    screen = await proposed(li, (await ready(li))[0])
    assert screen.panel.card is not None
    screen.panel.card.print_button.click()
    await taken_out(li.main, Path("/proc/plan.pdf"))
    await quiet()
    told_so = li.program.look.words.code("export.unwritable")
    assert screen.notice.text == told_so


async def test_a_name_that_tries_to_be_markup_is_only_a_name(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    row = next(r for r in await every_row(li) if r.case_no == ODD_CASE)
    screen = await sheet(li, row.id)
    await told(screen)
    screen.ways.choose_buttons[0].click()
    await quiet()
    screen.propose.click()
    await quiet()
    assert screen.panel.card is not None
    screen.panel.card.print_button.click()
    path = tmp_path / "odd.pdf"
    await taken_out(li.main, path)
    await quiet()
    assert squeezed("<img src=x><b>${1}") in squeezed(words_of(path.read_bytes()))


async def test_the_day_sheet_by_its_key(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY.replace(hour=10))
    room.clock.jump_to(VISIT_DAY.replace(hour=8))
    await li.show("today")
    today = li.screens.today
    assert today is not None
    today.setFocus()
    press(today, Qt.Key.Key_P)
    path = tmp_path / "day.pdf"
    await taken_out(li.main, path)
    await quiet()
    seen = words_of(path.read_bytes())
    assert "10:00–11:00" in seen
    assert "¥" not in seen
    [entry] = await exports(li)
    assert '"file":"day_sheet"' in entry


async def test_a_change_of_mind_leaves_no_file_and_no_trace(room: Room) -> None:
    li = await room.seat("li")
    screen = await proposed(li, (await ready(li))[0])
    assert screen.panel.card is not None
    screen.panel.card.print_button.click()
    (await asked(li.main)).reject()
    await quiet()
    assert await exports(li) == []
