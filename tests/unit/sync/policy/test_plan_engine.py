"""The engine answers about plans and months with the figures that lie beside its pack."""

from datetime import date

from msgspec.structs import replace

from sync.domain.plan_terms import Affordability, TermsTrouble
from sync.domain.situation import Policy
from sync.policy.engine import PolicyEngine
from sync.policy.relief.affordability import assess
from sync.policy.relief.reference import NO_FIGURES, load_reference
from sync.policy.relief.repayment import schedule
from sync.policy.relief.standing import GRACE_DAYS
from tests.unit.sync.policy.desk import ENGINE, PACK_FILE, cn_pack
from tests.unit.sync.policy.ledger import TERMS, bent
from tests.unit.sync.policy.test_affordability import BUDGET

CN = load_reference(PACK_FILE)
POLICY: Policy = PolicyEngine(cn_pack(), CN)


def test_a_schedule_or_the_reason_why_there_is_none() -> None:
    assert POLICY.schedule(TERMS) == schedule(TERMS)
    assert POLICY.schedule(bent(months=0)) == TermsTrouble("terms.no_months")


def test_the_length_the_law_allows_is_left_to_the_rules() -> None:
    long = POLICY.schedule(bent(months=72))
    assert not isinstance(long, TermsTrouble)
    assert len(long) == 72
    assert POLICY.schedule(bent(months=361)) == TermsTrouble("terms.too_many_months", {"most": 360})


def test_a_month_is_judged_by_the_banks_own_figures() -> None:
    hungry = replace(BUDGET, costs={})
    judged = POLICY.affordability(hungry)
    assert judged == assess(hungry, CN)
    assert isinstance(judged, Affordability)
    assert judged.unusual
    without = ENGINE.affordability(hungry)
    assert ENGINE.reference is NO_FIGURES
    assert isinstance(without, Affordability)
    assert not without.unusual


def test_a_plan_breaks_after_the_banks_own_grace() -> None:
    rows = schedule(TERMS)
    strict = PolicyEngine(cn_pack(), replace(CN, grace_days=2))
    late = date(2026, 2, 18)
    assert POLICY.standing(rows, [], late).state == "behind"
    assert strict.standing(rows, [], late).state == "broken"
    assert CN.grace_days == GRACE_DAYS
