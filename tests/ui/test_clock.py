"""A laptop whose own clock is off: the window says so, and the case tells what can be proven."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.sync.office import PASSPHRASE
from tests.ui.acts import ready, told_of_hardship
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tests.ui.room_server import RoomClock
from tools.tour.hands import until
from tools.tour.seat import Seat, quiet

WAYS = {
    "en": ("42 minutes fast", r"happened (between .+ and|before) .+"),
    "zh_CN": ("快 42 分钟", r"发生在 (.+ 至 )?.+ 之[间前]"),
}


@dataclass
class OffClock:
    """The room's clock, off by some time that may change."""

    room: RoomClock
    by: timedelta

    def now(self) -> datetime:
        return self.room.now() + self.by


async def seated(room: Room, clock: OffClock, language: str) -> Seat:
    laptop = replace(room.laptop("li"), clock=clock)
    seat = room.window(laptop, "li", language=language)
    await seat.unlock(PASSPHRASE)
    return seat


@pytest.mark.parametrize("language", WAYS)
async def test_a_clock_that_is_off_is_told_until_it_is_set(room: Room, language: str) -> None:
    banner, bracket = WAYS[language]
    clock = OffClock(room.clock, timedelta(minutes=42))
    room.serve()
    # Recorded before the server's time was heard, by a program that was ended since.
    li = await seated(room, clock, language)
    case_id = (await ready(li))[0]
    await told_of_hardship(li, case_id)
    assert li.main.clock.text == ""
    await room.leave(li)
    li = await seated(room, clock, language)
    await li.sync()
    await until(lambda: banner in li.main.clock.text)
    assert in_language(li.main.clock.text, language)
    assert li.main.clock.isVisible()
    assert li.main.width() <= 1280

    li.main.open_case(case_id)
    await quiet()
    seen = words_on(li.screens.case)
    assert re.search(bracket, seen)
    assert li.main.words.code("flag.time_suspect") in seen

    clock.by = timedelta(minutes=4)  # a clock that is nearly right is nothing to talk about
    await li.sync()
    await until(lambda: li.main.clock.text == "")
    assert not li.main.clock.isVisible()
