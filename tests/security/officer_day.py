"""An officer's day in a program of its own: `python -m tests.security.officer_day HOME …`.

It prints `half` with a visit half written and waits to be killed; started again with `--again` it
finishes the visit, syncs, locks and ends. What it types is in `TYPED`.
"""

import argparse
import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from field_app.bootstrap.error_log import ErrorLog
from field_app.bootstrap.laptop import Laptop, line
from field_app.bootstrap.no_dumps import forbid_dumps
from field_app.bootstrap.running import new_application, run_loop
from field_app.settings.settings import Settings, resources_folder, write_settings
from field_app.storage.keys import FLOOR
from sync.domain.vocabulary import Revealable, VisitOutcome
from tests.ui.acts import VISIT_DAY
from tests.ui.lookup import file_of, rows_at
from tests.ui.room import MORNING
from tools.sample.keyrings import NoKeyring
from tools.sample.shifted_server import ShiftedClock
from tools.tour.hands import asked, kept_as, taken_out, type_text, until
from tools.tour.seat import Seat, quiet

PASSPHRASE = "purple ladder quietly sings"
TYPED = {
    "reason of a hold": "住院做手术的是他的小女儿",
    "words of the customer": "周四下午婆婆不在家再来",
    "note of a visit": "他说工厂拖欠三个月工资了",
    "next step": "paycheck after the dragon boat feast",
    "passphrase": PASSPHRASE,
}
PACK = resources_folder() / "sample" / "city.mappack"


async def morning(seat: Seat, told: argparse.Namespace) -> None:
    """Enrol, look, search, reveal, hold, agree, copy, export, attach, and stop in a visit."""
    await seat.enrol(told.code, PASSPHRASE)
    await seat.sync()
    await seat.show("cases")
    type_text(seat.screens.navigable["cases"].search, told.search)  # type: ignore[attr-defined]
    await quiet()
    rows = await rows_at(seat, "agree")
    resting, visited = [row.id for row in rows if row.case_no.startswith(told.cases)][:2]
    await look_into(seat, resting)
    await errors_with_values(seat, told.search)
    seat.main.open_appointment(visited, None)
    await quiet()
    screen = seat.screens.appointment
    screen.form.day.setDate(
        screen.form.day.date().fromString(f"{VISIT_DAY:%Y-%m-%d}", "yyyy-MM-dd")
    )
    type_text(screen.form.span, "10:00-11:00")
    type_text(screen.form.said, TYPED["words of the customer"])
    await quiet()
    screen.confirm.click()
    await until(lambda: seat.main.stack.currentWidget() is not screen)
    stands = (await file_of(seat, visited)).open_appointments[0].record.id
    seat.main.open_appointment(visited, stands)
    await quiet()
    screen.copy.click()
    await quiet()
    assert QGuiApplication.clipboard().text()
    out = Path(told.out)
    screen.ics.click()
    await taken_out(seat.main, out / "visit.ics")
    await quiet()
    assert (out / "visit.ics").exists()


async def look_into(seat: Seat, case_id: object) -> None:
    """Open a case, see all of it, rest it."""
    seat.main.open_case(case_id)  # type: ignore[arg-type]
    await quiet()
    screen = seat.screens.case
    for field in (Revealable.NAME, Revealable.PHONE, Revealable.ADDRESS):
        screen.reveal_buttons[field].click()
        await quiet()
    screen.acts.hold()
    dialog = await asked(seat.main)
    type_text(dialog.entries["reason"], TYPED["reason of a hold"])
    dialog.ok.click()
    await quiet()


async def errors_with_values(seat: Seat, name: str) -> None:
    """Fail in every way a program can, each time with a customer's name at hand."""

    def fail() -> None:
        raise ValueError(f"cannot read {name}")

    async def fail_in_a_task() -> None:
        fail()

    seat.main._tasks.start(fail_in_a_task())
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    QTimer.singleShot(0, fail)
    logging.getLogger("yuefang.vault").error("no row for %s", name)
    logging.getLogger("asyncio").error(f"Task of {name} was lost")
    asyncio.get_running_loop().call_exception_handler(
        {"message": name, "exception": KeyError(name)}
    )
    qWarning(f"QFile: {name} is not there")
    await quiet()


async def at_work(seat: Seat, out: Path, clock: ShiftedClock) -> None:
    """Attach a photo, print the day, look at the map and begin the visit."""
    picture = out / "receipt.jpg"
    Image.effect_noise((200, 200), 60).convert("RGB").save(picture)
    case_id = await the_visit(seat)
    seat.main.open_case(case_id)  # type: ignore[arg-type]
    await quiet()
    seat.screens.case.acts.attach()
    await kept_as(seat.main, picture)
    await quiet()
    clock.jump_to(VISIT_DAY + timedelta(minutes=5))
    await seat.show("today")
    today = seat.screens.today
    assert today is not None
    today.print.click()
    await taken_out(seat.main, out / "day.pdf")
    await quiet()
    assert (out / "day.pdf").exists()
    await seat.show("map")
    shown = seat.screens.map.map
    assert shown is not None
    await until(lambda: shown.is_ready)
    await quiet()
    await seat.show("today")
    assert today.begin_button is not None
    today.begin_button.click()
    await quiet()
    screen = seat.screens.visit
    for box in screen.checks.boxes.values():
        box.click()
    screen.form.present.boxes["customer"].click()
    screen.form.identity.click()
    type_text(screen.form.arrived, "10:05")
    type_text(screen.form.left, "10:35")
    type_text(screen.form.note, TYPED["note of a visit"])
    type_text(screen.form.next_step, TYPED["next step"])
    await until(lambda: not screen._draft.isActive())
    await quiet()


async def the_visit(seat: Seat) -> object:
    """Return the case whose visit is agreed."""
    [row] = await rows_at(seat, "visit")
    return row.id


async def afternoon(seat: Seat, clock: ShiftedClock) -> None:
    """Unlock after the kill, finish the visit and send all of it."""
    clock.jump_to(VISIT_DAY + timedelta(minutes=50))
    await seat.unlock(PASSPHRASE)
    await seat.show("today")
    today = seat.screens.today
    assert today is not None
    assert today.begin_button is not None
    today.begin_button.click()
    await quiet()
    screen = seat.screens.visit
    assert screen.form.note.toPlainText() == TYPED["note of a visit"], "the draft was lost"
    outcome = screen.form.outcome
    outcome.setCurrentIndex(outcome.findData(str(VisitOutcome.PROMISE_TO_PAY)))
    type_text(screen.form.amount, "1200")
    screen.submit()
    await quiet()
    assert seat.main.stack.currentWidget() is not screen, screen.notice.text
    await seat.sync()
    seat.program.lock()


def day_of(told: argparse.Namespace) -> Callable[[], Awaitable[None]]:
    """Return the whole work of this process."""
    home, clock = Path(told.home), ShiftedClock()
    clock.jump_to(MORNING)
    settings = Settings(server=told.address, map_pack=str(PACK), lock_minutes=60)

    async def work() -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        laptop = Laptop(home, clock, NoKeyring(), connect=line(), work=FLOOR, name="li")
        write_settings(home, settings)
        seat = Seat(application, laptop, settings, "li")
        if told.again:
            await afternoon(seat, clock)
            await seat.close()
            return
        await morning(seat, told)
        await at_work(seat, Path(told.out), clock)
        print("half", flush=True)
        await asyncio.Event().wait()

    return work


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--home", "--address", "--code", "--search", "--out", "--cases"):
        parser.add_argument(name, default="")
    parser.add_argument("--again", action="store_true")
    told = parser.parse_args()
    forbid_dumps()
    ErrorLog(Path(told.home), ShiftedClock()).listen()
    application = new_application()
    try:
        run_loop(application, day_of(told))
    except AssertionError as wrong:
        print(f"wrong: {wrong}", flush=True)
        raise
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
