"""Walks through every window a person can have before them, with something to see on each."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.ui.acts import VISIT_DAY, agree, hold, propose, ready, told_of_hardship
from tests.ui.legible import SMALL
from tests.ui.room import Room
from tools.tour.hands import asked, press, until
from tools.tour.seat import Seat, quiet

type Sight = tuple[str, QWidget]
type Walk = Callable[..., AsyncIterator[Sight]]


async def way_in(room: Room, **wished: object) -> AsyncIterator[Sight]:
    """Walk past enrolling and unlocking, each after a refusal."""
    for name, laptop in (("enrol", room.fresh()), ("unlock", room.laptop("li"))):
        seat = room.window(laptop, "li", **wished)
        seat.window.resize(SMALL)
        seat.window.ok.click()
        await quiet()
        yield name, seat.window


async def officer(room: Room, **wished: object) -> AsyncIterator[Sight]:
    """Walk through an officer's day: visits, a proposal, a case that rests, every question."""
    li = await room.seat("li", **wished)
    cases = await ready(li)
    await agree(li, cases[0], VISIT_DAY)
    await agree(li, cases[1], VISIT_DAY + timedelta(hours=3))
    await propose(li, cases[2], VISIT_DAY + timedelta(hours=6))
    await hold(li, cases[3], "客户住院，家属来电说明情况，请暂缓走访，等候通知")
    await told_of_hardship(li, cases[3])
    room.clock.jump_to(VISIT_DAY)
    async for sight in _screens(li):
        yield sight
    for number, case_id in enumerate(cases[:4]):
        await _opened(li, lambda c=case_id: li.main.open_case(c))
        yield f"case-{number}", li.main
    await _opened(li, lambda: li.main.open_appointment(cases[0], None))
    yield "appointment", li.main
    await _opened(li, lambda: li.main.open_relief(cases[0]))
    yield "relief", li.main
    await _opened(li, lambda: li.main.open_visit(cases[0], None))
    li.screens.visit.hardship.wanted.click()
    await quiet()
    yield "visit", li.main
    await _opened(li, lambda: li.main.discreet.go_to_door(cases[0], None))
    yield "door", li.main
    li.main.discreet.hide_all()
    yield "cover", li.main
    li.main.discreet.cover.back.click()
    li.main.discreet.leave_door()
    await _opened(li, lambda: li.main.open_case(cases[0]))
    async for sight in _questions(li):
        yield sight


async def lead(room: Room, **wished: object) -> AsyncIterator[Sight]:
    """Walk through the lead's screens, with a case on hold."""
    chen = await room.seat("chen", **wished)
    case_id = (await ready(chen))[0]
    await hold(chen, case_id, "客户住院")
    async for sight in _screens(chen):
        yield sight
    await _opened(chen, lambda: chen.main.open_case(case_id))
    yield "case", chen.main


async def _screens(seat: Seat) -> AsyncIterator[Sight]:
    for name, page in seat.screens.navigable.items():
        seat.main.resize(SMALL)
        await seat.show(name)
        yield name, seat.main
        if name == "review":
            page.show_part(1)
            yield "conduct", seat.main


async def _opened(seat: Seat, show: Callable[[], None]) -> None:
    seat.main.resize(SMALL)
    show()
    await quiet()


async def _questions(seat: Seat) -> AsyncIterator[Sight]:
    """Ask each question that can stand over a case, and leave it."""
    acts = seat.screens.case.acts
    for name in ("contact", "feedback", "hold"):
        getattr(acts, name)()
        dialog = await asked(seat.main)
        yield f"question-{name}", dialog
        press(dialog, Qt.Key.Key_Escape)
        await quiet()
    seat.main.activateWindow()  # as the window manager does when a question has gone
    await until(seat.main.isActiveWindow)
    press(seat.main, Qt.Key.Key_F1)
    yield "help", await asked(seat.main)
