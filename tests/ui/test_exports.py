"""Files leave the laptop by one gate: asked, on record, stamped, locked, and only so many a day."""

from pathlib import Path

import pypdfium2
import pytest
import pyzipper
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from field_app.operations.desk import Desk
from field_app.operations.exports import ExportWish, take_out
from field_app.operations.submit import Saved, Written
from field_app.ui.dialogs.form_dialog import FormDialog
from sync.domain.vocabulary import ExportFile, ExportReason
from tests.ui.acts import VISIT_DAY, agree, ready
from tests.ui.lookup import in_language, read, words_on
from tests.ui.room import MORNING, Room
from tests.ui.test_papers import exports
from tests.unit.field_app.reports.papers_read import words_of
from tools.tour.hands import asked, kept_as, press, taken_out, type_text, until
from tools.tour.seat import Seat, quiet

PASSWORD = "kfh7-92mm-qqrt-aaz4"
WISH = ExportWish(ExportReason.VISIT, "", "")


def many(desk: Desk, times: int) -> list[Written]:
    """Take so many files out, as far as the record is concerned."""
    return [take_out(desk, WISH, ExportFile.DAY_SHEET, 1) for _ in range(times)]


async def on_visit_day(room: Room, language: str = "en") -> Seat:
    """Agree a visit and look at Today in its hour."""
    li = await room.seat("li", language=language)
    await agree(li, (await ready(li))[0], VISIT_DAY)
    room.clock.jump_to(VISIT_DAY)
    await li.show("today")
    return li


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_a_paper_is_locked_unless_a_person_says_otherwise(
    room: Room, tmp_path: Path, language: str
) -> None:
    li = await on_visit_day(room, language)
    press(li.main, Qt.Key.Key_P)
    dialog: FormDialog = await asked(li.main)
    words = li.program.look.words
    assert in_language(words("Password of the file"), language)
    offered = dialog.entries["password"].text()  # type: ignore[union-attr]
    assert len(offered) == 19
    press(dialog.ok, Qt.Key.Key_Space)
    path = tmp_path / "day.pdf"
    await kept_as(li.main, path)
    await quiet()
    data = path.read_bytes()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data)
    opened = pypdfium2.PdfDocument(data, password=offered)
    seen = " ".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    assert "10:00–11:00" in seen
    assert b"/AESV3" in data
    [entry] = await exports(li)
    assert '"locked":true' in entry
    assert offered not in entry


async def test_every_page_says_whose_file_it_is(room: Room, tmp_path: Path) -> None:
    li = await on_visit_day(room)
    press(li.main, Qt.Key.Key_P)
    path = tmp_path / "day.pdf"
    await taken_out(li.main, path, reason="records", words="for the branch")
    await quiet()
    assert "Exported by" in words_of(path.read_bytes())
    assert "1 case · for the records" in words_of(path.read_bytes())
    [entry] = await exports(li)
    for part in ('"reason":"records"', '"words":"for the branch"', '"cases":1', '"locked":false'):
        assert part in entry


async def test_a_calendar_file_is_a_zip_that_the_password_opens(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    case_id = (await ready(li))[0]
    await agree(li, case_id, VISIT_DAY)
    li.main.open_appointment(case_id, None)
    await quiet()
    li.screens.appointment.ics.click()
    path = tmp_path / "visit.ics.zip"
    await taken_out(li.main, path, PASSWORD)
    await quiet()
    assert b"VCALENDAR" not in path.read_bytes()
    with pyzipper.AESZipFile(path) as archive:
        [info] = archive.infolist()
        assert (info.filename, info.wz_aes_strength) == ("visit.ics", 3)
        with pytest.raises(RuntimeError, match="password"):
            archive.read("visit.ics")
        archive.setpassword(PASSWORD.encode())
        assert archive.read("visit.ics").startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_after_the_days_number_no_file_is_made(
    room: Room, tmp_path: Path, language: str
) -> None:
    li = await on_visit_day(room, language)

    assert all(isinstance(one, Saved) for one in await read(li, lambda d: many(d, 20)))
    press(li.main, Qt.Key.Key_P)
    path = tmp_path / "day.pdf"
    await taken_out(li.main, path)
    await quiet()
    today = li.screens.today
    assert today is not None
    assert today.notice.text == li.program.look.words.code("export.daily_cap", n=20)
    assert in_language(today.notice.text, language)
    said = today.notice.text
    await today._view.load()
    assert today.notice.text == said, "it outlives the next reading of the day"
    assert not path.exists()
    assert len(await exports(li)) == 20
    room.clock.jump_to(VISIT_DAY.replace(day=VISIT_DAY.day + 1))
    [written] = await read(li, lambda desk: many(desk, 1))
    assert isinstance(written, Saved)


async def test_what_is_missing_keeps_the_question_open(room: Room, tmp_path: Path) -> None:
    li = await on_visit_day(room)
    press(li.main, Qt.Key.Key_P)
    dialog = await asked(li.main)
    reason = dialog.entries["reason"]
    assert isinstance(reason, QComboBox)
    reason.setCurrentIndex(reason.findData("other"))
    dialog.ok.click()
    assert "own words" in dialog.trouble.text
    type_text(dialog.entries["words"], "audit of the branch")
    type_text(dialog.entries["password"], "")
    dialog.ok.click()
    assert "needs a password" in dialog.trouble.text
    assert await exports(li) == []
    type_text(dialog.entries["password"], PASSWORD)
    dialog.ok.click()
    path = tmp_path / "day.pdf"
    await kept_as(li.main, path)
    await quiet()
    pypdfium2.PdfDocument(path.read_bytes(), password=PASSWORD).close()
    [entry] = await exports(li)
    assert '"words":"audit of the branch"' in entry


async def test_who_leads_has_no_number(room: Room) -> None:
    chen = await room.seat("chen")

    assert all(isinstance(one, Saved) for one in await read(chen, lambda desk: many(desk, 25)))


async def test_the_trace_stays_when_the_file_cannot_be_written(room: Room) -> None:
    li = await on_visit_day(room)
    press(li.main, Qt.Key.Key_P)
    await taken_out(li.main, Path("/proc/day.pdf"))
    await quiet()
    assert li.screens.today is not None
    assert "cannot be written" in li.screens.today.notice.text
    assert len(await exports(li)) == 1


async def test_nothing_leaves_that_cannot_be_put_on_record(room: Room, tmp_path: Path) -> None:
    li = await on_visit_day(room)
    await read(li, lambda desk: many(desk, 1))
    room.clock.jump_to(MORNING)
    press(li.main, Qt.Key.Key_P)
    await taken_out(li.main, tmp_path / "day.pdf")
    await quiet()
    assert li.screens.today is not None
    assert li.screens.today.notice.text == li.program.look.words.code("clock.set_back")
    assert not (tmp_path / "day.pdf").exists()


async def test_who_leads_sees_what_the_team_took_out(room: Room, tmp_path: Path) -> None:
    room.serve()
    li = await on_visit_day(room)
    press(li.main, Qt.Key.Key_P)
    await taken_out(li.main, tmp_path / "day.pdf", reason="records", words="for the branch")
    await quiet()
    await read(li, lambda desk: many(desk, 20))
    await li.sync()
    chen = await room.seat("chen", language="en")
    await chen.sync()
    await chen.show("review")
    await until(lambda: "day sheet · 1 case · for the records" in words_on(chen.main))
    seen = words_on(chen.main)
    assert "for the branch" in seen
    assert "not locked" in seen
    assert "of the day" not in seen, "the day's number held at the laptop"
    await read(chen, lambda desk: many(desk, 21))
    await chen.show("team")
    await chen.show("review")
    await until(lambda: "number 21 of the day" in words_on(chen.main))
    assert "and 1 earlier one" in words_on(chen.main)
