"""The server's disk is full: the Sync screen says so in words, and the work goes up later."""

from pathlib import Path

import pytest

from tests.crash.disk import Disk, library, needs_disk
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import in_language, words_on
from tests.ui.room import Room
from tests.ui.test_sync import sync_of
from tools.tour.seat import quiet


@needs_disk
@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_a_full_server_is_told(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    disk = Disk(room.folder / "srv", tmp_path / "beside", library(tmp_path))
    with monkeypatch.context() as around_the_server:
        for name, value in disk.environment().items():
            around_the_server.setenv(name, value)
        room.serve()
    li = await room.seat("li", language=language)
    await li.sync()
    await agree(li, (await ready(li))[0], VISIT_DAY)
    screen = await sync_of(li)
    told = li.main.words.code("sync.no_room")
    assert in_language(told, language)
    assert told not in words_on(screen)

    disk.orders.room(0)
    await li.sync_in_vain()
    await quiet()
    assert told in screen.status.text
    seen = words_on(screen)
    assert li.main.words("Waiting to be sent ({n})", n=1) in seen

    disk.orders.room()
    await li.sync()
    await quiet()
    assert told not in screen.status.text
    seen = words_on(screen)
    assert li.main.words("Waiting to be sent ({n})", n=0) in seen
