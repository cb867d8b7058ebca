"""The officer's way: late and whom to call, files for other devices, a place handed over."""

import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QComboBox

from field_app.ui.screens.today_screen import TodayScreen
from field_app.viewmodels.today import TodayVisit
from sync.domain.ids import CaseId
from tests.ui.acts import VISIT_DAY
from tests.ui.lookup import file_of, in_language, read, words_on
from tests.ui.room import Room
from tests.ui.test_full_disk import no_room
from tests.ui.test_plan import agreed, plan_of, solved
from tests.ui.test_today import agreed_day, buttons, today_of
from tools.tour.hands import asked, taken_out, type_text, until
from tools.tour.seat import Seat, quiet


async def published_day(room: Room, **wished: object) -> tuple[Seat, TodayScreen, list[CaseId]]:
    """Return an officer on the morning of a day whose order is published."""
    chen, li, cases = await agreed(room)
    screen = await plan_of(chen)
    await solved(screen)
    screen.publish.click()
    await quiet()
    await chen.sync()
    await li.sync()
    if wished:
        await room.leave(li)
        li = await room.seat("li", **wished)
    room.clock.jump_to(VISIT_DAY + timedelta(minutes=30))
    await li.show("today")
    await quiet()
    return li, today_of(li), cases


async def trail(seat: Seat, what: str) -> list[dict[str, str]]:
    """Return the entries of a kind in the laptop's trail."""
    rows = await read(
        seat,
        lambda desk: desk.store.vault.connection.execute(
            "SELECT entry FROM audit WHERE what = ? ORDER BY n", (what,)
        ).fetchall(),
    )
    return [json.loads(row[0]) for row in rows]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_running_late_says_whom_to_call(room: Room, language: str) -> None:
    li, today, _cases = await published_day(room, language=language)
    way = today.way
    assert in_language(way.source.text(), language)
    assert way.late.isEnabled()
    way.late.click()
    question = await asked(li.main)
    type_text(question.entries["free"], "nonsense")
    question.ok.click()
    assert question.trouble.text  # and what was typed stays to be mended
    place = question.entries["at"]
    assert isinstance(place, QComboBox)
    assert place.currentData() == "0"
    type_text(question.entries["free"], "12:05")
    question.ok.click()
    await until(lambda: way._view.rest is not None)
    rest = way._view.rest
    assert rest is not None
    assert [c.visit.appointment_id for c in rest.calls] == [way._view.order[0].appointment_id]
    call = rest.calls[0]
    assert call.could_begin is not None
    assert {s.visit.appointment_id for s in rest.stops} == {
        v.appointment_id for v in way._view.order[1:]
    }
    script = way.script(call)
    assert way._view.my_name in script
    assert f"{call.could_begin.astimezone(room.clock.now().tzinfo):%M}" in script
    assert not any(
        word in script for word in ("debt", "loan", "pay", "款", "债", "还", "bank", "银行")
    )
    assert script in words_on(today)
    assert call.visit.name in words_on(today)
    copy = way._look.words("Copy the words")
    buttons(today, copy)[0].click()
    assert QGuiApplication.clipboard().text() == script
    again = way._look.words("Agree another time")
    buttons(today, again)[0].click()
    await quiet()
    form = li.screens.appointment.form
    assert form.span.text().startswith(f"{call.could_begin.astimezone(VISIT_DAY.tzinfo):%H:%M}")
    await li.show("today")
    buttons(today, way._look.words("Back to the published order"))[0].click()
    assert way._view.rest is None


async def test_in_time_nobody_is_called(room: Room) -> None:
    li, today, _cases = await published_day(room, language="en")
    today.way.late.click()
    question = await asked(li.main)
    type_text(question.entries["free"], "10:40")
    question.ok.click()
    await until(lambda: today.way._view.rest is not None)
    assert "nobody needs a call" in words_on(today)


async def test_without_a_published_order_nobody_is_late(room: Room) -> None:
    li = await room.seat("li")
    await agreed_day(room, li)
    way = today_of(li).way
    assert not way.late.isEnabled()
    assert "published no order" in way.source.text()
    assert way.ics.isEnabled()


async def test_files_for_other_devices_hold_no_person(room: Room, tmp_path: Path) -> None:
    li = await room.seat("li")
    cases = await agreed_day(room, li)
    way = today_of(li).way
    for act, name in ((way.ics, "day.ics"), (way.gpx, "day.gpx")):
        act.click()
        await taken_out(li.main, tmp_path / name)
        await quiet()  # a file is there before it is written
    events = (tmp_path / "day.ics").read_text("utf-8")
    assert events.count("BEGIN:VEVENT") == len(cases)
    points = ElementTree.fromstring((tmp_path / "day.gpx").read_bytes())  # noqa: S314  # our own
    places = [e for e in points.iter() if e.tag.endswith("rtept")]
    pinned = [v for v in way._view.to_come if v.point is not None]
    assert [(float(p.get("lat", 0)), float(p.get("lon", 0))) for p in places] == [
        pytest.approx(v.point, abs=1e-6) for v in pinned
    ]
    written = events + (tmp_path / "day.gpx").read_text("utf-8")
    assert events.count("Exported by") == len(cases)
    assert "Exported by" in points.findtext("{*}metadata/{*}desc", "")
    for case_id in cases:
        case = (await file_of(li, case_id)).case
        for person in (case.customer.name, case.address.text, *case.customer.phones):
            assert str(person) not in written
    assert [e["file"] for e in await trail(li, "export")] == ["day_calendar", "day_gpx"]


class Navigator(QObject):
    """A navigation program that writes down what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        """Take a place."""
        self.given.append(url.toString())


async def test_a_place_is_handed_over_by_a_clear_yes_only(room: Room) -> None:
    program = Navigator()
    QDesktopServices.setUrlHandler("geo", program, "take")
    try:
        li = await room.seat("li")
        pinned = [v for v in await _visits(room, li) if v.point is not None]
        today = today_of(li)
        buttons(today, "Navigate")[0].click()
        question = await asked(li.main)
        assert "to another program" in words_on(question)
        question.reject()
        await quiet()
        assert program.given == []
        assert await trail(li, "navigation") == []
        with no_room():  # what cannot be noted is not given away
            buttons(today, "Navigate")[0].click()
            (await asked(li.main)).ok.click()
            await quiet()
        assert today.way.trouble.text == li.main.words.code("vault.disk_full")
        assert program.given == []
        buttons(today, "Navigate")[0].click()
        question = await asked(li.main)
        assert question.ok.text() == "Give the place"
        question.ok.click()
        await until(lambda: bool(program.given))
        lat, lon = pinned[0].point or (0.0, 0.0)
        assert program.given == [f"geo:{lat:.6f},{lon:.6f}"]
        ids = [e["appointment"] for e in await trail(li, "navigation")]
        assert ids == [pinned[0].appointment_id]
    finally:
        QDesktopServices.unsetUrlHandler("geo")


async def _visits(room: Room, li: Seat) -> tuple[TodayVisit, ...]:
    await agreed_day(room, li)
    return today_of(li).way._view.to_come
