"""Repayment plans: asked for, decided, agreed, ended."""

from datetime import datetime

import msgspec

from sync.domain.ids import CaseId, RecordId
from sync.domain.plan_terms import PlanTerms
from sync.domain.records import PlanAgreement
from sync.domain.vocabulary import PlanState


class ProposePlan(msgspec.Struct, frozen=True, tag="propose_plan", tag_field="do"):
    """Ask the lead to approve a plan that follows from these terms and that budget."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    terms: PlanTerms
    budget_id: RecordId
    words: str
    at: datetime


class DecidePlan(msgspec.Struct, frozen=True, tag="decide_plan", tag_field="do"):
    """Approve a plan or decline it; leads only, never one's own proposal."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    approve: bool
    reason: str
    at: datetime


class AgreePlan(msgspec.Struct, frozen=True, tag="agree_plan", tag_field="do"):
    """The customer agreed to an approved plan: collecting stops while it is kept."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    agreement: PlanAgreement


class EndPlan(msgspec.Struct, frozen=True, tag="end_plan", tag_field="do"):
    """End a plan: kept to its end, broken, or ended otherwise (also before it was agreed)."""

    plan_id: RecordId
    case_id: CaseId
    base_rev: int
    state: PlanState
    reason: str
    at: datetime
