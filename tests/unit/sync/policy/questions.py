"""Makes questions around every edge of the agreed table: plain JSON, no code of the program.

`around_edges` bends one thing of a case that nothing speaks against; `mixed` bends several at once,
by a seed. Times are written in the zone of the customer, of the laptop or in UTC.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

type Question = tuple[str, str, str, dict[str, Any]]  # name, act, at, context

SHANGHAI = "Asia/Shanghai"
ZONES = (
    SHANGHAI,
    "Asia/Urumqi",
    "Asia/Kathmandu",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
ACTS = ("call", "sms", "visit_plan", "visit_start", "third_party_contact", "plan")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Around night, evening, midnight and the seconds between them.
CLOCKS = (
    *("00:00", "00:01", "07:59", "07:59:59", "08:00", "08:01", "10:00", "14:00", "17:00"),
    *("19:59", "20:00", "20:01", "21:59:59", "22:00", "22:01", "22:30", "23:00", "23:59:59"),
)
# Working days, weekends, make-up days, holidays, ends of years, leap days, changes of clocks.
DAYS = (
    *("2026-09-15", "2026-09-18", "2026-09-19", "2026-09-20", "2026-09-25", "2026-10-01"),
    *("2026-10-07", "2026-10-08", "2026-10-10", "2026-02-14", "2026-02-15", "2026-02-23"),
    *("2026-02-28", "2026-03-08", "2026-03-09", "2026-03-29", "2026-10-25", "2026-11-02"),
    *("2026-12-31", "2027-01-01", "2027-01-04", "2027-10-01", "2028-02-29", "2028-03-11"),
)
MINUTES_LONG = (0, 1, 30, 60, 61, 119, 120, 121, 360, 720)


def written(day: str, clock: str, zone: str, writer: str = "") -> str:
    """Return an instant of the customer's clock as ISO text in the writer's zone."""
    local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo(writer or zone)).isoformat()


def plus(text: str, span: timedelta) -> str:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo).isoformat()


def quiet(start: str, zone: str, minutes: int = 60) -> dict[str, Any]:
    """Return a context that nothing speaks against, for a window that is lawful."""
    return {
        "zone": zone,
        "overdue_since": "2025-12-01",
        "reminders": [written("2025-12-02", "10:00", zone)],
        "calls": [{"at": written("2025-12-03", "10:00", zone), "connected": True}],
        "officers": [{"certified_until": "2029-12-31"}, {"certified_until": "2029-12-31"}],
        "agreement": {
            "agreed_at": plus(start, -3 * DAY),
            "by": "customer",
            "start": start,
            "end": plus(start, minutes * MINUTE),
            "place": "home",
        },
    }


def around_edges() -> Iterator[Question]:
    """Yield questions with one thing bent, the same each time."""
    yield from _around_clocks()
    yield from _around_days()
    yield from _around_counts()
    yield from _around_ladders()
    yield from _around_agreements()
    yield from _around_people()


def _asked(act: str, start: str) -> str:
    """Return when the question is put: before a window, or at the door."""
    return plus(start, -DAY) if act == "visit_plan" else start


def _around_clocks() -> Iterator[Question]:
    for zone in ZONES:
        for clock in CLOCKS:
            start = written("2026-09-15", clock, zone, SHANGHAI)
            for act in ACTS[:4]:
                context = quiet(start, zone, minutes=30)
                name = f"{act} at {clock} in {zone}"
                yield name, act, _asked(act, start), context
    for minutes in MINUTES_LONG:
        for clock in ("18:59", "19:00", "20:00", "21:00", "07:00"):
            start = written("2026-09-15", clock, SHANGHAI, "UTC")
            for asked, in_writing in ((False, False), (True, False), (True, True)):
                context = quiet(start, SHANGHAI, minutes)
                context["agreement"] |= {"requested_by_customer": asked, "written": in_writing}
                name = f"{minutes} min from {clock}, asked {asked}, in writing {in_writing}"
                yield name, "visit_plan", plus(start, -DAY), context
    for clock in CLOCKS:
        context = quiet(written("2026-09-15", "22:30", SHANGHAI), SHANGHAI, minutes=30)
        context["agreement"] |= {"requested_by_customer": True}
        for act in ("call", "sms"):
            at = written("2026-09-15", clock, SHANGHAI)
            yield f"{act} at {clock}, asked for 22:30", act, at, context


def _around_days() -> Iterator[Question]:
    for day in DAYS:
        for zone in (SHANGHAI, "America/New_York"):
            for clock in ("00:00", "10:00", "23:59:59"):
                start = written(day, clock, zone, "UTC")
                for act in ACTS[:4]:
                    context = quiet(start, zone)
                    yield f"{act} {day} {clock} {zone}", act, _asked(act, start), context
        start = written(day, "10:00", SHANGHAI)
        context = quiet(start, SHANGHAI)
        context["agreement"]["requested_by_customer"] = True
        for act in ACTS[:4]:
            yield f"{act} {day}, asked", act, _asked(act, start), context


def _around_counts() -> Iterator[Question]:
    for zone in (SHANGHAI, "America/New_York", "Australia/Lord_Howe"):
        # A week in which the clocks of New York, and one in which those of Lord Howe change.
        for day in ("2026-09-15", "2026-03-12", "2026-04-08"):
            start = written(day, "10:00", zone)
            for hours in (167, 168, 169):
                for second in (-1, 0, 1):
                    far = plus(start, -timedelta(hours=hours, seconds=second))
                    context = quiet(start, zone) | {"visits": [far, plus(start, -3 * DAY)]}
                    for act in ("visit_plan", "visit_start"):
                        name = f"{act} {zone} {day}: visit {hours} h {second} s before"
                        yield name, act, _asked(act, start), context
    for clock in ("00:00", "00:01", "12:00", "23:59:59"):
        for day in ("2026-09-14", "2026-09-15", "2026-09-16"):
            start = written("2026-09-15", "10:00", SHANGHAI)
            made = {"at": written(day, clock, SHANGHAI), "connected": True}
            rest = [{"at": written("2026-09-15", "09:00", SHANGHAI), "connected": True}] * 2
            context = quiet(start, SHANGHAI)
            context["calls"] = [*rest, made]
            yield f"third call {day} {clock}", "call", plus(start, 6 * HOUR), context
            visited = quiet(start, SHANGHAI) | {"visits": [made["at"]]}
            yield f"a visit {day} {clock}", "visit_plan", plus(start, -DAY), visited
    for count in range(5):
        for connected in (True, False):
            start = written("2026-09-15", "10:00", SHANGHAI)
            context = quiet(start, SHANGHAI)
            call = {"at": written("2026-09-15", "08:30", SHANGHAI), "connected": connected}
            context["calls"] = [call] * count
            yield f"{count} calls, connected {connected}", "call", start, context
            yield f"{count} calls for the ladder, {connected}", "visit_start", start, context


def _around_ladders() -> Iterator[Question]:
    for zone in (SHANGHAI, "America/New_York"):
        start = written("2026-09-15", "10:00", zone)
        for times in (
            ("2026-09-01T10:00", "2026-09-02T10:00"),
            ("2026-09-01T10:00", "2026-09-02T10:00", "2026-09-03T10:00"),
            ("2026-09-01T23:59:59", "2026-09-02T00:00:00", "2026-09-03T00:00:00"),
            ("2026-09-01T00:00:00", "2026-09-01T23:59:59", "2026-09-02T00:00:00"),
            ("2026-08-31T23:59:59", "2026-09-01T00:00:00", "2026-09-02T00:00:00"),
        ):
            context = quiet(start, zone) | {"overdue_since": "2026-09-01"}
            tried = [written(*t.split("T"), zone, "UTC") for t in times]
            context["reminders"] = [tried[-1]]
            context["calls"] = [{"at": at, "connected": False} for at in tried]
            for act in ("visit_plan", "visit_start"):
                yield (
                    f"{act}, tried at {times} in {zone}",
                    act,
                    _asked(act, start),
                    context,
                )


def _around_agreements() -> Iterator[Question]:
    for zone, day in ((SHANGHAI, "2026-09-15"), ("America/New_York", "2026-03-09")):
        start = written(day, "10:00", zone)
        for seconds in (-86401, -86400, -86399, -3600, 0, 1):
            for asked in (True, False):
                context = quiet(start, zone)
                context["agreement"] |= {
                    "agreed_at": plus(start, timedelta(seconds=seconds)),
                    "requested_by_customer": asked,
                }
                yield f"agreed {seconds} s before, {asked}", "visit_plan", start, context
        for minutes in (-16, -15, -14, 0, 59, 60, 61):
            for second in (-1, 0, 1):
                at = plus(start, timedelta(minutes=minutes, seconds=second))
                yield f"door {minutes} min {second} s", "visit_start", at, quiet(start, zone)
    start = written("2026-09-15", "10:00", SHANGHAI)
    for changes in (
        {"by": "third_party"},
        {"withdrawn": True},
        {"withdrawn": True, "requested_by_customer": True},
        {"place": "work"},
        {"place": "work", "requested_by_customer": True},
        {"place": "branch"},
        {"start": None, "end": None},
        {"end": None},
        {"agreed_at": None},
    ):
        for act in ACTS[:4]:
            context = quiet(start, SHANGHAI)
            context["agreement"] |= changes
            context["agreement"] = {k: v for k, v in context["agreement"].items() if v is not None}
            yield f"{act}, agreement {changes}", act, start, context
    for act in ACTS:
        bare = quiet(start, SHANGHAI)
        del bare["agreement"]
        yield f"{act} without agreement", act, start, bare
        yield f"{act}, nothing known", act, start, {}


def _around_people() -> Iterator[Question]:
    start = written("2026-09-15", "10:00", SHANGHAI)
    for bend in BENDS:
        for act in ACTS:
            context = quiet(start, SHANGHAI) | bend
            yield f"{act} with {bend}", act, start, context
    for months in (-1, 0, 1, 12, 59, 60, 61, 1000):
        for product in ("credit_card", "consumer_loan", "mortgage"):
            plan = {"plan": {"months": months, "product": product}}
            yield f"{months} months of {product}", "plan", start, quiet(start, SHANGHAI) | plan
    for limit in ("09:59", "10:00", "10:01", "10:59", "11:00", "11:01"):
        for name in ("not_before", "not_after"):
            for act in ACTS[:4]:
                context = quiet(start, SHANGHAI) | {"wishes": {name: limit}}
                yield f"{act} wished {name} {limit}", act, _asked(act, start), context


LEAP = {"overdue_since": "2024-02-29", "reminders": ["2024-02-29T00:00:00+08:00"]}
BENDS: tuple[dict[str, Any], ...] = (
    {},
    LEAP,
    LEAP | {"reminders": ["2024-02-28T23:59:59+08:00"]},
    {"overdue_since": None},
    {"reminders": []},
    {"calls": []},
    {"holds": [{"kind": "complaint"}]},
    {"holds": [{"kind": "plan_kept"}, {"kind": "illness"}]},
    {"customer": {"deceased": True}},
    {"customer": {"vulnerable": True}},
    {"plan_in_force": True},
    {"officers": []},
    {"officers": [{"certified_until": "2029-12-31"}]},
    {"officers": [{"certified_until": "2026-09-14"}, {"certified_until": "2029-12-31"}]},
    {"officers": [{"certified_until": "2026-09-15"}, {"certified_until": "2029-12-31"}]},
    {"officers": [{}, {"certified_until": "2029-12-31"}]},
    {"officers": None},
    {"present": None},
    {"present": []},
    {"present": ["customer"]},
    {"present": ["minor"]},
    {"present": ["customer", "minor"]},
    {"present": ["customer", "stranger"]},
    {"present": ["customer", "minor", "adult_family"]},
    {"recording": {"on": True}},
    {"recording": {"on": True, "notice_given": True}},
    {"recording": {"notice_given": True}},
    {"wishes": {"channels_refused": ["phone"]}},
    {"wishes": {"channels_refused": ["sms", "visit"]}},
    {"wishes": {"no_weekdays": [1]}},
    {"wishes": {"no_weekdays": [0, 2, 3, 4, 5, 6]}},
)


def mixed(seed: int, count: int) -> Iterator[Question]:
    """Yield questions with many things bent at once, the same for the same seed."""
    pick = random.Random(seed)
    for number in range(count):
        zone = pick.choice(ZONES)
        start = written(pick.choice(DAYS), pick.choice(CLOCKS), zone, pick.choice(("UTC", zone)))
        context = quiet(start, zone, pick.choice(MINUTES_LONG))
        context["agreement"] |= {
            "requested_by_customer": pick.random() < 0.3,
            "written": pick.random() < 0.5,
            "withdrawn": pick.random() < 0.1,
            "place": pick.choice(("home", "home", "work", "other")),
            "by": pick.choice(("customer", "customer", "customer", "third_party")),
            "agreed_at": plus(start, -timedelta(hours=pick.choice((1, 23, 24, 25, 300)))),
        }
        for bend in pick.sample(BENDS, pick.randrange(3)):
            context |= bend
        context["visits"] = [_lately(pick, start) for _ in range(pick.randrange(4))]
        context["calls"] = [*context["calls"], *_calls(pick, start)]
        act = pick.choice(ACTS[:4])
        at = plus(start, pick.choice((-300, -16, -15, 0, 30, 61)) * MINUTE)
        yield f"mixed {seed}/{number}", act, at, context


def _lately(pick: random.Random, start: str) -> str:
    return plus(start, -timedelta(hours=pick.choice((1, 9, 11, 24, 72, 167, 168, 169))))


def _calls(pick: random.Random, start: str) -> list[dict[str, Any]]:
    return [
        {"at": _lately(pick, start), "connected": pick.random() < 0.7}
        for _ in range(pick.randrange(5))
    ]
