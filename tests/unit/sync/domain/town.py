"""A small team with one case, for tests of the pure core."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from sync.domain.budget import Budget
from sync.domain.curriculum import Curriculum, Module
from sync.domain.ids import uuid7
from sync.domain.outcome import Actor, Applied, Outcome, Refused
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, Standing, TermsTrouble
from sync.domain.question import Question
from sync.domain.records import (
    Address,
    AgreementEvidence,
    Appointment,
    Case,
    Contact,
    Customer,
    Loan,
    Officer,
    Record,
    Versioned,
)
from sync.domain.situation import Act, Decision, RuleFinding, Severity, Situation, Verdict
from sync.domain.snapshot import Snapshot
from sync.domain.time import local_date
from sync.domain.vocabulary import (
    AgreedBy,
    AppointmentState,
    Channel,
    ContactResult,
    Place,
    Product,
    Role,
)

NOW = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TEN = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)  # Tuesday 10:00 in Shanghai
HOUR = timedelta(hours=1)

LI = Actor("li", Role.OFFICER, "north")
WANG = Actor("wang", Role.OFFICER, "north")
STRANGER = Actor("zhao", Role.OFFICER, "south")
LEAD = Actor("chen", Role.LEAD, "north")
OTHER_LEAD = Actor("qian", Role.LEAD, "south")
COMPLIANCE = Actor("sun", Role.COMPLIANCE, "north")


def person(actor: Actor, **other: object) -> Officer:
    values = {"certified_until": date(2027, 6, 30)} | other
    return Officer(actor.officer_id, actor.officer_id.title(), actor.role, actor.team_id, **values)


def case(**other: object) -> Case:
    values = {
        "id": "c1",
        "case_no": "Y0001",
        "team_id": "north",
        "customer": Customer("单小明", ("19900001234",)),
        "address": Address("望湖路 8 号", "城北", 350000000, 1183000000),
        "loan": Loan("6222", Product.CREDIT_CARD, 1_000_000, 20_000, 500, date(2026, 8, 1)),
        "officer_id": "li",
        "second_id": "wang",
    } | other
    return Case(**values)


def contact(channel: Channel, result: ContactResult, **other: object) -> Contact:
    values = {"id": f"k-{channel}", "case_id": "c1", "at": NOW - timedelta(days=9)} | other
    return Contact(channel=channel, result=result, **values)


def word(**other: object) -> AgreementEvidence:
    values = {
        "agreed_at": NOW - timedelta(days=1),
        "by": AgreedBy.CUSTOMER,
        "channel": Channel.PHONE,
    } | other
    return AgreementEvidence(**values)


def appointment(**other: object) -> Appointment:
    values = {
        "id": "a1",
        "case_id": "c1",
        "state": AppointmentState.AGREED,
        "start": TEN,
        "end": TEN + HOUR,
        "place": Place.HOME,
        "officers": ("li", "wang"),
        "agreement": word(),
    } | other
    return Appointment(**values)


CURRICULUM = Curriculum((Module("conduct", "1", (0, 2), 2), Module("law", "3", (1,), 1)), 365)


class Rules:
    """A policy that blocks or warns with the rules named, and remembers what it was asked."""

    def __init__(self, *rules: str, severity: Severity = Severity.BLOCK) -> None:
        self._findings = tuple(RuleFinding(r, severity, {"limit": 1}) for r in rules)
        self._verdict = Verdict(severity) if rules else Verdict.ALLOW
        self.asked: list[tuple[Act, datetime, Situation]] = []
        self.curriculum = CURRICULUM

    def judge(self, act: Act, at: datetime, situation: Situation) -> Decision:
        self.asked.append((act, at, situation))
        return Decision(self._verdict, self._findings, "test", "1")

    def schedule(self, terms: PlanTerms) -> tuple[Instalment, ...] | TermsTrouble:
        if terms.months < 1:
            return TermsTrouble("terms.no_months", {"months": terms.months})
        part, rest = divmod(terms.principal_fen, terms.months)
        return tuple(
            Instalment(n, terms.first_due, part + (rest if n == terms.months else 0), 0, 0, 0)
            for n in range(1, terms.months + 1)
        )

    def affordability(self, budget: Budget) -> Affordability | TermsTrouble:
        if budget.adults < 1:
            return TermsTrouble("budget.no_adults")
        left = sum(budget.income.values()) - sum(budget.costs.values())
        return Affordability(0, 0, left, max(0, left), left)

    def standing(
        self, schedule: Sequence[Instalment], payments: Sequence[tuple[date, int]], today: date
    ) -> Standing:
        paid = sum(fen for _, fen in payments)
        whole = sum(i.total_fen for i in schedule)
        state = "paid" if paid >= whole else "kept" if paid else "broken"
        return Standing(paid, whole, whole - paid, None, (), state)

    def complaint_due(self, received: datetime, zone: str) -> date:
        return local_date(received, zone) + timedelta(days=15)


def snapshot(*extra: Record | Versioned[Record], without: Iterable[str] = ()) -> Snapshot:
    people = [person(a) for a in (LI, WANG, LEAD, STRANGER)]
    records: list[Versioned[Record]] = [Versioned(1, r) for r in (*people, case())]
    records += [r if isinstance(r, Versioned) else Versioned(1, r) for r in extra]
    return Snapshot(r for r in records if r.record.id not in set(without))


def question(
    actor: Actor = LI,
    *extra: Record | Versioned[Record],
    rules: Rules | None = None,
    at: datetime = NOW,
) -> Question:
    return Question(snapshot(*extra), actor, rules or Rules(), at)


def ident(number: int) -> str:
    return uuid7(1_790_000_000_000 + number, bytes(10))


def replaced[R: Record](record: R, **values: object) -> R:
    return msgspec.structs.replace(record, **values)


def only[R](outcome: Outcome, cls: type[R]) -> R:
    """Return the one record of a class that a command changes."""
    assert isinstance(outcome, Applied), outcome
    [found] = [c.record for c in outcome.changes if isinstance(c.record, cls)]
    return found


def code(outcome: Outcome) -> str:
    """Return the first reason why a command was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.reasons[0].code
