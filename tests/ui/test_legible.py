"""No word is cut, in either language, at any text size, on a small laptop's screen."""

import pytest

from tests.ui import walk
from tests.ui.legible import LANGUAGES, SIZES, Reader
from tests.ui.room import Room


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", [walk.officer, walk.lead, walk.way_in])
async def test_every_word_is_whole(room: Room, who: walk.Walk, language: str, size: int) -> None:
    reader = Reader(f"{who.__name__}-{language}-{size}")
    async for name, window in who(room, language=language, text_size=size):
        await reader.look(window, name)
    assert not reader.found, "\n".join(reader.found)
