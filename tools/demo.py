"""The demo: an invented branch on this machine, a planned day, and the officer's window on Today.

`python dev.py demo` opens the officer's laptop; `--lead` also opens the team lead's.
`--server-only` keeps only the server running. What was agreed for today was agreed "yesterday"; on
a day on which nobody is visited it is the next working days that are planned.
"""

import argparse
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from field_app.bootstrap.desk_setup import lay_desk, policy_brought
from field_app.bootstrap.enrolment import enrol
from field_app.bootstrap.laptop import Laptop, line
from field_app.maps.pack import MapPack
from field_app.maps.travel import RoadTimes, StraightLine, TravelTimes
from field_app.operations import appointments, cases, route_publishing, routes, team
from field_app.operations.appointments import Draft
from field_app.operations.cases import CaseQuery
from field_app.operations.desk import Desk
from field_app.operations.submit import Saved
from field_app.planning.solver import VroomSolver
from field_app.settings.settings import Settings, resources_folder, write_settings
from field_app.storage.profile import own_profile
from field_app.storage.slot_file import KeyringStore
from field_app.viewmodels.enrol import EnrolForm
from sync.domain.records import AgreementEvidence
from sync.domain.time import at_local
from sync.domain.vocabulary import AgreedBy, Channel, Place
from sync.engine.engine import sync_once
from sync.engine.http_transport import HttpTransport
from sync.policy.calendar import LAST_KNOWN, calendar_for
from tools.sample.branch import LEAD, OFFICERS, PASSPHRASE, Branch
from tools.sample.shifted_server import ShiftedClock

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "demo"
PACK = resources_folder() / "sample" / "city.mappack"
ZONE = ZoneInfo("Asia/Shanghai")
VISITS_A_DAY = 5
DAYS = 2


class Seat:
    """One enrolled laptop, worked without a window while the demo is prepared."""

    def __init__(self, branch: Branch, clock: ShiftedClock, login: str) -> None:
        self.home = HOME / "laptops" / login
        self.home.mkdir(parents=True, exist_ok=True)
        laptop = Laptop(
            self.home, clock, KeyringStore(), connect=line(), mono_ms=clock.mono_ms, name=login
        )
        code = branch.code_for(login)
        form = EnrolForm(branch.address, login, code, PASSPHRASE, PASSPHRASE)
        vault = enrol(laptop, form, lambda _step: None)
        profile = own_profile(vault)
        self._transport = HttpTransport(
            profile.address, token=profile.token, key=profile.device_key
        )
        self.desk: Desk = lay_desk(laptop, vault, policy_brought(laptop))
        write_settings(self.home, Settings(server=branch.address, map_pack=str(PACK)))
        self.sync()

    def sync(self) -> None:
        """Push and pull."""
        sync_once(
            self.desk.store.replica, self._transport, on_progress=lambda _p: None, cancelled=bool
        )

    def close(self) -> None:
        """Close the vault."""
        self.desk.store.close()


def prepare(branch: Branch, clock: ShiftedClock) -> None:
    """Live the day before: cases are given, windows agreed, routes planned and published."""
    now = datetime.now(UTC)
    yesterday = now.astimezone(ZONE).replace(hour=8, minute=30) - timedelta(days=1)
    clock.jump_to(yesterday)
    branch.furnish(now.astimezone(ZONE).date())
    branch.start()
    lead = Seat(branch, clock, LEAD[0])
    team.take(lead.desk, team.suggest_unassigned(lead.desk))
    lead.sync()
    officer = Seat(branch, clock, OFFICERS[0][0])
    days = working_days(now.astimezone(ZONE).date())
    agreed = sum(_agree(officer.desk, day) for day in days)
    officer.sync()
    lead.sync()
    for day in days:
        _plan(lead.desk, day)
    lead.sync()
    officer.sync()
    print(f"prepared: {agreed} visits agreed for {days[0]} and {days[-1]}, routes published")
    for seat in (lead, officer):
        seat.close()
    branch.stop()
    clock.shift_s = 0.0


def working_days(today: date) -> list[date]:
    """Return the first days from today on that people work on."""
    works = calendar_for("CN", LAST_KNOWN).is_working_day
    coming = (today + timedelta(days=n) for n in count())
    return list(islice(filter(works, coming), DAYS))


def _agree(desk: Desk, day: date) -> int:
    """Agree windows an hour and a half apart on one day; unlawful ones are left out."""
    zone = desk.zone
    query = CaseQuery(officer_id=desk.me.officer_id)
    rows = [r for r in cases.page(desk, query, None, 300).rows if r.next_step == "agree"]
    start = at_local(day, datetime.min.time().replace(hour=9, minute=30), zone)
    done = 0
    for row in rows:
        file = cases.open_file(desk, row.id)
        if file is None or file.case.address.point is None:
            continue
        begins = start + timedelta(minutes=100 * done)
        ends = begins + timedelta(hours=1)
        officers = file.case.officers
        draft = Draft(row.id, None, 0, begins, ends, Place.HOME, officers)
        yes = AgreementEvidence(desk.clock.now(), AgreedBy.CUSTOMER, Channel.PHONE, words="可以")
        done += isinstance(appointments.confirm(desk, draft, yes), Saved)
        if done == VISITS_A_DAY:
            break
    return done


def _plan(desk: Desk, day: date) -> None:
    known = routes.ground(desk, day)
    if not known.visits:
        return
    problem = routes.problem(known, routes.travel(known, _times()))
    plan = VroomSolver().solve(problem)
    breaches = routes.check(problem, plan, known.law.against)
    if breaches:
        raise AssertionError(f"the plan breaks {breaches}")
    route_publishing.publish(desk, known, plan, problem)


def _times() -> TravelTimes:
    archive = MapPack.open(PACK).lay_roads(HOME / "roads")
    return RoadTimes(archive) if archive else StraightLine()


def main() -> int:
    """Prepare, start the server and open the windows; ends when they are closed."""
    parser = argparse.ArgumentParser("demo")
    parser.add_argument("--lead", action="store_true", help="also open the team lead's laptop")
    parser.add_argument("--server-only", action="store_true")
    parser.add_argument("--language", choices=["zh_CN", "en"], default="zh_CN")
    told = parser.parse_args()
    clock = ShiftedClock()
    branch = Branch(HOME / "server", clock)
    prepare(branch, clock)
    branch.start()
    print(f"server: {branch.address}   passphrase of every laptop: {PASSPHRASE}")
    logins = [OFFICERS[0][0]] + ([LEAD[0]] if told.lead else [])
    try:
        if told.server_only:
            print("codes: field-server enrol-code LOGIN; stop with Ctrl+C")
            branch.wait()
            return 0
        windows = [_open(login, told.language) for login in logins]
        return max(window.wait() for window in windows)
    except KeyboardInterrupt:
        return 0
    finally:
        branch.stop()


def _open(login: str, language: str) -> "subprocess.Popen[bytes]":
    home = HOME / "laptops" / login
    command = [sys.executable, "-m", "field_app", "--home", str(home), "--language", language]
    return subprocess.Popen(command, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
