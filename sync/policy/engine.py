"""Decides acts by a pack: pure, the same on laptop and server, every rule that spoke named."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sync.domain.situation import Act, Decision, RuleFinding, Severity, Situation, Verdict
from sync.policy import contacts, hours, people
from sync.policy.calendar import calendar_for
from sync.policy.moment import Moment
from sync.policy.pack import Pack, PackRefused, Rule
from sync.policy.parameters import Parameters

type Check = Callable[[Moment], dict[str, Any] | None]

MECHANISMS: dict[str, Callable[[Parameters], Check]] = {
    make.__name__: make
    for make in (
        hours.forbidden_hours,
        hours.rest_day,
        hours.year_unknown,
        hours.wish,
        contacts.daily_cap,
        contacts.rolling_cap,
        contacts.ladder,
        contacts.agreed,
        contacts.lead_time,
        people.workplace,
        people.enough_officers,
        people.certified,
        people.hold,
        people.deceased,
        people.vulnerable,
        people.always,
        people.plan_in_force,
        people.door_absent,
        people.door_also,
        people.recording,
        people.plan_longest,
        people.plan_shortest,
    )
}


# The values each mechanism gives to its sentence; those that are not named give none.
SPOKEN: dict[str, frozenset[str]] = {
    "forbidden_hours": frozenset({"from", "until"}),
    "rest_day": frozenset({"day"}),
    "year_unknown": frozenset({"year"}),
    "wish": frozenset({"wish"}),
    "daily_cap": frozenset({"count", "limit"}),
    "rolling_cap": frozenset({"count", "limit"}),
    "ladder": frozenset({"missing"}),
    "agreed": frozenset({"why"}),
    "lead_time": frozenset({"hours"}),
    "enough_officers": frozenset({"count", "at_least"}),
    "certified": frozenset({"count", "day"}),
    "hold": frozenset({"kinds"}),
    "plan_longest": frozenset({"months"}),
    "plan_shortest": frozenset({"months"}),
}

# Mechanisms that no other window, hour or agreement can satisfy: the case itself must change.
CASE_WIDE_KINDS = frozenset({"ladder", "hold", "deceased", "vulnerable", "plan_in_force"})


class _Bound(NamedTuple):
    """A rule ready to be asked about one act."""

    rule_id: str
    severity: Severity
    from_date: date
    exempt: str | None
    check: Check


class PolicyEngine:
    """A pack made ready: rules bound to their mechanisms, sorted by act.

    Raises PackRefused when a rule names an unknown mechanism or its parameters do not fit.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._calendar = calendar_for(pack.calendar, pack.announced_until)
        self.case_wide = frozenset(r.id for r in pack.rules if r.kind in CASE_WIDE_KINDS)
        self._kinds = {r.id: r.kind for r in pack.rules}
        checks = {rule.id: _bind(rule) for rule in pack.rules}
        self._by_act: dict[Act, tuple[_Bound, ...]] = {
            act: tuple(
                _Bound(r.id, r.severity_for(act), r.from_date, r.exempt.get(act), checks[r.id])
                for r in pack.rules
                if act in r.acts
            )
            for act in Act
        }

    def judge(self, act: Act, at: datetime, situation: Situation) -> Decision:
        """Decide one act at one aware instant in the zone of the customer's address."""
        moment = Moment.of(act, at, situation, self._calendar)
        today = moment.day
        findings: list[RuleFinding] = []
        verdict = Verdict.ALLOW
        for bound in self._by_act[act]:
            if bound.from_date > today:
                continue
            params = bound.check(moment)
            if params is None or (bound.exempt and moment.exempted(bound.exempt)):
                continue
            findings.append(RuleFinding(bound.rule_id, bound.severity, params))
            if bound.severity is Severity.BLOCK:
                verdict = Verdict.BLOCK
            elif bound.severity is Severity.WARN and verdict is Verdict.ALLOW:
                verdict = Verdict.WARN
        return Decision(verdict, tuple(findings), self.pack.id, self.pack.version)

    def day_marks(self, rules: Collection[str]) -> tuple[bool, bool]:
        """Say of rules that spoke whether they mean (a rest day, a year not yet announced)."""
        kinds = {self._kinds[r] for r in rules}
        return "rest_day" in kinds, "year_unknown" in kinds


def _bind(rule: Rule) -> Check:
    make = MECHANISMS.get(rule.kind)
    if make is None:
        raise PackRefused("pack.unknown_kind", rule=rule.id, kind=rule.kind)
    params = Parameters(rule.id, rule.params)
    check = make(params)
    params.finish()
    _refuse_unspoken(rule)
    return check


def _refuse_unspoken(rule: Rule) -> None:
    """Refuse sentences with values the mechanism never gives: they could not be said."""
    spoken = dict.fromkeys(SPOKEN.get(rule.kind, ()), "")
    for name in ("text_zh", "text_en"):
        try:
            getattr(rule, name).format(**spoken)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise PackRefused("pack.bad_text", rule=rule.id, name=name) from error
