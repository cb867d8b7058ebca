"""Commands of the right shape with any values in them: decided, never a bug.

The values are drawn from the types themselves; ids are mostly those of real cases, people and
records, so that the rules meet what was drawn.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec import inspect

from sync.domain.commands import COMMANDS
from sync.protocol.messages import Status
from tests.server.house import House
from tests.server.laptop import Bare, fresh, now
from tests.sync.office import TEAM

BATCH = 4
BOUNDED = settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DECIDED = {Status.APPLIED, Status.REFUSED, Status.CONFLICT, Status.GONE, Status.INVALID}
SOON = st.timedeltas(timedelta(days=-40), timedelta(days=40)).map(lambda span: now() + span)
EVER = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
PLAIN: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.IntType: st.integers(-5, 1000) | st.integers(-(2**63), 2**64 - 1),
    inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    inspect.StrType: st.text(max_size=20),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.DateTimeType: SOON | EVER,
    inspect.DateType: SOON.map(datetime.date) | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    inspect.TimeType: st.times(),
    inspect.AnyType: st.none() | st.integers() | st.text(max_size=9) | st.lists(st.booleans()),
}


type Named = dict[str, st.SearchStrategy[Any]]


def drawn(kind: Any, named: Named) -> st.SearchStrategy[Any]:
    """Return a strategy for what JSON says of a type; fields in `named` have their own."""
    match kind:
        case inspect.StructType():
            tag = {kind.tag_field: st.just(kind.tag)} if kind.tag_field else {}
            fields = {f.name: _field(f, named) for f in kind.fields}
            return st.fixed_dictionaries(tag | fields).map(_near)
        case inspect.UnionType():
            return st.one_of([drawn(one, named) for one in kind.types])
        case inspect.VarTupleType() | inspect.ListType() | inspect.FrozenSetType():
            return st.lists(drawn(kind.item_type, named), max_size=3)
        case inspect.DictType():
            keys = drawn(kind.key_type, named)
            return st.dictionaries(keys, drawn(kind.value_type, named), max_size=2)
        case inspect.EnumType():
            return st.sampled_from([member.value for member in kind.cls])
    return PLAIN[type(kind)]


def _near(drawn: dict[str, Any]) -> dict[str, Any]:
    """Let a span end within 13 hours, or nothing but its length would ever be refused."""
    for first, last in (("start", "end"), ("arrived_at", "left_at")):
        if isinstance(drawn.get(first), datetime) and isinstance(drawn.get(last), datetime):
            drawn[last] = drawn[first] + (drawn[last] - drawn[first]) % timedelta(hours=13)
    return drawn


def _field(field: inspect.Field, named: Named) -> st.SearchStrategy[Any]:
    if field.name in named:
        return named[field.name]
    return named["_id"] if field.name.endswith("_id") else drawn(field.type, named)


def names_of(house: House, laptop: Bare) -> Named:
    """Return what fields that name something are drawn from; few records, so that they meet."""
    people = st.sampled_from([one.me for one in house.crew.values()])
    own = st.just(house.cases["own"])
    [case] = [c for c in house.crew["li"].records(f"officer:{house.crew['li'].me}", "case")]
    owed = {
        name: getattr(case.loan, name) for name in ("principal_fen", "interest_fen", "fees_fen")
    }
    pool = st.sampled_from([fresh() for _ in range(3)])
    return {
        "id": st.builds(fresh) | pool,
        "by": st.just(laptop.me),
        "case_id": own | st.sampled_from([*house.cases.values(), fresh()]),
        "officer_id": people,
        "second_id": st.none() | people,
        "officers": st.lists(people, max_size=3),
        "base_rev": st.integers(0, 3),
        "corrects": st.none() | st.builds(fresh),
        "_id": pool,
        **{name: st.just(fen) | PLAIN[inspect.IntType] for name, fen in owed.items()},
        "months": st.integers(0, 40),
        "rate_ppm": st.integers(0, 400_000),
    }


@pytest.mark.parametrize("login", ["li", "chen", "he"])
def test_any_command_is_decided(house: House, login: str) -> None:
    laptop = house.crew[login]
    named = names_of(house, laptop)
    kinds = st.one_of([drawn(inspect.type_info(cls), named) for cls in COMMANDS])

    @seed(7)
    @BOUNDED
    @given(commands=st.lists(kinds, min_size=BATCH, max_size=BATCH))
    def push(commands: list[Any]) -> None:
        for result in laptop.push(*(msgspec.json.encode(c) for c in commands)):
            assert result.status in DECIDED

    push()
    assert house.crew["chen"].records(f"team:{TEAM}", "case")
