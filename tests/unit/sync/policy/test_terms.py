"""What cannot be meant is refused by name before any number is made."""

from datetime import date

import pytest

from sync.domain.plan_terms import Method, PlanTerms, TermsTrouble
from sync.policy.packs.pack import read_pack
from sync.policy.relief.repayment import check_terms, reckon, schedule
from sync.policy.relief.terms import LONGEST, longest_lawful
from tests.unit.sync.policy.desk import SMALL_HEAD, cn_pack, rule
from tests.unit.sync.policy.ledger import TERMS, bent

STEPPED = bent(step_months=3, step_fen=60_000)

REFUSED: dict[str, tuple[PlanTerms, str, dict[str, int | str]]] = {
    "no instalment": (bent(months=0), "terms.no_months", {}),
    "fewer than none": (bent(months=-1), "terms.no_months", {}),
    "one above the law": (bent(months=61), "terms.too_many_months", {"most": 60}),
    "a thousand": (bent(months=1000), "terms.too_many_months", {"most": 60}),
    "deferral counts as well": (
        bent(months=58, deferred_months=3, first_due=date(2026, 5, 15)),
        "terms.too_many_months",
        {"most": 60},
    ),
    "a day past five years": (
        bent(months=60, first_due=date(2026, 2, 16)),
        "terms.too_many_months",
        {"most": 60},
    ),
    "deferral counts even when its last day would fit": (
        bent(months=58, deferred_months=3, first_due=date(2026, 4, 15)),
        "terms.too_many_months",
        {"most": 60},
    ),
    "deferral below none": (bent(deferred_months=-1), "terms.deferral_out_of_range", {"most": 12}),
    "deferral of 13 months": (
        bent(deferred_months=13, first_due=date(2027, 2, 15)),
        "terms.deferral_out_of_range",
        {"most": 12},
    ),
    "rate below none": (bent(rate_ppm=-1), "terms.rate_out_of_range", {"most": "36"}),
    "rate above 36 %": (bent(rate_ppm=360_001), "terms.rate_out_of_range", {"most": "36"}),
    "principal below none": (
        bent(principal_fen=-1),
        "terms.negative_amount",
        {"field": "principal_fen"},
    ),
    "interest below none": (
        bent(interest_fen=-1),
        "terms.negative_amount",
        {"field": "interest_fen"},
    ),
    "fees below none": (bent(fees_fen=-1), "terms.negative_amount", {"field": "fees_fen"}),
    "waived interest below none": (
        bent(waived_interest_fen=-1),
        "terms.negative_amount",
        {"field": "waived_interest_fen"},
    ),
    "waived fees below none": (
        bent(waived_fees_fen=-1),
        "terms.negative_amount",
        {"field": "waived_fees_fen"},
    ),
    "step below none": (
        bent(step_months=1, step_fen=-1),
        "terms.negative_amount",
        {"field": "step_fen"},
    ),
    "absurd sum": (bent(principal_fen=10**12 - 45_000 + 1), "terms.sum_absurd", {}),
    "more interest waived than owed": (
        bent(waived_interest_fen=35_001),
        "terms.waived_too_much",
        {},
    ),
    "more fees waived than owed": (bent(waived_fees_fen=10_001), "terms.waived_too_much", {}),
    "nothing owed": (
        bent(principal_fen=0, interest_fen=0, fees_fen=0),
        "terms.nothing_owed",
        {},
    ),
    "everything waived": (
        bent(principal_fen=0, waived_interest_fen=35_000, waived_fees_fen=10_000),
        "terms.nothing_owed",
        {},
    ),
    "due before the start": (
        bent(first_due=date(2026, 1, 14)),
        "terms.first_due_before_start",
        {},
    ),
    "due while it rests": (
        bent(deferred_months=3, first_due=date(2026, 4, 14)),
        "terms.first_due_in_deferral",
        {},
    ),
    "due too late": (bent(first_due=date(2026, 3, 16)), "terms.first_due_late", {"most": 2}),
    "start in the year one": (bent(start=date(1, 1, 1)), "terms.year_absurd", {}),
    "start too early": (bent(start=date(1989, 12, 31)), "terms.year_absurd", {}),
    "start too late": (bent(start=date(2101, 1, 1)), "terms.year_absurd", {}),
    "due in the year 9999": (bent(first_due=date(9999, 12, 31)), "terms.year_absurd", {}),
    "steps without an amount": (bent(step_months=3), "terms.step_incomplete", {}),
    "an amount without steps": (bent(step_fen=60_000), "terms.step_incomplete", {}),
    "steps below none": (
        bent(step_months=-3, step_fen=60_000),
        "terms.step_incomplete",
        {},
    ),
    "nothing after the steps": (
        bent(step_months=12, step_fen=60_000),
        "terms.step_too_long",
        {},
    ),
    "steps of equal principal": (
        bent(step_months=3, step_fen=60_000, method=Method.EQUAL_PRINCIPAL),
        "terms.step_needs_equal_instalments",
        {},
    ),
    # 1.5 % of 12,000 yuan are 180.00, of the overdue interest 29.16 and of the fees 8.33 a month.
    "step a fen below the interest": (
        bent(step_months=3, step_fen=21_748),
        "terms.step_below_interest",
        {"least": "217.49"},
    ),
    # The plain instalment is 1,137.65.
    "step a fen above the plain instalment": (
        bent(step_months=3, step_fen=113_766),
        "terms.step_exceeds",
        {"most": "1137.65"},
    ),
    # Two months of 3 % before the first of sixty equal instalments: more interest than instalment.
    "never paid off": (
        bent(months=59, rate_ppm=360_000, first_due=date(2026, 3, 15)),
        "terms.never_amortises",
        {"number": 1},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_terms_are_refused_with_code_and_values(name: str) -> None:
    terms, code, params = REFUSED[name]
    assert check_terms(terms) == TermsTrouble(code, params)
    assert reckon(terms) == TermsTrouble(code, params)


@pytest.mark.parametrize(
    "terms",
    [
        TERMS,
        bent(months=1),
        bent(months=60),
        bent(rate_ppm=0),
        bent(rate_ppm=360_000),
        bent(principal_fen=10**12 - 45_000),
        bent(principal_fen=0),
        bent(waived_interest_fen=35_000, waived_fees_fen=10_000),
        bent(first_due=date(2026, 1, 15)),
        bent(first_due=date(2026, 3, 15)),
        bent(months=48, deferred_months=12, first_due=date(2027, 2, 15)),
        bent(deferred_months=3, first_due=date(2026, 4, 15)),
        bent(start=date(1990, 1, 1), first_due=date(1990, 2, 1)),
        bent(start=date(2100, 12, 1), first_due=date(2100, 12, 31)),
        bent(start=date(2028, 2, 29), first_due=date(2028, 3, 29)),
        STEPPED,
        bent(step_months=11, step_fen=60_000),
        bent(step_months=3, step_fen=21_749),
        bent(step_months=3, step_fen=113_765),
    ],
)
def test_terms_at_the_very_edge_are_taken(terms: PlanTerms) -> None:
    assert check_terms(terms) is None


def test_other_limits_can_be_asked_for() -> None:
    assert check_terms(bent(months=72), most_months=72) is None
    assert check_terms(bent(months=13), most_months=12) == TermsTrouble(
        "terms.too_many_months", {"most": 12}
    )
    assert check_terms(bent(months=361), most_months=1000) == TermsTrouble(
        "terms.too_many_months", {"most": LONGEST}
    )
    assert check_terms(bent(rate_ppm=154_001), most_rate_ppm=154_000) == TermsTrouble(
        "terms.rate_out_of_range", {"most": "15.4"}
    )


def test_a_schedule_of_refused_terms_is_never_made() -> None:
    with pytest.raises(ValueError, match=r"terms\.no_months"):
        schedule(bent(months=0))
    with pytest.raises(ValueError, match=r"terms\.never_amortises"):
        schedule(bent(months=359, rate_ppm=360_000, first_due=date(2026, 3, 15)))


def test_a_schedule_may_be_as_long_as_a_mortgage() -> None:
    assert len(schedule(bent(months=360))) == 360


LONG = {"kind": '"plan_longest"', "acts": '["plan"]', "product": '"car_loan"', "months": "48"}


def test_the_pack_tells_how_long_a_product_may_run() -> None:
    assert longest_lawful(cn_pack(), "credit_card", date(2026, 1, 1)) == 60
    assert longest_lawful(cn_pack(), "mortgage", date(2026, 1, 1)) == 60
    tighter = {**LONG, "id": '"XX-TWO"', "months": "36", "from_date": "2026-07-01"}
    pack = read_pack(SMALL_HEAD + rule(**LONG) + rule(**tighter))
    assert longest_lawful(pack, "car_loan", date(2026, 6, 30)) == 48
    assert longest_lawful(pack, "car_loan", date(2026, 7, 1)) == 36
    assert longest_lawful(pack, "credit_card", date(2026, 7, 1)) == 60
