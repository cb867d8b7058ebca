"""Runs the whole tour; ends non-zero when a step fails."""

import argparse
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from field_app.bootstrap.running import new_application, run_loop
from sync.policy.calendar import LAST_KNOWN, calendar_for
from tools.tour import files, lead_steps, listening, maps, officer_steps, relief
from tools.tour.proof import proof
from tools.tour.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Shanghai")
THEN = timedelta(days=2)
IN_DOCS = (
    "officer-today.png",
    "officer-map.png",
    "lead-plan-solved.png",
    "appointment-lawful.png",
    "dark-english-cases.png",
)
ARRIVED_ONCE = {
    "visit": 1,
    "hardship": 1,
    "complaint": 1,
    "training": 1,
    "budget": 1,
    "plan": 1,
    "wish": 1,
    "referral": 1,
    "attachment": 1,
    "appointment": officer_steps.VISITS,
}


def working_days(now: datetime) -> tuple[datetime, datetime]:
    """Return ten in the morning of a Tuesday to come and of the Thursday after it.

    In a week with a holiday on one of them nobody is visited then.
    """
    works = calendar_for("CN", LAST_KNOWN).is_working_day
    day = now.astimezone(ZONE).date() + timedelta(days=1)
    while not (day.weekday() == 1 and works(day) and works(day + THEN)):
        day += timedelta(days=1)
    first = datetime.combine(day, clock_time(10), ZONE)
    return first, first + THEN


async def tour(stage: Stage, visit_day: datetime) -> None:
    """Play every step."""
    branch = stage.branch
    branch.furnish(stage.clock.now().astimezone(ZONE).date())
    branch.start()
    lead = stage.seat("chen")
    await lead_steps.lead_assigns(stage, lead)
    officer = stage.seat("li")
    await officer_steps.officer_looks(stage, officer)
    await officer_steps.officer_records_contact(stage, officer)
    agreed = await officer_steps.officer_agrees(stage, officer, visit_day)
    await lead_steps.lead_plans(stage, lead, visit_day)
    await officer.sync()
    stage.jump(visit_day.replace(hour=9, minute=35))
    visited = await officer_steps.officer_visits_offline(stage, officer)
    await officer_steps.officer_comes_back(stage, officer)
    await lead_steps.lead_plans_in_english_and_dark(stage, lead, visit_day)
    await lead_steps.back_to_chinese_and_light(stage, lead)
    await lead_steps.lead_sees(stage, lead, visited)
    await files.receipt_is_seen(stage, officer, lead, visited)
    await relief.officer_speaks_of_relief(stage, officer, visited)
    await relief.lead_approves(stage, lead, visited)
    await relief.customer_agrees(stage, officer, visited)
    await listening.customer_complains(stage, officer, visited)
    await listening.lead_answers(stage, lead)
    await listening.officer_learns(stage, officer, lead)
    await officer.sync()
    await officer_steps.english_and_dark(stage, officer, agreed[0])
    await relief.in_english_and_dark(stage, officer, visited, agreed[0])
    await maps.pin_is_moved(stage, officer)
    await maps.maps_look_otherwise(stage, officer)


def _keep_for_docs(pictures: list[Path]) -> None:
    """Put the pictures that the documentation shows where it shows them."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for path in pictures:
        name = path.name.partition("-")[2]
        if name in IN_DOCS:
            shutil.copyfile(path, folder / name)


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser("tour")
    parser.add_argument("--out", default=str(ROOT / "build" / "tour"))
    parser.add_argument("--docs", action="store_true", help="keep the pictures of the docs anew")
    told = parser.parse_args()
    began = time.monotonic()
    application = new_application()
    morning, visit_day = working_days(datetime.now(UTC))

    async def play() -> Stage:
        stage = Stage(application, Path(told.out), morning)
        try:
            await tour(stage, visit_day)
        finally:
            await stage.close()
        return stage

    stage = run_loop(application, play)
    counts = proof(stage.branch.database)
    for kind, wanted in ARRIVED_ONCE.items():
        assert counts.get(kind) == wanted, f"{kind}: {counts.get(kind)} at the server, not {wanted}"
    told_counts = ", ".join(f"{k} {n}" for k, n in sorted(counts.items()))
    if told.docs:
        _keep_for_docs(stage.pictures)
    print(f"tour: {len(stage.pictures)} pictures, {time.monotonic() - began:.0f} s")
    print(f"at the server, each once: {told_counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
