"""Whatever a customer or colleague is called: data is shown as text and never becomes markup."""

import ast
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from field_app.settings.settings import resources_folder
from sync.domain.ids import CaseId
from sync.domain.vocabulary import Revealable
from tests.ui import walk
from tests.ui.acts import VISIT_DAY, agree, hold, told_of_hardship, visited
from tests.ui.lookup import rows_at, words_on
from tests.ui.room import NO_GRAPHICS, ODD_CASE, ODD_NAME, Room
from tools.tour.hands import asked, type_text, until
from tools.tour.seat import Seat, quiet

PACK = resources_folder() / "sample" / "city.mappack"
SOURCE = Path(__file__).parents[2] / "field_app"


def rich(window: QWidget) -> list[str]:
    """Return the labels whose text Qt would read as markup, or might one day."""
    return [
        label.text()
        for label in window.findChildren(QLabel)
        if label.text() and label.textFormat() != Qt.TextFormat.PlainText
    ]


async def odd_case(seat: Seat) -> CaseId:
    [row] = [r for r in await rows_at(seat, "agree") if r.case_no == ODD_CASE]
    return row.id


async def test_a_name_of_markup_is_shown_as_it_is(room: Room) -> None:
    li = await room.seat("li")
    case_id = await odd_case(li)
    await agree(li, case_id, VISIT_DAY)
    await hold(li, case_id, f"<h1>{ODD_NAME}</h1>")
    li.main.open_case(case_id)
    await quiet()
    screen = li.screens.case
    for field in (Revealable.NAME, Revealable.ADDRESS):
        screen.reveal_buttons[field].click()
        await quiet()
    seen = words_on(screen)
    assert f"{ODD_NAME} · {ODD_CASE}" in seen
    assert f"{ODD_NAME} 1" in seen.splitlines()
    assert "<u>area" in seen
    assert f"<h1>{ODD_NAME}</h1>" in seen
    assert rich(screen) == []


async def test_every_screen_shows_it_as_it_is(room: Room) -> None:
    li = await room.seat("li")
    case_id = await odd_case(li)
    await agree(li, case_id, VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    assert f"<{'*' * (len(ODD_NAME) - 1)} · <u>area" in words_on(li.main)
    await li.show("cases")
    search = li.screens.navigable["cases"].search  # type: ignore[attr-defined]
    type_text(search, ODD_NAME)
    await quiet()
    assert search.text() == ODD_NAME
    for show in (li.main.open_appointment, li.main.open_visit):
        show(case_id, None)
        await quiet()
        assert ODD_CASE in words_on(li.main)
    li.main.open_relief(case_id)
    await quiet()
    assert ODD_CASE in words_on(li.main)
    await told_of_hardship(li, case_id)
    await visited(li, case_id, promise_fen=100_00, promise_in=VISIT_DAY - VISIT_DAY)
    await li.show("today")
    assert ODD_CASE in words_on(li.main)
    await li.show("sync")
    assert ODD_CASE in words_on(li.main)
    assert rich(li.main) == []


@NO_GRAPHICS
async def test_the_map_runs_nothing(room: Room) -> None:
    li = await room.seat("li", map_pack=str(PACK))
    await agree(li, await odd_case(li), VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    await li.show("map")
    screen = li.screens.map
    shown = screen.map
    assert shown is not None
    await until(lambda: shown.is_ready)
    await quiet()
    assert "<u>area" in screen.list.item(0).text()
    html: list[str] = []
    shown.page.toHtml(html.append)
    await until(lambda: bool(html))
    assert "src=x" not in html[0]
    assert "<u>area" not in html[0]
    assert shown.complaints == []


async def test_no_label_anywhere_reads_markup(room: Room) -> None:
    for who in (walk.officer, walk.lead, walk.way_in):
        async for name, window in who(room):
            assert rich(window) == [], name
        await room.close()
        room.seats.clear()


def test_no_dialog_is_executed() -> None:
    """A dialog that runs a loop of its own kills the tasks of ours: they are opened instead."""
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and runs_a_loop(node):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def runs_a_loop(node: ast.Attribute) -> bool:
    """Say whether this is an `exec`, or a ready-made question that executes itself."""
    of = node.value.id if isinstance(node.value, ast.Name) else ""
    asks = of in ("QMessageBox", "QInputDialog") and node.attr[0].islower()
    return node.attr in ("exec", "exec_") or asks or (of == "QFileDialog" and "get" in node.attr)


async def test_a_question_leaves_the_loop_free(room: Room) -> None:
    li = await room.seat("li")
    li.main.open_case(await odd_case(li))
    await quiet()
    li.screens.case.acts.hold()
    dialog = await asked(li.main)
    # While the question stands, reads and syncs go on.
    assert await rows_at(li, "agree")
    dialog.reject()
    await quiet()
