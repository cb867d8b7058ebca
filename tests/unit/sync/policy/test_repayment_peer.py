"""The same plans reckoned by numpy-financial, within what rounding to the fen can explain.

How far the two may lie apart, with P the principal, r the monthly rate, n the instalments, A the
exact equal instalment and B(k) the exact principal left after k of them:

- We round A half up: |ours - A| ≤ 1/2.
- Each month rounds its interest by at most 1/2 and pays an instalment that is off by at most 1/2;
  one fen a month, bearing interest since: |left(k) - B(k)| ≤ ((1+r)^k - 1) / r, or k when r = 0.
  That what is left is never below nothing only brings it nearer to B(k) ≥ 0.
- Interest of month k: r times that of k - 1, and its own rounding: ≤ (1+r)^(k-1) - 1 + 1/2.
- The peer works in doubles, u = 2^-53: 1 + r is off by u, r itself by u, so (1+r)^m by
  (m + 2 + mr)u; dividing by (1+r)^m - 1 stretches that by 1 + 1/(mr). Together, to first order, a
  relative error of at most d = u(3n + 11 + 3/r) for each of its steps. An instalment takes one
  such step; a balance adds three terms, each at most P(1+r)^n. We allow twice that for the rest.
"""

import random
from datetime import date
from itertools import pairwise

import numpy as np
import numpy_financial as peer

from sync.domain.plan_terms import Method, PlanTerms
from sync.policy.relief.repayment import schedule

CASES = 10_000
SEED = 20_260_115
UNIT = 2.0**-53
RATES = (0, 1, 12, 10_000, 47_500, 154_000, 180_000, 240_000, 360_000)


def drawn(chance: random.Random) -> PlanTerms:
    rate = chance.choice(RATES) if chance.random() < 0.3 else chance.randint(0, 360_000)
    return PlanTerms(
        principal_fen=round(10 ** chance.uniform(0, 9)),
        interest_fen=0,
        fees_fen=0,
        months=chance.randint(1, 60),
        rate_ppm=rate,
        start=date(2026, 1, 31),
        first_due=date(2026, 2, 28),
    )


def doubles(principal: int, r: float, n: int) -> tuple[float, float]:
    """Return how far the peer's own arithmetic may be off: an instalment, a balance."""
    each = 2 * UNIT * (3 * n + 11 + (3 / r if r else 0))
    return each * principal * (1 + r), 3 * each * principal * (1 + r) ** n


def test_equal_instalments_agree_with_the_peer() -> None:
    chance, worst, rows_seen = random.Random(SEED), 0.0, 0
    for _ in range(CASES):
        terms = drawn(chance)
        principal, n, r = terms.principal_fen, terms.months, terms.rate_ppm / 12_000_000
        rows = schedule(terms)
        off_instalment, off_balance = doubles(principal, r, n)
        if n > 1 and rows[0].left_fen:
            exact = -float(peer.pmt(r, n, principal))
            worst = max(worst, abs(rows[0].total_fen - exact))
            assert abs(rows[0].total_fen - exact) <= 0.5 + off_instalment
        numbers = np.arange(1, n + 1)
        with np.errstate(invalid="ignore"):  # without interest the peer divides and then forgets it
            interest = -peer.ipmt(r, numbers, n, principal)
        ours = np.array([i.interest_fen for i in rows], dtype=float)
        bound = (1 + r) ** (numbers - 1) - 0.5 + r * off_balance
        assert np.all(np.abs(ours - interest) <= bound), terms
        rows_seen += n
    assert worst > 0.49  # the bound is as tight as rounding makes it
    assert rows_seen > 25 * CASES


def test_what_is_left_agrees_with_the_peer() -> None:
    chance = random.Random(SEED + 1)
    for _ in range(CASES // 10):
        terms = drawn(chance)
        principal, n, r = terms.principal_fen, terms.months, terms.rate_ppm / 12_000_000
        numbers = np.arange(1, n + 1)
        with np.errstate(invalid="ignore"):
            exact = -peer.fv(r, numbers, peer.pmt(r, n, principal), principal)
        ours = np.array([i.left_fen for i in schedule(terms)], dtype=float)
        spread = ((1 + r) ** numbers - 1) / r if r else numbers
        assert np.all(np.abs(ours - exact) <= spread + doubles(principal, r, n)[1]), terms


def test_the_peer_values_a_plan_by_equal_principal_at_what_was_owed() -> None:
    """Discounting all payments gives back the principal, but for a fen a month of rounding."""
    chance = random.Random(SEED + 2)
    for _ in range(CASES // 10):
        terms = drawn(chance)
        by_principal = PlanTerms(
            terms.principal_fen,
            0,
            0,
            terms.months,
            terms.rate_ppm,
            terms.start,
            terms.first_due,
            method=Method.EQUAL_PRINCIPAL,
        )
        rows = schedule(by_principal)
        r = terms.rate_ppm / 12_000_000
        worth = float(peer.npv(r, [0, *(i.total_fen for i in rows)]))
        own = doubles(terms.principal_fen, r, terms.months)[1]
        assert abs(worth - terms.principal_fen) <= 0.5 * terms.months + own
        assert all(a.interest_fen >= b.interest_fen for a, b in pairwise(rows))
