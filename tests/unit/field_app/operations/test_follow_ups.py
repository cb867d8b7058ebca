"""What is to be followed up: promises, instalments as the payments leave them, nothing at rest."""

from datetime import date, timedelta

from field_app.operations import holds, today
from field_app.operations.follow_ups import FollowUp
from sync.domain.vocabulary import HoldKind
from tests.storage.furnished_vault import KNOWN, Furnished
from tests.unit.field_app.operations.test_relief import EACH, agreed, at, receive

FIRST = date(2026, 10, 10)


def told(furnished: Furnished, day: date) -> list[tuple[str, date, int]]:
    """Return what Today says on a day."""
    at(furnished, day)
    return [(f.what, f.due, f.amount_fen) for f in today.day(furnished.desk).follow_ups]


def test_an_instalment_is_told_from_three_days_before(furnished: Furnished) -> None:
    agreed(furnished.desk)
    assert told(furnished, FIRST - timedelta(days=4)) == []
    assert told(furnished, FIRST - timedelta(days=3)) == [("instalment", FIRST, EACH)]
    assert told(furnished, FIRST) == [("instalment", FIRST, EACH)]


def test_what_was_paid_ahead_is_not_asked_for(furnished: Furnished) -> None:
    agreed(furnished.desk)
    receive(furnished, (FIRST - timedelta(days=5), 2_050))
    assert told(furnished, FIRST) == [("instalment", FIRST, EACH - 2_050)]
    receive(furnished, (FIRST - timedelta(days=2), EACH))
    assert told(furnished, FIRST) == []


def test_a_plan_behind_is_told_since_when(furnished: Furnished) -> None:
    agreed(furnished.desk)
    assert told(furnished, FIRST + timedelta(days=1)) == [("behind", FIRST, EACH)]
    second = date(2026, 11, 10)
    assert told(furnished, second + timedelta(days=1)) == [("behind", FIRST, 2 * EACH)]


def test_a_case_that_rests_asks_for_nothing(furnished: Furnished) -> None:
    agreed(furnished.desk)
    assert len(told(furnished, FIRST)) == 1
    holds.place(furnished.desk, KNOWN.id, HoldKind.ILLNESS, "客户住院", 30)
    assert told(furnished, FIRST) == []


def test_names_are_covered(furnished: Furnished) -> None:
    agreed(furnished.desk)
    at(furnished, FIRST)
    [one] = today.day(furnished.desk).follow_ups
    assert isinstance(one, FollowUp)
    assert one.name != KNOWN.customer.name
    assert one.name[0] == KNOWN.customer.name[0]
