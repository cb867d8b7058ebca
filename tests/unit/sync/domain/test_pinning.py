"""Correcting a pin: who may, what it must say, and that another correction undoes it."""

import msgspec
import pytest

from sync.domain.commands import CorrectPin
from sync.domain.decide import decide
from sync.domain.outcome import Applied, Conflict, Gone, Refused
from sync.domain.records import Address, Case, PinMove
from sync.domain.redaction import seen_in
from sync.domain.scopes import review_scope
from sync.domain.vocabulary import Datum
from tests.unit.sync.domain.town import (
    COMPLIANCE,
    LEAD,
    LI,
    NOW,
    OTHER_LEAD,
    STRANGER,
    WANG,
    case,
    question,
)

HERE = (350000000, 1183000000)
THERE = (350010000, 1183020000)


def correct(**other: object) -> CorrectPin:
    values = {
        "case_id": "c1",
        "base_rev": 1,
        "lat_e7": THERE[0],
        "lon_e7": THERE[1],
        "datum": Datum.GCJ02,
        "before_lat_e7": HERE[0],
        "before_lon_e7": HERE[1],
        "reason": " 门在北侧 ",
        "at": NOW,
    } | other
    return CorrectPin(**values)


def pinned(outcome: object) -> Case:
    assert isinstance(outcome, Applied)
    [change] = outcome.changes
    assert isinstance(change.record, Case)
    return change.record


@pytest.mark.parametrize("actor", [LI, WANG, LEAD], ids=lambda a: a.officer_id)
def test_who_works_on_the_case_corrects_its_pin(actor: object) -> None:
    after = pinned(decide(question(actor), correct()))
    assert (after.address.lat_e7, after.address.lon_e7) == THERE
    assert after.address.datum is Datum.GCJ02
    assert after.address.moves == (
        PinMove(NOW, actor.officer_id, "门在北侧", *THERE, Datum.GCJ02, *HERE, Datum.WGS84),
    )
    assert msgspec.structs.replace(after, address=case().address) == case()


@pytest.mark.parametrize("actor", [STRANGER, OTHER_LEAD, COMPLIANCE], ids=lambda a: a.officer_id)
def test_to_others_the_case_is_gone(actor: object) -> None:
    assert decide(question(actor), correct()) == Gone("case", "c1")


@pytest.mark.parametrize(
    "told", [{"base_rev": 2}, {"before_lat_e7": None}, {"before_lon_e7": 1}], ids=lambda t: str(t)
)
def test_what_was_decided_upon_something_else_is_a_conflict(told: dict[str, object]) -> None:
    assert decide(question(LI), correct(**told)) == Conflict("case", "c1", 1)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"reason": "  "}, "pin.needs_reason"),
        ({"lat_e7": 0, "lon_e7": 0}, "pin.outside_china"),
        ({"lat_e7": 2**62}, "pin.outside_china"),
        ({"lat_e7": HERE[0], "lon_e7": HERE[1]}, "pin.not_moved"),
    ],
    ids=["reason", "sea", "nowhere", "same"],
)
def test_what_is_refused(told: dict[str, object], code: str) -> None:
    outcome = decide(question(LI), correct(**told))
    assert isinstance(outcome, Refused)
    assert [r.code for r in outcome.reasons] == [code]


def test_a_first_pin_has_no_place_before() -> None:
    bare = case(address=Address("望湖路 8 号"))
    command = correct(before_lat_e7=None, before_lon_e7=None)
    [move] = pinned(decide(question(LI, bare), command)).address.moves
    assert (move.before_lat_e7, move.before_lon_e7, move.before_datum) == (None, None, None)


def test_another_correction_undoes_it_and_both_stay_on_record() -> None:
    first = pinned(decide(question(LI), correct()))
    back = correct(
        lat_e7=HERE[0],
        lon_e7=HERE[1],
        datum=Datum.WGS84,
        before_lat_e7=THERE[0],
        before_lon_e7=THERE[1],
        reason="看错了",
    )
    second = pinned(decide(question(LI, first), back))
    assert second.address.point == case().address.point
    assert [m.reason for m in second.address.moves] == ["门在北侧", "看错了"]


def test_compliance_sees_no_place_of_it() -> None:
    after = pinned(decide(question(LI), correct()))
    seen = seen_in(review_scope("north"), after)
    assert isinstance(seen, Case)
    assert seen.address.moves == ()
