"""What the policy engine looks at, and what it answers.

A `Situation` is everything about one case that a rule may ask, as plain values; the
engine in `sync.policy` turns act + instant + situation into a `Decision`.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Protocol

import msgspec


class Act(StrEnum):
    """What somebody is about to do."""

    CALL = "call"
    SMS = "sms"
    VISIT_PLAN = "visit_plan"
    VISIT_START = "visit_start"
    THIRD_PARTY_CONTACT = "third_party_contact"
    PLAN = "plan"


class Severity(StrEnum):
    """How strongly a rule speaks."""

    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


class Verdict(StrEnum):
    """The sum of all rules: one block blocks, else one warning warns."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


class Call(msgspec.Struct, frozen=True):
    """One call, whoever made it; `connected` means the customer was spoken to."""

    at: datetime
    connected: bool


class ActiveHold(msgspec.Struct, frozen=True):
    """A hold that is on the case now."""

    kind: str


class Wishes(msgspec.Struct, frozen=True):
    """What the customer asked for; weekdays count from 0 = Monday."""

    channels_refused: tuple[str, ...] = ()
    not_before: time | None = None
    not_after: time | None = None
    no_weekdays: tuple[int, ...] = ()


class Agreement(msgspec.Struct, frozen=True):
    """How, when and for what span a contact was agreed."""

    start: datetime | None = None
    end: datetime | None = None
    agreed_at: datetime | None = None
    by: str = "customer"
    channel: str = "phone"
    requested_by_customer: bool = False
    written: bool = False
    withdrawn: bool = False
    place: str = "home"


class OfficerOnVisit(msgspec.Struct, frozen=True):
    """An officer of the visit; the certificate is valid through the date given, none = never."""

    certified_until: date | None = None


class CustomerState(msgspec.Struct, frozen=True):
    """What changes what may be done at all."""

    deceased: bool = False
    vulnerable: bool = False


class Recording(msgspec.Struct, frozen=True):
    """Whether sound is recorded and whether the customer was told beforehand."""

    on: bool = False
    notice_given: bool = False


class ProposedPlan(msgspec.Struct, frozen=True):
    """A repayment plan as far as the contact rules ask: its length and product."""

    months: int
    product: str


class Situation(msgspec.Struct, frozen=True):
    """One case as the rules see it; every field has the value of "nothing known".

    `officers` and `present` are None when not yet known, which some rules treat
    differently from an empty list.
    """

    zone: str = "Asia/Shanghai"
    overdue_since: date | None = None
    reminders: tuple[datetime, ...] = ()
    calls: tuple[Call, ...] = ()
    visits: tuple[datetime, ...] = ()
    holds: tuple[ActiveHold, ...] = ()
    wishes: Wishes = Wishes()
    agreement: Agreement | None = None
    officers: tuple[OfficerOnVisit, ...] | None = None
    present: tuple[str, ...] | None = None
    customer: CustomerState = CustomerState()
    recording: Recording = Recording()
    plan: ProposedPlan | None = None
    plan_in_force: bool = False


class RuleFinding(msgspec.Struct, frozen=True):
    """One rule that spoke: its id, how strongly, and the values for its sentence.

    `params` holds only JSON-able values (text, numbers); the words themselves are in the pack.
    """

    rule: str
    severity: Severity
    params: dict[str, Any] = {}


class Decision(msgspec.Struct, frozen=True):
    """The engine's answer, stored with the record that it allowed."""

    verdict: Verdict
    findings: tuple[RuleFinding, ...]
    pack: str
    version: str

    @property
    def blocks(self) -> tuple[str, ...]:
        """Return the ids of the rules that block, sorted."""
        return self._ids(Severity.BLOCK)

    @property
    def warns(self) -> tuple[str, ...]:
        """Return the ids of the rules that warn, sorted."""
        return self._ids(Severity.WARN)

    def _ids(self, severity: Severity) -> tuple[str, ...]:
        return tuple(sorted({f.rule for f in self.findings if f.severity is severity}))


class Policy(Protocol):
    """The rules in force, as the core sees them."""

    def judge(self, act: Act, at: datetime, situation: Situation) -> Decision:
        """Decide one act at one instant."""
        ...
