"""Decides acts by a pack: pure, the same on laptop and server, every rule that spoke named."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sync.domain.budget import Budget
from sync.domain.curriculum import Curriculum
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, Standing, TermsTrouble
from sync.domain.situation import Act, Decision, RuleFinding, Severity, Situation, Verdict
from sync.policy.calendar import WorkCalendar, calendar_for
from sync.policy.mechanisms.holds import due_after
from sync.policy.mechanisms.kinds import KINDS
from sync.policy.mechanisms.mechanism import Check
from sync.policy.moment import Moment, zone_of
from sync.policy.packs.pack import Pack, Rule
from sync.policy.relief.affordability import assess
from sync.policy.relief.reference import NO_FIGURES, Reference
from sync.policy.relief.repayment import reckon
from sync.policy.relief.standing import standing
from sync.policy.relief.terms import LONGEST
from sync.policy.vetting.binding import bind
from sync.policy.vetting.contradictions import contradictions

DEADLINE = "complaint_deadline"


class _Bound(NamedTuple):
    """A rule ready to be asked about one act."""

    check: Check
    rule_id: str
    severity: Severity
    exempt: str | None


# The days on which a rule begins or ends, and each act's rules before the first, between, after.
type _Eras = tuple[tuple[date, ...], dict[Act, tuple[tuple[_Bound, ...], ...]]]


class PolicyEngine:
    """A pack made ready: rules bound to their mechanisms, sorted by act.

    Raises PackRefused when a rule names an unknown mechanism, its parameters do not fit, or two
    rules contradict each other.
    """

    def __init__(
        self,
        pack: Pack,
        reference: Reference = NO_FIGURES,
        curriculum: Curriculum = Curriculum(),  # noqa: B008  # immutable
    ) -> None:
        self.pack = pack
        self.reference = reference
        self.curriculum = curriculum
        self.calendar: WorkCalendar = calendar_for(pack.calendar, pack.announced_until, pack.years)
        checks = [(rule, bind(rule)) for rule in pack.rules]
        for trouble in contradictions(pack.rules):
            raise trouble
        self.case_wide = frozenset(r.id for r in pack.rules if KINDS[r.kind].case_wide)
        self._turns, self._by_act = _eras(checks)

    def judge(self, act: Act, at: datetime, situation: Situation) -> Decision:
        """Decide one act at one aware instant in the zone of the customer's address."""
        moment = Moment.of(act, at, situation, self.calendar)
        era = bisect_right(self._turns, moment.day)
        findings: list[RuleFinding] = []
        verdict = Verdict.ALLOW
        for check, rule_id, severity, exempt in self._by_act[act][era]:
            params = check(moment)
            if params is None or (exempt and moment.exempted(exempt)):
                continue
            findings.append(RuleFinding(rule_id, severity, params))
            if severity is Severity.BLOCK:
                verdict = Verdict.BLOCK
            elif severity is Severity.WARN and verdict is Verdict.ALLOW:
                verdict = Verdict.WARN
        return Decision(verdict, tuple(findings), self.pack.id, self.pack.version)

    def schedule(self, terms: PlanTerms) -> tuple[Instalment, ...] | TermsTrouble:
        """Return the instalments that follow, or why none can; the law's length is for `judge`."""
        return reckon(terms, LONGEST)

    def affordability(self, budget: Budget) -> Affordability | TermsTrouble:
        """Return what a month leaves by the bank's own figures, or why that cannot be said."""
        return assess(budget, self.reference)

    def standing(
        self, schedule: Sequence[Instalment], payments: Sequence[tuple[date, int]], today: date
    ) -> Standing:
        """Return how a plan is kept on a day, with the bank's days of grace."""
        return standing(schedule, payments, today, self.reference.grace_days)

    def complaint_due(self, received: datetime, zone: str) -> date:
        """Return the last day to answer a complaint received at this instant.

        A laptop whose clock is wrong may say any day: where no rule is in force, the nearest one
        before it counts, else the first. Raises LookupError when the pack has no such rule at all.
        """
        day = received.astimezone(zone_of(zone)).date()
        rules = [r for r in self.pack.rules if r.kind == DEADLINE]
        if not rules:
            raise LookupError(f"the pack {self.pack.id} gives complaints no time")
        rules.sort(key=lambda r: r.from_date)
        begun = [r for r in rules if r.from_date <= day]
        rule = next((r for r in rules if r.in_force_on(day)), (begun[-1:] or rules)[0])
        return due_after(day, rule.params["days"], rule.params["count"], self.calendar)

    def day_marks(self, rules: Collection[str]) -> tuple[bool, bool]:
        """Say of rules that spoke whether they mean (a rest day, a year not yet announced)."""
        kinds = {r.kind for r in self.pack.rules if r.id in rules}
        return "rest_day" in kinds, "year_unknown" in kinds


def _eras(checks: Sequence[tuple[Rule, Check]]) -> _Eras:
    days = {day for r, _ in checks for day in (r.from_date, r.until_date) if day is not None}
    turns = tuple(sorted(days))
    return turns, {
        act: tuple(
            tuple(
                _Bound(check, r.id, r.severity_for(act), r.exempt.get(act))
                for r, check in checks
                if act in r.acts and r.in_force_on(day)
            )
            for day in (date.min, *turns)
        )
        for act in Act
    }
