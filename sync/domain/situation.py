"""What the policy engine looks at, and what it answers.

A `Situation` is everything about one case that a rule may ask, as plain values; the
engine in `sync.policy` turns act + instant + situation into a `Decision`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from sync.domain.budget import Budget
from sync.domain.curriculum import Curriculum
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms, Standing, TermsTrouble


class Act(StrEnum):
    """What somebody is about to do."""

    CALL = "call"
    SMS = "sms"
    APP = "app"
    LETTER = "letter"
    VISIT_PLAN = "visit_plan"
    VISIT_START = "visit_start"
    VISIT_END = "visit_end"  # a visit that is going on: may it?
    THIRD_PARTY_CONTACT = "third_party_contact"
    RECORDING = "recording"
    PLAN = "plan"
    HOLD = "hold"
    HOLD_LIFT = "hold_lift"
    RETENTION = "retention"  # personal information that is kept: may it be, any longer?
    ERASURE = "erasure"


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
    """A hold that is on the case now; `until` is its last day where one was set."""

    kind: str
    since: datetime | None = None
    until: date | None = None
    reason: str = ""


class Lifting(msgspec.Struct, frozen=True):
    """The hold that is about to be lifted, and what is said for it."""

    kind: str
    since: datetime | None = None
    until: date | None = None
    reason: str = ""
    asked_by_customer: bool = False


class Complaint(msgspec.Struct, frozen=True):
    """A complaint of the customer; open until it is answered."""

    received_at: datetime
    answered_at: datetime | None = None


class Wishes(msgspec.Struct, frozen=True):
    """What the customer asked for; weekdays count from 0 = Monday, no language = no wish."""

    channels_refused: tuple[str, ...] = ()
    not_before: time | None = None
    not_after: time | None = None
    no_weekdays: tuple[int, ...] = ()
    places_refused: tuple[str, ...] = ()
    language: str = ""


class Agreement(msgspec.Struct, frozen=True):
    """How, when, with whom and for what span a contact was agreed.

    A co-borrower or a guardian may agree in the customer's stead; a guarantor, family or any
    other third party may not.
    """

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
    minor: bool = False
    guardian: bool = False  # somebody else decides for the customer by law
    hospital: bool = False


class Recording(msgspec.Struct, frozen=True):
    """Whether sound is recorded, whether the customer was told beforehand, asked or refused."""

    on: bool = False
    notice_given: bool = False
    asked_by_customer: bool = False
    refused: bool = False


class ProposedPlan(msgspec.Struct, frozen=True):
    """A repayment plan as far as the rules ask; the yearly rate is in millionths."""

    months: int
    product: str
    rate_ppm: int | None = None
    affordable: bool | None = None
    written: bool | None = None
    recorded: bool | None = None


class ThirdParty(msgspec.Struct, frozen=True):
    """Somebody other than the customer who is about to be contacted, and what for.

    `earlier` is how often this person was contacted about the case before.
    """

    who: str = ""
    purpose: str = ""
    debt_mentioned: bool = False
    earlier: int = 0


class Sensitive(msgspec.Struct, frozen=True):
    """Whether health, family or other sensitive information is kept, and with what consent."""

    kept: bool = False
    separate_consent: bool = False


class Situation(msgspec.Struct, frozen=True):
    """One case as the rules see it; every field has the value of "nothing known".

    `officers`, `present` and `identity_shown` are None when not yet known, which some rules
    treat differently from an empty list or a no. `reminders` are messages of every written
    channel, `letters` those of them that went by post; `conversations` are telephone calls
    in which the customer was spoken to, whoever rang, beyond those in `calls`.
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
    letters: tuple[datetime, ...] = ()
    conversations: tuple[datetime, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    lifting: Lifting | None = None
    actor_role: str = ""
    third_party: ThirdParty | None = None
    sensitive: Sensitive = Sensitive()
    language: str = ""  # the language this contact is held in
    workplace_forbidden: bool = False  # by the employer
    identity_shown: bool | None = None
    asked_to_leave: bool = False
    closed_on: date | None = None


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

    @property
    def curriculum(self) -> Curriculum:
        """Return what officers must have learnt."""
        ...

    def judge(self, act: Act, at: datetime, situation: Situation) -> Decision:
        """Decide one act at one instant."""
        ...

    def schedule(self, terms: PlanTerms) -> tuple[Instalment, ...] | TermsTrouble:
        """Return the instalments that follow from a plan's terms, or why none can."""
        ...

    def affordability(self, budget: Budget) -> Affordability | TermsTrouble:
        """Return what a month leaves, or why that cannot be said."""
        ...

    def standing(
        self, schedule: Sequence[Instalment], payments: Sequence[tuple[date, int]], today: date
    ) -> Standing:
        """Return how a plan is kept; payments are (day, fen)."""
        ...

    def complaint_due(self, received: datetime, zone: str) -> date:
        """Return the last day to answer a complaint received at this instant."""
        ...
