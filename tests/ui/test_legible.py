"""No word is cut, in either language, at any text size, on a small laptop's screen."""

import pytest

from tests.ui import walk
from tests.ui.acts import give, ready
from tests.ui.legible import LANGUAGES, SIZES, Reader
from tests.ui.room import Room
from tools.tour.seat import quiet


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [walk.officer, walk.lead, walk.way_in])
async def test_every_word_is_whole(room: Room, who: walk.Walk, language: str, size: int) -> None:
    reader = Reader(f"{who.__name__}-{language}-{size}")
    async for name, window in who(room, language=language, text_size=size):
        await reader.look(window, name)
    assert not reader.found, "\n".join(reader.found)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_low_window_leaves_the_content_its_room(room: Room, language: str) -> None:
    """Large words on 720 lines, with a refusal above: the head scrolls, no button is squeezed."""
    li = await room.seat("li", language=language, text_size=200)
    li.main.resize(1280, 720)
    case_id = (await ready(li))[0]
    li.main.open_case(case_id)
    await quiet()
    case = li.screens.case
    case.notice.say(li.main.words.code("vault.disk_full"), "block")
    reader = Reader(f"low-{language}")
    await reader.look(li.main, "case")
    assert not reader.found, "\n".join(reader.found)
    assert 2 * case._states.height() > case.height()
    assert case.notice.isVisible()
    assert case.primary.isVisibleTo(case)
    room.serve()
    chen = await room.seat("chen")
    await give(chen, case_id, None)
    await chen.sync()
    await li.sync()
    await quiet()
    li.main.open_case(case_id)  # which is not here any more
    await quiet()
    assert case.title.visibleRegion().boundingRect() == case.title.rect(), "an empty page has room"
