"""Photos from the case's screen: cleaned before they are kept, and told of while they go up."""

import io
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from field_app.operations import attachments
from field_app.ui.screens.case_screen import CaseScreen
from field_app.ui.screens.sync_screen import SyncScreen
from sync.domain.records import Attachment
from sync.engine.ports import Progress
from tests.ui.acts import ready
from tests.ui.lookup import read, records, words_on
from tests.ui.room import Room
from tools.tour.seat import Seat, quiet

CAMERA = 0x0110
SECRET = b"YuePhone 17 Pro"


def photo(path: Path) -> Path:
    """Write a photo as a telephone does."""
    told = Image.Exif()
    told[CAMERA] = SECRET.decode()
    Image.new("RGB", (60, 40), "red").save(path, "JPEG", exif=told)
    assert SECRET in path.read_bytes()
    return path


async def attach(seat: Seat, path: Path) -> CaseScreen:
    """Choose a file in the dialog of the first case that is ready."""
    seat.main.open_case((await ready(seat))[0])
    await quiet()
    screen = seat.screens.case
    screen.acts.attach()
    [dialog] = screen.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    await quiet()
    return screen


async def test_a_photo_is_kept_without_its_camera(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    screen = await attach(li, photo(tmp_path / "door.jpg"))
    [kept] = await records(li, Attachment)
    data = await read(li, lambda desk: attachments.here(desk, kept.record))
    assert SECRET not in data
    assert Image.open(io.BytesIO(data)).size == (60, 40)
    assert "door.jpg" in words_on(screen)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"MZ program", "Only pictures (PNG, JPEG) and PDF"),
        (b"\x89PNG\r\n\x1a\n and rubbish", "The picture is damaged"),
    ],
    ids=["program", "rubbish"],
)
async def test_what_is_no_picture_is_refused(
    room: Room, tmp_path: Path, data: bytes, told: str
) -> None:
    li = await room.seat("li")
    (tmp_path / "door.png").write_bytes(data)
    screen = await attach(li, tmp_path / "door.png")
    assert told in screen.notice.text
    assert await records(li, Attachment) == []


async def test_the_sync_screen_counts_bytes_and_tells_of_a_file(room: Room) -> None:
    room.serve()
    li = await room.seat("li")
    await li.sync()
    await li.show("sync")
    screen, loop = li.screens.navigable["sync"], li.program.sync_loop
    assert isinstance(screen, SyncScreen)
    assert loop is not None
    loop._tell(running=True, progress=Progress("files", 1, 3, 2_500_000, 10_000_000))
    assert "2.5 of 10.0 MB" in words_on(screen)
    assert screen.progress.value() / screen.progress.maximum() == pytest.approx(0.25)
    loop._tell(running=False, progress=None, files_trouble="sync.no_room")
    seen = words_on(screen)
    assert "The server has no room for new records just now" in seen
    assert "Last synced" in seen
