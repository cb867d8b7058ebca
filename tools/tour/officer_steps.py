"""The officer's part of the main job, step by step: calls, agreements, a day without a line."""

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from field_app.operations import appointments, cases
from field_app.operations.appointments import Draft
from field_app.operations.cases import CaseQuery
from field_app.operations.desk import Desk
from field_app.operations.submit import Saved
from field_app.ui.map.map_view import MapView
from field_app.ui.screens.sync_screen import SyncScreen
from sync.domain.ids import CaseId
from sync.domain.records import AgreementEvidence
from sync.domain.vocabulary import AgreedBy, Channel, Place, Present, Revealable, VisitOutcome
from tools.tour.hands import asked, press, type_text, until
from tools.tour.seat import Seat
from tools.tour.stage import Stage

VISITS = 5


async def officer_looks(stage: Stage, officer: Seat) -> None:
    """The officer enrols, searches, opens a case and reveals a number."""
    await stage.enrol(officer)
    await officer.show("today")
    await stage.shot(officer.main, "officer-today-empty")
    await officer.show("cases")
    await stage.shot(officer.main, "officer-cases")
    search = officer.screens.navigable["cases"].search  # type: ignore[attr-defined]
    type_text(search, "w")
    await stage.shot(officer.main, "officer-cases-search")
    search.clear()
    await stage.settle()


async def officer_records_contact(stage: Stage, officer: Seat) -> None:
    """A call is recorded on the first case that may be called."""
    found = await _case_at(officer, "call")
    officer.main.open_case(found)
    await stage.settle()
    case = officer.screens.case
    await stage.shot(officer.main, "case-phone-stage")
    case.reveal_buttons[Revealable.PHONE].click()
    await until(lambda: Revealable.PHONE in case._view.plain)
    case.primary.click()
    contact = await asked(officer.main)
    await stage.shot(officer.main, "case-contact")
    contact.ok.click()
    await until(lambda: bool(case._view.file and "contact" in case._view.file.timeline[0].kind))
    await stage.shot(officer.main, "case-after-contact")


async def officer_agrees(stage: Stage, officer: Seat, day: datetime) -> list[CaseId]:
    """Windows are agreed for `day`: the first on the screen, the others by the same operation."""
    ready = await _ready(officer, VISITS)
    officer.main.open_case(ready[0])
    await stage.settle()
    officer.screens.case.primary.click()
    screen = officer.screens.appointment
    await until(lambda: screen._view.decision is not None)
    await stage.settle()
    type_text(screen.form.span, "22:00-23:00")
    await stage.settle()
    await until(lambda: not screen._view.may_confirm)
    await stage.shot(officer.main, "appointment-at-night-refused")
    when = screen.form.day
    when.setDate(when.date().fromString(f"{day:%Y-%m-%d}", "yyyy-MM-dd"))
    type_text(screen.form.span, "14:00-15:00")
    type_text(screen.form.said, "下午在家，可以来")
    press(screen.form.said, Qt.Key.Key_Return)
    await stage.settle()
    await until(lambda: screen._view.may_confirm)
    await stage.shot(officer.main, "appointment-lawful")
    screen.confirm.click()
    await until(lambda: officer.main.stack.currentWidget() is officer.screens.case)
    await stage.shot(officer.main, "case-agreed")
    await _agree_others(officer, ready[1:], day)
    await officer.sync()
    return ready


async def _agree_others(officer: Seat, others: list[CaseId], day: datetime) -> None:
    runner = officer.program.runner
    assert runner is not None
    for number, case_id in enumerate(others):
        start = day.replace(hour=9 + number, minute=30)

        def agree(desk: Desk, case_id: CaseId = case_id, start: datetime = start):  # type: ignore[no-untyped-def]
            file = cases.open_file(desk, case_id)
            assert file is not None
            draft = Draft(
                case_id, None, 0, start, start + timedelta(hours=1), Place.HOME, file.case.officers
            )
            now = desk.clock.now()
            yes = AgreementEvidence(now, AgreedBy.CUSTOMER, Channel.PHONE, words="可以")
            return appointments.confirm(desk, draft, yes)

        written = await runner.act(agree)
        assert isinstance(written, Saved), written


async def _late(stage: Stage, officer: Seat) -> None:
    """Say that one is late, and see whom to call."""
    today = officer.screens.today
    assert today is not None
    today.way.late.click()
    question = await asked(officer.main)
    type_text(question.entries["free"], "11:50")
    await stage.shot(officer.main, "officer-late-asked")
    question.ok.click()
    await until(lambda: today.way._view.rest is not None)
    await stage.shot(officer.main, "officer-late")
    today.way._view.put_away()
    await stage.settle()


async def officer_visits_offline(stage: Stage, officer: Seat) -> CaseId:
    """With the server gone: the day, the map, two visits with a hardship note, a complaint."""
    await officer.show("today")
    await stage.shot(officer.main, "officer-today")
    await _late(stage, officer)
    await officer.show("map")
    screen = officer.screens.map
    await until(lambda: screen.map is not None and screen.map.is_ready)
    await stage.settle()
    for _ in range(20):
        await stage.settle()
    await stage.shot(officer.main, "officer-map")
    assert isinstance(screen.map, MapView)
    assert screen.map.gatekeeper.blocked == [], "the map asked for something outside"
    assert screen.map.complaints == [], screen.map.complaints
    stage.branch.stop()
    await officer.show("today")
    today = officer.screens.today
    assert today is not None and today.begin_button is not None
    assert today._view.day is not None
    visited = today._view.day.visits[0].case_id
    await at_the_door(stage, officer, "door")
    today.begin_button.click()
    await _fill_visit(stage, officer)
    await officer.show("today")
    await stage.shot(officer.main, "officer-today-after-visit")
    await officer.sync_in_vain()
    await officer.show("sync")
    await stage.shot(officer.main, "officer-sync-offline")
    return visited


async def at_the_door(stage: Stage, officer: Seat, name: str) -> None:
    """Go to the door of the first visit and hide all; nothing there tells of money."""
    today = officer.screens.today
    assert today is not None and today.door_button is not None
    today.door_button.click()
    door = officer.screens.door
    await until(lambda: door.card is not None)
    await stage.shot(officer.main, name)
    assert not any("¥" in w.text() for w in door.findChildren(QLabel))
    officer.main.discreet.hide_all()
    await stage.shot(officer.main, f"{name}-covered")
    officer.main.discreet.cover.back.click()
    officer.main.discreet.leave_door()
    await stage.settle()


async def _fill_visit(stage: Stage, officer: Seat) -> None:
    visit = officer.screens.visit
    await until(lambda: visit._view.decision is not None)
    await stage.settle()
    await stage.shot(officer.main, "visit-before-the-door")
    for box in visit.checks.boxes.values():
        box.click()
    form = visit.form
    form.present.boxes[str(Present.ADULT_FAMILY)].click()
    await until(lambda: visit._view.hides_debt)
    await stage.shot(officer.main, "visit-third-party-present")
    form.present.boxes[str(Present.ADULT_FAMILY)].click()
    form.present.boxes[str(Present.CUSTOMER)].click()
    form.identity.click()
    type_text(form.arrived, "09:35")
    type_text(form.left, "10:05")
    outcome = form.outcome.findData(str(VisitOutcome.PROMISE_TO_PAY))
    form.outcome.setCurrentIndex(outcome)
    type_text(form.amount, "1200")
    visit.hardship.wanted.click()
    visit.hardship.causes.boxes["job_loss"].click()
    visit.hardship.causes.boxes["illness"].click()
    await until(lambda: visit._view.needs_consent)
    await stage.settle()
    visit.submit()
    await until(lambda: bool(visit.notice.text))
    await stage.shot(officer.main, "visit-needs-consent")
    visit.hardship.consent.click()
    await stage.shot(officer.main, "visit-filled")
    visit.submit()
    await until(lambda: officer.main.stack.currentWidget() is not visit)


async def officer_comes_back(stage: Stage, officer: Seat) -> None:
    """The line is back: everything goes up once."""
    stage.branch.start()
    await officer.sync()
    await officer.show("sync")
    screen = officer.screens.navigable["sync"]
    assert isinstance(screen, SyncScreen)
    await until(lambda: bool(screen._view.state and not screen._view.state.waiting))
    assert screen._view.state is not None
    assert not screen._view.state.attention, screen._view.state.attention
    await stage.shot(officer.main, "officer-sync-done")


async def english_and_dark(stage: Stage, officer: Seat, case_id: CaseId) -> None:
    """The same screens in English and in the dark theme."""
    await officer.look(language="en", theme="dark")
    # A screen nobody sees is smaller than any desk's: the window took its size from it.
    officer.main.resize(1280, 800)
    await stage.settle()
    for name in ("today", "cases", "map", "sync", "settings"):
        await officer.show(name)
        if name == "map":
            screen = officer.screens.map
            await until(lambda: screen.map is not None and screen.map.is_ready)
            for _ in range(20):
                await stage.settle()
        await stage.shot(officer.main, f"dark-english-{name}")
        if name == "today":
            await at_the_door(stage, officer, "dark-english-door")
    await officer.show("cases")
    officer.main.open_case(case_id)
    await stage.shot(officer.main, "dark-english-case")
    officer.main.open_appointment(case_id, None)
    await until(lambda: officer.screens.appointment._view.decision is not None)
    await stage.shot(officer.main, "dark-english-appointment")
    ready = await _ready(officer, 1)
    officer.main.open_visit(ready[0], None)
    await until(lambda: officer.screens.visit._view.decision is not None)
    await stage.shot(officer.main, "dark-english-visit")
    officer.main.go_back()


async def _case_at(seat: Seat, step: str) -> CaseId:
    return (await _cases_at(seat, step))[0]


async def _cases_at(seat: Seat, step: str) -> list[CaseId]:
    runner = seat.program.runner
    assert runner is not None
    me = runner.desk.me.officer_id
    page = await runner.run(lambda desk: cases.page(desk, CaseQuery(officer_id=me), None, 300))
    return [r.id for r in page.rows if r.next_step == step and not r.held and not r.vulnerable]


async def _ready(seat: Seat, count: int) -> list[CaseId]:
    """Return cases for which the rules let a visit be agreed and that have a pin."""
    runner = seat.program.runner
    assert runner is not None
    found: list[CaseId] = []
    for case_id in await _cases_at(seat, "agree"):
        file = await runner.run(lambda desk, c=case_id: cases.open_file(desk, c))  # type: ignore[misc]
        steps = {s.step: str(s.verdict) for s in file.steps} if file else {}
        if file and steps["agree"] != "block" and file.case.address.point:
            found.append(case_id)
        if len(found) == count:
            break
    assert len(found) == count, f"only {len(found)} cases are ready for a visit"
    return found
