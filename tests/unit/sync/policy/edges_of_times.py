"""Edges of the rules about hours, days, counts, agreements and periods."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sync.domain.situation import Act, Agreement, Call, Complaint, Situation, Wishes
from sync.policy.packs.rule import Rule
from tests.unit.sync.policy.edge import DAY, HOUR, MINUTE, SECOND, TUESDAY, Edge, Scene

VISITS = (Act.VISIT_PLAN, Act.VISIT_START)


def forbidden_hours(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    begins, ends = scene.at(rule.params["from"]), scene.at(rule.params["until"])
    if ends < begins:
        ends += DAY
    yield scene.span(act, "up to the hours", False, begins - SECOND, begins)
    yield scene.span(act, "in their first second", True, begins, begins + SECOND)
    yield scene.span(act, "in their last second", True, ends - SECOND, ends)
    yield scene.span(act, "after the hours", False, ends, ends + SECOND)
    if act is Act.VISIT_PLAN:
        yield scene.span(act, "into the hours", True, begins - HOUR, begins + SECOND)
        yield scene.span(act, "out of the hours", True, ends - SECOND, ends + HOUR)
        yield scene.span(act, "all over the hours", True, begins - HOUR, ends + HOUR)


def rest_day(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    for name, day, rests in (
        ("a Tuesday", date(2026, 9, 15), False),
        ("a Saturday", date(2026, 9, 19), True),
        ("a Sunday made up", date(2026, 9, 20), False),
        ("a Saturday made up", date(2026, 10, 10), False),
        ("National Day, a Thursday", date(2026, 10, 1), True),
        ("the day after the holiday", date(2026, 10, 8), False),
    ):
        start = scene.at("00:00", day)
        yield scene.span(act, f"{name}, first second", rests, start, start + SECOND)
        start = scene.at("23:59:59", day)
        yield scene.span(act, f"{name}, last second", rests, start, start + SECOND)


def year_unknown(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    start = scene.at("23:59:59", date(2026, 12, 31))
    yield scene.span(act, "the last known second", False, start, start)
    yield scene.span(act, "the first unknown one", True, start + SECOND, start + SECOND)


def wish(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    ten = scene.at()
    agreement = Agreement(ten, ten + HOUR)
    channels = {Act.CALL: "phone", Act.VISIT_PLAN: "visit", Act.VISIT_START: "visit"}
    own = channels.get(act, str(act))
    timed = act is not Act.LETTER
    for name, speaks, wishes in (
        ("no wish", False, Wishes()),
        ("this channel refused", True, Wishes(channels_refused=(own,))),
        ("another channel refused", False, Wishes(channels_refused=("fax",))),
        ("not on this weekday", timed, Wishes(no_weekdays=(1,))),
        ("not on others", False, Wishes(no_weekdays=(0, 2, 3, 4, 5, 6))),
        ("from now on", False, Wishes(not_before=time(10))),
        ("a minute later", timed, Wishes(not_before=time(10, 1))),
        ("up to now", timed, Wishes(not_after=time(10))),
        ("up to its end", False, Wishes(not_after=time(11))),
        ("not at home", act in VISITS, Wishes(places_refused=("home",))),
        ("not at work", False, Wishes(places_refused=("work",))),
        ("in another language", True, Wishes(language="ug")),
        ("in this language", False, Wishes(language="zh")),
    ):
        yield scene.edge(name, speaks, ten, wishes=wishes, agreement=agreement, language="zh")
    if act is Act.VISIT_PLAN:
        short = Wishes(not_after=time(10, 59))
        yield scene.edge("past the wished end", True, ten, wishes=short, agreement=agreement)
    unknown = Wishes(language="ug")
    yield scene.edge("nobody knows the language", False, ten, wishes=unknown)


def counted(of: str, *instants: datetime) -> Situation:
    """Return what is counted as `of` at these instants."""
    situations = {
        "calls": Situation(calls=tuple(Call(i, False) for i in instants)),
        "connected_calls": Situation(calls=tuple(Call(i, True) for i in instants)),
        "conversations": Situation(conversations=instants),
        "visits": Situation(visits=instants),
        "contacts": Situation(reminders=instants),
        "meetings": Situation(visits=instants),
    }
    return situations[of]


def count_edge(scene: Scene, of: str, name: str, speaks: bool, *instants: datetime) -> Edge:
    found = counted(of, *instants)
    parts = {f: getattr(found, f) for f in ("calls", "conversations", "visits", "reminders")}
    ten = scene.at()
    return scene.edge(name, speaks, ten, agreement=Agreement(ten, ten + HOUR), **parts)


def daily_cap(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    of, limit = rule.params["of"], rule.params["limit"]
    first, last = scene.at("00:00"), scene.at("23:59:59")
    full = [first + n * MINUTE for n in range(limit)]
    yield count_edge(scene, of, "one less", False, *full[1:])
    yield count_edge(scene, of, "the limit", True, *full)
    yield count_edge(scene, of, "one more", True, *full, full[-1] + SECOND)
    yield count_edge(scene, of, "one of them yesterday", False, first - SECOND, *full[1:])
    yield count_edge(scene, of, "one of them tomorrow", False, last + SECOND, *full[1:])
    yield count_edge(scene, of, "one in the day's last second", True, last, *full[1:])


def days_cap(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    of, limit = rule.params["of"], rule.params["limit"]
    first = scene.at("00:00", TUESDAY - (rule.params["days"] - 1) * DAY)
    rest = [scene.at("09:00") + n * MINUTE for n in range(limit - 1)]
    yield count_edge(scene, of, "one less", False, *rest)
    yield count_edge(scene, of, "the limit, one on the first day", True, first, *rest)
    yield count_edge(scene, of, "one on the day before", False, first - SECOND, *rest)


def rolling_cap(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    of, limit = rule.params["of"], rule.params["limit"]
    ten = scene.at()
    far = ten - timedelta(hours=rule.params["hours"])
    rest = [ten - DAY - n * HOUR for n in range(limit - 1)]
    yield count_edge(scene, of, "one less", False, *rest)
    yield count_edge(scene, of, "one at the far end", True, far, *rest)
    yield count_edge(scene, of, "one beyond the far end", False, far - SECOND, *rest)
    yield count_edge(scene, of, "one now", False, ten, *rest)


def days_after(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    of = rule.params["of"]
    first = scene.at("00:00", TUESDAY - (rule.params["days"] - 1) * DAY)
    yield count_edge(scene, of, "none", False)
    yield count_edge(scene, of, "on the first of the days", True, first)
    yield count_edge(scene, of, "on the day before", False, first - SECOND)
    yield count_edge(scene, of, "earlier today", True, scene.at() - SECOND)
    yield count_edge(scene, of, "later today", False, scene.at() + SECOND)


def ladder(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    overdue, first = date(2026, 8, 1), scene.at("00:00", date(2026, 8, 1))
    tried = tuple(Call(first + n * DAY, False) for n in range(rule.params["days_tried"]))
    for name, speaks, reminder, calls in (
        ("both on the first overdue day", False, first, (Call(first, True),)),
        ("no reminder", True, None, (Call(first, True),)),
        ("reminder too early", True, first - SECOND, (Call(first, True),)),
        ("no call", True, first, ()),
        ("call too early", True, first, (Call(first - SECOND, True),)),
        ("tried on enough days", False, first, tried),
        ("tried on a day too few", True, first, tried[1:]),
        ("tried on one day only", True, first, (tried[0],) * len(tried)),
    ):
        reminders = () if reminder is None else (reminder,)
        yield scene.edge(name, speaks, overdue_since=overdue, reminders=reminders, calls=calls)


def lead_time(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    ten, least = scene.at(), timedelta(hours=rule.params["hours"])
    for name, speaks, agreed_at in (
        ("just long enough", False, ten - least),
        ("a second short", True, ten - least + SECOND),
        ("agreed afterwards", True, ten + SECOND),
        ("nobody knows when", False, None),
    ):
        yield scene.edge(name, speaks, agreement=Agreement(ten, ten + HOUR, agreed_at))
    yield scene.edge("no agreement", False)


def past_end(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    ten = scene.at()
    yield scene.edge("at the end", False, ten, agreement=Agreement(ten - HOUR, ten))
    yield scene.edge("past it", True, ten + SECOND, agreement=Agreement(ten - HOUR, ten))
    yield scene.edge("no end agreed", False, ten, agreement=Agreement(ten - HOUR))
    yield scene.edge("no agreement", False, ten)


def complaint_open(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    since = scene.at() - DAY
    yield scene.edge("none", False)
    yield scene.edge("one is open", True, complaints=(Complaint(since),))
    yield scene.edge("it is answered", False, complaints=(Complaint(since, since + HOUR),))
    both = (Complaint(since, since + HOUR), Complaint(since))
    yield scene.edge("one of two is answered", True, complaints=both)


def complaint_deadline(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    received = scene.at("23:59:59", TUESDAY)
    due = TUESDAY + rule.params["days"] * DAY
    last = scene.at("23:59:59", due)
    window = Agreement(last, last)
    waiting = (Complaint(received),)
    yield scene.edge("on the last day", False, last, complaints=waiting, agreement=window)
    after = Agreement(last + SECOND, last + SECOND)
    late = last + SECOND
    yield scene.edge("on the day after", True, late, complaints=waiting, agreement=after)
    answered = (Complaint(received, last),)
    yield scene.edge("answered", False, late, complaints=answered, agreement=after)


def case_open(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    yield scene.edge("open", True)
    yield scene.edge("closed", False, closed_on=TUESDAY)


def kept_until(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    years = rule.params["years"]
    last = scene.at("23:59:59", date(2026 + years, 9, 15))
    begins = {"closed_on": TUESDAY}
    if rule.params["since"] == "last_contact":
        begins |= {"visits": (scene.at("23:59:59"),), "closed_on": TUESDAY - 99 * DAY}
    yield scene.edge("on the last day", True, last, **begins)
    yield scene.edge("on the day after", False, last + SECOND, **begins)
    yield scene.edge("still open", False, last)
    leap = {"closed_on": date(2024, 2, 29)}
    end = scene.at("23:59:59", date(2024 + years, 2, 28))
    yield scene.edge("since a leap day, on the last", True, end, **leap)
    yield scene.edge("since a leap day, afterwards", False, end + SECOND, **leap)


def kept_too_long(rule: Rule, act: Act, scene: Scene) -> Iterator[Edge]:
    last = scene.at("23:59:59", date(2026 + rule.params["years"], 9, 15))
    yield scene.edge("on the last day", False, last, closed_on=TUESDAY)
    yield scene.edge("on the day after", True, last + SECOND, closed_on=TUESDAY)
    yield scene.edge("never closed", False, last + SECOND)
    plan = {"closed_on": TUESDAY, "plan_in_force": True}
    yield scene.edge("a plan is kept", False, last + SECOND, **plan)


EDGES = {
    edges.__name__: edges
    for edges in (
        forbidden_hours,
        rest_day,
        year_unknown,
        wish,
        daily_cap,
        days_cap,
        rolling_cap,
        days_after,
        ladder,
        lead_time,
        past_end,
        complaint_open,
        complaint_deadline,
        case_open,
        kept_until,
        kept_too_long,
    )
}
