"""What people type into the sheet and the wishes, and what it means; slips are named."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field_app.viewmodels.hardship import HardshipEntry
from field_app.viewmodels.money_entry import (
    read_amount,
    read_rate,
    read_yuan,
    write_amount,
    write_rate,
)
from field_app.viewmodels.papers import file_name
from field_app.viewmodels.problem import Problem
from field_app.viewmodels.relief_entry import (
    MonthEntry,
    ReliefEntry,
    TermsEntry,
    kind_of,
    month_entry,
    month_form,
    plan_terms,
    terms_entry,
)
from field_app.viewmodels.time_entry import read_day
from field_app.viewmodels.wish_entry import WishEntry, read_wishes, wish_entry
from sync.domain.budget import Budget, CostKind, IncomeKind
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.plan_terms import Method, PlanKind, PlanTerms
from sync.domain.records import Loan
from sync.domain.situation import Wishes
from sync.domain.vocabulary import HardshipCause, Product, Vulnerability

CASE = CaseId("c1")
START, DUE = date(2026, 9, 10), date(2026, 10, 10)
LOAN = Loan("6222", Product.CREDIT_CARD, 1_000_000, 20_000, 500, date(2026, 8, 1))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", 0),
        ("  ", 0),
        ("0", 0),
        ("1200", 120_000),
        ("1,200", 120_000),
        ("1，200", 120_000),
        ("¥88.5", 8_850),
        ("￥ 88.50", 8_850),
        ("999999999", 99_999_999_900),
        ("1000000000", None),
        ("88.505", None),
        ("12e3", None),
        ("-5", None),
        ("5.", None),
        (".5", None),
        ("1.2.3", None),
        ("一百", None),
        ("１２", None),
        ("²", None),
    ],
)
def test_amounts_in_yuan(text: str, fen: int | None) -> None:
    assert read_amount(text) == fen


def test_a_promise_is_more_than_nothing() -> None:
    assert read_yuan("0") is None
    assert read_yuan("") is None
    assert read_yuan("0.01") == 1


@given(st.integers(0, 99_999_999_999))
def test_an_amount_written_is_read_as_it_was(fen: int) -> None:
    assert read_amount(write_amount(fen)) == fen


@pytest.mark.parametrize(
    ("text", "ppm"),
    [
        ("15.4", 154_000),
        ("0", 0),
        ("36%", 360_000),
        (" 4.3555％", 43_555),
        ("", None),
        ("abc", None),
        ("-1", None),
        ("1.23456", None),
        ("1000", None),
        ("1.", None),
    ],
)
def test_rates_in_per_cent(text: str, ppm: int | None) -> None:
    assert read_rate(text) == ppm


@given(st.integers(0, 9_999_999))
def test_a_rate_written_is_read_as_it_was(ppm: int) -> None:
    assert read_rate(write_rate(ppm)) == ppm


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05", date(2026, 5, 1)),
        ("2026.5.3", date(2026, 5, 3)),
        ("2026年5月", date(2026, 5, 1)),
        ("2026/05/31", date(2026, 5, 31)),
        ("2026-06-31", None),
        ("2026-13", None),
        ("spring", None),
        ("", None),
    ],
)
def test_days_and_months(text: str, day: date | None) -> None:
    assert read_day(text) == day


def test_a_statement_in_fen_leaves_out_what_is_nothing() -> None:
    entry = MonthEntry(
        adults=2,
        income={IncomeKind.PAY: "8,200", IncomeKind.OTHER: "0"},
        costs={CostKind.FOOD: "1500.50", CostKind.CARE: ""},
        savings="100",
        consent=True,
        words=" 下月起做兼职 ",
    )
    form = month_form(CASE, entry)
    assert not isinstance(form, Problem)
    assert form.income == {IncomeKind.PAY: 820_000}
    assert form.costs == {CostKind.FOOD: 150_050}
    assert (form.savings_fen, form.other_debts_fen, form.words) == (10_000, 0, "下月起做兼职")


@pytest.mark.parametrize(
    "entry",
    [
        MonthEntry(income={IncomeKind.PAY: "x"}),
        MonthEntry(costs={CostKind.FOOD: "-1"}),
        MonthEntry(savings="1.234"),
        MonthEntry(other_debts="?"),
    ],
)
def test_a_slip_anywhere_in_a_statement_is_named(entry: MonthEntry) -> None:
    assert month_form(CASE, entry) == Problem("relief.not_an_amount")


def terms(**other: object) -> TermsEntry:
    values: dict[str, object] = {"rate": "12", "months": 10, "first_due": DUE} | other
    return TermsEntry(**values)  # type: ignore[arg-type]


def plan(contract: str, **other: object) -> PlanTerms:
    made = plan_terms(LOAN, ReliefEntry(rate=contract, terms=terms(**other)), START)
    assert isinstance(made, PlanTerms)
    return made


def test_terms_are_those_of_the_loan() -> None:
    made = plan("12")
    assert (made.principal_fen, made.interest_fen, made.fees_fen) == (1_000_000, 20_000, 500)
    assert (made.start, made.first_due, made.rate_ppm) == (START, DUE, 120_000)


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({}, PlanKind.INSTALMENTS),
        ({"deferral_free": True}, PlanKind.INSTALMENTS),
        ({"rate": "6"}, PlanKind.INTEREST_RELIEF),
        ({"waived_fees": "5"}, PlanKind.INTEREST_RELIEF),
        ({"deferred_months": 3}, PlanKind.DEFERRAL),
        ({"deferred_months": 3, "deferral_free": True}, PlanKind.COMBINATION),
        ({"step_months": 2, "step": "500"}, PlanKind.STEP_UP),
        ({"step_months": 2, "step": "500", "waived_interest": "200"}, PlanKind.COMBINATION),
    ],
)
def test_the_kind_says_what_eases(other: dict[str, object], kind: PlanKind) -> None:
    assert plan("12", **other).kind is kind


def test_no_interest_in_the_rest_is_no_relief_where_there_is_none_anyway() -> None:
    free = plan("0", rate="0", deferred_months=3, deferral_free=True)
    assert free.kind is PlanKind.DEFERRAL
    assert kind_of(free, 0) is PlanKind.DEFERRAL


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ReliefEntry(rate="12"), "relief.no_way_chosen"),
        (ReliefEntry(rate="12", terms=terms(rate="")), "relief.not_a_rate"),
        (ReliefEntry(rate="12", terms=terms(step="x")), "relief.not_an_amount"),
        (ReliefEntry(rate="12", terms=terms(first_due=None)), "relief.first_due_missing"),
    ],
)
def test_terms_that_are_not_whole(entry: ReliefEntry, code: str) -> None:
    assert plan_terms(LOAN, entry, START) == Problem(code)


def test_terms_shown_are_read_as_they_were() -> None:
    entry = terms(
        method=Method.EQUAL_PRINCIPAL,
        deferred_months=2,
        deferral_free=True,
        waived_interest="88.50",
        waived_fees="5",
    )
    made = plan_terms(LOAN, ReliefEntry(rate="12", terms=entry), START)
    assert isinstance(made, PlanTerms)
    assert terms_entry(made) == entry


def test_a_note_is_sensitive_by_its_cause_or_by_health() -> None:
    assert HardshipEntry(causes=(HardshipCause.ILLNESS,)).is_sensitive
    assert HardshipEntry(vulnerabilities=(Vulnerability.HEALTH,)).is_sensitive
    assert not HardshipEntry(causes=(HardshipCause.JOB_LOSS,)).is_sensitive


def test_a_note_that_was_not_wanted_is_none_and_never_in_the_way() -> None:
    entry = HardshipEntry(since="spring")
    assert entry.form(CASE) is None
    assert entry.trouble is None
    assert HardshipEntry(hardship=True, since="spring").trouble == Problem("hardship.not_a_day")
    form = HardshipEntry(hardship=True, since="2026-01", household=3).form(CASE)
    assert form is not None
    assert (form.since, form.expected_until, form.household) == (date(2026, 1, 1), None, 3)


WISHED = Wishes(("sms", "visit"), time(9, 30), time(18), (5, 6), ("work",), "en")


def test_wishes_shown_are_read_as_they_were() -> None:
    assert read_wishes(wish_entry(WISHED)) == WISHED
    assert read_wishes(WishEntry()) == Wishes()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (WishEntry(not_before="late"), "wish.not_a_time"),
        (WishEntry(not_after="25"), "wish.not_a_time"),
        (WishEntry(not_before="18", not_after="9"), "wish.no_time_left"),
        (WishEntry(not_before="9", not_after="9"), "wish.no_time_left"),
    ],
)
def test_wishes_that_cannot_be_kept(entry: WishEntry, code: str) -> None:
    assert read_wishes(entry) == Problem(code)


def test_file_names_are_plain() -> None:
    assert file_name("plan", "YC2026<i>9") == "plan-YC2026-i-9.pdf"
    assert file_name("plan", "../..") == "plan.pdf"


def test_an_earlier_statement_asks_for_consent_anew() -> None:
    at = datetime(2026, 9, 10, tzinfo=UTC)
    pay = {IncomeKind.PAY: 8_850}
    told = Budget(RecordId("u1"), CASE, None, at, OfficerId("li"), 1, 0, pay, {}, consent=True)
    assert month_entry(told) == MonthEntry(income={IncomeKind.PAY: "88.50"})
