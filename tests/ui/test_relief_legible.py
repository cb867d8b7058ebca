"""The sheet, the chosen way and a plan that stands are read whole at any text size."""

import pytest

from tests.ui.acts import ready
from tests.ui.legible import LANGUAGES, SIZES, SMALL, Reader
from tests.ui.room import Room
from tests.ui.sheets import chosen, sheet, told
from tools.tour.hands import asked
from tools.tour.seat import quiet


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_part_of_relief(room: Room, language: str, size: int) -> None:
    li = await room.seat("li", language=language, text_size=size)
    reader = Reader(f"{language}-{size}-relief")
    li.main.resize(SMALL)
    case_id = (await ready(li))[0]
    screen = await sheet(li, case_id)
    screen.hardship.wanted.click()
    screen.hardship.causes.boxes["illness"].click()
    await told(screen, "3800")
    await reader.look(li.main, "sheet")
    await chosen(screen, len(screen.ways.choose_buttons) - 1)
    await reader.look(li.main, "chosen")
    screen.hardship.consent.click()
    screen.to_lead.setPlainText("客户下月复工")
    await quiet()
    screen.propose.click()
    await quiet()
    await reader.look(li.main, "plan")
    li.main.open_case(case_id)
    await quiet()
    await reader.look(li.main, "case-with-plan")
    li.screens.case.wishes.click()
    dialog = await asked(li.main)
    await reader.look(dialog, "wishes")
    dialog.reject()
    await quiet()
    assert not reader.found, "\n".join(reader.found)
