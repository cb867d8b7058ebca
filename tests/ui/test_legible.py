"""No word is cut, in either language, at any text size, on a small laptop's screen."""

import asyncio
import os
from datetime import timedelta

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from tests.ui.acts import VISIT_DAY, agree, hold, propose, ready, told_of_hardship
from tests.ui.legible import clipped
from tests.ui.room import Room
from tools.tour.hands import STEP_S
from tools.tour.seat import Seat, quiet

SMALL = QSize(1280, 800)
SIZES = (100, 150, 200)
LANGUAGES = ("zh_CN", "en")
TURNS = 20


class Reader:
    """Looks at one window after another and remembers what could not be read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[str] = []

    async def look(self, window: QWidget, screen: str) -> None:
        """Look once the layouts have come to rest, which takes them a few turns of the loop."""
        for _ in range(TURNS):
            if not clipped(window):
                break
            await asyncio.sleep(STEP_S)
        if window.width() > SMALL.width() or window.height() > SMALL.height():
            self.found.append(f"{screen}: needs a window of {window.width()}×{window.height()}")
        self.found += [f"{screen}: {one}" for one in clipped(window)]
        if os.environ.get("SHOTS"):
            window.grab().save(f"build/legible/{self.name}-{screen}.png")


async def tour(seat: Seat, reader: Reader) -> None:
    """Look at every screen of the navigation."""
    for name, page in seat.screens.navigable.items():
        seat.main.resize(SMALL)
        await seat.show(name)
        await reader.look(seat.main, name)
        if name == "review":
            page.show_part(1)
            await reader.look(seat.main, "conduct")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_officers_screens(room: Room, language: str, size: int) -> None:
    li = await room.seat("li", language=language, text_size=size)
    reader = Reader(f"{language}-{size}")
    cases = await ready(li)
    await agree(li, cases[0], VISIT_DAY)
    await agree(li, cases[1], VISIT_DAY + timedelta(hours=3))
    await propose(li, cases[2], VISIT_DAY + timedelta(hours=6))
    await hold(li, cases[3], "客户住院，家属来电说明情况，请暂缓走访，等候通知")
    await told_of_hardship(li, cases[3])
    room.clock.jump_to(VISIT_DAY)
    await tour(li, reader)
    for number, case_id in enumerate(cases[:4]):
        li.main.resize(SMALL)
        li.main.open_case(case_id)
        await quiet()
        await reader.look(li.main, f"case-{number}")
    li.main.open_appointment(cases[0], None)
    await quiet()
    await reader.look(li.main, "appointment")
    li.main.open_visit(cases[0], None)
    await quiet()
    li.screens.visit.hardship.wanted.click()
    await quiet()
    await reader.look(li.main, "visit")
    assert not reader.found, "\n".join(reader.found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_leads_screens(room: Room, language: str, size: int) -> None:
    chen = await room.seat("chen", language=language, text_size=size)
    reader = Reader(f"{language}-{size}-lead")
    await tour(chen, reader)
    assert not reader.found, "\n".join(reader.found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_way_in(room: Room, language: str, size: int) -> None:
    reader = Reader(f"{language}-{size}-in")
    for name, laptop in (("enrol", room.fresh()), ("unlock", room.laptop("li"))):
        seat = room.window(laptop, "li", language=language, text_size=size)
        seat.window.resize(SMALL)
        seat.window.ok.click()
        await quiet()
        await reader.look(seat.window, name)
    assert not reader.found, "\n".join(reader.found)
