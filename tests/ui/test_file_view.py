"""A photo or paper as somebody looks at it: from here, from the server, or not to be had."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMarginsF, QSizeF, Qt
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QPushButton

from field_app.operations import attachments
from field_app.storage.vault import COPIES
from field_app.ui.dialogs.file_view import FileView
from field_app.ui.screens.case_screen import CaseScreen
from sync.domain.records import Attachment, Reveal
from sync.domain.vocabulary import Revealable
from tests.ui.lookup import records, words_on
from tests.ui.room import Room
from tests.ui.test_photos import attach, photo
from tools.tour.hands import press, until
from tools.tour.seat import Seat, quiet


def look(screen: CaseScreen) -> FileView:
    """Click what shows the newest file of the case."""
    buttons = [b for b in screen.findChildren(QPushButton) if b.isVisible()]
    named = [b for b in buttons if b.accessibleName().startswith("Show door")]
    named[0].click()
    return newest(screen)


def newest(screen: CaseScreen) -> FileView:
    return screen.findChildren(FileView)[-1]


def paper(path: Path, pages: int) -> Path:
    """Write a PDF of so many pages, as an office program does."""
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QSizeF(100, 150), QPageSize.Unit.Millimeter))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    for number in range(pages):
        if number:
            writer.newPage()
        painter.drawText(200, 400, f"page {number + 1}")
    painter.end()
    return path


async def shown(screen: CaseScreen) -> FileView:
    view = look(screen)
    await until(lambda: not view.picture.pixmap().isNull(), lambda: view.notice.text)
    return view


async def test_a_photo_is_shown_and_the_look_is_noted(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    screen = await attach(li, photo(tmp_path / "door.jpg"))
    view = await shown(screen)
    assert "door.jpg" in words_on(view)
    assert view.picture.pixmap().width() * 40 == pytest.approx(
        view.picture.pixmap().height() * 60, rel=0.02
    )
    [fact] = await records(li, Attachment)
    looks = [one.record for one in await records(li, Reveal)]
    assert [(one.field, one.file_id) for one in looks] == [(Revealable.FILE, fact.record.id)]
    before = view.picture.pixmap().width()
    press(view.area, Qt.Key.Key_Plus)
    assert view.picture.pixmap().width() > before
    press(view.area, Qt.Key.Key_0)
    assert view.picture.pixmap().width() == before
    press(view, Qt.Key.Key_Escape)
    await quiet()
    assert screen._view.attachment.shown is None
    assert "photo or paper" in words_on(screen)


@pytest.mark.parametrize("before", ["find", "here"])
async def test_a_view_closed_before_the_file_is_here_is_no_look(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    li = await room.seat("li")
    screen = await attach(li, photo(tmp_path / "door.jpg"))
    loop, read = asyncio.get_running_loop(), getattr(attachments, before)

    def read_and_closed(*told: object) -> object:
        """Answer as ever; the window's thread hears of the closing before it hears the answer."""
        loop.call_soon_threadsafe(lambda: view.close())
        return read(*told)

    monkeypatch.setattr(attachments, before, read_and_closed)
    view = look(screen)
    await quiet()
    assert not await records(li, Reveal)
    assert screen._view.attachment.fact is None
    monkeypatch.undo()
    await shown(screen)
    assert len(await records(li, Reveal)) == 1


async def test_a_paper_is_turned_page_by_page_and_a_broken_one_says_so(
    room: Room, tmp_path: Path
) -> None:
    li = await room.seat("li")
    screen = await attach(li, paper(tmp_path / "door.pdf", 3))
    view = await shown(screen)
    assert "Page 1 of 3" in words_on(view)
    assert not view.back.isEnabled()
    first = view.picture.pixmap().toImage()
    for _ in range(3):
        press(view.area, Qt.Key.Key_PageDown)
    assert "Page 3 of 3" in words_on(view)
    assert not view.next.isEnabled()
    assert view.picture.pixmap().toImage() != first
    view.back.click()
    assert "Page 2 of 3" in words_on(view)
    view.reject()
    await quiet()
    (tmp_path / "door.pdf").write_bytes(b"%PDF-1.7\nand nothing more")
    await attach(li, tmp_path / "door.pdf")
    view = look(screen)
    await until(lambda: "cannot be shown" in view.notice.text)
    assert not view.nearer.isVisible()
    view.reject()


async def gone_up(seat: Seat) -> None:
    """Sync until the server has the file too."""
    assert seat.program.runner is not None
    replica = seat.program.runner.desk.store.replica
    await seat.sync()
    await seat.sync()
    assert await seat.program.store.do(replica.uploads) == []


async def test_a_colleagues_photo_comes_from_the_server_once(room: Room, tmp_path: Path) -> None:
    server = room.serve()
    li, chen = await room.seat("li"), await room.seat("chen")
    await attach(li, photo(tmp_path / "door.jpg"))
    [fact] = await records(li, Attachment)
    assert li.screens.case._view.case_id is not None
    await gone_up(li)
    await chen.sync()
    chen.main.open_case(fact.record.case_id)
    await quiet()
    view = await shown(chen.screens.case)
    view.reject()
    assert chen.program.runner is not None
    folder = chen.program.runner.desk.store.vault.folder / COPIES
    [copy] = list(folder.iterdir())
    assert b"JFIF" not in copy.read_bytes()
    server.stop()
    again = await shown(chen.screens.case)
    again.reject()
    assert len(await records(chen, Reveal)) == 2


async def test_a_photo_that_is_nowhere_yet_and_a_line_that_is_gone_are_told(
    room: Room, tmp_path: Path
) -> None:
    server = room.serve()
    li, chen = await room.seat("li"), await room.seat("chen")
    await attach(li, photo(tmp_path / "door.jpg"))
    [fact] = await records(li, Attachment)
    assert li.program.runner is not None
    store = li.program.runner.desk.store
    # The fact goes up, its bytes stay behind: as if the line had ended between them.
    await li.program.store.do(lambda: store.replica._uploads.note(fact.record.id, "kept back"))
    await li.sync()
    await chen.sync()
    chen.main.open_case(fact.record.case_id)
    await quiet()
    screen = chen.screens.case
    view = look(screen)
    await until(lambda: "has not got this file yet" in view.notice.text)
    assert view.bar.isHidden()
    view.reject()
    await quiet()
    server.stop()
    view = look(screen)
    await until(lambda: "cannot be reached" in view.notice.text, lambda: view.notice.text)
    view.reject()
    assert await records(chen, Reveal) == []
