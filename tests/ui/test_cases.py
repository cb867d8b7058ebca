"""Cases: search as one types, filters, order, nothing found, masked names, reading on."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest

from field_app.theme.tokens import contrast
from field_app.ui.screens.cases_screen import CasesScreen
from field_app.viewmodels.cases import COLUMNS, PAGE
from tests.ui.acts import VISIT_DAY, agree, hold, ready
from tests.ui.legible import SMALL
from tests.ui.lookup import file_of, rows_at, words_on
from tests.ui.room import CASES, MANY, ODD_CASE, ODD_NAME, Room
from tools.tour.hands import press, type_text, until
from tools.tour.seat import Seat, quiet

EVERY = CASES + 1
CELL_PADDING = 8


async def cases_of(seat: Seat) -> CasesScreen:
    await seat.show("cases")
    screen = seat.screens.navigable["cases"]
    assert isinstance(screen, CasesScreen)
    return screen


def column(screen: CasesScreen, name: str) -> list[str]:
    """Return what stands in a column, from top to bottom."""
    model = screen.table.model()
    number = COLUMNS.index(name)
    return [model.index(row, number).data() for row in range(model.rowCount())]


async def searched(screen: CasesScreen, text: str) -> list[str]:
    """Type into the search and return the case numbers that are left."""
    type_text(screen.search, text)
    await quiet()
    return column(screen, "case_no")


def choose(screen: CasesScreen, name: str, value: str) -> None:
    box = getattr(screen, name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def click_title(screen: CasesScreen, name: str) -> None:
    header = screen.table.horizontalHeader()
    x = header.sectionViewportPosition(COLUMNS.index(name)) + 5
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 10))


async def test_every_case_is_there_and_masked(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    assert screen.search.hasFocus()
    assert len(column(screen, "name")) == EVERY
    assert f"{EVERY} cases" in words_on(screen)
    for name in column(screen, "name"):
        assert set(name[1:]) == {"*"}
    days = [int(text) for text in column(screen, "days")]
    assert days == sorted(days, reverse=True)


async def test_search_as_one_types(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    assert await searched(screen, "许怡") == ["YC202600014"]
    assert await searched(screen, "xyy") == ["YC202600014"]
    assert await searched(screen, "XYY") == ["YC202600014"]
    assert await searched(screen, "6554") == ["YC202600023"]
    assert await searched(screen, "yc202600023") == ["YC202600023"]
    found = await searched(screen, "g")
    assert 1 < len(found) < EVERY
    address = (await file_of(li, (await rows_at(li, "call"))[0].id)).case.address.text
    assert await searched(screen, address[-8:]) == ["YC202600023"]
    assert await searched(screen, "' OR 1=1 --") == []
    assert await searched(screen, ODD_NAME) == [ODD_CASE]
    assert len(await searched(screen, "")) == EVERY


async def test_every_key_of_a_burst_ends_in_the_last(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    for text in ("x", "xy", "xyy"):
        type_text(screen.search, text)
    await quiet()
    assert column(screen, "case_no") == ["YC202600014"]


async def test_nothing_is_found(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    assert await searched(screen, "zzzz") == []
    assert "No case matches\nChange the search or the filters." in words_on(screen)
    assert screen.search.isVisible()
    press(screen.search, Qt.Key.Key_Return)
    assert li.main.stack.currentWidget() is screen
    assert len(await searched(screen, "")) == EVERY
    assert "No case matches" not in words_on(screen)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_next_step_is_read_whole(room: Room, language: str) -> None:
    li = await room.seat("li", language=language)
    await agree(li, (await ready(li))[0], VISIT_DAY)
    li.main.resize(SMALL)
    screen = await cases_of(li)
    place = COLUMNS.index("next")
    longest = max(column(screen, "next"), key=len)
    assert "10:00" in longest
    needed = screen.table.fontMetrics().horizontalAdvance(longest)
    assert screen.table.columnWidth(place) >= needed + 2 * CELL_PADDING
    assert screen.table.horizontalScrollBar().maximum() == 0, "every column is in sight"


async def test_what_a_field_asks_for_is_legible(room: Room) -> None:
    for theme in ("light", "dark"):
        li = await room.seat("li", theme=theme)
        search = (await cases_of(li)).search
        asks = search.palette().color(QPalette.ColorRole.PlaceholderText)
        assert asks.alpha() == 255
        assert contrast(asks.name(), li.program.look.tokens["card"]) >= 4.5
        await room.leave(li)


async def test_filters(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    choose(screen, "stage", "phone")
    await quiet()
    assert set(column(screen, "stage")) == {"Phone"}
    phone = len(column(screen, "stage"))
    area = column(screen, "area")[0]
    choose(screen, "area", area)
    await quiet()
    assert set(column(screen, "area")) == {area}
    assert 0 < len(column(screen, "area")) < phone
    choose(screen, "stage", "")
    choose(screen, "area", "")
    await quiet()
    assert len(column(screen, "area")) == EVERY
    resting = (await rows_at(li, "call"))[0]
    await hold(li, resting.id, "在医院")
    choose(screen, "stage", "hold")
    await quiet()
    assert column(screen, "case_no") == [resting.case_no]
    assert column(screen, "marks") == ["on hold · to be sent"]


ORDERS = {
    # title: (how a row is compared, whether the first click puts the greatest first)
    "name": (lambda row: row.name[0], False),
    "area": (lambda row: row.area, False),
    "amount": (lambda row: row.total_fen, True),
    "days": (lambda row: row.days_overdue, True),
}


async def test_order_by_a_click_on_a_title(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    for name, (key, greatest_first) in ORDERS.items():
        for descending in (greatest_first, not greatest_first):
            click_title(screen, name)
            await quiet()
            found = [key(row) for row in screen._view.model.rows]
            assert found == sorted(found, reverse=descending), name
            assert len(found) == EVERY


async def test_order_by_its_box(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    assert screen.order.currentText() == "Order: Days overdue"
    screen.order.setFocus()
    press(screen.order, Qt.Key.Key_Down)
    await quiet()
    assert screen._view.query.sort == screen.order.currentData() == "amount"
    amounts = [row.total_fen for row in screen._view.model.rows]
    assert amounts == sorted(amounts, reverse=True)
    click_title(screen, "name")
    await quiet()
    assert screen.order.currentText() == "Order: Name"


async def test_the_keyboard_finds_and_opens(room: Room) -> None:
    li = await room.seat("li")
    screen = await cases_of(li)
    await searched(screen, "g")
    second = column(screen, "case_no")[1]
    press(screen.search, Qt.Key.Key_Down)
    assert screen.table.hasFocus()
    press(screen.table, Qt.Key.Key_Down)
    press(screen.table, Qt.Key.Key_Return)
    await quiet()
    assert li.main.stack.currentWidget() is li.screens.case
    assert second in li.screens.case.title.text()
    press(li.main, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert li.main.stack.currentWidget() is screen
    assert column(screen, "case_no")[1] == second


async def test_two_thousand_cases_are_read_as_one_scrolls(crowded: Room) -> None:
    chen = await crowded.seat("chen")
    screen = await cases_of(chen)
    table = screen.table
    assert table.model().rowCount() == PAGE
    seen = set(column(screen, "case_no"))
    while table.model().rowCount() < MANY:
        before = table.model().rowCount()
        table.scrollToBottom()
        await until(lambda b=before: table.model().rowCount() > b)
        await quiet()
        assert table.model().rowCount() <= before + PAGE
    await place_is_kept(chen, screen)
    numbers = column(screen, "case_no")
    assert seen <= set(numbers)
    assert len(set(numbers)) == len(numbers) == MANY
    days = [int(text) for text in column(screen, "days")]
    assert days == sorted(days, reverse=True)


async def place_is_kept(seat: Seat, screen: CasesScreen) -> None:
    """Open a case deep in the list and come back to it, with the rows still there."""
    table = screen.table
    deep = table.model().index(MANY - 50, 0)
    table.setFocus()
    table.setCurrentIndex(deep)
    chosen, place = column(screen, "case_no")[MANY - 50], table.verticalScrollBar().value()
    press(table, Qt.Key.Key_Return)
    await quiet()
    assert chosen in seat.screens.case.title.text()
    press(seat.main, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    await quiet()
    assert table.model().rowCount() == MANY
    assert column(screen, "case_no")[table.currentIndex().row()] == chosen
    assert table.verticalScrollBar().value() == place
    assert [i.row() for i in table.selectionModel().selectedRows()] == [MANY - 50]
