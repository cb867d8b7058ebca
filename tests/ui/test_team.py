"""Team: cases are given by hand or as suggested; a hold is lifted with a reason."""

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QPushButton

from field_app.ui.screens.team_screen import TeamScreen
from field_app.viewmodels.cases import COLUMNS
from sync.domain.ids import CaseId
from sync.domain.records import Hold
from tests.ui.acts import give, hold, ready
from tests.ui.lookup import file_of, records, words_on
from tests.ui.room import CASES, Room
from tools.tour.hands import asked, press, type_text
from tools.tour.seat import Seat, quiet

FREE = 3


async def team_of(seat: Seat) -> TeamScreen:
    await seat.show("team")
    screen = seat.screens.navigable["team"]
    assert isinstance(screen, TeamScreen)
    return screen


async def with_free_cases(room: Room) -> tuple[Seat, TeamScreen, list[CaseId]]:
    """Return the lead at the board, with cases that nobody has."""
    chen = await room.seat("chen")
    free = (await ready(chen))[:FREE]
    for case_id in free:
        await give(chen, case_id, None)
    return chen, await team_of(chen), free


def column(screen: TeamScreen, name: str) -> list[str]:
    model = screen.table.model()
    return [model.index(row, COLUMNS.index(name)).data() for row in range(model.rowCount())]


def choose_officers(screen: TeamScreen, first: str, second: str) -> None:
    for box, name in ((screen.first, first), (screen.second, second)):
        box.setCurrentIndex(box.findText(name))


async def test_every_case_has_an_officer(room: Room) -> None:
    chen = await room.seat("chen")
    screen = await team_of(chen)
    seen = words_on(screen)
    assert "0 cases without an officer" in seen
    assert "Every case has an officer" in seen
    assert f"{CASES + 1} cases · 0 visits" in seen
    assert not screen.suggest.isEnabled()
    assert not screen.table.isVisible()
    type_text(screen.search, "nobody of this name")  # says nothing of the others any more
    await quiet()
    assert "No case matches" in words_on(screen)
    assert "Every case has" not in words_on(screen)


async def test_selected_cases_are_given(room: Room) -> None:
    chen, screen, free = await with_free_cases(room)
    assert "3 cases without an officer" in words_on(screen)
    assert len(column(screen, "case_no")) == FREE
    screen.assign.click()
    await quiet()
    assert screen.notice.text == "Select the cases to give first."

    screen.table.setFocus()
    screen.table.selectRow(0)
    press(screen.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    choose_officers(screen, "王强", "李静")
    screen.assign.click()
    await quiet()
    assert chen.main.told.text == "2 cases assigned."
    assert screen.notice.text == ""
    assert "1 case without an officer" in words_on(screen)
    assert len(column(screen, "case_no")) == 1
    screen.filter.setCurrentIndex(screen.filter.findData("all"))
    await quiet()
    assert column(screen, "officer").count("王强、李静") == 2
    given = [(await file_of(chen, case_id)).case.officers for case_id in free]
    assert sum(bool(officers) for officers in given) == 2


async def test_a_suggestion_is_looked_at_before_it_is_taken(room: Room) -> None:
    chen, screen, free = await with_free_cases(room)
    screen.suggest.click()
    dialog = await asked(chen.main)
    seen = words_on(dialog)
    assert "Assign 3 cases as suggested?" in seen
    assert "王强" in seen or "李静" in seen
    press(dialog, Qt.Key.Key_Escape)
    await quiet()
    assert "3 cases without an officer" in words_on(screen)

    screen.suggest.click()
    (await asked(chen.main)).ok.click()
    await quiet()
    assert chen.main.told.text == "3 cases assigned."
    assert "0 cases without an officer" in words_on(screen)
    for case_id in free:
        assert len(set((await file_of(chen, case_id)).case.officers)) == 2


async def test_the_board_is_worked_by_keys_alone(room: Room) -> None:
    chen, screen, _free = await with_free_cases(room)
    screen.table.setFocus()
    index = screen.table.model().index(1, 0)
    flag = QItemSelectionModel.SelectionFlag
    screen.table.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
    number = column(screen, "case_no")[1]
    press(screen.table, Qt.Key.Key_Return)
    await quiet()
    assert chen.main.stack.currentWidget() is chen.screens.case
    assert number in chen.screens.case.title.text()


async def test_a_hold_is_lifted_with_a_reason(room: Room) -> None:
    chen = await room.seat("chen")
    case_id = (await ready(chen))[0]
    await hold(chen, case_id, "客户住院")
    chen.main.open_case(case_id)
    await quiet()
    screen = chen.screens.case
    [lift] = [b for b in screen.findChildren(QPushButton) if b.text() == "Lift the hold"]
    lift.click()
    dialog = await asked(chen.main)
    dialog.ok.click()
    assert "Please fill in: Reason" in words_on(dialog)
    dialog.entries["reason"].setPlainText("已出院，同意联系")
    dialog.ok.click()
    await quiet()
    [lifted] = await records(chen, Hold)
    assert (lifted.record.active, lifted.record.lift_reason) == (False, "已出院，同意联系")
    seen = words_on(screen)
    assert "on hold" not in seen.splitlines()
    assert "已出院，同意联系" in seen
    assert (await file_of(chen, case_id)).next_step == "agree"
