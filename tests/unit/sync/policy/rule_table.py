"""The agreed table of rules once more, in plain Python: it shares no code with the program.

Written from the table alone: acts, instants and contexts as JSON in, the decision out. Night is
looked for quarter hour by quarter hour, days are lists of dates, counts are counted one by one.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

type Context = dict[str, Any]
type Answer = tuple[str, str, str]

VISITS = ("visit_plan", "visit_start")
CONTACTS = ("call", "sms", *VISITS)
QUARTER = timedelta(minutes=15)
NIGHT = (22, 23, 0, 1, 2, 3, 4, 5, 6, 7)
EVENING = (20, 21)
# The State Council's arrangements of 2025 and 2026: rest days beside weekends, and make-up days.
REST = {
    *(date(2025, 1, 1), date(2025, 10, 1)),
    *(date(2026, 1, 1) + timedelta(days=n) for n in range(3)),
    *(date(2026, 2, 15) + timedelta(days=n) for n in range(9)),
    *(date(2026, 4, 4) + timedelta(days=n) for n in range(3)),
    *(date(2026, 5, 1) + timedelta(days=n) for n in range(5)),
    *(date(2026, 6, 19) + timedelta(days=n) for n in range(3)),
    *(date(2026, 9, 25) + timedelta(days=n) for n in range(3)),
    *(date(2026, 10, 1) + timedelta(days=n) for n in range(7)),
    *(date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1), date(2028, 1, 1)),
}
MADE_UP = {
    *(date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)),
    *(date(2026, 9, 20), date(2026, 10, 10)),
}
LAST_ANNOUNCED = 2026


class Case:
    """A question with the words of its context."""

    def __init__(self, act: str, at: str, context: Context) -> None:
        self.act, self.context = act, context
        self.zone = ZoneInfo(context.get("zone", "Asia/Shanghai"))
        self.at = instant(at)
        self.agreement: Context | None = context.get("agreement")
        agreed = self.agreement or {}
        spans = act == "visit_plan" and agreed.get("start")
        self.start = instant(agreed["start"]) if spans else self.at
        self.end = instant(agreed["end"]) if spans and agreed.get("end") else self.start
        self.is_visit, self.is_contact = act in VISITS, act in CONTACTS

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    @property
    def day(self) -> date:
        return self.local(self.start).date()

    def asked(self) -> bool:
        """Say whether the customer asked for the contact; what was withdrawn is asked no more."""
        agreed = self.agreement or {}
        return bool(agreed.get("requested_by_customer")) and not agreed.get("withdrawn")

    def hours(self) -> list[int]:
        """Return the hours of the customer's clock that the act touches."""
        found = [self.local(self.start).hour]
        step = self.start + QUARTER - (self.start - datetime.min.replace(tzinfo=UTC)) % QUARTER
        while step < self.end:
            found.append(self.local(step).hour)
            step += QUARTER
        return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def decide(act: str, at: str, context: Context) -> Answer:
    """Return decision, blocking rules and warning rules as the table says them."""
    case = Case(act, at, context)
    said = {rule: speaks(case) for rule, speaks in TABLE.items()}
    blocks = sorted(rule for rule, effect in said.items() if effect == "block")
    warns = sorted(rule for rule, effect in said.items() if effect == "warn")
    decision = "block" if blocks else "warn" if warns else "allow"
    return decision, ";".join(blocks), ";".join(warns)


def night(case: Case) -> str:
    if not case.is_contact or not set(case.hours()) & set(NIGHT):
        return ""
    agreed = case.agreement or {}
    window = agreed.get("start") and agreed.get("end")
    if case.act in ("call", "sms") and case.asked() and window:
        inside = instant(agreed["start"]) <= case.at <= instant(agreed["end"])
        return "" if inside else "block"
    return "block"


def evening(case: Case) -> str:
    if not case.is_visit or not set(case.hours()) & set(EVENING):
        return ""
    return "" if case.asked() and (case.agreement or {}).get("written") else "block"


def rest_day(case: Case) -> str:
    works = case.day in MADE_UP or (case.day.weekday() < 5 and case.day not in REST)
    if not case.is_contact or works:
        return ""
    if case.act == "sms":
        return "warn"
    return "" if case.asked() else "block"


def year_unknown(case: Case) -> str:
    return "warn" if case.is_contact and case.day.year > LAST_ANNOUNCED else ""


def calls_a_day(case: Case) -> str:
    connected = [instant(c["at"]) for c in case.context.get("calls", ()) if c["connected"]]
    today = [c for c in connected if case.local(c).date() == case.day]
    return "block" if case.act == "call" and len(today) >= 3 else ""


def visits_a_day(case: Case) -> str:
    dates = [case.local(instant(v)).date() for v in case.context.get("visits", ())]
    return "block" if case.is_visit and case.day in dates else ""


def visits_a_week(case: Case) -> str:
    ages = [case.start - instant(v) for v in case.context.get("visits", ())]
    recent = [age for age in ages if timedelta(0) < age <= timedelta(hours=168)]
    return "block" if case.is_visit and len(recent) >= 2 else ""


def ladder(case: Case) -> str:
    if not case.is_visit:
        return ""
    since = case.context.get("overdue_since")

    def counts(text: str) -> bool:
        return since is None or case.local(instant(text)).date() >= date.fromisoformat(since)

    reminded = any(counts(r) for r in case.context.get("reminders", ()))
    calls = [c for c in case.context.get("calls", ()) if counts(c["at"])]
    days = {case.local(instant(c["at"])).date() for c in calls if not c["connected"]}
    phoned = any(c["connected"] for c in calls) or len(days) >= 3
    return "" if reminded and phoned else "block"


def agreed(case: Case) -> str:
    if not case.is_visit:
        return ""
    agreement = case.agreement
    if agreement is None or agreement.get("by", "customer") != "customer":
        return "block"
    if agreement.get("withdrawn"):
        return "block"
    if case.act == "visit_start" and agreement.get("start"):
        if case.at < instant(agreement["start"]) - timedelta(minutes=15):
            return "block"
        if agreement.get("end") and case.at > instant(agreement["end"]):
            return "block"
    return ""


def lead(case: Case) -> str:
    agreement = case.agreement or {}
    if case.act != "visit_plan" or case.asked():
        return ""
    if not agreement.get("start") or not agreement.get("agreed_at"):
        return ""
    ahead = instant(agreement["start"]) - instant(agreement["agreed_at"])
    return "block" if ahead < timedelta(hours=24) else ""


def workplace(case: Case) -> str:
    place = (case.agreement or {}).get("place")
    return "block" if case.is_visit and place == "work" and not case.asked() else ""


def two(case: Case) -> str:
    officers = case.context.get("officers")
    if case.act == "visit_start":
        return "block" if len(officers or ()) < 2 else ""
    return (
        "block" if case.act == "visit_plan" and officers is not None and len(officers) < 2 else ""
    )


def certificate(case: Case) -> str:
    until = [o.get("certified_until") for o in case.context.get("officers") or ()]
    lacking = [u for u in until if u is None or date.fromisoformat(u) < case.day]
    return "block" if case.is_visit and lacking else ""


def hold(case: Case) -> str:
    acts = (*CONTACTS, "third_party_contact")
    return "block" if case.act in acts and case.context.get("holds") else ""


def deceased(case: Case) -> str:
    return "block" if case.context.get("customer", {}).get("deceased") else ""


def wish(case: Case) -> str:
    wishes = case.context.get("wishes", {})
    if not case.is_contact:
        return ""
    channel = {"call": "phone", "sms": "sms"}.get(case.act, "visit")
    start, end = case.local(case.start), case.local(case.end)
    begins, ends = start.strftime("%H:%M:%S"), end.strftime("%H:%M:%S")
    earliest, latest = wishes.get("not_before"), wishes.get("not_after")
    broken = channel in wishes.get("channels_refused", ())
    broken = broken or start.weekday() in wishes.get("no_weekdays", ())
    broken = broken or (earliest is not None and begins < f"{earliest}:00")
    if latest is not None:
        over = end.date() > start.date() or ends > f"{latest}:00"
        broken = broken or begins >= f"{latest}:00" or over
    return "block" if broken else ""


def third_party(case: Case) -> str:
    return "block" if case.act == "third_party_contact" else ""


def door_absent(case: Case) -> str:
    present = case.context.get("present")
    met = case.act == "visit_start" and present is not None
    return "block" if met and "customer" not in present else ""


def door_minor(case: Case) -> str:
    present = case.context.get("present") or ()
    both = "customer" in present and "minor" in present
    return "warn" if case.act == "visit_start" and both else ""


def door_others(case: Case) -> str:
    present = case.context.get("present") or ()
    others = {"adult_family", "stranger"} & set(present)
    return "warn" if case.act == "visit_start" and "customer" in present and others else ""


def record(case: Case) -> str:
    recording = case.context.get("recording", {})
    secret = recording.get("on") and not recording.get("notice_given")
    return "block" if case.act == "visit_start" and secret else ""


def vulnerable(case: Case) -> str:
    marked = case.context.get("customer", {}).get("vulnerable")
    return "warn" if case.is_visit and marked else ""


def plan_60(case: Case) -> str:
    plan = case.context.get("plan") or {}
    card = plan.get("product") == "credit_card"
    return "block" if case.act == "plan" and card and plan["months"] > 60 else ""


def plan_range(case: Case) -> str:
    plan = case.context.get("plan")
    return "block" if case.act == "plan" and plan and plan["months"] < 1 else ""


def plan_in_force(case: Case) -> str:
    acts = ("call", *VISITS, "third_party_contact")
    return "block" if case.act in acts and case.context.get("plan_in_force") else ""


TABLE: dict[str, Callable[[Case], str]] = {
    "CN-NIGHT": night,
    "CN-EVENING": evening,
    "CN-REST-DAY": rest_day,
    "CN-YEAR-UNKNOWN": year_unknown,
    "CN-CALLS-DAY": calls_a_day,
    "CN-VISITS-DAY": visits_a_day,
    "CN-VISITS-WEEK": visits_a_week,
    "CN-LADDER": ladder,
    "CN-AGREED": agreed,
    "CN-LEAD": lead,
    "CN-WORKPLACE": workplace,
    "CN-TWO": two,
    "CN-CERT": certificate,
    "CN-HOLD": hold,
    "CN-DECEASED": deceased,
    "CN-WISH": wish,
    "CN-THIRD-PARTY": third_party,
    "CN-DOOR-ABSENT": door_absent,
    "CN-DOOR-MINOR": door_minor,
    "CN-DOOR-OTHERS": door_others,
    "CN-RECORD": record,
    "CN-VULNERABLE": vulnerable,
    "CN-PLAN-60": plan_60,
    "CN-PLAN-RANGE": plan_range,
    "CN-PLAN-IN-FORCE": plan_in_force,
}
