"""Repayment plans and what was paid."""

from datetime import date, datetime

import msgspec

from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.plan_terms import Affordability, Instalment, PlanTerms
from sync.domain.situation import Decision
from sync.domain.vocabulary import (
    PlanState,
)


class PlanAgreement(msgspec.Struct, frozen=True):
    """How the customer agreed to a plan: in writing, or by word with a recording kept."""

    agreed_at: datetime
    written: bool
    recorded: bool
    words: str = ""


class Plan(msgspec.Struct, frozen=True, tag="plan", tag_field="kind"):
    """A repayment plan from proposal to its end; a shared record.

    `affordable` says whether its largest instalment fits what the budget leaves; one that does not
    needs the lead's reason.
    """

    id: RecordId
    case_id: CaseId
    state: PlanState
    terms: PlanTerms
    schedule: tuple[Instalment, ...]
    budget_id: RecordId
    affordability: Affordability
    affordable: bool
    proposed_by: OfficerId
    proposed_at: datetime
    words: str = ""
    decided_by: OfficerId | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    agreement: PlanAgreement | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    decision: Decision | None = None

    @property
    def largest_fen(self) -> int:
        """Return the largest instalment, in fen."""
        return max(i.total_fen for i in self.schedule)


class Payment(msgspec.Struct, frozen=True, tag="payment", tag_field="kind"):
    """Money the bank received on a case, told by its books; officers never take any."""

    id: RecordId
    case_id: CaseId
    day: date
    amount_fen: int
    reference: str = ""
