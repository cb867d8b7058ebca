"""What docs/plans.md says is what is reckoned: its example is read and made again."""

from datetime import date
from pathlib import Path

from sync.domain.plan_terms import DayCount, Method, PlanTerms
from sync.policy.relief.repayment import schedule, total_cost, yuan
from tests.unit.sync.policy.ledger import TERMS, bent

PAGE = (Path(__file__).parents[4] / "docs" / "plans.md").read_text(encoding="utf-8")
DEFERRED = {"deferred_months": 3, "first_due": date(2026, 5, 15)}
WAYS: dict[str, PlanTerms] = {
    "equal instalments": TERMS,
    "equal principal": bent(method=Method.EQUAL_PRINCIPAL),
    "three months deferred (540.00 of interest added)": bent(**DEFERRED),
    "three months deferred, free of interest": bent(**DEFERRED, deferral_free=True),
    "rate halved, overdue interest and fees waived": bent(
        rate_ppm=90_000, waived_interest_fen=35_000, waived_fees_fen=10_000
    ),
    "three steps of 600.00": bent(step_months=3, step_fen=60_000),
    "equal instalments, actual/365": bent(day_count=DayCount.ACTUAL_365),
}


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table that begins with this heading."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_example_is_reckoned_to_the_fen() -> None:
    sums = ("principal_fen", "interest_fen", "fees_fen", "total_fen", "left_fen")
    assert table("no.") == [
        [str(row.number), row.due.isoformat(), *(yuan(getattr(row, name)) for name in sums)]
        for row in schedule(TERMS)
    ]


def test_the_other_ways_are_reckoned_to_the_fen() -> None:
    told = table("way")
    assert [row[0] for row in told] == list(WAYS)
    for name, *amounts in told:
        rows = schedule(WAYS[name])
        found = [rows[0].total_fen, rows[-1].total_fen, total_cost(rows)]
        assert amounts == [yuan(fen) for fen in found], name


def test_every_refusal_is_on_the_page() -> None:
    policy = Path(__file__).parents[4] / "sync" / "policy" / "relief"
    given = set()
    for name in ("terms.py", "repayment.py"):
        source = (policy / name).read_text(encoding="utf-8")
        given |= {part.split('"')[0] for part in source.split('"terms.')[1:]}
    listed = PAGE[PAGE.index("code `terms.…`") :].split("\n\n")[0]
    assert len(given) >= 18
    assert {code for code in given if f"`{code}`" not in listed} == set()
