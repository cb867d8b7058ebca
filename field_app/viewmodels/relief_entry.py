"""The statement and the terms of a plan as a person types them, and what they mean in fen."""

from collections.abc import Mapping
from datetime import date

import msgspec

from field_app.operations.relief import MonthForm
from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.money_entry import read_amount, read_rate, write_amount, write_rate
from field_app.viewmodels.problem import Problem
from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.ids import CaseId
from sync.domain.plan_terms import Method, PlanKind, PlanTerms
from sync.domain.records import Loan


class MonthEntry(msgspec.Struct, frozen=True):
    """The statement of income and expenditure; amounts in yuan as typed."""

    adults: int = 1
    children: int = 0
    income: dict[IncomeKind, str] = {}
    costs: dict[CostKind, str] = {}
    savings: str = ""
    other_debts: str = ""
    consent: bool = False
    words: str = ""


class TermsEntry(msgspec.Struct, frozen=True):
    """The terms of one plan as typed; rate in per cent, amounts in yuan."""

    rate: str = ""
    method: Method = Method.EQUAL_INSTALMENT
    months: int = 12
    first_due: date | None = None
    deferred_months: int = 0
    deferral_free: bool = False
    waived_interest: str = ""
    waived_fees: str = ""
    step_months: int = 0
    step: str = ""


class ReliefEntry(msgspec.Struct, frozen=True):
    """Everything on the sheet; `rate` is the contract's, `terms` None while no way is chosen."""

    told: HardshipEntry = HardshipEntry()
    month: MonthEntry = MonthEntry()
    rate: str = ""
    terms: TermsEntry | None = None
    words: str = ""


def month_form(case_id: CaseId, entry: MonthEntry) -> MonthForm | Problem:
    """Return the statement in fen, or the problem that some amount is none."""
    income, costs = _amounts(entry.income), _amounts(entry.costs)
    savings, others = read_amount(entry.savings), read_amount(entry.other_debts)
    if income is None or costs is None or savings is None or others is None:
        return Problem("relief.not_an_amount")
    return MonthForm(
        case_id=case_id,
        visit_id=None,
        adults=entry.adults,
        children=entry.children,
        income=income,
        costs=costs,
        savings_fen=savings,
        other_debts_fen=others,
        consent=entry.consent,
        words=entry.words.strip(),
    )


def _amounts[K](typed: Mapping[K, str]) -> dict[K, int] | None:
    """Return the amounts that are not nothing, None when one is no amount."""
    found: dict[K, int] = {}
    for kind, text in typed.items():
        fen = read_amount(text)
        if fen is None:
            return None
        if fen:
            found[kind] = fen
    return found


def month_entry(budget: Budget) -> MonthEntry:
    """Return an earlier statement as it would be typed; consent and words are asked anew."""
    return MonthEntry(
        adults=budget.adults,
        children=budget.children,
        income={kind: write_amount(fen) for kind, fen in budget.income.items()},
        costs={kind: write_amount(fen) for kind, fen in budget.costs.items()},
        savings=write_amount(budget.savings_fen),
        other_debts=write_amount(budget.other_debts_fen),
    )


def plan_terms(loan: Loan, entry: ReliefEntry, start: date) -> PlanTerms | Problem:
    """Return the chosen terms from `start` on, or the problem with what was typed."""
    chosen, contract = entry.terms, read_rate(entry.rate)
    if chosen is None:
        return Problem("relief.no_way_chosen")
    found = _terms(loan, chosen, start)
    if isinstance(found, Problem):
        return found
    return msgspec.structs.replace(found, kind=kind_of(found, contract or found.rate_ppm))


def kind_of(terms: PlanTerms, contract_ppm: int) -> PlanKind:
    """Return the kind of relief that terms give against a contract's yearly rate."""
    eased = terms.waived_interest_fen or terms.waived_fees_fen or terms.rate_ppm < contract_ppm
    kinds = {
        PlanKind.DEFERRAL: bool(terms.deferred_months),
        PlanKind.INTEREST_RELIEF: bool(eased or (terms.deferral_free and terms.rate_ppm)),
        PlanKind.STEP_UP: bool(terms.step_months),
    }
    given = [kind for kind, is_given in kinds.items() if is_given]
    if len(given) > 1:
        return PlanKind.COMBINATION
    return given[0] if given else PlanKind.INSTALMENTS


def _terms(loan: Loan, entry: TermsEntry, start: date) -> PlanTerms | Problem:
    rate = read_rate(entry.rate)
    if rate is None:
        return Problem("relief.not_a_rate")
    interest, fees = read_amount(entry.waived_interest), read_amount(entry.waived_fees)
    step = read_amount(entry.step)
    if interest is None or fees is None or step is None:
        return Problem("relief.not_an_amount")
    if entry.first_due is None:
        return Problem("relief.first_due_missing")
    return PlanTerms(
        principal_fen=loan.principal_fen,
        interest_fen=loan.interest_fen,
        fees_fen=loan.fees_fen,
        months=entry.months,
        rate_ppm=rate,
        start=start,
        first_due=entry.first_due,
        method=entry.method,
        deferred_months=entry.deferred_months,
        deferral_free=entry.deferral_free and bool(entry.deferred_months),
        waived_interest_fen=interest,
        waived_fees_fen=fees,
        step_months=entry.step_months,
        step_fen=step,
    )


def terms_entry(terms: PlanTerms) -> TermsEntry:
    """Return terms as they would be typed."""
    return TermsEntry(
        rate=write_rate(terms.rate_ppm),
        method=terms.method,
        months=terms.months,
        first_due=terms.first_due,
        deferred_months=terms.deferred_months,
        deferral_free=terms.deferral_free,
        waived_interest=write_amount(terms.waived_interest_fen),
        waived_fees=write_amount(terms.waived_fees_fen),
        step_months=terms.step_months,
        step=write_amount(terms.step_fen),
    )
