"""The Sync screen tells calmly what was put right by itself."""

import pytest

from field_app.operations.desk import Desk
from field_app.storage.incidents import RECOVERED, REPAIRED, REREAD, REVIVED
from field_app.ui.screens.sync_screen import SyncScreen
from sync.domain.records import Case
from tests.ui.lookup import read, records, words_on
from tests.ui.room import Room
from tools.tour.seat import quiet

TOLD = {
    "en": ("3 records differed", "lacked 5 of your records", "away for long", "had let go"),
    "zh_CN": ("3 条记录与服务器不一致", "缺少 5 条您的记录", "离开时间较长", "此前已放弃"),
}
AT_REST = {"en": "Waiting to be sent", "zh_CN": "待发送"}
NOTHING = {"en": "lacked 0 of", "zh_CN": "缺少 0 条"}


@pytest.mark.parametrize("language", TOLD)
async def test_what_was_put_right_is_told(room: Room, language: str) -> None:
    room.serve()
    li = await room.seat("li", language=language)
    await li.sync()
    await li.show("sync")
    await quiet()
    screen = li.screens.navigable["sync"]
    assert isinstance(screen, SyncScreen)
    before = words_on(screen)
    case = (await records(li, Case))[0].record
    assert not any(words in before for words in TOLD[language])

    def happened(desk: Desk) -> None:
        now = desk.clock.now()
        desk.store.incidents.add(now, REPAIRED, "officer:x", 3)
        desk.store.incidents.add(now, RECOVERED)  # a server that had lost nothing of ours
        desk.store.incidents.add(now, RECOVERED, records=5)
        desk.store.incidents.add(now, REREAD, "officer:x")
        desk.store.incidents.add(now, REVIVED, case.id, 1)

    await read(li, happened)
    await li.show("today")
    await li.show("sync")
    await quiet()
    told = words_on(screen)
    # What a person should look at stands above what is merely told.
    assert told.index(case.case_no) < told.index(AT_REST[language])
    for words in (*TOLD[language], case.case_no):
        assert words in told
    assert len([line for line in told.splitlines() if NOTHING[language] in line]) == 0
